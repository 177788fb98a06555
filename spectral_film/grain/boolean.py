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


def _radial() -> tuple[np.ndarray, np.ndarray]:
    """Distances up to a disc's diameter, in radii, and the area of the ring of each."""
    nodes, weights = np.polynomial.legendre.leggauss(RADIAL)
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
