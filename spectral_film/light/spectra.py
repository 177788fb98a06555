"""Spectra: the wavelength grid, the eye, the densitometer, and every light.

All tables live on one grid, 360 to 780 nm by 5 nm: the blue-sensitive layer sees from 360 nm,
the eye to 780 nm. An integral over wavelength is a plain sum over these 85 samples.

The tables come from `assets/tables/standards.h5`, made by `scripts/make_tables.py`.
"""

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

import h5py
import numpy as np

from spectral_film.errors import InputError, SpectralGridError, UsageError
from spectral_film.light.columns import check_gaps, rows_by_wavelength

SPACING = 5.0  # nm
WAVELENGTH = np.arange(360.0, 780.0 + SPACING, SPACING)  # nm
WAVELENGTH.flags.writeable = False

BRIGHTEST_LIGHT = 1e30  # in any unit; beyond it, and below its inverse, sums overflow
# A spectrum that covers this much is held at its end values beyond: what it leaves out is less
# than a tenth of any layer's exposure to daylight. A shorter one is refused.
MUST_COVER = (400.0, 700.0)  # nm


@cache
def standard(name: str) -> np.ndarray:
    """A dataset of the standards file, read once and not to be written on."""
    standards = files("spectral_film.assets") / "tables/standards.h5"
    with as_file(standards) as path, h5py.File(path) as tables:
        values: np.ndarray = tables[name][()]
    values.flags.writeable = False
    return values


def observer() -> np.ndarray:
    """Colour matching functions of the eye: CIE 1931, 2 degrees.

    Returns:
        xbar, ybar and zbar, (3, wavelength).

    Source: ISO/CIE 11664-1:2019.
    """
    return standard("cmf")


def status_response(name: Literal["status-m", "status-a", "visual"]) -> np.ndarray:
    """What a densitometer is sensitive to, lamp, filters and cell together.

    Density reads D_r = -log10( sum_w response_r(w) * T(w) ).

    Args:
        name: `status-m` for colour negatives, `status-a` for what is looked at, `visual` for
            silver.

    Returns:
        Response of the red, green and blue record, or of the visual one, each of unit sum,
        (record, wavelength).

    Raises:
        UsageError: no such densitometer.

    Source: ISO 5-3:2009; between its 10 nm the logarithm is interpolated. Visual density is that
    of the eye's luminous efficiency under illuminant A.
    """
    known = ("status-m", "status-a", "visual")
    if name == "visual":
        seen = observer()[1] * illuminant("A")
        return (seen / seen.sum())[None]
    if name not in known:
        raise UsageError(f"no densitometer is called {name!r}; use one of {', '.join(known)}")
    return standard(name.replace("-", "_"))


def colour_chart() -> dict[str, np.ndarray]:
    """Reflectances of the 24 patches of a ColorChecker Classic, name -> (wavelength,).

    Source: BabelColor, mean of 30 charts, 2012; 380 to 730 nm, held at the end values beyond.
    """
    names = (name.decode() for name in standard("colour_chart/name"))
    return dict(zip(names, standard("colour_chart/reflectance"), strict=True))


@dataclass(frozen=True)
class MeasuredLight:
    """A light that an array says, where others have a name: equal and hashed by content.

    Attributes:
        name: What it is called in what is written: its range and hash.
        power: Relative power, locked, (wavelength,).
    """

    name: str
    power: np.ndarray = field(compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


def measured_light(samples: np.ndarray) -> MeasuredLight:
    """A light from numbers.

    Args:
        samples: Power on the grid, (wavelength,), or a table of wavelength in nm and power, (n, 2),
            in any order; as a CSV it must cover 400 to 700 nm, and is held beyond its ends.

    Raises:
        InputError: it is neither, or no power.
        SpectralGridError: it stops short of 400 to 700 nm, or is black.
    """
    what = "the light given as an array"
    try:
        table = np.asarray(samples, np.float64)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.shape == WAVELENGTH.shape:
        table = np.stack([WAVELENGTH, table], axis=1)
    if table.ndim != 2 or table.shape[1] != 2:
        raise InputError(
            f"{what} has the shape {table.shape}; expected power at the {len(WAVELENGTH)} "
            "wavelengths of the grid, 360 to 780 nm by 5, or a table (n, 2) of wavelength in nm, "
            "power"
        )
    powers: dict[float, float] = {}
    for wavelength, value in table.tolist():
        _add_sample(powers, wavelength, value, what)
    power = _power(powers, what)
    power.flags.writeable = False
    digest = hashlib.sha256(power.astype("<f8").tobytes()).hexdigest()
    span = f"{min(powers):g} to {max(powers):g} nm"
    return MeasuredLight(f"an array, {span} (sha256 {digest[:12]})", power)


def illuminant(spec: str | Path | MeasuredLight) -> np.ndarray:
    """Spectral power of a light, from its name, its temperature or a measurement.

    Args:
        spec: A tabulated light (`illuminant_names`; capitals, blanks and dashes do not matter),
            a Planckian such as `3200K` (500 to 50000), a CIE daylight such as `D58`
            (D40 to D250), or the path of a CSV with the columns wavelength in nm, value;
            or a `measured_light`.
            A CSV is held at its end values where it stops, and must cover 400 to 700 nm.

    Returns:
        Relative power per wavelength, at whatever level the source states it, (wavelength,).

    Raises:
        UsageError: the name means nothing; the message holds the nearest ones.
        InputError: the CSV cannot be read as a spectrum.
        SpectralGridError: the CSV stops short of 400 to 700 nm.
    """
    if isinstance(spec, MeasuredLight):
        return spec.power
    name = str(spec).strip()
    named = _named(name)
    if named is not None:
        return named
    if name.lower().endswith(".csv") or Path(name).is_file():
        return _illuminant_from_csv(Path(name))
    raise _unknown(name, ", or the path of a CSV of wavelength,value")


def named_light(name: str) -> np.ndarray:
    """Spectral power of a light that no file is asked for, (wavelength,); otherwise `illuminant`.

    Raises:
        UsageError: the name means nothing; the message holds the nearest ones.
    """
    named = _named(name.strip())
    if named is None:
        raise _unknown(name, "")
    return named


def _named(name: str) -> np.ndarray | None:
    tabulated = _illuminants_by_key().get(_key(name))
    if tabulated is not None:
        return tabulated
    if kelvin := re.fullmatch(r"(\d+(?:\.\d+)?)\s*[kK]", name):
        return planckian(float(kelvin[1]))
    if daylight_number := re.fullmatch(r"[dD](\d{2,3})", name):
        # The 1931 scale of temperature, on which D65 was named, had c2 = 1.4380 cm K.
        return daylight(100 * int(daylight_number[1]) * 1.4388 / 1.4380)
    return None


def _unknown(name: str, or_else: str) -> UsageError:
    names = {_key(known): known for known in illuminant_names()}
    near = [names[key] for key in difflib.get_close_matches(_key(name), names, n=3, cutoff=0.5)]
    return UsageError(
        f"no light is called {name!r}"
        + (f", did you mean {' or '.join(near)}" if near else "")
        + "; expected a colour-science name such as D55 or LED-B3, a temperature such as 3200K"
        + or_else
    )


@cache
def illuminant_names() -> tuple[str, ...]:
    """Every light tabulated, as colour-science spells it."""
    return tuple(name.decode() for name in standard("illuminants/name"))


def planckian(kelvin: float) -> np.ndarray:
    """Light of a black body, relative to its power at 560 nm, (wavelength,).

    M(w) ~ w^-5 / (exp(c2 / (w T)) - 1)

    Args:
        kelvin: Temperature T, 500 to 50000 K.

    Raises:
        UsageError: the temperature is outside that range.

    Source: Planck 1901; c2 of CODATA 2018.
    """
    if not 500 <= kelvin <= 50_000:
        raise UsageError(
            f"a light of {kelvin:g} K is out of range; give a temperature from 500K to 50000K"
        )
    c2 = 1.438776877e7  # nm K
    reference = 560.0  # nm
    hotter = np.expm1(c2 / (reference * kelvin)) / np.expm1(c2 / (WAVELENGTH * kelvin))
    return (reference / WAVELENGTH) ** 5 * hotter


def daylight(kelvin: float) -> np.ndarray:
    """Light of a phase of daylight of that correlated colour temperature, (wavelength,).

    Args:
        kelvin: Correlated colour temperature, 4000 to 25000 K.

    Raises:
        UsageError: the temperature is outside that range.

    Source: CIE 15:2018, 4.1.2 (Judd, MacAdam and Wyszecki 1964).
    """
    if not 3999 <= kelvin <= 25_020:
        raise UsageError(
            f"daylight of {kelvin:.0f} K is not defined; "
            "use D40 to D250, or a Planckian such as 3200K"
        )
    if kelvin <= 7000:
        x = 0.244063 + 0.09911e3 / kelvin + 2.9678e6 / kelvin**2 - 4.6070e9 / kelvin**3
    else:
        x = 0.237040 + 0.24748e3 / kelvin + 1.9018e6 / kelvin**2 - 2.0064e9 / kelvin**3
    y = -3 * x**2 + 2.87 * x - 0.275
    scale = 0.0241 + 0.2562 * x - 0.7341 * y
    m1 = (-1.3515 - 1.7703 * x + 5.9114 * y) / scale
    m2 = (0.0300 - 31.4424 * x + 30.0717 * y) / scale
    mean, yellow_blue, pink_green = standard("daylight_basis")
    return mean + m1 * yellow_blue + m2 * pink_green


def equal_luminance(power: np.ndarray) -> np.ndarray:
    """The light scaled to the luminance of an equal-energy spectrum of 1.0.

    sum_w power(w) ybar(w) = sum_w ybar(w)

    Args:
        power: Spectral power at any level, (wavelength,).

    Raises:
        SpectralGridError: the light has no luminance to scale.
    """
    ybar = observer()[1]
    luminance = power @ ybar
    if not luminance > 1 / BRIGHTEST_LIGHT:
        raise SpectralGridError(
            "this light is black to the eye, so it cannot be scaled to a luminance; "
            "give one with power between 400 and 700 nm"
        )
    return power * (ybar.sum() / luminance)


def resampling(wavelength_nm: np.ndarray) -> np.ndarray:
    """Matrix that takes a spectrum from its own wavelengths to the grid.

    Samples farther apart than the grid, or as far, are joined by straight lines; closer ones
    are averaged under a triangle one grid step to each side, so that a narrow line keeps its
    power. Beyond its ends the spectrum is held at its end values. Rows sum to one.

    A layer exposed through `weight` on the grid is exposed by the bands of a cube through
    `weight @ resampling(bands)`.

    Args:
        wavelength_nm: Where the spectrum is given, ascending, (band,).

    Returns:
        The matrix, (wavelength, band).
    """

    def straight_lines(to: np.ndarray) -> np.ndarray:
        bands = len(wavelength_nm)
        # Where each lies between bands, counted in bands.
        place = np.interp(to, wavelength_nm, np.arange(bands))
        below = np.minimum(place.astype(int), max(bands - 2, 0))
        weight = np.zeros((len(to), bands))
        rows = np.arange(len(to))
        weight[rows, below] = 1 - (place - below)
        if bands > 1:
            weight[rows, below + 1] = place - below
        return weight

    if len(wavelength_nm) < 2 or np.median(np.diff(wavelength_nm)) >= SPACING:
        return straight_lines(WAVELENGTH)
    fine = np.arange(WAVELENGTH[0] - SPACING, WAVELENGTH[-1] + 2 * SPACING, 1.0)
    triangle = np.maximum(1 - abs(WAVELENGTH[:, None] - fine) / SPACING, 0)
    return triangle @ straight_lines(fine) / triangle.sum(1, keepdims=True)


def share_held(wavelength_nm: np.ndarray, exposure_weight: np.ndarray) -> np.ndarray:
    """How much of each layer's exposure to a flat spectrum lies where a cube has no band.

    Args:
        wavelength_nm: The bands of the cube, ascending, (band,).
        exposure_weight: Sensitivity times taking light, (layer, wavelength).

    Returns:
        Share 0..1 of the exposure below the first band and above the last, (layer,).
    """
    reach = SPACING / 2  # a sample stands for the step around it
    short, long = wavelength_nm[0] - WAVELENGTH, WAVELENGTH - wavelength_nm[-1]
    beyond = np.maximum(short, long) > reach
    share: np.ndarray = exposure_weight[:, beyond].sum(1) / exposure_weight.sum(1)
    return share


def _key(name: str) -> str:
    """A name with only what tells it from others: letters, digits and points, in lower case."""
    return re.sub(r"[^a-z0-9.]", "", name.casefold())


@cache
def _illuminants_by_key() -> dict[str, np.ndarray]:
    return dict(zip(map(_key, illuminant_names()), standard("illuminants/power"), strict=True))


def _illuminant_from_csv(path: Path) -> np.ndarray:
    """Read a measured light; see `illuminant`."""
    samples: dict[float, float] = {}
    for where, (wavelength, value) in rows_by_wavelength(path, "light", ("value",)):
        _add_sample(samples, wavelength, value, where)
    return _power(samples, path)


def _add_sample(samples: dict[float, float], wavelength: float, value: float, where: str) -> None:
    """Put a sample of a light among the others."""
    if not (np.isfinite(wavelength) and 0 <= value <= BRIGHTEST_LIGHT):
        raise InputError(
            f"{where}: a light has a power of 0 or more, to {BRIGHTEST_LIGHT:g}, at a finite "
            f"wavelength, got {wavelength:g},{value:g}; correct it"
        )
    if wavelength in samples:
        raise InputError(f"{where}: {wavelength:g} nm comes twice; keep one")
    samples[wavelength] = value


def _power(samples: Mapping[float, float], where: object) -> np.ndarray:
    """Power on the grid, (wavelength,), from samples by wavelength in nm."""
    if len(samples) < 2:
        raise InputError(
            f"{where}: a light needs two or more samples of wavelength,value, got {len(samples)}"
        )
    power = on_grid(samples, where, "light")
    try:
        equal_luminance(power)
    except SpectralGridError as black:
        raise SpectralGridError(f"{where}: {black}") from None
    return power


def on_grid(samples: Mapping[float, float], where: object, what: str) -> np.ndarray:
    """A measured spectrum on the grid, (wavelength,), held at its end values.

    Args:
        samples: By wavelength in nm.
        where, what: Whence it is, and what, for the messages.

    Raises:
        SpectralGridError: it stops short of 400 to 700 nm.
        InputError: it leaves out what lies between.
    """
    wavelength_nm = np.array(sorted(samples))
    if wavelength_nm[0] > MUST_COVER[0] or wavelength_nm[-1] < MUST_COVER[1]:
        raise SpectralGridError(
            f"{where}: the {what} covers {wavelength_nm[0]:g} to {wavelength_nm[-1]:g} nm, but "
            f"film needs {MUST_COVER[0]:g} to {MUST_COVER[1]:g} nm; extend the measurement "
            "(wavelengths are in nm)"
        )
    given = np.array([samples[wavelength] for wavelength in wavelength_nm])
    check_gaps(where, wavelength_nm, given)
    return np.asarray(resampling(wavelength_nm) @ given)
