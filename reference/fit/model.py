"""A film model: everything that is fitted for one sheet, in the order it depends on each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from reference.fit.curves import FittedCurves, fit_curves
from reference.fit.granularity import FittedGrain, fit_granularity
from reference.fit.lad import lad_log_exposure
from reference.fit.optics import FittedAdjacency, FittedOptics, fit_optics
from reference.fit.sheet import Sheet
from reference.fit.solve import Solution
from reference.fit.spectra import spectral_sensitivity


@dataclass(frozen=True, kw_only=True)
class FilmModel:
    """All that goes into a film file.

    Attributes:
        optics: None where the sheet has no mtf table.
        adjacency: None there too, and for a print, whose kernel contains it.
        grain: None where the sheet has neither chart nor number of granularity.
        lad_log_exposure: The print's log exposure at its aim, (layer,); None for a negative.
        others: The curves of each other development that the sheet prints, and a print's log
            exposure at its aim there.
        spectral_sensitivity: cm2/erg, (layer, wavelength): the sheet's, or as a chart moved it.
        chart: How a measured colour chart moved the film; None where none did.
    """

    sheet: Sheet
    curves: FittedCurves
    optics: FittedOptics | None
    adjacency: FittedAdjacency | None
    grain: FittedGrain | None
    lad_log_exposure: np.ndarray | None
    others: Mapping[str, tuple[FittedCurves, np.ndarray | None]]
    spectral_sensitivity: np.ndarray
    chart: Solution | None = None

    @property
    def solutions(self) -> dict[str, Solution]:
        """How each part was found, by the table it was fitted to."""
        found = {"characteristic_curves": self.curves.solution}
        found |= {"mtf": self.optics.solution} if self.optics else {}
        return found | ({"colour_chart": self.chart} if self.chart else {})

    @property
    def mid_log_exposure(self) -> np.ndarray:
        """Where the grey card lands: stop 0 of a negative, the aim of a print, (layer,)."""
        if self.lad_log_exposure is not None:
            return self.lad_log_exposure
        return np.full(self.sheet.layers, self.sheet.grey_card_log_exposure())


def fit_film(sheet: Sheet, announce: Callable[[str, int, int], None] | None = None) -> FilmModel:
    """Fit a whole sheet.

    Args:
        sheet: The datasheet.
        announce: Called with the name of each table fitted, its number and their count.

    Raises:
        InputError: a table that no film of this kind follows; it is named.
    """

    def say(name: str, number: int) -> None:
        if announce:
            announce(name, number, 2)

    say("characteristic curves", 1)
    curves = fit_curves(sheet)
    aim = _aim(sheet, curves)
    others = {}
    for how in sheet.developments:
        if how != sheet.development:
            otherwise = fit_curves(sheet.developed(how))
            others[how] = otherwise, _aim(sheet, otherwise)
    model = FilmModel(
        sheet=sheet,
        curves=curves,
        optics=None,
        adjacency=None,
        grain=fit_granularity(sheet, curves),
        lad_log_exposure=aim,
        others=others,
        spectral_sensitivity=spectral_sensitivity(sheet),
    )
    say("mtf", 2)
    optics, adjacency = fit_optics(sheet, curves, model.mid_log_exposure)
    return replace(model, optics=optics, adjacency=adjacency)


def _aim(sheet: Sheet, curves: FittedCurves) -> np.ndarray | None:
    return None if sheet.lad_aim is None else lad_log_exposure(curves, sheet.lad_aim)
