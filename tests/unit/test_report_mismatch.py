"""What one colour can hide, in the report: tables, intervals, outlines and circles."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from reading_pages import Page
from small_study import small_study

from spectral_film.metamerism.report.labels import labelled
from spectral_film.metamerism.report.mismatch import chapter, stops_written
from spectral_film.metamerism.report.mismatch_drawn import exposures, outline, prints, sizes
from spectral_film.metamerism.study import AROUND

NIKON, EYE = "Nikon D5100", "CIE 1931 2 deg"


@pytest.fixture(scope="module")
def one_light():
    return small_study()


@pytest.fixture(scope="module")
def exhibits(one_light):
    return {one.name: one for one in chapter(one_light).exhibits}


@pytest.fixture
def figure():
    from matplotlib.figure import Figure

    return Figure(figsize=(7.4, 6.4))


def table_of(exhibit):
    head, *rows = csv.reader(exhibit.as_csv().splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def of_camera(one_light):
    return [one for one in one_light.mismatches if one.same_to == NIKON]


def test_exhibits_are_named(exhibits):
    assert list(exhibits) == ["mismatch", "mismatch-exposure", "mismatch-ab", "mismatch-map"]


def test_volumes_are_the_studys(one_light, exhibits):
    rows = table_of(exhibits["mismatch"])
    assert [row["one to"] for row in rows] == [NIKON] * 24 + [EYE] * 24
    for row, one in zip(rows, one_light.mismatches, strict=True):
        assert row["patch"] == one.colour
        for kind, body in (("smooth", one.smooth), ("any", one.any)):
            for at, layer in enumerate(("red", "green", "blue")):
                least, most = (float(row[f"{layer}, {kind}, {e}, white = 1"])
                               for e in ("least", "most"))  # fmt: skip
                assert (least, most) == pytest.approx((body.least[at], body.most[at]), rel=1e-6)
                assert float(row[f"{layer}, {kind}, stops"]) == pytest.approx(np.log2(most / least))
            shares = [float(row[f"{kind}, {s} volume, % of the solid"]) for s in ("inner", "outer")]
            np.testing.assert_allclose(np.array(shares) / 100, body.share, rtol=1e-6)


def test_the_camera_is_shown_and_the_eye_folded(exhibits):
    page = Page(exhibits["mismatch"].drawn)
    assert len(page.all("table")) == 2
    assert len(page.all("details")) == 1
    assert ("summary", f"One to {EYE}") in page.texts
    assert len(page.all("tr")) == 2 * (1 + 24)


def test_a_layer_left_with_nothing_has_no_limit(one_light, figure):
    assert stops_written(np.inf) == "no limit"
    assert stops_written(np.nan) == "\u2013"
    assert stops_written(1.234) == "1.23"
    first, *rest = one_light.mismatches
    dark = replace(first, any=replace(first.any, least=np.array([0.0, *first.any.least[1:]])))
    changed = chapter(replace(one_light, mismatches=(dark, *rest)))
    volumes, intervals, *_ = changed.exhibits
    assert volumes.drawn.count("no limit") == 1
    assert table_of(volumes)[0]["red, any, stops"] == ""
    assert table_of(intervals)[0]["red, any, least, stops from own"] == ""
    exposures(figure, [dark])
    arrows = [line for line in figure.axes[0].lines if line.get_marker() == "<"]
    assert len(arrows) == 1
    assert arrows[0].get_xdata() == pytest.approx(min(figure.axes[0].lines[2].get_xdata()))


def test_intervals_are_drawn_as_the_table_has_them(one_light, exhibits, figure):
    exposures(figure, of_camera(one_light))
    rows = [row for row in table_of(exhibits["mismatch-exposure"]) if row["one to"] == NIKON]
    assert len(figure.axes) == 3
    for axes, layer in zip(figure.axes, ("red", "green", "blue"), strict=True):
        assert axes.get_title(loc="left") == layer or axes.get_title() == layer
        drawn = [line.get_xdata() for line in axes.lines[1:]]
        told = [
            [float(row[f"{layer}, {kind}, {end}, stops from own"]) for end in ("least", "most")]
            for row in rows
            for kind in ("smooth", "any")
        ]
        np.testing.assert_allclose(drawn, told, rtol=1e-6)
        assert all(least < 0 < most for least, most in told)
        widths = [line.get_linewidth() for line in axes.lines[1:3]]
        assert widths[0] > 2 * widths[1]  # smooth is thick
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(names) == 24
    assert "dark skin" in names


def test_outlines_hold_all_their_points(one_light, figure):
    shown = [one for one in of_camera(one_light) if one.colour in AROUND]
    prints(figure, shown)
    assert len(figure.axes) == len(AROUND)
    for axes, one in zip(figure.axes, shown, strict=True):
        (rim,) = axes.patches
        inside = rim.get_path().contains_points(one.lab[1:].T, radius=1e-6)
        outside = rim.get_path().contains_points(one.lab[1:].T, radius=-1e-6)
        assert (inside | outside).all()
        assert axes.lines[-1].get_xydata() == pytest.approx(one.own_lab[None, 1:])
        assert len(axes.collections[-1].get_offsets()) == one.lab.shape[1]


def test_points_of_prints_are_in_the_table(one_light, exhibits):
    rows = table_of(exhibits["mismatch-ab"])
    for name in (NIKON, EYE):
        for one in one_light.mismatches:
            if one.same_to == name and one.colour in AROUND:
                theirs = [r for r in rows if (r["one to"], r["patch"]) == (name, one.colour)]
                lab = [[float(r[axis]) for axis in ("L*", "a*", "b*")] for r in theirs]
                np.testing.assert_allclose(lab, [one.own_lab, *one.lab.T], rtol=1e-6)
                on = [int(r["point"]) for r in theirs if r["on the outline"] == "yes"]
                assert sorted(outline(one.lab[1:].T)) == on
    assert {row["patch"] for row in rows} == set(AROUND)


def test_flat_sets_have_an_outline_too():
    line = np.array([[1.0, 2.0], [3.0, 6.0], [2.0, 4.0]])
    assert sorted(outline(line)) == [0, 1]
    assert set(outline(np.zeros((4, 2)))) <= {0, 1, 2, 3}
    square = np.array([[0.0, 0.0], [1, 0], [0.5, 0.4], [1, 1], [0, 1]])
    assert sorted(outline(square)) == [0, 1, 3, 4]


def test_circles_grow_with_the_cube_root_of_the_volume(one_light, exhibits, figure):
    shown = of_camera(one_light)
    sizes(figure, shown)
    rows = {
        (row["a*"], row["b*"]): row
        for row in table_of(exhibits["mismatch-map"])
        if row["one to"] == NIKON
    }
    chart, greys = figure.axes
    circles = chart.patches
    assert len(circles) == len(shown) == len(rows)
    radii = np.array([circle.radius for circle in circles])
    told = []
    for circle in circles:
        (row,) = [
            row for (a, b), row in rows.items()
            if (float(a), float(b)) == pytest.approx(circle.center, rel=1e-5)
        ]  # fmt: skip
        told.append(float(row["smooth, inner volume, % of the solid"]))
        root = float(row["cube root of its share"])
        assert root**3 == pytest.approx(told[-1] / 100, rel=1e-5)
    np.testing.assert_allclose((radii / radii.max()) ** 3, np.array(told) / max(told), rtol=1e-5)
    # The greys lie on each other: one name there, and each by itself beside, as large.
    names = [one.colour.replace("(.", "(0.") for one in shown]
    assert [text.get_text() for text in chart.texts] == [*names[:18], "greys"]
    assert [text.get_text() for text in greys.texts[1:]] == [one.colour for one in shown[18:]]
    by_place = {tuple(circle.center): circle.radius for circle in circles}
    for circle, one in zip(greys.patches, shown[18:], strict=True):
        assert circle.radius == by_place[tuple(one.own_lab[1:])]
    figure.canvas.draw()
    scales = [
        abs(np.diff(axes.transData.transform([(0, 0), (0, 1)])[:, 1])) for axes in figure.axes
    ]
    assert scales[0] == pytest.approx(scales[1], rel=1e-3)


def test_names_lie_on_no_circle_and_on_no_name(figure):
    axes = figure.subplots()
    axes.set(xlim=(-40, 40), ylim=(-40, 40), aspect="equal")
    places = np.array([[0.0, 0], [1, 1], [-2, 0.5], [0, 4], [30, 0]])
    radii = np.array([6, 4, 2, 1, 3])
    names = ["dark skin", "light skin", "neutral 5", "white", "alone"]
    labelled(axes, places, radii, names)
    figure.canvas.draw()
    boxes = [text.get_window_extent().transformed(axes.transData.inverted()) for text in axes.texts]
    assert [text.get_text() for text in axes.texts] == names
    for at, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[at + 1 :])
        nearest = np.clip(places, box.min, box.max)
        assert (np.linalg.norm(places - nearest, axis=1) > radii).all()
    assert len(axes.lines) == 4  # who stands alone needs none
    for at, leader in enumerate(axes.lines):
        dot, end = leader.get_xydata()
        inside = np.linalg.norm(places - dot, axis=1) < radii
        assert inside[at]
        assert not inside[radii < radii[at]].any()  # its circle is seen there
        reach = 1.5 * axes.texts[at].get_fontsize() / 8  # the end of a leader is at its own name
        assert (np.abs(end - np.clip(end, boxes[at].min, boxes[at].max)) < reach).all()
        for other, box in enumerate(boxes):
            along = np.linspace(dot, end, 50)
            over = ((along > box.min) & (along < box.max)).all(axis=1)
            assert other == at or not over.any()


def test_an_empty_name_is_not_written(figure):
    axes = figure.subplots()
    axes.set(xlim=(-40, 40), ylim=(-40, 40), aspect="equal")
    labelled(axes, np.zeros((2, 2)), [6, 3], ["", "inner"])
    assert [text.get_text() for text in axes.texts] == ["inner"]


def test_everyday_is_told_beside_the_limit(one_light):
    prose = Page("".join(map(str, chapter(one_light).parts[:2]))).prose
    measured = max(
        pair.apart_stops for pair in one_light.pairs
        if pair.how == "found" and pair.same_to == NIKON
    )  # fmt: skip
    found = re.search(r"none part by more than ([\d.]+)", prose)
    assert found
    assert float(found[1]) == pytest.approx(measured, rel=0.05)
    without = Page("".join(map(str, chapter(replace(one_light, pairs=())).parts[:2]))).prose
    assert f"none that are one to {NIKON} part at all" in without
