"""Filters that a square's eight turns and mirrorings leave as they are.

Pixels that change places under them are an orbit, and share a coefficient. Orbits of a square of
radius R are named by their member (dx, dy), 0 <= dy <= dx <= R, in this order: (0, 0), (1, 0),
(1, 1), (2, 0), (2, 1), (2, 2) ... They have 1, 4, 4, 4, 8, 4 members.
"""

from functools import lru_cache

import numpy as np


def orbits(radius: int) -> list[tuple[int, int]]:
    """Their names, in order."""
    return [(dx, dy) for dx in range(radius + 1) for dy in range(dx + 1)]


def radius_of(count: int) -> int:
    """The radius of a square that has so many orbits."""
    radius = 0
    while len(orbits(radius)) < count:
        radius += 1
    return radius


def members(radius: int) -> np.ndarray:
    """How many pixels each orbit has, (orbit,)."""
    return np.bincount(_orbit_of(radius).ravel())


def square(coefficients: np.ndarray) -> np.ndarray:
    """The filter in full, (..., orbit) -> (..., 2 R + 1, 2 R + 1)."""
    full: np.ndarray = coefficients[..., _orbit_of(radius_of(coefficients.shape[-1]))]
    return full


@lru_cache
def sums(radius: int, other: int) -> np.ndarray:
    """In how many ways a member of an orbit is the sum of one of either: (orbit, orbit, orbit).

    The first axis is of radius + other. Filters a, b, convolved: `einsum("oij,i,j", sums, a, b)`.
    """
    near, far = _orbit_of(radius), _orbit_of(other)
    ways = np.zeros((len(orbits(radius + other)), near.max() + 1, far.max() + 1))
    for y, x in np.ndindex(near.shape):
        for number, (dx, dy) in enumerate(orbits(radius + other)):
            v, u = dy - (y - radius) + other, dx - (x - radius) + other
            if 0 <= v <= 2 * other and 0 <= u <= 2 * other:
                ways[number, near[y, x], far[v, u]] += 1
    return ways


def _orbit_of(radius: int) -> np.ndarray:
    number = {name: i for i, name in enumerate(orbits(radius))}
    away = [abs(i) for i in range(-radius, radius + 1)]
    return np.array([[number[max(x, y), min(x, y)] for x in away] for y in away])
