"""Adjacency and interimage: developing layers hold back their neighbours.

Development sets inhibitor free, as much as dye forms. It diffuses a few um, sideways and into the
other layers, and there acts like a loss of exposure. In log exposure h, with F the tone curves:

    h'_c = G_c(h_c) - sum_j A_cj (b * F_j(h_j)),    G_c(h) = h + sum_j A_cj F_j(h)

b is one positive kernel, a 2-D exponential of length l, OTF (1 + (2 pi l f)^2)^(-3/2). A neutral,
even patch does not change, since the published curves were measured with all this at work.
Without diffusion (l = 0) what is left is the interimage between the layers of one point.

Three stages: `Release` gives G and sets F free, `Diffusion` spreads it, `Inhibition` develops.
The classical form works on what has developed instead: D + gain (D - b * D), `EdgeEffect`.
Kernels: adjacency.cl. Reference: reference/stages/adjacency.py.
Source: docs/physics.md, Adjacency; Nelson's
chemical spread function.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.emulsion.spread import Exponential, Mixture
from spectral_film.stages.optics import Spreading
from spectral_film.stages.signals import COMPENSATED, DYES, EXPOSURE, INHIBITOR, Signal
from spectral_film.stages.stage import PointStage
from spectral_film.stages.tone_curve import curve_defines, curve_tables

KERNELS = Path(__file__).with_suffix(".cl")
# Dyes are told apart by their difference, not by their ratio; ten is good to 4e-6 of them.
DYE_CONTRAST = 10.0
# Log exposures where what a neutral patch holds back is tabulated, for straight lines between:
# from the floor to the brightest a frame may be. Off by 1e-6 of a log exposure at most.
LOWEST, HIGHEST, NODES = -10.0, 20.0, 16384


@dataclass(frozen=True, kw_only=True)
class Release(PointStage):
    """What a layer would develop sets inhibitor free; and what it would be without any loss.

    Attributes:
        coupling: Loss of log10 exposure per dye amount, (layer, from layer).
        curve: The tone curves F.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"exposure": EXPOSURE}
    gives: ClassVar[Mapping[str, Signal]] = {"compensated": COMPENSATED, "inhibitor": INHIBITOR}

    coupling: np.ndarray
    curve: ToneCurve

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(
            site.device,
            KERNELS,
            "release",
            defines={
                **curve_defines(self.curve),
                "NODES": NODES,
                "LOWEST": f"{LOWEST}f",
                "NODES_PER_UNIT": f"{(NODES - 1) / (HIGHEST - LOWEST)}f",
            },
            tables={
                **curve_tables(self.curve),
                "neutral_inhibition": self.coupling @ _dye_at_nodes(self.curve),
            },
        )


@lru_cache(maxsize=8)
def _dye_at_nodes(curve: ToneCurve) -> np.ndarray:
    return curve.dye(np.linspace(LOWEST, HIGHEST, NODES))


def diffusion(length_um: float, of: Signal, pitch_um: tuple[float, float]) -> Spreading:
    """Inhibitor on its way, all layers alike: a 2-D exponential of `length_um`."""
    layer = Mixture(((1.0, Exponential(length_um)),))
    return Spreading(
        layers=(layer,) * 3, pitch_um=pitch_um, contrast=DYE_CONTRAST, of=of, to=INHIBITOR
    )


@dataclass(frozen=True, kw_only=True)
class Inhibition(PointStage):
    """Development under the inhibitor that has arrived.

    Attributes as in `Release`.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"compensated": COMPENSATED, "inhibitor": INHIBITOR}
    gives: ClassVar[Mapping[str, Signal]] = {"dyes": DYES}

    coupling: np.ndarray
    curve: ToneCurve

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(
            site.device,
            KERNELS,
            "inhibit",
            defines={**curve_defines(self.curve), "INHIBIT": 1},
            tables={**curve_tables(self.curve), "coupling": self.coupling},
        )


@dataclass(frozen=True, kw_only=True)
class EdgeEffect(PointStage):
    """The classical form, each layer for itself; dye amounts may fall below zero at edges.

    Attributes:
        gain: Strength, (layer,).
    """

    takes: ClassVar[Mapping[str, Signal]] = {"dyes": DYES, "inhibitor": INHIBITOR}
    gives: ClassVar[Mapping[str, Signal]] = {"sharpened": DYES}

    gain: np.ndarray

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(
            site.device, KERNELS, "sharpen", defines={"EDGES": 1}, tables={"gain": self.gain}
        )
