"""Alpha between formats: film sees the colour of what covers, and no format lies about it."""

import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture

import spectral_film
from spectral_film.files.alpha import BRIGHTEST_SURFACE, Alpha
from spectral_film.files.output import write_picture
from spectral_film.files.pictures import read_scene
from spectral_film.light.scene import Scene
from spectral_film.path.settings import Settings

POINTWISE = {"scatter": False, "halation": False, "adjacency": False, "grain": "off"}
EXR = Alpha(channels=(3,), straight=False, coded=False)
SURFACE = np.array([0.4, 0.3, 0.2])
COVERED = np.array([1, 0.75, 0.5, 0.25, 0.125, 0], np.float32)


def raw(path):
    """The file's own numbers, (y, x, channel), and its header."""
    wanted = OpenImageIO.ImageSpec()
    wanted["oiio:UnassociatedAlpha"] = 1
    source = OpenImageIO.ImageInput.open(str(path), wanted)
    pixels, spec = source.read_image(OpenImageIO.FLOAT), source.spec()
    source.close()
    return pixels, spec


def edge(path, *, weighed, number="half", surface=SURFACE):
    """A surface that covers its pixels less and less, to nothing."""
    light = surface * (COVERED[:, np.newaxis] if weighed else np.ones((6, 1)))
    pixels = np.tile(np.column_stack([light, COVERED]), (4, 1, 1))
    straight = {} if weighed else {"oiio__UnassociatedAlpha": 1}
    return save_picture(path, pixels, ("R", "G", "B", "A"), number, **straight)


def srgb_codes(light):
    return np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)


# What film sees


@pytest.mark.parametrize(("name", "weighed", "number"), [
    ("a.exr", True, "half"), ("a.exr", True, "float"), ("a.tif", True, "float"),
    ("a.tif", False, "float"),
])  # fmt: skip
def test_film_sees_the_colour_of_what_covers(tmp_path, name, weighed, number):
    scene = read_scene(edge(tmp_path / name, weighed=weighed, number=number))
    expected = np.where(COVERED > 0, SURFACE[:, np.newaxis], 0)
    np.testing.assert_allclose(
        scene.planes[:, 0], expected, rtol=2**-11 if number == "half" else 1e-6
    )
    np.testing.assert_array_equal(scene.coverage[0], COVERED)
    np.testing.assert_array_equal(scene.passengers["A"][0], COVERED)


@pytest.mark.parametrize(("name", "weighed"), [("a.png", False), ("a.tif", False), ("a.tif", True)])
def test_codes_are_weighed_before_they_are_decoded(tmp_path, name, weighed):
    """TIFF 6.0, associated alpha: the *samples* have been multiplied, codes as they are."""
    path = edge(tmp_path / name, weighed=weighed, number="uint16", surface=srgb_codes(SURFACE))
    planes = read_scene(path).planes[:, 0]
    # An eighth of 16 bits is left of the codes, and the slope of the curve is below 2.3.
    np.testing.assert_allclose(planes[:, :5], np.tile(SURFACE, (5, 1)).T, atol=2.3 * 8 / 65535)
    assert (planes[:, 5] == 0).all()


def test_alpha_of_one_leaves_every_bit(tmp_path, rng):
    pixels = rng.uniform(-0.5, 60, (5, 7, 4)).astype(np.float16).astype(np.float32)
    pixels[..., 3] = 1
    scene = read_scene(save_picture(tmp_path / "a.exr", pixels, ("R", "G", "B", "A"), "half"))
    np.testing.assert_array_equal(scene.planes, pixels[..., :3].transpose(2, 0, 1))
    assert scene.coverage is None
    assert not any("alpha" in note for note in scene.notes)


def test_an_alpha_that_covers_nothing_says_nothing(tmp_path):
    pixels = np.full((4, 4, 4), 0.5)
    pixels[..., 3] = 0
    path = save_picture(tmp_path / "a.png", pixels, ("R", "G", "B", "A"), "uint8",
                        oiio__UnassociatedAlpha=1)  # fmt: skip
    scene = read_scene(path)
    assert (scene.planes > 0.2).all()
    assert any("0 everywhere" in note for note in scene.notes)


@pytest.mark.parametrize("alpha", [0.0, 1e-6, 0.01, 0.3, 0.999, 1.0, 1.2, -0.1, np.nan])
def test_light_is_never_lost_and_never_made(alpha):
    """Colour times share is what came; no colour is brighter than a surface, or than the light."""
    light = np.append(0, np.geomspace(1e-7, 1e4, 400)).astype(np.float32)
    pixels = light[np.newaxis, :, np.newaxis] * np.float32([1, 0.5, 0.1])
    share = EXR.uncover(pixels, np.full((1, 401), alpha, np.float32))
    np.testing.assert_allclose(pixels[..., 0] * share, light[np.newaxis], rtol=1e-6)
    assert (pixels[..., 0] <= np.maximum(light, BRIGHTEST_SURFACE) * (1 + 1e-6)).all()
    covered = 1 if np.isnan(alpha) else np.clip(alpha, 0, 1)
    lit = light > BRIGHTEST_SURFACE * covered
    np.testing.assert_array_equal(share[0, ~lit], np.float32(covered))
    # Brighter and brighter over the same alpha, a surface goes over into light without a step:
    # over a step of 6.5 % in light the share grows by its square at most.
    assert (np.diff(share[0, 1:]) >= 0).all()
    if covered:
        assert (share[0, 2:] / share[0, 1:-1]).max() < 1.066**2 + 0.01


@pytest.mark.parametrize(("light", "alpha", "share"), [
    (1.5, 0.5, 0.5),  # the edge of a glint, 1.6 stops over white
    (5.0, 0.1, 1.0),  # a flame in thin smoke; a surface would be 50 times white
    (25.0, 0.5, 1.0),  # the edge of a lamp
])  # fmt: skip
def test_glints_are_surfaces_and_flames_are_light(light, alpha, share):
    pixels = np.full((1, 1, 3), light, np.float32)
    assert EXR.uncover(pixels, np.full((1, 1), alpha))[0, 0] == pytest.approx(share)
    assert pixels[0, 0, 0] == pytest.approx(light / share)


def test_a_glow_that_fades_takes_the_black_of_the_film_with_it():
    """Else its last trace would end in a contour: film's black here, nothing there."""
    light = np.geomspace(1e-7, 1, 400).astype(np.float32)
    pixels = np.repeat(light[np.newaxis, :, np.newaxis], 3, axis=2)
    share = EXR.uncover(pixels, np.zeros((1, 400), np.float32))
    assert share[0, 0] < 1e-3
    assert (share[0, light > 0.01] == 1).all()
    assert (share[0, 1:] / share[0, :-1]).max() < 1.05  # as the light grows from step to step
    assert pixels[0, light < 0.0005].max() < 0.0018  # a hundredth of grey: it sheds no light around


def test_a_glow_stays_as_it_is(tmp_path):
    """Light where nothing covers, as flames and lens flares give it."""
    pixels = np.zeros((4, 6, 4))
    pixels[:, 3:, :3] = 0.8, 0.4, 0.1
    path = save_picture(tmp_path / "a.exr", pixels, ("R", "G", "B", "A"))
    scene = read_scene(path)
    np.testing.assert_array_equal(
        scene.planes, pixels[..., :3].transpose(2, 0, 1).astype(np.float32)
    )


# What comes out


def rendered(path, out, **settings):
    encode = not str(out).endswith(".exr")
    done = spectral_film.render(read_scene(path), Settings(**POINTWISE | settings), encode=encode)
    notes = done.save(out, bits=None if encode else 32)
    return *raw(out), notes


@pytest.mark.parametrize("source", ["a.exr", "a.tif", "s.tif"])
@pytest.mark.parametrize("out", ["o.png", "o.tif", "o.exr", "o.jpg", "o.dpx"])
def test_an_edge_has_the_colour_of_its_surface(tmp_path, source, out):
    path = edge(tmp_path / source, weighed=not source.startswith("s"), number="float")
    pixels, spec, _ = rendered(path, tmp_path / out)
    row, solid = pixels[2, :, :3], pixels[2, 0, :3]
    if out in ("o.png", "o.tif"):
        assert spec.get_int_attribute("oiio:UnassociatedAlpha") == 1
        np.testing.assert_allclose(row[:5], np.tile(solid, (5, 1)), atol=2 / 65535)
        np.testing.assert_allclose(pixels[2, :, 3], COVERED, atol=1 / 65535)
    elif out == "o.exr":
        np.testing.assert_allclose(row, solid * COVERED[:, np.newaxis], rtol=1e-5, atol=1e-7)
        np.testing.assert_array_equal(pixels[2, :, 3], COVERED)
    else:  # over black, in light
        decoded = np.where(row > 0.04045, ((row + 0.055) / 1.055) ** 2.4, row / 12.92)
        # JPEG cuts blocks of 8 pixels into waves: it rings at such a ramp.
        atol = 0.03 if out == "o.jpg" else 1e-4
        np.testing.assert_allclose(decoded, decoded[0] * COVERED[:, np.newaxis], atol=atol)


def test_densities_are_no_light_and_stay(tmp_path):
    path = edge(tmp_path / "a.exr", weighed=True, number="float")
    for quantity in ("dyes", "negative", "print"):
        pixels, *_ = rendered(path, tmp_path / f"{quantity}.exr", to=quantity)
        np.testing.assert_allclose(pixels[2, :5, :3], np.tile(pixels[2, 0, :3], (5, 1)), rtol=1e-6)


def test_exposure_of_an_associated_file_is_its_light(tmp_path):
    """Linear from end to end: what is divided out comes back."""
    path = edge(tmp_path / "a.exr", weighed=True, number="float")
    pixels, *_ = rendered(path, tmp_path / "o.exr", to="exposure")
    alone = save_picture(tmp_path / "rgb.exr", np.tile(SURFACE * COVERED[:, None], (4, 1, 1)))
    np.testing.assert_allclose(
        pixels[..., :3], rendered(alone, tmp_path / "rgb-o.exr", to="exposure")[0], rtol=1e-5
    )


def test_light_that_a_straight_alpha_cannot_hold_is_counted(tmp_path):
    pixels = np.zeros((4, 6, 4))
    pixels[:, 3:, :3] = 0.8, 0.4, 0.1
    path = save_picture(tmp_path / "a.exr", pixels, ("R", "G", "B", "A"))
    assert not rendered(path, tmp_path / "o.exr")[2]
    assert "12 pixels shed more light" in rendered(path, tmp_path / "o.png")[2][0]


def test_a_crop_covers_what_the_whole_does(tmp_path):
    path = edge(tmp_path / "a.exr", weighed=True, number="float")
    whole, *_ = rendered(path, tmp_path / "whole.exr")
    done = spectral_film.render(read_scene(path), Settings(**POINTWISE), crop=(1, 1, 4, 2))
    done.save(tmp_path / "piece.exr", bits=32)
    np.testing.assert_array_equal(raw(tmp_path / "piece.exr")[0], whole[1:3, 1:5])


# One type for four


@pytest.mark.parametrize(("alpha", "kind"), [
    (np.float16([0, 0.3, 1]), "half"),
    (np.float32([0, 0.25, 0.75]), "half"),
    (np.float32([1, 7, 254]) / np.float32(255), "half"),  # codes of 8 bits, told apart by a half
    (np.float32([0, 0.3, 1]), "float"),
    (np.float32([1, 2, 65534]) / np.float32(65535), "float"),
])  # fmt: skip
def test_colours_and_alpha_are_of_one_type(tmp_path, alpha, kind):
    planes = np.full((3, 1, 3), 0.5, np.float32)
    riding = {"A": alpha[np.newaxis], "Z": np.float32([[1, 2, 3]]), "N": np.float16([[1, 2, 3]])}
    notes = write_picture(tmp_path / "a.exr", planes, scene=Scene(planes=planes, passengers=riding))
    pixels, spec = raw(tmp_path / "a.exr")
    kinds = dict(zip(spec.channelnames, map(str, spec.channelformats), strict=True))
    assert kinds == dict.fromkeys("RGBA", kind) | {"Z": "float", "N": "half"}
    assert bool(notes) == (kind == "float")
    found = pixels[0, :, spec.channelnames.index("A")]
    if alpha.dtype == np.float32 and kind == "half":
        np.testing.assert_array_equal(np.rint(found * 255), np.rint(alpha * 255))
    else:
        np.testing.assert_array_equal(found, alpha)
