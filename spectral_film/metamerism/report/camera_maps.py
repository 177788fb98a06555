"""Camera maps: what the best of them leaves, in stops of the layers and in the print."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from spectral_film.metamerism.irreducible import Irreducible
from spectral_film.metamerism.maps import MAP_KINDS
from spectral_film.metamerism.observers import RGB
from spectral_film.metamerism.report.exhibit import Chapter, Exhibit
from spectral_film.metamerism.report.floor_curves import curves
from spectral_film.metamerism.report.worst_surfaces import worst
from spectral_film.metamerism.study import Study
from spectral_film.pages.drawing import INK, OTHERS, PALE, svg
from spectral_film.pages.markup import Markup, paragraph
from spectral_film.pages.matrix import matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

P95 = 95  # percent of surfaces
MARKS = dict(
    zip(
        MAP_KINDS,
        (
            {"marker": "o", "color": PALE, "markerfacecolor": "none", "markersize": 6},
            {"marker": "s", "color": OTHERS[1], "markerfacecolor": "none", "markersize": 5},
            {"marker": "D", "color": INK, "markersize": 3.4},
        ),
        strict=True,
    )
)


def chapter(study: Study) -> Chapter:
    """The camera maps of a study."""
    film = study.film.id
    return Chapter(
        "What no table can mend",
        [
            paragraph(
                "A camera keeps three numbers of a surface. Surfaces that share them get the same "
                f"exposure from any matrix or table, though {film} would tell them apart. What the "
                "best map leaves is irreducible: the floor under every camera LUT, our own packs "
                "included, because a pack gets RGB as well."
            ),
            _irreducible(study),
            paragraph(
                "Part of what a plain matrix leaves goes away with a map that bends more. The rest "
                "is metameric: the picture does not hold it, and no further work on the map helps."
            ),
            _removable(study),
            paragraph(
                "A mean says little of the colour that a scene turns on. Here is how many surfaces "
                f"stay below which difference in the {study.positive}."
            ),
            curves(study),
            paragraph(
                f"The surfaces that are farthest off in {study.reference.name}. Where eye and "
                "camera agree and the two film colours do not, film sees what the picture lost."
            ),
            worst(study),
        ],
    )


def _irreducible(study: Study) -> Exhibit:
    floor = set(study.floor)
    in_stops = _matrices(study, "stops, rms", "RGB", lambda one: one.errors.rms, 2)
    in_print = _matrices(study, "CIEDE2000", ("mean", "p95"), _in_print, 1)
    return Exhibit(
        name="irreducible",
        drawn=Markup("".join(map("".join, zip(in_stops, in_print, strict=True)))),
        says="What the best of three kinds of map leaves on surfaces that it was not fitted to: "
        f"stops of each layer, rms (R, G, B), and CIEDE2000 between the {study.positive} of what "
        "the map made of the camera's picture and that of film: the mean, and what 95 of 100 "
        "surfaces stay below. The kinds: a matrix (linear), a root-polynomial of degree 2, and "
        "that corrected by the nearest surfaces (general); the best has the least sum of squares "
        "over the layers. Every tenth surface in turn is left out and mapped by the fit to the "
        "others. This estimates the floor from above, the more so the fewer the surfaces: more "
        "would teach a map more. The table has all three kinds.",
        columns=(
            "camera", "light", "surfaces", "map", "best of the three",
            *(f"{layer} rms, stops" for layer in RGB), *(f"{layer} p95, stops" for layer in RGB),
            "mean, CIEDE2000", "p95, CIEDE2000",
        ),
        rows=[
            (
                one.camera, one.light, one.data.name, one.errors.kind,
                "yes" if one in floor else "no", *one.errors.rms, *one.errors.p95,
                *_in_print(one),
            )
            for one in study.irreducible
        ],
    )  # fmt: skip


def _in_print(one: Irreducible) -> tuple[float, float]:
    """CIEDE2000: mean, and what 95 of 100 surfaces stay below."""
    return float(one.difference.mean()), float(np.percentile(one.difference, P95))


def _matrices(
    study: Study,
    what: str,
    heads: Sequence[str],
    measure: Callable[[Irreducible], Sequence[float] | np.ndarray],
    places: int,
) -> list[Markup]:
    """A table of the floor for each camera, lights in rows; one shade is one value in all."""
    cameras = [one.name for one in study.cameras]
    lights = [one.light.name for one in study.lights]
    sets = [one.name for one in study.data]
    found = {(one.camera, one.light, one.data.name): measure(one) for one in study.floor}
    values = np.array(
        [
            [[value for data in sets for value in found[camera, light, data]] for light in lights]
            for camera in cameras
        ]
    )
    most = float(values.max())
    return [
        matrix(f"{camera}: {what}", heads, lights, of_camera, places, most, sets)
        for camera, of_camera in zip(cameras, values, strict=True)
    ]


def _shown_light(study: Study) -> str:
    """The reference if it is among the lights, else the first of them."""
    lights = [one.light.name for one in study.lights]
    return study.reference.name if study.reference.name in lights else lights[0]


def _removable(study: Study) -> Exhibit:
    light = _shown_light(study)
    shown = [one for one in study.irreducible if one.light == light]
    places = [(camera.name, data.name) for camera in study.cameras for data in study.data]
    return Exhibit(
        name="removable",
        drawn=svg(
            lambda drawing: _draw_removable(drawing, shown, places),
            f"What three kinds of map leave in {light}, stops rms, a panel for each layer; cameras "
            "and sets of surfaces below each other",
            height_in=1.5 + 0.32 * len(places),
        ),
        says=f"In {light}, stops rms: what a matrix leaves (circle), the root-polynomial (square) "
        "and the general map (diamond), all on surfaces left out of the fit. The broad line up to "
        "the least of them counts as metameric; what a matrix leaves beyond it is removable. Where "
        "a wider map leaves more than a matrix, the surfaces are too few to teach it.",
        columns=("camera", "light", "surfaces", "map", *(f"{layer} rms, stops" for layer in RGB)),
        rows=[
            (one.camera, one.light, one.data.name, one.errors.kind, *one.errors.rms)
            for one in shown
        ],
    )


def _draw_removable(
    drawing: "Figure", shown: list[Irreducible], places: list[tuple[str, str]]
) -> None:
    panels = drawing.subplots(1, len(RGB), sharex=True, sharey=True)
    for at, (axes, layer) in enumerate(zip(panels, RGB, strict=True)):
        for row, place in enumerate(places):
            left = {
                one.errors.kind: one.errors.rms[at]
                for one in shown
                if (one.camera, one.data.name) == place
            }
            axes.plot([0, min(left.values())], [row, row], color=PALE, linewidth=2.4, alpha=0.35)
            axes.plot([min(left.values()), max(left.values())], [row, row], color=PALE,
                      linewidth=0.7)  # fmt: skip
            for kind, value in left.items():
                axes.plot(value, row, linestyle="", **MARKS[kind])
        axes.set_title(layer)
    panels[0].set_xlim(0, 1.06 * max(one.errors.rms.max() for one in shown))
    panels[0].set_yticks(range(len(places)), [f"{camera}, {data}" for camera, data in places])
    panels[0].invert_yaxis()
    panels[1].set_xlabel("stops, rms")
    marks = [panels[-1].plot([], [], linestyle="", **MARKS[kind])[0] for kind in MAP_KINDS]
    drawing.legend(marks, MAP_KINDS, loc="outside upper left", ncols=len(MAP_KINDS))
