"""Observers on one footing: film, cameras and eyes, by what each channel makes of radiance.

What is linear in light is compared here: of film that is the exposure of its layers, before any
density. Levels and white balance do not count, so every channel has a peak of 1.
Source: docs/physics.md, Observers.
"""

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from spectral_film.emulsion.film import CameraFilm
from spectral_film.errors import InputError, SpectralGridError, UsageError
from spectral_film.light.columns import check_gaps, rows_by_wavelength
from spectral_film.light.spectra import MUST_COVER, WAVELENGTH, resampling

Kind = Literal["film", "camera", "eye"]
RGB = ("red", "green", "blue")
XYZ = ("xbar", "ybar", "zbar")
# By the names that colour-science gives them; beside each, what it is called here.
EYES = {
    "CIE 1931 2 deg": "CIE 1931 2 Degree Standard Observer",
    "CIE 1964 10 deg": "CIE 1964 10 Degree Standard Observer",
    "CIE 2015 2 deg": "CIE 2015 2 Degree Standard Observer",
    "CIE 2015 10 deg": "CIE 2015 10 Degree Standard Observer",
}
CAMERAS = {"Nikon D5100": "Nikon 5100 (NPL)", "Sigma SD1 Merrill": "Sigma SDMerill (NPL)"}
LEAST_PEAK = 1e-12  # of a channel in any unit: below, it sees nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class Observer:
    """Three channels that see radiance.

    Attributes:
        name: What it is called in a report.
        kind: What it is.
        channels: Names of its channels.
        sensitivity: Of each channel to radiance, peak 1, (channel, wavelength).
        known_nm: First and last wavelength that its source tells of; it sees nothing beyond.
        source: Where it comes from.
    """

    name: str
    kind: Kind
    channels: tuple[str, str, str]
    sensitivity: np.ndarray
    known_nm: tuple[float, float]
    source: str

    def responses(self, light: np.ndarray, reflectance: np.ndarray) -> np.ndarray:
        """What it makes of surfaces, a perfect white being 1 in all channels.

        Args:
            light: Power, at any level, (wavelength,).
            reflectance: Of the surfaces, (..., wavelength).

        Returns:
            (..., channel).

        Raises:
            UsageError: a channel sees nothing of this light.
        """
        seen = self.sensitivity * light
        white = seen.sum(axis=1)
        if not np.all(white > LEAST_PEAK * np.abs(light).max()):
            blind = self.channels[int(np.argmin(white))]
            raise UsageError(
                f"the {blind} channel of {self.name} sees nothing of this light; leave one out"
            )
        found: np.ndarray = reflectance @ seen.T / white
        return found


def film_observer(film: CameraFilm) -> Observer:
    """The three layers of a camera stock, at exposure."""
    return _observer(
        film.id,
        "film",
        RGB,
        film.spectral_sensitivity,
        (WAVELENGTH[0], WAVELENGTH[-1]),
        "; ".join(film.charts),
    )


def eye(name: str) -> Observer:
    """A standard observer of the CIE, by one of the names in `EYES`.

    Raises:
        UsageError: there is none of that name; the message holds the nearest ones.
    """
    return _of_colour_science(_known(name, EYES, "eye"), "eye")


def camera(spec: str | Path) -> Observer:
    """A digital camera, by one of the names in `CAMERAS` or from a CSV.

    Args:
        spec: A name; or the path of a CSV of wavelength in nm and the sensitivities of red, green
            and blue to radiance, which must cover 400 to 700 nm.

    Raises:
        UsageError: there is no camera of that name.
        InputError: the CSV cannot be read as one.
        SpectralGridError: it stops short of 400 to 700 nm.
    """
    if str(spec).lower().endswith(".csv") or Path(spec).is_file():
        return _camera_from_csv(Path(spec))
    return _of_colour_science(_known(str(spec), CAMERAS, "camera"), "camera")


def _known(name: str, names: dict[str, str], what: str) -> str:
    by_key = {_key(known): known for known in names}
    if (found := by_key.get(_key(name))) is not None:
        return found
    near = difflib.get_close_matches(_key(name), by_key, n=2, cutoff=0.4)
    meant = f", did you mean {' or '.join(by_key[key] for key in near)}" if near else ""
    also = "" if what == "eye" else ", or the path of a CSV of wavelength,red,green,blue"
    raise UsageError(
        f"no {what} is called {name!r}{meant}; expected one of {', '.join(names)}{also}"
    )


def _key(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


@cache
def _of_colour_science(name: str, kind: Literal["camera", "eye"]) -> Observer:
    import colour  # two seconds: whoever renders has no use for it

    tables = colour.MSDS_CMFS if kind == "eye" else colour.MSDS_CAMERA_SENSITIVITIES
    theirs = {**EYES, **CAMERAS}[name]
    table = tables[theirs]
    nm = np.asarray(table.wavelengths, dtype=float)
    return _observer(
        name,
        kind,
        XYZ if kind == "eye" else RGB,
        np.asarray(table.values, dtype=float).T,
        (nm[0], nm[-1]),
        f"colour-science {colour.__version__}, {theirs}",
        nm,
    )


def _observer(
    name: str,
    kind: Kind,
    channels: tuple[str, str, str],
    sensitivity: np.ndarray,
    known_nm: tuple[float, float],
    source: str,
    wavelength_nm: np.ndarray = WAVELENGTH,
) -> Observer:
    """On the grid, with 0 where nothing is known, and peaks of 1."""
    if wavelength_nm is not WAVELENGTH:
        sensitivity = sensitivity @ resampling(wavelength_nm).T
    inside = (known_nm[0] <= WAVELENGTH) & (known_nm[1] >= WAVELENGTH)
    sensitivity = np.where(inside, sensitivity, 0.0)
    sensitivity = sensitivity / sensitivity.max(axis=1, keepdims=True)
    sensitivity.flags.writeable = False
    return Observer(
        name=name,
        kind=kind,
        channels=channels,
        sensitivity=sensitivity,
        known_nm=(float(known_nm[0]), float(known_nm[1])),
        source=source,
    )


def _camera_from_csv(path: Path) -> Observer:
    rows = rows_by_wavelength(path, "camera", RGB)
    if len(rows) < 2:
        raise InputError(
            f"{path}: {len(rows)} lines of numbers, expected two or more of wavelength in nm, red, "
            "green, blue"
        )
    for where, row in rows:
        if not all(np.isfinite(row)) or min(row[1:]) < 0:
            raise InputError(
                f"{where}: {', '.join(f'{value:g}' for value in row)}; a camera has sensitivities "
                "of 0 or more at a finite wavelength"
            )
    table = np.array([row for _, row in rows])
    table = table[np.argsort(table[:, 0])]
    nm, values = table[:, 0], table[:, 1:].T
    if twice := [nm[i] for i in range(1, len(nm)) if nm[i] == nm[i - 1]]:
        raise InputError(f"{path}: {twice[0]:g} nm comes twice; keep one")
    if nm[0] > MUST_COVER[0] or nm[-1] < MUST_COVER[1]:
        raise SpectralGridError(
            f"{path}: the camera is known from {nm[0]:g} to {nm[-1]:g} nm, expected "
            f"{MUST_COVER[0]:g} to {MUST_COVER[1]:g} nm; extend the measurement (wavelengths are "
            "in nm)"
        )
    check_gaps(path, nm, values)
    for channel, value in zip(RGB, values, strict=True):
        if value.max() < LEAST_PEAK:
            raise InputError(f"{path}: the {channel} channel sees nothing; give its sensitivity")
    return _observer(path.stem, "camera", RGB, values, (nm[0], nm[-1]), path.name, nm)
