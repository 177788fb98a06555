"""What an HDF5 file holds, as plain values: tables of numbers, texts, names, of bounded size.

HDF5 can say far more than a film needs: links into other files, numbers that lie outside, tables of
references, filters that are loaded as programs, sizes without end. All are refused before they are
followed. What is left to chance is libhdf5 itself, which a crafted file can send round in circles
where no signal reaches it. So a file that did not come with the package is read in a process that
can be given up.
"""

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from spectral_film.errors import FilmModelError, printable

# A shipped film has 80 kB, 60 tables, 3,000 numbers. Assumed: a hundred times that and more.
LARGEST_FILE = 16 << 20  # bytes
MOST_ENTRIES, DEEPEST, MOST_NUMBERS = 4096, 8, 1 << 20
LONGEST_TEXT = 4096  # letters
KEPT_OF_TABLES = ("unit", "origin", "source", "uncertainty")
FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32)
PATIENCE = 10.0  # s: fifty times what it takes, the start of Python included
ROOM = 512 << 20  # bytes, beside what the libraries take


@dataclass(frozen=True)
class Contents:
    """A file in memory, by paths without a slash before them; `/` is the file itself.

    Attributes:
        attributes: Of groups all, of tables those of `KEPT_OF_TABLES`.
        tables: Numbers in float64.
    """

    attributes: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, np.ndarray]

    def __contains__(self, path: object) -> bool:
        return path in self.attributes

    def names_in(self, group: str) -> list[str]:
        """What lies right under a group, in the order of the file."""
        within = (path.rpartition("/") for path in self.attributes)
        return [name for parent, _, name in within if parent == group and name]


def read_image(path: Path) -> bytes:
    """The bytes of a film file.

    Raises:
        FilmModelError: it is too large for one.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        image = file.read(LARGEST_FILE + 1)
    if len(image) > LARGEST_FILE:
        raise FilmModelError(
            f"the file has more than {LARGEST_FILE >> 20} MiB, no film is so large"
        )
    return image


def contents(image: bytes) -> Contents:
    """What a file holds.

    Raises:
        FilmModelError: it holds what no film does; the message names it.
        Exception: it is no HDF5 file, or a damaged one: whatever its bytes happen to mean.
    """
    attributes: dict[str, dict[str, Any]] = {}
    tables: dict[str, np.ndarray] = {}
    numbers = 0
    with h5py.File(h5py.h5f.open_file_image(image), "r") as file:
        for path, item in _walk(file):
            if len(attributes) >= MOST_ENTRIES:
                raise FilmModelError(f"it has more than {MOST_ENTRIES} entries")
            is_table = isinstance(item, h5py.Dataset)
            attributes[path] = dict(_attributes(path, item, KEPT_OF_TABLES if is_table else None))
            if is_table:
                numbers += item.size or 0
                if numbers > MOST_NUMBERS:
                    raise FilmModelError(f"with {path} it has more than {MOST_NUMBERS} numbers")
                tables[path] = _numbers(path, item)
    return Contents(attributes, tables)


def contents_apart(image: bytes) -> Contents:
    """The same, read by a process of its own, 0.25 s, with an end to its time and memory.

    Raises:
        FilmModelError: as above, and where it could not be read so.
    """
    paths = os.pathsep.join(filter(None, sys.path))
    surroundings = os.environ | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
    surroundings["HDF5_PLUGIN_PRELOAD"] = "::"  # filters are not loaded from anywhere
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "spectral_film.emulsion.contents"],
            input=image,
            capture_output=True,
            timeout=PATIENCE,
            env=surroundings,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise FilmModelError(f"it is not read within {PATIENCE:g} s") from None
    except subprocess.CalledProcessError as failed:
        raise FilmModelError(f"whoever reads it ends with {failed.returncode}") from None
    said = json.loads(done.stdout)
    if complaint := said.get("complaint"):
        raise FilmModelError(complaint)
    tables = {path: np.array(flat).reshape(shape) for path, (shape, flat) in said["tables"].items()}
    return Contents(said["attributes"], tables)


def _walk(group: h5py.Group, path: str = "/", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every group and table, each by its path, no matter how they hang together."""
    yield path, group
    if depth == DEEPEST:
        raise FilmModelError(f"{path} lies deeper than {DEEPEST} groups")
    for name in group:
        within = f"{path}/{name}".lstrip("/")
        if name != printable(name) or len(within) > LONGEST_TEXT:
            raise FilmModelError(f"{printable(within)[:80]} is no name")
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise FilmModelError(f"{within} is a link to elsewhere")
        item = group[name]
        if isinstance(item, h5py.Group):
            yield from _walk(item, within, depth + 1)
        elif isinstance(item, h5py.Dataset):
            yield within, item
        else:
            raise FilmModelError(f"{within} is neither a table nor a group")


def _numbers(path: str, table: h5py.Dataset) -> np.ndarray:
    if table.external or table.is_virtual:
        raise FilmModelError(f"the numbers of table {path} lie in another file")
    made = table.id.get_create_plist()
    if any(made.get_filter(at)[0] not in FILTERS for at in range(made.get_nfilters())):
        raise FilmModelError(f"table {path} is packed by an unknown filter")
    if table.dtype.kind not in "fiub" or table.shape is None:
        raise FilmModelError(f"table {path} holds {table.dtype}, not real numbers")
    return np.asarray(table[()], np.float64)


def _attributes(path: str, item: Any, wanted: tuple[str, ...] | None) -> Iterator[tuple[str, Any]]:
    attributes = item.attrs
    for name in attributes if wanted is None else filter(attributes.__contains__, wanted):
        where = f"attribute {printable(name)[:80]} of {path}"
        said = attributes.get_id(name)
        is_text = h5py.check_string_dtype(said.dtype) is not None and said.shape == ()
        if said.shape is None or not (is_text or said.dtype.kind in "fiub"):
            raise FilmModelError(f"{where} holds {said.dtype}, neither a text nor numbers")
        if max(said.get_storage_size(), math.prod(said.shape)) > LONGEST_TEXT:
            raise FilmModelError(f"{where} is too long")
        value = attributes[name]
        if not is_text:
            yield name, (value.astype(np.float64) if value.dtype.kind == "f" else value).tolist()
            continue
        text = value.decode() if isinstance(value, bytes) else str(value)
        if text != printable(text) or len(text) > LONGEST_TEXT:
            raise FilmModelError(f"{where} is {printable(text[:80])!r}, no line of text")
        yield name, text


def _leave_little_room() -> None:
    """Bound what is still to be taken; where this cannot be said, time alone is bounded."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    taken = Path("/proc/self/statm")
    if taken.exists():
        pages = int(taken.read_text().split()[0])
        most = pages * resource.getpagesize() + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(image: bytes) -> dict[str, Any]:
    try:
        found = contents(image)
    except Exception as wrong:  # a rotten file breaks whatever its bytes happen to mean
        return {"complaint": str(wrong) or type(wrong).__name__}
    tables = {path: (table.shape, table.ravel().tolist()) for path, table in found.tables.items()}
    return {"attributes": found.attributes, "tables": tables}


if __name__ == "__main__":
    given = sys.stdin.buffer.read()
    _leave_little_room()
    json.dump(_answer(given), sys.stdout)
