"""Speed of every stage: Mpx/s, its share of a ceiling measured in the same run, and its ratio to
the same stage in plain numpy. Prints a Markdown table.

    python scripts/benchmark.py [--size 4096x2160] [--repeat 5]

The machine may be shared: read the ratios and the shares, not the seconds. The ceilings are the
multiply-adds per second of a kernel that does nothing else, for the stages that compute; and the
bytes per second of a copy, for those that move. Operations are counted by hand from the kernels:
a multiply-add, a comparison, a root or a quotient is one. Roots and quotients cost a stage part
of its share; where a processor adds and compares beside its multiply-adds, a stage may gain.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np
import pyopencl as cl
from scipy import fft

import spectral_film as sf
from spectral_film.device.convolution import padded_size, reach_in_pixels
from spectral_film.light.upsampling import reflectance, upsample
from spectral_film.path.pipeline import Pipeline, frame_of

EXP2 = 16  # two limits (4), rounding (3), polynomial (5), exponent (2), argument (2)
LOG2 = 14
OPERATIONS = {  # per pixel
    "exposure": 85 * (2 + 1 + 1 + 5 + 3) + 120,
    "adjacency": 9 * (EXP2 + 4) + 3 * LOG2 + 27 * (EXP2 + 4) + 3 * (LOG2 + EXP2),
    "tone curve": 9 * (EXP2 + 4) + 3 * LOG2,
    "printing": 85 * (3 + EXP2 - 2 + 3),
    "print tone curve": 12 * (EXP2 + 4) + 3 * LOG2,
    "projection": 85 * (3 + EXP2 - 2 + 3),
}
BYTES = {"display": 24}  # read and written per pixel
ROUNDS = 4000
NUMPY_ROWS = 64  # the plain form is timed on a strip and scaled

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


def best(repeat: int, run: Callable[[], object]) -> float:
    """Shortest of several runs after one that is not counted, in seconds."""
    run()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def ceilings(device: sf.Device, repeat: int) -> tuple[float, float]:
    """Operations per second (a multiply-add is one) and bytes per second of the device."""
    # Native vectors: the peak of the machine is what its own registers reach.
    width = int(device.opencl.native_vector_width_float)
    vector = f"float{width}" if width > 1 else "float"
    program = cl.Program(device.context, f"typedef {vector} V;" + FMA_KERNEL).build(
        ["-w", f"-DROUNDS={ROUNDS}"]
    )
    items = 2**14
    buffer = cl.Buffer(device.context, cl.mem_flags.READ_WRITE, 4 * width * items)
    cl.enqueue_fill_buffer(device.queue, buffer, np.float32(1), 0, 4 * width * items)

    fma_only, copy_only = program.fma_only, program.copy_only

    def fma() -> None:
        fma_only(device.queue, (items,), (64,), buffer).wait()

    operations = items * width * ROUNDS * 8 / best(repeat, fma)
    count = 2**24 // width
    source, target = (
        cl.Buffer(device.context, cl.mem_flags.READ_WRITE, 4 * width * count) for _ in range(2)
    )
    cl.enqueue_fill_buffer(device.queue, source, np.float32(1), 0, 4 * width * count)

    def copy() -> None:
        copy_only(device.queue, (count,), (64,), source, target).wait()

    return operations, 2 * 4 * width * count / best(repeat, copy)


def plain_numpy(pipeline: Pipeline, planes: dict[str, np.ndarray]) -> dict[str, Callable]:
    """The spectral and tonal stages as one would first write them, float32, one array at a time."""
    negative, stock = pipeline.negative, pipeline.print_film
    assert stock is not None
    weight = pipeline.exposure.exposure_weight("rgb").astype(np.float32)

    def exposure() -> np.ndarray:
        scale, coefficients = upsample(planes["exposure"])
        return np.tensordot(weight, reflectance(coefficients), 1) * scale

    def curve(film: sf.Film, exposures: np.ndarray) -> np.ndarray:
        h = np.log10(exposures)
        tables = (
            getattr(film.tone_curve, name).astype(np.float32)[:, :, None, None]
            for name in ("density_range", "log_exposure_mid", "log_exposure_spread")
        )
        reach, mid, spread = tables
        return (reach / (1 + 10 ** ((mid - h[:, None]) / spread))).sum(axis=1)

    def through(film: sf.Film, dyes: np.ndarray) -> np.ndarray:
        density = np.tensordot(film.dye_density.T.astype(np.float32), dyes, 1)
        density += film.dmin_density.astype(np.float32)[:, None, None]
        return np.tensordot(weight, 10**-density, 1)

    return {
        "exposure": exposure,
        "tone curve": lambda: curve(negative, planes["tone curve"]),
        "printing": lambda: through(negative, planes["printing"]),
        "print tone curve": lambda: curve(stock, planes["print tone curve"]),
        "projection": lambda: through(stock, planes["projection"]),
    }


def transforms_alone(
    size: tuple[int, int], reach_um: float, pitch: tuple[float, float]
) -> Callable:
    """What the FFTs of three planes cost by themselves, at the padded size of a blur."""
    reach = reach_in_pixels(reach_um, pitch)
    grid = np.ones((padded_size(size[1], reach[0]), padded_size(size[0], reach[1])), np.float32)

    def run() -> None:
        for _ in range(3):
            fft.irfft2(fft.rfft2(grid, workers=2), s=grid.shape, workers=2)

    return run


def rows_of_table(size: tuple[int, int], repeat: int) -> Iterable[str]:
    """The table, line by line, as the stages are timed."""
    device = sf.open_device()
    width, height = size
    pixels = width * height
    rng = np.random.default_rng(0)
    scene = sf.Scene(planes=rng.uniform(0.001, 1, (3, height, width)).astype(np.float32))
    settings = sf.Settings()
    pipeline = Pipeline(settings=settings, frame=frame_of(scene, settings))
    operations, bandwidth = ceilings(device, repeat)
    yield f"{date.today()}, {device.name}, {width} x {height} float32, best of {repeat}."
    yield (
        f"Ceilings in this run: {operations / 1e9:.0f} G multiply-adds/s, "
        f"{bandwidth / 1e9:.0f} GB/s."
    )
    yield ""
    yield "| stage | ms | Mpx/s | share of its ceiling | times plain numpy |"
    yield "|---|---|---|---|---|"

    planes = scene.planes
    strip = {"exposure": np.ascontiguousarray(planes[:, :NUMPY_ROWS])}
    seconds = {"exposure": best(repeat, lambda: pipeline.exposure(device, scene))}
    against: dict[str, float] = {}
    planes = pipeline.exposure(device, scene)
    for step in pipeline.steps:
        given = planes
        strip[step.name] = np.ascontiguousarray(given[:, :NUMPY_ROWS])
        seconds[step.name] = best(
            repeat, lambda stage=step.stage, given=given: stage(device, given)
        )
        if step.looks_around and hasattr(step.stage, "layers"):
            reach_um = max(layer.reach_um for layer in step.stage.layers)
            run = transforms_alone(size, reach_um, pipeline.frame.pitch_um)
            against[step.name] = best(repeat, run)
        planes = step.stage(device, given)

    plain = {
        name: best(1, run) * height / NUMPY_ROWS
        for name, run in plain_numpy(pipeline, strip).items()
    }
    for name, taken in seconds.items():
        if name in OPERATIONS and name != "adjacency":
            share = f"{OPERATIONS[name] * pixels / operations / taken:.0%} of arithmetic"
        elif name in BYTES:
            share = f"{BYTES[name] * pixels / bandwidth / taken:.0%} of the copy"
        elif name in against:
            share = f"{against[name] / taken:.0%} is its transforms"
        else:
            share = ""
        ratio = f"{plain[name] / taken:.0f}" if name in plain else ""
        yield f"| {name} | {1000 * taken:.0f} | {pixels / taken / 1e6:.0f} | {share} | {ratio} |"

    colour = sf.Settings(halation=False, scatter=False, adjacency=False)
    for name, what in (("colour path alone", colour), ("everything on", settings)):
        taken = best(repeat, lambda what=what: sf.render(scene, what, device=device))
        yield f"| **{name}** | {1000 * taken:.0f} | {pixels / taken / 1e6:.1f} | | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="4096x2160", help="pixels, WxH")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each, the best is shown")
    given = parser.parse_args()
    width, height = (int(side) for side in given.size.split("x"))
    for line in rows_of_table((width, height), given.repeat):
        print(line, flush=True)


if __name__ == "__main__":
    main()
