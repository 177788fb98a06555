"""The path of light in segments from one signal to the next, as tables stand for them.

A table holds what becomes of a colour by itself, so it has no place for a step that looks around.
Segments end to end hold the whole path: a step that is new, or called otherwise than before, is in
a table or is refused.
"""

from collections.abc import Sequence
from itertools import pairwise

from spectral_film.errors import UsageError
from spectral_film.path.order import Steps, between
from spectral_film.stages.signals import (
    DISPLAY,
    DYES,
    EXPOSURE,
    PRINT_DYES,
    PRINT_EXPOSURE,
    SCENE,
    Signal,
)

# Where tables meet: the wires of a pack, but for what its kernels make.
PRINTED = (SCENE, EXPOSURE, DYES, PRINT_EXPOSURE, PRINT_DYES, DISPLAY)
UNPRINTED = (SCENE, EXPOSURE, DYES, DISPLAY)


def segments(steps: Steps, signals: Sequence[Signal]) -> list[Steps]:
    """The steps between each signal and the next, end to end the whole path.

    Args:
        steps: The path.
        signals: Where to cut it, from what its first step takes to what its last one gives.

    Raises:
        UsageError: a segment is missing, or a step lies in none.
    """
    try:
        found = [between(steps, first, last) for first, last in pairwise(signals)]
    except ValueError as reason:
        raise UsageError(f"this film cannot be baked: {reason}; render it") from None
    for (first, last), segment in zip(pairwise(signals), found, strict=True):
        if not segment:
            raise UsageError(
                f"this film cannot be baked: no step makes {last.name} of {first.name}; render it"
            )
    held = {id(step) for segment in found for step in segment}
    for step in steps:
        if id(step) not in held:
            raise UsageError(
                f"this film cannot be baked: {step.name!r} lies outside the path from "
                f"{signals[0].name} to {signals[-1].name}; render it"
            )
    return found


def check_points(steps: Steps) -> None:
    """Refuse steps that a table cannot hold.

    Raises:
        UsageError: one looks at other pixels.
    """
    for step in steps:
        if step.stage.reach_um:
            raise UsageError(
                f"this film cannot be baked: {step.name!r} looks {step.stage.reach_um:g} um "
                "around, and a table knows one colour at a time; render it"
            )
