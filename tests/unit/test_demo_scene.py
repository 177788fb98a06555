"""The built-in scene: light, measured, the same as its script draws, and small."""

import importlib.util
import warnings
from importlib.resources import files
from pathlib import Path

import h5py
import numpy as np
import pytest

from spectral_film.light import spectra
from spectral_film.light.demo_scene import demo_scene

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # colour-science speaks of the plotting it lacks
    import colour

ASSET = files("spectral_film.assets") / "scenes/demo.h5"
SCRIPT = Path(__file__).parents[2] / "scripts/make_demo_scene.py"


@pytest.fixture(scope="module")
def scene():
    return demo_scene()


@pytest.fixture(scope="module")
def luminance(scene):
    """White is 1, (y, x)."""
    ybar = spectra.observer()[1]
    return np.tensordot(ybar / ybar.sum(), scene.planes, 1)


@pytest.mark.slow
def test_the_scene_is_what_the_script_draws(tmp_path):
    spec = importlib.util.spec_from_file_location("make_demo_scene", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.make(tmp_path / "demo.h5")
    with h5py.File(tmp_path / "demo.h5") as made, h5py.File(ASSET) as shipped:
        assert made.keys() == shipped.keys()
        assert np.array_equal(made["name"], shipped["name"])
        assert made["radiance"][()] == pytest.approx(shipped["radiance"][()], rel=1e-5, abs=1e-12)
        levels = [
            np.cumsum(file["coverage"][()], axis=2, dtype=np.uint16).astype(np.int16)
            for file in (made, shipped)
        ]
        assert abs(levels[0] - levels[1]).max() <= 1  # sines differ in the last bit by machine


def test_it_is_small():
    assert ASSET.stat().st_size < 750_000  # it lives in git


def test_it_is_light_on_the_grid_of_the_engine(scene):
    assert scene.kind == "radiance"
    assert np.array_equal(scene.wavelength_nm, spectra.WAVELENGTH)
    assert scene.planes.dtype == np.float32
    assert scene.planes.flags.c_contiguous
    assert np.isfinite(scene.planes).all()
    assert (scene.planes >= 0).all()
    assert scene.size == (960, 540)


def test_it_spans_more_than_twenty_stops(luminance):
    assert luminance.max() == pytest.approx(1e4, rel=0.01)  # the brightest lamp, as its script says
    lit = luminance[luminance > 0]
    assert np.log2(lit.max() / np.percentile(lit, 0.1)) > 20


def test_the_step_wedge_falls_by_one_stop_a_field(luminance):
    fields = luminance[510, 124:850:48]  # the middle of each, 47.5 pixels apart
    stops = np.log2(fields)
    assert stops[0] == pytest.approx(3, abs=0.02)  # 8 times white
    # A level of the stored cube root is 4 % of the darkest field, 0.06 stop, and rounds by half.
    assert np.diff(stops) == pytest.approx(-1, abs=0.08)
    assert len(stops) == 16


@pytest.mark.parametrize(
    ("patch", "x", "y"),
    [("dark skin", 60, 327), ("orange", 65, 365), ("blue", 65, 403), ("cyan", 261, 390)],
)
def test_the_colour_checker_has_its_measured_spectra(scene, patch, x, y):
    table = colour.SDS_COLOURCHECKERS["BabelColor Average"][patch]
    reflectance = np.interp(spectra.WAVELENGTH, table.wavelengths, table.values)
    window = 0.8 * spectra.equal_luminance(spectra.illuminant("D55"))
    window += 0.1 * spectra.equal_luminance(spectra.illuminant("D120"))
    found = scene.planes[:, y, x] / window
    assert found / found.mean() == pytest.approx(reflectance / reflectance.mean(), rel=1e-4)


def test_lamps_of_single_lines_are_in_it(scene):
    # A laser is the one thing no camera RGB can hold: nearly all its power in a few bands.
    total = scene.planes.sum(0)
    for line in (450, 532, 638):
        band = abs(spectra.WAVELENGTH - line) <= 15
        pure = scene.planes[band].sum(0) > 0.99 * total
        assert total[pure].max() > 1000
