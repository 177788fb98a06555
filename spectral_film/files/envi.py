"""ENVI cubes, read by Spectral Python: a text header beside a file of bare numbers.

The header's scale factor, gains and offsets, bad-band list, ignore value and unit of wavelength
are honoured; bands come out by rising wavelength.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.planes import NanPolicy, NotNumbers
from spectral_film.files.wavelengths import checked_wavelengths
from spectral_film.light.scene import Scene, SceneKind

NM_PER_UNIT = {
    "nanometers": 1.0, "nanometer": 1.0, "nanometres": 1.0, "nm": 1.0,
    "micrometers": 1e3, "micrometer": 1e3, "micrometres": 1e3, "microns": 1e3, "micron": 1e3,
    "um": 1e3, "µm": 1e3, "μm": 1e3,
    "angstroms": 0.1,
}  # fmt: skip
BLOCK_SAMPLES = 1 << 23  # numbers converted at a time, 32 MB as float32


def read_envi(
    path: Path, *, spectra: SceneKind | None, wavelength_nm: np.ndarray | None, nan: NanPolicy
) -> Scene:
    """Read a cube as (band, y, x), float32.

    Args:
        path: The header; its data file lies beside it.
        spectra: What the cube holds; None is `reflectance`.
        wavelength_nm: Centre of each band, in place of the header's, (band,).
        nan: What to do with numbers that are not finite.

    Raises:
        InputError: the header or the data file cannot be used.
    """
    cube, header = _open(path)
    notes: list[str] = []
    if wavelength_nm is None:
        wavelength_nm, notes = _wavelengths(header, cube.nbands, path)
    elif len(wavelength_nm) != cube.nbands:
        raise InputError(
            f"{path}: {cube.nbands} bands and {len(wavelength_nm)} wavelengths; give one "
            "wavelength for each band"
        )
    bands = np.argsort(wavelength_nm)
    if "bbl" in header:
        bands = bands[_floats(header, "bbl", cube.nbands, path)[bands] != 0]
        if len(bands) < 2:
            raise InputError(
                f"{path}: the header marks all but {len(bands)} bands bad (bbl); correct the list"
            )
        if len(bands) < cube.nbands:
            notes.append(f"{cube.nbands - len(bands)} bands are marked bad (bbl) and left out")
    gain, offset = _calibration(header, cube, path)
    if cube.scale_factor != 1:
        notes.append(f"numbers are divided by the header's scale factor {cube.scale_factor:g}")
    ignored = _ignored(header, path)

    not_numbers = NotNumbers(path, [f"{wavelength_nm[band]:g} nm" for band in bands], nan)
    numbers = cube.open_memmap(interleave="bip")
    planes = np.empty((len(bands), cube.nrows, cube.ncols), np.float32)
    empty = 0
    rows = max(1, BLOCK_SAMPLES // (cube.ncols * cube.nbands))
    for row in range(0, cube.nrows, rows):
        light = numbers[row : row + rows, :, bands].astype(np.float32)
        if ignored is not None:
            nothing = ((light == ignored) | (np.isnan(light) & np.isnan(ignored))).any(axis=-1)
            empty += int(nothing.sum())
        light = light * gain[bands] + offset[bands]
        if ignored is not None:
            light[nothing] = 0
        not_numbers.blacken(light, ~np.isfinite(light), row)
        planes[:, row : row + rows] = light.transpose(2, 0, 1)
    notes += not_numbers.verdict()
    if empty:
        notes.append(f"{empty} pixels hold the header's ignore value {ignored:g} and are black")
    if spectra is None:
        notes.append("the spectra are taken as reflectance (--spectra radiance if they are light)")
    return Scene(
        planes=planes,
        kind=spectra or "reflectance",
        wavelength_nm=wavelength_nm[bands],
        notes=tuple(notes),
    )


def _open(path: Path) -> tuple[Any, dict[str, Any]]:
    """Spectral Python's cube and the header, if the data file is as long as the header says."""
    from spectral.io import envi  # a picture need not wait for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about capitals in the header
            header = envi.read_envi_header(str(path))
            cube = envi.open(str(path.absolute()))
    except envi.EnviDataFileNotFoundError:
        raise InputError(
            f"{path}: its data file is missing; expected {path.with_suffix('').name} with no "
            "suffix, .img, .dat, .bsq, .bil or .bip beside the header"
        ) from None
    except Exception as reason:  # it raises whatever the broken line happens to break
        detail = " ".join(str(reason).split()) or type(reason).__name__
        raise InputError(
            f"{path}: the ENVI header cannot be used ({detail}); correct or export it again"
        ) from None
    if isinstance(cube, envi.SpectralLibrary) or np.dtype(cube.dtype).kind == "c":
        raise InputError(
            f"{path}: an ENVI image of real numbers was expected, not a library or complex "
            "numbers; export the picture as float32 or uint16"
        )
    if min(cube.nrows, cube.ncols) < 1 or cube.nbands < 2:
        raise InputError(
            f"{path}: {cube.ncols} samples, {cube.nrows} lines, {cube.nbands} bands are no "
            "spectral picture; two bands or more are needed"
        )
    data = Path(cube.filename)
    announced = cube.offset + cube.nrows * cube.ncols * cube.nbands * np.dtype(cube.dtype).itemsize
    if data.stat().st_size < announced:
        raise InputError(
            f"{data}: has {data.stat().st_size} bytes where {path.name} announces {announced}; "
            "the file is cut short: copy it again"
        )
    return cube, header


def _calibration(header: dict[str, Any], cube: Any, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset of each band, float32: light = number * gain + offset."""
    scale = cube.scale_factor
    if not (np.isfinite(scale) and scale > 0):
        raise InputError(
            f"{path}: the reflectance scale factor {scale:g} should be above 0; correct the header"
        )
    gain, offset = np.ones(cube.nbands), np.zeros(cube.nbands)
    if "data gain values" in header:
        gain = _floats(header, "data gain values", cube.nbands, path)
    if "data offset values" in header:
        offset = _floats(header, "data offset values", cube.nbands, path)
    return (gain / scale).astype(np.float32), (offset / scale).astype(np.float32)


def _ignored(header: dict[str, Any], path: Path) -> np.float32 | None:
    """The number that stands for no data; it may be NaN."""
    if "data ignore value" not in header:
        return None
    try:
        return np.float32(header["data ignore value"])
    except (TypeError, ValueError):
        raise InputError(
            f"{path}: `data ignore value` in the header should be a number; correct the header"
        ) from None


def _wavelengths(header: dict[str, Any], bands: int, path: Path) -> tuple[np.ndarray, list[str]]:
    if "wavelength" not in header:
        raise InputError(
            f"{path}: the header has no wavelengths; add `wavelength = {{...}}` or give them "
            "with --wavelengths"
        )
    wavelength = _floats(header, "wavelength", bands, path)
    unit = str(header.get("wavelength units", "")).strip().casefold()
    notes = []
    if unit in ("", "unknown"):
        unit = "micrometers" if wavelength.max() < 100 else "nanometers"
        notes.append(f"the header states no unit of wavelength; {unit} are assumed")
    if unit not in NM_PER_UNIT:
        raise InputError(
            f"{path}: wavelength units {unit!r} are not understood; expected Nanometers or "
            "Micrometers"
        )
    nm = np.round(wavelength * NM_PER_UNIT[unit], 6)
    return checked_wavelengths(nm, path, InputError), notes


def _floats(header: dict[str, Any], name: str, count: int, path: Path) -> np.ndarray:
    """A list of `count` finite numbers out of the header."""
    words = header[name] if isinstance(header[name], list) else [header[name]]
    try:
        numbers = np.array([float(str(word)) for word in words if str(word).strip()])
    except ValueError:
        numbers = np.array([np.nan])
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise InputError(
            f"{path}: `{name}` in the header should be {count} numbers; correct the header"
        )
    return numbers
