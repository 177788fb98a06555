"""The laboratory: a simulated film under the instruments a real one is measured with.

    darkroom.py      exposes a piece of film to a target and develops it
    densitometer.py  looks through what came out: spectra, status densities, microdensitometer
    readings.py      what a measurement is: numbers, the published ones, a verdict with its reason

A measurement has a file of its own, by instrument: sensitometry, spectrophotometry, mtf_bench,
edges, halation, projection, colour_chart. `session.py` carries out all that suit a film;
`report.py` and `record.py` write them down. `stock_drawing.py` draws what a stock is, for `show`.

An instrument sees a strip of film and its own target, and nothing of the stages between them.

From Python: `measure` for a whole session, `Darkroom` for an instrument of one's own.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spectral_film.lab.darkroom import Darkroom
    from spectral_film.lab.session import Session, measure

__all__ = ["Darkroom", "Session", "measure"]

# Imported when first asked for, as in `spectral_film`.
_HOME = {"Darkroom": "darkroom", "Session": "session", "measure": "session"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
