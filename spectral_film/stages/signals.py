"""The quantities that travel along the path of light: name and unit.

Every plane is float32, (channel, y, x). Channels 0, 1, 2 are the red-, green- and blue-sensitive
layers and their cyan, magenta and yellow dyes.
"""

from dataclasses import dataclass
from typing import Literal

# Below this an exposure counts as none: 8 decades under an 18 % grey, where the toe of every
# curve is flat to 1e-7 density. It keeps the logarithm finite.
EXPOSURE_FLOOR = 1e-10  # lux s


@dataclass(frozen=True)
class Signal:
    """What a wire between two stages carries."""

    name: str
    unit: str


SCENE = Signal("scene", "light, 1 = perfect white")
EXPOSURE = Signal("exposure", "lux s")
COMPENSATED = Signal("compensated exposure", "log10 lux s, what neutral inhibitor takes added")
INHIBITOR = Signal("inhibitor", "dye amount it is set free with")
DYES = Signal("dyes", "dye amount, 1 = peak density 1.0")
NEGATIVE_DENSITY = Signal("negative", "status M density, base included")
PRINTING_DENSITY = Signal("printing-density", "density as the print stock sees it, base included")
CINEON = Signal("cineon", "10-bit code, 95 = unexposed film, 0.002 printing density per code")
PRINT_EXPOSURE = Signal("print exposure", "10^h on the print's own h axis")
PRINT_DYES = Signal("print dyes", "dye amount, 1 = peak density 1.0")
PRINT_DENSITY = Signal("print", "status A density, base included")
XYZ = Signal("xyz", "CIE 1931 XYZ, Y = 1 for the open gate")
DISPLAY = Signal("display", "display RGB, 1 = display white")
# The way back, from what has developed to the scene.
HELD_EXPOSURE = Signal("held exposure", "lux s, as the developed film tells of it")
TEXTURED_SCENE = Signal("scene", "scene-linear light, 1 = perfect white, as the negative holds it")

# Where a user may tap the path.
Quantity = Literal[
    "exposure", "dyes", "scene", "negative", "printing-density", "cineon", "print", "xyz", "display"
]

UNITS: dict[str, str] = {
    signal.name: signal.unit
    for signal in (
        EXPOSURE, DYES, TEXTURED_SCENE, NEGATIVE_DENSITY, PRINTING_DENSITY, CINEON, PRINT_DENSITY,
        XYZ, DISPLAY,
    )
}  # fmt: skip
