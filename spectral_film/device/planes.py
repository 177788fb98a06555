"""Planes of pixels on a device: a piece of a frame, channel by channel, that stays where it is.

A buffer holds rows of `stride` floats with a margin all around, so that what looks around a pixel
need not ask whether there is a neighbour. On a device with memory of its own planes cross the bus
twice, in `put` and in `fetch`; on one that shares the host's they are numpy's own memory.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyopencl as cl
from numpy.lib.stride_tricks import as_strided

from spectral_film.device.device import Device

WHOLE_FRAME = 1_000_000  # pixels: more than any picture has
ALIGNMENT = 16  # floats: a row begins on a cache line, which a vector of a CPU fills


class Region(NamedTuple):
    """A rectangle of pixels in the frame."""

    x: int
    y: int
    width: int
    height: int

    def grown(self, rows: int, columns: int, frame: "Region") -> "Region":
        """So many rows and columns more on every side, as far as the frame has any."""
        left, top = max(self.x - columns, frame.x), max(self.y - rows, frame.y)
        right = min(self.x + self.width + columns, frame.x + frame.width)
        bottom = min(self.y + self.height + rows, frame.y + frame.height)
        return Region(left, top, right - left, bottom - top)

    def rows(self, first: int, count: int) -> "Region":
        """Some of its rows, `first` counted from its own."""
        return self._replace(y=self.y + first, height=min(count, self.height - first))

    @property
    def corners(self) -> np.ndarray:
        """As kernels take it: first column and row, end column and row."""
        x, y, width, height = self
        return np.array((x, y, x + width, y + height), np.int32)

    @property
    def cut(self) -> tuple[slice, slice, slice]:
        """What it is of an array of the whole frame, (channel, y, x)."""
        rows, columns = (self.y, self.y + self.height), (self.x, self.x + self.width)
        return slice(None), slice(*rows), slice(*columns)


@dataclass(frozen=True, eq=False, kw_only=True)
class Planes:
    """Float32 planes of a region, (channel, y, x), in a buffer of a device.

    Attributes:
        device: Where they are.
        buffer: What they lie in.
        channels: How many.
        region: Which pixels of the frame.
        lead: Floats in the buffer before the first pixel.
        stride, plane, step: Floats from row to row, from plane to plane, from pixel to pixel.
        host: The buffer's own memory, where the device shares it.
    """

    device: Device
    buffer: cl.Buffer
    channels: int
    region: Region
    lead: int
    stride: int
    plane: int
    step: int = 1
    host: np.ndarray | None = None

    @property
    def layout(self) -> np.ndarray:
        """Where pixels lie, as the kernels take it: lead, stride, plane, step."""
        return np.array((self.lead, self.stride, self.plane, self.step), np.uint32)

    @property
    def place(self) -> np.ndarray:
        """Where the frame's pixel (0, 0) would be, and the floats from row to row."""
        origin = self.lead - self.region.y * self.stride - self.region.x
        return np.array((origin, self.stride), np.int32)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns."""
        return self.channels, self.region.height, self.region.width

    @property
    def pitches(self) -> tuple[int, int, int]:
        """Bytes from plane to plane, from row to row, from pixel to pixel."""
        return 4 * self.plane, 4 * self.stride, 4 * self.step

    def channel(self, number: int) -> "Planes":
        """One of its planes."""
        return replace(self, lead=self.lead + number * self.plane, channels=1)

    def over(self, region: Region) -> "Planes":
        """The same buffer, seen from another region of the frame."""
        down, right = region.y - self.region.y, region.x - self.region.x
        lead = self.lead + down * self.stride + right * self.step
        return Planes(  # `replace` takes ten times as long, and every band of every step asks
            device=self.device,
            buffer=self.buffer,
            channels=self.channels,
            region=region,
            lead=lead,
            stride=self.stride,
            plane=self.plane,
            step=self.step,
            host=self.host,
        )


def make_planes(
    device: Device, channels: int, region: Region, margin: tuple[int, int] = (0, 0)
) -> Planes:
    """Room for planes with `margin` rows and columns on every side."""
    lead, stride, plane = layout(region, margin)
    buffer, host = device.make_buffer(channels * plane)
    return Planes(
        device=device,
        buffer=buffer,
        channels=channels,
        region=region,
        lead=lead,
        stride=stride,
        plane=plane,
        host=host,
    )


def make_result(device: Device, channels: int, region: Region) -> Planes:
    """Room for planes as close together as numpy has them: what `fetch` hands over."""
    plane = region.height * region.width
    buffer, host = device.make_buffer(channels * plane)
    return Planes(
        device=device,
        buffer=buffer,
        channels=channels,
        region=region,
        lead=0,
        stride=region.width,
        plane=plane,
        host=host,
    )


def layout(region: Region, margin: tuple[int, int]) -> tuple[int, int, int]:
    """Floats before the first pixel, from row to row, and of a whole plane with its margin."""
    rows, columns = margin
    left = -(-columns // ALIGNMENT) * ALIGNMENT
    stride = left + -(-(region.width + columns) // ALIGNMENT) * ALIGNMENT
    return rows * stride + left, stride, (region.height + 2 * rows) * stride


def put(device: Device, planes: np.ndarray, region: Region | None = None) -> Planes:
    """Planes of a region, (channel, y, x), onto a device; no region: from the frame's corner on.

    A device that shares the host's memory reads a float32 array without holes where it is: leave
    it alone meanwhile. It may be a view of interleaved colours.
    """
    region = region or Region(0, 0, planes.shape[2], planes.shape[1])
    memory = _dense(planes)
    plane, stride, step = (size // 4 for size in memory.strides)
    return Planes(
        device=device,
        buffer=device.send(memory, lent=memory is planes),  # ours is gone when kernels run
        channels=len(planes),
        region=region,
        lead=0,
        stride=stride,
        plane=plane,
        step=step,
    )


def fetch(planes: Planes) -> np.ndarray:
    """Planes as numpy has them, (channel, y, x); of `make_result`, the very memory."""
    shape, pitches = planes.shape, planes.pitches
    if planes.host is None:
        result = np.empty(shape, np.float32)
        planes.device.receive(result, planes.buffer, 4 * planes.lead, pitches)
        return result
    planes.device.finish(planes.buffer, planes.host)
    return np.ascontiguousarray(as_strided(planes.host[planes.lead :], shape, pitches))


def fill(planes: Planes, values: np.ndarray) -> None:
    """Write what the host made, float32, (channel, y, x), into planes on the device."""
    shape, pitches = planes.shape, planes.pitches
    if planes.host is None:
        planes.device.refill(planes.buffer, np.ascontiguousarray(values), 4 * planes.lead, pitches)
        return
    with planes.device.mapped(planes.buffer, planes.host) as floats:
        as_strided(floats[planes.lead :], shape, pitches)[...] = values


def _dense(planes: np.ndarray) -> np.ndarray:
    """The array if its memory has no holes, planar or interleaved, else a copy that has none."""
    interleaved = np.moveaxis(planes, 0, -1)
    if planes.dtype == np.float32 and (planes.flags.c_contiguous or interleaved.flags.c_contiguous):
        return planes
    return np.ascontiguousarray(planes, np.float32)
