"""Every light as others rate it, and beside that what it does to film and to cameras.

Source: docs/physics.md, Film in a light.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.light.difference import ciede2000
from spectral_film.metamerism.change_of_light import STANDARD_EYE, lab_of
from spectral_film.metamerism.film_in_light import InLight, film_in_light
from spectral_film.metamerism.lights import Light, Rating, rate
from spectral_film.metamerism.observers import Observer, eye
from spectral_film.metamerism.shifts import channel_shift
from spectral_film.path.settings import Settings


@dataclass(frozen=True, kw_only=True, eq=False)
class UnderLight:
    """A light, beside the one that the film is balanced for.

    Attributes:
        light: The light.
        rating: What it is worth to those who do not know of film.
        film: What film makes of it.
        eye_difference: CIEDE2000 of the surfaces from the reference light to this one, to the CIE
            1931 observer who adapts to both, (surface,).
        shift_stops: What the channels of each observer get more of at equal luminance, before
            anybody adapts, by name, (channel,).
    """

    light: Light
    rating: Rating
    film: InLight
    eye_difference: np.ndarray
    shift_stops: Mapping[str, np.ndarray]


def under_light(
    light: Light,
    reference: Light,
    observers: Sequence[Observer],
    surfaces: Mapping[str, np.ndarray],
    settings: Settings,
    device: Device,
) -> UnderLight:
    """Rate a light and see what it does.

    Args:
        light: The light.
        reference: The one that the film is balanced for.
        observers: Whose channels are compared.
        surfaces: What is put in the light, reflectances by name, (wavelength,) each.
        settings: How the film is printed and seen.
        device: Runs the engine.

    Raises:
        UsageError: a channel sees nothing of the light.
    """
    shift_stops = {one.name: channel_shift(one, light, reference) for one in observers}
    reflectance = np.stack(list(surfaces.values()))
    seen = (
        lab_of(eye(STANDARD_EYE), one, reflectance, settings, device).T
        for one in (reference, light)
    )
    return UnderLight(
        light=light,
        rating=rate(light),
        film=film_in_light(light, surfaces, settings, device),
        eye_difference=np.linalg.norm(ciede2000(*seen), axis=0),
        shift_stops=shift_stops,
    )
