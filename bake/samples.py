"""Colours a table is solved for and judged by: kinds that pictures are made of.

Surfaces are those of a colour chart, mixed two by two, under light of any level; levels are in
stops from an 18 % grey. Values are linear Rec.709, 1 = perfect white.
"""

from collections.abc import Mapping

import numpy as np

from spectral_film.light.camera import rec709_of_radiance, white_light
from spectral_film.light.chromaticity import rgb_to_xyz
from spectral_film.light.displays import D65, REC709
from spectral_film.light.metering import GREY
from spectral_film.light.spectra import colour_chart

KINDS = ("photograph", "near-neutral", "skin", "deep shadow", "highlight", "saturated")
SKINS = ("dark skin", "light skin")
DEEPEST = 2.5
WHOLE_CUBE = "whole cube"  # any code, most of them colours that no lens ever saw
# How much a kind counts when a table is solved for. Tried out: pictures are what a table is for,
# and colours that no picture has shall not bend it.
IMPORTANCE = {"photograph": 9.0, "saturated": 0.1, WHOLE_CUBE: 0.1}


def scene_colours(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """`count` colours of each of `KINDS`, (colour, 3).

    photograph: mixed surfaces, normal about a third of a stop under grey, sd 1.6 stops, half of
    them deepened: a chart is flat and matt, but in folds, fur and thick glazes light meets a
    colour up to `DEEPEST` times, r^n, which makes the dark saturated browns and reds of
    photographs; the range of n is *assumed*.
    near-neutral: within 3 % of grey, -8 to 6 stops. skin: two skins, tinted by 10 %, -3 to 2.
    deep shadow: -10 to -5. highlight: half way to white, 2.5 to 7. saturated: one component about
    0, a little of it below, so just beyond Rec.709, -4.6 to 3.4.
    """
    chart = chart_rgb()
    surfaces = np.stack(list(chart.values()))
    skins = np.stack([chart[name] for name in SKINS])

    def mixed(pool: np.ndarray) -> np.ndarray:
        one, other = pool[rng.integers(len(pool), size=(2, count))]
        share = rng.random((count, 1))
        return share * one + (1 - share) * other

    def at_level(rgb: np.ndarray, lowest: float, highest: float) -> np.ndarray:
        luminance = rgb @ rgb_to_xyz(REC709, D65)[1]
        stops = rng.uniform(lowest, highest, count)
        return rgb * (GREY * 2**stops / luminance)[:, None]

    lit = 2 ** np.clip(rng.normal(-0.3, 1.6, (count, 1)), -6, 3)
    times = np.maximum(rng.uniform(2 - DEEPEST, DEEPEST, (count, 1)), 1)
    pure = rng.random((count, 3)) ** 2
    pure[np.arange(count), rng.integers(3, size=count)] = rng.uniform(-0.05, 0.02, count)
    pure *= 2 ** rng.uniform(-6, 2, (count, 1)) / pure.max(axis=1, keepdims=True)
    tints = 1 + rng.uniform(-0.1, 0.1, (count, 3))
    found = (
        mixed(surfaces) ** times * lit,
        at_level(1 + rng.uniform(-0.03, 0.03, (count, 3)), -8, 6),
        at_level(mixed(skins) * tints, -3, 2),
        at_level(mixed(surfaces), -10, -5),
        at_level(0.3 + 0.5 * mixed(surfaces), 2.5, 7),
        pure,
    )
    return dict(zip(KINDS, found, strict=True))


def chart_rgb() -> dict[str, np.ndarray]:
    """The chart's patches through the camera; no component below a ten-thousandth."""
    seen = rec709_of_radiance() * white_light()
    return {name: np.maximum(seen @ r, 1e-4) for name, r in colour_chart().items()}


def weighted(kinds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """All colours, (colour, 3), and how much each counts, (colour,)."""
    counts = [np.full(len(colours), IMPORTANCE.get(kind, 1.0)) for kind, colours in kinds.items()]
    return np.concatenate(list(kinds.values())), np.concatenate(counts)
