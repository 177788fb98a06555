"""The tables of a pack on every device against OpenColorIO, which plays them on a CPU.

Nodes lie in -1 .. 1, and a bound counts roundings of float32, 6e-8 of a number each. On a domain
of 0 .. 1 both sides compute the same position on an axis, and only weights and their sum differ.
"""

import numpy as np
import PyOpenColorIO
import pytest

from bake.device_tables import table_on
from spectral_film.device.device import Device
from spectral_film.device.launch import Launch
from spectral_film.device.planes import Region, fetch, make_result, put

SIZES = [(1, 1), (1, 7), (3, 11), (37, 61)]  # as in test_stages: less than a vector, and odd
NODES = [2, 5, 33]
UNIT = (0.0, 1.0)
DENSITIES = (-0.7, 3.9)


def bound(nodes: int, domain: tuple[float, float], axes: int) -> float:
    """Largest difference that roundings explain."""
    weighing = 5 * 6e-8
    if domain == UNIT:
        return weighing
    # Five on the way to a position: low, the difference, the scale and the product here, the code
    # there. What comes out follows by the difference of neighbours, 2 at most, on every axis.
    return weighing + 5 * 6e-8 * nodes * 2 * axes


def opencolorio(transform: PyOpenColorIO.Transform, planes, domain) -> np.ndarray:
    """`planes` (3, y, x) through `transform`, whose own domain is 0 .. 1."""
    low, high = domain
    coded = (planes.astype(float) - low) / (high - low)
    pixels = np.ascontiguousarray(np.moveaxis(coded, 0, -1), np.float32)
    processor = PyOpenColorIO.Config.CreateRaw().getProcessor(transform)
    height, width = pixels.shape[:2]
    processor.getOptimizedCPUProcessor(PyOpenColorIO.OPTIMIZATION_LOSSLESS).apply(
        PyOpenColorIO.PackedImageDesc(pixels, width, height, 3)
    )
    return np.moveaxis(pixels, -1, 0)


def opencolorio_1d(planes, values, domain) -> np.ndarray:
    transform = PyOpenColorIO.Lut1DTransform(
        length=values.shape[1], interpolation=PyOpenColorIO.INTERP_LINEAR
    )
    transform.setData(values.T.astype(np.float32).ravel())
    return opencolorio(transform, planes, domain)


def opencolorio_3d(planes, nodes, domain) -> np.ndarray:
    transform = PyOpenColorIO.Lut3DTransform(
        gridSize=len(nodes), interpolation=PyOpenColorIO.INTERP_TETRAHEDRAL
    )
    transform.setData(nodes.astype(np.float32).ravel())
    return opencolorio(transform, planes, domain)


def played(device: Device, table: Launch, planes: np.ndarray) -> np.ndarray:
    """`planes` (3, y, x) through a table on a device."""
    frame = Region(0, 0, planes.shape[2], planes.shape[1])
    mapped = make_result(device, 3, frame)
    table.over(frame, wire=put(device, planes), made=mapped)
    return fetch(mapped)


def around(rng, size, domain) -> np.ndarray:
    """Planes (3, y, x) of which a third of the values lie below or above the domain."""
    low, high = domain
    return (low + rng.uniform(-0.25, 1.25, (3, *size)) * (high - low)).astype(np.float32)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("nodes", [*NODES, 4096])
@pytest.mark.parametrize("domain", [UNIT, DENSITIES])
def test_table_1d(device, rng, size, nodes, domain):
    planes = around(rng, size, domain)
    values = rng.uniform(-1, 1, (3, nodes))
    np.testing.assert_allclose(
        played(device, table_on(device, values, domain), planes),
        opencolorio_1d(planes, values, domain),
        rtol=0,
        atol=bound(nodes, domain, axes=1),
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("nodes", NODES)
@pytest.mark.parametrize("domain", [UNIT, DENSITIES])
def test_table_3d(device, rng, size, nodes, domain):
    planes = around(rng, size, domain)
    table = rng.uniform(-1, 1, (nodes, nodes, nodes, 3))
    np.testing.assert_allclose(
        played(device, table_on(device, table, domain), planes),
        opencolorio_3d(planes, table, domain),
        rtol=0,
        atol=bound(nodes, domain, axes=3),
    )


@pytest.mark.parametrize("nodes", NODES)
@pytest.mark.parametrize("equal", [(0, 1), (1, 2), (0, 2), (0, 1, 2)])
def test_seams_between_tetrahedra(device, rng, nodes, equal):
    table = rng.uniform(-1, 1, (nodes, nodes, nodes, 3))
    cell = rng.integers(0, nodes - 1, (3, 37, 61))
    # In 64ths, 0 and 64 among them: where the cells meet. Exact, as nodes - 1 is a power of two.
    fraction = rng.integers(0, 65, cell.shape) / 64
    fraction[list(equal)] = fraction[equal[0]]
    planes = ((cell + fraction) / (nodes - 1)).astype(np.float32)
    np.testing.assert_allclose(
        played(device, table_on(device, table, UNIT), planes),
        opencolorio_3d(planes, table, UNIT),
        rtol=0,
        atol=bound(nodes, UNIT, axes=3),
    )


@pytest.mark.parametrize("nodes", NODES)
def test_a_node_comes_out_as_it_is(device, rng, nodes):
    domain = (-3.0, nodes - 4.0)  # a step is 1: every position is exact
    values = rng.uniform(-1, 1, (3, nodes)).astype(np.float32)
    line = np.tile(np.arange(nodes) - 3.0, (3, 1, 1))
    np.testing.assert_array_equal(
        played(device, table_on(device, values, domain), line)[:, 0], values
    )
    table = rng.uniform(-1, 1, (nodes, nodes, nodes, 3)).astype(np.float32)
    every = (np.indices((nodes, nodes, nodes)) - 3.0).reshape(3, nodes, -1)
    np.testing.assert_array_equal(
        played(device, table_on(device, table, domain), every),
        np.moveaxis(table, -1, 0).reshape(every.shape),
    )


@pytest.mark.parametrize("dimensions", [1, 3])
def test_what_is_no_number_stays_none_and_spoils_no_neighbour(device, rng, dimensions):
    table = rng.uniform(-1, 1, (3, 5) if dimensions == 1 else (5, 5, 5, 3))
    planes = rng.uniform(0, 1, (3, 3, 35)).astype(np.float32)
    stage = table_on(device, table, UNIT)
    sound = played(device, stage, planes)
    planes[0, 1, 7], planes[1, 1, 8], planes[2, 1, 9] = np.nan, np.inf, -np.inf
    got = played(device, stage, planes)
    channels = [0] if dimensions == 1 else [0, 1, 2]
    assert np.isnan(got[channels, 1, 7]).all()
    assert np.isfinite(got[:, 1, 8:10]).all()  # beyond the domain, at its end
    touched = np.zeros(planes.shape[1:], bool)
    touched[1, 7:10] = True
    np.testing.assert_array_equal(got[:, ~touched], sound[:, ~touched])
