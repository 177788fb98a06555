"""The demo leaves a picture, its negative and a page that needs nothing else."""

from html.parser import HTMLParser

import numpy as np
import OpenImageIO
import pytest

from spectral_film.app.demo_page import PAGE, SHOTS, make_demo
from spectral_film.device.device import open_device
from spectral_film.errors import OutputError


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.targets += [value for name, value in attributes if name in ("src", "href")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "out"
    make_demo(folder, open_device())
    return folder


def test_page_links_to_what_is_there_and_to_nothing_else(demo):
    page = Links((demo / PAGE).read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert {shot.file for shot in SHOTS} == set(page.targets)
    for target in page.targets:
        assert (demo / target).is_file(), target


def test_folder_is_small(demo):
    # What a mail takes, and what a slow connection shows at once.
    assert sum(file.stat().st_size for file in demo.iterdir()) < 3e6


def test_page_says_what_made_it(demo):
    text = (demo / PAGE).read_text(encoding="utf-8")
    assert "$" not in text  # every place is filled
    for fact in (open_device().name, "vision3-250d (sha256 ", "2383 (sha256 ", "lux s"):
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
    before = {shot.file: (demo / shot.file).read_bytes() for shot in SHOTS}
    (demo / "notes.txt").write_text("mine")
    make_demo(demo, open_device(), overwrite=True)
    assert (demo / "notes.txt").read_text() == "mine"
    assert {shot.file: (demo / shot.file).read_bytes() for shot in SHOTS} == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputError, match="taken"):
        make_demo(tmp_path / "taken", open_device())
