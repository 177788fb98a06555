"""Optics: scatter in the emulsion and halation from the base, on linear exposure.

Each is written twice: as a density, light per area at a radius in um, from which pixel kernels
are made; and as its transfer function (OTF), of radial frequency in cycles/um, for the fit.
"""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.common import Part, convolve, exponential_density

Frequency = Float64[Array, " frequency"]
LayerOtf = Float64[Array, "layer frequency"]
Radius = Float64[Array, " radius"]
LayerDensity = Float64[Array, "layer radius"]
PerLayer = Float64[Array, " layer"]
Scalar = Float64[Array, ""]
Rings = tuple[Float64[Array, " ring"], Float64[Array, " ring"]]  # radius in um, flux

RADII = 10400  # 0.25 um apart over 2.6 mm: four to a cycle at 1000 cycles/mm
SMOOTH_END = 0.8, 1.3  # of the radius where a wide spread ends, from where to where: assumed
CAUCHY_REACH = 200.0  # radii where a Cauchy kernel ends
ANGLES = 2048  # below the critical angle, where the reflectance is smooth but small


def optics(
    exposure: Float64[Array, "layer y x"], *, parts: Sequence[Part], pitch_um: tuple[float, float]
) -> Float64[Array, "layer y x"]:
    """Spread linear `exposure` by positive kernels that keep its light.

    Args:
        exposure: Lux s, (layer, y, x).
        parts: Shares of the light, from the functions below; their weights sum to 1.
        pitch_um: Pixel pitch along x and along y.
    """
    return convolve(exposure, parts=parts, pitch_um=pitch_um)


def scatter_parts(
    *,
    core_sigma_um: PerLayer,
    skirt_weight: PerLayer,
    skirt_length_um: PerLayer,
    second_share: PerLayer | None = None,
    second_length_um: PerLayer | None = None,
    reach_um: tuple[float, ...],
    detail_um: tuple[float, ...],
) -> list[Part]:
    """Core and skirts of `scatter_otf`; reach and detail of each in turn."""
    core = partial(gaussian_density, sigma_um=core_sigma_um)
    skirt = partial(exponential_density, length_um=skirt_length_um)
    shares = [(1 - skirt_weight, core), (skirt_weight, skirt)]
    if second_share is not None and second_length_um is not None:
        second = partial(exponential_density, length_um=second_length_um)
        weights = skirt_weight * (1 - second_share), skirt_weight * second_share
        shares[1:] = zip(weights, (skirt, second), strict=True)
    return [Part(*of, *at) for of, *at in zip(shares, reach_um, detail_um, strict=True)]


def gaussian_density(radius: Radius, *, sigma_um: PerLayer) -> LayerDensity:
    """exp(-r^2 / 2 s^2), whose OTF is exp(-2 (pi s f)^2)."""
    return jnp.exp(-0.5 * (radius / sigma_um[:, None]) ** 2)


def cauchy_density(radius: Radius, *, cauchy_radius_um: PerLayer) -> LayerDensity:
    """(1 + (r / g)^2)^(-3/2), whose OTF is exp(-2 pi g f); it ends smoothly about 200 g."""
    radii = radius / cauchy_radius_um[:, None]
    return smooth_end(radii / CAUCHY_REACH) * (1 + radii**2) ** -1.5


def smooth_end(share: Float64[Array, "*shape"]) -> Float64[Array, "*shape"]:
    """What is left at a share of the radius where a spread ends: 1, falling by a quintic step.

    1 - t^3 (10 - 15 t + 6 t^2), t from 0 to 1 as the share goes from .8 to 1.3: continuous to the
    second derivative.
    """
    begin, end = SMOOTH_END
    t = jnp.clip((share - begin) / (end - begin), 0.0, 1.0)
    return 1 - t**3 * (10 - 15 * t + 6 * t**2)


def halation_density(
    radius: Radius,
    *,
    base_um: Scalar,
    base_index: Scalar,
    reach_um: float,
    profile: Literal["ring", "diffuse"],
) -> LayerDensity:
    """cos^4(th) R(th) at r = 2 d tan th, ending about the reach: as light per area, one row."""
    angle = jnp.arctan(radius / (2 * base_um))
    light = jnp.cos(angle) ** 4
    if profile == "ring":
        total = base_index * jnp.sin(angle) >= 1
        light = light * jnp.where(total, 1.0, fresnel(jnp.where(total, 0.0, angle), base_index))
    return (light * smooth_end(radius / reach_um))[None]


def scatter_otf(
    frequency: Frequency,
    *,
    core_sigma_um: PerLayer,
    skirt_weight: PerLayer,
    skirt_length_um: PerLayer,
    second_share: PerLayer | None = None,
    second_length_um: PerLayer | None = None,
) -> LayerOtf:
    """Light that goes straight, a Gaussian core, and light that is scattered, a wide skirt.

        S_c(f) = (1 - w_c) exp(-2 (pi s_c f)^2) + w_c (1 + (2 pi l_c f)^2)^(-3/2)

    The skirt is the 2-D exponential exp(-r/l) / (2 pi l^2), of whose light a share may be in a
    second one. Source: docs/physics.md, Scatter.
    """
    weight = skirt_weight[:, None]
    core = jnp.exp(-2 * (jnp.pi * core_sigma_um[:, None] * frequency[None]) ** 2)
    skirt = _exponential(frequency, skirt_length_um)
    if second_share is not None and second_length_um is not None:
        share = second_share[:, None]
        skirt = (1 - share) * skirt + share * _exponential(frequency, second_length_um)
    return (1 - weight) * core + weight * skirt


def _exponential(frequency: Frequency, length_um: PerLayer) -> LayerOtf:
    return (1 + (2 * jnp.pi * length_um[:, None] * frequency[None]) ** 2) ** -1.5


def cauchy_otf(frequency: Frequency, *, cauchy_radius_um: PerLayer) -> LayerOtf:
    """exp(-2 pi g f): the 2-D Cauchy kernel 1/(2 pi g^2) (1 + (r/g)^2)^(-3/2).

    Its line spread is the 1-D Cauchy 1/(pi g (1 + (x/g)^2)). A flux of g/R falls beyond R, so
    it may not be cut at a few g. Source: docs/physics.md, Scatter.
    """
    return jnp.exp(-2 * jnp.pi * cauchy_radius_um[:, None] * frequency[None])


def with_halation(
    scatter: LayerOtf, halation: Frequency | LayerOtf, *, veil_ratio: PerLayer
) -> LayerOtf:
    """(1 - w) S + w H with w = a / (1 + a), a = veil over direct exposure: light is shared.

    H is one for all layers, or has a row for each.
    """
    share = (veil_ratio / (1 + veil_ratio))[:, None]
    return (1 - share) * scatter + share * jnp.atleast_2d(halation)


def halation_otf(
    frequency: Frequency,
    *,
    base_um: Float64[Array, ""],
    base_index: Float64[Array, ""],
    reach_um: float,
    profile: Literal["ring", "diffuse"],
) -> Frequency:
    """Transfer of light that went through the base, was thrown back, and returned.

    Scattered light enters the base at angle th and comes back r = 2 d tan th away:

        H(f) = Int 2 sin cos R(th) e(r) J0(2 pi f r) dth / Int 2 sin cos R(th) e(r) dth

    e is `smooth_end` of r over reach_um.

    `ring`: bare base, R by Fresnel, 1 beyond the critical angle, whose radius is the ring.
    `diffuse`: a backing matched to the base, R the same at all angles.

    Args:
        frequency: Cycles/um.
        base_um: Thickness d of the base.
        base_index: Its refractive index n; not used by `diffuse`.
        reach_um: Radius about which the (renormalised) veil ends.

    Source: docs/physics.md, Halation; Fresnel's equations.
    """
    depth = 2 * base_um  # there and back
    end_um = SMOOTH_END[1] * reach_um
    if profile == "diffuse":
        radius, flux = _beyond(jnp.zeros(()), depth, end_um)
    else:
        critical = jnp.arcsin(1 / base_index)
        edge = jnp.minimum(depth * jnp.tan(critical), end_um)
        inside, outside = _below(edge, depth, base_index), _beyond(edge, depth, end_um)
        radius, flux = (jnp.concatenate(pair) for pair in zip(inside, outside, strict=True))
    flux = flux * smooth_end(radius / reach_um)
    flux = flux / flux.sum()
    return jax.lax.map(
        lambda f: jnp.sum(flux * bessel_j0(2 * jnp.pi * f * radius)), frequency, batch_size=64
    )


def _beyond(edge: Scalar, depth: Scalar, end_um: float) -> Rings:
    """Radii from `edge` to the end, evenly, and the flux at each where R = 1."""
    step = (end_um - edge) / RADII
    radius = edge + step * (jnp.arange(RADII, dtype=float) + 0.5)
    return radius, _flux(radius, depth) * step


def _below(edge: Scalar, depth: Scalar, base_index: Scalar) -> Rings:
    """Radii inside the ring and the flux Fresnel sends back there.

    Near the critical angle the reflectance rises like a square root; radii that crowd there
    quadratically make it smooth.
    """
    v = (jnp.arange(ANGLES, dtype=float) + 0.5) / ANGLES
    radius = edge * (1 - v**2)
    weight = edge * 2 * v / ANGLES
    reflectance = fresnel(jnp.arctan(radius / depth), base_index)
    return radius, _flux(radius, depth) * reflectance * weight


def _flux(radius: Float64[Array, " ring"], depth: Scalar) -> Float64[Array, " ring"]:
    """2 sin th cos th dth/dr at r = depth tan th."""
    tangent = radius / depth
    return 2 * tangent / (1 + tangent**2) ** 2 / depth


def fresnel(angle: Float64[Array, " ring"], base_index: Scalar) -> Float64[Array, " ring"]:
    """Unpolarised reflectance from base to air, below the critical angle."""
    inner, sine = jnp.cos(angle), base_index * jnp.sin(angle)
    outer = jnp.sqrt(1 - sine**2)
    across = (base_index * inner - outer) / (base_index * inner + outer)
    along = (inner - base_index * outer) / (inner + base_index * outer)
    return (across**2 + along**2) / 2


def bessel_j0(x: Float64[Array, "*n"]) -> Float64[Array, "*n"]:
    """Bessel function J0 for x >= 0, within 5e-8.

    Source: Abramowitz and Stegun 9.4.1 and 9.4.3.
    """
    small = (jnp.minimum(x, 3.0) / 3) ** 2
    near = jnp.polyval(
        jnp.array([2.1e-4, -3.9444e-3, 4.44479e-2, -0.3163866, 1.2656208, -2.2499997, 1.0]), small
    )
    far = jnp.maximum(x, 3.0)
    t = 3 / far
    modulus = jnp.polyval(
        jnp.array([1.4476e-4, -7.2805e-4, 1.37237e-3, -9.512e-5, -5.5274e-3, -7.7e-7, 0.79788456]),
        t,
    )
    phase = far + jnp.polyval(
        jnp.array(
            [1.3558e-4, -2.9333e-4, -5.4125e-4, 2.62573e-3, -3.954e-5, -4.166397e-2, -0.78539816]
        ),
        t,
    )
    return jnp.where(x <= 3, near, modulus * jnp.cos(phase) / jnp.sqrt(far))
