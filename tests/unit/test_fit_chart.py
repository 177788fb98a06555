"""Fit to a colour chart: the measure of it, the way of the light to it, and what it determines.

Synthetic charts come from the reference with known numbers, and from the engine, which shares no
code with it.
"""

import re
from dataclasses import replace
from pathlib import Path

import colour
import h5py
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import reference
from reference.fit.chart import Chart, read_chart
from reference.fit.chart_fit import fit_chart, free_numbers, moved, on_screen
from reference.fit.curves import FittedCurves
from reference.fit.film_file import write_film
from reference.fit.model import FilmModel
from reference.fit.optics import FittedAdjacency
from reference.fit.page import to_html
from reference.fit.report import lines
from reference.fit.sheet import read_sheet
from reference.fit.solve import Solution
from spectral_film import Scene, Settings, render
from spectral_film.emulsion.film import CameraFilm
from spectral_film.emulsion.stocks import load_camera_film
from spectral_film.errors import InputError
from spectral_film.lab.projection import lamp_white, photograph
from spectral_film.light.difference import ciede2000, cielab
from spectral_film.light.spectra import WAVELENGTH, colour_chart, status_response

SHEETS = Path(reference.__file__).parent / "sheets"
PATCHES = tuple(colour_chart())


@pytest.fixture(scope="module")
def film(negative: CameraFilm) -> FilmModel:
    """The shipped 5207 as the fit holds it; the fit itself is tested elsewhere."""
    nothing = Solution(
        parameters={},
        values={},
        sd={},
        held={},
        steps=0,
        chi2=0.0,
        readings=0,
        freedom=0.0,
        gradient=0.0,
    )
    curve = negative.tone_curve
    return FilmModel(
        grain=None,
        sheet=read_sheet(SHEETS / "vision3-250d"),
        curves=FittedCurves(
            density_range=curve.density_range,
            log_exposure_mid=curve.log_exposure_mid,
            log_exposure_spread=curve.log_exposure_spread,
            exponent=curve.exponent,
            dye_density=negative.dye_density,
            dmin_density=negative.dmin_density,
            dmin_shift=np.zeros(3),
            response=status_response("status-m"),
            inferred=None,
            solution=nothing,
        ),
        optics=None,
        adjacency=FittedAdjacency(
            coupling=negative.adjacency.coupling, length_um=negative.adjacency.length_um
        ),
        lad_log_exposure=None,
        others={},
        spectral_sensitivity=negative.spectral_sensitivity,
    )


def write(folder: Path, *, head: str = "", columns: str = "X,Y,Z", rows: dict[str, str]) -> Path:
    path = folder / "chart.csv"
    lines = [f"{name},{values}" for name, values in rows.items()]
    path.write_text("\n".join([*filter(None, [head]), f"patch,{columns}", *lines]) + "\n")
    return path


def write_measured(folder: Path, values: np.ndarray, **form: str) -> Path:
    rows = {
        name: ",".join(f"{value:.9g}" for value in patch)
        for name, patch in zip(PATCHES, values.T, strict=True)
    }
    return write(folder, rows=rows, **form)


@pytest.fixture
def blank(tmp_path) -> Chart:
    """A chart whose colours nobody has measured yet, known to 0.2 as by a good instrument."""
    return read_chart(write_measured(tmp_path, np.full((3, 24), 0.2), head="# uncertainty: 0.2"))


def start(film: FilmModel) -> dict[str, jnp.ndarray]:
    return {name: jnp.asarray(p.start) for name, p in free_numbers(film).items()}


# L*, a*, b* of two colours and their difference, as printed in table 1 of Sharma, Wu and Dalal
# 2005: blue, greys, hues nearly opposite, large differences, and small ones.
SHARMA = [
    (1, (50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    (4, (50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    (7, (50, 0, 0), (50, -1, 2), 2.3669),
    (9, (50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    (11, (50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    (14, (50, -0.001, 2.49), (50, 0.0010, -2.49), 4.8045),
    (15, (50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
    (16, (50, 2.5, 0), (50, 0, -2.5), 4.3065),
    (17, (50, 2.5, 0), (73, 25, -18), 27.1492),
    (25, (60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    (30, (22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    (34, (2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("pair", "one", "other", "published"), SHARMA)
def test_differences_of_the_published_pairs(pair, one, other, published):
    found = ciede2000(*(jnp.array(lab, float)[:, None] for lab in (one, other)))
    assert np.linalg.norm(found) == pytest.approx(published, abs=6e-5)  # printed to four decimals


def test_differences_agree_with_colour_science(rng):
    lab = rng.uniform([[0], [-120], [-120]], [[100], [120], [120]], (2, 3, 500))
    found = np.linalg.norm(ciede2000(*map(jnp.asarray, lab)), axis=0)
    expected = colour.delta_E(lab[0].T, lab[1].T, method="CIE 2000")
    assert found == pytest.approx(expected, abs=1e-9)  # the same formula, in another form


def test_lab_agrees_with_colour_science(rng):
    white = np.array([0.95, 1.0, 1.08])
    xyz = white[:, None] * np.concatenate(
        [rng.uniform(0, 0.02, (3, 50)), rng.uniform(0, 1, (3, 50))], 1
    )
    expected = colour.XYZ_to_Lab(xyz.T, colour.XYZ_to_xy(white)).T
    found = np.asarray(cielab(jnp.asarray(xyz), jnp.asarray(white)))
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("lab", [(50.0, 0.0, 0.0), (0.0, 0.0, 0.0), (50.0, 30.0, -20.0)])
def test_the_slope_is_finite_where_there_is_no_difference(lab):
    same = jnp.array(lab)[:, None]
    assert np.linalg.norm(ciede2000(same, same)) == 0
    assert np.isfinite(jax.jacfwd(ciede2000)(same, same)).all()
    assert np.isfinite(jax.jacrev(ciede2000)(same, same)).all()


def test_engine_and_reference_show_the_same_chart(device, film, tmp_path):
    """Under another light, at another exposure, printed off balance."""
    head = "# light: 3200K\n# exposure: 0.5\n# printer_points: 27, 25, 21"
    chart = read_chart(write_measured(tmp_path, np.full((3, 24), 0.2), head=head))
    planes = np.ascontiguousarray(chart.reflectance[:, None, :], np.float32)
    settings = Settings(
        grain="off",
        illuminant="3200K",
        exposure=0.5,
        balance="lad",
        printer_points=(27.0, 25.0, 21.0),
        to="xyz",
        scatter=False,
        halation=False,
        adjacency=False,
    )
    scene = Scene(planes=planes, kind="reflectance", wavelength_nm=WAVELENGTH)
    xyz = render(scene, settings, device=device).planes[:, 0].astype(float)
    engine = cielab(jnp.asarray(xyz), jnp.asarray(lamp_white(chart.print_film)))
    seen = on_screen(film, moved(film, start(film)), chart)
    # float32 through three exponentials: 1e-5 of the light, of which L* makes 3e-4 at most.
    assert np.linalg.norm(ciede2000(engine, seen), axis=0).max() < 1e-3


def gain_of_neutral(film: CameraFilm) -> np.ndarray:
    """What the inhibitor adds to a fine neutral ripple about the grey card, (layer,)."""
    low, high = film.tone_curve.dye(np.log10(film.grey_lux_s()) + np.array([-1e-4, 1e-4])).T
    return film.adjacency.coupling @ (high - low) / 2e-4


def test_known_numbers_are_found_again(negative, film, blank, tmp_path):
    """A chart of a film that differs from its sheet: what patches can tell comes back."""
    truth = start(film)
    truth["coupling_red_from_green"] *= 1.4
    truth["coupling_blue_from_green"] *= 1.4
    truth["coupling_green_from_red"] /= 1.4
    truth["density_range_factor"] *= jnp.array([1.0, 1.0, 1.015])
    truth["log_exposure_mid_shift"] += jnp.array([0.0, 0.03, 0.0])
    truth["log_sensitivity_short"] += jnp.array([0.03, 0.0, 0.0])
    lab = np.asarray(on_screen(film, moved(film, truth), blank))
    found = fit_chart(film, replace(blank, lab=lab))

    assert found.before.max() > 1  # seen beside each other
    assert found.after.max() < 0.1  # no eye and no instrument tells them apart
    values, sd, held = found.solution.values, found.solution.sd, found.solution.held
    couplings = [name for name in truth if name.startswith("coupling")]
    assert len(couplings) == 6
    for name in [*couplings, "density_range_factor"]:
        assert (np.abs(values[name] - truth[name]) < 2 * sd[name]).all(), name
    for name in couplings:  # in the measure of the prior, the logarithm, of sd 0.5
        assert sd[name] / values[name] < 0.5 * 0.5, name
    red, green, _ = sd["density_range_factor"]
    assert max(red, green) < 0.01 / 2
    # A chart under one light says no more of 40 nm of a sensitivity, and of a speed nothing, for
    # the printer is balanced on the film's own grey: the sheet holds them, and the fit says so.
    assert held["log_exposure_mid_shift"].min() > 0.9
    assert held["log_sensitivity_middle"].min() > 0.5

    again = {name: jnp.asarray(value) for name, value in values.items()}
    emulsion = moved(film, again)
    for name in ("density_range", "log_exposure_mid"):
        kept = getattr(found.model.curves, name)
        assert kept == pytest.approx(np.asarray(emulsion.curve[name]), rel=1e-6)  # seven digits
    assert found.model.adjacency.coupling == pytest.approx(np.asarray(emulsion.coupling), rel=1e-6)
    assert found.model.spectral_sensitivity == pytest.approx(
        np.asarray(emulsion.spectral_sensitivity), rel=1e-6
    )

    # What comes of it: a film that the engine reads, and a report of every patch and move.
    write_film(tmp_path / "moved.h5", found.model)
    film_file = load_camera_film(tmp_path / "moved.h5")
    assert film_file.adjacency.coupling == pytest.approx(found.model.adjacency.coupling)
    assert film_file.spectral_sensitivity == pytest.approx(found.model.spectral_sensitivity)
    # Edges of a neutral stay as the sheet's MTF has them: its gain is that of the film as fitted.
    assert gain_of_neutral(film_file) == pytest.approx(gain_of_neutral(negative), rel=1e-5)
    with h5py.File(tmp_path / "moved.h5") as file:
        for table in ("exposure/spectral_sensitivity", "tone_curve/density_range"):
            assert "colour chart" in file[table].attrs["source"]
            assert file[table].attrs["origin"] == "fitted"
    page, said = to_html(found.model, found), "\n".join(lines(found.model, found))
    for patch, before, after in zip(found.patches, found.before, found.after, strict=True):
        set_in_type = patch.replace("(.", "(0.")  # as a page sets any number
        assert re.search(rf"<td[^>]*>{re.escape(set_in_type)}</td>", page)
        assert f"{before:.2f}" in page
        assert f"{after:.2f}" in page
    assert "moved by the chart: coupling_red_from_green" in said


def test_a_chart_from_the_engine_moves_nothing(device, negative, film, blank, tmp_path):
    xyz = photograph(device, negative, blank.print_film, blank.reflectance, "xyz")
    chart = read_chart(write_measured(tmp_path, xyz, head="# uncertainty: 1.0"))
    found = fit_chart(film, chart)
    assert found.before.max() < 0.05
    assert found.after.max() < 0.05
    for name, parameter in found.solution.parameters.items():
        move = found.solution.values[name] - parameter.start
        scale = parameter.start * parameter.sd if parameter.lowest == 0 else parameter.sd
        # float32 leaves 1e-3 of a difference that is known to 1.0.
        assert np.abs(move / scale).max() < 0.01, name


def test_coupling_moves_colours_and_no_grey(film, tmp_path):
    """Reflectances of the user's own: four flat greys and the red of the chart."""
    greys = {"dark": 0.03, "card": 0.18, "light": 0.4, "white": 0.9}
    red = dict(zip(WAVELENGTH, colour_chart()["red"], strict=True))
    (tmp_path / "mine.csv").write_text(
        f"wavelength_nm,{','.join(greys)},red\n"
        + "".join(f"{nm:g},{','.join(map(str, greys.values()))},{red[nm]}\n" for nm in WAVELENGTH)
    )
    path = write(
        tmp_path,
        head="# reflectances: mine.csv",
        columns="L,a,b",
        rows=dict.fromkeys([*greys, "red"], "50,0,0"),
    )
    chart = read_chart(path)
    assert chart.patches == (*greys, "red")
    assert chart.reflectance[:, -1] == pytest.approx(colour_chart()["red"], abs=1e-12)
    as_fitted = start(film)
    stronger = as_fitted | {n: 2 * v for n, v in as_fitted.items() if n.startswith("coupling")}
    one, other = (on_screen(film, moved(film, v), chart) for v in (as_fitted, stronger))
    apart = np.linalg.norm(ciede2000(one, other), axis=0)
    assert apart[:4].max() < 1e-6  # the bracket of docs/physics.md, Adjacency: 0, but for rounding
    assert apart[4] > 1  # seen beside each other


def test_xyz_and_lab_say_the_same(print_film, tmp_path):
    white = lamp_white(print_film)
    lab = np.array([50.0, 20.0, -10.0])
    xyz = colour.Lab_to_XYZ(lab, colour.XYZ_to_xy(white)) * white[1]
    for columns, values in (("X,Y,Z", xyz), ("L,a,b", lab)):
        path = write(
            tmp_path, columns=columns, rows={"red": ",".join(map(repr, map(float, values)))}
        )
        assert read_chart(path).lab[:, 0] == pytest.approx(lab, abs=1e-9)


SOUND = {"red": "0.2,0.1,0.05", "green": "0.1,0.2,0.1"}
BAD = {
    "unknown patch": ({"rows": {"redd": "0.2,0.1,0.05"}}, r"row 2.*'redd', did you mean 'red'"),
    "blank": ({"rows": {"red": "0.2,,0.05"}}, r"row 2, column Y: a blank"),
    "word": ({"rows": {"red": "0.2,x,0.05"}}, r"row 2, column Y: 'x' is not a number"),
    "not finite": ({"rows": {"red": "0.2,nan,0.05"}}, r"column Y: nan is outside"),
    "percent": ({"rows": {"red": "20,10,5"}}, r"row 2, column X: 20 is outside .* Y is 1, not 100"),
    "missing value": ({"rows": {"red": "0.2,0.1"}}, r"row 2: 3 values for 4 columns"),
    "columns": ({"rows": SOUND, "columns": "R,G,B"}, r"patch,X,Y,Z or patch,L,a,b"),
    "no rows": ({"rows": {}}, r"holds no data"),
    "setting": ({"rows": SOUND, "head": "# exposre: 1"}, r"'exposre'.*did you mean 'exposure'"),
    "exposure": ({"rows": SOUND, "head": "# exposure: one"}, r"exposure: 'one' is not a number"),
    "points": ({"rows": SOUND, "head": "# printer_points: 25"}, r"must be like 25,25,25"),
    "uncertainty": ({"rows": SOUND, "head": "# uncertainty: 0"}, r"uncertainty: 0 is outside"),
    "light": ({"rows": SOUND, "head": "# light: D5"}, r"chart\.csv: no light is called 'D5'"),
    "print": ({"rows": SOUND, "head": "# print: 2838"}, r"chart\.csv: film '2838'"),
    "negative": ({"rows": SOUND, "head": "# print: vision3-250d"}, r"give a print stock"),
    "reflectances": (
        {"rows": SOUND, "head": "# reflectances: no.csv"},
        r"no\.csv: the chart cannot be read",
    ),
}


@pytest.mark.parametrize(("form", "message"), BAD.values(), ids=BAD)
def test_a_bad_chart_is_refused_in_one_sentence(tmp_path, form, message):
    with pytest.raises(InputError, match=message) as refused:
        read_chart(write(tmp_path, **form))
    assert "\n" not in str(refused.value)


def test_a_patch_comes_once(tmp_path):
    path = write(tmp_path, rows=SOUND)
    path.write_text(path.read_text() + "red,0.3,0.2,0.1\n")
    with pytest.raises(InputError, match=r"row 4, column patch: 'red' comes twice"):
        read_chart(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nm,red\n380,0.1\n780,0.1", r"mine\.csv, row 1: the columns must be wavelength_nm"),
        ("wavelength_nm,red\n380,10\n780,12", r"row 2, column red: 10 is outside .* not 100"),
        ("wavelength_nm,red\n380,0.1\n380,0.2", r"row 3, column wavelength_nm: .* must increase"),
        ("wavelength_nm,red\n450,0.1\n650,0.2", r"covers 450 to 650 nm, but film needs 400 to 700"),
    ],
)
def test_bad_reflectances_are_refused(tmp_path, text, message):
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_chart(write(tmp_path, head="# reflectances: mine.csv", rows={"red": "0.2,0.1,0.05"}))


def test_a_print_is_not_fitted_to_a_chart(film, blank):
    stock = replace(film, sheet=read_sheet(SHEETS / "2383"))
    with pytest.raises(InputError, match=r"chart\.csv: .*2383 is a print"):
        fit_chart(stock, blank)
