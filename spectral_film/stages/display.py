"""Display: XYZ of the screen -> RGB of a display, by one declared white.

The eye adapts to one white (the projector lamp, or the clear print); CAT16 carries it to the
display's white. Luminance is scaled so that the clear print is display white, 1.0; of a negative
by the lamp's white, the open light box.
Kernel: display.cl. Reference: reference/stages/display.py. Sources: Li et al. 2017 (CAT16, full
adaptation); IEC 61966-2-1; ITU-R BT.709, BT.1886, BT.2020; SMPTE RP 431-2, EG 432-1.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.chromaticity import CAT16, adaptation, rgb_to_xyz, white_xyz
from spectral_film.device import Device

D65, DCI_WHITE = (0.3127, 0.3290), (0.314, 0.351)
REC709 = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
REC2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))


@dataclass(frozen=True)
class DisplayStandard:
    """Primaries and white as xy; the power of the decoding, None for the sRGB curve."""

    primaries: tuple[tuple[float, float], ...]
    white: tuple[float, float]
    gamma: float | None

    def rgb_to_xyz(self) -> np.ndarray:
        """Linear RGB -> XYZ with Y = 1 for white."""
        return rgb_to_xyz(self.primaries, self.white)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Code values -> display-linear light; what is below 0 is black."""
        codes = np.clip(codes, 0, None)
        if self.gamma is not None:
            decoded: np.ndarray = codes**self.gamma
            return decoded
        return np.where(codes > 0.04045, ((codes + 0.055) / 1.055) ** 2.4, codes / 12.92)


DISPLAYS = {
    "sRGB": DisplayStandard(REC709, D65, None),
    "Rec.709": DisplayStandard(REC709, D65, 2.4),  # BT.1886 with a black of 0
    "P3-D65": DisplayStandard(P3, D65, 2.6),
    "P3-DCI": DisplayStandard(P3, DCI_WHITE, 2.6),
    "Rec.2020": DisplayStandard(REC2020, D65, 2.4),  # BT.1886
}


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
