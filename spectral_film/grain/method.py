"""Which method draws the grain of a film: the cheapest whose error is known to be small enough.

Each method is measured against the Boolean model, at clouds from small to large; the file of the
network says up to which size, in pixels, it is within what is accepted.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Literal

import h5py

from spectral_film.emulsion.film import Film
from spectral_film.errors import UsageError
from spectral_film.grain.aperture import SCAN
from spectral_film.grain.textures import Pitch, radii

Method = Literal["fast", "net", "boolean"]
CHEAPEST_FIRST: tuple[Method, ...] = ("fast", "net")


def method_for(film: Film, asked: str, pitch_um: Pitch, size: float) -> Method | None:
    """What draws the grain of a film; None: nothing does.

    Args:
        film: The film.
        asked: on, off, or a method.
        pitch_um: Distance of the pixels across and down.
        size: Factor on the radius of its clouds.

    Raises:
        UsageError: a method was asked for, and nobody published how grainy the film is.
    """
    if asked == "off" or (asked == "on" and film.grain is None):
        return None
    if film.grain is None:
        raise UsageError(
            f"{film.id} has no granularity, which --grain {asked} would draw; choose another film, "
            "or --grain on, which draws the grain of films that have one"
        )
    if asked == "on":
        coarsest, within = radii(film, pitch_um, size).max(), largest_accepted()
        return next((m for m in CHEAPEST_FIRST if coarsest <= within[m]), "boolean")
    (method,) = (m for m in (*CHEAPEST_FIRST, "boolean") if m == asked)
    return method


@cache
def largest_accepted() -> Mapping[Method, float]:
    """The radius of clouds, in pixels, up to which a method is within what is accepted."""
    asset = files("spectral_film.assets") / "grain/network.h5"
    with as_file(asset) as path, h5py.File(path) as file:
        battery = file[f"{SCAN.name}/battery"]
        return {method: float(battery[method].attrs["accepted"]) for method in CHEAPEST_FIRST}
