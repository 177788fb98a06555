"""Grain: kernels against their twins, and what nobody may see of how it is drawn.

Mean, independence and calibration are in `tests/unit/test_grain.py`.
"""

from dataclasses import fields, replace

import jax.numpy as jnp
import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages import grain as reference
from spectral_film.device.device import Device
from spectral_film.device.planes import Region, fetch, fill, make_planes
from spectral_film.device.site import Site
from spectral_film.stages import grain
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply

METHODS = ("fast", "net")
TWIN = {"fast": reference.filtered_grain, "net": reference.networked_grain}
SIZES = [(1, 1), (1, 7), (3, 19), (37, 61)]
PITCH_UM = (6.1, 6.1)


def stage_of(film, method, **changes):
    given = {"size": 1.0, "seed": 7, "frame": 3, "stock": 0, "of": DYES, "to": DYES} | changes
    return grain.of_film(film, PITCH_UM, method=method, **given)


def dyes_of(film, rng, size):
    """Every amount that a layer makes, more and less, and edges."""
    most = film.tone_curve.density_range.sum(axis=1)[:, None, None]
    return (rng.uniform(-0.1, 1.1, (3, *size)) * most).astype(np.float32)


def twin(stage, dyes):
    tables = {f.name: jnp.asarray(getattr(stage.texture, f.name)) for f in fields(stage.texture)}
    method = TWIN["fast" if isinstance(stage.texture, grain.Filtered) else "net"]
    return method(jnp.asarray(dyes, jnp.float64), keys=jnp.asarray(stage.keys), **tables)


@pytest.fixture(params=["negative", "print_film"])
def film(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("method", METHODS)
def test_grain_is_that_of_its_twin(device, rng, film, method, size):
    stage = stage_of(film, method)
    dyes = dyes_of(film, rng, size)
    # Noise is right to 3e-7 of itself, in some 13 pixels that are added up; the root of a dye
    # amount, and where that lies between two nodes, to 1e-7 of the axis.
    assert_planes_agree(apply(device, stage, dyes), twin(stage, dyes), atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_piece_is_that_of_the_whole_bit_for_bit(device, rng, negative, method, monkeypatch):
    frame = Region(0, 0, 83, 41)
    dyes = dyes_of(negative, rng, (frame.height, frame.width))
    stage = stage_of(negative, method)
    whole = apply(device, stage, dyes)
    taken = make_planes(device, 3, frame)
    fill(taken, dyes)
    # Corners, a pixel, odd places and sizes, and more than one band.
    for piece in (
        Region(0, 0, 5, 3), Region(82, 40, 1, 1), Region(13, 7, 33, 19), Region(1, 0, 82, 41),
    ):  # fmt: skip
        # As a plan has it: what lies within reach, as far as the frame goes.
        around = piece.grown(*stage.reach, frame)
        given = make_planes(device, 3, around)
        fill(given, dyes[around.cut])
        for room in (grain.CPU_ROOM, 1):
            monkeypatch.setattr(grain, "CPU_ROOM", room)
            monkeypatch.setattr(grain, "GPU_ROOM", room)
            made = make_planes(device, 3, piece)
            work = stage.prepare(Site(device, frame))
            work.over(piece, dyes=given, grainy=made)
            np.testing.assert_array_equal(fetch(made), whole[piece.cut])


@pytest.mark.parametrize("method", METHODS)
def test_vectors_and_lanes_draw_the_same_grain(device, rng, negative, method):
    stage, dyes = stage_of(negative, method), dyes_of(negative, rng, (19, 53))
    by_lane = apply(Device(device.opencl, vector_width=1), stage, dyes)
    assert_planes_agree(apply(device, stage, dyes), by_lane, atol=1e-6)  # as beside the twin


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_lost_alone(device, rng, negative, method, value):
    stage, dyes = stage_of(negative, method), dyes_of(negative, rng, (19, 37))
    dyes[1, 9, 17] = value
    got = apply(device, stage, dyes)
    # Its neighbours get the grain of an end of the axis: that of no dye, or of all there can be.
    ends = stage.texture.lowest, stage.texture.lowest + stage.texture.span
    dyes[1, 9, 17] = ends[int(value == np.inf)][1]
    clean = apply(device, stage, dyes)
    assert not np.isfinite(got[1, 9, 17])
    got[1, 9, 17] = clean[1, 9, 17]
    np.testing.assert_array_equal(got, clean)


def test_noise_is_normal_as_far_out_as_it_goes(device, negative):
    """The kernel's own normal noise, bare: a texture of amplitude 1 behind no filter."""
    stage = stage_of(negative, "fast")
    flat = np.ones_like(stage.texture.amplitude)
    alone = np.eye(1, stage.texture.filter.shape[1]).repeat(3, axis=0)
    texture = replace(stage.texture, filter=alone, amplitude=flat, kappa=0 * flat)
    bare = replace(stage, texture=texture)
    dyes = np.zeros((3, 1000, 1003), np.float32)
    z = apply(device, bare, dyes)
    # Relative errors of the polynomials, 3e-7, at up to five deviations.
    assert_planes_agree(z, twin(bare, dyes), atol=2e-6)
    assert abs(z).max() > 4.8  # of three million numbers, the largest is 5.1 on average
