"""Speed and traffic of the engine, as ratios to something in the same process.

    python scripts/benchmark.py [--size 4096x2160] [--repeat 5] [--json FILE]

Prints Markdown tables and writes the figures as JSON; `compare_benchmarks.py` lays two of them
beside each other. The machine may be shared: read ratios and shares, not milliseconds. A CPU
device is timed by the seconds of processor that the process took, shared out over its compute
units, a GPU by the clock; the shortest run counts.

Ceilings are measured beside the stages: the multiply-adds of a kernel that does nothing else, and
the bytes of a copy. Operations are counted by hand from the kernels: a multiply-add, a comparison,
a root or a quotient is one.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyopencl as cl
from scipy import fft

import spectral_film as sf
from spectral_film.blur.blur import ROWS, Blur
from spectral_film.blur.pixel_kernel import reach_in_pixels
from spectral_film.device.device import cores
from spectral_film.device.planes import Planes, Region, fetch, fill, make_planes, put
from spectral_film.device.site import Site
from spectral_film.grain.noise import NEGATIVE
from spectral_film.light.upsampling import surfaces_at_nodes, upsample
from spectral_film.path.pipeline import Pipeline, frame_of
from spectral_film.stages import grain
from spectral_film.stages.optics import Spreading
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import POINT

EXP2 = 15  # a limit (2), rounding (3), polynomial (5), exponent (2), argument (3)
LOG2 = 14
NOISE = 20 + LOG2 + 8  # two hashes that share one, a logarithm, a polynomial
LOOK_UP = 24  # a root, and two straight lines
OPERATIONS = {  # per pixel
    "exposure": 120 + 3 * 9,
    "tone curve": 9 * (EXP2 + 4) + 9,
    "printing": 85 * (3 + EXP2 - 3 + 3),
    "print tone curve": 12 * (EXP2 + 4) + 3 * LOG2,
    "projection": 85 * (3 + EXP2 - 3 + 3),
}
BYTES = {"display": 24}  # read and written per pixel
ROUNDS = 4000
NUMPY_ROWS = 64  # the plain form is timed on a strip and scaled
LAMP = 1e6  # a sun: 5e6 times a grey card
CROP = 64
SMALL = (256, 384)  # rows and columns where frames over the bus are counted
# Of the network of Lesne et al. 2024 for a grey picture, in PyTorch on two cores of this kind:
# measured once, since it is not free to be run here.
PUBLISHED_NETWORK_MS = 930.0  # a megapixel
MARGIN = (64, 64)  # around the planes of a stage alone

FMA_KERNEL = """
__kernel void fma_only(__global V *out) {
    V a = out[get_global_id(0)], b = a + 1.0f, c = a + 2.0f, d = a + 3.0f;
    V e = a + 4.0f, f = a + 5.0f, g = a + 6.0f, h = a + 7.0f;
    for (int i = 0; i < ROUNDS; ++i) {  // eight chains: a multiply-add takes a few cycles
        a = a * 0.999f + 0.001f; b = b * 0.999f + 0.001f;
        c = c * 0.999f + 0.001f; d = d * 0.999f + 0.001f;
        e = e * 0.999f + 0.001f; f = f * 0.999f + 0.001f;
        g = g * 0.999f + 0.001f; h = h * 0.999f + 0.001f;
    }
    out[get_global_id(0)] = a + b + c + d + e + f + g + h;
}
__kernel void copy_only(__global const V *in, __global V *out) {
    out[get_global_id(0)] = in[get_global_id(0)];
}
"""
PEAK_MEMORY = """
import sys
import numpy as np
import spectral_film as sf
width, height = map(int, sys.argv[1].split("x"))
light = np.full((3, height, width), 0.18, np.float32)
light[:, 0, 0] = 1e6
sf.render(sf.Scene(planes=light), encode=True)
# Of this process alone: what getrusage says begins with that of the process it came from.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 2**20)
"""


class Stopwatch:
    """Times work on a device."""

    def __init__(self, device: sf.Device, repeat: int) -> None:
        self.device, self.repeat = device, repeat

    def seconds(self, *works: Callable[[], object]) -> list[float]:
        """Shortest run of each, in turn, after one that is not counted."""
        for work in works:
            work()
        self.device.queue.finish()
        shortest = [float("inf")] * len(works)
        for _ in range(self.repeat):
            for i, work in enumerate(works):
                start = self._now()
                work()
                self.device.queue.finish()
                shortest[i] = min(shortest[i], self._now() - start)
        return shortest

    def _now(self) -> float:
        if self.device.is_gpu:
            return time.perf_counter()
        return time.process_time() / self.device.opencl.max_compute_units


def ceilings(device: sf.Device, watch: Stopwatch) -> tuple[float, float]:
    """Multiply-adds per second and bytes per second of the device."""
    # Native vectors: the peak of the machine is what its own registers reach.
    width = int(device.opencl.native_vector_width_float)
    vector = f"float{width}" if width > 1 else "float"
    program = cl.Program(device.context, f"typedef {vector} V;" + FMA_KERNEL).build(
        ["-w", f"-DROUNDS={ROUNDS}"]
    )
    items, count = 2**14, 2**24 // width
    buffer, source, target = (
        cl.Buffer(device.context, cl.mem_flags.READ_WRITE, 4 * width * n)
        for n in (items, count, count)
    )
    for filled, n in ((buffer, items), (source, count)):
        cl.enqueue_fill_buffer(device.queue, filled, np.float32(1), 0, 4 * width * n)
    fma_only, copy_only = program.fma_only, program.copy_only
    multiply, copy = watch.seconds(
        lambda: fma_only(device.queue, (items,), (64,), buffer),
        lambda: copy_only(device.queue, (count,), (64,), source, target),
    )
    return items * width * ROUNDS * 8 / multiply, 2 * 4 * width * count / copy


def plain_numpy(pipeline: Pipeline, planes: dict[str, np.ndarray]) -> dict[str, Callable]:
    """The spectral and tonal stages as one would first write them, float32, one array at a time."""
    negative, stock = pipeline.negative, pipeline.print_film
    assert stock is not None
    weight = pipeline.job().camera.exposure_weight("rgb").astype(np.float32)

    def exposure() -> np.ndarray:
        return upsample(planes["exposure"], surfaces_at_nodes("measured") @ weight.T)

    def through(film: sf.Film, dyes: np.ndarray) -> np.ndarray:
        density = np.tensordot(film.dye_density.T.astype(np.float32), dyes, 1)
        density += film.dmin_density.astype(np.float32)[:, None, None]
        return np.tensordot(weight, 10**-density, 1)

    return {
        "exposure": exposure,
        "printing": lambda: through(negative, planes["printing"]),
        "projection": lambda: through(stock, planes["projection"]),
    }


def transforms_alone(
    size: tuple[int, int], reach_um: float, pitch: tuple[float, float]
) -> Callable[[], None]:
    """The Fourier transforms of three planes, padded for a blur: the least its other form costs."""
    reach = reach_in_pixels(reach_um, pitch)
    padded = (n + 2 * around for n, around in zip(size, reach, strict=True))
    grid = np.ones([fft.next_fast_len(n, real=True) for n in padded], np.float32)

    def run() -> None:
        for _ in range(3):
            fft.irfft2(fft.rfft2(grid, workers=cores()), s=grid.shape, workers=cores())

    return run


def operations_of(blur: Blur) -> float:
    """Of a pixel, all channels: its neighbours folded left on right, and the sum over the core."""
    count = 0.0
    for levels in blur.cores:
        for level, core in enumerate(levels):
            rows, columns = core.shape
            folded = columns * (2 * rows - 2 + ROWS) / ROWS
            count += (folded + columns * (2 * rows - 1)) / 4**level
    return count


def operations_of_grain(stage: grain.Grain) -> float:
    """Of a pixel, all layers."""
    texture, (layers, fields, _) = stage.texture, stage.keys.shape
    around = (2 * stage.radius + 1) ** 2
    if isinstance(texture, grain.Filtered):
        return layers * (NOISE + LOOK_UP + 4 + around + texture.filter.shape[1])
    _, _, channels, orbits = texture.first.shape
    powers, means = texture.gain.shape[-1] - 1, texture.mean.shape[-1] - 1
    channel = 2 * orbits + 3 * powers + 8  # blurred twice, three polynomials, the step
    field = NOISE + around + channels * channel + orbits * (means + 1) + LOOK_UP
    return layers * (fields * field + around)


def forms_of_grain(
    device: sf.Device, watch: Stopwatch, scene: sf.Scene, operations: float
) -> dict[str, dict[str, float]]:
    """Each form that grain is drawn in, on the negative: a megapixel of a layer."""
    width, height = scene.size
    frame = Region(0, 0, width, height)
    settings = sf.Settings()
    pipeline = Pipeline(settings=settings, frame=frame_of(scene, settings))
    dyes, grainy = (make_planes(device, 3, frame) for _ in range(2))
    dye = np.random.default_rng(0).uniform(0, 1.5, (3, height, width))
    fill(dyes, dye.astype(np.float32))
    found = {}
    for method in ("fast", "net"):
        stage = grain.of_film(
            pipeline.negative, pipeline.frame.pitch_um, method=method, size=1.0, seed=0, frame=0,
            stock=NEGATIVE, of=DYES, to=DYES,
        )  # fmt: skip
        work = stage.prepare(Site(device, frame))

        def run(work=work) -> None:
            work.over(frame, dyes=dyes, grainy=grainy)

        (seconds,) = watch.seconds(run)
        ms = 1000 * seconds / (3 * width * height / 1e6)
        found[f"grain, {method}"] = {
            "ms a megapixel of a layer": ms,
            "share of multiply-adds": operations_of_grain(stage) / 3 / operations / ms * 1e9,
            "times faster than the published network": PUBLISHED_NETWORK_MS / ms,
        }
    return found


def stages(
    device: sf.Device, watch: Stopwatch, scene: sf.Scene, ceiling: tuple[float, float]
) -> dict[str, dict[str, float]]:
    """Every step of the path by itself, on whole planes."""
    operations, bandwidth = ceiling
    width, height = scene.size
    frame, pixels = Region(0, 0, width, height), width * height
    settings = sf.Settings()
    pipeline = Pipeline(settings=settings, frame=frame_of(scene, settings))
    signals: dict[str, Planes] = {"scene": put(device, scene.planes)}
    strips, found = {}, {}
    for step in pipeline.steps:
        taken = {name: signals[signal.name] for name, signal in step.stage.takes.items()}
        given = {name: make_planes(device, 3, frame, MARGIN) for name in step.stage.gives}
        work = step.stage.prepare(Site(device, frame))

        def run(work=work, planes={**taken, **given}) -> None:  # noqa: B006
            work.over(frame, **planes)

        figures = {}
        if step.stage.reach == POINT:
            (seconds,) = watch.seconds(run)
            counted = OPERATIONS.get(step.name, 0.0)
        elif isinstance(step.stage, grain.Grain):
            (seconds,) = watch.seconds(run)
            counted = operations_of_grain(step.stage)
        else:
            assert isinstance(step.stage, Spreading)
            fourier = transforms_alone((height, width), step.stage.reach_um, step.stage.pitch_um)
            seconds, by_fourier = watch.seconds(run, fourier)
            figures["times its Fourier transforms alone"] = by_fourier / seconds
            counted = operations_of(step.stage.blur)
        if counted:
            figures["share of multiply-adds"] = counted * pixels / operations / seconds
        if step.name in BYTES:
            figures["share of the copy"] = BYTES[step.name] * pixels / bandwidth / seconds
        found[step.name] = {"ms": 1000 * seconds, "Mpx/s": pixels / seconds / 1e6, **figures}
        first = next(iter(taken.values()))
        strips[step.name] = _strip(first, width)
        signals |= {signal.name: given[name] for name, signal in step.stage.gives.items()}
    for name, numpy_form in plain_numpy(pipeline, strips).items():
        (seconds,) = Stopwatch(device, 1).seconds(numpy_form)
        whole = 1000 * seconds * height / NUMPY_ROWS
        found[name]["times plain numpy"] = whole / found[name]["ms"]
    return found


def _strip(planes: Planes, width: int) -> np.ndarray:
    rows = min(NUMPY_ROWS, planes.region.height)
    return fetch(planes.over(Region(planes.region.x, planes.region.y, width, rows)))


def whole(device: sf.Device, watch: Stopwatch, scene: sf.Scene) -> dict[str, dict[str, float]]:
    """Renders as a user sees them."""
    bright = scene.planes.copy()
    bright[:, scene.size[1] // 2, scene.size[0] // 2] = LAMP
    sunny = sf.Scene(planes=bright)
    bare, quick = sf.Settings(grain="off"), sf.Settings(grain="fast")
    colour = replace(bare, halation=False, scatter=False, adjacency=False)
    corner = (scene.size[0] // 2, scene.size[1] // 2, CROP, CROP)
    everything, quicker, barely, sun, alone, crop, short = watch.seconds(
        lambda: sf.render(scene, device=device),
        lambda: sf.render(scene, quick, device=device),
        lambda: sf.render(scene, bare, device=device),
        lambda: sf.render(sunny, device=device),
        lambda: sf.render(scene, colour, device=device),
        lambda: sf.render(scene, device=device, crop=corner),
        lambda: sf.render(scene, sf.Settings(fast=True), device=device),
    )
    table = sf.LightTable(device, keep=True)
    lights = iter(range(10_000))

    def next_light() -> None:
        table.render(scene, sf.Settings(printer_points=(25 + 1e-3 * next(lights), 25, 25)))

    (again,) = watch.seconds(next_light)
    start = time.thread_time()
    sf.render(scene, device=device)
    host = time.thread_time() - start
    pixels = scene.size[0] * scene.size[1] / 1e6
    return {
        "everything on": {"ms": 1000 * everything, "Mpx/s": pixels / everything},
        "everything on, --grain fast": {"ms": 1000 * quicker, "Mpx/s": pixels / quicker},
        "everything on, --grain off": {"ms": 1000 * barely, "Mpx/s": pixels / barely},
        "colour path alone": {"ms": 1000 * alone, "Mpx/s": pixels / alone},
        "everything on, --fast": {"ms": 1000 * short, "Mpx/s": pixels / short},
        "a sun in the frame": {"ms": 1000 * sun, "times without": sun / everything},
        f"a crop of {CROP} x {CROP}": {"ms": 1000 * crop, "share of the whole": crop / everything},
        "a printer light moved": {"ms": 1000 * again, "share of the whole": again / everything},
        "host, on the calling thread": {"ms": 1000 * host},
    }


def traffic(opencl: cl.Device) -> dict[str, dict[str, float]]:
    """Frames over the bus in one render, on a device with memory of its own."""
    device = sf.Device(opencl, shares_host_memory=False)
    light = np.full((3, *SMALL), 0.18, np.float32)
    sf.render(sf.Scene(planes=light), device=device)
    frame = light.nbytes
    return {
        "frames over the bus": {
            "up": device.traffic.up / frame,
            "down": device.traffic.down / frame,
            "launches": float(sum(device.traffic.launches.values())),
        }
    }


def memory(*sizes: str) -> dict[str, dict[str, float]]:
    """Peak of a process that renders one picture with a sun in it."""
    return {
        f"peak memory at {size}": {
            "GiB": float(
                subprocess.run(
                    [sys.executable, "-c", PEAK_MEMORY, size],
                    capture_output=True, text=True, check=True,
                ).stdout
            )
        }
        for size in sizes
    }  # fmt: skip


def show(figures: dict[str, dict[str, float]]) -> None:
    """As a Markdown table."""
    columns = list(dict.fromkeys(name for row in figures.values() for name in row))
    print(f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|", sep="\n")
    for name, row in figures.items():
        cells = (f"{row[column]:.3g}" if column in row else "" for column in columns)
        print(f"| {name} | {' | '.join(cells)} |")
    print(flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="4096x2160", help="pixels, WxH")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each, the best is shown")
    parser.add_argument("--json", type=Path, help="where the figures are kept")
    given = parser.parse_args()
    width, height = (int(side) for side in given.size.split("x"))

    device = sf.open_device()
    watch = Stopwatch(device, given.repeat)
    rng = np.random.default_rng(0)
    scene = sf.Scene(planes=rng.uniform(0.001, 1, (3, height, width)).astype(np.float32))
    operations, bandwidth = ceilings(device, watch)
    print(f"{date.today()}, {device.name}, {width} x {height} float32, best of {given.repeat}.")
    print(f"Ceilings: {operations / 1e9:.0f} G multiply-adds/s, {bandwidth / 1e9:.0f} GB/s.\n")
    figures: dict[str, dict[str, float]] = {}
    for part in (
        lambda: stages(device, watch, scene, (operations, bandwidth)),
        lambda: forms_of_grain(device, watch, scene, operations),
        lambda: whole(device, watch, scene),
        lambda: traffic(device.opencl),
        lambda: memory("4096x2160", "8192x4320"),
    ):
        found = part()
        show(found)
        figures |= found
    if given.json:
        said = {"date": str(date.today()), "device": device.name, "size": given.size}
        ceiling = {"G multiply-adds/s": operations / 1e9, "GB/s": bandwidth / 1e9}
        text = json.dumps({**said, "figures": {"ceilings": ceiling, **figures}}, indent=1)
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
