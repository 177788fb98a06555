"""Through the printer and the projector, as a laboratory does it: LAD, points, the grey scale."""

import numpy as np
import pytest
from instruments import GREY, STOP, log_exposure_of_grey, neutral, patch, step_tablet
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from spectral_film.light.spectra import illuminant, observer

LAD = np.array([1.09, 1.06, 1.03])  # status A, Kodak H-1-2383 and H-61B
LABORATORY = {"balance": "lad", "white": "lamp", "flare": 0.1}
STOPS = np.arange(-6, 9)
AT_GREY = 6


# From 400 nm up the blue gamma is .5188. The print's sensitivity goes on to 365 nm, where the
# sheet of the negative has no dye densities and the printer a UV filter (WRATTEN 2B).
@pytest.fixture
def grey():
    return neutral(np.full((2, 2), GREY))


@pytest.fixture(scope="module")
def grey_scale():
    """XYZ of a scale in stops about the 18 % grey, (3, step)."""
    return step_tablet(log_exposure_of_grey() + STOPS * STOP, to="xyz", **LABORATORY)


@pytest.fixture(scope="module")
def clear_print():
    return _unexposed_print("xyz")


def test_an_18_percent_grey_prints_on_the_laboratory_aim_density(grey):
    # The balance is exact; float32 densities.
    assert patch(grey, to="print", **LABORATORY) == pytest.approx(LAD, abs=0.001)


def test_the_laboratory_aim_is_a_neutral_of_visual_density_1(grey):
    # Kodak: LAD is a visual neutral of 1.00; the sheet's dyes are read to .01 D.
    assert -np.log10(patch(grey, to="xyz", **LABORATORY)[1]) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("point", [1, -1])
def test_one_printer_point_moves_the_density_by_the_slope_of_the_sheet(grey, print_film, point):
    curves = print_film.published["characteristic_curves"]
    slopes = [
        _slope_at(curves["log_exposure"], curves[f"D_{record}"], aim)
        for record, aim in zip("RGB", LAD, strict=True)
    ]
    as_is, moved = (
        patch(grey, to="print", printer_points=(points,) * 3, **LABORATORY)
        for points in (25, 25 + point)
    )
    moved -= as_is
    # .01 D of reading error on two samples .05 apart: .2 in a slope near 3, times .025; the
    # curvature of the toe adds .003.
    assert moved == pytest.approx(point * 0.025 * np.array(slopes), abs=0.006)
    assert moved == pytest.approx(point * np.array([0.094, 0.078, 0.075]), abs=0.006)


@pytest.mark.parametrize("record", [0, 1, 2])
def test_more_printer_points_are_a_darker_print_of_their_own_record(grey, record):
    points = [25.0, 25.0, 25.0]
    points[record] += 4
    moved = patch(grey, to="print", printer_points=tuple(points), **LABORATORY) - LAD
    assert moved.argmax() == record
    # Status A filters see a little of the other two dyes: a tenth of the move, .17 at worst.
    others = np.delete(moved, record)
    assert np.all((others > 0) & (others < 0.2 * moved[record]))


def test_exposure_index_and_exposure_move_the_negative_but_not_the_printer(grey):
    """A stop over, however it is set, is a denser negative and a lighter print."""
    over = patch(grey, to="print", exposure=1, **LABORATORY)
    half_speed = patch(grey, to="print", ei=125, **LABORATORY)
    assert over == pytest.approx(half_speed, abs=1e-6)
    assert np.all(over < LAD - 0.3)
    # The very negative that a grey of twice the reflectance has on a metered roll.
    lighter = neutral(np.full((2, 2), 2 * GREY))
    assert patch(grey, to="negative", ei=125) == pytest.approx(
        patch(lighter, to="negative"), abs=1e-6
    )
    assert patch(lighter, to="print", **LABORATORY) == pytest.approx(over, abs=1e-6)


@pytest.mark.parametrize(
    ("record", "gamma"),
    [
        pytest.param(0, 0.499, id="red"),
        pytest.param(1, 0.562, id="green"),
        pytest.param(2, 0.519, id="blue"),
    ],
)
def test_gamma_of_the_negative_as_the_print_stock_sees_it(record, gamma):
    log_exposure = np.arange(-2.05, -0.2, 0.05)
    seen = step_tablet(log_exposure, to="printing-density")[record]
    # Sums of docs/physics.md, Printing; for 3200 K. A percent for the digitised sensitivities.
    assert np.polyfit(log_exposure, seen, 1)[0] == pytest.approx(gamma, rel=0.01)


def test_the_grey_scale_prints_along_the_published_curves(print_film):
    """Status A, from printing densities and the print's sheet, a record at a time."""
    scale = log_exposure_of_grey() + np.arange(-4, 5) * STOP
    seen = step_tablet(scale, to="printing-density")
    printed = step_tablet(scale, to="print", **LABORATORY)
    curves = print_film.published["characteristic_curves"]
    h = curves["log_exposure"]
    for record, name in enumerate("RGB"):
        curve = PchipInterpolator(h, curves[f"D_{name}"])
        aim = brentq(lambda x, c=curve, r=record: c(x) - LAD[r], h[0], h[-1])
        expected = curve(np.clip(aim + seen[record, 4] - seen[record], h[0], h[-1]))
        # The sheet holds for equal exposures. Here the records part by up to .06 in log exposure,
        # and each sees .18 of the others' dyes at slopes up to 4.6: .05 D.
        assert printed[record] == pytest.approx(expected, abs=0.05)


def test_greys_are_neutral_by_the_light_of_the_lamp(grey_scale):
    # Targets: 4 below grey, where the aim is neutral by design; 10 above, where the published
    # base is yellow (.104 in blue).
    chroma = np.hypot(*_lab(grey_scale, _lamp_white())[1:])
    assert chroma[STOPS <= 0].max() <= 4
    assert chroma.max() <= 10


def test_contrast_of_the_system(grey_scale):
    """dlogY / dlogH: 1.6 through grey, where a straight copy would have 1."""
    gamma = np.gradient(np.log10(grey_scale[1]), STOP)
    # 1.63 for the standard receiver, whose gammas are 1 to 3 % higher than those of the 3200 K
    # lamp (docs/physics.md, Density), with 1 % taken by the flare.
    assert gamma[AT_GREY] == pytest.approx(1.6, abs=0.05)
    assert gamma[AT_GREY - 1] > gamma[AT_GREY] > gamma[AT_GREY + 1] > gamma[AT_GREY + 2]


def test_grey_sits_at_a_ninth_of_white_and_white_card_at_six_tenths(grey_scale, clear_print):
    card = np.array([log_exposure_of_grey() + np.log10(0.9 / GREY)])
    white_card = step_tablet(card, to="xyz", **LABORATORY)
    # .114 and .58 of the clear print (docs/physics.md, Projection); .01 D of the sheet is 2.3 %.
    assert grey_scale[1, AT_GREY] / clear_print[1] == pytest.approx(0.114, abs=0.005)
    assert white_card[1, 0] / clear_print[1] == pytest.approx(0.58, rel=0.023)


def test_white_of_the_clear_print_is_display_white():
    white = _unexposed_print("display", white="print")
    # The display's matrix in float32.
    assert white == pytest.approx([1, 1, 1], abs=1e-5)


def test_under_the_lamp_s_white_the_clear_print_keeps_its_luminance_and_its_base(clear_print):
    white = _unexposed_print("display", white="lamp", gamut="clip")
    # Rec.709 luminance; CAT16 hands on the luminance of the white alone, and this is no more
    # than the yellow of the base away from it.
    assert white @ [0.2126, 0.7152, 0.0722] == pytest.approx(1, abs=0.01)
    assert white[2] < white.min(initial=9, where=[True, True, False])
    # That is more light than the display has: rolled in, the base is dimmer and as yellow.
    assert white.max() > 1
    rolled = _unexposed_print("display", white="lamp")
    assert rolled == pytest.approx(white / white.max(), abs=1e-4)


def test_on_the_aim_grey_is_neutral_by_the_lamp_and_cooler_by_the_print(grey_scale, clear_print):
    grey = grey_scale[:, AT_GREY, None]
    by_lamp, by_print = (_lab(grey, white) for white in (_lamp_white(), clear_print))
    # A visual neutral to the sheet's own accuracy: dyes within .01 D are 2 to 3 in a*, b*.
    assert np.hypot(*by_lamp[1:])[0] < 3
    assert by_print[2][0] < by_lamp[2][0] - 2
    displayed = {
        white: step_tablet(
            np.array([log_exposure_of_grey()]), to="display", balance="lad", white=white
        )[:, 0]
        for white in ("lamp", "print")
    }
    blue_over_red = {white: rgb[2] / rgb[0] for white, rgb in displayed.items()}
    assert blue_over_red["print"] > 1.1 * blue_over_red["lamp"]


def _unexposed_print(to: str, **changes) -> np.ndarray:
    """A print whose printer lights are all but out, (channel,)."""
    dense = neutral(np.full((2, 2), 1e6))
    return patch(dense, to=to, printer_points=(-100, -100, -100), **changes)


def _slope_at(x: np.ndarray, y: np.ndarray, level: float) -> float:
    curve = PchipInterpolator(x, y)
    return float(curve.derivative()(brentq(lambda at: curve(at) - level, x[0], x[-1])))


def _lamp_white() -> np.ndarray:
    white = observer() @ illuminant("Kinoton 75P")
    return white / white[1]


def _lab(xyz: np.ndarray, white: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CIE 1976 L*, a*, b* of (3, n)."""
    t = xyz / white[:, None]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])
