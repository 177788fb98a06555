"""A good camera: what light in front of it becomes in linear Rec.709, white balanced."""

import numpy as np

from spectral_film.light.chromaticity import BRADFORD, adaptation, rgb_to_xyz, white_xyz
from spectral_film.light.displays import D65, REC709
from spectral_film.light.spectra import equal_luminance, illuminant, observer


def white_light() -> np.ndarray:
    """The light that the camera sees a perfect white of 1 under, (wavelength,)."""
    return equal_luminance(illuminant("D55"))


def rec709_of_radiance(balance: np.ndarray | None = None) -> np.ndarray:
    """Radiance -> RGB, (3, wavelength).

    Args:
        balance: The light that a perfect white of 1 is seen under, (wavelength,); None: D55.
    """
    white = observer() @ (white_light() if balance is None else balance)
    to_rgb = np.linalg.inv(rgb_to_xyz(REC709, D65))
    adapt = adaptation(BRADFORD, white / white[1], white_xyz(D65))
    seen: np.ndarray = to_rgb @ adapt @ observer() / white[1]
    return seen
