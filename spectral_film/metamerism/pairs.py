"""Metamer pairs: surfaces that one observer takes for the same and another does not.

Found, among surfaces that were measured; and constructed, by adding to a surface the metameric
black of one observer that changes most for the other. Both ways: swap the observers.
Source: docs/physics.md, Metamer pairs.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.spatial import cKDTree

from spectral_film.errors import UsageError
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.observers import Observer
from spectral_film.metamerism.surfaces import DARKEST, Surfaces, above_black

# By how much a metameric black may change from sample to sample, 5 nm: of the measured surfaces 95
# in 100 change faster somewhere.
STEEPEST = 0.01
EXACT = 1e-10  # to which the programme holds what must be equal, white being 1


@dataclass(frozen=True, kw_only=True, eq=False)
class MetamerPairs:
    """Pairs that one observer takes for the same and another does not, the farthest apart first.

    Both compare at the level at which the one sees least between them, so that what is lighter and
    otherwise the same is no pair.

    Attributes:
        first: Which surface of the set, (pair,).
        second: Which later one, (pair,).
        level: By how much the second is lighter to the one, stops, (pair,). Where that is next to
            nothing, the two are the same to it in one light, else one has to stand in the shade.
        alike: Largest difference over the channels of the one at equal level, stops, (pair,).
        apart: Largest over those of the other at the same level, stops, (pair,).
    """

    first: np.ndarray
    second: np.ndarray
    level: np.ndarray
    alike: np.ndarray
    apart: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class ConstructedPair:
    """A surface and the one that differs most from it where an observer sees no difference.

    Attributes:
        base: Reflectance of the one, (wavelength,).
        partner: Of the other, (wavelength,).
        stops: By how much the partner is brighter to the other observer, (channel,).
    """

    base: np.ndarray
    partner: np.ndarray
    stops: np.ndarray


def metamer_pairs(
    one: Observer,
    other: Observer,
    light: np.ndarray,
    surfaces: Surfaces,
    threshold: float,
    at_most: int,
) -> MetamerPairs:
    """Pairs in a set that one observer takes for the same within a threshold, the other does not.

    Args:
        one: To whom they are the same.
        other: To whom they are not.
        light: Power, at any level, (wavelength,).
        surfaces: Among which to look.
        threshold: Of every channel, stops: what counts as the same.
        at_most: How many pairs to give.

    Raises:
        UsageError: a surface is black to a channel, or the threshold is not above 0.
    """
    if not threshold > 0:
        raise UsageError(
            f"a threshold of {threshold:g} stops finds no pair; give one above 0, such as 0.05"
        )
    seen, by_other = (np.log2(above_black(who, light, surfaces)) for who in (one, other))
    # Of three differences, the largest between two of them is twice what is left at the level
    # halfway between their extremes.
    ratios = seen - np.roll(seen, 1, axis=1)
    found = cKDTree(ratios).query_pairs(2 * threshold, p=np.inf, output_type="ndarray")
    first, second = np.sort(found, axis=1).T
    between = seen[second] - seen[first]
    level = (between.max(axis=1) + between.min(axis=1)) / 2
    alike = abs(between - level[:, None]).max(axis=1)
    apart = abs(by_other[second] - by_other[first] - level[:, None]).max(axis=1)
    # Where two are as far apart, the order of the set decides, whatever that of the tree.
    order = np.lexsort((second, first, -apart))
    order = order[apart[order] > threshold][:at_most]
    return MetamerPairs(
        first=first[order],
        second=second[order],
        level=level[order],
        alike=alike[order],
        apart=apart[order],
    )


def constructed_pair(
    one: Observer, other: Observer, light: np.ndarray, base: np.ndarray, steepest: float = STEEPEST
) -> ConstructedPair:
    """The surface that differs most from another in a channel, though one observer sees no change.

    For each channel c of the other observer, up and down, a linear programme for the black d:

        max +-s_c . d,   S_one d = 0,   0 <= base + d <= 1,   |d_i+1 - d_i| <= steepest

    Nothing is added where one of the two is not known.

    Args:
        one: Who sees no change.
        other: Who sees the most.
        light: Power, at any level, (wavelength,).
        base: Reflectance 0 to 1, (wavelength,).
        steepest: Largest change of what is added from sample to sample.

    Raises:
        UsageError: the base is not within 0 and 1, or black to the other observer; or nothing may
            change.
    """
    if not (base.min() >= 0 and base.max() <= 1):
        raise UsageError(
            f"a surface of {base.min():.3g} to {base.max():.3g} has no partner within 0 and 1; "
            "give a reflectance"
        )
    if not steepest > 0:
        raise UsageError(
            f"a surface that may change by {steepest:g} from sample to sample stays as it is; give "
            "a step above 0, such as 0.01"
        )
    was = other.responses(light, base)
    if was.min() < DARKEST:
        raise UsageError(
            f"the surface is black to the {other.channels[int(was.argmin())]} channel of "
            f"{other.name}, so nothing differs from it in stops; give another"
        )
    first_nm, last_nm = (
        pick(one.known_nm[i], other.known_nm[i]) for i, pick in ((0, max), (1, min))
    )
    known = (first_nm <= WAVELENGTH) & (last_nm >= WAVELENGTH)
    each = np.eye(len(WAVELENGTH))
    kept, gained = (who.responses(light, each).T for who in (one, other))  # (channel, wavelength)
    change = np.diff(each, axis=0)
    best, most = base, -1.0
    for goal in (*gained, *-gained):
        solved = linprog(
            -goal,
            A_ub=np.concatenate([change, -change]),
            b_ub=np.full(2 * len(change), steepest),
            A_eq=kept,
            b_eq=np.zeros(len(kept)),
            bounds=np.stack([np.where(known, -base, 0), np.where(known, 1 - base, 0)], axis=1),
            method="highs-ds",
            options={"primal_feasibility_tolerance": EXACT},
        )
        partner = np.clip(base + solved.x, 0, 1)  # it keeps bounds to EXACT
        stops = _stops(other.responses(light, partner), was)
        if abs(stops).max() > most:
            best, most = partner, float(abs(stops).max())
    return ConstructedPair(base=base, partner=best, stops=_stops(other.responses(light, best), was))


def _stops(responses: np.ndarray, was: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.log2(np.maximum(responses, DARKEST) / was)
    return found
