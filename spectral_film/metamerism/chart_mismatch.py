"""What one response of a camera or an eye can hide from film, for chosen colours.

Of all that reflects between 0 and 1, which holds boxes that nobody has made; and of what is as
smooth as measured surfaces are.
Source: docs/physics.md, Metamer mismatch.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.metamerism.lights import Light
from spectral_film.metamerism.mismatch import Mismatch, mismatch, roughness_of
from spectral_film.metamerism.observers import Observer
from spectral_film.metamerism.printed import printed_lab
from spectral_film.metamerism.surfaces import Surfaces
from spectral_film.path.settings import Settings

SMOOTH = 95  # percentile of measured surfaces' roughness: what is as smooth as most of them
DIRECTIONS = 60  # inner and outer volume within a few percent of each other


@dataclass(frozen=True, kw_only=True, eq=False)
class ColourMismatch:
    """All that film may see in surfaces that another takes for one.

    Attributes:
        same_to, seen_by: Names of the observers.
        colour: Name of the surface whose response the others share.
        responses: What film makes of that surface itself, a white being 1, (layer,).
        smooth: Of surfaces as smooth as measured ones, or as the colour itself is.
        any: Of all that reflects between 0 and 1.
        lab: Prints of `smooth.points`, (3, point).
        own_lab: Print of the surface itself, (3,).
    """

    same_to: str
    seen_by: str
    colour: str
    responses: np.ndarray
    smooth: Mismatch
    any: Mismatch
    lab: np.ndarray
    own_lab: np.ndarray


def usual_roughness(data: Surfaces) -> float:
    """What `SMOOTH` of 100 measured surfaces stay below, as `roughness_of`."""
    return float(np.percentile(roughness_of(data.reflectance), SMOOTH))


def colour_mismatch(
    same_to: Observer,
    film: Observer,
    light: Light,
    colour: str,
    reflectance: np.ndarray,
    roughness: float,
    settings: Settings,
    device: Device,
) -> ColourMismatch:
    """What one response of an observer can hide from film.

    Args:
        same_to, film: To whom the surfaces are one, and who may tell them apart.
        light: In which both see.
        colour: What the surface is called.
        reflectance: Of a surface of that colour, (wavelength,).
        roughness: Of smooth surfaces, or that of the surface itself where it is more.
        settings: How the film is printed and seen.
        device: Prints it.

    Raises:
        UsageError: as `mismatch`.
    """
    limit = max(roughness, float(roughness_of(reflectance)))
    smooth, every = (
        mismatch(same_to, film, light.power, reflectance, directions=DIRECTIONS, roughness=roughest)
        for roughest in (limit, None)
    )
    own = film.responses(light.power, reflectance[None])
    lab = printed_lab(np.concatenate([own, smooth.points]), settings, device)
    return ColourMismatch(
        same_to=same_to.name,
        seen_by=film.name,
        colour=colour,
        responses=own[0],
        smooth=smooth,
        any=every,
        lab=lab[:, 1:],
        own_lab=lab[:, 0],
    )
