"""Optics of the emulsion and its base: scatter and halation, on linear exposure.

Light spreads in the turbid emulsion (scatter) and a little of it goes through the base, turns
round at its back and exposes the layers a second time (halation). Both keep the light:

    OTF_c(f) = (S_c(f) + a_c H(f)) / (1 + a_c),     a_c = veil_ratio

S and H are given as densities in `spread.py`. Kernels are positive and sum to 1
(`convolution.py`); beyond the border the edge goes on. The transforms run on the host, whatever
the device.
Reference: reference/stages/optics.py. Source: PHYSICS a-c.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.convolution import blur
from spectral_film.device.device import Device
from spectral_film.emulsion import spread
from spectral_film.emulsion.film import Cauchy, CoreSkirt, Halation, Negative, PrintStock
from spectral_film.emulsion.spread import Exponential, Gaussian, Halo, Mixture, Spread

LEAST_LUX_S = 2e-4  # the foot of the published curves: less changes nothing to speak of


@dataclass(frozen=True, kw_only=True)
class Optics:
    """The blur of each layer, on one sampling of the film.

    Attributes:
        layers: What becomes of the light of each layer.
        pitch_um: Distance of the pixels across and down.
        least: Exposure below which the film hardly answers.
    """

    layers: tuple[Mixture, ...]
    pitch_um: tuple[float, float]
    least: float = 0.0

    def __call__(self, device: Device, exposure: np.ndarray) -> np.ndarray:
        """Spread `exposure`, linear lux s, (layer, y, x), as the film does; light is kept."""
        del device
        return blur(exposure, self.layers, self.pitch_um, least=self.least)


def of_negative(
    film: Negative,
    pitch_um: tuple[float, float],
    *,
    backing: str | None,
    halation: bool,
    scatter: bool,
) -> Optics | None:
    """Optics of a camera stock under `backing` (None: its own), effects switched on or off."""
    halo = film.halation.get(backing or film.backing or "") if halation else None
    return _optics(film.scatter if scatter else None, halo, pitch_um, LEAST_LUX_S)


def of_print(film: PrintStock, pitch_um: tuple[float, float], *, scatter: bool) -> Optics | None:
    """Optics of a print stock, contact printed: its sheet's MTF holds all there is."""
    # No least: a print's exposures span four decades, which float32 holds with ease.
    return _optics(film.scatter if scatter else None, None, pitch_um, least=0.0)


def _optics(
    scatter: CoreSkirt | Cauchy | None,
    halation: Halation | None,
    pitch_um: tuple[float, float],
    least: float,
) -> Optics | None:
    if scatter is None and halation is None:
        return None
    layers = []
    for layer in range(3):
        parts = _scattered(scatter, layer)
        if halation:
            veil = float(halation.veil_ratio[layer])
            halo = Halo(halation.profile, halation.base_um, halation.base_index, halation.reach_um)
            parts = [(weight / (1 + veil), part) for weight, part in parts]
            parts.append((veil / (1 + veil), halo))
        layers.append(Mixture(tuple(parts)))
    return Optics(layers=tuple(layers), pitch_um=pitch_um, least=least)


def _scattered(scatter: CoreSkirt | Cauchy | None, layer: int) -> list[tuple[float, Spread]]:
    """S of one layer, part by part."""
    if scatter is None:
        return [(1.0, Gaussian(0.0))]
    if isinstance(scatter, Cauchy):
        return [(1.0, spread.Cauchy(float(scatter.cauchy_radius_um[layer])))]
    weight = float(scatter.skirt_weight[layer])
    core = Gaussian(float(scatter.core_sigma_um[layer]))
    return [(1 - weight, core), (weight, Exponential(float(scatter.skirt_length_um[layer])))]
