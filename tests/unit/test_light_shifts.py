"""Surfaces from light to light, for film, camera and eye in one table."""

import numpy as np
import pytest

from spectral_film.light.spectra import WAVELENGTH, colour_chart
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.observers import CAMERAS, EYES, camera, eye, film_observer
from spectral_film.metamerism.shifts import shifts

CHART = colour_chart()
LIGHTS = [light(name) for name in ("D55", "A", "LED-RGB1")]


@pytest.fixture(scope="module")
def everybody(negative):
    return [film_observer(negative), *map(eye, EYES), *map(camera, CAMERAS)]


@pytest.fixture(scope="module")
def found(everybody):
    return shifts(LIGHTS, LIGHTS[0], everybody, CHART)


def test_the_table_says_what_its_axes_are(found, everybody):
    assert found.lights == ("D55", "A", "LED-RGB1")
    assert found.observers == tuple(one.name for one in everybody)
    assert found.surfaces == tuple(CHART)
    assert found.stops.shape == (3, len(everybody), 24, 3)
    assert found.rms().shape == found.farthest().shape == (3, len(everybody))


def test_the_reference_moves_nothing(found):
    np.testing.assert_array_equal(found.stops[0], 0)


def test_a_surface_that_is_flat_stays_where_it_is(everybody):
    greys = {"white": np.ones(len(WAVELENGTH)), "grey": np.full(len(WAVELENGTH), 0.18)}
    moved = shifts(LIGHTS, LIGHTS[0], everybody, greys)
    np.testing.assert_allclose(moved.stops, 0, atol=1e-12)


def test_shifts_are_those_of_plain_integration(found, negative):
    red, patch = negative.spectral_sensitivity[0], CHART["orange"]
    d55, tungsten = LIGHTS[0].power, LIGHTS[1].power
    by_hand = np.log2(
        (red @ (tungsten * patch) / (red @ tungsten)) / (red @ (d55 * patch) / (red @ d55))
    )
    assert found.stops[1, 0, list(CHART).index("orange"), 0] == pytest.approx(by_hand, rel=1e-12)


def test_level_does_not_count(everybody, found):
    brighter = [type(one)(name=one.name, power=7 * one.power) for one in LIGHTS]
    again = shifts(brighter, LIGHTS[0], everybody, CHART)
    np.testing.assert_allclose(again.stops, found.stops, atol=1e-12)


def test_lights_of_three_bands_move_more_than_a_black_body_does(found):
    """For everybody: that is what their ratings are low for."""
    assert (found.rms()[2] > found.rms()[1]).mean() > 0.5
    assert (found.farthest() >= found.rms()).all()
