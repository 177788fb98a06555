"""The laboratory: a simulated film under the instruments a real one is measured with.

    darkroom.py      exposes a piece of film to a target and develops it
    densitometer.py  looks through what came out: spectra, status densities, microdensitometer
    readings.py      what a measurement is: numbers, the published ones, a verdict with its reason
    sheet.py         the charts without which nothing is laid over anything

A measurement has a file of its own, by instrument: sensitometry, spectrophotometry, mtf_bench,
edges, halation, projection, colour_chart. `session.py` carries out all that suit a film;
`report.py` and `record.py` write them down. `stock_drawing.py` draws what a stock is, for `show`.

An instrument sees a strip of film and its own target, and nothing of the stages between them.

From Python: `measure` for a whole session, `Darkroom` for an instrument of one's own.
"""

from typing import TYPE_CHECKING

from spectral_film.lazy import lazily

if TYPE_CHECKING:
    from spectral_film.lab.darkroom import Darkroom
    from spectral_film.lab.session import Session, measure

__all__ = ["Darkroom", "Session", "measure"]

_HOME = {"Darkroom": "darkroom", "Session": "session", "measure": "session"}
__getattr__, __dir__ = lazily(__name__, _HOME)
