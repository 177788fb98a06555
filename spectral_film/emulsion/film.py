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
from typing import Any, ClassVar, Literal

import h5py
import numpy as np

from spectral_film.errors import FilmModelError, SpectralFilmError, UsageError
from spectral_film.light.metering import METER_LUX_S
from spectral_film.light.spectra import WAVELENGTH, illuminant

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

    def dye(self, log_exposure: np.ndarray) -> np.ndarray:
        """Dye of even neutral patches in float64, (patch,) log10 lux s -> (layer, patch)."""
        h = log_exposure[:, None, None]
        reached = (h - self.log_exposure_mid) / self.log_exposure_spread
        developed = np.exp(-self.exponent * np.logaddexp(0, -np.log(10) * reached))
        dye: np.ndarray = (self.density_range * developed).sum(axis=-1).T
        return dye


@dataclass(frozen=True, kw_only=True)
class CoreSkirt:
    """Spread of light in the emulsion: a Gaussian core and an exponential skirt, (layer,) each."""

    core_sigma_um: np.ndarray
    skirt_weight: np.ndarray
    skirt_length_um: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Cauchy:
    """Spread of light in the emulsion: a 2-D Cauchy kernel, (layer,)."""

    cauchy_radius_um: np.ndarray


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
class Interlayer:
    """Inhibitor diffusing between layers: loss of log10 exposure per dye, (layer, from layer)."""

    coupling: np.ndarray
    length_um: float


@dataclass(frozen=True, kw_only=True)
class ClassicalAdjacency:
    """The edge effect on density, D + gain (D - b * D), (layer,)."""

    gain: np.ndarray
    length_um: float


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
    """What every stock has.

    Attributes:
        densitometry: How its sheet measures it.
        balance: The light it is made for.
        sha256: Of the file: what exactly was rendered with.
        spectral_sensitivity: Reciprocal of the energy for the sheet's density, cm2/erg,
            (layer, wavelength); 0 where none is printed.
        dye_density: Net spectral density of one unit of each dye, (dye, wavelength).
        dmin_density: Spectral density of the unexposed, developed film, (wavelength,).
        scatter: Spread of light in the emulsion; None where the sheet prints no MTF.
        published: The sheet as read: table -> column -> values, NaN where not printed.
    """

    kind: ClassVar[str]

    id: str
    name: str
    maker: str
    densitometry: Literal["status-m", "status-a"]
    balance: str
    source: str
    path: Path
    sha256: str
    spectral_sensitivity: np.ndarray
    tone_curve: ToneCurve
    dye_density: np.ndarray
    dmin_density: np.ndarray
    scatter: CoreSkirt | Cauchy | None
    published: Mapping[str, Mapping[str, np.ndarray]]

    @property
    def label(self) -> str:
        """Id and the head of the hash, for metadata and messages."""
        return f"{self.id} (sha256 {self.sha256[:12]})"


@dataclass(frozen=True, kw_only=True)
class Negative(Film):
    """A camera stock.

    Attributes:
        exposure_index: Its speed.
        backing: Its own anti-halation; None where it has no table of halation.
        gate: The camera aperture it is made for, if any in particular.
        halation: By backing; empty where the stock has no such table.
        reciprocity_exponent: Schwarzschild p beyond 1 s, (layer,); None: no failure.
        adjacency: Inhibitor diffusion; None where the sheet prints no MTF to fit it to.
    """

    kind = "negative"

    exposure_index: float
    backing: str | None
    gate: str | None
    halation: Mapping[str, Halation]
    reciprocity_exponent: np.ndarray | None
    adjacency: Interlayer | ClassicalAdjacency | None

    def grey_lux_s(self, ei: float | None = None) -> float:
        """Exposure of an 18 % grey metered at `ei` (None: the film's own index), lux s."""
        return METER_LUX_S / (ei or self.exposure_index)


@dataclass(frozen=True, kw_only=True)
class PrintStock(Film):
    """A print stock.

    Attributes:
        printer_lamp: The light that prints on it.
        printer_cut_nm: Wavelength below which the printer's filter lets nothing through.
        projector_lamp: The light it is projected with.
        lad: Its laboratory aim.
    """

    kind = "print"

    printer_lamp: str
    printer_cut_nm: float
    projector_lamp: str
    lad: Lad

    def printer_light(self) -> np.ndarray:
        """Light of the printer behind its ultraviolet filter, (wavelength,)."""
        return np.where(self.printer_cut_nm <= WAVELENGTH, illuminant(self.printer_lamp), 0.0)


def shipped_films() -> dict[str, Path]:
    """Ids of the stocks that come with the package, and their files."""
    folder = files("spectral_film.assets") / "films"
    return {Path(f.name).stem: Path(str(f)) for f in folder.iterdir() if f.name.endswith(".h5")}


def load_film(name: str | Path) -> Negative | PrintStock:
    """Read a film model: a shipped id, or the path of an `.h5` made by the fit.

    Raises:
        UsageError: no such id or file.
        FilmModelError: a table is missing, mis-shaped or not finite; the message names it.
    """
    shipped = shipped_films()
    path = shipped.get(str(name), Path(name))
    if not path.is_file():
        raise UsageError(
            f"film {str(name)!r} is neither a file nor a shipped id; the shipped ones are "
            f"{', '.join(sorted(shipped))}"
        )
    found = path.stat()
    return _read(path.resolve(), found.st_mtime_ns, found.st_size)


def load_negative(name: str | Path) -> Negative:
    """Read a camera stock; as `load_film`, and a UsageError for any other kind."""
    film = load_film(name)
    if not isinstance(film, Negative):
        raise UsageError(f"{film.id} is a {film.kind} film; give a camera negative there")
    return film


def load_print(name: str | Path) -> PrintStock:
    """Read a print stock; as `load_film`, and a UsageError for any other kind."""
    film = load_film(name)
    if not isinstance(film, PrintStock):
        raise UsageError(f"{film.id} is a {film.kind} film; give a print stock there")
    return film


@cache
def _read(path: Path, mtime_ns: int, size: int) -> Negative | PrintStock:
    """The film in a file, read once for as long as the file stays the same."""
    del mtime_ns, size  # part of the key
    try:
        with h5py.File(path, "r") as file:
            return _Reader(path, file).film()
    except FilmModelError:
        raise
    except Exception as error:  # a rotten file breaks whatever its bytes happen to mean
        said = " ".join(str(error).split())
        raise FilmModelError(
            f"{path} is not a readable HDF5 film model ({said}); make one with the fit"
        ) from error


class _Reader:
    """Reads one open film file and blames it by name."""

    def __init__(self, path: Path, file: h5py.File) -> None:
        self.path, self.file = path, file
        self.layers, self.wavelengths = 3, len(WAVELENGTH)

    def film(self) -> Negative | PrintStock:
        if self.attribute("schema_version", int) != SCHEMA_VERSION:
            raise self.blame(f"schema_version is not {SCHEMA_VERSION}")
        if not np.array_equal(self.table("wavelength", ("wavelength",)), WAVELENGTH):
            raise self.blame("wavelength is not 360..780 nm by 5 nm")
        kind = self.attribute("kind", str)
        if kind == "negative":
            return Negative(**self.common(), **self.of_negative())
        if kind == "print":
            return PrintStock(**self.common(), **self.of_print())
        raise self.blame(f"kind is {kind!r}, expected 'negative' or 'print'")

    def common(self) -> dict[str, Any]:
        return {
            **{name: self.attribute(name, str) for name in ("id", "name", "maker", "source")},
            "densitometry": self.form("/", ("status-m", "status-a"), "densitometry"),
            "balance": self.light("balance"),
            "path": self.path,
            "sha256": hashlib.sha256(self.path.read_bytes()).hexdigest(),
            "spectral_sensitivity": self.sensitivity(),
            "tone_curve": self.tone_curve(),
            "dye_density": self.table("dyes/dye_density", _SPECTRAL, -1, 10),
            "dmin_density": self.table("dyes/dmin_density", ("wavelength",), 0, 10),
            "scatter": self.scatter() if "optics" in self.file else None,
            "published": {
                table: {
                    name: column[()]
                    for name, column in self.tables_of(f"published/{table}").items()
                }
                for table in self.tables_of("published")
            },
        }

    def of_negative(self) -> dict[str, Any]:
        p = None
        if "reciprocity" in self.file:
            p = self.table("reciprocity/exponent", _LAYER, 0.1, 1)
        # How far the sheet goes: what a render reports as beyond the curve.
        self.table("published/characteristic_curves/log_exposure", ("row",), -10, 10)
        return {
            "exposure_index": self.number("exposure_index", 0.1, 1e6),
            "backing": self.backing(),
            "gate": self.attribute("gate", str, required=False),
            "halation": self.halation(),
            "reciprocity_exponent": p,
            "adjacency": self.adjacency() if "adjacency" in self.file else None,
        }

    def of_print(self) -> dict[str, Any]:
        return {
            "printer_lamp": self.light("printer_lamp"),
            "printer_cut_nm": self.number("printer_cut_nm", 0, 450),
            "projector_lamp": self.light("projector_lamp"),
            "lad": Lad(
                aim_density=self.table("lad/aim_density", _LAYER, 0, 10),
                log_exposure=self.table("lad/log_exposure", _LAYER, -10, 10),
            ),
        }

    def sensitivity(self) -> np.ndarray:
        values = self.table("exposure/spectral_sensitivity", _SPECTRAL, 0, 1e9)
        if not values.any(axis=1).all():
            raise self.blame("exposure/spectral_sensitivity is 0 all over for a layer")
        return values

    def tone_curve(self) -> ToneCurve:
        rising = {  # within these the curve cannot fall, nor the kernel overflow
            "density_range": (0, 10),
            "log_exposure_mid": (-10, 10),
            "log_exposure_spread": (0.01, 10),
            "exponent": (0.01, 100),
        }
        tables = {
            name: self.table(f"tone_curve/{name}", _SUBLAYER, *bounds)
            for name, bounds in rising.items()
        }
        if len({values.shape for values in tables.values()}) > 1:
            raise self.blame("the tables of tone_curve differ in shape")
        return ToneCurve(**tables)

    def scatter(self) -> CoreSkirt | Cauchy:
        if self.form("optics", ("core-skirt", "cauchy")) == "cauchy":
            return Cauchy(cauchy_radius_um=self.table("optics/cauchy_radius_um", _LAYER, 0, 1000))
        return CoreSkirt(
            core_sigma_um=self.table("optics/core_sigma_um", _LAYER, 0, 1000),
            skirt_weight=self.table("optics/skirt_weight", _LAYER, 0, 1),
            skirt_length_um=self.table("optics/skirt_length_um", _LAYER, 0, 1000),
        )

    def backing(self) -> str | None:
        value = self.attribute("backing", str, required=False)
        known = self.tables_of("halation")
        if known and value is not None and value not in known:
            raise self.blame(f"backing is {value!r}, expected one of {', '.join(known)}")
        return value

    def halation(self) -> dict[str, Halation]:
        return {
            backing: Halation(
                profile=self.form(f"halation/{backing}", ("ring", "diffuse"), "profile"),
                veil_ratio=self.table(f"halation/{backing}/veil_ratio", _LAYER, 0, 1),
                base_um=self.number("base_um", 1, 1000),
                base_index=self.number("base_index", 1, 3, group="halation"),
                reach_um=self.number("reach_um", 1, 10_000, group="halation"),
            )
            for backing in self.tables_of("halation")
        }

    def adjacency(self) -> Interlayer | ClassicalAdjacency:
        form = self.form("adjacency", ("interlayer", "density"))
        length_um = float(self.table("adjacency/length_um", (), 0, 1000))
        if form == "density":
            gain = self.table("adjacency/gain", _LAYER, 0, 10)
            return ClassicalAdjacency(gain=gain, length_um=length_um)
        coupling = self.table("adjacency/coupling", ("layer", "layer"), 0, 10)
        return Interlayer(coupling=coupling, length_um=length_um)

    def tables_of(self, group: str) -> Mapping[str, Any]:
        found = self.file.get(group, {})
        if isinstance(found, h5py.Dataset):
            raise self.blame(f"{group} is a table, expected a group of tables")
        return found

    def number(self, name: str, lowest: float, highest: float, group: str = "/") -> float:
        value = self.attribute(name, float, group=group)
        if not lowest <= value <= highest:
            raise self.blame(
                f"attribute {name} of {group} is {value:g}, expected {lowest:g} to {highest:g}"
            )
        return value

    def light(self, name: str) -> str:
        value = self.attribute(name, str)
        try:
            illuminant(value)
        except SpectralFilmError as error:
            raise self.blame(f"{name}: {error}") from None
        return value

    def table(
        self,
        name: str,
        axes: tuple[str, ...],
        lowest: float = -np.inf,
        highest: float = np.inf,
    ) -> np.ndarray:
        dataset = self.file.get(name)
        if not isinstance(dataset, h5py.Dataset):
            raise self.blame(f"table {name} is missing")
        expected = {"layer": self.layers, "wavelength": self.wavelengths}
        shape = tuple(expected.get(axis) for axis in axes)
        if len(shape) != dataset.ndim or any(
            n not in (None, m) for n, m in zip(shape, dataset.shape, strict=True)
        ):
            raise self.blame(
                f"table {name} has the shape {dataset.shape}, expected ({', '.join(axes)})"
            )
        try:
            values = np.asarray(dataset[()], np.float64)
        except (TypeError, ValueError):
            raise self.blame(f"table {name} holds {dataset.dtype}, not real numbers") from None
        if not np.isfinite(values).all():
            raise self.blame(f"table {name} holds {np.sum(~np.isfinite(values))} non-finite values")
        outside = values[(values < lowest) | (values > highest)]
        if outside.size:
            raise self.blame(
                f"table {name} holds {outside.flat[0]:g}, expected values from {lowest:g} to "
                f"{highest:g}"
            )
        return values

    def attribute(self, name: str, kind: type, required: bool = True, group: str = "/") -> Any:
        value = self.file[group].attrs.get(name)
        if value is None:
            if required:
                raise self.blame(f"attribute {name} of {group} is missing")
            return None
        try:
            return kind(value)
        except (TypeError, ValueError):
            raise self.blame(
                f"attribute {name} of {group} is {value!r}, not a {kind.__name__}"
            ) from None

    def form(self, group: str, allowed: tuple[str, ...], name: str = "form") -> Any:
        value = self.attribute(name, str, group=group)
        if value not in allowed:
            raise self.blame(
                f"{name} of {group} is {value!r}, expected one of {', '.join(allowed)}"
            )
        return value

    def blame(self, what: str) -> FilmModelError:
        return FilmModelError(f"{self.path}: {what}; fit the stock again or repair the file")
