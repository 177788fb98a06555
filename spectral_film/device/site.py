"""Where the works of a plan run: a device, a frame, and memory that they lend each other."""

from collections.abc import Sequence

import numpy as np
import pyopencl as cl

from spectral_film.device.device import Device
from spectral_film.device.planes import Planes, Region, layout


class Site:
    """A device made ready for pieces of one frame; for one thread.

    Args:
        device: Where.
        frame: All of the pixels.
    """

    def __init__(self, device: Device, frame: Region) -> None:
        self.device, self.frame = device, frame
        self._floats = 0
        self._memory: tuple[cl.Buffer, np.ndarray | None]

    def scratch(self, wanted: Sequence[tuple[Region, tuple[int, int]]]) -> list[Planes]:
        """Planes of one channel, each a region with a margin of rows and columns, side by side.

        They are the caller's until the next call: works run one after the other.
        """
        layouts = [layout(region, margin) for region, margin in wanted]
        floats = sum(plane for _, _, plane in layouts)
        if floats > self._floats:
            # Some runtimes free memory under the kernels that use it.
            self.device.wait_for(self.device.queue.finish)
            self._memory = self.device.make_buffer(floats)
            self._floats = floats
        planes, start = [], 0
        for (region, _), (lead, stride, plane) in zip(wanted, layouts, strict=True):
            buffer, host = self._memory
            planes.append(
                Planes(
                    device=self.device,
                    buffer=buffer,
                    channels=1,
                    region=region,
                    lead=start + lead,
                    stride=stride,
                    plane=plane,
                    host=host,
                )
            )
            start += plane
        return planes
