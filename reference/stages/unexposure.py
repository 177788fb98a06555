"""Unexposure: layer exposure -> the RGB whose surface exposes film so."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float64

LONGEST_STEP = 0.1  # of the brightest component
FAINTEST = 1e-3  # of the largest exposure: what is less is known no better


def unexpose(
    exposure: Float64[Array, "layer y x"],
    *,
    white_exposure: Float64[Array, " layer"],
    node_exposure: Float64[Array, "face node node 4"],
    lowest_ratio: Float64[Array, "3"],
    first_colour: Float64[Array, "face start start 4"],
    left_over: Float64[Array, "rgb layer"],
    to_space: Float64[Array, "3 rgb"],
    steps: int,
    least_ratio: float,
) -> Float64[Array, "3 y x"]:
    """Light of the scene that exposes so, 1 = perfect white.

        minimise over rgb   sum_c ((H_c - X_c(rgb)) / X_c)^2
        scene = to_space (rgb + M^-1 (H - X(rgb)))

    X is `expose_rgb` with white exposing all layers with 1, going on in straight lines off its
    table. Its slope is taken by differentiating it.

    Args:
        exposure: H in lux s.
        white_exposure: Of a perfect white, lux s.
        node_exposure: Of the surfaces at the nodes, white 1; red, green, blue, nothing.
        lowest_ratio: As in `upsample`.
        first_colour: Where to begin, by the square root of the ratios of exposure.
        left_over: M^-1, from exposure to linear Rec.709 near grey.
        to_space: From linear Rec.709 to the space wanted.
        steps: Of Levenberg and Marquardt.
        least_ratio: Of the exposures to the largest, in the search.

    Source: docs/physics.md, Back to the scene.
    """

    def exposed(rgb: Float64[Array, "3"]) -> Float64[Array, " layer"]:
        face = jnp.argmax(rgb)
        lowest = jnp.roll(lowest_ratio, -face)[1:]
        turned = jnp.roll(rgb, -face)
        at = 1 - (1 - turned[1:] / turned[0]) / (1 - lowest)
        return 2 * turned[0] * _at(node_exposure[face], at)

    def nearer(rgb: Float64[Array, "3"], wanted: Float64[Array, " layer"]) -> Float64[Array, "3"]:
        made = exposed(rgb)
        scale = jnp.maximum(made, FAINTEST)
        off = (wanted - made) / scale
        slope = jax.jacfwd(exposed)(rgb) * rgb.max() / scale[:, None]
        damped = slope.T @ slope + (off @ off + 1e-6) * jnp.eye(3)
        step = jnp.linalg.solve(damped, slope.T @ off)
        return rgb + rgb.max() * step * jnp.minimum(1, LONGEST_STEP / jnp.abs(step).max())

    def scene(exposure: Float64[Array, " layer"]) -> Float64[Array, "3"]:
        held = exposure / white_exposure
        scale = jnp.maximum(held.max(), 0.0)
        ratio = jnp.where(scale > 0, held / jnp.where(scale > 0, scale, 1.0), 1.0)
        wanted = jnp.maximum(ratio, least_ratio)
        face = jnp.argmax(wanted)
        rgb = _at(first_colour[face], jnp.sqrt(jnp.roll(wanted, -face)[1:]))
        for _ in range(steps):
            rgb = nearer(rgb, wanted)
        return to_space @ (scale * rgb + left_over @ (held - scale * exposed(rgb)))

    pixels = exposure.reshape(3, -1).T
    return jax.vmap(scene)(pixels).T.reshape(exposure.shape)


def _at(nodes: Float64[Array, "node node 4"], at: Float64[Array, "2"]) -> Float64[Array, "3"]:
    """Between the four nodes around a place on a face, 0 .. 1 along either side."""
    last = nodes.shape[0] - 1
    corner = jnp.clip(jnp.floor(last * at), 0, last - 1)
    a, b = last * at - corner
    i, j = corner.astype(int)
    left = (1 - a) * nodes[i, j] + a * nodes[i + 1, j]
    right = (1 - a) * nodes[i, j + 1] + a * nodes[i + 1, j + 1]
    return ((1 - b) * left + b * right)[:3]
