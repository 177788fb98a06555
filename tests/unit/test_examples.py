"""Every example of the README and the documents runs, as a reader would paste it: page by page.

An example is a line of a shell, or a block of Python. Pictures are small, and what takes long by
the number of its colours or directions takes fewer of them; options are as the pages have them.
"""

import io
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from conftest import save_picture
from synthetic_dng import write_dng
from typer.main import get_command

from spectral_film.app import main as cli
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.lights import light

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in ROOT.glob("docs/*.md"))]

# Lines that are not run, and why. Whatever else a page has in ```bash, is.
INSTALLS = "installs from the network"
SERVES = "stays until Ctrl-C; tests/unit/test_studio.py talks to one"
CLUSTER = "needs a cluster; tests/unit/test_cluster.py has one"
NOT_RUN = {
    "make demo": INSTALLS,
    "make test": "this is it",
    "pip install .": INSTALLS,
    "pip install '.[fit]'": INSTALLS,
    "pip install 'spectral-film[cluster]'": INSTALLS,
    "pip install 'spectral-film[raw]'": INSTALLS,
    ".venv/bin/pip install -c constraints.txt '.[studio]'": INSTALLS,
    "spectral-film studio": SERVES,
    "spectral-film studio photo.exr": SERVES,
    "spectral-film studio photo.exr --recipe look.toml": SERVES,
    "spectral-film studio cube.hdr --no-browser --port 8765": SERVES,
    "spectral-film render shot.####.exr print.####.exr --scheduler tcp://HOST:8786": CLUSTER,
    "dask scheduler": CLUSTER,
    "dask worker tcp://HOST:8786 --nthreads 2 --memory-limit 0": CLUSTER,
    "openjd run job.yaml": "a hundred frames; tests/unit/test_farm_job.py runs a shorter job",
    "spectral-film fit reference/sheets/vision3-250d -o mine.h5 --chart chart.csv "
    "--report mine.html": "two minutes; tests/unit/test_fit_chart.py fits to charts",
    "ffmpeg -framerate 24 -start_number 1001 -i print.%04d.png -pix_fmt yuv420p -crf 16 "
    "print.mp4": "another program, which may not be there",
    "python -m reference.grain.battery boolean gaussian scripts.measure_grain:FAST "
    "scripts.measure_grain:NET": "an hour; tests/unit/test_grain_battery.py runs a short one",
}

# Lines that take half a minute and stand on several pages, and what they make: run on one of them.
PACK = "spectral-film bake pack -o film-pack"
LONG = {PACK: "film-pack", "spectral-film metamerism -o report.html": "report.html"}
PLAYS_A_PACK = {"docs/farm.md", "docs/shots.md"}  # which it takes for given

SHOWN = {"text", "toml"}  # and not run
DIRECTIVE = re.compile(r"\{[\w-]+\}")
COMMENT = re.compile(r"(^|\s)#\s.*")
FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.M | re.S)

# Where the work is in the number of them.
FEWER = {
    "bake.lut.COLOURS_OF_A_KIND": 3000,
    "bake.lut.JUDGED_OF_A_KIND": 1000,
    "bake.lut.COLOURS_OF_A_NODE": 2,
    "bake.stage_tables.COLOURS_OF_A_KIND": 2000,
    "bake.stage_tables.JUDGED_OF_A_KIND": 500,
    "bake.stage_tables.COLOURS_OF_A_NODE": 2,
    "spectral_film.metamerism.chart_mismatch.DIRECTIONS": 4,
    "spectral_film.metamerism.maps.FOLDS": 2,
}


class Example(NamedTuple):
    """A line of a shell, without its comment, or a block of Python."""

    kind: str
    text: str


class Read(NamedTuple):
    """What a page leaves behind: files, names of Python, what its Python printed."""

    folder: Path
    names: dict[str, Any]
    printed: str


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of all that a page has between fences."""
    return FENCE.findall((ROOT / page).read_text(encoding="utf-8"))


def examples(page: str) -> Iterator[Example]:
    for language, text in blocks(page):
        if language == "python":
            yield Example(language, text)
        if language == "bash":
            for line in text.replace("\\\n", " ").splitlines():
                if command := " ".join(COMMENT.sub("", line).split()):
                    yield Example(language, command)


def provide(folder: Path) -> None:
    """The files that pages take for given."""
    rng = np.random.default_rng(1)
    picture = np.clip(rng.gamma(1.0, 0.3, (40, 64, 3)), 0, 20)
    for name in ("photo.exr", "other.exr", "shot.exr"):
        save_picture(folder / name, picture)
    frame = save_picture(folder / "shot.1001.exr", picture)
    for number in range(1002, 1101):
        shutil.copy(frame, folder / f"shot.{number}.exr")
    write_dng(folder / "DSC_0001.NEF", np.full((32, 48, 3), 0.1))
    power = light("LED-B5").power
    rows = [f"{nm:g},{value:.6g}\n" for nm, value in zip(WAVELENGTH, power, strict=True)]
    (folder / "panel.csv").write_text("".join(rows))
    (folder / "reference").symlink_to(ROOT / "reference")


def carry_out(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a line in this process; what stands behind `||` is for those that end with 1."""
    wanted, alternative, _ = line.partition(" || ")
    program, *words = shlex.split(wanted)
    assert program == "spectral-film", "neither run nor in NOT_RUN"
    monkeypatch.setattr("sys.argv", [program, *words])
    said = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(said), pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code in ((0, 1) if alternative else (0, None)), said.getvalue()


class Reader:
    """Runs a page once, in a folder of its own."""

    def __init__(self, new_folder: Callable[[str], Path]) -> None:
        self._new_folder = new_folder
        self._read: dict[str, Read] = {}
        self._made: dict[str, Path] = {}  # what lines of LONG made

    def __call__(self, page: str) -> Read:
        if page not in self._read:
            self._read[page] = self._run(page, self._new_folder(Path(page).stem))
        return self._read[page]

    def _run(self, page: str, folder: Path) -> Read:
        provide(folder)
        names: dict[str, Any] = {}
        printed = io.StringIO()
        with pytest.MonkeyPatch.context() as monkeypatch:
            for name, number in FEWER.items():
                monkeypatch.setattr(name, number)
            monkeypatch.chdir(folder)
            if page in PLAYS_A_PACK:
                self._carry_out(PACK, folder, monkeypatch)
            for kind, text in examples(page):
                if kind == "python":
                    with redirect_stdout(printed):
                        exec(compile(text, page, "exec"), names)
                elif text not in NOT_RUN:
                    self._carry_out(text, folder, monkeypatch)
        return Read(folder, names, printed.getvalue())

    def _carry_out(self, line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        if line in self._made:
            (folder / LONG[line]).symlink_to(self._made[line])
        else:
            carry_out(line, monkeypatch)
        if line in LONG:
            self._made.setdefault(line, folder / LONG[line])


@pytest.fixture(scope="module")
def read(tmp_path_factory) -> Reader:
    return Reader(tmp_path_factory.mktemp)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if any(examples(page))])
def test_examples_run(page, read):
    read(page)


def test_every_block_says_what_it_is():
    known = {"bash", "python", *SHOWN}
    for page in [*PAGES, "CONTRIBUTING.md"]:
        for language, text in blocks(page):
            assert language in known or DIRECTIVE.fullmatch(language), f"{page}: {text}"


def test_no_reason_is_stale():
    lines = {text for page in PAGES for kind, text in examples(page) if kind == "bash"}
    assert set(NOT_RUN) <= lines


@pytest.mark.slow
def test_python_of_the_readme_gives_what_it_says(read):
    names = read("README.md").names
    picture, warm = names["picture"], names["warm"].image
    assert picture.shape == names["density"].shape == (270, 480, 3)
    assert picture.min() > 0
    assert names["response"].shape == (3, 3)
    # Under a warm light a grey is warm, and what reflects red alone redder.
    assert warm[20, 20, 0] > warm[20, 20, 2]
    assert warm[135, 240, 0] > 2 * warm[135, 240, 1]
    assert "LUT_3D_SIZE 17" in (read("README.md").folder / "logc4.cube").read_text()


@pytest.mark.slow
def test_python_of_the_page_on_baking_gives_what_it_says(read):
    page = read("docs/baking.md")
    assert page.names["worst"].statistic.p99 > 0
    head = (page.folder / "logc4.cube").read_text()[:400]
    assert "in: ARRI LogC4" in head
    assert "+0.5 stops" in head


@pytest.mark.slow
def test_python_of_the_page_on_metamerism_gives_what_it_says(read):
    said = read("docs/metamerism.md").printed.split()
    assert said[0].startswith("0.66")  # as the page has it
    assert said[1].startswith("79.")  # Rf of LED-B5, as its table has it


def test_sheet_of_the_page_on_stocks_is_that_of_the_stock():
    (text,) = (t for kind, t in blocks("docs/how-a-stock-is-made.md") if kind == "toml")
    kept = tomllib.loads((ROOT / "reference/sheets/vision3-250d/sheet.toml").read_text("utf-8"))
    assert set(tomllib.loads(text)) <= set(kept)


def commands(group: Any) -> Iterator[Any]:
    yield group
    for command in getattr(group, "commands", {}).values():
        yield from commands(command)


def test_options_that_pages_speak_of_are_there():
    parameters = [p for command in commands(get_command(cli.app)) for p in command.params]
    known = {name for p in parameters for name in (*p.opts, *p.secondary_opts)} | {"--help"}
    known |= {"--memory-limit"}  # of Dask
    for page in PAGES:
        text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
        lines = [line for line in NOT_RUN if line.startswith("spectral-film")]
        for code in [*lines, *re.findall(r"`((?:spectral-film|--)[^`]+)`", text)]:
            assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", code)) <= known, f"{page}: {code}"
