"""Where RGB misleads, in the report: maps, their boxes, percentiles and regions."""

import base64
import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from reading_pages import Page
from small_study import chart_scene, small_study

from spectral_film.metamerism.image import Region
from spectral_film.metamerism.report.picture import chapter
from spectral_film.metamerism.report.raster import Panel, Scale, averaged, rasters, shown_block
from spectral_film.metamerism.study import PRIORS

HEIGHT, WIDTH = 40, 60


@pytest.fixture(scope="module")
def one_light():
    return small_study(picture=chart_scene(HEIGHT // 4))


@pytest.fixture(scope="module")
def exhibits(one_light):
    return {one.name: one for one in chapter(one_light).exhibits}


def table_of(exhibit):
    head, *rows = csv.reader(exhibit.as_csv().splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_without_a_picture_there_is_no_chapter(one_light):
    assert chapter(replace(one_light, image=None)) is None


def test_exhibits_are_named(exhibits):
    assert list(exhibits) == [
        "picture", "picture-stops", "picture-percentiles", "picture-regions",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["picture", "picture-stops"])
def test_maps_are_told_by_blocks(one_light, exhibits, name):
    """The picture is smaller than the grid: each block is a pixel."""
    default = one_light.image.by_prior[0]
    rows = table_of(exhibits[name])
    assert len(rows) == HEIGHT * WIDTH
    for row in rows[:: WIDTH + 7]:
        x, y = float(row["x, pixels"]), float(row["y, pixels"])
        assert (x % 1, y % 1) == (0.5, 0.5)
        at = int(y), int(x)
        assert float(row["CIEDE2000"]) == pytest.approx(default.difference[at], rel=1e-6)
        stops = [float(row[f"{layer}, stops"]) for layer in ("red", "green", "blue")]
        np.testing.assert_allclose(stops, default.stops[:, *at], rtol=1e-6)


def test_a_larger_picture_is_told_by_fewer_blocks(one_light):
    image = one_light.image
    large = replace(
        image,
        rgb=np.ones((3, 130, 250)),
        by_prior=tuple(
            replace(
                one,
                stops=np.broadcast_to(np.arange(250.0), (3, 130, 250)),
                difference=np.broadcast_to(np.arange(130.0)[:, None], (130, 250)),
            )
            for one in image.by_prior
        ),
    )
    rows = table_of(chapter(replace(one_light, image=large)).exhibits[0])
    assert len(rows) == 44 * 84  # blocks of 3, at the edges of 1
    assert [float(rows[0][key]) for key in ("x, pixels", "y, pixels")] == [1.5, 1.5]
    assert [float(rows[-1][key]) for key in ("x, pixels", "y, pixels")] == [249.5, 129.5]
    assert float(rows[-1]["CIEDE2000"]) == 129
    assert float(rows[0]["red, stops"]) == 1  # the mean of 0, 1, 2


def test_percentiles_are_the_studys(one_light, exhibits):
    rows = table_of(exhibits["picture-percentiles"])
    for one in one_light.image.by_prior:
        theirs = {
            float(row["share of pixels, %"]): row for row in rows
            if row["up-sampling"] == one.upsampling
        }  # fmt: skip
        for percent in (50, 95, 99, 100):
            row = theirs[percent]
            for at, layer in enumerate(("red", "green", "blue")):
                by_hand = np.percentile(abs(one.stops[at]), percent)
                assert float(row[f"{layer}, stops"]) == pytest.approx(by_hand, rel=1e-6)
            by_hand = np.percentile(one.difference, percent)
            assert float(row["CIEDE2000"]) == pytest.approx(by_hand, rel=1e-6)
    assert {row["up-sampling"] for row in rows} == set(PRIORS)


def test_curves_of_all_priors_are_read_under_the_cursor(exhibits):
    page = Page(exhibits["picture-percentiles"].drawn)
    (curves,) = [svg for svg in page.all("svg") if "data-panels" in svg]
    assert curves["role"] == "img"
    assert len([data for data in page.all("data") if "data-curve" in data]) == 4 * len(PRIORS)
    assert len(page.all("tr")) == 1 + 4 * len(PRIORS)


def test_regions_are_the_studys_and_boxed(one_light):
    """Of a picture that is worst in a corner."""
    image = one_light.image
    regions = (Region(12, 20, 10, 8, 3.5), Region(30, 2, 6, 5, 2.5))
    default = image.by_prior[0]
    exhibits = chapter(replace(one_light, image=replace(image, regions=regions))).exhibits
    rows = table_of(exhibits[-1])
    assert [row["number"] for row in rows] == ["1", "2"]
    for row, region in zip(rows, regions, strict=True):
        for key in ("x", "y", "width", "height"):
            assert int(row[f"{key}, pixels"]) == getattr(region, key)
        assert float(row["mean CIEDE2000"]) == region.mean
        piece = default.stops[
            :, region.y : region.y + region.height, region.x : region.x + region.width
        ]
        stops = [float(row[f"mean {layer}, stops"]) for layer in ("red", "green", "blue")]
        np.testing.assert_allclose(stops, piece.mean(axis=(1, 2)), rtol=1e-6)
    page = Page(exhibits[0].drawn)
    boxes = [rect for rect in page.all("rect") if rect.get("stroke") == "#fff"]
    assert len(boxes) == 2 * len(regions)  # in the picture and in the map
    times = 736 / WIDTH
    assert float(boxes[0]["x"]) == pytest.approx(12 * times, abs=0.05)
    assert float(boxes[0]["height"]) == pytest.approx(8 * times, abs=0.05)


def test_a_picture_without_regions_has_an_empty_table(one_light):
    image = replace(one_light.image, regions=())
    assert chapter(replace(one_light, image=image)).exhibits[-1].rows == []


def test_a_map_for_each_layer_and_the_picture_beside(exhibits):
    page = Page(exhibits["picture-stops"].drawn)
    assert len(page.all("image")) == 4
    assert all(image["href"].startswith("data:image/jpeg;base64,") for image in page.all("image"))
    titles = [text for _, text in page.texts if text in ("the picture", "red", "green", "blue")]
    assert titles == ["the picture", "red", "green", "blue"]
    ends = re.findall(r"[+\u2212][\d.]+", page.prose)
    assert ends[0].strip("\u2212") == ends[-1].strip("+")  # even round 0


def test_colours_of_a_map_are_those_of_its_scale():
    from matplotlib import colormaps

    scale = Scale(colours="PuOr", low=-2.0, high=2.0, counts="stops")
    codes = scale.codes(np.array([[-9.0, -2.0, 0.0, 2.0, 9.0]]))
    assert codes.shape == (1, 5, 3)
    np.testing.assert_array_equal(codes[0, 0], codes[0, 1])
    np.testing.assert_array_equal(codes[0, 3], codes[0, 4])
    np.testing.assert_allclose(codes[0, 2], colormaps["PuOr"](0.5)[:3])
    assert codes[0, 2].min() > 0.95  # no difference is white


def test_averages_hold_at_the_edges():
    plane = np.arange(7 * 5.0).reshape(7, 5)
    found = averaged(plane, 3)
    assert found.shape == (3, 2)
    assert found[0, 0] == plane[:3, :3].mean()
    assert found[2, 1] == plane[6:, 3:].mean()
    np.testing.assert_array_equal(averaged(plane, 1), plane)
    assert averaged(np.stack([plane, plane]), 4).shape == (2, 2, 2)
    assert [shown_block(width) for width in (60, 1200, 1201, 4096)] == [1, 1, 2, 4]
    assert shown_block(1200, 2) == 2


def test_a_page_stays_light():
    """A picture as large as one is shown, and as noisy as one from the dark."""
    noise = 0.4 + 0.08 * np.random.default_rng(3).normal(size=(675, 1200, 3))
    drawn = rasters([Panel(codes=noise, title="noise")], "noise", size=(1200, 675))
    (data,) = re.findall(r"base64,([\w+/=]+)", drawn)
    assert len(base64.b64decode(data)) < 1.5e6


def test_words_are_of_this_picture(one_light):
    told = Page("".join(map(str, chapter(one_light).parts))).prose
    for said in ("the chart", one_light.film.id, "ideal", "Fluorescence is not modelled"):
        assert said in told
    purer = np.array(one_light.image.rgb)
    purer[:] = 0.5
    purer[1, :4] = -0.2  # a tenth of the rows
    told_of = replace(one_light, image=replace(one_light.image, rgb=purer))
    assert re.search(r"below 0 in 10\W% of the pixels", Page(
        "".join(map(str, chapter(told_of).parts))
    ).prose)  # fmt: skip
