"""An OpenCL device: its queue, its memory, and the kernels built on it.

One device serves any number of threads: a kernel object holds the arguments of its next launch, so
every thread has its own.
"""

import os
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyopencl as cl

from spectral_film.device.young_cpu import name_cpu
from spectral_film.errors import DeviceError

CPU_VECTOR_WIDTH = 16  # one AVX-512 register, or two of AVX2: measured faster there than one
MAKERS = ("intel", "amd", "nvidia", "apple", "arm", "qualcomm")
MOST_FLOATS = 2**31 - 1  # places in a buffer are 32-bit
COMMON = Path(str(files("spectral_film.device") / "common.cl"))


@dataclass
class Traffic:
    """What a device was asked to do so far.

    Attributes:
        up, down: Bytes of planes that crossed the bus.
        launches: How often each kernel ran.
    """

    up: int = 0
    down: int = 0
    launches: Counter[str] = field(default_factory=Counter)


class Device:
    """One OpenCL device with its queue and the kernels built on it so far.

    Args:
        opencl: The device.
        vector_width: Pixels a work-item handles; None: 1 on a GPU, whose lanes are the work-items,
            else 16.
        shares_host_memory: Whether kernels work on numpy's own memory; None: as the device says.
    """

    def __init__(
        self,
        opencl: cl.Device,
        *,
        vector_width: int | None = None,
        shares_host_memory: bool | None = None,
    ) -> None:
        self.opencl = opencl
        self.is_gpu = bool(opencl.type & cl.device_type.GPU)
        self.vector_width = vector_width or (1 if self.is_gpu else CPU_VECTOR_WIDTH)
        self.shares_host_memory = (
            bool(opencl.host_unified_memory) if shares_host_memory is None else shares_host_memory
        )
        self.traffic = Traffic()
        self._taken_for = name_cpu(opencl)
        self._programs: dict[tuple, cl.Program] = {}
        self._building = threading.Lock()
        self._of_thread = threading.local()
        try:
            self.context = cl.Context([opencl])
            self.queue = cl.CommandQueue(self.context)
        except cl.Error as error:
            raise DeviceError(f"{self.name} cannot be opened: {error}; try --device") from error

    @property
    def parent(self) -> cl.Device | None:
        """The device that this is a part of, if it is."""
        parent: cl.Device | None = self.opencl.parent_device
        return parent

    @property
    def compute_units(self) -> int:
        """How many work side by side; of a CPU, its threads."""
        return int(self.opencl.max_compute_units)

    @property
    def largest_buffer(self) -> int:
        """Bytes that one buffer may have."""
        return int(self.opencl.max_mem_alloc_size)

    @property
    def name(self) -> str:
        """What is printed and stored with every render."""
        return f"{self.opencl.name.strip()} ({self.opencl.platform.name.strip()})"

    def kernel(self, source: Path, name: str, defines: tuple[tuple[str, object], ...]) -> cl.Kernel:
        """This thread's own kernel `name` of a source file, built once for all threads.

        Args:
            source: A `.cl`; `common.cl` is put in front of it.
            defines: Compile-time constants, as in `#define NAME value`.

        Raises:
            DeviceError: it does not build.
        """
        kernels: dict[Any, cl.Kernel] = self._of_thread.__dict__
        key = (source, name, defines)
        if key not in kernels:
            kernels[key] = cl.Kernel(self._program(source, defines), name)
        return kernels[key]

    def _program(self, source: Path, defines: tuple[tuple[str, object], ...]) -> cl.Program:
        with self._building:
            if (source, defines) not in self._programs:
                self._programs[source, defines] = self._built(source, defines)
            return self._programs[source, defines]

    def _built(self, source: Path, defines: tuple[tuple[str, object], ...]) -> cl.Program:
        text = "\n".join(path.read_text(encoding="utf-8") for path in (COMMON, source))
        # -w: vectors wider than the registers draw a page of notes about an ABI nobody calls.
        options = ["-cl-std=CL1.2", "-w", f"-DVW={self.vector_width}"]
        options += [f"-D{name}={value}" for name, value in defines]
        if self._taken_for:  # PoCL's cache may be shared by machines it all calls generic
            options.append(f"-DCPU_{self._taken_for.replace('-', '_')}")
        try:
            with warnings.catch_warnings():  # a runtime may say how well it has vectorised
                warnings.simplefilter("ignore", cl.CompilerWarning)
                return cl.Program(self.context, text).build(options)
        except cl.Error as error:
            raise DeviceError(
                f"{source.name} does not build on {self.name}, driver "
                f"{self.opencl.driver_version}: {error}"
            ) from error

    def constant(self, values: np.ndarray) -> cl.Buffer:
        """A table that kernels read, float32; the device keeps a copy."""
        values = np.ascontiguousarray(values, np.float32)
        flags = cl.mem_flags.READ_ONLY | cl.mem_flags.COPY_HOST_PTR
        return self._buffer(values.nbytes, flags, hostbuf=values)

    def make_buffer(self, floats: int) -> tuple[cl.Buffer, np.ndarray | None]:
        """Room for so many floats, and the same memory for numpy where it is shared."""
        if floats > MOST_FLOATS:
            raise DeviceError(
                f"{floats:,} numbers are more than kernels can count in one buffer, "
                f"{MOST_FLOATS:,}; render a smaller picture, or pieces of it with --crop"
            )
        if not self.shares_host_memory:
            return self._buffer(4 * floats, cl.mem_flags.READ_WRITE, size=4 * floats), None
        host = np.empty(floats, np.float32)
        flags = cl.mem_flags.READ_WRITE | cl.mem_flags.USE_HOST_PTR
        return self._buffer(host.nbytes, flags, hostbuf=host), host

    def send(self, planes: np.ndarray, *, lent: bool) -> cl.Buffer:
        """An array without holes as a buffer to read: its own memory where that is shared.

        Args:
            planes: The array.
            lent: It stays until the kernels that read it have run; else the buffer has a copy.
        """
        dense = planes if planes.flags.c_contiguous else np.moveaxis(planes, 0, -1)
        if self.shares_host_memory and lent:
            flags = cl.mem_flags.READ_ONLY | cl.mem_flags.USE_HOST_PTR
        else:
            flags = cl.mem_flags.READ_ONLY | cl.mem_flags.COPY_HOST_PTR
        if not self.shares_host_memory:
            self.traffic.up += dense.nbytes
        return self._buffer(dense.nbytes, flags, hostbuf=dense)

    def receive(
        self, result: np.ndarray, buffer: cl.Buffer, lead: int, pitches: tuple[int, int, int]
    ) -> None:
        """Fill an array, (channel, y, x), from planes in a buffer.

        Args:
            result: Where to, without holes.
            buffer: Where from.
            lead: Bytes before the first pixel.
            pitches: Bytes from plane to plane, from row to row, from pixel to pixel.
        """
        self.traffic.down += result.nbytes
        self._copy_planes(result, buffer, result.shape, lead, pitches)

    def refill(
        self, buffer: cl.Buffer, values: np.ndarray, lead: int, pitches: tuple[int, int, int]
    ) -> None:
        """Fill planes in a buffer from an array; arguments as in `receive`."""
        self.traffic.up += values.nbytes
        self._copy_planes(buffer, values, values.shape, lead, pitches)

    def _copy_planes(
        self,
        target: Any,
        source: Any,
        shape: tuple[int, ...],
        lead: int,
        pitches: tuple[int, int, int],
    ) -> None:
        plane, stride, pixel = pitches
        channels, height, width = shape
        row, before = divmod(lead, stride)
        self.wait_for(
            lambda: cl.enqueue_copy(  # type: ignore[call-overload]
                self.queue,
                target,
                source,
                buffer_origin=(before, row, 0),
                host_origin=(0, 0, 0),
                region=(width * pixel, height, channels),
                buffer_pitches=(stride, plane),
                host_pitches=(width * pixel, height * width * pixel),
            )
        )

    def finish(self, buffer: cl.Buffer, host: np.ndarray) -> None:
        """Wait until shared memory holds what was asked for; mapping it is the standard's way."""
        with self.mapped(buffer, host):
            pass

    @contextmanager
    def mapped(self, buffer: cl.Buffer, host: np.ndarray) -> Iterator[np.ndarray]:
        """Shared memory for the host to read and write, once all work on it is done."""
        flags: Any = cl.map_flags.READ | cl.map_flags.WRITE
        try:
            floats, _ = cl.enqueue_map_buffer(self.queue, buffer, flags, 0, host.shape, host.dtype)
            yield floats
            floats.base.release(self.queue)
            self.queue.finish()
        except cl.Error as error:
            raise DeviceError(f"{self.name} failed: {error}; try another --device") from error

    def wait_for(self, work: Callable[[], Any]) -> None:
        """Do something with the queue, and name the device where it fails."""
        try:
            work()
        except cl.Error as error:
            raise DeviceError(f"{self.name} failed: {error}; try another --device") from error

    def _buffer(self, size_in_bytes: int, flags: int, **where: Any) -> cl.Buffer:
        try:
            return cl.Buffer(self.context, flags, **where)
        except cl.Error as error:
            raise DeviceError(
                f"{self.name} has no room for {size_in_bytes / 2**20:.0f} MiB: {error}; "
                "render a smaller picture, or choose another --device"
            ) from error


def all_devices() -> list[cl.Device]:
    """Every OpenCL device of this machine, GPUs first."""
    try:
        found = [device for platform in cl.get_platforms() for device in platform.get_devices()]
    except cl.Error:
        found = []
    return sorted(found, key=lambda device: not device.type & cl.device_type.GPU)


def open_device(name: str | None = None, threads: int | None = None) -> Device:
    """The first GPU, else the first CPU, or the one that is `called` so.

    The same one every time.

    Args:
        name: Part of the name of a platform or of a device.
        threads: Compute units to take, at most; None: as many as this process may run on.

    Raises:
        DeviceError: no device at all, or none of that name; the message lists what there is. Or it
            cannot be held to so many threads.
    """
    return _opened(name, threads)


@cache
def _opened(name: str | None, threads: int | None) -> Device:
    found = all_devices()
    if not found:
        raise DeviceError(
            "no OpenCL device was found; on Linux x86-64 `pip install pocl-binary-distribution` "
            "brings one, elsewhere install the driver of your GPU or CPU"
        )
    if name is None:
        return Device(_held_to(found[0], threads))
    if (chosen := called(name, found)) is None:
        there = "; ".join(f"{d.name.strip()} ({d.platform.name.strip()})" for d in found)
        raise DeviceError(f"no OpenCL device is called {name!r}; there is: {there}")
    return Device(_held_to(chosen, threads))


def called(name: str, found: Sequence[cl.Device]) -> cl.Device | None:
    """The first device of a platform that has `name` in its own, else with it in the device's.

    PoCL calls its device after the processor it runs on; whoever names a maker means what that
    maker's driver offers.
    """
    wanted = name.casefold()
    if not wanted:
        return None
    for device in found:
        if wanted in device.platform.name.casefold() or (wanted == "pocl" and _is_pocl(device)):
            return device
    for device in found:
        if wanted in device.name.casefold() and not (wanted in MAKERS and _is_pocl(device)):
            return device
    return None


def _is_pocl(device: cl.Device) -> bool:
    return "portable computing language" in device.platform.name.casefold()


def cores() -> int:
    """Processors that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _held_to(device: cl.Device, threads: int | None) -> cl.Device:
    """The part of a device that has so many compute units; of a CPU, no more than we may use."""
    is_cpu = bool(device.type & cl.device_type.CPU)
    wanted = threads or (cores() if is_cpu else device.max_compute_units)
    if wanted >= device.max_compute_units:
        return device
    by_counts: Any = cl.device_partition_property.BY_COUNTS
    if by_counts in device.partition_properties:  # type: ignore[operator]
        return device.create_sub_devices([by_counts, wanted])[0]  # type: ignore[list-item]
    if threads is None:
        return device
    raise DeviceError(
        f"{device.name.strip()} cannot be held to {threads} threads; leave --threads out, or use a "
        "device that can be divided, such as PoCL"
    )
