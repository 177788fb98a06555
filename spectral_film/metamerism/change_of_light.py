"""Pairs that are one in a light and part in another: the index of special metamerism.

ISO 18314-4 corrects a pair that is not quite one in the reference light by what it is apart there,
added in CIELAB, and tells how far it is apart in the test light. The standard has the eye look;
here film and cameras do too, each in its own CIELAB: of the print, and of the colours that the best
matrix makes of a camera's RGB. colour-science computes the index.
Source: docs/physics.md, Change of light.
"""

import numpy as np

from spectral_film.device.device import Device
from spectral_film.light.difference import cielab
from spectral_film.metamerism.lights import Light
from spectral_film.metamerism.maps import fit_map
from spectral_film.metamerism.observers import Observer, eye
from spectral_film.metamerism.printed import printed_lab
from spectral_film.metamerism.surfaces import above_black, surface_set
from spectral_film.path.settings import Settings

STANDARD_EYE = "CIE 1931 2 deg"
LEARNT = "rawtoaces"  # the surfaces that a camera's matrix is fitted to


def metamerism_index(
    observer: Observer,
    one: np.ndarray,
    other: np.ndarray,
    reference: Light,
    test: Light,
    settings: Settings,
    device: Device,
) -> np.ndarray:
    """How far pairs are apart in a test light that are one in a reference, CIEDE2000, (pair,).

    Args:
        observer: Who looks: film, camera or eye.
        one, other: Reflectances of the pairs, (pair, wavelength).
        reference, test: The lights; the observer adapts to both.
        settings: How film is printed and seen; of no matter to others.
        device: Prints it.

    Raises:
        UsageError: a channel sees nothing of a light.
    """
    import colour  # two seconds, as in `observers`

    (one_test, other_test), (one_reference, other_reference) = (
        [lab_of(observer, light, pair, settings, device) for pair in (one, other)]
        for light in (test, reference)
    )
    found = colour.difference.Lab_to_metamerism_index(
        one_test, other_test, one_reference, other_reference
    )
    return np.asarray(found, dtype=float)


def lab_of(
    observer: Observer,
    light: Light,
    reflectance: np.ndarray,
    settings: Settings,
    device: Device,
) -> np.ndarray:
    """CIELAB as an observer has it who adapts to the light, (surface, 3); arguments as above."""
    responses = observer.responses(light.power, reflectance)
    if observer.kind == "film":
        return np.asarray(printed_lab(responses, settings, device).T)
    if observer.kind == "camera":
        known = surface_set(LEARNT)
        seen, wanted = (
            above_black(who, light.power, known) for who in (observer, eye(STANDARD_EYE))
        )
        responses = fit_map("linear", seen, wanted)(responses)
    return np.asarray(cielab(responses.T, np.ones(3)).T)
