"""Figures of a report, each with the table that it was drawn from."""

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from spectral_film.pages.drawing import Drawing
from spectral_film.pages.figures import alone, figure
from spectral_film.pages.markup import Markup, escaped
from spectral_film.pages.page import Section, section

DIGITS = 7  # of a number in a table: more than any of them is sure of


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A figure and its table.

    Attributes:
        name: What its file is called after, in small letters with dashes.
        drawn: What is looked at.
        says: What it shows and how it was computed, in sentences.
        columns: Heads of the table, with units.
        rows: The table: texts and numbers.
    """

    name: str
    drawn: Drawing | Markup
    says: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def file(self, stem: str) -> str:
        """Name of its table beside a report of that stem."""
        return f"{stem}-{self.name}.csv"

    def shown(self, stem: str) -> Markup:
        """On the page, with a link to its table."""
        address = html.escape(quote(self.file(stem)))
        link = f'<a class="table" href="{address}">Its numbers (CSV)</a>'
        caption = Markup(f"{escaped(self.says)} {link}")
        if isinstance(self.drawn, Drawing):
            return figure(self.drawn, caption)
        return alone(self.drawn, caption)

    def as_csv(self) -> str:
        """The table as text."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(self.columns)
        table.writerows([_cell(value) for value in row] for row in self.rows)
        return text.getvalue()


@dataclass(frozen=True)
class Chapter:
    """A section of the report: its title, and sentences and exhibits in order."""

    title: str
    parts: Sequence[object]

    @property
    def exhibits(self) -> list[Exhibit]:
        """Its figures."""
        return [part for part in self.parts if isinstance(part, Exhibit)]

    def section(self, stem: str) -> Section:
        """On the page; `stem` as in `Exhibit.file`."""
        return section(
            self.title,
            *(part.shown(stem) if isinstance(part, Exhibit) else part for part in self.parts),
        )


def _cell(value: object) -> object:
    """Numbers of numpy too; an empty cell where there is none."""
    if isinstance(value, (str, int)):
        return value
    number = float(value)  # type: ignore[arg-type]
    return f"{number:.{DIGITS}g}" if number == number and abs(number) != float("inf") else ""
