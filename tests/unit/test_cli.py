"""The command line from outside: results on stdout, the rest on stderr, exit codes as promised."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from spectral_film.device.device import open_device
from spectral_film.emulsion.stocks import shipped_films

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from spectral_film.app.main import main; main()")


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def photo(tmp_path) -> Path:
    """A grey ramp of 64 x 48, linear, with one bright lamp."""
    pixels = np.geomspace(0.002, 4, 64, dtype=np.float32)[None, :, None].repeat(48, 0).repeat(3, 2)
    pixels[20:24, 30:34] = [200, 150, 60]
    path = tmp_path / "photo.exr"
    OpenImageIO.ImageBuf(np.ascontiguousarray(pixels)).write(str(path))
    return path


def test_help_lists_every_command(tmp_path):
    said = run("--help", cwd=tmp_path)
    assert said.returncode == 0
    for command in ("render", "demo", "show", "films", "devices"):
        assert command in said.stdout


def test_films_on_stdout(tmp_path):
    said = run("films", cwd=tmp_path)
    assert said.returncode == 0
    assert [line.split()[0] for line in said.stdout.splitlines()] == sorted(shipped_films())
    assert said.stderr == ""


def test_devices_mark_the_one_that_would_run(tmp_path):
    said = run("devices", cwd=tmp_path)
    assert said.returncode == 0
    (chosen,) = [line for line in said.stdout.splitlines() if line.startswith("* ")]
    assert open_device().opencl.name.strip() in chosen


def test_render_writes_a_picture_and_says_where(photo, tmp_path):
    said = run("render", photo.name, "print.png", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert said.stdout == "print.png\n"
    assert open_device().name in said.stderr
    assert "published curve" in said.stderr
    assert OpenImageIO.ImageInput.open(str(tmp_path / "print.png")).spec().width == 64
    assert {file.name for file in tmp_path.iterdir()} == {"photo.exr", "print.png"}


def test_same_command_same_bytes(photo, tmp_path):
    for name in ("a.exr", "b.exr"):
        assert run("render", photo.name, name, "--to", "negative", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.exr").read_bytes() == (tmp_path / "b.exr").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--film", "velvia"), "velvia"),
        (("--print", "vision3-250d"), "print"),
        (("--film", "2383"), "camera film"),
        (("--illuminant", "candlelight9"), "candlelight9"),
        (("--gate", "huge"), "huge"),
        (("--gate", "0x0"), "0x0"),
        (("--backing", "velvet"), "velvet"),
        (("--exposure", "nan"), "exposure"),
        (("--ei", "-3"), "ei"),
        (("--shutter", "1/0"), "1/0"),
        (("--crop", "60,0,10,10"), "60,0,10,10"),
        (("--crop", "1,2,3"), "1,2,3"),
        (("--halation", "maybe"), "maybe"),
        (("--grain", "coarse"), "coarse"),
        (("--printer-points", "25,25"), "25,25"),
        (("--to", "paper"), "paper"),
        (("--print", "none", "--to", "print"), "--to print"),
        (("--white", "paper"), "paper"),
        (("--display", "CRT"), "CRT"),
        (("--bits", "9"), "9"),
        (("--no-such-option",), "--no-such-option"),
    ],
)
def test_a_senseless_option_is_one_sentence_and_exit_2(photo, command, tmp_path, arguments, named):
    said = command("render", photo.name, "out.exr", *arguments)
    assert said.code == 2, said.stderr
    assert said.stdout == ""
    lines = [line for line in said.stderr.splitlines() if "error: " in line]
    assert len(lines) == 1
    assert named in lines[0]
    assert "Traceback" not in said.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"photo.exr"}


def test_a_senseless_command_ends_its_process_with_2(tmp_path):
    for arguments in (("render", "no.exr", "out.exr", "--ei", "-3"), ("--no-such-option",)):
        said = run(*arguments, cwd=tmp_path)
        assert said.returncode == 2, said.stderr
        assert said.stdout == ""
        assert "error: " in said.stderr
        assert "Traceback" not in said.stderr
        assert not list(tmp_path.iterdir())


def test_unknown_device_is_exit_3(photo, tmp_path):
    said = run("render", photo.name, "out.exr", "--device", "abacus", cwd=tmp_path)
    assert said.returncode == 3
    assert "abacus" in said.stderr
    assert not (tmp_path / "out.exr").exists()


def test_traceback_on_demand_and_anywhere(tmp_path):
    for arguments in (("--traceback", "show", "velvia"), ("show", "velvia", "--traceback")):
        said = run(*arguments, cwd=tmp_path)
        assert said.returncode != 0
        assert "Traceback" in said.stderr


def test_existing_output_stays(photo, command, tmp_path):
    (tmp_path / "out.png").write_bytes(b"mine")
    said = command("render", photo.name, "out.png")
    assert said.code == 2
    assert "--overwrite" in said.stderr
    assert (tmp_path / "out.png").read_bytes() == b"mine"
    assert command("render", photo.name, "out.png", "--overwrite").code == 0
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_show_prints_numbers_and_draws(command, tmp_path):
    said = command("show", "2383")
    assert said.code == 0, said.stderr
    assert re.search(r"lad/aim_density .*\n +1\.09 +1\.06 +1\.03", said.stdout)
    assert [file.name for file in tmp_path.iterdir()] == ["2383.png"]
    assert command("show", "2383").code == 2
