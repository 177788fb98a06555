"""What of a blur happens on which level: cores on the pixels, and on ever coarser samples.

Samples of level n lie 2^n pixels apart, counted from the frame's first pixel. On each level a core
is convolved with, term by term; what is left is smooth and goes to the next (`split.py`), where
that saves terms and the samples are close enough for it:

    exponential, Gaussian   1.3 lengths; a sixth of sigma counts for a length, the tail's at its end
    Cauchy, halo            a tenth of the distance over which it ends

A kernel that is wide in pixels is split once in any case: little of it lies outside of the core.
But beside a lamp 1e8 times as bright as its surroundings the faintest foot of a kernel shows, and
there the samples must lie within .6 lengths, or the kernel stays whole.
"""

import math
from collections import defaultdict
from functools import lru_cache

import numpy as np

from spectral_film.blur.pixel_kernel import positive_kernel, sum_of, total
from spectral_film.blur.split import coarsened, split
from spectral_film.emulsion.spread import (
    CAUCHY_REACH,
    SMOOTH_END,
    Cauchy,
    Exponential,
    Gaussian,
    Halo,
    Mixture,
    Spread,
)

CORE = 10  # pixels: leaves 5e-6 of a kernel with a cusp wrong, all errors added up; 8 leaves 2e-5
WORTH_IT = 40  # terms a pixel that a split must save; halving and doubling cost about as many
PER_LENGTH, PER_LENGTH_BESIDE_LAMPS, PER_END = 0.75, 1.7, 10  # samples, see above
# Samples that a rest may go on beyond its kernel. The end of an exponential is cut off, and all
# that a longer tail would do is ring; that of a halo shows beside a lamp.
TAIL, TAIL_OF_SMOOTH_END = 2, 6
HALO_SAMPLES_UM = 50.0  # at most, where it begins: a sixth of its width
SAMPLED = 2  # values of a halo's kernel to such a sample, of which its rest is made


@lru_cache(maxsize=16)  # two frames' worth
def levels_of(
    mixture: Mixture, pitch_um: tuple[float, float], *, beside_lamps: bool
) -> tuple[np.ndarray, ...]:
    """The core of every level, from the pixels on.

    Args:
        mixture: The blur; a ring is left out (`ring.py`).
        pitch_um: Pixel pitch across and down.
        beside_lamps: Whether even the foot of the kernels shows.

    Returns:
        Quadrants, float32 and read only, (y, x); of a single zero where a level has no core. Flats
        come out as the mixture's weights add up.
    """
    cores: dict[int, list[np.ndarray]] = defaultdict(list)
    parts = [(weight, part) for weight, part in mixture.parts if not is_ring(part)]
    for weight, part in parts:
        for level, core in _cores(part, pitch_um, beside_lamps):
            cores[level].append(weight * core)
    levels = [sum_of(cores[level]) for level in range(max(cores, default=0) + 1)]
    return _rounded(levels, math.fsum(weight for weight, _ in parts))


def is_ring(part: Spread) -> bool:
    """Whether a spread has an edge of light far out, which no coarse samples hold."""
    return isinstance(part, Halo) and part.profile == "ring"


@lru_cache(maxsize=16)  # layers share their halo
def _cores(
    part: Spread, pitch_um: tuple[float, float], beside_lamps: bool
) -> tuple[tuple[int, np.ndarray], ...]:
    """Cores of one part, each with its level."""
    pitch = max(pitch_um)
    level = _first_level(part, pitch)
    coarsest = _coarsest_um(part, beside_lamps)
    if not beside_lamps:
        coarsest = max(coarsest, 2 * pitch)
    tail = TAIL_OF_SMOOTH_END if isinstance(part, Halo | Cauchy) else TAIL
    step = max(1, 2**level // SAMPLED)
    kernel = positive_kernel(part, pitch_um, step)
    cores = []
    if level:
        kernel = coarsened(kernel, level, step, tail)
    while pitch * 2 ** (level + 1) <= coarsest and _saved(kernel.shape) > WORTH_IT * 4**level:
        core, kernel = split(kernel, CORE, tail)
        cores.append((level, core))
        level += 1
    return (*cores, (level, kernel))


def _first_level(part: Spread, pitch: float) -> int:
    """Where a part begins; a halo is smooth all over."""
    if isinstance(part, Halo):
        return max(0, math.floor(math.log2(HALO_SAMPLES_UM / pitch)))
    return 0


def _coarsest_um(part: Spread, beside_lamps: bool) -> float:
    """Distance of the samples at which a part is still well held."""
    if isinstance(part, Halo):
        return _end_um(part.nominal_reach_um) / PER_END
    if isinstance(part, Cauchy):
        return _end_um(CAUCHY_REACH * part.radius_um) / PER_END
    per_length = PER_LENGTH_BESIDE_LAMPS if beside_lamps else PER_LENGTH
    if isinstance(part, Exponential):
        return part.length_um / per_length
    if isinstance(part, Gaussian):
        return part.sigma_um / 6 / per_length
    return 0.0


def _end_um(nominal_um: float) -> float:
    begin, end = SMOOTH_END
    return (end - begin) * nominal_um


def _saved(shape: tuple[int, ...]) -> int:
    """Multiply-adds a sample that a smaller core saves, folded left on right."""
    return (2 * shape[0] - 1) * shape[1] - (2 * CORE + 1) * (CORE + 1)


def _rounded(cores: list[np.ndarray], whole: float) -> tuple[np.ndarray, ...]:
    """Cores in float32, brought to their sum at the centre of the first."""
    rounded = [core.astype(np.float32) for core in cores]
    sums = (4**level * total(core) for level, core in enumerate(rounded))
    rounded[0][0, 0] += whole - math.fsum(sums)
    for core in rounded:
        core.flags.writeable = False
    return tuple(rounded)
