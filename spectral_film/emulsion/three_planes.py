"""A film as the engine runs it: in three planes, whatever its layers.

Silver is one layer. All planes of a picture on it hold the same, bit for bit, and light goes
through the first of them; so that stages, tables and packs know of no other number than three.
"""

from dataclasses import fields, replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.parts import (
    ClassicalAdjacency,
    Interlayer,
)
from spectral_film.emulsion.value import Value

PLANES = 3
F = TypeVar("F", bound=Film)
V = TypeVar("V", bound=Value)


@lru_cache(maxsize=8)
def in_three_planes(film: F) -> F:
    """A film of colour as it is; of a film of silver, one with the same layer three times."""
    if film.layers == PLANES:
        return film
    nothing = np.zeros_like(film.dye_density)
    repeated: dict[str, Any] = {
        "spectral_sensitivity": _thrice(film.spectral_sensitivity),
        "tone_curve": _each_thrice(film.tone_curve),
        "dye_density": np.concatenate([film.dye_density, nothing, nothing]),
        "developments": {},
        "scatter": film.scatter and _each_thrice(film.scatter),
        "grain": film.grain and _each_thrice(film.grain),
    }
    if isinstance(film, PrintStock):
        return replace(film, lad=_each_thrice(film.lad), **repeated)
    assert isinstance(film, CameraFilm)
    exponent = film.reciprocity_exponent
    return replace(
        film,
        halation={name: _each_thrice(halo) for name, halo in film.halation.items()},
        reciprocity_exponent=None if exponent is None else _thrice(exponent),
        adjacency=_beside_each_other(film.adjacency),
        **repeated,
    )


def _beside_each_other(
    adjacency: Interlayer | ClassicalAdjacency | None,
) -> Interlayer | ClassicalAdjacency | None:
    """The planes hold back themselves alone, as the layer does."""
    if isinstance(adjacency, Interlayer):
        coupling = np.diag(np.repeat(adjacency.coupling.ravel(), PLANES))
        return replace(adjacency, coupling=coupling)
    return adjacency and _each_thrice(adjacency)


def _thrice(table: np.ndarray) -> np.ndarray:
    return np.repeat(table, PLANES, axis=0)


def _each_thrice(part: V) -> V:
    """Every table of a part that has a layer for its first axis, which all of them have."""
    tables = {field.name: getattr(part, field.name) for field in fields(part)}  # type: ignore[arg-type]
    thrice = {name: _thrice(t) for name, t in tables.items() if isinstance(t, np.ndarray)}
    made: V = replace(part, **thrice)  # type: ignore[type-var]
    return made
