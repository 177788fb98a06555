"""Balance: the exposure on which a print shows an 18 % grey as a neutral."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float64, Int

from reference.stages.common import characteristic_curve
from reference.stages.projection import project

NEWTON_STEPS = 20  # five do
PROJECTED = 0.1  # visual density 1.00


def neutral_log_exposure(
    start: Float64[Array, " layer"],
    *,
    white: Float64[Array, " xyz"],
    flare: Float64[Array, ""],
    curve: dict[str, Float64[Array, "layer sublayer"]],
    screen: dict[str, Float64[Array, "..."]],
    seen: Float64[Array, ""] | float = PROJECTED,
) -> Float64[Array, " layer"]:
    """Log exposure of each layer of the print at which the grey has the chromaticity of `white`.

    With flare; and the luminance `seen` without.

    Args:
        start: Where Newton's method begins: the laboratory aim.
        white: XYZ that the eye has adapted to, flare included.
        flare: As in `project`.
        curve: The print's, for `characteristic_curve`.
        screen: The print, the lamp and the eye, for `project`.
        seen: Y of the grey over the open gate; of a paper 18 % of its own where it is bare.

    Source: docs/physics.md, Printing.
    """

    def off(log_exposure: Float64[Array, " layer"]) -> Float64[Array, " condition"]:
        dyes = characteristic_curve(log_exposure[:, None, None], **curve)
        x, y, z = project(dyes, flare=flare, **screen)[:, 0, 0]
        luminance = project(dyes, flare=0.0, **screen)[1, 0, 0]
        chromaticity = [x / y - white[0] / white[1], z / y - white[2] / white[1]]
        return jnp.array([*chromaticity, jnp.log10(luminance / seen)])

    def step(_: Int[Array, ""], log_exposure: Float64[Array, " layer"]) -> Float64[Array, " layer"]:
        return log_exposure - jnp.linalg.solve(jax.jacfwd(off)(log_exposure), off(log_exposure))

    return jax.lax.fori_loop(0, NEWTON_STEPS, step, start)
