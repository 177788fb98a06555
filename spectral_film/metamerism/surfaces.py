"""Sets of measured surfaces, on the grid: what observers are compared on.

Beyond the wavelengths that a set was measured at, its surfaces are held at their end values. Of
observers it is the other way: what is not known of them is 0, so that nothing is made of a guess.
Source: docs/physics.md, Camera maps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from spectral_film.errors import UsageError
from spectral_film.light.spectra import colour_chart, resampling
from spectral_film.metamerism.observers import Observer

DARKEST = 1e-9  # response to a surface, white being 1: below it there are no stops


@dataclass(frozen=True, kw_only=True, eq=False)
class Surfaces:
    """Surfaces that somebody measured.

    Attributes:
        name: What the set is called in a report.
        names: Of its surfaces, as its source has them.
        reflectance: Relative to a perfect white, (surface, wavelength); beyond 1 where it was
            measured so, as of papers that fluoresce.
        known_nm: First and last wavelength measured; beyond, end values are held.
        source: Where it comes from.
    """

    name: str
    names: tuple[str, ...]
    reflectance: np.ndarray
    known_nm: tuple[float, float]
    source: str


@cache
def surface_set(name: str) -> Surfaces:
    """A set by one of the names in `SETS`; capitals, blanks and dashes do not matter.

    Raises:
        UsageError: there is none of that name; the message names those that are.
    """
    by_key = {_key(known): known for known in SETS}
    if (found := by_key.get(_key(name))) is None:
        raise UsageError(
            f"no set of surfaces is called {name!r}; expected one of {', '.join(SETS)}"
        )
    return SETS[found](found)


def above_black(observer: Observer, light: np.ndarray, seen: Surfaces) -> np.ndarray:
    """Responses of an observer that have a logarithm, a perfect white being 1.

    Args:
        observer: Who sees.
        light: Power, at any level, (wavelength,).
        seen: The surfaces.

    Returns:
        (surface, channel).

    Raises:
        UsageError: a surface is black to a channel.
    """
    responses = observer.responses(light, seen.reflectance)
    if responses.min() < DARKEST:
        surface, channel = np.unravel_index(np.argmin(responses), responses.shape)
        raise UsageError(
            f"{seen.names[surface]} of {seen.name} is black to the {observer.channels[channel]} "
            f"channel of {observer.name} in this light, so it has no stops; leave it out"
        )
    return responses


def _key(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _colour_checker(name: str) -> Surfaces:
    chart = colour_chart()
    return _set(
        name,
        tuple(chart),
        np.stack(list(chart.values())),
        (380.0, 730.0),
        "BabelColor 2012, mean of 30 charts",
    )


def _rawtoaces(name: str) -> Surfaces:
    import colour  # two seconds: whoever renders has no use for it

    table = colour.characterisation.read_training_data_rawtoaces_v1()
    return _of_colour_science(
        name,
        table.labels,
        table.wavelengths,
        table.values,
        f"colour-science {colour.__version__}, training data of rawtoaces v1; five of them "
        "are beyond a perfect white somewhere",
    )


def _cie_2017(name: str) -> Surfaces:
    import colour
    from colour.quality.cfi2017 import load_TCS_CIE2017

    table = load_TCS_CIE2017(colour.SpectralShape(380, 780, 5))
    return _of_colour_science(
        name,
        table.labels,
        table.wavelengths,
        table.values,
        f"colour-science {colour.__version__}, test colour samples of CIE 224:2017",
    )


# What is measured and free, and comes with what is installed.
SETS: dict[str, Callable[[str], Surfaces]] = {
    "ColorChecker": _colour_checker,
    "rawtoaces": _rawtoaces,
    "CIE 2017": _cie_2017,
}


def _of_colour_science(
    name: str,
    names: Sequence[str],
    wavelength_nm: np.ndarray,
    values: np.ndarray,
    source: str,
) -> Surfaces:
    """On the grid, from a table (wavelength, surface)."""
    nm = np.asarray(wavelength_nm, dtype=float)
    # A few surfaces hold -2e-16, which is the rounding of their file.
    reflectance = np.maximum(resampling(nm) @ np.asarray(values, dtype=float), 0).T
    return _set(name, tuple(names), reflectance, (float(nm[0]), float(nm[-1])), source)


def _set(
    name: str,
    names: tuple[str, ...],
    reflectance: np.ndarray,
    known_nm: tuple[float, float],
    source: str,
) -> Surfaces:
    reflectance.flags.writeable = False
    return Surfaces(
        name=name, names=names, reflectance=reflectance, known_nm=known_nm, source=source
    )
