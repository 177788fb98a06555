"""Surfaces that a test makes itself, as a set."""

import numpy as np

from spectral_film.device.device import Device
from spectral_film.light.difference import ciede2000
from spectral_film.metamerism.printed import printed_lab
from spectral_film.metamerism.surfaces import Surfaces
from spectral_film.path.settings import Settings


def surfaces_of(reflectance: np.ndarray) -> Surfaces:
    """From reflectances, (surface, wavelength)."""
    return Surfaces(
        name="mine",
        names=tuple(f"no. {i}" for i in range(len(reflectance))),
        reflectance=np.asarray(reflectance),
        known_nm=(360.0, 780.0),
        source="made up",
    )


def print_difference(one: np.ndarray, other: np.ndarray, device: Device) -> np.ndarray:
    """CIEDE2000 of the prints of two sets of responses, (surface, layer) each -> (surface,)."""
    labs = (printed_lab(responses, Settings(), device) for responses in (one, other))
    return np.linalg.norm(ciede2000(*labs), axis=0)
