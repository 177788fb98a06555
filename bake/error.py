"""How far a table is from the engine, off its grid, by kind of colour, as OpenColorIO plays it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import PyOpenColorIO

from bake.parts import Statistic

CIEDE2000 = "CIEDE2000"
INTERPOLATIONS = {
    "tetrahedral": PyOpenColorIO.INTERP_TETRAHEDRAL,
    "trilinear": PyOpenColorIO.INTERP_LINEAR,
}


@dataclass(frozen=True)
class Judged:
    """One kind of colour through one interpolation.

    Attributes:
        kind, interpolation: Which.
        statistic: Of the differences.
        worst: What was put in where the difference is largest, (3,).
    """

    kind: str
    interpolation: str
    statistic: Statistic
    worst: np.ndarray


def judge(
    path: Callable[[np.ndarray], np.ndarray],
    played: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    kinds: Mapping[str, np.ndarray],
    difference: Callable[[np.ndarray, np.ndarray], np.ndarray],
    unit: str = CIEDE2000,
) -> list[Judged]:
    """Compare a table with what it stands for.

    Args:
        path: The engine, (colour, 3) to (colour, 3).
        played: The table by each interpolation.
        kinds: Colours by kind, (colour, 3), none of them on the grid.
        difference: Of two results, (colour,).
        unit: Of the difference.
    """
    found = []
    for kind, colours in kinds.items():
        wanted = path(colours)
        for interpolation, play in played.items():
            apart = difference(wanted, play(colours))
            worst = colours[int(apart.argmax())]
            found.append(Judged(kind, interpolation, statistic(apart, unit), worst))
    return found


def statistic(differences: np.ndarray, unit: str) -> Statistic:
    """Mean, 99th percentile and largest, to four digits."""
    numbers = differences.mean(), np.percentile(differences, 99), differences.max()
    mean, p99, largest = (float(f"{number:.4g}") for number in numbers)
    return Statistic(mean=mean, p99=p99, largest=largest, unit=unit)


def rows(judged: list[Judged]) -> list[str]:
    """A table of errors as text."""
    lines = [f"{'colours':<14}{'interpolation':<15}{'mean':>8}{'p99':>8}{'largest':>9}   worst at"]
    for j in judged:
        s = j.statistic
        at = ", ".join(f"{value:.3f}" for value in j.worst)
        lines.append(
            f"{j.kind:<14}{j.interpolation:<15}{s.mean:8.3f}{s.p99:8.3f}{s.largest:9.2f}   {at}"
        )
    return lines
