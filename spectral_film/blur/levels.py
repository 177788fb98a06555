"""What of a blur happens on which level: cores on the pixels, and on ever coarser samples.

Samples of level n lie 2^n pixels apart, counted from the frame's first pixel. On each level a core
is convolved with, term by term; what is left is smooth and goes to the next (`split.py`), if that
saves terms and the samples there are close enough:

    exponential, Gaussian   3 of them to 4 lengths, and more for a greater contrast
    Cauchy, halo            10 to the distance over which it ends

A Gaussian's length is that over which it falls where it ends. A kernel may be split once in any
case, since little of it lies outside of its core, which is as wide on the film as it is high: some
1e-5 of the whole come out wrong, all errors added up. Only beside a lamp, where the faintest foot
of a kernel shows, is that too much. Where pixels are so fine that the skirts of a scene are split,
from 1.4 um on, the end of a skirt, which is cut off at 16 lengths, is wrong by 2 % of what is there
beside a lamp of 1e6 on .01.
"""

import math
from collections import defaultdict
from functools import lru_cache

import numpy as np

from spectral_film.blur.pixel_kernel import positive_kernel, sum_of, total
from spectral_film.blur.split import coarsened, split
from spectral_film.emulsion.bare_base import BareBase
from spectral_film.emulsion.spread import (
    CAUCHY_REACH,
    GAUSSIAN_REACH,
    SMOOTH_END,
    Cauchy,
    Exponential,
    Gaussian,
    Halo,
    Mixture,
    Spread,
)

CORE, CORE_PER_DECADE = 8, 1  # pixels, and more of them for each decade of contrast up to
MOST_BY_CORE = 1e4  # this: so far a core alone makes a split good enough
WORTH_IT = 40  # terms a pixel that a split must save; halving and doubling cost about as many
PER_LENGTH, PER_DECADE, PER_END = 0.75, 0.12, 10  # samples, see above
HALO_SAMPLES_UM = 50.0  # at most, where a halo begins: a sixth of its width
SAMPLED = 2  # values of a halo's kernel to such a sample, of which its rest is made


@lru_cache(maxsize=16)  # two frames' worth
def levels_of(
    mixture: Mixture, pitch_um: tuple[float, float], contrast: float
) -> tuple[np.ndarray, ...]:
    """The core of every level, from the pixels on.

    Args:
        mixture: The blur; a ring is left out (`ring.py`).
        pitch_um: Pixel pitch across and down.
        contrast: How much brighter the brightest may be than what matters beside it.

    Returns:
        Quadrants, float32 and read only, (y, x); of a single zero where a level has no core. Flats
        come out as the mixture's weights add up.
    """
    cores: dict[int, list[np.ndarray]] = defaultdict(list)
    parts = [(weight, part) for weight, part in mixture.parts if not is_ring(part)]
    for weight, part in parts:
        for level, core in _cores(part, pitch_um, contrast):
            cores[level].append(weight * core)
    levels = [sum_of(cores[level]) for level in range(max(cores, default=0) + 1)]
    return _rounded(levels, math.fsum(weight for weight, _ in parts))


def is_ring(part: Spread) -> bool:
    """Whether a spread has an edge of light far out, which no coarse samples hold."""
    return isinstance(part, BareBase) or (isinstance(part, Halo) and part.profile == "ring")


@lru_cache(maxsize=16)  # layers share their halo
def _cores(
    part: Spread, pitch_um: tuple[float, float], contrast: float
) -> tuple[tuple[int, np.ndarray], ...]:
    """Cores of one part, each with its level."""
    pitch = max(pitch_um)
    coarsest = _coarsest_um(part, contrast)
    if contrast <= MOST_BY_CORE:
        coarsest = max(coarsest, 2 * pitch)
    level = _first_level(part, pitch)
    step = max(1, 2**level // SAMPLED)
    kernel = positive_kernel(part, pitch_um, step)
    if level:
        kernel = coarsened(kernel, level, step)
    cores = []
    pixels = CORE + round(CORE_PER_DECADE * math.log10(min(contrast, MOST_BY_CORE)))
    across, down = (math.ceil(pixels * pitch / apart) for apart in pitch_um)
    reach = down, across
    while pitch * 2 ** (level + 1) <= coarsest and _saved(kernel, reach) > WORTH_IT * 4**level:
        core, kernel = split(kernel, reach)
        cores.append((level, core))
        level += 1
    return (*cores, (level, kernel))


def _first_level(part: Spread, pitch: float) -> int:
    """Where a part begins; a halo is smooth all over."""
    if isinstance(part, Halo):
        return max(0, math.floor(math.log2(HALO_SAMPLES_UM / pitch)))
    return 0


def _coarsest_um(part: Spread, contrast: float) -> float:
    """Distance of the samples at which a part is still well held."""
    begin, end = SMOOTH_END
    per_length = PER_LENGTH + PER_DECADE * math.log10(contrast)
    match part:
        case Exponential():
            return part.length_um / per_length
        case Gaussian():
            return part.sigma_um / GAUSSIAN_REACH / per_length
        case Cauchy():
            return (end - begin) * CAUCHY_REACH * part.radius_um / PER_END
        case Halo():
            return (end - begin) * part.nominal_reach_um / PER_END
    return 0.0  # a form that nothing is known of stays on the pixels


def _saved(kernel: np.ndarray, reach: tuple[int, int]) -> int:
    """Multiply-adds a sample that a core saves, folded left on right."""
    (rows, columns), (down, across) = kernel.shape, reach
    return (2 * rows - 1) * columns - (2 * down + 1) * (across + 1)


def _rounded(cores: list[np.ndarray], whole: float) -> tuple[np.ndarray, ...]:
    """Cores in float32, brought to their sum at the centre of the first."""
    rounded = [core.astype(np.float32) for core in cores]
    sums = (4**level * total(core) for level, core in enumerate(rounded))
    rounded[0][0, 0] += whole - math.fsum(sums)
    for core in rounded:
        core.flags.writeable = False
    return tuple(rounded)
