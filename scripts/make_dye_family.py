"""Remakes reference/fit/dye_family.csv: what the dyes of colour negatives have in common.

Of the sheets that print separate dyes: each curve divided by its peak, moved to the mean peak of
its dye, and averaged; beside it by how much the stocks differ from that.
"""

from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from reference.fit.sheet import Sheet, read_sheet
from reference.fit.spectra import dye_density
from spectral_film.light.spectra import WAVELENGTH

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "reference/fit/dye_family.csv"
DYES = ("cyan", "magenta", "yellow")


def complete() -> list[Sheet]:
    """Sheets of colour negatives that print their dyes."""
    folders = sorted(path.parent for path in (ROOT / "reference/sheets").glob("*/sheet.toml"))
    sheets = [read_sheet(folder) for folder in folders]
    return [sheet for sheet in sheets if sheet.kind == "negative" and sheet.prints_dyes]


def family(sheets: list[Sheet]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of aligned dyes, (dye, wavelength) each."""
    drawn = np.stack([dye_density(sheet)[0] for sheet in sheets])
    peaks = np.array([[_peak(dye) for dye in dyes] for dyes in drawn])
    aligned = np.stack(
        [
            [
                _moved(dye, at - to)
                for dye, at, to in zip(dyes, own, peaks.mean(axis=0), strict=True)
            ]
            for dyes, own in zip(drawn, peaks, strict=True)
        ]
    )
    mean = aligned.mean(axis=0)
    return mean / mean.max(axis=1, keepdims=True), aligned.std(axis=0, ddof=1)


def _peak(dye: np.ndarray) -> float:
    """Wavelength of the top of a parabola through the highest three values."""
    i = int(dye.argmax())
    low, top, high = dye[i - 1 : i + 2]
    return float(WAVELENGTH[i] + 5 * (low - high) / (2 * (low - 2 * top + high)))


def _moved(dye: np.ndarray, by_nm: float) -> np.ndarray:
    at = np.clip(WAVELENGTH + by_nm, WAVELENGTH[0], WAVELENGTH[-1])
    moved: np.ndarray = PchipInterpolator(WAVELENGTH, dye)(at)
    return moved


def text(sheets: list[Sheet]) -> str:
    """The file."""
    mean, sd = family(sheets)
    head = [
        "# Dyes of colour negatives, 1 at the peak: mean of those that sheets print, and their",
        f"# standard deviation. From {', '.join(sheet.id for sheet in sheets)}, by",
        "# scripts/make_dye_family.py; who read them stands in reference/sheets.",
        ",".join(["wavelength_nm", *DYES, *(f"sd_{dye}" for dye in DYES)]),
    ]
    rows = np.column_stack([WAVELENGTH, mean.T, sd.T])
    lines = [",".join([f"{row[0]:g}", *(f"{value:.4f}" for value in row[1:])]) for row in rows]
    return "\n".join([*head, *lines]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(complete()))
