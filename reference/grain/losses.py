"""How far the network's grain is from Boolean grain: spectrum, histogram, shapes, pictures.

The spectrum is compared in closed form, without a sample's noise. All else is a mean over pixels,
taken of two independent halves of a sample: the product of the errors of both is, in expectation,
the square of the true error, while the square of one error would count the sample's noise too and
reward the network for what is quiet. So these figures may come out negative.

Samples are in standard deviations of Boolean grain, with mean 0. docs/physics.md, Grain training.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from reference.grain.frequencies import SHARES, ring_weights
from reference.grain.pictures import SIDE

QUANTILES = 64  # means of as many equal parts of the sorted values
STEP = 2  # pixels: neighbours hardly say more about the histogram
FILTERS = 8  # 5 x 5, random, from one that sees the level to one that sees only differences
BORDER = 2  # of `moments`
LAGS = (0, 0), (0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0)  # (dy, dx)
DECIBEL = 10 / np.log(10)
# Of the mean power, added to both spectra before the logarithm: in the corners beyond .5 cycles per
# pixel a spectrum may fall to 1e-5 of its peak, where float32 sees its own errors.
FLOOR = 1e-3


def decibels(power: Array, log_shape: Array) -> Array:
    """Square of the error in dB, over frequencies.

    Args:
        power: (level, frequency).
        log_shape: Of Boolean grain: ln of its power, where the variance is 1, and FLOOR.
    """
    variance = power @ jnp.asarray(SHARES, power.dtype)
    error = jnp.log(power / variance[:, None] + FLOOR) - log_shape
    return DECIBEL**2 * jnp.mean(error**2 @ jnp.asarray(ring_weights(), power.dtype))


def apart(halves: Array, target: Array, weight: Array | float = 1.0) -> Array:
    """Mean square of the error of what two halves (2, ...) are samples of."""
    first, second = halves - target
    return jnp.mean(weight * first * second)


def quantiles(grain: Array) -> Array:
    """(..., y, x) -> (..., QUANTILES)."""
    values = jnp.sort(_flattened(grain[..., ::STEP, ::STEP]))
    whole = values.shape[-1] // QUANTILES * QUANTILES
    return values[..., :whole].reshape(*values.shape[:-1], QUANTILES, -1).mean(axis=-1)


def third_moment(grain: Array) -> Array:
    """(..., y, x) -> (...)."""
    return jnp.mean(grain**3, axis=(-1, -2))


def gram(grain: Array) -> Array:
    """Which shapes there are, and which together: products of filtered grain, where positive.

    (..., y, x) -> (..., filter, filter)
    """
    side = FILTER_BANK.shape[-1]
    rows, columns = (n - side + 1 for n in grain.shape[-2:])
    windows = jnp.stack(
        [grain[..., i : i + rows : STEP, j : j + columns : STEP] for i, j in np.ndindex(side, side)]
    )
    bank = jnp.asarray(FILTER_BANK.reshape(FILTERS, -1), grain.dtype)
    found = _flattened(jnp.moveaxis(jax.nn.relu(jnp.tensordot(bank, windows, 1)), 0, -3))
    return found @ found.mT / found.shape[-1]


def moments(grain: Array) -> Array:
    """Of copies of a picture, pixel by pixel: with neighbours at `LAGS`, and of third order.

    (..., y, x), with a BORDER around the copies -> (..., moment, SIDE, SIDE).
    """
    rows, columns = (n - 2 * BORDER for n in grain.shape[-2:])

    def shifted(dy: int, dx: int) -> Array:
        top, left = BORDER + dy, BORDER + dx
        return grain[..., top : top + rows, left : left + columns]

    here = shifted(0, 0)
    found = jnp.stack([*(here * shifted(*lag) for lag in LAGS), here**3], axis=-3)
    copies = found.reshape(*found.shape[:-2], rows // SIDE, SIDE, columns // SIDE, SIDE)
    return copies.mean(axis=(-4, -2))


def smoothed(maps: Array) -> Array:
    """Means over 3 x 3 pixels of a torus: errors of the network are no narrower."""
    for axis in (-1, -2):
        maps = (jnp.roll(maps, -1, axis) + maps + jnp.roll(maps, 1, axis)) / 3
    return maps


def _flattened(grain: Array) -> Array:
    return grain.reshape(*grain.shape[:-2], -1)


def _filter_bank() -> np.ndarray:
    bank = np.random.default_rng(5).normal(size=(FILTERS, 5, 5))
    bank -= bank.mean(axis=(1, 2), keepdims=True) * np.linspace(0, 1, FILTERS)[:, None, None]
    return bank / np.sqrt((bank**2).sum(axis=(1, 2), keepdims=True))


FILTER_BANK = _filter_bank()
