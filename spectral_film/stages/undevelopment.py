"""Undevelopment: dye amounts -> the exposure that even film would have needed for them.

    h'_c = F_c^-1(n_c)
    h_c + sum_j A_cj F_j(h_c) = h'_c + sum_j A_cj F_j(h_j)       over the other layers, j != c
    H_c = sign(n_c) 10^h_c / efficiency_c                         lux s

The first line goes back along the tone curve, the second takes the interimage of a point back, the
third what failed of reciprocity. What light and inhibitor did to the neighbourhood stays: it is
texture, as grain is. A neutral has equal h, where the sums cancel. F^-1 and the left side of the
second line, which only climbs, are tables; its right side is found layer after layer, `SWEEPS`
times, each of which leaves a twentieth of the error.

Film tells light apart as far as its curve climbs a tenth as steeply as where it is steepest: more
light is held there, in all layers at once, so that what is blown out is white. As much below no dye
as grain may fall, as much below no light it counts: black stays black in the mean. In reversal film
n is what developed first: all the dye there may be, less what there is.
Kernel: undevelopment.cl. Reference: reference/stages/undevelopment.py.
Source: docs/physics.md, Back to the scene.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.stages.signals import DYES, EXPOSURE_FLOOR, HELD_EXPOSURE, Signal
from spectral_film.stages.stage import PointStage
from spectral_film.stages.tone_curve import curve_defines, curve_tables

KERNELS = Path(__file__).with_suffix(".cl")
FLATTEST = 0.1  # slope of the curve over its steepest; assumed: grain is ten times as loud there
SWEEPS = 5
NODES = 4096  # of a table; straight lines between them are off by 1e-6 of a log exposure
DENSE = 65536  # log exposures that tables are turned round on
BRIGHTEST = 10.0  # log10 lux s, where every film is black


@dataclass(frozen=True, kw_only=True)
class Undevelopment(PointStage):
    """Goes back from what developed to what exposed it.

    Attributes:
        curve: The tone curves F, which rise; of reversal film those of the first development.
        coupling: Loss of log10 exposure per dye amount, (layer, from layer); 0 without interimage.
        efficiency: Share of the exposure that counted, (layer,).
        reversal: Whether dye is what did not develop first.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"dyes": DYES}
    gives: ClassVar[Mapping[str, Signal]] = {"exposure": HELD_EXPOSURE}

    curve: ToneCurve
    coupling: np.ndarray
    efficiency: np.ndarray
    reversal: bool = False

    @property
    def highest_exposure(self) -> np.ndarray:
        """The most that it tells apart, lux s, (layer,)."""
        return 10 ** highest_log_exposure(self.curve) / self.efficiency

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        lowest, highest = np.log10(EXPOSURE_FLOOR), highest_log_exposure(self.curve)
        between_layers = self.coupling - np.diag(np.diag(self.coupling))
        h = np.linspace(lowest, BRIGHTEST, DENSE)
        dye = self.curve.dye(h)
        most = self.curve.density_range.sum(axis=1)

        told = self.curve.dye(np.array([lowest, highest]))
        ends = np.log2(told / (most[:, None] - told))
        developed = np.linspace(ends[:, 0].min(), ends[:, 1].max(), NODES)
        with np.errstate(divide="ignore"):  # beside all the dye there is
            reached = np.log2(dye) - np.log2(most[:, None] - dye)

        compensated = h + between_layers @ dye
        held_back = np.linspace(lowest, highest + float((between_layers @ most).max()), NODES)
        return Launch(
            site.device,
            KERNELS,
            "undevelop",
            defines={
                **curve_defines(self.curve),
                "NODES": NODES,
                "SWEEPS": SWEEPS,
                "REVERSAL": int(self.reversal),
                "HIGHEST": f"{highest}f",
                **_axis("DEVELOPED", developed),
                **_axis("COMPENSATED", held_back),
            },
            tables={
                **curve_tables(self.curve),
                "most_dye": most,
                "least_told": told[:, 0],
                "most_told": told[:, 1],
                "log_exposure": _turned_round(reached, h, developed),
                "held_back": held_back - _turned_round(compensated, h, held_back),
                "coupling": between_layers,
                "efficiency": self.efficiency,
            },
        )


def highest_log_exposure(curve: ToneCurve) -> float:
    """Where the first of the layers is as flat as film may be to tell light apart, log10 lux s."""
    h = np.linspace(np.log10(EXPOSURE_FLOOR), BRIGHTEST, DENSE)
    slope = np.gradient(curve.dye(h), h, axis=1)
    steep = slope >= FLATTEST * slope.max(axis=1, keepdims=True)
    return float(min(h[layer].max() for layer in steep))


def _turned_round(climbing: np.ndarray, h: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Log exposures at which functions of h, (layer, h), have these values, (layer, value)."""
    return np.stack([np.interp(at, function, h) for function in climbing])


def _axis(name: str, nodes: np.ndarray) -> dict[str, str]:
    """Where a table begins, and how its nodes follow each other."""
    return {
        f"{name}_LOWEST": f"{nodes[0]}f",
        f"{name}_PER_UNIT": f"{(len(nodes) - 1) / (nodes[-1] - nodes[0])}f",
    }
