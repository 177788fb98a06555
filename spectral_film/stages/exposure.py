"""Exposure: the light of the scene -> layer exposure, by every pixel's spectrum.

    H_c = sum_w L(w) exposure_weight_c(w)                                        lux s
    exposure_weight_c(w) = grey / 0.18 * S_c(w) / sum_w I_balance(w) S_c(w)

so that an 18 % grey under the film's balance light gets `grey` lux s in every layer, and under no
other light. L is the radiance of a measured spectrum; or a reflectance, measured or up-sampled
from RGB (`upsampling.py`), times the taking light. Both lights have the luminance of an
equal-energy spectrum of 1.0.
Kernel: exposure.cl. Reference: reference/stages/exposure.py. Source: PHYSICS k.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.errors import SpectralGridError
from spectral_film.light.metering import GREY
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import (
    WAVELENGTH,
    equal_luminance,
    illuminant,
    resampling,
    share_held,
)
from spectral_film.light.upsampling import POWERS, upsampling_table

LARGEST_SHARE_HELD = 0.1  # of a layer's exposure may lie where a cube has no bands
CUBE_CHUNK_BYTES = 256 * 2**20  # of a hyperspectral cube on the device at a time


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """A camera stock behind a lens, metered.

    Attributes:
        spectral_sensitivity: Of the layers, relative, (layer, wavelength).
        balance: The light it is balanced for.
        illuminant: The taking light of RGB and reflectance scenes.
        grey_lux_s: Exposure of an 18 % grey under the balance light.
    """

    spectral_sensitivity: np.ndarray
    balance: str
    illuminant: str
    grey_lux_s: float

    def __call__(self, device: Device, scene: Scene) -> np.ndarray:
        """Layer exposure, lux s, linear, (layer, y, x).

        Raises:
            SpectralGridError: the cube leaves out too much of what a layer sees.
        """
        weight = self.exposure_weight(scene.kind)
        if scene.wavelength_nm is None:
            return self._expose_rgb(device, scene.planes, weight)
        self.check_range(scene.wavelength_nm)
        return self._expose_spectra(device, scene.planes, weight @ resampling(scene.wavelength_nm))

    def exposure_weight(self, kind: str) -> np.ndarray:
        """Exposure per unit of radiance, or of reflectance, (layer, wavelength)."""
        balance = equal_luminance(illuminant(self.balance))
        grey = self.spectral_sensitivity @ (GREY * balance)
        weight = self.spectral_sensitivity * (self.grey_lux_s / grey)[:, None]
        return (
            weight if kind == "radiance" else weight * equal_luminance(illuminant(self.illuminant))
        )

    def check_range(self, wavelength_nm: np.ndarray) -> str | None:
        """What is held at its end values, in a sentence; None where the bands cover all."""
        held = share_held(wavelength_nm, self.exposure_weight("reflectance"))
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

    def _expose_spectra(self, device: Device, planes: np.ndarray, weight: np.ndarray) -> np.ndarray:
        bands, rows, columns = planes.shape
        step = max(1, CUBE_CHUNK_BYTES // (4 * bands * columns))
        if step >= rows:
            return _integrate(device, planes, weight)
        exposure = np.empty((3, rows, columns), np.float32)
        for top in range(0, rows, step):
            chunk = np.ascontiguousarray(planes[:, top : top + step])
            exposure[:, top : top + step] = _integrate(device, chunk, weight)
        return exposure

    def _expose_rgb(self, device: Device, planes: np.ndarray, weight: np.ndarray) -> np.ndarray:
        table = upsampling_table()
        return device.run(
            "exposure",
            "expose_rgb",
            pixels=planes[0].size,
            defines={
                "WAVELENGTHS": len(WAVELENGTH),
                "NODES": table.upsampling_coefficients.shape[1],
            },
            out={"exposure": planes.shape},
            rgb=planes,
            upsampling_coefficients=table.upsampling_coefficients,
            lowest_ratio=table.lowest_ratio,
            luminance_weight=table.luminance_weight,
            wavelength=POWERS[1],
            exposure_weight=weight,
        )


def _integrate(device: Device, planes: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return device.run(
        "exposure",
        "expose_spectra",
        pixels=planes[0].size,
        defines={"BANDS": len(planes)},
        out={"exposure": (3, *planes.shape[1:])},
        planes=planes,
        exposure_weight=weight,
    )
