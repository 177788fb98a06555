"""Noise power: which sizes a film's texture has, read as a spectrum and by ever larger apertures.

Beside each reading stands what the film's model of grain says in closed form, taken from dye to
density as the densitometer sees it.
Source: docs/physics.md, Microdensitometer.
"""

from dataclasses import replace

import numpy as np
from scipy.signal import correlate
from scipy.signal.windows import hann

from spectral_film.emulsion.film import Film
from spectral_film.grain import boolean, reading
from spectral_film.grain.aperture import SCAN
from spectral_film.lab.darkroom import Darkroom, aim_log_exposure
from spectral_film.lab.densitometer import disc, status_density, status_per_dye
from spectral_film.lab.granularity import PITCH_UM, even_density, flat_fields, read_fields
from spectral_film.lab.readings import RECORDS, Check, Curve, Measurement
from spectral_film.lab.tolerances import NOISE_POWER, SELWYN

APERTURES_UM = (24.0, 34.0, 48.0, 68.0, 96.0)
TILE = 64  # samples of a periodogram, and of its windows
FIELD = (16 * TILE, 12 * TILE)
REACH = 4  # samples over which grain is correlated
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


def covariance(film: Film, dyes: np.ndarray, pitch_um: float) -> np.ndarray:
    """Covariance of the densities of samples that the film's model of grain has in closed form.

    Args:
        film: Has grain.
        dyes: Of an even field, (dye,).
        pitch_um: Distance of the samples.

    Returns:
        Density squared by distance in samples, (record, y, x), nothing in the middle.
    """
    assert film.grain is not None
    radius, nodes = film.grain.radius_um / pitch_um, film.grain.dye_amount
    weight = film.tone_curve.density_range

    def of_unit(layer: int, sublayer: int, u: np.ndarray) -> np.ndarray:
        return boolean.covariance(u, radius[layer, sublayer], SCAN, REACH)

    gain = reading.gain(film, (pitch_um, pitch_um), of_unit)
    coverage = reading.coverage(film)
    of_dye = np.zeros((len(dyes), 2 * REACH + 1, 2 * REACH + 1))
    for layer, amount in enumerate(dyes):
        for sublayer, w in enumerate(weight[layer]):
            u = np.interp(amount, nodes[layer], coverage[layer, sublayer])
            amplitude = w * np.interp(amount, nodes[layer], gain[layer])
            of_dye[layer] += amplitude**2 * of_unit(layer, sublayer, np.array([u]))[0]
    return np.tensordot(status_per_dye(film, dyes) ** 2, of_dye, 1)


def sigma_through(covariance: np.ndarray, pitch_um: float, aperture_um: float) -> np.ndarray:
    """Standard deviation that a round aperture reads on densities of that covariance, (record,)."""
    aperture = disc((pitch_um, pitch_um), aperture_um)
    overlap = correlate(aperture, aperture)  # of the aperture with itself, moved
    far, reach = len(overlap) // 2, covariance.shape[-1] // 2
    near = min(far, reach)
    overlap = overlap[far - near : far + near + 1, far - near : far + near + 1]
    lags = slice(reach - near, reach + near + 1)
    sigma: np.ndarray = np.sqrt((covariance[:, lags, lags] * overlap).sum(axis=(1, 2)))
    return sigma


def noise_power(darkroom: Darkroom) -> Measurement:
    """Noise power spectrum of a grey field, beside the closed form."""
    grey = aim_log_exposure(darkroom.film)[1]
    (field,) = flat_fields(darkroom, np.array([grey]), FIELD)
    cycles, power, error = spectrum(status_density(field), PITCH_UM)
    waves = _waves(closed_form(darkroom, grey))
    _, model = around(waves * PITCH_UM**2)
    misses = np.sqrt(np.mean((10 * np.log10(power / model)) ** 2, axis=1))
    return Measurement(
        title="Noise power spectrum",
        method=f"A grey field, sampled every {PITCH_UM:.2f} um; mean of the periodograms of tiles "
        f"of {TILE} x {TILE} samples under a Hann window, averaged around the origin. {BESIDE}",
        axes=("cycles/mm on the film", "noise power, um² of density squared"),
        curves=_beside(cycles, power, error, model),
        checks=[
            Check(
                name=f"noise power, {record}: rms miss of the closed form",
                value=float(miss),
                tolerance=NOISE_POWER[0],
                unit="dB",
                reason=NOISE_POWER[1],
            )
            for record, miss in zip(RECORDS, misses, strict=True)
        ],
        notes=("One aperture does not tell how large grains are: their radii are assumed.",),
    )


def selwyn(darkroom: Darkroom) -> Measurement:
    """Granularity of a grey field by aperture: sigma times the root of its area is constant where
    grains are small.
    """
    grey = aim_log_exposure(darkroom.film)[1]
    side = len(disc((PITCH_UM, PITCH_UM), APERTURES_UM[-1]))
    fields = flat_fields(darkroom, np.array([grey]), (40 * side, 50 * side))
    even = even_density(darkroom, np.array([grey]))
    readings = [read_fields(fields, even, diameter) for diameter in APERTURES_UM]
    model_covariance = closed_form(darkroom, grey)
    diameters = np.array(APERTURES_UM)
    root_of_area = np.sqrt(2 * np.pi * diameters**2 / 4)  # Selwyn's own convention
    read = np.concatenate([r.sigma for r in readings], axis=1) * root_of_area
    error = read * [r.sampling_error for r in readings]
    model = root_of_area * np.stack(
        [sigma_through(model_covariance, PITCH_UM, diameter) for diameter in APERTURES_UM], axis=1
    )
    misses = read / model - 1
    return Measurement(
        title="Selwyn's law",
        method="A grey field through round apertures; drawn: standard deviation times the root of "
        f"twice the area. {BESIDE}",
        axes=("diameter of the aperture, um", "granularity after Selwyn, um of density"),
        curves=_beside(diameters, read, error, model),
        checks=[
            Check(
                name=f"granularity by aperture, {record}: largest miss of the closed form",
                value=float(miss[np.abs(miss).argmax()]),
                tolerance=SELWYN[0],
                unit="of the closed form",
                reason=SELWYN[1],
            )
            for record, miss in zip(RECORDS, misses, strict=True)
        ],
    )


def closed_form(darkroom: Darkroom, log_exposure: float) -> np.ndarray:
    """`covariance` of a field of that exposure."""
    bare = replace(darkroom, grain="off")
    (even,) = flat_fields(bare, np.array([log_exposure]), (1, 1))
    return covariance(darkroom.film, even.dyes[:, 0, 0].astype(np.float64), PITCH_UM)


def _waves(covariance: np.ndarray) -> np.ndarray:
    """Spectrum of the samples of a tile, from their covariance, (record, fy, fx)."""
    padded = np.zeros((len(covariance), TILE, TILE))
    reach = covariance.shape[-1] // 2
    padded[:, : 2 * reach + 1, : 2 * reach + 1] = covariance
    waves: np.ndarray = np.fft.fft2(np.roll(padded, (-reach, -reach), axis=(1, 2))).real
    return waves


def _beside(x: np.ndarray, read: np.ndarray, error: np.ndarray, model: np.ndarray) -> list[Curve]:
    """A reading of the three records, and dashed what their closed form is."""
    curves = []
    for i, record in enumerate(RECORDS):
        curves.append(Curve(name=record, x=x, y=read[i], sampling_error=error[i]))
        curves.append(Curve(name=f"{record}, closed form", x=x, y=model[i]))
    return curves
