"""How the project draws: one style for every curve, whichever page it lands on.

Lines are what was measured on the model, circles what is published.
"""

import hashlib
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, PALE = "#222222", "#8a8a8a"
RECORDS = dict(zip("RGB", ("#c4453c", "#3c8f55", "#3b66b0"), strict=True))
DYES = {"cyan": "#2a9db0", "magenta": "#b4418e", "yellow": "#c79a14"}
PUBLISHED: dict[str, Any] = {
    "marker": "o",
    "linestyle": "",
    "markersize": 3.2,
    "markerfacecolor": "none",
}
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": PALE,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "xtick.color": PALE,
    "ytick.color": PALE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "svg.hashsalt": "spectral-film",  # the same command gives the same file
}


def svg(draw: Callable[["Figure"], None], width_in: float = 7.0, height_in: float = 3.4) -> str:
    """A drawing as an `<svg>` element, to stand in a page.

    Args:
        draw: Fills the figure it is given.
        width_in, height_in: Its size in inches of 72 px.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    text = io.StringIO()
    with rc_context(STYLE):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        draw(figure)
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    element = text.getvalue()
    element = element[element.index("<svg") :]
    # Drawings of one page share one space of names. Each gets its own, from what it shows.
    prefix = f"d{hashlib.sha256(element.encode()).hexdigest()[:8]}-"
    return re.sub(r'(id="|xlink:href="#|url\(#)', rf"\g<1>{prefix}", element)
