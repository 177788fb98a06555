"""ENVI cubes: a text header beside a file of bare numbers.

Of the header are honoured the list of bad bands, the unit of wavelength, gains and scale factor,
ignore value and compression; where the picture lies in a larger one (`x start`) does not matter.
Bands that the film cannot see are not read, and decide nothing.
"""

from pathlib import Path

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.envi_calibration import calibration
from spectral_film.files.envi_data import opened_cube
from spectral_film.files.envi_header import Header, read_header
from spectral_film.files.planes import STRIP_ROWS, NanPolicy, NotNumbers
from spectral_film.files.wavelengths import checked_wavelengths
from spectral_film.light.scene import Scene, SceneKind
from spectral_film.light.spectra import SPACING, WAVELENGTH

NM_PER_UNIT = {
    "nanometers": 1.0, "nanometer": 1.0, "nanometres": 1.0, "nanometre": 1.0, "nm": 1.0,
    "micrometers": 1e3, "micrometer": 1e3, "micrometres": 1e3, "micrometre": 1e3,
    "microns": 1e3, "micron": 1e3, "um": 1e3, "μm": 1e3,
    "angstroms": 0.1, "angstrom": 0.1, "å": 0.1,
}  # fmt: skip
BLOCK_SAMPLES = 1 << 23  # numbers converted at a time, 32 MB as float32


def read_envi(
    path: Path, *, spectra: SceneKind | None, wavelength_nm: np.ndarray | None, nan: NanPolicy
) -> Scene:
    """Read the bands of a cube that film sees, as (band, y, x), float32.

    Args:
        path: The header; its data file lies beside it.
        spectra: What the cube holds; None is `reflectance`.
        wavelength_nm: Centre of each band, in place of the header's, (band,).
        nan: What to do with numbers that are not finite.

    Raises:
        InputError: the header or the data file cannot be used.
    """
    header = read_header(path)
    ignored = header.number("data ignore value") if "data ignore value" in header else None
    notes: list[str] = []
    with opened_cube(header) as cube:
        count = cube.shape[2]
        if wavelength_nm is None:
            wavelength_nm = _wavelengths(header, count, notes)
        elif len(wavelength_nm) != count:
            raise InputError(
                f"{path}: {count} bands and {len(wavelength_nm)} wavelengths; give one "
                "wavelength for each band"
            )
        bands = _bands(header, wavelength_nm, notes)
        bands = _bands_with_data(cube, bands, wavelength_nm, ignored, notes)
        planes = _numbers(cube, bands)
    scale = calibration(header, spectra or "reflectance", bands, count)
    notes += scale.notes
    nothing, gaps = _no_data(planes, in_sight(wavelength_nm[bands]), ignored)
    if nothing.any():
        notes.append(
            f"{nothing.sum()} pixels hold the header's ignore value {ignored:g} in a band that "
            "film sees and are black"
        )
    for plane, gain, offset in zip(planes, scale.gain, scale.offset, strict=True):
        plane *= gain
        plane += offset
    for band, neighbour, gap in gaps:
        planes[band][gap] = planes[neighbour][gap]
    planes[:, nothing] = 0

    not_numbers = NotNumbers(path, [f"{nm:g} nm" for nm in wavelength_nm[bands]], nan)
    for row in range(0, planes.shape[1], STRIP_ROWS):
        light = np.moveaxis(planes[:, row : row + STRIP_ROWS], 0, -1)
        not_numbers.blacken(light, ~np.isfinite(light), row)
    notes += not_numbers.verdict()
    if spectra is None:
        notes.append("the spectra are taken as reflectance (--spectra radiance if they are light)")
    return Scene(
        planes=planes,
        kind=spectra or "reflectance",
        wavelength_nm=wavelength_nm[bands],
        notes=tuple(notes),
    )


def _wavelengths(header: Header, count: int, notes: list[str]) -> np.ndarray:
    """Centre of each band in nm, (band,); NaN where the header gives no number."""
    if "wavelength" not in header:
        raise InputError(
            f"{header.path}: the header has no wavelengths; add `wavelength = {{...}}` or give "
            "them with --wavelengths"
        )
    said = header.numbers("wavelength", count)
    unit = header.text("wavelength units")
    if unit in ("", "unknown"):
        unit = "micrometers" if np.nanmax(said, initial=0) < 100 else "nanometers"
        notes.append(f"the header states no unit of wavelength; {unit} are assumed")
    if unit not in NM_PER_UNIT:
        raise InputError(
            f"{header.path}: wavelength units {unit!r} are not understood; expected Nanometers or "
            "Micrometers, or --wavelengths in nm"
        )
    return np.round(said * NM_PER_UNIT[unit], 6)


def _bands(header: Header, wavelength_nm: np.ndarray, notes: list[str]) -> np.ndarray:
    """Which bands are read, by rising wavelength: those that are good and in sight."""
    count = len(wavelength_nm)
    good = header.numbers("bbl", count) != 0 if "bbl" in header else np.ones(count, bool)
    if not good.all():
        notes.append(f"{count - good.sum()} bands are marked bad (bbl) and left out")
    inactive = good & (wavelength_nm == 0)
    if inactive.any():
        notes.append(f"{inactive.sum()} bands have the wavelength 0 and are left out")
    bands = np.flatnonzero(good & ~inactive)
    if len(bands) < 2:
        raise InputError(
            f"{header.path}: the header marks all but {len(bands)} bands bad (bbl, or a wavelength "
            "of 0); correct the list"
        )
    unknown = np.isnan(wavelength_nm[bands])
    if unknown.any():
        raise InputError(
            f"{header.path}: `wavelength` should be {count} numbers, band {bands[unknown][0] + 1} "
            "has none; correct the header"
        )
    bands = bands[np.argsort(wavelength_nm[bands], kind="stable")]
    bands = bands[in_reach(wavelength_nm[bands])]
    checked_wavelengths(wavelength_nm[bands], header.path, InputError)
    return bands


def in_sight(wavelength_nm: np.ndarray) -> np.ndarray:
    """Whether film may see a band: 360 to 780 nm; all of them where it sees none."""
    seen = (wavelength_nm >= WAVELENGTH[0]) & (wavelength_nm <= WAVELENGTH[-1])
    return seen if seen.any() else ~seen


def in_reach(wavelength_nm: np.ndarray) -> slice:
    """The bands, ascending, that the grid is interpolated from: to the next beyond either end."""
    first = np.searchsorted(wavelength_nm, WAVELENGTH[0] - SPACING, "right") - 1
    last = np.searchsorted(wavelength_nm, WAVELENGTH[-1] + SPACING, "left") + 1
    return slice(max(min(first, len(wavelength_nm) - 2), 0), max(last, 2))


def _numbers(cube: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """Those bands of (line, sample, band), as float32, (band, y, x)."""
    planes = np.empty((len(bands), *cube.shape[:2]), np.float32)
    rows = max(1, BLOCK_SAMPLES // (cube.shape[1] * len(bands)))
    with np.errstate(over="ignore"):  # what float32 cannot hold is no light: refused as infinite
        for row in range(0, cube.shape[0], rows):
            planes[:, row : row + rows] = cube[row : row + rows, :, bands].transpose(2, 0, 1)
    return planes


def _bands_with_data(
    cube: np.ndarray,
    bands: np.ndarray,
    wavelength_nm: np.ndarray,
    ignored: float | None,
    notes: list[str],
) -> np.ndarray:
    """The bands but those in sight that hold nothing but the ignore value: as good as bad ones."""
    seen = in_sight(wavelength_nm[bands])
    empty = np.array([s and _is_empty(cube, b, ignored) for b, s in zip(bands, seen, strict=True)])
    if not empty.any() or empty.sum() == seen.sum():
        return bands
    notes.append(f"{empty.sum()} bands hold nothing but the ignore value and are left out")
    return bands[~empty]


def _is_empty(cube: np.ndarray, band: int, ignored: float | None) -> bool:
    corner = _holds(cube[:1, :1, band], ignored)  # mostly it answers
    return bool(corner.all() and _holds(cube[:, :, band], ignored).all())


def _holds(numbers: np.ndarray, ignored: float | None) -> np.ndarray:
    """Where the ignore value stands, which may be NaN."""
    if ignored is None:
        return np.zeros(numbers.shape, bool)
    with np.errstate(over="ignore"):  # more than these numbers can be is nowhere among them
        return np.isnan(numbers) if np.isnan(ignored) else np.asarray(numbers == ignored)


def _no_data(
    planes: np.ndarray, seen: np.ndarray, ignored: float | None
) -> tuple[np.ndarray, list[tuple[int, int, np.ndarray]]]:
    """Where there is no light among the numbers of a file, (band, y, x).

    A pixel that holds the ignore value in any band in sight has no spectrum. A band out of sight
    only lends its neighbour a slope: where it holds that value, or what is no number, its neighbour
    is held.

    Returns:
        Such pixels, (y, x); and for bands out of sight, from the inside out, the neighbour and
        where to hold it.
    """
    nothing = np.any([_holds(plane, ignored) for plane in planes[seen]], axis=0)
    first, last = np.flatnonzero(seen)[[0, -1]]
    outside = [(b, b + 1) for b in reversed(range(first))]
    outside += [(b, b - 1) for b in range(last + 1, len(planes))]
    gaps = [(b, n, _holds(planes[b], ignored) | ~np.isfinite(planes[b])) for b, n in outside]
    return nothing, gaps
