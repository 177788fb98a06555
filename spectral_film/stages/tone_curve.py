"""Tone curve: layer exposure -> dye amounts, the H&D curves.

Each layer is coated as several sublayers (fast, medium, slow). A sublayer develops along a
generalised logistic in log exposure, and the dye of the sublayers adds:

    dye(log H) = sum_s density_range_s / (1 + 10^((mid_s - log H) / spread_s))^exponent_s

With exponents of 1 these are plain logistics; one sublayer with an exponent is Richards' curve.
Unexposed film has no dye: its fog is in the D-min spectrum.
Kernel: tone_curve.cl. Reference: reference/stages/tone_curve.py. Source: PHYSICS e.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import ToneCurve
from spectral_film.stages.signals import EXPOSURE_FLOOR


def curve_arguments(curve: ToneCurve) -> dict[str, np.ndarray]:
    """The tables of the curve under the names of the kernel arguments."""
    return {name: getattr(curve, name) for name in curve.__dataclass_fields__}


def curve_defines(curve: ToneCurve) -> dict[str, object]:
    """What the kernels that develop must know when they are built."""
    return {
        "SUBLAYERS": curve.density_range.shape[1],
        "RICHARDS": int(not np.all(curve.exponent == 1)),
        "EXPOSURE_FLOOR": f"{EXPOSURE_FLOOR}f",
    }


def develop(device: Device, exposure: np.ndarray, curve: ToneCurve) -> np.ndarray:
    """Dye amounts (dye, y, x) that `exposure`, linear lux s, (layer, y, x), develops to."""
    return device.run(
        "tone_curve",
        "tone_curve",
        pixels=exposure[0].size,
        defines=curve_defines(curve),
        out={"dyes": exposure.shape},
        exposure=exposure,
        **curve_arguments(curve),
    )


@dataclass(frozen=True)
class Development:
    """The stage: develops what it is given along one set of curves."""

    curve: ToneCurve

    def __call__(self, device: Device, exposure: np.ndarray) -> np.ndarray:
        """Dye amounts (dye, y, x) of `exposure`, linear, (layer, y, x)."""
        return develop(device, exposure, self.curve)
