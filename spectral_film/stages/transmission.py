"""Transmission: dye amounts -> light through the film, on three receivers.

    light_r = sum_w response_r(w) 10^-(dmin_density(w) + sum_d dyes_d dye_density_d(w)) + veil_r

The receivers are the layers of a print stock (`printing.py`), the filters of a densitometer
(`densitometry.py`) or the eye (`projection.py`). All 85 wavelengths are summed for every pixel.
Kernel: transmission.cl. Reference: reference/stages/transmission.py. Source: PHYSICS f, g.
"""

import numpy as np

from spectral_film.device import Device


def transmit(
    device: Device,
    dyes: np.ndarray,
    *,
    dye_density: np.ndarray,
    dmin_density: np.ndarray,
    response: np.ndarray,
    veil: np.ndarray | None = None,
    as_density: bool = False,
) -> np.ndarray:
    """Light (or its density) that three receivers get through a dye image.

    Args:
        dyes: Dye amounts, (dye, y, x).
        dye_density: Spectral density of one unit of dye, (dye, wavelength).
        dmin_density: Spectral density of the film without dye, (wavelength,).
        response: What each receiver makes of each wavelength, (receiver, wavelength).
        veil: Light added to each receiver, (receiver,).
        as_density: Give -log10 of the light.

    Returns:
        (receiver, y, x), float32.
    """
    return device.run(
        "transmission",
        "transmit",
        pixels=dyes[0].size,
        defines={"WAVELENGTHS": dye_density.shape[1], "DENSITY": int(as_density)},
        out={"received": dyes.shape},
        dyes=dyes,
        dye_density=dye_density,
        response_through_base=response * 10**-dmin_density,
        veil=np.zeros(3) if veil is None else veil,
    )


def transmitted(
    dyes: np.ndarray, *, dye_density: np.ndarray, dmin_density: np.ndarray, response: np.ndarray
) -> np.ndarray:
    """Light through one patch in float64: `dyes` (3,) -> (receiver,). For aims and balances."""
    return response @ 10 ** -(dmin_density + dyes @ dye_density)
