"""Limits that a script sets a study: on metrics by the names that they have in the record."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spectral_film.errors import UsageError, meant

Record = dict[str, Any]


def _of_lights(name: str) -> Callable[[Record], list[float]]:
    return lambda record: _numbers(light[name] for light in record["lights"])


def _of_floor(name: str) -> Callable[[Record], list[float]]:
    """Of the best kind of map alone: others leave what a better table would mend."""
    return lambda record: _numbers(row[name] for row in record["irreducible"] if row["best"])


def _of_image(name: str) -> Callable[[Record], list[float]]:
    return lambda record: _numbers([record["image"][name]] if "image" in record else [])


METRICS: dict[str, Callable[[Record], list[float]]] = {
    **{name: _of_lights(name) for name in ("layer_shift_stops", "chart_dE_mean", "chart_dE_max")},
    **{name: _of_floor(name) for name in ("residual_stops", "print_dE_mean", "print_dE_p95")},
    **{name: _of_image(name) for name in ("stops_p50", "stops_p95", "dE_p50", "dE_p95")},
}


@dataclass(frozen=True)
class Limit:
    """What a metric may be at most, without its sign, wherever it stands in a record."""

    metric: str
    value: float

    def largest(self, record: Record) -> float:
        """The largest value of the metric.

        Raises:
            UsageError: the record has none.
        """
        found = METRICS[self.metric](record)
        if not found:
            raise UsageError(
                f"this report has no {self.metric} to hold to {self.value:g}; leave the limit out"
            )
        return max(map(abs, found))


def limit(text: str) -> Limit:
    """A limit as it is typed, METRIC=VALUE.

    Raises:
        UsageError: it is none; the message names the metrics.
    """
    name, _, value = text.partition("=")
    name = name.strip()
    if name not in METRICS:
        raise UsageError(
            f"--fail-over {text}: no metric is called {name!r}{meant(name, METRICS)}; expected "
            f"METRIC=VALUE with one of {', '.join(METRICS)}"
        )
    try:
        most = float(value)
    except ValueError:
        most = math.nan
    if not 0 <= most < math.inf:
        raise UsageError(
            f"--fail-over {text}: {value!r} is no limit; expected {name}=VALUE with a number of 0 "
            "or more"
        )
    return Limit(name, most)


def _numbers(values: Any) -> list[float]:
    """All numbers in values that are numbers or lists of them."""
    found: list[float] = []
    for value in values:
        found += [one for one in (value if isinstance(value, list) else [value]) if one is not None]
    return found
