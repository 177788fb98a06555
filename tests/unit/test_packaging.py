"""What is installed finds its parts from anywhere, starts quickly and drags nothing along."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = {"jax", "colour", "matplotlib"}
RENDER = """
import json, sys
import numpy as np
import spectral_film
picture = spectral_film.render(np.full((4, 6, 3), 0.18, np.float32)).image
print(json.dumps([list(picture.shape), sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def python(*arguments: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess:
    environment = dict(os.environ, PYTHONPATH=str(path)) if path else None
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this checkout, built from a copy: a build leaves its rests behind."""
    folder = tmp_path_factory.mktemp("wheel")
    rests = shutil.ignore_patterns(".*", "build", "*.egg-info", "demo-out", "__pycache__")
    shutil.copytree(ROOT, folder / "source", ignore=rests)
    built = python(
        "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder),
        str(folder / "source"), cwd=folder,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return next(folder.glob("spectral_film-*.whl"))


@pytest.mark.slow
def test_wheel_carries_every_asset_and_kernel(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    kernels = {
        p.relative_to(ROOT).as_posix()
        for folder in ("spectral_film/stages", "bake")
        for p in (ROOT / folder).glob("*.cl")
    }
    assets = {
        f"spectral_film/assets/{p.relative_to(ROOT / 'assets').as_posix()}"
        for p in (ROOT / "assets").rglob("*") if p.suffix == ".h5"
    }  # fmt: skip
    sheets = {p.relative_to(ROOT).as_posix() for p in (ROOT / "reference/sheets").rglob("*.*ml")}
    modules = {
        p.relative_to(ROOT).as_posix()
        for package in ("spectral_film", "reference", "bake")
        for p in (ROOT / package).rglob("*.py")
    }
    assert len(assets) >= 5
    pages = {
        p.relative_to(ROOT).as_posix()
        for p in (ROOT / "spectral_film/pages").iterdir() if p.is_file()
    }  # fmt: skip
    wanted = kernels | assets | sheets | modules | pages
    assert wanted | {"reference/fit/assumed.toml"} <= inside


@pytest.mark.slow
def test_installed_wheel_renders_from_any_folder(wheel, tmp_path):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = python("-c", "import spectral_film; print(spectral_film.__file__)\n" + RENDER,
                 cwd=elsewhere, path=site)  # fmt: skip
    assert run.returncode == 0, run.stderr
    where, result = run.stdout.splitlines()
    assert Path(where).is_relative_to(site)
    assert json.loads(result)[0] == [4, 6, 3]


def test_render_path_imports_nothing_heavy(tmp_path):
    run = python("-c", RENDER, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert not set(json.loads(run.stdout)[1]) & HEAVY


def test_help_imports_no_numerics(tmp_path):
    # Half a second is the promise; a clock on a busy machine proves little, what is loaded does.
    # typer and rich take 0.15 s, numpy alone as much again.
    run = python(
        "-c",
        "import sys; sys.argv[1:] = ['--help']\n"
        "from spectral_film.app.main import main\n"
        "try: main()\n"
        "finally: print(*sorted(sys.modules), file=sys.stderr)",
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    assert "render" in run.stdout
    loaded = {name.partition(".")[0] for name in run.stderr.split()}
    assert not loaded & (HEAVY | {"numpy", "scipy", "h5py", "pyopencl", "OpenImageIO"})


@pytest.mark.slow
def test_help_answers_within_half_a_second(tmp_path):
    def seconds() -> float:
        run = python(
            "-c",
            "import time; start = time.process_time()\n"
            "import sys; sys.argv[1:] = ['--help']\n"
            "from spectral_film.app.main import main\n"
            "try: main()\n"
            "finally: print(time.process_time() - start, file=sys.stderr)",
            cwd=tmp_path,
        )
        return float(run.stderr)

    assert min(seconds() for _ in range(3)) < 0.5  # of the processor, so that load does not count
