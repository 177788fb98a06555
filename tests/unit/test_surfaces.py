"""Sets of measured surfaces: complete, on the grid, and held where nobody measured."""

import numpy as np
import pytest

from spectral_film.errors import UsageError
from spectral_film.light.spectra import WAVELENGTH, colour_chart
from spectral_film.metamerism.surfaces import SETS, surface_set


@pytest.mark.parametrize(
    ("name", "how_many"), [("ColorChecker", 24), ("rawtoaces", 190), ("CIE 2017", 99)]
)
def test_a_set_is_whole_and_held_at_its_ends(name, how_many):
    found = surface_set(name)
    assert found.reflectance.shape == (how_many, len(WAVELENGTH))
    assert len(set(found.names)) == how_many
    assert found.name == name
    assert found.source
    assert found.reflectance.min() >= 0
    with pytest.raises(ValueError, match="read-only"):
        found.reflectance[0, 0] = 1
    for beyond, end in zip(
        (found.known_nm[0] > WAVELENGTH, found.known_nm[1] < WAVELENGTH),
        found.known_nm,
        strict=True,
    ):
        held = found.reflectance[:, np.argmin(abs(WAVELENGTH - end)), None]
        np.testing.assert_array_equal(
            found.reflectance[:, beyond], np.repeat(held, beyond.sum(), 1)
        )


def test_samples_are_those_of_the_source():
    """By hand from the file that colour-science carries: the grids coincide."""
    from colour import SpectralShape
    from colour.quality.cfi2017 import load_TCS_CIE2017

    theirs = load_TCS_CIE2017(SpectralShape(380, 780, 5))
    ours = surface_set("CIE 2017")
    for nm in (380, 555, 780):
        np.testing.assert_allclose(ours.reflectance[:, nm == WAVELENGTH].T[0], theirs[nm])
    chart = surface_set("ColorChecker")
    np.testing.assert_array_equal(
        chart.reflectance[chart.names.index("orange")], colour_chart()["orange"]
    )


def test_only_papers_of_the_academy_outshine_a_white():
    brightest = {name: surface_set(name).reflectance.max(axis=1) for name in SETS}
    assert {name: int((peak > 1).sum()) for name, peak in brightest.items()} == {
        "ColorChecker": 0, "rawtoaces": 5, "CIE 2017": 0,
    }  # fmt: skip


def test_names_of_sets_are_known_however_they_are_spelt():
    assert surface_set("cie-2017") is not surface_set("rawtoaces")
    assert surface_set("cie-2017").name == "CIE 2017"


def test_an_unknown_set_meets_those_that_there_are():
    with pytest.raises(
        UsageError, match=r"'Munsell'; expected one of ColorChecker, rawtoaces, CIE"
    ):
        surface_set("Munsell")
