"""The sheet that readings are laid over must be in the film file."""

import numpy as np

from spectral_film.emulsion.charts import CHARTS, form_of
from spectral_film.emulsion.film import Film
from spectral_film.errors import FilmModelError
from spectral_film.lab.stated import Known, stated

NEEDED = ("characteristic_curves", "spectral_dye_density", "spectral_sensitivity")


def must_hold_its_sheet(film: Film) -> None:
    """Refuse a film whose file keeps less of its sheet than every sheet prints.

    Raises:
        FilmModelError: a chart is missing, or all but its axis.
    """
    for chart in NEEDED:
        columns = film.published.get(chart, {})
        if film.process == "silver" and chart == "spectral_dye_density":
            continue  # it has no dyes
        if not {CHARTS[chart][0], *form_of(chart, columns)} <= set(columns):
            raise FilmModelError(
                f"{film.label} holds no published/{chart} to lay the readings over; make the film "
                "with spectral-film fit, which keeps its sheet"
            )


def known_to(film: Film, chart: str, x: np.ndarray) -> Known | None:
    """What the file says that the readings of a chart are known to, at x."""
    table = film.provenance.get(f"published/{chart}/{CHARTS[chart][0]}")
    return stated(table.uncertainty, x) if table else None
