"""A camera's balanced channels -> linear Rec.709, by the best that is known of it.

    measured sensitivities   what the camera would have seen of 190 surfaces, and what those are
    the matrices of a DNG    between two lights by that of the shot, as their specification has it
    LibRaw's                 one matrix a camera, of daylight

Whichever it is, the white of the shot becomes R = G = B.
Source: docs/physics.md, Camera RAW.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.files.raw.words import Calibration
from spectral_film.light.chromaticity import BRADFORD, adaptation, rgb_to_xyz, white_xyz
from spectral_film.light.displays import D65, REC709
from spectral_film.light.known_cameras import light_of, rec709_of_surfaces, sensitivity_of

D50 = (0.34567, 0.35850)
DAYLIGHT_KELVIN = 5500.0  # of a shot whose light nothing tells
LOWEST, HIGHEST = 1000.0, 30_000.0  # K, where the formula of colour temperature stops making sense
ROUNDS = 30  # of looking for the white, each nearer to it; ten are enough
SINGULAR = 1e-6  # least over largest singular value of a matrix that cannot be turned round


@dataclass(frozen=True, kw_only=True, eq=False)
class ToRec709:
    """How balanced channels become colour.

    Attributes:
        matrix: Channels, a white having 1 in each -> linear Rec.709, rows adding up to 1, (3, 3).
        by: What it was made by, for the user.
    """

    matrix: np.ndarray
    by: str


def to_rec709(
    model: str, neutral: np.ndarray, calibrations: Sequence[Calibration], by: str
) -> ToRec709 | None:
    """What turns a camera's channels into colour, in the light of a shot.

    Args:
        model: Of the camera.
        neutral: The camera's channels of the white of the shot, in their ratios, (3,).
        calibrations: One or two, of the file or of LibRaw; none where nothing is known.
        by: Whose they are.

    Returns:
        None: nothing is known of its colours.

    Raises:
        ValueError: the calibrations make no sense with this white.
    """
    kelvin = _kelvin_of(neutral, calibrations) if calibrations else None
    measured = sensitivity_of(model)
    if measured is not None:
        name, sensitivity = measured
        guess = "" if kelvin else ", assumed"
        kelvin = kelvin or DAYLIGHT_KELVIN
        return ToRec709(
            matrix=rec709_of_surfaces(sensitivity, light_of(kelvin)),
            by=f"the measured sensitivities of the {name} in light of {kelvin:.0f} K{guess}",
        )
    if kelvin is None:
        return None
    return ToRec709(
        matrix=_by_calibration(neutral, _between(calibrations, kelvin)),
        by=f"{by} in light of {kelvin:.0f} K",
    )


def neutral_of(white_xy: tuple[float, float], calibrations: Sequence[Calibration]) -> np.ndarray:
    """A camera's channels of a white of that chromaticity, (3,).

    Raises:
        ValueError: there is no such chromaticity.
    """
    if white_xy[1] <= 0:
        raise ValueError
    white = white_xyz(white_xy)
    seen: np.ndarray = _between(calibrations, _kelvin(white)).from_xyz @ white
    return seen


def _kelvin_of(neutral: np.ndarray, calibrations: Sequence[Calibration]) -> float:
    """The colour temperature of the white, which the matrix between two lights hangs on."""
    kelvin = DAYLIGHT_KELVIN
    for _ in range(ROUNDS):
        before = kelvin
        kelvin = _kelvin(_turned_round(_between(calibrations, kelvin).from_xyz) @ neutral)
        if abs(kelvin - before) < 0.5:
            break
    return kelvin


def _by_calibration(neutral: np.ndarray, seen: Calibration) -> np.ndarray:
    if seen.forward is not None:
        own = _turned_round(seen.own)
        to_xyz, white = seen.forward @ np.diag(1 / (own @ neutral)) @ own, white_xyz(D50)
    else:
        to_xyz = _turned_round(seen.from_xyz)
        white = to_xyz @ neutral
    if not white.min() > 0:
        raise ValueError
    to_rgb = np.linalg.inv(rgb_to_xyz(REC709, D65))
    matrix = to_rgb @ adaptation(BRADFORD, white / white[1], white_xyz(D65)) @ to_xyz * neutral
    sums: np.ndarray = matrix.sum(axis=1, keepdims=True)
    if not sums.min() > 0:
        raise ValueError
    return matrix / sums


def _between(calibrations: Sequence[Calibration], kelvin: float) -> Calibration:
    """As the camera sees in a light between those of two calibrations, by inverse temperature."""
    first, last = calibrations[0], calibrations[-1]
    if first.kelvin is None or last.kelvin is None or first.kelvin == last.kelvin:
        return last
    share = (1 / kelvin - 1 / first.kelvin) / (1 / last.kelvin - 1 / first.kelvin)
    share = min(max(share, 0.0), 1.0)

    def mixed(of_first: np.ndarray, of_last: np.ndarray) -> np.ndarray:
        return (1 - share) * of_first + share * of_last

    forward = None
    if first.forward is not None and last.forward is not None:
        forward = mixed(first.forward, last.forward)
    return Calibration(
        kelvin=kelvin,
        color_matrix=mixed(first.color_matrix, last.color_matrix),
        own=mixed(first.own, last.own),
        forward=forward,
    )


def _kelvin(xyz: np.ndarray) -> float:
    """Correlated colour temperature of a white, by McCamy's formula (1992)."""
    total = xyz.sum()
    if not total > 0 or not xyz[1] > 0:
        raise ValueError
    x, y = xyz[:2] / total
    if abs(0.1858 - y) < 1e-6:
        raise ValueError
    n = (x - 0.3320) / (0.1858 - y)
    kelvin = ((449 * n + 3525) * n + 6823.3) * n + 5520.33
    return float(np.clip(kelvin, LOWEST, HIGHEST))


def _turned_round(matrix: np.ndarray) -> np.ndarray:
    values = np.linalg.svd(matrix, compute_uv=False)
    if not values[-1] > SINGULAR * values[0]:
        raise ValueError
    return np.linalg.inv(matrix)
