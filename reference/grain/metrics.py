"""How far a texture is from the Boolean model's: level, strength, spectrum, size and histogram.

Fields have the axes (seed, y, x). docs/physics.md, Grain battery.
"""

from itertools import pairwise

import numpy as np
from scipy import stats

from spectral_film.grain import boolean
from spectral_film.grain.aperture import Aperture

BANDS = np.linspace(0.03, 0.5, 21)  # cycles per pixel: the edges of twenty rings
MAIN = 0.36  # cycles per pixel: up to here lies nearly all the power
LAGS = 6  # pixels, within which correlation falls to a half
GREYS = np.linspace(0, 1, 11)  # the edges of bins of a photograph
FEWEST = 600  # pixels of a bin that counts


def of_flat(
    seen: np.ndarray, truth: np.ndarray, u: float, rho: float, aperture: Aperture
) -> dict[str, float]:
    """Of an even coverage: against closed forms, and in its histogram against rendered discs."""
    lags = boolean.covariance(np.asarray(u), rho, aperture, LAGS)[LAGS, LAGS:]
    sigma = float(np.sqrt(lags[0]))
    fx, fy = _frequencies(seen.shape[-1])
    expected = _rings(boolean.spectrum(np.asarray(u), rho, aperture, fx, fy), fx, fy)
    at_rest = boolean.spectrum(np.asarray(u), rho, aperture, np.zeros(1), np.zeros(1))
    return {
        "standard error": float(np.sqrt(at_rest[0] / seen.size)),  # of the mean of such a sample
        "mean": abs(float(seen.mean()) - u),
        "sigma": 100 * abs(float(seen.std()) / sigma - 1),
        **_spectral(_power(seen) / expected, float(seen.var()) / sigma**2),
        "size": 100 * abs(_half_width(_lags(seen)) / _half_width(lags) - 1),
        "histogram": _apart(seen, truth) / sigma,
        "standardised": _apart(_standardised(seen), _standardised(truth)),
        "skew": abs(float(stats.skew(seen, axis=None) - stats.skew(truth, axis=None))),
    }


def of_photograph(seen: np.ndarray, truth: np.ndarray, blurred: np.ndarray) -> dict[str, float]:
    """Of what is left when the blurred photograph is taken off, against rendered discs."""
    sigma = float(truth.std())
    means, sigmas = [], []
    for low, high in pairwise(GREYS):
        within = (blurred >= low) & (blurred < high)
        if within.sum() >= FEWEST:
            means.append(abs(float(seen[:, within].mean())))
            sigmas.append(100 * abs(float(seen[:, within].std() / truth[:, within].std()) - 1))
    found = _spectral(_power(seen) / _power(truth), float(seen.var() / truth.var()))
    return {
        "mean": float(np.mean(means)),
        "sigma": float(np.mean(sigmas)),
        "spectrum": found["spectrum"],
        "main": found["main"],
        "histogram": _apart(seen, truth) / sigma,
    }


def _spectral(power: np.ndarray, variance: float) -> dict[str, float]:
    """Root mean squares of decibels, of power by ring over the power that is right."""
    main = BANDS[1:] <= MAIN
    decibels = 10 * np.log10(power)
    return {
        "spectrum": _rms(decibels),
        "main": _rms(decibels[main]),
        "shape": _rms(decibels[main] - 10 * np.log10(variance)),
    }


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _power(fields: np.ndarray) -> np.ndarray:
    """Periodogram behind a Hann window, by ring."""
    size = fields.shape[-1]
    window = np.hanning(size + 1)[:-1]
    window = window[:, None] * window
    spectra = np.fft.rfft2((fields - fields.mean()) * window)
    power = (abs(spectra) ** 2).mean(axis=0) / (window**2).sum()
    return _rings(power, *_frequencies(size))


def _frequencies(size: int) -> tuple[np.ndarray, np.ndarray]:
    return np.fft.rfftfreq(size)[None, :], np.fft.fftfreq(size)[:, None]


def _rings(power: np.ndarray, fx: np.ndarray, fy: np.ndarray) -> np.ndarray:
    """Means over rings of frequency."""
    ring = np.digitize(np.hypot(fx, fy), BANDS).ravel()
    counts = np.bincount(ring, minlength=len(BANDS) + 1)
    return (np.bincount(ring, power.ravel(), len(BANDS) + 1) / counts)[1:-1]


def _lags(fields: np.ndarray) -> np.ndarray:
    """Covariance at lags of 0 to `LAGS` pixels, the mean of those along x and along y."""
    fields = fields - fields.mean()
    height, width = fields.shape[1:]
    return np.array(
        [
            np.mean(fields[:, :, lag:] * fields[:, :, : width - lag]) / 2
            + np.mean(fields[:, lag:] * fields[:, : height - lag]) / 2
            for lag in range(LAGS + 1)
        ]
    )


def _half_width(lags: np.ndarray) -> float:
    """Where correlation is a half; between lags, as a Gaussian falls."""
    correlation = np.maximum(lags / lags[0], 1e-3)  # a sample's may be negative
    below = int(np.argmax(correlation < 0.5))
    high, low = np.log(correlation[below - 1 : below + 1])
    share = (high - np.log(0.5)) / (high - low)
    return float(np.sqrt((below - 1) ** 2 + share * (2 * below - 1)))


def _apart(seen: np.ndarray, truth: np.ndarray) -> float:
    return float(stats.wasserstein_distance(seen.ravel(), truth.ravel()))


def _standardised(fields: np.ndarray) -> np.ndarray:
    return (fields - fields.mean()) / fields.std()
