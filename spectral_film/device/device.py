"""OpenCL: choose a device, build a kernel, and launch it by the names of its arguments.

A kernel lives beside the Python that launches it, that of a stage in `stages/<stage>.cl`. Arrays
go in and come out as numpy; on a device that shares the host's memory nothing is copied.
"""

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyopencl as cl

from spectral_film.device.young_cpu import name_cpu
from spectral_film.errors import DeviceError

LOCAL_SIZE = 64  # work-items a group; asked down where the device or the kernel takes fewer
CPU_VECTOR_WIDTH = 16  # one AVX-512 register, or two of AVX2: measured faster there than one
KERNELS = Path(str(files("spectral_film") / "stages"))


@dataclass(frozen=True, eq=False)
class Device:
    """One OpenCL device with its queue and the kernels built on it so far."""

    opencl: cl.Device
    context: cl.Context = field(init=False)
    queue: cl.CommandQueue = field(init=False)
    _kernels: dict[tuple, cl.Kernel] = field(init=False, default_factory=dict)
    _taken_for: str | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_taken_for", name_cpu(self.opencl))
        try:
            context = cl.Context([self.opencl])
            queue = cl.CommandQueue(context)
        except cl.Error as error:
            raise DeviceError(f"{self.name} cannot be opened: {error}; try --device") from error
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "queue", queue)

    @property
    def name(self) -> str:
        """What is printed and stored with every render."""
        return f"{self.opencl.name.strip()} ({self.opencl.platform.name.strip()})"

    @property
    def vector_width(self) -> int:
        """Pixels a work-item handles: 1 on a GPU, whose lanes are the work-items, else 16."""
        return 1 if self.opencl.type & cl.device_type.GPU else CPU_VECTOR_WIDTH

    @property
    def shares_host_memory(self) -> bool:
        """Whether a kernel can work on numpy's own memory."""
        return bool(self.opencl.host_unified_memory)

    def run(
        self,
        source: str | Path,
        kernel: str,
        *,
        pixels: int,
        out: dict[str, tuple[int, ...]],
        defines: dict[str, object] | None = None,
        **arguments: np.ndarray | np.generic,
    ) -> np.ndarray:
        """Launch `kernel` of `source` over `pixels` pixels, VW of them an item.

        Args:
            source: Stem of a file in `stages/`, or the path of one elsewhere.
            pixels: Pixels of one plane; the kernel gets it as its argument `pixels`.
            out: The one output: its argument name and shape, float32.
            defines: Compile-time constants, as in `#define NAME value`.
            arguments: Every other argument by name: arrays (made float32, C order) or scalars.

        Returns:
            The output array.

        Raises:
            DeviceError: the build or the launch failed, or the names do not match.
        """
        path = KERNELS / f"{source}.cl" if isinstance(source, str) else source
        built = self._build(path, kernel, tuple(sorted((defines or {}).items())))
        ((result_name, shape),) = out.items()
        result = np.empty(shape, np.float32)
        given: dict[str, Any] = {**arguments, "pixels": np.uint32(pixels), result_name: result}
        name_of = cl.kernel_arg_info.NAME
        wanted = [str(built.get_arg_info(i, name_of)) for i in range(built.num_args)]
        if set(wanted) != set(given):
            raise DeviceError(
                f"kernel {kernel} takes {sorted(wanted)}, was given {sorted(given)}; "
                "rename the field or the argument"
            )
        inputs = {
            name: self._input(value) if isinstance(value, np.ndarray) else value
            for name, value in given.items()
            if name != result_name
        }
        output = self._output(result)
        items = -(-pixels // self.vector_width)
        local = min(LOCAL_SIZE, self._largest_group(built))
        try:
            built(
                self.queue,
                (-(-items // local) * local,),
                (local,),
                *({**inputs, result_name: output}[name] for name in wanted),
            )
            self._fetch(output, result)
        except cl.Error as error:
            raise DeviceError(f"kernel {kernel} failed on {self.name}: {error}") from error
        return result

    def _largest_group(self, kernel: cl.Kernel) -> int:
        return kernel.get_work_group_info(cl.kernel_work_group_info.WORK_GROUP_SIZE, self.opencl)

    def _build(self, source: Path, kernel: str, defines: tuple) -> cl.Kernel:
        key = (source, kernel, defines)
        if key not in self._kernels:
            text = "\n".join(
                path.read_text(encoding="utf-8") for path in (KERNELS / "common.cl", source)
            )
            # -w: vectors wider than the registers draw a page of notes about an ABI nobody calls.
            options = ["-cl-std=CL1.2", "-w", "-cl-kernel-arg-info", f"-DVW={self.vector_width}"]
            options += [f"-D{name}={value}" for name, value in defines]
            if self._taken_for:  # PoCL's cache may be shared by machines it all calls generic
                options.append(f"-DCPU_{self._taken_for.replace('-', '_')}")
            try:
                program = cl.Program(self.context, text).build(options)
                self._kernels[key] = getattr(program, kernel)
            except cl.Error as error:
                raise DeviceError(
                    f"{source.name} does not build on {self.name}, driver "
                    f"{self.opencl.driver_version}: {error}"
                ) from error
        return self._kernels[key]

    def _input(self, values: np.ndarray) -> cl.Buffer:
        values = np.ascontiguousarray(values, np.float32)
        source = (
            cl.mem_flags.USE_HOST_PTR if self.shares_host_memory else cl.mem_flags.COPY_HOST_PTR
        )
        return self._buffer(values, cl.mem_flags.READ_ONLY | source, hostbuf=values)

    def _output(self, result: np.ndarray) -> cl.Buffer:
        if self.shares_host_memory:
            flags = cl.mem_flags.WRITE_ONLY | cl.mem_flags.USE_HOST_PTR
            return self._buffer(result, flags, hostbuf=result)
        return self._buffer(result, cl.mem_flags.WRITE_ONLY, size=result.nbytes)

    def _buffer(self, values: np.ndarray, flags: int, **where: Any) -> cl.Buffer:
        try:
            return cl.Buffer(self.context, flags, **where)
        except cl.Error as error:
            raise DeviceError(
                f"{self.name} has no room for {values.nbytes / 2**20:.0f} MiB: {error}; "
                "render a smaller picture, or choose another --device"
            ) from error

    def _fetch(self, buffer: cl.Buffer, result: np.ndarray) -> None:
        if self.shares_host_memory:  # mapping makes the kernel's writes visible, by the standard
            mapped, _ = cl.enqueue_map_buffer(
                self.queue, buffer, cl.map_flags.READ, 0, result.shape, result.dtype
            )
            mapped.base.release(self.queue)
            self.queue.finish()
        else:
            cl.enqueue_copy(self.queue, result, buffer)


def all_devices() -> list[cl.Device]:
    """Every OpenCL device of this machine, GPUs first."""
    try:
        found = [device for platform in cl.get_platforms() for device in platform.get_devices()]
    except cl.Error:
        found = []
    return sorted(found, key=lambda device: not device.type & cl.device_type.GPU)


@cache
def open_device(name: str | None = None) -> Device:
    """The first GPU, else the first CPU, or the first device whose name contains `name`.

    Raises:
        DeviceError: no device at all, or none of that name; the message lists what there is.
    """
    found = all_devices()
    if not found:
        raise DeviceError(
            "no OpenCL device was found; on Linux x86-64 `pip install pocl-binary-distribution` "
            "brings one, elsewhere install the driver of your GPU or CPU"
        )
    full_names = [f"{d.name.strip()} ({d.platform.name.strip()})" for d in found]
    for device, full_name in zip(found, full_names, strict=True):
        if name is None or (name and name.lower() in full_name.lower()):
            return Device(device)
    raise DeviceError(f"no OpenCL device is called {name!r}; there is: {'; '.join(full_names)}")


def open_gpu() -> Device | None:
    """The first GPU; None where there is none."""
    gpus = (device for device in all_devices() if device.type & cl.device_type.GPU)
    return next(map(Device, gpus), None)
