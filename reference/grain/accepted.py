"""What is accepted of a method of grain, whether one is within it, and the tables that say so."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from reference.grain.outcome import Measured, Outcome

LARGEST = 0.8  # pixels, the radius at which a photograph's spectrum has a limit of its own
# A sample may be small. Means may be off by so many standard errors; the model itself,
# with other discs, may show as little as half of the rest.
STANDARD_ERRORS, OF_TRUTH = 3.0, 2.0


class Limit(NamedTuple):
    """Of the mean of a metric, over radii and pictures, and of its worst."""

    title: str
    form: str
    mean: float
    worst: float = np.inf


class Reading(NamedTuple):
    """One figure and what is accepted of it."""

    title: str
    form: str
    value: float
    limit: float

    @property
    def accepted(self) -> bool:
        """Whether it is within."""
        return self.value <= self.limit


FLAT = {
    "mean": Limit("level", "{:.4f}", 0.001, 0.004),
    "sigma": Limit("sigma", "{:.2f} %", 1.0, 3.0),
    "spectrum": Limit("spectrum", "{:.2f} dB", 0.35),
    "main": Limit("spectrum to .36 c/px", "{:.2f} dB", 0.25),
    "shape": Limit("its shape", "{:.2f} dB", 0.25),
    "size": Limit("correlation length", "{:.2f} %", 1.0),
    "histogram": Limit("histogram", "{:.3f} sigma", 0.03),
    "standardised": Limit("standardised histogram", "{:.3f} sigma", 0.010),
    "skew": Limit("skewness", "{:.3f}", 0.035),
}
PHOTOGRAPH = {
    "mean": Limit("level", "{:.4f}", 0.003),
    "sigma": Limit("sigma", "{:.2f} %", 3.0),
    "spectrum": Limit("spectrum", "{:.2f} dB", 0.40),
    "main": Limit("spectrum to .36 c/px", "{:.2f} dB", 0.34),
    "histogram": Limit("histogram", "{:.3f} sigma", 0.06),
}
MAIN_AT_LARGEST = 0.35  # dB


# Of the network of Lesné et al. (docs/grain.md), measured as a black box; on other photographs.
PUBLISHED = {
    "level": 0.0212,
    "level, worst": 0.0601,
    "sigma": 4.5,
    "sigma, worst": 11.7,
    "spectrum": 0.98,
    "spectrum to .36 c/px": 0.49,
    "its shape": 0.23,
    "correlation length": 1.3,
    "histogram": 0.824,
    "standardised histogram": 0.013,
    "skewness": 0.048,
    "photographs: level": 0.0115,
    "photographs: sigma": 4.2,
    "photographs: spectrum": 0.89,
    "photographs: spectrum to .36 c/px": 0.34,
    "photographs: histogram": 0.237,
    "photographs at 0.8 px: spectrum to .36 c/px": 0.27,
    "when the other half changes": 0.04,
}


def readings(outcome: Outcome) -> Iterator[Reading]:
    """Every figure that has a limit."""
    for metric, (title, form, mean, worst) in FLAT.items():
        found = _all(outcome.flat, metric)
        yield Reading(title, form, float(found.mean()), mean)
        if np.isfinite(worst):
            yield Reading(f"{title}, worst", form, float(found.max()), worst)
    for metric, (title, form, mean, _) in PHOTOGRAPH.items() if outcome.photograph else ():
        found = _all(outcome.photograph, metric)
        yield Reading(f"photographs: {title}", form, float(found.mean()), mean)
    if LARGEST in outcome.photograph:
        found = _all({LARGEST: outcome.photograph[LARGEST]}, "main")
        title = f"photographs at {LARGEST} px: {PHOTOGRAPH['main'].title}"
        yield Reading(title, "{:.2f} dB", float(found.mean()), MAIN_AT_LARGEST)
    yield Reading("when the other half changes", "{:g}", outcome.context, 0)
    yield Reading("when a corner is drawn alone", "{:g}", outcome.tile, 0)


def largest_radius(outcome: Outcome, truth: Outcome) -> float:
    """The largest radius up to which the battery accepts a method; 0 where there is none.

    Limits are of the mean over radii, so at each it is the battery of all up to there that counts.

    Args:
        outcome: Of the method.
        truth: Of the model itself with other discs, at the same radii.
    """
    return max((rho for rho in outcome.flat if _is_within(outcome, truth, rho)), default=0.0)


def _is_within(outcome: Outcome, truth: Outcome, largest: float) -> bool:
    """Whether the battery of all radii up to the largest accepts a method."""
    of, of_truth = (_up_to(largest, o.flat) for o in (outcome, truth))
    for metric, limit in FLAT.items():
        found, floor = _all(of, metric), _all(of_truth, metric)
        by_chance = OF_TRUTH * np.array([floor.mean(), floor.max()])
        if metric == "mean":
            errors = _all(of, "standard error")
            by_chance = STANDARD_ERRORS * np.array([errors.mean(), errors.max()])
        if np.any([found.mean(), found.max()] > np.maximum([limit.mean, limit.worst], by_chance)):
            return False
    of, of_truth = (_up_to(largest, o.photograph) for o in (outcome, truth))
    return not of or all(
        _all(of, metric).mean() <= max(limit.mean, OF_TRUTH * _all(of_truth, metric).mean())
        for metric, limit in PHOTOGRAPH.items()
    )


def _up_to(largest: float, found: Mapping[float, list[Measured]]) -> dict[float, list[Measured]]:
    return {rho: measured for rho, measured in found.items() if rho <= largest}


def table(outcomes: list[Outcome], published: Mapping[str, float] | None = None) -> str:
    """Methods beside each other, and beside them what is accepted, as Markdown.

    Args:
        outcomes: Of the methods, at the same radii.
        published: Figures of a network of others, by title, in a column of their own.
    """
    heads = [
        *(o.method for o in outcomes),
        *(["published network"] if published else []),
        "accepted",
    ]
    lines = [" | ".join(["| metric", *heads]) + " |", "|---" * (len(heads) + 1) + "|"]
    for row in zip(*map(readings, outcomes), strict=True):
        title, form, _, limit = row[0]
        cells = [title, *map(_told, row)]
        if published:
            cells.append(form.format(published[title]) if title in published else "fails")
        lines.append("| " + " | ".join([*cells, form.format(limit)]) + " |")
    return "\n".join(lines)


def of_photographs(outcomes: list[Outcome]) -> str:
    """What the methods do on photographs, beside each other, a row a radius and metric."""
    lines = [" | ".join(["| radius, px | metric", *(o.method for o in outcomes)]) + " |"]
    lines.append("|---" * (len(outcomes) + 2) + "|")
    for rho in outcomes[0].photograph:
        for metric, limit in PHOTOGRAPH.items():
            means = [_all({rho: o.photograph[rho]}, metric).mean() for o in outcomes]
            cells = [f"| {rho:g}", limit.title, *(limit.form.format(mean) for mean in means)]
            lines.append(" | ".join(cells) + " |")
    return "\n".join(lines)


def by_radius(outcome: Outcome) -> str:
    """One method at each radius: mean and worst over coverages, as Markdown."""
    heads = [limit.title for limit in FLAT.values()]
    lines = [" | ".join(["| radius, px", *heads]) + " |", "|---" * (len(heads) + 1) + "|"]
    for rho, measured in outcome.flat.items():
        cells = []
        for metric, limit in FLAT.items():
            found = _all({rho: measured}, metric)
            mean, worst = (limit.form.format(value) for value in (found.mean(), found.max()))
            cells.append(f"{mean.partition(' ')[0]} / {worst}")
        lines.append(" | ".join([f"| {rho:g}", *cells]) + " |")
    return "\n".join(lines)


def _all(found: Mapping[float, list[Measured]], metric: str) -> np.ndarray:
    return np.array([one[metric] for measured in found.values() for one in measured])


def _told(reading: Reading) -> str:
    """The figure, in bold where it is not accepted."""
    told = reading.form.format(reading.value)
    return told if reading.accepted else f"**{told}**"
