"""Boolean grain: the kernel throws the discs of its float64 twin, over the same samples."""

from functools import cache

import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages import grain_boolean as reference
from spectral_film.grain.aperture import BENCH, SCAN
from spectral_film.stages.grain_boolean import BooleanGrain, neighbours
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply

# A grain of a few pixels; film's own on pixels that are not square; one whose pixel is cut into
# tiles; and one as fine as it may be. The aperture of the scans, and a wider one.
CASES = {
    "coarse": ((2.0, 0.7), (1.2, 0.9), SCAN, (9, 21)),
    "usual": ((1.7, 0.9), (6.1, 5.3), SCAN, (9, 21)),
    "wide": ((0.8, 0.2), (1.0, 1.0), BENCH, (5, 7)),
    "tiles": ((0.05, 0.09), (1.0, 1.0), SCAN, (3, 4)),
    "finest": ((0.012, 0.05), (1.0, 1.1), SCAN, (1, 1)),
}


@cache
def stage(case: str) -> BooleanGrain:
    """Three layers of two sublayers, that get dense one after the other, and unlike each other."""
    radius_um, pitch_um, aperture, _ = CASES[case]
    dye = np.linspace(0, 2, 9)
    fast, slow = np.clip(dye / 1.2, 0.02, 0.98), np.clip((dye - 0.6) / 1.5, 0.02, 0.98)
    coverage = np.array([(fast, slow), (slow, fast), (fast**2, slow**0.5)])
    rng = np.random.default_rng(5207)
    return BooleanGrain(
        radius_um=np.array([radius_um, radius_um[::-1], radius_um]),
        dye_amount=np.tile(dye, (3, 1)),
        coverage=np.clip(coverage, 0.02, 0.98),
        amplitude=rng.uniform(0.3, 0.5, coverage.shape),
        pitch_um=pitch_um,
        keys=rng.integers(0, 2**32, (3, 2, 2), np.uint32),
        aperture=aperture,
        of=DYES,
        to=DYES,
        origin=(1000, -7),
    )


@cache
def dyes(case: str) -> np.ndarray:
    """At random, some below the tables and some beyond them."""
    planes = np.random.default_rng(2383).uniform(-0.1, 2.2, (3, *CASES[case][-1]))
    return planes.astype(np.float32)


@cache
def grainy(case: str) -> np.ndarray:
    grain = stage(case)
    names = "dye_amount", "coverage", "amplitude", "radius_um", "pitch_um", "keys", "origin"
    return reference.grain_boolean(
        dyes(case),
        **{name: getattr(grain, name) for name in names},
        box=grain.aperture.box,
        sigma=grain.aperture.sigma,
        reach=neighbours(grain.aperture),
    )


@pytest.mark.parametrize("case", CASES)
def test_the_same_discs_over_the_same_samples(device, case):
    # A dye of 2 rounds by 1.2e-7, sums of some thousand weights by 1e-7 of an amplitude of .5. One
    # disc more or less is 1e-4 of a coverage, and one sample of the finest 1.5e-5 times its weight.
    assert_planes_agree(apply(device, stage(case), dyes(case)), grainy(case), atol=5e-7)
