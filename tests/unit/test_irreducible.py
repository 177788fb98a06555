"""The floor under every camera map: the least of three kinds, in stops and in the print."""

from dataclasses import replace

import numpy as np
import pytest
from own_surfaces import print_difference, surfaces_of

from spectral_film import Settings
from spectral_film.metamerism.change_of_light import STANDARD_EYE, lab_of
from spectral_film.metamerism.irreducible import floor, irreducible, worst_surfaces
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.maps import MAP_KINDS, WORST
from spectral_film.metamerism.observers import camera, eye, film_observer
from spectral_film.metamerism.surfaces import surface_set

D55, FL11 = light("D55"), light("FL11")
CAMERAS = camera("Nikon D5100"), camera("Sigma SD1 Merrill")
SETS = surface_set("ColorChecker"), surface_set("CIE 2017")
# Prints of the same layers, but computed beside others: the last bits of 32.
SAME_PRINT = 1e-3


@pytest.fixture(scope="module")
def film(negative):
    return film_observer(negative)


@pytest.fixture(scope="module")
def found(film, device):
    """Two cameras and two sets in D55, and one of each in FL11."""
    in_d55 = [(one, D55, data) for one in CAMERAS for data in SETS]
    return [
        kind
        for one, where, data in [*in_d55, (CAMERAS[0], FL11, SETS[0])]
        for kind in irreducible(one, film, where, data, Settings(), device)
    ]


@pytest.fixture(scope="module")
def worst(found, device):
    in_d55 = floor([one for one in found if one.light == "D55"])
    return worst_surfaces(in_d55, CAMERAS, D55, Settings(), device)


def test_every_kind_of_map_is_tried(found):
    assert [one.errors.kind for one in found] == list(MAP_KINDS) * 5


def test_the_floor_is_the_least_of_the_kinds(found):
    least = floor(found)
    assert [(one.camera, one.light, one.data.name) for one in least] == [
        ("Nikon D5100", "D55", "ColorChecker"),
        ("Nikon D5100", "D55", "CIE 2017"),
        ("Sigma SD1 Merrill", "D55", "ColorChecker"),
        ("Sigma SD1 Merrill", "D55", "CIE 2017"),
        ("Nikon D5100", "FL11", "ColorChecker"),
    ]
    for place, one in enumerate(least):
        kinds = found[3 * place : 3 * place + 3]
        assert one in kinds
        assert np.linalg.norm(one.errors.rms) == min(
            np.linalg.norm(kind.errors.rms) for kind in kinds
        )
    assert len({one.errors.kind for one in least}) > 1  # no kind is best everywhere


def test_of_equals_the_narrower_map_is_the_floor(found):
    """Where no neighbours help, the general map is the root-polynomial."""
    _, roots, general = found[3:6]
    np.testing.assert_array_equal(roots.errors.rms, general.errors.rms)
    assert roots in floor(found)
    assert general not in floor(found)


def test_the_difference_is_that_of_the_prints(found, device):
    for one in found[:3]:
        expected = print_difference(one.errors.wanted, one.errors.mapped, device)
        np.testing.assert_allclose(one.difference, expected, atol=SAME_PRINT)
        assert one.difference.max() > 1


def test_the_film_s_own_print_is_the_same_by_every_map(found):
    linear, *others = found[:3]
    for one in others:
        np.testing.assert_array_equal(one.film_lab, linear.film_lab)
        assert not np.allclose(one.mapped_lab, linear.mapped_lab, atol=1)


def test_a_camera_that_is_the_film_leaves_nothing(film, device):
    same = replace(film, name="same", kind="camera")
    linear, *_ = irreducible(same, film, D55, SETS[0], Settings(), device)
    np.testing.assert_allclose(linear.errors.stops, 0, atol=1e-9)
    np.testing.assert_allclose(linear.difference, 0, atol=SAME_PRINT)
    assert (linear.camera, linear.light) == ("same", "D55")


def test_a_camera_of_mixed_layers_leaves_nothing_to_a_matrix(film, device):
    """Luther's condition, in the print."""
    mixed = replace(
        film,
        kind="camera",
        sensitivity=np.array([[1, 0.2, 0], [0.1, 1, 0.1], [0, 0.3, 1]]) @ film.sensitivity,
    )
    linear, *_ = irreducible(mixed, film, FL11, SETS[1], Settings(), device)
    np.testing.assert_allclose(linear.difference, 0, atol=SAME_PRINT)


def test_the_worst_come_first(found, worst):
    differences = [one.difference for one in worst]
    assert len(worst) == WORST
    assert differences == sorted(differences, reverse=True)
    in_d55 = floor([one for one in found if one.light == "D55"])
    every = np.sort(np.concatenate([one.difference for one in in_d55]))
    np.testing.assert_array_equal(differences, every[: -WORST - 1 : -1])
    assert {(one.camera, one.data) for one in worst} == {
        (who.name, data.name) for who in CAMERAS for data in SETS
    }


def test_a_worst_surface_keeps_what_was_found_of_it(found, worst):
    by_place = {(one.camera, one.light, one.data.name): one for one in floor(found)}
    for one in worst:
        whole = by_place[one.camera, one.light, one.data]
        at = whole.data.names.index(one.name)
        np.testing.assert_array_equal(one.reflectance, whole.data.reflectance[at])
        np.testing.assert_array_equal(one.stops, whole.errors.stops[at])
        np.testing.assert_array_equal(one.film_lab, whole.film_lab[:, at])
        np.testing.assert_array_equal(one.mapped_lab, whole.mapped_lab[:, at])


def test_a_worst_surface_is_seen_by_the_eye_and_by_its_own_camera(worst, device):
    cameras = {one.name: one for one in CAMERAS}
    for one in (worst[0], next(each for each in worst if each.camera != worst[0].camera)):
        for who, lab in ((eye(STANDARD_EYE), one.eye_lab), (cameras[one.camera], one.camera_lab)):
            seen = lab_of(who, D55, one.reflectance[None], Settings(), device)
            np.testing.assert_allclose(lab, seen[0])


def test_fewer_surfaces_than_are_asked_for_are_all_there(film, device):
    data = surfaces_of(SETS[0].reflectance[:12])
    left = floor(irreducible(CAMERAS[0], film, D55, data, Settings(), device))
    assert len(worst_surfaces(left, CAMERAS[:1], D55, Settings(), device)) == 12
    assert len(worst_surfaces(left, CAMERAS[:1], D55, Settings(), device, 5)) == 5
