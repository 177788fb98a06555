"""How the project draws: one style for every curve, whichever page it lands on.

Lines are what was measured on the model, circles what is published.
"""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spectral_film.pages.markup import escaped
from spectral_film.pages.palette import LIGHT, as_variables, style_sheet
from spectral_film.pages.panels import Panel, name_lines, panels_of
from spectral_film.pages.typesetting import typeset
from spectral_film.pages.writing import appearing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, PALE = LIGHT["ink"], LIGHT["pale"]
RECORDS = dict(zip("RGB", (LIGHT["red"], LIGHT["green"], LIGHT["blue"]), strict=True))
DYES = {dye: LIGHT[dye] for dye in ("cyan", "magenta", "yellow")}
OTHERS = (INK, LIGHT["violet"], LIGHT["amber"], LIGHT["teal"], PALE)  # of no record or dye
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # names come from files, and may hold any sign
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
    "path.simplify": False,  # values are read off the lines
    "svg.fonttype": "none",  # letters stay letters: small, and in the font of the page
    "svg.hashsalt": "spectral-film",  # the same command gives the same file
}
PNG_DPI = 120
Draw = Callable[["Figure"], None]


@dataclass(frozen=True)
class Drawing:
    """A drawing for a page.

    Attributes:
        element: The `<svg>`.
        panels: Where curves can be read off it.
    """

    element: str
    panels: tuple[Panel, ...]


def svg(draw: Draw, label: str, width_in: float = 6.4, height_in: float = 3.3) -> Drawing:
    """A drawing to stand in a page.

    Args:
        draw: Fills the figure it is given.
        label: What it shows, for who does not see it.
        width_in, height_in: Its size in inches of 72 px.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    text = io.StringIO()
    with rc_context(STYLE):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        draw(figure)
        _typeset(figure)
        name_lines(figure)
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    element = _lean(text.getvalue())
    # Drawings of one page share one space of names. Each gets its own, from what it shows.
    prefix = f"d{hashlib.sha256(element.encode()).hexdigest()[:8]}-"
    element = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{prefix}", element)
    element = as_variables(element)
    said = f'<svg role="img" aria-label="{escaped(label)}" '
    return Drawing(element.replace("<svg ", said, 1), panels_of(figure, prefix))


def write_drawing(path: Path, draw: Draw, label: str, size_in: tuple[float, float]) -> None:
    """A drawing as a file of its own, .png on light paper or .svg on the reader's.

    Args:
        path: What it replaces, if it is there.
        draw, label: As in `svg`.
        size_in: Width and height in inches, of 72 px in an .svg, of 120 in a .png.

    Raises:
        OutputError: the file cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with appearing(path) as partial:
        if path.suffix.lower() == ".svg":
            drawing = svg(draw, label, *size_in)
            partial.write_text(with_paper(drawing.element), encoding="utf-8")
            return
        with rc_context(STYLE):
            figure = Figure(figsize=size_in, dpi=PNG_DPI, layout="constrained")
            FigureCanvasAgg(figure)
            draw(figure)
            _typeset(figure)
            figure.savefig(partial, facecolor=LIGHT["paper"])


def with_paper(element: str) -> str:
    """A drawing that has no page round it: with its own paper, light or dark, and font."""
    style = (
        f"{style_sheet()}\nsvg {{ background: var(--paper); }} text {{ font-family: sans-serif; }}"
    )
    return re.sub(r"(<svg [^>]*>)", rf"\1<style>{style}</style>", element, count=1) + "\n"


def _typeset(figure: "Figure") -> None:
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text():
            text.set_text(typeset(text.get_text()))


def _lean(text: str) -> str:
    """The element alone, in the font of its page, to a hundredth of a pixel."""
    element = text[text.index("<svg") :].rstrip()
    element = re.sub(r"\s*<metadata>.*?</metadata>", "", element, flags=re.S)
    element = re.sub(r"\s*<!--.*?-->", "", element, flags=re.S)
    element = element.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    element = element.replace("xlink:href", "href")
    element = re.sub(r"font-family: [^;\"]*;? ?", "", element)
    element = re.sub(r"font: (bold |700 )?([\d.]+)px [^;\"]*", _font, element)
    return re.sub(r'"[^"]*"', _to_hundredths, element)  # attributes; letters are left alone


def _to_hundredths(attribute: re.Match[str]) -> str:
    return re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", attribute[0])


def _font(found: re.Match[str]) -> str:
    return f"font-size: {found[2]}px" + ("; font-weight: bold" if found[1] else "")
