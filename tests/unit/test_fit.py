"""The shipped films are what the fit makes of the sheets, and they read as the sheets say.

Readings here go round the fit: densities and sine targets by plain numpy from the tables of the
file, with the physics written anew.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import h5py
import numpy as np
import pytest
from reading_pages import by_the_house
from scipy import special

import reference
from reference.fit.curves import fit_curves
from reference.fit.film_file import write_film
from reference.fit.lad import lad_log_exposure
from reference.fit.model import FilmModel, fit_film
from reference.fit.page import to_html
from reference.fit.report import comparisons, lines
from reference.fit.sheet import read_sheet
from spectral_film import Scene, Settings, render
from spectral_film.emulsion.schema import SCHEMA, contents
from spectral_film.emulsion.stocks import load_film, shipped_films
from spectral_film.errors import InputError
from spectral_film.light.spectra import WAVELENGTH, status_response
from spectral_film.pages.numbers import number as set_as_printed

SHEETS = Path(reference.__file__).parent / "sheets"
FILMS = {"vision3-250d": "status-m", "2383": "status-a"}
SPECTRAL_FILM = [sys.executable, "-c", "from spectral_film.app.main import main; main()"]
CURVE = ("density_range", "log_exposure_mid", "log_exposure_spread", "exponent")


def shipped(stock: str) -> h5py.File:
    return h5py.File(str(files("spectral_film.assets") / "films" / f"{stock}.h5"))


def _words(item: h5py.Dataset | h5py.Group) -> dict[str, str]:
    """Its attributes but for the numbers of the fit, which differ in their last digits."""
    return {key: text for key, text in item.attrs.items() if isinstance(text, str)}


@pytest.fixture(scope="module")
def remade() -> dict[str, FilmModel]:
    return {stock: fit_film(read_sheet(SHEETS / stock)) for stock in FILMS}


def dyes_of(film: h5py.File, log_exposure: np.ndarray) -> np.ndarray:
    """(layer, step) -> (dye, step), from the tables alone."""
    amount, mid, spread, exponent = (film[f"tone_curve/{name}"][()][:, :, None] for name in CURVE)
    logistic = 1 / (1 + 10 ** ((mid - log_exposure[:, None]) / spread)) ** exponent
    return (amount * logistic).sum(axis=1)


def density_of_even_patches(film: h5py.File, log_exposure: np.ndarray) -> np.ndarray:
    """(layer, step) -> (record, step), from the tables alone."""
    dyes = dyes_of(film, log_exposure)
    spectrum = film["dyes/dmin_density"][()] + dyes.T @ film["dyes/dye_density"][()]
    response = status_response(film.attrs["densitometry"])
    return -np.log10(10**-spectrum @ response.T).T


def published(film: h5py.File, table: str, pattern: str) -> np.ndarray:
    return np.stack([film[f"published/{table}/{pattern.format(record)}"][()] for record in "RGB"])


def grey_card(film: h5py.File) -> np.ndarray:
    if "lad" in film:
        return film["lad/log_exposure"][()]
    return np.full(3, np.log10(12.5 / film.attrs["exposure_index"]))


@pytest.mark.parametrize("stock", FILMS)
def test_remaking_a_film_gives_the_shipped_one(remade, stock, tmp_path):
    write_film(tmp_path / "remade.h5", remade[stock])
    with h5py.File(tmp_path / "remade.h5") as new, shipped(stock) as old:
        names = []
        old.visititems(lambda name, item: names.append(name))
        for name in names:
            assert _words(new[name]) == _words(old[name]) or name == "dyes/dmin_density"
            if isinstance(old[name], h5py.Dataset):
                # Another build of XLA or BLAS adds up in another order; the valley the solver
                # ends in is flat to 1e-5 along what the data leave open (dye of one sublayer
                # against the next), and 1e-3 of a parameter is far below any reading.
                np.testing.assert_allclose(new[name][()], old[name][()], rtol=1e-3, atol=1e-5)
        steps = np.broadcast_to(np.linspace(-5, 3, 161), (3, 161))
        difference = density_of_even_patches(new, steps) - density_of_even_patches(old, steps)
    assert np.abs(difference).max() < 1e-4  # a tenth of what the LAD is held to


def test_a_film_that_the_engine_would_refuse_is_not_written(remade, tmp_path):
    dark = replace(remade["2383"], spectral_sensitivity=np.zeros((3, len(WAVELENGTH))))
    with pytest.raises(InputError, match=r"makes no film \(dark\.h5.*spectral_sensitivity") as no:
        write_film(tmp_path / "dark.h5", dark)
    assert "\n" not in str(no.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stock", FILMS)
def test_writing_a_film_twice_gives_the_same_bytes(remade, stock, tmp_path):
    for name in ("one.h5", "two.h5"):
        write_film(tmp_path / name, remade[stock])
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_the_fit_writes_every_row_of_the_schema():
    """On the shelf as a whole, but for those of the forms that it does not choose."""
    written = {row.path for stock in shipped_films() for _, row, _ in contents(load_film(stock))}
    left_out = {"optics/cauchy_radius_um", "adjacency/gain"}
    assert written == {row.path for row in SCHEMA} - left_out


@pytest.mark.parametrize("stock", FILMS)
def test_every_table_says_its_unit_axes_origin_and_source(stock):
    with shipped(stock) as film:

        def check(name, item):
            if isinstance(item, h5py.Dataset):
                assert item.attrs["unit"], name
                assert item.attrs["source"], name
                assert item.attrs["origin"] in ("published", "fitted", "assumed"), name
                axes = [axis for axis in item.attrs["axes"].split(", ") if axis]
                assert len(axes) == item.ndim, name
                assert np.isfinite(item[()]).all() or name.startswith("published/"), name

        film.visititems(check)
        assert film.attrs["densitometry"] == FILMS[stock]
        assert np.array_equal(film["wavelength"], WAVELENGTH)


@pytest.mark.parametrize("stock", FILMS)
def test_the_engine_reads_what_the_fit_wrote(stock):
    film = load_film(stock)
    assert film.id == stock
    with shipped(stock) as file:
        assert np.array_equal(film.dye_density, file["dyes/dye_density"])


@pytest.mark.parametrize(
    ("stock", "rms", "largest"), [("vision3-250d", 0.003, 0.008), ("2383", 0.006, 0.015)]
)
def test_even_patches_read_as_the_characteristic_curves(stock, rms, largest):
    """What two readers of the chart differ by, and half as much again."""
    with shipped(stock) as film:
        chart = published(film, "characteristic_curves", "D_{}")
        log_exposure = film["published/characteristic_curves/log_exposure"][()]
        steps = np.broadcast_to(log_exposure, chart.shape)
        miss = density_of_even_patches(film, steps) - chart
    assert (np.sqrt((miss**2).mean(axis=1)) <= rms).all()
    assert np.abs(miss).max() <= largest


@pytest.mark.parametrize("stock", FILMS)
def test_curves_rise_and_level_off_beyond_the_chart(stock):
    steps = np.broadcast_to(np.linspace(-8, 6, 1401), (3, 1401))
    with shipped(stock) as film:
        density = density_of_even_patches(film, steps)
    assert (np.diff(density) > -1e-12).all()
    # Twelve stops over normal, log H 2.3, and beyond: the slope dies away.
    assert (np.diff(density)[:, -100:] < 1e-4).all()


def test_the_base_of_the_print_reads_as_its_curves_begin():
    with shipped("2383") as film:
        base = density_of_even_patches(film, np.full((3, 1), -20.0))[:, 0]
    # The first points of the sheet's curves; the chart's foot wiggles by 0.004.
    assert base == pytest.approx([0.044, 0.047, 0.104], abs=0.004)


def test_the_print_reads_its_laboratory_aim():
    with shipped("2383") as film:
        read = density_of_even_patches(film, film["lad/log_exposure"][()][:, None])[:, 0]
    # A tenth of the last digit that the sheet prints.
    assert read == pytest.approx([1.09, 1.06, 1.03], abs=0.001)


def test_the_published_neutral_is_made_of_the_fitted_dyes():
    """Spectrum of the dyes that read like the sheet's midscale neutral: rms .005, max .010."""
    with shipped("vision3-250d") as film:
        wavelength = film["published/spectral_dye_density/wavelength_nm"][()]
        curve = film["published/spectral_dye_density/midscale_neutral"][()]
        base, dyes = film["dyes/dmin_density"][()], film["dyes/dye_density"][()]
    response = status_response("status-m")
    drawn = np.interp(WAVELENGTH, wavelength, curve)
    aim = -np.log10(response @ 10**-drawn)
    amounts = np.full(3, 0.6)
    for _ in range(20):  # Newton with the exact slopes
        light = response * 10 ** -(base + amounts @ dyes)
        reading = -np.log10(light.sum(axis=1))
        slope = light @ dyes.T / light.sum(axis=1, keepdims=True)
        amounts = amounts + np.linalg.solve(slope, aim - reading)
    printed = wavelength.min() <= WAVELENGTH
    miss = (base + amounts @ dyes - drawn)[printed]
    assert np.sqrt((miss**2).mean()) <= 0.005
    assert np.abs(miss).max() <= 0.010


SAMPLES = 64  # of one period of a target
INHIBITOR_STEPS, INHIBITOR_REACH = 3000, 25  # quadrature over 25 lengths: 1e-10 lie beyond


def mtf_by_sine_targets(film: h5py.File, modulation: float) -> np.ndarray:
    """The bench in plain numpy: the inhibitor spreads by its line spread, in um."""
    mean = grey_card(film)
    cycles = film["published/mtf/cycles_per_mm"][()] / 1000
    strip = np.linspace(-2.0, 1.5, 8001)
    calibration = density_of_even_patches(film, mean[:, None] + strip)

    def response(frequency):
        transfer = transfer_of_optics(film, frequency)

        def exposed(x):
            """Log exposure of each layer at x um: a sine stays a sine in the emulsion."""
            wave = modulation * transfer[:, None] * np.cos(2 * np.pi * frequency * x)
            return mean[:, None] + np.log10(1 + wave)

        x = np.arange(SAMPLES) / SAMPLES / frequency
        log_exposure = exposed(x)
        if "adjacency" in film:
            coupling = film["adjacency/coupling"][()]
            length = film["adjacency/length_um"][()]
            step = INHIBITOR_REACH * length / INHIBITOR_STEPS
            u = (np.arange(INHIBITOR_STEPS) + 0.5) * step
            # Across a line of light, the disc exp(-r/l) / (2 pi l^2) is (u / pi l^2) K1(u / l).
            line = u * special.k1(u / length) / (np.pi * length**2) * step
            made = [dyes_of(film, exposed((x + side * u[:, None]).ravel())) for side in (1, -1)]
            spread = line @ sum(made).reshape(3, len(u), SAMPLES)
            alike = [dyes_of(film, np.broadcast_to(h, (3, SAMPLES))) for h in log_exposure]
            own = np.stack([row @ dyes for row, dyes in zip(coupling, alike, strict=True)])
            log_exposure = log_exposure + own - coupling @ spread

        traces = density_of_even_patches(film, log_exposure)
        decoded = np.array(
            [10 ** np.interp(d, c, strip) for d, c in zip(traces, calibration, strict=True)]
        )
        fundamental = 2 * (decoded * np.cos(2 * np.pi * frequency * x)).mean(axis=1)
        return fundamental / decoded.mean(axis=1) / modulation

    return np.stack([response(f) for f in cycles], axis=1)


def transfer_of_optics(film: h5py.File, frequency: float) -> np.ndarray:
    """OTF of each layer under the film's own backing, which reflects alike at all angles."""
    sigma, weight, length = (
        film[f"optics/{name}"][()] for name in ("core_sigma_um", "skirt_weight", "skirt_length_um")
    )
    core = np.exp(-2 * (np.pi * sigma * frequency) ** 2)
    direct = (1 - weight) * core + weight * (1 + (2 * np.pi * length * frequency) ** 2) ** -1.5
    if "halation" not in film:
        return direct
    backing = film[f"halation/{film.attrs['backing']}"]
    assert backing.attrs["profile"] == "diffuse"
    depth = 2 * film.attrs["base_um"]
    reach = film["halation"].attrs["reach_um"]
    angle = np.linspace(0, np.arctan(1.3 * reach / depth), 100_001)
    radius = depth * np.tan(angle)
    # The end of the halo: see docs/physics.md, End of the halo.
    t = np.clip((radius / reach - 0.8) / 0.5, 0, 1)
    left = 1 - (10 * t**3 - 15 * t**4 + 6 * t**5)
    veil = np.average(special.j0(2 * np.pi * frequency * radius), weights=np.sin(2 * angle) * left)
    ratio = backing["veil_ratio"][()]
    return (direct + ratio * veil) / (1 + ratio)


def test_sine_targets_on_the_negative_read_as_the_published_mtf():
    """rms .015, max .035 of 1.0: a little more than two readers of the chart differ by."""
    with shipped("vision3-250d") as film:
        miss = mtf_by_sine_targets(film, 0.6) - published(film, "mtf", "{}_pct") / 100
    assert (np.sqrt((miss**2).mean(axis=1)) <= 0.015).all()
    assert np.abs(miss).max() <= 0.035


def test_sine_targets_on_the_print_read_within_its_one_reader():
    """The chart's one reader knows it to 8 % below 10 cycles/mm and 5 % above."""
    with shipped("2383") as film:
        miss = mtf_by_sine_targets(film, 0.35) - published(film, "mtf", "{}_pct") / 100
        cycles = film["published/mtf/cycles_per_mm"][()]
    assert (np.abs(miss) <= np.where(cycles < 10, 0.08, 0.05)).all()


def test_coupling_keeps_its_assumed_pattern():
    """Only one number of the matrix is fitted: docs/physics.md, Adjacency."""
    pattern = np.array([[0.184, 0.20, 0.08], [0.16, 0.124, 0.18], [0.04, 0.16, 0.256]])
    with shipped("vision3-250d") as film:
        scale = film["adjacency/coupling"][()] / pattern
        length = film["adjacency/length_um"][()]
    assert scale == pytest.approx(scale[0, 0], rel=1e-5)  # rounded to 7 digits
    assert 8 <= length <= 15


@pytest.mark.parametrize("stock", FILMS)
def test_the_report_agrees_that_the_targets_are_met(remade, stock):
    said = list(lines(remade[stock]))
    assert len(said) >= 9
    assert not [line for line in said if "MISSED" in line]
    assert all(c.met().all() for c in comparisons(remade[stock]))


@pytest.mark.parametrize("stock", FILMS)
def test_the_page_holds_every_number_of_the_fit_and_loads_nothing(remade, stock):
    page = to_html(remade[stock])
    assert len(by_the_house(page).all("svg")) >= 3
    for solution in remade[stock].solutions.values():
        for number in solution.numbers():
            assert re.search(rf"<td[^>]*>{re.escape(number.name)}</td>", page)
            assert set_as_printed(number.value, digits=5) in page


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(SHEETS / "vision3-250d", tmp_path / "sheet"))


def test_without_an_mtf_the_film_has_no_optics_and_says_so(folder, remade, tmp_path):
    for table in ("mtf", "rms_granularity"):
        (folder / f"{table}.csv").unlink()
    toml = folder / "sheet.toml"
    text = toml.read_text().replace("exposure_index = 250", "exposure_index = 500")
    toml.write_text(text.replace('balance = "D55"', 'balance = "3200K"'))
    model = fit_film(read_sheet(folder))
    assert model.optics is None
    assert model.adjacency is None
    said = "\n".join(lines(model))
    assert "no scatter and no adjacency" in said
    assert "no grain" in said

    write_film(tmp_path / "plain.h5", model)
    film = load_film(tmp_path / "plain.h5")
    assert film.exposure_index == 500
    assert film.balance == "3200K"
    assert film.scatter is None
    assert film.adjacency is None


def test_a_known_curve_is_found_again(folder, remade):
    """A chart drawn from a film that is known: the fit reads as that film does, to its noise."""
    truth = remade["vision3-250d"].curves
    path = folder / "characteristic_curves.csv"
    steps = np.arange(-3.7, 1.15, 0.1)
    shifted = truth.read(steps - 0.3)  # half the speed
    rows = [
        f"{h:.2f}," + ",".join(f"{d:.6f}" for d in ds)
        for h, ds in zip(steps, shifted.T, strict=True)
    ]
    path.write_text("log_exposure,D_R,D_G,D_B\n" + "\n".join(rows))
    found = fit_curves(read_sheet(folder))
    # 1e-6 of rounding in the chart; the priors pull by less than a tenth of the 0.003 they
    # are weighed against.
    assert np.abs(found.read(steps) - shifted).max() < 3e-4
    moved = found.log_exposure_mid - truth.log_exposure_mid
    assert moved == pytest.approx(0.3, abs=0.1)  # sublayers overlap, so each alone is looser


@pytest.mark.parametrize("stock", FILMS)
def test_every_fitted_table_says_how_sure_it_is(stock):
    fitted = []
    with shipped(stock) as film:
        film.visititems(
            lambda _, x: fitted.append(x) if x.attrs.get("origin") == "fitted" else None
        )
        for table in fitted:
            if table.name == "/lad/log_exposure" or table.name.startswith("/grain/"):  # solved
                continue
            sd, held = table.attrs["standard_deviation"], table.attrs["held_by_prior"]
            assert np.shape(sd) == np.shape(held) == table.shape
            assert (sd > 0).all()
            assert ((held > 0) & (held <= 1)).all()
            assert "sd" in table.attrs["prior"]
        assert film["fit/mtf"].attrs["steps"] > 0
        # Data no more off than their stated uncertainty: chi2 near its degrees of freedom or less.
        for part in ("characteristic_curves", "mtf"):
            entries = film[f"fit/{part}"].attrs
            assert entries["chi2"] < entries["degrees_of_freedom"]


def test_the_data_do_not_tell_the_core_of_the_print_from_its_skirt(remade):
    """2383 is printed to 70 cycles/mm, to 5 %: a core of 1 um takes 9 % there, as a skirt may."""
    held = remade["2383"].optics.solution.held["core_sigma_um"]
    assert held.max() > 0.5
    assert any("held by its prior: core_sigma_um" in line for line in lines(remade["2383"]))


def test_a_sheet_read_in_stops_makes_the_same_film(folder, remade, tmp_path):
    path = folder / "characteristic_curves.csv"
    rows = path.read_text().splitlines()
    first = next(i for i, row in enumerate(rows) if row.startswith("log_exposure"))
    for i, row in enumerate(rows[first + 1 :], start=first + 1):
        h, *densities = row.split(",")
        stop = (float(h) - np.log10(12.5 / 250)) / np.log10(2)
        rows[i] = ",".join([f"{stop:.9f}", *densities])
    rows[first] = rows[first].replace("log_exposure", "stop")
    path.write_text("\n".join(rows))
    (folder / "mtf.csv").unlink()
    model = fit_film(read_sheet(folder))
    write_film(tmp_path / "stops.h5", model)
    film = load_film(tmp_path / "stops.h5")
    h = remade["vision3-250d"].sheet.log_exposure()
    assert film.published["characteristic_curves"]["log_exposure"] == pytest.approx(h, abs=1e-6)
    read, same = (m.curves.read(h) for m in (model, remade["vision3-250d"]))
    # Nine digits of a stop; the solver stops within 1e-5 of its valley.
    assert read == pytest.approx(same, abs=1e-4)


@pytest.mark.slow
def test_a_fast_tungsten_stock_needs_no_change_of_code(folder, tmp_path):
    """The sheet of 250D moved to EI 500 and 3200 K: grey lands and prints as it should."""
    path = folder / "characteristic_curves.csv"
    text = path.read_text().splitlines()
    for i, row in enumerate(text):
        if row[:1] in "-0123456789":
            h, *densities = row.split(",")
            text[i] = ",".join([f"{float(h) - np.log10(2):.5f}", *densities])
    path.write_text("\n".join(text))
    toml = (folder / "sheet.toml").read_text()
    for old, new in (("= 250", "= 500"), ('"D55"', '"3200K"'), ('"vision3-250d"', '"fast"')):
        assert old in toml
        toml = toml.replace(old, new)
    (folder / "sheet.toml").write_text(toml)
    write_film(tmp_path / "fast.h5", fit_film(read_sheet(folder)))

    grey = Scene(
        planes=np.full((2, 1, 1), 0.18, np.float32),
        kind="reflectance",
        wavelength_nm=WAVELENGTH[[0, -1]],
    )

    def tapped(quantity):
        settings = Settings(
            grain="off", film=tmp_path / "fast.h5", to=quantity, white="lamp", balance="lad"
        )
        return render(grey, settings).planes[:, 0, 0]

    # float32 sums of 85 products; the balance is solved exactly.
    assert tapped("exposure") == pytest.approx(12.5 / 500, rel=1e-5)
    assert tapped("print") == pytest.approx([1.09, 1.06, 1.03], abs=1e-3)


def test_an_aim_beyond_the_print_is_refused(remade):
    with pytest.raises(InputError, match=r"check lad\.aim_density"):
        lad_log_exposure(remade["2383"].curves, np.full(3, 5.0))


def test_the_command_refuses_with_one_sentence(folder, tmp_path):
    def fit(*arguments):
        command = [*SPECTRAL_FILM, "fit", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    (folder / "characteristic_curves.csv").unlink()
    broken = fit(folder, "-o", tmp_path / "film.h5")
    assert broken.returncode == 2
    assert broken.stderr.count("\n") == 1
    assert "characteristic_curves.csv is missing" in broken.stderr
    assert not list(tmp_path.glob("film*"))

    (tmp_path / "film.h5").write_text("mine")
    existing = fit(SHEETS / "2383", "-o", tmp_path / "film.h5")
    assert existing.returncode == 2
    assert "--overwrite" in existing.stderr
    assert (tmp_path / "film.h5").read_text() == "mine"
