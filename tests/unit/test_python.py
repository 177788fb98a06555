"""From Python: what goes in, what comes out, and what is said when it makes no sense."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import OpenImageIO
import pytest

import spectral_film as sf
from spectral_film.errors import InputError, SpectralGridError, UsageError
from spectral_film.light.spectra import WAVELENGTH, illuminant, measured_light
from spectral_film.path.rendering import scene_of_array

GREY = np.full((4, 6, 3), 0.18, np.float32)
EXPOSURE = {"to": "exposure", "halation": False, "scatter": False, "adjacency": False}


# Arrays


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "int64"])
def test_codes_are_no_light(dtype):
    for image in (np.full((4, 4, 3), 90, dtype), np.ones((4, 4, 3), dtype)):
        with pytest.raises(InputError, match="holds codes") as refused:
            sf.render(image)
        assert f"image / {np.iinfo(dtype).max}" in str(refused.value)
        assert "read_scene" in str(refused.value)


def test_the_way_out_of_codes_that_the_sentence_names():
    image = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 256, 3)
    with pytest.raises(InputError) as refused:
        scene_of_array(image)
    recipe = str(refused.value).partition("c = image / 255, ")[2].partition(", linear codes")[0]
    light = eval(recipe, {"np": np, "c": image / 255})
    # IEC 61966-2-1: code 55 is 3.8 %, 188 is half of the light, the ends are the ends.
    np.testing.assert_allclose(light[0, [0, 55, 188, 255], 0], [0, 0.0382, 0.5029, 1], atol=1e-4)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4"])
def test_floats_are_light(dtype):
    planes = scene_of_array(GREY.astype(dtype)).planes
    assert planes.dtype == np.float32
    np.testing.assert_allclose(planes, 0.18, rtol=1e-3)


# Lights


def table_of(name):
    return np.stack([WAVELENGTH, illuminant(name)], axis=1)


def test_a_light_as_an_array_is_the_light_of_that_name(device):
    named = sf.render(GREY, sf.Settings(illuminant="3200K", **EXPOSURE), device=device)
    for light in (illuminant("3200K"), table_of("3200K"), table_of("3200K")[::-1].tolist()):
        done = sf.render(GREY, sf.Settings(illuminant=light, **EXPOSURE), device=device)
        np.testing.assert_array_equal(done.planes, named.planes)
    # Tungsten on a daylight film: of equal luminance, and red.
    assert named.planes[0].mean() > 2 * named.planes[2].mean()
    assert "sha256" in done.metadata["illuminant"]
    assert named.metadata["illuminant"] == "3200K"


def test_a_line_of_a_table_lies_where_it_says():
    light = measured_light([[700, 0], [550, 1], [400, 0], [500, 0], [600, 0]])
    np.testing.assert_allclose(
        light.power, np.clip(1 - abs(WAVELENGTH - 550) / 50, 0, None), atol=1e-12
    )


def test_settings_with_a_light_are_equal_by_content():
    one, same, other = (sf.Settings(illuminant=table_of(n)) for n in ("D55", "D55", "D56"))
    assert one == same != other
    assert len({one, same, other}) == 2
    assert replace(one, exposure=1).illuminant == same.illuminant
    with pytest.raises(ValueError, match="read-only"):
        one.illuminant.power[0] = 1


def test_the_light_that_was_given_may_change_afterwards():
    given = illuminant("D55").copy()
    settings = sf.Settings(illuminant=given)
    given[:] = 0
    assert settings == sf.Settings(illuminant=illuminant("D55"))


@pytest.mark.parametrize(
    ("light", "error", "match"),
    [
        (np.ones(10), InputError, r"shape \(10,\); expected power at the 85"),
        (3, InputError, "table"),
        ([["a", "b"]], InputError, "table"),
        ([[400, 1], [700, -1]], InputError, "power of 0 or more"),
        ([[400, 1], [np.nan, 1]], InputError, "finite"),
        ([[400, 1], [400, 2], [700, 1]], InputError, "comes twice"),
        ([[450, 1], [700, 1]], SpectralGridError, "450 to 700 nm"),
        ([[400, 0], [700, 0]], SpectralGridError, "black"),
    ],
)
def test_lights_that_are_none(light, error, match):
    with pytest.raises(error, match=match):
        sf.Settings(illuminant=light)


def test_a_pack_wants_a_light_by_name(tmp_path):
    recipe = sf.bake.Recipe(settings=sf.Settings(illuminant=illuminant("D55"), display="Rec.709"))
    with pytest.raises(UsageError, match="write the light as a CSV"):
        sf.bake.bake_pack(recipe, tmp_path / "pack", sf.bake.Grid(("super35",), (2048,), 33), None)


# Settings


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"exposure": "1"}, "--exposure is '1', expected -30 to 30"),
        ({"exposure": True}, "--exposure is True"),
        ({"ei": "250"}, "--ei is '250'"),
        ({"shutter": None}, "--shutter is None"),
        ({"halation": "off"}, "--halation is 'off'"),
        ({"scatter": 0}, "--scatter is 0"),
        ({"adjacency": "of"}, "on, off or pde"),
        ({"fast": "yes"}, "--fast"),
        ({"seed": 0.5}, "whole number"),
        ({"printer_points": 25}, "three numbers"),
        ({"printer_points": "25,25,25"}, "three numbers"),
        ({"printer_points": (25, 25)}, "three numbers"),
        ({"printer_points": ("a", 25, 25)}, "--printer-points is 'a'"),
        ({"to": "negativ"}, "did you mean negative;"),
        ({"display": "rec709"}, "did you mean Rec.709;"),
        ({"white": None}, "--white None"),
        ({"gate": "supr35"}, "did you mean super35"),
        ({"film": 5207}, "--film is 5207"),
        ({"print_film": False}, "--print is False"),
        ({"backing": True}, "--backing is True"),
    ],
)
def test_settings_are_checked_when_they_are_made(wrong, named):
    with pytest.raises(UsageError) as refused:
        sf.Settings(**wrong)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_numbers_of_any_make_are_numbers():
    settings = sf.Settings(exposure=np.float32(1), seed=np.int64(2), printer_points=[25, 24, 26],
                           halation=np.bool_(False))  # fmt: skip
    assert hash(settings) == hash(sf.Settings(exposure=1, seed=2, printer_points=(25, 24, 26),
                                              halation=False))  # fmt: skip


def test_a_film_nearly_named():
    with pytest.raises(UsageError, match="did you mean vision3-250d"):
        sf.load_film("Vision3-250")


# What a rendering says of itself


@pytest.fixture
def rendered(device):
    return lambda **settings: sf.render(GREY, sf.Settings(**settings), device=device)


def shown(rendering, tmp_path):
    (tmp_path / "shown.png").write_bytes(rendering._repr_png_())
    return OpenImageIO.ImageBuf(str(tmp_path / "shown.png")).get_pixels(OpenImageIO.FLOAT)[..., :3]


def test_a_rendering_is_a_line(rendered):
    line = repr(rendered(to="negative"))
    assert line.count("\n") == 0
    assert len(line) < 300
    for word in ("negative", "6 x 4", "status M", "+0.00 stops", "0.00% above"):
        assert word in line


def test_a_scene_is_a_line():
    cube = np.zeros((31, 4, 6), np.float32)
    scene = sf.Scene(planes=cube, kind="radiance", wavelength_nm=np.linspace(400, 700, 31))
    assert repr(scene) == "<Scene: radiance, 6 x 4, 31 bands of 400 to 700 nm>"
    assert repr(scene_of_array(GREY)) == "<Scene: rgb, 6 x 4>"


def test_a_notebook_shows_the_picture(rendered, device, tmp_path):
    codes = sf.render(GREY, device=device, encode=True).image
    np.testing.assert_allclose(shown(rendered(), tmp_path), codes, atol=0.6 / 255)
    # Another display shows the same colours: an sRGB code of it all the same.
    wide = sf.render(GREY, sf.Settings(display="P3-D65"), device=device, encode=True)
    np.testing.assert_allclose(shown(wide, tmp_path), codes, atol=0.6 / 255)


def test_a_notebook_shows_what_a_density_lets_through(rendered, tmp_path):
    negative = rendered(to="negative")
    light = 10.0**-negative.image
    codes = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)
    np.testing.assert_allclose(shown(negative, tmp_path), codes, atol=0.6 / 255)


@pytest.mark.parametrize("display", ["P3-DCI", "ACEScg"])
def test_a_notebook_shows_greys_of_any_white_as_greys(device, tmp_path, display):
    grey = np.full((4, 4, 3), 0.18, np.float32)  # prints neutral to the eye of the default
    picture = shown(sf.render(grey, sf.Settings(display=display), device=device), tmp_path)
    assert np.ptp(picture, axis=-1).max() < 1.5 / 255  # a code of 8 bits, for rounding


def test_what_is_no_picture_is_a_line(rendered):
    assert rendered(to="exposure")._repr_png_() is None


def test_a_preview_is_small(device, tmp_path):
    image = np.full((3, 2000, 3), 0.18, np.float32)
    image[:, :1000] = 0
    done = sf.render(image, sf.Settings(halation=False, scatter=False), device=device)
    picture = shown(done, tmp_path)
    assert picture.shape == (1, 500, 3)
    assert picture[0, 100].max() < 0.1 < 0.3 < picture[0, 400].min()


# Numbers that are no reflectances


@pytest.mark.parametrize(
    ("level", "kind", "warned"),
    [(0.18, "reflectance", False), (1.2, "reflectance", False), (18, "reflectance", True),
     (1800, "reflectance", True), (45, "radiance", False)],
)  # fmt: skip
def test_reflectances_far_above_a_white_are_named(device, level, kind, warned):
    cube = np.full((7, 20, 20), level, np.float32)
    cube[:, :1, :10] = 100  # a glint
    scene = sf.Scene(planes=cube, kind=kind, wavelength_nm=np.linspace(400, 700, 7))
    notes = [n for n in sf.render(scene, sf.Settings(**EXPOSURE), device=device).notes
             if "tenth of the reflectances" in n]  # fmt: skip
    assert len(notes) == warned
    assert not warned or f"above {level:g}," in notes[0]


# What is reached


def test_the_house_from_its_door():
    code = """
import sys
import spectral_film as sf
assert "numpy" not in sys.modules
assert set(dir(sf)) == set(sf.__all__)
for name in sf.__all__:
    getattr(sf, name)
assert sf.lab.measure and sf.lab.Darkroom
assert sf.bake.bake_lut and sf.bake.bake_pack and sf.bake.Recipe and sf.bake.Player
try:
    sf.bakery
except AttributeError as missing:
    assert "bakery" in str(missing)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
