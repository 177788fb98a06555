"""Optics of the emulsion and its base: scatter and halation, on linear exposure.

Light spreads in the turbid emulsion (scatter) and a little of it goes through the base, turns
round at its back and exposes the layers a second time (halation). Both keep the light:

    OTF_c(f) = (1 - w_c) S_c(f) + w_c H(f),    w_c = a_c / (1 + a_c),   a_c = veil_ratio

    core-skirt   S(f) = (1 - w) exp(-2 (pi s f)^2) + w (1 + (2 pi l f)^2)^(-3/2)
    cauchy       S(f) = exp(-2 pi g f), the 2-D Cauchy kernel
    halation     H(f) = Int E(th) J0(2 pi f 2 d tan th) dth / Int E(th) dth,
                 E = 2 sin th cos th R(th): Fresnel with total reflection (ring) or 1 (diffuse)

Kernels are positive and sum to 1 (`convolution.py`); beyond the border the edge goes on.
Reference: reference/stages/optics.py. Source: PHYSICS a-c; Fresnel's equations.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.convolution import TransferFunction, blur
from spectral_film.device import Device
from spectral_film.film import Cauchy, CoreSkirt, Halation, Negative, PrintStock

# The fitted core is a point; no data beyond 80 cycles/mm say how small. Where the sampling would
# show it, it is a spot of this size (assumed).
FINE_CORE_SIGMA_UM, FINE_PITCH_UM = 0.7, 3.0
# A 2-D exponential holds 99.7 % of its light within 8 lengths, a 2-D Cauchy 97 % within 33 radii.
EXPONENTIAL_REACH, CAUCHY_REACH = 8, 33
ANGLES = 200_000  # midpoints over the angle, gathered into rings 1 um wide
LINE_SAMPLES = 2**18  # of 1 um: tabulates H every 4e-6 cycles/um; linear between, to 1e-5


@dataclass(frozen=True, kw_only=True)
class Optics:
    """Scatter and halation on one sampling of the film.

    Attributes:
        scatter: Spread in the emulsion; None: none.
        halation: Light thrown back by the base; None: none.
        pitch_um: Distance of the pixels across and down.
    """

    scatter: CoreSkirt | Cauchy | None
    halation: Halation | None
    pitch_um: tuple[float, float]

    def __call__(self, device: Device, exposure: np.ndarray) -> np.ndarray:
        """Spread `exposure`, linear lux s, (layer, y, x), as the film does; light is kept."""
        del device  # the transforms run on the host, whatever the device
        return blur(exposure, self.transfer_functions(), self.reach_um, self.pitch_um)

    @property
    def reach_um(self) -> float:
        """How far light gets."""
        reach = 0.0
        if self.halation:
            reach = self.halation.reach_um
        if self.scatter:
            reach = max(reach, scatter_reach_um(self.scatter))
        return reach

    def transfer_functions(self) -> list[TransferFunction]:
        """OTF of each layer."""
        halo = halation_otf(self.halation) if self.halation else None

        def of_layer(layer: int) -> TransferFunction:
            def otf(frequency: np.ndarray) -> np.ndarray:
                total = self._scatter_otf(layer, frequency)
                if self.halation and halo:
                    veil = self.halation.veil_ratio[layer]
                    total = (total + veil * halo(frequency)) / (1 + veil)
                return total

            return otf

        return [of_layer(layer) for layer in range(3)]

    def _scatter_otf(self, layer: int, frequency: np.ndarray) -> np.ndarray:
        if self.scatter is None:
            return np.ones_like(frequency)
        return scatter_otf(self.scatter, layer, frequency, min(self.pitch_um))


def scatter_reach_um(scatter: CoreSkirt | Cauchy) -> float:
    """Distance within which all but the faintest light of the skirt falls, in um."""
    if isinstance(scatter, Cauchy):
        return CAUCHY_REACH * float(scatter.cauchy_radius_um.max())
    return EXPONENTIAL_REACH * float(
        max(scatter.skirt_length_um.max(), scatter.core_sigma_um.max())
    )


def scatter_otf(
    scatter: CoreSkirt | Cauchy, layer: int, frequency: np.ndarray, pitch_um: float
) -> np.ndarray:
    """S(f) of one layer; `frequency` in cycles/um, any shape."""
    if isinstance(scatter, Cauchy):
        return np.exp(-2 * np.pi * scatter.cauchy_radius_um[layer] * frequency)
    sigma = scatter.core_sigma_um[layer]
    if pitch_um < FINE_PITCH_UM:
        sigma = max(sigma, FINE_CORE_SIGMA_UM)
    weight, length = scatter.skirt_weight[layer], scatter.skirt_length_um[layer]
    core = np.exp(-2 * (np.pi * sigma * frequency) ** 2)
    skirt = (1 + (2 * np.pi * length * frequency) ** 2) ** -1.5
    return (1 - weight) * core + weight * skirt


def halation_otf(halation: Halation) -> TransferFunction:
    """H(f) of the halo, by way of its line spread.

    A thin ring of radius r projects onto a line as the arcsine law; the rings add to the line
    spread of the halo, whose cosine transform is the OTF. That is the integral over J0 above at a
    hundredth of its cost.
    """
    angle = (
        (np.arange(ANGLES) + 0.5) / ANGLES * np.arctan(halation.reach_um / (2 * halation.base_um))
    )
    flux = np.sin(2 * angle)
    if halation.profile == "ring":
        flux = flux * fresnel_reflectance(angle, halation.base_index)
    radius = 2 * halation.base_um * np.tan(angle)
    edges = np.arange(np.ceil(halation.reach_um) + 1)
    rings = np.histogram(radius, bins=edges, weights=flux / flux.sum())[0]

    middle = edges[:-1] + 0.5
    within = np.arcsin(np.clip((edges - 0.5)[None, :] / middle[:, None], -1, 1)) / np.pi
    line_spread = np.zeros(LINE_SAMPLES)
    line_spread[: len(edges) - 1] = rings @ np.diff(within, axis=1)  # pixels centred on 0, 1, 2 um
    line_spread[-len(edges) + 2 :] = line_spread[len(edges) - 2 : 0 : -1]
    frequency = np.fft.rfftfreq(LINE_SAMPLES)
    table = np.fft.rfft(line_spread).real / np.sinc(frequency)  # sinc: the 1 um pixels
    return lambda f: np.interp(f, frequency, table)


def fresnel_reflectance(angle: np.ndarray, index: float) -> np.ndarray:
    """Unpolarised reflectance of base against air from inside; 1 beyond the critical angle."""
    inside, outside_sin = np.cos(angle), index * np.sin(angle)
    outside = np.sqrt(np.maximum(1 - outside_sin**2, 0))
    s = ((index * inside - outside) / (index * inside + outside)) ** 2
    p = ((inside - index * outside) / (inside + index * outside)) ** 2
    return np.where(outside_sin >= 1, 1.0, (s + p) / 2)


def of_negative(
    film: Negative,
    pitch_um: tuple[float, float],
    *,
    backing: str | None,
    halation: bool,
    scatter: bool,
) -> Optics:
    """Optics of a camera stock under `backing` (None: its own), effects switched on or off."""
    halo = film.halation.get(backing or film.backing or "") if halation else None
    return Optics(scatter=film.scatter if scatter else None, halation=halo, pitch_um=pitch_um)


def of_print(film: PrintStock, pitch_um: tuple[float, float], *, scatter: bool) -> Optics:
    """Optics of a print stock, contact printed: its sheet's MTF holds all there is."""
    return Optics(scatter=film.scatter if scatter else None, halation=None, pitch_um=pitch_um)
