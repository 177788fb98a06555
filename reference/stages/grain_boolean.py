"""Boolean grain: every disc that was thrown, and every sample of the film under it.

What the kernel decides pixel by pixel is here one field of thresholds: of all discs over a sample
the lowest. Discs and samples lie on one lattice, and distances are compared in whole numbers, so
that both throw the same discs over the same samples.
"""

import math

import numpy as np
from scipy.special import ndtr

CELL_BITS, SLAB_BITS, DYE_BITS, NODE_BITS = 12, 24, 20, 10
MOST = 12  # discs of a slab in a cell
NEVER = np.uint64(2**40)  # a threshold above all


def grain_boolean(
    dyes: np.ndarray,
    *,
    dye_amount: np.ndarray,
    coverage: np.ndarray,
    amplitude: np.ndarray,
    radius_um: np.ndarray,
    pitch_um: tuple[float, float],
    keys: np.ndarray,
    box: bool,
    sigma: float,
    reach: int,
    origin: tuple[int, int] = (0, 0),
) -> np.ndarray:
    """Dye amounts with their grain.

    dye + sum_k sum_s w(s) amplitude_k(pixel of s) (chi_k(s) - coverage_k(pixel of s))

    Args:
        dyes: Dye amounts, (layer, y, x).
        dye_amount: Where the following are tabulated, (layer, node).
        coverage: Of the sublayers, (layer, sublayer, node).
        amplitude: Dye of a disc, (layer, sublayer, node).
        radius_um: Of the discs, (layer, sublayer).
        pitch_um: Pixel pitch along x and along y.
        keys: Two numbers of 32 bits for each process of discs, (layer, sublayer, 2).
        box, sigma: The aperture: a box of a pixel or none, times a Gaussian, in pixels.
        reach: Pixels to each side that it sees.
        origin: Column and row on the frame of the first pixel.

    Returns:
        (layer, y, x), float64.

    Source: docs/physics.md, Boolean grain rendered.
    """
    grainy = np.array(dyes, np.float64)
    wide = np.pad(dyes, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    for layer, sublayer in np.ndindex(radius_um.shape):
        rho = np.array([radius_um[layer, sublayer] / pitch for pitch in pitch_um])
        cells = np.maximum(0, np.floor(-np.log2(rho)) - 1).astype(int)  # of a pixel, log2
        radius = np.rint(rho * 2.0 ** (cells + CELL_BITS)).astype(int)
        samples = 2 ** math.ceil(math.log2(np.clip(3.2 / rho.min(), 8, 256)))
        discs_over = lattice_points(*radius.tolist()) / 4.0**CELL_BITS
        highest = math.ceil(dye_amount.max() * 2**NODE_BITS)
        nodes = np.arange(highest + 2) / 2**NODE_BITS
        threshold, a = (
            np.interp(nodes, dye_amount[layer], table[layer, sublayer])
            for table in (coverage, amplitude)
        )
        threshold = np.rint(-np.log1p(-threshold) / discs_over * 2**SLAB_BITS).astype(np.int64)
        position = np.rint(np.clip(wide[layer], 0, highest / 2**NODE_BITS) * 2.0**DYE_BITS)
        node, along = np.divmod(position.astype(np.int64), 2 ** (DYE_BITS - NODE_BITS))
        rise = threshold[node + 1] - threshold[node]
        below = threshold[node] + (rise * along >> DYE_BITS - NODE_BITS)
        dye_of_disc = a[node] + along / 2 ** (DYE_BITS - NODE_BITS) * (a[node + 1] - a[node])
        lowest = lowest_threshold(
            keys[layer, sublayer],
            origin=(origin[1] - reach, origin[0] - reach),
            shape=below.shape,
            cells=cells,
            radius=radius,
            samples=samples,
            until=int(below.max()),
        )
        each = np.ones((samples, samples), np.int64)
        covered = lowest < np.kron(below, each).astype(np.uint64)
        bare = np.exp(-below / 2.0**SLAB_BITS * discs_over)
        noise = np.kron(dye_of_disc, each) * (covered - np.kron(1 - bare, each))
        rows, columns = (aperture(n, samples, box, sigma, reach) for n in dyes.shape[1:])
        grainy[layer] += rows @ noise @ columns.T
    return grainy


def lattice_points(radius_x: int, radius_y: int) -> int:
    """In an ellipse about one of them, its border included."""
    return sum(
        2 * math.isqrt(radius_x**2 * (radius_y**2 - y**2) // radius_y**2) + 1
        for y in range(-radius_y, radius_y + 1)
    )


def aperture(pixels: int, samples: int, box: bool, sigma: float, reach: int) -> np.ndarray:
    """Weights of the samples of pixels and `reach` more on each side, (pixel, sample)."""
    near = (np.arange((2 * reach + 1) * samples) + 0.5) / samples - 0.5 - reach
    weight = np.exp(-0.5 * (near / sigma) ** 2)
    if box:
        weight = ndtr((near + 0.5) / sigma) - ndtr((near - 0.5) / sigma)
    weights = np.zeros((pixels, (pixels + 2 * reach) * samples))
    for pixel in range(pixels):
        weights[pixel, pixel * samples :][: len(near)] = weight / weight.sum()
    return weights


def lowest_threshold(
    key: np.ndarray,
    *,
    origin: tuple[int, int],
    shape: tuple[int, int],
    cells: np.ndarray,
    radius: np.ndarray,
    samples: int,
    until: int,
) -> np.ndarray:
    """Of the discs over each sample, up to a threshold; (y, x) of `shape` pixels from `origin`."""
    lattice = 2 ** (cells + CELL_BITS)  # of a pixel, along x and along y
    step = lattice // samples
    size = lattice * shape[::-1]
    discs = thrown(key, origin=origin, size=size, cells=cells, radius=radius, until=until)
    x, y, when = discs
    lowest = np.full((shape[0] * samples, shape[1] * samples), NEVER)
    reach_x, reach_y = radius // step + 1
    for dy in range(-reach_y, reach_y + 1):
        for dx in range(-reach_x, reach_x + 1):
            column, row = x // step[0] + dx, y // step[1] + dy
            far_x, far_y = column * step[0] + step[0] // 2 - x, row * step[1] + step[1] // 2 - y
            inside = (far_x * radius[1]) ** 2 + (far_y * radius[0]) ** 2 <= np.prod(radius**2)
            inside &= (column >= 0) & (column < lowest.shape[1]) & (row >= 0)
            inside &= row < lowest.shape[0]
            np.minimum.at(lowest, (row[inside], column[inside]), when[inside])
    return lowest


def thrown(
    key: np.ndarray,
    *,
    origin: tuple[int, int],
    size: np.ndarray,
    cells: np.ndarray,
    radius: np.ndarray,
    until: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Discs that touch a rectangle: x and y from its corner, and threshold."""
    first, last = (-radius) >> CELL_BITS, (size + radius) >> CELL_BITS
    cx, cy = (np.arange(first[i], last[i] + 1) for i in (0, 1))
    at_x, at_y = (
        mixed(along + (origin[1 - i] << int(cells[i])) + int(key[i]))
        for i, along in enumerate((cx, cy))
    )
    draw = mixed((at_x ^ at_y[:, None]) + int(key[0])).ravel()
    corner_x, corner_y = (np.ravel(c) << CELL_BITS for c in np.meshgrid(cx, cy))
    at_most = np.floor(2.0**32 * np.cumsum([1 / math.e / math.factorial(n) for n in range(MOST)]))
    found = []
    for slab in range((until >> SLAB_BITS) + 1):
        many = np.searchsorted(at_most, mixed(draw), side="right")
        for disc in range(many.max()):
            there = many > disc
            when = (slab << SLAB_BITS) + (mixed(draw[there] + step(1 + 2 * disc)) >> 32 - SLAB_BITS)
            where = mixed(draw[there] + step(2 + 2 * disc))
            x = corner_x[there] + (where >> CELL_BITS & 2**CELL_BITS - 1)
            y = corner_y[there] + (where & 2**CELL_BITS - 1)
            found.append(np.stack((x, y, when)))
        draw = draw + step(1) * (1 + 2 * many)
    x, y, when = np.concatenate(found, axis=1)
    return x, y, when.astype(np.uint64)


def step(draws: int) -> int:
    """From one number of a cell to another."""
    return 0x9E3779B9 * draws


def mixed(values: np.ndarray) -> np.ndarray:
    """The bits of numbers of 32 stirred until each depends on all: lowbias32."""
    v = np.asarray(values).astype(np.uint64) & np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        v = (v ^ v >> np.uint64(shift)) * np.uint64(factor) & np.uint64(0xFFFFFFFF)
    return v.astype(np.int64)
