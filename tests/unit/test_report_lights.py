"""Lights in the report: as others rate them, and what observers make of them."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from reading_pages import Page
from small_study import small_study

from spectral_film.metamerism.report.lights import chapter

NIKON = "Nikon D5100"
DASH, MINUS = "\u2013", "\u2212"


@pytest.fixture(scope="module")
def two_lights():
    return small_study(lights=("D55", "FL2"))


def exhibits_of(found):
    return {one.name: one for one in chapter(found).exhibits}


@pytest.fixture(scope="module")
def exhibits(two_lights):
    return exhibits_of(two_lights)


def table_of(exhibit):
    return list(csv.DictReader(exhibit.as_csv().splitlines()))


def cells_of(text):
    """Of each table its rows of cells."""
    return [
        [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in table.split("<tr>")[2:]]
        for table in str(text).split("<table")[1:]
    ]


def test_ratings_and_what_film_does_are_two_tables_of_one_figure(two_lights, exhibits):
    exhibit = exhibits["lights"]
    rated, done = cells_of(exhibit.drawn)
    assert [row[0] for row in rated] == [row[0] for row in done] == ["D55", "FL2"]
    for row, did, one in zip(rated, done, two_lights.lights, strict=True):
        assert len(row) == 9
        assert row[1] == f"{one.rating.cct_k:.0f}"
        assert row[3].replace("\u202f", " ") == one.rating.nearest
        assert float(row[7]) == pytest.approx(one.rating.rf, abs=0.5)
        assert len(did) == 1 + 3 + 3 + 4
        shift = [float(text.replace(MINUS, "-")) for text in did[1:4]]
        np.testing.assert_allclose(shift, one.film.layer_shift_stops, atol=0.005)
        points = [float(text) for text in did[4:7]]
        np.testing.assert_allclose(points, one.film.printer_points, atol=0.05)
        assert float(did[7]) == pytest.approx(one.film.difference.mean(), abs=0.05)
        assert float(did[8]) == pytest.approx(one.film.difference.max(), abs=0.05)
    assert len(table_of(exhibit)) == 2
    assert "0 to 50" in exhibit.says


def test_a_light_without_a_temperature_has_dashes(two_lights):
    first, *rest = two_lights.lights
    none = replace(first.rating, cct_k=np.nan, duv=np.nan, ssi_nearest=np.nan, nearest="none")
    found = replace(two_lights, lights=(replace(first, rating=none), *rest))
    exhibit = exhibits_of(found)["lights"]
    rated, _ = cells_of(exhibit.drawn)
    assert [text.strip("\u2007\u2008") for text in rated[0][1:5]] == [DASH, DASH, "none", DASH]
    assert table_of(exhibit)[0]["CCT, K"] == ""


def test_each_observer_has_a_matrix_of_its_own(two_lights, exhibits):
    exhibit = exhibits["channels-in-lights"]
    observers = list(two_lights.lights[0].shift_stops)
    heads = [text for tag, text in Page(exhibit.drawn).texts if tag == "th"]
    assert [head for head in heads if head.endswith(", stops")] == [
        f"{name}, stops" for name in observers
    ]
    tables = cells_of(exhibit.drawn)
    assert len(tables) == len(observers)
    rows = table_of(exhibit)
    for name, table in zip(observers, tables, strict=True):
        for cells, row, one in zip(table, rows, two_lights.lights, strict=True):
            told = [float(row[f"{name}, {layer}, stops"]) for layer in ("red", "green", "blue")]
            np.testing.assert_allclose(told, one.shift_stops[name], atol=1e-6)
            shown = [float(cell.replace(MINUS, "-")) for cell in cells]
            np.testing.assert_allclose(shown, told, atol=0.005)


def test_shifts_are_compared_down_a_column(two_lights, exhibits):
    exhibit = exhibits["lights-by-observers"]
    shades = [int(found) for found in re.findall(r"var\(--blue\) (\d+)%", exhibit.drawn)]
    count = len(two_lights.shifts.observers)
    assert shades == [0] * count + [45] * count  # nothing moves in the balance light itself
    assert "no measure against another" in exhibit.says
    for row in table_of(exhibit):
        at = two_lights.shifts.lights.index(row["light"])
        by = two_lights.shifts.observers.index(row["observer"])
        assert float(row["rms, stops"]) == pytest.approx(two_lights.shifts.rms()[at, by])
