"""Exposure: the light of the scene -> layer exposure, by every pixel's spectrum.

    H_c = sum_w L(w) exposure_weight_c(w)                                        lux s
    exposure_weight_c(w) = grey / 0.18 * F(w) S_c(w) / sum_w I_balance(w) S_c(w)

so that an 18 % grey under the film's balance light gets `grey` lux s in every layer, and under no
other light. F is the transmittance of a filter over the lens, which the meter does not see. L is
the radiance of a measured spectrum; or a reflectance, measured or up-sampled from RGB
(`upsampling.py`), times the taking light. Both lights have the luminance of an equal-energy
spectrum of 1.0.
Kernel: exposure.cl. Reference: reference/stages/exposure.py.
Source: docs/physics.md, Exposure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.errors import SpectralGridError
from spectral_film.light.filters import filter_transmittance
from spectral_film.light.metering import GREY
from spectral_film.light.scene import SceneKind
from spectral_film.light.spectra import (
    WAVELENGTH,
    MeasuredLight,
    equal_luminance,
    illuminant,
    resampling,
    share_held,
)
from spectral_film.light.upsampling import Prior, surfaces_at_nodes, upsampling_table
from spectral_film.stages.signals import EXPOSURE, SCENE, Signal
from spectral_film.stages.stage import PointStage

KERNELS = Path(__file__).with_suffix(".cl")
LARGEST_SHARE_HELD = 0.1  # of a layer's exposure may lie where a cube has no bands


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera stock behind a lens, metered.

    Attributes:
        spectral_sensitivity: Of the layers, relative, (layer, wavelength).
        balance: The light it is balanced for.
        illuminant: The taking light of RGB and reflectance scenes.
        grey_lux_s: Exposure of an 18 % grey under the balance light.
        upsampling: What the colours of RGB scenes are taken for.
        filter: Over the lens, as `light.filters` names it.
    """

    spectral_sensitivity: np.ndarray
    balance: str
    illuminant: str | MeasuredLight
    grey_lux_s: float
    upsampling: Prior
    filter: str | None = None

    def stage(self, kind: SceneKind, wavelength_nm: np.ndarray | None) -> "Exposure":
        """The exposure stage for scenes of one kind.

        Raises:
            SpectralGridError: the bands leave out too much of what a layer sees.
        """
        weight = self.exposure_weight(kind)
        if wavelength_nm is None:
            return Exposure(exposure_weight=weight, upsampling=self.upsampling)
        self.check_range(wavelength_nm)
        return Exposure(exposure_weight=weight @ resampling(wavelength_nm))

    def exposure_weight(self, kind: str) -> np.ndarray:
        """Exposure per unit of radiance, or of reflectance, (layer, wavelength)."""
        weight = self._bare_weight(kind)
        return weight if self.filter is None else weight * filter_transmittance(self.filter)

    def light_lost(self) -> np.ndarray:
        """Stops that the filter takes from a grey in the taking light, (layer,); may be infinite.

        -log2( sum_w F(w) I(w) S_c(w) / sum_w I(w) S_c(w) )
        """
        passed = self.exposure_weight("reflectance").sum(1) / self._bare_weight("reflectance").sum(
            1
        )
        with np.errstate(divide="ignore"):
            return -np.log2(passed)

    def _bare_weight(self, kind: str) -> np.ndarray:
        balance = equal_luminance(illuminant(self.balance))
        grey = self.spectral_sensitivity @ (GREY * balance)
        weight = self.spectral_sensitivity * (self.grey_lux_s / grey)[:, None]
        return (
            weight if kind == "radiance" else weight * equal_luminance(illuminant(self.illuminant))
        )

    def check_range(self, wavelength_nm: np.ndarray) -> str | None:
        """What is held at its end values, in a sentence; None where the bands cover all."""
        held = share_held(wavelength_nm, self._bare_weight("reflectance"))
        first, last = wavelength_nm[[0, -1]]
        span = f"the spectra cover {first:g} to {last:g} nm"
        if held.max() >= LARGEST_SHARE_HELD:
            layer = ("red", "green", "blue")[int(held.argmax())]
            raise SpectralGridError(
                f"{span}, which leaves out {held.max():.0%} of what the {layer}-sensitive layer "
                f"gets of this light; expected less than {LARGEST_SHARE_HELD:.0%}, so extend them "
                f"towards {WAVELENGTH[0]:g} to {WAVELENGTH[-1]:g} nm"
            )
        if held.max() > 0:
            return (
                f"{span}; beyond, their end values are held ({held.max():.1%} of a layer at most)"
            )
        return None


@dataclass(frozen=True, kw_only=True)
class Exposure(PointStage):
    """Light of the scene -> layer exposure, linear.

    Attributes:
        exposure_weight: Exposure per unit of light, lux s, (layer, wavelength) for RGB, which is
            up-sampled, and (layer, band) for spectra.
        upsampling: What the colours of RGB are taken for; None: the scene is spectra.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"light": SCENE}
    gives: ClassVar[Mapping[str, Signal]] = {"exposure": EXPOSURE}

    exposure_weight: np.ndarray
    upsampling: Prior | None = None

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        weight = self.exposure_weight
        if self.upsampling is None:
            return Launch(
                site.device,
                KERNELS,
                "expose_spectra",
                defines={"BANDS": weight.shape[1]},
                tables={"exposure_weight": weight},
            )
        table = upsampling_table()
        at_node = node_exposure(self.upsampling, weight)
        return Launch(
            site.device,
            KERNELS,
            "expose_rgb",
            defines={"NODES": at_node.shape[1]},
            tables={
                "node_exposure": at_node,
                "lowest_ratio": table.lowest_ratio,
                "luminance_weight": table.luminance_weight,
            },
        )


def node_exposure(prior: Prior, exposure_weight: np.ndarray) -> np.ndarray:
    """What the surfaces of the up-sampling table expose.

    Returns:
        Lux s; red, green, blue and a 0, so that a kernel reads aligned, (face, node, node, 4).
    """
    exposure = surfaces_at_nodes(prior) @ exposure_weight.T
    return np.concatenate([exposure, np.zeros_like(exposure[..., :1])], axis=-1)
