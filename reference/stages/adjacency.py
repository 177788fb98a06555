"""Adjacency: what development makes of the neighbourhood, within a layer and between layers."""

from functools import partial

import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.common import Part, characteristic_curve, convolve, exponential_density
from spectral_film.stages.signals import EXPOSURE_FLOOR


def adjacency(
    exposure: Float64[Array, "layer y x"],
    *,
    coupling: Float64[Array, "layer layer"],
    length_um: Float64[Array, ""],
    density_range: Float64[Array, "layer sublayer"],
    log_exposure_mid: Float64[Array, "layer sublayer"],
    log_exposure_spread: Float64[Array, "layer sublayer"],
    exponent: Float64[Array, "layer sublayer"],
    reach_um: float,
    detail_um: float,
    pitch_um: tuple[float, float],
) -> Float64[Array, "layer y x"]:
    """Effective exposure once the inhibitor set free by development has spread.

        h'_c = h_c + sum_j coupling_cj F_j(h_c) - sum_j coupling_cj (b * F_j(h_j))

    F is the characteristic curve, b the 2-D exponential of length `length_um`. Where the three
    layers are exposed alike and evenly the two sums cancel, so the published neutral curve
    stays. With a length of 0 nothing spreads and only the interimage of a point remains.

    Args:
        exposure: Layer exposure, lux s.
        coupling: Loss of log exposure in layer c per unit of dye made in layer j.
        length_um: How far the inhibitor wanders.
        density_range, log_exposure_mid, log_exposure_spread, exponent: The curve's own.
        reach_um: How far b goes, 0 for not at all; 16 lengths leave out 2e-6 of it.
        detail_um: Distance over which b may be taken for constant.
        pitch_um: Pixel pitch along x and along y.

    Source: docs/physics.md, Adjacency.
    """
    curve = {
        "density_range": density_range,
        "log_exposure_mid": log_exposure_mid,
        "log_exposure_spread": log_exposure_spread,
        "exponent": exponent,
    }
    log_exposure = jnp.log10(jnp.maximum(exposure, EXPOSURE_FLOOR))
    made = characteristic_curve(log_exposure, **curve)
    spread = _spread(
        made, length_um=length_um, reach_um=reach_um, detail_um=detail_um, pitch_um=pitch_um
    )

    def neutral(
        layer: int,
    ) -> Float64[Array, "y x"]:  # sum_j coupling_cj F_j(h_c): all layers exposed as this one
        alike = jnp.broadcast_to(log_exposure[layer], log_exposure.shape)
        return jnp.tensordot(coupling[layer], characteristic_curve(alike, **curve), ((0,), (0,)))

    expected = jnp.stack([neutral(layer) for layer in range(len(coupling))])
    inhibition = jnp.tensordot(coupling, spread, ((1,), (0,))) - expected
    return 10 ** (log_exposure - inhibition)


def density_adjacency(
    dyes: Float64[Array, "dye y x"],
    *,
    gain: Float64[Array, " layer"],
    length_um: Float64[Array, ""],
    reach_um: float,
    detail_um: float,
    pitch_um: tuple[float, float],
) -> Float64[Array, "dye y x"]:
    """The classical form on dye amounts: D + gain (D - D * b).

    It falls below the unexposed film beside hard edges and sharpens the toe as much as the
    straight line; it is here to be compared with.

    Args:
        dyes: Dye amounts after the tone curve.
        gain: Of each layer.
        length_um: Of the 2-D exponential b.
        reach_um: How far b goes, 0 for not at all; 16 lengths leave out 2e-6 of it.
        detail_um: Distance over which b may be taken for constant.
        pitch_um: Pixel pitch along x and along y.
    """
    spread = _spread(
        dyes, length_um=length_um, reach_um=reach_um, detail_um=detail_um, pitch_um=pitch_um
    )
    return dyes + gain[:, None, None] * (dyes - spread)


def _spread(
    planes: Float64[Array, "layer y x"],
    *,
    length_um: Float64[Array, ""],
    reach_um: float,
    detail_um: float,
    pitch_um: tuple[float, float],
) -> Float64[Array, "layer y x"]:
    if reach_um == 0:
        return planes
    density = partial(exponential_density, length_um=length_um[None])
    return convolve(
        planes, parts=[Part(jnp.ones(1), density, reach_um, detail_um)], pitch_um=pitch_um
    )
