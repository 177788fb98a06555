"""Densitometry: what a densitometer, or a print stock, reads in a dye image.

    D_r = -log10( sum_w response_r(w) T(w) ),   response of unit sum

Reference: reference/stages/densitometry.py. Source: ISO 5-3 (status A, M, visual); a printing
density is the same reading with the print stock for a receiver: -log10(E / E of the open gate).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.emulsion.film import Film, PrintStock
from spectral_film.light.spectra import status_response
from spectral_film.stages.signals import (
    CINEON,
    DYES,
    NEGATIVE_DENSITY,
    PRINT_DENSITY,
    PRINT_DYES,
    PRINTING_DENSITY,
    Signal,
)
from spectral_film.stages.stage import PointStage
from spectral_film.stages.transmission import Receivers, Transmission, looking_through

KERNELS = Path(__file__).with_suffix(".cl")
# Cineon: 10-bit codes of printing density above the unexposed film.
CINEON_BASE_CODE, CINEON_DENSITY_PER_CODE, CINEON_LAST_CODE = 95, 0.002, 1023
CINEON_AIM_CODE = 445  # of the laboratory aim's grey, by custom: .70 above the unexposed film


def status_densitometer(film: Film) -> Receivers:
    """Reads `film` by the densitometry of its sheet: status M, status A, or visual thrice."""
    response = status_response(film.densitometry)
    return looking_through(film, np.broadcast_to(response, (3, response.shape[1])))


def printing_densitometer(negative: Film, print_film: PrintStock) -> Receivers:
    """Reads `negative` as the layers of `print_film` see it by the printer's lamp."""
    seen = print_film.spectral_sensitivity * print_film.printer_light()
    return looking_through(negative, seen / seen.sum(axis=1, keepdims=True))


def base_density(densitometer: Receivers) -> np.ndarray:
    """Its reading of the unexposed, developed film, (record,)."""
    return -np.log10(densitometer.light(np.zeros(3)))


def status_density(film: Film) -> Transmission:
    """Integral density by the film's own densitometry, base included."""
    of, to = (DYES, NEGATIVE_DENSITY)
    if isinstance(film, PrintStock):
        of, to = PRINT_DYES, PRINT_DENSITY
    return Transmission(receivers=status_densitometer(film), of=of, to=to, as_density=True)


def printing_density(negative: Film, print_film: PrintStock) -> Transmission:
    """Density of the negative as the print stock sees it, base included."""
    seen = printing_densitometer(negative, print_film)
    return Transmission(receivers=seen, of=DYES, to=PRINTING_DENSITY, as_density=True)


@dataclass(frozen=True, kw_only=True)
class Cineon(PointStage):
    """Printing density as Cineon codes: 95 + (PD - PD of the unexposed film) / 0.002.

    Codes are not rounded, and held to 0..1023.

    Attributes:
        base_density: Printing density of the unexposed film, (record,).
    """

    takes: ClassVar[Mapping[str, Signal]] = {"density": PRINTING_DENSITY}
    gives: ClassVar[Mapping[str, Signal]] = {"codes": CINEON}

    base_density: np.ndarray

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(
            site.device,
            KERNELS,
            "cineon",
            defines={
                "BASE_CODE": f"{CINEON_BASE_CODE}.0f",
                "LAST_CODE": f"{CINEON_LAST_CODE}.0f",
                "CODES_PER_DENSITY": f"{1 / CINEON_DENSITY_PER_CODE}f",
            },
            tables={"base_density": self.base_density},
        )
