"""Apertures through which a pixel looks at the grain: a Gaussian, or a pixel-wide box times one.

All lengths are in pixel pitches. Both apertures are products of a function of x and one of y.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr


@dataclass(frozen=True)
class Aperture:
    """The weight of light around a pixel's centre, of integral 1; docs/physics.md, Grain apertures.

    Attributes:
        name: What it is called in the file of the network.
        box: Whether light is gathered over the pixel's square, before the Gaussian.
        sigma: Standard deviation of the Gaussian, in pixels.
    """

    name: str
    box: bool
    sigma: float

    @property
    def reach(self) -> int:
        """Pixels beyond which nothing is seen: less than 1e-4 of the weight is left out."""
        return math.ceil(4 * self.sigma + self.box / 2)

    def density(self, x: np.ndarray) -> np.ndarray:
        """Weight along one axis at a distance from the centre."""
        if self.box:
            return ndtr((x + 0.5) / self.sigma) - ndtr((x - 0.5) / self.sigma)
        return _normal(x, self.sigma)

    def autocorrelation(self, x: np.ndarray) -> np.ndarray:
        """Of `density` along one axis, at a lag."""
        sigma = math.sqrt(2) * self.sigma
        if self.box:
            return _ramp(x + 1, sigma) - 2 * _ramp(x, sigma) + _ramp(x - 1, sigma)
        return _normal(x, sigma)

    def transfer(self, frequency: np.ndarray) -> np.ndarray:
        """Along one axis, of a frequency in cycles per pixel; 1 at 0."""
        gaussian = np.exp(-2 * (np.pi * self.sigma * np.asarray(frequency)) ** 2)
        return gaussian * np.sinc(frequency) if self.box else gaussian


def _normal(x: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-0.5 * (x / sigma) ** 2) / (math.sqrt(2 * np.pi) * sigma)


def _ramp(x: np.ndarray, sigma: float) -> np.ndarray:
    """The function whose second derivative is the normal density."""
    return x * ndtr(x / sigma) + sigma**2 * _normal(x, sigma)


SCAN = Aperture("scan", box=True, sigma=0.45)
BENCH = Aperture("bench", box=False, sigma=0.8)
APERTURES = {aperture.name: aperture for aperture in (SCAN, BENCH)}
