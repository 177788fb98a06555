"""How far a film may be from its sheet, and why: what the fit aims at and the lab holds it to."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """What a whole curve may be off by, as rms and at most, in `unit`."""

    rms: float
    largest: float
    unit: str
    reason: str


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
