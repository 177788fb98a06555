"""What one colour of a camera or an eye can hide from film, by physics."""

import numpy as np

from spectral_film.metamerism.chart_mismatch import SMOOTH, ColourMismatch
from spectral_film.metamerism.mismatch import Mismatch
from spectral_film.metamerism.observers import RGB
from spectral_film.metamerism.report import mismatch_drawn as drawn
from spectral_film.metamerism.report.exhibit import Chapter, Exhibit
from spectral_film.metamerism.study import AROUND, LARGEST, Study
from spectral_film.pages.drawing import svg
from spectral_film.pages.markup import Markup, folded, paragraph, table
from spectral_film.pages.numbers import number

KINDS = ("smooth", "any")


def chapter(study: Study) -> Chapter:
    """The mismatch volumes of a study."""
    return Chapter(
        "What one colour can hide",
        [
            paragraph(
                "A camera gives one colour for many surfaces. How far can film part them? Physics "
                "has a limit, the metamer mismatch volume: all that the three layers may get from "
                "surfaces that reflect between 0 and 1 and are one colour to the camera, or to "
                "the eye."
            ),
            paragraph(_everyday(study)),
            _volumes(study),
            _exposures(study),
            _prints(study),
            _map(study),
        ],
    )


def _everyday(study: Study) -> str:
    camera, film = study.cameras[0].name, study.film.id
    apart = [
        pair.apart_stops
        for pair in study.pairs
        if pair.how == "found" and (pair.same_to, pair.apart_to) == (camera, film)
    ]
    measured = (
        f"Of the {LARGEST} surfaces that are one to {camera}, none part by more than "
        f"{number(max(apart), digits=2)} stops in a layer."
        if apart
        else f"Of the {LARGEST} surfaces, none that are one to {camera} part at all."
    )
    widest = np.median([_finite(one.smooth.stops).max() for one in _of(study, camera)])
    return (
        f"It is a limit, and nothing for every day. {measured} Smooth surfaces could part by "
        f"{number(float(widest), digits=2)} stops in the widest layer of a typical patch, and "
        "nobody has made the surfaces that reach that."
    )


def _finite(values: np.ndarray) -> np.ndarray:
    """0 where a layer never has anything, or has no limit."""
    return np.where(np.isfinite(values), values, 0.0)


def _of(study: Study, name: str) -> list[ColourMismatch]:
    return [one for one in study.mismatches if one.same_to == name]


def _others(study: Study) -> list[str]:
    """To whom the surfaces are one: cameras in their order, then the eye."""
    return list(dict.fromkeys(one.same_to for one in study.mismatches))


def _volumes(study: Study) -> Exhibit:
    first, *rest = _others(study)
    tables = [
        _table(study, first),
        *(folded(f"One to {name}", _table(study, name)) for name in rest),
    ]
    return Exhibit(
        name="mismatch",
        drawn=Markup("".join(tables)),
        says="From the least to the most that each layer may get, in stops, and the volume of all "
        "that the three may get, as a share of the volume of all surfaces there are (the colour "
        f"solid of {study.film.id}): no less than the hull of the points that linear programmes "
        "find on its surface (inner), no more than where their half-spaces meet (outer). Smooth: "
        f"second differences of a reflectance within {number(study.roughness, digits=2)} per 5 nm, "
        f"which {SMOOTH} of 100 {LARGEST} surfaces keep, or within the patch's own where it is "
        "rougher; any: whatever reflects between 0 and 1. No limit: a layer may be left with "
        "nothing, so that there are no stops.",
        columns=(
            "one to", "patch", *(f"{layer}, own response, white = 1" for layer in RGB),
            *(
                column
                for kind in KINDS
                for column in (
                    *(f"{layer}, {kind}, {end}, white = 1" for end in ("least", "most")
                      for layer in RGB),
                    *(f"{layer}, {kind}, stops" for layer in RGB),
                    *(f"{kind}, {side} volume, % of the solid" for side in ("inner", "outer")),
                )
            ),
        ),
        rows=[
            (one.same_to, one.colour, *one.responses, *_extent(one.smooth), *_extent(one.any))
            for one in study.mismatches
        ],
    )  # fmt: skip


def _extent(one: Mismatch) -> tuple[float, ...]:
    return *one.least, *one.most, *one.stops, *(100 * share for share in one.share)


def _table(study: Study, name: str) -> Markup:
    head = ["R", "G", "B", "inner, %", "outer, %"]
    return table(
        ["patch", *(f"{kind}: {text}" if not at else text for kind in KINDS
                    for at, text in enumerate(head))],
        [
            (
                one.colour,
                *(
                    text
                    for body in (one.smooth, one.any)
                    for text in (
                        *(stops_written(value) for value in body.stops),
                        *(number(100 * share, places=2) for share in body.share),
                    )
                ),
            )
            for one in _of(study, name)
        ],
        caption=f"One to {name}: stops of the layers of {study.film.id}, and volumes",
    )  # fmt: skip


def stops_written(value: float) -> str:
    """Stops as they are read: a layer that may be left with nothing has no limit."""
    return "no limit" if value == np.inf else number(value, places=2)


def _exposures(study: Study) -> Exhibit:
    camera = study.cameras[0].name
    return Exhibit(
        name="mismatch-exposure",
        drawn=svg(
            lambda drawing: drawn.exposures(drawing, _of(study, camera)),
            f"For each patch, how far surfaces that are one to {camera} may part in each layer, in "
            "stops from the patch itself",
            7.4,
            5.6,
        ),
        says=f"What the layers of {study.film.id} may get from surfaces that {camera} takes for "
        "the patch, in stops from what they get from the patch itself: log2 of least and of most "
        "over own. Thick: smooth surfaces; thin: any. An arrow: a layer may be left with nothing.",
        columns=(
            "one to", "patch",
            *(f"{layer}, {kind}, {end}, stops from own" for layer in RGB for kind in KINDS
              for end in ("least", "most")),
        ),
        rows=[
            (one.same_to, one.colour, *drawn.from_own(one).ravel()) for one in study.mismatches
        ],
    )  # fmt: skip


def _prints(study: Study) -> Exhibit:
    camera = study.cameras[0].name
    around = [one for one in study.mismatches if one.colour in AROUND]
    shown = [one for one in around if one.same_to == camera]
    return Exhibit(
        name="mismatch-ab",
        drawn=svg(
            lambda drawing: drawn.prints(drawing, shown),
            f"What {study.positive}s may look like whose surfaces are one colour to {camera}, on "
            "the a*, b* "
            "plane: " + ", ".join(one.colour for one in shown),
            7.4,
            5.4,
        ),
        says=f"Each panel is one colour to {camera}. The dot is the {study.positive} of the patch "
        f"itself; small dots are {study.positive}s of the smooth surfaces that come farthest in "
        "some direction of the layers' exposures, in the colours that they have there; the outline "
        f"is their hull. It is the hull of these points seen through the {study.positive} of "
        f"{study.film.id}, not that of the whole body, whose flanks the film bends.",
        columns=("one to", "patch", "point", "L*", "a*", "b*", "on the outline"),
        rows=[
            row
            for one in around
            for row in [
                (one.same_to, one.colour, "own", *one.own_lab, ""),
                *(
                    (one.same_to, one.colour, at, *lab, "yes" if at in rim else "no")
                    for rim in [set(drawn.outline(one.lab[1:].T))]
                    for at, lab in enumerate(one.lab.T)
                ),
            ]
        ],
    )


def _map(study: Study) -> Exhibit:
    camera = study.cameras[0].name
    most = max(_of(study, camera), key=drawn.size)
    return Exhibit(
        name="mismatch-map",
        drawn=svg(
            lambda drawing: drawn.sizes(drawing, _of(study, camera)),
            f"The chart on the a*, b* plane of the {study.positive}; the larger a circle, the more "
            f"one colour of {camera} can hide",
            7.4,
            6.4,
        ),
        says=f"Each patch at the a*, b* of its {study.positive}. A circle's radius follows the "
        f"cube root of the volume that {camera} can hide from {study.film.id} in smooth surfaces, "
        "inner, as a share of the solid; it is no distance in a*, b*. Most is hidden in "
        f"{most.colour}. Black, white and strong colours leave a surface little room between 0 and "
        "1. The greys, which lie on each other, stand beside them to the same scale.",
        columns=(
            "one to", "patch", "L*", "a*", "b*", "smooth, inner volume, % of the solid",
            "cube root of its share",
        ),
        rows=[
            (
                one.same_to, one.colour, *one.own_lab, 100 * one.smooth.share[0],
                drawn.size(one),
            )
            for one in study.mismatches
        ],
    )  # fmt: skip
