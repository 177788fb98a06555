"""Accounts whose home cannot be written: kernels are kept elsewhere, and that is said."""

import os
import subprocess
import sys

import pytest

from spectral_film.device import caches

# Nobody, root included, makes a folder there.
NOWHERE = "/proc/1/nowhere"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")


def rendered(tmp_path, **changed):
    kept = {
        name: value for name, value in os.environ.items() if name not in (caches.HOME, caches.POCL)
    }
    return subprocess.run(
        [sys.executable, "-c", "from spectral_film.app.main import main; main()", "render",
         "grey.exr", "print.png"],
        cwd=tmp_path, env={**kept, "TMPDIR": str(tmp_path), **changed}, text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "changed", [{"HOME": NOWHERE}, {caches.HOME: NOWHERE}, {caches.POCL: NOWHERE}]
)
def test_a_render_needs_no_home(tmp_path, grey, changed):
    del grey  # is rendered
    done = rendered(tmp_path, **changed)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "print.png").is_file()
    (note,) = [line for line in done.stderr.splitlines() if "cannot be written" in line]
    assert NOWHERE in note
    assert str(tmp_path) in note
    (folder,) = tmp_path.glob("spectral-film-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert any((folder / "pocl").iterdir())


def test_a_folder_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(caches.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(caches.tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"spectral-film-{os.getuid()}").symlink_to(tmp_path)
    other = caches._temporary.__wrapped__()
    assert other.parent == tmp_path
    assert other.name != f"spectral-film-{os.getuid()}"
    assert other.stat().st_mode & 0o777 == 0o700


def test_a_home_that_can_be_written_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv(caches.HOME, str(tmp_path / "cache"))
    monkeypatch.delenv(caches.POCL, raising=False)
    monkeypatch.setattr(caches, "_moved_from", [])
    caches.settle_caches()
    assert os.environ[caches.HOME] == str(tmp_path / "cache")
    assert caches.POCL not in os.environ
    assert caches.note_on_caches() is None
