"""The wavelengths of planes that do not name their own: what `--wavelengths` says, in nm."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spectral_film.errors import UsageError
from spectral_film.text_files import read_text

SHORTEST, LONGEST = 100.0, 20_000.0  # nm: beyond it the unit is something else


def parse_wavelengths(text: str | Sequence[float]) -> np.ndarray:
    """Centre of each plane in nm, (channel,), in the order given.

    Args:
        text: `400:700:10` (first:last:step, both ends in), a list `400,410,420`, a text file of
            numbers (blanks, commas or lines between them, `#` comments), or the numbers.

    Raises:
        UsageError: it is none of these, or the numbers are no wavelengths in nm.
    """
    try:
        wavelength_nm = np.array(_numbers(text) if isinstance(text, str) else text, float)
    except (ValueError, OSError) as reason:
        raise UsageError(
            f"--wavelengths {text}: expected 400:700:10, a list 400,410,420 or a text file of "
            f"numbers in nm ({reason})"
        ) from None
    return checked_wavelengths(wavelength_nm, f"--wavelengths {text}", UsageError)


def checked_wavelengths(
    wavelength_nm: np.ndarray, where: object, error: type[Exception]
) -> np.ndarray:
    """`wavelength_nm` (channel,) itself, if it can be the wavelengths of a cube.

    Raises:
        error: fewer than two, out of any sensor's range in nm, or one of them twice.
    """
    if wavelength_nm.ndim != 1 or len(wavelength_nm) < 2:
        raise error(f"{where}: a spectrum needs two wavelengths or more; list all of them")
    outside = ~((wavelength_nm >= SHORTEST) & (wavelength_nm <= LONGEST))
    if outside.any():
        raise error(
            f"{where}: {wavelength_nm[outside][0]:g} is no wavelength between {SHORTEST:g} and "
            f"{LONGEST:g} nm; give nanometres"
        )
    ordered = np.sort(wavelength_nm)
    twice = ordered[1:] == ordered[:-1]
    if twice.any():
        raise error(
            f"{where}: {ordered[1:][twice][0]:g} nm comes twice; give each plane its own wavelength"
        )
    return wavelength_nm


def _numbers(text: str) -> list[float]:
    if text.count(":") == 2 and not Path(text).is_file():
        first, last, step = (float(part) for part in text.split(":"))
        if not (step > 0 and last > first and (last - first) / step < 10_000):
            raise ValueError("the last must be beyond the first, the step above 0")
        count = int((last - first) / step + 1e-6) + 1
        return [first + at * step for at in range(count)]
    if "," in text:
        return [float(part) for part in text.split(",") if part.strip()]
    lines = read_text(Path(text), "list", "numbers in nm").splitlines()
    words = " ".join(line.partition("#")[0] for line in lines).replace(",", " ").split()
    return [float(word) for word in words]
