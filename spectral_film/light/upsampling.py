"""Up-sampling: linear Rec.709 RGB -> the spectrum of a likely surface that has its colour.

A colour is taken for a surface under the taking light. Of a chromaticity it is solved with the
brightest component at 1/2, as a sigmoid of a parabola over wavelength w (Jakob and Hanika 2019),
bent as measured surfaces of this chromaticity are in the mean:

    r(w) = sigmoid(x + sum_k a_k D_k(w))     sigmoid(x) = 1/2 + x / (2 sqrt(1 + x^2))
    x = (c0 t + c1) t + c2                   t = (w - 570 nm) / 210 nm

The parabola makes up for the colour of the bend D, so that r has the colour of the plain sigmoid:
what the bend adds is black under D65. A grey is flat: x = 0, a = 0. `gain` is 1 wherever such a
reflectance exists with the brightest component at 1/2, which is all of Rec.709 and some way
beyond; towards the spectral locus saturated surfaces are dark, and the light makes up for it.

The table. c, a and gain depend on the ratios of the components alone, and are tabulated on three
faces, one for each component that can be the largest, because the ratios have a kink where that
changes. `upsampling_coefficients` is (face, node, node, 4). On the face of component f, the first
node index runs over the ratio component (f + 1) % 3 : f, the second over (f + 2) % 3 : f. The ratio
of component c has evenly spaced nodes from `lowest_ratio[c]`, which is negative and lies outside
the spectral locus, to 1, so that two faces share the nodes of the seam between them, and white is a
node of all three.

The surface of a colour is the mixture of the four at the nodes around it. XYZ is linear in the
ratios on a face, so a mixture has exactly the colour that it should; it is a reflectance as they
are; and whoever integrates over wavelength may do so at the nodes, once for all pixels. Every step
for one pixel, in the order a kernel does it, T being `gain r` at the nodes, or any sum of it:

    Y    = sum_c luminance_weight[c] rgb[c]            Y <= 0: no light; done
    most = max(R, G, B)
    keep = min over c of  (1 - lowest_ratio[c]) Y / ((Y - rgb[c]) + lowest_ratio[c] (most - Y))
           over those c whose divisor is > 0
    if keep < 1:                                       off the table: towards grey, at this Y,
        rgb[c] = Y + keep (rgb[c] - Y)                 until the lowest ratio is on its border
        most   = Y + keep (most - Y)
    face = 0 if R >= G and R >= B, else 1 if G >= B, else 2
    p    = (nodes - 1) (1 - (1 - rgb[c] / most) / (1 - lowest_ratio[c]))   c = (face + 1) % 3
    q    = the same of                                                     c = (face + 2) % 3
    i, j = floor(p), floor(q), each clamped to 0 .. nodes - 2;  a = p - i;  b = q - j
    L    = 2 most ((1-a)(1-b) T[face,i,j]   + (1-a) b T[face,i,j+1]
                   + a (1-b)  T[face,i+1,j] + a b     T[face,i+1,j+1])    or 0, where that is less

k times the colour is k times the spectrum. It is less than 0 only far beyond the spectral locus,
between nodes of which some have no luminance at all, and less. Colours near and beyond the
spectral locus have been moved towards D65 at constant luminance when the table was made, along the
distance from D65 relative to the locus: unchanged up to 0.93, which is past every colour of
Rec.709, then on a smooth slope that never reaches 0.98.

The table is made by `scripts/make_upsampling.py`; `reference/upsampling.py` solves a node, and
`reference/metameric_black.py` learns the bends.
Kernel: stages/exposure.cl. Reference: reference/stages/exposure.py.
Source: W. Jakob and J. Hanika, A Low-Dimensional Function Space for Efficient Spectral
Upsampling, Computer Graphics Forum 38(2), 2019. Level and bends are our own: docs/physics.md,
Up-sampling.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Literal

import h5py
import numpy as np

from spectral_film.light.spectra import WAVELENGTH

# Powers of the normalised wavelength t, which runs from -1 to 1: c0, c1, c2 multiply these rows.
_T = (WAVELENGTH - 570.0) / 210.0
POWERS = np.stack([_T**2, _T, np.ones_like(_T)])
POWERS.flags.writeable = False

# What a colour is taken for: a surface like those that were measured, or a sigmoid and no more.
Prior = Literal["measured", "jakob-hanika"]


@dataclass(frozen=True, kw_only=True)
class UpsamplingTable:
    """The table and its small companions; the module says how they are used.

    Attributes:
        upsampling_coefficients: c0, c1, c2, gain at every node, float32, (face, node, node, 4).
        bent_coefficients: c0, c1, c2 of the bent parabola, float32, (face, node, node, 3).
        bend_amount: a_k of the bends, float32, (face, node, node, basis).
        bend_basis: D_k, the bends, float32, (basis, wavelength).
        lowest_ratio: Ratio to the largest component where the table begins, float32, (3,).
        luminance_weight: Luminance of the Rec.709 primaries, unit sum, float32, (3,).
        locus_plane: Rows p with p . rgb > 0 for at least one p when a colour is outside the
            spectral locus (by more than half a per cent: the locus has corners every 5 nm),
            float32, (edge, 3).
    """

    upsampling_coefficients: np.ndarray
    bent_coefficients: np.ndarray
    bend_amount: np.ndarray
    bend_basis: np.ndarray
    lowest_ratio: np.ndarray
    luminance_weight: np.ndarray
    locus_plane: np.ndarray


@cache
def upsampling_table() -> UpsamplingTable:
    """The table the package ships, read once."""
    asset = files("spectral_film.assets") / "tables/upsampling.h5"
    with as_file(asset) as path, h5py.File(path) as table:
        return UpsamplingTable(**{name: table[name][()] for name in table})


@cache
def surfaces_at_nodes(prior: Prior) -> np.ndarray:
    """`gain r` of every node, (face, node, node, wavelength).

    Args:
        prior: Bent as measured surfaces are, or the sigmoid and no more.
    """
    table = upsampling_table()
    plain = table.upsampling_coefficients.astype(float)
    if prior == "measured":
        bend = table.bend_amount.astype(float) @ table.bend_basis
        reflectance = sigmoid(table.bent_coefficients.astype(float) @ POWERS + bend)
    else:
        reflectance = sigmoid(plain[..., :3] @ POWERS)
    surfaces = plain[..., 3:] * reflectance
    surfaces.flags.writeable = False
    return surfaces


def upsample(rgb: np.ndarray, at_node: np.ndarray) -> np.ndarray:
    """The spectrum of every pixel, or any sums over it, by the steps above.

    Args:
        rgb: Linear Rec.709/D65, unclamped, (3, y, x), in the precision to calculate in.
        at_node: Spectra of `surfaces_at_nodes`, or sums over them, (face, node, node, sum).

    Returns:
        Of spectra a factor on the taking light, >= 0, and no more than 1 where R, G, B are at most
        1/2 and a surface can be as bright. (sum, y, x).
    """
    table = upsampling_table()
    at_node = at_node.astype(rgb.dtype)
    nodes = at_node.shape[1]
    lowest = table.lowest_ratio.astype(rgb.dtype)

    luminance = np.tensordot(table.luminance_weight.astype(rgb.dtype), rgb, 1)
    lit = luminance > 0
    luminance = np.where(lit, luminance, 1)
    rgb = np.where(lit, rgb, 1)  # any colour will do where the scale is 0

    most = rgb.max(0)
    room = (1 - lowest)[:, None, None] * luminance
    need = (luminance - rgb) + lowest[:, None, None] * (most - luminance)
    within = np.divide(room, need, out=np.ones_like(rgb), where=need > 0).min(0)
    keep = np.minimum(within, 1)
    rgb = np.where(keep < 1, luminance + keep * (rgb - luminance), rgb)
    most = np.where(keep < 1, luminance + keep * (most - luminance), most)

    face = rgb.argmax(0)  # the first of equals

    def position(component: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value = np.take_along_axis(rgb, component[None], 0)[0]
        at = (nodes - 1) * (1 - (1 - value / most) / (1 - lowest)[component])
        node = np.clip(np.floor(at), 0, nodes - 2).astype(int)
        return node, (at - node).astype(rgb.dtype)[..., None]

    i, a = position((face + 1) % 3)
    j, b = position((face + 2) % 3)
    mix = (1 - a) * ((1 - b) * at_node[face, i, j] + b * at_node[face, i, j + 1])
    mix = mix + a * ((1 - b) * at_node[face, i + 1, j] + b * at_node[face, i + 1, j + 1])
    return np.where(lit, np.maximum(2 * most * np.moveaxis(mix, -1, 0), 0), 0)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1/2 + x / (2 sqrt(1 + x^2)), between 0 and 1."""
    root = np.sqrt(1 + x * x)
    # Twice the same function: the first keeps its digits where nearly nothing is reflected.
    return np.where(x < 0, 0.5 / (root * (root - x)), 0.5 + 0.5 * x / root)
