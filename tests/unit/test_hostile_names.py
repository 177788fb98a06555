"""A film whose name is printable and yet means something in every format that quotes it."""

import shutil
import xml.etree.ElementTree as Xml

import h5py
import PyOpenColorIO
import pytest

from spectral_film.emulsion.stocks import shipped_films

NAME = r"""a "b" {c} [exit] $d \ <e>&amp;</Description> --> */ # %s 'f' é"""


@pytest.fixture
def named(tmp_path):
    path = tmp_path / "named.h5"
    shutil.copy(shipped_films()["vision3-250d"], path)
    with h5py.File(path, "r+") as file:
        file.attrs["name"] = file.attrs["source"] = file.attrs["maker"] = NAME
    return path


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".cube", ".clf", ".csp", ".spi3d"])
def test_tables_are_read_whatever_their_film_is_called(command, named, tmp_path, suffix):
    for film, target in ((named.name, f"a{suffix}"), ("vision3-250d", f"b{suffix}")):
        done = command("bake", "lut", "-o", target, "--size", "9", "--film", film)
        assert done.code == 0, done.stderr
    config = PyOpenColorIO.Config.CreateRaw()
    played = []
    for name in "ab":
        file = PyOpenColorIO.FileTransform(str(tmp_path / f"{name}{suffix}"))
        cpu = config.getProcessor(file).getDefaultCPUProcessor()
        played.append([cpu.applyRGB([x, x / 2, 1 - x]) for x in (0.1, 0.4, 0.7)])
    assert played[0] == played[1]  # the name moves nothing


def test_pages_and_drawings_hold_it_as_text(command, named, tmp_path):
    assert command("show", named.name, "-o", "a.svg").code == 0
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<e>" not in drawn
    assert "&lt;e&gt;" in drawn
    assert NAME in "".join(Xml.fromstring(drawn).itertext())


def test_what_is_said_of_it_is_a_line(command, named):
    done = command("show", named.name)
    assert done.code == 0
    assert done.stdout.splitlines()[0] == f"{NAME} (vision3-250d), negative"
