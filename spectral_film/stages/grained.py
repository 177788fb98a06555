"""What every form of grain is as a stage: dyes in, grainy ones out, a few pixels around.

Forms: grain.py, grain_boolean.py. Source: docs/physics.md, Grain.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from spectral_film.stages.signals import Signal


@dataclass(frozen=True, kw_only=True)
class Grained(ABC):
    """A stage that gives dyes their grain.

    Attributes:
        pitch_um: Distance of the pixels across and down.
        of, to: What has no grain yet, and what has.
        origin: Column and row on the frame of the first pixel; noise is counted from the frame's.
    """

    pitch_um: tuple[float, float]
    of: Signal
    to: Signal
    origin: tuple[int, int] = (0, 0)

    margin = (0, 0)

    @property
    @abstractmethod
    def radius(self) -> int:
        """Pixels around each whose dye its grain depends on."""

    @property
    def takes(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"dyes": self.of}

    @property
    def gives(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"grainy": self.to}

    @property
    def reach(self) -> tuple[int, int]:
        """See `Stage`."""
        return self.radius, self.radius

    @property
    def reach_um(self) -> float:
        """See `Stage`."""
        return self.radius * max(self.pitch_um)
