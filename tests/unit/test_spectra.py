"""The lights and the eye, against published colorimetry and Planck's and Wien's laws."""

import os
import tracemalloc
import warnings

import numpy as np
import pytest

from spectral_film.errors import InputError, SpectralGridError, UsageError
from spectral_film.light import spectra


def xy(power):
    xyz = spectra.observer() @ power
    return xyz[:2] / xyz.sum()


@pytest.mark.parametrize(
    ("light", "published"),
    [  # CIE 15:2018, table T.3 and ISO 11664-2, to their four digits
        ("A", (0.4476, 0.4074)),
        ("D50", (0.3457, 0.3585)),
        ("D55", (0.3324, 0.3474)),
        ("D65", (0.3127, 0.3290)),
        ("E", (1 / 3, 1 / 3)),
        ("FL2", (0.3721, 0.3751)),
        ("FL11", (0.3805, 0.3769)),
    ],
)
def test_tabulated_lights_have_their_published_chromaticity(light, published):
    # Half a unit of the fourth digit, and as much for summing by 5 nm and for the eye's 1 nm.
    assert xy(spectra.illuminant(light)) == pytest.approx(published, abs=1e-4)


def test_every_light_of_colour_science_is_there_but_the_one_that_lacks_red():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # colour-science speaks of the plotting it lacks
        import colour
    known = {*colour.SDS_ILLUMINANTS, *colour.SDS_LIGHT_SOURCES}
    assert known - set(spectra.illuminant_names()) == {"ISO 7589 Sensitometric Printer"}


def test_every_light_is_found_by_its_name_and_is_light():
    for name in spectra.illuminant_names():
        power = spectra.illuminant(name)
        assert power.shape == spectra.WAVELENGTH.shape
        assert np.isfinite(power).all()
        assert (power >= 0).all()
        assert np.array_equal(power, spectra.illuminant(name.swapcase()))


def test_names_forgive_capitals_blanks_and_dashes():
    assert np.array_equal(spectra.illuminant("led b3 "), spectra.illuminant("LED-B3"))
    assert not np.array_equal(spectra.illuminant("FL3.1"), spectra.illuminant("FL3.11"))


def test_planckian_peaks_where_wien_says():
    peak = spectra.WAVELENGTH[spectra.illuminant("5000K").argmax()]
    assert peak == pytest.approx(2.897771955e6 / 5000, abs=spectra.SPACING / 2)


def test_planckian_at_2856_kelvin_is_illuminant_a():
    # A is tabulated for c2 = 1.435 cm K and 2848 K, which is 2855.5 K today: half a kelvin.
    ours, cie = spectra.illuminant("2855.5k"), spectra.illuminant("A")
    assert ours / ours[40] == pytest.approx(cie / cie[40], rel=2e-4)


def test_daylight_formula_meets_the_tabulated_d65():
    ours, cie = spectra.daylight(6500 * 1.4388 / 1.4380), spectra.illuminant("D65")
    # CIE tabulates D65 from coefficients M1, M2 rounded to three decimals: 5e-4 of S1 = 40.
    assert ours == pytest.approx(cie, abs=0.03)


@pytest.mark.parametrize("name", ["D50", "D55", "D65", "D75"])
def test_a_daylight_by_number_is_that_of_the_tables(name):
    """The number is in degrees of 1931: 3 K less than today, which moves D55 by .06."""
    # "D055" is in no table, so that it is worked out.
    worked_out, cie = spectra.illuminant(name.replace("D", "D0")), spectra.illuminant(name)
    assert worked_out == pytest.approx(cie, abs=0.03)  # as above


def test_daylight_has_the_temperature_it_is_named_after():
    # CIE 15: x of D58 lies between those of D55 and D60, on the same side of the Planckian.
    x55, x58, x60 = (xy(spectra.illuminant(name))[0] for name in ("D55", "D58", "D60"))
    assert x60 < x58 < x55


def test_equal_luminance_is_that_of_equal_energy():
    ybar = spectra.observer()[1]
    scaled = spectra.equal_luminance(7 * spectra.illuminant("3200K"))
    assert scaled @ ybar == pytest.approx(ybar.sum(), rel=1e-12)


def test_a_light_nobody_sees_has_no_luminance():
    with pytest.raises(SpectralGridError, match="black to the eye"):
        spectra.equal_luminance(np.zeros_like(spectra.WAVELENGTH))


def test_observer_is_the_cie_table():
    peak = spectra.WAVELENGTH == 555
    assert spectra.observer()[1, peak] == pytest.approx(1.0, abs=1e-6)  # by definition
    # Sums of ISO/CIE 11664-1:2019 by 1 nm; 5 nm move so smooth a sum by less than 1e-4.
    assert spectra.observer().sum(1) * spectra.SPACING == pytest.approx(
        [106.865469, 106.856917, 106.892251], rel=1e-4
    )


@pytest.mark.parametrize(
    ("name", "peaks"), [("status-m", (640, 540, 450)), ("status-a", (620, 530, 440))]
)
def test_densitometers_peak_where_iso_5_3_says_and_sum_to_one(name, peaks):
    response = spectra.status_response(name)
    assert response.sum(1) == pytest.approx(1, abs=1e-12)
    assert tuple(spectra.WAVELENGTH[response.argmax(1)]) == peaks


def test_densitometers_are_interpolated_in_the_logarithm():
    red = spectra.status_response("status-m")[0]
    at = dict(zip(spectra.WAVELENGTH, red, strict=True))
    assert at[625] == pytest.approx(np.sqrt(at[620] * at[630]), rel=1e-12)
    assert at[615] == 0  # below the table


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("LEDB9", "LED-B3"),
        ("tungsten", "no light is called 'tungsten'"),
        ("", "no light"),
        ("499K", "500K"),
        ("60000K", "50000K"),
        ("D30", "D40"),
    ],
)
def test_unknown_lights_are_refused_with_advice(spec, message):
    with pytest.raises(UsageError, match=message):
        spectra.illuminant(spec)


def test_no_densitometer_of_that_name():
    with pytest.raises(UsageError, match="status-m, status-a"):
        spectra.status_response("status-t")


def light_file(tmp_path, text):
    path = tmp_path / "lamp.csv"
    path.write_text(text)
    return path


def test_a_measured_light_is_joined_and_held(tmp_path):
    path = light_file(tmp_path, "# lamp\nwavelength,value\n700,3\n400,1\n")
    power = spectra.illuminant(str(path))
    assert power[spectra.WAVELENGTH == 550] == pytest.approx(2)
    assert power[0] == pytest.approx(1)
    assert power[-1] == pytest.approx(3)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", InputError, "no line of numbers"),
        ("500,1\n", InputError, "two or more samples"),
        ("wavelength,value\n400,1\n500,x\n", InputError, "line 3"),
        ("400,1\n500,nan\n700,1\n", InputError, "line 2.*finite"),
        ("400,1\n500,-1\n700,1\n", InputError, "line 2.*0 or more"),
        ("400,1\n400,2\n700,1\n", InputError, "twice"),
        ("420,1\n700,1\n", SpectralGridError, "420 to 700 nm"),
        ("400,1\n650,1\n", SpectralGridError, "400 to 650 nm"),
        ("0.4,1\n0.7,1\n", SpectralGridError, "in nm"),
        ("400,0\n700,0\n", SpectralGridError, "black"),
    ],
)
def test_a_bad_measurement_is_refused_in_a_sentence(tmp_path, text, error, message):
    with pytest.raises(error, match=message):
        spectra.illuminant(light_file(tmp_path, text))


def test_coarse_tables_and_lamps_of_lines_have_no_gaps(tmp_path):
    lines = "360,0\n430,0\n435,1\n440,0\n541,0\n546,2\n551,0\n780,0\n"  # dark between
    assert spectra.illuminant(light_file(tmp_path, lines))[spectra.WAVELENGTH == 500] == 0
    coarse = "400,1\n420,1\n440,1\n480,1\n700,1\n"  # 20, 20, 40, 220 nm
    with pytest.raises(InputError, match="between 480 and 700 nm"):
        spectra.illuminant(light_file(tmp_path, coarse))


def test_what_has_no_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match="it is no file"):
        spectra.illuminant(tmp_path / "pipe.csv")
    (tmp_path / "huge.csv").write_bytes(b"4" * 3_000_000)
    with pytest.raises(InputError, match="3000000 bytes, of at most"):
        spectra.illuminant(tmp_path / "huge.csv")


def test_many_samples_take_little_memory(tmp_path):
    nm = np.linspace(360, 780, 20_000)
    text = "".join(f"{at:.4f},{at / 500:.6f}\n" for at in nm)
    tracemalloc.start()
    power = spectra.illuminant(light_file(tmp_path, text))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(power[1:-1], spectra.WAVELENGTH[1:-1] / 500, rtol=1e-6)
    assert peak < 300e6  # two tables of 422 x 20000 doubles, and to spare; it was 3.4 GB


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_light_that_is_no_file(name):
    with pytest.raises((InputError, UsageError)):
        spectra.illuminant(name)


def test_resampling_leaves_the_grid_alone_and_keeps_a_flat_spectrum_flat():
    assert np.array_equal(spectra.resampling(spectra.WAVELENGTH), np.eye(85))
    for bands in (np.arange(400, 701, 10.0), np.arange(380, 781, 2.0), np.array([450.0, 460, 700])):
        assert spectra.resampling(bands).sum(1) == pytest.approx(1, abs=1e-12)


def test_a_narrow_line_keeps_its_power():
    fine = np.arange(360.0, 781.0)
    for line in (500.0, 501.0, 502.0):  # on a grid point and between two
        power = np.where(fine == line, 1.0, 0.0)
        on_grid = spectra.resampling(fine) @ power
        assert on_grid.sum() * spectra.SPACING == pytest.approx(1.0, rel=1e-12)


def test_a_short_cube_holds_what_it_says():
    flat = np.ones((1, 85))
    short = np.arange(400.0, 701.0, 10.0)
    missing = (spectra.WAVELENGTH < 397.5) | (spectra.WAVELENGTH > 702.5)
    assert spectra.share_held(short, flat) == pytest.approx([missing.mean()])
    assert spectra.share_held(spectra.WAVELENGTH, flat) == pytest.approx([0])
