"""Transmission: light through a dye image, gathered by three receivers."""

import jax.numpy as jnp
from jaxtyping import Array, Float64


def transmitted(
    dyes: Float64[Array, "dye y x"],
    *,
    dye_density: Float64[Array, "dye wavelength"],
    dmin_density: Float64[Array, " wavelength"],
    response: Float64[Array, "receiver wavelength"],
) -> Float64[Array, "receiver y x"]:
    """What each receiver gets of a light that went through the film.

        E_r = sum_w response_r(w) 10^-(dmin_density(w) + sum_d dyes_d dye_density_d(w))

    Args:
        dyes: Dye amounts, 1 = peak density 1.0.
        dye_density: Spectral density per unit of dye.
        dmin_density: Spectral density of the unexposed, developed film.
        response: Light times sensitivity of each receiver, in any unit.
    """
    density = dmin_density[:, None, None] + jnp.tensordot(dye_density, dyes, ((0,), (0,)))
    return jnp.tensordot(response, 10**-density, ((1,), (0,)))
