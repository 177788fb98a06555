"""A film is a value: locked, compared by content, and a variant of it is another film."""

import copy
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from spectral_film.emulsion.description import describe
from spectral_film.emulsion.film import CameraFilm, Film
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.emulsion.stocks import load_camera_film, load_film, load_print, shipped_films
from spectral_film.errors import FilmModelError, UsageError

STOCKS = ("vision3-250d", "2383")


def arrays(value):
    """Every array in a value, however deep."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from arrays(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from arrays(getattr(value, field.name))


def steeper(film: CameraFilm, by: float = 1.5) -> CameraFilm:
    """A push: the same film with steeper curves."""
    spread = film.tone_curve.log_exposure_spread / by
    return replace(film, tone_curve=replace(film.tone_curve, log_exposure_spread=spread))


@pytest.mark.parametrize("stock", STOCKS)
@pytest.mark.parametrize("made", [
    lambda film: film, lambda film: replace(film, id="mine"), copy.deepcopy,
    lambda film: pickle.loads(pickle.dumps(film)),
], ids=["loaded", "replaced", "copied", "unpickled"])  # fmt: skip
def test_nobody_can_write_on_a_film(stock, made):
    found = list(arrays(made(load_film(stock))))
    assert len(found) > 30  # tables and columns of the sheet
    for array in found:
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(TypeError):
        load_film(stock).published["mtf"] = {}


def test_an_array_handed_in_stays_its_owners(negative):
    mine = negative.dmin_density.astype(np.float32)
    film = replace(negative, dmin_density=mine)
    mine[:] = 0
    assert film.dmin_density.min() > 0.05


@pytest.mark.parametrize("stock", STOCKS)
def test_equal_films_are_one_key(stock, tmp_path):
    film = load_film(stock)
    assert np.isnan(np.concatenate([a.ravel() for a in arrays(film.published)])).any()
    shutil.copy(shipped_films()[stock], tmp_path / "elsewhere.h5")
    again = load_film(tmp_path / "elsewhere.h5")
    assert again == film == copy.deepcopy(film) == pickle.loads(pickle.dumps(film))
    assert {film: "seen"}[again] == "seen"
    assert again.path != film.path
    assert again.tone_curve == film.tone_curve
    assert again.published == film.published
    assert hash(again.published) == hash(film.published)


def test_order_of_backings_and_kind_of_number_say_nothing(negative):
    turned = dict(reversed(list(negative.halation.items())))
    same = replace(negative, halation=turned, exposure_index=np.float32(250))
    assert same == negative
    assert same.label == negative.label


@pytest.mark.parametrize("change", [
    {"id": "mine"}, {"exposure_index": 500.0}, {"gate": None}, {"scatter": None},
    {"adjacency": None}, {"reciprocity_exponent": None}, {"balance": "D65"},
])  # fmt: skip
def test_any_change_makes_another_film(negative, change):
    film = replace(negative, **change)
    assert film != negative
    assert film.sha256 != negative.sha256
    assert film.sha256 == film.content_sha256


@pytest.mark.parametrize("touch", [
    lambda f: replace(f, dye_density=f.dye_density + 1e-15 * (f.dye_density == 1)),
    lambda f: replace(f, scatter=replace(f.scatter, skirt_weight=f.scatter.skirt_weight / 2)),
    lambda f: replace(f, halation={k: replace(h, base_index=1.5) for k, h in f.halation.items()}),
    lambda f: replace(f, published={t: c for t, c in f.published.items() if t != "mtf"}),
], ids=["a last digit", "scatter", "halation", "published"])  # fmt: skip
def test_what_lies_deeper_is_content_too(negative, touch):
    assert touch(negative) != negative


def test_a_variant_is_not_taken_for_the_film_of_its_file(negative):
    pushed = steeper(negative)
    assert negative.label == f"vision3-250d (sha256 {negative.sha256[:12]})"
    assert pushed.label == f"vision3-250d, changed (content sha256 {pushed.sha256[:12]})"
    with pytest.raises(UsageError, match=r"vision3-250d, changed .* lies in no file"):
        _ = pushed.path
    unchanged = replace(pushed, tone_curve=negative.tone_curve)
    assert (unchanged.sha256, unchanged.path) == (negative.sha256, negative.path)


def test_a_film_is_named_in_a_line_where_it_is_printed(negative):
    assert repr(negative) == f"<CameraFilm {negative.label}>"


def test_a_film_without_a_file_says_so(negative):
    assert replace(negative, file=None).label.startswith("vision3-250d, made in memory (content")


def test_loading_hands_a_film_on(negative, print_film):
    pushed = steeper(negative)
    assert load_film(pushed) is load_camera_film(pushed) is pushed
    assert load_print(print_film) is print_film
    with pytest.raises(UsageError, match="vision3-250d is a negative film; give a print stock"):
        load_print(pushed)
    with pytest.raises(UsageError, match="2383 is a print film; give a camera film"):
        load_camera_film(print_film)


def test_role_process_and_densitometry(negative, print_film):
    assert (negative.role, negative.process, negative.kind) == ("camera", "negative", "negative")
    assert (print_film.role, print_film.process, print_film.kind) == ("print", "negative", "print")
    assert negative.densitometry_name == "status M"
    assert print_film.densitometry_name == "status A"


@pytest.mark.parametrize(("change", "said"), [
    ({"exposure_index": -250.0}, "exposure_index is -250, expected 0.1 to 1e\\+06"),
    ({"exposure_index": np.nan}, "exposure_index is nan"),
    ({"balance": "moonshine"}, "balance is no light: .*moonshine"),
    ({"densitometry": "status-x"}, "densitometry is 'status-x', expected one of status-m"),
    ({"process": "reversal"}, "tone_curve/.*spread holds 1.39.*, expected -0.01 or less in a rev"),
    ({"process": "latent"}, "kind is 'camera latent', expected one of negative, reversal"),
    ({"densitometry": "visual"}, "one layer, read by visual density, is silver, and its kind is"),
    ({"exposure_index": None}, "exposure_index is missing"),
    ({"published": {}}, "published/characteristic_curves/log_exposure is missing"),
    ({"backing": "velvet"}, "backing is 'velvet', expected one of rem-jet, ahu, none"),
    ({"dmin_density": np.zeros(84)}, r"dyes/dmin_density has the shape \(84,\)"),
    ({"dmin_density": np.full(85, np.inf)}, "dyes/dmin_density holds 85 non-finite"),
    ({"spectral_sensitivity": np.zeros((3, 85))}, "exposure/spectral_sensitivity is 0 all over"),
    ({"reciprocity_exponent": [0.8, 0.9, 1.1]}, "reciprocity/exponent holds 1.1, expected"),
])  # fmt: skip
def test_a_variant_is_checked_as_a_file_is(negative, change, said):
    with pytest.raises(FilmModelError, match=f"vision3-250d: {said}"):
        replace(negative, **change)


def test_the_shape_of_a_table_is_content():
    names = [field.name for field in fields(ToneCurve)]
    three, two = (ToneCurve(**dict.fromkeys(names, np.ones(s))) for s in ((3, 2), (2, 3)))
    assert three != two


def test_a_curve_of_tables_that_differ_in_shape(negative):
    tables = {f.name: getattr(negative.tone_curve, f.name) for f in fields(ToneCurve)}
    curve = ToneCurve(**{**tables, "exponent": np.ones((3, 7))})
    assert hash(curve) != hash(negative.tone_curve)
    with pytest.raises(FilmModelError, match="the tables of tone_curve differ in shape"):
        replace(negative, tone_curve=curve)
    assert replace(negative, tone_curve=ToneCurve(**tables)) == negative


def test_a_variant_is_shown_as_it_is(negative):
    film = replace(steeper(negative), exposure_index=500)
    said = "\n".join(describe(film))
    assert "exposure_index = 500" in said
    assert f"changed, content sha256 {film.sha256}; sources are those of {negative.path}" in said
    assert f"{negative.tone_curve.log_exposure_spread[0, 0] / 1.5:10.5g}" in said
    said = "\n".join(describe(replace(negative, file=None)))
    assert f"made in memory, content sha256 {negative.content_sha256}" in said


@pytest.mark.parametrize("stock", STOCKS)
def test_the_charts_of_a_film_and_who_read_them_are_known_without_its_file(stock):
    film: Film = load_film(stock)
    charts = replace(film, id="mine", file=None).charts
    assert len(charts) == len(film.published)  # each table is a chart of its own
    assert all(film.name in chart and "read" in chart for chart in charts)
