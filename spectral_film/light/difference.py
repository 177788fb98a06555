"""How far apart two colours look: CIELAB and CIEDE2000, with finite slopes at greys too.

A fit takes CIEDE2000 component by component, since its length has no slope where two colours are
the same, and says less. Arrays are numpy's, or JAX's where a fit descends through them: each
function does its arithmetic with the library its arrays come from.
"""

from typing import Any

Array = Any  # of numpy or of jax.numpy; a Lab is (3, patch)

DARK = (6 / 29) ** 3  # of the white: below it the cube root is a straight line
GREY = 1e-20  # squared chroma of a grey: keeps the slope of a square root finite
TO_POWER_7 = 25.0**7


def cielab(xyz: Array, white: Array) -> Array:
    """CIE 1976 L*, a*, b* of XYZ, (3, patch), seen beside `white`, (3,).

    Source: ISO/CIE 11664-4:2019.
    """
    xp = xyz.__array_namespace__()
    ratio = xyz / white[:, None]
    dark = ratio <= DARK
    root = xp.cbrt(xp.where(dark, 1.0, ratio))
    x, y, z = xp.where(dark, ratio / (3 * (6 / 29) ** 2) + 4 / 29, root)
    return xp.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one: Array, other: Array) -> Array:
    """Signed differences along lightness, chroma and hue; their length is the CIEDE2000 of a pair.

    The standard adds R_T c h to the squares of chroma c and hue h:
    c^2 + h^2 + R_T c h = (c + R_T h / 2)^2 + h^2 (1 - R_T^2 / 4).

    Source: ISO/CIE 11664-6:2014; Sharma, Wu and Dalal 2005.
    """
    xp = one.__array_namespace__()
    stretch = 1.5 - 0.5 * _saturated((_length(one) + _length(other)) / 2)
    (l1, c1, h1), (l2, c2, h2) = _polar(one, stretch), _polar(other, stretch)

    turn = h2 - h1
    turn = turn - 2 * xp.pi * xp.round(turn / (2 * xp.pi))  # the short way round
    mean_l, mean_c, mean_hue = (l1 + l2) / 2, (c1 + c2) / 2, h1 + turn / 2

    off_50 = (mean_l - 50) ** 2
    s_l = 1 + 0.015 * off_50 / xp.sqrt(20 + off_50)
    s_c = 1 + 0.045 * mean_c
    degrees = xp.pi / 180
    t = (
        1
        - 0.17 * xp.cos(mean_hue - 30 * degrees)
        + 0.24 * xp.cos(2 * mean_hue)
        + 0.32 * xp.cos(3 * mean_hue + 6 * degrees)
        - 0.20 * xp.cos(4 * mean_hue - 63 * degrees)
    )
    s_h = 1 + 0.015 * mean_c * t
    from_blue = (mean_hue / degrees) % 360 - 275
    r_t = -2 * _saturated(mean_c) * xp.sin(60 * degrees * xp.exp(-((from_blue / 25) ** 2)))

    lightness = (l2 - l1) / s_l
    chroma = (c2 - c1) / s_c
    hue = 2 * xp.sqrt(c1 * c2) * xp.sin(turn / 2) / s_h
    return xp.stack([lightness, chroma + r_t * hue / 2, hue * xp.sqrt(1 - r_t**2 / 4)])


def _length(lab: Array) -> Array:
    """Chroma."""
    return (lab[1] ** 2 + lab[2] ** 2 + GREY) ** 0.5


def _saturated(chroma: Array) -> Array:
    """The standard's sqrt(C^7 / (C^7 + 25^7)), 0 at grey to 1."""
    return chroma**3.5 / (chroma**7 + TO_POWER_7) ** 0.5


def _polar(lab: Array, stretch: Array) -> Array:
    """L, C', h' in 0..2 pi, with a stretched so that greys are judged alike in all hues."""
    xp = lab.__array_namespace__()
    stretched = xp.stack([lab[0], stretch * lab[1], lab[2]])
    grey = (stretched[1] == 0) & (stretched[2] == 0)
    hue = xp.arctan2(stretched[2], xp.where(grey, 1.0, stretched[1]))
    return xp.stack([lab[0], _length(stretched), hue % (2 * xp.pi)])
