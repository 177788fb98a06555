"""The fast form: white noise, bent and blurred once, has mean, variance and spectrum right.

    n = sum_j filter_j S_j( amplitude (z + kappa (z^2 - 1)) / sqrt(1 + 2 kappa^2) )

S_j adds up the pixels of an orbit (`orbits.py`). What is blurred has mean 0 and the amplitude of
its own pixel, whatever its neighbours are. kappa bends the histogram as the pixels' is bent.
Kernel: stages/grain.cl. Source: docs/physics.md, Grain fast form.
"""

import numpy as np

from spectral_film.grain.orbits import members, orbits, radius_of, square, sums

RADIUS = 3  # of the filter: its spectrum is within .03 dB, and .25 dB behind a Gaussian aperture
STEPS = 12  # of Gauss and Newton, who are done after six
STRONGEST_BEND = 0.5  # of kappa: beyond, z + kappa (z^2 - 1) turns back within two deviations


def filter_for(correlation: np.ndarray) -> np.ndarray:
    """The filter whose own correlation comes nearest, of power 1.

    Args:
        correlation: Wanted, by lag in y and in x up to twice `RADIUS`, 1 at the middle.

    Returns:
        By orbit, (orbit,).
    """
    middle, ways = 2 * RADIUS, sums(RADIUS, RADIUS)
    wanted = np.array([correlation[middle + dy, middle + dx] for dx, dy in orbits(middle)])
    weight = np.sqrt(members(middle))
    # From the root of the spectrum, cut short.
    power = np.fft.fft2(np.fft.ifftshift(correlation)).real
    root = np.fft.ifft2(np.sqrt(np.maximum(power, 0))).real
    found = np.array([root[dy, dx] for dx, dy in orbits(RADIUS)])
    for _ in range(STEPS):
        half_slope = np.einsum("oij,j->oi", ways, found)
        missing = wanted - half_slope @ found
        found = found + np.linalg.lstsq(2 * half_slope * weight[:, None], missing * weight)[0]
    filter_: np.ndarray = found / np.sqrt(found**2 @ members(RADIUS))
    return filter_


def correlation_of(filter_: np.ndarray) -> np.ndarray:
    """By lag in y and x, of white noise behind the filter; the middle is its power."""
    radius = radius_of(len(filter_))
    return square(np.einsum("oij,i,j->o", sums(radius, radius), filter_, filter_))


def kappa_for(skewness: np.ndarray, filter_: np.ndarray) -> np.ndarray:
    """The bend that gives pixels behind a filter of power 1 this skewness, as far as it can."""
    bends = np.linspace(-STRONGEST_BEND, STRONGEST_BEND, 1001)
    return np.interp(skewness, skewness_of(bends, filter_), bends)


def skewness_of(kappa: np.ndarray, filter_: np.ndarray) -> np.ndarray:
    """Of pixels behind a filter of power 1, of noise with these bends."""
    bent = (6 * kappa + 8 * kappa**3) / (1 + 2 * kappa**2) ** 1.5
    left = filter_**3 @ members(radius_of(len(filter_)))
    return bent * left
