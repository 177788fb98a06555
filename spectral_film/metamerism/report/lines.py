"""How an observer is drawn, the same in every figure: film in ink, each other in its own dashes."""

from typing import Any

from spectral_film.metamerism.study import Study
from spectral_film.pages.drawing import INK, OTHERS, PALE

COLOURS = OTHERS[1:4]
DASHES = ("--", "-.", (0, (7, 1.5)), (0, (4, 1, 1, 1, 1, 1)))  # with COLOURS, twelve to tell apart
WIDER = 2.2


def line_of(study: Study, name: str) -> dict[str, Any]:
    """Colour and dashes of a film, a camera or an eye, as matplotlib takes them."""
    cameras = [one.name for one in study.cameras]
    if name in cameras:
        at = cameras.index(name)
        return {"color": COLOURS[at % len(COLOURS)], "linestyle": DASHES[at % len(DASHES)]}
    if name == study.observers[0].name:
        return {"color": INK, "linestyle": "-", "linewidth": WIDER}
    return {"color": PALE, "linestyle": ":", "linewidth": 1.6}
