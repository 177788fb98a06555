"""Does the grain of a pack do what the engine's does? Both on even greys from black to white."""

from dataclasses import replace
from typing import Literal

import numpy as np

from bake.chain import DISPLAY, DYES, GRAINY_DYES
from bake.colour_path import ColourPath
from bake.error import CIEDE2000, statistic
from bake.grain_errors import EDGES, MAIN, in_rings
from bake.opening import Pack
from bake.parts import Statistic
from bake.player import Player
from bake.reference_scene import gate_of, scene_of_codes
from bake.replay import replay
from spectral_film.path.rendering import render
from spectral_film.path.settings import Settings
from spectral_film.stages.signals import Quantity

ROWS, COLUMNS, SIDE = 3, 4, 128  # of greys; pixels of each
SEED, FRAME = 2383, 24
CODES = 255  # of a screen

# What grain may be off by, mean and 99th percentile. Where the engine draws it by another form than
# the pack, the noise is another too, and a grey has some 4000 grains that are apart: deviations of
# two such are 1.6 % from each other, means .02 deviations, spectra .4 dB. Else all of it is as
# good as none.
BOUNDS = {
    "grain, mean": (0.05, 0.15),
    "grain, deviation": (4, 10),
    "grain, deviation on the screen": (0.5, 1.5),
    "grain, spectrum": (0.6, 1.2),
    "player against replay, with grain": (0.01, 0.05),
}


def prove_grain(pack: Pack, engine: ColourPath) -> dict[str, Statistic]:
    """Of the pack against the engine, each by its own way of drawing it.

    Args:
        pack: One that has grain.
        engine: Of the films it was baked from, on a device.
    """
    said, settings = pack.manifest, engine.recipe.settings
    pitch = said.reference.pitch_um
    codes = _greys()
    scene = scene_of_codes(codes, said.input.space)

    def rendered(grain: Literal["on", "off"], to: Quantity) -> np.ndarray:
        everything: Settings = replace(
            settings, scatter=True, halation=True, adjacency=True, gate=gate_of(codes, pitch),
            grain=grain, to=to, seed=SEED, frame=FRAME,
        )  # fmt: skip
        picture = render(scene, everything, device=engine.device, encode=to == "display")
        return picture.image.astype(np.float64)

    chain = said.model_dump(mode="json")
    plain, grainy = (
        replay(chain, pack.folder, codes, pitch, frame, SEED) for frame in (None, FRAME)
    )
    planes = np.ascontiguousarray(np.moveaxis(codes, -1, 0))
    player = Player(pack, engine.device)
    played = np.moveaxis(player.play(planes, (pitch, pitch), frame=FRAME, seed=SEED), 0, -1)

    by_engine = _patches(rendered("on", "dyes") - rendered("off", "dyes"))
    by_pack = _patches(grainy[GRAINY_DYES] - plain[DYES])
    deviation = by_engine.std(axis=(-2, -1))
    shown = _patches(rendered("on", "display")), _patches(grainy[DISPLAY])
    seen = [CODES * patches.std(axis=(-2, -1)) for patches in shown]
    off = {
        "grain, mean": (
            abs(by_pack.mean(axis=(-2, -1)) - by_engine.mean(axis=(-2, -1))) / deviation,
            "standard deviations",
        ),
        "grain, deviation": (100 * abs(by_pack.std(axis=(-2, -1)) / deviation - 1), "%"),
        "grain, deviation on the screen": (abs(seen[1] - seen[0]), "8-bit codes"),
        "grain, spectrum": (_decibels(by_pack, by_engine), "dB"),
    }
    errors = {name: statistic(values.ravel(), unit) for name, (values, unit) in off.items()}
    apart = engine.difference(*(p.reshape(-1, 3) for p in (grainy[DISPLAY], played)))
    return errors | {"player against replay, with grain": statistic(apart, CIEDE2000)}


def _greys() -> np.ndarray:
    """Even patches, codes from a tenth to nine tenths, (y, x, 3)."""
    levels = np.linspace(0.1, 0.9, ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    grey = levels.repeat(SIDE, axis=0).repeat(SIDE, axis=1)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)


def _patches(picture: np.ndarray) -> np.ndarray:
    """The middle half of each grey, where no other shines in, (patch, layer, y, x)."""
    whole = picture.reshape(ROWS, SIDE, COLUMNS, SIDE, 3).transpose(0, 2, 4, 1, 3)
    margin = SIDE // 4
    return whole[..., margin:-margin, margin:-margin].reshape(-1, 3, SIDE // 2, SIDE // 2)


def _decibels(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far apart spectra are up to `MAIN`, over patches and layers."""
    rings = []
    for patches in (one, other):
        flat = patches.reshape(-1, *patches.shape[-2:])
        flat = flat - flat.mean(axis=(-2, -1), keepdims=True)
        rings.append(np.array([in_rings(abs(np.fft.fft2(patch)) ** 2) for patch in flat]))
    ratio = 10 * np.log10(rings[0] / rings[1])[:, EDGES[1:] <= MAIN]
    decibels: np.ndarray = np.sqrt((ratio**2).mean(axis=1))
    return decibels
