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

# Share of what an observer sees, or of a volume, that is taken for nothing. Sums over 85
# wavelengths leave 1e-15; a band that two measured sensitivities differ by is 1e-3 and more.
NOTHING = 1e-9
# What a linear programme may miss its equalities by: the least that HiGHS takes.
SOLVED_WITHIN = 1e-10
# What a surface is mixed with grey by, half of which its response moves at most: of a white, or of
# a box, rounding would leave no surface at all.
OFF_THE_EDGE = 1e-9
# A body thinner than this, where reflectances count as lengths, has no volume: Qhull would be asked
# to tell it from `SOLVED_WITHIN`.
THINNEST = 1e-6
# Directions solved between two looks at the body: at once, they crowd where one would do. 200 in
# rounds of 20 leave a sixth less between inner and outer than in rounds of 60.
AT_ONCE = 20
SAME_DIRECTION = 6  # decimals of unit vectors; facets of one plane come with Qhull's noise
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
        solid: Volume of the responses to all surfaces that there are, `colour_solid_volume`.
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
        """From `least` to `most`, (channel,).

        Infinite where a channel may be left with nothing, nan where it never has anything.
        """
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
            channel of `seen_by`; fewer where `inner` and `outer` meet before.
        roughness: What the surfaces' `roughness_of` may be; None: whatever reflects between 0 and
            1, boxes included.

    Raises:
        UsageError: no surface within these limits has the chosen colour, the roughness is no number
            of 0 or more, a table does not fit, or an observer is blind to the light.

    Source: docs/physics.md, Metamer mismatch.
    """
    _check(same_to, light, reflectance, roughness)
    alike = _Alike(same_to, light, reflectance, roughness)
    weights = _weights(seen_by, light)
    # The body's own axes: what `seen_by` sees and `same_to` does not, axes diag(size) unseen. Told
    # in these it is about round: even directions are even, and no programme is thin.
    axes, size, unseen = np.linalg.svd(alike.hidden(weights), full_matrices=False)
    size = np.where(size > NOTHING * np.linalg.norm(weights), size, 0.0)
    channels = axes * size
    length = np.linalg.norm(channels, axis=1, keepdims=True)
    channels = np.divide(channels, length, out=np.zeros_like(channels), where=length > 0)

    towards = np.concatenate([-channels, channels, _even(min(directions, AT_ONCE))])
    surfaces = alike.furthest(towards @ unseen)
    inner, outer = 0.0, 0.0
    while size.all() and (body := _body(surfaces @ unseen.T, towards)):
        inner, outer = (float(hull.volume * np.prod(size)) for hull in body)
        further = _widest_gaps(*body)[: min(AT_ONCE, 6 + directions - len(towards))]
        if not len(further):
            break
        towards = np.concatenate([towards, further])
        surfaces = np.concatenate([surfaces, alike.furthest(further @ unseen)])

    points = seen_by.responses(light, surfaces)
    least, most = np.diagonal(points[:6].reshape(2, 3, 3), axis1=1, axis2=2)
    return Mismatch(
        points=points,
        least=least.copy(),
        most=most.copy(),
        extremes=surfaces[:6].reshape(2, 3, -1),
        inner=inner,
        outer=outer,
        solid=colour_solid_volume(seen_by, light),
    )


def colour_solid_volume(observer: Observer, light: np.ndarray) -> float:
    """Volume of the responses to all surfaces that reflect between 0 and 1, white being 1.

    The solid is the sum of a line for each wavelength: its volume is that of the boxes which three
    lines span, summed over all triples.

    Source: docs/physics.md, Metamer mismatch.
    """
    lines = _weights(observer, light).T
    # (wavelength, wavelength, wavelength): each triple stands there in its six orders.
    boxes = np.cross(lines[:, None], lines[None, :]) @ lines.T
    return float(np.abs(boxes).sum() / 6)


def roughness_of(reflectance: np.ndarray) -> np.ndarray:
    """Greatest second difference along the grid of 5 nm, (..., wavelength) -> (...).

    Source: docs/physics.md, Metamer mismatch.
    """
    return np.asarray(np.abs(np.diff(reflectance, n=2, axis=-1)).max(axis=-1))


class _Alike:
    """Surfaces that are one to an observer: 0 to 1, as smooth as asked for."""

    def __init__(
        self,
        to: Observer,
        light: np.ndarray,
        reflectance: np.ndarray,
        roughness: float | None,
    ) -> None:
        _, size, rows = np.linalg.svd(_weights(to, light), full_matrices=False)
        # Orthonormal, as HiGHS measures what it misses; fewer than three where channels see the
        # same of a light, as all do in that of sodium.
        self._seen = rows[size > NOTHING * size[0]]
        self._response = self._seen @ (reflectance + OFF_THE_EDGE * (0.5 - reflectance))
        self._bends = self._limits = None
        if roughness is not None:
            second = np.diff(np.eye(len(reflectance)), n=2, axis=0)
            self._bends = np.concatenate([second, -second])
            self._limits = np.full(len(self._bends), roughness)
        smooth = "" if roughness is None else f", of roughness {roughness:g} or less,"
        self._none = (
            f"no surface that reflects between 0 and 1{smooth} is to {to.name} what this one is; "
            "choose another colour" + (" or more roughness" if smooth else "")
        )

    def hidden(self, weights: np.ndarray) -> np.ndarray:
        """Of the weights of somebody else, what this observer does not see."""
        hidden: np.ndarray = weights - weights @ self._seen.T @ self._seen
        return hidden

    def furthest(self, ways: np.ndarray) -> np.ndarray:
        """The surfaces that come furthest along each way.

        Args:
            ways: Weights of what is to be greatest, each of unit length or 0, (way, wavelength).

        Returns:
            Reflectances, (way, wavelength).

        Raises:
            UsageError: there is no such surface at all.
        """
        surfaces = np.empty_like(ways)
        for way, surface in zip(ways, surfaces, strict=True):
            found = linprog(
                -way,
                A_ub=self._bends,
                b_ub=self._limits,
                A_eq=self._seen,
                b_eq=self._response,
                bounds=(0, 1),
                options={
                    "primal_feasibility_tolerance": SOLVED_WITHIN,
                    "dual_feasibility_tolerance": SOLVED_WITHIN,
                },
            )
            if not found.success:
                raise UsageError(self._none)
            surface[:] = np.clip(found.x, 0, 1)
        return surfaces


def _check(
    observer: Observer, light: np.ndarray, reflectance: np.ndarray, roughness: float | None
) -> None:
    grid = observer.sensitivity.shape[1:]
    for what, table in (("light", light), ("reflectance", reflectance)):
        if np.shape(table) != grid or not np.isfinite(table).all():
            raise UsageError(
                f"the {what} of a metamer mismatch is not a finite number for each of {grid[0]} "
                "wavelengths; give it on the grid"
            )
    if roughness is not None and not roughness >= 0:
        raise UsageError(f"a roughness of {roughness:g}, expected 0 or more, or None for any")


def _weights(observer: Observer, light: np.ndarray) -> np.ndarray:
    """What each wavelength of a reflectance adds to each channel, (channel, wavelength)."""
    return observer.responses(light, np.eye(len(light))).T


def _even(count: int) -> np.ndarray:
    """Unit vectors along a Fibonacci spiral, (count, 3)."""
    index = np.arange(count)
    height = 1 - (2 * index + 1) / max(count, 1)
    across = np.sqrt(1 - height**2)
    turn = GOLDEN_ANGLE * index
    return np.stack([across * np.cos(turn), across * np.sin(turn), height], axis=1)


def _body(points: np.ndarray, towards: np.ndarray) -> tuple[ConvexHull, ConvexHull] | None:
    """Hulls of support points and of the corners where their half-spaces meet; None where flat."""
    centre = points.mean(axis=0)
    if np.linalg.svd(points - centre, compute_uv=False)[-1] < THINNEST:
        return None
    support = (points * towards).sum(axis=1, keepdims=True)
    outside = HalfspaceIntersection(np.concatenate([towards, -support], axis=1), centre)
    return ConvexHull(points), ConvexHull(outside.intersections)


def _widest_gaps(inner: ConvexHull, outer: ConvexHull) -> np.ndarray:
    """Normals of the facets of the inner hull beyond which most may lie, widest first, (n, 3).

    Beside directions that are even from the start, a tenth of them or less comes as close: a body
    that has corners and edges, as these have, is known between them from very few.
    """
    normals, offsets = inner.equations[:, :3], inner.equations[:, 3]
    beyond = (outer.points @ normals.T).max(axis=0) + offsets
    first, second, third = np.moveaxis(inner.points[inner.simplices], 1, 0)
    area = np.linalg.norm(np.cross(second - first, third - first), axis=1) / 2
    gap = area * beyond
    _, once = np.unique(normals.round(SAME_DIRECTION), axis=0, return_index=True)
    widest = once[np.argsort(-gap[once])]
    found: np.ndarray = normals[widest[gap[widest] > NOTHING * inner.volume]]
    return found
