"""The sheet's spectra on the engine's wavelength grid."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from reference.fit.dye_family import InferredDyes, infer_dyes
from reference.fit.sheet import Sheet
from reference.fit.tables import DYES, NEUTRALS
from spectral_film.errors import InputError
from spectral_film.light.spectra import WAVELENGTH, status_response

# A curve is held at its end values beyond what is printed; less than this and the holding would
# make up a visible part of the spectrum. A dye whose curve has come down to next to nothing has
# ended there: what is left of it falls off.
MUST_COVER = (430.0, 680.0)  # nm
ENDED = 0.05  # of its peak
HALVES_NM = 20.0  # over which what is left halves; assumed, as the flanks of dyes do


def spectral_sensitivity(sheet: Sheet) -> np.ndarray:
    """Linear sensitivity, cm2/erg, (layer, wavelength); 0 where the sheet prints none."""
    table = sheet.tables["spectral_sensitivity"]
    curves = table.records("logS_{}")
    return np.stack([_where_printed(table["wavelength_nm"], curve) for curve in curves])


def inferred_dyes(sheet: Sheet) -> InferredDyes:
    """The dyes of a sheet that prints none, from its neutral.

    Raises:
        InputError: its family has no such dyes.
    """
    neutral, base = _held(sheet, "midscale_neutral"), _held(sheet, "min_density")
    table = sheet.tables["spectral_dye_density"]
    printed = np.ones(len(WAVELENGTH), bool)
    for column in NEUTRALS:
        wavelength = table["wavelength_nm"][np.isfinite(table[column])]
        printed &= (wavelength[0] <= WAVELENGTH) & (wavelength[-1] >= WAVELENGTH)
    return infer_dyes(neutral - base, printed, name=sheet.id)


def dye_density(sheet: Sheet) -> tuple[np.ndarray, np.ndarray]:
    """Spectral density per unit of dye, and the peaks the sheet's curves were divided by.

    Whatever amount a sheet draws its dyes in, 1 unit here has a peak density of 1.0. Silver, which
    no sheet draws, has a visual density of 1.0.

    Returns:
        (dye, wavelength) and (dye,).
    """
    if sheet.layers == 1:
        silver = _assumed(sheet, "silver_density")
        visual = -np.log10(status_response("visual") @ 10**-silver)
        return silver[None] / visual, visual
    drawn = np.stack([_held(sheet, dye) for dye in DYES])
    peak = drawn.max(axis=1)
    return drawn / peak[:, None], peak


def dmin_shape(sheet: Sheet) -> tuple[np.ndarray, bool]:
    """Spectral density of the unexposed film before its level is fitted, (wavelength,).

    Returns:
        The spectrum, and whether the sheet prints it.
    """
    if "min_density" in sheet.columns_of("spectral_dye_density"):
        return _held(sheet, "min_density"), True
    if "base_density" not in sheet.assumed:
        raise InputError(
            f"{sheet.id}: spectral_dye_density.csv has no min_density column; a negative is seen "
            "through its mask, so add the minimum density curve of the sheet"
        )
    return _assumed(sheet, "base_density"), False


def _assumed(sheet: Sheet, name: str) -> np.ndarray:
    """A spectrum that no sheet prints, (wavelength,)."""
    nodes = sheet.assumed[name]["wavelength_nm"]
    interpolated = PchipInterpolator(nodes, sheet.assumed[name]["density"], extrapolate=False)
    spectrum: np.ndarray = interpolated(np.clip(WAVELENGTH, nodes[0], nodes[-1]))
    return spectrum


def midscale_neutral(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """The sheet's own neutral on the grid, and where it is printed; None without that column."""
    if "midscale_neutral" not in sheet.columns_of("spectral_dye_density"):
        return None
    table = sheet.tables["spectral_dye_density"]
    printed = np.isfinite(table["midscale_neutral"])
    wavelength = table["wavelength_nm"][printed]
    inside = (wavelength[0] <= WAVELENGTH) & (wavelength[-1] >= WAVELENGTH)
    return _held(sheet, "midscale_neutral"), inside


def _held(sheet: Sheet, column: str) -> np.ndarray:
    table = sheet.tables["spectral_dye_density"]
    printed = np.isfinite(table[column])
    wavelength, density = table["wavelength_nm"][printed], table[column][printed]
    ends = density[[0, -1]] if len(density) else (1.0, 1.0)
    ended = [column in DYES and abs(end) < ENDED * density.max() for end in ends]
    short = not len(wavelength) or (wavelength[0] > MUST_COVER[0] and not ended[0])
    if short or (wavelength[-1] < MUST_COVER[1] and not ended[1]):
        raise InputError(
            f"{sheet.id}: spectral_dye_density.csv, column {column}: the curve must cover "
            f"{MUST_COVER[0]:g} to {MUST_COVER[1]:g} nm"
        )
    within = np.clip(WAVELENGTH, wavelength[0], wavelength[-1])
    beyond = np.abs(WAVELENGTH - within)
    falls = np.where(within > WAVELENGTH, ended[0], ended[1])
    held: np.ndarray = PchipInterpolator(wavelength, density)(within)
    return np.where(falls, held * 0.5 ** (beyond / HALVES_NM), held)


def _where_printed(wavelength: np.ndarray, log_sensitivity: np.ndarray) -> np.ndarray:
    """10^curve between neighbouring printed values, 0 elsewhere, gaps included."""
    printed = np.isfinite(log_sensitivity)
    curve = PchipInterpolator(wavelength[printed], log_sensitivity[printed], extrapolate=False)
    above = np.searchsorted(wavelength, WAVELENGTH).clip(0, len(wavelength) - 1)
    below = (np.searchsorted(wavelength, WAVELENGTH, side="right") - 1).clip(0)
    inside = printed[above] & printed[below]
    inside &= (wavelength[0] <= WAVELENGTH) & (wavelength[-1] >= WAVELENGTH)
    return np.where(inside, 10 ** np.nan_to_num(curve(WAVELENGTH)), 0.0)
