"""Film files that were made to do harm: none is followed, obeyed or waited for."""

import os
import shutil
import sys
import time
from dataclasses import replace

import h5py
import numpy as np
import pytest

from spectral_film.device.device import open_device
from spectral_film.emulsion import contents as contents_module
from spectral_film.emulsion.contents import contents, contents_apart, read_image
from spectral_film.emulsion.stocks import load_film, shipped_films
from spectral_film.errors import FilmModelError, printable
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.granularity import rms_granularity

NEGATIVE = "vision3-250d"
SECRET = b"\x00\x00\x00\x00\x00\x00\xf0\x3f" * 12  # twelve times 1.0


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.h5"
    shutil.copy(shipped_films()[NEGATIVE], path)
    return path


def refused(path, *said):
    with pytest.raises(FilmModelError) as caught:
        load_film(path)
    sentence = str(caught.value)
    assert sentence == printable(sentence)
    for words in (path.name, *said):
        assert words in sentence
    return sentence


@pytest.mark.parametrize("name", [NEGATIVE, "2383"])
def test_apart_and_here_the_same_is_read(name):
    image = read_image(shipped_films()[name])
    here, apart = contents(image), contents_apart(image)
    assert here.attributes == apart.attributes
    assert here.tables.keys() == apart.tables.keys()
    for path, table in here.tables.items():
        assert table.dtype == apart.tables[path].dtype == np.float64
        np.testing.assert_array_equal(table, apart.tables[path])


def test_only_films_of_ones_own_pay_for_a_process(mine, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "spectral_film.emulsion.reader.contents_apart",
        lambda image: asked.append(1) or contents(image),
    )
    load_film.__globals__["_read"].cache_clear()
    load_film(NEGATIVE)
    assert not asked
    load_film(mine)
    assert asked


def test_links_are_not_followed(mine, tmp_path):
    shutil.copy(mine, tmp_path / "other.h5")
    links = {
        "external": h5py.ExternalLink("other.h5", "/dyes/dye_density"),
        "soft": h5py.SoftLink("/dyes/dmin_density"),
        "dangling": h5py.SoftLink("/nowhere"),
    }
    for kind, link in links.items():
        path = tmp_path / f"{kind}.h5"
        shutil.copy(shipped_films()[NEGATIVE], path)
        with h5py.File(path, "r+") as file:
            del file["dyes/dye_density"]
            file["dyes/dye_density"] = link
        refused(path, "dyes/dye_density is a link to elsewhere")


def test_numbers_that_lie_in_another_file_are_not_fetched(mine, tmp_path):
    (tmp_path / "secret.bin").write_bytes(SECRET)
    with h5py.File(mine, "r+") as file:
        del file["adjacency/coupling"]
        file.create_dataset(
            "adjacency/coupling", (3, 3), "f8", external=[(tmp_path / "secret.bin", 0, 72)]
        )
        assert (file["adjacency/coupling"][()] == 1).all()  # HDF5 itself would
    refused(mine, "adjacency/coupling", "lie in another file")


def test_virtual_tables_are_not_put_together(mine, tmp_path):
    shutil.copy(mine, tmp_path / "other.h5")
    layout = h5py.VirtualLayout((3, 3), "f8")
    layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "adjacency/coupling", (3, 3))
    with h5py.File(mine, "r+") as file:
        del file["adjacency/coupling"]
        file.create_virtual_dataset("adjacency/coupling", layout)
    refused(mine, "adjacency/coupling", "lie in another file")


def test_references_compounds_and_types_of_their_own(tmp_path):
    def with_references(file):
        del file["lab"]
        file["lab"] = np.array([file.ref], dtype=h5py.ref_dtype)

    def with_compound(file):
        file["lab"] = np.zeros(3, [("a", "f8"), ("b", "i4")])

    def with_type(file):
        file["lab"] = np.dtype("f8")

    def with_reference_attribute(file):
        file.attrs.create("maker", file.ref, dtype=h5py.ref_dtype)

    def with_opaque(file):
        file["lab"] = np.array([b"x" * 8], np.void)

    for damage, said in (
        (with_references, "not real numbers"),
        (with_compound, "not real numbers"),
        (with_opaque, "not real numbers"),
        (with_type, "neither a table nor a group"),
        (with_reference_attribute, "neither a text nor numbers"),
    ):
        path = tmp_path / f"{damage.__name__}.h5"
        shutil.copy(shipped_films()[NEGATIVE], path)
        with h5py.File(path, "r+") as file:
            file.require_dataset("lab", (), "f8")
            if damage is not with_references:
                del file["lab"]
            damage(file)
        refused(path, said)


def test_a_table_that_promises_more_than_there_is(mine):
    """A terabyte of fill values takes no byte in the file."""
    with h5py.File(mine, "r+") as file:
        del file["adjacency/coupling"]
        file.create_dataset("adjacency/coupling", (1 << 20, 1 << 17), "f8", chunks=(1024, 1024))
    start = time.monotonic()
    refused(mine, "adjacency/coupling", "numbers")
    assert time.monotonic() - start < 5


def test_a_file_too_large_for_a_film(mine):
    with mine.open("r+b") as file:
        file.truncate(1 << 34)  # sparse
    refused(mine, "more than 16 MiB")


def test_groups_within_themselves(mine, tmp_path):
    with h5py.File(mine, "r+") as file:
        file["dyes/again"] = file["dyes"]
    refused(mine, "deeper than 8")
    path = tmp_path / "many.h5"
    shutil.copy(shipped_films()[NEGATIVE], path)
    with h5py.File(path, "r+") as file:
        for at in range(5000):
            file.create_group(f"published/{at}")
    refused(path, "more than 4096 entries")


def test_a_filter_that_would_be_loaded_as_a_program(mine):
    with h5py.File(mine, "r+") as file:
        del file["adjacency/coupling"]
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_chunk((3, 3))
        made.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
        space = h5py.h5s.create_simple((3, 3))
        h5py.h5d.create(file["adjacency"].id, b"coupling", h5py.h5t.IEEE_F64LE, space, made)
    refused(mine, "unknown filter")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "../../etc/passwd"),
        ("id", "a b"),
        ("id", "a\nb"),
        ("id", ".hidden"),
        ("id", "x" * 65),
        ("name", "KODAK\x1b[2J"),
        ("name", "one\ntwo"),
        ("name", "\u202edesrever"),
        ("maker", "x" * 1001),
        ("source", np.bytes_(b"a\x00b")),
        ("source", np.bytes_(b"\x80")),
    ],
)
def test_texts_are_lines_and_ids_are_plain(mine, name, value):
    with h5py.File(mine, "r+") as file:
        file.attrs[name] = value
    refused(mine, name if value != b"\x80" else "can't decode")


def test_names_of_tables_are_texts_too(mine):
    with h5py.File(mine, "r+") as file:
        file["published/\x1b]0;title\x07/a"] = np.zeros(3)
    refused(mine, r"\x1b]0;title\x07", "is no name")


def test_a_light_is_a_name_and_no_file(mine, tmp_path, monkeypatch):
    """Or the same film would be another one tomorrow."""
    (tmp_path / "light.csv").write_text("".join(f"{nm},1\n" for nm in range(400, 701, 10)))
    monkeypatch.chdir(tmp_path)
    for balance in ("light.csv", str(tmp_path / "light.csv")):
        with h5py.File(mine, "r+") as file:
            file.attrs["balance"] = balance
        os.utime(mine, ns=(time.time_ns(), time.time_ns()))
        refused(mine, "attribute balance", "is no light")


@pytest.mark.parametrize(("said", "instead"), [
    ("while True: pass", "is not read within 2 s"),
    ("import os; os.abort()", "ends with -6"),
    ("bytearray(1 << 40)", "ends with 1"),
])  # fmt: skip
def test_what_loops_or_crashes_in_the_library_is_given_up(mine, monkeypatch, said, instead):
    """As a crafted file makes libhdf5: nothing that Python could interrupt."""
    run = contents_module.subprocess.run

    def beset(command, **options):
        return run([sys.executable, "-c", said], **options)

    monkeypatch.setattr(contents_module.subprocess, "run", beset)
    monkeypatch.setattr(contents_module, "PATIENCE", 2.0)
    refused(mine, instead)


@pytest.mark.parametrize("chart", ["characteristic_curves", "mtf", "rms_granularity",
                                   "spectral_dye_density", "spectral_sensitivity"])  # fmt: skip
def test_charts_that_nothing_can_be_laid_over(mine, tmp_path, chart, monkeypatch):
    monkeypatch.setattr("spectral_film.emulsion.reader.contents_apart", contents)
    from spectral_film.emulsion.charts import CHARTS

    axis, (_, highest), ((first, *_), *_) = CHARTS[chart]

    def changed(file, name, make):
        values = file[f"published/{chart}/{name}"][()]
        del file[f"published/{chart}/{name}"]
        file[f"published/{chart}/{name}"] = make(values)

    for at, (name, make, said) in enumerate((
        (first, lambda values: values[:-1], "differ in length"),
        (first, lambda values: np.full_like(values, np.nan), "fewer than 3"),
        (first, lambda values: values + 1e6, "beyond"),
        (axis, lambda values: values[::-1], "does not rise"),
        (axis, lambda values: np.full_like(values, highest), "does not rise"),
    )):  # fmt: skip
        path = tmp_path / f"{at}.h5"
        shutil.copy(shipped_films()[NEGATIVE], path)
        with h5py.File(path, "r+") as file:
            changed(file, name, make)
        refused(path, f"published/{chart}", said)
    with h5py.File(mine, "r+") as file:
        del file[f"published/{chart}/{first}"]
    refused(mine, f"published/{chart} has no column {first}")


def test_a_film_without_its_charts_is_not_drawn(command, mine):
    with h5py.File(mine, "r+") as file:
        del file["published/spectral_sensitivity"]
    done = command("show", mine.name)
    assert done.code == 2
    assert "holds no published/spectral_sensitivity" in done.complaints[0]


def test_a_name_is_no_formula(command, mine, tmp_path):
    with h5py.File(mine, "r+") as file:
        file.attrs["name"] = r"$\frac{1}{$ </text><script>"
    assert command("show", mine.name, "-o", "a.svg").code == 0
    drawn = (tmp_path / "a.svg").read_text()
    assert "<script>" not in drawn


def test_a_chart_of_grain_that_no_density_reaches():
    film = load_film("2383")
    chart = film.published["rms_granularity"]
    flat = {name: values if "log" in name else 0 * values for name, values in chart.items()}
    odd = replace(film, published={**film.published, "rms_granularity": flat})
    with pytest.raises(FilmModelError, match="published/rms_granularity shows no density"):
        rms_granularity(Darkroom(device=open_device(), film=odd, grain="on"))
