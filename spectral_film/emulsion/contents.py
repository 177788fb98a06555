"""What a film file holds, as lines to read: values, units, and where each comes from."""

from collections.abc import Iterator

import h5py
import numpy as np

from spectral_film.emulsion.film import Film
from spectral_film.light.spectra import WAVELENGTH


def contents(film: Film) -> Iterator[str]:
    """The tables of the film file as lines: value, unit, origin, source."""
    with h5py.File(film.path) as file:
        yield f"{film.name} ({film.id}), {film.kind}"
        yield f"  {film.source}"
        yield f"  file {film.path}, sha256 {film.sha256}"
        for name, value in sorted(file.attrs.items()):
            if name not in ("id", "name", "kind", "source"):
                yield f"  {name} = {value}"
        tables: list[str] = []
        file.visit(tables.append)
        said = ""
        for name in tables:
            item = file[name]
            if isinstance(item, h5py.Dataset) and not name.startswith("published/"):
                yield ""
                yield from _table(name, item)
            elif name.startswith("published/") and isinstance(item, h5py.Dataset):
                group, column = name.rsplit("/", 1)
                if group != said:
                    said = group
                    columns = file[group]
                    yield ""
                    yield f"{group}  {len(item)} rows of {', '.join(columns)}"
                    yield from _provenance(columns[column])
            elif item.attrs and not name.startswith("published"):
                yield ""
                yield f"{name}  " + ", ".join(f"{k} = {v}" for k, v in item.attrs.items())


def _table(name: str, table: h5py.Dataset) -> Iterator[str]:
    values = np.atleast_1d(table[()])
    shape = " x ".join(map(str, table.shape)) or "one number"
    yield f"{name}  [{table.attrs.get('unit', '?')}]  {shape}" + (
        f" ({table.attrs['axes']})" if table.attrs.get("axes") else ""
    )
    rows = np.atleast_2d(values)
    if rows.shape[-1] <= 8:
        for row in rows:
            yield "    " + "  ".join(f"{value:10.5g}" for value in row)
    else:
        for row in rows:
            peak = WAVELENGTH[row.argmax()]
            yield f"    {row.min():.5g} to {row.max():.5g}, highest at {peak:g} nm"
    yield from _provenance(table)


def _provenance(table: h5py.Dataset) -> Iterator[str]:
    yield f"    {table.attrs.get('origin', 'unstated')}: {table.attrs.get('source', 'unstated')}"
    if table.attrs.get("uncertainty"):
        yield f"    uncertainty: {table.attrs['uncertainty']}"
