"""Noise power: which sizes a film's texture has, read as a spectrum and by ever larger apertures.

Beside each reading stands what the film's model of grain says in closed form, taken from dye to
density as the densitometer sees it.
Source: docs/physics.md, Microdensitometer.
"""

from dataclasses import replace

import numpy as np
from scipy.signal.windows import hann

from spectral_film.lab.closed_form import ClosedForm, closed_form
from spectral_film.lab.darkroom import Darkroom, aim_log_exposure
from spectral_film.lab.densitometer import disc, status_density
from spectral_film.lab.granularity import (
    APERTURE_UM,
    PITCH_UM,
    even_density,
    flat_fields,
    read_fields,
)
from spectral_film.lab.readings import RECORDS, VISUAL, Check, Curve, Measurement, records_of
from spectral_film.lab.tolerances import NOISE_POWER, SELWYN

APERTURES_UM = (24.0, 34.0, 48.0, 68.0, 96.0)
TILE = 64  # samples of a periodogram, and of its windows
FIELD = (16 * TILE, 12 * TILE)
BESIDE = (
    "Dashed: the film's model of grain, in closed form, as such samples and this densitometer see "
    "it."
)


def spectrum(density: np.ndarray, pitch_um: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Noise power spectrum: mean of the periodograms of tiles, averaged around the origin.

    Args:
        density: (record, y, x), a whole number of tiles.
        pitch_um: Distance of its samples.

    Returns:
        Frequency in cycles/mm, (ring,); power in um2 of density squared, and the standard error of
        it, which is how tiles differ, (record, ring).
    """
    window = np.outer(hann(TILE, sym=False), hann(TILE, sym=False))
    records, height, width = density.shape
    tiles = density.reshape(records, height // TILE, TILE, width // TILE, TILE)
    tiles = tiles - density.mean(axis=(1, 2))[:, None, None, None, None]
    waves = np.fft.fft2(tiles * window[:, None, :], axes=(2, 4))
    power = np.abs(waves) ** 2 * pitch_um**2 / (window**2).sum()
    power = power.transpose(0, 1, 3, 2, 4).reshape(records, -1, TILE, TILE)
    ring, by_tile = around(power)
    error = by_tile.std(axis=1, ddof=1) / np.sqrt(by_tile.shape[1])
    return ring / TILE / pitch_um * 1000, by_tile.mean(axis=1), error


def around(power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of a spectrum of a tile over rings, one step of frequency wide, up to Nyquist.

    Returns:
        Mean radius of the rings in steps, (ring,), and the means, (..., ring). The window smears
        the mean of the picture over the first two, which are left out.
    """
    steps = np.fft.fftfreq(TILE, 1 / TILE)
    radius = np.hypot(steps[:, None], steps)
    of = np.rint(radius).astype(int)
    rings = range(2, TILE // 2)
    means = np.stack([power[..., of == ring].mean(axis=-1) for ring in rings], axis=-1)
    return np.array([radius[of == ring].mean() for ring in rings]), means


def noise_power(darkroom: Darkroom) -> Measurement:
    """Noise power spectrum of a grey field, beside the closed form."""
    grey, expected = _at_grey(darkroom)
    (field,) = flat_fields(darkroom, grey, FIELD)
    cycles, power, error = spectrum(status_density(field), PITCH_UM)
    _, model = around(_waves(expected.of_density()) * PITCH_UM**2)
    misses = np.sqrt(np.mean((10 * np.log10(power / model)) ** 2, axis=1))
    return Measurement(
        title="Noise power spectrum",
        method=f"A grey field, sampled every {PITCH_UM:.2f} um; mean of the periodograms of tiles "
        f"of {TILE} x {TILE} samples under a Hann window, averaged around the origin. {BESIDE}",
        axes=("cycles/mm on the film", "log10 of noise power, µm² of density squared"),
        curves=_beside(cycles, np.log10(power), error / power / np.log(10), np.log10(model)),
        checks=[
            Check(
                name=f"noise power, {record}: rms miss of the closed form",
                value=float(miss),
                tolerance=NOISE_POWER[0],
                unit="dB",
                reason=NOISE_POWER[1],
            )
            for record, miss in zip(records_of(darkroom.film), misses, strict=True)
        ],
        notes=("One aperture does not tell how large grains are: their radii are assumed.",),
    )


def selwyn(darkroom: Darkroom) -> Measurement:
    """Granularity of a grey field by aperture: sigma times the root of its area is constant where
    grains are small.
    """
    grey, expected = _at_grey(darkroom)
    side = len(disc((PITCH_UM, PITCH_UM), APERTURES_UM[-1]))
    fields = flat_fields(darkroom, grey, (40 * side, 50 * side))
    even = even_density(darkroom, grey)
    readings = [read_fields(fields, even, diameter) for diameter in APERTURES_UM]
    diameters = np.array(APERTURES_UM)
    root_of_area = np.sqrt(2 * np.pi * diameters**2 / 4)  # Selwyn's own convention
    read = np.concatenate([r.sigma for r in readings], axis=1) * root_of_area
    error = read * [r.sampling_error for r in readings]
    model = root_of_area * np.stack(
        [expected.sigma_through(PITCH_UM, diameter) for diameter in APERTURES_UM], axis=1
    )
    misses, at_sheet = read / model - 1, APERTURES_UM.index(APERTURE_UM)
    of_sheet = model[:, at_sheet, None]
    return Measurement(
        title="Selwyn's law",
        method="A grey field through round apertures; drawn: standard deviation times the root of "
        f"twice the area, over what the closed form has at {APERTURE_UM:g} um. {BESIDE}",
        axes=("diameter of the aperture, um", f"granularity after Selwyn, {APERTURE_UM:g} um = 1"),
        curves=_beside(diameters, read / of_sheet, error / of_sheet, model / of_sheet),
        checks=[
            Check(
                name=f"granularity by aperture, {record}: largest miss of the closed form",
                value=float(miss[np.abs(miss).argmax()]),
                tolerance=SELWYN[0],
                unit="of the closed form",
                reason=SELWYN[1],
            )
            for record, miss in zip(records_of(darkroom.film), misses, strict=True)
        ],
        numbers={
            f"granularity after Selwyn at {APERTURE_UM:g} um, {record}": (float(g), "um of density")
            for record, g in zip(records_of(darkroom.film), read[:, at_sheet], strict=True)
        },
    )


def _at_grey(darkroom: Darkroom) -> tuple[np.ndarray, ClosedForm]:
    """Its log exposure, of one field, and the grain that such a field should have."""
    grey = aim_log_exposure(darkroom.film)[:2][-1:]
    (even,) = flat_fields(replace(darkroom, grain="off"), grey, (1, 1))
    return grey, closed_form(even.film, even.dyes[:, 0, 0].astype(np.float64), PITCH_UM)


def _waves(covariance: np.ndarray) -> np.ndarray:
    """Spectrum of the samples of a tile, from their covariance, (record, fy, fx)."""
    padded = np.zeros((len(covariance), TILE, TILE))
    reach = covariance.shape[-1] // 2
    padded[:, : 2 * reach + 1, : 2 * reach + 1] = covariance
    waves: np.ndarray = np.fft.fft2(np.roll(padded, (-reach, -reach), axis=(1, 2))).real
    return waves


def _beside(x: np.ndarray, read: np.ndarray, error: np.ndarray, model: np.ndarray) -> list[Curve]:
    """A reading of the records, and dashed what their closed form is."""
    curves = []
    for i, record in enumerate(RECORDS if len(read) > 1 else VISUAL):
        curves.append(Curve(name=record, x=x, y=read[i], sampling_error=error[i]))
        curves.append(Curve(name=f"{record}, closed form", x=x, y=model[i]))
    return curves
