"""What the network is to draw: Boolean grain in closed form, and of discs rendered for it.

Of discs far smaller than the aperture only the first terms of their cumulants count: against the
normal law, the parts of the histogram that are even in the normal deviate go with rho, the odd ones
with its square. So discs of less than `SMALLEST_RENDERED` pixels are not rendered for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from scipy.special import ndtri

from reference.grain import boolean, losses
from reference.grain.frequencies import FREQUENCIES, SHARES
from reference.grain.network import LARGEST, SMALLEST
from reference.grain.pictures import SIDE, pictures
from spectral_film.grain.aperture import Aperture
from spectral_film.grain.boolean import skewness, spectrum, variance
from spectral_film.grain.network import variable

LEVELS = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98])
SIZES = np.geomspace(SMALLEST, LARGEST, 24)  # at which there are spectra, and a table of weights
NODES = np.linspace(0.02, 0.98, 21)  # coverages between which sigma is interpolated

RADII = np.linspace(0.2, 1, 9)  # of even samples; between them figures go along straight lines
DISCS = 100_000  # seed: others than those that the battery throws

RADII_OF_PICTURES = np.array([0.1, 0.2, 0.4, 0.57, 0.8, 1.0])


@dataclass(frozen=True)
class Amount:
    """How much is rendered: large discs leave less to count on a tile, and are cheap.

    Attributes:
        tile: Side of an even sample, in pixels.
        tiles: So many, for each of `RADII`.
        pictures: A radius.
        copies: Of a picture along each side of a rendering, less those at its border.
        renderings: So many, for each of `RADII_OF_PICTURES`.
    """

    tile: int = 256
    tiles: tuple[int, ...] = (2, 2, 2, 2, 3, 3, 4, 4, 4)
    pictures: int = 8
    copies: int = 10
    renderings: tuple[int, ...] = (1, 1, 2, 3, 4, 4)


FULL = Amount()


class Targets(NamedTuple):
    """Through one aperture; grain in standard deviations, but in pictures as it is.

    Attributes:
        log_shape: As `losses.decibels` takes it, (size, level, frequency).
        quantiles: (radius, level, quantile).
        third_moment: (radius, level).
        gram: (radius, level, filter, filter).
        pictures: v of their coverages, (radius of pictures, picture, y, x).
        moments: (radius of pictures, picture, moment, y, x).
        sigma: (radius of pictures, node).
    """

    log_shape: Array
    quantiles: Array
    third_moment: Array
    gram: Array
    pictures: Array
    moments: Array
    sigma: Array


def targets(aperture: Aperture, seed: int, amount: Amount = FULL) -> Targets:
    """Render, and count: a minute or two."""
    first = DISCS + seed * 1000
    coverages = [
        pictures(amount.pictures, np.random.default_rng((seed, 2, i)))
        for i in range(len(RADII_OF_PICTURES))
    ]
    quantiles, gram = (
        np.stack(of_all)
        for of_all in zip(
            *(
                _mean([_even(rho, aperture, amount.tile, first + n) for n in range(count)])
                for rho, count in zip(RADII, amount.tiles, strict=True)
            ),
            strict=True,
        )
    )
    moments = [
        np.mean(
            [_pictured(shown, rho, aperture, amount.copies, first + n) for n in range(count)],
            axis=0,
        )
        for shown, rho, count in zip(coverages, RADII_OF_PICTURES, amount.renderings, strict=True)
    ]
    return Targets(
        *(
            jnp.asarray(table, jnp.float32)
            for table in (
                log_shapes(aperture),
                quantiles,
                [skewness(LEVELS, rho, aperture) for rho in RADII],
                gram,
                variable(np.array(coverages)),
                moments,
                [np.sqrt(variance(NODES, rho, aperture)) for rho in RADII_OF_PICTURES],
            )
        )
    )


def log_shapes(aperture: Aperture) -> Array:
    """Of `Targets`: what needs no discs."""
    powers = np.stack([spectrum(LEVELS, rho, aperture, *FREQUENCIES.T) for rho in SIZES])
    return jnp.asarray(np.log(powers / (powers @ SHARES)[..., None] + losses.FLOOR), jnp.float32)


def _even(rho: float, aperture: Aperture, side: int, seed: int) -> tuple[np.ndarray, ...]:
    """Quantiles and Gram matrix of even coverages, (level, ...)."""
    tile = boolean.tile(LEVELS.tolist(), rho, aperture, (side, side), seed)
    grain = tile - LEVELS[:, None, None]
    grain /= np.sqrt(variance(LEVELS, rho, aperture))[:, None, None]
    own = (tile - tile.mean(axis=(1, 2), keepdims=True)) / tile.std(axis=(1, 2), keepdims=True)
    found = losses.quantiles(own), losses.gram(grain)
    return tuple(np.asarray(one) for one in found)


def _pictured(
    coverages: np.ndarray, rho: float, aperture: Aperture, copies: int, seed: int
) -> np.ndarray:
    """Moments of pictures, (picture, moment, y, x)."""
    tiled = np.tile(coverages, (1, copies + 2, copies + 2))
    rendered = boolean.picture(tiled, rho, aperture, seed)
    mean = np.stack([boolean.mean(picture, aperture) for picture in tiled])
    border = SIDE - losses.BORDER
    grain = (rendered - mean)[:, border:-border, border:-border]
    return np.asarray(losses.moments(grain))


def _mean(found: Sequence[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Over tiles, figure by figure."""
    return tuple(np.mean(one, axis=0) for one in zip(*found, strict=True))


def at_radius(aims: Targets, rho: Array, level: Array) -> tuple[Array, Array, Array]:
    """Quantiles, third moment and Gram matrix of some levels; the last from `RADII` on only."""
    place = jnp.interp(rho, jnp.asarray(RADII, rho.dtype), jnp.arange(len(RADII), dtype=rho.dtype))
    low = jnp.minimum(place.astype(int), len(RADII) - 2)
    along = place - low.astype(rho.dtype)
    quantiles, third, gram = (
        (1 - along) * table[low][level] + along * table[low + 1][level]
        for table in (aims.quantiles, aims.third_moment, aims.gram)
    )
    scale = jnp.minimum(rho / RADII[0].astype(rho.dtype), 1)
    return shrunk(quantiles, scale), scale * third, gram


def shrunk(quantiles: Array, scale: Array | float) -> Array:
    """Of small discs, to discs `scale` times as large, at most 1."""
    edges = ndtri(np.linspace(0, 1, losses.QUANTILES + 1))
    density = np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi)
    normal = jnp.asarray(losses.QUANTILES * -np.diff(density), quantiles.dtype)
    away = quantiles - normal
    even, odd = (away + away[..., ::-1]) / 2, (away - away[..., ::-1]) / 2
    return normal + scale * even + scale**2 * odd
