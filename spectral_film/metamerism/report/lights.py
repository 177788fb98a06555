"""Lights: as they are rated, and what film, cameras and the eye see of them."""

from typing import TYPE_CHECKING

import numpy as np

from spectral_film.metamerism.report.exhibit import Chapter, Exhibit
from spectral_film.metamerism.report.swatches import codes_of
from spectral_film.metamerism.study import Study
from spectral_film.metamerism.under_lights import UnderLight
from spectral_film.pages.chart import CIRCLES
from spectral_film.pages.drawing import PALE, svg
from spectral_film.pages.markup import Markup, abreast, paragraph, table
from spectral_film.pages.matrix import largest, matrix
from spectral_film.pages.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LAYERS = ("red", "green", "blue")
SHOWN = 4  # lights whose vectors are drawn: those that move the chart farthest


def chapter(study: Study) -> Chapter:
    """The lights of a study."""
    film = study.film.id
    return Chapter(
        "Lights",
        [
            paragraph(
                "SSI compares spectra and asks nobody who sees them. Rf and CRI ask an eye. "
                f"Neither knows {film}, whose layers see other parts of a light than the eye and "
                "than a camera; beside them stands what it does."
            ),
            _ratings(study),
            paragraph(
                "A white surface looks alike in lights of one luminance; layers and channels get "
                "more or less of each, before anybody balances."
            ),
            _channels(study),
            paragraph(
                "Balanced to a white, everyone still sees surfaces otherwise than in "
                f"{study.reference.name}: not what the light is, but what it does to colours."
            ),
            _shifts(study),
            _vectors(study),
        ],
    )


_POINTS = (
    "Points: of the printer, that bring the grey card back, 25 being the balance. Printers reach "
    "from about 0 to 50; what lies beyond needs a filter as well. "
)


def _ratings(study: Study) -> Exhibit:
    printed = LAYERS if study.print_film else ()
    columns = (
        "light", "CCT, K", "Duv", "nearest reference", "SSI nearest", "SSI 3200 K", "SSI 5500 K",
        "Rf", "CRI", *(f"{layer}, stops" for layer in LAYERS),
        *(f"printer {layer}, points" for layer in printed),
        "chart dE, mean", "chart dE, largest", "dark skin dE", "light skin dE",
    )  # fmt: skip
    rows = [_rating(one, study.shifts.surfaces) for one in study.lights]
    rated = [
        (
            light, number(cct, places=0), number(duv, places=4, signed=True), nearest,
            *(number(v, places=0) for v in rest[:5]),
        )
        for light, cct, duv, nearest, *rest in rows
    ]  # fmt: skip
    done = [
        (
            light,
            *(number(v, places=2, signed=True) for v in film[:3]),
            *(number(v, places=1) for v in film[3:]),
        )
        for light, *film in ((row[0], *row[9:]) for row in rows)
    ]
    heads = (
        "light", *(f"{layer[0].upper()}, stops" for layer in LAYERS),
        *(f"{layer[0].upper()}, points" for layer in printed),
        "chart dE, mean", "largest", "dark skin", "light skin",
    )  # fmt: skip
    return Exhibit(
        name="lights",
        drawn=Markup(
            table(columns[: len(rated[0])], rated, "As others rate them")
            + table(heads, done, f"What {study.film.id} does in them")
        ),
        says="Spectral similarity to the nearest black body or daylight, to 3200 K and to D55 "
        "(SMPTE ST 2122), fidelity of CIE 224:2017, CRI of CIE 13.3, all by colour-science. Stops: "
        "what each layer gets more of than in the light that the film is balanced for, at equal "
        f"luminance. {_POINTS if printed else ''}dE and the "
        f"skins: CIEDE2000 between the chart {'printed so ' if printed else ''}and the chart in "
        "its balance.",
        columns=columns,
        rows=rows,
    )


def _rating(one: UnderLight, surfaces: tuple[str, ...]) -> tuple:
    film, rating = one.film, one.rating
    points = () if film.printer_points is None else film.printer_points
    skin = [film.difference[surfaces.index(name)] for name in ("dark skin", "light skin")]
    return (
        one.light.name, rating.cct_k, rating.duv, rating.nearest, rating.ssi_nearest,
        rating.ssi_3200k, rating.ssi_5500k, rating.rf, rating.cri, *film.layer_shift_stops,
        *points, film.difference.mean(), film.difference.max(), *skin,
    )  # fmt: skip


def _channels(study: Study) -> Exhibit:
    observers = list(study.lights[0].shift_stops)
    columns = [f"{name}, {channel}" for name in observers for channel in LAYERS]
    shifts = np.array([list(one.shift_stops.values()) for one in study.lights])  # by observer
    names = [one.light.name for one in study.lights]
    most = float(np.abs(shifts).max())
    return Exhibit(
        name="channels-in-lights",
        drawn=abreast(
            *(
                matrix(f"{name}, stops", "RGB", names, shifts[:, at], 2, most)
                for at, name in enumerate(observers)
            )
        ),
        says="What the layers of film and the channels of cameras get more of than in "
        f"{study.reference.name}, in stops at equal luminance, which is what a balance has to make "
        "up for: log2 of sensitivity times light, summed over 360 to 780 nm. One shade "
        "is one value in all.",
        columns=("light", *(f"{column}, stops" for column in columns)),
        rows=[(name, *np.ravel(of_all)) for name, of_all in zip(names, shifts, strict=True)],
    )


def _shifts(study: Study) -> Exhibit:
    found = study.shifts
    moved = found.rms()
    return Exhibit(
        name="lights-by-observers",
        drawn=matrix("stops, rms", found.observers, found.lights, moved, 3, largest(moved)),
        says=f"How far the 24 patches move from {study.reference.name} to each light, to observers "
        "that have adapted to a perfect white: stops, rms over patches and channels. It "
        "compares lights for each observer, down a column, which is shaded by its own largest. It "
        "does not compare observers: stops of one's channels are no measure against another's, "
        "as a basis of other primaries gives other numbers for the same eye. The table also has "
        "the farthest of all.",
        columns=("light", "observer", "rms, stops", "farthest, stops"),
        rows=[
            (light, observer, moved[i, j], found.farthest()[i, j])
            for i, light in enumerate(found.lights)
            for j, observer in enumerate(found.observers)
        ],
    )


def _vectors(study: Study) -> Exhibit:
    farthest = sorted(study.lights, key=lambda one: -one.film.difference.mean())[:SHOWN]
    names = study.shifts.surfaces
    return Exhibit(
        name="chart-vectors",
        drawn=svg(
            lambda drawing: _draw_vectors(drawing, farthest),
            "The chart on the a*, b* plane in "
            + ", ".join(one.light.name for one in farthest)
            + ": a line from each patch in the balance light to the same in that light",
            height_in=6.6,
        ),
        says=f"The chart on the screen from {study.reference.name} (circles) to a light (dots)"
        f"{', after the printer has brought the grey back' if study.print_film else ''}; the "
        f"{len(farthest)} lights that leave most.",
        columns=(
            "light", "patch", "L* reference", "a* reference", "b* reference", "L*", "a*", "b*",
            "CIEDE2000",
        ),
        rows=[
            (
                one.light.name, name, *one.film.reference_lab[:, i], *one.film.lab[:, i],
                one.film.difference[i],
            )
            for one in study.lights
            for i, name in enumerate(names)
        ],
    )  # fmt: skip


def _draw_vectors(drawing: "Figure", lights: list[UnderLight]) -> None:
    panels = drawing.subplots(2, 2, sharex=True, sharey=True, squeeze=False).flat
    for axes, one in zip(panels, lights, strict=False):
        axes.axhline(0, color=PALE, linewidth=0.4)
        axes.axvline(0, color=PALE, linewidth=0.4)
        film = one.film
        colours = codes_of(film.reference_lab.T)
        for (_, *was), (_, *now), colour in zip(
            film.reference_lab.T, film.lab.T, colours, strict=True
        ):
            axes.plot(*zip(was, now, strict=True), color=PALE, linewidth=0.9)
            axes.plot(*was, **CIRCLES, color=PALE)
            axes.plot(*now, "o", color=tuple(colour), markersize=4.5, markeredgecolor=PALE,
                      markeredgewidth=0.4)  # fmt: skip
        axes.set(title=one.light.name, aspect="equal")
    for axes in panels[len(lights) :]:
        axes.set_visible(False)
    drawing.supxlabel("a*", fontsize=9)
    drawing.supylabel("b*", fontsize=9)
