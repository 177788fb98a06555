"""Columns of numbers by wavelength that somebody wrote into a text file: a light, a camera."""

import csv
from pathlib import Path

import numpy as np

from spectral_film.errors import InputError, printable
from spectral_film.text_files import read_text

# A step so many times the usual one, and wider than so many nm, is a piece that was lost: a table
# of 10 nm may miss a sample, one of 1 nm some. Assumed.
GAP, WIDEST = 4.0, 20.0


def rows_by_wavelength(
    path: Path, what: str, columns: tuple[str, ...]
) -> list[tuple[str, list[float]]]:
    """The lines of numbers of a CSV, each behind where it stands.

    What follows a # is not read, nor are lines that begin with a word before those of numbers.

    Args:
        path: An ordinary file; its name is told in reports.
        what: What it is, for whoever gave another.
        columns: What stands beside the wavelength.

    Raises:
        InputError: it cannot be read, or a line is not as many finite numbers.
    """
    expected = f"wavelength in nm, {', '.join(columns)}, with commas between"
    rows: list[tuple[str, list[float]]] = []
    if path.name != printable(path.name):
        raise InputError(f"{path}: the name of the {what} is no line of text; rename the file")
    text = read_text(path, what, f"a CSV of {expected}")
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{path}, line {number}"
        try:
            cells = next(csv.reader([line.split("#")[0]]), [])
        except csv.Error:
            cells = [line]
        if not any(cell.strip() for cell in cells) or not (rows or _is_number(cells[0])):
            continue
        if not all(map(_is_number, cells)):
            raise InputError(
                f"{where}: {line.strip()[:40]!r} is no line of numbers; expected {expected}"
            )
        row = [float(cell) for cell in cells]
        if len(row) != 1 + len(columns):
            raise InputError(
                f"{where}: {len(row) - 1} values beside the wavelength, expected {len(columns)}: "
                f"{expected}"
            )
        rows.append((where, row))
    if not rows:
        raise InputError(f"{path}: no line of numbers in it; expected {expected}")
    return rows


def check_gaps(where: object, wavelength_nm: np.ndarray, values: np.ndarray) -> None:
    """Refuse a spectrum that leaves out what lies between its samples.

    Straight lines join samples, so tables may be as coarse as they like, and lamps of lines may
    leave out where they are dark.

    Args:
        where: What it is, for the message.
        wavelength_nm: Rising, (sample,).
        values: (..., sample).

    Raises:
        InputError: two neighbours lie much farther apart than the others, and it is not 0 there.
    """
    steps = np.diff(wavelength_nm)
    dark = (np.atleast_2d(values) == 0).all(axis=0)
    wide = (steps > max(GAP * float(np.median(steps)), WIDEST)) & ~(dark[:-1] & dark[1:])
    if wide.any():
        at = int(np.argmax(wide))
        raise InputError(
            f"{where}: nothing is known between {wavelength_nm[at]:g} and "
            f"{wavelength_nm[at + 1]:g} nm, where samples lie {np.median(steps):g} nm apart; "
            "complete the measurement, or give 0 at both ends where it is dark"
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
