"""A strip of one picture: each frame is what render makes of the same light at fewer pixels."""

import json
from dataclasses import replace

import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture

from spectral_film import Scene, Settings, render
from spectral_film.files.strip import strip_of
from spectral_film.light.shrinking import shrunk

WIDTH, HEIGHT = 96, 64


@pytest.fixture
def light(tmp_path, rng):
    """Linear Rec.709, (y, x, 3), in `in.exr`."""
    pixels = rng.uniform(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    save_picture(tmp_path / "in.exr", pixels)
    return pixels


def frames_of(path, count, width):
    """The frames of a strip, codes of 8 or 16 bits as 0..1, and the words' rows beneath."""
    whole = OpenImageIO.ImageBuf(str(path)).get_pixels(OpenImageIO.FLOAT)
    gap = max(2, round(0.02 * width))
    height = round(HEIGHT * width / WIDTH)
    assert whole.shape[1] == gap + count * (width + gap)
    lefts = [gap + at * (width + gap) for at in range(count)]
    return [whole[gap : gap + height, left : left + width] for left in lefts], whole[
        2 * gap + height :
    ]


@pytest.mark.parametrize(
    ("words", "field", "values"),
    [
        (("--exposures", "-1.5,0,2"), "exposure", [-1.5, 0, 2]),
        (("--points", "19,25"), "printer_points", [(18, 19, 21.5), (24, 25, 27.5)]),
    ],
)
def test_each_frame_is_the_render_of_that_setting(command, light, tmp_path, words, field, values):
    (tmp_path / "look.toml").write_text(
        'recipe = 1\nprinter-points = [24, 25, 27.5]\nhalation = 2.0\nfilm = "portra-400"\n'
    )
    done = command(
        "wedge", "in.exr", "-o", "a.png", "--width", "48", "--recipe", "look.toml", *words
    )
    assert done.code == 0, done.stderr
    frames, _ = frames_of(tmp_path / "a.png", len(values), 48)
    scene = shrunk(Scene(planes=np.ascontiguousarray(np.moveaxis(light, -1, 0))), 48)
    plain = Settings(film="portra-400", halation=2.0, printer_points=(24, 25, 27.5))
    for frame, value in zip(frames, values, strict=True):
        settings = replace(plain, **{field: value})
        wanted = np.moveaxis(render(scene, settings, encode=True).planes, 0, -1)
        assert frame == pytest.approx(wanted, abs=0.5 / 65535 + 1e-6)  # 16 bits
    text = OpenImageIO.ImageBuf(str(tmp_path / "a.png")).spec().get_string_attribute
    said = json.loads(text("ImageDescription"))
    assert len(said["wedge"].split("; ")) == len(values)
    assert field not in said  # each frame has its own


def test_words_stand_under_each(command, light, tmp_path):
    assert command("wedge", "in.exr", "-o", "a.png").code == 0
    frames, beneath = frames_of(tmp_path / "a.png", 5, 96)  # no larger than it was
    assert len(frames) == 5
    for left in range(0, beneath.shape[1] - 96, 98):
        assert beneath[:, left : left + 96].max() > 0.5
    rows = [frame.mean() for frame in frames]
    assert rows == sorted(rows)  # more exposure of a negative is a lighter print


def test_strips_of_one_picture_hold_it():
    picture = np.random.default_rng(3).random((3, 20, 30)).astype(np.float32)
    strip = strip_of([picture], ["as it is"])
    np.testing.assert_array_equal(strip[:, 2:22, 2:32], picture)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--exposures", "1,1"), "--exposures is '1,1', expected 1 to 15 different numbers"),
        (("--exposures", "40"), "expected -30 to 30 stops"),
        (("--points", "25", "--exposures", "0"), "two strips"),
        (("--points", "25", "--film", "velvia-50"), "nothing is printed here; give --exposures"),
        (("--points", "500"), "expected -100 to 150"),
        (("--width", "9"), "--width is 9, expected 32 to 2048"),
        (("-o", "a.exr"), "a strip is a .png"),
        (("-o", "there.png"), "--overwrite"),
        (("--recipe", "to.toml"), "ends at the display"),
    ],
)
def test_what_makes_no_strip_is_one_sentence(command, light, tmp_path, words, said):
    (tmp_path / "there.png").write_text("kept")
    (tmp_path / "to.toml").write_text('recipe = 1\nto = "print"\n')
    done = command("wedge", "in.exr", *(() if "-o" in words else ("-o", "a.png")), *words)
    assert done.code == 2
    assert len(done.complaints) == 1
    assert said in done.stderr
    assert (tmp_path / "there.png").read_text() == "kept"
    assert not (tmp_path / "a.png").exists()


# Fewer pixels


@pytest.mark.parametrize(("columns", "rows", "width"), [(96, 64, 48), (97, 61, 40), (50, 3, 7)])
def test_no_light_is_lost(rng, columns, rows, width):
    planes = rng.uniform(0, 9, (3, rows, columns)).astype(np.float32)
    small = shrunk(Scene(planes=planes), width)
    assert small.size == (width, max(1, round(rows * width / columns)))
    assert small.display_size == small.size
    assert small.planes.mean(axis=(1, 2)) == pytest.approx(planes.mean(axis=(1, 2)), rel=1e-5)
    assert small.planes.min() >= planes.min() - 1e-6
    assert small.planes.max() <= planes.max() + 1e-6


def test_two_by_two_are_their_mean(rng):
    planes = rng.uniform(0, 1, (3, 8, 12)).astype(np.float32)
    blocks = planes.reshape(3, 4, 2, 6, 2).mean(axis=(2, 4))
    assert shrunk(Scene(planes=planes), 6).planes == pytest.approx(blocks, abs=1e-6)


def test_what_is_small_stays_as_it_is():
    scene = Scene(planes=np.ones((3, 4, 6), np.float32))
    assert shrunk(scene, 6) is scene


def test_what_covers_little_counts_little():
    planes = np.stack([np.array([[1.0, 5.0, 7.0, 7.0]], np.float32)] * 3)
    coverage = np.array([[1.0, 0.25, 0.0, 0.0]], np.float32)
    small = shrunk(Scene(planes=planes, coverage=coverage), 2)
    assert small.coverage == pytest.approx(np.array([[0.625, 0.0]]))
    assert small.planes[0] == pytest.approx(np.array([[(1 + 1.25) / 1.25, 0.0]]))


def test_a_window_within_its_display_stays_in_its_place():
    scene = Scene(planes=np.ones((3, 40, 60), np.float32), origin=(20, 10), display_size=(120, 80))
    small = shrunk(scene, 30)
    assert (small.origin, small.display_size) == ((10, 5), (60, 40))
