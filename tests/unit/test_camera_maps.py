"""Maps from camera to film: exact where they can be, and judged by surfaces they never met."""

from dataclasses import replace

import numpy as np
import pytest
from own_surfaces import surfaces_of

from spectral_film.errors import UsageError
from spectral_film.light.spectra import WAVELENGTH, illuminant
from spectral_film.metamerism.maps import (
    FEWEST_SURFACES,
    FOLDS,
    MAP_KINDS,
    WORST,
    fit_map,
    map_errors,
)
from spectral_film.metamerism.observers import camera, film_observer
from spectral_film.metamerism.surfaces import surface_set

D55 = illuminant("D55")
NIKON = camera("Nikon D5100")
# What fits end at, in stops: the last step moves no answer by more than 1e-12 of it, a thousandth
# of this.
EXACT = 1e-9


@pytest.fixture(scope="module")
def film(negative):
    return film_observer(negative)


def smooth(rng, how_many):
    """Reflectances .2 to .8 without narrow bands, (surface, wavelength)."""
    period_nm, phase = (
        rng.uniform(400, 900, (how_many, 1)),
        rng.uniform(0, 2 * np.pi, (how_many, 1)),
    )
    return 0.5 + 0.3 * np.sin(2 * np.pi * WAVELENGTH / period_nm + phase)


@pytest.mark.parametrize("kind", MAP_KINDS)
def test_between_one_observer_and_itself_nothing_is_left(kind):
    found = map_errors(NIKON, NIKON, D55, surface_set("rawtoaces"), kind)
    np.testing.assert_allclose(found.stops, 0, atol=EXACT)


@pytest.mark.parametrize("kind", MAP_KINDS)
def test_a_mixture_is_found_again(kind):
    """Luther's condition holds, so no map leaves anything, and the linear one is the mixture."""
    matrix = np.array([[0.7, 0.4, -0.1], [0.1, 0.8, 0.1], [-0.05, 0.15, 0.9]])
    seen = NIKON.responses(D55, surface_set("CIE 2017").reflectance)
    found = fit_map(kind, seen, seen @ matrix.T)
    np.testing.assert_allclose(np.log2(found(seen) / (seen @ matrix.T)), 0, atol=EXACT)
    np.testing.assert_allclose(found.matrix[:, :3], matrix, atol=1e-6)
    np.testing.assert_allclose(found.matrix[:, 3:], 0, atol=1e-6)


def test_a_root_polynomial_is_found_again(rng):
    seen = rng.uniform(0.05, 1, (60, 3))
    red, green, blue = seen.T
    wanted = np.stack([red, np.sqrt(red * green), 0.4 * blue + 0.6 * np.sqrt(green * blue)], axis=1)
    found = fit_map("root-polynomial", seen, wanted)
    np.testing.assert_allclose(np.log2(found(seen) / wanted), 0, atol=EXACT)
    left = np.log2(fit_map("linear", seen, wanted)(seen) / wanted)
    assert np.sqrt(np.square(left).mean(axis=0))[1] > 0.1


@pytest.mark.parametrize("kind", MAP_KINDS)
def test_exposure_is_a_factor(kind, film):
    found = map_errors(NIKON, film, D55, surface_set("rawtoaces"), kind)
    fitted = fit_map(kind, found.seen, found.wanted)
    for factor in (1e-3, 7.0):
        np.testing.assert_allclose(
            fitted(factor * found.seen), factor * fitted(found.seen), rtol=1e-12
        )


@pytest.mark.parametrize("kind", ["linear", "root-polynomial"])
def test_no_other_coefficients_do_better(kind, film, rng):
    """A minimum of the square error in stops: nearby, there is none lower."""
    found = map_errors(NIKON, film, D55, surface_set("CIE 2017"), kind)
    fitted = fit_map(kind, found.seen, found.wanted)

    def error(tried):
        return np.square(np.log2(tried(found.seen) / found.wanted)).sum(axis=0)

    for _ in range(50):
        moved = fitted.matrix + 1e-3 * rng.standard_normal(fitted.matrix.shape)
        assert np.all(error(replace(fitted, matrix=moved)) > error(fitted))


def test_a_wider_map_fits_no_worse(film):
    seen, wanted = (
        one.responses(D55, surface_set("rawtoaces").reflectance) for one in (NIKON, film)
    )
    linear, roots = (
        np.square(np.log2(fit_map(kind, seen, wanted)(seen) / wanted)).sum(axis=0)
        for kind in ("linear", "root-polynomial")
    )
    assert np.all(roots < linear)


def test_a_general_map_bends_where_no_polynomial_does(rng):
    """A bump in one corner of the colours: neighbours tell of it, six coefficients do not."""
    seen = rng.uniform(0.1, 1, (600, 3))
    ratios = np.log(seen[:, ::2] / seen[:, 1:2])
    bump = np.exp(-np.square(ratios - 0.5).sum(axis=1) / 0.18)
    wanted = seen * np.exp(bump)[:, None]
    out = np.arange(len(seen)) % FOLDS == 0
    rms = {
        kind: np.sqrt(
            np.square(
                np.log2(fit_map(kind, seen[~out], wanted[~out])(seen[out]) / wanted[out])
            ).mean()
        )
        for kind in MAP_KINDS
    }
    # Four of six hundred lie a tenth of e away, over which the bump changes by a sixth at most.
    assert rms["general"] < 0.5 * rms["root-polynomial"]


@pytest.mark.parametrize("kind", MAP_KINDS)
def test_the_surface_that_is_judged_was_left_out(kind, film, rng):
    """One that reflects a narrow band among smooth ones: a map that met it bends towards it."""
    reflectance = smooth(rng, 40)
    reflectance[17] = np.where(abs(WAVELENGTH - 665) < 20, 0.9, 0.02)
    found = map_errors(NIKON, film, D55, surfaces_of(reflectance), kind)
    met = np.log2(fit_map(kind, found.seen, found.wanted)(found.seen) / found.wanted)
    assert found.worst[0] == 17
    assert np.all(abs(found.stops[17]) > 1.1 * abs(met[17]))
    others = np.delete(np.arange(40), np.arange(7, 40, FOLDS))  # its fold holds 7, 17, 27 and 37
    by_hand = fit_map(kind, found.seen[others], found.wanted[others])(found.seen[[17]])
    np.testing.assert_allclose(found.mapped[17], by_hand[0], rtol=1e-12)


def test_below_nothing_an_answer_is_held(rng):
    """A matrix with a negative coefficient, shown a colour that it was not fitted to."""
    seen = rng.uniform(0.4, 0.6, (30, 3))
    wanted = seen - 0.3 * np.roll(seen, -1, axis=1)
    fitted = fit_map("linear", seen, wanted)
    np.testing.assert_allclose(fitted(np.array([[0.1, 0.8, 0.1]])), [[0.008, 0.77, 0.07]])


def test_what_is_told_is_what_was_found(film):
    found = map_errors(NIKON, film, D55, surface_set("rawtoaces"), "root-polynomial")
    np.testing.assert_allclose(found.wanted * 2**found.stops, found.mapped)
    np.testing.assert_allclose(found.rms, np.linalg.norm(found.stops, axis=0) / np.sqrt(190))
    assert np.all((abs(found.stops) <= found.p95).sum(axis=0) == 180)  # of 190, 95 in 100
    assert len(found.worst) == WORST
    off = abs(found.stops).max(axis=1)
    assert np.all(np.diff(off[found.worst]) <= 0)
    assert np.delete(off, found.worst).max() <= off[found.worst[-1]]


def test_film_is_not_to_be_had_from_a_camera(film):
    """What the report says of any matrix or table: a tenth of a stop and more is lost in red."""
    for light in ("D55", "3200K"):
        for kind in MAP_KINDS:
            found = map_errors(NIKON, film, illuminant(light), surface_set("CIE 2017"), kind)
            assert found.rms[0] > 0.1
            assert found.rms.argmin() == 1  # the green layer is the one that a camera has, too


def test_too_few_surfaces_are_no_measure(film, rng):
    few = surfaces_of(smooth(rng, FEWEST_SURFACES - 1))
    with pytest.raises(UsageError, match="mine holds 11 surfaces, expected 12 or more"):
        map_errors(NIKON, film, D55, few, "linear")


def test_a_black_surface_has_no_stops(film, rng):
    reflectance = smooth(rng, FEWEST_SURFACES)
    reflectance[3] = 0
    with pytest.raises(UsageError, match=r"no\. 3 of mine is black to the red channel of Nikon"):
        map_errors(NIKON, film, D55, surfaces_of(reflectance), "linear")
