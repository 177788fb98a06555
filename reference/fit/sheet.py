"""A datasheet on disk: `sheet.toml` and the tables beside it, read and checked."""

import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from reference.fit.tables import DYES, RECORDS, VISUAL, Table, read_tables
from spectral_film.emulsion.frame import gate_size_mm
from spectral_film.emulsion.row import Role
from spectral_film.emulsion.schema import (
    KINDS,
    Densitometry,
    Grade,
    Process,
    Viewing,
    row_of,
)
from spectral_film.errors import InputError, SpectralFilmError
from spectral_film.light.spectra import named_light
from spectral_film.text_files import read_text

STOP = math.log10(2)  # one stop, in log10 exposure
RMS_GRANULARITY = (0.5, 100.0)  # 1000 times a density: micro-fine films have 5, the fastest 30
SHEET_KINDS = ("negative", "reversal", "print")
GREY_CARD_LUX_S = 12.5  # an 18 % grey at normal exposure gets 12.5 / EI lux s


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A datasheet.

    Attributes:
        kind: As the film file has it: role and process in one word.
        viewing: Of a print.
        development: Which of `developments` the film is made of; None where there is one.
        developments: Every development that the curves are printed for.
        readers: How many people read its charts.
        tables: As `forms_of` has them; `mtf` and `rms_granularity` may be missing. The curve of
            silver stands as D_V, that of its `development`.
        assumed: What the sheet does not print: `assumed.toml`, overruled by the sheet's own
            [assumed] section.
        rms_granularity: The one number that some sheets print, 1000 times a density: read at a
            visual density of 1.0 over the base; None where it is not printed.
        lad_aim: Densities of the printed grey card, (record,); prints only.
        aim_printed: Whether the sheet says so.
    """

    id: str
    name: str
    maker: str
    kind: str
    viewing: Viewing
    development: str | None
    developments: tuple[str, ...]
    readers: int
    densitometry: Densitometry
    balance: str
    source: str
    exposure_index: float | None
    base_um: float
    backing: str | None
    gate: str | None
    rms_granularity: float | None
    tables: Mapping[str, Table]
    assumed: Mapping[str, Any]
    lad_aim: np.ndarray | None
    aim_printed: bool

    @property
    def role(self) -> Role:
        """What it is for."""
        return KINDS[self.kind][0]

    @property
    def process(self) -> Process:
        """How it is developed."""
        return KINDS[self.kind][1]

    @property
    def layers(self) -> int:
        """Three of colour, or one of silver."""
        return 1 if self.process == "silver" else 3

    @property
    def records(self) -> tuple[str, ...]:
        """What a densitometer reads."""
        return VISUAL if self.process == "silver" else RECORDS

    @property
    def prints_dyes(self) -> bool:
        """Whether each dye has a curve."""
        return DYES[0] in self.columns_of("spectral_dye_density")

    @property
    def lacks(self) -> tuple[str, ...]:
        """What a sheet of this kind may have, and this one does not, in words."""
        missing = []
        if self.layers == 3 and not self.prints_dyes:
            missing.append("curves of the single dyes")
        if self.viewing == "reflection":  # no sheet of a paper prints more
            return tuple(missing)
        if "mtf" not in self.tables:
            missing.append("an MTF")
        if "rms_granularity" not in self.tables and self.rms_granularity is None:
            missing.append("a granularity")
        return tuple(missing)

    @property
    def grade(self) -> Grade:
        """A: two readers and every chart; B: one reader; C: something is inferred or left out."""
        if self.lacks:
            return "C"
        return "A" if self.readers > 1 else "B"

    def developed(self, how: str | None) -> "Sheet":
        """The sheet with the curve of one of its developments as that of the film, D_V."""
        table = self.tables["characteristic_curves"]
        if how is None:
            return self
        name = next(name for name in table.columns if name in (f"D_dev{how}", f"D_{how}"))
        printed = np.isfinite(table[name])
        columns = dict(table.columns)
        columns["D_V"] = np.where(printed, table[name], np.nan)
        units = {**table.units, "D_V": table.units[name]}
        curves = replace(table, columns=columns, units=units)
        return replace(
            self, development=how, tables={**self.tables, "characteristic_curves": curves}
        )

    def columns_of(self, table: str) -> Collection[str]:
        """Of a table; none where there is no such table."""
        return self.tables[table].columns if table in self.tables else ()

    def log_exposure(self) -> np.ndarray:
        """Exposure axis of the characteristic curves in log10(lux s), (row,)."""
        table = self.tables["characteristic_curves"]
        if "log_exposure" in table.columns:
            return table["log_exposure"]
        return self.grey_card_log_exposure() + STOP * table["stop"]

    def grey_card_log_exposure(self) -> float:
        """Where an 18 % grey lands at stop 0, log10(lux s)."""
        return math.log10(GREY_CARD_LUX_S / (self.exposure_index or GREY_CARD_LUX_S))


def read_sheet(folder: Path) -> Sheet:
    """Read a sheet folder.

    Raises:
        InputError: something is missing or makes no sense; file, row and column are named.
    """
    path = folder / "sheet.toml"
    text = read_text(path, "sheet", "a folder with a sheet.toml and CSV tables")
    try:
        entries = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise InputError(f"{path} is not valid TOML: {problem}") from problem
    head = _head(path, entries)
    tables = read_tables(folder, KINDS[head["kind"]][1])
    names = _developments(tables["characteristic_curves"].columns)
    if head["development"] is None and len(names) > 1:
        head["development"] = names[len(names) // 2]
    if head["development"] is not None and head["development"] not in names:
        raise InputError(
            f"{path}: development must be {' or '.join(map(repr, names)) or 'left out'}, got "
            f"{head['development']!r}; characteristic_curves.csv has a column for each"
        )
    sheet = Sheet(**head, tables=tables, developments=tuple(names))
    if sheet.layers == 3 and not sheet.prints_dyes and sheet.kind != "negative":
        raise InputError(
            f"{folder / 'spectral_dye_density.csv'}: columns cyan, magenta, yellow are missing; "
            f"dyes are inferred for colour negatives alone, and this is a {sheet.kind} film"
        )
    if sheet.role == "camera":
        _must_hold_normal_exposure(folder, sheet)
    if sheet.process == "silver":
        sheet = sheet.developed(sheet.development)
    return sheet


def _developments(columns: Collection[str]) -> list[str]:
    """Developments that silver has curves of, as the columns name them: D_dev6min is 6min."""
    named = (name for name in columns if name.startswith("D_"))
    return [name[2:].removeprefix("dev") for name in named if name[2:] not in (*RECORDS, *VISUAL)]


def _must_hold_normal_exposure(folder: Path, sheet: Sheet) -> None:
    axis, grey = sheet.log_exposure(), sheet.grey_card_log_exposure()
    if not axis[0] < grey < axis[-1]:
        raise InputError(
            f"{folder / 'characteristic_curves.csv'}: the curves run from {axis[0]:.2f} to "
            f"{axis[-1]:.2f} log10(lux s), and normal exposure at EI {sheet.exposure_index:g} is "
            f"{grey:.2f}; the unit is log10(lux s), not of mlux s, so check axis and exposure_index"
        )


def _head(path: Path, entries: dict[str, Any]) -> dict[str, Any]:
    known = {
        *("id", "name", "maker", "kind", "densitometry", "balance", "source"),
        *("exposure_index", "base_um", "backing", "gate", "rms_granularity", "lad", "assumed"),
        *("layers", "viewing", "development", "readers"),
    }
    if unknown := sorted(set(entries) - known):
        raise InputError(
            f"{path}: {unknown[0]!r} means nothing here; known are {', '.join(sorted(known))}"
        )

    def word(name: str, allowed: tuple[str, ...] = ()) -> str:
        value = entries.get(name)
        if not isinstance(value, str) or not value or (allowed and value not in allowed):
            expected = " or ".join(map(repr, allowed)) or "a text"
            raise InputError(f"{path}: {name} must be {expected}, got {value!r}")
        if complaint := row_of(name).complaint(value):
            raise InputError(f"{path}: {name} {complaint}")
        return value

    said = word("kind", SHEET_KINDS)
    layers, readers = entries.get("layers", 3), entries.get("readers", 1)
    viewing = word("viewing", row_of("viewing").words) if "viewing" in entries else "projection"
    for entry, value, allowed in (("layers", layers, (1, 3)), ("readers", readers, range(1, 10))):
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            raise InputError(
                f"{path}: {entry} must be {' or '.join(map(str, allowed))}, got {value!r}"
            )
    kind = said if layers == 3 else f"silver {said}"
    if kind not in KINDS:
        raise InputError(f"{path}: kind {said!r} of one layer is unknown; give negative or print")
    if viewing == "reflection" and said != "print":
        raise InputError(f"{path}: viewing is reflection, which prints are seen by; kind is {said}")
    densitometry = word("densitometry", row_of("densitometry").words)
    if (densitometry == "visual") != (layers == 1):
        raise InputError(
            f"{path}: densitometry is {densitometry}, and layers = {layers}; silver has layers = 1 "
            "and visual density, colour three layers and status M or A"
        )
    balance = word("balance")
    paper = " on paper" if viewing == "reflection" else ""
    assumed = _assumed(path, kind + paper, entries.get("assumed", {}))
    _must_hang_together(path, assumed)
    lamps = (assumed[name] for name in ("printer_lamp", "projector_lamp") if name in assumed)
    try:
        for light in (balance, *lamps):
            named_light(light)
        gate_size_mm(entries.get("gate", "super35"))
    except SpectralFilmError as problem:
        raise InputError(f"{path}: {problem}") from None

    def number(
        name: str, fallback: float | None, bounds: tuple[float, float] | None = None
    ) -> float:
        value, (lowest, highest) = entries.get(name, fallback), bounds or row_of(name).bounds
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not lowest <= value <= highest
        ):
            raise InputError(
                f"{path}: {name} must be a number in {lowest:g}..{highest:g}, got {value!r}"
            )
        return float(value)

    backing, known_backings = (
        entries.get("backing", assumed.get("backing")),
        assumed.get("halation"),
    )
    if known_backings and backing not in known_backings:
        kinds = [name for name, entry in known_backings.items() if isinstance(entry, dict)]
        raise InputError(f"{path}: backing must be {' or '.join(kinds)}, got {backing!r}")

    lad = entries.get("lad", assumed.get("lad", {}))
    if not isinstance(lad, dict):
        raise InputError(f"{path}: lad must be a table with aim_density, got {lad!r}")
    role = KINDS[kind][0]
    return {
        **{name: word(name) for name in ("id", "name", "maker", "balance", "source")},
        "kind": kind,
        "densitometry": densitometry,
        "viewing": viewing,
        "development": word("development") if "development" in entries else None,
        "readers": readers,
        "exposure_index": number("exposure_index", None) if role == "camera" else None,
        "base_um": number("base_um", assumed["base_um"]),
        "rms_granularity": number("rms_granularity", None, RMS_GRANULARITY)
        if "rms_granularity" in entries
        else None,
        "backing": backing,
        "gate": entries.get("gate", assumed.get("gate")),
        "assumed": assumed,
        "lad_aim": _numbers(path, "lad.aim_density", lad.get("aim_density"), layers)
        if role == "print"
        else None,
        "aim_printed": "lad" in entries,
    }


def _numbers(path: Path, name: str, values: Any, count: int) -> np.ndarray:
    array = np.asarray(values if isinstance(values, list) else [], dtype=object)
    if array.shape != (count,) or not all(isinstance(v, int | float) for v in array):
        expected = "three numbers (R, G, B)" if count == 3 else "one number in brackets"
        raise InputError(f"{path}: {name} must be {expected}, got {values!r}")
    return array.astype(float)


def _assumed(path: Path, kind: str, own: Any) -> dict[str, Any]:
    """What no sheet of this kind prints; a kind takes what it does not say from another."""
    kinds = tomllib.loads((Path(__file__).parent / "assumed.toml").read_text())
    defaults = kinds[kind]
    while like := defaults.pop("like", None):
        defaults = {**kinds[like], **defaults}

    def overruled(base: dict[str, Any], by: Any, where: str) -> dict[str, Any]:
        if not isinstance(by, dict):
            raise InputError(f"{path}: {where} must be a table, got {by!r}")
        merged = dict(base)
        for name, value in by.items():
            if name not in base:
                raise InputError(
                    f"{path}: {where}.{name} means nothing here; "
                    f"known are {', '.join(sorted(base))}"
                )
            nested = isinstance(base[name], dict)
            merged[name] = overruled(base[name], value, f"{where}.{name}") if nested else value
            if not nested and not _alike(value, base[name], any_length=name in _ANY_LENGTH):
                raise InputError(
                    f"{path}: {where}.{name} must look like {base[name]!r}, got {value!r}"
                )
        return merged

    return overruled(defaults, own, "assumed")


_ANY_LENGTH = ("wavelength_nm", "density", "net_density", *RECORDS, *VISUAL)


def _alike(value: Any, base: Any, *, any_length: bool) -> bool:
    """Whether a value can replace an assumed one: a text a text, numbers as many from 0 upwards."""
    if isinstance(base, list):
        if not isinstance(value, list):
            return False
        beside = base[:1] * len(value) if any_length else base
        return len(value) == len(beside) and all(
            _alike(one, other, any_length=False) for one, other in zip(value, beside, strict=True)
        )
    if isinstance(base, str):
        return isinstance(value, str)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < math.inf


def _must_hang_together(path: Path, assumed: Mapping[str, Any]) -> None:
    """Assumed entries that each look right must make sense together."""
    sublayers = assumed["characteristic_curves"]["sublayers"]
    shortest, longest = assumed.get("adjacency", {}).get("length_um", (1.0, 2.0))
    base = assumed.get("base_density", {"wavelength_nm": [0, 1], "density": [0, 0]})
    rising = len(base["density"]) > 1 and (np.diff(base["wavelength_nm"]) > 0).all()
    shape = assumed["granularity"]
    profiles = row_of("halation/*/profile").words
    veils = [veil for veil in assumed.get("halation", {}).values() if isinstance(veil, dict)]
    for holds, entry, expected in (
        (sublayers in (1, 2, 3, 4, 5), "characteristic_curves.sublayers", "1, 2, 3, 4 or 5"),
        (0 < shortest < longest, "adjacency.length_um", "two bounds above 0, the lower one first"),
        (
            rising and len(base["density"]) == len(base["wavelength_nm"]),
            "base_density",
            "rising wavelengths and a density for each",
        ),
        (
            len({len(column) for column in shape.values()}) == 1
            and len(shape["net_density"]) > 1
            and (np.diff(shape["net_density"]) > 0).all(),
            "granularity",
            "rising densities, and what each record reads at each",
        ),
        (
            all(veil["profile"] in profiles for veil in veils),
            "halation",
            f"of profile {' or '.join(map(repr, profiles))}",
        ),
    ):
        if not holds:
            raise InputError(f"{path}: assumed.{entry} must be {expected}")
