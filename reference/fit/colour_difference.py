"""How far apart two colours look: CIELAB and CIEDE2000, with finite slopes at greys too.

A fit takes CIEDE2000 component by component, since its length has no slope where two colours are
the same, and says less.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float64

Lab = Float64[Array, "3 patch"]

DARK = (6 / 29) ** 3  # of the white: below it the cube root is a straight line
GREY = 1e-20  # squared chroma of a grey: keeps the slope of a square root finite
TO_POWER_7 = 25.0**7


def cielab(xyz: Float64[Array, "3 patch"], white: Float64[Array, "3"]) -> Lab:
    """CIE 1976 L*, a*, b* of XYZ seen beside `white`. Source: ISO/CIE 11664-4:2019."""
    ratio = xyz / white[:, None]
    dark = ratio <= DARK
    root = jnp.cbrt(jnp.where(dark, 1.0, ratio))
    x, y, z = jnp.where(dark, ratio / (3 * (6 / 29) ** 2) + 4 / 29, root)
    return jnp.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one: Lab, other: Lab) -> Lab:
    """Signed differences along lightness, chroma and hue; their length is the CIEDE2000 of a pair.

    The standard adds R_T c h to the squares of chroma c and hue h:
    c^2 + h^2 + R_T c h = (c + R_T h / 2)^2 + h^2 (1 - R_T^2 / 4).

    Source: ISO/CIE 11664-6:2014; Sharma, Wu and Dalal 2005.
    """
    stretch = 1.5 - 0.5 * _saturated((_length(one) + _length(other)) / 2)
    (l1, c1, h1), (l2, c2, h2) = _polar(one, stretch), _polar(other, stretch)

    turn = h2 - h1
    turn = turn - 2 * jnp.pi * jnp.round(turn / (2 * jnp.pi))  # the short way round
    mean_l, mean_c, mean_hue = (l1 + l2) / 2, (c1 + c2) / 2, h1 + turn / 2

    off_50 = (mean_l - 50) ** 2
    s_l = 1 + 0.015 * off_50 / jnp.sqrt(20 + off_50)
    s_c = 1 + 0.045 * mean_c
    degrees = jnp.pi / 180
    t = (
        1
        - 0.17 * jnp.cos(mean_hue - 30 * degrees)
        + 0.24 * jnp.cos(2 * mean_hue)
        + 0.32 * jnp.cos(3 * mean_hue + 6 * degrees)
        - 0.20 * jnp.cos(4 * mean_hue - 63 * degrees)
    )
    s_h = 1 + 0.015 * mean_c * t
    from_blue = (mean_hue / degrees) % 360 - 275
    r_t = -2 * _saturated(mean_c) * jnp.sin(60 * degrees * jnp.exp(-((from_blue / 25) ** 2)))

    lightness = (l2 - l1) / s_l
    chroma = (c2 - c1) / s_c
    hue = 2 * jnp.sqrt(c1 * c2) * jnp.sin(turn / 2) / s_h
    return jnp.stack([lightness, chroma + r_t * hue / 2, hue * jnp.sqrt(1 - r_t**2 / 4)])


def _length(lab: Lab) -> Float64[Array, " patch"]:
    """Chroma."""
    return jnp.sqrt(lab[1] ** 2 + lab[2] ** 2 + GREY)


def _saturated(chroma: Float64[Array, " patch"]) -> Float64[Array, " patch"]:
    """The standard's sqrt(C^7 / (C^7 + 25^7)), 0 at grey to 1."""
    return chroma**3.5 / jnp.sqrt(chroma**7 + TO_POWER_7)


def _polar(lab: Lab, stretch: Float64[Array, " patch"]) -> Lab:
    """L, C', h' in 0..2 pi, with a stretched so that greys are judged alike in all hues."""
    stretched = jnp.stack([lab[0], stretch * lab[1], lab[2]])
    grey = (stretched[1] == 0) & (stretched[2] == 0)
    hue = jnp.arctan2(stretched[2], jnp.where(grey, 1.0, stretched[1]))
    return jnp.stack([lab[0], _length(stretched), hue % (2 * jnp.pi)])
