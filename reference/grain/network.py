"""The network of grain while it is trained: what it draws, and its spectrum without drawing.

The equations are those of `spectral_film.grain.network`, in float32 and with a slope for every
coefficient; what ships is drawn in float64 by its twin, `reference.stages.grain`. Each coefficient
is a polynomial in log rho, so that sizes learn from each other. docs/physics.md, Grain network,
Grain training.
"""

import math
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from reference.grain.frequencies import members_of, transfer
from spectral_film.grain.network import GAUSSIAN
from spectral_film.grain.orbits import members, orbits, sums

RADIUS = 2  # of both filters, in pixels
CHANNELS = 20
POWERS = 5  # of v: 4th degree
SIZE_POWERS = 6  # of log rho: 5th degree
SMALLEST, LARGEST = 0.05, 1.0  # rho, in pixels
MEAN_DEGREE = 10  # of the polynomials of the mean: coarser than what ships, which needs no slopes
HERMITE = 16  # orders that the spectrum tells apart; what is beyond is below 1e-4 of the variance

MEMBERS = [members_of(*name) for name in orbits(RADIUS)]
DENSITY = np.exp(-(GAUSSIAN**2) / 2) / np.exp(-(GAUSSIAN**2) / 2).sum()


class Weights(NamedTuple):
    """As in `spectral_film.grain.network`; as parameters, with a leading axis of SIZE_POWERS."""

    first: Array
    second: Array
    gain: Array
    slope: Array
    shift: Array


def start(seed: int) -> Weights:
    """Parameters to begin with: blurs of many widths, thresholds all over the noise."""
    rng = np.random.default_rng((seed, 1))
    distance = np.array([math.hypot(*name) for name in orbits(RADIUS)])
    width = np.exp(rng.uniform(math.log(0.3), 0, (CHANNELS, 1)))

    def filters(blur: np.ndarray, roughness: float) -> np.ndarray:
        rough = rng.normal(0, roughness, (CHANNELS, len(distance)))
        return blur + rough * np.exp(-(distance**2) / 4)

    def polynomials(constant: np.ndarray, *spread: float) -> np.ndarray:
        rest = rng.normal(0, 1, (CHANNELS, POWERS - 1)) * np.array(spread)
        return np.concatenate([constant[:, None], rest], axis=1)

    first = filters(np.exp(-(distance**2) / (2 * width**2)), 0.05)
    first /= np.sqrt(first**2 @ members(RADIUS))[:, None]
    blur = np.exp(-(distance**2) / (2 * 0.7**2)) * rng.normal(1, 0.2, (CHANNELS, 1))
    ones = np.ones(CHANNELS)
    even = (
        first,
        filters(blur, 0.03) / math.sqrt(CHANNELS),
        polynomials(ones, 0.2, 0.06, 0.06, 0.06),
        polynomials(0.5 * ones, 0.06, 0.02, 0.02, 0.02),
        polynomials(rng.normal(0, 0.6, CHANNELS), 0.5, 0.15, 0.15, 0.15),
    )
    none = [np.zeros((SIZE_POWERS - 1, *table.shape)) for table in even]
    return Weights(
        *(
            jnp.asarray(np.concatenate([table[None], zero]), jnp.float32)
            for table, zero in zip(even, none, strict=True)
        )
    )


def at_size(parameters: Weights, rho: Array | np.ndarray) -> Weights:
    """The network of one rho, or of several: Chebyshev series in log rho; x_k of variance 1."""
    first, *others = (jnp.tensordot(_size_series(rho), table, 1) for table in parameters)
    power = first**2 @ _constant(members(RADIUS))
    return Weights(first / jnp.sqrt(power)[..., None], *others)


def _size_series(rho: Array | np.ndarray) -> Array:
    place = jnp.log(rho / math.sqrt(SMALLEST * LARGEST)) / math.log(math.sqrt(LARGEST / SMALLEST))
    series = [jnp.ones_like(place), place]
    while len(series) < SIZE_POWERS:
        series.append(2 * place * series[-1] - series[-2])
    return jnp.stack(series, axis=-1).astype(jnp.float32)


def texture(noise: Array, v: Array, amplitude: Array, weights: Weights) -> Array:
    """What the network draws, n, where its filters find all their pixels.

    Args:
        noise: White, of variance 1, (..., y, x).
        v: Where noise has lost a border of RADIUS; any shape that broadcasts to it.
        amplitude: There too.
        weights: Of one size.

    Returns:
        (..., y, x), each 4 RADIUS smaller than the noise.
    """
    x = jnp.tensordot(weights.first, _orbit_sums(noise), 1)
    gain, slope, shift = (polynomials(p, v) for p in weights[2:])
    passed = jnp.tensordot(weights.second.T, gain * act(slope * x + shift), 1)
    return _gathered(amplitude * (passed - polynomials(mean(weights), v)))


def polynomials(powers: Array, v: Array) -> Array:
    """Rows of coefficients, lowest power first, at v: (row, then as v)."""
    value = jnp.zeros_like(v)
    for column in powers.T[::-1]:
        value = value * v + column.reshape(-1, *(1,) * v.ndim)
    return value


def mean(weights: Weights) -> Array:
    """What is taken off each orbit's sum: polynomials in v, (orbit, power)."""
    nodes = np.cos(np.pi * (np.arange(24) + 0.5) / 24)
    fit = np.linalg.pinv(np.vander(nodes, MEAN_DEGREE + 1, increasing=True))
    values = _channels(weights, _constant(nodes)) @ _constant(DENSITY)
    return (_constant(fit) @ (values @ weights.second)).T


def spectrum(weights: Weights, v: Array) -> Array:
    """Power at `FREQUENCIES` of even coverages, (level, frequency); its sum with SHARE is variance.

    By Mehler's formula, as in `spectral_film.grain.network`.
    """
    hermite = _channels(weights, v) @ _constant(_hermite() * DENSITY).T
    blurred = jnp.einsum("kj,oij->koi", weights.first, _constant(sums(RADIUS, RADIUS)))
    correlation = jnp.einsum("koi,li->klo", blurred, weights.first)
    pairs = hermite[:, :, None] * hermite[:, None]
    series = jnp.zeros_like(correlation)
    for order in range(HERMITE - 1, -1, -1):
        series = (series + pairs[..., order, None]) * correlation
    by_orbit = jnp.einsum("vklo,ki,lj->vijo", series, weights.second, weights.second)
    return by_orbit.reshape(len(v), -1) @ _constant(_waves()).T


def act(t: Array) -> Array:
    """The smooth step of `spectral_film.grain.network`."""
    t = jnp.clip(t, -1, 1)
    return t * (15 - 10 * t**2 + 3 * t**4) / 8


def _channels(weights: Weights, v: Array) -> Array:
    """Of each channel behind its threshold, (level, channel, sample of x)."""
    gain, slope, shift = (polynomials(p, v).T[..., None] for p in weights[2:])
    return gain * act(slope * _constant(GAUSSIAN) + shift)


def _orbit_sums(plane: Array) -> Array:
    """Of the pixels of each orbit around every pixel, (orbit, ..., y, x)."""
    rows, columns = (n - 2 * RADIUS for n in plane.shape[-2:])

    def seen(dx: int, dy: int) -> Array:
        top, left = RADIUS + dy, RADIUS + dx
        return plane[..., top : top + rows, left : left + columns]

    return jnp.stack([sum(seen(*at) for at in orbit) for orbit in MEMBERS])


@jax.custom_vjp
def _gathered(planes: Array) -> Array:
    """The sum over orbits of the orbit sums, each of its plane, (orbit, ..., y, x)."""
    rows, columns = (n - 2 * RADIUS for n in planes.shape[-2:])
    return sum(
        plane[..., RADIUS + dy : RADIUS + dy + rows, RADIUS + dx : RADIUS + dx + columns]
        for plane, orbit in zip(planes, MEMBERS, strict=True)
        for dx, dy in orbit
    )


def _gathered_back(_: None, slope: Array) -> tuple[Array]:
    # The filters are their own mirror images; told so, XLA is spared 25 padded planes a channel.
    around = [(0, 0)] * (slope.ndim - 2) + [(2 * RADIUS, 2 * RADIUS)] * 2
    return (_orbit_sums(jnp.pad(slope, around)),)


_gathered.defvjp(lambda planes: (_gathered(planes), None), _gathered_back)


def _constant(table: np.ndarray) -> Array:
    return jnp.asarray(table, jnp.float32)


@cache
def _hermite() -> np.ndarray:
    """Hermite polynomials, orthonormal under the normal density, from order 1: (order, sample)."""
    rows = [np.ones_like(GAUSSIAN), GAUSSIAN]
    for n in range(1, HERMITE):
        rows.append((GAUSSIAN * rows[n] - math.sqrt(n) * rows[n - 1]) / math.sqrt(n + 1))
    return np.array(rows[1:])


@cache
def _waves() -> np.ndarray:
    """Power of what is correlated by an orbit and seen through two others, (frequency, all)."""
    filters, correlation = transfer(RADIUS), transfer(2 * RADIUS)
    return np.einsum("fi,fj,fo->fijo", filters, filters, correlation).reshape(len(filters), -1)
