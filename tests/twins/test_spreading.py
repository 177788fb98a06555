"""What looks around a pixel, against its float64 twin: scatter, halation, diffusing inhibitors."""

from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages import adjacency as reference_adjacency
from reference.stages import optics as reference_optics
from reference.stages import tone_curve as reference_tone_curve
from reference.stages.common import Part
from spectral_film.device.planes import Region
from spectral_film.emulsion.spread import Cauchy, Exponential, Mixture
from spectral_film.path.order import Step
from spectral_film.path.plan import Plan
from spectral_film.stages import adjacency, optics
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply
from spectral_film.stages.tone_curve import Development, curve_tables

# One pixel, a row, and a real plane with odd sides.
SIZES = [(1, 1), (1, 19), (37, 61)]
PITCH_UM = (6.1, 5.3)


def double(planes) -> jnp.ndarray:
    return jnp.asarray(planes, jnp.float64)


def light(rng, size):
    """Four decades of lux s, at random."""
    return (10 ** rng.uniform(-3, 1, (3, *size))).astype(np.float32)


def run(device, exposure, *stages):
    """What stages, one after the other, make of whole frames."""
    steps = tuple(Step(type(stage).__name__, stage) for stage in stages)
    return Plan(device, steps, Region(0, 0, *exposure.shape[:0:-1])).run(exposure)


def assert_spread(got, expected):
    """A sum of positive terms rounds by 6e-8 of what it is each time, some 80 times as it grows."""
    assert_planes_agree(got, expected, rtol=5e-6)


@pytest.mark.parametrize("size", SIZES)
def test_scatter(device, rng, negative, size):
    planes = light(rng, size)
    stage = optics.of_negative(negative, PITCH_UM, backing=None, halation=False, scatter=True)
    expected = np.empty_like(planes)
    for layer in range(3):
        (_, core), (weight, skirt) = stage.layers[layer].parts
        parts = reference_optics.scatter_parts(
            core_sigma_um=double([core.sigma_um]),
            skirt_weight=double([weight]),
            skirt_length_um=double([skirt.length_um]),
            reach_um=(core.reach_um, skirt.reach_um),
            detail_um=(core.detail_um, skirt.detail_um),
        )
        expected[layer] = reference_optics.optics(
            double(planes[[layer]]), parts=parts, pitch_um=PITCH_UM
        )[0]
    assert_spread(apply(device, stage, planes), expected)


@pytest.mark.parametrize("backing", ["rem-jet", "none"])
@pytest.mark.parametrize("size", [(1, 1), (37, 61)])
def test_halation(device, rng, negative, size, backing):
    planes = light(rng, size)
    pitch_um = (24.4, 21.2)  # coarse, so that a halo of 2.6 mm fits the float64 twin
    stage = optics.of_negative(negative, pitch_um, backing=backing, halation=True, scatter=False)
    halo, veil = stage.layers[0].parts[1][1], negative.halation[backing].veil_ratio
    density = partial(
        reference_optics.halation_density,
        base_um=double(halo.base_um),
        base_index=double(halo.base_index),
        reach_um=halo.nominal_reach_um,
        profile=halo.profile,
    )
    parts = [Part(jnp.ones(1), density, halo.reach_um, halo.detail_um)]
    thrown_back = reference_optics.optics(double(planes), parts=parts, pitch_um=pitch_um)
    share = double(veil / (1 + veil))[:, None, None]
    assert_spread(apply(device, stage, planes), (1 - share) * double(planes) + share * thrown_back)


def test_cauchy_scatter(device, rng):
    planes = light(rng, (37, 61))
    cauchy = Cauchy(1.7)
    layers = (Mixture(((1.0, cauchy),)),) * 3
    stage = optics.Spreading(layers=layers, pitch_um=PITCH_UM, contrast=optics.SCENE_CONTRAST)
    density = partial(reference_optics.cauchy_density, cauchy_radius_um=double([cauchy.radius_um]))
    parts = [Part(jnp.ones(1), density, cauchy.reach_um, cauchy.detail_um)]
    expected = reference_optics.optics(double(planes), parts=parts, pitch_um=PITCH_UM)
    assert_spread(apply(device, stage, planes), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("diffuses", [True, False])
def test_adjacency(device, rng, negative, size, diffuses):
    planes = 10 ** rng.uniform(-12, 6, (3, *size))
    planes[rng.uniform(size=planes.shape) < 0.05] = 0
    planes = planes.astype(np.float32)
    model, curve = negative.adjacency, negative.tone_curve
    tables = {name: double(table) for name, table in curve_tables(curve).items()}
    spread = Exponential(model.length_um if diffuses else 0.0)
    effective = reference_adjacency.adjacency(
        double(planes),
        coupling=double(model.coupling),
        length_um=double(spread.length_um),
        reach_um=spread.reach_um,
        detail_um=spread.detail_um,
        pitch_um=PITCH_UM,
        **tables,
    )
    expected = reference_tone_curve.tone_curve(effective, **tables)
    diffusion = adjacency.diffusion(model.length_um, adjacency.INHIBITOR, PITCH_UM)
    got = run(
        device,
        planes,
        adjacency.Release(coupling=model.coupling, curve=curve),
        *([diffusion] if diffuses else []),
        adjacency.Inhibition(coupling=model.coupling, curve=curve),
    )
    # As the tone curve; straight lines in the table of what a neutral patch holds back are off by
    # 1e-6 of a log exposure, and three spread dyes of 1e-6 act by couplings below .3.
    assert_planes_agree(got, expected, atol=5e-6)


def test_the_classical_edge_effect(device, rng, negative):
    planes, curve = light(rng, (37, 61)), negative.tone_curve
    tables = {name: double(table) for name, table in curve_tables(curve).items()}
    gain, spread = np.array([0.25, 0.3, 0.2]), Exponential(10.0)
    expected = reference_adjacency.density_adjacency(
        reference_tone_curve.tone_curve(double(planes), **tables),
        gain=double(gain),
        length_um=double(spread.length_um),
        reach_um=spread.reach_um,
        detail_um=spread.detail_um,
        pitch_um=PITCH_UM,
    )
    diffusion = adjacency.diffusion(spread.length_um, DYES, PITCH_UM)
    got = run(device, planes, Development(curve=curve), diffusion, adjacency.EdgeEffect(gain=gain))
    # As the tone curve, with a third of the blur's 5e-6 of a dye of 2.5.
    assert_planes_agree(got, expected, atol=6e-6)
