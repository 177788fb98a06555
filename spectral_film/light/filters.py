"""Filters over the lens: how much of each wavelength they let through.

Those with a number are KODAK WRATTEN Filters, gelatin as it was published; a filter that was
measured comes as a CSV. The meter reads the scene beside the filter, so its light is lost.
Source: docs/physics.md, Exposure.
"""

import difflib
import re
from functools import cache
from pathlib import Path

import numpy as np

from spectral_film.errors import InputError, UsageError
from spectral_film.light.columns import rows_by_wavelength
from spectral_film.light.spectra import on_grid, standard

MOST_PERCENT = 100.0  # who goes beyond 1 and stays within, has written percent


@cache
def filter_numbers() -> tuple[str, ...]:
    """The Wratten filters whose transmittance is known, as Kodak numbers them."""
    return tuple(number.decode() for number in standard("filter/number"))


def filter_transmittance(spec: str | Path) -> np.ndarray:
    """Transmittance of a filter, surfaces included.

    Args:
        spec: A Wratten number (`filter_numbers`; "25", "Wratten 25" and "No. 25" are one), or the
            path of a CSV with the columns wavelength in nm, transmittance 0..1. A CSV is held at
            its end values where it stops, and must cover 400 to 700 nm.

    Returns:
        Share of the light that passes, 0..1, (wavelength,).

    Raises:
        UsageError: no such number; the message holds the nearest ones.
        InputError: the CSV cannot be read as a filter.
        SpectralGridError: the CSV stops short of 400 to 700 nm.

    Source: Kodak Wratten Filters for Scientific and Technical Use, by the CRC Handbook; beyond
    its 400 to 700 nm assumed, as scripts/make_tables.py says.
    """
    name = str(spec).strip()
    numbers = {number.casefold(): row for row, number in enumerate(filter_numbers())}
    row = numbers.get(_number(name))
    if row is not None:
        published: np.ndarray = standard("filter/transmittance")[row]
        return published
    if name.lower().endswith(".csv") or Path(name).is_file():
        return _from_csv(Path(name))
    near = difflib.get_close_matches(_number(name), numbers, n=3, cutoff=0.5)
    meant = " or ".join(filter_numbers()[numbers[key]] for key in near)
    raise UsageError(
        f"no filter is called {name!r}"
        + (f", did you mean {meant}" if near else "")
        + f"; expected a Wratten number, one of {', '.join(filter_numbers())}, "
        "or the path of a CSV of wavelength,transmittance"
    )


def _number(name: str) -> str:
    """A number without what people write before it, in lower case."""
    return re.sub(r"^(kodak|wratten|filter|number|no\.?|#|\s)+", "", name.casefold())


def _from_csv(path: Path) -> np.ndarray:
    """Read a measured filter; see `filter_transmittance`."""
    samples: dict[float, float] = {}
    for where, (wavelength, share) in rows_by_wavelength(path, "filter", ("transmittance",)):
        if 1 < share <= MOST_PERCENT:
            raise InputError(
                f"{where}: a filter lets 0 to 1 of the light through, got {share:g}; if that is "
                "percent, divide the column by 100"
            )
        if not (np.isfinite(wavelength) and 0 <= share <= 1):
            raise InputError(
                f"{where}: a filter lets 0 to 1 of the light through, at a finite wavelength, got "
                f"{wavelength:g},{share:g}; correct it"
            )
        if wavelength in samples:
            raise InputError(f"{where}: {wavelength:g} nm comes twice; keep one")
        samples[wavelength] = share
    transmittance = on_grid(samples, path, "filter")
    if not transmittance.any():
        raise InputError(f"{path}: this filter lets no light through; correct its column")
    return transmittance
