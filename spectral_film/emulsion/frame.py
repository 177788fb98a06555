"""The film gate: how large a pixel is on the film. All the geometry there is."""

import math
import re
from dataclasses import dataclass

from spectral_film.errors import UsageError, meant

# Camera apertures, width x height in mm. Super 35 (4-perf, full): SMPTE, quoted by several
# sources; academy .864 x .630 in; the others SMPTE 7 / 201 / 215 as commonly quoted, unverified;
# imax is 65 mm 15-perf.
GATES_MM = {
    "super35": (24.89, 18.66),
    "academy": (21.95, 16.00),
    "anamorphic": (22.00, 18.59),
    "super16": (12.52, 7.41),
    "16mm": (10.26, 7.49),
    "65mm": (52.63, 23.01),
    "imax": (70.41, 52.63),
}


def gate_size_mm(gate: str) -> tuple[float, float]:
    """Width and height of a camera aperture: a name of `GATES_MM`, or `WxH` in mm.

    Raises:
        UsageError: neither a known name nor two sensible lengths.
    """
    known = GATES_MM.get(gate.lower())
    if known:
        return known
    match = re.fullmatch(r"([0-9.]+)x([0-9.]+)", gate.lower())
    try:
        width, height = (float(side) for side in match.groups()) if match else (math.nan, math.nan)
    except ValueError:
        width = height = math.nan
    if not (0.5 <= width <= 500 and 0.5 <= height <= 500):
        raise UsageError(
            f"gate {gate!r} is unknown{meant(gate, GATES_MM)}: give one of {', '.join(GATES_MM)}, "
            "or width x height in mm from 0.5 to 500, such as 24.89x18.66"
        )
    return width, height


@dataclass(frozen=True)
class Frame:
    """A sampled picture lying in a gate.

    Attributes:
        gate_width_mm: Width of the camera aperture, filled by the display window.
        display_width: Pixels across the display window.
        pixel_aspect: Width of a pixel over its height.
    """

    gate_width_mm: float
    display_width: int
    pixel_aspect: float = 1.0

    @property
    def pitch_um(self) -> tuple[float, float]:
        """Distance between pixel centres on the film, across and down, in um."""
        across = 1000 * self.gate_width_mm / self.display_width
        return across, across / self.pixel_aspect


ANY_FRAME = Frame(24.0, 1000)  # for single pixels: without its neighbours one may have any size
