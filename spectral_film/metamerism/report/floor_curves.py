"""How many surfaces stay below which difference, under the best map of each camera."""

from typing import TYPE_CHECKING

import numpy as np

from spectral_film.metamerism.report.exhibit import Exhibit
from spectral_film.metamerism.report.lines import columns_of, label_of, legend_in, line_of
from spectral_film.metamerism.study import Study
from spectral_film.pages.drawing import svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IN_REFERENCE, IN_HARDEST = "in the reference light", "in each camera's hardest light"
Curves = dict[str, dict[tuple[str, str], np.ndarray]]


def curves(study: Study) -> Exhibit:
    """Cumulative curves of CIEDE2000 over the surfaces of all sets."""
    panels = _panels(study)
    lines = {place: found for panel in panels.values() for place, found in panel.items()}
    return Exhibit(
        name="floor-histogram",
        drawn=svg(
            lambda drawing: _draw(drawing, study, panels),
            f"Share of surfaces below a difference in the {study.positive}, of "
            + ", ".join(f"{camera} in {light}" for camera, light in lines),
            height_in=0.9 + 2.5 * len(panels) + legend_in(list(_hardest(panels).values())),
        ),
        says=f"Percent of the surfaces of all sets whose {study.positive}s are no farther apart, "
        "CIEDE2000, under the best map of each camera, light and set; a camera's hardest light has "
        "the largest mean. A set counts by how many surfaces it has.",
        columns=("camera", "light", "CIEDE2000", "surfaces up to it, %"),
        rows=[
            (camera, light, difference, percent)
            for (camera, light), found in lines.items()
            for difference, percent in zip(found, _percent(found), strict=True)
        ],
    )


def _panels(study: Study) -> Curves:
    """What is drawn above each other: by camera and light, differences rising, (surface,)."""
    lights = [one.light.name for one in study.lights]
    found = {
        (camera.name, light): np.sort(
            np.concatenate(
                [
                    one.difference
                    for one in study.floor
                    if (one.camera, one.light) == (camera.name, light)
                ]
            )
        )
        for camera in study.cameras
        for light in lights
    }
    known = study.reference.name
    hardest = [
        max(
            (place for place in found if place[0] == camera.name),
            key=lambda place: found[place].mean(),
        )
        for camera in study.cameras
    ]
    panels = {
        IN_REFERENCE: {place: curve for place, curve in found.items() if place[1] == known},
        IN_HARDEST: {place: found[place] for place in hardest if place[1] != known},
    }
    return {what: panel for what, panel in panels.items() if panel}


def _hardest(panels: Curves) -> dict[str, str]:
    """What the legend says of each camera; one panel or both have it."""
    found = {camera: light for panel in panels.values() for camera, light in panel}
    return {camera: label_of(f"{camera}, hardest in {light}") for camera, light in found.items()}


def _percent(differences: np.ndarray) -> np.ndarray:
    """Of the surfaces, how many are up to each difference."""
    return 100 * np.arange(1, len(differences) + 1) / len(differences)


def _draw(drawing: "Figure", study: Study, panels: Curves) -> None:
    stacked = drawing.subplots(len(panels), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    last = max(curve[-1] for panel in panels.values() for curve in panel.values())
    drawn = {}
    for axes, (what, panel) in zip(stacked, panels.items(), strict=True):
        for (camera, light), found in panel.items():
            (drawn[camera],) = axes.plot(
                [0, *found, last],
                [0, *_percent(found), 100],
                label=label_of(f"{camera}, {light}"),
                **line_of(study, camera),
            )
        named = f"{what}, {study.reference.name}" if what == IN_REFERENCE else what
        axes.set(title=named, ylabel="surfaces, %", ylim=(0, 103))
    stacked[-1].set(xlabel=f"CIEDE2000 of the {study.positive}, up to", xlim=(0, last))
    hardest = _hardest(panels)
    drawing.legend(
        [drawn[camera] for camera in hardest],
        list(hardest.values()),
        loc="outside lower left",
        ncols=columns_of(list(hardest.values())),
        handlelength=3.2,
    )
