"""What every page of the project promises its readers, whoever made it."""

import re
from collections.abc import Collection
from html.parser import HTMLParser

VOID = {"meta", "img", "input", "br", "link"}


class Page(HTMLParser):
    """A page taken apart; a tag that is not closed where it was opened is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []  # the element it stands in, and the text
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def prose(self) -> str:
        """What is read: neither style, script nor what is given to the letter."""
        return " ".join(text for tag, text in self.texts if tag not in ("style", "script", "code"))


def by_the_house(text: str, beside: Collection[str] = ()) -> Page:
    """The page, which keeps every promise that all pages make.

    Args:
        text: The page.
        beside: Names of the files that lie beside it, which it may link to.
    """
    page = Page(text)
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))

    # It opens offline: whatever it names lies within it. Names of XML are no addresses.
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "poster", "action"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:image/")) or target in beside, target
            if target.startswith("#") and target != "#":
                assert target[1:] in ids, target
    plain = re.sub(
        r'xmlns="[^"]*"|data:image/\w+;base64,[\w+/=]*|"http://www.w3.org/2000/svg"', "", text
    )
    for foreign in ("http:", "https:", "@import", "<link", "file:"):
        assert foreign not in plain
    assert "default-src 'none'" in text

    # Contents lead to every section, and headings stand in order.
    assert len(page.all("h1")) == 1
    headings = [attributes["id"] for attributes in page.all("h2")]
    contents = [a["href"] for a in page.all("a") if a.get("class") is None]
    assert [f"#{anchor}" for anchor in headings] == contents
    assert len(headings) >= 2

    # Both colour schemes, and paper.
    for wanted in ("color-scheme: light dark", "prefers-color-scheme: dark", "@media print"):
        assert wanted in text

    # Whoever does not see it is told what it shows; nothing moves while it loads.
    for img in page.all("img"):
        assert img["alt"]
        assert int(img["width"] or 0) > 0
        assert int(img["height"] or 0) > 0
    for element in (*page.all("svg"), *page.all("input")):
        assert element["aria-label"]
    for data in page.all("data"):
        assert data.get("class") == "along" or data["data-curve"] in ids

    # Numbers and units as they are printed.
    for wrong in (
        r"[-\u2212]0(\.0*)?(?![\d.])",
        r"\bum\b",
        r"(?<![\w)\]])-\d",
        r"\d%",
        r"\de[+-]\d",
    ):
        found = re.search(rf".{{0,30}}{wrong}.{{0,30}}", page.prose)
        assert not found, found
    return page
