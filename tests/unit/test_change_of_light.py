"""The index of special metamerism, with the eye, a camera and film as observers."""

import colour
import numpy as np
import pytest

from spectral_film import Settings
from spectral_film.light.spectra import WAVELENGTH, colour_chart, observer
from spectral_film.metamerism.change_of_light import lab_of, metamerism_index
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.observers import camera, eye, film_observer
from spectral_film.metamerism.pairs import constructed_pair

CHART = np.array(list(colour_chart().values()))
D55, LED = light("D55"), light("LED-RGB1")


@pytest.fixture(scope="module")
def everybody(negative):
    return [eye("CIE 1931 2 deg"), camera("Nikon D5100"), film_observer(negative)]


@pytest.fixture(scope="module")
def pair(everybody):
    """One to the standard eye in D55, farthest apart to film."""
    made = constructed_pair(everybody[0], everybody[2], D55.power, CHART[3])
    return made.base[None], made.partner[None]


def test_the_eye_s_cielab_is_that_of_colour_science(everybody):
    found = lab_of(everybody[0], D55, CHART, Settings(), None)
    cmfs = everybody[0].sensitivity * D55.power
    xyz = CHART @ cmfs.T / cmfs.sum(axis=1)  # of a white that is 1 in all: of equal energy
    theirs = colour.XYZ_to_Lab(xyz, illuminant=np.array([1 / 3, 1 / 3]))
    np.testing.assert_allclose(found, theirs, atol=1e-6)
    assert observer().shape == (3, len(WAVELENGTH))


def test_the_index_of_the_eye_is_that_of_colour_science(everybody, pair, device):
    found = metamerism_index(everybody[0], *pair, D55, LED, Settings(), device)
    labs = [
        lab_of(everybody[0], of, surface, Settings(), device)
        for of in (LED, D55) for surface in pair
    ]  # fmt: skip
    theirs = colour.difference.Lab_to_metamerism_index(*labs, correction="Additive")
    np.testing.assert_allclose(found, theirs)
    # In D55 they are one to the eye, so that no correction is needed: it is their difference.
    np.testing.assert_allclose(found, colour.delta_E(labs[0], labs[1]), atol=1e-3)
    assert found[0] > 0.5


def test_a_surface_is_one_with_itself_to_everybody(everybody, device):
    for who in everybody:
        index = metamerism_index(who, CHART, CHART, D55, LED, Settings(), device)
        np.testing.assert_allclose(index, 0, atol=1e-6)


def test_in_the_reference_light_nothing_is_apart(everybody, pair, device):
    for who in everybody:
        assert metamerism_index(who, *pair, D55, D55, Settings(), device)[0] < 1e-6


def test_a_camera_s_colours_are_near_those_of_the_eye(everybody, device):
    """By its matrix: a Nikon's Vora value is .93."""
    by_eye, by_camera = (lab_of(who, D55, CHART, Settings(), device) for who in everybody[:2])
    assert colour.delta_E(by_eye, by_camera).mean() < 3
