"""Reaction and diffusion: the engine's solution is the reference's."""

import jax.numpy as jnp
import numpy as np
import pytest

from reference.stages.reaction_diffusion import reaction_diffusion
from spectral_film.emulsion.chemistry import DURATION_S, RATE_PER_S
from spectral_film.emulsion.stocks import load_camera_film
from spectral_film.stages.reaction_diffusion import FIRST_SWEEPS, STEPS, SWEEPS, of_film
from spectral_film.stages.stage import apply


@pytest.mark.parametrize("pitch_um", [(2.0, 2.0), (6.1, 3.0), (1.0, 1e6)])
def test_the_engine_develops_as_the_reference_does(device, pitch_um):
    rng = np.random.default_rng(4830954)
    exposure = (0.05 * 10 ** rng.uniform(-3, 2.5, (3, 24, 41))).astype(np.float32)
    exposure[:, 5, 7] = 1e4  # a lamp
    stage = of_film(load_camera_film("vision3-250d"), pitch_um)
    made = apply(device, stage, exposure)
    expected = reaction_diffusion(
        jnp.asarray(exposure, float),
        log_exposure_node=jnp.asarray(stage.log_exposure_node),
        developable=jnp.asarray(stage.developable),
        inhibitor_release_s=jnp.asarray(stage.inhibitor_release_s),
        length_um=jnp.asarray(stage.length_um),
        rate_per_s=RATE_PER_S,
        duration_s=DURATION_S,
        steps=STEPS,
        first_sweeps=FIRST_SWEEPS,
        sweeps=SWEEPS,
        pitch_um=pitch_um,
    )
    # float32: dyes to 4, each of 45 steps rounding by 6e-8 of them.
    assert made == pytest.approx(np.asarray(expected), abs=1e-5)
