"""Surfaces that a test makes itself, as a set."""

import numpy as np

from spectral_film.metamerism.surfaces import Surfaces


def surfaces_of(reflectance: np.ndarray) -> Surfaces:
    """From reflectances, (surface, wavelength)."""
    return Surfaces(
        name="mine",
        names=tuple(f"no. {i}" for i in range(len(reflectance))),
        reflectance=np.asarray(reflectance),
        known_nm=(360.0, 780.0),
        source="made up",
    )
