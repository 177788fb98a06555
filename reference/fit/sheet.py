"""A datasheet on disk: `sheet.toml` and the tables beside it, read and checked."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from reference.fit.tables import RECORDS, Table, read_tables
from spectral_film.emulsion.frame import gate_size_mm
from spectral_film.emulsion.schema import Densitometry, row_of
from spectral_film.errors import InputError, SpectralFilmError
from spectral_film.light.spectra import named_light
from spectral_film.text_files import read_text

STOP = math.log10(2)  # one stop, in log10 exposure
RMS_GRANULARITY = (0.5, 100.0)  # 1000 times a density: micro-fine films have 5, the fastest 30
GREY_CARD_LUX_S = 12.5  # an 18 % grey at normal exposure gets 12.5 / EI lux s


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A datasheet.

    Attributes:
        tables: As in `FORMS`; `mtf` and `rms_granularity` may be missing.
        assumed: What the sheet does not print: `assumed.toml`, overruled by the sheet's own
            [assumed] section.
        rms_granularity: The one number that some sheets print, 1000 times a density: read at a
            visual density of 1.0 over the base; None where it is not printed.
        lad_aim: Status A densities of the printed grey card, (record,); prints only.
    """

    id: str
    name: str
    maker: str
    kind: Literal["negative", "print"]
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
    sheet = Sheet(**_head(path, entries), tables=read_tables(folder))
    if sheet.kind == "negative":
        _must_hold_normal_exposure(folder, sheet)
    return sheet


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

    kind = word("kind", row_of("kind").words)
    balance = word("balance")
    assumed = _assumed(path, kind, entries.get("assumed", {}))
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
    return {
        **{name: word(name) for name in ("id", "name", "maker", "balance", "source")},
        "kind": kind,
        "densitometry": word("densitometry", row_of("densitometry").words),
        "exposure_index": number("exposure_index", None) if kind == "negative" else None,
        "base_um": number("base_um", assumed["base_um"]),
        "rms_granularity": number("rms_granularity", None, RMS_GRANULARITY)
        if "rms_granularity" in entries
        else None,
        "backing": backing,
        "gate": entries.get("gate", assumed.get("gate")),
        "assumed": assumed,
        "lad_aim": _three(path, "lad.aim_density", lad.get("aim_density"))
        if kind == "print"
        else None,
    }


def _three(path: Path, name: str, values: Any) -> np.ndarray:
    array = np.asarray(values if isinstance(values, list) else [], dtype=object)
    if array.shape != (3,) or not all(isinstance(v, int | float) for v in array):
        raise InputError(f"{path}: {name} must be three numbers (R, G, B), got {values!r}")
    return array.astype(float)


def _assumed(path: Path, kind: str, own: Any) -> dict[str, Any]:
    defaults = tomllib.loads((Path(__file__).parent / "assumed.toml").read_text())[kind]

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


_ANY_LENGTH = ("wavelength_nm", "density", "net_density", *RECORDS)


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
            "rising densities, and R, G, B for each",
        ),
        (
            all(veil["profile"] in profiles for veil in veils),
            "halation",
            f"of profile {' or '.join(map(repr, profiles))}",
        ),
    ):
        if not holds:
            raise InputError(f"{path}: assumed.{entry} must be {expected}")
