"""The quantities that travel along the path of light, and can be tapped: name and unit.

Every plane is float32, C order, (channel, y, x). Channels 0, 1, 2 are the red-, green- and
blue-sensitive layers and their cyan, magenta and yellow dyes.
"""

from typing import Literal

# Below this an exposure counts as none: 8 decades under an 18 % grey, where the toe of every
# curve is flat to 1e-7 density. It keeps the logarithm finite.
EXPOSURE_FLOOR = 1e-10  # lux s

Quantity = Literal[
    "exposure", "dyes", "negative", "printing-density", "cineon", "print", "xyz", "display"
]

UNITS: dict[str, str] = {
    "exposure": "lux s",
    "dyes": "dye amount, 1 = peak density 1.0",
    "negative": "status M density, base included",
    "printing-density": "density as the print stock sees it, base included",
    "cineon": "10-bit code, 95 = unexposed film, 0.002 printing density per code",
    "print": "status A density, base included",
    "xyz": "CIE 1931 XYZ, Y = 1 for the open gate",
    "display": "display RGB, 1 = display white",
}
