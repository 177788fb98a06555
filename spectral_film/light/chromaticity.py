"""Primaries, whites, and the eye's adaptation from one white to another."""

from collections.abc import Sequence

import numpy as np

# Cone responses of two adaptations, XYZ -> cones.
CAT16 = np.array(  # Li et al. 2017
    [
        [0.401288, 0.650173, -0.051461],
        [-0.250268, 1.204414, 0.045854],
        [-0.002079, 0.048952, 0.953127],
    ]
)
BRADFORD = np.array(  # ICC.1:2022, annex E
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def white_xyz(xy: Sequence[float]) -> np.ndarray:
    """XYZ of a chromaticity at Y = 1, (3,); a ZeroDivisionError where y is 0."""
    x, y = (float(value) for value in xy)
    return np.array([x / y, 1.0, (1 - x - y) / y])


def rgb_to_xyz(primaries: Sequence[Sequence[float]], white: Sequence[float]) -> np.ndarray:
    """Linear RGB -> XYZ with Y = 1 for R = G = B = 1, from xy of the primaries and the white."""
    columns = np.array([white_xyz(xy) for xy in primaries]).T
    return columns * np.linalg.solve(columns, white_xyz(white))


def adaptation(cones: np.ndarray, white: np.ndarray, to: np.ndarray) -> np.ndarray:
    """XYZ seen under `white` -> XYZ that looks so under `to`, both XYZ at Y = 1 (von Kries)."""
    gain = (cones @ to) / (cones @ white)
    return np.linalg.solve(cones, gain[:, None] * cones)
