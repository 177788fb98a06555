"""Filters over the lens: what they take from each layer, and what is no filter."""

import re
from dataclasses import replace

import numpy as np
import pytest
from conftest import save_picture

from bake.opening import open_pack
from bake.pack import bake_pack
from bake.recipe import Grid, Recipe
from bake.verify import recipe_of
from spectral_film.device.device import open_device
from spectral_film.errors import InputError, SpectralGridError, UsageError
from spectral_film.light.filters import filter_numbers, filter_transmittance
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, equal_luminance, illuminant, observer
from spectral_film.path.rendering import render
from spectral_film.path.settings import Settings

BARE = Settings(grain="off", halation=False, scatter=False, to="exposure")


def even(kind="reflectance", level=0.18):
    planes = np.full((len(WAVELENGTH), 4, 4), level, np.float32)
    return Scene(planes=planes, kind=kind, wavelength_nm=WAVELENGTH)


def filter_csv(path, rows):
    path.write_text("wavelength,transmittance\n" + "".join(f"{w},{t}\n" for w, t in rows))
    return path


def test_every_number_is_a_share_of_the_light():
    assert len(filter_numbers()) == 34  # of those listed in the FAQ
    for number in filter_numbers():
        transmittance = filter_transmittance(number)
        assert transmittance.shape == WAVELENGTH.shape
        assert transmittance.min() >= 0
        # Two surfaces of gelatin throw back 8 %: nothing lets more than that through.
        assert 0.05 < transmittance.max() < 0.925


@pytest.mark.parametrize("name", ["25", "Wratten 25", "wratten no. 25", "#25", "No 25"])
def test_a_number_is_found_however_it_is_written(name):
    assert np.array_equal(filter_transmittance(name), filter_transmittance("25"))


# Luminous transmittance under CIE C, percent, by MacAdam 1945 on samples of his own: two samples of
# a filter lie some 5 nm apart where they are steep, which moves these three by 4 % of themselves.
@pytest.mark.parametrize(("number", "percent"), [("25", 14.25), ("58", 24.51), ("47", 2.40)])
def test_the_eye_sees_what_was_measured_of_other_samples(number, percent):
    seen = observer()[1] * illuminant("C")
    luminous = 100 * seen @ filter_transmittance(number) / seen.sum()
    assert luminous == pytest.approx(percent, rel=0.04)


# Kodak's numbers of each, in mireds. A sample may be 6 off: a hundredth in two densities. What the
# source has as 85B and 81EF is 28 and 8 off, and does not ship.
@pytest.mark.parametrize(
    ("number", "mireds"),
    [
        ("80A", -131),
        ("82A", -21),
        ("82B", -32),
        ("82C", -45),
        ("81A", 18),
        ("81C", 35),
        ("85", 112),
    ],
)
def test_conversion_filters_shift_red_against_blue_as_kodak_says(number, mireds):
    transmittance = filter_transmittance(number)
    red, blue = (
        np.interp(at, WAVELENGTH, transmittance).mean()
        for at in ((610, 635, 655), (405, 435, 465))  # JIS B 7125
    )
    assert 221 * np.log10(red / blue) == pytest.approx(mireds, abs=6)


@pytest.mark.parametrize("kind", ["reflectance", "radiance"])
def test_layers_lose_what_the_filter_takes_of_their_light(kind, negative):
    light = equal_luminance(illuminant("D55")) if kind == "reflectance" else 1.0
    seen = negative.spectral_sensitivity * light
    passed = (seen * filter_transmittance("25")).sum(1) / seen.sum(1)
    bare, through = (
        render(even(kind), replace(BARE, filter=name)).planes[:, 0, 0].astype(float)
        for name in (None, "25")
    )
    assert through / bare == pytest.approx(passed, rel=1e-5, abs=1e-9)  # float32 of the engine
    assert passed[0] > 0.5 > 0.02 > passed[2]  # red passes, blue does not


def test_rgb_loses_it_too_and_the_render_says_so():
    picture = np.full((4, 4, 3), 0.18, np.float32)
    done = render(picture, replace(BARE, filter="96"))
    bare = render(picture, BARE)
    lost = np.log2(bare.planes / done.planes)[:, 0, 0]
    # Density 1.0 is 3.3 stops; the filter as published has 1.04, and more in the ultraviolet.
    assert (lost > 3.3).all()
    assert (lost < 4.0).all()
    (said,) = [note for note in done.notes if "filter" in note]
    # A grey of RGB is up-sampled to a surface that is not quite even: some hundredths of a stop.
    told = [float(number) for number in re.findall(r"\d\.\d", said)]
    assert told == pytest.approx(lost, abs=0.1)
    assert done.metadata["filter"] == "96"
    assert bare.metadata["filter"] == "none"


def test_a_csv_on_the_grid_is_that_filter(tmp_path):
    rows = zip(WAVELENGTH, filter_transmittance("85"), strict=True)
    path = filter_csv(tmp_path / "amber.csv", rows)
    assert filter_transmittance(path) == pytest.approx(filter_transmittance("85"), abs=1e-12)
    done = render(even(), replace(BARE, filter=path))
    assert str(done.metadata["filter"]).startswith("amber.csv (sha256 ")


@pytest.mark.parametrize(
    ("rows", "error", "said"),
    [
        ([(400, 20), (550, 80), (700, 90)], InputError, "percent, divide the column by 100"),
        ([(400, 0.2), (550, -0.1), (700, 0.9)], InputError, "line 3.*0 to 1 of the light"),
        ([(400, 0.2), (400, 0.3), (700, 0.9)], InputError, "line 3: 400 nm comes twice"),
        ([(450, 0.2), (700, 0.9)], SpectralGridError, "covers 450 to 700 nm"),
        ([(400, 0), (550, 0), (700, 0)], InputError, "lets no light through"),
    ],
)
def test_what_is_no_filter_is_refused_in_a_sentence(rows, error, said, tmp_path):
    with pytest.raises(error, match=said):
        filter_transmittance(filter_csv(tmp_path / "odd.csv", rows))


def test_an_unknown_number_names_the_nearest():
    with pytest.raises(UsageError, match=r"no filter is called '85C', did you mean .*85.*CSV"):
        filter_transmittance("85C")
    with pytest.raises(UsageError, match=r"--filter is 25, expected a Wratten number, as text"):
        Settings(filter=25)


def test_a_layer_that_a_filter_blinds_comes_back_from_the_scene_as_dark():
    done = render(np.full((4, 4, 3), 0.18, np.float32), replace(BARE, filter="29", to="scene"))
    red, _, blue = done.planes[:, 0, 0]
    assert np.isfinite(done.planes).all()
    assert blue < 0.2 * red


def test_the_command_line_has_it(command, tmp_path):
    save_picture(tmp_path / "grey.exr", np.full((4, 6, 3), 0.18))
    done = command("render", "grey.exr", "out.exr", "--filter", "Wratten 25", "--grain", "off")
    assert done.code == 0, done.stderr
    assert "the filter takes" in done.stderr
    done = command("render", "grey.exr", "o.exr", "--filter", "K2")
    assert done.code == 2
    assert "no filter is called 'K2'" in done.stderr


@pytest.mark.usefixtures("few_colours")
def test_a_pack_through_a_filter_is_proved_by_the_engine(tmp_path):
    recipe = Recipe(settings=Settings(filter="25", exposure=2.0), grain=False)
    proof = bake_pack(recipe, tmp_path / "red", Grid(("super35",), (256,), 17), open_device())
    assert not proof.failures
    with open_pack(tmp_path / "red") as pack:
        assert pack.manifest.settings.filter == "25"
        assert recipe_of(pack.manifest).settings.filter == "25"
        # Red light alone does not say what was blue in the scene.
        with pytest.raises(UsageError, match=r"filter 25, has no way back .*bake it again"):
            pack.manifest.path("scene")


def test_a_table_is_baked_through_it(command, tmp_path):
    dark, light = ("-o", "dark.cube", "--filter", "96", "--exposure", "3.4"), ("-o", "light.cube")
    for words in (dark, light):
        done = command("bake", "lut", *words, "--size", "9")
        assert done.code == 0, done.stderr
    through, bare = (
        np.array([line.split() for line in (tmp_path / name).read_text().splitlines()
                  if line[:1].isdigit()], float)
        for name in ("dark.cube", "light.cube")
    )  # fmt: skip
    # A neutral filter, its light given back, is hardly there.
    assert np.abs(through - bare).mean() < 0.03
    assert "through filter 96" in (tmp_path / "dark.cube").read_text()
