"""Densitometry: dye amounts -> integral density, status M of a negative, status A of a print."""

import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.transmission import transmitted


def read_density(
    dyes: Float64[Array, "dye y x"],
    *,
    dye_density: Float64[Array, "dye wavelength"],
    dmin_density: Float64[Array, " wavelength"],
    response: Float64[Array, "record wavelength"],
) -> Float64[Array, "record y x"]:
    """Integral density of a dye image, base included, as a densitometer reads it.

        D_r = -log10( transmitted_r ) with responses of unit sum.

    Args:
        dyes: Dye amounts, 1 = peak density 1.0.
        dye_density: Spectral density per unit of dye.
        dmin_density: Spectral density of the unexposed, developed film.
        response: Densitometer responses, each of unit sum.

    Source: ISO 5-3:2009 (status M and A).
    """
    return -jnp.log10(
        transmitted(dyes, dye_density=dye_density, dmin_density=dmin_density, response=response)
    )
