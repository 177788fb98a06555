"""The project explains itself: what is cited is in the repository, and links lead somewhere."""

import re
import subprocess
from pathlib import Path

import pytest

from spectral_film.emulsion.frame import Frame
from spectral_film.path.pipeline import Pipeline
from spectral_film.path.settings import Settings

ROOT = Path(__file__).parents[2]
PHYSICS, BIBLIOGRAPHY = ROOT / "docs/physics.md", ROOT / "docs/references.bib"
TEXT = {".py", ".cl", ".md", ".toml", ".csv", ".html", ".bib", ".yaml"}

# Notes that some of the code was written beside. Nobody who has only the repository can read them.
# Some have the names of constants: those only as they were cited, with a page or a paragraph.
ELSEWHERE = re.compile(
    r"\b(PHYSICS|INTEROP|FACTS)\b|\b(LIMITS|GRAIN|SPEED|HOUSE)(\.md| [A-Z]?\d| [A-Za-z]\b)"
)
# A citation ends with its sentence; several sections stand with commas between.
CITATION = re.compile(r"docs/physics\.md, ([^.;:)*`\"]+)")
LINE_BREAK = re.compile(r"\s*\n\s*(?:#|//)?\s*")


def texts() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [
        path for path in paths if path.suffix in TEXT and path.is_file() and path != Path(__file__)
    ]


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)


def anchor(heading: str) -> str:
    """The name a heading has in a link, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_nothing_is_cited_that_is_not_in_the_repository():
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in texts()
        for line in path.read_text(encoding="utf-8").splitlines()
        if ELSEWHERE.search(line)
    ]
    assert not found


def test_every_section_that_code_cites_is_there():
    there = headings(PHYSICS)
    for path in texts():
        for cited in CITATION.findall(LINE_BREAK.sub(" ", path.read_text(encoding="utf-8"))):
            for section in cited.split(", "):
                assert section.strip() in there, f"{path.name}: {section}"


def test_headings_can_be_cited():
    # The characters that end a citation, or part two of them.
    assert not [heading for heading in headings(PHYSICS) if set(heading) & set(',.;:)*`"')]
    assert len(set(headings(PHYSICS))) == len(headings(PHYSICS))


def test_sources_are_in_the_bibliography_and_all_of_them_are_cited():
    known = re.findall(r"^@\w+\{([^,]+),$", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.M)
    assert len(set(known)) == len(known)
    pages = [page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")]
    groups = [group for page in pages for group in re.findall(r"\[(@[^\]]+)\]", page)]
    cited = {key.strip().removeprefix("@") for group in groups for key in group.split(";")}
    assert cited == set(known)


PAGES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_links_of_the_pages_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, section = target.partition("#")
        there = path.parent / name if name else path
        assert there.exists(), target
        if section:
            assert section in map(anchor, headings(there)), target


def test_the_site_has_a_place_for_every_page():
    contents = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    placed = re.findall(r"^(?:.*<)?([\w/-]+)>?$", contents, re.M)
    pages = {page.stem for page in ROOT.glob("docs/*.md")} - {"index"}
    assert pages | {"references", "commands/index"} <= set(placed)


def test_the_architecture_shows_the_path_as_it_is():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    pipeline = Pipeline(settings=Settings(), frame=Frame(24.89, 4096))
    for name, stage in pipeline.steps:
        takes, gives = (
            ", ".join(signal.name for signal in signals.values())
            for signals in (stage.takes, stage.gives)
        )
        reach = f"{stage.reach_um:.0f} " if stage.reach_um else ""
        assert f"| {name} | {takes} | {gives} | {reach}|" in page, name
