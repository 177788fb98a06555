"""What the battery finds of a method of grain."""

from collections.abc import Mapping
from dataclasses import dataclass

Measured = Mapping[str, float]


@dataclass(frozen=True)
class Outcome:
    """Of one method, seen through one aperture.

    Attributes:
        flat: By radius in pixels, a measurement a level.
        photograph: By radius, a measurement a photograph.
        context: The most that a pixel moves when the other half of the picture changes.
        tile: The most that it moves when a corner of the picture is drawn alone.
    """

    method: str
    aperture: str
    flat: Mapping[float, list[Measured]]
    photograph: Mapping[float, list[Measured]]
    context: float
    tile: float
