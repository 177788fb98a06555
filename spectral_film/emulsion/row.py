"""One entry of a film file: where it lies, what it is, and what values it may have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from spectral_film.errors import UsageError, printable
from spectral_film.light.spectra import WAVELENGTH, named_light

Role = Literal["camera", "print"]
Origin = Literal["published", "fitted", "assumed"]
Holds = Literal["table", "number", "whole number", "id", "text", "light"]

# Axes as long as the film has layers: three of colour, or one of silver.
OF_LAYERS = ("layer", "layer held back", "layer developing", "dye", "record")
# Samples along an axis; (): as many as the file has.
AXES: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(OF_LAYERS, (1, 3)),
    "sublayer": (),
    "node": (),
    "wavelength": (len(WAVELENGTH),),
    "row": (),
}
ANY = (-np.inf, np.inf)
# Ids name files, and stand in tables and commands.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LONGEST_TEXT = 1000  # letters; the longest of a shipped film has 100


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry of a film file.

    Attributes:
        path: Where in the file; `*` stands for names that the file chooses.
        field: Where in a `Film`, dots between; `*` for the keys of a mapping. What has no place
            there is kept in `Film.notes`.
        holds: A dataset (`table`) or, of the others, an attribute.
        meaning: What it says.
        unit: Its own; "" for a text, and for columns that each have another.
        axes: Of a table; () for one number.
        bounds: Lowest and highest value.
        words: The texts that are allowed; (): any.
        blanks: Whether NaN says "not printed".
        role: Of the films that have it; None: any.
        form: Of the group, where it may have several.
        needed_with: The group that cannot do without; "/" is the file itself, "" none.
        origins: Where the values of a table may come from.
    """

    path: str
    field: str = ""
    holds: Holds = "table"
    meaning: str
    unit: str = ""
    axes: tuple[str, ...] = ()
    bounds: tuple[float, float] = ANY
    words: tuple[str, ...] = ()
    blanks: bool = False
    role: Role | None = None
    form: str | None = None
    needed_with: str = "/"
    origins: tuple[Origin, ...] = ()

    @property
    def group(self) -> str:
        """The group that the entry lies in."""
        return self.path.rpartition("/")[0] or "/"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def expected(self) -> str:
        """What values may be, in words; "" where they may be anything."""
        lowest, highest = self.bounds
        if self.words:
            return f"one of {', '.join(self.words)}"
        if self.holds == "id":
            return "letters, digits, dots and dashes, 64 at most"
        if lowest == highest:
            return f"{lowest:g}"
        if highest == np.inf:
            return "" if lowest == -np.inf else f"{lowest:g} or more"
        return f"{lowest:g} to {highest:g}"

    @property
    def in_every_film(self) -> bool:
        """Whether no film of its role, read or made, can do without."""
        return self.needed_with == "/" and bool(self.field) and "*" not in self.path

    def names(self, path: str) -> tuple[str, ...] | None:
        """What the stars stand for where this row describes `path`; else None."""
        found = re.fullmatch(re.escape(self.path).replace(r"\*", "([^/]+)"), path)
        return found.groups() if found else None

    def complaint(self, value: Any) -> str:
        """What is wrong with a value; "" where nothing is."""
        if self.holds == "table":
            return self._complaint_of_table(np.asarray(value))
        if self.holds in ("id", "text", "light"):
            return self._complaint_of_text(value)
        right = self.bounds[0] <= value <= self.bounds[1]
        return "" if right else f"is {value:g}, expected {self.expected}"

    def _complaint_of_text(self, value: str) -> str:
        if value != printable(value) or len(value) > LONGEST_TEXT:
            return f"is {value[:80]!r}, expected a line of text"
        unknown = self.words and value not in self.words
        if unknown or (self.holds == "id" and not ID.fullmatch(value)):
            return f"is {value!r}, expected {self.expected}"
        if self.holds == "light":
            try:  # by its name: a file may hold another light tomorrow
                named_light(value)
            except UsageError as error:
                return f"is no light: {error}"
        return ""

    def _complaint_of_table(self, values: np.ndarray) -> str:
        sizes = [AXES[axis] for axis in self.axes]
        if len(sizes) != values.ndim or any(
            size and found not in size for size, found in zip(sizes, values.shape, strict=True)
        ):
            return f"has the shape {values.shape}, expected ({', '.join(self.axes)})"
        holes = ~np.isfinite(values)
        if self.blanks:
            holes &= ~np.isnan(values)
        if holes.any():
            return f"holds {holes.sum()} non-finite values"
        outside = values[(values < self.bounds[0]) | (values > self.bounds[1])]
        if outside.size:
            return f"holds {outside.flat[0]:g}, expected values from {self.expected}"
        return ""
