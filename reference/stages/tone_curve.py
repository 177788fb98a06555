"""Tone curve: layer exposure -> dye amounts, the H&D curve of each layer."""

import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.common import characteristic_curve
from spectral_film.stages.signals import EXPOSURE_FLOOR


def tone_curve(
    exposure: Float64[Array, "layer y x"],
    *,
    density_range: Float64[Array, "layer sublayer"],
    log_exposure_mid: Float64[Array, "layer sublayer"],
    log_exposure_spread: Float64[Array, "layer sublayer"],
    exponent: Float64[Array, "layer sublayer"],
) -> Float64[Array, "dye y x"]:
    """Develop linear `exposure` in lux s to dye amounts, 1 = peak density 1.0.

    The curve is `characteristic_curve`; arguments as there.
    """
    return characteristic_curve(
        jnp.log10(jnp.maximum(exposure, EXPOSURE_FLOOR)),
        density_range=density_range,
        log_exposure_mid=log_exposure_mid,
        log_exposure_spread=log_exposure_spread,
        exponent=exponent,
    )
