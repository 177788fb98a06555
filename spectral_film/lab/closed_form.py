"""What the model of grain says in closed form of an even field, as an instrument's samples see it.

It stands beside readings: those of a method that draws grain should be like it.
Source: docs/physics.md, Microdensitometer.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import correlate

from spectral_film.emulsion.film import Film
from spectral_film.grain import boolean, reading
from spectral_film.grain.aperture import SCAN
from spectral_film.lab.densitometer import disc, status_per_dye

REACH = 4  # samples over which grain is correlated
BESIDE = 1e-3  # dye, to a second node: a film file has two at least


@dataclass(frozen=True, kw_only=True)
class ClosedForm:
    """Grain of an even field.

    Attributes:
        covariance: Of the dye of samples, by lag, nothing in the middle, (dye, y, x).
        third: Third central moment of it, (dye,).
        slope: Density that a unit of dye adds, (record, dye).
    """

    covariance: np.ndarray
    third: np.ndarray
    slope: np.ndarray

    def of_density(self) -> np.ndarray:
        """Covariance of the densities of samples, (record, y, x)."""
        return np.tensordot(self.slope**2, self.covariance, 1)

    def sigma_through(self, pitch_um: float, aperture_um: float) -> np.ndarray:
        """Standard deviation of density through a round aperture, (record,)."""
        shared = reading.shared_light(self.covariance, self.third, self.slope).sum(axis=1)
        aperture = disc((pitch_um, pitch_um), aperture_um)
        overlap = correlate(aperture, aperture)  # of the aperture with itself, moved
        far, reach = len(overlap) // 2, shared.shape[-1] // 2
        near = min(far, reach)
        of_overlap = slice(far - near, far + near + 1)
        of_lags = slice(reach - near, reach + near + 1)
        light = np.expm1(shared[:, of_lags, of_lags]) * overlap[of_overlap, of_overlap]
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

    gain = reading.gain(film, (pitch_um, pitch_um), of_coverage)[:, 0]
    coverage = reading.coverage(film)[..., :1]
    covariance = np.zeros((len(dyes), 2 * REACH + 1, 2 * REACH + 1))
    third = np.zeros(len(dyes))
    for layer, sublayer in np.ndindex(radius.shape):
        u, r = coverage[layer, sublayer], float(radius[layer, sublayer])
        part = (weight[layer, sublayer] * gain[layer]) ** 2 * of_coverage(layer, sublayer, u)[0]
        covariance[layer] += part
        third[layer] += part[REACH, REACH] ** 1.5 * boolean.skewness(u, r, SCAN)[0]
    return ClosedForm(covariance=covariance, third=third, slope=status_per_dye(film, dyes))
