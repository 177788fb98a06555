"""How mismatch volumes are drawn: in stops by layer, as prints, and as a map of their size."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import ConvexHull

from spectral_film.metamerism.chart_mismatch import ColourMismatch
from spectral_film.metamerism.observers import RGB
from spectral_film.metamerism.report.labels import POINTS, SIZE, labelled
from spectral_film.metamerism.report.swatches import codes_of
from spectral_film.pages.drawing import INK, PALE, RECORDS
from spectral_film.pages.typesetting import typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FLAT = 1e-6  # of CIELAB: points nearer to a line than this have no hull in the plane
BEYOND = 0.6  # stops that an arrow sticks out
GREYS = 6  # patches of the chart, the last: their circles lie on each other
LARGEST = 7.0  # radius of the largest circle of the map, in its a*, b*
BETWEEN = 2.2 * LARGEST  # middles of circles below each other
BESIDE = 2.9 * LARGEST  # where their names begin, a gap at the left
NAME, EDGES = 104, 60  # points: a name beside its circle, and what a figure has beside its axes


def from_own(one: ColourMismatch) -> np.ndarray:
    """Stops from the colour's own response, (layer, smooth or any, least or most).

    -inf where a layer may be left with nothing, nan where it never has anything.
    """
    ends = np.array([[body.least, body.most] for body in (one.smooth, one.any)])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.moveaxis(np.log2(ends / one.responses), 2, 0)


def exposures(drawing: "Figure", patches: Sequence[ColourMismatch]) -> None:
    """An interval for each patch, one panel a layer: thick for smooth surfaces, thin for any."""
    panels = drawing.subplots(1, 3, sharex=True, sharey=True)
    stops = np.array([from_own(one) for one in patches])  # (patch, layer, kind, end)
    edge = min(float(stops[np.isfinite(stops)].min(initial=0)), 0.0) - BEYOND
    for layer, (axes, colour) in enumerate(zip(panels, RECORDS.values(), strict=True)):
        axes.axvline(0, color=PALE, linewidth=0.6)
        for row, intervals in enumerate(stops[:, layer]):
            for (least, most), width in zip(intervals, (4.5, 1.1), strict=True):
                if np.isnan(least) or np.isnan(most):
                    continue
                axes.plot([max(least, edge), most], [row, row], color=colour, linewidth=width,
                          solid_capstyle="butt")  # fmt: skip
                if least == -np.inf:
                    axes.plot(edge, row, "<", color=colour, markersize=5)
        axes.set(title=RGB[layer])
    panels[0].set_yticks(range(len(patches)), [typeset(one.colour) for one in patches])
    panels[0].invert_yaxis()
    drawing.supxlabel("stops from the patch itself", fontsize=9)


def outline(points: np.ndarray) -> list[int]:
    """Which points are the corners of a convex hull in the plane, in turn; a flat set's ends.

    Args:
        points: (point, 2).
    """
    centred = points - points.mean(axis=0)
    _, size, along = np.linalg.svd(centred, full_matrices=False)
    if size[-1] < FLAT:
        place = centred @ along[0]
        return [int(place.argmin()), int(place.argmax())]
    return [int(at) for at in ConvexHull(points).vertices]


def prints(drawing: "Figure", patches: Sequence[ColourMismatch]) -> None:
    """A panel for each patch: its print, those that are one with it elsewhere, and their hull."""
    panels = drawing.subplots(2, -(-len(patches) // 2), sharex=True, sharey=True, squeeze=False)
    for axes, one in zip(panels.flat, patches, strict=False):
        _cross(axes)
        points = one.lab[1:].T
        corners = points[outline(points)]
        axes.fill(*corners.T, facecolor=PALE, alpha=0.14, linewidth=0)
        axes.plot(*np.concatenate([corners, corners[:1]]).T, color=INK, linewidth=0.9)
        axes.scatter(*points.T, s=12, c=codes_of(one.lab.T), edgecolors=PALE, linewidths=0.3,
                     zorder=2.5)  # fmt: skip
        axes.plot(*one.own_lab[1:], "o", color=tuple(codes_of(one.own_lab)), markersize=8,
                  markeredgecolor=INK, markeredgewidth=1.2)  # fmt: skip
        axes.set(title=one.colour, aspect="equal")
    for axes in list(panels.flat)[len(patches) :]:
        axes.set_visible(False)
    drawing.supxlabel("a*", fontsize=9)
    drawing.supylabel("b*", fontsize=9)


def size(one: ColourMismatch) -> float:
    """Cube root of the share of the solid that smooth surfaces fill: a length for a volume."""
    return float(np.cbrt(one.smooth.share[0]))


def sizes(drawing: "Figure", patches: Sequence[ColourMismatch]) -> None:
    """Circles at the prints' a*, b*, as large as what the colour can hide; the greys beside too."""
    places = np.array([one.own_lab[1:] for one in patches])
    largest = max(size(one) for one in patches) or 1.0
    radii = [LARGEST * size(one) / largest for one in patches]
    low, high = places.min(axis=0) - 2 * LARGEST, places.max(axis=0) + 2 * LARGEST
    axes, beside = drawing.subplots(
        1, 2, width_ratios=(high[0] - low[0], _wide(drawing, low, high))
    )
    _cross(axes)
    for at in np.argsort(radii)[::-1]:  # small ones lie on large ones
        _circle(axes, places[at], radii[at], patches[at])
    axes.set(xlabel="a*", ylabel="b*", aspect="equal", xlim=(low[0], high[0]),
             ylim=(low[1], high[1]))  # fmt: skip
    names = [one.colour for one in patches[:-GREYS]] + [""] * GREYS
    names[-GREYS + int(np.argmax(radii[-GREYS:]))] = "greys"
    beside.set(xlim=(0, _wide(drawing, low, high)), ylim=(high[1] - low[1], 0), aspect="equal")
    beside.set_axis_off()
    _greys(beside, patches[-GREYS:], radii[-GREYS:])
    labelled(axes, places, radii, [typeset(name) for name in names])


def _wide(drawing: "Figure", low: np.ndarray, high: np.ndarray) -> float:
    """How wide a column of circles with their names is, in the units of a map from low to high."""
    width, height = POINTS * drawing.get_size_inches() - EDGES
    (across, up), column = high - low, BESIDE
    return column + NAME / min((width - NAME) / (across + column), height / up)


def _greys(axes: "Axes", patches: Sequence[ColourMismatch], radii: Sequence[float]) -> None:
    """Circles below each other, with their names.

    Args:
        axes: To the scale of the map that they stand beside, from 0 at the left and top.
        patches: Of the circles.
        radii: Of the circles.
    """
    first = (axes.get_ylim()[0] - BETWEEN * (len(patches) - 1)) / 2
    axes.text(
        LARGEST / 2,
        first - BETWEEN,
        "the greys, one by one",
        fontsize=10,
        fontweight="bold",
        va="center",
    )
    for row, (one, radius) in enumerate(zip(patches, radii, strict=True)):
        middle = np.array([1.5 * LARGEST, first + BETWEEN * row])
        _circle(axes, middle, radius, one)
        axes.text(BESIDE, middle[1], one.colour, fontsize=SIZE, va="center")


def _circle(axes: "Axes", middle: np.ndarray, radius: float, one: ColourMismatch) -> None:
    from matplotlib.patches import Circle

    colour = tuple(codes_of(one.own_lab))
    axes.add_patch(Circle(tuple(middle), radius, facecolor=colour, edgecolor=PALE, linewidth=0.8,
                          zorder=2))  # fmt: skip


def _cross(axes: "Axes") -> None:
    axes.axhline(0, color=PALE, linewidth=0.4)
    axes.axvline(0, color=PALE, linewidth=0.4)
