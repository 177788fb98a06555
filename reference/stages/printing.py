"""Printing: light through the negative exposes the print stock."""

import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.transmission import transmitted

LOG_EXPOSURE_PER_POINT = 0.025
NORMAL_POINTS = 25.0


def print_onto(
    dyes: Float64[Array, "dye y x"],
    *,
    dye_density: Float64[Array, "dye wavelength"],
    dmin_density: Float64[Array, " wavelength"],
    printer_lamp: Float64[Array, " wavelength"],
    spectral_sensitivity: Float64[Array, "layer wavelength"],
    offset: Float64[Array, " layer"],
    printer_points: Float64[Array, " layer"],
) -> Float64[Array, "layer y x"]:
    """Exposure of the print's layers, linear, 10^h on the print's own axis.

        h_c = log10 E_c + offset_c + 0.025 (printer_points_c - 25)
        E_c = sum_w printer_lamp(w) spectral_sensitivity_c(w) 10^-D(w)

    More points are more light, and a darker print.

    Args:
        dyes: Dye amounts of the negative.
        dye_density, dmin_density: Of the negative.
        printer_lamp: Spectral power, any unit; the offset absorbs its level.
        spectral_sensitivity: Of the print stock.
        offset: The printer's balance, from `balance`.
        printer_points: Printer lights; 25 is normal.

    Source: docs/physics.md, Printing; a printer point is 0.025 log10 exposure.
    """
    light = transmitted(
        dyes,
        dye_density=dye_density,
        dmin_density=dmin_density,
        response=printer_lamp[None] * spectral_sensitivity,
    )
    points = offset + LOG_EXPOSURE_PER_POINT * (printer_points - NORMAL_POINTS)
    return light * (10**points)[:, None, None]


def balance(
    aim_dyes: Float64[Array, " dye"],
    *,
    dye_density: Float64[Array, "dye wavelength"],
    dmin_density: Float64[Array, " wavelength"],
    printer_lamp: Float64[Array, " wavelength"],
    spectral_sensitivity: Float64[Array, "layer wavelength"],
    log_exposure: Float64[Array, " layer"],
) -> Float64[Array, " layer"]:
    """Offset at which the aim patch of the negative exposes the print to `log_exposure`.

    Args:
        aim_dyes: The negative's dyes of an 18 % grey at stop 0.
        log_exposure: The print's h that reads its LAD aim.
    """
    light = transmitted(
        aim_dyes[:, None, None],
        dye_density=dye_density,
        dmin_density=dmin_density,
        response=printer_lamp[None] * spectral_sensitivity,
    )
    return log_exposure - jnp.log10(light[:, 0, 0])
