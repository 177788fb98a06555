"""Texts and names that were made to do harm: not waited for, not obeyed, not believed."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import save_picture

import reference
from bake.opening import open_pack
from reference.fit.sheet import read_sheet
from spectral_film.app import terminal
from spectral_film.errors import InputError, OutputError, UsageError, one_line, printable
from spectral_film.files.labels import read_provenance
from spectral_film.files.wavelengths import parse_wavelengths
from spectral_film.light.spectra import illuminant
from spectral_film.metamerism.observers import camera
from spectral_film.pages import markup
from spectral_film.pages.writing import check_place, write_text
from spectral_film.text_files import LARGEST, read_text
from spectral_film.unfinished import place_of

ESCAPES = "\x1b[2J\x1b]0;title\x07\r\n\x9b31m\u202e"
SHEETS = Path(reference.__file__).parent / "sheets"


@pytest.fixture
def sheet(tmp_path):
    return Path(shutil.copytree(SHEETS / "2383", tmp_path / "sheet"))


def refused(call, *arguments, match, error=InputError):
    with pytest.raises(error, match=match) as caught:
        call(*arguments)
    assert str(caught.value) == printable(str(caught.value))


def test_what_a_terminal_would_obey_is_spelled_out():
    assert printable(ESCAPES) == r"\x1b[2J\x1b]0;title\x07\r\n\x9b31m\u202e"
    assert printable("a — é °, 5\u2009µm") == "a — é °, 5\u2009µm"
    assert printable("\udcff") == r"\udcff"  # of a name that is no text
    assert one_line("a\n  b\t") == "a b"
    assert len(one_line("x" * 100_000)) < 2100


@pytest.mark.parametrize("log", [None, "json"])
def test_no_message_reaches_the_terminal_raw(capsys, log):
    terminal.speak(quiet=False, log=log)
    terminal.say(f"a {ESCAPES} b", "note", name=ESCAPES)
    terminal.warn(ESCAPES, "off")
    terminal.complain(str(InputError(ESCAPES)), 2)
    said = capsys.readouterr().err
    assert said.count("\n") == 3
    assert all(line.isprintable() for line in said.splitlines())
    if log:
        first, *_ = map(json.loads, said.splitlines())
        assert first["name"] == ESCAPES  # whole, for who reads JSON


def test_pages_escape_and_spell_out():
    for made in (markup.paragraph(f"<b>{ESCAPES}"), markup.code(f"<b>{ESCAPES}")):
        assert "&lt;b&gt;" in made
        assert made.isprintable()


def test_pipes_and_devices_are_not_opened(tmp_path, sheet):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    zero = tmp_path / "zero.csv"
    zero.symlink_to("/dev/zero")
    for path in (pipe, zero):
        refused(read_text, path, "table", "a CSV", match="it is no file")
        refused(illuminant, str(path), match="it is no file")
        refused(camera, path, match="it is no file")
        refused(parse_wavelengths, str(path), match="it is no file", error=UsageError)
        for part in ("sheet.toml", "mtf.csv"):
            whole = (sheet / part).read_bytes()
            (sheet / part).unlink()
            (sheet / part).symlink_to(path)
            refused(read_sheet, sheet, match=f"{part}: .*it is no file")
            (sheet / part).unlink()
            (sheet / part).write_bytes(whole)
        pack = tmp_path / f"{path.stem}-pack"
        pack.mkdir()
        (pack / "pack.json").symlink_to(path)
        with pytest.raises(InputError, match="it is no file"), open_pack(pack):
            pass


def test_texts_have_an_end(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)  # sparse
    refused(read_text, path, "table", "a CSV", match=f"of at most {LARGEST}")


@pytest.mark.parametrize("nested", ["a = " + "[" * 100_000, "a = " + "{b = " * 50_000])
def test_toml_nested_without_end(sheet, nested):
    (sheet / "sheet.toml").write_text(nested)
    refused(read_sheet, sheet, match="is not valid TOML")


@pytest.mark.parametrize("nested", ["[" * 200_000, '{"a":' * 200_000])
def test_json_nested_without_end(tmp_path, nested):
    (tmp_path / "pack.json").write_text(nested)
    with pytest.raises(InputError, match=r"pack\.json is no JSON"), open_pack(tmp_path):
        pass


def test_a_picture_of_the_same_name_that_says_nonsense_of_itself(tmp_path):
    path = save_picture(
        tmp_path / "a.png", np.zeros((4, 4, 3)), number="uint8", ImageDescription="[" * 100_000
    )
    assert read_provenance(path) is None


@pytest.mark.parametrize("name", ["name", "maker", "source"])
def test_a_sheet_of_several_lines(sheet, name):
    text = (sheet / "sheet.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith(f"{name} =")]
    (sheet / "sheet.toml").write_text("\n".join([f'{name} = "a\\nb\\u001b[2J"', *lines]))
    refused(read_sheet, sheet, match=f"{name} is .* expected a line of text")


def test_a_comment_that_would_end_in_the_film_file(sheet):
    path = sheet / "mtf.csv"
    path.write_text(f"# source: a \x1b[2J b\n{path.read_text()}")
    refused(read_sheet, sheet, match=r"mtf\.csv, row 1: the comment is no line of text")


def test_a_cell_without_end(sheet):
    path = sheet / "mtf.csv"
    path.write_text(path.read_text() + "x" * 200_000 + ",1,1,1\n")
    refused(read_sheet, sheet, match=r"mtf\.csv, row \d+: is no line of a CSV")


def test_a_light_whose_name_would_break_the_header_of_a_table(tmp_path):
    path = tmp_path / "a\nb.csv"
    path.write_text("".join(f"{nm},1\n" for nm in range(400, 701, 10)))
    refused(illuminant, str(path), match="the name of the light is no line of text")


def test_rings_of_links(tmp_path, command, grey):
    one, other = tmp_path / "a.html", tmp_path / "b.html"
    one.symlink_to(other)
    other.symlink_to(one)
    for call in (
        lambda: place_of(one),
        lambda: check_place(one, suffixes=(".html",), overwrite=True),
        lambda: write_text(one, "text"),
        lambda: place_of(one / "c.html"),
    ):
        with pytest.raises(OutputError, match="is no name for a file"):
            call()
    for name in ("ring.png", "ring.0001.png", "ring.cube", "ring.zip", "ring.h5", "ring.json"):
        (tmp_path / name).symlink_to(name)
    for arguments in (
        ("render", grey, "ring.png", "--overwrite"),
        ("render", grey, "ring.####.png", "--frames", "1", "--overwrite"),
        ("show", "2383", "-o", "ring.png", "--overwrite"),
        ("lab", "2383", "-o", "a.html", "--overwrite"),
        ("metamerism", "-o", "a.html", "--overwrite"),
        ("bake", "lut", "-o", "ring.cube", "--overwrite"),
        ("bake", "pack", "-o", "ring.zip", "--overwrite"),
        ("fit", SHEETS / "2383", "-o", "ring.h5", "--overwrite"),
    ):
        done = command(*arguments)
        assert done.code == 2, arguments
        assert "is no name for a file" in done.stderr, arguments


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.html").write_text("before")
    (tmp_path / "link.html").symlink_to("real.html")
    write_text(tmp_path / "link.html", "after")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text() == "after"
