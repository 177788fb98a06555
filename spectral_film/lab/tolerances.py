"""How far a film may be from its sheet, and why: what the fit aims at and the lab holds it to.

There are two measures. The house's are fixed: what two careful readings of one chart differ by. A
sheet may be known less well than that, and then no film can be nearer to it than it is to its own
paper: a film that is outside the house's measure still reads as its sheet where chi square, each
difference over what its reading is known to, is what those readings would give.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spectral_film.lab.stated import Known


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """What a whole curve may be off by, as rms and at most, in `unit`."""

    rms: float
    largest: float
    unit: str
    reason: str


class Measure(NamedTuple):
    """A reading, and what it may be."""

    value: float
    allowed: float

    @property
    def met(self) -> bool:
        """Whether it is; NaN is not."""
        return bool(abs(self.value) <= self.allowed)


# A chart of eighty readings has about ten that err by themselves, as eight neighbours err together
# (docs/physics.md, Tone curve). Chi square of ten, over ten, is above 2 in one of forty.
CHI2_A_READING = 2.0
# One reading in eighty is beyond, and so one of the ten of a line in an eighth of all lines.
MOST_SIGMAS = 2.5


def rms_and_largest(
    difference: np.ndarray, house: Tolerance, known: Known | None = None
) -> tuple[Measure, Measure]:
    """Rms and largest of what a curve is off by, and what each may be.

    Args:
        difference: Read less published, (reading,); none at all is NaN, which nothing allows.
        house: What is allowed whatever the sheet says.
        known: What the readings are known to; None: the house's alone holds.

    Source: docs/physics.md, What is measured.
    """
    if not difference.size:
        return Measure(np.nan, house.rms), Measure(np.nan, house.largest)
    rms = float(np.sqrt(np.mean(difference**2)))
    largest = int(np.abs(difference).argmax())
    if known is None or not (known.sigma > 0).all():
        return Measure(rms, house.rms), Measure(float(difference[largest]), house.largest)
    # Where chi square a reading is as large as it may be, the same differences have this rms.
    chi2 = float(np.mean((difference / known.sigma) ** 2))
    allowed = rms * float(np.sqrt(CHI2_A_READING / chi2)) if chi2 > 0 else house.rms
    most = np.maximum(house.largest, np.maximum(MOST_SIGMAS * known.sigma, known.largest))
    worst = int((np.abs(difference) / most).argmax())
    return (
        Measure(rms, max(house.rms, allowed)),
        Measure(float(difference[worst]), float(most[worst])),
    )


CHARACTERISTIC_CURVE = {
    "camera": Tolerance(
        rms=0.003,
        largest=0.008,
        unit="density",
        reason="two careful readings of one chart differ by .0014 to .0034 rms, .008 at most",
    ),
    "print": Tolerance(
        rms=0.006,
        largest=0.015,
        unit="density",
        reason="the chart is read to .01, hardest on its steep middle of 4.6 a decade",
    ),
}
MTF = {
    "camera": Tolerance(
        rms=0.015,
        largest=0.035,
        unit="of full response",
        reason="two readers of the chart differ by .006 to .013 rms, .027 at most, and the three "
        "lines run into each other at low frequencies",
    ),
    "print": Tolerance(
        rms=0.04,
        largest=0.08,
        unit="of full response",
        reason="read once, to 5 % above 10 cycles/mm and 8 % below",
    ),
}
# How far a chart fixes the scale of its frequencies: the uncertainty of a point over the slope of
# the curve, .35 an e-fold (negative) or .25 (print), over the root of a dozen points.
STRETCH_OF_FREQUENCIES = {
    "camera": (0.015, "1.5 % a point is 1.3 % in the frequencies of the whole curve"),
    "print": (0.05, "5 % a point is 5 % in the frequencies of the whole curve"),
}
DYE_DENSITY = Tolerance(
    rms=0.003,
    largest=0.01,
    unit="density",
    reason="the model holds the sheet's own curves; .003 rms, .01 is the least that two readers "
    "of one chart differ by",
)
MIDSCALE_NEUTRAL = Tolerance(
    rms=0.005,
    largest=0.010,
    unit="density",
    reason="digitised spectra agree to .003 to .006 rms",
)
# The neutral, the base and the dye that makes most of it are readings of one chart, each off by
# itself.
THREE_READINGS = 3**0.5
NEUTRAL_AS_PRINTED = Tolerance(
    rms=0.010,
    largest=0.010,
    unit="printing density",
    reason="what the difference of the spectra does to a print: .010 is less than half a printer "
    "point, and sheets are at odds with themselves by .007 to .012 in the spectrum",
)
SPECTRAL_SENSITIVITY = Tolerance(
    rms=0.005,
    largest=0.02,
    unit="log10",
    reason="the model holds the sheet's own curves; .02 is what readers differ by near the peak",
)
LABORATORY_AIM = Tolerance(
    rms=0.001,
    largest=0.001,
    unit="density",
    reason="the balance is solved exactly; float32 densities",
)
GRANULARITY = Tolerance(
    rms=0.025,
    largest=0.05,
    unit="of what is published",
    reason="two readers of one chart differ by 5 %; readings are known to 1.1 %, the largest of a "
    "dozen to 2.5 %",
)
MOST_STANDARD_ERRORS = 4.0  # that grain may seem to move a mean by
SELWYN = 0.05, "readings are known to 1.6 %, the largest of five to 4 %"
NOISE_POWER = (
    0.5,
    "a method of grain may miss its own model by .35; 192 tiles leave .3 to the first rings, which "
    "hold least",
)
NEUTRAL_FROM = 400.0  # nm; what the base absorbs below is printed nowhere
