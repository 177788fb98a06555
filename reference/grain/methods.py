"""Methods of grain as the battery takes them: anything that can do what `Method` says."""

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy import ndimage

from reference.grain import boolean
from spectral_film.grain.aperture import Aperture
from spectral_film.grain.boolean import covariance, variance


class Method(Protocol):
    """Coverage as it looks through an aperture, drawn by some method.

    One seed draws one field of noise, the same wherever a picture lies and whatever it shows.
    """

    name: str

    def flat(
        self, u: np.ndarray, rho: float, aperture: Aperture, shape: tuple[int, int], seed: int
    ) -> np.ndarray:
        """Even coverages (level,) as fields, (level, y, x)."""

    def picture(self, u: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
        """Coverages (y, x), even over each pixel, as a field of that shape."""


class ByPicture(ABC):
    """What a method is that only adds noise of mean 0, a picture at a time, to what is seen."""

    def flat(
        self, u: np.ndarray, rho: float, aperture: Aperture, shape: tuple[int, int], seed: int
    ) -> np.ndarray:
        """See `Method`."""
        return np.stack([self.picture(np.full(shape, level), rho, aperture, seed) for level in u])

    def picture(self, u: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
        """See `Method`."""
        return boolean.mean(u, aperture) + self.noise(u, rho, aperture, seed)

    @abstractmethod
    def noise(self, u: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
        """What is added to coverages (y, x)."""


class Boolean:
    """The model itself, with other discs: what a sample of this size can tell at all."""

    name = "boolean"

    def flat(
        self, u: np.ndarray, rho: float, aperture: Aperture, shape: tuple[int, int], seed: int
    ) -> np.ndarray:
        """See `Method`."""
        return boolean.flat(u, rho, aperture, shape, seed)

    def picture(self, u: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
        """See `Method`."""
        return boolean.picture(u, rho, aperture, seed)


class Gaussian(ByPicture):
    """White Gaussian noise, as strong as its pixel asks, blurred once: right to second order."""

    name = "gaussian"

    def noise(self, u: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
        """See `ByPicture`."""
        levels = np.linspace(0.01, 0.99, 99)
        sigma = np.interp(u, levels, np.sqrt(variance(levels, rho, aperture)))
        rows = (np.random.default_rng((seed, row)) for row in range(u.shape[0]))
        white = np.stack([random.standard_normal(u.shape[1]) for random in rows])
        return ndimage.convolve(sigma * white, _filter(rho, aperture), mode="nearest")


@lru_cache
def _filter(rho: float, aperture: Aperture, reach: int = 6) -> np.ndarray:
    """Of power 1, from the root of the spectrum at half coverage."""
    wide = covariance(np.asarray(0.5), rho, aperture, reach=16)
    root = np.sqrt(np.maximum(np.fft.fft2(np.fft.ifftshift(wide)).real, 0))
    kernel = np.fft.fftshift(np.fft.ifft2(root).real)[
        16 - reach : 17 + reach, 16 - reach : 17 + reach
    ]
    return kernel / np.sqrt((kernel**2).sum())
