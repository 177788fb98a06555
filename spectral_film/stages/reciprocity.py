"""Reciprocity: beyond one second a layer uses its light less well.

    H_eff = H t^(p - 1) for t > 1 s, else H          (Schwarzschild, continuous at 1 s)

Kernel: reciprocity.cl. Reference: reference/stages/reciprocity.py.
Source: docs/physics.md, Reciprocity; the sheet:
none to 1 s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.stages.signals import EXPOSURE, Signal
from spectral_film.stages.stage import PointStage

KERNELS = Path(__file__).with_suffix(".cl")
LONGEST_RECIPROCAL_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Reciprocity(PointStage):
    """Failure of reciprocity at one shutter time.

    Attributes:
        reciprocity_exponent: Schwarzschild p, (layer,).
        shutter_s: Time the shutter is open, in seconds.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"exposure": EXPOSURE}
    gives: ClassVar[Mapping[str, Signal]] = {"effective": EXPOSURE}

    reciprocity_exponent: np.ndarray
    shutter_s: float

    @property
    def efficiency(self) -> np.ndarray:
        """Share of the exposure that still counts, (layer,)."""
        return max(self.shutter_s, LONGEST_RECIPROCAL_S) ** (self.reciprocity_exponent - 1)

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(site.device, KERNELS, "reciprocity", tables={"efficiency": self.efficiency})
