"""What no map from a camera's picture to film can mend: the floor under every table of a camera.

Each set of surfaces, in each light, by each kind of map, out of fold; in stops of the layers and in
the print. The best kind is the floor, and the surfaces that are worst under it are shown.
Source: docs/physics.md, Camera maps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.light.difference import ciede2000
from spectral_film.metamerism.change_of_light import STANDARD_EYE, lab_of
from spectral_film.metamerism.lights import Light
from spectral_film.metamerism.maps import MAP_KINDS, WORST, MapErrors, map_errors
from spectral_film.metamerism.observers import Observer, eye
from spectral_film.metamerism.printed import printed_lab
from spectral_film.metamerism.surfaces import Surfaces
from spectral_film.path.settings import Settings


@dataclass(frozen=True, kw_only=True, eq=False)
class Irreducible:
    """What one kind of map leaves of a camera in a light, on a set of surfaces.

    Attributes:
        camera, light: Names.
        data: The surfaces.
        errors: In stops of the film's layers, each surface by a map that never met it.
        film_lab: Of the prints of the surfaces themselves, (3, surface).
        mapped_lab: Of the prints of what the map made of the camera's picture, (3, surface).
        difference: CIEDE2000 of both, (surface,).
    """

    camera: str
    light: str
    data: Surfaces
    errors: MapErrors
    film_lab: np.ndarray
    mapped_lab: np.ndarray
    difference: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Worst:
    """A surface that film sees otherwise than any map of a camera has it.

    Attributes:
        camera, light, data, name: Whose picture, where, of which surface.
        reflectance: (wavelength,).
        stops: Mapped over film, (layer,).
        eye_lab: As the standard eye has it, (3,).
        camera_lab: As the camera has it, by its best matrix to that eye, (3,).
        film_lab, mapped_lab: Of the two prints, (3,).
        difference: CIEDE2000 of both.
    """

    camera: str
    light: str
    data: str
    name: str
    reflectance: np.ndarray
    stops: np.ndarray
    eye_lab: np.ndarray
    camera_lab: np.ndarray
    film_lab: np.ndarray
    mapped_lab: np.ndarray
    difference: float


def irreducible(
    camera: Observer,
    film: Observer,
    light: Light,
    data: Surfaces,
    settings: Settings,
    device: Device,
) -> list[Irreducible]:
    """What each kind of map leaves, in the order of `MAP_KINDS`.

    Args:
        camera, film: Whose responses are mapped, and to whose.
        light: In which both see.
        data: What both see.
        settings: How the film is printed and seen; nothing happens between pixels.
        device: Prints it.

    Raises:
        UsageError: the surfaces are too few, or one is black to a channel.
    """
    every = [map_errors(camera, film, light.power, data, kind) for kind in MAP_KINDS]
    # Printed in one go: the film's own, which all kinds share, and what each made of it.
    film_lab, *mapped = np.split(
        printed_lab(
            np.concatenate([every[0].wanted, *(errors.mapped for errors in every)]),
            settings,
            device,
        ),
        len(every) + 1,
        axis=1,
    )
    return [
        Irreducible(
            camera=camera.name,
            light=light.name,
            data=data,
            errors=errors,
            film_lab=film_lab,
            mapped_lab=lab,
            difference=np.linalg.norm(ciede2000(film_lab, lab), axis=0),
        )
        for errors, lab in zip(every, mapped, strict=True)
    ]


def floor(found: Sequence[Irreducible]) -> list[Irreducible]:
    """Of each camera, light and set, the kind of map that leaves the least in stops, rms.

    Of kinds that leave the same, the first.
    """
    best: dict[tuple[str, str, str], Irreducible] = {}
    for one in found:
        place = one.camera, one.light, one.data.name
        other = best.get(place)
        if other is None or np.square(one.errors.rms).sum() < np.square(other.errors.rms).sum():
            best[place] = one
    return list(best.values())


def worst_surfaces(
    found: Sequence[Irreducible],
    cameras: Sequence[Observer],
    light: Light,
    settings: Settings,
    device: Device,
    count: int = WORST,
) -> list[Worst]:
    """Of all their surfaces, those whose prints are farthest apart, the farthest first.

    Args:
        found: What is left of `cameras` in `light`.
        cameras, light: Those that are named there.
        settings, device: As in `irreducible`.
        count: How many at most.
    """
    each = [(one, at) for one in found for at in range(len(one.difference))]
    each.sort(key=lambda pick: -pick[0].difference[pick[1]])
    each = each[:count]
    reflectance = np.stack([one.data.reflectance[at] for one, at in each])
    eye_lab, *camera_labs = (
        lab_of(who, light, reflectance, settings, device) for who in (eye(STANDARD_EYE), *cameras)
    )
    by_camera = dict(zip((one.name for one in cameras), camera_labs, strict=True))
    return [
        Worst(
            camera=one.camera,
            light=one.light,
            data=one.data.name,
            name=one.data.names[at],
            reflectance=one.data.reflectance[at],
            stops=one.errors.stops[at],
            eye_lab=eye_lab[rank],
            camera_lab=by_camera[one.camera][rank],
            film_lab=one.film_lab[:, at],
            mapped_lab=one.mapped_lab[:, at],
            difference=float(one.difference[at]),
        )
        for rank, (one, at) in enumerate(each)
    ]
