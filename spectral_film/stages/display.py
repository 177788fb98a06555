"""Display: XYZ of the screen -> RGB of a display, by one declared white.

The eye adapts to one white (the projector lamp, or the clear print); CAT16 carries it to the
display's white. Luminance is scaled so that the clear print is display white, 1.0; of a negative
by the lamp's white, the open light box.
Kernel: display.cl. Reference: reference/stages/display.py. Sources: Li et al. 2017 (CAT16, full
adaptation).
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


@dataclass(frozen=True, kw_only=True)
class Display(PointStage):
    """One display looking at one screen; linear light may leave 0..1, codes are not below 0.

    Attributes:
        display: A name of `DISPLAYS`.
        adapting_white: XYZ that the eye takes for white, (3,).
        peak_luminance: Y on the screen that becomes display white.
        encode: Give code values 0..1 rather than display-linear light.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"xyz": XYZ}
    gives: ClassVar[Mapping[str, Signal]] = {"rgb": DISPLAY}

    display: str
    adapting_white: np.ndarray
    peak_luminance: float
    encode: bool

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        gamma = DISPLAYS[self.display].gamma
        encoding = 0 if not self.encode else 1 if gamma is None else 2
        return Launch(
            site.device,
            KERNELS,
            "display",
            defines={"ENCODING": encoding, "GAMMA": f"{gamma or 1.0}f"},
            tables={"xyz_to_rgb": self.xyz_to_rgb()},
        )

    def xyz_to_rgb(self) -> np.ndarray:
        """Adaptation, scale and primaries in one matrix, (3, 3)."""
        standard = DISPLAYS[self.display]
        seen = self.adapting_white / self.adapting_white[1]
        adapt = adaptation(CAT16, seen, white_xyz(standard.white))
        return np.linalg.inv(standard.rgb_to_xyz()) @ adapt / self.peak_luminance
