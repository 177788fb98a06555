"""The quantities that travel between the stages: name, unit, and what the channels are.

Every plane is float32, C order, (channel, y, x). Channels 0, 1, 2 are the red-, green- and
blue-sensitive layers and their cyan, magenta and yellow dyes.
"""

from dataclasses import dataclass

# Below this an exposure counts as none: 8 decades under an 18 % grey, where the toe of every
# curve is flat to 1e-7 density. It keeps the logarithm finite.
EXPOSURE_FLOOR = 1e-10  # lux s


@dataclass(frozen=True)
class Signal:
    """A quantity on a wire between two stages."""

    name: str
    unit: str


EXPOSURE = Signal("exposure", "lux s")
DYES = Signal("dyes", "dye amount, 1 = peak density 1.0")
PRINT_EXPOSURE = Signal(
    "print exposure", "relative to the printer's aim, log10 on the print's axis"
)
XYZ = Signal("xyz", "CIE 1931 XYZ, Y = 1 for the open gate")
