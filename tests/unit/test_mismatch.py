"""Metamer mismatch: how far one observer can see surfaces part that are one to another."""

from dataclasses import replace
from itertools import combinations, pairwise, product

import colour
import numpy as np
import pytest
from scipy.spatial import ConvexHull

from spectral_film.errors import UsageError
from spectral_film.light.spectra import WAVELENGTH, colour_chart, illuminant
from spectral_film.metamerism.mismatch import colour_solid_volume, mismatch, roughness_of
from spectral_film.metamerism.observers import camera, eye, film_observer

D55 = illuminant("D55")
NIKON = camera("Nikon D5100")
ORANGE = colour_chart()["orange"]
SMOOTH = 0.05
FEW = 60  # directions; inner and outer are a tenth apart or less, which the tests allow for


@pytest.fixture(scope="module")
def film(negative):
    return film_observer(negative)


@pytest.fixture(scope="module")
def by_roughness(film):
    """One colour, from the smoothest surfaces to any, roughness -> Mismatch."""
    return {
        roughness: mismatch(NIKON, film, D55, ORANGE, directions=FEW, roughness=roughness)
        for roughness in (0.01, 0.02, SMOOTH, None)
    }


def bands(rows):
    """An observer of three bands, each of five wavelengths, from a row of seventeen."""
    return replace(NIKON, sensitivity=np.kron(np.eye(17), np.ones(5))[rows])


def corners(seen, response):
    """Every corner of { 0 <= rho <= 1, seen rho = response }, (corner, wavelength).

    At a corner all but as many as there are equations are 0 or 1: all choices of these, solved.
    """
    count = seen.shape[1]
    ends = np.array(list(product((0.0, 1.0), repeat=count - 3)))
    found = []
    for free in map(list, combinations(range(count), 3)):
        held = [at for at in range(count) if at not in free]
        rest = np.linalg.solve(seen[:, free], (response - ends @ seen[:, held].T).T).T
        inside = ((rest > -1e-12) & (rest < 1 + 1e-12)).all(axis=1)
        surfaces = np.empty((inside.sum(), count))
        surfaces[:, free], surfaces[:, held] = rest[inside], ends[inside]
        found.append(surfaces)
    return np.concatenate(found)


@pytest.mark.parametrize("patch", ["orange", "foliage", "neutral 5 (.70 D)"])
def test_the_body_is_that_of_all_corners(film, patch):
    """A light of ten lines leaves ten numbers of a surface: all corners can be written down."""
    lines = np.linspace(8, 68, 10).astype(int)  # 400 to 700 nm
    light = np.zeros(len(WAVELENGTH))
    light[lines] = D55[lines]
    seen, by_film = (
        one.responses(light, np.eye(len(WAVELENGTH)))[lines].T for one in (NIKON, film)
    )
    surface = colour_chart()[patch]
    exact = corners(seen, seen @ surface[lines]) @ by_film.T
    volume = ConvexHull(exact).volume

    found = mismatch(NIKON, film, light, surface)
    # 2 % is asked for. Few corners are found each: what is left is the 1e-9 that the response is
    # off the edge by, and what slopes of the body make of it.
    np.testing.assert_allclose([found.inner, found.outer], volume, rtol=1e-7)
    np.testing.assert_allclose(found.least, exact.min(axis=0), atol=1e-8)
    np.testing.assert_allclose(found.most, exact.max(axis=0), atol=1e-8)


def test_the_colour_solid_is_that_of_all_corners(film):
    lines = np.linspace(8, 68, 10).astype(int)
    light = np.zeros(len(WAVELENGTH))
    light[lines] = D55[lines]
    surfaces = np.zeros((2**10, len(WAVELENGTH)))
    surfaces[:, lines] = list(product((0.0, 1.0), repeat=10))
    exact = ConvexHull(film.responses(light, surfaces)).volume
    assert colour_solid_volume(film, light) == pytest.approx(exact, rel=1e-9)


def test_what_is_not_seen_at_all_may_be_anything():
    """Bands apart: the body is the whole solid, a cube from black to white."""
    found = mismatch(bands([0, 1, 2]), bands([3, 4, 5]), D55, ORANGE)
    np.testing.assert_allclose([found.inner, found.outer, found.solid], 1, rtol=1e-9)
    np.testing.assert_allclose(found.share, 1, rtol=1e-9)
    np.testing.assert_allclose([found.least, found.most], [[0] * 3, [1] * 3], atol=1e-9)


def test_whoever_sees_the_same_space_is_told_all(film):
    """Volume 0, and no length in any direction beyond what a programme may miss, 1e-10 a row."""
    seen = film.responses(D55, ORANGE)
    for matrix in (np.eye(3), [[0.7, 0.3, 0.1], [0.2, 1.4, 0.0], [0.1, 0.0, 2.0]]):
        other = replace(film, sensitivity=np.asarray(matrix) @ film.sensitivity)
        found = mismatch(other, film, D55, ORANGE, directions=FEW)
        assert found.inner == found.outer == 0
        assert found.share == (0, 0)
        np.testing.assert_allclose(found.points, np.tile(seen, (len(found.points), 1)), atol=1e-9)
        np.testing.assert_allclose(found.stops, 0, atol=1e-8)


def test_one_channel_apart_is_a_line(film):
    """Two layers of three told: no volume, though the third has an extent."""
    other = replace(film, sensitivity=np.stack([NIKON.sensitivity[0], *film.sensitivity[1:]]))
    found = mismatch(other, film, D55, ORANGE, directions=FEW)
    assert found.inner == found.outer == 0
    np.testing.assert_allclose(found.stops[1:], 0, atol=1e-8)
    assert found.stops[0] > 0.1


@pytest.mark.parametrize("name", ["D55", "FL2", "LED-B3"])
@pytest.mark.parametrize(
    "surface",
    [np.ones(85), np.zeros(85), np.where(WAVELENGTH > 580, 1.0, 0.0)],
    ids=["white", "black", "edge"],
)
def test_the_strongest_colours_have_one_surface_each(film, name, surface):
    """On the edge of the eye's own solid nothing that it sees can be exchanged: a point."""
    light = np.where((WAVELENGTH >= 420) & (WAVELENGTH <= 680), illuminant(name), 0.0)
    found = mismatch(eye("CIE 1931 2 deg"), film, light, surface)
    assert found.inner == found.outer == 0
    # The response is 5e-10 off the edge, and the eye sees a thousandth of its peak at the ends.
    np.testing.assert_allclose(
        found.points, np.tile(film.responses(light, surface), (len(found.points), 1)), atol=1e-5
    )


def test_extremes_are_metamers_by_plain_integration(film, by_roughness):
    def by_hand(one, reflectance):
        return [
            sum(s * p * r for s, p, r in zip(channel, D55, reflectance, strict=True))
            / sum(s * p for s, p in zip(channel, D55, strict=True))
            for channel in one.sensitivity
        ]

    for roughness, found in by_roughness.items():
        surfaces = found.extremes.reshape(-1, len(WAVELENGTH))
        assert ((surfaces >= 0) & (surfaces <= 1)).all()
        if roughness is not None:
            assert roughness_of(surfaces).max() < roughness + 1e-9  # the programmes' 1e-10, clipped
        for surface in surfaces:
            np.testing.assert_allclose(by_hand(NIKON, surface), by_hand(NIKON, ORANGE), atol=1e-9)
        for end, responses in zip(found.extremes, (found.least, found.most), strict=True):
            for channel in range(3):
                assert by_hand(film, end[channel])[channel] == pytest.approx(responses[channel])
        np.testing.assert_allclose(found.stops, np.log2(found.most / found.least))


def test_rougher_surfaces_part_further(by_roughness):
    smooth_to_any = list(by_roughness.values())
    for smoother, rougher in pairwise(smooth_to_any):
        assert smoother.outer < rougher.inner
        assert (smoother.stops < rougher.stops).all()
    assert all(0 < one.inner < one.outer < 1.1 * one.inner for one in smooth_to_any)


def test_metamers_made_otherwise_lie_between(film, by_roughness):
    """A surface and as much of a smooth metameric black as its limits leave room for."""
    draws = np.random.default_rng(12).standard_normal((300, 8))
    waves = np.cos(np.outer(np.arange(8) * np.pi / (len(WAVELENGTH) - 1), range(len(WAVELENGTH))))
    seen = NIKON.responses(D55, np.eye(len(WAVELENGTH))).T
    told = waves @ seen.T  # what the camera sees of each wave
    blacks = (draws - draws @ told @ np.linalg.pinv(told)) @ waves
    room = np.where(blacks > 0, 1 - ORANGE, ORANGE) / abs(blacks)
    smooth = (SMOOTH - abs(np.diff(ORANGE, 2))) / abs(np.diff(blacks, n=2, axis=1))
    surfaces = ORANGE + np.minimum(room.min(1), smooth.min(1))[:, None] * blacks
    np.testing.assert_allclose(seen @ surfaces.T, (seen @ ORANGE)[:, None] * np.ones(300))

    found, theirs = by_roughness[SMOOTH], film.responses(D55, surfaces)
    assert np.log2(theirs.max(axis=0) / theirs.min(axis=0)).min() > 0.05  # they do part
    assert ((theirs > found.least) & (theirs < found.most)).all()
    assert ConvexHull(np.concatenate([found.points, theirs])).volume < found.outer


def test_more_directions_bring_inner_and_outer_together(film, by_roughness):
    few, many = by_roughness[None], mismatch(NIKON, film, D55, ORANGE)
    assert few.inner < many.inner < many.outer < few.outer
    assert len(many.points) <= 206
    assert many.outer < 1.02 * many.inner
    np.testing.assert_allclose(many.stops, few.stops)  # known from the start


def test_how_strong_the_light_is_does_not_count(film, by_roughness):
    stronger = mismatch(NIKON, film, 2.0**20 * D55, ORANGE, directions=FEW)  # to the bit
    np.testing.assert_array_equal(stronger.points, by_roughness[None].points)


def test_measured_surfaces_are_as_smooth_as_the_docs_say():
    assert roughness_of([0.1, 0.2, 0.5, 0.5]) == pytest.approx(0.3)
    chart = roughness_of(np.array(list(colour_chart().values())))
    assert (chart < 0.05).sum() == 23
    assert chart.max() < 0.052

    trained = colour.characterisation.read_training_data_rawtoaces_v1()
    assert trained.shape.interval == 5
    training = roughness_of(trained.values.T)
    assert (len(training), (training < 0.05).sum()) == (190, 185)
    np.testing.assert_allclose([np.median(chart), np.median(training)], [0.022, 0.013], atol=5e-4)


def test_a_surface_is_found_at_its_own_roughness(film):
    found = mismatch(NIKON, film, D55, ORANGE, directions=0, roughness=float(roughness_of(ORANGE)))
    assert len(found.points) == 6


@pytest.mark.parametrize(
    ("reflectance", "roughness", "told"),
    [
        (1.5 * np.ones(85), None, "no surface that reflects between 0 and 1 is to Nikon D5100"),
        (ORANGE, 1e-5, "of roughness 1e-05 or less, is to Nikon D5100 .* or more roughness"),
        (ORANGE, -0.1, "a roughness of -0.1, expected 0 or more"),
        (ORANGE, np.nan, "a roughness of nan, expected 0 or more"),
        (ORANGE[:31], None, "reflectance of a metamer mismatch is not a finite number for each of"),
        (ORANGE * np.nan, None, "the reflectance .* give it on the grid"),
    ],
)
def test_what_no_surface_looks_like_is_one_sentence(film, reflectance, roughness, told):
    with pytest.raises(UsageError, match=told) as found:
        mismatch(NIKON, film, D55, reflectance, roughness=roughness)
    assert "\n" not in str(found.value)
