"""Display standards: primaries, white and coding of the screens a picture is made for.

Two are spaces of scene-linear files, for compositing: there light stays linear.

Sources: IEC 61966-2-1; ITU-R BT.709, BT.1886, BT.2020; SMPTE RP 431-2, EG 432-1; SMPTE ST 2065-1
(ACES2065-1), Academy S-2014-004 (ACEScg).
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.light.chromaticity import rgb_to_xyz

D65, DCI_WHITE, ACES_WHITE = (0.3127, 0.3290), (0.314, 0.351), (0.32168, 0.33767)
REC709 = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
REC2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
AP0 = ((0.7347, 0.2653), (0.0, 1.0), (0.0001, -0.0770))
AP1 = ((0.713, 0.293), (0.165, 0.830), (0.128, 0.044))


@dataclass(frozen=True)
class DisplayStandard:
    """A display, or a space of linear light.

    Attributes:
        primaries: xy of red, green and blue.
        white: xy of its white.
        gamma: The power of the decoding; 1 for linear light; None for the sRGB curve.
        interop_id: How the ASWF calls linear light of it, where there is need to say.
    """

    primaries: tuple[tuple[float, float], ...]
    white: tuple[float, float]
    gamma: float | None
    interop_id: str = ""

    @property
    def linear(self) -> bool:
        """Whether it has no coding for integers."""
        return self.gamma == 1

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

    def encode(self, light: np.ndarray) -> np.ndarray:
        """Display-linear light -> code values; what is below 0 is black."""
        light = np.clip(light, 0, None)
        if self.gamma is not None:
            encoded: np.ndarray = light ** (1 / self.gamma)
            return encoded
        return np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, 12.92 * light)


DISPLAYS = {
    "sRGB": DisplayStandard(REC709, D65, None),
    "Rec.709": DisplayStandard(REC709, D65, 2.4),  # BT.1886 with a black of 0
    "P3-D65": DisplayStandard(P3, D65, 2.6),
    "P3-DCI": DisplayStandard(P3, DCI_WHITE, 2.6),
    "Rec.2020": DisplayStandard(REC2020, D65, 2.4),  # BT.1886
    "ACEScg": DisplayStandard(AP1, ACES_WHITE, 1.0, "lin_ap1_scene"),
    "ACES2065-1": DisplayStandard(AP0, ACES_WHITE, 1.0, "lin_ap0_scene"),
}
