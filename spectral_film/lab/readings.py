"""What a measurement is: numbers with units, the published ones beside them, and a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from spectral_film.emulsion.film import Film
from spectral_film.lab.stated import Known
from spectral_film.lab.tolerances import Tolerance, rms_and_largest

RECORDS = ("red", "green", "blue")
VISUAL = ("visual",)  # the one record of silver; the first letters name the columns of charts


def records_of(film: Film) -> tuple[str, ...]:
    """What the densitometer of a film's sheet reads, in the order of its readings."""
    return VISUAL if film.densitometry == "visual" else RECORDS


@dataclass(frozen=True, kw_only=True)
class Check:
    """A number that must lie within a tolerance.

    Attributes:
        name: What, of which record, in which measure: "characteristic curve, red: rms". It holds
            nothing that was read, so that scripts can look for it.
        value: As read; its amount counts.
        tolerance: What it may be at most.
        unit: Of both.
        reason: Why the tolerance is what it is.
        detail: Where `value` is a difference, of what: "0.4747 on a published 0.4800".
    """

    name: str
    value: float
    tolerance: float
    unit: str
    reason: str
    detail: str = ""

    @property
    def label(self) -> str:
        """What is written before the value where people read it."""
        return f"{self.name}: {self.detail}, difference" if self.detail else self.name

    @property
    def passed(self) -> bool:
        """Whether the reading is within its tolerance; NaN is not."""
        return bool(abs(self.value) <= self.tolerance)


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One line of a chart.

    Attributes:
        name: Of the record, the dye or the target.
        x, y: Where it was read, and what; NaN where nothing.
        published: The sheet's values at the same x, NaN where not printed; None: it prints none.
        sheet: x and y of all that the sheet draws, where that was read at fewer points.
        sampling_error: Standard error of y, where it is a statistic; None: it is not.
        relative: Whether differences are told as shares of what is published.
        known: What the published values are known to; None: the sheet does not say.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    published: np.ndarray | None = None
    sheet: tuple[np.ndarray, np.ndarray] | None = None
    sampling_error: np.ndarray | None = None
    relative: bool = False
    known: Known | None = None

    @property
    def residual(self) -> np.ndarray:
        """Read minus published, where it is printed."""
        assert self.published is not None
        printed = np.isfinite(self.published)
        difference: np.ndarray = (self.y - self.published)[printed]
        return difference / self.published[printed] if self.relative else difference

    @property
    def known_where_printed(self) -> Known | None:
        """What each value of `residual` is known to."""
        if self.known is None or self.published is None:
            return None
        printed = np.isfinite(self.published)
        return Known(sigma=self.known.sigma[printed], largest=self.known.largest[printed])


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One sitting at an instrument.

    Attributes:
        title: What was measured.
        method: How, in a few sentences: target, instrument, aperture.
        axes: What x and y are, with units.
        curves: What was read.
        checks: What must hold.
        numbers: Other results, name -> (value, unit).
        band: What a residual may be at most, where curves are compared.
        notes: What the reader should know.
        logarithmic: Whether x wants a logarithmic scale.
    """

    title: str
    method: str
    axes: tuple[str, str]
    curves: Sequence[Curve] = ()
    checks: Sequence[Check] = ()
    numbers: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    band: float | None = None
    notes: Sequence[str] = ()
    logarithmic: bool = False


def compare(quantity: str, curves: Sequence[Curve], allowed: Tolerance) -> list[Check]:
    """Rms and largest difference of each curve from its published one."""
    checks = []
    for curve in curves:
        measures = rms_and_largest(curve.residual, allowed, curve.known_where_printed)
        for name, measure, house in zip(
            ("rms", "largest"), measures, (allowed.rms, allowed.largest), strict=True
        ):
            wider = measure.allowed > house
            checks.append(
                Check(
                    name=f"{quantity}, {curve.name}: {name}",
                    value=measure.value,
                    tolerance=measure.allowed,
                    unit=allowed.unit,
                    reason=f"{allowed.reason}; this sheet is known less well"
                    if wider
                    else allowed.reason,
                )
            )
    return checks
