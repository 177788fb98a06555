"""Exposure: the light of the scene -> layer exposure, by every pixel's spectrum.

Source: docs/physics.md, Up-sampling.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from spectral_film.light.upsampling import POWERS


def expose_spectra(
    planes: Float64[Array, "band y x"], *, exposure_weight: Float64[Array, "layer band"]
) -> Float64[Array, "layer y x"]:
    """Layer exposure in lux s to measured light.

        H_c = sum_b planes_b exposure_weight_cb

    Args:
        planes: Radiance; or reflectance, with the taking light in the weight.
        exposure_weight: Of the bands, lux s; grey / 0.18 * S_c / sum(I_balance S_c).
    """
    return jnp.tensordot(exposure_weight, planes, ((1,), (0,)))


def surfaces_at_nodes(
    *,
    parabola: Float64[Array, "face node node 3"],
    gain: Float64[Array, "face node node"],
    bend: Float64[Array, "face node node wavelength"] | float,
) -> Float64[Array, "face node node wavelength"]:
    """Spectra at the nodes of the up-sampling table: gain * sigmoid(parabola + bend).

        sigmoid(x) = 1/2 + x / (2 sqrt(1 + x^2))
        x = (c0 t + c1) t + c2,  t = (w - 570 nm) / 210 nm

    Args:
        parabola: c0, c1, c2.
        gain: What light makes up for.
        bend: Of measured surfaces; 0: the sigmoid and no more.

    Source: Jakob and Hanika 2019.
    """
    x = parabola @ jnp.asarray(POWERS) + bend
    root = jnp.sqrt(1 + x * x)
    return gain[..., None] * jnp.where(
        x < 0, 0.5 / (root * (root + jnp.abs(x))), 0.5 + 0.5 * x / root
    )


def expose_rgb(
    rgb: Float64[Array, "3 y x"],
    *,
    node_exposure: Float64[Array, "face node node 4"],
    lowest_ratio: Float64[Array, "3"],
    luminance_weight: Float64[Array, "3"],
) -> Float64[Array, "layer y x"]:
    """Layer exposure in lux s to linear Rec.709, taken for surfaces under the taking light.

    Args:
        rgb: Linear Rec.709/D65, unclamped.
        node_exposure: Of the surfaces at the nodes, lux s; red, green, blue, nothing.
        lowest_ratio, luminance_weight: As in `upsample`.
    """
    return upsample(
        rgb,
        at_node=node_exposure[..., :3],
        lowest_ratio=lowest_ratio,
        luminance_weight=luminance_weight,
    )


def upsample(
    rgb: Float64[Array, "3 y x"],
    *,
    at_node: Float64[Array, "face node node sum"],
    lowest_ratio: Float64[Array, "3"],
    luminance_weight: Float64[Array, "3"],
) -> Float64[Array, "sum y x"]:
    """The spectrum of every pixel, or any sums over it.

    The steps are those in the docstring of `spectral_film/light/upsampling.py`, one by one.

    Args:
        rgb: Linear Rec.709/D65, unclamped.
        at_node: Spectra at the nodes, or the sums over them.
        lowest_ratio: Ratio of each component to the largest where the table begins.
        luminance_weight: Luminance of the primaries, unit sum.
    """
    nodes = at_node.shape[1]
    lowest = lowest_ratio[:, None, None]

    luminance = jnp.tensordot(luminance_weight, rgb, ((0,), (0,)))
    lit = luminance > 0
    luminance = jnp.where(lit, luminance, 1.0)
    rgb = jnp.where(lit, rgb, 1.0)

    most = rgb.max(0)
    need = (luminance - rgb) + lowest * (most - luminance)
    over = need > 0
    within = jnp.where(over, (1 - lowest) * luminance / jnp.where(over, need, 1.0), 1.0)
    keep = jnp.minimum(within.min(0), 1.0)
    rgb = jnp.where(keep < 1, luminance + keep * (rgb - luminance), rgb)
    most = jnp.where(keep < 1, luminance + keep * (most - luminance), most)

    face = rgb.argmax(0)  # the first of equals

    def position(component: Array) -> tuple[Array, Array]:
        value = jnp.take_along_axis(rgb, component[None], 0)[0]
        at = (nodes - 1) * (1 - (1 - value / most) / (1 - lowest_ratio)[component])
        node = jnp.clip(jnp.floor(at), 0, nodes - 2).astype(np.int32)
        return node, (at - node)[..., None]

    i, a = position((face + 1) % 3)
    j, b = position((face + 2) % 3)
    mix = (1 - a) * ((1 - b) * at_node[face, i, j] + b * at_node[face, i, j + 1])
    mix = mix + a * ((1 - b) * at_node[face, i + 1, j] + b * at_node[face, i + 1, j + 1])
    return jnp.where(lit, jnp.maximum(2 * most * jnp.moveaxis(mix, -1, 0), 0.0), 0.0)
