"""Metamer pairs as they are shown: both surfaces, how they look to eye, camera and film.

A pair is one surface to an observer and two to another; found among those measured, and
constructed around those of a colour chart.
Source: docs/physics.md, Metamer pairs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spectral_film.device.device import Device
from spectral_film.light.difference import ciede2000
from spectral_film.metamerism.change_of_light import lab_of
from spectral_film.metamerism.lights import Light
from spectral_film.metamerism.observers import Observer
from spectral_film.metamerism.pairs import constructed_pair, metamer_pairs
from spectral_film.metamerism.surfaces import Surfaces
from spectral_film.path.settings import Settings

SAME = 0.05  # stops between channels: a sixth of a third, which no meter sets and no grader sees
# CIEDE2000 of what is one colour at a glance. Channels that overlap as those of layered sensors do
# part so little that colours anybody tells apart lie within `SAME`.
ONE = 2.0
AT_MOST = 6  # pairs shown of each kind


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """Two surfaces that are one to an observer and two to another.

    Attributes:
        how: Found among measured surfaces, or constructed.
        same_to, apart_to: Names of the observers.
        first, second: What the surfaces are called.
        reflectance: Of both, at the level at which they are compared, (2, wavelength).
        level_stops: By how much the second was lighter before; 0 of constructed pairs.
        alike_stops: Largest difference over the channels of the one.
        apart_stops: Largest difference over those of the other.
        lab: Of both as each observer has them, by name: what the eye sees, the colours of a
            camera's best matrix, the print of film, (2, 3).
        difference: CIEDE2000 of both to each observer, by name.
    """

    how: Literal["found", "constructed"]
    same_to: str
    apart_to: str
    first: str
    second: str
    reflectance: np.ndarray
    level_stops: float
    alike_stops: float
    apart_stops: float
    lab: dict[str, np.ndarray]
    difference: dict[str, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Onlookers:
    """Who looks at the pairs, in which light; `settings` print the film on `device`."""

    film: Observer
    others: Sequence[Observer]
    light: Light
    settings: Settings
    device: Device

    def look(self, reflectance: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """How pairs look to each observer, by name.

        Args:
            reflectance: Of both surfaces, (pair, 2, wavelength).

        Returns:
            CIELAB, (pair, 2, 3), and CIEDE2000 between them, (pair,).
        """
        every = reflectance.reshape(-1, reflectance.shape[-1])
        lab = {
            one.name: lab_of(one, self.light, every, self.settings, self.device).reshape(-1, 2, 3)
            for one in (self.film, *self.others)
        }
        apart = {
            name: np.linalg.norm(ciede2000(*np.moveaxis(both, (1, 2), (0, 1))), axis=0)
            for name, both in lab.items()
        }
        return lab, apart

    def both_ways(self) -> Iterator[tuple[Observer, Observer]]:
        """To whom a pair is one, and to whom it is two: film on either side."""
        for other in self.others:
            yield other, self.film
            yield self.film, other


def found_pairs(onlookers: Onlookers, data: Surfaces) -> list[Pair]:
    """Pairs among measured surfaces, each way the `AT_MOST` that the other sees farthest apart.

    To the one they are the same within `SAME` between channels and `ONE` in its own colours.

    Raises:
        UsageError: a surface is black to a channel.
    """
    pairs = []
    for one, other in onlookers.both_ways():
        every = len(data.names) ** 2
        found = metamer_pairs(one, other, onlookers.light.power, data, SAME, every)
        # The lighter one stands in the shade, so that neither is brighter than it was measured.
        shade = np.stack([np.minimum(found.level, 0), -np.maximum(found.level, 0)], axis=1)
        both = data.reflectance[np.stack([found.first, found.second], axis=1)]
        both = both * 2.0 ** shade[..., None]
        if not len(both):
            continue
        lab, difference = onlookers.look(both)
        order = np.argsort(-difference[other.name], kind="stable")
        order = order[difference[one.name][order] <= ONE][:AT_MOST]
        pairs += [
            Pair(
                how="found",
                same_to=one.name,
                apart_to=other.name,
                first=data.names[found.first[at]],
                second=data.names[found.second[at]],
                reflectance=both[at],
                level_stops=float(found.level[at]),
                alike_stops=float(found.alike[at]),
                apart_stops=float(found.apart[at]),
                lab={name: each[at] for name, each in lab.items()},
                difference={name: float(each[at]) for name, each in difference.items()},
            )
            for at in order
        ]
    return pairs


def constructed_pairs(onlookers: Onlookers, data: Surfaces, names: Sequence[str]) -> list[Pair]:
    """A pair around each surface of that name, each way.

    Raises:
        UsageError: as `constructed_pair`.
    """
    pairs = []
    for one, other in onlookers.both_ways():
        for name in names:
            base = data.reflectance[data.names.index(name)]
            made = constructed_pair(one, other, onlookers.light.power, base)
            both = np.stack([made.base, made.partner])
            seen = np.log2(one.responses(onlookers.light.power, both))
            lab, difference = onlookers.look(both[None])
            pairs.append(
                Pair(
                    how="constructed",
                    same_to=one.name,
                    apart_to=other.name,
                    first=name,
                    second=f"{name}, other pigments",
                    reflectance=both,
                    level_stops=0.0,
                    alike_stops=float(abs(seen[1] - seen[0]).max()),
                    apart_stops=float(abs(made.stops).max()),
                    lab={name: each[0] for name, each in lab.items()},
                    difference={name: float(each[0]) for name, each in difference.items()},
                )
            )
    return pairs
