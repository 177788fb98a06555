"""Speed of the player of packs against the engine, on one picture with lamps in it.

    python scripts/benchmark_pack.py PACK [--size 4096x2160] [--repeat 5]

Read the ratios: both run in turn in one process, so what else the machine does hits both.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

import spectral_film as sf
from bake.opening import open_pack
from bake.player import Player
from bake.reference_scene import reference_codes, scene_of_codes
from bake.verify import recipe_of
from spectral_film.emulsion.frame import Frame
from spectral_film.path.pipeline import Pipeline


def in_turn(repeat: int, *work: Callable[[], object]) -> list[float]:
    """Shortest run of each, in seconds, after one that is not counted."""
    times: list[list[float]] = [[] for _ in work]
    for _ in range(repeat + 1):
        for taken, run in zip(times, work, strict=True):
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return [min(taken[1:]) for taken in times]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pack", type=Path)
    parser.add_argument("--size", default="4096x2160")
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))

    device = sf.open_device()
    with open_pack(asked.pack) as pack:
        said = pack.manifest
        scene = reference_codes(said.input.space)
        rows, columns, _ = scene.shape
        tiles = (-(-height // rows), -(-width // columns), 1)
        pixels = np.ascontiguousarray(np.tile(scene, tiles)[:height, :width])
        light = scene_of_codes(pixels, said.input.space)
        codes = np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
        frame = Frame(said.gates[0].width_mm, width)
        plain = recipe_of(said).settings
        everything = replace(plain, scatter=True, halation=True, adjacency=True)
        engine, grainy, colours = (
            Pipeline(settings=s, frame=frame, encode=True)
            for s in (everything, replace(everything, grain="fast"), plain)
        )
        player = Player(pack, device)
        print(f"{width} x {height}, {device.name}")
        print("| path | engine, s | player, s | engine / player |\n|---|---|---|---|")
        for name, by_engine, by_player in (
            ("colour", lambda: colours(device, light), lambda: player.play_colours(codes)),
            (
                "everything",
                lambda: engine(device, light),
                lambda: player.play(codes, frame.pitch_um),
            ),
            (
                "everything, with fast grain",
                lambda: grainy(device, light),
                lambda: player.play(codes, frame.pitch_um, frame=0),
            ),
        ):
            one, other = in_turn(asked.repeat, by_engine, by_player)
            print(f"| {name} | {one:.2f} | {other:.2f} | {one / other:.1f} |")


if __name__ == "__main__":
    main()
