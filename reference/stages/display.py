"""Display: XYZ of the screen -> RGB of a display.

Encodings: sRGB by its piecewise curve (IEC 61966-2-1); Rec.709 and Rec.2020 by the inverse of
BT.1886 with a black of 0, which is a power of 2.4; both P3 displays by 2.6, the theatre's, since
this is a picture of a theatre screen (SMPTE RP 431-2 for the DCI white, EG 432-1 for D65).
"""

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float64

# Li et al. 2017, "Comprehensive color solutions: CAM16, CAT16 and CAM16-UCS".
CAT16 = (
    (0.401288, 0.650173, -0.051461),
    (-0.250268, 1.204414, 0.045854),
    (-0.002079, 0.048952, 0.953127),
)

D65 = (0.3127, 0.3290)
DCI_WHITE = (0.314, 0.351)
ACES_WHITE = (0.32168, 0.33767)


KNEE = 0.9  # how far from grey to the boundary of a display colours stay as they are


@dataclass(frozen=True)
class Standard:
    """A display: chromaticities of red, green, blue and white; power of its decoding.

    `gamma` None means the sRGB curve.
    """

    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]
    white: tuple[float, float]
    gamma: float | None


_REC709 = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_REC2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
_AP0 = ((0.7347, 0.2653), (0.0, 1.0), (0.0001, -0.0770))
_AP1 = ((0.713, 0.293), (0.165, 0.830), (0.128, 0.044))

DISPLAYS = {
    "sRGB": Standard(*_REC709, D65, None),
    "Rec.709": Standard(*_REC709, D65, 2.4),
    "P3-D65": Standard(*_P3, D65, 2.6),
    "P3-DCI": Standard(*_P3, DCI_WHITE, 2.6),
    "Rec.2020": Standard(*_REC2020, D65, 2.4),
    "ACEScg": Standard(*_AP1, ACES_WHITE, 1.0),
    "ACES2065-1": Standard(*_AP0, ACES_WHITE, 1.0),
}


def display_linear(
    xyz: Float64[Array, "xyz y x"],
    *,
    adapting_white: Float64[Array, " xyz"],
    peak_luminance: Float64[Array, ""],
    display: str,
) -> Float64[Array, "rgb y x"]:
    """Display-linear RGB, 1.0 = the display's white; values outside 0..1 are kept.

    The eye has adapted to `adapting_white`, wholly (von Kries in CAT16), and sees it as the
    display's white.

    Args:
        xyz: The screen.
        adapting_white: XYZ of what is taken for white: the projector lamp, or the clear print.
        peak_luminance: Y of the screen that becomes the luminance of display white: clear film.
        display: A key of `DISPLAYS`.
    """
    standard = DISPLAYS[display]
    cone = jnp.array(CAT16)
    white = _xyz(standard.white)
    gain = (cone @ white) / (cone @ (adapting_white / adapting_white[1]))
    adapted = jnp.linalg.solve(cone, gain[:, None] * cone) / peak_luminance
    matrix = jnp.linalg.solve(rgb_to_xyz(standard), adapted)
    return jnp.tensordot(matrix, xyz, ((1,), (0,)))


def within_gamut(linear: Float64[Array, "rgb y x"], *, display: str) -> Float64[Array, "rgb y x"]:
    """Display-linear RGB within 0..1, its dominant wavelength kept.

    d is how far a colour lies from the grey of its luminance (0) to where a component is 0 (1), and
    is brought nearer at constant luminance; then u, how far from that grey to where one is 1, by
    scaling all three. What has no luminance is black. Spaces of scene-linear files have no end.

    Source: docs/physics.md, Gamut.
    """
    if DISPLAYS[display].gamma == 1:
        return linear
    weight = rgb_to_xyz(DISPLAYS[display])[1]
    luminance = jnp.tensordot(weight, linear, ((0,), (0,)))
    grey = jnp.maximum(luminance, 0.0)
    lit = grey > 0
    d = jnp.where(lit, 1 - linear.min(axis=0) / jnp.where(lit, grey, 1.0), jnp.inf)
    near = d <= KNEE
    nearer = _rolled(d) / jnp.where(near, 1.0, d)
    linear = jnp.where(near, linear, grey + (linear - grey) * jnp.where(lit, nearer, 0.0))

    colour, room = linear.max(axis=0) - grey, 1 - grey
    inside = colour <= KNEE * room
    roomy = room > 0
    u = jnp.where(roomy, _rolled(colour / jnp.where(roomy, room, 1.0)), 1.0)
    scale = u / jnp.where(inside, 1.0, u * grey + colour)
    return jnp.where(inside, linear, linear * scale)


def _rolled(distance: Float64[Array, "y x"]) -> Float64[Array, "y x"]:
    beyond = jnp.maximum(distance - KNEE, 0.0) / (1 - KNEE)
    endless = jnp.isinf(beyond)
    beyond = jnp.where(endless, 0.0, beyond)
    return jnp.where(endless, 1.0, KNEE + (1 - KNEE) * beyond / (1 + beyond**4) ** 0.25)


def encode(linear: Float64[Array, "rgb y x"], *, display: str) -> Float64[Array, "rgb y x"]:
    """Code values 0..1; light outside is cut."""
    gamma = DISPLAYS[display].gamma
    light = jnp.clip(linear, 0.0, 1.0)
    # Powers have no slope at 0: they are taken of something brighter where they are not used.
    if gamma is None:
        dark = light <= 0.0031308
        power = 1.055 * jnp.where(dark, 1.0, light) ** (1 / 2.4) - 0.055
        return jnp.where(dark, 12.92 * light, power)
    return jnp.where(light > 0, jnp.where(light > 0, light, 1.0) ** (1 / gamma), 0.0)


def rgb_to_xyz(standard: Standard) -> Float64[Array, "xyz rgb"]:
    """Linear RGB to XYZ with Y = 1 for white."""
    primaries = jnp.stack([_xyz(p) for p in (standard.red, standard.green, standard.blue)], axis=1)
    return primaries * jnp.linalg.solve(primaries, _xyz(standard.white))[None]


def _xyz(xy: tuple[float, float]) -> Float64[Array, " xyz"]:
    x, y = xy
    return jnp.array([x / y, 1.0, (1 - x - y) / y])
