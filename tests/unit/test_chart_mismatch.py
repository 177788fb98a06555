"""What one response can hide: the colour itself lies within, smooth surfaces within any."""

from dataclasses import replace

import numpy as np
import pytest

from spectral_film import Settings
from spectral_film.light.spectra import colour_chart
from spectral_film.metamerism.chart_mismatch import DIRECTIONS, colour_mismatch, usual_roughness
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.mismatch import roughness_of
from spectral_film.metamerism.observers import camera, film_observer
from spectral_film.metamerism.surfaces import surface_set

D55 = light("D55")
NIKON = camera("Nikon D5100")
CHART = colour_chart()
ROUGHNESS = 0.02  # below that of the white patch, above that of dark skin
NAMES = ("dark skin", "white 9.5 (.05 D)")


@pytest.fixture(scope="module")
def film(negative):
    return film_observer(negative)


@pytest.fixture(scope="module")
def hidden(film, device):
    """By the camera, of two colours."""
    return [
        colour_mismatch(NIKON, film, D55, name, CHART[name], ROUGHNESS, Settings(), device)
        for name in NAMES
    ]


def test_it_says_whose_it_is(film, hidden):
    assert [(one.same_to, one.seen_by, one.colour) for one in hidden] == [
        (NIKON.name, film.name, name) for name in NAMES
    ]


def test_the_colour_itself_is_among_what_looks_like_it(film, hidden):
    for one in hidden:
        own = film.responses(D55.power, CHART[one.colour])
        np.testing.assert_allclose(one.responses, own, rtol=1e-12)
        for body in (one.smooth, one.any):
            assert (body.least < own).all()
            assert (own < body.most).all()


def test_smooth_surfaces_are_among_any(hidden):
    for one in hidden:
        assert (one.any.least <= one.smooth.least + 1e-8).all()
        assert (one.smooth.most <= one.any.most + 1e-8).all()
        assert 0 < one.smooth.inner < one.any.outer


def test_smooth_ones_are_as_smooth_as_asked_for_or_as_the_colour(hidden):
    for one in hidden:
        limit = max(ROUGHNESS, float(roughness_of(CHART[one.colour])))
        assert roughness_of(one.smooth.extremes).max() == pytest.approx(limit, abs=1e-6)
        assert roughness_of(one.any.extremes).max() > 2 * limit
    dark, white = (float(roughness_of(CHART[name])) for name in NAMES)
    assert dark < ROUGHNESS < white


def test_each_point_is_printed(hidden):
    for one in hidden:
        assert one.own_lab.shape == (3,)
        assert one.lab.shape == (3, len(one.smooth.points))
        assert len(one.smooth.points) <= DIRECTIONS + 6
        # More light in a layer is a lighter print: the least of green is darker than the most.
        assert one.lab[0, 1] < one.own_lab[0] < one.lab[0, 4]


def test_nothing_is_hidden_from_the_same_eyes(film, device):
    """Film behind itself, and behind another whose layers are mixtures of its own."""
    mixed = replace(
        film, sensitivity=np.array([[2, 1, 0], [0, 1, 1], [1, 0, 3]]) @ film.sensitivity
    )
    for same in (film, mixed):
        one = colour_mismatch(
            same, film, D55, "orange", CHART["orange"], ROUGHNESS, Settings(), device
        )
        for body in (one.smooth, one.any):
            assert body.inner == body.outer == 0
            np.testing.assert_allclose(body.stops, 0, atol=1e-5)
        np.testing.assert_allclose(
            one.lab, one.own_lab[:, None] * np.ones(one.lab.shape), atol=1e-2
        )


def test_usual_roughness_leaves_one_in_twenty_out():
    data = surface_set("rawtoaces")
    rough = roughness_of(data.reflectance)
    share = float((rough > usual_roughness(data)).mean())
    assert share == pytest.approx(0.05, abs=1 / len(rough))
