"""Every light as others rate it, and beside that what it does to film and to cameras.

Source: docs/physics.md, Film in a light.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.errors import UsageError
from spectral_film.metamerism.film_in_light import InLight, film_in_light
from spectral_film.metamerism.lights import Light, Rating, rate
from spectral_film.metamerism.observers import LEAST_PEAK, Observer
from spectral_film.path.settings import Settings


@dataclass(frozen=True, kw_only=True, eq=False)
class UnderLight:
    """A light, beside the one that the film is balanced for.

    Attributes:
        light: The light.
        rating: What it is worth to those who do not know of film.
        film: What film makes of it.
        shift_stops: What the channels of each observer get more of at equal luminance, before
            anybody adapts, by name, (channel,).
    """

    light: Light
    rating: Rating
    film: InLight
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
    return UnderLight(
        light=light,
        rating=rate(light),
        film=film_in_light(light, surfaces, settings, device),
        shift_stops=shift_stops,
    )


def channel_shift(observer: Observer, light: Light, reference: Light) -> np.ndarray:
    """What each channel gets more of than in the reference light, stops, (channel,).

    Raises:
        UsageError: a channel sees nothing of one of the lights.
    """
    seen = []
    for one in (light, reference):
        got = observer.sensitivity @ one.power
        if got.min() < LEAST_PEAK * one.power.max():
            raise UsageError(
                f"the {observer.channels[int(got.argmin())]} channel of {observer.name} sees "
                f"nothing of {one.name}, so it has no stops; leave the light out"
            )
        seen.append(got)
    return np.asarray(np.log2(seen[0] / seen[1]))
