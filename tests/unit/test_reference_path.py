"""Known physics of the chain after the optics: development, printing, projection, display."""

from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest

from reference.stages.adjacency import adjacency, density_adjacency
from reference.stages.densitometry import read_density
from reference.stages.display import DISPLAYS, display_linear, encode, rgb_to_xyz
from reference.stages.optics import optics, scatter_parts
from reference.stages.printing import balance, print_onto
from reference.stages.projection import FLARE, project
from reference.stages.reciprocity import reciprocity
from reference.stages.tone_curve import tone_curve
from reference.stages.transmission import transmitted

CURVE = {
    "density_range": jnp.array([[0.5, 0.6, 0.8], [0.5, 0.6, 1.0], [0.5, 0.7, 0.8]]),
    "log_exposure_mid": jnp.array([[-2.2, -1.1, 0.0]] * 3),
    "log_exposure_spread": jnp.array([[0.8, 1.1, 1.3]] * 3),
    "exponent": jnp.ones((3, 3)),
}
COUPLING = jnp.array([[0.21, 0.23, 0.09], [0.18, 0.14, 0.21], [0.05, 0.18, 0.30]])
LENGTH_UM = 11.0
PITCH_UM = (2.0, 2.0)
spread = partial(
    adjacency,
    coupling=COUPLING,
    length_um=jnp.asarray(LENGTH_UM),
    reach_um=8 * LENGTH_UM,
    detail_um=1.0,
    pitch_um=PITCH_UM,
    **CURVE,
)


EMULSION = scatter_parts(
    core_sigma_um=jnp.full(3, 0.7),
    skirt_weight=jnp.array([0.93, 0.74, 0.79]),
    skirt_length_um=jnp.array([4.9, 4.0, 3.0]),
    reach_um=(4.2, 48.0),
    detail_um=(0.2, 1.0),
)


def edge(dark: float, bright: float) -> jnp.ndarray:
    """A neutral knife edge between two log exposures, (3, 4, 120)."""
    log_exposure = jnp.where(jnp.arange(120) < 60, dark, bright)
    return jnp.broadcast_to(10**log_exposure, (3, 4, 120))


def test_one_logistic_is_half_developed_at_its_middle():
    one = {
        "density_range": jnp.full((3, 1), 2.0),
        "log_exposure_mid": jnp.full((3, 1), -1.0),
        "log_exposure_spread": jnp.full((3, 1), 0.7),
        "exponent": jnp.ones((3, 1)),
    }
    exposure = 10 ** jnp.broadcast_to(jnp.array([-1.7, -1.0, -0.3]), (3, 1, 3))
    dyes = np.asarray(tone_curve(exposure, **one)[0, 0])
    # One spread off the middle, developed : undeveloped is 1 : 10.
    assert dyes == pytest.approx([2 / 11, 1.0, 20 / 11], rel=1e-12)


def test_curve_is_finite_and_rises_from_no_light_to_the_sun():
    light = jnp.concatenate([jnp.zeros(1), jnp.logspace(-12, 9, 400)])
    dyes = np.asarray(tone_curve(jnp.broadcast_to(light, (3, 1, 401)), **CURVE))
    assert np.isfinite(dyes).all()
    assert (np.diff(dyes) >= 0).all()
    # A straight exponential toe: 8 decades under grey hold less than any densitometer reads.
    assert dyes[..., 0].max() < 1e-4
    assert dyes[:, 0, -1] == pytest.approx(np.asarray(CURVE["density_range"].sum(1)), abs=1e-3)


@pytest.mark.parametrize("log_exposure", [-4.0, -2.5, -1.3, 0.5])
def test_an_even_neutral_patch_keeps_its_exposure(log_exposure):
    """The published neutral curve already contains it all: docs/physics.md, Adjacency."""
    patch = jnp.full((3, 5, 7), 10**log_exposure)
    assert np.asarray(spread(patch) / patch) == pytest.approx(1.0, abs=1e-12)  # FFT rounding


def test_an_even_coloured_patch_is_the_same_with_and_without_diffusion():
    patch = jnp.broadcast_to(jnp.array([0.3, 0.05, 0.01])[:, None, None], (3, 6, 8))
    diffused = spread(patch)
    at_a_point = spread(patch, length_um=jnp.asarray(0.0), reach_um=0.0)
    assert np.asarray(diffused / at_a_point) == pytest.approx(1.0, abs=1e-12)
    # Red is brightest: it sees less inhibitor than in a neutral, so it gains; blue loses.
    gain = np.asarray(at_a_point / patch)[:, 0, 0]
    assert gain[0] > 1 > gain[2]


def test_edges_get_mackie_lines_and_never_fall_below_the_unexposed_film():
    soft = optics(edge(-2.0, -0.5), parts=EMULSION, pitch_um=PITCH_UM)
    dyes = np.asarray(tone_curve(spread(soft), **CURVE))[:, 0]
    plain = np.asarray(tone_curve(edge(-2.0, -0.5), **CURVE))[:, 0]
    step = plain[:, -1] - plain[:, 0]
    overshoot = (dyes.max(axis=1) - plain[:, -1]) / step
    undershoot = (plain[:, 0] - dyes.min(axis=1)) / step
    # 3.4 % and 3.1 % were found for a coupling 15 % weaker; MTF curves of such negatives stand
    # 1 to 10 % over 100 (docs/physics.md, Adjacency).
    assert ((overshoot > 0.01) & (overshoot < 0.10)).all()
    assert ((undershoot > 0.01) & (undershoot < 0.10)).all()

    deep = np.asarray(tone_curve(spread(edge(-3.4, 0.6)), **CURVE))
    assert deep.min() > 0


def test_the_classical_form_does_fall_below_the_unexposed_film():
    """Why it is not the default (docs/physics.md, Adjacency)."""
    dyes = tone_curve(edge(-3.4, 0.6), **CURVE)
    classical = density_adjacency(
        dyes,
        gain=jnp.full(3, 0.285),
        length_um=jnp.asarray(LENGTH_UM),
        reach_um=8 * LENGTH_UM,
        detail_um=1.0,
        pitch_um=PITCH_UM,
    )
    assert float(classical.min()) < 0
    flat = jnp.full((3, 6, 6), 0.7)
    kept = density_adjacency(
        flat,
        gain=jnp.full(3, 0.285),
        length_um=jnp.asarray(LENGTH_UM),
        reach_um=8 * LENGTH_UM,
        detail_um=1.0,
        pitch_um=PITCH_UM,
    )
    assert np.asarray(kept) == pytest.approx(0.7, abs=1e-12)  # FFT rounding


def test_a_faint_neutral_sine_gains_as_the_linearised_formula_says():
    """1 + sum_j A_cj gamma_j (1 - B(f)), gamma_j the slope of F_j (docs/physics.md, Adjacency)."""
    period, mean = 40, -1.3
    # Three periods are read in the middle of seven; the inhibitor wanders one, 88 um.
    ripple = 1e-4 * jnp.cos(2 * jnp.pi * jnp.arange(7 * period, dtype=float) / period)
    exposure = jnp.broadcast_to(10 ** (mean + ripple), (3, 2, 7 * period))
    window = slice(2 * period, 5 * period)
    effective = np.log10(np.asarray(spread(exposure)))[:, 0, window] - mean
    gain = 2 * np.mean(effective * np.asarray(ripple)[window], axis=1) / 1e-8

    def dyes(h):
        return np.asarray(tone_curve(jnp.full((3, 1, 1), 10.0**h), **CURVE))[:, 0, 0]

    gamma = (dyes(mean + 1e-4) - dyes(mean - 1e-4)) / 2e-4
    frequency = 1 / (period * PITCH_UM[0])
    blurred = (1 + (2 * np.pi * LENGTH_UM * frequency) ** 2) ** -1.5
    expected = 1 + np.asarray(COUPLING) @ gamma * (1 - blurred)
    # The positive kernel is cut at Nyquist and rescaled: a percent of B at 2 um and 11 um.
    assert gain == pytest.approx(expected, abs=0.005)


def test_reciprocity_holds_to_one_second_and_ten_seconds_cost_two_thirds_of_a_stop():
    exponent = jnp.array([1 - (2 / 3) * np.log10(2), 0.9, 0.9])
    patch = jnp.full((3, 1, 1), 0.05)
    for shutter in (1 / 1000, 1 / 50, 1.0):
        assert np.array_equal(reciprocity(patch, exponent=exponent, shutter_s=shutter), patch)
    lost = np.log2(np.asarray(patch / reciprocity(patch, exponent=exponent, shutter_s=10.0)))
    assert lost[0, 0, 0] == pytest.approx(2 / 3, abs=1e-12)


def test_density_of_grey_dye_is_its_amount():
    """Dyes that are flat over the spectrum read alike for any densitometer: D = sum."""
    flat = {"dye_density": jnp.ones((3, 5)), "dmin_density": jnp.full(5, 0.2)}
    response = jnp.array(np.random.default_rng(1).dirichlet(np.ones(5), 3))
    dyes = jnp.array([0.1, 0.5, 0.9])[:, None, None]
    read = np.asarray(read_density(dyes, response=response, **flat))
    assert read == pytest.approx(1.7, abs=1e-12)


PRINTER = {
    "dye_density": jnp.eye(3),
    "dmin_density": jnp.array([0.2, 0.5, 0.8]),
    "printer_lamp": jnp.array([3.0, 2.0, 1.0]),
    "spectral_sensitivity": jnp.diag(jnp.array([0.1, 0.4, 0.9])),
}


def test_aim_patch_prints_to_its_aim_and_a_point_is_a_fortieth_of_a_decade():
    aim = jnp.array([0.5, 0.6, 0.7])
    log_exposure = jnp.array([0.75, 0.69, 0.67])
    offset = balance(aim, log_exposure=log_exposure, **PRINTER)
    patch = aim[:, None, None]
    normal = print_onto(patch, offset=offset, printer_points=jnp.full(3, 25.0), **PRINTER)
    assert np.log10(np.asarray(normal))[:, 0, 0] == pytest.approx(
        np.asarray(log_exposure), abs=1e-12
    )
    up = print_onto(patch, offset=offset, printer_points=jnp.array([26.0, 25, 13]), **PRINTER)
    moved = np.log10(np.asarray(up / normal))[:, 0, 0]
    assert moved == pytest.approx([0.025, 0.0, -0.3], abs=1e-12)


def test_denser_negative_prints_lighter_by_its_printing_density():
    clear = print_onto(
        jnp.zeros((3, 1, 1)), offset=jnp.zeros(3), printer_points=jnp.full(3, 25.0), **PRINTER
    )
    dense = print_onto(
        jnp.full((3, 1, 1), 1.3), offset=jnp.zeros(3), printer_points=jnp.full(3, 25.0), **PRINTER
    )
    assert np.asarray(clear / dense) == pytest.approx(10**1.3, rel=1e-12)


SCREEN = {
    "dye_density": jnp.ones((3, 4)),
    "dmin_density": jnp.zeros(4),
    "projector_lamp": jnp.array([1.0, 2.0, 3.0, 2.0]),
    "observer": jnp.array([[1.0, 0.2, 0.5, 1.0], [0.1, 0.5, 1.0, 0.4], [1.5, 0.8, 0.1, 0.0]]),
}


def test_open_gate_has_luminance_one_and_black_is_the_flare():
    gate = project(jnp.zeros((3, 1, 1)), **SCREEN)
    assert float(gate[1, 0, 0]) == pytest.approx(1.0, abs=1e-14)
    black = project(jnp.full((3, 1, 1), 50.0), **SCREEN)
    assert np.asarray(black / gate) == pytest.approx(FLARE / (1 + FLARE), rel=1e-12)


def test_flare_lies_in_the_colour_of_the_lamp():
    without = project(jnp.full((3, 1, 1), 0.3), flare=0.0, **SCREEN)
    lamp = project(jnp.zeros((3, 1, 1)), flare=0.0, **SCREEN)
    veiled = project(jnp.full((3, 1, 1), 0.3), flare=0.01, **SCREEN)
    assert np.asarray(veiled * 1.01 - without) == pytest.approx(np.asarray(lamp) * 0.01, abs=1e-14)


@pytest.mark.parametrize("name", DISPLAYS)
def test_the_adapting_white_becomes_the_display_white(name):
    lamp = jnp.array([0.945, 1.0, 1.06])
    seen = display_linear(
        (0.87 * lamp)[:, None, None],
        adapting_white=lamp,
        peak_luminance=jnp.asarray(0.87),
        display=name,
    )
    assert np.asarray(seen) == pytest.approx(1.0, abs=1e-12)
    assert np.asarray(encode(seen, display=name)) == pytest.approx(1.0, abs=1e-12)


def test_srgb_matrix_is_the_published_one():
    # IEC 61966-2-1, 7.1: printed to four decimals.
    published = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    assert np.asarray(rgb_to_xyz(DISPLAYS["sRGB"])) == pytest.approx(np.array(published), abs=7e-5)


def test_encodings_at_known_codes():
    grey = jnp.full((3, 1, 1), 0.18)

    def code(name):
        return float(encode(grey, display=name)[0, 0, 0])

    assert code("sRGB") == pytest.approx(0.4614, abs=1e-4)  # 18 % grey is sRGB code 118
    assert code("Rec.709") ** 2.4 == pytest.approx(0.18)
    assert code("Rec.2020") == code("Rec.709")
    assert code("P3-D65") ** 2.6 == pytest.approx(0.18)
    # The two pieces of the sRGB curve meet to what its rounded constants allow.
    near = jnp.array([0.0031307, 0.0031309]).reshape(1, 1, 2)
    low, high = np.asarray(encode(jnp.broadcast_to(near, (3, 1, 2)), display="sRGB"))[0, 0]
    assert 0 < high - low < 1e-5
    assert float(encode(-grey, display="sRGB").max()) == 0
    assert float(encode(0 * grey, display="Rec.709").max()) == 0


def test_transmitted_light_is_an_exponential_sum():
    dyes = jnp.array([1.0, 2.0, 0.5])[:, None, None]
    received = transmitted(
        dyes,
        dye_density=jnp.array([[0.1, 0.0], [0.0, 0.2], [0.4, 0.4]]),
        dmin_density=jnp.array([0.0, 0.3]),
        response=jnp.array([[1.0, 0.0], [0.0, 1.0], [2.0, 3.0]]),
    )[:, 0, 0]
    short, long_ = 10**-0.3, 10**-0.9  # 0.1 + 0.2, and 0.3 + 0.4 + 0.2
    assert np.asarray(received) == pytest.approx([short, long_, 2 * short + 3 * long_], rel=1e-12)
