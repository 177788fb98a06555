"""Pieces of a page: paragraphs, lists, facts, tables, verdicts."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence

from spectral_film.errors import printable
from spectral_film.pages.numbers import MINUS, THIN, TIMES, number
from spectral_film.pages.typesetting import typeset

NUMBER = re.compile(rf"[+{MINUS}]?\d+(\.\d+)?({THIN}{TIMES}{THIN}10\D+)?|\u2013")
FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"  # as wide as a figure, and as a point
LONG = 28  # letters that make a sentence


class Markup(str):
    """HTML that is meant as HTML; any other text is typeset and escaped where it enters a page."""


def escaped(value: object) -> Markup:
    """A text or a number as HTML; `Markup` passes as it is."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, float):
        return Markup(number(value))
    return Markup(html.escape(printable(typeset(str(value)))))


def code(text: object) -> Markup:
    """What is to be typed, or came so: to the letter."""
    return Markup(f"<code>{html.escape(printable(str(text)))}</code>")


def paragraph(text: object) -> Markup:
    """A paragraph."""
    return Markup(f"<p>{escaped(text)}</p>")


def note(text: object) -> Markup:
    """A paragraph in small print."""
    return Markup(f'<p class="note">{escaped(text)}</p>')


def listing(sentences: Iterable[object]) -> Markup:
    """Sentences, one under the other."""
    return Markup(f"<ul>{''.join(f'<li>{escaped(s)}</li>' for s in sentences)}</ul>")


def facts(named: Mapping[str, object]) -> Markup:
    """Names, each with what it is."""
    pairs = "\n".join(f"<dt>{escaped(n)}</dt><dd>{escaped(v)}</dd>" for n, v in named.items())
    return Markup(f"<dl>{pairs}</dl>")


def folded(summary: object, *parts: object) -> Markup:
    """What is there for those who ask."""
    inside = "\n".join(map(escaped, parts))
    return Markup(f"<details><summary>{escaped(summary)}</summary>{inside}</details>")


def abreast(*parts: object) -> Markup:
    """As many beside each other as there is room for."""
    inside = "\n".join(map(escaped, parts))
    return Markup(f'<div class="abreast">{inside}</div>')


def verdict(good: bool, text: object) -> Markup:
    """A word that says how it is; its colour only repeats it."""
    return Markup(f'<span class="{"good" if good else "bad"}">{escaped(text)}</span>')


def table(header: Sequence[object], rows: Iterable[Sequence[object]], caption: str = "") -> Markup:
    """A table, in a box of its own that scrolls where it is too wide.

    Columns of numbers stand point under point; columns of sentences keep room to be read.
    """
    columns = [[escaped(value) for value in column] for column in zip(*rows, strict=True)]
    kinds = [_kind(column) for column in columns] or [""] * len(header)

    def row(cells: Iterable[str], tag: str) -> str:
        inside = (f"<{tag}{kind}>{cell}</{tag}>" for cell, kind in zip(cells, kinds, strict=True))
        return f"<tr>{''.join(inside)}</tr>"

    head = row(map(escaped, header), "th")
    lines = "\n".join(row(cells, "td") for cells in zip(*map(_aligned, columns), strict=True))
    named = f"<caption>{escaped(caption)}</caption>" if caption else ""
    label = escaped(caption or "Table")
    return Markup(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table>{named}<thead>{head}</thead>\n<tbody>{lines}</tbody></table></div>"
    )


def _kind(column: Sequence[str]) -> str:
    if _are_numbers(column):
        return ' class="number"'
    words = [cell for cell in column if not cell.startswith("<svg")]
    return ' class="sentence"' if max(map(len, words), default=0) > LONG else ""


def _are_numbers(column: Sequence[str]) -> bool:
    filled = [cell for cell in column if cell]
    return bool(filled) and all(NUMBER.fullmatch(cell) for cell in filled)


def _aligned(column: Sequence[str]) -> list[str]:
    """Numbers with as much room after their points as the longest needs."""
    if not _are_numbers(column) or any(TIMES in cell for cell in column):
        return list(column)
    after = [len(cell.partition(".")[2]) for cell in column]
    longest = max(after)
    return [
        cell + FIGURE_SPACE * (longest - places) + POINT_SPACE * ("." not in cell and longest > 0)
        for cell, places in zip(column, after, strict=True)
    ]
