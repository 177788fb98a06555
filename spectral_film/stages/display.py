"""Display: XYZ of the screen -> RGB of a display, by one declared white.

The eye adapts to one white (the projector lamp, or the clear print); CAT16 carries it to the
display's white. Luminance is scaled so that the clear print is display white, 1.0; of a negative
by the lamp's white, the open light box.
Kernel: display.cl. Reference: reference/stages/display.py. Sources: Li et al. 2017 (CAT16, full
adaptation).
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.light.chromaticity import CAT16, adaptation, white_xyz
from spectral_film.light.displays import DISPLAYS


@dataclass(frozen=True, kw_only=True)
class Display:
    """One display looking at one screen.

    Attributes:
        display: A name of `DISPLAYS`.
        adapting_white: XYZ that the eye takes for white, (3,).
        peak_luminance: Y on the screen that becomes display white.
        encode: Give code values 0..1 rather than display-linear light.
    """

    display: str
    adapting_white: np.ndarray
    peak_luminance: float
    encode: bool

    def __call__(self, device: Device, xyz: np.ndarray) -> np.ndarray:
        """RGB, (3, y, x); linear light may leave 0..1, codes are not below 0."""
        gamma = DISPLAYS[self.display].gamma
        encoding = 0 if not self.encode else 1 if gamma is None else 2
        return device.run(
            "display",
            "display",
            pixels=xyz[0].size,
            defines={"ENCODING": encoding, "GAMMA": f"{gamma or 1.0}f"},
            out={"rgb": xyz.shape},
            xyz=xyz,
            xyz_to_rgb=self.xyz_to_rgb(),
        )

    def xyz_to_rgb(self) -> np.ndarray:
        """Adaptation, scale and primaries in one matrix, (3, 3)."""
        standard = DISPLAYS[self.display]
        seen = self.adapting_white / self.adapting_white[1]
        adapt = adaptation(CAT16, seen, white_xyz(standard.white))
        return np.linalg.inv(standard.rgb_to_xyz()) @ adapt / self.peak_luminance
