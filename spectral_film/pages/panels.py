"""Where the curves of a drawing are, so that a page can read them under the cursor."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 72  # an inch, and px of the drawing


@dataclass(frozen=True)
class Line:
    """A curve: the `id` of its element, its name, and its colour on light paper."""

    id: str
    name: str
    colour: str


@dataclass(frozen=True)
class Panel:
    """Axes whose curves can be read.

    Attributes:
        what, along: What y and x are.
        box: Left, top, right and bottom on the drawing.
        x, y: Their values at left and right, at bottom and top.
        logarithmic: Whether x is.
        lines: Its curves.
    """

    what: str
    along: str
    box: tuple[float, float, float, float]
    x: tuple[float, float]
    y: tuple[float, float]
    logarithmic: bool
    lines: tuple[Line, ...]

    def geometry(self) -> dict[str, object]:
        """What the page's script has to know."""
        known = asdict(self)
        known["lines"] = [line.id for line in self.lines]
        del known["what"], known["along"]
        return known


def name_lines(figure: "Figure") -> None:
    """Give every curve that has a name an `id` in the drawing."""
    for panel, axes in enumerate(figure.axes):
        for number, line in enumerate(_named(axes)):
            line.set_gid(f"curve-{panel}-{number}")


def panels_of(figure: "Figure", prefix: str) -> tuple[Panel, ...]:
    """The panels of a figure that was drawn, its names led by `prefix`."""
    return tuple(_panel(figure, axes, prefix) for axes in figure.axes if _named(axes))


def _panel(figure: "Figure", axes: "Axes", prefix: str) -> Panel:
    from matplotlib.colors import to_hex

    width, height = figure.get_size_inches() * POINTS
    place = axes.get_position()
    above_each_other = axes.get_shared_x_axes().get_siblings(axes)
    return Panel(
        what=axes.get_ylabel(),
        along=next((a.get_xlabel() for a in above_each_other if a.get_xlabel()), ""),
        box=(
            round(place.x0 * width, 2), round((1 - place.y1) * height, 2),
            round(place.x1 * width, 2), round((1 - place.y0) * height, 2),
        ),
        x=axes.get_xlim(),
        y=axes.get_ylim(),
        logarithmic=axes.get_xscale() == "log",
        lines=tuple(
            Line(f"{prefix}{line.get_gid()}", str(line.get_label()), to_hex(line.get_color()))
            for line in _named(axes)
        ),
    )  # fmt: skip


def _named(axes: "Axes") -> list:
    return [line for line in axes.lines if not str(line.get_label()).startswith("_")]
