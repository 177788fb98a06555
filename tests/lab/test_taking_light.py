"""The meter, the light and the colour space: what reaches the layers."""

import subprocess
import sys

import colour
import numpy as np
import OpenImageIO
import pytest
from instruments import GREY, STOP, log_exposure_of_grey, neutral, patch, radiance, read

from spectral_film import Scene, Settings
from spectral_film.files.pictures import read_scene
from spectral_film.light.spectra import equal_luminance, illuminant

SPECTRAL_FILM = [sys.executable, "-c", "from spectral_film.app.main import main; main()"]
COLOURS = np.array(  # linear Rec.709: a skin, a leaf, a sky, a brick, a grey, a lit yellow
    [
        [0.42, 0.23, 0.17],
        [0.05, 0.12, 0.03],
        [0.15, 0.28, 0.60],
        [0.30, 0.06, 0.04],
        [0.18, 0.18, 0.18],
        [0.95, 0.80, 0.10],
    ]
)


@pytest.fixture
def grey():
    return neutral(np.full((2, 2), GREY))


@pytest.mark.parametrize("ei", [64, 250, 500])
def test_the_meter_puts_a_grey_card_at_12_5_over_the_index(grey, ei):
    # float32 sums of 85 products.
    assert patch(grey, to="exposure", ei=ei) == pytest.approx(12.5 / ei, rel=1e-5)


@pytest.mark.parametrize(
    ("light", "shift"),
    [("D55", (0, 0, 0)), ("A", (0.22, -0.07, -0.46)), ("D65", (-0.04, 0.01, 0.09))],
)
@pytest.mark.parametrize("kind", ["reflectance", "radiance", "rgb"])
def test_a_grey_card_under_another_light_at_equal_luminance(light, shift, kind):
    """Daylight film under tungsten: red over, blue a stop and a half under."""
    card = {
        "reflectance": neutral(np.full((2, 2), GREY)),
        "radiance": radiance(GREY * equal_luminance(illuminant(light)), (2, 2)),
        "rgb": Scene(planes=np.full((3, 2, 2), GREY, np.float32)),
    }[kind]
    exposure = patch(card, to="exposure", illuminant=light)
    # docs/physics.md, Exposure; rounded there to .01.
    found = np.log10(exposure) - log_exposure_of_grey()
    assert found == pytest.approx(shift, abs=0.01 if light != "D55" else 1e-5)


@pytest.mark.parametrize("factor", [1e-3, 0.5, 7.0, 1e4])
def test_k_times_the_light_is_log_k_in_exposure(factor):
    planes = COLOURS.T[:, None, :].astype(np.float32)
    one = read(Scene(planes=planes), to="exposure", scatter=False, halation=False)
    many = read(
        Scene(planes=planes * np.float32(factor)), to="exposure", scatter=False, halation=False
    )
    # Ratios of components decide the spectrum; float32 ratios are good to 1e-7.
    assert np.log10(many) - np.log10(one) == pytest.approx(
        np.full(one.shape, np.log10(np.float32(factor))), abs=2e-6
    )


def test_a_stop_of_exposure_is_a_stop_of_light():
    planes = COLOURS.T[:, None, :].astype(np.float32)
    metered, over = (read(Scene(planes=planes), to="exposure", exposure=e) for e in (0, 1))
    assert np.log10(over / metered) == pytest.approx(np.full(over.shape, STOP), abs=1e-6)


def test_one_colour_is_one_exposure_from_four_spaces(tmp_path):
    """sRGB, linear Rec.709, ACEScg and ACEScct files of the same colours."""
    rec709, acescg = colour.RGB_COLOURSPACES["sRGB"], colour.RGB_COLOURSPACES["ACEScg"]
    # Bradford is what the ACES configuration adapts whites by.
    ap1 = colour.RGB_to_RGB(COLOURS, rec709, acescg, chromatic_adaptation_transform="Bradford")
    files = {
        "linear-rec709": (COLOURS, "l.exr", "float"),
        "sRGB": (colour.cctf_encoding(COLOURS, "sRGB"), "s.png", "uint16"),
        "ACEScg": (ap1, "g.exr", "float"),
        "ACEScct": (colour.cctf_encoding(ap1, "ACEScct"), "t.exr", "float"),
    }
    exposures = {}
    for space, (pixels, name, number) in files.items():
        path = _picture(tmp_path / name, pixels[None], number)
        scene = read_scene(path, input_space=space)
        exposures[space] = read(scene, to="exposure", scatter=False, halation=False)
    for space, exposure in exposures.items():
        shift = np.log10(exposure) - np.log10(exposures["linear-rec709"])
        # 16-bit sRGB rounds a dark .03 to 1e-4 of itself; published matrices have five digits,
        # which a saturated blue of .04 feels as 2e-4.
        assert abs(shift).max() < 3e-4, space


def test_the_same_command_gives_the_same_pixels(tmp_path):
    rng = np.random.default_rng(250)
    _picture(tmp_path / "in.exr", 10 ** rng.uniform(-3, 1, (48, 64, 3)), "float")
    pictures = []
    for out in ("one.exr", "two.exr"):
        subprocess.run(
            [*SPECTRAL_FILM, "render", "in.exr", out, "--bits", "32"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        pictures.append(OpenImageIO.ImageBuf(str(tmp_path / out)).get_pixels())
    assert pictures[0].shape == (48, 64, 3)
    assert np.array_equal(*pictures)


def test_settings_left_to_the_film_are_what_its_sheet_says(grey):
    """Naming the film's own light, index, gate and backing changes nothing."""
    own = Settings(grain="off", illuminant="D55", ei=250, gate="super35", backing="rem-jet")
    assert np.array_equal(read(grey, own), read(grey, Settings(grain="off")))


def _picture(path, pixels, number):
    pixels = np.ascontiguousarray(pixels, np.float32)
    image = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(pixels.shape[1], pixels.shape[0], 3, number))
    image.set_pixels(image.roi, pixels)
    assert image.write(str(path)), image.geterror()
    return path
