"""Metamer pairs in the report: what is drawn is what the table holds, and the study's."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from reading_pages import Page
from small_study import small_study

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.report.pairs import chapter
from spectral_film.metamerism.report.swatches import hex_of
from spectral_film.metamerism.study import AROUND

SHOWN = ("CIE 1931 2 deg", "Nikon D5100", "vision3-250d")


@pytest.fixture(scope="module")
def one_light():
    return small_study()


@pytest.fixture(scope="module")
def exhibits(one_light):
    return dict(zip(("found", "constructed"), chapter(one_light).exhibits, strict=True))


def of_kind(one_light, how):
    return [pair for pair in one_light.pairs if pair.how == how]


def test_files_are_called_after_the_kind(exhibits):
    assert [one.name for one in exhibits.values()] == ["pairs-found", "pairs-constructed"]


@pytest.mark.parametrize("how", ["found", "constructed"])
def test_the_table_is_the_studys(one_light, exhibits, how):
    head, *rows = csv.reader(exhibits[how].as_csv().splitlines())
    pairs = of_kind(one_light, how)
    assert len(rows) == len(pairs) >= 4 * len(AROUND) * (how == "constructed")
    for row, pair in zip(rows, pairs, strict=True):
        told = dict(zip(head, row, strict=True))
        assert (told["one to"], told["two to"]) == (pair.same_to, pair.apart_to)
        assert (told["first"], told["second"]) == (pair.first, pair.second)
        for column in ("level", "alike", "apart"):
            value = getattr(pair, f"{column}_stops")
            assert float(told[f"{column}, stops"]) == pytest.approx(value, rel=1e-6)
        for name in SHOWN:
            assert float(told[f"{name}, CIEDE2000"]) == pytest.approx(pair.difference[name])
            assert float(told[f"{name}, b* second"]) == pytest.approx(pair.lab[name][1, 2])
        for at, which in enumerate(("first", "second")):
            theirs = [float(told[f"{which}, reflectance at {nm:g} nm"]) for nm in WAVELENGTH]
            np.testing.assert_allclose(theirs, pair.reflectance[at], rtol=1e-6)


@pytest.mark.parametrize("how", ["found", "constructed"])
def test_each_pair_is_drawn(one_light, exhibits, how):
    page = Page(exhibits[how].drawn)
    pairs = of_kind(one_light, how)
    fills = [rect["fill"] for rect in page.all("rect")]
    looks = [hex_of(lab) for pair in pairs for name in SHOWN for lab in pair.lab[name]]
    assert fills == looks
    lines = page.all("polyline")
    assert [bool(line.get("stroke-dasharray")) for line in lines] == [False, True] * len(pairs)
    assert {len(line["points"].split()) for line in lines} == {len(WAVELENGTH)}
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.all("svg"))
    heads = [text for tag, text in page.texts if tag == "th"]
    assert [head for head in heads if head in SHOWN] == list(SHOWN)


def test_groups_go_both_ways(one_light, exhibits):
    heads = [text for _, text in Page(exhibits["constructed"].drawn).texts if "two to" in text]
    film = one_light.film.id
    assert heads == [
        f"One to Nikon D5100, two to {film}", f"One to {film}, two to Nikon D5100",
        f"One to CIE 1931 2 deg, two to {film}", f"One to {film}, two to CIE 1931 2 deg",
    ]  # fmt: skip


def test_kinds_of_which_there_is_none_are_told(one_light):
    left = [
        pair for pair in one_light.pairs
        if pair.how == "constructed" or pair.same_to != "Nikon D5100"
    ]  # fmt: skip
    found, constructed = chapter(replace(one_light, pairs=tuple(left))).exhibits
    assert f"none that is one to Nikon D5100, two to {one_light.film.id}." in found.says
    assert "There is none" not in constructed.says
    bare, _ = chapter(replace(one_light, pairs=())).exhibits
    assert bare.rows == []
    assert len(Page(bare.drawn).all("rect")) == 0


def test_words_are_of_this_study(one_light):
    prose = " ".join(map(str, chapter(one_light).parts[:2]))
    assert one_light.reference.name in prose
    assert "more shade" in " ".join(map(str, chapter(one_light).parts))
