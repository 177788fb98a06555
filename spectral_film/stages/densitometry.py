"""Densitometry: what a densitometer, or a print stock, reads in a dye image.

    D_r = -log10( sum_w response_r(w) T(w) ),   response of unit sum

Reference: reference/stages/densitometry.py. Source: ISO 5-3 (status A and M); a printing density
is the same reading with the print stock for a receiver: -log10(E / E of the open gate).
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import Film, PrintStock
from spectral_film.light.spectra import status_response
from spectral_film.stages.transmission import Receivers, looking_through, transmit

# Cineon: 10-bit codes of printing density above the unexposed film.
CINEON_BASE_CODE, CINEON_DENSITY_PER_CODE, CINEON_LAST_CODE = 95, 0.002, 1023


@dataclass(frozen=True, kw_only=True)
class Densitometer:
    """Three receivers looking through a film.

    Attributes:
        film: The film that is read.
        response: Unit-sum responses, (record, wavelength).
    """

    film: Film
    response: np.ndarray

    def __call__(self, device: Device, dyes: np.ndarray) -> np.ndarray:
        """Integral density, base included, (record, y, x)."""
        return transmit(device, dyes, self._receivers(), as_density=True)

    def base_density(self) -> np.ndarray:
        """Reading of the unexposed, developed film, (record,)."""
        return -np.log10(self._receivers().light(np.zeros(3)))

    def _receivers(self) -> Receivers:
        return looking_through(self.film, self.response)


def status_densitometer(film: Film) -> Densitometer:
    """Reads `film` by the densitometry of its sheet: status M for negatives, A for prints."""
    return Densitometer(film=film, response=status_response(film.densitometry))


def printing_densitometer(negative: Film, print_film: PrintStock) -> Densitometer:
    """Reads `negative` as the layers of `print_film` see it by the printer's lamp."""
    seen = print_film.spectral_sensitivity * print_film.printer_light()
    return Densitometer(film=negative, response=seen / seen.sum(axis=1, keepdims=True))


@dataclass(frozen=True, kw_only=True)
class Cineon:
    """Printing density as Cineon codes: 95 + (PD - PD of the unexposed film) / 0.002."""

    printing: Densitometer

    def __call__(self, device: Device, printing_density: np.ndarray) -> np.ndarray:
        """Code values, not rounded, (record, y, x), held to 0..1023."""
        del device  # a line of arithmetic on an optional output
        base = self.printing.base_density().astype(np.float32)[:, None, None]
        codes = CINEON_BASE_CODE + (printing_density - base) / CINEON_DENSITY_PER_CODE
        return np.clip(codes, 0, CINEON_LAST_CODE, out=codes)
