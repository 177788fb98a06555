"""Every stage of the reference is differentiable: its slopes are those of finite differences."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from reference.stages import (
    adjacency,
    balance,
    common,
    densitometry,
    display,
    optics,
    printing,
    projection,
    reciprocity,
    tone_curve,
    transmission,
)
from spectral_film.emulsion.stocks import load_print
from spectral_film.light.spectra import illuminant, observer
from spectral_film.stages.tone_curve import curve_tables

PITCH_UM = (6.0, 5.0)
BANDS = 7
_random = np.random.default_rng(7)


def positive(*shape, low=0.2, high=1.0):
    """Random numbers well away from zero and from each other's floors."""
    return jnp.asarray(_random.uniform(low, high, shape))


EXPOSURE = positive(3, 5, 4)
DYES = positive(3, 2, 3)
CURVE = {
    "density_range": positive(3, 2),
    "log_exposure_mid": positive(3, 2, low=-1.5, high=0.0),
    "log_exposure_spread": positive(3, 2),
    "exponent": positive(3, 2, low=0.8, high=1.5),
}
SPECTRA = {"dye_density": positive(3, BANDS), "dmin_density": positive(BANDS)}
CORE_SKIRT = {
    "core_sigma_um": positive(3, low=0.7, high=2.0),
    "skirt_weight": positive(3, low=0.2, high=0.8),
    "skirt_length_um": positive(3, low=3.0, high=9.0),
}


def scattered(exposure, **parameters):
    return optics.optics(
        exposure,
        parts=optics.scatter_parts(**parameters, reach_um=(12.0, 30.0), detail_um=(0.5, 1.0)),
        pitch_um=PITCH_UM,
    )


def spread_cauchy(exposure, cauchy_radius_um):
    density = partial(optics.cauchy_density, cauchy_radius_um=cauchy_radius_um)
    return optics.optics(
        exposure,
        parts=[common.Part(jnp.ones(3), density, 30.0, 1.0)],
        pitch_um=PITCH_UM,
    )


def thrown_back(profile, cycles_per_mm, base_um, base_index, veil_ratio):
    frequency = cycles_per_mm / 1000
    halo = optics.halation_otf(
        frequency, base_um=base_um, base_index=base_index, reach_um=2000.0, profile=profile
    )
    return optics.with_halation(jnp.ones((3, len(frequency))), halo, veil_ratio=veil_ratio)


def seen_by_eye(xyz, adapting_white, peak_luminance, display_name):
    linear = display.display_linear(
        xyz,
        adapting_white=adapting_white,
        peak_luminance=peak_luminance,
        display=display_name,
    )
    return display.encode(display.within_gamut(linear, display=display_name), display=display_name)


COUPLING = {"coupling": positive(3, 3, high=0.3), "length_um": jnp.asarray(11.0)}
HALATION = (jnp.linspace(0, 4, 5), jnp.asarray(140.0), jnp.asarray(1.48), positive(3))
SCREEN = (positive(3, 2, 2), jnp.array([0.95, 1.0, 1.1]), jnp.asarray(0.87))
PRINTER = {
    "printer_lamp": positive(BANDS),
    "spectral_sensitivity": positive(3, BANDS),
    "offset": positive(3),
    "printer_points": jnp.array([25.0, 27.0, 22.0]),
}
BALANCE = {name: PRINTER[name] for name in ("printer_lamp", "spectral_sensitivity")}

PRINT_FILM = load_print("2383")  # made-up curves and dyes need not reach a neutral


def balanced(white, flare, curve, spectra):
    lights = {
        "projector_lamp": jnp.asarray(illuminant(PRINT_FILM.projector_lamp)),
        "observer": jnp.asarray(observer()),
    }
    start = jnp.asarray(PRINT_FILM.lad.log_exposure)
    return balance.neutral_log_exposure(
        start, white=white, flare=flare, curve=curve, screen=spectra | lights
    )


STAGES = {
    "scatter": (scattered, (EXPOSURE,), CORE_SKIRT),
    "cauchy": (spread_cauchy, (EXPOSURE, positive(3, low=2.0, high=4.0)), {}),
    "ring": (partial(thrown_back, "ring"), HALATION, {}),
    "diffuse veil": (partial(thrown_back, "diffuse"), HALATION, {}),
    "reciprocity": (
        partial(reciprocity.reciprocity, shutter_s=10.0),
        (EXPOSURE,),
        {"exponent": positive(3)},
    ),
    "adjacency": (
        partial(adjacency.adjacency, reach_um=88.0, detail_um=2.0, pitch_um=PITCH_UM),
        (EXPOSURE,),
        COUPLING | CURVE,
    ),
    "density adjacency": (
        partial(adjacency.density_adjacency, reach_um=88.0, detail_um=2.0, pitch_um=PITCH_UM),
        (DYES,),
        {"gain": positive(3), "length_um": jnp.asarray(11.0)},
    ),
    "tone curve": (tone_curve.tone_curve, (EXPOSURE,), CURVE),
    "characteristic curve": (common.characteristic_curve, (jnp.log10(EXPOSURE),), CURVE),
    "transmission": (
        transmission.transmitted,
        (DYES,),
        SPECTRA | {"response": positive(3, BANDS)},
    ),
    "densitometry": (
        densitometry.read_density,
        (DYES,),
        SPECTRA | {"response": positive(3, BANDS)},
    ),
    "printing": (printing.print_onto, (DYES,), SPECTRA | PRINTER),
    "printer balance": (
        printing.balance,
        (positive(3),),
        SPECTRA | BALANCE | {"log_exposure": positive(3)},
    ),
    "neutral balance": (
        balanced,
        (jnp.array([0.84, 0.90, 0.85]), jnp.asarray(0.001)),
        {
            "curve": {n: jnp.asarray(t) for n, t in curve_tables(PRINT_FILM.tone_curve).items()},
            "spectra": {name: jnp.asarray(getattr(PRINT_FILM, name)) for name in SPECTRA},
        },
    ),
    "projection": (
        projection.project,
        (DYES,),
        SPECTRA
        | {
            "projector_lamp": positive(BANDS),
            "observer": positive(3, BANDS),
            "flare": jnp.asarray(0.001),
        },
    ),
    "sRGB": (partial(seen_by_eye, display_name="sRGB"), SCREEN, {}),
    "P3-DCI": (partial(seen_by_eye, display_name="P3-DCI"), SCREEN, {}),
}


@pytest.mark.parametrize("name", STAGES)
def test_slopes_are_those_of_finite_differences(name):
    stage, arrays, keywords = STAGES[name]

    def of_all(arguments, named):
        return stage(*arguments, **named)

    # Central differences over 1e-5 in float64 lose about 1e-10 to curvature and 1e-11 / 1e-5 to
    # rounding; the largest second derivatives here are of order 100.
    check_grads(
        jax.jit(of_all), (arrays, keywords), order=1, modes=("fwd", "rev"), eps=1e-5, rtol=2e-5
    )
