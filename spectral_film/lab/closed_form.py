"""What the model of grain says in closed form of an even field, as an instrument's samples see it.

It stands beside readings: those of a method that draws grain should be like it.
Source: docs/physics.md, Microdensitometer.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import correlate

from spectral_film.emulsion.film import Film
from spectral_film.grain import boolean, light, reading
from spectral_film.grain.aperture import SCAN
from spectral_film.lab.densitometer import disc, status_per_dye

REACH = 4  # samples over which grain is correlated
BESIDE = 1e-3  # dye, to a second node: a film file has two at least


@dataclass(frozen=True, kw_only=True)
class ClosedForm:
    """Grain of an even field.

    Attributes:
        covariance: Of the dye of samples, by lag, nothing in the middle, (dye, y, x).
        shared: Of their light, as `light.shared` has it, (record, y, x).
        slope: Density that a unit of dye adds, (record, dye).
    """

    covariance: np.ndarray
    shared: np.ndarray
    slope: np.ndarray

    def of_density(self) -> np.ndarray:
        """Covariance of the densities of samples, (record, y, x)."""
        return np.tensordot(self.slope**2, self.covariance, 1)

    def sigma_through(self, pitch_um: float, aperture_um: float) -> np.ndarray:
        """Standard deviation of density through a round aperture, (record,)."""
        aperture = disc((pitch_um, pitch_um), aperture_um)
        overlap = correlate(aperture, aperture)  # of the aperture with itself, moved
        far, reach = len(overlap) // 2, self.shared.shape[-1] // 2
        near = min(far, reach)
        of_overlap = slice(far - near, far + near + 1)
        of_lags = slice(reach - near, reach + near + 1)
        light = np.expm1(self.shared[:, of_lags, of_lags]) * overlap[of_overlap, of_overlap]
        sigma: np.ndarray = np.sqrt(light.sum(axis=(1, 2))) / np.log(10)
        return sigma


def closed_form(film: Film, dyes: np.ndarray, pitch_um: float) -> ClosedForm:
    """Grain of an even field of so much dye.

    Args:
        film: Has grain.
        dyes: Of the field, (dye,).
        pitch_um: Distance of the samples.
    """
    assert film.grain is not None
    known = film.grain.dye_amount, film.grain.rms
    rms = np.array([np.interp(n, *of) for n, *of in zip(dyes, *known, strict=True)])
    nodes = np.stack([dyes, dyes + BESIDE], axis=1)
    grain = replace(film.grain, dye_amount=nodes, rms=np.stack([rms, rms], axis=1))
    film = replace(film, grain=grain)
    radius, weight = grain.radius_um / pitch_um, film.tone_curve.density_range

    def of_coverage(layer: int, sublayer: int, u: np.ndarray) -> np.ndarray:
        return boolean.covariance(u, radius[layer, sublayer], SCAN, REACH)

    pitch = pitch_um, pitch_um
    gain = reading.gain(film, pitch, of_coverage)[:, 0]
    coverage, skewness = (
        table[..., 0] for table in (reading.coverage(film), reading.boolean_skewness(film, pitch))
    )
    slope, dye = status_per_dye(film, dyes), weight * gain[:, None]  # where all is covered
    lags = 2 * REACH + 1, 2 * REACH + 1
    covariance, shared = np.zeros((len(dyes), *lags)), np.zeros((len(slope), *lags))
    for layer, sublayer in np.ndindex(radius.shape):
        at = layer, sublayer
        seen = of_coverage(*at, coverage[at][None])[0]
        variance = seen[REACH, REACH]
        law = light.beta(coverage[at], variance, skewness[at])
        exponent = np.log(10) * slope[:, layer] * dye[at]
        covariance[layer] += dye[at] ** 2 * seen
        shared += light.shared(law, seen / variance, exponent)
    return ClosedForm(covariance=covariance, shared=shared, slope=slope)
