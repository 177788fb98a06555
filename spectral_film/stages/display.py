"""Display: XYZ of the screen -> RGB of a display, by one declared white.

The eye adapts to one white (the projector lamp, or the clear print); CAT16 carries it to the
display's white. Luminance is scaled so that the clear print is display white, 1.0; of a negative
by the lamp's white, the open light box. What the display cannot show is rolled in, or cut.
Kernel: display.cl. Reference: reference/stages/display.py. Source: docs/physics.md, Display,
Gamut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.light.chromaticity import CAT16, adaptation, white_xyz
from spectral_film.light.displays import DISPLAYS
from spectral_film.stages.signals import DISPLAY, XYZ, Signal
from spectral_film.stages.stage import PointStage

KERNELS = Path(__file__).with_suffix(".cl")
GAMUT_KNEE = 0.9  # of the way from grey to the boundary: what lies nearer to grey does not move


@dataclass(frozen=True, kw_only=True)
class Display(PointStage):
    """One display looking at one screen; codes are within 0..1.

    Attributes:
        display: A name of `DISPLAYS`.
        adapting_white: XYZ that the eye takes for white, (3,).
        peak_luminance: Y on the screen that becomes display white.
        compress: Roll what lies outside the display in, keeping its hue. Else codes are cut, and
            display-linear light stays outside.
        encode: Give code values 0..1 rather than display-linear light.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"xyz": XYZ}
    gives: ClassVar[Mapping[str, Signal]] = {"rgb": DISPLAY}

    display: str
    adapting_white: np.ndarray
    peak_luminance: float
    compress: bool
    encode: bool

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        standard = DISPLAYS[self.display]
        gamma = standard.gamma
        encoding = 0 if not self.encode else 1 if gamma is None else 2
        return Launch(
            site.device,
            KERNELS,
            "display",
            defines={
                "ENCODING": encoding,
                "GAMMA": f"{gamma or 1.0}f",
                "COMPRESS": int(self.compress and self.bounded),
                "KNEE": f"{GAMUT_KNEE}f",
            },
            tables={
                "xyz_to_rgb": self.xyz_to_rgb(),
                "luminance_weight": standard.rgb_to_xyz()[1],
            },
        )

    @property
    def bounded(self) -> bool:
        """Whether it ends somewhere: scene-linear spaces hold whatever light there is."""
        return not DISPLAYS[self.display].linear

    def xyz_to_rgb(self) -> np.ndarray:
        """Adaptation, scale and primaries in one matrix, (3, 3)."""
        standard = DISPLAYS[self.display]
        seen = self.adapting_white / self.adapting_white[1]
        adapt = adaptation(CAT16, seen, white_xyz(standard.white))
        return np.linalg.inv(standard.rgb_to_xyz()) @ adapt / self.peak_luminance
