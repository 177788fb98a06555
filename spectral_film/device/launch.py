"""Launch a kernel by the names of its arguments.

A kernel lives in a `.cl` beside the Python that launches it. What it is given is matched to its
arguments by name, and a mismatch is refused, so that kernel, stage and reference cannot drift
apart. Planes called `dyes` bring two arguments: their buffer `dyes`, and `dyes_at`, how they lie
in it.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pyopencl as cl

from spectral_film.device.device import Device
from spectral_film.device.planes import Planes, Region
from spectral_film.errors import DeviceError

COMMENT, ARGUMENT = re.compile(r"//[^\n]*"), re.compile(r"(\w+)\s*(?:,|$)")
Argument = cl.Buffer | np.ndarray | np.generic
LOCAL_SIZE = 64  # work-items a group; asked down where the device or the kernel takes fewer


@cache
def argument_names(source: Path, kernel: str) -> tuple[str, ...]:
    """The names of a kernel's arguments, as its source has them.

    A runtime may have forgotten them: a program that it built once and comes back from a cache has
    none, with Intel's.
    """
    text = COMMENT.sub("", source.read_text(encoding="utf-8"))
    found = re.search(rf"__kernel\s+void\s+{kernel}\s*\(([^)]*)\)", text)
    return tuple(ARGUMENT.findall(found[1].strip())) if found else ()


class Launch:
    """A kernel with its tables, ready to run over planes.

    Args:
        device: Where.
        source: The `.cl`.
        kernel: Its name.
        defines: Compile-time constants, as in `#define NAME value`.
        tables: Arrays it reads, float32 on the device from now on, and scalars, by argument name.

    Raises:
        DeviceError: the kernel does not build.
    """

    def __init__(
        self,
        device: Device,
        source: Path,
        kernel: str,
        *,
        defines: Mapping[str, object] | None = None,
        tables: Mapping[str, np.ndarray | np.generic] | None = None,
    ) -> None:
        self.device, self.name = device, kernel
        self._of = (source, kernel, tuple(sorted((defines or {}).items())))
        built = device.kernel(*self._of)
        self._wanted = argument_names(source, kernel)
        if len(self._wanted) != built.num_args:
            raise DeviceError(
                f"kernel {kernel} has {built.num_args} arguments on {device.name}, and in "
                f"{source.name} {', '.join(self._wanted)}; write each on its own, without macros"
            )
        largest = cl.kernel_work_group_info.WORK_GROUP_SIZE
        self._local = min(LOCAL_SIZE, int(built.get_work_group_info(largest, device.opencl)))  # type: ignore[call-overload]
        self._tables = {
            name: device.constant(value) if isinstance(value, np.ndarray) else value
            for name, value in (tables or {}).items()
        }

    def over(self, region: Region, **planes: Planes) -> None:
        """Run over a region of planes: VW pixels of a row an item.

        Args:
            region: Pixels of the frame; the kernel gets their width as its argument `width`.
            planes: What it reads and writes, by argument name, seen from that region.

        Raises:
            DeviceError: the names do not match, or the launch failed.
        """
        given: dict[str, Argument] = {"width": np.uint32(region.width)}
        for name, value in planes.items():
            there = value.over(region)
            given[name], given[f"{name}_at"] = there.buffer, there.layout
        items = -(-region.width // self.device.vector_width)
        self.run((-(-items // self._local) * self._local, region.height), (self._local, 1), given)

    def run(
        self, items: tuple[int, ...], local: tuple[int, ...], given: Mapping[str, Argument]
    ) -> None:
        """Run over so many work-items, in groups of `local` or fewer, with the tables and these."""
        arguments = {**self._tables, **given}
        if set(self._wanted) != set(arguments):
            raise DeviceError(
                f"kernel {self.name} takes {sorted(self._wanted)}, was given {sorted(arguments)}; "
                "rename the field or the argument"
            )
        kernel = self.device.kernel(*self._of)
        group = min(local[0], self._local), *local[1:]
        try:
            kernel(self.device.queue, items, group, *(arguments[name] for name in self._wanted))
        except cl.Error as error:
            raise DeviceError(
                f"kernel {self.name} failed on {self.device.name}: {error}"
            ) from error
        self.device.traffic.launches[self.name] += 1
