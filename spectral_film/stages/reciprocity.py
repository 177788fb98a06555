"""Reciprocity: beyond one second a layer uses its light less well.

    H_eff = H t^(p - 1) for t > 1 s, else H          (Schwarzschild, continuous at 1 s)

Reference: reference/stages/reciprocity.py. Source: PHYSICS h; the sheet: none to 1 s.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device

LONGEST_RECIPROCAL_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Reciprocity:
    """Failure of reciprocity at one shutter time.

    Attributes:
        reciprocity_exponent: Schwarzschild p, (layer,).
        shutter_s: Time the shutter is open, in seconds.
    """

    reciprocity_exponent: np.ndarray
    shutter_s: float

    @property
    def efficiency(self) -> np.ndarray:
        """Share of the exposure that still counts, (layer,)."""
        return max(self.shutter_s, LONGEST_RECIPROCAL_S) ** (self.reciprocity_exponent - 1)

    def __call__(self, device: Device, exposure: np.ndarray) -> np.ndarray:
        """Effective exposure, lux s, (layer, y, x)."""
        del device  # three multiplications need no kernel
        return exposure * self.efficiency.astype(np.float32)[:, None, None]
