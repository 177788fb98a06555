"""What the readings of a sheet are known to, in numbers, as the comments of its tables say it.

    # uncertainty: one reader, 0.003 rms, 0.010 max
    # uncertainty: 0.0079 rms, 0.0128 max between the two
    # uncertainty: 1.5 percent, 3 percent below 12.5 cycles/mm where lines run into each other

Numbers before `rms`, or before `percent`, are standard deviations of a reading; those before `max`
or `at most` are the largest that was seen. `between the two` is the difference of two readings,
whose mean the table holds: it is off by half of that.
"""

import re
from dataclasses import dataclass

import numpy as np

NUMBER = r"(\d*\.?\d+)"
RMS = re.compile(rf"{NUMBER} rms")
LARGEST = re.compile(rf"{NUMBER} (?:max|at most)")
PERCENT = re.compile(rf"{NUMBER} percent(?: rms)?(?: below {NUMBER} cycles)?")
OF_TWO = "between the two"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What readings are known to, in the unit of the chart, (reading,).

    Attributes:
        sigma: Standard deviation of each.
        largest: What each may be off by where the sheet says so; else 0.
    """

    sigma: np.ndarray
    largest: np.ndarray

    def times(self, factor: float) -> "Known":
        """Of readings that are off by so much more."""
        return Known(sigma=factor * self.sigma, largest=factor * self.largest)


def stated(uncertainty: str | None, x: np.ndarray) -> Known | None:
    """What a table says of its readings at x; None where it says nothing in numbers.

    Args:
        uncertainty: The comment.
        x: Of the readings, (reading,); cycles/mm where the uncertainty goes by that.
    """
    said = uncertainty or ""
    share = 0.5 if OF_TWO in said else 1.0
    if percents := PERCENT.findall(said):
        return _by_frequency([(float(p) / 100, f) for p, f in percents], x)
    if not (deviations := RMS.findall(said)):
        return None
    largest = max(map(float, LARGEST.findall(said)), default=0.0)
    sigma = max(map(float, deviations))
    return Known(
        sigma=np.full(len(x), share * sigma),
        largest=np.full(len(x), share * largest),
    )


def _by_frequency(percents: list[tuple[float, str]], x: np.ndarray) -> Known:
    """One number for all frequencies, and others that hold below some."""
    everywhere = max((value for value, below in percents if not below), default=0.0)
    sigma = np.full(len(x), everywhere)
    for value, below in percents:
        if below:
            sigma[x < float(below)] = value
    return Known(sigma=sigma, largest=np.zeros(len(x)))
