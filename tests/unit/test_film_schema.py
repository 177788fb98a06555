"""One table describes the film file: its reader, its writer, `show` and the docs follow it.

Four files have all there is: 5207, 2383, 5207 in the forms that the fit does not choose, and 2383
with another development.
"""

import runpy
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from spectral_film.emulsion.description import describe
from spectral_film.emulsion.parts import (
    Cauchy,
    ClassicalAdjacency,
    CoreSkirt,
    Interlayer,
)
from spectral_film.emulsion.schema import SCHEMA, contents, row_of
from spectral_film.emulsion.stocks import load_film, shipped_films

ROOT = Path(__file__).parents[2]
FILES = ("vision3-250d", "2383", "other forms", "other print")
# What values mean; written anew here, so that a slip in the schema shows.
BOUNDS = {
    "exposure_index": (0.1, 1e6),
    "base_um": (1, 1000),
    "printer_cut_nm": (0, 450),  # blue must come through
    "halation/base_index": (1, 3),  # air; no base is of more
    "halation/reach_um": (1, 10_000),
    "exposure/spectral_sensitivity": (0, 1e9),
    "dyes/dye_density": (-1, 10),  # masking couplers take density away
    "dyes/dmin_density": (0, 10),
    "tone_curve/density_range": (0, 10),
    "tone_curve/log_exposure_mid": (-10, 10),
    "tone_curve/log_exposure_spread": (-10, 10),  # below 0: reversal
    "developments/*/density_range": (0, 10),
    "developments/*/log_exposure_mid": (-10, 10),
    "developments/*/log_exposure_spread": (-10, 10),
    "developments/*/exponent": (0.01, 100),
    "developments/*/dmin_density": (0, 10),
    "developments/*/aim_log_exposure": (-10, 10),
    "viewing_flare": (0, 10),
    "callier_factor": (1, 2),  # no film scatters what it lets through twice over
    "tone_curve/exponent": (0.01, 100),
    "optics/core_sigma_um": (0, 1000),
    "optics/skirt_weight": (0, 1),  # a share
    "optics/skirt_length_um": (0, 1000),
    "optics/second_share": (0, 1),  # a share
    "optics/second_length_um": (0, 1000),
    "fit/mtf/level": (0.5, 2),  # a chart that is off by more is another chart
    "optics/cauchy_radius_um": (0, 1000),
    "halation/*/veil_ratio": (0, 1),  # no more than came
    "halation/*/plate_reflectance": (0, 1),
    "halation/*/plate_gap_um": (0, 1000),
    "halation/*/rescattered": (0, 0.9),  # of all of it again and again there would be no end
    "reciprocity/exponent": (0.1, 1),  # 1: no failure
    "adjacency/coupling": (-10, 10),  # below 0: reversal
    "adjacency/gain": (0, 10),
    "adjacency/length_um": (0, 1000),
    "lad/aim_density": (0, 10),
    "lad/log_exposure": (-10, 10),
    "published/characteristic_curves/log_exposure": (-10, 10),
    "schema_version": (1, 4),
    "grain/radius_um": (0.05, 20),  # a fifth of the finest dye cloud to seven times the coarsest
    "grain/dye_amount": (0, 50),
    "grain/rms": (0, 1),
    "fit/*/steps": (0, np.inf),
    "fit/*/chi2": (0, np.inf),
    "fit/*/degrees_of_freedom": (0, np.inf),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Paths by the names of `FILES`."""
    other = tmp_path_factory.mktemp("films") / "other.h5"
    shutil.copy(shipped_films()["vision3-250d"], other)
    with h5py.File(other, "r+") as file:
        del file["optics"], file["adjacency"]
        file.create_group("optics").attrs["form"] = "cauchy"
        file["optics/cauchy_radius_um"] = [4.7, 2.8, 2.7]
        file.create_group("adjacency").attrs["form"] = "density"
        file["adjacency/gain"] = [0.28, 0.2, 0.1]
        file["adjacency/length_um"] = 11.0
        file.move("halation/ahu", "halation/a.h.u.")  # any name will do
        file.attrs["slide_lamp"] = "D50"
        _develop_otherwise(file)
    print_film = other.with_name("print.h5")
    shutil.copy(shipped_films()["2383"], print_film)
    with h5py.File(print_film, "r+") as file:
        _develop_otherwise(file)
        file["developments/long/aim_log_exposure"] = [0.1, 0.2, 0.3]
        file["optics/second_share"] = [0.1, 0.2, 0.3]
        file["optics/second_length_um"] = [9.0, 10.0, 11.0]
        file["fit/mtf/level"] = [1.0, 1.01, 0.99]
    return {**shipped_films(), "other forms": other, "other print": print_film}


def _develop_otherwise(file):
    file.attrs["development"] = "usual"
    for name in ("density_range", "log_exposure_mid", "log_exposure_spread", "exponent"):
        file[f"developments/long/{name}"] = file[f"tone_curve/{name}"][()]
    file["developments/long/dmin_density"] = file["dyes/dmin_density"][()]


def in_file(path):
    """Path -> value of every attribute and dataset of a film file."""
    found = {}

    def look(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]
        else:
            found.update({f"{name}/{key}": value for key, value in item.attrs.items()})

    with h5py.File(path) as file:
        file.visititems(look)
        return {**file.attrs, **found}


@pytest.mark.parametrize("name", FILES)
def test_all_that_a_file_holds_is_read_and_nothing_else(films, name):
    stored = in_file(films[name])
    said = {path: value for path, _, value in contents(load_film(films[name]))}
    assert said.keys() == stored.keys()
    for path, value in said.items():
        np.testing.assert_array_equal(value, stored[path], err_msg=path)


def test_every_row_is_in_a_file(films):
    """With the test above: every row is read."""
    there = {row.path for name in FILES for _, row, _ in contents(load_film(films[name]))}
    assert there == {row.path for row in SCHEMA}


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_shown(films, name):
    film = load_film(films[name])
    lines = list(describe(film))
    said = "\n".join(lines)
    for path, row, value in contents(film):
        if path.startswith("published/"):
            table, column = path.rsplit("/", 1)
            (head,) = (line for line in lines if line.startswith(f"{table}  "))
            assert column in head.split(" of ")[1].split(", ")
        elif row.holds == "table":
            assert f"\n{path}  [{row.unit.format(densitometry=film.densitometry)}]" in said
        elif path in ("id", "name", "kind", "source"):
            assert value in said
        else:
            shown = value if isinstance(value, str) else f"{value:g}"
            (*_, last) = path.split("/")
            assert f"{last} = {shown}" in said, path


def test_no_path_is_described_twice():
    assert len({row.path for row in SCHEMA}) == len(SCHEMA)
    with pytest.raises(KeyError):
        row_of("tone_curve/colour")
    axis = row_of("published/characteristic_curves/log_exposure", "camera")
    assert axis.bounds == (-10, 10)  # its own row, not that of all columns
    assert row_of("published/characteristic_curves/D_R", "camera").path == "published/*/*"


def test_the_forms_are_those_of_the_model():
    for group, forms in (("optics", (CoreSkirt, Cauchy)),
                         ("adjacency", (Interlayer, ClassicalAdjacency))):  # fmt: skip
        assert row_of(f"{group}/form").words == tuple(form.form for form in forms)


def test_every_table_may_come_from_somewhere_and_has_a_unit():
    for row in SCHEMA:
        if row.holds == "table":
            assert row.origins, row.path
            assert row.unit or row.path == "published/*/*"


@pytest.mark.parametrize("path", BOUNDS)
def test_a_value_may_be_at_its_bound_and_no_further(path):
    row, (lowest, highest) = row_of(path), BOUNDS[path]
    shape = tuple(
        {"wavelength": 85, "sublayer": 2, "row": 2, "node": 2}.get(axis, 3) for axis in row.axes
    )

    def complaint(value):
        return row.complaint(np.full(shape, value) if row.holds == "table" else value)

    for bound, outwards in ((lowest, -np.inf), (highest, np.inf)):
        if np.isfinite(bound):
            assert not complaint(bound)
            # Six digits, as the sentence has: a step of the last one is outside.
            assert "expected" in complaint(bound + np.copysign(1e-5 * max(1, bound), outwards))
    assert complaint(np.nan)


def test_every_bound_is_tested():
    bounded = {row.path for row in SCHEMA if np.isfinite(row.bounds).any()}
    assert bounded == set(BOUNDS)


def test_the_page_is_the_table():
    page = runpy.run_path(str(ROOT / "scripts/describe_film_file.py"))["page"]()
    written = (ROOT / "docs/film-file.md").read_text(encoding="utf-8")
    assert written == page, "run scripts/describe_film_file.py"
    for row in SCHEMA:
        assert f"| `{row.path}` |" in written
