"""A session as numbers: everything that was read, in one JSON file."""

import json
from typing import Any

import numpy as np

from spectral_film.lab.readings import Check, Curve, Measurement
from spectral_film.lab.session import Session
from spectral_film.version import made_by

SCHEMA = "spectral-film lab 1"


def to_json(session: Session) -> str:
    """The session as text. What is not printed or was not read is null; nothing depends on time."""
    print_film = session.print_film
    record = {
        "schema": SCHEMA,
        "engine": made_by(),
        "device": session.device,
        "film": {
            "id": session.film.id,
            "kind": session.film.kind,
            "grade": session.film.grade,
            "sha256": session.film.sha256,
        },
        "print": print_film and {"id": print_film.id, "sha256": print_film.sha256},
        "passed": not session.failures,
        "failures": [check.name for check in session.failures],
        "measurements": [_measurement(m) for m in session.measurements],
        "not_measured": list(session.not_measured),
    }
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _measurement(measurement: Measurement) -> dict[str, Any]:
    return {
        "title": measurement.title,
        "method": measurement.method,
        "x": measurement.axes[0],
        "y": measurement.axes[1],
        "curves": [_curve(curve) for curve in measurement.curves],
        "checks": [_check(check) for check in measurement.checks],
        "numbers": {
            name: {"value": _number(value), "unit": unit}
            for name, (value, unit) in measurement.numbers.items()
        },
        "notes": list(measurement.notes),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    published, error = curve.published, curve.sampling_error
    return {
        "name": curve.name,
        "x": _list(curve.x),
        "read": _list(curve.y),
        "published": None if published is None else _list(published),
    } | ({} if error is None else {"sampling_error": _list(error)})


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "detail": check.detail,
        "value": _number(check.value),
        "tolerance": check.tolerance,
        "unit": check.unit,
        "reason": check.reason,
        "passed": check.passed,
    }


def _list(values: np.ndarray) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    return float(f"{value:.7g}") if np.isfinite(value) else None
