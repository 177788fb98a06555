"""The report's chapter on camera maps: what is drawn and tabled is what was found."""

import csv
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from reading_pages import Page
from small_study import small_study

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.maps import MAP_KINDS, WORST
from spectral_film.metamerism.report.camera_maps import chapter
from spectral_film.metamerism.report.swatches import hex_of

NAMES = {
    "camera", "light", "surfaces", "map", "best of the three", "rank", "name", "CIEDE2000",
}  # fmt: skip
UNITS = re.compile(r".*(, stops|, CIEDE2000|, %)|[Lab]\* .*|reflectance at \d+ nm")
NIKON, OTHER = "Nikon D5100", "another camera"
SVG = "{http://www.w3.org/2000/svg}"
SURFACES = 24 + 190 + 99


@pytest.fixture(scope="module")
def one_light():
    return small_study()


@pytest.fixture(scope="module")
def in_reference(one_light):
    """As if film were balanced for that light."""
    return replace(one_light, reference=light("FL2"))


@pytest.fixture(scope="module")
def more(one_light):
    """Two cameras, and the reference among two lights: the same numbers, and half of them."""
    film, nikon, *eyes = one_light.observers
    under, kinds = one_light.lights[0], []
    for one in one_light.irreducible:
        for name in (NIKON, OTHER):
            kinds.append(replace(one, camera=name))
            kinds.append(replace(one, camera=name, light="D55", difference=one.difference / 2))
    return replace(
        one_light,
        observers=(film, nikon, replace(nikon, name=OTHER), *eyes),
        lights=(under, replace(under, light=one_light.reference)),
        irreducible=tuple(kinds),
    )


def exhibits_of(found):
    return {one.name: one for one in chapter(found).exhibits}


@pytest.fixture(scope="module")
def exhibits(one_light):
    return exhibits_of(one_light)


def table_of(exhibit):
    """Its numbers as they lie beside the page: a row by column."""
    return list(csv.DictReader(io.StringIO(exhibit.as_csv())))


def marks(drawing):
    """How many marks stand in each panel."""
    root = ElementTree.fromstring(drawing.element)
    panels = [g for g in root.iter(f"{SVG}g") if re.search(r"-axes_\d+$", g.get("id", ""))]
    return [
        sum(
            len(list(g.iter(f"{SVG}use")))
            for g in panel.findall(f"{SVG}g")
            if "line2d" in g.get("id", "")
        )
        for panel in panels
    ]


def test_the_figures_are_all_there(one_light, in_reference, more):
    for found in (one_light, in_reference, more):
        assert list(exhibits_of(found)) == ["irreducible", "removable", "floor-histogram", "worst"]


def test_every_column_is_a_name_or_has_its_unit(exhibits):
    for exhibit in exhibits.values():
        for head in exhibit.columns:
            assert head in NAMES or UNITS.fullmatch(head), head
        assert {len(row) for row in exhibit.rows} == {len(exhibit.columns)}


def test_it_can_be_read_on_a_page(one_light, more):
    for found in (one_light, more):
        read = Page("".join(map(str, chapter(found).section("report").parts)))
        for drawing in read.all("svg"):
            assert drawing["role"] == "img"
            assert drawing["aria-label"]
        assert found.film.id in read.prose


def test_all_kinds_are_tabled_and_the_best_marked(one_light, more):
    for found in (one_light, more):
        rows = table_of(exhibits_of(found)["irreducible"])
        assert len(rows) == len(found.irreducible)
        best = {}
        for row, one in zip(rows, found.irreducible, strict=True):
            place = row["camera"], row["light"], row["surfaces"]
            assert (*place, row["map"]) == (
                one.camera, one.light, one.data.name, one.errors.kind,
            )  # fmt: skip
            for at, layer in enumerate(("red", "green", "blue")):
                assert float(row[f"{layer} rms, stops"]) == pytest.approx(one.errors.rms[at])
                assert float(row[f"{layer} p95, stops"]) == pytest.approx(one.errors.p95[at])
            assert float(row["mean, CIEDE2000"]) == pytest.approx(one.difference.mean())
            below = (one.difference <= float(row["p95, CIEDE2000"])).mean()
            assert below == pytest.approx(0.95, abs=1 / len(one.difference))
            if row["best of the three"] == "yes":
                assert place not in best
                best[place] = one
        assert set(best.values()) == set(found.floor)


def test_the_page_shows_the_floor_of_each_camera(one_light, more):
    for found, cameras, lights in ((one_light, 1, 1), (more, 2, 2)):
        read = Page(exhibits_of(found)["irreducible"].drawn)
        assert len(read.all("table")) == 2 * cameras
        cells = [text for tag, text in read.texts if tag == "td"]
        assert len(cells) == cameras * lights * 3 * (3 + 2)
        first = next(one for one in found.floor if one.light == found.lights[0].light.name)
        assert cells[:3] == [f"{value:.2f}" for value in first.errors.rms]


def test_what_is_removable_is_drawn_layer_by_layer(one_light, more):
    for found, where, places in ((one_light, "FL2", 3), (more, "D55", 6)):
        exhibit = exhibits_of(found)["removable"]
        rows = table_of(exhibit)
        assert {row["light"] for row in rows} == {where}
        assert len(rows) == places * len(MAP_KINDS)
        assert marks(exhibit.drawn) == [len(rows)] * 3
        assert f"In {where}," in exhibit.says


def test_curves_rise_from_the_least_to_all_surfaces(exhibits, one_light):
    exhibit = exhibits["floor-histogram"]
    difference, percent = np.array([row[2:] for row in exhibit.rows], dtype=float).T
    assert len(difference) == SURFACES
    assert np.all(np.diff(difference) >= 0)
    assert np.all(np.diff(percent) > 0)
    assert percent[-1] == 100
    every = np.concatenate([one.difference for one in one_light.floor])
    assert percent[difference <= 2][-1] == pytest.approx(100 * (every <= 2).mean())


def test_curves_are_of_the_reference_and_of_each_camera_s_hardest_light(
    exhibits, in_reference, more
):
    known, hardest = "in the reference light", "in each camera\u2019s hardest light"
    for exhibit, titles, lines in (
        (exhibits["floor-histogram"], [hardest], [[f"{NIKON}, FL2"]]),
        (exhibits_of(in_reference)["floor-histogram"], [known], [[f"{NIKON}, FL2"]]),
        (
            exhibits_of(more)["floor-histogram"],
            [known, hardest],
            [[f"{NIKON}, D55", f"{OTHER}, D55"], [f"{NIKON}, FL2", f"{OTHER}, FL2"]],
        ),
    ):
        for title in (known, hardest):
            assert (title in exhibit.drawn.element) == (title in titles)
        assert [[line.name for line in panel.lines] for panel in exhibit.drawn.panels] == lines
        assert len(exhibit.rows) == SURFACES * sum(map(len, lines))


def test_a_name_that_begins_below_the_line_has_its_curve(more):
    cameras = {NIKON: "a$^{$", OTHER: "_under"}
    film, *others = more.observers
    renamed = replace(
        more,
        observers=(film, *(replace(one, name=cameras.get(one.name, one.name)) for one in others)),
        irreducible=tuple(replace(one, camera=cameras[one.camera]) for one in more.irreducible),
    )
    drawing = exhibits_of(renamed)["floor-histogram"].drawn
    root = ElementTree.fromstring(drawing.element)
    texts = ["".join(text.itertext()).lstrip("\u200a") for text in root.iter(f"{SVG}text")]
    for panel, light_name in zip(drawing.panels, ("D55", "FL2"), strict=True):
        names = [line.name.lstrip("\u200a") for line in panel.lines]
        assert names == [f"{name}, {light_name}" for name in cameras.values()]
    for name in cameras.values():
        assert f"{name}, hardest in FL2" in texts


def test_a_legend_lies_on_no_curve(more):
    film, nikon, _, *eyes = more.observers
    names = [f"a camera of a long and winding name, {at}" for at in range(8)]
    many = replace(
        more,
        observers=(film, *(replace(nikon, name=name) for name in names), *eyes),
        irreducible=tuple(
            replace(one, camera=name)
            for name in names
            for one in more.irreducible
            if one.camera == NIKON
        ),
    )
    drawing = exhibits_of(many)["floor-histogram"].drawn
    root = ElementTree.fromstring(drawing.element)
    lowest = max(panel.box[3] for panel in drawing.panels)
    places = [
        float(text.get("y"))
        for text in root.iter(f"{SVG}text")
        if "hardest in" in "".join(text.itertext())
    ]
    assert len(places) == len(names)
    assert min(places) > lowest
    assert max(places) < float(root.get("viewBox").split()[3])
    assert all(panel.box[3] - panel.box[1] > 130 for panel in drawing.panels)


def test_the_worst_surfaces_are_shown_with_their_colours(exhibits, one_light):
    read = Page(exhibits["worst"].drawn)
    fills = [one["fill"] for one in read.all("rect")]
    colours = [
        hex_of(lab)
        for one in one_light.worst
        for lab in (one.eye_lab, one.camera_lab, one.mapped_lab, one.film_lab)
    ]
    assert fills == colours
    lines = [one["points"].split() for one in read.all("polyline")]
    assert [len(points) for points in lines] == [len(WAVELENGTH)] * WORST
    assert len(set(fills)) > WORST


def test_the_worst_surfaces_are_tabled_with_their_spectra(exhibits, one_light):
    rows = table_of(exhibits["worst"])
    assert [int(row["rank"]) for row in rows] == list(range(1, WORST + 1))
    for row, one in zip(rows, one_light.worst, strict=True):
        assert (row["camera"], row["surfaces"], row["name"]) == (one.camera, one.data, one.name)
        assert float(row["CIEDE2000"]) == pytest.approx(one.difference)
        spectrum = [float(row[f"reflectance at {nm:g} nm"]) for nm in WAVELENGTH]
        np.testing.assert_allclose(spectrum, one.reflectance, atol=1e-6)
        stops = [float(row[f"{layer}, stops"]) for layer in ("red", "green", "blue")]
        np.testing.assert_allclose(stops, one.stops, atol=1e-6)
        for whose, lab in (
            ("eye", one.eye_lab), ("camera", one.camera_lab),
            ("film from camera", one.mapped_lab), ("film", one.film_lab),
        ):  # fmt: skip
            told = [float(row[f"{axis} {whose}"]) for axis in ("L*", "a*", "b*")]
            np.testing.assert_allclose(told, lab, rtol=1e-5, atol=1e-6)
