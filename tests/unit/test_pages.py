"""Pages and drawings: how numbers are set, what a cursor reads, what both schemes show."""

import io
import json
import re
import signal

import numpy as np
import pytest
from PIL import Image
from reading_pages import Page, by_the_house

from spectral_film.errors import OutputError
from spectral_film.pages.chart import logarithmic
from spectral_film.pages.drawing import svg, with_paper, write_drawing
from spectral_film.pages.figures import figure, pair, picture, shown
from spectral_film.pages.markup import Markup, escaped, table, verdict
from spectral_film.pages.matrix import largest, matrix
from spectral_film.pages.numbers import number, quantity, reading
from spectral_film.pages.page import page, section
from spectral_film.pages.palette import PALETTE
from spectral_film.pages.typesetting import typeset
from spectral_film.pages.writing import check_place, write_text, write_together

MINUS, THIN, TIMES, DASH = "\u2212", "\u202f", "\u00d7", "\u2013"
TENTHS = f"{THIN}{TIMES}{THIN}10"


@pytest.mark.parametrize(
    ("value", "how", "set_so"),
    [
        (0.0, {}, "0"),
        (-0.0, {}, "0"),
        (-0.00004, {"places": 4}, "0.0000"),
        (-0.00006, {"places": 4}, f"{MINUS}0.0001"),
        (-1.5, {}, f"{MINUS}1.5"),
        (0.16273, {}, "0.1627"),
        (11.22441, {}, "11.22"),
        (123456.0, {}, "123456"),
        (100.0, {}, "100"),
        (2.5, {"signed": True}, "+2.5"),
        (0.0, {"places": 1, "signed": True}, "0.0"),
        (1234567.0, {"digits": 3}, f"1.23{TENTHS}⁶"),
        (-3.74e-5, {"digits": 3}, f"{MINUS}3.74{TENTHS}⁻⁵"),
        (9.9996, {"digits": 4}, "10"),
        (float("nan"), {}, DASH),
        (float("-inf"), {"places": 2}, DASH),
    ],
)
def test_a_number_is_set_as_it_is_printed(value, how, set_so):
    assert number(value, **how) == set_so


def test_a_unit_stays_with_its_number():
    assert quantity(25.927, "µm", digits=3) == f"25.9{THIN}µm"


@pytest.mark.parametrize(
    ("value", "tolerance", "set_so"),
    [
        (0.00138, 0.003, "0.0014"),
        (3.3675, 10, "3.4"),
        (1.2e-5, 1e-4, "0.00001"),
        (-0.5, 2, f"{MINUS}0.5"),
    ],
)
def test_a_reading_has_one_place_more_than_its_tolerance(value, tolerance, set_so):
    assert reading(value, tolerance) == set_so


@pytest.mark.parametrize(
    ("typed", "set_so"),
    [
        ("from -4 to +1", f"from {MINUS}4 to +1"),
        ("(-0.4), -.5", f"({MINUS}0.4), {MINUS}0.5"),
        ("value -0.0000 and -0", "value 0.0000 and 0"),
        ("-0.05", f"{MINUS}0.05"),
        ("two readings differ by .0014", "two readings differ by 0.0014"),
        ("version 1.2.3, 2026-11-26, H-1-5207t, 25-25-25, vision3-250d", None),
        ("a slit of 3 um, pitch, um", f"a slit of 3{THIN}µm, pitch, µm"),
        ("pitch_um sum", None),
        ("18 % grey, 0.06%", f"18{THIN}% grey, 0.06{THIN}%"),
        ("5 mm each, 5 minutes, 4 sides", f"5{THIN}mm each, 5 minutes, 4 sides"),
        ("log10(lux s), 0.05 lux s", f"log₁₀(lux{THIN}s), 0.05{THIN}lux{THIN}s"),
        ("3 x 3, 1.5 x the light", f"3{THIN}{TIMES} 3, 1.5{THIN}{TIMES} the light"),
        ("off by 1.1e-05", f"off by 1.1{TENTHS}⁻⁵"),
        ("the film's own", "the film\u2019s own"),
        ("fit - data", f"fit {MINUS} data"),
        ("--overwrite", None),
    ],
)  # fmt: skip
def test_a_sentence_is_set_as_it_is_printed(typed, set_so):
    once = typeset(typed)
    assert once == (set_so or typed)
    assert typeset(once) == once


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    codes = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read_on_their_paper(scheme):
    paper = luminance(PALETTE["paper"][scheme])
    for name, pair_of in PALETTE.items():
        if name not in ("paper", "rule"):  # a rule carries no meaning
            low, high = sorted((paper, luminance(pair_of[scheme])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, name  # WCAG 2.2, 1.4.3, level AA


def test_colours_are_told_apart_by_their_light_value():
    light = [pair_of[0] for pair_of in PALETTE.values()]
    assert len(light) == len(set(light))


X = np.linspace(0.5, 80, 300)


def straight(drawing):
    """Two panels on one logarithmic x: y = 3 - 0.02 x, and a thousandth of it below."""
    above, below = drawing.subplots(2, 1, sharex=True)
    above.plot(X, 3 - 0.02 * X, label="fall & rise")
    above.plot(X, np.full(300, 2.0))  # without a name: is not read
    below.plot(X, (3 - 0.02 * X) / 1000, label="small")
    above.set(xscale="log", ylabel="density")
    below.set(xlabel="cycles/mm", ylabel="residual", yticks=[0.0015, 0.0025])


def test_what_the_cursor_reads_is_what_was_drawn():
    text = figure(svg(straight, "two curves"))
    parts = Page(text)
    panels = json.loads(parts.all("svg")[0]["data-panels"] or "")
    assert [len(panel["lines"]) for panel in panels] == [1, 1]
    for panel, scale in zip(panels, (1, 1e-3), strict=True):
        (name,) = panel["lines"]
        (path,) = re.findall(rf'<g id="{name}">\s*<path d="([^"]*)"', text)
        points = np.array(re.findall(r"[ML] ([\d.]+) ([\d.]+)", path), float)
        assert len(points) == len(X)  # none is left out as too close to a straight line
        left, top, right, bottom = panel["box"]
        (low, high), (y0, y1) = np.log10(panel["x"]), panel["y"]
        x = 10 ** (low + (high - low) * (points[:, 0] - left) / (right - left))
        y = y0 + (y1 - y0) * (bottom - points[:, 1]) / (bottom - top)
        # Places are written to a hundredth of a pixel, of some 100 for the height and 400 across.
        assert x == pytest.approx(X, rel=2e-4)
        assert y == pytest.approx(scale * (3 - 0.02 * X), abs=2e-4 * (y1 - y0))
    named = [data["data-curve"] for data in parts.all("data") if "data-curve" in data]
    assert named == [panel["lines"][0] for panel in panels]
    for word in ("cycles/mm", "density", "residual", "fall &amp; rise", "small"):
        assert word in text


def test_a_drawing_keeps_its_letters_and_follows_the_page():
    element = svg(straight, "two curves").element
    assert {"0.0015", "0.0025", "cycles/mm"} <= {t.strip() for _, t in Page(element).texts}
    assert "var(--ink, #222222)" in element
    assert "metadata" not in element
    assert element == svg(straight, "two curves").element
    assert 'aria-label="two curves"' in element


def test_a_drawing_alone_brings_its_paper(tmp_path):
    alone = with_paper(svg(straight, "two curves").element)
    Page(alone)
    assert "prefers-color-scheme: dark" in alone
    write_drawing(tmp_path / "a.png", straight, "two curves", (4, 3))
    drawn = np.asarray(Image.open(tmp_path / "a.png").convert("RGBA"))
    assert drawn.shape == (360, 480, 4)
    # Ink on light paper: it can be read wherever it is shown.
    assert tuple(drawn[0, 0]) == (*bytes.fromhex(PALETTE["paper"][0][1:]), 255)


def test_a_table_sets_points_under_points():
    text = table(("what", "value", "unit"), [("a", -1.25, "um"), ("b", 10.0, ""), ("c", DASH, "")])
    assert f'<td class="number">{MINUS}1.25</td>' in text
    assert '<td class="number">10\u2007\u2007\u2008</td>' in text
    assert '<th class="number">value</th>' in text
    assert "<td>µm</td>" in text
    assert table(("none",), []).count("<tr>") == 1


def test_a_drawing_takes_no_name_for_a_formula(tmp_path):
    def draw(drawing):
        axes = drawing.subplots()
        axes.plot([0, 1], [0, 1], label="a$^{$")
        axes.set(title="$a_b$", xlabel="x^2 for $5")
        axes.legend()

    element = svg(draw, "names").element
    for name in ("a$^{$", "$a_b$", "x^2 for $5"):
        assert f">{name}</text>" in element
    write_drawing(tmp_path / "a.png", draw, "names", (4, 3))


def test_decades_are_written_without_formulas():
    def draw(drawing):
        axes = drawing.subplots()
        axes.plot([1, 100], [0, 1])
        logarithmic(axes, np.array([1.0, 100]))

    element = svg(draw, "decades").element
    assert all(f">{tick}</text>" in element for tick in (1, 10, 100))
    assert "mathdefault" not in element


def shades(text):
    return [int(found) for found in re.findall(r"var\(--blue\) (\d+)%", text)]


def test_a_matrix_is_shaded_by_its_largest_or_by_each_column_s():
    values = np.array([[1.0, -10.0], [0.5, np.nan]])
    one = matrix("lights", ("a", "b"), ("x", "y"), values, 1)
    assert shades(one) == [4, 45, 2]
    assert "<td></td>" in one
    assert f">{MINUS}10.0</td>" in one
    assert shades(matrix("", "ab", "xy", values, 1, largest(values))) == [45, 45, 22]
    assert shades(matrix("", "ab", "xy", values, 1, 20.0)) == [2, 22, 1]
    assert shades(matrix("", "ab", "xy", np.zeros((2, 2)), 1, np.zeros(2))) == [0] * 4


def test_heads_of_a_matrix_stand_in_groups():
    text = matrix("lights", "RGB", ("x",), np.ones((1, 6)), 1, groups=("near", "far"))
    parts = Page(text)
    assert [found for tag, found in parts.texts if tag == "th"] == [
        "lights", "near", "far", *"RGBRGB", "x",
    ]  # fmt: skip
    assert [head["colspan"] for head in parts.all("th") if "colspan" in head] == ["3", "3"]
    assert text.count("<tr>") == 3


def test_text_is_escaped_and_markup_is_not():
    assert escaped("a < b & c") == "a &lt; b &amp; c"
    assert escaped(Markup("<b>")) == "<b>"
    assert "&lt;" in verdict(True, "<")


def codes(kind: str, data: str) -> np.ndarray:
    import base64

    head, _, body = data.partition(",")
    assert head == f"data:image/{kind};base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))


def test_a_picture_is_what_it_was():
    ramp = np.stack(np.meshgrid(np.linspace(0, 1, 256), [0.2, 0.8], [0, 1]), -1)[..., 0, :]
    ramp = np.ascontiguousarray(np.moveaxis(np.moveaxis(ramp, -1, 0), 0, -1))  # as planes come
    exact = codes("png", picture(ramp, "a ramp").data)
    assert (exact == np.rint(255 * ramp)).all()
    smaller = codes("jpeg", picture(ramp, "a ramp", exact=False).data)
    # Of a smooth picture: quality 92 rounds its few waves by some codes.
    assert np.abs(smaller.astype(float) - 255 * ramp).max() < 4


def test_pairs_are_both_there_without_a_script():
    black, white = (picture(np.full((4, 6, 3), v), alt) for v, alt in ((0, "off"), (1, "on")))
    parts = Page(pair(black, white, "light"))
    assert [(i["alt"], i["width"], i["height"]) for i in parts.all("img")] == [
        ("off", "6", "4"), ("on", "6", "4"),
    ]  # fmt: skip
    (handle,) = parts.all("input")
    assert handle["type"] == "range"  # which arrow keys move
    assert "off" in (handle["aria-label"] or "")
    assert ">light</figcaption>" in pair(black, white, "light")
    assert ">off</figcaption>" in shown(black)


def test_sections_of_one_name_have_anchors_of_their_own():
    body = [section("A & B", "1 um"), section("A & B", beside=[verdict(False, "outside")])]
    parts = by_the_house(page("Title", ["lead"], body, "made"))
    assert [heading["id"] for heading in parts.all("h2")] == ["a-b", "a-b-2"]
    assert "To read a curve" not in parts.prose
    curves = by_the_house(page("T", [], [*body, section("C", figure(svg(straight, "two")))]))
    assert "To read a curve" in curves.prose


def test_files_of_one_work_appear_together(tmp_path):
    write_text(tmp_path / "a.json", "old")
    missing = tmp_path / "no" / "b.html"
    with pytest.raises(OutputError, match="cannot be written"):
        write_together({tmp_path / "a.json": "new", missing: "new"})
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.json", "old")]
    write_together({tmp_path / "a.json": "new", tmp_path / "b.html": "new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.json": "new", "b.html": "new",
    }  # fmt: skip


def test_a_disk_that_is_full_is_named_and_nothing_is_replaced(tmp_path):
    """A limit on the size of files stands in for the disk."""
    resource = pytest.importorskip("resource", reason="POSIX only")
    (tmp_path / "a.json").write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    deaf = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"b\.html: cannot be written \(File too large\)"):
            write_together({tmp_path / "a.json": "new", tmp_path / "b.html": "x" * 5000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, deaf)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "old"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "a.html").symlink_to(tmp_path / "there/b.html")
    write_text(tmp_path / "a.html", "all")
    assert (tmp_path / "a.html").is_symlink()
    assert (tmp_path / "there/b.html").read_text() == "all"


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    write_text(tmp_path / "a.html", "all")
    assert (tmp_path / "a.html").read_text() == "all"
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(tmp_path / "no" / "a.html", "all")
    for name, said in (
        ("a.html", "--overwrite"),
        ("a.txt", "end its name"),
        ("no/a.html", "folder"),
    ):
        with pytest.raises(OutputError, match=said):
            check_place(tmp_path / name, suffixes=(".html",), overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
