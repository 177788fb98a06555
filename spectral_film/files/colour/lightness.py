"""CIELAB: the lightness of the eye and its two opponent colours, back to XYZ."""

import numpy as np

EDGE = 6 / 29  # CIE 15:2004, 8.2.1: below its cube the root is a straight line


def from_lightness(lightness: np.ndarray) -> np.ndarray:
    """L* -> Y relative to white."""
    return _light((lightness + 16) / 116)


def from_lab(lab: np.ndarray) -> np.ndarray:
    """L*, a*, b* (..., 3) -> X, Y, Z, each relative to that of white."""
    y = (lab[..., 0] + 16) / 116
    return _light(np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1))


def _light(root: np.ndarray) -> np.ndarray:
    return np.where(root > EDGE, root**3, 3 * EDGE**2 * (root - 4 / 29))
