"""Projection: dyes under the lamp -> XYZ on the screen, with the flare of the theatre.

    XYZ' = (XYZ + k XYZ_open gate) / (1 + k),   XYZ = sum_w lamp(w) T(w) cmf(w) / sum_w lamp ybar

Y = 1 for the open gate. Reference: reference/stages/projection.py.
Source: docs/physics.md, Projection.
"""

from dataclasses import dataclass

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
    """

    film: Film
    lamp: str
    flare: float

    def eye(self) -> Receivers:
        """The eye behind the film, flare included."""
        veiled = 1 + self.flare
        veil = self.open_gate() * self.flare / veiled
        return looking_through(self.film, self._response() / veiled, veil=veil)

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
