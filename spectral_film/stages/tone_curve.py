"""Tone curve: layer exposure -> dye amounts, the H&D curves.

Each layer is coated as several sublayers (fast, medium, slow). A sublayer develops along a
generalised logistic in log exposure, and the dye of the sublayers adds:

    dye(log H) = sum_s density_range_s / (1 + 10^((mid_s - log H) / spread_s))^exponent_s

With exponents of 1 these are plain logistics; one sublayer with an exponent is Richards' curve.
Unexposed film has no dye: its fog is in the D-min spectrum.
Kernel: tone_curve.cl. Reference: reference/stages/tone_curve.py.
Source: docs/physics.md, Tone curve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.stages.signals import DYES, EXPOSURE, EXPOSURE_FLOOR, Signal
from spectral_film.stages.stage import PointStage

KERNELS = Path(__file__).with_suffix(".cl")


def curve_tables(curve: ToneCurve) -> dict[str, np.ndarray]:
    """The tables of the curve under the names of the kernel arguments."""
    return {name: getattr(curve, name) for name in curve.__dataclass_fields__}


def curve_defines(curve: ToneCurve) -> dict[str, object]:
    """What the kernels that develop must know when they are built."""
    return {
        "SUBLAYERS": curve.density_range.shape[1],
        "RICHARDS": int(not np.all(curve.exponent == 1)),
        "EXPOSURE_FLOOR": f"{EXPOSURE_FLOOR}f",
    }


@dataclass(frozen=True, kw_only=True)
class Development(PointStage):
    """Develops what a layer got along its curve.

    Attributes:
        curve: The curves.
        of, to: What is developed, and what it becomes: of the negative, or of the print.
    """

    curve: ToneCurve
    of: Signal = EXPOSURE
    to: Signal = DYES

    @property
    def takes(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"exposure": self.of}

    @property
    def gives(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"dyes": self.to}

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(
            site.device,
            KERNELS,
            "tone_curve",
            defines=curve_defines(self.curve),
            tables=curve_tables(self.curve),
        )
