"""A film stock as it is stored: tables read from HDF5, checked, with their provenance.

The file says what the emulsion is; the stages say what light does to it. Datasets, fields here,
kernel arguments and keywords of the reference share one name each.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import h5py
import numpy as np

from spectral_film.errors import FilmModelError, UsageError
from spectral_film.spectra import WAVELENGTH

SCHEMA_VERSION = 1

_LAYER = ("layer",)
_SUBLAYER = ("layer", "sublayer")
_SPECTRAL = ("layer", "wavelength")


@dataclass(frozen=True, kw_only=True)
class ToneCurve:
    """H&D curves in dye amounts, (layer, sublayer); see `stages/tone_curve.py`."""

    density_range: np.ndarray
    log_exposure_mid: np.ndarray
    log_exposure_spread: np.ndarray
    exponent: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """Spread of light in the emulsion: `core-skirt` (core and skirt) or `cauchy` (radius)."""

    form: Literal["core-skirt", "cauchy"]
    core_sigma_um: np.ndarray | None = None
    skirt_weight: np.ndarray | None = None
    skirt_length_um: np.ndarray | None = None
    cauchy_radius_um: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True)
class Halation:
    """Light thrown back by the base under one backing; see `stages/optics.py`.

    Attributes:
        profile: `ring` for a bare base (total reflection), `diffuse` for a matched backing.
        veil_ratio: Exposure thrown back over direct exposure, (layer,).
        base_um: Thickness of the base.
        base_index: Its refractive index.
        reach_um: Where the halo is cut off and renormalised.
    """

    profile: Literal["ring", "diffuse"]
    veil_ratio: np.ndarray
    base_um: float
    base_index: float
    reach_um: float


@dataclass(frozen=True, kw_only=True)
class Adjacency:
    """Inhibitor diffusion: `interlayer` (coupling) or the classical `density` form (gain)."""

    form: Literal["interlayer", "density"]
    length_um: float
    coupling: np.ndarray | None = None
    gain: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True)
class Lad:
    """The laboratory aim of a print stock (Laboratory Aim Density).

    Attributes:
        aim_density: Status A densities the 18 % grey prints to, (record,).
        log_exposure: The print's own log exposure that reads so, (layer,).
    """

    aim_density: np.ndarray
    log_exposure: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Film:
    """A camera negative or a print stock.

    Attributes:
        spectral_sensitivity: Reciprocal of the energy for the sheet's density, cm2/erg,
            (layer, wavelength); 0 where none is printed.
        dye_density: Net spectral density of one unit of each dye, (dye, wavelength).
        dmin_density: Spectral density of the unexposed, developed film, (wavelength,).
        reciprocity_exponent: Schwarzschild p beyond 1 s, (layer,); None: no failure.
        halation: By backing; empty where the stock has no such table.
        published: The sheet as read: table -> column -> values, NaN where not printed.
        sha256: Of the file: what exactly was rendered with.
    """

    id: str
    name: str
    maker: str
    kind: Literal["negative", "print"]
    densitometry: Literal["status-m", "status-a"]
    balance: str
    source: str
    path: Path
    sha256: str
    spectral_sensitivity: np.ndarray
    tone_curve: ToneCurve
    dye_density: np.ndarray
    dmin_density: np.ndarray
    exposure_index: float | None = None
    backing: str | None = None
    gate: str | None = None
    printer_lamp: str | None = None
    projector_lamp: str | None = None
    scatter: Scatter | None = None
    halation: Mapping[str, Halation]
    reciprocity_exponent: np.ndarray | None = None
    adjacency: Adjacency | None = None
    lad: Lad | None = None
    published: Mapping[str, Mapping[str, np.ndarray]]

    @property
    def label(self) -> str:
        """Id and the head of the hash, for metadata and messages."""
        return f"{self.id} (sha256 {self.sha256[:12]})"


def shipped_films() -> dict[str, Path]:
    """Ids of the stocks that come with the package, and their files."""
    folder = files("spectral_film.assets") / "films"
    return {Path(f.name).stem: Path(str(f)) for f in folder.iterdir() if f.name.endswith(".h5")}


def load_film(name: str | Path, kind: Literal["negative", "print"] | None = None) -> Film:
    """Read a film model: a shipped id, or the path of an `.h5` made by the fit.

    Args:
        name: Id or path.
        kind: What it must be; None takes either.

    Raises:
        UsageError: no such id or file, or the wrong kind of film.
        FilmModelError: a table is missing, mis-shaped or not finite; the message names it.
    """
    shipped = shipped_films()
    path = shipped.get(str(name), Path(name))
    if not path.is_file():
        raise UsageError(
            f"film {str(name)!r} is neither a shipped id ({', '.join(sorted(shipped))}) nor a file; "
            "`spectral-film films` lists the stocks"
        )
    film = _read(path.resolve())
    if kind and film.kind != kind:
        raise UsageError(
            f"{film.id} is a {film.kind} film and cannot serve as the {kind}; "
            f"give a {kind} stock there"
        )
    return film


@cache
def _read(path: Path) -> Film:
    try:
        with h5py.File(path, "r") as file:
            return _Reader(path, file).film()
    except OSError as error:
        raise FilmModelError(
            f"{path} is not a readable HDF5 film model ({error}); make one with the fit"
        ) from error


class _Reader:
    """Reads one open film file and blames it by name."""

    def __init__(self, path: Path, file: h5py.File) -> None:
        self.path, self.file = path, file
        self.layers, self.wavelengths = 3, len(WAVELENGTH)

    def film(self) -> Film:
        if self.attribute("schema_version", int) != SCHEMA_VERSION:
            raise self.blame(f"schema_version is not {SCHEMA_VERSION}")
        if not np.array_equal(self.table("wavelength", ("wavelength",)), WAVELENGTH):
            raise self.blame("wavelength is not 360..780 nm by 5 nm")
        kind = self.attribute("kind", str)
        if kind not in ("negative", "print"):
            raise self.blame(f"kind is {kind!r}, expected 'negative' or 'print'")
        curve = ToneCurve(
            **{name: self.table(f"tone_curve/{name}", _SUBLAYER) for name in _fields(ToneCurve)}
        )
        if not (curve.log_exposure_spread > 0).all() or not (curve.density_range >= 0).all():
            raise self.blame("tone_curve must rise: log_exposure_spread > 0, density_range >= 0")
        sensitivity = self.table("exposure/spectral_sensitivity", _SPECTRAL)
        if (sensitivity < 0).any() or not sensitivity.any(axis=1).all():
            raise self.blame("exposure/spectral_sensitivity must be >= 0, each layer above 0 somewhere")
        optional_text = ("backing", "gate", "printer_lamp", "projector_lamp")
        return Film(
            **{name: self.attribute(name, str) for name in ("id", "name", "maker", "densitometry")},
            **{name: self.attribute(name, str) for name in ("balance", "source")},
            **{name: self.attribute(name, str, required=False) for name in optional_text},
            kind=kind,
            exposure_index=self.attribute("exposure_index", float, required=kind == "negative"),
            path=self.path,
            sha256=hashlib.sha256(self.path.read_bytes()).hexdigest(),
            spectral_sensitivity=sensitivity,
            tone_curve=curve,
            dye_density=self.table("dyes/dye_density", _SPECTRAL),
            dmin_density=self.table("dyes/dmin_density", ("wavelength",)),
            scatter=self.scatter() if "optics" in self.file else None,
            halation=self.halation(),
            reciprocity_exponent=self.table("reciprocity/exponent", _LAYER)
            if "reciprocity" in self.file
            else None,
            adjacency=self.adjacency() if "adjacency" in self.file else None,
            lad=Lad(**{name: self.table(f"lad/{name}", _LAYER) for name in _fields(Lad)})
            if "lad" in self.file
            else None,
            published={
                table: {column: values[()] for column, values in columns.items()}
                for table, columns in self.file.get("published", {}).items()
            },
        )

    def scatter(self) -> Scatter:
        form = self.form("optics", ("core-skirt", "cauchy"))
        names = (
            ("cauchy_radius_um",)
            if form == "cauchy"
            else ("core_sigma_um", "skirt_weight", "skirt_length_um")
        )
        return Scatter(form=form, **{name: self.table(f"optics/{name}", _LAYER) for name in names})

    def halation(self) -> dict[str, Halation]:
        if "halation" not in self.file:
            return {}
        return {
            backing: Halation(
                profile=self.form(f"halation/{backing}", ("ring", "diffuse"), "profile"),
                veil_ratio=self.table(f"halation/{backing}/veil_ratio", _LAYER),
                base_um=self.attribute("base_um", float),
                base_index=self.attribute("base_index", float, group="halation"),
                reach_um=self.attribute("reach_um", float, group="halation"),
            )
            for backing in self.file["halation"]
        }

    def adjacency(self) -> Adjacency:
        form = self.form("adjacency", ("interlayer", "density"))
        length = float(self.table("adjacency/length_um", ()))
        if form == "density":
            return Adjacency(form=form, length_um=length, gain=self.table("adjacency/gain", _LAYER))
        coupling = self.table("adjacency/coupling", ("layer", "layer"))
        return Adjacency(form=form, length_um=length, coupling=coupling)

    def table(self, name: str, axes: tuple[str, ...]) -> np.ndarray:
        dataset = self.file.get(name)
        if not isinstance(dataset, h5py.Dataset):
            raise self.blame(f"table {name} is missing")
        expected = {"layer": self.layers, "wavelength": self.wavelengths}
        shape = tuple(expected.get(axis) for axis in axes)
        if len(shape) != dataset.ndim or any(
            n not in (None, m) for n, m in zip(shape, dataset.shape, strict=True)
        ):
            raise self.blame(f"table {name} has the shape {dataset.shape}, expected ({', '.join(axes)})")
        values = np.asarray(dataset[()], np.float64)
        if not np.isfinite(values).all():
            raise self.blame(f"table {name} holds {np.sum(~np.isfinite(values))} non-finite values")
        return values

    def attribute(self, name: str, kind: type, required: bool = True, group: str = "/"):
        value = self.file[group].attrs.get(name)
        if value is None:
            if required:
                raise self.blame(f"attribute {name} of {group} is missing")
            return None
        try:
            return kind(value)
        except (TypeError, ValueError):
            raise self.blame(f"attribute {name} of {group} is {value!r}, not a {kind.__name__}") from None

    def form(self, group: str, allowed: tuple[str, ...], name: str = "form"):
        value = self.attribute(name, str, group=group)
        if value not in allowed:
            raise self.blame(f"{name} of {group} is {value!r}, expected one of {', '.join(allowed)}")
        return value

    def blame(self, what: str) -> FilmModelError:
        return FilmModelError(f"{self.path}: {what}; fit the stock again or repair the file")


def _fields(record: type) -> tuple[str, ...]:
    return tuple(record.__dataclass_fields__)
