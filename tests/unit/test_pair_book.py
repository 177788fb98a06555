"""Metamer pairs as they are shown: levels, differences and looks are those of the surfaces."""

from math import log2

import numpy as np
import pytest

from spectral_film import Settings
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.observers import camera, film_observer
from spectral_film.metamerism.pair_book import (
    AT_MOST,
    SAME,
    Onlookers,
    constructed_pairs,
    found_pairs,
)
from spectral_film.metamerism.pairs import STEEPEST
from spectral_film.metamerism.surfaces import surface_set

D55 = light("D55")
NIKON = camera("Nikon D5100")
NAMES = ("light skin", "foliage")


@pytest.fixture(scope="module")
def onlookers(negative, device):
    return Onlookers(
        film=film_observer(negative),
        others=(NIKON,),
        light=D55,
        settings=Settings(),
        device=device,
    )


@pytest.fixture(scope="module")
def found(onlookers):
    return found_pairs(onlookers, surface_set("rawtoaces"))


@pytest.fixture(scope="module")
def constructed(onlookers):
    return constructed_pairs(onlookers, surface_set("ColorChecker"), NAMES)


def between(observer, pair):
    """Stops from the first to the second in each channel, by plain sums."""
    seen = [
        [
            sum(s * p * r for s, p, r in zip(channel, D55.power, reflectance, strict=True))
            for channel in observer.sensitivity
        ]
        for reflectance in pair.reflectance
    ]
    return [log2(second / first) for first, second in zip(*seen, strict=True)]


def observers_of(onlookers, pair):
    by_name = {one.name: one for one in (onlookers.film, *onlookers.others)}
    return by_name[pair.same_to], by_name[pair.apart_to]


def test_pairs_go_both_ways(onlookers, found, constructed):
    film = onlookers.film.name
    ways = [(NIKON.name, film)], [(film, NIKON.name)]
    for pairs, count in ((found, AT_MOST), (constructed, len(NAMES))):
        assert [(p.same_to, p.apart_to) for p in pairs] == ways[0] * count + ways[1] * count
        for pair in pairs:
            assert set(pair.lab) == set(pair.difference) == {film, NIKON.name}


def test_found_pairs_are_as_far_apart_as_they_say(onlookers, found):
    """Both stand at one level: whatever stops are left are those of colour."""
    for pair in found:
        one, other = observers_of(onlookers, pair)
        alike, apart = between(one, pair), between(other, pair)
        assert max(map(abs, alike)) == pytest.approx(pair.alike_stops, abs=1e-9)
        assert max(map(abs, apart)) == pytest.approx(pair.apart_stops, abs=1e-9)
        assert pair.alike_stops <= SAME < pair.apart_stops
        assert max(alike) == pytest.approx(-min(alike), abs=1e-9)  # the level is halfway


def test_the_lighter_one_stands_in_the_shade(found):
    data = surface_set("rawtoaces")
    of = dict(zip(data.names, data.reflectance, strict=True))
    assert {np.sign(pair.level_stops) for pair in found} == {-1, 1}
    for pair in found:
        first, second = pair.reflectance
        lighter, shaded, other, as_measured = (
            (of[pair.second], second, of[pair.first], first)
            if pair.level_stops > 0
            else (of[pair.first], first, of[pair.second], second)
        )
        np.testing.assert_array_equal(as_measured, other)
        np.testing.assert_allclose(shaded, lighter / 2 ** abs(pair.level_stops), rtol=1e-12)


def test_constructed_pairs_are_one_surface_to_the_one(onlookers, constructed):
    for pair in constructed:
        one, other = observers_of(onlookers, pair)
        first, second = one.responses(D55.power, pair.reflectance)
        np.testing.assert_allclose(first, second, rtol=0, atol=1e-6)
        assert max(map(abs, between(one, pair))) == pytest.approx(pair.alike_stops, abs=1e-9)
        assert max(map(abs, between(other, pair))) == pytest.approx(pair.apart_stops, abs=1e-9)
        assert pair.alike_stops < 1e-6 < 0.1 < pair.apart_stops
        assert pair.level_stops == 0


def test_constructed_pairs_could_be_made(constructed):
    chart = surface_set("ColorChecker")
    for pair in constructed:
        base, partner = pair.reflectance
        np.testing.assert_array_equal(base, chart.reflectance[chart.names.index(pair.first)])
        assert partner.shape == WAVELENGTH.shape
        assert partner.min() >= 0
        assert partner.max() <= 1
        assert abs(np.diff(partner - base)).max() <= STEEPEST + 1e-9


def test_whoever_sees_one_surface_sees_one_colour(constructed):
    for pair in constructed:
        one, two = pair.lab[pair.same_to]
        assert abs(one - two).max() < 1e-2
        assert pair.difference[pair.same_to] < 1e-2
        assert pair.difference[pair.apart_to] > 1


def test_a_colour_is_the_surfaces_own(onlookers, constructed):
    """The print of a patch does not depend on what it is paired with, nor on which way."""
    for name in NAMES:
        of_film, of_camera = (
            [pair.lab[who][0] for pair in constructed if pair.first == name]
            for who in (onlookers.film.name, NIKON.name)
        )
        np.testing.assert_allclose(of_film[0], of_film[1], atol=1e-3)
        np.testing.assert_allclose(of_camera[0], of_camera[1], atol=1e-9)
