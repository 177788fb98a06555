"""A page that opens offline: one design for everything that the project has to report."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from spectral_film.pages.markup import Markup, escaped
from spectral_film.pages.palette import style_sheet

HOW_TO_READ = "To read a curve, point at it, or go to its chart and use the arrow keys."


@dataclass(frozen=True)
class Section:
    """A headed part of a page.

    Attributes:
        title: Its heading, and its line in the contents.
        parts: What stands under it.
        beside: What stands to their right where there is room, and below them elsewhere.
        pictures: Whether that needs the larger part of the room.
    """

    title: str
    parts: tuple[object, ...]
    beside: tuple[object, ...] = ()
    pictures: bool = False


def section(
    title: str, *parts: object, beside: Sequence[object] = (), pictures: bool = False
) -> Section:
    """A headed part of the page; arguments as in `Section`."""
    return Section(title, parts, tuple(beside), pictures)


def page(
    title: str, lead: Iterable[object], sections: Iterable[Section], footer: object = ""
) -> str:
    """The whole page as text.

    Args:
        title: Its heading and the name of its window.
        lead: What stands before the first section.
        sections: The rest, which the contents list.
        footer: How it was made.
    """
    named = _anchored(sections)
    body = "\n".join(_section(anchor, part) for anchor, part in named)
    if '<figure class="curves' in body:
        lead = [*lead, Markup(f'<p class="note hint">{HOW_TO_READ}</p>')]
    names = ("page.css", "cursor.js", "slider.js", "enlarge.js", "contents.js")
    text = {name: _own(name) for name in names}
    return Template(_own("page.html")).substitute(
        title=escaped(title),
        style=style_sheet() + text["page.css"],
        contents="\n".join(
            f'<li><a href="#{anchor}">{escaped(part.title)}</a></li>' for anchor, part in named
        ),
        fold=text["contents.js"],
        lead=_all(lead),
        body=body,
        footer=escaped(footer),
        script=text["cursor.js"] + text["slider.js"] + text["enlarge.js"],
    )


def _own(name: str) -> str:
    return (files("spectral_film.pages") / name).read_text(encoding="utf-8")


def _all(parts: Iterable[object]) -> Markup:
    return Markup("\n".join(map(escaped, parts)))


def _anchored(sections: Iterable[Section]) -> list[tuple[str, Section]]:
    """Each with a name that a link can have: its title's words, told apart by a number."""
    named: dict[str, Section] = {}
    for part in sections:
        words = re.sub(r"[^a-z0-9]+", "-", part.title.lower()).strip("-")
        anchor, count = words, 1
        while anchor in named:
            count += 1
            anchor = f"{words}-{count}"
        named[anchor] = part
    return list(named.items())


def _section(anchor: str, part: Section) -> str:
    inside = f"<div>{_all(part.parts)}</div>"
    if part.beside:
        kind = "beside pictures" if part.pictures else "beside"
        inside = f'<div class="{kind}">{inside}<div>{_all(part.beside)}</div></div>'
    return (
        f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{escaped(part.title)}'
        f'<a class="anchor" href="#{anchor}" aria-label="Link to this section">#</a></h2>\n'
        f"{inside}</section>"
    )
