"""The midscale neutral of a negative as its print sees it: fit and laboratory judge it alike.

Source: docs/physics.md, What is measured.
"""

import numpy as np

from spectral_film.emulsion.stocks import load_print
from spectral_film.lab.stated import Known

PRINTED_ON = "2383"  # whatever the negative: one measure for all


def printing_density(spectrum: np.ndarray) -> np.ndarray:
    """Of a spectral density, (wavelength,), to each layer of the print, (record,)."""
    film = load_print(PRINTED_ON)
    light = film.spectral_sensitivity * film.printer_light()
    density: np.ndarray = -np.log10((light @ 10**-spectrum) / light.sum(axis=1))
    return density


def of_a_band(known: Known | None) -> Known | None:
    """What a layer's density is known to: in its band the readings of a line err together."""
    return known and Known(sigma=known.sigma[:1], largest=known.largest[:1])
