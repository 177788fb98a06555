"""The kinds of step that a pack is made of.

A step takes a wire, R, G, B each, and gives the next. Players and hosts know these kinds and
nothing of films:

    table      what a look-up table makes of x
    power      max(10^(direction x) - offset, 0)
    log        log10 max(x, floor)
    printer    log10 max(x, floor) + log_exposure + per_point (points - 25)
    hold back  x - coupling @ b, of a second wire b
    blur       kernel * x, each layer by its own
    at least   max(x, low)
"""

from typing import Annotated, Literal

from pydantic import Field

from bake.parts import Kernel, Part, Table, Triple
from bake.texture import Texture
from spectral_film.stages.printing import NORMAL_POINTS


class _OneWire(Part):
    takes: str
    gives: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every wire it takes."""
        return (self.takes,)


class Lookup(_OneWire):
    """What a table makes of a colour, or of each layer."""

    kind: Literal["table"] = "table"
    table: Table


class Power(_OneWire):
    """Log exposure, or density where the direction is -1, as light."""

    kind: Literal["power"] = "power"
    direction: Literal[1, -1]
    offset: float = Field(ge=0)


class Logarithm(_OneWire):
    """Light as log exposure; `floor` keeps it finite."""

    kind: Literal["log"] = "log"
    floor: float = Field(gt=0)


class Printer(_OneWire):
    """Light through the negative as log exposure of the print, by the printer's lights."""

    kind: Literal["printer"] = "printer"
    floor: float = Field(gt=0)
    log_exposure: Triple  # of the print where all light goes through, at 25-25-25 points
    per_point: float
    points: Triple

    @property
    def light(self) -> tuple[float, ...]:
        """log10 exposure of the print where all light goes through, at its points."""
        return tuple(
            at_25 + self.per_point * (points - NORMAL_POINTS)
            for at_25, points in zip(self.log_exposure, self.points, strict=True)
        )


class HoldBack(Part):
    """Log exposure less what the inhibitor around takes of it."""

    kind: Literal["hold back"] = "hold back"
    takes: str
    inhibitor: str
    gives: str
    coupling: tuple[Triple, Triple, Triple]  # (layer held back, layer developing)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every wire it takes."""
        return (self.takes, self.inhibitor)


class Blur(_OneWire):
    """What light or inhibitor does between pixels; without a kernel, nothing."""

    kind: Literal["blur"] = "blur"
    kernel: Kernel | None


class Grain(_OneWire):
    """Dye as the clouds that it is made of."""

    kind: Literal["grain"] = "grain"
    texture: Texture


class AtLeast(_OneWire):
    """Nothing below an end."""

    kind: Literal["at least"] = "at least"
    low: float


Arithmetic = Power | Logarithm | Printer | HoldBack | AtLeast
AtAPoint = Lookup | Power | Logarithm | Printer | AtLeast
Step = Annotated[Lookup | Blur | Grain | Arithmetic, Field(discriminator="kind")]
