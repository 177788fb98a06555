"""Step tablets and flashes: the sensitometry of the sheets, read from outside."""

import numpy as np
import pytest
from instruments import GREY, STOP, log_exposure_of_grey, neutral, patch, step_tablet

from spectral_film import Scene
from spectral_film.light.spectra import WAVELENGTH, status_response

RECORDS = ("D_R", "D_G", "D_B")


@pytest.fixture(scope="module")
def sheet(negative):
    """The published D-log H curves of 5207: log exposure (step,), status M (record, step)."""
    curves = negative.published["characteristic_curves"]
    return curves["log_exposure"], np.stack([curves[record] for record in RECORDS])


@pytest.fixture(scope="module")
def reading(sheet):
    return step_tablet(sheet[0], to="negative")


def test_a_step_tablet_reads_as_on_the_sheet_of_5207(sheet, reading):
    # The two digitisations of the sheet differ by .0014 to .0034 rms and .008 at most.
    error = reading - sheet[1]
    assert np.sqrt((error**2).mean(axis=1)).max() <= 0.003
    assert abs(error).max() <= 0.008


def test_dmin_is_where_the_toe_of_the_sheet_levels_out(sheet):
    unexposed = step_tablet(np.array([-9.0]), to="negative")[:, 0]
    first, slope = sheet[1][:, 0], 0.04  # density a decade, with which the chart begins
    assert np.all(unexposed < first + 0.003)  # the uncertainty of the reading
    # A logistic toe of slope s a decade ends s * spread / ln 10 lower; no sublayer spreads so
    # far as a decade and a half.
    assert np.all(unexposed > first - slope * 1.5)


def test_gamma_of_the_straight_line(sheet, reading):
    log_exposure = sheet[0]
    straight = (log_exposure > -2.1) & (log_exposure < -0.2)
    gamma = np.polyfit(log_exposure[straight], reading[:, straight].T, 1)[0]
    # 1.9 decades of line, each end uncertain by the rms of the sheet, .003: .002 in slope.
    assert gamma == pytest.approx([0.475, 0.557, 0.535], abs=0.002)


def test_the_curve_rises_everywhere_and_levels_out_twelve_stops_over():
    stops = np.arange(-12, 12.01, 0.5)
    dark, light = (  # two strips: the transforms carry 1e-7 of the brightest step everywhere
        step_tablet(log_exposure_of_grey() + strip * STOP, to="negative")
        for strip in (stops[stops < 0], stops[stops >= 0])
    )
    density = np.hstack([dark, light])
    slope = np.diff(density, axis=1) / (0.5 * STOP)
    printed = stops[1:] <= 8  # the sheet ends here
    assert (slope[:, printed] > 0).all()
    assert (slope >= 0).all()
    # The sheet ends with .21 to .29 a decade and no shoulder. A film out of silver has none left:
    # .05 is .015 for the last stop, what the reading of a chart can tell.
    assert slope[:, -1].max() < 0.05
    assert (np.diff(slope[:, ~printed], axis=1) < 0).all()


def test_the_print_stock_reads_as_on_its_sheet_when_the_printer_runs_through_it(print_film):
    """The printer as a sensitometer: one even negative, the lights in steps."""
    curves = print_film.published["characteristic_curves"]
    published = np.stack([curves[record] for record in RECORDS])
    grey = neutral(np.full((2, 2), GREY))
    read = []
    for log_exposure in curves["log_exposure"]:
        points = 25 + (log_exposure - print_film.lad.log_exposure) / 0.025
        read.append(patch(grey, to="print", balance="lad", printer_points=tuple(points)))
    error = np.stack(read, axis=1) - published
    # The sheet is read to .01; its steep middle (4.6 a decade) is the hardest.
    assert np.sqrt((error**2).mean(axis=1)).max() <= 0.006
    assert abs(error).max() <= 0.015


def test_the_midscale_neutral_of_the_sheet_is_made_of_the_film_s_own_dyes(negative):
    """Dyes that read as the published neutral have its spectrum."""
    table = negative.published["spectral_dye_density"]
    printed = np.interp(WAVELENGTH, table["wavelength_nm"], table["midscale_neutral"])
    receiver = status_response("status-m")
    dyes = _dyes_that_read(negative, -np.log10(receiver @ 10**-printed))
    error = (negative.dmin_density + dyes @ negative.dye_density - printed)[WAVELENGTH >= 400]
    # Digitised spectra agree to .003 to .006 rms.
    assert np.sqrt((error**2).mean()) <= 0.005
    assert abs(error).max() <= 0.01


def test_status_m_readings_tell_the_dyes_exactly(negative):
    """The densitometer of the engine and an exact inversion of its tables undo each other."""
    colour = np.array([0.05, 0.4, 0.9])[:, None, None] * np.ones((3, 2, 2))
    scene = Scene(planes=colour.astype(np.float32))
    dyes, density = patch(scene, to="dyes"), patch(scene, to="negative")
    # float32 densities of 1 to 2 are rounded by 1e-7; the inverse matrix at most doubles it.
    assert _dyes_that_read(negative, density) == pytest.approx(dyes, abs=1e-6)


def test_ten_seconds_want_two_thirds_of_a_stop_and_a_cc10r_filter():
    """Kodak's daylight negatives beyond 1 s (docs/physics.md, Reciprocity; X = 2/3 stop).

    The filter takes .10 from green and blue, so that red gets .20 more than metered and the other
    layers .10 more: then the long exposure develops to the normal negative.
    """
    normal = patch(neutral(np.full((2, 2), GREY)), to="negative")
    corrected = _giving([2 / 3 * STOP, 2 / 3 * STOP - 0.1, 2 / 3 * STOP - 0.1])
    long = patch(corrected, to="negative", shutter=10)
    # p of .80 and .90 are the rounded figures: .001 in log exposure, .0006 in density.
    assert long == pytest.approx(normal, abs=0.001)


@pytest.mark.parametrize("shutter", [1 / 1000, 1 / 8, 1 / 2, 1.0])
def test_up_to_a_second_the_shutter_changes_nothing(shutter):
    grey = neutral(np.full((2, 2), GREY))
    normal = patch(grey, to="negative")
    assert np.array_equal(patch(grey, to="negative", shutter=shutter), normal)


@pytest.mark.parametrize("layer", [0, 1, 2], ids=["red", "green", "blue"])
def test_a_separation_is_steeper_than_the_neutral_by_the_interimage_effect(layer):
    """One layer exposed alone escapes what the others hold back in a neutral."""
    step = 0.2
    lone = np.where(np.arange(3) == layer, step / 2, 0)
    rise = [
        (patch(_giving(up), to="dyes") - patch(_giving(-up), to="dyes"))[layer]
        for up in (lone, np.full(3, step / 2))
    ]
    # The assumed pattern has 15, 18 and 11 % (patents ask for 10 to 35) with rows of .244; here
    # they sum to .282, and at the grey card the gammas are within a tenth of the whole line's.
    expected = np.array([0.15, 0.18, 0.11]) * 0.282 / 0.244
    assert rise[0] / rise[1] - 1 == pytest.approx(expected[layer], rel=0.1)


def test_interimage_moves_the_layers_that_were_not_exposed():
    """More red light holds back the dyes of the other layers, as a masking effect."""
    moved = patch(_giving([0.2, 0, 0]), to="dyes") - patch(_giving([0, 0, 0]), to="dyes")
    assert moved[0] > 0.1
    assert np.all(moved[1:] < -0.001)  # far above the rounding, 1e-6


def _giving(log_shift) -> Scene:
    """A patch that gives each layer so much more log exposure than an 18 % grey."""
    bands = np.eye(3)[np.digitize(WAVELENGTH, [500, 590])].T  # blue, green and red thirds
    seen = np.stack([patch(_reflecting(GREY * band), to="exposure") for band in bands], axis=1)
    aim = 10 ** (log_exposure_of_grey() + np.asarray(log_shift))
    scene = _reflecting(GREY * np.linalg.solve(seen, aim) @ bands)
    assert patch(scene, to="exposure") == pytest.approx(aim, rel=1e-5)
    return scene


def _reflecting(reflectance: np.ndarray) -> Scene:
    planes = np.float32(reflectance)[:, None, None] * np.ones((1, 2, 2), np.float32)
    return Scene(planes=planes, kind="reflectance", wavelength_nm=WAVELENGTH)


def _dyes_that_read(film, density: np.ndarray) -> np.ndarray:
    """Amounts of the dyes that give status M densities, by Newton's method in float64."""
    receiver, dyes = status_response("status-m"), np.zeros(3)
    for _ in range(30):
        light = receiver * 10 ** -(film.dmin_density + dyes @ film.dye_density)
        total = light.sum(axis=1)
        per_dye = light @ film.dye_density.T / total[:, None]
        dyes = dyes + np.linalg.solve(per_dye, density + np.log10(total))
    return dyes
