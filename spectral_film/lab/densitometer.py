"""What looks through the film: spectrophotometer, densitometer, microdensitometer.

All of them see light that went through a strip, wavelength by wavelength, in double precision. A
status density is what ISO 5-3 makes of that spectrum; no density comes from the engine itself.
"""

import numpy as np

from spectral_film.emulsion.film import Film
from spectral_film.lab.darkroom import Strip
from spectral_film.light.spectra import status_response


def spectral_density(film: Film, dyes: np.ndarray) -> np.ndarray:
    """Spectrum of an even patch of those dye amounts, (dye, ...) -> (wavelength, ...)."""
    base = film.dmin_density.reshape(-1, *(1,) * (dyes.ndim - 1))
    return base + np.tensordot(film.dye_density.T, dyes.astype(np.float64), 1)


def status_transmittance(strip: Strip) -> np.ndarray:
    """What the densitometer of the film's sheet gets of its own light, (record, y, x)."""
    response = status_response(strip.film.densitometry)
    rows = [
        np.tensordot(response, 10 ** -spectral_density(strip.film, row), 1)
        for row in np.moveaxis(strip.dyes, 1, 0)  # a row at a time: 85 wavelengths a pixel
    ]
    return np.stack(rows, axis=1)


def status_density(strip: Strip) -> np.ndarray:
    """Status M or A density, base included, (record, y, x)."""
    return -np.log10(status_transmittance(strip))


def through_slit(strip: Strip, width_um: float) -> np.ndarray:
    """A microdensitometer run along every row: density through a slit across it.

    The slit averages light, not density.

    Args:
        strip: What is scanned.
        width_um: Of the slit; a whole number of samples, and odd, so that it has a middle.

    Returns:
        Status density, (record, y, x), shorter by the slit.
    """
    samples = round(width_um / strip.pitch_um[0])
    if samples % 2 == 0 or not np.isclose(samples * strip.pitch_um[0], width_um):
        raise ValueError(f"a slit of {width_um:g} um is no odd number of {strip.pitch_um[0]:g} um")
    windows = np.lib.stride_tricks.sliding_window_view(status_transmittance(strip), samples, axis=2)
    return -np.log10(windows.mean(axis=-1))
