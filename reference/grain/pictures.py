"""Pictures that the network is trained on: what photographs have where grain is hard.

Coverage changes within a disc's reach: slopes, edges of leaves that lie over each other, their
corners, sharp and soft. A picture is a torus, so that one rendering holds many copies of it, each
with grain of its own.
"""

import numpy as np
from scipy import ndimage

SIDE = 32  # pixels
LEAVES = 60
DARKEST, LIGHTEST = 0.02, 0.98  # coverage


def pictures(count: int, rng: np.random.Generator) -> np.ndarray:
    """Coverages, (picture, y, x)."""
    return np.stack([_picture(number, rng) for number in range(count)])


def _picture(number: int, rng: np.random.Generator) -> np.ndarray:
    kind = number % 4
    picture = _slope(rng) if kind == 0 else _leaves(rng)
    if kind == 1:
        picture = (picture + _slope(rng)) / 2
    if kind == 2:
        picture = ndimage.gaussian_filter(picture, rng.uniform(0.5, 1.5), mode="wrap")
    low, high = (DARKEST, LIGHTEST)
    if rng.uniform() < 0.4:
        low, high = np.sort(rng.uniform(DARKEST, LIGHTEST, 2))
    return low + (high - low) * (picture - picture.min()) / np.ptp(picture)


def _slope(rng: np.random.Generator) -> np.ndarray:
    """Up and down again, once or twice, along one axis."""
    turn = np.arange(SIDE) / SIDE * rng.integers(1, 3) + rng.uniform()
    line = abs(2 * (turn % 1) - 1)
    picture = np.broadcast_to(line, (SIDE, SIDE))
    return picture if rng.uniform() < 0.5 else picture.T


def _leaves(rng: np.random.Generator) -> np.ndarray:
    """Round and square, of all sizes, each over those before it."""
    picture = np.zeros((SIDE, SIDE))
    y, x = np.mgrid[:SIDE, :SIDE]
    for _ in range(LEAVES):
        size = np.exp(rng.uniform(0, np.log(SIDE / 3)))
        dx, dy = ((at - rng.uniform(0, SIDE) + SIDE / 2) % SIDE - SIDE / 2 for at in (x, y))
        turn = rng.uniform(0, np.pi)
        across, along = np.cos(turn) * dx + np.sin(turn) * dy, np.cos(turn) * dy - np.sin(turn) * dx
        square = rng.uniform() < 0.4
        away = np.maximum(abs(across), abs(along)) if square else np.hypot(across, along)
        picture[away < size] = rng.uniform()
    return picture
