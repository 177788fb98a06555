"""What a bare base throws back: the ring, and all that follows it.

Written with transforms of light that leaves the base, k in radians to 2 d. A Lambertian spread of
R = 1 is k K1(k).
Source: docs/physics.md, Bare base.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.common import Density
from reference.stages.optics import (
    Frequency,
    LayerDensity,
    LayerOtf,
    PerLayer,
    Radius,
    Scalar,
    bessel_j0,
    fresnel,
    halation_density,
    smooth_end,
)

Sample = Float64[Array, " sample"]


class Base(NamedTuple):
    """A base and what lies behind it; the gap in units of its thickness."""

    base_index: Scalar
    plate_reflectance: Scalar
    gap: Scalar
    rescattered: PerLayer


SAMPLES, HIGHEST = 3000, 250.0  # of k: as fine as waves out to 15 times 2 d want it
ANGLES = 600
STEPS = 400  # until exp(-k cosh x) is over
RADII = 2000  # of the table of what follows the ring, out to where it ends


def over_ring(
    *,
    base_um: Scalar,
    base_index: Scalar,
    plate_reflectance: Scalar,
    plate_gap_um: Scalar,
    rescattered: PerLayer,
) -> PerLayer:
    """All light that comes back, over that which the back of the base reflects."""
    base = Base(base_index, plate_reflectance, plate_gap_um / base_um, rescattered)
    nowhere = jnp.zeros(1)
    return (_thrown_back(nowhere, base) / _ring(nowhere, base))[:, 0]


def bare_base_density(
    *,
    base_um: Scalar,
    base_index: Scalar,
    plate_reflectance: Scalar,
    plate_gap_um: Scalar,
    rescattered: PerLayer,
    reach_um: float,
) -> Density:
    """Ring and what follows it, ending about the reach; 1 is what a mirror sends straight back.

    What follows is worked out once, and straight between its radii.
    """
    base = Base(base_index, plate_reflectance, plate_gap_um / base_um, rescattered)
    at = jnp.linspace(0, 1.3 * reach_um, RADII)
    light = _following(at / (2 * base_um), base)

    def density(radius: Radius) -> LayerDensity:
        ring = halation_density(
            radius, base_um=base_um, base_index=base_index, reach_um=reach_um, profile="ring"
        )
        following = jax.vmap(lambda row: jnp.interp(radius, at, row))(light)
        return ring + smooth_end(radius / reach_um) * following

    return density


def bare_base_otf(frequency: Frequency, *, reach_um: float, **base: Array) -> LayerOtf:
    """Transfer of that density, a row per layer; frequency in cycles/um."""
    step = 1.3 * reach_um / (5 * RADII)
    radius = step * (jnp.arange(5 * RADII) + 0.5)
    light = bare_base_density(reach_um=reach_um, **base)(radius) * radius
    light = light / light.sum(axis=1, keepdims=True)

    def at(f: Scalar) -> PerLayer:
        return light @ bessel_j0(2 * jnp.pi * f * radius)

    return jax.lax.map(at, frequency, batch_size=64).T


def _following(t: Radius, base: Base) -> LayerDensity:
    """Light behind the ring at t = r / 2 d: 1/2 Int (all - ring) J0(k t) k dk."""
    v = (jnp.arange(SAMPLES) + 0.5) / SAMPLES
    k, dk = HIGHEST * v**2, 2 * HIGHEST * v / SAMPLES
    waves = 0.5 * (_thrown_back(k, base) - _ring(k, base)) * k * dk
    return jax.lax.map(lambda at: waves @ bessel_j0(k * at), t, batch_size=64).T


def _ring(k: Sample, base: Base) -> Sample:
    """What the back of the base reflects: a Lambertian less what leaves."""
    return _lambertian(k) - _leaving(k, base.base_index, 1.0, 0.0)


def _thrown_back(k: Sample, base: Base) -> Float64[Array, "layer sample"]:
    """F / (1 - s F), F = ring + n^2 rho / (1 - rho M) one_pass^2.

    M is of light from the plate that the base reflects to it; the way in takes of a Lambertian n^2
    times what the way out does.
    """
    squared = base.base_index**2
    one_pass = _leaving(k, base.base_index, 0.5, base.gap / 2)
    to_and_fro = _lambertian(base.gap * k) - squared * _leaving(k, base.base_index, 0.0, base.gap)
    plate = base.plate_reflectance / (1 - base.plate_reflectance * to_and_fro)
    first = _ring(k, base) + squared * plate * one_pass**2
    return first / (1 - base.rescattered[:, None] * first)


def _lambertian(k: Sample) -> Sample:
    """Of all light, k K1(k); K1(k) = Int exp(-k cosh x) cosh x dx, x > 0, by trapezoids."""
    x = jnp.linspace(0, 20, STEPS)

    def at(k: Scalar) -> Scalar:
        return k * jnp.trapezoid(jnp.exp(-k * jnp.cosh(x)) * jnp.cosh(x), x)

    return jnp.where(k > 1e-6, jax.lax.map(at, k, batch_size=64), 1.0)


def _leaving(
    k: Sample, base_index: Scalar, inside: Scalar | float, outside: Scalar | float
) -> Sample:
    """Int 2 sin cos (1 - R) J0(k (inside tan th + outside tan th')) dth, n sin th = sin th'.

    th goes up to the critical angle and is crowded there.
    """
    v = (jnp.arange(ANGLES) + 0.5) / ANGLES
    critical = jnp.arcsin(1 / base_index)
    angle = critical * (1 - v**2)
    flux = jnp.sin(2 * angle) * (1 - fresnel(angle, base_index)) * critical * 2 * v / ANGLES
    sine = base_index * jnp.sin(angle)
    radius = inside * jnp.tan(angle) + outside * sine / jnp.sqrt(1 - sine**2)
    return jax.lax.map(lambda at: jnp.sum(flux * bessel_j0(at * radius)), k, batch_size=64)
