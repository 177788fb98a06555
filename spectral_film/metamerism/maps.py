"""The best that a map from a camera's responses to a film's can do, and what it cannot.

A picture holds three numbers of a surface, and whatever turns them into the exposure of film, a
matrix or a table, gives surfaces with the same three numbers the same exposure. Three maps, each
wider than the one before:

    linear           b = M a
    root-polynomial  b = M (r, g, b, sqrt(r g), sqrt(g b), sqrt(r b)),    a = (r, g, b)
    general          that, times the mean of what it misses at the surfaces nearest in log ratios

Scaling `a` scales `b` in all of them, so that a map which is good at one exposure is good at all.
They are fitted on the square of the error in stops, since that is what is reported: relative error
counts a layer of nothing as no worse than one of twice the light, and lets dark layers go.
Source: docs/physics.md, Camera maps.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.optimize import nnls
from scipy.spatial import cKDTree

from spectral_film.errors import UsageError
from spectral_film.metamerism.observers import Observer
from spectral_film.metamerism.surfaces import Surfaces, above_black

MapKind = Literal["linear", "root-polynomial", "general"]
MAP_KINDS: tuple[MapKind, ...] = get_args(MapKind)
FOLDS = 10
FEWEST_SURFACES = 12  # of which a fold leaves ten or more to six coefficients
# To average over: fewer repeat the accidents of single surfaces, more are of other colours.
NEIGHBOURS = (4, 8, 16, 32, 64)
WORST = 50  # surfaces that are shown
# A map answers at least this share of a surface's brightest camera channel, since a matrix may fall
# below nothing and stops do not. Of no measured surface a layer sees less than 2.6 of these, in ten
# lights from D55 to FL11.
LEAST_SHARE = 0.01
LAST_STEP = 1e-12  # of the fit, in ln: far below any residual
MOST_STEPS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class CameraMap:
    """A map from three responses to three others, in which exposure is a factor.

    Attributes:
        kind: Which of the maps.
        matrix: From the terms of the map to its answers, (answer, term).
        known: What the general map has met, (surface, 2), as log ratios of channels; else empty.
        missed: What the matrix missed there, ln, (surface, answer).
        neighbours: Over how many of them that is averaged, for each answer; 0: not at all, since
            others tell nothing of it.
    """

    kind: MapKind
    matrix: np.ndarray
    known: np.ndarray
    missed: np.ndarray
    neighbours: tuple[int, ...]

    def __call__(self, responses: np.ndarray) -> np.ndarray:
        """(surface, channel) -> (surface, answer)."""
        answers = _terms(self.kind, responses) @ self.matrix.T
        answers = np.maximum(answers, LEAST_SHARE * responses.max(axis=1, keepdims=True))
        if not any(self.neighbours):
            return answers
        _, near = cKDTree(self.known).query(_ratios(responses), k=max(self.neighbours))
        corrections = [
            missed[near[:, :number]].mean(axis=1) if number else np.zeros(len(near))
            for number, missed in zip(self.neighbours, self.missed.T, strict=True)
        ]
        found: np.ndarray = answers * np.exp(np.stack(corrections, axis=1))
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class MapErrors:
    """What a map from one observer to another leaves, each surface by a map that never met it.

    Attributes:
        kind: Which of the maps.
        seen: What the observer mapped from makes of the surfaces, (surface, channel).
        wanted: What the other makes of them, (surface, answer).
        mapped: What the map makes of `seen`, (surface, answer).
        stops: log2 of `mapped` over `wanted`, (surface, answer).
        rms: Of the stops, (answer,).
        p95: What 95 of 100 surfaces stay below in absolute stops, (answer,).
        worst: Surfaces from the worst on, by the answer that is off most, 50 or all.
    """

    kind: MapKind
    seen: np.ndarray
    wanted: np.ndarray
    mapped: np.ndarray
    stops: np.ndarray
    rms: np.ndarray
    p95: np.ndarray
    worst: np.ndarray


def map_errors(
    one: Observer, other: Observer, light: np.ndarray, surfaces: Surfaces, kind: MapKind
) -> MapErrors:
    """How well one observer's responses tell another's, cross-validated.

    Every tenth surface is left out of a fit and mapped by it; which ones follows from their order.

    Args:
        one: Whose responses are mapped: a camera.
        other: Whose are wanted: a film.
        light: Power, at any level, (wavelength,).
        surfaces: What both see.
        kind: Which of the maps.

    Raises:
        UsageError: the surfaces are too few, or one is black to a channel.
    """
    if len(surfaces.names) < FEWEST_SURFACES:
        raise UsageError(
            f"{surfaces.name} holds {len(surfaces.names)} surfaces, expected {FEWEST_SURFACES} or "
            "more to fit a map to; add some"
        )
    seen, wanted = (above_black(observer, light, surfaces) for observer in (one, other))
    fold = np.arange(len(seen)) % FOLDS
    mapped = np.empty_like(wanted)
    for left_out in range(FOLDS):
        out = fold == left_out
        mapped[out] = fit_map(kind, seen[~out], wanted[~out])(seen[out])
    stops = np.log2(mapped / wanted)
    return MapErrors(
        kind=kind,
        seen=seen,
        wanted=wanted,
        mapped=mapped,
        stops=stops,
        rms=np.sqrt(np.square(stops).mean(axis=0)),
        p95=np.percentile(abs(stops), 95, axis=0),
        worst=np.argsort(-abs(stops).max(axis=1), kind="stable")[:WORST],
    )


def fit_map(kind: MapKind, seen: np.ndarray, wanted: np.ndarray) -> CameraMap:
    """The map of a kind with the least square error in stops.

    Args:
        kind: Which of the maps.
        seen: Responses to map from, above 0, (surface, channel).
        wanted: Responses to reach, above 0, (surface, answer).
    """
    terms = _terms(kind, seen)
    matrix = np.stack([_least_log_error(terms, layer) for layer in wanted.T])
    if kind != "general":
        return CameraMap(
            kind=kind, matrix=matrix, known=np.empty((0, 2)), missed=np.empty((0, 3)), neighbours=()
        )
    missed = np.log(wanted / (terms @ matrix.T))
    known = _ratios(seen)
    return CameraMap(
        kind=kind,
        matrix=matrix,
        known=known,
        missed=missed,
        neighbours=_best_numbers_of_neighbours(known, missed),
    )


def _terms(kind: MapKind, responses: np.ndarray) -> np.ndarray:
    """What a matrix is applied to, (surface, term), all of the first degree in exposure."""
    if kind == "linear":
        return responses
    roots = np.sqrt(responses * np.roll(responses, -1, axis=1))
    return np.concatenate([responses, roots], axis=1)


def _ratios(responses: np.ndarray) -> np.ndarray:
    """Which colour at whatever exposure: ln of first and third channel over the second, (., 2)."""
    log = np.log(responses)
    return log[:, ::2] - log[:, 1:2]


def _least_log_error(terms: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Coefficients that minimise the square of ln(terms @ x / wanted), (term,).

    By Gauss and Newton from coefficients of 0 or more, which leave no surface without light; a step
    is halved until every surface has some and the error falls.
    """
    found, _ = nnls(terms / wanted[:, None], np.ones(len(wanted)))
    found = found + LAST_STEP  # where they are all 0 at a surface, its logarithm is still a number
    missed = np.log(terms @ found / wanted)
    for _ in range(MOST_STEPS):
        whole = np.linalg.lstsq(terms / (terms @ found)[:, None], -missed, rcond=None)[0]
        for halved in 0.5 ** np.arange(30):
            answers = terms @ (found + halved * whole)
            if answers.min() > 0:
                tried = np.log(answers / wanted)
                if tried @ tried < missed @ missed:
                    break
        else:
            return found
        found, step = found + halved * whole, np.abs(tried - missed).max()
        missed = tried
        if step < LAST_STEP:
            return found
    return found


def _best_numbers_of_neighbours(known: np.ndarray, missed: np.ndarray) -> tuple[int, ...]:
    """The number that would have corrected the surfaces best from the others, for each answer."""
    numbers = [number for number in NEIGHBOURS if number < len(known)]
    # The nearest of all is the surface itself, or a copy of it; one of them is left out.
    _, near = cKDTree(known).query(known, k=numbers[-1] + 1)
    sums = np.cumsum(missed[near[:, 1:]], axis=1)
    corrections = [np.zeros_like(missed), *(sums[:, number - 1] / number for number in numbers)]
    errors = [np.square(missed - correction).sum(axis=0) for correction in corrections]
    return tuple([0, *numbers][i] for i in np.argmin(errors, axis=0))
