"""Curves from code values to light, which go on beyond 0..1 so that nothing is clamped.

A power is mirrored at zero, a straight toe goes on below it, a table goes on along its last step.
PQ alone ends, at the 10000 cd/m2 that it is defined to.
"""

from collections.abc import Callable

import numpy as np

Curve = Callable[[np.ndarray], np.ndarray]  # float64 of any shape -> the same


def power(exponent: float) -> Curve:
    """sign(x) |x|^exponent."""
    return lambda x: np.copysign(np.abs(x) ** exponent, x)


def toe_and_power(
    g: float, a: float, b: float, c: float, d: float, e: float = 0.0, f: float = 0.0
) -> Curve:
    """(a x + b)^g + e from d on, c x + f below: type 4 of ICC.1:2022, 10.18."""
    return lambda x: np.where(x >= d, np.clip(a * x + b, 0, None) ** g + e, c * x + f)


def table(values: np.ndarray) -> Curve:
    """Straight lines between values that stand evenly over 0..1."""
    last, steps = len(values) - 1, np.diff(values)

    def curve(x: np.ndarray) -> np.ndarray:
        at = x * last
        left = np.clip(np.nan_to_num(at), 0, last - 1).astype(np.intp)  # beyond an end, its step
        line: np.ndarray = values[left] + (at - left) * steps[left]
        return line

    return curve


SRGB = toe_and_power(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
BT709 = toe_and_power(1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)  # BT.709-6, 1.2
SMPTE240 = toe_and_power(1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0913)  # ST 240


def pq(x: np.ndarray) -> np.ndarray:
    """BT.2100 PQ: light of the display, 1.0 = the 203 cd/m2 of a white (BT.2408)."""
    m1, m2 = 2610 / 16384, 2523 / 32
    c1, c2, c3 = 3424 / 4096, 2413 / 128, 2392 / 128
    root = np.clip(x, 0, 1) ** (1 / m2)
    light: np.ndarray = (np.clip(root - c1, 0, None) / (c2 - c3 * root)) ** (1 / m1)
    return light * (10000 / 203)


def hlg(x: np.ndarray) -> np.ndarray:
    """BT.2100 HLG: light of the scene, 1.0 = a white, which is 75 % of the signal (BT.2408)."""

    def scene(signal: np.ndarray) -> np.ndarray:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        size = np.abs(signal)
        light = np.where(size <= 0.5, size**2 / 3, (np.exp((size - c) / a) + b) / 12)
        return np.copysign(light, signal)

    return scene(x) / scene(np.array(0.75))
