"""What a camera and the eye can tell of each layer of film, and what they do not see of it."""

from typing import TYPE_CHECKING

import numpy as np

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.change_of_light import STANDARD_EYE
from spectral_film.metamerism.luther import unseen
from spectral_film.metamerism.observers import RGB, Observer
from spectral_film.metamerism.report.exhibit import Exhibit
from spectral_film.metamerism.study import Study
from spectral_film.pages.drawing import INK, OTHERS, PALE, svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fundamentals(study: Study) -> Exhibit:
    """The layers of film, as the first camera and the standard eye can tell them."""
    film = study.observers[0]
    by = [study.cameras[0], standard_eye(study)]
    residuals = [unseen(film, other) for other in by]
    told = [f"{layer} told by {other.name}, peak 1" for other in by for layer in RGB]
    missed = [f"{layer} unseen by {other.name}, peak 1" for other in by for layer in RGB]
    return Exhibit(
        name="fundamentals",
        drawn=svg(
            lambda drawing: _draw(drawing, film, by, residuals),
            f"The layers of {film.name} by wavelength, split in what is linear in the channels of "
            + " and of ".join(other.name for other in by)
            + " and in what is not",
            height_in=6.6,
        ),
        says=f"The layers of {film.name} (solid), split by the matrix R of the other (Cohen): "
        "what is linear in its channels (fundamental, dashed) and the rest, which it does not see "
        "(dotted). Their sum is the layer.",
        columns=("wavelength, nm", *(f"{layer}, peak 1" for layer in RGB), *told, *missed),
        rows=list(
            np.column_stack(
                [
                    WAVELENGTH,
                    film.sensitivity.T,
                    *((film.sensitivity - rest).T for rest in residuals),
                    *(rest.T for rest in residuals),
                ]
            )
        ),
    )


def _draw(
    drawing: "Figure", film: Observer, by: list[Observer], residuals: list[np.ndarray]
) -> None:
    panels = drawing.subplots(3, len(by), sharex=True, sharey=True, squeeze=False)
    violet, amber = OTHERS[1:3]
    for column, other, rest in zip(panels.T, by, residuals, strict=True):
        for at, (axes, layer) in enumerate(zip(column, RGB, strict=True)):
            axes.axhline(0, color=PALE, linewidth=0.4)
            axes.plot(WAVELENGTH, film.sensitivity[at], color=INK, linewidth=2, label="layer")
            axes.plot(WAVELENGTH, film.sensitivity[at] - rest[at], "--", color=violet,
                      label="fundamental")  # fmt: skip
            axes.plot(WAVELENGTH, rest[at], ":", color=amber, linewidth=1.8, label="residual")
            axes.set_ylabel(layer)
        column[0].set_title(f"told by {other.name}")
        column[-1].set(xlabel="wavelength, nm", xlim=(WAVELENGTH[0], WAVELENGTH[-1]))
    drawing.legend(
        *panels[0, 0].get_legend_handles_labels(),
        loc="outside upper left",
        ncols=3,
        handlelength=3.2,
    )


def standard_eye(study: Study) -> Observer:
    """The eye that cameras are made for."""
    (eye,) = (one for one in study.observers if one.name == STANDARD_EYE)
    return eye
