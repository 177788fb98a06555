"""The Boolean grain model by its definition: discs are thrown, and looked at through apertures.

Each disc of a Poisson process has a threshold, the coverage at which it appears. A point is dark
where the picture's coverage is above the lowest threshold of the discs over it. So one field of
thresholds renders every level and every picture, and the expected output is the picture seen
through the aperture, on edges too. docs/physics.md, Boolean grain.

Points lie on a lattice, `samples_per_pixel` a pixel along each axis; the discs lie anywhere.
Everything wraps around: the field is a torus, and what is not to wrap is a piece of a larger one.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from spectral_film.grain.aperture import Aperture

HIGHEST = 0.98  # coverage above which no disc appears any more
BLOCK = 8  # pixels square whose discs are thrown together; radii are below it


def samples_per_pixel(rho: float) -> int:
    """Along one axis: 3.2 to a disc's radius, which keeps sigma within .4 % up to coverage .9."""
    return min(max(math.ceil(3.2 / rho), 8), 64)


def flat(
    u: float | Sequence[float], rho: float, aperture: Aperture, shape: tuple[int, int], seed: int
) -> np.ndarray:
    """Evenly exposed pictures, of one field of thresholds.

    Args:
        u: Coverage, at most `HIGHEST`: a number, or several.
        rho: Disc radius in pixels.
        aperture: What a pixel looks through.
        shape: Rows and columns.
        seed: Of the field.

    Returns:
        float32, `shape`, after the shape of `u`.
    """
    levels = np.asarray(u, dtype=np.float32)
    pictures = np.broadcast_to(levels.reshape(-1, 1, 1), (levels.size, *shape))
    return _cut_out(pictures, rho, aperture, seed).reshape(*levels.shape, *shape)


def picture(u: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
    """A picture of coverages (y, x), each even over its pixel, rendered; float32.

    Beyond the border the picture goes on as it ends.
    """
    return _cut_out(np.asarray(u, dtype=np.float32)[None], rho, aperture, seed)[0]


def tile(
    u: Sequence[float], rho: float, aperture: Aperture, shape: tuple[int, int], seed: int
) -> np.ndarray:
    """Like `flat`, of pictures that continue themselves at their borders; (level, y, x)."""
    levels = np.asarray(u, dtype=np.float32)
    pictures = np.broadcast_to(levels[:, None, None], (len(levels), *shape))
    return _render(pictures, rho, aperture, seed)


def mean(u: np.ndarray, aperture: Aperture) -> np.ndarray:
    """What a picture of coverages (y, x) is rendered as, on average: itself through the aperture."""
    reach = aperture.reach
    weights = _weights(aperture, 64).sum(axis=1)
    wide = np.pad(np.asarray(u, dtype=float), reach, mode="edge")
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(wide, 2 * reach + 1, axis)
        wide = windows @ weights
    return wide


def _cut_out(pictures: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
    """Rendered on a torus so large that nothing of the one border is seen at the other."""
    border = aperture.reach + math.ceil(rho)
    _, height, width = pictures.shape
    after = [border + -(size + 2 * border) % BLOCK for size in (height, width)]
    around = ((0, 0), (border, after[0]), (border, after[1]))
    wide = _render(np.pad(pictures, around, mode="edge"), rho, aperture, seed)
    return wide[:, border : border + height, border : border + width]


def _render(pictures: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
    """Pictures of coverages (picture, y, x) on a torus of whole blocks."""
    _, height, width = pictures.shape
    fine, reach = samples_per_pixel(rho), aperture.reach
    weights = _weights(aperture, fine)
    field = _Field(rho, fine, (height // BLOCK, width // BLOCK), float(pictures.max()), seed)
    # With a margin for what samples give to pixels of the next block, or beyond the border.
    output = np.zeros((len(pictures), height + 2 * reach, width + 2 * reach), dtype=np.float32)
    for top in range(0, height, BLOCK):
        strip = np.concatenate(
            [field.thresholds(top // BLOCK, column) for column in range(width // BLOCK)], axis=1
        ).reshape(BLOCK, fine, width, fine)
        for levels, result in zip(pictures[:, top : top + BLOCK], output, strict=True):
            dark = np.less(strip, levels[:, None, :, None], out=np.empty_like(strip))
            across = dark.reshape(-1, fine) @ weights.T
            seen = np.einsum("rsxp,qs->qprx", across.reshape(BLOCK, fine, width, -1), weights)
            for (down, right), part in zip(
                np.ndindex(seen.shape[:2]), seen.reshape(-1, BLOCK, width)
            ):
                y, x = top + 2 * reach - down, 2 * reach - right
                result[y : y + BLOCK, x : x + width] += part
    return _wrapped(output, reach)


def _wrapped(wide: np.ndarray, reach: int) -> np.ndarray:
    """What fell into the margin comes back in on the other side."""
    for _ in range(2):
        wide[:, reach : 2 * reach] += wide[:, -reach:]
        wide[:, -2 * reach : -reach] += wide[:, :reach]
        wide = wide[:, reach:-reach].swapaxes(1, 2)
    return wide


def _weights(aperture: Aperture, fine: int) -> np.ndarray:
    """Of the samples of a pixel for the pixel that lies `offset` before it: (offset, sample)."""
    offsets = np.arange(-aperture.reach, aperture.reach + 1)[:, None]
    weights = aperture.density(offsets + (np.arange(fine) + 0.5) / fine - 0.5)
    return (weights / weights.sum()).astype(np.float32)


class _Field:
    """Thresholds of one radius on a torus of blocks, `fine` samples a pixel along each axis."""

    def __init__(
        self, rho: float, fine: int, blocks: tuple[int, int], highest: float, seed: int
    ) -> None:
        self.rho, self.fine, self.blocks, self.highest, self.seed = rho, fine, blocks, highest, seed
        self._discs_of = lru_cache(maxsize=4 * blocks[1])(self._throw)

    def thresholds(self, row: int, column: int) -> np.ndarray:
        """The lowest threshold of the discs over each sample of a block; 1 where none is."""
        x, y, threshold = self._discs_near(row, column)
        order = np.argsort(-threshold)  # the lowest is painted last
        x, y, threshold = x[order] * self.fine, y[order] * self.fine, threshold[order]

        radius = self.rho * self.fine
        side = math.floor(2 * radius) + 1  # samples that a disc may cover along one axis
        size = BLOCK * self.fine
        width = size + 2 * side  # discs that only touch the block are painted on its margin
        first_x, first_y = np.ceil(x - radius - 0.5), np.ceil(y - radius - 0.5)
        steps = np.arange(side)
        away_x = (first_x - x + 0.5)[:, None] + steps.astype(np.float32)
        away_y = (first_y - y + 0.5)[:, None] + steps.astype(np.float32)
        inside = (away_y**2)[:, :, None] + (away_x**2)[:, None, :] < np.float32(radius**2)
        corner = ((first_y + side) * width + first_x + side).astype(np.int64)
        sample = corner[:, None] + (steps[:, None] * width + steps).ravel()
        inside = inside.reshape(sample.shape)
        # Of several values for one element, the last stays.
        canvas = np.ones(width * width, dtype=np.float32)
        canvas[sample[inside]] = np.repeat(threshold, inside.sum(axis=1))
        return canvas.reshape(width, width)[side : side + size, side : side + size]

    def _discs_near(self, row: int, column: int) -> np.ndarray:
        """Place in a block, and threshold, of every disc that reaches into it."""
        near = []
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                discs = self._discs_of(
                    (row + down) % self.blocks[0], (column + right) % self.blocks[1]
                )
                x, y = discs[0] + right * BLOCK, discs[1] + down * BLOCK
                reach = (abs(x - BLOCK / 2) < BLOCK / 2 + self.rho) & (
                    abs(y - BLOCK / 2) < BLOCK / 2 + self.rho
                )
                near.append(np.stack((x, y, discs[2]))[:, reach])
        return np.concatenate(near, axis=1)

    def _throw(self, row: int, column: int) -> np.ndarray:
        """The discs whose centres lie in a block: x and y in it, and the threshold.

        Seen as time, exposure makes discs appear evenly; at coverage u, -ln(1 - u) are there per
        disc area.
        """
        random = np.random.default_rng((self.seed, row, column))
        most = -math.log(1 - HIGHEST)
        count = random.poisson(most * BLOCK**2 / (math.pi * self.rho**2))
        place = BLOCK * random.random((2, count), dtype=np.float32)
        threshold = -np.expm1(np.float32(-most) * random.random(count, dtype=np.float32))
        return np.stack((*place, threshold))[:, threshold < self.highest]
