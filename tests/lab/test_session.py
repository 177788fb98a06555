"""`spectral-film lab`: shipped stocks pass; one that is not what its sheet says is named."""

import json
import re
import shutil
import subprocess
import sys
from functools import cache

import h5py
import numpy as np
import pytest
from reading_pages import by_the_house

from spectral_film.app import main as cli
from spectral_film.device.device import open_device
from spectral_film.emulsion.stocks import load_film, load_print, shipped_films
from spectral_film.errors import FilmModelError
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.mtf_bench import modulation_transfer
from spectral_film.lab.projection import laboratory_aim
from spectral_film.lab.record import to_json
from spectral_film.lab.report import to_html
from spectral_film.lab.sensitometry import characteristic_curves
from spectral_film.lab.session import Session, measure
from spectral_film.lab.spectrophotometry import dye_densities, spectral_sensitivity

# A session takes half a minute, and the shelf has forty stocks: `make lab-shelf` does them all.
OF_EACH_KIND = ("vision3-250d", "2383", "velvia-50", "2302", "endura-premier")
SPECTRAL_FILM = [sys.executable, "-c", "from spectral_film.app.main import main; main()"]


@pytest.fixture
def falsified(tmp_path):
    """A shipped stock with one table multiplied, all of it or one row."""

    def make(stock: str, table: str, factor: float, row: int | None = None):
        path = tmp_path / "falsified.h5"
        shutil.copy(shipped_films()[stock], path)
        with h5py.File(path, "r+") as file:
            values = file[table][()]
            values[row if row is not None else ...] *= factor
            file[table][...] = values
        return path

    return make


def session_of(film, *, print_film=None) -> Session:
    return measure(open_device(), load_film(film), print_film)


def failures(path, *measurements) -> list[str]:
    """Names of the checks that fail in these measurements alone: a session takes half a minute."""
    darkroom = Darkroom(device=open_device(), film=load_film(path))
    checks = [check for made in measurements for check in made(darkroom).checks]
    return [check.name for check in checks if not check.passed]


@cache
def shipped(stock: str) -> Session:
    """All of a shipped stock, a negative with its print."""
    negative = load_film(stock).kind == "negative"
    return session_of(stock, print_film=load_print("2383") if negative else None)


@pytest.mark.parametrize("stock", OF_EACH_KIND)
def test_a_shipped_stock_reads_what_its_sheet_says(stock):
    session = shipped(stock)
    assert not [check.name for check in session.failures]
    # Each record of curve, dyes and MTF or aim, rms and largest; silver has one, and no dyes.
    assert len(session.checks) >= 6 * session.film.layers


@pytest.mark.parametrize("stock", OF_EACH_KIND)
def test_names_of_checks_can_be_looked_up(stock):
    """One of each, and nothing that was read is in them."""
    names = [check.name for check in shipped(stock).checks]
    assert len(set(names)) == len(names)
    targets = "18 % grey|-6 to 0 stops|above 0 stops"  # these figures are not read
    assert not [name for name in names if re.search(r"\d", re.sub(targets, "", name))]


@pytest.mark.parametrize("factor", [0.97, 1.03])
@pytest.mark.parametrize(
    ("table", "row", "named"),
    [
        ("tone_curve/density_range", 0, "characteristic curve, red"),
        ("tone_curve/log_exposure_mid", 1, "characteristic curve, green"),
        ("tone_curve/log_exposure_spread", 2, "characteristic curve, blue"),
        ("dyes/dye_density", 0, "dye density, cyan"),
        ("dyes/dye_density", 1, "dye density, magenta"),
        ("dyes/dye_density", 2, "dye density, yellow"),
        ("dyes/dmin_density", None, "characteristic curve, blue"),
        ("optics/skirt_length_um", 0, "MTF, red"),
        ("optics/skirt_length_um", 1, "MTF, green"),
        ("optics/skirt_length_um", 2, "MTF, blue"),
        ("optics/skirt_weight", None, "MTF, red"),
    ],
)
def test_three_percent_of_falsehood_in_a_negative_are_caught_by_name(
    falsified, table, row, named, factor
):
    path = falsified("vision3-250d", table, factor, row)
    outside = failures(path, characteristic_curves, dye_densities, modulation_transfer)
    assert any(name.startswith(named) for name in outside), outside
    # What has nothing to do with it is not accused.
    innocent = "MTF" if table.startswith(("tone_curve", "dyes")) else "characteristic"
    assert not [name for name in outside if name.startswith(innocent)]


@pytest.mark.parametrize("factor", [0.97, 1.03])
@pytest.mark.parametrize(
    ("table", "row", "named"),
    [
        ("tone_curve/density_range", 0, "characteristic curve, red"),
        ("tone_curve/log_exposure_mid", 1, "characteristic curve, green"),
        ("tone_curve/log_exposure_spread", 2, "characteristic curve, blue"),
        ("dyes/dye_density", 1, "dye density, magenta"),
        ("lad/log_exposure", 0, "LAD patch, red"),
    ],
)
def test_three_percent_of_falsehood_in_a_print_are_caught_by_name(
    falsified, table, row, named, factor
):
    path = falsified("2383", table, factor, row)
    outside = failures(path, characteristic_curves, dye_densities, laboratory_aim)
    assert any(name.startswith(named) for name in outside), outside


@pytest.mark.parametrize(
    ("table", "row", "named"),
    [
        ("tone_curve/density_range", 1, "gamma, green"),
        ("tone_curve/log_exposure_mid", 0, "speed point, red"),
    ],
)
def test_three_percent_of_falsehood_in_a_slide_are_caught_by_name(falsified, table, row, named):
    assert named in failures(falsified("velvia-50", table, 1.03, row), characteristic_curves)


@pytest.mark.parametrize("stock", ["vision3-250d", "2383"])
def test_a_sensitivity_in_the_wrong_place_is_caught(falsified, stock):
    path = falsified(stock, "exposure/spectral_sensitivity", 1.0)
    with h5py.File(path, "r+") as file:
        table = file["exposure/spectral_sensitivity"]
        table[1] = np.roll(table[1], 1)  # 5 nm to the red
    outside = failures(path, spectral_sensitivity)
    assert any(name.startswith("spectral sensitivity, green") for name in outside), outside


def test_a_sensitivity_that_misses_its_sheet_altogether_is_outside(falsified, tmp_path):
    path = falsified("2383", "exposure/spectral_sensitivity", 1.0)
    with h5py.File(path, "r+") as file:
        table = file["exposure/spectral_sensitivity"]
        table[2] = np.roll(table[2], 50)  # 250 nm to the red
    session = session_of(path)
    assert any(
        check.name.startswith("spectral sensitivity, blue: rms") for check in session.failures
    )
    assert '"value": null' in to_json(session)


def test_a_film_without_its_sheet_is_refused(falsified):
    path = falsified("2383", "dyes/dye_density", 1.0)
    with h5py.File(path, "r+") as file:
        del file["published/spectral_dye_density"]
    with pytest.raises(FilmModelError, match="holds no published/spectral_dye_density"):
        session_of(path)


@pytest.mark.parametrize("stock", OF_EACH_KIND)
def test_every_published_curve_has_its_reading(stock):
    """Drawn over each other, column by column, but for what the page says could not be read."""
    session = shipped(stock)
    drawn = [c for m in session.measurements for c in m.curves if c.published is not None]
    columns = [
        column
        for name, table in session.film.published.items()
        for column in table
        if column not in ("log_exposure", "wavelength_nm", "cycles_per_mm", "log_rel_exposure")
        and not (name == "rms_granularity" and column.startswith("D_"))
        and not column.startswith("D_dev")  # of developments that this film did not get
    ]
    assert len(drawn) == len(columns)
    assert all(np.isfinite(c.residual).any() for c in drawn)


def test_a_print_is_measured_behind_the_filter_of_its_printer():
    """What the filter stops cannot be read, and is said; what it lets through is."""
    session = shipped("2383")
    (sensitivity,) = (m for m in session.measurements if m.title == "Spectral sensitivity")
    cut = load_print("2383").printer_cut_nm
    printed = load_print("2383").published["spectral_sensitivity"]["logS_B"]
    blue = sensitivity.curves[2]
    assert np.isfinite(blue.y[(blue.x >= cut) & np.isfinite(printed)]).all()
    assert not np.isfinite(blue.y[blue.x < cut]).any()
    assert any(f"below {cut:g} nm" in sentence for sentence in session.not_measured)


def test_a_film_without_mtf_and_granularity_says_so_and_is_measured_all_the_same(tmp_path):
    path = tmp_path / "plain.h5"
    shutil.copy(shipped_films()["vision3-250d"], path)
    with h5py.File(path, "r+") as file:
        for group in ("optics", "adjacency", "halation", "published/mtf"):
            del file[group]
        for group in ("grain", "published/rms_granularity"):
            del file[group]
        del file.attrs["backing"]
    session = session_of(path)
    assert not session.failures
    assert any(sentence.startswith("MTF") for sentence in session.not_measured)
    (said,) = (s for s in session.not_measured if s.startswith("rms granularity"))
    assert said == "rms granularity: the film has no grain, since its sheet prints none"
    assert not session.crops
    assert "Grain as it is seen" not in by_the_house(to_html(session)).prose


def test_every_number_is_in_the_record():
    record = json.loads(to_json(shipped("vision3-250d")))
    assert record["passed"] is True
    curves = {
        curve["name"]: curve
        for measurement in record["measurements"]
        if measurement["title"].startswith("Characteristic")
        for curve in measurement["curves"]
    }
    sheet = load_film("vision3-250d").published["characteristic_curves"]
    for name, column in (("red", "D_R"), ("green", "D_G"), ("blue", "D_B")):
        # Seven digits are written.
        assert curves[name]["published"] == pytest.approx(list(sheet[column]), rel=1e-6)
        assert len(curves[name]["read"]) == len(sheet[column])
    checks = {check["name"]: check for m in record["measurements"] for check in m["checks"]}
    read, published = map(float, checks["gamma, red"]["detail"].split(" on a published "))
    # Four decimals are written of each.
    assert checks["gamma, red"]["value"] == pytest.approx(read - published, abs=1e-4)


def test_the_command_writes_a_page_that_needs_no_network_and_nothing_depends_on_when(tmp_path):
    done = subprocess.run(
        [*SPECTRAL_FILM, "lab", "2383", "-o", "page.html", "--strict"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "page.html"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    record = (tmp_path / "page.json").read_text(encoding="utf-8")
    assert json.loads(record)["film"]["id"] == "2383"
    assert record == to_json(shipped("2383"))  # of another time, in another process
    parts = by_the_house(page)
    titles = [m["title"] for m in json.loads(record)["measurements"]]
    # Grain as it is seen, what was not measured, and what the sheet gave.
    assert len(parts.all("h2")) == len(titles) + 3
    strip, *greys = parts.all("img")
    assert (strip["width"], strip["height"]) == ("640", "128")
    assert [(grey["width"], grey["height"]) for grey in greys] == [("320", "256")] * 4
    drawn = [m for m in json.loads(record)["measurements"] if m["curves"]]
    assert len(parts.all("svg")) >= len(drawn)
    assert len(json.loads(parts.all("svg")[0]["data-panels"] or "")) == 2  # curves and residuals
    assert page.count('<span class="good">within</span>') == page.count('<span class="') - 1


def test_strict_fails_and_names_what_is_wrong(tmp_path, falsified, monkeypatch, capsys):
    path = falsified("2383", "dyes/dye_density", 1.03, 2)
    measured = session_of(path)  # once, for both
    monkeypatch.setattr("spectral_film.lab.session.measure", lambda *_: measured)
    monkeypatch.chdir(tmp_path)
    for strict, code in (([], 0), (["--strict"], 1)):
        words = ["spectral-film", "lab", str(path), "-o", "l.html", "--overwrite", *strict]
        monkeypatch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capsys.readouterr().err
        assert (stop.value.code or 0) == code, said
        assert "outside: dye density, yellow" in said
        patch = r"LAD patch, blue: 1\.\d{4} on an aim of 1\.03, difference"
        assert re.search(rf"outside: {patch} \+0\.\d+ status A, tolerance 0\.001", said)
        assert re.search(patch, (tmp_path / "l.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-film"], "no-such-film"),
        (["2383", "-o", "page.pdf"], ".html"),
        (["2383", "-o", "nowhere/page.html"], "existing folder"),
        (["vision3-250d", "--print", "vision3-250d"], "print stock"),
        (["2383", "--print", "nonsense"], "is a print film, a positive by itself"),
        (["2383", "-o", "there.html"], "--overwrite"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(tmp_path, monkeypatch, capsys, arguments, said):
    (tmp_path / "there.json").write_text("kept")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["spectral-film", "lab", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    complaint = capsys.readouterr().err
    assert stop.value.code == 2
    assert said in complaint
    assert complaint.strip().count("\n") == 0
    assert {f.name for f in tmp_path.iterdir()} == {"there.json"}
    assert (tmp_path / "there.json").read_text() == "kept"
