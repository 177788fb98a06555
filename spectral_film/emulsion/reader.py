"""Reads a film file row by row of `schema`, and blames it by name."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spectral_film.emulsion.contents import Contents, contents, contents_apart, read_image
from spectral_film.emulsion.film import CameraFilm, FilmFile, PrintStock, Provenance
from spectral_film.emulsion.parts import (
    Cauchy,
    ClassicalAdjacency,
    CoreSkirt,
    Developed,
    Grain,
    Halation,
    Interlayer,
    Lad,
    ToneCurve,
)
from spectral_film.emulsion.row import Role, Row
from spectral_film.emulsion.schema import KINDS, SCHEMA
from spectral_film.errors import FilmModelError
from spectral_film.light.spectra import WAVELENGTH

STOCKS: Mapping[Role, type[CameraFilm] | type[PrintStock]] = {
    "camera": CameraFilm,
    "print": PrintStock,
}
PARTS: Mapping[str, tuple[Any, ...]] = {
    "tone_curve": (ToneCurve,),
    "scatter": (CoreSkirt, Cauchy),
    "adjacency": (Interlayer, ClassicalAdjacency),
    "grain": (Grain,),
    "lad": (Lad,),
}


def read_film(path: Path, *, shipped: bool = False) -> CameraFilm | PrintStock:
    """Read the film in a file.

    Args:
        path: An ordinary file.
        shipped: It came with the package, and need not be read in a process of its own.

    Raises:
        FilmModelError: a table is missing, mis-shaped or not finite; the message names it.
    """
    try:
        image = read_image(path)
        held = contents(image) if shipped else contents_apart(image)
    except Exception as error:  # a rotten file breaks whatever its bytes happen to mean
        raise FilmModelError(
            f"{path} is not a readable HDF5 film model ({error}); make one with the fit"
        ) from error
    film = _Reader(path, held).film()
    sha256 = hashlib.sha256(image).hexdigest()
    whence = FilmFile(path=path, sha256=sha256, content_sha256=film.content_sha256)
    return replace(film, file=whence)


class _Reader:
    """One film file. `tree` is what was read so far, by the fields of a film."""

    def __init__(self, path: Path, held: Contents) -> None:
        self.path, self.held = path, held
        self.tree: dict[str, Any] = {}
        self.provenance: dict[str, Provenance] = {}
        self.notes: dict[str, Any] = {}

    def film(self) -> CameraFilm | PrintStock:
        for row in SCHEMA:
            for path in self.paths(row.path) if self.concerns(row) else ():
                value = self.table(row, path) if row.holds == "table" else self.fact(row, path)
                if value is not None:
                    self.must_fit(row, path, value)
                    self.place(row, path, value)
        return self.made()

    def concerns(self, row: Row) -> bool:
        """Whether a film of this role and form has such an entry."""
        if row.role is not None and row.role != KINDS[self.tree["kind"]][0]:
            return False
        if row.form is None:
            return True
        return bool(row.form == self.tree.get(row.field.split(".")[0], {}).get("form"))

    def paths(self, path: str) -> Iterator[str]:
        """Where the stars of a path lead to in this file."""
        head, star, tail = path.partition("*")
        if not star:
            yield path
            return
        for name in self.names_in(head.rstrip("/")):
            yield from self.paths(head + name + tail)

    def names_in(self, group: str) -> list[str]:
        if group in self.held.tables:
            raise self.blame(f"{group} is a table, expected a group of tables")
        return self.held.names_in(group)

    def fact(self, row: Row, path: str) -> Any:
        group, _, name = path.rpartition("/")
        group = group or "/"
        value = self.held.attributes.get(group, {}).get(name)
        if value is None:
            if self.needs(row):
                raise self.blame(f"attribute {name} of {group} is missing")
            return None
        kind = {"number": float, "whole number": int}.get(row.holds, str)
        try:
            said = kind(value)
            if kind is int and said != value:
                raise ValueError
            return said
        except (TypeError, ValueError, OverflowError):
            raise self.blame(
                f"attribute {name} of {group} is {value!r}, not a {kind.__name__}"
            ) from None

    def table(self, row: Row, path: str) -> np.ndarray | None:
        values = self.held.tables.get(path)
        if values is None:
            if self.needs(row):
                raise self.blame(f"table {path} is missing")
            return None
        said = self.held.attributes[path]
        self.provenance[path] = Provenance(
            unit=str(said.get("unit", row.unit)),
            origin=str(said.get("origin", "unstated")),
            source=str(said.get("source", "unstated")),
            uncertainty=str(said.get("uncertainty", "")),
        )
        return values

    def needs(self, row: Row) -> bool:
        return bool(row.needed_with) and row.needed_with in self.held

    def must_fit(self, row: Row, path: str, value: Any) -> None:
        if complaint := row.complaint(value):
            group, _, name = path.rpartition("/")
            where = (
                f"table {path}" if row.holds == "table" else f"attribute {name} of {group or '/'}"
            )
            raise self.blame(f"{where} {complaint}")
        if row.path == "wavelength" and not np.array_equal(value, WAVELENGTH):
            raise self.blame(f"wavelength is not {row.meaning}")

    def place(self, row: Row, path: str, value: Any) -> None:
        """Put a value where the row's field says; what has no place is a note."""
        names = iter(row.names(path) or ())
        field = [next(names, part) if part == "*" else part for part in row.field.split(".")]
        places = [field] if row.field else []
        if "*" in field:  # one value for all that the mapping has
            keys = self.tree.get(field[0], {})
            places = [[key if part == "*" else part for part in field] for key in keys]
        if not places:
            self.notes[path] = value
        for *parents, last in places:
            place = self.tree
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = value

    def made(self) -> CameraFilm | PrintStock:
        role, process = KINDS[self.tree.pop("kind")]
        for name, forms in PARTS.items():
            if name in self.tree:
                form = self.tree[name].pop("form", None)
                part = next(part for part in forms if getattr(part, "form", None) == form)
                self.tree[name] = part(**self.tree[name])
        if "halation" in self.tree:
            self.tree["halation"] = {b: Halation(**h) for b, h in self.tree["halation"].items()}
        if "developments" in self.tree:
            others = self.tree["developments"].items()
            try:
                self.tree["developments"] = {name: Developed(**tables) for name, tables in others}
            except TypeError as error:
                raise self.blame(f"a table of developments is missing ({error})") from None
        try:
            return STOCKS[role](
                process=process, provenance=self.provenance, notes=self.notes, **self.tree
            )
        except FilmModelError as error:  # what no row says alone
            raise self.blame(str(error)) from None

    def blame(self, what: str) -> FilmModelError:
        return FilmModelError(f"{self.path}: {what}; fit the stock again or repair the file")
