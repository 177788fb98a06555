"""Observers: what film, cameras and eyes see, and how much of it the others can tell."""

from typing import TYPE_CHECKING

import numpy as np

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.observers import RGB, Observer
from spectral_film.metamerism.report.exhibit import Chapter, Exhibit
from spectral_film.metamerism.report.fundamentals import fundamentals, standard_eye
from spectral_film.metamerism.report.lines import columns_of, label_of, legend_in, line_of
from spectral_film.metamerism.study import Study
from spectral_film.pages.drawing import svg
from spectral_film.pages.markup import paragraph, table
from spectral_film.pages.matrix import matrix
from spectral_film.pages.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRID = f"{WAVELENGTH[0]:g} to {WAVELENGTH[-1]:g} nm"
LETTERS = ("x", "y", "z")  # of the eye's channels, beside the red, green and blue of others
NOTHING_DIFFERS = 1.0  # of Vora's value


def chapter(study: Study) -> Chapter:
    """The observers of a study."""
    film = study.film.id
    return Chapter(
        "Observers",
        [
            paragraph(
                f"{film}, cameras and eyes each turn a spectrum into three numbers. They are "
                "compared by what each channel makes of light, before any density, balance or "
                "processing."
            ),
            _observers(study),
            _sensitivities(study),
            paragraph(
                "If every layer of the film were a mixture of a camera's three channels, one "
                "matrix would turn the camera's picture into film exposure, of any surface in any "
                "light. That is Luther's condition. Where it fails, surfaces that the camera "
                "takes for one differ on film, and nothing brings that back. The next figures say "
                "how far it fails."
            ),
            _vora(study),
            paragraph(
                "Surfaces are seen in a light. Where the light has nothing, it does not matter "
                "what observers see there; where it has a line, that one wavelength counts most."
            ),
            _vora_in_light(study),
            paragraph(
                "One number for three channels hides which of them is hard to tell. Here each "
                "stands by itself, and both ways: what another can tell of film, and film of it."
            ),
            _luther(study),
            paragraph(
                "And here is where in the spectrum it goes wrong: the dotted line is what a layer "
                "sees and the other does not. Light that changes in that shape changes film, and "
                "the other sees nothing of it."
            ),
            fundamentals(study),
        ],
    )


def _observers(study: Study) -> Exhibit:
    rows = [
        (one.name, one.kind, *one.known_nm, _unknown(one), one.source) for one in study.observers
    ]
    return Exhibit(
        name="observers",
        drawn=table(
            ("observer", "kind", "from, nm", "to, nm", "seen as 0", "source"),
            [
                (
                    name,
                    kind,
                    *(number(nm, places=0) for nm in known),
                    unknown,
                    study.film.source if kind == "film" else source,
                )
                for name, kind, *known, unknown, source in rows
            ],
        ),
        says=f"Where each is known, and where of {GRID} it is taken to see nothing, so that no "
        "guess counts as a difference. Film also sees nothing where its sheet prints no "
        "sensitivity. The table names every chart it was read from.",
        columns=("observer", "kind", "known from, nm", "known to, nm", "seen as 0", "source"),
        rows=rows,
    )


def _unknown(one: Observer) -> str:
    """Where on the grid it is taken to see nothing."""
    first, last = one.known_nm
    below = f"below {first:g} nm" if first > WAVELENGTH[0] else ""
    above = f"above {last:g} nm" if last < WAVELENGTH[-1] else ""
    return " and ".join(filter(None, (below, above))) or "nowhere"


def _sensitivities(study: Study) -> Exhibit:
    drawn = [study.observers[0], *study.cameras, standard_eye(study)]
    return Exhibit(
        name="sensitivities",
        drawn=svg(
            lambda drawing: _draw_sensitivities(drawing, study, drawn),
            "Sensitivities by wavelength, in three panels, of " + ", ".join(o.name for o in drawn),
            height_in=6.2 + legend_in([one.name for one in drawn]),
        ),
        says="Sensitivity of each layer and channel to radiance, its peak as 1: above red and x, "
        f"then green and y, then blue and z. On a grid of {WAVELENGTH[1] - WAVELENGTH[0]:g} nm; "
        f"of the eyes that of {drawn[-1].name}.",
        columns=(
            "wavelength, nm",
            *(f"{one.name} {channel}, peak 1" for one in drawn for channel in one.channels),
        ),
        rows=list(np.column_stack([WAVELENGTH, *(one.sensitivity.T for one in drawn)])),
    )


def _draw_sensitivities(drawing: "Figure", study: Study, drawn: list[Observer]) -> None:
    panels = drawing.subplots(3, 1, sharex=True, sharey=True)
    for at, (axes, colour, letter) in enumerate(zip(panels, RGB, LETTERS, strict=True)):
        for one in drawn:
            axes.plot(
                WAVELENGTH,
                one.sensitivity[at],
                label=label_of(one.name),
                **line_of(study, one.name),
            )
        axes.set_ylabel(f"{colour}, {letter}")
    drawing.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside upper left",
        ncols=columns_of([one.name for one in drawn]),
        handlelength=3.2,
    )
    panels[-1].set(xlabel="wavelength, nm", xlim=(WAVELENGTH[0], WAVELENGTH[-1]))


def _vora(study: Study) -> Exhibit:
    names = [one.name for one in study.observers]
    values = np.full((len(names), len(names)), NOTHING_DIFFERS)
    for kin in study.kinships:
        values[names.index(kin.observer), names.index(kin.against)] = kin.vora
    return Exhibit(
        name="vora",
        drawn=matrix("Vora's value", names, names, values, 3),
        says="How much of what one sees another can tell: 1 where Luther's condition holds, 0 "
        "where they have nothing in common. Vora and Trussell's value: the trace of the product of "
        f"both matrices R (Cohen), over 3, on {GRID} of radiance.",
        columns=("observer", "against", "Vora's value, 0 to 1"),
        rows=[
            (one, other, values[i, j])
            for i, one in enumerate(names)
            for j, other in enumerate(names)
        ],
    )


def _vora_in_light(study: Study) -> Exhibit:
    lights = [one.light.name for one in study.lights]
    others = [one.name for one in study.observers[1:]]
    return Exhibit(
        name="vora-in-lights",
        drawn=matrix("Vora's value", others, lights, study.vora_in_light, 3, NOTHING_DIFFERS),
        says=f"The same between {study.film.id} and each other, seeing surfaces in a light: "
        "sensitivities are multiplied by its power first.",
        columns=("light", "observer", "Vora's value, 0 to 1"),
        rows=[
            (light, other, study.vora_in_light[i, j])
            for i, light in enumerate(lights)
            for j, other in enumerate(others)
        ],
    )


def _luther(study: Study) -> Exhibit:
    film = study.observers[0].name
    seen = [kin for kin in study.kinships if kin.against == film or kin.observer == film]
    seen.sort(key=lambda kin: kin.observer != film)
    rows = [(kin.observer, kin.against, *kin.angles_deg, *kin.error) for kin in seen]
    return Exhibit(
        name="luther",
        drawn=table(
            ("channels of", "told by", "1st angle", "2nd", "3rd", "red, x", "green, y", "blue, z"),
            [
                (
                    observer,
                    against,
                    *(number(v, places=1) for v in values[:3]),
                    *(number(v, places=3) for v in values[3:]),
                )
                for observer, against, *values in rows
            ],
        ),
        says="Principal angles between both spaces, degrees: 0 for a mixture that both see, 90 "
        "for one that the other is blind to; they are the same both ways. Then, for each channel, "
        "what no matrix on the other's channels gives, rms over that of the channel: 0 where it is "
        "told whole, 1 where not at all.",
        columns=(
            "observer", "told by", *(f"angle {i}, degrees" for i in (1, 2, 3)),
            *(
                f"{colour} or {letter} not told, share of rms"
                for colour, letter in zip(RGB, LETTERS, strict=True)
            ),
        ),
        rows=rows,
    )  # fmt: skip
