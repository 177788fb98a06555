"""`make docs`: a site without warnings, whose links lead somewhere and which fetches nothing."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """What a page points to, what it fetches, and the names that can be pointed to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = {name: value for name, value in attrs if value}
        self.names |= {told[name] for name in ("id", "name") if name in told}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        elif tag == "link" and told.get("rel") not in ("search", "next", "prev", "index"):
            self.fetched.append(told["href"])
        elif tag in ("img", "script", "source", "iframe") and "src" in told:
            self.fetched.append(told["src"])


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-q", "-d", str(folder / "read"),
         str(ROOT / "docs"), str(folder / "out")],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


@pytest.mark.slow
def test_pages_are_there(site):
    for name, says in {
        "index": "Light of a scene falls on film",
        "first-steps": "A picture",
        "commands/render": "--printer-points",
        "commands/bake-lut": "--input-space",
        "physics": "Jakob and Hanika 2019",
        "references": "Jakob, Wenzel",
        "api/spectral_film": "perfect white",
        "api/reference.stages": "Pixel pitch along x and along y",
        "architecture": "How to add a host",
    }.items():
        assert says in (site / f"{name}.html").read_text(encoding="utf-8"), name


@pytest.mark.slow
def test_every_option_is_there(site):
    text = (site / "commands/render.html").read_text(encoding="utf-8")
    assert 'id="cmdoption-spectral-film-render-flare"' in text  # one that `--help` leaves out


@pytest.mark.slow
def test_nothing_is_fetched_from_elsewhere(pages):
    for path, page in pages.items():
        for address in page.fetched:
            assert urlsplit(address).scheme in ("", "data"), f"{path.name}: {address}"
    styles = {style for path in pages for style in path.parents[0].rglob("*.css")}
    for style in styles:
        assert "@import" not in style.read_text(encoding="utf-8"), style.name
        assert "url(http" not in style.read_text(encoding="utf-8"), style.name


@pytest.mark.slow
def test_links_lead_somewhere(site, pages):
    for path, page in pages.items():
        for address in (*page.links, *page.fetched):
            told = urlsplit(address)
            if told.scheme or not (told.path or told.fragment):
                continue
            target = (path.parent / unquote(told.path)).resolve() if told.path else path
            assert target.is_relative_to(site), f"{path.name}: {address}"
            assert target.exists(), f"{path.name}: {address}"
            if told.fragment and target in pages:
                there = pages[target].names
                assert unquote(told.fragment) in there, f"{path.name}: {address}"
