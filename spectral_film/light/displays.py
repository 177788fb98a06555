"""Display standards: primaries, white and coding of the screens a picture is made for.

Sources: IEC 61966-2-1; ITU-R BT.709, BT.1886, BT.2020; SMPTE RP 431-2, EG 432-1.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.light.chromaticity import rgb_to_xyz

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
