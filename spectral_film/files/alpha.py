"""Alpha: how far something covers a pixel, and whether its light was weighed by that.

OpenEXR holds *associated* alpha: R, G, B are the light that reaches the pixel. PNG holds *straight*
alpha: R, G, B are the colour of what covers it. TIFF says which. Film is not linear: its picture
of half the light is not half its picture of the light. So film is shown the colours, and
formats of associated alpha get its picture weighed by the coverage again.
"""

from dataclasses import dataclass

import numpy as np

# Assumed, 2 to 16: of something that a pixel shows in part, how much brighter than a perfect white
# it may be, two stops. What would have to be brighter is no surface but light: a flame, a glow.
BRIGHTEST_SURFACE = 4.0
# 7.5 stops below grey film shows little but its own black. Where nothing covers, that black goes
# with fainter light, or glows would end in a contour.
FAINTEST_LIGHT = 1e-3
HIGHEST_CODE = 1.0


@dataclass(frozen=True)
class Alpha:
    """The alpha of a picture file.

    Attributes:
        channels: Index of its channel, or of three whose mean it is.
        straight: Whether R, G, B are colours, not yet weighed by it.
        coded: Whether it has weighed code values (integer files), not light.
    """

    channels: tuple[int, ...]
    straight: bool
    coded: bool

    def uncover(self, pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        """Make of pixels the colours of what covers them, in place.

        Light that no surface of that coverage could give is taken for light in front of the
        picture: it keeps its strength, and counts as covering. In between, one goes over into the
        other without a step.

        Args:
            pixels: Light or codes, (y, x, channel).
            alpha: 0..1, (y, x).

        Returns:
            The share of each pixel that its colour fills, (y, x): colour times share is what was
            there.
        """
        alpha = np.clip(np.nan_to_num(alpha, nan=1.0), 0, 1).astype(np.float32)
        if self.straight or (alpha == 1).all():
            return alpha
        light = np.maximum(pixels.max(axis=-1), 0)
        needed = light / (HIGHEST_CODE if self.coded else BRIGHTEST_SURFACE)
        lit = needed > alpha
        share = alpha.copy()
        with np.errstate(divide="ignore", over="ignore"):
            grown = needed[lit] / alpha[lit] * needed[lit]
        share[lit] = np.minimum(np.minimum(grown, light[lit] / FAINTEST_LIGHT), 1)
        some = share > 0
        pixels[some] /= share[some][:, np.newaxis]
        return share
