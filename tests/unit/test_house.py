"""The rules of the house that no reader sees broken: who imports whom, and what git carries."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = sorted((ROOT / "spectral_film").rglob("*.py"))
SOURCES = [
    *ENGINE, *sorted((ROOT / "reference").rglob("*.py")), *sorted((ROOT / "bake").rglob("*.py")),
]  # fmt: skip

# What each folder may see of this project beside itself: each looks downwards only.
MAY_IMPORT = {
    "spectral_film/errors.py": set(),
    "spectral_film/version.py": set(),
    "spectral_film/lazy.py": set(),
    "spectral_film/unfinished.py": {"errors"},
    "spectral_film/text_files.py": {"errors"},
    "spectral_film/light": {"text_files", "errors"},
    "spectral_film/emulsion": {"light", "errors"},
    "spectral_film/grain": {"emulsion", "light", "errors"},
    "spectral_film/device": {"errors"},
    "spectral_film/blur": {"device", "emulsion", "errors"},
    "spectral_film/stages": {"blur", "device", "grain", "emulsion", "light", "errors"},
    "spectral_film/files": {"light", "text_files", "errors", "unfinished"},
    "spectral_film/path": {
        "files", "stages", "blur", "device", "grain", "emulsion", "light", "errors", "version",
        "text_files",
    },
    "spectral_film/shot": {"files", "errors", "version"},
    "spectral_film/pages": {"errors", "unfinished"},
    "spectral_film/lab": {
        "path", "pages", "stages", "blur", "device", "grain", "emulsion", "light", "errors",
        "version", "lazy",
    },
    "spectral_film/metamerism": {
        "path", "pages", "stages", "device", "emulsion", "light", "errors", "version", "lazy",
        "unfinished",
    },
    "spectral_film/studio": {
        "metamerism.image", "pages.palette", "path", "shot.numbering", "files", "stages", "device",
        "emulsion", "light", "errors", "version",
    },
    "reference": {
        "reference", "grain", "light", "emulsion", "errors", "lab.neutral", "lab.stated",
        "lab.tolerances", "pages", "stages.signals", "text_files", "unfinished",
    },
}  # fmt: skip


def imports(path: Path) -> list[str]:
    """Dotted names that a module imports, wherever in it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def allowed(path: Path) -> set[str] | None:
    """What a module may import; None for those at the top, which may see everything."""
    relative = path.relative_to(ROOT).as_posix()
    for folder, may in MAY_IMPORT.items():
        if relative.startswith(folder):
            return may | {folder.removeprefix("spectral_film/")}
    return None


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if allowed(path) is not None],
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_imports_point_one_way(path):
    may = allowed(path)
    assert may is not None
    for name in imports(path):
        package, _, inner = name.partition(".")
        if package == "reference":
            assert "reference" in may, f"{name}: the engine does not know its reference"
        elif package == "spectral_film" and inner:
            assert any(inner == ok or inner.startswith(ok + ".") for ok in may), name


@pytest.mark.parametrize(
    "path",
    # The command line joins them: it hands `fit` and `bake` on.
    [path for path in ENGINE if path.parent.name != "app"],
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_engine_knows_neither_its_reference_nor_its_baking(path):
    foreign = {"jax", "jaxtyping", "equinox", "optimistix", "colour", "reference", "bake"}
    if "metamerism" in path.parts:  # its lights are rated as everybody's, by colour-science
        foreign.remove("colour")
    assert not {name.partition(".")[0] for name in imports(path)} & foreign


def test_every_kernel_stands_beside_its_stage_and_its_reference():
    for kernel in (ROOT / "spectral_film/stages").glob("*.cl"):
        if kernel.stem != "common":
            assert kernel.with_suffix(".py").exists(), kernel.name
            assert (ROOT / "reference/stages" / f"{kernel.stem}.py").exists(), kernel.name


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_nothing_large_is_in_git():
    # 2 MB: what a clone may be asked to carry for one file for ever.
    heavy = [path.name for path in tracked() if path.stat().st_size > 2e6]
    assert not heavy


def test_no_two_files_of_tests_share_a_name():
    # pytest imports them by their bare names: of two, the second is an error in collecting.
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert not [name for name, count in names.items() if count > 1]


def test_no_package_index_is_named():
    # Whoever installs chooses where from; a host or a local folder in here would choose for them.
    option = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|file:///", re.I)
    for path in tracked():
        if path.suffix in (".toml", ".txt", ".yaml", ".cfg", "") and path.name != "LICENSE":
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not option.search(text), path.name


def test_pins_name_no_place_and_cover_what_we_ask_for():
    pins = [
        line for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]  # fmt: skip
    for pin in pins:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][\w.!+]*( ;.*)?", pin), pin
    pinned = {pin.partition("==")[0].lower().replace("_", "-") for pin in pins}
    asked = re.findall(r'^ +"([A-Za-z0-9_.-]+)>=', (ROOT / "pyproject.toml").read_text(), re.M)
    assert {name.lower().replace("_", "-") for name in asked} <= pinned
