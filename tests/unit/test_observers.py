"""Observers: who they are, what they make of surfaces, and how much two of them have in common."""

from dataclasses import replace

import numpy as np
import pytest

from spectral_film.errors import InputError, SpectralGridError, UsageError
from spectral_film.light.spectra import WAVELENGTH, colour_chart, illuminant, observer
from spectral_film.metamerism.luther import angles, luther_error, r_matrix, unseen, vora
from spectral_film.metamerism.observers import CAMERAS, EYES, camera, eye, film_observer

D55 = illuminant("D55")


@pytest.fixture(scope="module")
def everybody(negative):
    return [film_observer(negative), *map(eye, EYES), *map(camera, CAMERAS)]


def mixed(one, matrix):
    """The same observer in other primaries; its channels are no longer peaks of 1."""
    return replace(one, name="mixed", sensitivity=np.asarray(matrix) @ one.sensitivity)


def test_every_observer_sees_in_three_channels_of_peak_one(everybody):
    for one in everybody:
        assert one.sensitivity.shape == (3, len(WAVELENGTH))
        np.testing.assert_allclose(one.sensitivity.max(axis=1), 1, rtol=1e-12)
        beyond = (one.known_nm[0] > WAVELENGTH) | (one.known_nm[1] < WAVELENGTH)
        assert not one.sensitivity[:, beyond].any()
        assert one.source
        with pytest.raises(ValueError, match="read-only"):
            one.sensitivity[0, 0] = 1


def test_the_standard_eye_is_that_of_the_engine(everybody):
    ours = observer() / observer().max(axis=1, keepdims=True)
    # One is tabulated by 1 nm and averaged over the grid's step, the other taken at 5 nm: they part
    # by a twelfth of the second difference, .0073 where zbar bends most.
    np.testing.assert_allclose(eye("cie 1931, 2 DEG").sensitivity, ours, atol=0.01)


def test_surfaces_are_seen_by_plain_integration(everybody):
    patch = colour_chart()["orange"]
    for one in everybody:
        white = one.responses(D55, np.ones(len(WAVELENGTH)))
        np.testing.assert_allclose(white, 1, rtol=1e-12)
        by_hand = [
            sum(s * p * r for s, p, r in zip(channel, D55, patch, strict=True))
            / sum(s * p for s, p in zip(channel, D55, strict=True))
            for channel in one.sensitivity
        ]
        np.testing.assert_allclose(one.responses(D55, patch), by_hand, rtol=1e-12)


def test_a_light_that_a_channel_sees_nothing_of_is_refused():
    red = np.where(WAVELENGTH > 700, 1.0, 0.0)
    with pytest.raises(UsageError, match="channel of Sigma SD1 Merrill sees nothing"):
        camera("Sigma SD1 Merrill").responses(red, np.ones(len(WAVELENGTH)))


def test_whoever_sees_the_same_space_has_all_in_common():
    one = eye("CIE 1931 2 deg")
    other = mixed(one, [[0.4, 0.3, -0.1], [-0.2, 1.4, 0.0], [0.1, 0.0, 2.0]])
    for light in (None, D55):
        assert vora(one, other, light) == pytest.approx(1, abs=1e-12)
        np.testing.assert_allclose(angles(one, other, light), 0, atol=1e-5)
    np.testing.assert_allclose(luther_error(one, other), 0, atol=1e-7)


def test_whoever_sees_nothing_of_another_has_nothing_in_common():
    """Bands apart; and one of three shared: a third."""
    bands = np.kron(np.eye(9), np.ones(9))[:, : len(WAVELENGTH)]
    bands = np.pad(bands, ((0, 0), (0, len(WAVELENGTH) - bands.shape[1])))
    red, green, share = (
        replace(eye("CIE 1931 2 deg"), sensitivity=bands[rows])
        for rows in ([0, 1, 2], [3, 4, 5], [2, 3, 4])
    )
    assert vora(red, green) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(angles(red, green), 90)
    assert vora(red, share) == pytest.approx(1 / 3)
    np.testing.assert_allclose(angles(red, share), [0, 90, 90], atol=1e-5)
    np.testing.assert_allclose(luther_error(red, share), [1, 1, 0], atol=1e-12)


def test_vora_is_the_mean_square_cosine(everybody):
    film, *others = everybody
    for one in others:
        for light in (None, D55):
            cosines = np.cos(np.radians(angles(film, one, light)))
            assert vora(film, one, light) == pytest.approx(np.mean(cosines**2), rel=1e-9)
            assert vora(film, one, light) == pytest.approx(vora(one, film, light), rel=1e-12)


def test_the_projector_leaves_metameric_black():
    """Cohen: what is left of a stimulus, its observer sees nothing of; what is kept looks alike."""
    one, patch = eye("CIE 1931 2 deg"), colour_chart()["foliage"]
    fundamental = r_matrix(one) @ patch
    np.testing.assert_allclose(one.sensitivity @ (patch - fundamental), 0, atol=1e-12)
    np.testing.assert_allclose(r_matrix(one) @ fundamental, fundamental, atol=1e-12)
    rest = unseen(camera("Nikon D5100"), one)
    np.testing.assert_allclose(rest @ one.sensitivity.T, 0, atol=1e-12)


def test_a_camera_is_less_like_film_than_like_the_eye(everybody):
    """What the report is about: published figures of Vora for cameras and eyes are .9 and more."""
    film, standard, nikon = everybody[0], eye("CIE 1931 2 deg"), camera("Nikon D5100")
    assert vora(nikon, standard) > 0.9
    assert vora(nikon, film) < 0.75


# Names and files


@pytest.mark.parametrize("name", ["nikon d5100", "NIKON-D5100"])
def test_names_are_known_however_they_are_spelt(name):
    assert camera(name).name == "Nikon D5100"


@pytest.mark.parametrize(
    ("find", "name", "told"),
    [(camera, "Nikon D500", "did you mean Nikon D5100"), (camera, "zzz", "expected one of Nikon"),
     (eye, "CIE 1931", "did you mean CIE 1931 2 deg")],
)  # fmt: skip
def test_an_unknown_name_meets_the_nearest_ones(find, name, told):
    with pytest.raises(UsageError, match=told):
        find(name)


def written(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    return path


def rows(first=380, last=780, step=5, channels=3):
    return "\n".join(
        ",".join([str(nm), *(f"{0.1 + (nm % (70 + 30 * c)) / 100:.3f}" for c in range(channels))])
        for nm in range(first, last + 1, step)
    )


def test_a_camera_of_one_s_own_is_read_in_any_order(tmp_path):
    plain = camera(written(tmp_path, "wavelength,r,g,b  # of mine\n" + rows()))
    turned = "\n".join(reversed(rows().splitlines()))
    np.testing.assert_array_equal(plain.sensitivity, camera(written(tmp_path, turned)).sensitivity)
    assert (plain.name, plain.kind, plain.known_nm) == ("mine", "camera", (380, 780))


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        (rows(channels=2), InputError, r"line 1: 2 values beside the wavelength, expected 3"),
        (rows(channels=4), InputError, r"line 1: 4 values beside"),
        (rows(last=650), SpectralGridError, r"known from 380 to 650 nm, expected 400 to 700 nm"),
        ("a,b,c,d\n", InputError, r"no line of numbers"),
        (rows() + "\n400,x,1,1", InputError, r"line 82: '400,x,1,1' is no line of numbers"),
        (rows() + "\n400,1,1,1", InputError, r"400 nm comes twice"),
        (rows() + "\n800,-1,1,1", InputError, r"sensitivities of 0 or more"),
        (rows() + "\n800,nan,1,1", InputError, r"sensitivities of 0 or more"),
        ("380,0,1,1\n780,0,1,1", InputError, r"the red channel sees nothing"),
    ],
)
def test_a_camera_that_is_none_is_one_sentence(tmp_path, text, error, told):
    with pytest.raises(error, match=told) as found:
        camera(written(tmp_path, text))
    assert "\n" not in str(found.value)


def test_a_camera_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        camera(tmp_path / "none.csv")
