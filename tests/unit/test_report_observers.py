"""The report's chapter on observers: its figures hold what the study found."""

import csv
import io
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from reading_pages import Page
from small_study import small_study

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.luther import angles, luther_error, vora
from spectral_film.metamerism.report.lines import columns_of, legend_in, line_of
from spectral_film.metamerism.report.observers import chapter

NAMES = {"observer", "kind", "seen as 0", "source", "against", "told by", "light"}
UNITS = (", nm", ", peak 1", ", 0 to 1", ", degrees", ", share of rms")
NIKON, EYE = "Nikon D5100", "CIE 1931 2 deg"


@pytest.fixture(scope="module")
def one_light():
    return small_study()


@pytest.fixture(scope="module")
def exhibits(one_light):
    return {one.name: one for one in chapter(one_light).exhibits}


def table_of(exhibit):
    """Its numbers as they lie beside the page: a row by column."""
    return list(csv.DictReader(io.StringIO(exhibit.as_csv())))


def column(exhibit, name):
    return np.array([float(row[name]) for row in table_of(exhibit)])


def test_the_figures_are_all_there(exhibits):
    assert list(exhibits) == [
        "observers", "sensitivities", "vora", "vora-in-lights", "luther", "fundamentals",
    ]  # fmt: skip


def test_every_column_is_a_name_or_has_its_unit(exhibits):
    for exhibit in exhibits.values():
        for head in exhibit.columns:
            assert head in NAMES or head.endswith(UNITS), head
        assert {len(row) for row in exhibit.rows} == {len(exhibit.columns)}


def test_it_can_be_read_on_a_page(one_light):
    read = Page("".join(map(str, chapter(one_light).section("report").parts)))
    for drawing in read.all("svg"):
        assert drawing["role"] == "img"
        assert drawing["aria-label"]
    assert [link["href"] for link in read.all("a")] == [
        f"report-{one.name}.csv" for one in chapter(one_light).exhibits
    ]
    assert "^-" not in read.prose


def test_where_nothing_is_known_nothing_is_seen(one_light, exhibits):
    said = {row["observer"]: row["seen as 0"] for row in table_of(exhibits["observers"])}
    assert list(said) == [one.name for one in one_light.observers]
    assert said[NIKON] == "below 380 nm"
    assert said["CIE 2015 10 deg"] == "below 390 nm"
    assert said[EYE] == said["vision3-250d"] == "nowhere"
    for one in one_light.observers:
        unknown = (one.known_nm[0] > WAVELENGTH) | (one.known_nm[1] < WAVELENGTH)
        assert unknown.any() == (said[one.name] != "nowhere")
        assert not one.sensitivity[:, unknown].any()


def test_where_each_comes_from_is_told_short_on_the_page(one_light, exhibits):
    film = one_light.observers[0]
    assert table_of(exhibits["observers"])[0]["source"] == film.source
    read = Page(exhibits["observers"].drawn)
    assert one_light.film.source in read.prose
    assert film.source not in read.prose


def test_sensitivities_are_drawn_as_the_table_has_them(one_light, exhibits):
    exhibit = exhibits["sensitivities"]
    np.testing.assert_array_equal(column(exhibit, "wavelength, nm"), WAVELENGTH)
    drawn = ["vision3-250d", NIKON, EYE]
    for one in one_light.observers:
        for channel, sensitivity in zip(one.channels, one.sensitivity, strict=True):
            head = f"{one.name} {channel}, peak 1"
            assert (head in exhibit.columns) == (one.name in drawn)
            if one.name in drawn:
                np.testing.assert_allclose(column(exhibit, head), sensitivity, rtol=1e-6)
    panels = exhibit.drawn.panels
    assert [panel.what for panel in panels] == ["red, x", "green, y", "blue, z"]
    assert [[line.name for line in panel.lines] for panel in panels] == [drawn] * 3


def test_vora_s_value_of_each_and_each(one_light, exhibits):
    found = {
        (row["observer"], row["against"]): float(row["Vora's value, 0 to 1"])
        for row in table_of(exhibits["vora"])
    }
    assert len(found) == 6 * 6
    for one in one_light.observers:
        for other in one_light.observers:
            expected = vora(one, other)
            np.testing.assert_allclose(found[one.name, other.name], expected, rtol=1e-6)
    assert len([c for c in Page(exhibits["vora"].drawn).all("td") if "style" in c]) == 6 * 6


def test_vora_s_value_in_a_light(one_light, exhibits):
    rows = table_of(exhibits["vora-in-lights"])
    assert [row["light"] for row in rows] == ["FL2"] * 5
    assert [row["observer"] for row in rows] == [one.name for one in one_light.observers[1:]]
    film, nikon, *_ = one_light.observers
    assert float(rows[0]["Vora's value, 0 to 1"]) == pytest.approx(
        vora(film, nikon, light("FL2").power)
    )
    assert float(rows[0]["Vora's value, 0 to 1"]) != pytest.approx(vora(film, nikon), abs=0.01)


def test_each_channel_is_told_both_ways(one_light, exhibits):
    rows = table_of(exhibits["luther"])
    film, *others = one_light.observers
    pairs = [(film, one) for one in others] + [(one, film) for one in others]
    assert [(row["observer"], row["told by"]) for row in rows] == [
        (one.name, by.name) for one, by in pairs
    ]
    for row, (one, by) in zip(rows, pairs, strict=True):
        numbers = [float(value) for value in list(row.values())[2:]]
        np.testing.assert_allclose(numbers[:3], angles(one, by), rtol=1e-5)
        np.testing.assert_allclose(numbers[3:], luther_error(one, by), rtol=1e-5)


def test_a_layer_is_what_another_tells_and_what_it_does_not_see(one_light, exhibits):
    exhibit = exhibits["fundamentals"]
    film = one_light.observers[0]
    others = {one.name: one for one in one_light.observers if one.name in (NIKON, EYE)}
    for layer, sensitivity in zip(film.channels, film.sensitivity, strict=True):
        np.testing.assert_allclose(column(exhibit, f"{layer}, peak 1"), sensitivity, atol=1e-6)
        for name, other in others.items():
            told = column(exhibit, f"{layer} told by {name}, peak 1")
            rest = column(exhibit, f"{layer} unseen by {name}, peak 1")
            np.testing.assert_allclose(told + rest, sensitivity, atol=1e-6)
            np.testing.assert_allclose(other.sensitivity @ rest, 0, atol=1e-5)
            assert abs(rest).max() > 0.1
    panels = exhibit.drawn.panels
    assert len(panels) == 3 * 2
    for panel in panels:
        assert [line.name for line in panel.lines] == ["layer", "fundamental", "residual"]


def test_names_are_drawn_to_the_letter(one_light):
    film, nikon, *eyes = one_light.observers
    odd = ["a$^{$", "$a_b$", "_under"]
    for first in odd:
        names = [first, *(name for name in odd if name != first)]
        cameras = [replace(nikon, name=name) for name in names]
        renamed = replace(
            one_light,
            observers=(film, *cameras, *eyes),
            kinships=(),
            vora_in_light=np.zeros((1, len(cameras) + len(eyes))),
        )
        drawn = {one.name: one.drawn for one in chapter(renamed).exhibits}
        texts = texts_of(drawn["sensitivities"])
        assert set(names) <= texts
        for panel in drawn["sensitivities"].panels:
            assert [line.name.lstrip("\u200a") for line in panel.lines[1:-1]] == names
        assert f"told by {first}" in texts_of(drawn["fundamentals"])


def texts_of(drawing):
    root = ElementTree.fromstring(drawing.element)
    found = root.iter("{http://www.w3.org/2000/svg}text")
    return {"".join(text.itertext()).lstrip("\u200a") for text in found}


def test_legends_are_as_wide_as_a_drawing():
    short, long = ["abc"] * 4, ["a camera of a long and winding name"] * 8
    assert columns_of(short) == 4
    assert columns_of(long) == 2
    assert columns_of([3 * long[0]]) == 1
    assert legend_in(long) == pytest.approx(4 * legend_in(short))


def test_twelve_cameras_are_told_apart_by_dashes_and_colours(one_light):
    film, nikon, *eyes = one_light.observers
    cameras = [replace(nikon, name=f"camera {at}") for at in range(12)]
    many = replace(one_light, observers=(film, *cameras, *eyes))
    styles = [line_of(many, one.name) for one in cameras]
    assert len({(style["color"], style["linestyle"]) for style in styles}) == 12
    for one, following in pairwise(styles):
        assert one["color"] != following["color"]
        assert one["linestyle"] != following["linestyle"]
    taken = {line_of(many, name)["linestyle"] for name in (film.name, EYE)}
    assert len(taken) == 2
    assert taken.isdisjoint(style["linestyle"] for style in styles)
