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
BLOCK = 256  # samples square: the discs of one are thrown together, and painted in the cache
SIDES = 8, 16, 32, 64  # samples of a pixel along one axis


def samples_per_pixel(rho: float) -> int:
    """Along one axis: 3.2 to a disc's radius, which keeps sigma within .4 % up to coverage .9."""
    return next((side for side in SIDES if side * rho > 3.19), SIDES[-1])


def flat(
    u: np.ndarray | Sequence[float] | float,
    rho: float,
    aperture: Aperture,
    shape: tuple[int, int],
    seed: int,
) -> np.ndarray:
    """Evenly exposed pictures, of one field of thresholds.

    Args:
        u: Coverage, a number or several; above `HIGHEST` no more discs come.
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
    """A picture of coverages (..., y, x), each even over its pixel, rendered; float32.

    Beyond the border the picture goes on as it ends. Several have one field of thresholds.
    """
    pictures = np.asarray(u, dtype=np.float32)
    shape = pictures.shape
    return _cut_out(pictures.reshape(-1, *shape[-2:]), rho, aperture, seed).reshape(shape)


def tile(
    u: Sequence[float] | np.ndarray,
    rho: float,
    aperture: Aperture,
    shape: tuple[int, int],
    seed: int,
) -> np.ndarray:
    """Like `flat`, of pictures that go on at the opposite border; (level, y, x).

    Raises:
        ValueError: Rows or columns are no multiple of 32, and so perhaps of no whole blocks.
    """
    if any(size % (BLOCK // SIDES[0]) for size in shape):
        raise ValueError(f"a tile is a multiple of 32 pixels high and wide, not {shape}")
    levels = np.asarray(u, dtype=np.float32)
    pictures = np.broadcast_to(levels[:, None, None], (len(levels), *shape))
    return _render(pictures, rho, aperture, seed)


def mean(u: np.ndarray, aperture: Aperture) -> np.ndarray:
    """What a picture of coverages (y, x) is on average: itself, seen through the aperture."""
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
    block = BLOCK // samples_per_pixel(rho)
    _, height, width = pictures.shape
    after = [border + -(size + 2 * border) % block for size in (height, width)]
    around = ((0, 0), (border, after[0]), (border, after[1]))
    wide = _render(np.pad(pictures, around, mode="edge"), rho, aperture, seed)
    return wide[:, border : border + height, border : border + width]


def _render(pictures: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
    """Pictures of coverages (picture, y, x) on a torus of whole blocks."""
    _, height, width = pictures.shape
    fine, reach = samples_per_pixel(rho), aperture.reach
    weights = _weights(aperture, fine)
    block = BLOCK // fine
    field = _Field(rho, fine, (height // block, width // block), float(pictures.max()), seed)
    # With a margin for what samples give to pixels of the next block, or beyond the border.
    output = np.zeros((len(pictures), height + 2 * reach, width + 2 * reach), dtype=np.float32)
    seen = np.empty((len(pictures), 2 * reach + 1, 2 * reach + 1, block, width), dtype=np.float32)
    for top in range(0, height, block):
        for left in range(0, width, block):
            thresholds = field.thresholds(top // block, left // block)
            for levels, given in zip(pictures, seen, strict=True):
                level = levels[top : top + block, None, left : left + block, None]
                dark = (thresholds < level).astype(np.float32).reshape(-1, 64, fine)
                across = (dark @ weights.T).reshape(block, fine, block, -1)
                given[..., left : left + block] = np.einsum("rsxp,qs->qprx", across, weights)
        for down, right in np.ndindex(seen.shape[1:3]):
            y, x = top + 2 * reach - down, 2 * reach - right
            output[:, y : y + block, x : x + width] += seen[:, down, right]
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
        self.block = BLOCK // fine  # pixels
        self._discs_of = lru_cache(maxsize=4 * blocks[1])(self._throw)

    def thresholds(self, row: int, column: int) -> np.ndarray:
        """The lowest threshold over each sample of a block, (y, sample, x, sample); 1 for none."""
        discs = self._discs_near(row, column)
        side = math.floor(2 * self.rho * self.fine) + 1  # samples a disc may cover along one axis
        # Discs that only touch the block are painted on a margin.
        canvas = np.ones((BLOCK + 2 * side, BLOCK + 2 * side), dtype=np.float32)
        self._paint(canvas, discs, side)
        inner = canvas[side : side + BLOCK, side : side + BLOCK]
        return inner.reshape(self.block, self.fine, self.block, self.fine)

    def _paint(self, canvas: np.ndarray, discs: np.ndarray, side: int) -> None:
        """Lower the canvas to the thresholds of these discs, where they are."""
        x, y, radius = *discs[:2] * np.float32(self.fine), np.float32(self.rho * self.fine)
        first_x, first_y = (np.ceil(at - radius - np.float32(0.5)) for at in (x, y))
        steps = np.arange(side)[:, None]
        away_x, away_y = (
            (steps.astype(np.float32) + (first - at + np.float32(0.5))) ** 2
            for first, at in ((first_x, x), (first_y, y))
        )
        threshold = np.where(away_y[:, None] + away_x < radius**2, discs[2], np.float32(1))
        at_y, at_x = (steps + (first + side).astype(np.int64) for first in (first_y, first_x))
        sample = (at_y * canvas.shape[1])[:, None] + at_x
        np.minimum.at(canvas.reshape(-1), sample.ravel(), threshold.ravel())

    def _discs_near(self, row: int, column: int) -> np.ndarray:
        """Place in a block, and threshold, of every disc that reaches into it."""
        near = []
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                place = (row + down) % self.blocks[0], (column + right) % self.blocks[1]
                discs = self._discs_of(*place)
                for axis, steps in enumerate((right, down)):
                    if steps:
                        at = discs[axis] + self.block * steps
                        reaching = (at > -self.rho) & (at < self.block + self.rho)
                        discs = discs[:, np.flatnonzero(reaching)]
                        discs[axis] += self.block * steps
                near.append(discs)
        return np.concatenate(near, axis=1)

    def _throw(self, row: int, column: int) -> np.ndarray:
        """The discs whose centres lie in a block: x and y in it, and the threshold.

        Seen as time, exposure makes discs appear evenly; at coverage u, -ln(1 - u) are there per
        disc area.
        """
        random = np.random.default_rng((self.seed, row, column))
        most = -math.log(1 - HIGHEST)
        count = random.poisson(most * self.block**2 / (math.pi * self.rho**2))
        place = self.block * random.random((2, count), dtype=np.float32)
        threshold = -np.expm1(np.float32(-most) * random.random(count, dtype=np.float32))
        return np.stack((*place, threshold))[:, threshold < self.highest]
