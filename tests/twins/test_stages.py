"""Each kernel against its float64 twin in `reference/`, over its whole range and odd sizes, and in
every form that a device may take.

The bounds are what float32 allows, each with its reason; the aim of the whole is 1e-5 in density.
What spreads is in `test_spreading.py`.
"""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages import balance as reference_balance
from reference.stages import densitometry as reference_densitometry
from reference.stages import display as reference_display
from reference.stages import exposure as reference_exposure
from reference.stages import printing as reference_printing
from reference.stages import projection as reference_projection
from reference.stages import reciprocity as reference_reciprocity
from reference.stages import tone_curve as reference_tone_curve
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.emulsion.stocks import load_print
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.spectra import illuminant, observer, resampling, status_response
from spectral_film.light.upsampling import upsampling_table
from spectral_film.stages import balance, densitometry
from spectral_film.stages.display import Display
from spectral_film.stages.exposure import Camera
from spectral_film.stages.printing import Printer, grey_card_dyes
from spectral_film.stages.projection import Projector
from spectral_film.stages.reciprocity import Reciprocity
from spectral_film.stages.stage import apply
from spectral_film.stages.tone_curve import Development, curve_tables

# One pixel, less than a vector, a vector and a bit, and a real plane with odd sides.
SIZES = [(1, 1), (1, 7), (3, 19), (37, 61)]


def double(planes) -> jnp.ndarray:
    return jnp.asarray(planes, jnp.float64)


def exposures(rng, size):
    """Eighteen decades of lux s, some below the floor, some none at all."""
    planes = 10 ** rng.uniform(-12, 6, (3, *size))
    planes[rng.uniform(size=planes.shape) < 0.05] = 0
    return planes.astype(np.float32)


# Compiled whole, once for all devices and stocks; piece by piece they take as long again each time.
expose_rgb = jax.jit(reference_exposure.expose_rgb)
neutral_log_exposure = jax.jit(reference_balance.neutral_log_exposure)


@pytest.fixture(params=["measured", "jakob-hanika"])
def camera(negative, request):
    return Camera(
        spectral_sensitivity=negative.spectral_sensitivity,
        balance=negative.balance,
        illuminant="A",
        grey_lux_s=negative.grey_lux_s(),
        upsampling=request.param,
    )


def surfaces_at_nodes(prior: str) -> jnp.ndarray:
    """Of the up-sampling table, by the twin."""
    table = upsampling_table()
    plain = double(table.upsampling_coefficients)
    if prior == "jakob-hanika":
        return reference_exposure.surfaces_at_nodes(
            parabola=plain[..., :3], gain=plain[..., 3], bend=0.0
        )
    return reference_exposure.surfaces_at_nodes(
        parabola=double(table.bent_coefficients),
        gain=plain[..., 3],
        bend=double(table.bend_amount) @ double(table.bend_basis),
    )


@pytest.mark.parametrize("size", SIZES)
def test_exposure_of_rgb(device, rng, camera, size):
    rgb = rng.uniform(-0.1, 1, (3, *size)) * 10 ** rng.uniform(-6, 5, size)
    rgb[:, rng.uniform(size=size) < 0.1] = 0
    rgb = rgb.astype(np.float32)
    got = apply(device, camera.stage("rgb", None), rgb)
    table = upsampling_table()
    exposure = surfaces_at_nodes(camera.upsampling) @ double(camera.exposure_weight("rgb")).T
    expected = expose_rgb(
        double(rgb),
        node_exposure=jnp.pad(exposure, ((0, 0), (0, 0), (0, 0), (0, 1))),
        lowest_ratio=double(table.lowest_ratio),
        luminance_weight=double(table.luminance_weight),
    )
    # A sum of four positive terms, a dozen roundings of 6e-8; but where a ratio lies between two
    # nodes is known to 96 times that, and towards the locus nodes differ by ten times and more.
    lit = np.asarray(expected) > 0
    assert (got[~lit] == 0).all()
    np.testing.assert_allclose(np.log10(got[lit]), np.log10(expected[lit]), rtol=0, atol=3e-5)


@pytest.mark.parametrize("size", SIZES)
def test_exposure_of_spectra(device, rng, camera, size):
    bands = np.arange(380.0, 741.0, 20.0)
    planes = (10 ** rng.uniform(-4, 4, (len(bands), *size))).astype(np.float32)
    weight = camera.exposure_weight("radiance") @ resampling(bands)
    expected = reference_exposure.expose_spectra(double(planes), exposure_weight=double(weight))
    # A sum of 19 positive terms: 20 roundings of 6e-8.
    assert_planes_agree(apply(device, camera.stage("radiance", bands), planes), expected, rtol=2e-6)


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
    tables = {name: double(table) for name, table in curve_tables(curve).items()}
    expected = reference_tone_curve.tone_curve(double(planes), **tables)
    # log10 H is exact to 5e-7 at |h| = 12; the print's slope of 4.5 makes 2e-6 of it.
    assert_planes_agree(apply(device, Development(curve=curve), planes), expected, atol=4e-6)


@pytest.mark.parametrize("shutter_s", [1 / 50, 10.0])
def test_reciprocity(device, rng, negative, shutter_s):
    planes = exposures(rng, (3, 19))
    stage = Reciprocity(reciprocity_exponent=negative.reciprocity_exponent, shutter_s=shutter_s)
    expected = reference_reciprocity.reciprocity(
        double(planes), exponent=double(negative.reciprocity_exponent), shutter_s=shutter_s
    )
    assert_planes_agree(apply(device, stage, planes), expected, rtol=2e-7)  # one multiplication


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("reading", ["status of the negative", "status of the print", "printing"])
def test_densitometry(device, rng, negative, print_film, size, reading):
    if reading == "printing":
        film, stage = negative, densitometry.printing_density(negative, print_film)
        seen = print_film.spectral_sensitivity * print_film.printer_light()
        response = seen / seen.sum(axis=1, keepdims=True)
    else:
        film = negative if reading == "status of the negative" else print_film
        stage = densitometry.status_density(film)
        response = status_response(film.densitometry)
    dyes = rng.uniform(-0.05, 4, (3, *size)).astype(np.float32)
    expected = reference_densitometry.read_density(
        double(dyes),
        dye_density=double(film.dye_density),
        dmin_density=double(film.dmin_density),
        response=double(response),
    )
    # exp2 to 8e-8 of exponents up to 16, whose own rounding is 1e-6 of a factor of two.
    assert_planes_agree(apply(device, stage, dyes), expected, atol=2e-6)


def test_cineon_codes(device, rng, negative, print_film):
    seen = densitometry.printing_densitometer(negative, print_film)
    base = densitometry.base_density(seen)
    dyes = rng.uniform(0, 2, (3, 3, 19)).astype(np.float32)
    density = apply(device, densitometry.printing_density(negative, print_film), dyes)
    density[:, 0, :3] = np.stack(
        [base - 1, base + 3, base], axis=1
    )  # beyond both ends, and where codes begin
    expected = 95 + (density.astype(float) - base[:, None, None]) / 0.002
    got = apply(device, densitometry.Cineon(base_density=base), density)
    assert_planes_agree(got, np.clip(expected, 0, 1023), atol=1e-3)  # 2e-6 of density


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("points", [(25.0, 25.0, 25.0), (31.0, 22.5, 40.0)])
def test_printing(device, rng, negative, print_film, size, points):
    dyes = rng.uniform(0, 3, (3, *size)).astype(np.float32)
    aim = np.array([0.75, 0.69, 0.67])
    printer = Printer(
        negative=negative, print_film=print_film, aim_log_exposure=aim, printer_points=points
    )
    common = {
        "dye_density": double(negative.dye_density),
        "dmin_density": double(negative.dmin_density),
        "printer_lamp": double(print_film.printer_light()),
        "spectral_sensitivity": double(print_film.spectral_sensitivity),
    }
    offset = reference_printing.balance(
        double(grey_card_dyes(negative)),
        log_exposure=double(aim),
        **common,
    )
    expected = reference_printing.print_onto(
        double(dyes), offset=offset, printer_points=double(points), **common
    )
    # As in densitometry.
    got = apply(device, printer.stage(), dyes)
    assert_planes_agree(np.log10(got), np.log10(expected), atol=2e-6)


@pytest.mark.parametrize("flare", [0.0, 0.001, 0.1])
@pytest.mark.parametrize("white", ["clear film", "lamp"])
@pytest.mark.parametrize(("stock", "share"), [("2383", None), ("endura-premier", 0.18)])
def test_balance(stock, share, white, flare):
    print_film = load_print(stock)
    projector = Projector(film=print_film, lamp=print_film.projector_lamp, flare=flare)
    adapting = projector.open_gate() if white == "lamp" else projector.clear_film()
    expected = neutral_log_exposure(
        double(print_film.lad.log_exposure),
        white=double(adapting),
        flare=double(flare),
        curve={name: double(table) for name, table in curve_tables(print_film.tone_curve).items()},
        screen={
            "dye_density": double(print_film.dye_density),
            "dmin_density": double(print_film.dmin_density),
            "projector_lamp": double(illuminant(print_film.projector_lamp)),
            "observer": double(observer()),
        },
        seen=0.1 if share is None else share * float(replace(projector, flare=0.0).clear_film()[1]),
    )
    got = balance.neutral_log_exposure(print_film, projector, adapting)
    # Both stop at 1e-12 of density or better, and a layer gains 2 or more of it with exposure.
    assert got == pytest.approx(np.asarray(expected), abs=1e-11)


@pytest.mark.parametrize("flare", [0.0, 0.001, 0.1])
@pytest.mark.parametrize("size", SIZES)
def test_projection(device, rng, print_film, size, flare):
    dyes = rng.uniform(0, 4, (3, *size)).astype(np.float32)
    expected = reference_projection.project(
        double(dyes),
        dye_density=double(print_film.dye_density),
        dmin_density=double(print_film.dmin_density),
        projector_lamp=double(illuminant(print_film.projector_lamp)),
        observer=double(observer()),
        flare=flare,
    )
    projector = Projector(film=print_film, lamp=print_film.projector_lamp, flare=flare)
    # 2e-6 in density.
    assert_planes_agree(apply(device, projector.stage(), dyes), expected, rtol=5e-6)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("encode", [False, True])
def test_display(device, rng, size, display, compress, encode):
    xyz = (10 ** rng.uniform(-4, 0.2, (3, *size))).astype(np.float32)
    white = np.array([0.93, 1.0, 1.05])
    stage = Display(
        display=display,
        adapting_white=white,
        peak_luminance=0.87,
        compress=compress,
        encode=encode,
    )
    expected = reference_display.display_linear(
        double(xyz),
        adapting_white=double(white),
        peak_luminance=double(0.87),
        display=display,
    )
    if compress:
        expected = reference_display.within_gamut(expected, display=display)
    # Saturated colours cancel in the matrix: 1e-6 of the largest XYZ, 4 after the matrix.
    got = apply(device, stage, xyz)
    if not encode:
        assert_planes_agree(got, expected, atol=4e-6)
        return
    # What is rolled in lies as near to none as two roundings of the grey it is a difference from,
    # which is 2.5e-7 of the brightest here: near black the slope of a 1/2.6 power makes .003 of it.
    # Beside that, 16-bit codes to a fifth of a step.
    rounded = 2.5e-7 if compress else 0.0
    codes = [
        np.asarray(reference_display.encode(expected + off, display=display))
        for off in (0.0, -rounded, rounded)
    ]
    assert_planes_agree(got, np.clip(got, codes[1], codes[2]), atol=3e-4)
    bright = codes[0] > 0.05
    # By the slope at .05, 13, what is rolled in and known to 5e-7 of white is known to 7e-6.
    atol = 1e-5 if compress else 3e-6
    np.testing.assert_allclose(got[bright], codes[0][bright], rtol=0, atol=atol)


def test_light_far_outside_the_display(device, rng):
    """What no screen shows: no luminance or less, a hundred times white, ramps across the knee."""
    ramp = np.linspace(-2, 4, 61)
    along = np.stack([ramp, 0.3 + 0 * ramp, 0.2 + 0 * ramp])
    rgb = np.concatenate(
        [rng.normal(size=(3, 400)) * 10 ** rng.uniform(-3, 2, 400), along, along[::-1]], axis=1
    )
    standard = DISPLAYS["P3-D65"]
    xyz = (standard.rgb_to_xyz() @ rgb)[:, None].astype(np.float32)
    white = standard.rgb_to_xyz().sum(axis=1)
    stage = Display(
        display="P3-D65", adapting_white=white, peak_luminance=1.0, compress=True, encode=False
    )
    light = reference_display.display_linear(
        double(xyz), adapting_white=double(white), peak_luminance=double(1.0), display="P3-D65"
    )
    expected = reference_display.within_gamut(light, display="P3-D65")
    # Where luminance is little beside what cancels in it, it is known to 1e-6 of that.
    slack = 4e-6 * np.maximum(1, np.abs(light).max(axis=0))
    got = apply(device, stage, xyz)
    assert (np.abs(got - expected) <= slack).all()
    assert (np.asarray(expected) == 0).all(axis=0).any()
