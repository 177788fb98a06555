"""The frequencies at which grain is compared while the network is trained.

Spectra of grain are the same after any of a square's eight turns and mirrorings: an eighth of the
plane says all. Frequencies lie on a lattice of the torus of GRID pixels a side.
"""

from itertools import product

import numpy as np

from spectral_film.grain.orbits import orbits

GRID = 24  # pixels: lags of more than half of it are of no grain here
RINGS = np.linspace(0.03, 0.5, 21)  # cycles per pixel: the battery's; each weighs as much
CORNERS = 0.5  # weight of what lies beyond them, and of what lies before


def members_of(dx: int, dy: int) -> list[tuple[int, int]]:
    """The pixels of an orbit, (dx, dy) from the centre."""
    turns = product(((dx, dy), (dy, dx)), (1, -1), (1, -1))
    return sorted({(i * x, j * y) for (x, y), i, j in turns})


def _places() -> np.ndarray:
    return np.array([(x, y) for x in range(GRID // 2 + 1) for y in range(x + 1)])


def _shares() -> np.ndarray:
    """Of the lattice, that each stands for."""
    around = [{(x % GRID, y % GRID) for x, y in members_of(*at)} for at in _places().tolist()]
    return np.array([len(same) for same in around]) / GRID**2


FREQUENCIES = _places() / GRID  # (frequency, x and y), cycles per pixel
SHARES = _shares()  # the sum of power by share is the variance


def ring_weights() -> np.ndarray:
    """What the error at each frequency weighs, of sum 1."""
    ring = np.digitize(np.hypot(*FREQUENCIES.T), RINGS)
    in_ring = np.bincount(ring, SHARES)[ring]
    weights = SHARES / in_ring * np.where((ring == 0) | (ring == len(RINGS)), CORNERS, 1)
    return weights / weights.sum()


def transfer(radius: int) -> np.ndarray:
    """Of each orbit of a square, when its pixels are added up: (frequency, orbit), real."""
    phases = [2 * np.pi * FREQUENCIES @ np.array(members_of(*name)).T for name in orbits(radius)]
    return np.stack([np.cos(phase).sum(axis=-1) for phase in phases], axis=-1)
