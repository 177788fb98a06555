"""references.bib as a page, and every `[@key]` as a link to its entry there.

The file is the page, so that the link to it that a reader follows on GitHub leads somewhere here.
Of BibTeX it reads what the file is written in: a field a line or more, accents, no macros.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.parsers import Parser
from sphinx.transforms import SphinxTransform

FILE = Path(__file__).parents[1] / "references.bib"
SECTION = re.compile(r"^% (.+)\n\n(?=@)", re.M)
ENTRY = re.compile(r"^@\w+\{([^,]+),\n(.*?)^\}$", re.M | re.S)
FIELD = re.compile(r"^\s+(\w+)\s*=\s*\{(.*?)\},?$", re.M | re.S)
CITATION = re.compile(r"\[(@[^\]]+)\]")

ORDER = (
    "journal", "booktitle", "edition", "volume", "publisher", "institution", "number", "pages",
    "year", "note",
)  # fmt: skip
ACCENTS = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "c": "\u0327"}
ACCENT = re.compile(r"""\\(["'`^~]|c(?=\{))\s*\{?\\?(\w)\}?""")
ADDRESS = re.compile(r"\\url\{([^}]*)\}")


class Source(NamedTuple):
    """An entry: its fields as text, and the names of its authors, who may be a body."""

    key: str
    fields: dict[str, str]
    people: list[str]

    @property
    def label(self) -> str:
        """How a sentence calls it: people and year, else the number of a standard, else a title."""
        if self.people:
            surnames = [name.partition(",")[0] for name in self.people]
            who = " and ".join(surnames) if len(surnames) < 3 else f"{surnames[0]} et al."
            return f"{who} {self.fields.get('year', '')}".strip()
        number = self.fields.get("number")
        if number is None:
            return self.fields["title"]
        return number if number[0].isalpha() else f"{self.body} {number}"

    @property
    def body(self) -> str:
        """Who published it, where that is no person."""
        return self.fields.get("author", self.fields.get("institution", ""))

    def parts(self) -> list[str]:
        """What stands behind author and title, but what the label says already."""
        fields = dict(self.fields)
        if "journal" in fields:
            issue = f"({fields.pop('number')})" if "number" in fields else ""
            fields["journal"] += f" {fields.pop('volume', '')}{issue}"
        if "booktitle" in fields:
            fields["booktitle"] = f"in {fields['booktitle']}"
        if "edition" in fields:
            fields["edition"] += " edition"
        if "pages" in fields:
            fields["pages"] = f"p. {fields['pages']}"
        told = [fields[name].strip() for name in ORDER if name in fields]
        return [part for part in told if part not in self.label or part.isdecimal()]


def plain(tex: str) -> str:
    """Text as it is printed."""
    accented = ACCENT.sub(lambda m: unicodedata.normalize("NFC", m[2] + ACCENTS[m[1]]), tex)
    text = re.sub(r"[{}]|\\(?=%|&)", "", accented)
    return " ".join(text.replace("---", "\u2014").replace("--", "\u2013").split())


def source(key: str, body: str) -> Source:
    """An entry."""
    fields = dict(FIELD.findall(body))
    author = fields.get("author", "")
    people = (
        [] if author.startswith("{") else [plain(name) for name in author.split(" and ") if name]
    )
    address = ADDRESS.search(body)
    told = {name: plain(text) for name, text in fields.items() if name != "howpublished"}
    return Source(key, told | ({"address": address[1]} if address else {}), people)


@cache
def sources() -> dict[str, Source]:
    """All of the file, by key."""
    return {key: source(key, body) for key, body in ENTRY.findall(FILE.read_text("utf-8"))}


class Bibliography(Parser):
    """The page."""

    supported = ("bibliography",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """A section for each comment of the file that stands over entries."""
        page = nodes.section("", nodes.title("", "Sources"), ids=["sources"], names=["sources"])
        document += page
        _, *titled = SECTION.split(inputstring)
        for title, text in zip(titled[::2], titled[1::2], strict=True):
            name = nodes.make_id(title)
            part = nodes.section("", nodes.title("", title), ids=[name], names=[name])
            page += part
            for key, body in ENTRY.findall(text):
                part += self._entry(source(key, body), document)

    def _entry(self, told: Source, document: nodes.document) -> nodes.definition_list:
        term = nodes.term("", "", nodes.strong("", told.label), names=[told.key])
        document.note_explicit_target(term)
        who = "; ".join(told.people) or told.body
        text = nodes.paragraph()
        text += nodes.Text(f"{who.rstrip('.')}. " if who else "")
        text += nodes.emphasis("", told.fields["title"])
        text += nodes.Text("".join(f", {part}" for part in told.parts()) + ".")
        if address := told.fields.get("address"):
            text += [nodes.Text(" "), nodes.reference("", address, refuri=address)]
        item = nodes.definition_list_item("", term, nodes.definition("", text))
        return nodes.definition_list("", item, classes=["sources"])


class Citations(SphinxTransform):
    """`[@one; @two]` becomes [One 1901; Two 1902], each a link."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """In all text but code."""
        for text in list(self.document.findall(nodes.Text)):
            if "[@" in text and not isinstance(text.parent, nodes.literal | nodes.literal_block):
                text.parent.replace(text, list(self._pieces(text.astext())))

    def _pieces(self, text: str) -> list[nodes.Node]:
        plain_text, *cited = CITATION.split(text)
        pieces: list[nodes.Node] = [nodes.Text(plain_text)]
        for keys, after in zip(cited[::2], cited[1::2], strict=True):
            for number, key in enumerate(keys.split(";")):
                pieces += [nodes.Text("; " if number else "["), self._link(key.strip()[1:])]
            pieces.append(nodes.Text("]" + after))
        return pieces

    def _link(self, key: str) -> nodes.Node:
        label = sources()[key].label
        where = {"refdomain": "std", "reftype": "ref", "reftarget": key, "refexplicit": True}
        return addnodes.pending_xref("", nodes.inline("", label), refdoc=self.env.docname, **where)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_source_suffix(".bib", "bibliography")
    app.add_source_parser(Bibliography)
    app.add_transform(Citations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
