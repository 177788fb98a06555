"""A datasheet folder is read as it says, or refused with file, row and column."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

import reference
from reference.fit.sheet import read_sheet
from reference.fit.spectra import dmin_shape, dye_density, spectral_sensitivity
from reference.fit.tables import FORMS
from spectral_film.errors import InputError
from spectral_film.light.spectra import WAVELENGTH

SHEETS = Path(reference.__file__).parent / "sheets"
SHIPPED = sorted(path.parent.name for path in SHEETS.glob("*/sheet.toml"))


@pytest.fixture
def folder(tmp_path):
    """A copy of the 5207 sheet that a test may spoil."""
    return Path(shutil.copytree(SHEETS / "vision3-250d", tmp_path / "sheet"))


def change(path: Path, old: str, new: str) -> int:
    """Replace the one place where `old` stands; its row number."""
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("stock", SHIPPED)
def test_every_shipped_sheet_says_who_measured_who_read_and_how_well(stock):
    sheet = read_sheet(SHEETS / stock)
    assert sheet.id == stock
    for name, table in sheet.tables.items():
        for note in ("source", "read", "unit", "uncertainty"):
            assert table.notes.get(note), f"{stock}/{name}.csv lacks a comment `# {note}: ...`"


@pytest.mark.parametrize("stock", ["vision3-50d", "vision3-200t", "vision3-250d", "2383", "2393"])
def test_sensitivities_peak_where_the_emulsion_does(stock):
    red, green, blue = WAVELENGTH[spectral_sensitivity(read_sheet(SHEETS / stock)).argmax(axis=1)]
    assert 640 < red < 710
    assert 530 < green < 560
    assert 400 < blue < 475


@pytest.mark.parametrize("stock", SHIPPED)
def test_film_sees_where_its_sheet_prints_and_nowhere_else(stock):
    """Our tables have a row at every 5 nm of the grid, blank where nothing is printed."""
    sheet = read_sheet(SHEETS / stock)
    table = sheet.tables["spectral_sensitivity"]
    curves = table.records("logS_{}")
    for layer, log_sensitivity in zip(spectral_sensitivity(sheet), curves, strict=True):
        printed = table["wavelength_nm"][np.isfinite(log_sensitivity)]
        assert np.array_equal(layer > 0, np.isin(WAVELENGTH, printed))


@pytest.mark.parametrize("stock", [s for s in SHIPPED if read_sheet(SHEETS / s).prints_dyes])
def test_dyes_peak_at_one_and_are_held_or_fall_beyond_their_ends(stock):
    sheet = read_sheet(SHEETS / stock)
    dyes, _ = dye_density(sheet)
    assert dyes.max(axis=1) == pytest.approx(1.0, abs=1e-15)
    table = sheet.tables["spectral_dye_density"]
    for dye, name in zip(dyes, ("cyan", "magenta", "yellow"), strict=True):
        printed = table["wavelength_nm"][np.isfinite(table[name])]
        for beyond in (dye[printed[0] >= WAVELENGTH][::-1], dye[printed[-1] <= WAVELENGTH]):
            falls = len(beyond) > 1 and beyond[0] != beyond[1]
            assert not falls or abs(beyond[0]) < 0.05  # a dye that has come down to nothing
            assert (np.diff(np.abs(beyond)) <= 0).all()


def test_masking_couplers_stay_in_the_net_dyes():
    """Magenta of 5207 dips below zero where the yellow mask is destroyed: never clipped."""
    dyes, _ = dye_density(read_sheet(SHEETS / "vision3-250d"))
    assert dyes[1][WAVELENGTH == 445] == pytest.approx(-0.018, abs=0.001)


def test_layers_read_at_wavelengths_of_their_own_are_refused(folder):
    """Else nearly all of the sensitivity would be taken for not printed, without a word."""
    path = folder / "spectral_sensitivity.csv"
    lines = path.read_text().splitlines()
    row = next(i for i, line in enumerate(lines) if line.startswith("550,"))
    for i in (row - 1, row + 1):
        wavelength, red, _, blue = lines[i].split(",")
        lines[i] = f"{wavelength},{red},,{blue}"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=rf"row {row + 1}, column logS_G: a value between blanks"):
        read_sheet(folder)


def test_a_gap_in_a_sensitivity_is_not_bridged(folder):
    table = folder / "spectral_sensitivity.csv"
    lines = table.read_text().splitlines()
    gap = ("440", "445", "450")
    spoiled = [
        f"{line.rsplit(',', 1)[0]}," if line.split(",")[0] in gap else line for line in lines
    ]
    table.write_text("\n".join(spoiled))
    blue = spectral_sensitivity(read_sheet(folder))[2]
    assert (blue[(WAVELENGTH >= 440) & (WAVELENGTH <= 450)] == 0).all()
    assert blue[WAVELENGTH == 435] > 0
    assert blue[WAVELENGTH == 455] > 0


def test_stops_become_log_exposure_by_the_exposure_index(folder):
    before = read_sheet(folder).log_exposure()
    curves = folder / "characteristic_curves.csv"
    lines = curves.read_text().splitlines()
    grey = math.log10(12.5 / 500)

    def in_stops(line):
        first, _, rest = line.partition(",")
        try:
            return f"{(float(first) - grey) / math.log10(2):.9f},{rest}"
        except ValueError:
            return line.replace("log_exposure,", "stop,")

    header = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    curves.write_text("\n".join(lines[:header] + [in_stops(line) for line in lines[header:]]))
    change(folder / "sheet.toml", "exposure_index = 250", "exposure_index = 500")
    after = read_sheet(folder)
    assert after.log_exposure() == pytest.approx(before, abs=1e-8)
    assert after.grey_card_log_exposure() == pytest.approx(grey)


def test_what_the_sheet_does_not_print_is_assumed_by_kind_and_can_be_overruled(folder):
    assert read_sheet(folder).assumed["halation"]["rem-jet"]["veil_ratio"] == [0.006, 0.002, 0.0002]
    toml = folder / "sheet.toml"
    toml.write_text(toml.read_text() + "\n[assumed.mtf]\nmodulation = 0.35\n")
    assumed = read_sheet(folder).assumed
    assert assumed["mtf"]["modulation"] == 0.35
    assert assumed["mtf"]["overlap_below"] == 12.5


@pytest.mark.parametrize("absent", ["mtf", "rms_granularity"])
def test_mtf_and_granularity_may_be_absent(folder, absent):
    (folder / f"{absent}.csv").unlink()
    assert absent not in read_sheet(folder).tables


@pytest.mark.parametrize("absent", sorted(set(FORMS) - {"mtf", "rms_granularity"}))
def test_the_other_tables_may_not(folder, absent):
    (folder / f"{absent}.csv").unlink()
    with pytest.raises(InputError, match=rf"{absent}\.csv is missing"):
        read_sheet(folder)


SPOILED = {
    "density falls": (
        "characteristic_curves",
        "\n0.05,1.5206",
        "\n0.05,0.9",
        "D_R",
        "must not fall",
    ),
    "rows not sorted": (
        "characteristic_curves",
        "\n-3.60,",
        "\n-3.80,",
        "log_exposure",
        "must increase",
    ),
    "decimal comma": ("mtf", "\n20.0,77.5", "\n20.0,77,5", None, "5 values for 4 columns"),
    "letters": ("mtf", "\n20.0,77.5", "\n20.0,77.5%", "R_pct", "is not a number"),
    "infinite": ("mtf", "\n20.0,77.5", "\n20.0,inf", "R_pct", "outside"),
    "wavelength in um": (
        "spectral_dye_density",
        "\n400,",
        "\n0.400,",
        "wavelength_nm",
        "the unit is nm",
    ),
    "blank axis": ("mtf", "\n2.5,", "\n,", "cycles_per_mm", "may not be blank"),
    "sigma x1000": (
        "rms_granularity",
        "\n0.0,0.229,0.00490",
        "\n0.0,0.229,4.90",
        "sigma_R",
        "1000",
    ),
}


@pytest.mark.parametrize("slip", SPOILED)
def test_a_slip_is_named_with_file_row_and_column(folder, slip):
    table, old, new, column, reason = SPOILED[slip]
    path = folder / f"{table}.csv"
    text = path.read_text()
    assert old in text, slip
    path.write_text(text.replace(old, new, 1))
    row = text[: text.index(old)].count("\n") + 1 + old.startswith("\n")
    with pytest.raises(InputError, match=reason) as refusal:
        read_sheet(folder)
    message = str(refusal.value)
    assert f"{table}.csv, row {row}" in message
    assert column is None or f"column {column}" in message


EXCHANGED = {
    "transmittances": ("spectral_dye_density", lambda d: 10**-d, ("cyan", "magenta", "yellow")),
    "densities of 100": ("characteristic_curves", lambda d: 100 * d, ("D_R", "D_G", "D_B")),
    "linear sensitivities": ("spectral_sensitivity", lambda s: 10**s, ("logS_R", "logS_G")),
    "fractions": ("mtf", lambda r: r / 100, ("R_pct", "G_pct", "B_pct")),
    "log10 of mlux s": ("characteristic_curves", lambda h: h + 3, ("log_exposure",)),
    "cycles/um": ("mtf", lambda f: f / 1000, ("cycles_per_mm",)),
    "angstrom": ("spectral_sensitivity", lambda w: 10 * w, ("wavelength_nm",)),
}


@pytest.mark.parametrize("unit", EXCHANGED)
def test_a_table_in_another_unit_is_refused_and_the_right_one_named(folder, unit):
    table, change, columns = EXCHANGED[unit]
    path = folder / f"{table}.csv"
    comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
    header, *rows = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    places = [header.split(",").index(column) for column in columns]

    def changed(row: str) -> str:
        cells = row.split(",")
        for place in places:
            cells[place] = str(change(float(cells[place]))) if cells[place] else ""
        return ",".join(cells)

    path.write_text("\n".join([*comments, header, *map(changed, rows)]))
    with pytest.raises(InputError, match=r"the unit is|transmittance|look like fractions") as no:
        read_sheet(folder)
    assert f"{table}.csv" in str(no.value)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_told(folder, separator):
    path = folder / "mtf.csv"
    path.write_text(path.read_text().replace(",", separator))
    with pytest.raises(InputError, match="separate the columns by commas"):
        read_sheet(folder)


def test_exchanged_dyes_are_noticed(folder):
    path = folder / "spectral_dye_density.csv"
    path.write_text(path.read_text().replace("cyan,magenta", "magenta,cyan"))
    with pytest.raises(InputError, match=r"column cyan: its highest value is at 5\d\d nm"):
        read_sheet(folder)


@pytest.mark.parametrize("name", ["MTF.csv", "Mtf.CSV", "mtfs.csv"])
def test_a_table_under_another_name_is_not_passed_over(folder, name):
    (folder / "mtf.csv").rename(folder / name)
    with pytest.raises(InputError, match=r"call it mtf\.csv"):
        read_sheet(folder)


def test_a_missing_column_is_named_beside_those_expected(folder):
    change(folder / "mtf.csv", "cycles_per_mm,R_pct,G_pct,B_pct", "cycles_per_mm,R_pct,G_pct,blue")
    with pytest.raises(InputError, match=r"mtf\.csv, row 5: column B_pct is missing"):
        read_sheet(folder)


def test_fractions_are_not_percent(folder):
    path = folder / "mtf.csv"
    lines = path.read_text().splitlines()
    header = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    path.write_text(
        "\n".join([*lines[: header + 1], "2.5,1,1,1", "5,1,1,1", "10,.9,1,1", "20,.8,.9,1"])
    )
    with pytest.raises(InputError, match="percent"):
        read_sheet(folder)


def test_fractions_in_one_column_are_told_by_its_name(folder):
    path = folder / "mtf.csv"
    lines = path.read_text().splitlines()
    header = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    path.write_text(
        "\n".join([*lines[: header + 1], "2.5,100,1,100", "5,99,1,99", "10,9,1,9", "20,8,.9,8"])
    )
    with pytest.raises(InputError, match=r"mtf\.csv, column G_pct: the unit is percent"):
        read_sheet(folder)


def in_curves(folder: Path, density) -> None:
    """Put a function of the row, counted from 0, in the place of every density."""
    path = folder / "characteristic_curves.csv"
    lines = path.read_text().splitlines()
    header = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    axis = [line.split(",")[0] for line in lines[header + 1 :]]
    rows = [f"{h},{density(i)},{density(i)},{density(i)}" for i, h in enumerate(axis)]
    path.write_text("\n".join([*lines[: header + 1], *rows]))


def test_a_curve_that_falls_little_by_little_is_one_that_falls(folder):
    in_curves(folder, lambda row: 2.0 - 0.004 * row)
    with pytest.raises(InputError, match=r"row 8, column D_R: density must not fall"):
        read_sheet(folder)


@pytest.mark.parametrize("rise", [0.0, 0.002])
def test_a_curve_that_hardly_rises_is_no_curve(folder, rise):
    in_curves(folder, lambda row: 0.2 + rise * row)
    with pytest.raises(InputError, match=r"column D_R: density rises by"):
        read_sheet(folder)


def test_too_few_points_for_a_curve(folder):
    path = folder / "characteristic_curves.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:9]))
    with pytest.raises(InputError, match="too few"):
        read_sheet(folder)


def test_a_negative_needs_its_minimum_density(folder):
    path = folder / "spectral_dye_density.csv"
    rows = path.read_text().splitlines()
    header = next(i for i, row in enumerate(rows) if not row.startswith("#"))
    kept = [",".join(row.split(",")[:4]) for row in rows[header:]]
    path.write_text("\n".join(rows[:header] + kept))
    with pytest.raises(InputError, match="min_density"):
        dmin_shape(read_sheet(folder))


def test_dyes_must_cover_the_visible(folder):
    path = folder / "spectral_dye_density.csv"
    rows = path.read_text().splitlines()
    path.write_text("\n".join(row for row in rows if row[:1] != "4"))
    with pytest.raises(InputError, match="430 to 680 nm"):
        dye_density(read_sheet(folder))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "negative"', 'kind = "slide"', "kind must be 'negative' or 'reversal' or 'print'"),
        ("exposure_index = 250", "", "exposure_index must be a number"),
        ("exposure_index = 250", "exposure_index = true", "exposure_index must be a number"),
        ("exposure_index = 250", "exposure_index = nan", "exposure_index must be a number"),
        ('densitometry = "status-m"', 'densitometry = "M"', "densitometry must be"),
        ('maker = "Eastman Kodak"', 'makr = "Eastman Kodak"', "'makr' means nothing"),
        ("exponent = [0.80", "exponents = [0.80", "exponents means nothing"),
        ("exponent = [0.80, 0.90, 0.90]", "exponent = [0.80]", "must look like"),
        ("exponent = [0.80, 0.90, 0.90]", 'exponent = ["a", 0.90, 0.90]', "must look like"),
        ("exponent = [0.80, 0.90, 0.90]", "exponent = [-0.80, 0.90, 0.90]", "must look like"),
        ("exponent = [0.80, 0.90, 0.90]", "exponent = [nan, 0.90, 0.90]", "must look like"),
        ("[assumed.reciprocity]", "[assumed.reciprocity", "not valid TOML"),
        ('balance = "D55"', "", "sheet.toml: balance must be a text"),
        ('gate = "super35"', "lad = 3", "lad must be a table"),
        ('balance = "D55"', 'balance = "daylite"', "no light is called 'daylite'"),
        ('id = "vision3-250d"', 'id = "a/b"', "expected letters, digits, dots and dashes"),
        ("base_um = 140.0", "base_um = 0.14", "base_um must be a number in 1..1000"),
        ('gate = "super35"', 'gate = "supper35"', "gate 'supper35' is unknown"),
        ('backing = "rem-jet"', 'backing = "remjet"', "backing must be rem-jet or ahu or none"),
    ],
)
def test_the_head_of_the_sheet_is_checked(folder, old, new, message):
    change(folder / "sheet.toml", old, new)
    with pytest.raises(InputError, match=message):
        read_sheet(folder)


@pytest.mark.parametrize(
    ("stock", "entry", "message"),
    [
        ("vision3-250d", "adjacency.length_um = [15.0, 8.0]", "length_um must be two bounds"),
        ("vision3-250d", "adjacency.coupling_pattern = [[1.0], [1.0, 2.0]]", "must look like"),
        ("vision3-250d", "characteristic_curves.sublayers = 0", "sublayers must be 1, 2"),
        ("vision3-250d", "halation.ahu.profile = 'square'", "of profile 'ring' or 'diffuse'"),
        ("2383", "base_density.wavelength_nm = [400.0, 500.0]", "a density for each"),
        ("2383", "printer_lamp = 'candle light'", "no light is called"),
    ],
)
def test_assumed_entries_must_make_sense(tmp_path, stock, entry, message):
    folder = Path(shutil.copytree(SHEETS / stock, tmp_path / "sheet"))
    toml = folder / "sheet.toml"
    toml.write_text(f"assumed.{entry}\n{toml.read_text().partition('[assumed')[0]}")
    with pytest.raises(InputError, match=message):
        read_sheet(folder)


def test_a_folder_without_a_sheet(tmp_path):
    with pytest.raises(InputError, match="expected a folder with a sheet"):
        read_sheet(tmp_path)
