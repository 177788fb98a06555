"""`--to scene`: with nothing on a picture returns as it was; with film's texture, that is left."""

from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture

from spectral_film import Scene, Settings, read_scene, render
from spectral_film.files.colour_spaces import from_chromaticities, named_space
from spectral_film.files.labels import chromaticities_of
from spectral_film.files.linear_light import linear_light_of
from spectral_film.light.chromaticity import BRADFORD, adaptation, rgb_to_xyz, white_xyz
from spectral_film.light.displays import AP1, D65, P3, REC709

PHOTO = Path(__file__).parents[2] / "docs/pictures/print.jpg"
ALL_OFF = {"scatter": False, "halation": False, "adjacency": False, "grain": "off"}
D60 = (0.32168, 0.33767)  # of ACES
AP1_TO_REC709 = np.linalg.solve(
    rgb_to_xyz(REC709, D65),
    adaptation(BRADFORD, white_xyz(D60), white_xyz(D65)) @ rgb_to_xyz(AP1, D60),
)


def returned(scene, device, **settings):
    return render(scene, Settings(**{**ALL_OFF, **settings, "to": "scene"}), device=device)


@pytest.fixture
def colours(rng):
    """Six stops under grey to eight over it, of all hues, 1:10 between the components."""
    stops = np.linspace(-6, 8, 57)[None, :, None]
    pixels = 0.18 * 2**stops * 10 ** rng.uniform(-1, 0, (41, 57, 3))
    return pixels.astype(np.float32)


@pytest.mark.parametrize(
    "settings",
    [
        {}, {"exposure": -2.0}, {"ei": 500.0}, {"shutter": 30.0}, {"illuminant": "D65"},
        {"upsampling": "jakob-hanika"}, {"print_film": None}, {"scatter": True, "gate": "65mm"},
    ],
    ids=str,
)  # fmt: skip
def test_a_picture_returns(device, colours, settings):
    if "scatter" in settings:  # an even picture is even behind any spread
        colours = np.broadcast_to(colours[:1, 20:21], (40, 40, 3)).copy()
    got = returned(colours, device, **settings).image
    # The promise is 1e-3; arithmetic leaves 5e-6 of exposure, which saturated colours magnify
    # four times and dark components ten.
    np.testing.assert_allclose(got, colours, rtol=3e-4)


def test_a_photograph_returns(device):
    scene = read_scene(PHOTO)
    piece = np.moveaxis(scene.planes[:, 60:160, 60:220], 0, -1).copy()
    got = returned(piece, device).image
    assert np.abs(got - piece).max() <= 1e-3 * piece.max()
    dark = np.maximum(piece, 1e-3 * piece.max(axis=-1, keepdims=True))
    assert (np.abs(got - piece) <= 1e-3 * dark).all()


@pytest.mark.parametrize(
    ("space", "to_rec709", "told"),
    [
        ("ACEScg", AP1_TO_REC709, "ACEScg"),
        ("ACEScct", AP1_TO_REC709, "ACEScg"),
        ("sRGB", np.eye(3), "linear Rec.709"),
        ("ADX10", None, None),  # dyes, not light, go through its curves
    ],
)
def test_the_light_behind_a_space(space, to_rec709, told):
    found = linear_light_of(named_space(space))
    if told is None:
        assert found is None
        return
    assert found.name == told
    # The config's white of ACES is rounded in the fifth digit.
    np.testing.assert_allclose(found.to_rec709, to_rec709, rtol=0, atol=5e-5)


def test_the_light_of_primaries_of_its_own():
    eight = (0.70, 0.31, 0.22, 0.72, 0.14, 0.05, *D65)
    found = linear_light_of(from_chromaticities(eight, "a picture"))
    primaries = eight[0:2], eight[2:4], eight[4:6]
    expected = np.linalg.solve(rgb_to_xyz(REC709, D65), rgb_to_xyz(primaries, D65))
    np.testing.assert_allclose(found.to_rec709, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("space", ["ACEScg", "ACEScct"])
def test_a_file_returns_in_its_own_light(command, tmp_path, rng, space):
    """Linear ACEScg out of what came as such, and out of codes of it: tagged, and read so again."""
    light = (0.18 * 2 ** rng.uniform(-3, 5, (9, 13, 1)) * rng.uniform(0.5, 1, (9, 13, 3))).astype(
        np.float32
    )
    # ACEScct (S-2016-001): a straight line below .0078125, which nothing here is.
    codes = light if space == "ACEScg" else (np.log2(light) + 9.72) / 17.52
    save_picture(tmp_path / "in.exr", codes)
    off = [f"--{name}=off" for name in ALL_OFF]
    done = command(
        "render", "in.exr", "out.exr", "--to=scene", f"--input-space={space}", "--bits=32", *off
    )
    assert done.code == 0, done.stderr
    assert "the scene comes back as ACEScg" in done.stderr
    picture = OpenImageIO.ImageBuf(str(tmp_path / "out.exr"))
    np.testing.assert_allclose(picture.get_pixels(), light, rtol=1e-3)
    said = picture.spec()
    assert said.get_string_attribute("colorInteropID") == "lin_ap1_scene"
    assert said.getattribute("chromaticities")[:2] == pytest.approx((0.713, 0.293))
    assert said.get_string_attribute("film:space") == "ACEScg"
    again = read_scene(tmp_path / "out.exr")
    np.testing.assert_allclose(
        np.moveaxis(again.planes, 0, -1), light @ AP1_TO_REC709.T, rtol=2e-3, atol=1e-5
    )


def test_primaries_of_another_white_are_written_for_d65():
    """A theatre's white is no D65: whoever reads what is written finds the same light again."""
    found = linear_light_of(from_chromaticities((*np.ravel(P3), 0.314, 0.351), "a picture"))
    written = chromaticities_of(found)
    assert written[6:] == pytest.approx(D65, abs=1e-5)
    again = linear_light_of(from_chromaticities(written, "a picture"))
    np.testing.assert_allclose(again.to_rec709, found.to_rec709, rtol=0, atol=1e-5)


def lamps():
    """An edge, a lamp and a ramp of colours."""
    pixels = np.full((48, 64, 3), 0.04, np.float32)
    pixels[:, 32:] = 0.5, 0.3, 0.2
    pixels[20:24, 8:12] = 60, 50, 40
    return pixels


@pytest.mark.parametrize("grain", ["off", "fast"])
def test_texture_stays(device, grain):
    """What came back, on film that spreads nothing, develops to what the film had: all of it."""
    textured = {"gate": "1x0.75", "grain": grain, "backing": "none"}
    came_back = render(lamps(), Settings(**textured, to="scene"), device=device).image
    dyes = render(lamps(), Settings(**textured, to="dyes"), device=device).planes
    again = render(
        came_back, Settings(**{**ALL_OFF, "gate": "1x0.75", "to": "dyes"}), device=device
    ).planes
    plain = render(lamps(), Settings(**ALL_OFF, gate="1x0.75", to="dyes"), device=device).planes
    assert np.abs(dyes - plain).max() > 0.1  # there is texture to be kept
    there = (dyes > 0.01).all(axis=0)
    assert there.mean() > 0.95
    # Ratios of exposure that some colour makes are kept to float32.
    assert np.quantile(np.abs(again - dyes)[:, there], 0.98) < 1e-4


def test_an_edge_is_as_sharp_as_its_exposure(device):
    """Neutral, without inhibitor: light over its exposure is the same on both sides and between."""
    edge = np.full((16, 64, 3), 0.05, np.float32)
    edge[:, 32:] = 0.8
    spread = {"gate": "0.5x0.5", "halation": False, "adjacency": False, "grain": "off"}
    light = render(edge, Settings(**spread, to="scene"), device=device).planes
    exposure = render(edge, Settings(**spread, to="exposure"), device=device).planes
    assert np.ptp(exposure[0, 8, 24:40]) > 0.1  # lux s
    again = render(
        np.moveaxis(light, 0, -1), Settings(**ALL_OFF, gate="0.5x0.5", to="exposure"), device=device
    ).planes
    np.testing.assert_allclose(again, exposure, rtol=1e-4)


def test_beyond_the_curve(device):
    """Light beyond what film tells apart is white at one level; black is black."""
    pixels = np.zeros((4, 16, 3), np.float32)
    pixels[:, 8:] = 0.18 * 2.0**14
    done = returned(pixels, device)
    assert np.abs(done.image[:, :8]).max() < 1e-7
    held = done.image[:, 8:]
    assert np.ptp(held) < 1e-3 * held.max()
    stops = np.log2(held.mean() / 0.18)
    # 5207 climbs a tenth as steeply as at its steepest 10 stops over grey: 1.79 in log exposure.
    assert 9.5 < stops < 11
    assert f"50.00% of the pixels have a layer that is held at {stops:.1f} stops" in " ".join(
        done.notes
    )


def test_grain_leaves_black_black_in_the_mean(device):
    black = np.zeros((64, 64, 3), np.float32)
    done = render(
        black, Settings(**{**ALL_OFF, "grain": "fast"}, to="scene", gate="super16"), device=device
    )
    noise = done.image.std()
    assert (done.image < 0).any() == (noise > 1e-6)
    # 4096 pixels, of which neighbours know of each other: a twentieth of their scatter.
    assert np.abs(done.image.mean(axis=(0, 1))).max() <= 0.2 * noise + 1e-7


def test_a_crop_is_a_piece_of_the_whole(device):
    settings = Settings(to="scene", grain="fast", gate="1x0.75", backing="none")
    whole = render(lamps(), settings, device=device).planes
    piece = render(lamps(), settings, device=device, crop=(5, 18, 33, 11)).planes
    assert np.array_equal(piece, whole[:, 18:29, 5:38])


def test_spectra_return_as_the_colours_that_expose_so(device):
    nm = np.arange(380.0, 741.0, 10.0)
    cube = Scene(planes=np.full((len(nm), 4, 4), 0.18, np.float32), kind="reflectance",
                 wavelength_nm=nm)  # fmt: skip
    done = returned(cube, device)
    np.testing.assert_allclose(done.planes, 0.18, rtol=1e-3)
    assert any("linear Rec.709, the colours that expose film" in note for note in done.notes)


def test_what_it_is_refused_for(command, tmp_path):
    save_picture(tmp_path / "in.exr", np.full((4, 4, 3), 0.18, np.float32))
    done = command("render", "in.exr", "out.png", "--to=scene")
    assert done.code == 2
    assert "scene has no integer coding" in done.complaints[0]
    done = command("render", "in.exr", "out.exr", "--to=scene", "--adjacency=pde")
    assert done.code == 2
    assert "give --adjacency on" in done.complaints[0]
