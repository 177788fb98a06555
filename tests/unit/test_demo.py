"""The demo leaves a picture, its negative and a page that needs nothing else."""

import numpy as np
import OpenImageIO
import pytest
from reading_pages import by_the_house

from spectral_film.app.demo_chapters import CHAPTERS, shots
from spectral_film.app.demo_page import FILES, PAGE, make_demo
from spectral_film.device.device import open_device
from spectral_film.errors import OutputError


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "out"
    make_demo(folder, open_device())
    return folder


def test_page_shows_every_stage_and_needs_nothing_else(demo):
    page = by_the_house((demo / PAGE).read_text(encoding="utf-8"))
    titles = ["Scene", *(chapter.title for chapter in CHAPTERS), "How it was made"]
    assert [heading["id"] for heading in page.all("h2")] == [
        title.lower().replace(" ", "-") for title in titles
    ]
    assert {img["alt"] for img in page.all("img")} >= {shot.caption for shot in shots()}
    assert page.all("input")  # pairs to slide over each other
    assert {file.name for file in demo.iterdir()} == {PAGE, *FILES}


def test_grey_patch_is_read_where_it_lies(demo):
    """Neutral 5 of the chart reflects 0.198 (BabelColor); the window lights it with some 0.9."""
    page = by_the_house((demo / PAGE).read_text(encoding="utf-8"))
    text = " ".join(page.prose.split())
    exposure = text.partition("The grey patch, lux s:")[2].split()[:6]
    assert exposure[::2] == ["R", "G", "B"]
    # An 18 % grey under white light of 1 gets 12.5 / 250 lux s.
    wanted = 0.198 * 0.9 / 0.18 * 12.5 / 250
    assert [float(value) for value in exposure[1::2]] == pytest.approx([wanted] * 3, rel=0.2)


def test_folder_is_small(demo):
    # What a mail takes. Grain is what no form of picture makes smaller.
    assert sum(file.stat().st_size for file in demo.iterdir()) < 5e6


def test_page_says_what_made_it(demo):
    text = (demo / PAGE).read_text(encoding="utf-8")
    for fact in (open_device().name, "vision3-250d (sha256 ", "2383 (sha256 ", "lux\u202fs"):
        assert fact in text


def test_negative_is_the_print_upside_down(demo):
    def luminance(name: str) -> np.ndarray:
        pixels = OpenImageIO.ImageBuf(str(demo / name)).get_pixels(OpenImageIO.FLOAT)
        return pixels[::8, ::8, :3].mean(axis=-1).ravel()

    order = np.corrcoef(luminance("picture.png"), luminance("negative.png"))[0, 1]
    assert order < -0.5


def test_nothing_is_overwritten_unasked(demo):
    before = {file.name: file.read_bytes() for file in demo.iterdir()}
    with pytest.raises(OutputError, match="--overwrite"):
        make_demo(demo, open_device())
    assert {file.name: file.read_bytes() for file in demo.iterdir()} == before


def test_same_pictures_again_and_other_files_left_alone(demo):
    before = {name: (demo / name).read_bytes() for name in FILES}
    (demo / "notes.txt").write_text("mine")
    make_demo(demo, open_device(), overwrite=True)
    assert (demo / "notes.txt").read_text() == "mine"
    assert {name: (demo / name).read_bytes() for name in FILES} == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputError, match="taken"):
        make_demo(tmp_path / "taken", open_device())
