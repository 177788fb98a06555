"""Tables of photographers: HaldCLUTs and .3dl, read by hand and by OpenColorIO."""

import re
from pathlib import Path

import numpy as np
import OpenImageIO
import PyOpenColorIO
import pytest

from bake.colour_path import ColourPath
from bake.hald import hald_pixels
from bake.lattice import Lattice, positions
from bake.recipe import Recipe
from bake.table_files import ocio_play
from spectral_film import Settings, open_device

OPTIONS = ("--input-space", "sRGB", "--display", "sRGB")


@pytest.fixture(scope="module")
def engine() -> ColourPath:
    recipe = Recipe(settings=Settings(display="sRGB"), input_space="sRGB")
    return ColourPath(recipe, open_device())


def test_a_table_of_nothing_is_the_identity_as_others_draw_it():
    """ImageMagick's `hald:5`: red by the pixel, then green, then blue, row by row."""
    size, side = 25, 125
    pixels = hald_pixels(Lattice(positions(size).reshape(size, size, size, 3)))
    assert pixels.shape == (side, side, 3)
    number = np.arange(side * side)
    wanted = np.stack([number % size, number // size % size, number // size**2], axis=-1)
    np.testing.assert_array_equal(
        pixels.reshape(-1, 3), np.rint(65535 * wanted / (size - 1)).astype(int)
    )


def by_hand(path: Path, codes: np.ndarray) -> np.ndarray:
    """A HaldCLUT by the nearest of its pixels, for colours that lie on its nodes."""
    picture = OpenImageIO.ImageBuf(str(path))
    assert picture.spec().format == OpenImageIO.UINT16
    nodes = round(picture.spec().width ** (2 / 3))
    r, g, b = np.rint(codes.T * (nodes - 1)).astype(int)
    return picture.get_pixels(OpenImageIO.FLOAT).reshape(-1, 3)[r + nodes * (g + nodes * b)]


def test_a_hald_shows_the_film(command, tmp_path, engine):
    done = command("bake", "lut", "-o", "look.png", "--size", 25, *OPTIONS)
    assert done.code == 0, done.stderr
    path = tmp_path / "look.png"
    on_nodes = np.random.default_rng(1).integers(0, 25, (3000, 3)).astype(np.float32) / 24
    apart = engine.difference(engine.film(on_nodes), by_hand(path, on_nodes))
    # Nodes are solved for what lies between them, and so are off where they stand.
    assert apart.mean() < 0.1
    said = OpenImageIO.ImageBuf(str(path)).spec()["ImageDescription"]
    assert "in: sRGB" in said
    assert "grey sits at 0.4614" in said  # .18 by IEC 61966-2-1
    assert "error, trilinear, photograph" in said
    chunks = re.findall(rb"iCCP|gAMA|cHRM", path.read_bytes()[:2000])
    assert not chunks  # a profile would have a host convert what is no picture


def test_a_3dl_is_read_with_its_twelve_bits(command, tmp_path, engine):
    done = command("bake", "lut", "-o", "look.3dl", "--size", 17, *OPTIONS)
    assert done.code == 0, done.stderr
    text = (tmp_path / "look.3dl").read_text()
    assert "# in: sRGB" in text
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    values = np.array([row.split() for row in rows if len(row.split()) == 3], int)
    assert values.shape == (17**3, 3)
    assert 0 <= values.min() < values.max() <= 4095
    play = ocio_play(
        PyOpenColorIO.FileTransform(
            str(tmp_path / "look.3dl"), interpolation=PyOpenColorIO.INTERP_TETRAHEDRAL
        )
    )
    codes = np.random.default_rng(2).random((4000, 3), np.float32)
    apart = engine.difference(engine.film(codes), play(codes))
    header = re.search(r"tetrahedral, whole cube: CIEDE2000 mean ([\d.]+)", text)
    assert apart.mean() == pytest.approx(float(header[1]), abs=0.02)  # 12 bits add so much at most


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "look.png", "--size", "33"], r"--size is 33, and a HaldCLUT takes one of 25, 36"),
        (["-o", "look.png", "--input-space", "ACEScg"], r"is linear; give --input-space ACEScct"),
        (["-o", "look.3dl", "--form", "lmt"], r"\.3dl holds 0 to 1, and a look has codes beyond"),
    ],
)
def test_what_no_picture_holds_is_refused(command, tmp_path, arguments, said):
    done = command("bake", "lut", *arguments)
    assert done.code == 2
    assert len(done.complaints) == 1
    assert re.search(said, done.stderr), done.stderr
    assert not list(tmp_path.iterdir())
