"""A colour chart photographed on a negative, printed, projected and measured on the screen.

    # light: D55                    taking light, by name, as 3200K or as a CSV; the film's balance
    # exposure: 0                   stops over normal exposure
    # print: 2383                   print stock, by id or as an .h5 file
    # printer_points: 25, 25, 25    printer lights
    # uncertainty: 1.0              of the measurement, in CIEDE2000 along lightness, chroma and hue
    # reflectances: mine.csv        of the user's own patches; a ColorChecker Classic
    # source: ...                   who measured, and when; `read` says how
    patch,X,Y,Z
    dark skin,0.053,0.044,0.021

Every comment may be left out and then has the value written here. The numbers are XYZ of the
CIE 1931 observer, Y = 1 for the open gate of the projector; or, under `patch,L,a,b`, CIELAB with
the open gate as white. A row is a patch, and no patch has to be there. Names are those of
`spectral_film.light.spectra.colour_chart`, or the columns of the reflectances: `wavelength_nm`,
then a column of reflectance from 0 to 1 for each patch. Files are looked for beside the chart.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reference.fit.tables import cells_of
from spectral_film.emulsion.film import PrintStock
from spectral_film.emulsion.stocks import load_print
from spectral_film.errors import InputError, SpectralFilmError
from spectral_film.light.difference import cielab
from spectral_film.light.spectra import MUST_COVER, colour_chart, illuminant, observer, resampling
from spectral_film.text_files import read_text

SETTINGS = ("light", "exposure", "print", "printer_points", "uncertainty", "reflectances")
NOTES = ("source", "read")
# Forms of the table: column -> lowest, highest, and what a number beyond may have been.
XYZ = dict.fromkeys("XYZ", (0.0, 1.5, "Y is 1, not 100, for the open gate"))
LAB = {
    "L": (0.0, 110.0, "L* is 100 for the open gate"),
    "a": (-200.0, 200.0, "a* is within 200 of grey"),
    "b": (-200.0, 200.0, "b* is within 200 of grey"),
}
REFLECTANCE = (0.0, 1.5, "a reflectance is 1, not 100, for white")


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A measured chart.

    Attributes:
        patches: Their names.
        reflectance: (wavelength, patch).
        lab: L*, a*, b* measured on the screen, the open gate as white, (3, patch).
        light: The taking light; None for the balance of the film.
        exposure: Stops over normal.
        print_film: What it was printed on.
        printer_points: Printer lights, (layer,).
        uncertainty: Standard deviation of the measurement, CIEDE2000 along each direction.
        notes: The comments as they stand in the file.
    """

    path: Path
    patches: tuple[str, ...]
    reflectance: np.ndarray
    lab: np.ndarray
    light: str | None
    exposure: float
    print_film: PrintStock
    printer_points: np.ndarray
    uncertainty: float
    notes: Mapping[str, str]


@dataclass(frozen=True)
class _Table:
    """A CSV as it stands: comments, header, and the cells of each row by its line number."""

    notes: Mapping[str, str]
    header_line: int
    header: list[str]
    rows: Mapping[int, list[str]]


def read_chart(path: Path) -> Chart:
    """Read a chart.

    Raises:
        InputError: something is missing or makes no sense; file, row and column are named.
    """
    table = _read(path)
    notes = table.notes
    _known_settings(path, notes)
    form = next((f for f in (XYZ, LAB) if table.header == ["patch", *f]), None)
    if form is None:
        raise InputError(
            f"{path}, row {table.header_line}: the columns must be patch,X,Y,Z or patch,L,a,b, "
            f"got {','.join(table.header)}"
        )
    surfaces = colour_chart()
    if "reflectances" in notes:
        surfaces = _reflectances(path.parent / notes["reflectances"])

    measured: dict[str, list[float]] = {}
    for line, (name, *cells) in table.rows.items():
        _known_patch(f"{path}, row {line}", name, surfaces, measured)
        measured[name] = [
            _number(f"{path}, row {line}, column {column}", cell, *bounds)
            for (column, bounds), cell in zip(form.items(), cells, strict=True)
        ]

    try:
        print_film = load_print(_beside(path, notes.get("print", "2383")))
        light = str(_beside(path, notes["light"])) if "light" in notes else None
        if light:
            illuminant(light)
    except SpectralFilmError as problem:
        raise InputError(f"{path}: {problem}") from problem
    values = np.array(list(measured.values())).T
    if form is XYZ:
        values = cielab(values, open_gate(print_film))
    (exposure,) = _setting(path, notes, "exposure", "0", -20, 20)
    (uncertainty,) = _setting(path, notes, "uncertainty", "1", 0.001, 100)
    return Chart(
        path=path,
        patches=tuple(measured),
        reflectance=np.stack([surfaces[name] for name in measured], axis=1),
        lab=values,
        light=light,
        exposure=exposure,
        print_film=print_film,
        printer_points=np.array(_setting(path, notes, "printer_points", "25,25,25", -100, 150)),
        uncertainty=uncertainty,
        notes=notes,
    )


def open_gate(print_film: PrintStock) -> np.ndarray:
    """XYZ of the projector without film, Y = 1."""
    xyz = observer() @ illuminant(print_film.projector_lamp)
    return xyz / xyz[1]


def _reflectances(path: Path) -> dict[str, np.ndarray]:
    """The user's own surfaces on the engine's grid."""
    table = _read(path)
    axis, *names = table.header
    if axis != "wavelength_nm" or not names or len(set(names)) < len(names):
        raise InputError(
            f"{path}, row {table.header_line}: the columns must be wavelength_nm and then the "
            f"patches, each once, got {','.join(table.header)}"
        )
    forms = {axis: (200.0, 1200.0, "the unit is nm"), **dict.fromkeys(names, REFLECTANCE)}
    rows: list[list[float]] = []
    for line, cells in table.rows.items():
        rows.append(
            [
                _number(f"{path}, row {line}, column {column}", cell, *bounds)
                for (column, bounds), cell in zip(forms.items(), cells, strict=True)
            ]
        )
        if len(rows) > 1 and not rows[-1][0] > rows[-2][0]:
            raise InputError(
                f"{path}, row {line}, column {axis}: wavelengths must increase "
                f"({rows[-2][0]:g} -> {rows[-1][0]:g}); sort the rows"
            )
    wavelength, *columns = np.array(rows).T
    if wavelength[0] > MUST_COVER[0] or wavelength[-1] < MUST_COVER[1]:
        raise InputError(
            f"{path} covers {wavelength[0]:g} to {wavelength[-1]:g} nm, but film needs "
            f"{MUST_COVER[0]:g} to {MUST_COVER[1]:g} nm; extend the measurement"
        )
    grid = resampling(wavelength)
    return {name: grid @ column for name, column in zip(names, columns, strict=True)}


def _read(path: Path) -> _Table:
    lines = read_text(path, "chart", "a CSV").splitlines()
    notes: dict[str, str] = {}
    header: list[str] = []
    header_line = 0
    rows: dict[int, list[str]] = {}
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            key, colon, text = line.lstrip("# ").partition(":")
            if colon and key.isidentifier():
                notes[key] = text.strip()
            continue
        cells = [cell.strip() for cell in cells_of(path, number, line)]
        if not any(cells):
            continue
        if not header:
            header, header_line = cells, number
        elif len(cells) != len(header):
            raise InputError(
                f"{path}, row {number}: {len(cells)} values for {len(header)} columns "
                f"({','.join(header)})"
            )
        else:
            rows[number] = cells
    if not rows:
        raise InputError(f"{path} holds no data; expected a header row and a row for each patch")
    return _Table(notes, header_line, header, rows)


def _known_settings(path: Path, notes: Mapping[str, str]) -> None:
    for key in notes:
        if key not in SETTINGS + NOTES:
            raise InputError(
                f"{path}: the comment {key!r} means nothing here{_nearest(key, SETTINGS)}; "
                f"known are {', '.join(SETTINGS + NOTES)}"
            )


def _known_patch(where: str, name: str, known: Collection[str], seen: Collection[str]) -> None:
    if name not in known:
        raise InputError(
            f"{where}, column patch: no patch is called {name!r}{_nearest(name, known)}; "
            f"the chart has {', '.join(known)}"
        )
    if name in seen:
        raise InputError(f"{where}, column patch: {name!r} comes twice; keep one, or their mean")


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
    return f", did you mean {' or '.join(map(repr, near))}" if near else ""


def _setting(
    path: Path, notes: Mapping[str, str], key: str, fallback: str, lowest: float, highest: float
) -> list[float]:
    """Numbers of a comment, as many as the fallback has."""
    cells = notes.get(key, fallback).split(",")
    count = len(fallback.split(","))
    if len(cells) != count:
        raise InputError(f"{path}: {key} must be like {fallback}, got {notes[key]!r}")
    hint = f"a usual value is {fallback}"
    return [_number(f"{path}: {key}", cell.strip(), lowest, highest, hint) for cell in cells]


def _number(where: str, cell: str, lowest: float, highest: float, hint: str) -> float:
    if not cell:
        raise InputError(f"{where}: a blank; leave the row out where nothing was measured")
    try:
        value = float(cell)
    except ValueError:
        raise InputError(f"{where}: {cell!r} is not a number") from None
    if not lowest <= value <= highest:
        raise InputError(f"{where}: {value:g} is outside {lowest:g}..{highest:g}; {hint}")
    return value


def _beside(path: Path, name: str) -> str | Path:
    """A file beside the chart, or the name as it is."""
    beside = path.parent / name
    return beside if beside.is_file() else name
