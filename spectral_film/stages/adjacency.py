"""Adjacency and interimage: developing layers hold back their neighbours.

Development sets inhibitor free, as much as dye forms. It diffuses a few um, sideways and into the
other layers, and there acts like a loss of exposure. In log exposure h, with F the tone curves:

    h'_c = G_c(h_c) - sum_j A_cj (b * F_j(h_j)),    G_c(h) = h + sum_j A_cj F_j(h)

b is one positive kernel, a 2-D exponential of length l, OTF (1 + (2 pi l f)^2)^(-3/2). A neutral,
even patch does not change, since the published curves were measured with all this at work.
Without diffusion (l = 0) what is left is the interimage between the layers of one point.

The classical form works on what has developed instead: D + gain (D - b * D).
Kernel: adjacency.cl. Reference: reference/stages/adjacency.py. Source: PHYSICS i; Nelson's
chemical spread function.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.convolution import blur
from spectral_film.device.device import Device
from spectral_film.emulsion.film import ClassicalAdjacency, Negative, ToneCurve
from spectral_film.emulsion.spread import Exponential, Mixture
from spectral_film.stages.tone_curve import curve_arguments, curve_defines, develop


@dataclass(frozen=True, kw_only=True)
class InterlayerInhibition:
    """Adjacency with interimage, on log exposure (`form` interlayer).

    Attributes:
        coupling: Loss of log10 exposure per dye amount, (layer, from layer).
        length_um: Diffusion length; 0: none.
        curve: The tone curves F.
        pitch_um: Distance of the pixels across and down.
    """

    coupling: np.ndarray
    length_um: float
    curve: ToneCurve
    pitch_um: tuple[float, float]

    def __call__(self, device: Device, exposure: np.ndarray) -> np.ndarray:
        """Effective exposure, linear lux s, (layer, y, x)."""
        return device.run(
            "adjacency",
            "inhibit",
            pixels=exposure[0].size,
            defines=curve_defines(self.curve),
            out={"effective_exposure": exposure.shape},
            exposure=exposure,
            inhibitor=diffuse(develop(device, exposure, self.curve), self.length_um, self.pitch_um),
            coupling=self.coupling,
            **curve_arguments(self.curve),
        )


@dataclass(frozen=True, kw_only=True)
class DensityAdjacency:
    """The classical form on dye amounts (`form` density): each layer for itself.

    Attributes:
        gain: Strength, (layer,).
        length_um: Diffusion length; 0: none.
        pitch_um: Distance of the pixels across and down.
    """

    gain: np.ndarray
    length_um: float
    pitch_um: tuple[float, float]

    def __call__(self, device: Device, dyes: np.ndarray) -> np.ndarray:
        """Dye amounts after the edge effect, (dye, y, x); they may fall below zero at edges."""
        del device  # one subtraction round an FFT
        gain = self.gain.astype(np.float32)[:, None, None]
        return dyes + gain * (dyes - diffuse(dyes, self.length_um, self.pitch_um))


def diffuse(dyes: np.ndarray, length_um: float, pitch_um: tuple[float, float]) -> np.ndarray:
    """Spread (layer, y, x) by a 2-D exponential of `length_um`."""
    if length_um == 0:
        return dyes

    return blur(dyes, [Mixture(((1.0, Exponential(length_um)),))] * len(dyes), pitch_um)


def of_film(
    film: Negative, pitch_um: tuple[float, float], *, diffusion: bool
) -> InterlayerInhibition | DensityAdjacency | None:
    """The adjacency of a film model, with or without its diffusion; None where it has none."""
    model = film.adjacency
    if model is None:
        return None
    length_um = model.length_um if diffusion else 0.0
    if isinstance(model, ClassicalAdjacency):
        return DensityAdjacency(gain=model.gain, length_um=length_um, pitch_um=pitch_um)
    return InterlayerInhibition(
        coupling=model.coupling, length_um=length_um, curve=film.tone_curve, pitch_um=pitch_um
    )
