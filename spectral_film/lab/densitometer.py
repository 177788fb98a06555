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


def status_transmittance(strip: Strip, response: np.ndarray | None = None) -> np.ndarray:
    """What a densitometer gets of its own light, (record, y, x).

    Args:
        strip: What it reads.
        response: Of unit sum, (record, wavelength); None: as the film's sheet was read.
    """
    if response is None:
        response = status_response(strip.film.densitometry)
    rows = [
        np.tensordot(response, np.exp(-np.log(10) * spectral_density(strip.film, row)), 1)
        for row in np.moveaxis(strip.dyes, 1, 0)  # a row at a time: 85 wavelengths a pixel
    ]
    return np.stack(rows, axis=1)


def status_per_dye(film: Film, dyes: np.ndarray) -> np.ndarray:
    """By how much a status density grows with little more of a dye, (dye,) -> (record, dye)."""
    light = status_response(film.densitometry) * 10 ** -spectral_density(film, dyes)
    slopes: np.ndarray = light @ film.dye_density.T / light.sum(axis=1, keepdims=True)
    return slopes


def status_density(strip: Strip, response: np.ndarray | None = None) -> np.ndarray:
    """Density, base included, (record, y, x); arguments as of `status_transmittance`."""
    return -np.log10(status_transmittance(strip, response))


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


def disc(pitch_um: tuple[float, float], diameter_um: float) -> np.ndarray:
    """A round aperture about the middle of a sample: the share of its area over each, (y, x).

    Points are counted, a thousand or more across, which is within 1e-4 of the area.
    """
    along, fine = [], []
    for pitch in reversed(pitch_um):
        side = 2 * int(np.ceil(diameter_um / 2 / pitch - 0.5)) + 1
        points = -(-1024 // side)
        along.append(((np.arange(side * points) + 0.5) / points - side / 2) * pitch)
        fine.append(points)
    inside = np.hypot(along[0][:, None], along[1]) < diameter_um / 2
    rows, columns = (len(x) // n for x, n in zip(along, fine, strict=True))
    counted = inside.reshape(rows, fine[0], columns, fine[1]).sum(axis=(1, 3))
    weights: np.ndarray = counted / counted.sum()
    return weights


def through_disc(
    transmittance: np.ndarray, pitch_um: tuple[float, float], diameter_um: float
) -> np.ndarray:
    """A microdensitometer with a round aperture, set down as often as it finds new film.

    The aperture averages light, not density. No sample lies under two of its places, so they are at
    least a diameter apart.

    Args:
        transmittance: As `status_transmittance` gives it, (record, y, x).
        pitch_um: Distance of the samples across and down.
        diameter_um: Of the aperture.

    Returns:
        Density, (record, place).
    """
    aperture = disc(pitch_um, diameter_um)
    (rows, columns), (down, across) = transmittance.shape[1:], aperture.shape
    rows, columns = rows // down, columns // across
    places = transmittance[:, : rows * down, : columns * across]
    places = places.reshape(-1, rows, down, columns, across)
    light = np.einsum("cydxa,da->cyx", places, aperture)
    return -np.log10(light.reshape(len(light), -1))
