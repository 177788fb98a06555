"""Names beside circles of a map, where they cover neither each other nor the circles."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spectral_film.pages.drawing import INK
from spectral_film.pages.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 7.5  # points of a letter
LETTER = 0.52  # width of a letter, of its size
POINTS = 72  # an inch
AWAY = (0.4, 1.2, 2.2, 3.4, 4.8, 6.5, 8.5, 11.0)  # heights of a line off the circle, nearest first
DIRECTIONS = 24
DOT = 1.1  # points, the radius of what a leader ends in
ACROSS, FARTHER = 0.2, 0.05  # how bad it is to lead over a circle, and to stand a step farther off
STEPS = 9  # of a circle's radius, and as many of a leader


@dataclass
class Taken:
    """What names must keep off.

    Attributes:
        places, radii: Of the circles, (circle, 2) and (circle,).
        boxes: Of names: left, bottom, right, top.
        leaders: Points along each, (step, 2).
    """

    places: np.ndarray
    radii: np.ndarray
    boxes: list[np.ndarray] = field(default_factory=list)
    leaders: list[np.ndarray] = field(default_factory=list)


def labelled(
    axes: "Axes", places: np.ndarray, radii: Sequence[float], names: Sequence[str]
) -> None:
    """Write each name as near to its circle as there is room; a leader where one might ask whose.

    A leader ends in a dot where its circle is seen: small circles lie on large ones.

    Args:
        axes: With their limits set and an equal aspect.
        places: Centres of the circles in the axes' units, (circle, 2).
        radii: Of the circles, in the same.
        names: Of the circles; an empty one is not written.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # lays it out, so that letters are known in the axes' units
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    unit = (right - left) / axes.get_window_extent().width * figure.dpi / POINTS  # of a point
    line = 1.3 * SIZE * unit
    taken = Taken(places, np.asarray(radii))
    for at, name in enumerate(names):
        if not name:
            continue
        half = np.array([len(name) * LETTER * SIZE * unit, line]) / 2
        seen = _seen(at, taken, DOT * unit)
        best, least = (0, places[at], places[at]), np.inf
        for step, away in enumerate(AWAY):
            for turn, way in enumerate(_ways()):
                middle = places[at] + way * (radii[at] + away * line)
                middle = middle + np.sign(np.round(way, 3)) * half
                end = np.clip(places[at], middle - half, middle + half)
                dot = seen[np.linalg.norm(seen - end, axis=1).argmin()]
                cost = _cost(at, middle, half, np.linspace(dot, end, STEPS), taken)
                cost += 10 * _outside(middle, half, (left, bottom), (right, top)) + FARTHER * step
                if cost < least:
                    best, least = (step * DIRECTIONS + turn, middle, dot), cost
        found, middle, dot = best
        taken.boxes.append(np.concatenate([middle - half, middle + half]))
        axes.text(
            middle[0], middle[1], name, fontsize=SIZE, color=INK, ha="center", va="center", zorder=4
        )
        apart = np.linalg.norm(places - places[at], axis=1) - taken.radii - radii[at]
        if found > 1 or (apart < line).sum() > 1:  # not right beside it, or others are near
            end = np.clip(dot, middle - half, middle + half)
            taken.leaders.append(np.linspace(dot, end, STEPS))
            axes.plot(*zip(dot, end, strict=True), "o-", color=INK, linewidth=0.5,
                      markersize=2 * DOT + 0.8, markevery=[0], zorder=3, markeredgewidth=0.8,
                      markeredgecolor=LIGHT["paper"])  # fmt: skip


def _ways() -> np.ndarray:
    """Unit vectors all round, right and left before up and down, (direction, 2)."""
    turn = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    order = np.argsort(np.abs(np.sin(turn)).round(6), kind="stable")
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)[order]


def _seen(at: int, taken: Taken, dot: float) -> np.ndarray:
    """Where a dot shows that lies on a circle: on none of the smaller ones, (point, 2)."""
    turn = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    out = np.linspace(0, max(taken.radii[at] - 2 * dot, 0), STEPS)
    rings = out[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    points = taken.places[at] + rings.reshape(-1, 2)
    smaller = taken.radii < taken.radii[at]
    off = np.linalg.norm(points[:, None] - taken.places[smaller], axis=2) - taken.radii[smaller]
    free = (off > 2 * dot).all(axis=1)
    if free.reshape(STEPS, -1).all():
        return taken.places[at][None]  # nothing lies on it
    return points[free] if free.any() else points[off.min(axis=1).argmax()][None]


def _cost(at: int, middle: np.ndarray, half: np.ndarray, leader: np.ndarray, taken: Taken) -> float:
    """How many circles, names and leaders a name and its leader would lie on."""
    nearest = np.clip(taken.places, middle - half, middle + half)
    circles = np.linalg.norm(taken.places - nearest, axis=1) < taken.radii
    over = np.linalg.norm(leader[:, None] - taken.places, axis=2) < taken.radii
    over[:, at] = False
    boxes = [
        ((middle - half < box[2:]).all() and (middle + half > box[:2]).all())
        or _runs_over(leader, box)
        for box in taken.boxes
    ]  # fmt: skip
    leaders = [
        _runs_over(other, np.concatenate([middle - half, middle + half]))
        or _cross(other[0], other[-1], leader[0], leader[-1])
        for other in taken.leaders
    ]
    return float(circles.sum() + sum(boxes) + sum(leaders) + ACROSS * over.any(axis=0).sum())


def _runs_over(leader: np.ndarray, box: np.ndarray) -> bool:
    return bool(((leader > box[:2]) & (leader < box[2:])).all(axis=1).any())


def _cross(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> bool:
    """Whether the line from a to b crosses that from c to d."""

    def side(start: np.ndarray, end: np.ndarray, point: np.ndarray) -> float:
        along, there = end - start, point - start
        return float(along[0] * there[1] - along[1] * there[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _outside(
    middle: np.ndarray,
    half: np.ndarray,
    low: tuple[float, float],
    high: tuple[float, float],
) -> bool:
    return bool((middle - half < low).any() or (middle + half > high).any())
