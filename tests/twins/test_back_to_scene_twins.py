"""The way back from the negative to the scene against its float64 twin."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages.adjacency import adjacency
from reference.stages.tone_curve import tone_curve
from reference.stages.undevelopment import undevelop
from reference.stages.unexposure import unexpose
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.stages.exposed_colours import LEAST_RATIO
from spectral_film.stages.exposure import Camera
from spectral_film.stages.stage import apply
from spectral_film.stages.tone_curve import curve_tables
from spectral_film.stages.undevelopment import Undevelopment, highest_log_exposure
from spectral_film.stages.unexposure import STEPS, Unexposure

SIZES = [(1, 7), (19, 37)]  # less than a vector; a plane with odd sides
RICHARDS = ToneCurve(
    density_range=np.array([[2.1], [2.4], [2.2]]),
    log_exposure_mid=np.array([[-1.0], [-1.2], [-0.9]]),
    log_exposure_spread=np.array([[1.3], [0.9], [1.1]]),
    exponent=np.array([[0.4], [2.5], [1.0]]),
)


def double(planes) -> jnp.ndarray:
    return jnp.asarray(planes, jnp.float64)


def tables(curve) -> dict[str, jnp.ndarray]:
    return {name: double(table) for name, table in curve_tables(curve).items()}


def camera(negative, light="D55", upsampling="measured") -> Camera:
    return Camera(
        spectral_sensitivity=negative.spectral_sensitivity,
        balance=negative.balance,
        illuminant=light,
        grey_lux_s=negative.grey_lux_s(),
        upsampling=upsampling,
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stock", ["coupled", "uncoupled", "richards"])
def test_undevelopment(device, rng, negative, size, stock):
    curve = RICHARDS if stock == "richards" else negative.tone_curve
    coupling = negative.adjacency.coupling if stock == "coupled" else np.zeros((3, 3))
    efficiency = np.array([0.4, 0.7, 0.6])
    most = curve.density_range.sum(axis=1)[:, None, None]
    dyes = (most * rng.uniform(-0.02, 1.02, (3, *size)) ** 3).astype(np.float32)
    expected = np.asarray(
        jax.jit(undevelop)(
            double(dyes),
            **tables(curve),
            coupling=double(coupling),
            efficiency=double(efficiency),
            highest_log_exposure=double(highest_log_exposure(curve)),
        )
    )
    got = apply(device, Undevelopment(curve=curve, coupling=coupling, efficiency=efficiency), dyes)
    assert (np.sign(got) == np.where(dyes < 0, -1, 1)).all()
    # Logarithms of up to 30 leave 4e-6, of which a toe makes a third, and Richards' flat one three
    # times as much; of what is left of a fortieth of the dye float32 knows 5e-6. Within a node of
    # the floor, eight decades under grey, the curve has an end.
    above = np.abs(expected) > 1e-9
    off = np.log10(np.abs(got[above])) - np.log10(np.abs(expected[above]))
    assert np.abs(off).max() < (1.5e-5 if stock == "richards" else 6e-6)


def test_undevelopment_is_development_turned_round(device, rng, negative):
    """Of the forward twin: colours of 1:30 from the last trace to the flat of the shoulder."""
    log_exposure = rng.uniform(-8, 0.4, (37, 61)) + rng.uniform(-0.75, 0.75, (3, 37, 61))
    coupling = negative.adjacency.coupling
    acting = adjacency(
        double(10**log_exposure),
        coupling=double(coupling),
        length_um=double(0.0),
        **tables(negative.tone_curve),
        reach_um=0.0,
        detail_um=1.0,
        pitch_um=(6.0, 6.0),
    )
    dyes = np.asarray(tone_curve(acting, **tables(negative.tone_curve)), np.float32)
    stage = Undevelopment(curve=negative.tone_curve, coupling=coupling, efficiency=np.ones(3))
    # As above, the toe of 5207 being half as flat; and 1e-6 of interimage that is left.
    assert_planes_agree(np.log10(apply(device, stage, dyes)), log_exposure, atol=5e-6)


@pytest.mark.parametrize("light", ["D55", "A"])
def test_unexposure(device, rng, negative, light):
    size = SIZES[-1]
    cam = camera(negative, light)
    rgb = rng.uniform(0, 1, (3, *size)) * 10 ** rng.uniform(-6, 4, size)
    exposure = apply(device, cam.stage("rgb", None), rgb.astype(np.float32))
    exposure[:, rng.uniform(size=size) < 0.1] = 0
    exposure[:, rng.uniform(size=size) < 0.05] *= -1
    turned = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]])
    stage = Unexposure(
        exposure_weight=cam.exposure_weight("rgb"), upsampling="measured", to_space=turned
    )
    back = jax.jit(partial(unexpose, steps=STEPS, least_ratio=LEAST_RATIO))
    planes = {name: double(table) for name, table in stage.tables().items()}
    expected = np.asarray(back(double(exposure), **planes))
    # Where a ratio lies between nodes is known to 1e-5 of their distance; both converge to that.
    got = apply(device, stage, exposure)
    assert (np.abs(got - expected) <= 2e-5 * np.abs(expected).max(axis=0)).all()


@pytest.mark.parametrize("upsampling", ["measured", "jakob-hanika"])
def test_unexposure_is_exposure_turned_round(device, rng, negative, upsampling):
    """All of Rec.709 with its rim, and what lies outside it up to 0.9 of the way to the locus."""
    cam = camera(negative, upsampling=upsampling)
    inside = rng.uniform(0, 1, (3, 40, 61)) ** 2
    inside[:, :3] = np.clip(2 * rng.uniform(-1, 1, (3, 3, 61)), 0, 1) + 1e-6
    green = rng.uniform((-0.25, 0), 1, (9, 61, 2))
    greens = np.stack([green[..., 0], np.ones((9, 61)), green[..., 1]])
    rgb = np.concatenate([inside, greens], axis=1) * 10 ** rng.uniform(-5, 3, (49, 61))
    rgb = rgb.astype(np.float32)
    stage = Unexposure(
        exposure_weight=cam.exposure_weight("rgb"), upsampling=upsampling, to_space=np.eye(3)
    )
    got = apply(device, stage, apply(device, cam.stage("rgb", None), rgb))
    # Exposures of float32, which saturated colours magnify four times, after steps that square
    # what is missing from 1e-2 three times.
    assert (np.abs(got - rgb) <= 2e-5 * np.abs(rgb).max(axis=0)).all()


def test_exposures_that_no_light_makes_stay_texture(device, negative):
    """What no colour exposes is of bounded light, and a layer below none goes on in a line."""
    cam = camera(negative)
    stage = Unexposure(
        exposure_weight=cam.exposure_weight("rgb"), upsampling="measured", to_space=np.eye(3)
    )
    ratio = np.linspace(-0.5, 1.5, 81)
    planes = np.stack(np.broadcast_arrays(ratio, 1.0, ratio[:, None]))
    white = stage.tables()["white_exposure"][:, None, None]
    got = apply(device, stage, (white * planes).astype(np.float32))
    assert np.isfinite(got).all()
    assert np.abs(got).max() < 4  # where white of that exposure is 1.5
    below = got[:, 60, :21]  # blue as much as green, red from half of it below 0 up to none
    # Straight to float32: three sums of ones.
    assert np.abs(np.diff(below, n=2, axis=-1)).max() < 2e-6
    assert (np.diff(below[0]) > 0).all()


def test_what_failed_of_reciprocity_is_light_again(negative):
    short = Undevelopment(
        curve=negative.tone_curve, coupling=np.zeros((3, 3)), efficiency=np.ones(3)
    )
    long = replace(short, efficiency=np.array([0.5, 1, 1]))
    assert long.highest_exposure == pytest.approx(short.highest_exposure * [2, 1, 1])
