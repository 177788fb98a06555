"""Where RGB misleads: film from spectra, and film from what an ideal camera keeps of them."""

import numpy as np
import pytest

from spectral_film import Scene, Settings
from spectral_film.errors import UsageError
from spectral_film.light.spectra import (
    WAVELENGTH,
    colour_chart,
    equal_luminance,
    illuminant,
    observer,
)
from spectral_film.metamerism.image import film_from_rgb, recorded, worst_regions

GREY = np.full(len(WAVELENGTH), 0.18)


def scene_of(spectra, kind="reflectance"):
    planes = np.array(spectra, np.float32).T[:, None]
    return Scene(planes=np.ascontiguousarray(planes), kind=kind, wavelength_nm=WAVELENGTH)


@pytest.mark.parametrize("name", ["D55", "A", "LED-B3"])
def test_a_perfect_white_is_recorded_as_one(name):
    settings = Settings(illuminant=name)
    white = np.ones(len(WAVELENGTH))
    light = equal_luminance(illuminant(name))
    for scene in (scene_of([white, 0.5 * white]), scene_of([light, 0.5 * light], "radiance")):
        rgb = recorded(scene, settings)
        assert rgb.kind == "rgb"
        np.testing.assert_allclose(rgb.planes[:, 0], [[1, 0.5]] * 3, rtol=1e-5)


def test_the_camera_sees_what_the_eye_does():
    """Luminance under D55, by plain integration."""
    chart = np.array(list(colour_chart().values()))
    light = illuminant("D55")
    rgb = recorded(scene_of(chart), Settings(illuminant="D55")).planes[:, 0]
    by_hand = chart @ (observer()[1] * light) / (observer()[1] @ light)
    # Rec.709's own luminance; Bradford moves that of colours a little, which the eye would not.
    luminance = np.array([0.2126, 0.7152, 0.0722]) @ rgb
    np.testing.assert_allclose(luminance, by_hand, rtol=0.08)


def test_a_flat_grey_misleads_nobody(device):
    scene = scene_of([GREY, GREY / 8])
    found = film_from_rgb(scene, Settings(upsampling="jakob-hanika"), device)
    assert found.largest_stops().max() < 2e-3  # Jakob and Hanika's grey is flat
    assert found.difference.max() < 0.05
    assert found.upsampling == "jakob-hanika"


def test_metamers_of_the_camera_are_told_apart_by_film_alone(device, negative):
    """Two greys that the eye takes for one under D55: RGB is the same, the layers are not."""
    seen = observer() * illuminant("D55")
    rng = np.random.default_rng(4)
    wave = np.cos(np.outer(np.arange(3, 9), WAVELENGTH / 40)).T @ rng.normal(size=6)
    black = wave - np.linalg.pinv(seen) @ (seen @ wave)
    pair = [GREY, GREY + 0.15 * black / abs(black).max()]
    scene, settings = scene_of(pair), Settings(illuminant="D55", upsampling="jakob-hanika")
    rgb = recorded(scene, settings).planes[:, 0]
    np.testing.assert_allclose(rgb[:, 0], rgb[:, 1], atol=1e-6)
    found = film_from_rgb(scene, settings, device)
    layers = negative.spectral_sensitivity * illuminant("D55")
    by_hand = np.log2((layers @ pair[0]) / (layers @ pair[1]))  # film takes it for the flat one
    np.testing.assert_allclose(found.stops[:, 0, 1], by_hand, atol=5e-3)
    assert found.largest_stops()[0, 1] > 0.05


def test_rgb_is_no_scene_for_it(device):
    with pytest.raises(UsageError, match="this picture is RGB"):
        film_from_rgb(Scene(planes=np.ones((3, 4, 4), np.float32)), Settings(), device)


def test_the_worst_regions_are_found_in_their_order():
    difference = np.zeros((200, 240))  # of which a hundredth is 480 pixels
    difference[10:26, 20:36], difference[70:90, 90:105] = 4.0, 9.0
    difference[150, 50] = 40.0  # a speck is no region
    one, other = worst_regions(difference)
    assert (one.mean, other.mean) == pytest.approx((9.0, 4.0), rel=0.2)
    assert (one.x, one.y, one.width, one.height) == pytest.approx((90, 70, 15, 20), abs=2)
    assert (other.x, other.y) == pytest.approx((20, 10), abs=4)
    assert worst_regions(difference, 1) == [one]
