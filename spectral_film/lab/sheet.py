"""The sheet that readings are laid over must be in the film file."""

from spectral_film.emulsion.charts import CHARTS
from spectral_film.emulsion.film import Film
from spectral_film.errors import FilmModelError

NEEDED = ("characteristic_curves", "spectral_dye_density", "spectral_sensitivity")


def must_hold_its_sheet(film: Film) -> None:
    """Refuse a film whose file keeps less of its sheet than every sheet prints.

    Raises:
        FilmModelError: a chart is missing, or all but its axis.
    """
    for chart in NEEDED:
        axis, _, beside = CHARTS[chart]
        if not {axis, *beside} <= set(film.published.get(chart, ())):
            raise FilmModelError(
                f"{film.label} holds no published/{chart} to lay the readings over; make the film "
                "with spectral-film fit, which keeps its sheet"
            )
