"""A page that opens offline: text, tables and drawings in one HTML file."""

import html
import secrets
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from spectral_film.errors import OutputError


class Markup(str):
    """HTML that is meant as HTML; any other text is escaped where it enters a page."""


def escaped(text: object) -> Markup:
    """A text as HTML; `Markup` passes as it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(str(text)))


def paragraph(text: object) -> Markup:
    """A paragraph."""
    return Markup(f"<p>{escaped(text)}</p>")


def figure(drawing: str, caption: object = "") -> Markup:
    """A drawing (`drawing.svg`) or an `<img>` with what is to be said of it."""
    return Markup(f"<figure>{drawing}<figcaption>{escaped(caption)}</figcaption></figure>")


def table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """A table; numbers are set in columns of one width."""

    def cell(value: object) -> str:
        number = isinstance(value, int | float) or str(value).lstrip("+-.")[:1].isdigit()
        return f"<td{' class=number' if number else ''}>{escaped(value)}</td>"

    head = "".join(f"<th>{escaped(name)}</th>" for name in header)
    body = "\n".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return Markup(f'<div class="scroll"><table><tr>{head}</tr>\n{body}</table></div>')


def verdict(good: bool, text: object) -> Markup:
    """A word in green or in red."""
    return Markup(f'<span class="{"good" if good else "bad"}">{escaped(text)}</span>')


def section(title: object, *parts: str) -> Markup:
    """A headed part of the page."""
    return Markup("\n".join((f"<h2>{escaped(title)}</h2>", *map(escaped, parts))))


def page(title: str, lead: Iterable[str], body: Iterable[str], footer: object = "") -> str:
    """The whole page as text.

    Args:
        title: Its heading and the name of its window.
        lead: What stands before the first section.
        body: The sections.
        footer: How it was made.
    """
    template = Template((files("spectral_film.pages") / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escaped(title),
        lead="\n".join(map(escaped, lead)),
        body="\n".join(map(escaped, body)),
        footer=escaped(footer),
    )


def check_place(path: Path, *, suffixes: Sequence[str], overwrite: bool) -> None:
    """Refuse, before any work is done, a file that could not be written after it.

    Raises:
        OutputError: another suffix, no such folder, or it exists and `overwrite` is not set.
    """
    if path.suffix.lower() not in suffixes:
        raise OutputError(f"{path}: end its name in {' or '.join(suffixes)}")
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise OutputError(f"{path}: is no place for a file; name one in an existing folder")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists; give another name, or --overwrite")


def write_text(path: Path, text: str) -> None:
    """Write a file that appears only when it is whole.

    Raises:
        OutputError: the place cannot be written.
    """
    partial = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as reason:
        raise OutputError(f"{path}: cannot be written ({reason.strerror})") from None
    finally:
        partial.unlink(missing_ok=True)
