"""Projection: dyes under the lamp -> XYZ on the screen, with the flare of the theatre.

    XYZ' = (XYZ + k XYZ_open gate) / (1 + k),   XYZ = sum_w lamp(w) T(w) cmf(w) / sum_w lamp ybar

Y = 1 for the open gate. Reference: reference/stages/projection.py.
Source: docs/physics.md, Projection.
"""

from dataclasses import dataclass, replace

import numpy as np

from spectral_film.emulsion.film import Film, PrintStock
from spectral_film.light.spectra import illuminant, observer
from spectral_film.stages.signals import DYES, PRINT_DYES, XYZ
from spectral_film.stages.transmission import Receivers, Transmission, looking_through

LIGHT_BOX = "D50"  # a negative that is looked at without a print (ISO 3664 viewing light)


@dataclass(frozen=True, kw_only=True)
class Projector:
    """A film in front of a lamp, seen by the CIE 1931 observer.

    Attributes:
        film: The film in the gate.
        lamp: Name of the light.
        flare: Stray light, as a share k of the open gate.
        callier_factor: Density here over diffuse density: a projector takes in little of what
            silver scatters. A light box, or a paper, shows diffuse density, factor 1.
    """

    film: Film
    lamp: str
    flare: float
    callier_factor: float = 1.0

    def eye(self) -> Receivers:
        """The eye behind the film, flare included."""
        veiled = 1 + self.flare
        veil = self.open_gate() * self.flare / veiled
        specular = looking_through(self.film, self._response() / veiled, veil=veil)
        if self.callier_factor == 1:
            return specular
        return replace(
            specular,
            dye_density=self.callier_factor * specular.dye_density,
            response_through_base=specular.response_through_base
            * 10 ** ((1 - self.callier_factor) * self.film.dmin_density),
        )

    def stage(self) -> Transmission:
        """XYZ with flare; Y = 1 for the open gate."""
        dyes = PRINT_DYES if isinstance(self.film, PrintStock) else DYES
        return Transmission(receivers=self.eye(), of=dyes, to=XYZ)

    def open_gate(self) -> np.ndarray:
        """XYZ of the lamp alone, (3,)."""
        return self._response().sum(axis=1)

    def clear_film(self) -> np.ndarray:
        """XYZ of the film without dye, flare included, (3,)."""
        return self.eye().light(np.zeros(3))

    def _response(self) -> np.ndarray:
        light = illuminant(self.lamp) * observer()
        return light / light[1].sum()
