"""Grain: dye lies in clouds, at random; two forms of noise that look as they do."""

from collections.abc import Iterable
from functools import reduce
from itertools import product

import jax.numpy as jnp
from jax import lax
from jax.scipy.special import ndtri
from jaxtyping import Array, Float64, UInt32


def white(
    key: UInt32[Array, "2"], *, x: UInt32[Array, " x"], y: UInt32[Array, " y"]
) -> Float64[Array, "y x"]:
    """Normal noise: a function of a key and of the place on the frame, and of nothing else.

    Args:
        key: Which noise.
        x, y: Columns and rows of the frame, modulo 2^32.
    """
    bits = _scattered(_scattered(x + key[0]) ^ _scattered(y + key[1])[:, None])
    return ndtri(((bits >> 8).astype(jnp.float64) + 0.5) / 2**24)


def filtered_grain(
    dyes: Float64[Array, "layer y x"],
    *,
    keys: UInt32[Array, "layer 1 2"],
    lowest: Float64[Array, " layer"],
    span: Float64[Array, " layer"],
    filter: Float64[Array, "layer orbit"],
    amplitude: Float64[Array, "layer node"],
    kappa: Float64[Array, "layer node"],
    origin: tuple[int, int] = (0, 0),
) -> Float64[Array, "layer y x"]:
    """Dyes with grain of the fast form, over a frame.

        dye + sum_j filter_j S_j( amplitude (z + kappa (z^2 - 1)) / sqrt(1 + 2 kappa^2) )

    Args:
        dyes: Dye amounts; beyond the frame they keep their edge value.
        keys: Of the noise of each layer.
        lowest, span: Of the axis of dye: node i lies at lowest + span (i / (nodes - 1))^2.
        filter: By orbit, the pixels that (dx, dy) goes to as it turns and mirrors.
        amplitude: Standard deviation of the layer's dye.
        kappa: Bend of the noise.
        origin: Column and row on the frame of the first pixel.

    Source: docs/physics.md, Grain fast form.
    """

    def of_layer(c: int) -> Float64[Array, "y x"]:
        radius = _radius(filter.shape[1])
        around = jnp.pad(dyes[c], radius, mode="edge")
        z = _noise_around(keys[c, 0], dyes.shape[1:], radius, origin)
        a, k = (_at(around, lowest[c], span[c], table[c]) for table in (amplitude, kappa))
        bent = a * (z + k * (z**2 - 1)) / jnp.sqrt(1 + 2 * k**2)
        orbits = enumerate(_orbits(radius))
        return _total(filter[c, j] * _orbit_sum(bent, name, radius) for j, name in orbits)

    return dyes + jnp.stack([of_layer(c) for c in range(len(dyes))])


def networked_grain(
    dyes: Float64[Array, "layer y x"],
    *,
    keys: UInt32[Array, "layer sublayer 2"],
    lowest: Float64[Array, " layer"],
    span: Float64[Array, " layer"],
    coverage: Float64[Array, "layer sublayer node"],
    amplitude: Float64[Array, "layer sublayer node"],
    first: Float64[Array, "layer sublayer channel orbit"],
    second: Float64[Array, "layer sublayer channel orbit"],
    gain: Float64[Array, "layer sublayer channel power"],
    slope: Float64[Array, "layer sublayer channel power"],
    shift: Float64[Array, "layer sublayer channel power"],
    mean: Float64[Array, "layer sublayer orbit mean_power"],
    origin: tuple[int, int] = (0, 0),
) -> Float64[Array, "layer y x"]:
    """Dyes with grain as the network draws it, over a frame.

    For each sublayer, with v from the table of coverage, A from that of amplitude:

        x_k = sum_j first_kj S_j(z)
        P_j = A (sum_k second_kj gain_k(v) act(slope_k(v) x_k + shift_k(v)) - mean_j(v))
        n   = sum_j S_j(P_j)

    Args:
        dyes: Dye amounts; beyond the frame they keep their edge value.
        keys: Of the noise of each sublayer.
        lowest, span: As in `filtered_grain`.
        coverage: What the polynomials are of.
        amplitude: Of the sublayer's texture.
        first, second: Filters.
        gain, slope, shift, mean: Polynomials, lowest power first.
        origin: Column and row on the frame of the first pixel.

    Source: docs/physics.md, Grain network.
    """
    radius = _radius(second.shape[-1])

    def of_sublayer(c: int, s: int) -> Float64[Array, "y x"]:
        around = jnp.pad(dyes[c], radius, mode="edge")
        z = _noise_around(keys[c, s], dyes.shape[1:], 2 * radius, origin)
        v, a = (_at(around, lowest[c], span[c], table[c, s]) for table in (coverage, amplitude))
        sums = jnp.stack([_orbit_sum(z, name, radius) for name in _orbits(radius)])
        blurred = jnp.tensordot(first[c, s], sums, 1)
        g, k, b = (_polynomials(table[c, s], v) for table in (gain, slope, shift))
        passed = jnp.tensordot(second[c, s].T, g * _act(k * blurred + b), 1)
        clouds = a * (passed - _polynomials(mean[c, s], v))
        return _total(_orbit_sum(clouds[j], name, radius) for j, name in enumerate(_orbits(radius)))

    layers, sublayers = keys.shape[:2]
    return dyes + jnp.stack(
        [_total(of_sublayer(c, s) for s in range(sublayers)) for c in range(layers)]
    )


def _scattered(v: UInt32[Array, "*shape"]) -> UInt32[Array, "*shape"]:
    """A permutation of the 32-bit numbers, each bit of which hangs on all of them."""
    v = (v ^ (v >> 16)) * jnp.uint32(0x7FEB352D)
    v = (v ^ (v >> 15)) * jnp.uint32(0x846CA68B)
    return v ^ (v >> 16)


def _noise_around(
    key: UInt32[Array, "2"], shape: tuple[int, ...], around: int, origin: tuple[int, int]
) -> Float64[Array, "y x"]:
    """Over a picture of (y, x) and so many pixels around it."""
    y, x = (
        jnp.arange(first - around, first + n + around, dtype=jnp.int32).astype(jnp.uint32)
        for first, n in zip(origin[::-1], shape, strict=True)
    )
    return white(key, x=x, y=y)


def _at(
    dye: Float64[Array, "y x"],
    lowest: Float64[Array, ""],
    span: Float64[Array, ""],
    table: Float64[Array, " node"],
) -> Float64[Array, "y x"]:
    """A table over dye, straight lines between its nodes; beyond its ends the end's value."""
    nodes = jnp.arange(len(table), dtype=jnp.float64)
    share = jnp.clip((dye - lowest) / span, 0, 1)
    return jnp.interp(jnp.sqrt(share) * nodes[-1], nodes, table)


def _orbits(radius: int) -> list[tuple[int, int]]:
    return [(dx, dy) for dx in range(radius + 1) for dy in range(dx + 1)]


def _radius(orbits: int) -> int:
    """Of the square that has so many."""
    return next(radius for radius in range(orbits) if len(_orbits(radius)) == orbits)


def _orbit_sum(
    plane: Float64[Array, "_ _"], name: tuple[int, int], radius: int
) -> Float64[Array, "_ _"]:
    """Of the pixels of an orbit around each; a border of `radius` is lost."""
    rows, columns = (n - 2 * radius for n in plane.shape)
    turned = {
        (sx * x, sy * y) for x, y in (name, name[::-1]) for sx, sy in product((1, -1), (1, -1))
    }
    # Offsets are operands, or each of them would be compiled for itself.
    return _total(
        lax.dynamic_slice(plane, (radius + dy, radius + dx), (rows, columns))
        for dx, dy in sorted(turned)
    )


def _total(planes: Iterable[Float64[Array, "_ _"]]) -> Float64[Array, "_ _"]:
    return reduce(jnp.add, planes)


def _polynomials(
    powers: Float64[Array, "n power"], v: Float64[Array, "y x"]
) -> Float64[Array, "n y x"]:
    terms = v ** jnp.arange(powers.shape[1], dtype=jnp.float64)[:, None, None]
    return jnp.tensordot(powers, terms, 1)


def _act(t: Float64[Array, "n y x"]) -> Float64[Array, "n y x"]:
    """A quintic smooth step from -1 to 1, which lie as far apart."""
    t = jnp.clip(t, -1, 1)
    return t * (15 - 10 * t**2 + 3 * t**4) / 8
