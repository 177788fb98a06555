"""How far film from RGB is off over the pixels of a picture, by up-sampling."""

from typing import TYPE_CHECKING

import numpy as np

from spectral_film.metamerism.image import FromRgb
from spectral_film.metamerism.observers import RGB
from spectral_film.metamerism.report.exhibit import Exhibit
from spectral_film.metamerism.study import ImageStudy
from spectral_film.pages.drawing import OTHERS, svg
from spectral_film.pages.figures import figure
from spectral_film.pages.markup import Markup, table
from spectral_film.pages.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHAT = (*(f"{layer}, stops" for layer in RGB), "CIEDE2000")
TOLD = (50, 95, 99, 100)  # percentiles in the table
DRAWN = range(100)  # those of the curves: the last hundredth would be all that is seen
STYLES = ("-", "--", ":", "-.")


def percentiles(image: ImageStudy) -> Exhibit:
    """Percentiles of every up-sampling, as a table and as curves."""
    every = sorted({*DRAWN, *TOLD})
    rows = [
        (one.upsampling, percent, *values)
        for one in image.by_prior
        for percent, values in zip(every, _at(one, every), strict=True)
    ]
    head = ("up-sampling", "share of pixels, %", *WHAT)
    told = table(
        head,
        [
            (
                name,
                "all" if percent == 100 else number(percent),
                *(number(value, places=2) for value in values),
            )
            for name, percent, *values in rows
            if percent in TOLD
        ],
    )
    curves = svg(
        lambda drawing: _draw_percentiles(drawing, image),
        "What a share of the pixels stays below, for each layer in stops and for film as seen in "
        "CIEDE2000; " + ", ".join(one.upsampling for one in image.by_prior),
        height_in=5.0,
    )
    return Exhibit(
        name="picture-percentiles",
        drawn=Markup(told + figure(curves)),
        says="What that share of the pixels stays below, without signs: of 50 % it is the median, "
        "of all the largest. By layer, and of film as seen; for each up-sampling, which is what "
        "RGB is taken for. Curves end at 99 %; beyond are lamps and specks.",
        columns=head,
        rows=rows,
    )


def _at(one: FromRgb, percents: list[float]) -> np.ndarray:
    """Percentiles of stops and of CIEDE2000, (percent, layers and what is seen)."""
    planes = [*np.abs(one.stops), one.difference]
    return np.stack([np.percentile(plane, percents) for plane in planes], axis=1)


def _draw_percentiles(drawing: "Figure", image: ImageStudy) -> None:
    panels = drawing.subplots(2, 2, sharex=True)
    for at, (axes, what) in enumerate(zip(panels.flat, WHAT, strict=True)):
        for which, one in enumerate(image.by_prior):
            values = _at(one, [*DRAWN])[:, at]
            axes.plot(DRAWN, values, STYLES[which % len(STYLES)], label=one.upsampling,
                      color=OTHERS[which % len(OTHERS)])  # fmt: skip
        axes.set(ylabel=what, ylim=(0, None))
    panels.flat[0].legend()
    for axes in panels[-1]:
        axes.set_xlabel("share of pixels, %")
