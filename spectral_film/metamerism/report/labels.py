"""Names beside circles of a map, where they cover neither each other nor the circles."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from spectral_film.pages.drawing import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 7.5  # points of a letter
LETTER = 0.52  # width of a letter, of its size
POINTS = 72  # an inch
FILLED = 0.86  # share of the figure that axes with their labels leave to what is drawn
AWAY = (0.4, 1.2, 2.2, 3.4, 4.8, 6.5, 8.5, 11.0)  # heights of a line off the circle, nearest first
DIRECTIONS = 24


def labelled(
    axes: "Axes", places: np.ndarray, radii: Sequence[float], names: Sequence[str]
) -> None:
    """Write each name as near to its circle as there is room; a line where one might ask whose.

    Args:
        axes: With their limits set and an equal aspect.
        places: Centres of the circles in the axes' units, (circle, 2).
        radii: Of the circles, in the same.
        names: Of the circles.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    width, height = figure.get_size_inches()
    unit = max((right - left) / width, (top - bottom) / height) / POINTS / FILLED
    line = 1.3 * SIZE * unit
    taken: list[np.ndarray] = []  # boxes of names: left, bottom, right, top
    for at, name in enumerate(names):
        half = np.array([len(name) * LETTER * SIZE * unit, line]) / 2
        options = [
            places[at] + way * (radii[at] + away * line) + np.sign(np.round(way, 3)) * half
            for away in AWAY
            for way in _ways()
        ]
        covered = [
            _covered(middle, half, places, np.asarray(radii), taken)
            + 10 * _outside(middle, half, (left, bottom), (right, top))
            for middle in options
        ]
        best = int(np.argmin(covered))  # the nearest of those that cover least
        middle = options[best]
        taken.append(np.concatenate([middle - half, middle + half]))
        axes.text(
            middle[0], middle[1], name, fontsize=SIZE, color=INK, ha="center", va="center", zorder=4
        )
        crowded = np.linalg.norm(places - places[at], axis=1) < radii[at] + np.asarray(radii)
        if best >= DIRECTIONS or crowded.sum() > 1:  # it is near to itself
            end = np.clip(places[at], middle - half, middle + half)
            axes.plot(*zip(places[at], end, strict=True), "o-", color=INK, linewidth=0.5,
                      markersize=2.2, markevery=[0], zorder=3)  # fmt: skip


def _ways() -> np.ndarray:
    """Unit vectors all round, right and left before up and down, (direction, 2)."""
    turn = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    order = np.argsort(np.abs(np.sin(turn)).round(6), kind="stable")
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)[order]


def _covered(
    middle: np.ndarray,
    half: np.ndarray,
    places: np.ndarray,
    radii: np.ndarray,
    taken: Sequence[np.ndarray],
) -> float:
    """How many circles and names a name would lie on."""
    nearest = np.clip(places, middle - half, middle + half)
    circles = np.linalg.norm(places - nearest, axis=1) < radii
    boxes = [(middle - half < box[2:]).all() and (middle + half > box[:2]).all() for box in taken]
    return float(circles.sum() + sum(boxes))


def _outside(
    middle: np.ndarray,
    half: np.ndarray,
    low: tuple[float, float],
    high: tuple[float, float],
) -> bool:
    return bool((middle - half < low).any() or (middle + half > high).any())
