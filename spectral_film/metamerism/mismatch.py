"""Metamer mismatch: all that one observer may see in surfaces that another cannot tell apart.

Surfaces that give observer A one response under a light are a convex set, and so are the responses
of observer B to them: a body. The furthest point of it in a direction is a linear programme,

    h(d) = max d . b(rho)   where   S_A rho = a,   0 <= rho(w) <= 1

The hull of such points lies inside the body, the half-spaces d . b <= h(d) meet outside of it.
Source: docs/physics.md, Metamer mismatch.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.spatial import ConvexHull, HalfspaceIntersection

from spectral_film.errors import UsageError
from spectral_film.metamerism.observers import Observer

# Share of what an observer sees, or of a reflectance, that is taken for nothing. Sums over 85
# wavelengths leave 1e-15; a band that two measured sensitivities differ by is 1e-3 and more.
NOTHING = 1e-9
# What a linear programme may miss its equalities by: the least that HiGHS takes.
SOLVED_WITHIN = 1e-10
# Body thinner than this, where reflectances count as lengths, has no volume: Qhull would be
# asked to tell it from `SOLVED_WITHIN`.
THINNEST = 1e-6
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True, kw_only=True, eq=False)
class Mismatch:
    """What an observer may see in surfaces that are one to another; a perfect white is 1.

    Attributes:
        points: Responses on the surface of the body, (point, channel).
        least: Least response of each channel, (channel,).
        most: Greatest response of each channel, (channel,).
        extremes: Reflectances that give `least` and `most`, (2, channel, wavelength).
        inner: Volume of the hull of `points`; the body has no less.
        outer: Volume where the half-spaces meet; the body has no more.
        solid: Volume of all responses that there are, `colour_solid_volume`.
    """

    points: np.ndarray
    least: np.ndarray
    most: np.ndarray
    extremes: np.ndarray
    inner: float
    outer: float
    solid: float

    @property
    def stops(self) -> np.ndarray:
        """From `least` to `most`, (channel,); infinite where a channel may be left with nothing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log2(self.most / self.least))

    @property
    def share(self) -> tuple[float, float]:
        """`inner` and `outer` as shares of `solid`, 0 to 1."""
        return self.inner / self.solid, self.outer / self.solid


def mismatch(
    same_to: Observer,
    seen_by: Observer,
    light: np.ndarray,
    reflectance: np.ndarray,
    *,
    directions: int = 200,
    roughness: float | None = None,
) -> Mismatch:
    """All that an observer may see in surfaces that another takes for a given one.

    Args:
        same_to: To whom the surfaces are the same.
        seen_by: Who may tell them apart.
        light: Power under which both see them, at any level, (wavelength,).
        reflectance: A surface of the chosen colour, (wavelength,).
        directions: In how many directions the body is looked at, beside both ways along each
            channel of `seen_by`.
        roughness: What the surfaces' `roughness_of` may be; None: anything between 0 and 1
            reflects, boxes included.

    Raises:
        UsageError: no surface within these limits has the chosen colour, or the roughness is no
            number of 0 or more, or the arrays do not fit, or an observer is blind to the light.

    Source: docs/physics.md, Metamer mismatch.
    """
    _check(same_to, light, reflectance, roughness)
    known = _basis(_weights(same_to, light))
    weights = _weights(seen_by, light)
    # The body's own axes: what `seen_by` sees and `same_to` does not, w = axes diag(size) unseen.
    # Told in these, in which it is about round, directions are even and no programme is thin.
    axes, size, unseen = np.linalg.svd(
        weights - weights @ known.T @ known, full_matrices=False
    )
    size = np.where(size > NOTHING * np.linalg.norm(weights), size, 0.0)
    along = axes * size
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = np.divide(along, length, out=np.zeros_like(along), where=length > 0)
    towards = np.concatenate([-along, along, _even_directions(directions)])

    surfaces = _furthest(towards @ unseen, known, reflectance, roughness)
    if surfaces is None:
        within = "" if roughness is None else f" as smooth as {roughness:g}"
        raise UsageError(
            f"no surface{within} that reflects between 0 and 1 looks like this one to "
            f"{same_to.name}; choose a colour of less light"
            + ("" if roughness is None else ", or allow more roughness")
        )
    points = seen_by.responses(light, surfaces)
    inner, outer = (
        _volumes(surfaces @ unseen.T, towards) * np.prod(size) if size.all() else (0.0, 0.0)
    )
    extremes = surfaces[:6].reshape(2, 3, -1)
    seen_extremes = points[:6].reshape(2, 3, 3)
    return Mismatch(
        points=points,
        least=np.diagonal(seen_extremes[0]).copy(),
        most=np.diagonal(seen_extremes[1]).copy(),
        extremes=extremes,
        inner=float(inner),
        outer=float(outer),
        solid=colour_solid_volume(seen_by, light),
    )


def colour_solid_volume(observer: Observer, light: np.ndarray) -> float:
    """Volume of the responses to all surfaces that reflect between 0 and 1, white being 1.

    The solid is the sum of one line per wavelength: its volume is that of the boxes which three
    lines span, summed over all triples.

    Source: docs/physics.md, Metamer mismatch.
    """
    lines = _weights(observer, light).T
    # (wavelength, wavelength, wavelength): each triple stands there in its six orders.
    boxes = np.cross(lines[:, None], lines[None, :]) @ lines.T
    return float(np.abs(boxes).sum() / 6)


def roughness_of(reflectance: np.ndarray) -> np.ndarray:
    """Greatest second difference along the grid of 5 nm, (..., wavelength) -> (...)."""
    return np.asarray(np.abs(np.diff(reflectance, n=2, axis=-1)).max(axis=-1))


def _check(
    observer: Observer, light: np.ndarray, reflectance: np.ndarray, roughness: float | None
) -> None:
    grid = observer.sensitivity.shape[1:]
    for what, table in (("light", light), ("reflectance", reflectance)):
        if np.shape(table) != grid or not np.isfinite(table).all():
            raise UsageError(
                f"the {what} of a metamer mismatch is not one finite number for each of "
                f"{grid[0]} wavelengths; give it on the grid"
            )
    if roughness is not None and not roughness >= 0:
        raise UsageError(f"a roughness of {roughness:g}, expected 0 or more, or None for any")


def _weights(observer: Observer, light: np.ndarray) -> np.ndarray:
    """What each wavelength of a reflectance adds to each channel, (channel, wavelength)."""
    return observer.responses(light, np.eye(len(light))).T


def _basis(weights: np.ndarray) -> np.ndarray:
    """Orthonormal rows that span what is seen, at most (channel, wavelength).

    Fewer where channels see the same of a light, as all do in that of sodium.
    """
    _, size, rows = np.linalg.svd(weights, full_matrices=False)
    found: np.ndarray = rows[size > NOTHING * size[0]]
    return found


def _even_directions(count: int) -> np.ndarray:
    """Unit vectors along a Fibonacci spiral, (count, 3)."""
    index = np.arange(count)
    height = 1 - (2 * index + 1) / max(count, 1)
    across = np.sqrt(1 - height**2)
    turn = GOLDEN_ANGLE * index
    return np.stack([across * np.cos(turn), across * np.sin(turn), height], axis=1)


def _furthest(
    ways: np.ndarray, known: np.ndarray, reflectance: np.ndarray, roughness: float | None
) -> np.ndarray | None:
    """Of the surfaces that are seen as a given one, those furthest along each way.

    Args:
        ways: Weights of what is made greatest, of about unit length, (way, wavelength).
        known: Orthonormal weights of what stays, (row, wavelength).

    Returns:
        Reflectances, (way, wavelength); None where there is no such surface at all.
    """
    bends = None
    limits = None
    if roughness is not None:
        second = np.diff(np.eye(ways.shape[1]), n=2, axis=0)
        bends = np.concatenate([second, -second])
        limits = np.full(len(bends), roughness)
    surfaces = np.empty_like(ways)
    for way, surface in zip(ways, surfaces, strict=True):
        found = linprog(
            -way,
            A_ub=bends,
            b_ub=limits,
            A_eq=known,
            b_eq=known @ reflectance,
            bounds=(0, 1),
            options={
                "primal_feasibility_tolerance": SOLVED_WITHIN,
                "dual_feasibility_tolerance": SOLVED_WITHIN,
            },
        )
        if not found.success:
            return None
        surface[:] = np.clip(found.x, 0, 1)
    return surfaces


def _volumes(points: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Volume of the hull of support points and of what their half-spaces leave, (2,)."""
    centre = points.mean(axis=0)
    if np.linalg.svd(points - centre, compute_uv=False)[-1] < THINNEST:
        return np.zeros(2)
    support = (points * towards).sum(axis=1, keepdims=True)
    corners = HalfspaceIntersection(np.concatenate([towards, -support], axis=1), centre)
    return np.array([ConvexHull(points).volume, ConvexHull(corners.intersections).volume])
