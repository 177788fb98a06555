"""How an observer is drawn, the same in every figure: film in ink, each other in its own dashes."""

from collections.abc import Sequence
from typing import Any

from spectral_film.metamerism.study import Study
from spectral_film.pages.drawing import INK, OTHERS, PALE

COLOURS = OTHERS[1:4]
DASHES = ("--", "-.", (0, (7, 1.5)), (0, (4, 1, 1, 1, 1, 1)))  # with COLOURS, twelve to tell apart
WIDER = 2.2
ACROSS = 92  # letters that fit beside each other in a legend
SAMPLE = 7  # letters that have room in a sample of a line and what is beside it
ROW_IN = 0.17  # height of a row of a legend
HAIR = "\u200a"  # the thinnest space there is


def line_of(study: Study, name: str) -> dict[str, Any]:
    """Colour and dashes of a film, a camera or an eye, as matplotlib takes them."""
    cameras = [one.name for one in study.cameras]
    if name in cameras:
        at = cameras.index(name)
        return {"color": COLOURS[at % len(COLOURS)], "linestyle": DASHES[at % len(DASHES)]}
    if name == study.observers[0].name:
        return {"color": INK, "linestyle": "-", "linewidth": WIDER}
    return {"color": PALE, "linestyle": ":", "linewidth": 1.6}


def columns_of(names: Sequence[str]) -> int:
    """In how many columns a legend under or over a drawing has these names."""
    wide = [len(name) + SAMPLE for name in names]
    return len(names) if sum(wide) <= ACROSS else max(ACROSS // max(wide), 1)


def legend_in(names: Sequence[str]) -> float:
    """Height of that legend, inches."""
    return ROW_IN * -(-len(names) // columns_of(names))


def label_of(name: str) -> str:
    """A name as the label of a curve: matplotlib leaves out curves whose label begins with `_`."""
    return HAIR + name if name.startswith("_") else name
