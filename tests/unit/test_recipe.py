"""Recipes: a text that makes the same pixels again, and says where it makes no sense."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture

from spectral_film import Settings
from spectral_film.emulsion.stocks import load_film, shipped_films
from spectral_film.errors import InputError
from spectral_film.path.recipe import KEYS, read_recipe, write_recipe

OTHERWISE = {
    "film": "double-x-5222",
    "print_film": "2302",
    "development": "9min",
    "print_development": "3min",
    "push": 1,
    "illuminant": "3200K",
    "filter": "25",
    "upsampling": "jakob-hanika",
    "exposure": -0.75,
    "ei": 320.0,
    "shutter": 10.0,
    "gate": "16mm",
    "backing": "none",
    "halation": 1.5,
    "scatter": False,
    "adjacency": "pde",
    "grain": "off",
    "grain_size": 1.25,
    "seed": 5207,
    "printer_points": (24.12345, 25.0, 26.5),
    "to": "print",
    "white": "lamp",
    "balance": "lad",
    "flare": 0.123456,
    "display": "P3-D65",
    "gamut": "clip",
    "fast": True,
}


@pytest.fixture
def told(tmp_path):
    """A recipe of these lines."""

    def write(*lines: str):
        path = tmp_path / "look.toml"
        path.write_text("\n".join(["recipe = 1", *lines]))
        return path

    return write


def pixels(path):
    return OpenImageIO.ImageBuf(str(path)).get_pixels(OpenImageIO.FLOAT)


def changed(source, target, **said):
    """A picture that says something else of itself."""
    picture = OpenImageIO.ImageBuf(source)
    provenance = json.loads(picture.spec().get_string_attribute("ImageDescription"))
    text = json.dumps(provenance | said)
    picture.specmod().attribute("ImageDescription", text)
    assert picture.write(target)


def test_every_setting_has_its_place_and_comes_back(tmp_path):
    assert {*OTHERWISE, "frame"} == {field.name for field in fields(Settings)}
    usual = Settings()
    assert all(value != getattr(usual, field) for field, value in OTHERWISE.items())
    path = tmp_path / "look.toml"
    path.write_text(write_recipe(OTHERWISE, {"film": "what it is " * 20}, "all of it"))
    assert read_recipe(path) == OTHERWISE
    assert max(map(len, path.read_text().splitlines())) <= 100


def test_what_is_printed_on_nothing_stays_so(tmp_path):
    path = tmp_path / "look.toml"
    path.write_text(write_recipe({"film": "velvia-50", "print_film": None}, {}, "a slide"))
    assert read_recipe(path) == {"film": "velvia-50", "print_film": None}


@pytest.mark.parametrize("kind", ["exr", "png", "tif"])
@pytest.mark.parametrize(
    "words",
    [
        ("--film", "portra-800", "--push", "1", "--exposure", "0.7", "--printer-points",
         "24.3,25,26.1", "--halation", "2", "--flare", "0.3"),
        ("--film", "double-x-5222", "--development", "9min", "--print-development", "3min",
         "--filter", "25", "--scatter", "off"),
        ("--film", "velvia-50", "--illuminant", "3200K", "--shutter", "10", "--white", "lamp"),
        ("--to", "negative", "--backing", "none", "--adjacency", "off", "--grain", "off"),
    ],
)  # fmt: skip
def test_the_recipe_of_a_picture_makes_its_pixels_again(command, tmp_path, kind, words):
    rng = np.random.default_rng(15)
    save_picture(tmp_path / "in.exr", rng.uniform(0, 1, (9, 16, 3)))
    assert command("render", "in.exr", f"a.{kind}", *words).code == 0
    assert command("recipe", f"a.{kind}", "-o", "look.toml").stdout == "look.toml\n"
    done = command("render", "in.exr", f"b.{kind}", "--recipe", "look.toml")
    assert done.code == 0, done.stderr
    np.testing.assert_array_equal(pixels(tmp_path / f"a.{kind}"), pixels(tmp_path / f"b.{kind}"))
    plain = command("render", "in.exr", f"c.{kind}")
    assert plain.code == 0
    assert not np.array_equal(pixels(tmp_path / f"a.{kind}"), pixels(tmp_path / f"c.{kind}"))


@pytest.mark.parametrize("film", sorted(shipped_films()))
def test_what_a_film_decides_by_itself_comes_back(command, grey, film):
    """Its index, gate, backing, light, print and flare stand in the recipe, and change nothing."""
    if load_film(film).role == "print":
        pytest.skip("nobody exposes it to a scene")
    assert command("render", grey, "a.exr", "--film", film).code == 0
    told = command("recipe", "a.exr", "-o", "look.toml")
    assert "write the name" not in told.stderr
    assert command("render", grey, "b.exr", "--recipe", "look.toml").code == 0
    np.testing.assert_array_equal(pixels("a.exr"), pixels("b.exr"))


def test_frames_of_a_recipe_are_those_of_its_options(command, tmp_path):
    save_picture(tmp_path / "in.0001.exr", np.full((4, 6, 3), 0.18))
    shot = ("render", "in.#.exr", "out.#.exr")
    assert command(*shot, "--film", "portra-400").code == 0
    assert command("recipe", "out.0001.exr", "-o", "look.toml").code == 0
    again = command(*shot, "--recipe", "look.toml", "--skip-existing")
    assert again.code == 0
    assert "left as it is" in again.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", "many"), ("printer_points", 3), ("exposure", 99.0), ("display", "sRBG")],
)
def test_a_header_that_somebody_changed_is_refused(command, grey, name, value):
    assert command("render", grey, "a.png").code == 0
    changed("a.png", "b.png", **{name: value})
    done = command("recipe", "b.png")
    assert done.code == 2
    assert "b.png: says of itself what no render does" in done.complaints[0]


def test_options_beside_it_win(command, told, grey):
    told("exposure = 2.0", "grain = false", 'print = "none"', 'film = "velvia-50"')
    assert command("render", grey, "a.exr", "--recipe", "look.toml", "--exposure", "0").code == 0
    words = ("--film", "velvia-50", "--print", "none", "--grain", "off")
    assert command("render", grey, "b.exr", *words).code == 0
    np.testing.assert_array_equal(pixels("a.exr"), pixels("b.exr"))


def test_files_lie_beside_the_recipe(command, tmp_path, grey):
    there = tmp_path / "looks"
    there.mkdir()
    (there / "lamp.csv").write_text("360,1\n780,3\n")
    (there / "look.toml").write_text('recipe = 1\nilluminant = "lamp.csv"\n')
    assert command("render", grey, "a.exr", "--recipe", "looks/look.toml").code == 0
    assert command("render", grey, "b.exr", "--illuminant", "looks/lamp.csv").code == 0
    np.testing.assert_array_equal(pixels("a.exr"), pixels("b.exr"))


def test_a_table_is_baked_by_it_as_by_options(command, told):
    told("exposure = 1.0", "printer-points = [27, 25, 25]", 'gate = "16mm"', 'grain = "net"')
    assert command("bake", "lut", "-o", "a.cube", "--size", "9", "--recipe", "look.toml").code == 0
    words = ("--exposure", "1", "--printer-points", "27,25,25")
    assert command("bake", "lut", "-o", "b.cube", "--size", "9", *words).code == 0
    assert Path("a.cube").read_text() == Path("b.cube").read_text()


def test_a_farm_takes_it_along(command, told, tmp_path):
    told("exposure = 1.0")
    save_picture(tmp_path / "in.0001.exr", np.full((4, 6, 3), 0.18))
    words = ("render", "in.#.exr", "out.#.exr", "--recipe", "look.toml")
    done = command("farm", "job.yaml", *words)
    assert done.code == 0, done.stderr
    job = (tmp_path / "job.yaml").read_text()
    assert "--recipe" in job
    assert "Recipe" in job


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("", "exposure = 99"), r"line 3: exposure is 99, expected -30 to 30 stops"),
        (("exposur = 1",), r"line 2: 'exposur' is no setting, did you mean exposure"),
        (('display = "sRBG"',), r"line 2: display 'sRBG' is unknown, did you mean sRGB"),
        (("frame = 3",), r"line 2: 'frame' is no setting"),
        (("printer-points = [25, 25]",), r"line 2: printer-points is .* expected three numbers"),
        (("scatter = 1",), r"line 2: scatter is 1, expected on or off"),
        (("exposure = true",), r"line 2: exposure is True, expected -30 to 30 stops"),
        (('exposure = "1"',), r"line 2: exposure is '1', expected -30 to 30 stops"),
        (("[film]", 'id = "2383"'), r"line 2: film is .* expected a name"),
        (("exposure = ", "ei = 100"), r"is no TOML: .*line 2"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(told, lines, said):
    with pytest.raises(InputError, match=said) as no:
        read_recipe(told(*lines))
    assert "look.toml: " in str(no.value)
    assert "\n" not in str(no.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exposure = 1", "says recipe = None, expected recipe = 1"),
        ("recipe = 2", "says recipe = 2, expected recipe = 1"),
        (b"\xff\xfe\x00", "cannot be read (not text)"),
    ],
)
def test_what_is_no_recipe_is_refused(tmp_path, command, grey, text, said):
    path = tmp_path / "look.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = command("render", grey, "a.exr", "--recipe", "look.toml")
    assert done.code == 2
    assert said in done.stderr
    assert len(done.complaints) == 1


def test_a_picture_of_somebody_else_has_none(command, grey, tmp_path):
    done = command("recipe", grey)
    assert done.code == 2
    assert "does not say how it was made" in done.stderr
    assert command("recipe", "nowhere.png").code == 2
    assert command("recipe", tmp_path).code == 2


def test_a_film_that_is_not_here_is_said(command, grey, tmp_path):
    assert command("render", grey, "a.png").code == 0
    changed("a.png", "b.png", film="mine (sha256 0123456789ab)")
    done = command("recipe", "b.png")
    assert done.code == 0
    assert 'film = "mine"' in done.stdout
    assert "write the name of its file into the recipe" in done.stderr


def test_keys_are_options_of_render(command):
    listed = command("render", "--help-all").stdout
    assert not [key for key in KEYS if f"--{key}" not in listed]
