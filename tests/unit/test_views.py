"""Views undone: what was made for a screen comes back as the light it was made of."""

import re

import numpy as np
import OpenImageIO
import PyOpenColorIO
import pytest
from conftest import save_picture

from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import LINEAR_REC709, config, named_space
from spectral_film.files.pictures import read_scene
from spectral_film.files.views import is_for_a_screen, view_undone
from spectral_film.light.displays import DISPLAYS

# How a colourist's viewer shows scene light, by the config's own view: codes of sRGB.
VIEWS = {"ACES 2.0": "ACES 2.0 - SDR 100 nits (Rec.709)"}


def undone(name, light):
    pixels = np.array(light, np.float32).reshape(1, -1, 3)
    view_undone(name)(pixels)
    return pixels[0]


def shown(light):
    """Codes 0..1 of sRGB of scene light, linear Rec.709, by the ACES 2.0 view."""
    view = PyOpenColorIO.DisplayViewTransform(
        src=LINEAR_REC709, display="sRGB - Display", view=VIEWS["ACES 2.0"]
    )
    codes = np.array(light, np.float32).reshape(1, -1, 3)
    processor = config().getProcessor(view).getDefaultCPUProcessor()
    processor.apply(PyOpenColorIO.PackedImageDesc(codes, codes.shape[1], 1, 3))
    return codes


@pytest.fixture
def light(rng):
    """Greys from black to five stops over grey, and surfaces, which the screen can show."""
    greys = 0.18 * 2.0 ** np.linspace(-6, 5, 12)[:, None].repeat(3, 1)
    return np.concatenate([greys, rng.uniform(0.05, 0.7, (40, 3))])


def test_a_picture_of_an_aces_view_comes_back_as_its_scene(tmp_path, light):
    path = save_picture(tmp_path / "shown.exr", shown(light))
    scene = read_scene(path, input_space="sRGB", input_view=VIEWS["ACES 2.0"])
    back = scene.planes[:, 0].T
    # The view's own inverse, in float32 through a gamut table.
    np.testing.assert_allclose(back, light, rtol=5e-3, atol=1e-4)
    assert any("view ACES 2.0 is undone" in note for note in scene.notes)
    bent = read_scene(path, input_space="sRGB").planes[:, 0].T
    assert np.abs(np.log2(bent[:12] / light[:12])).max() > 1  # which is what is undone


def test_the_first_aces_is_undone_too(light):
    """Its transform is the same in both directions but for corners, which it clips."""
    forward = PyOpenColorIO.GroupTransform()
    forward.appendTransform(PyOpenColorIO.ColorSpaceTransform(LINEAR_REC709, "ACES2065-1"))
    style = "ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-VIDEO_1.0"
    forward.appendTransform(PyOpenColorIO.BuiltinTransform(style))
    to_srgb = np.eye(4)
    to_srgb[:3, :3] = np.linalg.inv(DISPLAYS["sRGB"].rgb_to_xyz())
    forward.appendTransform(PyOpenColorIO.MatrixTransform(to_srgb.ravel().tolist()))
    pixels = np.array(light, np.float32).reshape(1, -1, 3)
    processor = config().getProcessor(forward).getDefaultCPUProcessor()
    processor.apply(PyOpenColorIO.PackedImageDesc(pixels, pixels.shape[1], 1, 3))
    kept = (pixels[0] > 0.001).all(axis=1) & (pixels[0] < 0.99).all(axis=1)
    assert kept.sum() > 40
    np.testing.assert_allclose(undone("ACES 1.0", pixels)[kept], light[kept], rtol=0.02, atol=1e-3)


def test_the_camera_curve_is_its_equation():
    scene = 0.18 * 2.0 ** np.linspace(-8, 5, 60)
    raised = scene**1.7
    screen = raised / (raised + 0.18**1.7 * (1 - 0.18) / 0.18)
    back = undone("camera", screen[:, None].repeat(3, 1))
    np.testing.assert_allclose(back, scene[:, None].repeat(3, 1), rtol=2e-5)
    # A grey is a grey, contrast is taken off, and white is no sun.
    np.testing.assert_allclose(undone("camera", [0.18] * 3), 0.18, rtol=1e-6)
    two = undone("camera", [[0.17] * 3, [0.19] * 3])[:, 0]
    stops = np.log2(two[1] / two[0]) / np.log2(0.19 / 0.17)
    assert stops == pytest.approx(1 / (1.7 * (1 - 0.18)), rel=2e-3)
    white = undone("camera", [1.0] * 3)[0, 0]
    assert np.log2(white / 0.18) == pytest.approx(5.19, abs=0.01)
    assert undone("camera", [0.0, -1.0, 2.0])[0] == pytest.approx([0, 0, white], rel=1e-6)


@pytest.mark.parametrize("name", ["camera", "ACES 2.0", "ACES 1.0", "aces2.0", "Aces-1.0"])
def test_views_keep_order_and_greys(name):
    ramp = undone(name, np.linspace(0, 1, 65)[:, None].repeat(3, 1))
    assert (np.diff(ramp, axis=0) >= 0).all()
    np.testing.assert_allclose(ramp, ramp[:, 1:2].repeat(3, 1), rtol=2e-3, atol=1e-5)
    assert ramp[0].max() < 0.01 < 0.1 < ramp[24].mean() < ramp[-1].min()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ACES 3", "ACES 2.0"), ("ACES 2.0 - HDR 1000 nits", "camera"), ("camera raw", "camera"),
        ("kamera", "camera"), ("x", "camera, ACES 2.0"),
    ],
)  # fmt: skip
def test_an_unknown_view_is_one_sentence(name, meant):
    with pytest.raises(UsageError, match=rf"--input-view {re.escape(name)}.*{meant}"):
        view_undone(name)


def test_what_a_screen_shows_is_told_from_light_and_logs():
    assert is_for_a_screen(named_space("sRGB"))
    assert is_for_a_screen(named_space("Rec.709"))
    for other in ("linear-rec709", "ACEScg", "LogC4", "ACEScct", "S-Log3"):
        assert not is_for_a_screen(named_space(other)), other


def test_a_picture_of_8_bits_is_asked_after(tmp_path):
    codes = np.full((4, 6, 3), 0.46)
    eight = save_picture(tmp_path / "a.png", codes, number="uint8")
    (note,) = [n for n in read_scene(eight).notes if "--input-view" in n]
    assert "its contrast comes twice" in note
    assert not [n for n in read_scene(eight, input_view="camera").notes if "twice" in n]
    for name, number in (("b.png", "uint16"), ("c.exr", "half")):
        path = save_picture(tmp_path / name, codes, number=number)
        assert not [n for n in read_scene(path).notes if "--input-view" in n]
    asked = read_scene(eight, input_space="LogC3")
    assert not [n for n in asked.notes if "--input-view" in n]


def test_render_undoes_a_view(command, tmp_path):
    light = np.full((1, 24, 3), 0.18) * 2.0 ** np.linspace(-3, 3, 24)[None, :, None]
    pixels = light.astype(np.float32)
    save_picture(tmp_path / "scene.exr", light)
    codes = shown(pixels)
    save_picture(tmp_path / "shown.exr", codes)
    quick = ("--gate", "2x1", "--grain", "off", "--halation", "off", "--scatter", "off",
             "--adjacency", "off", "--to", "exposure")  # fmt: skip
    given = ("--input-space", "sRGB", "--input-view", "ACES 2.0")
    assert command("render", "scene.exr", "one.exr", *quick).code == 0
    done = command("render", "shown.exr", "two.exr", *given, *quick)
    assert done.code == 0, done.stderr
    assert "ACES 2.0 is undone" in done.stderr
    one, two = (
        OpenImageIO.ImageBuf(str(tmp_path / f"{name}.exr")).get_pixels(OpenImageIO.FLOAT)
        for name in ("one", "two")
    )
    np.testing.assert_allclose(two, one, rtol=5e-3)
    refused = command("render", "scene.exr", "x.exr", "--input-view", "film")
    assert refused.code == 2
    assert "no such view" in refused.complaints[0]
