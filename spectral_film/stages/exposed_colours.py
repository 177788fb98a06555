"""Colours by the exposures they make: where the search for the colour of an exposure begins.

For exposures of every ratio, on three faces as in `light/upsampling.py` (one for each layer that
can be exposed the most), a colour whose surface exposes film so, or about so. Its square root is
what a ratio of exposures is spaced by: saturated colours leave little in the other layers.
Source: docs/physics.md, Back to the scene.
"""

from functools import lru_cache

import numpy as np

from spectral_film.light.upsampling import (
    Prior,
    UpsamplingTable,
    surfaces_at_nodes,
    upsampling_table,
)
from spectral_film.stages.exposure import node_exposure

NODES = 49  # of a face, along a side
LEAST_RATIO = 2e-3  # of exposures to the largest; the bluest of Rec.709 leaves 4e-3
REACH = 0.93  # of the way to the spectral locus: farther out the up-sampling moves colours inwards
STEPS = 8  # of the search, for a table
CLOSE = 0.02  # of the exposures: farther off, no colour exposes so, and the nearest is kept
PREFER_PALE = 0.1  # log exposure that all the way to the locus counts for


@lru_cache(maxsize=4)
def relative_exposure(prior: Prior, exposure_weight: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Exposure at the up-sampling nodes, white exposing every layer with 1; and that of white.

    Args:
        prior: As of `surfaces_at_nodes`.
        exposure_weight: Of the layers, (3, wavelength) in float64, as bytes.

    Returns:
        (face, node, node, 4); lux s, (layer,).
    """
    weight = np.frombuffer(exposure_weight).reshape(3, -1)
    white = weight @ (2 * surfaces_at_nodes(prior)[0, -1, -1])
    return node_exposure(prior, weight / white[:, None]), white


def first_colours(at_node: np.ndarray) -> np.ndarray:
    """A colour for exposures of every ratio, (face, node, node, 3).

    Args:
        at_node: Exposure at the up-sampling nodes, white 1, (face, node, node, 4).
    """
    from scipy.spatial import cKDTree  # a render to elsewhere need not wait for it

    table = upsampling_table()
    colours, distance, exposure = _known(at_node, table)
    wanted = np.maximum(_ratios(), LEAST_RATIO)
    known = cKDTree(np.column_stack([_kind(exposure), PREFER_PALE * distance]))
    _, nearest = known.query(np.column_stack([_kind(wanted), np.zeros(len(wanted))]))
    level = wanted.sum(axis=1) / exposure[nearest].sum(axis=1)
    begin = colours[nearest] * level[:, None]
    found = begin
    lowest_ratio = table.lowest_ratio.astype(float)
    for _ in range(STEPS):
        found = nearer(found, wanted, at_node, lowest_ratio)
    made, _ = exposed(found, at_node, lowest_ratio)
    close = (np.abs(made - wanted) < CLOSE * wanted).all(axis=1)
    return np.where(close[:, None], found, begin).reshape(3, NODES, NODES, 3)


def nearer(
    colours: np.ndarray, wanted: np.ndarray, at_node: np.ndarray, lowest_ratio: np.ndarray
) -> np.ndarray:
    """A step of Levenberg and Marquardt towards colours that expose as wanted, (colour, 3).

    As in unexposure.cl: relative to the exposures, the brightest component being 1.
    """
    made, slope = exposed(colours, at_node, lowest_ratio)
    scale = np.maximum(made, 1e-3 * wanted.max(axis=1, keepdims=True))
    off = (wanted - made) / scale
    most = colours.max(axis=1)[:, None]
    slope = slope * (most / scale)[..., None]
    normal = np.swapaxes(slope, 1, 2) @ slope
    damped = normal + ((off**2).sum(axis=1) + 1e-6)[:, None, None] * np.eye(3)
    step = np.linalg.solve(damped, np.einsum("nij,ni->nj", slope, off)[..., None])[..., 0]
    return colours + most * step * (0.1 / np.maximum(np.abs(step).max(axis=1), 0.1))[:, None]


def exposed(
    colours: np.ndarray, at_node: np.ndarray, lowest_ratio: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What colours expose, (colour, layer), and its slope, (colour, layer, rgb).

    As in stages/exposure.cl, but that colours off the table go on in straight lines.
    """
    nodes, row = at_node.shape[1], np.arange(len(colours))
    face = colours.argmax(axis=1)
    first, second = (face + 1) % 3, (face + 2) % 3
    most, across, down = (colours[row, c] for c in (face, first, second))
    per_p = (nodes - 1) / (1 - lowest_ratio[first])
    per_q = (nodes - 1) / (1 - lowest_ratio[second])
    p = (nodes - 1) - per_p * (1 - across / most)
    q = (nodes - 1) - per_q * (1 - down / most)
    i = np.clip(np.floor(p), 0, nodes - 2).astype(int)
    j = np.clip(np.floor(q), 0, nodes - 2).astype(int)
    a, b = (p - i)[:, None], (q - j)[:, None]
    n00, n01, n10, n11 = (
        at_node[face, i + di, j + dj, :3] for di, dj in ((0, 0), (0, 1), (1, 0), (1, 1))
    )
    mix = (1 - a) * ((1 - b) * n00 + b * n01) + a * ((1 - b) * n10 + b * n11)
    by_p = 2 * per_p[:, None] * ((1 - b) * (n10 - n00) + b * (n11 - n01))
    by_q = 2 * per_q[:, None] * ((1 - a) * (n01 - n00) + a * (n11 - n10))
    slope = np.empty((len(colours), 3, 3))
    slope[row, :, first] = by_p
    slope[row, :, second] = by_q
    slope[row, :, face] = 2 * mix - (across / most)[:, None] * by_p - (down / most)[:, None] * by_q
    return 2 * most[:, None] * mix, slope


def near_grey(at_node: np.ndarray) -> np.ndarray:
    """The matrix from colour to exposure that fits Rec.709 best and a white exactly, (3, 3)."""
    axis = np.linspace(0, 1, 9)
    cube = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)[1:]
    made, _ = exposed(cube, at_node, upsampling_table().lowest_ratio.astype(float))
    matrix = np.linalg.lstsq(cube, made, rcond=None)[0].T
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True))


def _ratios() -> np.ndarray:
    """Exposures at the nodes, the largest 1, (face * node * node, 3)."""
    ratio = np.linspace(0, 1, NODES) ** 2
    exposure = np.ones((3, NODES, NODES, 3))
    for face in range(3):
        exposure[face, ..., (face + 1) % 3] = ratio[:, None]
        exposure[face, ..., (face + 2) % 3] = ratio
    return exposure.reshape(-1, 3)


def _kind(exposure: np.ndarray) -> np.ndarray:
    return np.log(exposure[:, [0, 2]] / exposure[:, 1:2])


def _known(
    at_node: np.ndarray, table: UpsamplingTable
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The colours at the up-sampling nodes that lie within reach, how far out, what they expose."""
    nodes = at_node.shape[1]
    colours = np.ones((3, nodes, nodes, 3))
    for face in range(3):
        first, second = (face + 1) % 3, (face + 2) % 3
        colours[face, ..., first] = np.linspace(table.lowest_ratio[first], 1, nodes)[:, None]
        colours[face, ..., second] = np.linspace(table.lowest_ratio[second], 1, nodes)
    colours = colours.reshape(-1, 3)
    luminance = (colours @ table.luminance_weight)[:, None]
    away = (colours - luminance) @ table.locus_plane.T
    distance = (away / (-luminance * table.locus_plane.sum(axis=1))).max(axis=1)
    within = (luminance[:, 0] > 0) & (distance < REACH)
    return colours[within], distance[within], 2 * at_node.reshape(-1, 4)[within, :3]
