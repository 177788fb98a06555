"""Colours a table is solved for and judged by: kinds that pictures are made of.

Surfaces are those of a colour chart, mixed two by two, under light of any level; levels are in
stops from an 18 % grey. Values are linear Rec.709, 1 = perfect white.
"""

import numpy as np

from spectral_film.chromaticity import BRADFORD, adaptation, rgb_to_xyz, white_xyz
from spectral_film.spectra import colour_chart, illuminant, observer
from spectral_film.stages.display import D65, REC709
from spectral_film.stages.exposure import GREY

KINDS = (
    "photograph", "near-neutral", "skin", "deep shadow", "highlight", "saturated",
)  # fmt: skip
SKINS = ("dark skin", "light skin")
WHOLE_CUBE = "whole cube"  # any code, most of them colours that no lens ever saw


def scene_colours(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """`count` colours of each of `KINDS`, (colour, 3).

    photograph: mixed surfaces, normal about a third of a stop under grey, sd 1.6 stops.
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
    pure = rng.random((count, 3)) ** 2
    pure[np.arange(count), rng.integers(3, size=count)] = rng.uniform(-0.05, 0.02, count)
    pure *= 2 ** rng.uniform(-6, 2, (count, 1)) / pure.max(axis=1, keepdims=True)
    tints = 1 + rng.uniform(-0.1, 0.1, (count, 3))
    found = (
        mixed(surfaces) * lit,
        at_level(1 + rng.uniform(-0.03, 0.03, (count, 3)), -8, 6),
        at_level(mixed(skins) * tints, -3, 2),
        at_level(mixed(surfaces), -10, -5),
        at_level(0.3 + 0.5 * mixed(surfaces), 2.5, 7),
        pure,
    )
    return dict(zip(KINDS, found, strict=True))


def chart_rgb() -> dict[str, np.ndarray]:
    """The chart's patches under D55, white brought to D65; no component below a ten-thousandth."""
    light = illuminant("D55")
    seen = observer() * light / (observer()[1] @ light)
    white = seen.sum(axis=1)
    to_rgb = np.linalg.inv(rgb_to_xyz(REC709, D65)) @ adaptation(BRADFORD, white, white_xyz(D65))
    return {name: np.maximum(to_rgb @ seen @ r, 1e-4) for name, r in colour_chart().items()}
