"""What is read as a line, what is published as circles, and the difference below."""

from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_film.pages.drawing import PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CIRCLES: dict[str, Any] = {
    "marker": "o",
    "linestyle": "",
    "markersize": 3.2,
    "markerfacecolor": "none",
    "alpha": 0.75,
}
MANY = 40  # circles along a curve, about
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def compared(drawing: "Figure", band: float | None, x: str, difference: str) -> tuple[Any, Any]:
    """Axes for curves, and below them, on the same x, for what they differ by.

    Args:
        drawing: Is filled.
        band: What a difference may be, which is shaded.
        x: What x is.
        difference: What the lower y is.
    """
    above, below = drawing.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    below.axhline(0, color=PALE, linewidth=0.6)
    if band:
        below.axhspan(-band, band, color=PALE, alpha=0.14, linewidth=0)
    below.set(xlabel=x, ylabel=difference)
    return above, below


def circles(axes: "Axes", x: np.ndarray, published: np.ndarray, colour: Any) -> None:
    """Published values, as many as can be told apart; NaN is not printed."""
    printed = np.isfinite(published)
    every = slice(None, None, max(1, int(printed.sum()) // MANY))
    axes.plot(x[printed][every], published[printed][every], **CIRCLES, color=colour)


def logarithmic(axes: "Axes", x: np.ndarray) -> None:
    """A scale of decades, which is written as it is read."""
    axes.set_xscale("log")
    ticks = [t for t in TICKS if x.min() <= t <= x.max()]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
