"""How fast a shot is, beside its frames made from memory.

    python scripts/benchmark_shot.py [FRAMES]

2K frames of a photograph-like picture, read and written as half-float EXR and as 10-bit DPX. For
each: seconds a frame of making alone, of the whole shot, and of processor that reading, making and
writing take; where those fill the cores, no order of work is faster than their sum over the cores.
"""

import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from spectral_film import LightTable, Settings, open_device, read_scene
from spectral_film.files.output import write_picture
from spectral_film.light.demo_scene import demo_scene
from spectral_film.path.rendering import render
from spectral_film.shot.conveyor import Stations, convey

WIDTH, HEIGHT = 2048, 1152
SUFFIXES = {".exr": (16, "linear-rec709"), ".dpx": (10, "Rec.709")}


def photograph() -> np.ndarray:
    """The built-in scene as a camera with noise has it, display codes, (3, y, x)."""
    codes = render(demo_scene(), Settings(grain="off"), encode=True).planes
    rows, columns = (np.linspace(0, n - 1, m).astype(int) for n, m in ((540, HEIGHT), (960, WIDTH)))
    noise = np.random.default_rng(1).normal(0, 0.004, (3, HEIGHT, WIDTH))
    return np.clip(codes[:, rows][:, :, columns] + noise, 0, 1).astype(np.float32)


def timed(work, *arguments):
    """What it gives, and seconds by the clock and of processor."""
    clock, processor = time.perf_counter(), time.process_time()
    given = work(*arguments)
    return given, time.perf_counter() - clock, time.process_time() - processor


def main(count: int) -> None:
    """Measure and print."""
    device, codes = open_device(), photograph()
    cores = len(os.sched_getaffinity(0))
    print(f"{count} frames of {WIDTH} x {HEIGHT}, {device.name}, {cores} cores")
    for suffix, (bits, space) in SUFFIXES.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            first = folder / f"in.0001{suffix}"
            light = codes**2.2 if suffix == ".exr" else codes
            write_picture(first, light, bits=bits)
            for frame in range(2, count + 1):
                os.link(first, folder / f"in.{frame:04d}{suffix}")
            table, settings = LightTable(device), Settings()
            encode = suffix == ".dpx"

            def read(frame, folder=folder, suffix=suffix, space=space):
                return read_scene(folder / f"in.{frame:04d}{suffix}", input_space=space)

            def make(frame, scene, table=table, settings=settings, encode=encode):
                return table.render(scene, replace(settings, frame=frame), encode=encode)

            def write(frame, done, folder=folder, suffix=suffix, bits=bits):
                return done.save(folder / f"out.{frame:04d}{suffix}", bits=bits, overwrite=True)

            scene = read(1)
            done = make(0, scene)  # compiles, and lays out
            alone = [timed(make, frame, scene)[1:] for frame in range(1, 11)]
            reading = min(timed(read, 1)[2] for _ in range(5))
            writing = min(timed(write, 1, done)[2] for _ in range(5))
            stations = Stations(read=read, make=make, write=write)
            outcomes, clock, processor = timed(
                lambda s: list(convey(range(1, count + 1), s)), stations
            )
            assert all(one.error is None for one in outcomes)
            making, of_making = np.median(alone, axis=0)
            least = max(making, (reading + of_making + writing) / cores)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(
                f"{suffix}: making {making:.3f} s, shot {clock / count:.3f} s a frame: "
                f"{making * count / clock:.0%} of making alone, {least * count / clock:.0%} of "
                f"what the cores allow; processor: read {reading:.3f}, make {of_making:.3f}, write "
                f"{writing:.3f} s; in the shot {processor / count:.3f} s; peak {peak:.2f} GiB"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
