"""The print's exposure at the laboratory aim density (LAD)."""

import jax.numpy as jnp
import numpy as np
import optimistix as optx
from jaxtyping import Array, Float64

from reference.fit.curves import FittedCurves
from reference.fit.solve import keep
from reference.stages.common import characteristic_curve
from reference.stages.densitometry import read_density
from spectral_film.errors import InputError


def lad_log_exposure(curves: FittedCurves, aim_density: np.ndarray) -> np.ndarray:
    """Log exposure of each print layer whose patch reads `aim_density`, (layer,).

    Solved through the fitted curves, dyes and base, so the film file hits its aim exactly;
    inverting the published curves instead would miss it by their residual.

    Args:
        curves: The print's.
        aim_density: Status densities of the printed grey card, (record,).

    Raises:
        InputError: the aim lies beyond what the print can reach.
    """
    aim = jnp.asarray(aim_density)

    def miss(log_exposure: Float64[Array, " layer"], _: None) -> Float64[Array, " record"]:
        dyes = characteristic_curve(log_exposure[:, None, None], **curves.curve())
        return read_density(dyes, **curves.spectra())[:, 0, 0] - aim

    steps = np.linspace(-6, 6, 1201)
    readings = curves.read(steps)
    start = [np.interp(a, reading, steps) for a, reading in zip(aim_density, readings, strict=True)]
    solver: optx.AbstractRootFinder = optx.Newton(rtol=1e-12, atol=1e-12)
    found: optx.Solution = optx.root_find(
        miss, solver, jnp.asarray(start), max_steps=50, throw=False
    )
    if found.result != optx.RESULTS.successful or not np.isfinite(found.value).all():
        raise InputError(
            f"no exposure of the print reads {aim_density}; it reaches "
            f"{readings[:, 0].round(2)} to {readings[:, -1].round(2)}, check lad.aim_density"
        )
    return keep(found.value)
