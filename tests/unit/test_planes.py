"""Planes of a device: what is put on it comes back, whatever lies around it."""

import numpy as np
import pytest

from spectral_film.device.device import Device
from spectral_film.device.launch import Launch
from spectral_film.device.planes import (
    ALIGNMENT,
    Region,
    fetch,
    fill,
    make_planes,
    make_result,
    put,
)
from spectral_film.stages import reciprocity

FRAME = Region(0, 0, 37, 23)  # odd: two vectors and five pixels
PIECE = Region(5, 7, 19, 11)


@pytest.fixture(params=["shared", "own"], scope="module")
def memory(request, device):
    """A device that works on the host's memory, and one that has its own."""
    return Device(device.opencl, shares_host_memory=request.param == "shared")


@pytest.fixture
def picture(rng):
    return rng.normal(size=(3, FRAME.height, FRAME.width)).astype(np.float32)


def copied(device, source, region, target):
    """Planes as a kernel sees them: a region of `source`, written there in `target`."""
    tables = {"efficiency": np.ones(3)}
    launch = Launch(device, reciprocity.KERNELS, "reciprocity", tables=tables)
    launch.over(region, exposure=source, effective=target)
    return target


def test_what_is_put_comes_back(memory, picture):
    np.testing.assert_array_equal(fetch(put(memory, picture)), picture)


@pytest.mark.parametrize("seen", ["planar", "interleaved", "reversed", "float64"])
def test_kernels_find_the_pixels_of_any_array(memory, picture, seen):
    array = {
        "planar": picture,
        "interleaved": np.moveaxis(np.ascontiguousarray(np.moveaxis(picture, 0, -1)), -1, 0),
        "reversed": picture[:, ::-1, ::-1],
        "float64": picture.astype(float),
    }[seen]
    target = copied(memory, put(memory, array), FRAME, make_result(memory, 3, FRAME))
    np.testing.assert_array_equal(fetch(target), array)


def test_shared_memory_is_not_copied(device, picture):
    sharing = Device(device.opencl, shares_host_memory=True)
    result = make_result(sharing, 3, FRAME)
    assert np.shares_memory(fetch(result), result.host)
    put(sharing, np.moveaxis(np.ones((23, 37, 3), np.float32), -1, 0))
    assert (sharing.traffic.up, sharing.traffic.down) == (0, 0)


def test_own_memory_is_reached_by_the_bus_which_is_counted(device, picture):
    owning = Device(device.opencl, shares_host_memory=False)
    planes = make_planes(owning, 3, FRAME)
    fill(planes, picture)
    fill(planes, picture)
    put(owning, picture)
    fetch(planes)
    assert (owning.traffic.up, owning.traffic.down) == (3 * picture.nbytes, picture.nbytes)


@pytest.mark.parametrize("margin", [(0, 0), (3, 1), (2, ALIGNMENT), (0, 40)])
def test_a_margin_is_not_part_of_the_picture(memory, picture, margin):
    planes = make_planes(memory, 3, FRAME, margin)
    fill(planes, picture)
    np.testing.assert_array_equal(fetch(planes), picture)
    assert planes.lead % ALIGNMENT == planes.stride % ALIGNMENT == 0
    rows, columns = margin
    wider = planes.over(FRAME._replace(
        x=-columns, y=-rows, width=FRAME.width + 2 * columns, height=FRAME.height + 2 * rows
    ))  # fmt: skip
    around = np.pad(picture, ((0, 0), (rows, rows), (columns, columns)), mode="edge")
    fill(wider, around)
    np.testing.assert_array_equal(fetch(wider), around)
    np.testing.assert_array_equal(fetch(planes), picture)


@pytest.mark.parametrize("margin", [(0, 0), (4, 9)])
def test_a_piece_lies_where_it_does_in_the_frame(memory, picture, margin):
    planes = make_planes(memory, 3, FRAME, margin)
    fill(planes, picture)
    np.testing.assert_array_equal(fetch(planes.over(PIECE)), picture[PIECE.cut])
    other = np.zeros((3, PIECE.height, PIECE.width), np.float32)
    fill(planes.over(PIECE), other)
    expected = picture.copy()
    expected[PIECE.cut] = 0
    np.testing.assert_array_equal(fetch(planes), expected)


def test_a_kernel_over_a_piece_writes_nothing_beside_it(memory, picture):
    source, target = put(memory, picture), make_planes(memory, 3, FRAME, (2, 2))
    fill(target, np.zeros_like(picture))
    copied(memory, source, PIECE, target)
    expected = np.zeros_like(picture)
    expected[PIECE.cut] = picture[PIECE.cut]
    np.testing.assert_array_equal(fetch(target), expected)


def test_planes_of_a_piece_know_where_it_lies(memory, picture):
    """Buffers need not hold the whole frame: a piece is put, and seen by its own coordinates."""
    there = put(memory, picture[PIECE.cut], PIECE)
    inner = Region(8, 9, 5, 4)
    target = copied(memory, there, inner, make_result(memory, 3, inner))
    np.testing.assert_array_equal(fetch(target), picture[inner.cut])


def test_a_region_grows_as_far_as_the_frame_goes():
    assert PIECE.grown(2, 3, FRAME) == Region(2, 5, 25, 15)
    assert PIECE.grown(100, 100, FRAME) == FRAME
    assert PIECE.grown(0, 100, FRAME) == Region(0, 7, 37, 11)
    assert PIECE.grown(0, 0, FRAME) == PIECE


def test_rows_of_a_region_end_with_it():
    assert PIECE.rows(0, 4) == Region(5, 7, 19, 4)
    assert PIECE.rows(8, 4) == Region(5, 15, 19, 3)
