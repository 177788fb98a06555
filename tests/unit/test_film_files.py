"""Broken film models: each is blamed by file, table and value, and none is rendered with."""

import shutil

import h5py
import numpy as np
import pytest

from spectral_film.emulsion import reader
from spectral_film.emulsion.contents import contents
from spectral_film.emulsion.schema import row_of
from spectral_film.emulsion.spread import Halo
from spectral_film.emulsion.stocks import load_camera_film, load_film, load_print, shipped_films
from spectral_film.errors import FilmModelError, UsageError

NEGATIVE, PRINT = "vision3-250d", "2383"


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    """Not in a process of its own, which `test_hostile_films.py` is about: a fifth of a second."""
    monkeypatch.setattr(reader, "contents_apart", contents)


@pytest.fixture
def broken(tmp_path):
    """A copy of a shipped stock, opened for damage; `load_film` of it must fail."""

    def check(stock, damage, *said):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.h5"  # a model is read once per path
        shutil.copy(shipped_films()[stock], path)
        with h5py.File(path, "r+") as file:
            damage(file)
        with pytest.raises(FilmModelError) as caught:
            load_film(path)
        sentence = str(caught.value)
        assert "\n" not in sentence
        assert path.name in sentence
        for words in said:
            assert words in sentence
        return sentence

    return check


def tables(stock):
    """Every dataset that rendering cannot do without."""
    names = []
    with h5py.File(shipped_films()[stock]) as file:
        file.visititems(lambda n, item: names.append(n) if isinstance(item, h5py.Dataset) else None)
    role = load_film(stock).role
    return [(stock, name) for name in names if row_of(name, role).needed_with]


def replace(name, values):
    def damage(file):
        attributes = dict(file[name].attrs)
        del file[name]
        file[name] = values
        file[name].attrs.update(attributes)

    return damage


@pytest.mark.parametrize(("stock", "name"), tables(NEGATIVE) + tables(PRINT))
def test_every_table_must_be_there_in_shape_and_finite(broken, stock, name):
    with h5py.File(shipped_films()[stock]) as file:
        holed = np.array(file[name][()], float)
    holed.flat[-1] = np.nan
    broken(stock, lambda file: file.__delitem__(name), name, "is missing")
    broken(stock, replace(name, np.zeros((2, 2, 2))), name, "shape (2, 2, 2)")
    broken(stock, replace(name, holed), name, "1 non-finite")
    words = np.full(holed.shape, b"dense") if holed.ndim else b"dense"
    broken(stock, replace(name, words), name, "not real numbers")


@pytest.mark.parametrize(
    ("stock", "name", "value"),
    [
        (NEGATIVE, "exposure/spectral_sensitivity", -1),
        (NEGATIVE, "exposure/spectral_sensitivity", 0),  # a blind layer
        (NEGATIVE, "optics/core_sigma_um", -1),
        (NEGATIVE, "optics/skirt_weight", 1.5),
        (NEGATIVE, "optics/skirt_length_um", 1e30),
        (NEGATIVE, "halation/ahu/veil_ratio", -0.1),
        (NEGATIVE, "halation/none/veil_ratio", 2),
        (NEGATIVE, "reciprocity/exponent", 0),
        (NEGATIVE, "reciprocity/exponent", 1.5),
        (NEGATIVE, "adjacency/coupling", -1),
        (NEGATIVE, "adjacency/length_um", -1),
        (NEGATIVE, "adjacency/length_um", 1e30),
        (NEGATIVE, "grain/radius_um", 0),
        (NEGATIVE, "grain/rms", -0.001),
        (NEGATIVE, "grain/rms", 5.9),  # a thousand times too much
        (PRINT, "grain/dye_amount", -1),
        (NEGATIVE, "tone_curve/density_range", -1),
        (NEGATIVE, "tone_curve/log_exposure_mid", 1e30),
        (NEGATIVE, "tone_curve/log_exposure_spread", 0),
        (NEGATIVE, "tone_curve/exponent", 0),
        (NEGATIVE, "dyes/dye_density", -5),
        (NEGATIVE, "dyes/dye_density", 1e30),
        (NEGATIVE, "dyes/dmin_density", -1),
        (NEGATIVE, "published/characteristic_curves/log_exposure", 1e30),
        (PRINT, "lad/aim_density", -1),
        (PRINT, "lad/log_exposure", 1e30),
    ],
)
def test_values_that_no_film_has(broken, stock, name, value):
    with h5py.File(shipped_films()[stock]) as file:
        shape = file[name].shape
    broken(stock, replace(name, np.full(shape, float(value))), name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("exposure_index", (0.0, -250.0, np.nan, np.inf, "fast", [1.0, 2.0])),
        ("base_um", (0.0, -1.0, np.nan, np.inf)),
        ("kind", ("latent", 3)),
        ("densitometry", ("status-x",)),
        ("balance", ("moonshine",)),
        ("backing", ("velvet",)),
        ("schema_version", (0, 99, "two")),
    ],
)
def test_attributes_that_no_film_has(broken, name, values):
    for value in values:
        broken(NEGATIVE, lambda file, value=value: file.attrs.__setitem__(name, value), name)


@pytest.mark.parametrize("name", ["id", "name", "maker", "kind", "densitometry", "balance",
                                  "source", "schema_version", "exposure_index"])  # fmt: skip
def test_attributes_that_are_missing(broken, name):
    broken(NEGATIVE, lambda file: file.attrs.__delitem__(name), name, "is missing")


def test_lamps_of_the_print(broken):
    broken(PRINT, lambda file: file.attrs.__setitem__("printer_cut_nm", np.nan), "printer_cut_nm")
    for name in ("printer_lamp", "projector_lamp"):
        broken(PRINT, lambda file, n=name: file.attrs.__delitem__(n), name)
        broken(PRINT, lambda file, n=name: file.attrs.__setitem__(n, "a candle"), name, "a candle")


def test_halation(broken):
    for name, values in (("base_index", (0.5, np.nan)), ("reach_um", (0.0, np.inf))):
        for value in values:
            broken(
                NEGATIVE,
                lambda f, n=name, v=value: f["halation"].attrs.__setitem__(n, v),
                name,
            )
    broken(NEGATIVE, lambda f: f["halation/ahu"].attrs.__setitem__("profile", "square"), "square")
    for name, values in (("plate_reflectance", (-0.1, 1.5, np.nan)), ("plate_gap_um", (-1.0,))):
        for value in values:
            broken(
                NEGATIVE,
                lambda f, n=name, v=value: f["halation/none"].attrs.__setitem__(n, v),
                f"attribute {name} of halation/none",
            )
    broken(NEGATIVE, replace("halation/none/rescattered", [0.4, 0.2, 1.0]), "0 to 0.9")


def test_a_file_of_the_first_version_means_what_it_meant(tmp_path):
    """It says of a bare base nothing but its ring, and no more light comes back."""
    shutil.copy(shipped_films()[NEGATIVE], tmp_path / "first.h5")
    with h5py.File(tmp_path / "first.h5", "r+") as file:
        file.attrs["schema_version"] = 1
        bare = file["halation/none"]
        del bare["rescattered"], bare.attrs["plate_reflectance"], bare.attrs["plate_gap_um"]
    film, radius = load_camera_film(tmp_path / "first.h5"), np.linspace(0, 2600, 500)
    for layer, veil_ratio in enumerate((0.08, 0.025, 0.003)):
        ratio, spread = film.halation["none"].thrown_back(layer)
        assert ratio == veil_ratio
        ring = Halo("ring", 140.0, 1.48, 2000.0)
        assert spread.density(radius) == pytest.approx(ring.density(radius), abs=1e-12)


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_older_version_has_no_grain(tmp_path, version):
    shutil.copy(shipped_films()[NEGATIVE], tmp_path / "older.h5")
    with h5py.File(tmp_path / "older.h5", "r+") as file:
        file.attrs["schema_version"] = version
        del file["grain"]
    assert load_camera_film(tmp_path / "older.h5").grain is None


def test_grain_must_be_of_the_film_and_its_nodes_rise(broken):
    rising, rms = np.linspace(0, 2, 6) * np.ones((3, 1)), np.full((3, 6), 0.01)
    still = rising.copy()
    still[1, 3] = still[1, 2]

    def grain(dye_amount, rms):
        def damage(file):
            replace("grain/dye_amount", dye_amount)(file)
            replace("grain/rms", rms)(file)

        return damage

    broken(NEGATIVE, grain(still, rms), "rise along each layer")
    broken(NEGATIVE, grain(rising[:, :1], rms[:, :1]), "two nodes or more")
    broken(NEGATIVE, grain(rising, rms[:, :5]), "tables of grain differ in shape")
    broken(NEGATIVE, replace("grain/radius_um", np.ones((3, 2))), "other sublayers")


@pytest.mark.parametrize("group", ["optics", "halation", "adjacency", "reciprocity", "tone_curve",
                                   "dyes", "grain", "published", "published/mtf"])  # fmt: skip
def test_a_table_where_a_group_should_be(broken, group):
    def damage(file):
        del file[group]
        file[group] = 1.0

    broken(NEGATIVE, damage, group)


def test_sublayers_that_do_not_match(broken):
    broken(NEGATIVE, replace("tone_curve/exponent", np.ones((3, 7))), "differ in shape")


def test_other_wavelengths(broken):
    broken(NEGATIVE, replace("wavelength", np.linspace(380, 780, 85)), "360..780 nm by 5 nm")


def test_without_its_sheet(broken):
    broken(NEGATIVE, lambda file: file.__delitem__("published"), "characteristic_curves")


def test_what_a_sheet_need_not_print(tmp_path):
    """No MTF: no scatter, no adjacency, no halation; and no failure of reciprocity."""
    shutil.copy(shipped_films()[NEGATIVE], tmp_path / "bare.h5")
    with h5py.File(tmp_path / "bare.h5", "r+") as file:
        for group in ("optics", "adjacency", "halation", "reciprocity", "published/mtf"):
            del file[group]
        del file.attrs["backing"], file.attrs["gate"], file.attrs["base_um"]
    film = load_camera_film(tmp_path / "bare.h5")
    assert film.scatter is film.adjacency is film.reciprocity_exponent is film.backing is None
    assert film.halation == {}


def test_files_that_are_no_film(tmp_path):
    whole = shipped_films()[NEGATIVE].read_bytes()
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = np.zeros(4)
    for name, content in [("empty.h5", b""), ("text.h5", b"hello\n" * 50), ("cut.h5", whole[:5000]),
                          ("half.h5", whole[: len(whole) // 2])]:  # fmt: skip
        (tmp_path / name).write_bytes(content)
    for name in ("empty.h5", "text.h5", "cut.h5", "half.h5", "other.h5"):
        with pytest.raises(FilmModelError, match=name):
            load_film(tmp_path / name)


def test_bytes_that_have_rotted(tmp_path, rng):
    """Any damage is found as such, or hits only what is not read; nothing else is raised."""
    whole = np.fromfile(shipped_films()[NEGATIVE], np.uint8)
    refused = 0
    for turn in range(60):
        rotten = whole.copy()
        start = rng.integers(0, whole.size - 64)
        rotten[start : start + 64] = rng.integers(0, 256, 64)
        path = tmp_path / f"{turn}.h5"
        rotten.tofile(path)
        try:
            load_film(path)
        except FilmModelError:
            refused += 1
    assert refused > 10  # where all is metadata and tables, most damage shows


def test_the_wrong_kind():
    with pytest.raises(UsageError, match="2383 is a print film; give a camera film"):
        load_camera_film(PRINT)
    with pytest.raises(UsageError, match="vision3-250d is a negative film; give a print stock"):
        load_print(NEGATIVE)


def test_the_command_blames_the_file_and_writes_nothing(command, grey, tmp_path):
    shutil.copy(shipped_films()[NEGATIVE], tmp_path / "mine.h5")
    with h5py.File(tmp_path / "mine.h5", "r+") as file:
        file.attrs["exposure_index"] = -250.0
    for arguments in (("render", grey.name, "o.exr", "--film=mine.h5"), ("show", "mine.h5")):
        done = command(*arguments)
        assert done.code == 2
        assert len(done.complaints) == 1
        assert "mine.h5: attribute exposure_index" in done.complaints[0]
        assert {path.name for path in tmp_path.iterdir()} == {"grey.exr", "mine.h5"}


def test_a_film_file_of_ones_own_renders_as_the_shipped_one(command, grey, tmp_path):
    shutil.copy(shipped_films()[NEGATIVE], tmp_path / "mine.h5")
    for name, film in (("a.exr", NEGATIVE), ("b.exr", "mine.h5")):
        assert command("render", grey.name, name, "--to=negative", f"--film={film}").code == 0
    from spectral_film.files.pictures import read_scene

    a, b = (read_scene(tmp_path / name, input_space="linear-rec709") for name in ("a.exr", "b.exr"))
    np.testing.assert_array_equal(a.planes, b.planes)
