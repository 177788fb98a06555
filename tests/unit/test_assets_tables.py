"""The tables in the repository are what their scripts make."""

import importlib.util
import warnings
from importlib.resources import files
from pathlib import Path

import h5py
import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
TABLES = files("spectral_film.assets") / "tables"


def script(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # colour-science speaks of the plotting it lacks
        spec.loader.exec_module(module)
    return module


def datasets(path):
    found = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                found.update({name: (item[()], dict(item.attrs))})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    return found


def test_standards_are_what_the_script_makes(tmp_path):
    script("make_tables").make(tmp_path / "standards.h5")
    made, shipped = datasets(tmp_path / "standards.h5"), datasets(TABLES / "standards.h5")
    assert made.keys() == shipped.keys()
    for name, (values, attributes) in made.items():
        assert attributes == shipped[name][1]
        if values.dtype.kind == "S":
            assert np.array_equal(values, shipped[name][0])
        else:  # the last bits may follow the machine's linear algebra
            assert values == pytest.approx(shipped[name][0], rel=1e-12, abs=1e-15)


def test_every_table_says_its_unit_axes_and_source():
    for path in (TABLES / "standards.h5", TABLES / "upsampling.h5"):
        for name, (_, attributes) in datasets(path).items():
            assert {"unit", "axes", "source"} <= attributes.keys(), name


def test_upsampling_is_what_the_script_makes():
    # A node in 7 of each face and of each direction; the whole is the same, in 20 s.
    maker = script("make_upsampling")
    shipped = datasets(TABLES / "upsampling.h5")
    assert shipped["lowest_ratio"][0] == pytest.approx(np.float32(maker.LOWEST_RATIO), abs=0)
    bends = maker.learn(maker.measured_surfaces())
    # Sums over 280 surfaces, in whatever order a machine's linear algebra takes.
    assert shipped["bend_basis"][0] == pytest.approx(bends.bend_basis, rel=1e-5, abs=1e-6)
    for face in range(3):
        rgb = maker.node_colours(face)[::7, ::7]
        coefficients, gain = maker.spectrum_of(rgb.reshape(-1, 3))
        bent, amount = maker.bent_surfaces(coefficients, bends)
        for name, expected in (
            ("upsampling_coefficients", np.concatenate([coefficients, gain[:, None]], 1)),
            ("bend_amount", amount),
            ("bent_coefficients", bent),
        ):
            table = shipped[name][0][face, ::7, ::7]
            expected = expected.reshape(table.shape)
            # float32 storage, and 1e-12 in XYZ seen through slopes of up to a thousand
            close = np.isclose(table, expected, rtol=1e-6, atol=1e-6)
            # An amount on the edge between two steps of storage may fall to either side.
            assert close.mean() >= (1 if name == "upsampling_coefficients" else 0.999), name
            assert table == pytest.approx(expected, rel=1e-6, abs=0.05), name


def test_tables_are_small():
    for name in ("standards.h5", "upsampling.h5"):
        assert (TABLES / name).stat().st_size < 1_000_000  # they live in git
