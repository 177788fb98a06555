"""What `show` draws and says, and the instruments it reads with."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from spectral_film.device.device import open_device
from spectral_film.emulsion.description import describe
from spectral_film.emulsion.stocks import load_film, shipped_films
from spectral_film.errors import OutputError
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.mtf_bench import sine_response
from spectral_film.lab.stock_drawing import draw

STOCKS = ("vision3-250d", "2383")


@pytest.mark.parametrize("stock", STOCKS)
def test_every_table_is_said_with_unit_origin_and_source(stock):
    said = "\n".join(describe(load_film(stock)))
    with h5py.File(shipped_films()[stock]) as file:
        tables: list[h5py.Dataset] = []
        file.visititems(lambda _, x: tables.append(x) if isinstance(x, h5py.Dataset) else None)
        for table in tables:
            name = table.name.lstrip("/")
            assert (name.rsplit("/", 1)[0] if name.startswith("published/") else name) in said
            assert f"{table.attrs['origin']}: {table.attrs['source']}" in said
            if not name.startswith("published/"):
                assert f"{name}  [{table.attrs['unit']}]" in said


def test_coarse_sine_target_is_read_as_it_is():
    # A period of 2 mm: neither light nor inhibitor gets far along it, halation 0.6 % at most.
    darkroom = Darkroom(device=open_device(), film=load_film("vision3-250d"))
    response = sine_response(darkroom, np.array([0.5]))
    assert response == pytest.approx(np.ones((3, 1)), abs=0.006)


@pytest.mark.parametrize("stock", STOCKS)
def test_drawing_is_repeatable(stock, tmp_path):
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    for path in (first, second):
        draw(open_device(), load_film(stock), path)
    assert first.read_bytes() == second.read_bytes()
    assert load_film(stock).name in first.read_text().replace("<!--", "").replace("-->", "")


def test_drawing_overwrites_nothing(tmp_path):
    there = tmp_path / "2383.png"
    there.write_bytes(b"mine")
    with pytest.raises(OutputError, match="--overwrite"):
        draw(open_device(), load_film("2383"), there)
    assert there.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [there]


@pytest.mark.parametrize(
    ("name", "error"), [("a.jpg", OutputError), ("a", OutputError), ("no/such/a.png", OutputError)]
)
def test_drawing_says_what_it_cannot_write(name, error, tmp_path):
    with pytest.raises(error):
        draw(open_device(), load_film("2383"), tmp_path / name)


def test_drawing_needs_no_screen_and_no_pyplot(tmp_path):
    script = (
        "import sys; from pathlib import Path; from spectral_film import open_device, load_film\n"
        "from spectral_film.lab.stock_drawing import draw\n"
        "draw(open_device(), load_film('2383'), Path('a.png'))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
