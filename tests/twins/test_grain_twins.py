"""Grain: kernels against their twins, and what nobody may see of how it is drawn.

Mean, independence and calibration are in `tests/unit/test_grain.py`.
"""

from dataclasses import fields, replace
from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages import grain as reference
from spectral_film.device.device import Device
from spectral_film.device.planes import Region, fetch, fill, make_planes
from spectral_film.device.site import Site
from spectral_film.emulsion.stocks import load_camera_film, load_print
from spectral_film.stages import grain
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply

METHODS = ("fast", "net")
TWIN = {"fast": reference.filtered_grain, "net": reference.networked_grain}
FILMS = {"negative": load_camera_film("vision3-250d"), "print": load_print("2383")}
SIZES = [(1, 1), (19, 37)]
PITCH_UM = (6.1, 6.1)
ORIGIN = (1000, -7)  # of a file that holds a piece of the frame, and some beyond it


def stage_of(film, method, **changes):
    given = {"size": 1.0, "seed": 7, "frame": 3, "stock": 0, "of": DYES, "to": DYES} | changes
    return grain.of_film(film, PITCH_UM, method=method, **given)


def dyes_of(film, size, most_share=1.1):
    """Amounts up to a share of what a layer makes, some less than none, and edges."""
    most = film.tone_curve.density_range.sum(axis=1)[:, None, None]
    share = np.random.default_rng(5).uniform(-0.1, most_share, (3, *size))
    return (share * most).astype(np.float32)


def twin(stage, dyes):
    tables = {f.name: jnp.asarray(getattr(stage.texture, f.name)) for f in fields(stage.texture)}
    method = TWIN["fast" if isinstance(stage.texture, grain.Filtered) else "net"]
    made = method(
        jnp.asarray(dyes, jnp.float64), keys=jnp.asarray(stage.keys), origin=stage.origin, **tables
    )
    return np.asarray(made)


@cache  # each form of a device is held to it
def expected(name, method, size, most_share):
    film = FILMS[name]
    return twin(stage_of(film, method, origin=ORIGIN), dyes_of(film, size, most_share))


@pytest.mark.parametrize(("most_share", "atol"), [(0.9, 1e-6), (1.1, 5e-5)])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", FILMS)
def test_grain_is_that_of_its_twin(device, name, method, size, most_share, atol):
    film = FILMS[name]
    dyes = dyes_of(film, size, most_share)
    got = apply(device, stage_of(film, method, origin=ORIGIN), dyes)
    # Noise is right to 3e-7 of itself, as is its sum over a neighbourhood: 1e-7 of dye. At the last
    # of the dye a node of the table is .3 high, and a place on it known to 5e-5 of a node.
    assert_planes_agree(got, expected(name, method, size, most_share), atol=atol)


@pytest.mark.parametrize("method", METHODS)
def test_a_piece_is_that_of_the_whole_bit_for_bit(device, negative, method, monkeypatch):
    frame = Region(0, 0, 83, 41)
    dyes = dyes_of(negative, (frame.height, frame.width))
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
def test_vectors_and_lanes_draw_the_same_grain(device, negative, method):
    stage, dyes = stage_of(negative, method), dyes_of(negative, (19, 53))
    by_lane = apply(Device(device.opencl, vector_width=1), stage, dyes)
    assert_planes_agree(apply(device, stage, dyes), by_lane, atol=3e-6)  # as beside the twin


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_lost_alone(device, negative, method, value):
    stage, dyes = stage_of(negative, method), dyes_of(negative, (19, 37))
    dyes[1, 9, 17] = value
    got = apply(device, stage, dyes)
    # Its neighbours get the grain of an end of the axis: that of no dye, or of all there can be.
    ends = stage.texture.lowest, stage.texture.lowest + stage.texture.span
    dyes[1, 9, 17] = ends[int(value == np.inf)][1]
    clean = apply(device, stage, dyes)
    assert not np.isfinite(got[1, 9, 17])
    got[1, 9, 17] = clean[1, 9, 17]
    np.testing.assert_array_equal(got, clean)


def bare(stage):
    """A texture of amplitude 1 behind no filter: the noise itself."""
    alone = np.eye(1, stage.texture.filter.shape[1]).repeat(3, axis=0)
    one = np.ones_like(stage.texture.amplitude)
    return replace(
        stage, texture=replace(stage.texture, filter=alone, amplitude=one, kappa=0 * one)
    )


@cache
def bare_noise(shape):
    return twin(bare(stage_of(FILMS["negative"], "fast")), np.zeros(shape))


def test_noise_is_normal_as_far_out_as_it_goes(device, negative):
    shape = 3, 400, 403
    z = apply(device, bare(stage_of(negative, "fast")), np.zeros(shape, np.float32))
    # Relative errors of the polynomials, 3e-7, at up to five deviations.
    assert_planes_agree(z, bare_noise(shape), atol=2e-6)
    assert abs(z).max() > 4.3  # of half a million numbers, the largest is 4.8 in the mean
