"""Write docs/film-file.md: the table of the film file as a page.

python scripts/describe_film_file.py [OUTPUT]
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from spectral_film.emulsion.contents import (
    LARGEST_FILE,
    MOST_ENTRIES,
    MOST_NUMBERS,
    PATIENCE,
    ROOM,
)
from spectral_film.emulsion.row import Row
from spectral_film.emulsion.schema import SCHEMA, SCHEMA_VERSION

PAGE = Path(__file__).parents[1] / "docs/film-file.md"

HEAD = f"""# The film file

Made by `scripts/describe_film_file.py` from [schema.py](../spectral_film/emulsion/schema.py); the
reader, the writer and `spectral-film show` follow the same table. Version {SCHEMA_VERSION}.

A film is an HDF5 file. `spectral-film fit` writes one, but any program may: nothing more is
asked than what stands here. `*` is a name that the file chooses: a backing, a chart and its
columns, a fit. What is needed with a group may be left out together with that group.

## What is refused

A film from elsewhere is read in a process of its own, 0.2 s, which is given up after
{PATIENCE:g} s or {ROOM >> 20} MiB: a crafted file can send the HDF5 library round in circles. Those
that ship are not. Refused are soft and external links, tables whose numbers lie in another file,
types other than numbers and texts, filters other than gzip, shuffle and Fletcher32, and more than
{LARGEST_FILE >> 20} MiB, {MOST_ENTRIES} entries or {MOST_NUMBERS} numbers. Texts are lines without
control characters, an `id` is of plain ones. A light is a name and no file: the same hash is the
same film. The columns of a chart are of one length; those that instruments need are there.
"""
ATTRIBUTES = """
## Facts: attributes of the file or of a group
"""
DATASETS = """
## Tables: datasets

Numbers without gaps; NaN stands only where a sheet prints nothing. The fit gives each the
attributes `unit`, `axes`, `origin` (published, fitted or assumed), `source`, and `uncertainty`
where it is known. A fitted one also has `standard_deviation` and `held_by_prior`, the share of its
variance that the data left to the prior, both shaped as the table, and its `prior` in words.
"""


def page() -> str:
    """The page in Markdown."""
    facts = [row for row in SCHEMA if row.holds != "table"]
    tables = [row for row in SCHEMA if row.holds == "table"]
    return "\n".join(
        [
            HEAD + ATTRIBUTES,
            *_grid(("attribute", "says", "a", "values", "needed"), map(_fact, facts)),
            DATASETS,
            *_grid(
                ("table", "says", "unit", "axes", "values", "origin", "needed"),
                map(_table, tables),
            ),
            "",
        ]
    )


def _fact(row: Row) -> tuple[str, ...]:
    holds = f"{row.holds}, {row.unit}" if row.unit not in ("", "1") else row.holds
    return f"`{row.path}`", row.meaning, holds, row.expected, _needed(row)


def _table(row: Row) -> tuple[str, ...]:
    unit = row.unit.format(densitometry="status") or "its own"
    axes = ", ".join(row.axes) or "one number"
    origins = " or ".join(row.origins)
    return f"`{row.path}`", row.meaning, unit, axes, row.expected, origins, _needed(row)


def _needed(row: Row) -> str:
    said = {"/": "yes", "": "no"}.get(row.needed_with, f"with `{row.needed_with}`")
    if "*" in row.path and row.needed_with == "/":
        said = f"in each `{row.group}`"
    where = [f"form {row.form}"] if row.form else []
    where += [{"camera": "camera stocks", "print": "prints"}[row.role]] if row.role else []
    return "; ".join([said, *where])


def _grid(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for cells in (heads, ("---",) * len(heads), *rows):
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8")
