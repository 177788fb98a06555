"""The granularity of a film is that of its sheet, told apart by layer, or of its kind, or none.

Readings are worked out anew: status densities by plain numpy, what they rise by with each dye by
differences, charts from the CSV tables themselves.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import reference
from reference.fit.curves import CURVE, FittedCurves
from reference.fit.granularity import fit_granularity, read_granularity
from reference.fit.model import FilmModel
from reference.fit.report import lines
from reference.fit.sheet import read_sheet
from spectral_film.emulsion.stocks import load_film
from spectral_film.errors import InputError
from spectral_film.light.spectra import illuminant, observer, status_response

SHEETS = Path(reference.__file__).parent / "sheets"
STOCKS = ("vision3-250d", "2383")


def table(stock):
    rows = (SHEETS / stock / "rms_granularity.csv").read_text().splitlines()
    return np.genfromtxt([row for row in rows if row[0] != "#"], delimiter=",", names=True)


def chart(stock, record):
    """Density over the chart's own least, and the mean rms where it stands still."""
    read = table(stock)
    net = np.maximum.accumulate(read[f"D_{record}"]) - read[f"D_{record}"].min()
    rising = np.unique(net)
    return rising, np.array([read[f"sigma_{record}"][net == density].mean() for density in rising])


def curves_of(film):
    """What `fit_curves` found when it made this film."""
    return FittedCurves(
        **{name: getattr(film.tone_curve, name) for name in CURVE},
        dye_density=film.dye_density,
        dmin_density=film.dmin_density,
        dmin_shift=np.zeros(3),
        response=status_response(film.densitometry),
        inferred=None,
        solution=None,
    )


@pytest.fixture(scope="module")
def films():
    return {stock: load_film(stock) for stock in STOCKS}


@pytest.fixture
def folder(tmp_path):
    """A copy of the 5207 sheet that a test may change."""
    return Path(shutil.copytree(SHEETS / "vision3-250d", tmp_path / "sheet"))


def with_number(folder, line):
    (folder / "rms_granularity.csv").unlink()
    toml = folder / "sheet.toml"
    toml.write_text(f"{line}\n{toml.read_text()}")
    return folder


def scale(film, response):
    """Of a grey scale: density over D-min, and what it rises by with a dye, by differences."""
    dyes = film.tone_curve.dye(np.linspace(-6, 5, 3000))

    def density(dyes):
        light = response @ 10 ** -(film.dmin_density[:, None] + film.dye_density.T @ dyes)
        return -np.log10(light / response.sum())

    tiny = 1e-5 * np.eye(3)[:, :, None]
    per_dye = [(density(dyes + more) - density(dyes - more)) / 2e-5 for more in tiny]
    return dyes, density(dyes) - density(np.zeros((3, 1))), np.array(per_dye)


def rms_of(film, grain, response):
    """Density over D-min along a grey scale, and the rms that a densitometer reads there."""
    dyes, net, per_dye = scale(film, response)
    of_layers = [np.interp(*of) for of in zip(dyes, grain.dye_amount, grain.rms, strict=True)]
    return net, np.sqrt((per_dye**2 * np.square(of_layers)).sum(axis=0))


@pytest.mark.parametrize("stock", STOCKS)
@pytest.mark.parametrize("record", [0, 1, 2])
def test_a_shipped_film_reads_its_chart(films, stock, record):
    film = films[stock]
    net, read = rms_of(film, film.grain, status_response(film.densitometry)[record])
    density, sigma = chart(stock, "RGB"[record])
    # Of 32 nodes; the foot of 2383 rises by more than one grey of this scale to the next.
    assert np.interp(density, net, read) == pytest.approx(sigma, rel=0.025)


@pytest.mark.parametrize("stock", STOCKS)
def test_the_shipped_films_are_what_the_fit_makes(films, stock):
    film = films[stock]
    grain = fit_granularity(read_sheet(SHEETS / stock), curves_of(film))
    for name in ("radius_um", "dye_amount", "rms"):
        assert getattr(grain, name) == pytest.approx(getattr(film.grain, name), rel=1e-6)
    assert grain.clipped == 0
    assert grain.printed


def test_layers_are_told_apart_as_a_hand_does_it(films):
    """5207 at a grey card: three equations in three variances, by Cramer's rule."""
    film = films["vision3-250d"]
    exposure = np.log10([12.5 / 250])
    dyes, responses = film.tone_curve.dye(exposure), status_response("status-m")

    def density(dyes):
        return -np.log10(responses @ 10 ** -(film.dmin_density + dyes[:, 0] @ film.dye_density))

    net = density(dyes) - density(np.zeros((3, 1)))
    sigma = [np.interp(d, *chart("vision3-250d", r)) for d, r in zip(net, "RGB", strict=True)]
    squares = (
        np.array(
            [(density(dyes + 1e-6 * one[:, None]) - density(dyes)) / 1e-6 for one in np.eye(3)]
        ).T
        ** 2
    )
    for layer in range(3):
        exchanged = squares.copy()
        exchanged[:, layer] = np.square(sigma)
        variance = np.linalg.det(exchanged) / np.linalg.det(squares)
        read = np.interp(dyes[layer, 0], film.grain.dye_amount[layer], film.grain.rms[layer])
        assert read == pytest.approx(np.sqrt(variance), rel=0.02)  # lines between nodes


def test_variances_that_no_layers_have_are_not_negative(films, folder):
    """Green and blue see cyan too: if red sees none of it, magenta cannot be less than even."""
    path = folder / "rms_granularity.csv"
    rows = path.read_text().splitlines()
    changed = []
    for row in rows:
        cells = row.split(",")
        if len(cells) == 7 and cells[0] != "log_rel_exposure":
            cells[4] = "0.0001"  # of green, whose reading of cyan alone is more
        changed.append(",".join(cells) if len(cells) == 7 else row)
    path.write_text("\n".join(changed))
    sheet = read_sheet(folder)
    curves = curves_of(films["vision3-250d"])
    grain = fit_granularity(sheet, curves)
    assert grain.clipped > 0
    assert (grain.rms >= 0).all()
    assert (grain.rms[1] == 0).any()
    said = "\n".join(lines(model_of(sheet, curves, grain)))
    assert f"at {grain.clipped} of 32 nodes" in said


def model_of(sheet, curves, grain):
    film = load_film(sheet.id)
    solved = replace(curves, solution=Unsolved())
    return FilmModel(
        sheet=sheet,
        curves=solved,
        optics=None,
        adjacency=None,
        grain=grain,
        lad_log_exposure=None,
        others={},
        spectral_sensitivity=film.spectral_sensitivity,
    )


class Unsolved:
    """Stands for how the curves were found, which is told elsewhere."""

    steps, chi2, freedom = 0, 0.0, 0.0

    def numbers(self):
        return ()


def test_one_number_is_read_by_a_visual_densitometer(films, folder):
    """4 means .004 at a visual density of 1.0 over the base, under CIE A."""
    film = films["vision3-250d"]
    sheet = read_sheet(with_number(folder, "rms_granularity = 4"))
    curves = curves_of(film)
    grain = fit_granularity(sheet, curves)
    assert not grain.printed
    net, read = rms_of(film, grain, observer()[1] * illuminant("A"))
    assert np.interp(1.0, net, read) == pytest.approx(0.004, rel=0.02)
    said = "\n".join(lines(model_of(sheet, curves, grain)))
    assert "assumed for a negative, at rms_granularity = 4" in said
    assert "the film has no grain" not in said
    twice = fit_granularity(replace(sheet, rms_granularity=8.0), curves)
    assert twice.rms == pytest.approx(2 * grain.rms, rel=1e-6)


def test_its_shape_is_that_of_the_sheets_of_its_kind(folder):
    """The mean of the negatives' charts over green at 1.0; of prints there is one."""
    for stock, kin in (
        ("vision3-250d", ("vision3-50d", "vision3-200t", "vision3-250d")),
        ("2383", ("2383",)),
    ):
        shape = read_sheet(SHEETS / stock).assumed["granularity"]
        for record in "RGB":
            charts = [
                np.interp(shape["net_density"], *chart(one, record))
                / np.interp(1.0, *chart(one, "G"))
                for one in kin
            ]
            # Written to .01. The foot of 5203 falls in places, and there is taken otherwise here.
            assert shape[record] == pytest.approx(np.mean(charts, axis=0), abs=0.006, rel=0.02)


def test_a_chart_is_believed_before_a_number(films, folder):
    toml = folder / "sheet.toml"
    toml.write_text("rms_granularity = 40\n" + toml.read_text())
    grain = fit_granularity(read_sheet(folder), curves_of(films["vision3-250d"]))
    assert grain.printed
    assert grain.rms == pytest.approx(films["vision3-250d"].grain.rms, rel=1e-6)


def test_neither_chart_nor_number_is_no_grain(films, folder):
    (folder / "rms_granularity.csv").unlink()
    sheet, curves = read_sheet(folder), curves_of(films["vision3-250d"])
    assert fit_granularity(sheet, curves) is None
    assert "the film has no grain" in "\n".join(lines(model_of(sheet, curves, None)))


@pytest.mark.parametrize("value", ["0", "-4", "0.004", "1000", '"fine"', "true", "[4, 4, 4]"])
def test_a_number_that_is_no_granularity_is_refused(folder, value):
    with pytest.raises(InputError, match=r"sheet\.toml: rms_granularity must be a number in") as no:
        read_sheet(with_number(folder, f"rms_granularity = {value}"))
    assert "\n" not in str(no.value)


def test_a_chart_without_a_scale_is_refused(films, folder):
    path = folder / "rms_granularity.csv"
    rows = [row.split(",") for row in path.read_text().splitlines()]
    path.write_text("\n".join(
        ",".join([*row[:3], "0.6", *row[4:]] if row[0][:1].isdigit() else row) for row in rows
    ))  # fmt: skip
    with pytest.raises(InputError, match=r"rms_granularity\.csv, column D_G: .* the same") as no:
        fit_granularity(read_sheet(folder), curves_of(films["vision3-250d"]))
    assert "\n" not in str(no.value)


def test_a_film_too_thin_for_its_number_is_refused(films, folder):
    thin = films["vision3-250d"].tone_curve.density_range / 4
    curves = replace(curves_of(films["vision3-250d"]), density_range=thin)
    with pytest.raises(InputError, match=r"visual density of 1 over the base, .* reaches 0\.\d\d"):
        fit_granularity(read_sheet(with_number(folder, "rms_granularity = 4")), curves)


@pytest.mark.parametrize(
    ("said", "blamed"),
    [
        ("net_density = [0, 1, 1]\nR = [1, 1, 1]\nG = [1, 1, 1]\nB = [1, 1, 1]", "rising"),
        ("net_density = [0, 1]\nR = [1, 1]\nG = [1, 1, 1]\nB = [1, 1]", "what each record reads"),
        ("R = [-1]", "must look like"),
    ],
)
def test_a_shape_of_ones_own_must_hang_together(folder, said, blamed):
    toml = folder / "sheet.toml"
    toml.write_text(f"{toml.read_text()}\n[assumed.granularity]\n{said}\n")
    with pytest.raises(InputError, match=blamed):
        read_sheet(folder)


def test_the_fastest_sublayer_has_the_largest_clouds(films, folder):
    """In whatever order the curves have them; between the ends in even steps of the logarithm."""
    sheet, curves = read_sheet(folder), curves_of(films["vision3-250d"])
    largest, smallest = np.array(sheet.assumed["grain"]["radius_um"]).T
    grain = fit_granularity(sheet, curves)
    assert grain.radius_um[:, 0] == pytest.approx(largest)
    assert grain.radius_um[:, 2] == pytest.approx(smallest)
    assert grain.radius_um[:, 1] ** 2 == pytest.approx(largest * smallest, rel=0.002)
    turned = {name: getattr(curves, name)[:, ::-1] for name in CURVE}
    assert fit_granularity(sheet, replace(curves, **turned)).radius_um == pytest.approx(
        grain.radius_um[:, ::-1]
    )
    one = {name: getattr(curves, name)[:, :1] for name in CURVE}
    one["density_range"] = curves.density_range.sum(axis=1, keepdims=True)
    assert fit_granularity(sheet, replace(curves, **one)).radius_um[:, 0] == pytest.approx(largest)


def test_a_sheet_may_assume_other_sizes(films, folder):
    toml = folder / "sheet.toml"
    own = "[assumed.grain]\nradius_um = [[3, 1], [3, 1], [4, 1]]\n"
    toml.write_text(f"{toml.read_text()}\n{own}")
    grain = fit_granularity(read_sheet(folder), curves_of(films["vision3-250d"]))
    assert grain.radius_um[:, 0] == pytest.approx([3, 3, 4])


def test_what_the_report_reads_is_the_chart(films):
    """The page of the fit compares with what this says: here along the whole of a record's."""
    film, sheet = films["2383"], read_sheet(SHEETS / "2383")
    curves = curves_of(film)
    density, sigma = chart("2383", "R")
    read = read_granularity(sheet, curves, fit_granularity(sheet, curves), density)
    assert read[0] == pytest.approx(sigma, rel=0.02)
