"""Transmission: dye amounts -> light through the film, on three receivers.

    light_r = sum_w response_r(w) 10^-(dmin_density(w) + sum_d dyes_d dye_density_d(w)) + veil_r

The receivers are the layers of a print stock (`printing.py`), the filters of a densitometer
(`densitometry.py`) or the eye (`projection.py`). All 85 wavelengths are summed for every pixel.
Kernel: transmission.cl. Reference: reference/stages/transmission.py.
Source: docs/physics.md, Density.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.emulsion.film import Film
from spectral_film.emulsion.value import Value
from spectral_film.stages.signals import Signal
from spectral_film.stages.stage import PointStage

KERNELS = Path(__file__).with_suffix(".cl")


@dataclass(frozen=True, kw_only=True, eq=False)
class Receivers(Value):
    """Three receivers looking through a film.

    Attributes:
        dye_density: Spectral density of one unit of dye, (dye, wavelength).
        response_through_base: What each receiver makes of each wavelength through the film
            without dye: response * 10^-dmin_density, (receiver, wavelength).
        veil: Light added to each receiver, (receiver,).
    """

    dye_density: np.ndarray
    response_through_base: np.ndarray
    veil: np.ndarray

    def light(self, dyes: np.ndarray) -> np.ndarray:
        """What they get through one patch, in float64: `dyes` (3,) -> (receiver,)."""
        return self.response_through_base @ 10 ** -(dyes @ self.dye_density) + self.veil


def looking_through(film: Film, response: np.ndarray, veil: np.ndarray | None = None) -> Receivers:
    """Receivers with `response`, (receiver, wavelength), behind `film`."""
    return Receivers(
        dye_density=film.dye_density,
        response_through_base=response * 10**-film.dmin_density,
        veil=np.zeros(3) if veil is None else veil,
    )


@dataclass(frozen=True, kw_only=True)
class Transmission(PointStage):
    """Light that three receivers get through a dye image, or its density.

    Attributes:
        receivers: Who looks.
        of: The dyes that they look through.
        to: What they make of it.
        as_density: Give -log10 of the light.
    """

    receivers: Receivers
    of: Signal
    to: Signal
    as_density: bool = False

    @property
    def takes(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"dyes": self.of}

    @property
    def gives(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"received": self.to}

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        receivers = self.receivers
        return Launch(
            site.device,
            KERNELS,
            "transmit",
            defines={
                "WAVELENGTHS": receivers.dye_density.shape[1],
                "DENSITY": int(self.as_density),
            },
            tables={
                "dye_density": receivers.dye_density,
                "response_through_base": receivers.response_through_base,
                "veil": receivers.veil,
            },
        )
