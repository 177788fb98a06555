"""What the eye sees of greys on a print balanced for it: sums over the print's own spectra."""

from dataclasses import replace

import numpy as np
import pytest
from instruments import GREY, STOP, log_exposure_of_grey, neutral, patch, step_tablet

from spectral_film import Settings, render
from spectral_film.errors import FilmModelError
from spectral_film.light.spectra import illuminant, observer

WHITES, PERCENT = ("print", "lamp"), (0.0, 0.1, 2.0)
ROUNDING = 1e-5  # float32 through three exponentials, of each of X, Y, Z


@pytest.fixture
def grey():
    return neutral(np.full((2, 2), GREY))


def seen_through(density: np.ndarray) -> np.ndarray:
    """XYZ of the projector's light through a spectral density, Y = 1 for the open gate, (3,)."""
    light = observer() * illuminant("Kinoton 75P")
    return light @ 10**-density / light[1].sum()


def white_of(print_film, which: str, flare: float) -> np.ndarray:
    """XYZ of the lamp, or of the print's base, in a theatre of that flare."""
    gate = seen_through(np.zeros(85))
    base = seen_through(print_film.dmin_density)
    return gate if which == "lamp" else (base + flare * gate) / (1 + flare)


@pytest.mark.parametrize("percent", PERCENT)
@pytest.mark.parametrize("white", WHITES)
def test_grey_is_seen_in_the_colour_of_the_white_at_visual_density_1(
    print_film, grey, white, percent
):
    flare = percent / 100
    xyz = patch(grey, to="xyz", white=white, flare=percent)
    wanted = white_of(print_film, white, flare)
    assert xyz / xyz[1] == pytest.approx(wanted / wanted[1], rel=3 * ROUNDING)
    # Y' = (Y + k) / (1 + k), and the print's own Y is a tenth of the open gate.
    assert xyz[1] * (1 + flare) - flare == pytest.approx(0.1, rel=3 * ROUNDING)


@pytest.mark.parametrize("white", WHITES)
def test_on_the_display_that_grey_has_no_colour(print_film, grey, white):
    rgb = patch(grey, white=white)
    expected = (0.1 + 0.001) / 1.001 / white_of(print_film, "print", 0.001)[1]
    # Luminance of the clear print is 1. CAT16 hands luminance on exactly for the white's own hue.
    assert rgb == pytest.approx(np.full(3, expected), rel=1e-4)


def test_both_ends_of_the_scale_are_as_neutral_as_the_sheet_lets_them_be(print_film):
    """CIELAB beside the clear print, -4 to +4 stops about the grey."""
    stops = np.arange(-4, 5)
    white = white_of(print_film, "print", 0.001)
    xyz = step_tablet(log_exposure_of_grey() + stops * STOP, to="xyz")
    f = np.cbrt(np.maximum(xyz / white[:, None], (6 / 29) ** 3))
    f = np.where(xyz / white[:, None] > (6 / 29) ** 3, f, 4 / 29 + xyz / white[:, None] * 7.787037)
    chroma = np.hypot(500 * (f[0] - f[1]), 200 * (f[1] - f[2]))
    # One balance makes one step neutral; at the others the curves of the sheet part. .01 D in one
    # dye, which is how well they are read, is 2 to 3; both ends lie on the print's white and black.
    assert chroma[stops == 0] < 0.01
    assert chroma[stops < 0].max() < 3
    assert chroma.max() < 5


@pytest.mark.parametrize("percent", PERCENT)
def test_flare_adds_the_lamp_to_everything(print_film, percent):
    """XYZ' = (XYZ + k XYZ_open) / (1 + k), on one and the same print."""
    scale = log_exposure_of_grey() + np.array([-6, 0, 6]) * STOP
    print_as_it_is = {"to": "xyz", "balance": "lad"}
    without = step_tablet(scale, flare=0, **print_as_it_is)
    gate, k = seen_through(np.zeros(85))[:, None], percent / 100
    veiled = step_tablet(scale, flare=percent, **print_as_it_is)
    assert veiled == pytest.approx((without + k * gate) / (1 + k), rel=3 * ROUNDING)


def test_a_white_print_is_display_white_under_any_flare(grey):
    clear = {"printer_points": (-100, -100, -100), "exposure": 12}
    for percent in (0, 10):
        assert patch(grey, flare=percent, **clear) == pytest.approx(np.ones(3), abs=1e-5)


def test_the_balance_belongs_to_the_stock_and_not_to_the_exposure(grey):
    """A stop over prints lighter; nothing brings it back but printer lights."""
    over, metered = patch(grey, to="xyz", exposure=1), patch(grey, to="xyz")
    assert over[1] > 2 * metered[1]


def test_a_print_that_cannot_show_it_says_so(print_film, grey):
    curve = print_film.tone_curve
    pale = replace(print_film, tone_curve=replace(curve, density_range=0.2 * curve.density_range))
    with pytest.raises(FilmModelError, match=r"luminance of 0\.100; .* --balance lad$"):
        render(grey, Settings(grain="off", print_film=pale))
    assert np.isfinite(
        render(grey, Settings(grain="off", print_film=pale, balance="lad")).planes
    ).all()
