"""Each kernel against its float64 twin in `reference/`, over its whole range and odd sizes.

The bounds are what float32 allows, each with its reason; the aim of the whole is 1e-5 in density.
"""

from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest

from reference.stages import adjacency as reference_adjacency
from reference.stages import densitometry as reference_densitometry
from reference.stages import display as reference_display
from reference.stages import exposure as reference_exposure
from reference.stages import optics as reference_optics
from reference.stages import printing as reference_printing
from reference.stages import projection as reference_projection
from reference.stages import reciprocity as reference_reciprocity
from reference.stages import tone_curve as reference_tone_curve
from reference.stages.common import Part
from spectral_film.emulsion.film import ToneCurve
from spectral_film.emulsion.spread import Cauchy, Exponential, Mixture
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import illuminant, observer, resampling
from spectral_film.light.upsampling import upsampling_table
from spectral_film.stages import adjacency, optics
from spectral_film.stages.densitometry import (
    Cineon,
    printing_densitometer,
    status_densitometer,
)
from spectral_film.stages.display import Display
from spectral_film.stages.exposure import Exposure
from spectral_film.stages.printing import Printing, grey_card_dyes
from spectral_film.stages.projection import Projection
from spectral_film.stages.reciprocity import Reciprocity
from spectral_film.stages.signals import EXPOSURE_FLOOR
from spectral_film.stages.tone_curve import curve_arguments, develop

# One pixel, less than a vector, a vector and a bit, and a real plane with odd sides.
SIZES = [(1, 1), (1, 7), (3, 11), (37, 61)]
PITCH = (6.1, 5.3)


def reference_curve(curve: ToneCurve) -> dict:
    return {name: jnp.asarray(table) for name, table in curve_arguments(curve).items()}


def exposures(rng, size):
    """Eighteen decades of lux s, some below the floor, some none at all."""
    planes = 10 ** rng.uniform(-12, 6, (3, *size))
    planes[rng.uniform(size=planes.shape) < 0.05] = 0
    return planes.astype(np.float32)


def double(planes) -> jnp.ndarray:
    return jnp.asarray(planes, jnp.float64)


@pytest.fixture
def exposure_stage(negative):
    return Exposure(
        spectral_sensitivity=negative.spectral_sensitivity,
        balance=negative.balance,
        illuminant="A",
        grey_lux_s=negative.grey_lux_s(),
    )


@pytest.mark.parametrize("size", SIZES)
def test_exposure_of_rgb(device, rng, exposure_stage, size):
    rgb = rng.uniform(-0.1, 1, (3, *size)) * 10 ** rng.uniform(-6, 5, size)
    rgb[:, rng.uniform(size=size) < 0.1] = 0
    rgb = rgb.astype(np.float32)
    got = exposure_stage(device, Scene(planes=rgb))
    table = upsampling_table()
    expected = reference_exposure.expose_rgb(
        double(rgb),
        exposure_weight=double(exposure_stage.exposure_weight("rgb")),
        upsampling_coefficients=double(table.upsampling_coefficients),
        lowest_ratio=double(table.lowest_ratio),
        luminance_weight=double(table.luminance_weight),
    )
    # Coefficients near the spectral locus reach 1e3, so the parabola x loses 1e3 * 6e-8; where
    # x is near -1e1 the reflectance follows as 1/x^2. Measured worst: 5e-6.
    lit = np.asarray(expected) > 0
    assert (got[~lit] == 0).all()
    np.testing.assert_allclose(np.log10(got[lit]), np.log10(expected[lit]), rtol=0, atol=3e-5)


@pytest.mark.parametrize("size", SIZES)
def test_exposure_of_spectra(device, rng, exposure_stage, size):
    bands = np.arange(380.0, 741.0, 20.0)
    planes = (10 ** rng.uniform(-4, 4, (len(bands), *size))).astype(np.float32)
    scene = Scene(planes=planes, kind="radiance", wavelength_nm=bands)
    weight = exposure_stage.exposure_weight("radiance") @ resampling(bands)
    expected = reference_exposure.expose_spectra(double(planes), exposure_weight=double(weight))
    # A sum of 19 positive terms: 20 roundings of 6e-8.
    np.testing.assert_allclose(exposure_stage(device, scene), expected, rtol=2e-6)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stock", ["negative", "print_film", "richards"])
def test_tone_curve(device, rng, request, size, stock):
    if stock == "richards":
        curve = ToneCurve(
            density_range=np.array([[2.1], [2.4], [2.2]]),
            log_exposure_mid=np.array([[-1.0], [-1.2], [-0.9]]),
            log_exposure_spread=np.array([[1.3], [0.9], [1.1]]),
            exponent=np.array([[0.4], [2.5], [1.0]]),
        )
    else:
        curve = request.getfixturevalue(stock).tone_curve
    planes = exposures(rng, size)
    expected = reference_tone_curve.tone_curve(double(planes), **reference_curve(curve))
    # log10 H is exact to 5e-7 at |h| = 12; the print's slope of 4.5 makes 2e-6 of it.
    np.testing.assert_allclose(develop(device, planes, curve), expected, rtol=0, atol=4e-6)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("diffusion", [True, False])
def test_adjacency(device, rng, negative, size, diffusion):
    planes = exposures(rng, size)
    stage = adjacency.of_film(negative, PITCH, diffusion=diffusion)
    spread = Exponential(stage.length_um)
    got = stage(device, planes)
    expected = reference_adjacency.adjacency(
        double(planes),
        coupling=double(negative.adjacency.coupling),
        length_um=double(stage.length_um),
        reach_um=spread.reach_um,
        detail_um=spread.detail_um,
        pitch_um=PITCH,
        **reference_curve(negative.tone_curve),
    )
    # Three dyes of 3e-7 each times couplings below .3, and the transform's 1e-6 of a dye of 2.
    lit = planes > EXPOSURE_FLOOR
    np.testing.assert_allclose(np.log10(got[lit]), np.log10(expected[lit]), rtol=0, atol=4e-6)


def test_density_adjacency(device, rng):
    dyes = rng.uniform(0, 2.5, (3, 37, 61)).astype(np.float32)
    gain = np.array([0.25, 0.3, 0.2])
    stage = adjacency.DensityAdjacency(gain=gain, length_um=10.0, pitch_um=PITCH)
    spread = Exponential(10.0)
    expected = reference_adjacency.density_adjacency(
        double(dyes),
        gain=double(gain),
        length_um=double(spread.length_um),
        reach_um=spread.reach_um,
        detail_um=spread.detail_um,
        pitch_um=PITCH,
    )
    # The transform's rounding, 1e-6 of a dye of 2.5.
    np.testing.assert_allclose(stage(device, dyes), expected, rtol=0, atol=3e-6)


@pytest.mark.parametrize("size", SIZES)
def test_scatter(device, rng, negative, size):
    planes = (10 ** rng.uniform(-3, 1, (3, *size))).astype(np.float32)
    stage = optics.of_negative(negative, PITCH, backing=None, halation=False, scatter=True)
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
            double(planes[[layer]]), parts=parts, pitch_um=PITCH
        )[0]
    # The transform rounds to about 3e-7 of the rms of the plane, 4 lux s.
    np.testing.assert_allclose(stage(device, planes), expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("backing", ["rem-jet", "none"])
@pytest.mark.parametrize("size", [(1, 1), (37, 61)])
def test_halation(device, rng, negative, size, backing):
    planes = (10 ** rng.uniform(-3, 1, (3, *size))).astype(np.float32)
    pitch = (24.4, 21.2)  # coarse, so that the 2 mm reach of the halo fits the float64 twin
    stage = optics.of_negative(negative, pitch, backing=backing, halation=True, scatter=False)
    halo, veil = stage.layers[0].parts[1][1], negative.halation[backing].veil_ratio
    density = partial(
        reference_optics.halation_density,
        base_um=double(halo.base_um),
        base_index=double(halo.base_index),
        reach_um=halo.nominal_reach_um,
        profile=halo.profile,
    )
    parts = [Part(jnp.ones(1), density, halo.reach_um, halo.detail_um)]
    thrown_back = reference_optics.optics(double(planes), parts=parts, pitch_um=pitch)
    share = double(veil / (1 + veil))[:, None, None]
    expected = (1 - share) * double(planes) + share * thrown_back
    # As in scatter.
    np.testing.assert_allclose(stage(device, planes), expected, rtol=1e-5, atol=2e-6)


def test_cauchy_scatter(device, rng):
    planes = (10 ** rng.uniform(-3, 1, (3, 37, 61))).astype(np.float32)
    cauchy = Cauchy(1.7)
    stage = optics.Optics(layers=(Mixture(((1.0, cauchy),)),) * 3, pitch_um=PITCH)
    density = partial(reference_optics.cauchy_density, cauchy_radius_um=double([cauchy.radius_um]))
    parts = [Part(jnp.ones(1), density, cauchy.reach_um, cauchy.detail_um)]
    expected = reference_optics.optics(double(planes), parts=parts, pitch_um=PITCH)
    # As in scatter.
    np.testing.assert_allclose(stage(device, planes), expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("shutter_s", [1 / 50, 10.0])
def test_reciprocity(device, rng, negative, shutter_s):
    planes = exposures(rng, (3, 11))
    stage = Reciprocity(reciprocity_exponent=negative.reciprocity_exponent, shutter_s=shutter_s)
    expected = reference_reciprocity.reciprocity(
        double(planes), exponent=double(negative.reciprocity_exponent), shutter_s=shutter_s
    )
    np.testing.assert_allclose(stage(device, planes), expected, rtol=2e-7)  # one multiplication


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("reading", ["status of the negative", "status of the print", "printing"])
def test_densitometry(device, rng, negative, print_film, size, reading):
    stage = {
        "status of the negative": status_densitometer(negative),
        "status of the print": status_densitometer(print_film),
        "printing": printing_densitometer(negative, print_film),
    }[reading]
    dyes = rng.uniform(-0.05, 4, (3, *size)).astype(np.float32)
    expected = reference_densitometry.read_density(
        double(dyes),
        dye_density=double(stage.film.dye_density),
        dmin_density=double(stage.film.dmin_density),
        response=double(stage.response),
    )
    # exp2 to 8e-8 of exponents up to 16, whose own rounding is 1e-6 of a factor of two.
    np.testing.assert_allclose(stage(device, dyes), expected, rtol=0, atol=2e-6)


def test_cineon_codes(device, rng, negative, print_film):
    seen = printing_densitometer(negative, print_film)
    dyes = rng.uniform(0, 2, (3, 3, 11)).astype(np.float32)
    density = seen(device, dyes)
    expected = 95 + (density.astype(float) - seen.base_density()[:, None, None]) / 0.002
    got = Cineon(printing=seen)(device, density)
    np.testing.assert_allclose(got, np.clip(expected, 0, 1023), atol=1e-3)  # 2e-6 of density


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("points", [(25.0, 25.0, 25.0), (31.0, 22.5, 40.0)])
def test_printing(device, rng, negative, print_film, size, points):
    dyes = rng.uniform(0, 3, (3, *size)).astype(np.float32)
    stage = Printing(negative=negative, print_film=print_film, printer_points=points)
    common = {
        "dye_density": double(negative.dye_density),
        "dmin_density": double(negative.dmin_density),
        "printer_lamp": double(print_film.printer_light()),
        "spectral_sensitivity": double(print_film.spectral_sensitivity),
    }
    offset = reference_printing.balance(
        double(grey_card_dyes(negative)),
        log_exposure=double(print_film.lad.log_exposure),
        **common,
    )
    expected = reference_printing.print_onto(
        double(dyes), offset=offset, printer_points=double(points), **common
    )
    # As in densitometry.
    np.testing.assert_allclose(np.log10(stage(device, dyes)), np.log10(expected), rtol=0, atol=2e-6)


@pytest.mark.parametrize("size", SIZES)
def test_projection(device, rng, print_film, size):
    dyes = rng.uniform(0, 4, (3, *size)).astype(np.float32)
    expected = reference_projection.project(
        double(dyes),
        dye_density=double(print_film.dye_density),
        dmin_density=double(print_film.dmin_density),
        projector_lamp=double(illuminant(print_film.projector_lamp)),
        observer=double(observer()),
    )
    got = Projection(film=print_film, lamp=print_film.projector_lamp)(device, dyes)
    np.testing.assert_allclose(got, expected, rtol=5e-6)  # 2e-6 in density


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("encode", [False, True])
def test_display(device, rng, size, display, encode):
    xyz = (10 ** rng.uniform(-4, 0.2, (3, *size))).astype(np.float32)
    white = np.array([0.93, 1.0, 1.05])
    stage = Display(display=display, adapting_white=white, peak_luminance=0.87, encode=encode)
    expected = reference_display.display_linear(
        double(xyz),
        adapting_white=double(white),
        peak_luminance=double(0.87),
        display=display,
    )
    if encode:
        expected = reference_display.encode(expected, display=display)
    # Saturated colours cancel in the matrix: 1e-6 of the largest XYZ, 4 after the matrix. The
    # slope of a 1/2.6 power is steep next to black, hence 16-bit codes to a fifth of a step.
    np.testing.assert_allclose(
        stage(device, xyz), expected, rtol=0, atol=4e-6 if not encode else 3e-4
    )
    if encode:
        bright = np.asarray(expected) > 0.05
        np.testing.assert_allclose(
            stage(device, xyz)[bright], np.asarray(expected)[bright], rtol=0, atol=3e-6
        )
