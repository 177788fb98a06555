"""Closed forms of the Boolean grain model: what any method's texture is held to.

Discs of one radius lie where a Poisson process puts them; a point is dark where at least one disc
covers it. `u` is the coverage, the share of dark points; `rho` the radius in pixel pitches; a pixel
is the coverage seen through an aperture. docs/physics.md, Boolean grain.
"""

from functools import lru_cache

import numpy as np
from scipy.special import j0

from spectral_film.grain.aperture import Aperture

RADIAL, ANGULAR = 24, 32  # nodes: variances are within 1e-6, up to radii of 2 pixels
TRIPLE_NODES = 16  # along each of three axes: skewness is within .002, up to radii of 2 pixels
ALIASES = range(-2, 3)  # beyond, both apertures pass less than 1e-9


def lens(distance: np.ndarray) -> np.ndarray:
    """Area that two unit discs share, their centres `distance` apart, as a share of one disc."""
    half = np.clip(np.asarray(distance) / 2, 0, 1)
    return 2 / np.pi * (np.arccos(half) - half * np.sqrt(1 - half**2))


def point_covariance(u: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Of the coverage of two points, `distance` disc radii apart; `u` and it broadcast."""
    bare = 1 - np.asarray(u, dtype=float)
    return bare**2 * np.expm1(-np.log(bare) * lens(distance))


def covariance(u: np.ndarray, rho: float, aperture: Aperture, reach: int = 4) -> np.ndarray:
    """Of the pixels of an evenly exposed picture.

    Args:
        u: Coverage between 0 and 1, of any shape.
        rho: Disc radius in pixels.
        aperture: What a pixel looks through.
        reach: The largest lag wanted, in pixels.

    Returns:
        (..., 2 reach + 1, 2 reach + 1), the lag of 0 in the middle.
    """
    u = np.asarray(u, dtype=float)
    distances, _ = _radial()
    return np.tensordot(point_covariance(u[..., None], distances), _seen(rho, aperture, reach), 1)


def variance(u: np.ndarray, rho: float, aperture: Aperture) -> np.ndarray:
    """Of a pixel, of the shape of `u`."""
    return covariance(u, rho, aperture, reach=0)[..., 0, 0]


def spectrum(
    u: np.ndarray, rho: float, aperture: Aperture, fx: np.ndarray, fy: np.ndarray
) -> np.ndarray:
    """Power per unit of frequency of the pixels, aliases and all: its integral is the variance.

    Args:
        u: Coverage between 0 and 1, of any shape.
        rho: Disc radius in pixels.
        aperture: What a pixel looks through.
        fx: Cycles per pixel along x; broadcasts with
        fy: Cycles per pixel along y.

    Returns:
        The shape of `u`, followed by that of the frequencies.
    """
    distances, areas = _radial()
    powers = point_covariance(np.asarray(u, dtype=float)[..., None], distances) * areas
    total = np.zeros(())
    for x, y in ((fx + i, fy + j) for i in ALIASES for j in ALIASES):
        passed = (aperture.transfer(x) * aperture.transfer(y)) ** 2
        waves = j0(2 * np.pi * rho * np.hypot(x, y)[..., None] * distances)
        total = total + np.tensordot(powers, waves, (-1, -1)) * rho**2 * passed
    return total


def skewness(u: np.ndarray, rho: float, aperture: Aperture) -> np.ndarray:
    """Third standardised moment of a pixel, of the shape of `u`.

    The integral over triples of points takes a Gaussian of the same cube for the aperture; for
    `BENCH` that is the aperture itself.
    """
    bare = 1 - np.asarray(u, dtype=float)[..., None]
    first, second, third, shared, area = _triples()
    density = -np.log(bare)
    pair_1, pair_2, pair_3 = (
        np.expm1(density * lens(distance)) for distance in (first, second, third)
    )
    # Of three bare points, by inclusion and exclusion; what they have by pairs is taken off.
    covered = lens(first) + lens(second) + lens(third) - shared
    joint = np.exp(density * covered) - 1 - pair_1 - pair_2 - pair_3
    joint += 2 * pair_1 * pair_2 - pair_1 * pair_3 - pair_2 * pair_3
    sides = first**2 + second**2 + third**2
    cube = _integral_of_cube(aperture)
    seen = cube * np.exp(-(rho**2) * sides * np.pi * np.sqrt(cube / 3)) * area * rho**4
    moment = -(bare[..., 0] ** 3) * (joint @ seen)
    return moment / variance(u, rho, aperture) ** 1.5


def _radial(count: int = RADIAL) -> tuple[np.ndarray, np.ndarray]:
    """Distances up to a disc's diameter, in radii, and the area of the ring of each."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes + 1, 2 * np.pi * (nodes + 1) * weights


@lru_cache(maxsize=256)
def _seen(rho: float, aperture: Aperture, reach: int) -> np.ndarray:
    """What a pair of pixels sees of pairs of points: (distance, lag in y, lag in x)."""
    distances, areas = _radial()
    angles = 2 * np.pi * (np.arange(ANGULAR) + 0.5) / ANGULAR
    lags = np.arange(-reach, reach + 1)[:, None, None]
    along_x, along_y = (
        aperture.autocorrelation(lags - rho * distances[:, None] * around(angles))
        for around in (np.cos, np.sin)
    )
    pairs = np.einsum("yda,xda->dyx", along_y, along_x, optimize=True) / ANGULAR
    return rho**2 * areas[:, None, None] * pairs


@lru_cache(maxsize=1)
def _triples() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Triples of points, one of them within a diameter of both others, in disc radii.

    Returns:
        Distances from that one, of the others from each other, the area that the three discs
        share as a share of one, and the measure that each triple stands for.
    """
    distances, rings = _radial(TRIPLE_NODES)
    angles, weights = np.polynomial.legendre.leggauss(TRIPLE_NODES)
    angles = np.pi * (angles + 1) / 2  # half a turn: the other half is its mirror image
    points = distances[:, None] * np.exp(1j * angles)
    first, second = np.broadcast_arrays(distances[:, None, None] + 0j, points)
    measure = rings[:, None, None] * rings[:, None] * (weights / 2)
    first, second, measure = first.ravel(), second.ravel(), measure.ravel()
    return abs(first), abs(second), abs(second - first), _shared(first, second), measure


def _shared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Area common to unit discs about 0 and two points of the complex plane, in discs.

    It is bounded by arcs that meet where two circles cross inside the third: all three pairs
    give one corner, or one pair gives both, or there is nothing.
    """
    corners, areas = [], []
    for one, other, beyond in ((0, first, second), (0, second, first), (first, second, 0)):
        between = other - one
        apart = abs(between)
        with np.errstate(invalid="ignore"):  # circles that do not cross
            across = 1j * between / apart * np.sqrt(1 - apart**2 / 4)
        for corner in ((one + other) / 2 + across, (one + other) / 2 - across):
            corners.append(np.where(abs(corner - beyond) < 1, corner, np.nan))
        areas.append(np.where(np.isfinite(corners[-1] + corners[-2]), lens(apart), 0))
    pairs = zip(corners[::2], corners[1::2], strict=True)
    a, b, c = (np.where(np.isfinite(one), one, other) for one, other in pairs)
    triangle = abs(((b - a) * (c - a).conjugate()).imag) / 2
    chords = np.abs([b - a, c - b, a - c])
    segments = np.sum(np.arcsin(np.minimum(chords / 2, 1)) - chords / 4 * np.sqrt(4 - chords**2), 0)
    with_corners = np.nan_to_num(triangle + segments) / np.pi
    return np.where(np.sum(areas, 0) > 0, np.sum(areas, 0), with_corners)


def _integral_of_cube(aperture: Aperture) -> float:
    step = 1 / 64
    x = np.arange(-aperture.reach, aperture.reach, step)
    return float((aperture.density(x) ** 3).sum() * step) ** 2
