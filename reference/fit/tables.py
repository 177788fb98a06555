"""The tables of a datasheet: CSV with `#` comments, a header row, numbers, and blanks where nothing
is printed. Each is checked against what its columns may hold, and a slip is named by its place.

Comments of the form `# source: ...`, `# read: ...`, `# uncertainty: ...` travel into the film file.
"""

import csv
import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from spectral_film.emulsion.row import LONGEST_TEXT
from spectral_film.emulsion.schema import Process
from spectral_film.errors import InputError, printable
from spectral_film.text_files import read_text


@dataclass(frozen=True)
class Column:
    """What the numbers of one column may be."""

    unit: str
    lowest: float
    highest: float
    hint: str


LOG_EXPOSURE = Column("log10(lux s)", -8, 6, "the unit is log10(lux s); for stops name it `stop`")
STOPS = Column("stops from normal exposure", -20, 20, "the unit is stops from normal exposure")
DENSITY = Column("density", -0.5, 6, "the unit is density (base 10), not percent or transmittance")
WAVELENGTH_NM = Column("nm", 200, 1200, "the unit is nm, not um or angstrom")
LOG_SENSITIVITY = Column("log10(cm2/erg)", -8, 8, "the unit is log10(cm2/erg)")
CYCLES = Column("cycles/mm", 0.01, 1000, "the unit is cycles/mm on the film")
PERCENT = Column("percent", 0, 200, "the unit is percent, 100 for full modulation")
LOG_RELATIVE = Column("log10 relative exposure", -10, 10, "the unit is log10 exposure")
SIGMA = Column("density, standard deviation", 0, 1, "the unit is density, not 1000 times that")

RECORDS = ("R", "G", "B")
VISUAL = ("V",)  # the one record of silver
DYES = ("cyan", "magenta", "yellow")
NEUTRALS = ("min_density", "midscale_neutral")


@dataclass(frozen=True)
class TableForm:
    """What a table must and may hold.

    Attributes:
        axis: Names the first column may have, and what it is.
        required: Columns that must be there, (name, meaning).
        instead: What may be there in their place.
        optional: Columns that may be there.
        begins: Of columns named freely after it, of which one must be there; "" for none.
        fewest: Values each required column needs, for a curve to be drawn through them.
        way: 1 where the required columns may not fall, -1 where they may not rise, 0: both.
        gaps: Whether a blank is a place where the film does nothing, and not just no reading.
        peaks: Where a column has its highest value, and from where on that is looked for, since
            sensitivities have a second peak in the violet, nm; elsewhere it is another column, or
            another unit.
    """

    axis: Mapping[str, Column]
    fewest: int
    required: Mapping[str, Column] = field(default_factory=dict)
    instead: Mapping[str, Column] = field(default_factory=dict)
    optional: Mapping[str, Column] = field(default_factory=dict)
    begins: str = ""
    way: int = 0
    gaps: bool = False
    peaks: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


def _of_records(pattern: str, meaning: Column) -> dict[str, Column]:
    return {pattern.format(record): meaning for record in RECORDS}


EXPOSURES = {"log_exposure": LOG_EXPOSURE, "stop": STOPS}
FORMS = {
    "characteristic_curves": TableForm(
        axis=EXPOSURES, required=_of_records("D_{}", DENSITY), fewest=10, way=1
    ),
    "spectral_sensitivity": TableForm(
        axis={"wavelength_nm": WAVELENGTH_NM},
        required=_of_records("logS_{}", LOG_SENSITIVITY),
        fewest=5,
        gaps=True,
        peaks={"logS_R": (570, 750, 500), "logS_G": (490, 610, 470), "logS_B": (340, 520, 0)},
    ),
    "spectral_dye_density": TableForm(
        axis={"wavelength_nm": WAVELENGTH_NM},
        required=dict.fromkeys(DYES, DENSITY),
        instead=dict.fromkeys(NEUTRALS, DENSITY),
        optional=dict.fromkeys(NEUTRALS, DENSITY),
        fewest=20,
        peaks={"cyan": (580, 780, 0), "magenta": (490, 610, 0), "yellow": (380, 510, 0)},
    ),
    "mtf": TableForm(
        axis={"cycles_per_mm": CYCLES},
        required=_of_records("{}_pct", PERCENT),
        instead={"visual_pct": PERCENT},
        fewest=4,
    ),
    "rms_granularity": TableForm(
        axis={"log_rel_exposure": LOG_RELATIVE},
        required=_of_records("D_{}", DENSITY) | _of_records("sigma_{}", SIGMA),
        fewest=3,
    ),
}
# One layer of silver: a column in the place of three, and a curve for each development.
SILVER_FORMS = {
    "characteristic_curves": TableForm(axis=EXPOSURES, begins="D_", fewest=10, way=1),
    "spectral_sensitivity": TableForm(
        axis={"wavelength_nm": WAVELENGTH_NM},
        required={"logS": LOG_SENSITIVITY},
        fewest=5,
        gaps=True,
    ),
    "mtf": TableForm(axis={"cycles_per_mm": CYCLES}, required={"pct": PERCENT}, fewest=4),
    "rms_granularity": TableForm(
        axis={"log_rel_exposure": LOG_RELATIVE},
        required={"D": DENSITY, "sigma": SIGMA},
        fewest=3,
    ),
}
# What those columns are called from here on: as that of a record.
OF_VISUAL = {"logS": "logS_V", "pct": "V_pct", "D": "D_V", "sigma": "sigma_V"}
MAY_BE_ABSENT = ("mtf", "rms_granularity")

# Readings of a flat toe wiggle; a fall beyond this, or beyond what the table itself says that it is
# off by, is a slip, or a film of another kind.
WIGGLE = 0.005  # density
LEVEL = 0.9  # of all that a curve rises
LARGEST_STATED = re.compile(r"([0-9]*\.[0-9]+) max")
LEAST_RISE = 0.3  # density; the flattest duplicating films make five times that


@dataclass(frozen=True)
class Table:
    """One table as read.

    Attributes:
        columns: Name -> values, all of one length; NaN where nothing is printed.
        units: Name -> unit.
        notes: The `# key: text` comments.
    """

    columns: Mapping[str, np.ndarray]
    units: Mapping[str, str]
    notes: Mapping[str, str]

    def __getitem__(self, column: str) -> np.ndarray:
        return self.columns[column]

    def records(self, pattern: str) -> np.ndarray:
        """Columns `pattern` with R, G, B put in, or V where it has none, (record, row)."""
        of = RECORDS if pattern.format(RECORDS[0]) in self.columns else VISUAL
        return np.stack([self.columns[pattern.format(record)] for record in of])


def forms_of(process: Process) -> dict[str, TableForm]:
    """The tables that a sheet has of film so developed."""
    if process == "silver":
        return SILVER_FORMS
    curves = replace(FORMS["characteristic_curves"], way=-1 if process == "reversal" else 1)
    return FORMS | {"characteristic_curves": curves}


def read_tables(folder: Path, process: Process) -> dict[str, Table]:
    """Every table of a sheet folder, by name.

    Raises:
        InputError: one is missing or makes no sense; file, row and column are named.
    """
    tables, forms = {}, forms_of(process)
    for name in sorted(path.name for path in folder.glob("*.[cC][sS][vV]")):
        meant = difflib.get_close_matches(name.lower(), [f"{form}.csv" for form in FORMS], 1, 0.8)
        if meant and meant[0] != name:
            raise InputError(f"{folder / name}: is not read under this name; call it {meant[0]}")
    for name, form in forms.items():
        path = folder / f"{name}.csv"
        if path.exists():
            tables[name] = _table(path, form)
        elif name not in MAY_BE_ABSENT:
            raise InputError(
                f"{path} is missing; a sheet needs "
                + ", ".join(f"{needed}.csv" for needed in forms if needed not in MAY_BE_ABSENT)
            )
    for name, values in tables["mtf"].columns.items() if "mtf" in tables else ():
        if name.endswith("pct") and np.nanmax(values) <= 2:
            raise InputError(
                f"{folder / 'mtf.csv'}, column {name}: {PERCENT.hint}; these look like fractions"
            )
    return tables


def cells_of(path: Path, number: int, line: str) -> list[str]:
    """The cells of a line.

    Raises:
        InputError: it has none.
    """
    try:
        return next(csv.reader([line]), [])
    except csv.Error as reason:
        raise InputError(f"{path}, row {number}: is no line of a CSV ({reason})") from None


def _line(where: str, text: str) -> str:
    """A comment that goes into the film file, and from there into tables and terminals."""
    line = " ".join(text.split())
    if line != printable(line) or len(line) > LONGEST_TEXT:
        raise InputError(f"{where}: the comment is no line of text of up to {LONGEST_TEXT} letters")
    return line


def _table(path: Path, form: TableForm) -> Table:
    lines = read_text(path, "table", "a CSV").splitlines()
    notes: dict[str, str] = {}
    header: list[str] = []
    rows: list[list[float]] = []
    line_numbers: list[int] = []
    meanings: dict[str, Column] = {}
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            key, colon, text = line.lstrip("# ").partition(":")
            if colon and key.isidentifier():
                notes[key] = _line(f"{path}, row {number}", text)
        elif not line.strip(" ,\t"):
            continue
        elif not header:
            header = [cell.strip() for cell in cells_of(path, number, line)]
            meanings = _header(path, number, header, form)
        else:
            rows.append(_row(path, number, cells_of(path, number, line), meanings))
            line_numbers.append(number)
            if len(rows) > 1 and not rows[-1][0] > rows[-2][0]:
                raise InputError(
                    f"{path}, row {number}, column {header[0]}: values must increase "
                    f"({rows[-2][0]:g} -> {rows[-1][0]:g}); sort the rows"
                )
    if not rows:
        raise InputError(f"{path} holds no data; expected a header row and numbers")

    columns = dict(zip(header, np.array(rows).T, strict=True))
    wiggle = max([WIGGLE, *map(float, LARGEST_STATED.findall(notes.get("uncertainty", "")))])
    for name in _demanded(header, form):
        count = int(np.isfinite(columns[name]).sum())
        if count < form.fewest:
            raise InputError(
                f"{path}, column {name}: {count} values are too few for a curve, "
                f"{form.fewest} or more are needed"
            )
        if form.way:
            _must_go_one_way(path, name, columns[name], line_numbers, form.way, wiggle)
        if form.gaps:
            _must_not_stand_alone(path, name, columns[name], line_numbers)
    for name, (shortest, longest, beyond) in form.peaks.items():
        if name not in columns:
            continue
        axis, values = columns[header[0]], columns[name]
        sought = np.where(axis >= beyond, values, np.nan)
        peak = axis[np.nanargmax(values if np.isnan(sought).all() else sought)]
        if not shortest <= peak <= longest:
            raise InputError(
                f"{path}, column {name}: its highest value is at {peak:g} nm, expected "
                f"{shortest:g} to {longest:g} nm; look whether columns are exchanged, or whether "
                "it is a transmittance"
            )
    units = {OF_VISUAL.get(name, name): meaning.unit for name, meaning in meanings.items()}
    columns = {OF_VISUAL.get(name, name): values for name, values in columns.items()}
    return Table(columns=columns, units=units, notes=notes)


def _must_go_one_way(
    path: Path, column: str, density: np.ndarray, line_numbers: list[int], way: int, wiggle: float
) -> None:
    printed = np.flatnonzero(np.isfinite(density))
    climbing = way * density[printed]
    highest = np.maximum.accumulate(climbing)
    # What the table says that it is off by is granted where the curve has levelled off.
    level = highest > LEVEL * highest[-1] + (1 - LEVEL) * highest[0]
    falls = np.flatnonzero(climbing < highest - np.where(level, wiggle, WIGGLE))
    if len(falls):
        after = printed[falls[0]]
        before = printed[climbing[: falls[0]].argmax()]
        must = "fall with exposure" if way > 0 else "rise with exposure in a reversal film"
        raise InputError(
            f"{path}, row {line_numbers[after]}, column {column}: density must not {must} "
            f"({density[before]:g} -> {density[after]:g}); read the curve again there, or look at "
            "kind in sheet.toml"
        )
    if highest[-1] - highest[0] < LEAST_RISE:
        raise InputError(
            f"{path}, column {column}: density {'rises' if way > 0 else 'falls'} by "
            f"{highest[-1] - highest[0]:g} in all, and a film's by {LEAST_RISE:g} or more; the "
            "unit is density (base 10)"
        )


def _must_not_stand_alone(
    path: Path, column: str, values: np.ndarray, line_numbers: list[int]
) -> None:
    """A value between blanks joins no curve: columns were read at different places."""
    printed = np.pad(np.isfinite(values), 1)
    alone = np.flatnonzero(printed[1:-1] & ~printed[:-2] & ~printed[2:])
    if len(alone):
        raise InputError(
            f"{path}, row {line_numbers[alone[0]]}, column {column}: a value between blanks; a "
            "blank says that nothing is printed there, so give all columns the same wavelengths"
        )


def _header(path: Path, number: int, header: list[str], form: TableForm) -> dict[str, Column]:
    axes = " or ".join(form.axis)
    if header[0] not in form.axis:
        raise InputError(
            f"{path}, row {number}: the first column must be {axes}, got {header[0]!r}"
            + ("; separate the columns by commas" if re.search(r"[;\t]", header[0]) else "")
        )
    known = {**form.required, **form.optional, **form.instead}
    for name in _demanded(header, form) or [f"{form.begins}..."]:
        if name not in header:
            raise InputError(
                f"{path}, row {number}: column {name} is missing; expected {axes}, "
                f"{', '.join(known) or f'{form.begins}V or {form.begins}dev6min'}"
            )
    allowed = {header[0]: form.axis[header[0]], **known}
    if form.begins:
        allowed |= {name: DENSITY for name in header if name.startswith(form.begins)}
    for name in header:
        if name not in allowed or header.count(name) > 1:
            raise InputError(
                f"{path}, row {number}: column {name!r} is unknown or there twice; "
                f"expected {', '.join(allowed)}"
            )
    return {name: allowed[name] for name in header}


def _demanded(header: list[str], form: TableForm) -> list[str]:
    """The columns that a table must have, or one that has none of the usual ones, the others."""
    if form.begins:
        return [name for name in header if name.startswith(form.begins)]
    if form.instead and not set(header) & set(form.required):
        return list(form.instead)
    return list(form.required)


def _row(path: Path, number: int, cells: list[str], meanings: dict[str, Column]) -> list[float]:
    if len(cells) != len(meanings):
        raise InputError(
            f"{path}, row {number}: {len(cells)} values for {len(meanings)} columns; "
            "leave a blank between commas where nothing is printed"
        )
    values: list[float] = []
    for (name, meaning), cell in zip(meanings.items(), cells, strict=True):
        where = f"{path}, row {number}, column {name}"
        if not cell.strip():
            if not values:
                raise InputError(f"{where}: the first column may not be blank")
            values.append(math.nan)
            continue
        try:
            value = float(cell)
        except ValueError:
            raise InputError(f"{where}: {cell.strip()!r} is not a number") from None
        if not meaning.lowest <= value <= meaning.highest:
            raise InputError(
                f"{where}: {value:g} is outside {meaning.lowest:g}..{meaning.highest:g}; "
                + meaning.hint
            )
        values.append(value)
    return values
