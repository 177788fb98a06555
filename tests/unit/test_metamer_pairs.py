"""Metamer pairs: those that are there are found, no others, and constructed ones are metamers."""

from dataclasses import replace
from itertools import combinations
from math import log2

import numpy as np
import pytest
from own_surfaces import surfaces_of

from spectral_film.errors import UsageError
from spectral_film.light.spectra import WAVELENGTH, colour_chart, illuminant
from spectral_film.metamerism.luther import r_matrix
from spectral_film.metamerism.observers import camera, eye, film_observer
from spectral_film.metamerism.pairs import STEEPEST, constructed_pair, metamer_pairs
from spectral_film.metamerism.surfaces import surface_set

D55 = illuminant("D55")
NIKON = camera("Nikon D5100")
ALL = 10**6


@pytest.fixture(scope="module")
def film(negative):
    return film_observer(negative)


def integrated(one, light, reflectance):
    """What an observer makes of a surface, by plain sums."""
    return [
        sum(s * p * r for s, p, r in zip(channel, light, reflectance, strict=True))
        / sum(s * p for s, p in zip(channel, light, strict=True))
        for channel in one.sensitivity
    ]


# Found


def test_nobody_parts_what_one_takes_for_the_same(film):
    for one in (NIKON, film):
        found = metamer_pairs(one, one, D55, surface_set("rawtoaces"), 0.2, ALL)
        assert len(found.first) == 0


def test_what_is_lighter_only_is_no_pair(film):
    reflectance = surface_set("CIE 2017").reflectance[::10]
    twice = surfaces_of(np.concatenate([reflectance, 0.5 * reflectance, 0.99 * reflectance]))
    for one, other in ((NIKON, film), (film, NIKON)):
        found = metamer_pairs(one, other, D55, twice, 1e-6, ALL)
        assert len(found.first) == 0


def test_a_metameric_black_is_found_out(film):
    """One camera metamer among 99 surfaces, and another that is half as light as well."""
    base = surface_set("CIE 2017").reflectance
    bend = 0.1 * np.sin(WAVELENGTH / 15)
    black = bend - r_matrix(NIKON, D55) @ bend
    both = surfaces_of(np.concatenate([base, [base[60] + black], [0.5 * (base[80] + black)]]))
    found = metamer_pairs(NIKON, film, D55, both, 1e-6, ALL)
    assert {*zip(found.first, found.second, strict=True)} == {(60, 99), (80, 100)}
    np.testing.assert_allclose(found.alike, 0, atol=1e-12)
    level = dict(zip(found.second, found.level, strict=True))
    assert level[99] == pytest.approx(0, abs=1e-12)
    assert level[100] == pytest.approx(-1, abs=1e-12)
    for second, apart in zip(found.second, found.apart, strict=True):
        i = {99: 60, 100: 80}[second]
        was, now = (integrated(film, D55, r) for r in (base[i], base[i] + black))
        assert apart == pytest.approx(max(abs(log2(b / a)) for a, b in zip(was, now, strict=True)))
    other_way = metamer_pairs(film, NIKON, D55, both, 1e-6, ALL)
    assert len(other_way.first) == 0


def test_pairs_are_those_of_every_two_compared(film):
    """By hand, two by two, both ways."""
    threshold, chosen = 0.1, surfaces_of(surface_set("rawtoaces").reflectance[:80])
    for one, other in ((NIKON, film), (film, NIKON)):
        seen, by_other = (np.log2(who.responses(D55, chosen.reflectance)) for who in (one, other))
        by_hand = {}
        for i, j in combinations(range(80), 2):
            between = seen[j] - seen[i]
            level = (between.min() + between.max()) / 2
            alike = abs(between - level).max()
            apart = abs(by_other[j] - by_other[i] - level).max()
            if alike <= threshold < apart:
                by_hand[i, j] = (level, alike, apart)
        found = metamer_pairs(one, other, D55, chosen, threshold, ALL)
        assert {*zip(found.first, found.second, strict=True)} == by_hand.keys()
        assert by_hand
        told = zip(found.level, found.alike, found.apart, strict=True)
        for pair, numbers in zip(zip(found.first, found.second, strict=True), told, strict=True):
            np.testing.assert_allclose(numbers, by_hand[pair], atol=1e-12)


def test_the_farthest_apart_come_first_and_no_more_than_asked_for(film):
    every = metamer_pairs(NIKON, film, D55, surface_set("rawtoaces"), 0.1, ALL)
    few = metamer_pairs(NIKON, film, D55, surface_set("rawtoaces"), 0.1, 7)
    assert np.all(np.diff(every.apart) <= 0)
    assert every.alike.max() <= 0.1 < every.apart.min()
    np.testing.assert_array_equal(few.apart, every.apart[:7])
    np.testing.assert_array_equal(few.second, every.second[:7])


@pytest.mark.parametrize("threshold", [0.0, -1.0, float("nan")])
def test_a_threshold_of_nothing_is_refused(film, threshold):
    with pytest.raises(UsageError, match="finds no pair; give one above 0"):
        metamer_pairs(NIKON, film, D55, surface_set("ColorChecker"), threshold, 10)


def test_a_black_surface_has_no_pair(film):
    white_and_black = surfaces_of([np.ones(len(WAVELENGTH)), np.zeros(len(WAVELENGTH))])
    with pytest.raises(UsageError, match=r"no\. 1 of mine is black to the red channel of Nikon"):
        metamer_pairs(NIKON, film, D55, white_and_black, 0.1, 10)


# Constructed


@pytest.mark.parametrize("light", ["D55", "3200K", "LED-RGB1"])
@pytest.mark.parametrize("patch", ["dark skin", "blue", "neutral 5 (.70 D)"])
def test_a_constructed_pair_is_one(film, light, patch):
    power, base = illuminant(light), colour_chart()[patch]
    for one, other in ((NIKON, film), (film, NIKON), (eye("CIE 1931 2 deg"), film)):
        found = constructed_pair(one, other, power, base)
        was, now = (integrated(one, power, r) for r in (found.base, found.partner))
        np.testing.assert_allclose(was, now, rtol=0, atol=1e-9)
        assert found.partner.min() >= 0
        assert found.partner.max() <= 1
        black = found.partner - base
        # The programme keeps its bounds to 1e-10, white being 1.
        assert abs(np.diff(black)).max() <= STEEPEST + 1e-9
        unknown = (max(one.known_nm[0], other.known_nm[0]) > WAVELENGTH) | (
            min(one.known_nm[1], other.known_nm[1]) < WAVELENGTH
        )
        assert not black[unknown].any()
        was, now = (integrated(other, power, r) for r in (found.base, found.partner))
        np.testing.assert_allclose(found.stops, np.log2(now) - np.log2(was), atol=1e-9)
        assert abs(found.stops).max() > 0.01


def test_a_pair_is_as_far_apart_as_can_be():
    """Three bands that one sees whole, the other their halves by different weights, base 1/2.

    With nothing in the half that counts twice and everything in the other, the band is .5 for the
    one still, for the other (2 0 + 1 1) / 3 = 1/3: log2(2/3) stops. The other way round is 2/3,
    which is less in stops.
    """
    halves = np.kron(np.eye(6), np.ones(14))
    halves = np.pad(halves, ((0, 0), (0, len(WAVELENGTH) - halves.shape[1])))
    one = replace(NIKON, sensitivity=halves[::2] + halves[1::2], known_nm=(360.0, 780.0))
    other = replace(one, sensitivity=halves[::2] + 0.5 * halves[1::2])
    flat = np.full(len(WAVELENGTH), 0.5)
    found = constructed_pair(one, other, np.ones(len(WAVELENGTH)), flat, steepest=1.0)
    assert found.stops.min() == pytest.approx(log2(2 / 3), abs=1e-9)
    assert found.stops.max() <= log2(4 / 3) + 1e-9


def test_no_other_black_goes_further(film, rng):
    """Any black within the bounds is one that the programme might have chosen."""
    base = np.full(len(WAVELENGTH), 0.4)
    farthest = abs(constructed_pair(NIKON, film, D55, base).stops).max()
    known = NIKON.known_nm[0] <= WAVELENGTH
    span = np.linalg.qr((NIKON.sensitivity * D55)[:, known].T)[0]
    for _ in range(200):
        bend = np.sin(WAVELENGTH[known] / rng.uniform(5, 60) + rng.uniform(0, 6))
        black = np.zeros(len(WAVELENGTH))
        black[known] = bend - span @ (span.T @ bend)
        black *= min(STEEPEST / abs(np.diff(black)).max(), 0.4 / abs(black).max())
        stops = np.log2(film.responses(D55, base + black) / film.responses(D55, base))
        assert abs(stops).max() <= farthest


def test_rougher_surfaces_go_further(film):
    base = colour_chart()["foliage"]
    apart = [
        abs(constructed_pair(NIKON, film, D55, base, step).stops).max()
        for step in (0.002, 0.01, 0.05)
    ]
    assert apart[0] < apart[1] < apart[2]


def test_whoever_sees_the_same_space_has_no_metamer():
    other = replace(
        NIKON, sensitivity=np.array([[1, 1, 0], [0, 1, 1], [1, 0, 2]]) @ NIKON.sensitivity
    )
    found = constructed_pair(NIKON, other, D55, colour_chart()["orange"])
    np.testing.assert_allclose(found.stops, 0, atol=1e-8)  # of 1e-10, at responses of .05


@pytest.mark.parametrize(
    ("base", "steepest", "told"),
    [
        (np.full(len(WAVELENGTH), 1.2), STEEPEST, "1.2 to 1.2 has no partner within 0 and 1"),
        (np.zeros(len(WAVELENGTH)), STEEPEST, "black to the red channel of"),
        (np.full(len(WAVELENGTH), 0.5), 0.0, "stays as it is; give a step above 0"),
    ],
)
def test_what_has_no_partner_is_refused(film, base, steepest, told):
    with pytest.raises(UsageError, match=told):
        constructed_pair(NIKON, film, D55, base, steepest)
