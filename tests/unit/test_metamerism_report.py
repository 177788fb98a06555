"""The files of a metamerism report: what they hold, and that a browser shows them."""

import csv
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import OpenImageIO
import pytest
from browser import opened
from reading_pages import by_the_house
from small_study import chart_scene, small_study

from spectral_film.errors import OutputError
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.findings import findings
from spectral_film.metamerism.observers import camera
from spectral_film.metamerism.report.files import TABLES, check_report, write_report
from spectral_film.metamerism.report.page import chapters

# Contract of the record (PRODUCT, Metamerism).
KEYS = {
    "film", "print", "cameras", "findings", "lights", "irreducible", "pairs", "mismatch_volumes",
    "luther", "image",
}  # fmt: skip
OF_A_LIGHT = {
    "name", "ssi_nearest", "ssi_3200k", "ssi_5500k", "rf", "cri", "layer_shift_stops",
    "printer_points", "chart_dE_mean", "chart_dE_max",
}  # fmt: skip
OF_A_MAP = {
    "camera", "light", "data", "map", "residual_stops", "print_dE_mean", "print_dE_p95",
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return small_study(lights=("D55", "FL2"), picture=chart_scene())


@pytest.fixture(scope="module")
def folder(found, tmp_path_factory):
    there = tmp_path_factory.mktemp("report")
    write_report(found, there / "look.html")
    return there


@pytest.fixture(scope="module")
def record(folder):
    return json.loads((folder / "look.json").read_text())


def test_the_record_keeps_its_contract(record, found):
    assert record.keys() >= KEYS
    assert (record["film"], record["print"]) == ("vision3-250d", "2383")
    assert record["cameras"] == ["Nikon D5100"]
    assert [light["name"] for light in record["lights"]] == ["D55", "FL2"]
    for light in record["lights"]:
        assert light.keys() >= OF_A_LIGHT
        assert len(light["layer_shift_stops"]) == len(light["printer_points"]) == 3
    # One camera, two lights, three sets, three kinds of map; the best of each three is marked.
    assert len(record["irreducible"]) == 1 * 2 * 3 * 3
    for row in record["irreducible"]:
        assert row.keys() >= OF_A_MAP
    kinds = {"linear", "root-polynomial", "general"}
    assert {row["map"] for row in record["irreducible"]} == kinds
    for at in range(0, len(record["irreducible"]), 3):
        three = record["irreducible"][at : at + 3]
        (best,) = [row for row in three if row["best"]]
        squares = [sum(value**2 for value in row["residual_stops"]) for row in three]
        assert sum(value**2 for value in best["residual_stops"]) == min(squares)
    assert {"observer", "against", "vora"} <= record["luther"][0].keys()
    seven = len(record["observers"])
    assert len(record["luther"]) == seven * (seven - 1)
    assert {"stops_p50", "stops_p95", "dE_p50", "dE_p95", "map"} <= record["image"].keys()
    assert len(record["mismatch_volumes"]) == 2 * 24  # hidden by the camera, and by the eye
    assert record["findings"] == findings(found)


def test_the_balance_light_changes_nothing(record):
    balance, tube = record["lights"]
    assert balance["layer_shift_stops"] == pytest.approx([0, 0, 0], abs=1e-12)
    assert balance["printer_points"] == pytest.approx([25, 25, 25], abs=1e-4)  # float32 densities
    assert balance["chart_dE_max"] < 0.01
    assert tube["chart_dE_max"] > 1
    # As colour-science 0.4.7 has FL2 from its own table.
    assert tube["rf"] == pytest.approx(70.12082, abs=1e-4)
    assert tube["cri"] == pytest.approx(64.23372, abs=1e-4)


def test_five_sentences_hold_the_record_s_numbers(record):
    assert len(record["findings"]) == 5
    light, maps, pair, change, picture = record["findings"]
    tube = record["lights"][1]
    assert f"{abs(tube['layer_shift_stops'][0]):.2f} stop of red" in light
    assert f"{25 - tube['printer_points'][0]:.1f} points less of printer red" in light
    assert f"the worst {tube['chart_dE_max']:.1f}" in light
    best = [r for r in record["irreducible"] if r["best"] and r["data"] == "rawtoaces"]
    worst = max(best, key=lambda r: r["print_dE_mean"])
    for stops, layer in zip(worst["residual_stops"], ("red", "green", "blue"), strict=True):
        assert f"{stops:.2f} of {layer}" in maps
    assert f"more than {worst['print_dE_p95']:.1f}" in maps
    farthest = max(
        (p for p in record["pairs"] if p["how"] == "found" and p["same_to"] == "Nikon D5100"),
        key=lambda p: p["dE"]["vision3-250d"],
    )
    assert farthest["dE"]["Nikon D5100"] <= 2
    assert f"{farthest['first']} and {farthest['second']}" in pair
    assert f"{abs(farthest['level_stops']):.2f} stop" in pair
    assert f"the print by {farthest['dE']['vision3-250d']:.1f} dE" in pair
    assert f"by {tube['chart_dE_mean']:.1f} dE in the mean on the print" in change
    assert f"by {tube['eye_dE_mean']:.1f} dE to an eye" in change
    assert f"{record['image']['dE_p50']:.1f} dE or more" in picture


def test_sentences_say_so_where_there_is_nothing_to_tell():
    light, _, _, change, last = findings(small_study(lights=("D55",)))
    assert light == "vision3-250d is balanced for D55, so it has nothing to make up for."
    assert change == "No light but D55 was looked at, so no colour had to change."
    assert last.startswith("What Nikon D5100 records of dark skin")


def test_every_figure_has_its_table(folder, found):
    exhibits = [exhibit for part in chapters(found) for exhibit in part.exhibits]
    names = [exhibit.file("look") for exhibit in exhibits]
    assert [exhibit.name for exhibit in exhibits] == list(TABLES)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*names, "look.html", "look.json", "look-image.exr"]
    )
    for exhibit in exhibits:
        head, *rows = csv.reader((folder / exhibit.file("look")).read_text().splitlines())
        assert head == list(exhibit.columns)
        assert rows, exhibit.name
        for row, values in zip(rows, exhibit.rows, strict=True):
            assert len(row) == len(head), exhibit.name
            for cell, value in zip(row, values, strict=True):
                if isinstance(value, str):
                    assert cell == value
                elif math.isfinite(value):
                    assert float(cell) == pytest.approx(float(value), rel=1e-6)
                else:
                    assert cell == ""
        assert len(exhibit.says) > 40  # what it shows and how it came about
    page = by_the_house((folder / "look.html").read_text(), beside=names)
    links = [a["href"] for a in page.all("a") if a.get("class") == "table"]
    assert links == names
    assert len(page.all("figure")) >= len(names)  # some hold two


def test_the_map_of_a_picture_lies_beside(folder, found, record):
    assert record["image"]["map"] == "look-image.exr"
    stored = OpenImageIO.ImageBuf(str(folder / "look-image.exr"))
    assert stored.spec().channelnames == ("dE", "stops.R", "stops.G", "stops.B")
    pixels = stored.get_pixels(OpenImageIO.FLOAT)
    seen = found.image.by_prior[0]
    np.testing.assert_array_equal(pixels[..., 0], seen.difference.astype(np.float32))
    np.testing.assert_array_equal(
        pixels[..., 1:], np.moveaxis(seen.stops, 0, -1).astype(np.float32)
    )
    assert record["image"]["dE_p95"] == pytest.approx(np.percentile(pixels[..., 0], 95), rel=1e-5)


def test_a_report_replaces_its_own_files_only_when_told(found, tmp_path):
    page = tmp_path / "a [1].html"  # what a search would take for a pattern
    write_report(found, page)
    foreign = ("a [1]-notes.csv", "a [1]-b-lights.csv", "b.csv")
    for name in foreign:
        (tmp_path / name).write_text("of somebody else")
    before = page.read_bytes()
    with pytest.raises(OutputError, match="--overwrite"):
        write_report(found, page)
    page.unlink()
    page.with_suffix(".json").unlink()
    with pytest.raises(OutputError, match=r"a \[1\]-.*csv: exists"):
        write_report(found, page)
    write_report(found, page, overwrite=True)
    assert page.read_bytes() == before  # nothing depends on time
    write_report(replace(found, image=None), page, overwrite=True)
    assert not list(tmp_path.glob("*-picture*.csv"))  # would be of another picture
    assert not list(tmp_path.glob("*.exr"))
    for name in foreign:
        assert (tmp_path / name).read_text() == "of somebody else"


def test_a_report_replaces_nothing_that_it_reads(tmp_path):
    page, lamp = tmp_path / "a.html", tmp_path / "a-lights.csv"
    lamp.write_text("360,1\n780,1\n")
    with pytest.raises(OutputError, match=r"a-lights.csv: is read for the report"):
        check_report(page, [lamp], overwrite=True)
    check_report(page, [tmp_path / "lamp.csv"], overwrite=True)


def test_links_lead_to_tables_whatever_the_report_is_called(found, tmp_path):
    page_file = tmp_path / "it's #1, 50%25 of 5 mm?.html"
    write_report(found, page_file)
    with opened(page_file) as (page, _):
        links = page.locator("a.table").all()
        assert len(links) == len(TABLES)
        for link in links:
            address = urlsplit(link.evaluate("a => a.href"))
            assert Path(unquote(address.path)).is_file(), address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_every_figure(folder, scheme):
    size = {"width": 1280, "height": 720}
    with opened(folder / "look.html", viewport=size, color_scheme=scheme) as (page, complaints):
        for folded in page.locator("main details:not([open]) summary").all():
            folded.click()
        figures = page.locator("figure")
        assert figures.count() > 10
        for at in range(figures.count()):
            figure = figures.nth(at)
            assert figure.is_visible()
            for drawn in figure.locator("svg, img, table").all():
                box = drawn.bounding_box()
                assert box is not None
                assert box["width"] > 20
                assert box["height"] > 20
        # Nothing is wider than the window but what scrolls in a box of its own.
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        paper, ink = (
            [
                int(n)
                for n in re.findall(
                    r"\d+", page.evaluate(f"getComputedStyle(document.body).{what}")
                )[:3]
            ]
            for what in ("backgroundColor", "color")
        )
        assert (sum(paper) > sum(ink)) == (scheme == "light")
        for link in page.locator("nav a, a.anchor").all():
            target = link.get_attribute("href")
            assert page.locator(target).count() == 1, target
        for link in page.locator("a.table").all():
            assert (folder / link.get_attribute("href")).is_file()
        assert complaints == []


def test_a_link_to_a_table_opens_it(folder):
    with opened(folder / "look.html") as (page, _):
        with page.expect_download() as told:
            page.locator("a.table").first.click()
        assert told.value.suggested_filename == "look-observers.csv"


def test_a_figure_is_enlarged_and_put_back_by_the_keyboard(folder):
    with opened(folder / "look.html", viewport={"width": 1280, "height": 720}) as (page, said):
        figure = page.locator("figure:has(> svg)").first
        drawing = figure.locator("> svg")
        before = drawing.bounding_box()["width"]
        figure.get_by_role("button", name="Enlarge").press("Enter")
        whole = drawing.bounding_box()["width"]
        assert whole > 1.5 * before
        page.keyboard.press("+")
        page.keyboard.press("+")
        assert drawing.bounding_box()["width"] == pytest.approx(2.25 * whole, rel=0.02)
        page.keyboard.press("Escape")
        assert drawing.bounding_box()["width"] == pytest.approx(before, abs=1)
        assert said == []


@pytest.fixture(scope="module")
def of_three_cameras(tmp_path_factory):
    there = tmp_path_factory.mktemp("three")
    names = ["a$^{$", "$a_b$", "Sensor of a rather long name"]
    sensitivity = camera("Nikon D5100").sensitivity
    for at, name in enumerate(names):
        (there / f"{name}.csv").write_text(
            "wavelength_nm,R,G,B\n"
            + "".join(
                f"{nm:g},{','.join(f'{value:.6f}' for value in channels ** (1 + at / 8))}\n"
                for nm, channels in zip(WAVELENGTH, sensitivity.T, strict=True)
            )
        )
    found = small_study(cameras=[str(there / f"{name}.csv") for name in names])
    write_report(found, there / "look.html")
    return there


PAPER = 673  # px between the margins of A4


@pytest.mark.parametrize("cameras", ["folder", "of_three_cameras"])
def test_on_paper_nothing_is_folded_or_cut(cameras, tmp_path, request):
    folder = request.getfixturevalue(cameras)
    size = {"width": PAPER, "height": 1000}
    with opened(folder / "look.html", viewport=size) as (page, said):
        page.emulate_media(media="print")
        ends = page.evaluate("""
            [...document.querySelectorAll("table, svg, img")].map(one => {
              const box = one.getBoundingClientRect();
              return [one.textContent.slice(0, 60), box.width, box.right];
            })
        """)
        for text, width, right in ends:
            assert width > 0, text
            assert right <= PAPER + 1, text
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
        assert not page.locator("nav").is_visible()
        assert not page.locator(".tools").first.is_visible()
        for figure in page.locator("figure").all():
            assert figure.is_visible()
        assert len(page.pdf(path=tmp_path / "page.pdf")) > 10_000
        assert said == []
