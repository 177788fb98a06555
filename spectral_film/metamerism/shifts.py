"""How surfaces move from one light to another, for any observer that adapts to their white.

Film is timed to a grey card, a camera is white balanced, an eye adapts: a perfect white is 1 in all
channels of all of them. What a light still does to other surfaces is told in stops, channel by
channel, so that film, camera and eye stand in one table.
Source: docs/physics.md, Shifts from light to light.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.errors import UsageError
from spectral_film.metamerism.lights import Light
from spectral_film.metamerism.observers import LEAST_PEAK, Observer

DARKEST = 1e-6  # of a white: a surface that is black to a channel is no darker


@dataclass(frozen=True, kw_only=True, eq=False)
class Shifts:
    """From a reference light to others.

    Attributes:
        lights, observers, surfaces: Names along the axes.
        stops: (light, observer, surface, channel).
    """

    lights: tuple[str, ...]
    observers: tuple[str, ...]
    surfaces: tuple[str, ...]
    stops: np.ndarray

    def rms(self) -> np.ndarray:
        """Over surfaces and channels, (light, observer)."""
        return np.asarray(np.sqrt(np.square(self.stops).mean(axis=(2, 3))))

    def farthest(self) -> np.ndarray:
        """The largest of any surface and channel, without its sign, (light, observer)."""
        return np.asarray(np.abs(self.stops).max(axis=(2, 3)))


def shifts(
    lights: Sequence[Light],
    reference: Light,
    observers: Sequence[Observer],
    surfaces: Mapping[str, np.ndarray],
) -> Shifts:
    """How surfaces move from the reference light to each of the others.

    Args:
        lights, reference: At any level.
        observers: Who looks.
        surfaces: Reflectances by name, (wavelength,) each.

    Raises:
        UsageError: an observer sees nothing of a light.
    """
    reflectance = np.stack(list(surfaces.values()))

    def seen(light: Light) -> np.ndarray:
        return np.stack(
            [
                np.log2(np.maximum(one.responses(light.power, reflectance), DARKEST))
                for one in observers
            ]
        )

    before = seen(reference)
    return Shifts(
        lights=tuple(light.name for light in lights),
        observers=tuple(one.name for one in observers),
        surfaces=tuple(surfaces),
        stops=np.stack([seen(light) - before for light in lights]),
    )


def channel_shift(observer: Observer, light: Light, reference: Light) -> np.ndarray:
    """What each channel gets more of than in the reference light, before anybody adapts.

        log2( sum_w S L / sum_w S L_reference )

    Returns:
        Stops at the levels that the lights have, (channel,).

    Raises:
        UsageError: a channel sees nothing of one of the lights.

    Source: docs/physics.md, Film in a light.
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
