"""Undevelopment: dye amounts -> the exposure that even film would have needed for them."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.common import characteristic_curve
from spectral_film.stages.signals import EXPOSURE_FLOOR

HALVINGS = 60  # of the range of log exposures
ROUNDS = 40  # of the interimage; each leaves a third of the error


def undevelop(
    dyes: Float64[Array, "dye y x"],
    *,
    density_range: Float64[Array, "layer sublayer"],
    log_exposure_mid: Float64[Array, "layer sublayer"],
    log_exposure_spread: Float64[Array, "layer sublayer"],
    exponent: Float64[Array, "layer sublayer"],
    coupling: Float64[Array, "layer layer"],
    efficiency: Float64[Array, " layer"],
    highest_log_exposure: Float64[Array, ""],
) -> Float64[Array, "layer y x"]:
    """Layer exposure in lux s that develops to these dyes where nothing varies.

        h'_c = F_c^-1(|n_c|),   h_c = h'_c + sum_j coupling_cj (F_j(h_j) - F_j(h_c))
        H_c = sign(n_c) 10^h_c / efficiency_c

    F^-1 by halving between the floor and the highest log exposure, the interimage by going round.

    Args:
        dyes: Dye amounts; grain may take them below 0.
        density_range, log_exposure_mid, log_exposure_spread, exponent: The curve's own.
        coupling: Loss of log exposure in layer c per unit of dye made in layer j.
        efficiency: Share of the exposure that counted.
        highest_log_exposure: Where light is held, log10 lux s.

    Source: docs/physics.md, Back to the scene.
    """
    curve = {
        "density_range": density_range,
        "log_exposure_mid": log_exposure_mid,
        "log_exposure_spread": log_exposure_spread,
        "exponent": exponent,
    }
    amount = jnp.abs(dyes)

    def halve(_: object, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        middle = (low + high) / 2
        more = characteristic_curve(middle, **curve) < amount
        return jnp.where(more, middle, low), jnp.where(more, high, middle)

    lowest = jnp.full(dyes.shape, jnp.log10(EXPOSURE_FLOOR))
    ends = lowest, jnp.full(dyes.shape, highest_log_exposure)
    low, high = jax.lax.fori_loop(0, HALVINGS, halve, ends)
    acted = (low + high) / 2

    def held_back(from_layers: Array, to: int) -> Array:
        return jnp.tensordot(coupling[to], characteristic_curve(from_layers, **curve), 1)

    def go_round(_: object, h: Array) -> Array:
        alike = [held_back(jnp.broadcast_to(h[c], h.shape), c) for c in range(3)]
        return acted + jnp.stack([held_back(h, c) - alike[c] for c in range(3)])

    h = jax.lax.fori_loop(0, ROUNDS, go_round, acted)
    light = 10 ** jnp.minimum(h, highest_log_exposure) / efficiency[:, None, None]
    return jnp.where(dyes < 0, -light, light)
