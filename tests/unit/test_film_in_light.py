"""Lights: rated as colour-science rates them; and what film does in them."""

from dataclasses import replace

import colour
import numpy as np
import pytest
from other_kinds import reversal, silver_negative, silver_print

from spectral_film import Settings
from spectral_film.emulsion.stocks import load_camera_film
from spectral_film.errors import UsageError
from spectral_film.light.metering import GREY
from spectral_film.light.spectra import (
    WAVELENGTH,
    colour_chart,
    illuminant,
    measured_light,
    observer,
    planckian,
)
from spectral_film.metamerism.film_in_light import film_in_light
from spectral_film.metamerism.lights import USUAL, light, rate
from spectral_film.metamerism.observers import camera, film_observer
from spectral_film.metamerism.shifts import channel_shift
from spectral_film.metamerism.study import compare

CHART = colour_chart()


@pytest.mark.parametrize("name", ["LED-B3", "LED-V2", "LED-RGB1", "FL11", "HP5", "FL2"])
def test_lights_are_rated_as_by_colour_science(name):
    """By its own tables, on their own wavelengths."""
    theirs, found = colour.SDS_ILLUMINANTS[name], rate(light(name))
    d55 = colour.sd_CIE_illuminant_D_series(
        colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D55"]
    )
    assert found.ssi_5500k == colour.spectral_similarity_index(theirs, d55)
    with colour.utilities.suppress_warnings(colour_runtime_warnings=True):
        rf, cri = colour.colour_fidelity_index(theirs), colour.colour_rendering_index(theirs)
    assert found.rf == pytest.approx(rf, abs=0.1)
    # R_a hangs on a temperature from tables of 5 nm: .3 where the light has narrow lines.
    assert found.cri == pytest.approx(cri, abs=0.5)
    assert found.ssi_nearest >= found.ssi_3200k - 1  # of black bodies the nearest is the best


@pytest.mark.parametrize("kelvin", [2400, 3200, 4800])
def test_a_black_body_is_like_itself(kelvin):
    found = rate(light(f"{kelvin}K"))
    assert found.cct_k == pytest.approx(kelvin, rel=2e-3)
    assert abs(found.duv) < 1e-4
    assert (found.nearest, found.ssi_nearest) == (f"black body of {found.cct_k:.0f} K", 100)
    assert found.cri == pytest.approx(100, abs=0.1)


def test_a_daylight_is_like_itself():
    found = rate(light("D65"))
    assert found.nearest.startswith("daylight of 65")
    assert found.ssi_nearest == 100


@pytest.mark.parametrize("name", USUAL)
def test_lights_have_one_luminance(name):
    assert observer()[1] @ light(name).power == pytest.approx(observer()[1].sum(), rel=1e-12)


def test_layers_get_what_plain_integration_gives(negative):
    sensitivity = negative.spectral_sensitivity
    tungsten, balance = planckian(3200), illuminant(negative.balance)
    eye = observer()[1]
    by_hand = [
        np.log2((s @ tungsten / (eye @ tungsten)) / (s @ balance / (eye @ balance)))
        for s in sensitivity
    ]
    shift = channel_shift(film_observer(negative), light("3200K"), light(negative.balance))
    np.testing.assert_allclose(shift, by_hand, rtol=1e-9)
    assert by_hand[0] > 0 > by_hand[2]  # tungsten is red


def test_the_light_of_the_balance_changes_nothing(device):
    found = film_in_light(light("D55"), CHART, Settings(), device)
    np.testing.assert_allclose(found.layer_shift_stops, 0, atol=1e-9)
    np.testing.assert_allclose(found.printer_points, 25, atol=1e-4)  # float32 of a density
    assert found.difference.max() < 1e-2


@pytest.mark.parametrize("name", ["A", "LED-B3", "FL2"])
def test_the_points_bring_the_grey_card_back(device, name):
    grey = {"grey": np.full(len(WAVELENGTH), GREY)}
    settings = Settings(printer_points=(24.0, 26.0, 25.0))
    found = film_in_light(light(name), grey | CHART, settings, device)
    assert found.difference[0] < 0.01
    assert found.difference[1:].max() > 0.5  # and nothing else
    # A layer that got less light prints with less: blue, of all of these, gets least.
    points = found.printer_points - settings.printer_points
    if name != "FL2":
        assert np.argmin(points) == np.argmin(found.layer_shift_stops) == 2


def test_a_slide_keeps_the_cast_of_its_light(device):
    """No printer stands behind it: lamps are red on daylight film, the grey card too."""
    grey = {"grey": np.full(len(WAVELENGTH), GREY)}
    found = film_in_light(light("A"), grey | CHART, Settings(film=reversal()), device)
    assert found.printer_points is None
    assert found.difference[0] > 10
    assert found.lab[2, 0] - found.reference_lab[2, 0] > 10  # b*: yellow
    assert found.layer_shift_stops[0] > 0 > found.layer_shift_stops[2]


@pytest.mark.parametrize(
    ("films", "said"),
    [
        ({"film": silver_negative(), "print_film": silver_print()}, "shows no colours"),
        ({"print_film": silver_print()}, "silver-print is black and white"),
        ({"print_film": None}, "colours are compared in the print"),
    ],
)
def test_what_shows_no_colours_is_not_studied(device, films, said):
    with pytest.raises(UsageError, match=said):
        compare(Settings(**films), [camera("Nikon D5100")], [light("A")], None, device)


def test_a_light_is_as_good_as_its_spectrum(device):
    one = light("LED-B3")
    other = light(measured_light(one.power))
    first, second = (film_in_light(of, CHART, Settings(), device) for of in (one, other))
    np.testing.assert_allclose(first.lab, second.lab, atol=1e-3)


def test_what_happens_between_pixels_does_not_count(device):
    loud = Settings(grain="boolean", grain_size=0.5, exposure=1.0)
    even = replace(loud, grain="off")
    first, second = (film_in_light(light("A"), CHART, s, device) for s in (loud, even))
    np.testing.assert_array_equal(first.lab, second.lab)
    assert load_camera_film("vision3-250d").grain is not None


def test_unknown_lights_meet_the_nearest_ones():
    with pytest.raises(UsageError, match="did you mean"):
        light("LED-B33")
