"""What looks around a pixel, against its float64 twin: scatter, halation, diffusing inhibitors.

A reference takes longer than all that is held to it, so each is worked out once.
"""

from functools import cache, partial

import jax.numpy as jnp
import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages import adjacency as reference_adjacency
from reference.stages import bare_base as reference_bare_base
from reference.stages import optics as reference_optics
from reference.stages import tone_curve as reference_tone_curve
from reference.stages.common import Density, Part
from spectral_film.device.planes import Region
from spectral_film.emulsion.spread import Cauchy, Exponential, Mixture
from spectral_film.emulsion.stocks import load_camera_film
from spectral_film.path.order import Step
from spectral_film.path.plan import Plan
from spectral_film.stages import adjacency, optics
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply
from spectral_film.stages.tone_curve import Development, curve_tables

# One pixel, a row, and a real plane with odd sides.
SIZES = [(1, 1), (1, 19), (37, 61)]
PITCH_UM = (6.1, 5.3)
COARSE_UM = (24.4, 21.2)  # so that a halo of 2.6 mm fits the float64 twin
CAUCHY, EXPONENTIAL = Cauchy(1.7), Exponential(10.0)
GAIN = np.array([0.25, 0.3, 0.2])  # of the classical form
NEGATIVE = load_camera_film("vision3-250d")
CURVE, MODEL = NEGATIVE.tone_curve, NEGATIVE.adjacency


def double(planes) -> jnp.ndarray:
    return jnp.asarray(planes, jnp.float64)


TABLES = {name: double(table) for name, table in curve_tables(CURVE).items()}


@cache
def light(size) -> np.ndarray:
    """Four decades of lux s, at random."""
    rng = np.random.default_rng(5207)
    return (10 ** rng.uniform(-3, 1, (3, *size))).astype(np.float32)


@cache
def exposures(size) -> np.ndarray:
    """Eighteen decades of lux s, some below the floor, some none at all."""
    rng = np.random.default_rng(5207)
    planes = 10 ** rng.uniform(-12, 6, (3, *size))
    planes[rng.uniform(size=planes.shape) < 0.05] = 0
    return planes.astype(np.float32)


def run(device, exposure, *stages):
    """What stages, one after the other, make of whole frames."""
    steps = tuple(Step(type(stage).__name__, stage) for stage in stages)
    return Plan(device, steps, Region(0, 0, *exposure.shape[:0:-1])).run(exposure)


def assert_spread(got, expected):
    """A sum of positive terms rounds by 6e-8 of what it is each time, some 80 times as it grows."""
    assert_planes_agree(got, expected, rtol=5e-6)


@cache
def scatter() -> optics.Spreading:
    return optics.of_negative(NEGATIVE, PITCH_UM, backing=None, halation=False, scatter=True)


@cache
def scattered(size) -> np.ndarray:
    layers = []
    for layer, mixture in enumerate(scatter().layers):
        (_, core), (weight, skirt) = mixture.parts
        parts = reference_optics.scatter_parts(
            core_sigma_um=double([core.sigma_um]),
            skirt_weight=double([weight]),
            skirt_length_um=double([skirt.length_um]),
            reach_um=(core.reach_um, skirt.reach_um),
            detail_um=(core.detail_um, skirt.detail_um),
        )
        plane = double(light(size)[[layer]])
        layers.append(reference_optics.optics(plane, parts=parts, pitch_um=PITCH_UM)[0])
    return np.stack(layers)


@pytest.mark.parametrize("size", SIZES)
def test_scatter(device, size):
    assert_spread(apply(device, scatter(), light(size)), scattered(size))


@cache
def halation(backing) -> optics.Spreading:
    return optics.of_negative(NEGATIVE, COARSE_UM, backing=backing, halation=True, scatter=False)


@cache
def veil(backing) -> tuple[np.ndarray, Density]:
    """Light thrown back over direct light, and where it falls."""
    said = NEGATIVE.halation[backing]
    base = {"base_um": double(said.base_um), "base_index": double(said.base_index)}
    if said.profile == "diffuse":
        density = partial(
            reference_optics.halation_density, **base, reach_um=said.reach_um, profile="diffuse"
        )
        return said.veil_ratio, density
    for name in ("plate_reflectance", "plate_gap_um", "rescattered"):
        base[name] = double(getattr(said, name))
    density = reference_bare_base.bare_base_density(**base, reach_um=said.reach_um)
    return said.veil_ratio * np.asarray(reference_bare_base.over_ring(**base)), density


@cache
def thrown_back(size, backing) -> np.ndarray:
    planes, (ratio, density) = double(light(size)), veil(backing)
    halo = halation(backing).layers[0].parts[1][1]
    parts = [Part(jnp.ones(1), density, halo.reach_um, halo.detail_um)]
    halos = reference_optics.optics(planes, parts=parts, pitch_um=COARSE_UM)
    share = double(ratio / (1 + ratio))[:, None, None]
    return np.asarray((1 - share) * planes + share * halos)


@pytest.mark.parametrize("backing", ["rem-jet", "none"])
@pytest.mark.parametrize("size", [(1, 1), (37, 61)])
def test_halation(device, size, backing):
    assert_spread(apply(device, halation(backing), light(size)), thrown_back(size, backing))


@cache
def cauchy_scattered(size) -> np.ndarray:
    density = partial(reference_optics.cauchy_density, cauchy_radius_um=double([CAUCHY.radius_um]))
    parts = [Part(jnp.ones(1), density, CAUCHY.reach_um, CAUCHY.detail_um)]
    spread = reference_optics.optics(double(light(size)), parts=parts, pitch_um=PITCH_UM)
    return np.asarray(spread)


def test_cauchy_scatter(device):
    size = 37, 61
    layers = (Mixture(((1.0, CAUCHY),)),) * 3
    stage = optics.Spreading(layers=layers, pitch_um=PITCH_UM, contrast=optics.SCENE_CONTRAST)
    assert_spread(apply(device, stage, light(size)), cauchy_scattered(size))


@cache
def developed(size, length_um) -> np.ndarray:
    spread = Exponential(length_um)
    effective = reference_adjacency.adjacency(
        double(exposures(size)),
        coupling=double(MODEL.coupling),
        length_um=double(length_um),
        reach_um=spread.reach_um,
        detail_um=spread.detail_um,
        pitch_um=PITCH_UM,
        **TABLES,
    )
    return np.asarray(reference_tone_curve.tone_curve(effective, **TABLES))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("diffuses", [True, False])
def test_adjacency(device, size, diffuses):
    diffusion = adjacency.diffusion(MODEL.length_um, adjacency.INHIBITOR, PITCH_UM)
    got = run(
        device,
        exposures(size),
        adjacency.Release(coupling=MODEL.coupling, curve=CURVE),
        *([diffusion] if diffuses else []),
        adjacency.Inhibition(coupling=MODEL.coupling, curve=CURVE),
    )
    # As the tone curve; straight lines in the table of what a neutral patch holds back are off by
    # 1e-6 of a log exposure, and three spread dyes of 4e-6 act by couplings below .3.
    assert_planes_agree(got, developed(size, MODEL.length_um if diffuses else 0.0), atol=5e-6)


@cache
def sharpened(size) -> np.ndarray:
    return np.asarray(
        reference_adjacency.density_adjacency(
            reference_tone_curve.tone_curve(double(light(size)), **TABLES),
            gain=double(GAIN),
            length_um=double(EXPONENTIAL.length_um),
            reach_um=EXPONENTIAL.reach_um,
            detail_um=EXPONENTIAL.detail_um,
            pitch_um=PITCH_UM,
        )
    )


def test_the_classical_edge_effect(device):
    size = 37, 61
    diffusion = adjacency.diffusion(EXPONENTIAL.length_um, DYES, PITCH_UM)
    got = run(
        device, light(size), Development(curve=CURVE), diffusion, adjacency.EdgeEffect(gain=GAIN)
    )
    # As the tone curve, and .3 of the blur's 4e-6 of a dye, which may be 2.5.
    assert_planes_agree(got, sharpened(size), atol=6e-6)


@pytest.mark.parametrize("stage", [scatter(), halation("none")], ids=["scatter", "halation"])
def test_an_average_lies_between_the_extremes(device, stage):
    """Of black and white beside each other; where all is one value it stays."""
    planes = np.full((3, 37, 61), 0.7, np.float32)
    planes[0], planes[1, :, 30:] = 1e-3, 50
    got = apply(device, stage, planes)
    least, most = planes.min(axis=(1, 2)), planes.max(axis=(1, 2))
    # The weights of a kernel sum to 1 as float32 does.
    assert (got.min(axis=(1, 2)) >= least * (1 - 1e-6)).all()
    assert (got.max(axis=(1, 2)) <= most * (1 + 1e-6)).all()
    assert np.ptp(got[1]) > 1  # something was spread
