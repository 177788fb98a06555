"""What a film says, in lines: every number with its unit, its origin and its source."""

from collections.abc import Iterator

import numpy as np

from spectral_film.emulsion.film import Film
from spectral_film.emulsion.row import Row
from spectral_film.emulsion.schema import contents
from spectral_film.light.spectra import WAVELENGTH


def describe(film: Film) -> Iterator[str]:
    """What a film says, as lines: value, unit, origin, source."""
    said = list(contents(film))
    facts = [(path, row, value) for path, row, value in said if row.holds != "table"]
    yield f"{film.name} ({film.id}), {film.kind}"
    yield f"  {film.source}"
    if film.file is None:
        yield f"  made in memory, content sha256 {film.sha256}"
    elif film.unchanged:
        yield f"  file {film.file.path}, sha256 {film.sha256}"
    else:
        yield f"  changed, content sha256 {film.sha256}; sources are those of {film.file.path}"
    for path, row, value in facts:
        if row.group == "/" and path not in ("id", "name", "kind", "source"):
            yield f"  {path} = {_fact(value)}"
    groups: dict[str, list[str]] = {}
    for path, row, value in facts:
        if row.group != "/":
            group, _, name = path.rpartition("/")
            groups.setdefault(group, []).append(f"{name} = {_fact(value)}")
    for group, entries in groups.items():
        yield ""
        yield f"{group}  {', '.join(entries)}"
    for path, row, values in said:
        if row.holds == "table" and not path.startswith("published/"):
            yield ""
            yield from _table(film, path, row, values)
    for table, columns in film.published.items():
        yield ""
        first, *_ = columns
        yield f"published/{table}  {len(columns[first])} rows of {', '.join(columns)}"
        yield from _provenance(film, f"published/{table}/{first}")


def _fact(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _table(film: Film, path: str, row: Row, values: np.ndarray) -> Iterator[str]:
    shape = " x ".join(map(str, np.shape(values))) or "one number"
    unit = row.unit.format(densitometry=film.densitometry)
    axes = f" ({', '.join(row.axes)})" if row.axes else ""
    yield f"{path}  [{unit}]  {shape}{axes}"
    lines = np.atleast_2d(values)
    if lines.shape[-1] <= 8:
        for line in lines:
            yield "    " + "  ".join(f"{value:10.5g}" for value in line)
    else:
        for line in lines:
            highest = f", highest at {WAVELENGTH[line.argmax()]:g} nm"
            where = highest if row.axes[-1] == "wavelength" else ""
            yield f"    {line.min():.5g} to {line.max():.5g}{where}"
    yield from _provenance(film, path)


def _provenance(film: Film, path: str) -> Iterator[str]:
    found = film.provenance.get(path)
    if found is None:
        yield "    unstated"
        return
    yield f"    {found.origin}: {found.source}"
    if found.uncertainty:
        yield f"    uncertainty: {found.uncertainty}"
