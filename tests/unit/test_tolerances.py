"""What a sheet says its readings are known to, and what that allows a film."""

import numpy as np
import pytest

from spectral_film.lab.stated import Known, stated
from spectral_film.lab.tolerances import CHARACTERISTIC_CURVE, rms_and_largest

X = np.array([5.0, 12.5, 50.0])
HOUSE = CHARACTERISTIC_CURVE["camera"]


@pytest.mark.parametrize(
    ("text", "sigma", "largest"),
    [
        ("one reader; two readers of one chart differ by 0.003 rms, 0.010 max", 0.003, 0.010),
        ("0.003 to 0.006 rms, 0.025 max; negative values are real", 0.006, 0.025),
        ("one reader, 0.003 rms, 0.010 max: made monotone, by 0.043 at most", 0.003, 0.043),
        # The table holds the mean of the two.
        ("0.0080 rms, 0.0128 max between the two", 0.0040, 0.0064),
        ("1.5 percent, 3 percent below 12.5 cycles/mm", (0.03, 0.015, 0.015), 0),
        ("8 percent below 10 cycles/mm, 5 percent above", (0.08, 0.05, 0.05), 0),
        ("0.7 percent rms, 1.9 max; 3 percent below 12.5 cycles/mm", (0.03, 0.007, 0.007), 0),
    ],
)
def test_what_the_comments_of_tables_say(text, sigma, largest):
    known = stated(text, X)
    assert known is not None
    np.testing.assert_allclose(known.sigma, np.broadcast_to(sigma, 3))
    np.testing.assert_allclose(known.largest, largest)


@pytest.mark.parametrize("text", [None, "", "0.01 D", "read with care", "rms unknown"])
def test_words_without_numbers_say_nothing(text):
    assert stated(text, X) is None


def test_without_a_stated_uncertainty_the_house_holds():
    rms, largest = rms_and_largest(np.array([0.004, -0.006]), HOUSE)
    assert (rms.allowed, largest.allowed) == (HOUSE.rms, HOUSE.largest)
    assert not rms.met
    assert largest.met
    assert largest.value == -0.006


def test_chi_square_widens_what_the_house_allows_and_never_narrows_it():
    difference = np.array([0.006, -0.006, 0.009, 0.0])
    for sigma, met in ((0.0001, False), (0.003, False), (0.005, True)):
        known = Known(sigma=np.full(4, sigma), largest=np.zeros(4))
        rms, largest = rms_and_largest(difference, HOUSE, known)
        # The same verdict as by chi square itself.
        assert rms.met == (np.mean((difference / sigma) ** 2) <= 2) == met
        assert rms.allowed >= HOUSE.rms
        assert largest.allowed == max(HOUSE.largest, 2.5 * sigma)


def test_a_reading_is_held_to_what_it_is_known_to_itself():
    known = Known(sigma=np.array([0.03, 0.003]), largest=np.zeros(2))
    _, loose = rms_and_largest(np.array([0.02, 0.0]), HOUSE, known)
    _, tight = rms_and_largest(np.array([0.0, 0.02]), HOUSE, known)
    assert loose.met
    assert not tight.met


@pytest.mark.parametrize("difference", [np.array([]), np.array([np.nan, 0.0])])
def test_nothing_read_is_not_within_anything(difference):
    known = Known(sigma=np.ones(len(difference)), largest=np.ones(len(difference)))
    assert not any(m.met for m in rms_and_largest(difference, HOUSE, known))
    assert not any(m.met for m in rms_and_largest(difference, HOUSE))
