"""Colour chart: what the film and its print make of 24 known reflectances."""

from dataclasses import dataclass

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.lab.projection import lamp_white, photograph, to_codes, to_lab
from spectral_film.lab.readings import Measurement
from spectral_film.light.spectra import colour_chart, equal_luminance, illuminant, observer


@dataclass(frozen=True, kw_only=True)
class Swatch:
    """A patch as the eye sees it in the scene and on the screen.

    Attributes:
        name: Its name on the chart.
        scene, screen: Codes 0..1 in sRGB, (3,).
        scene_lab, screen_lab: L*, a*, b*, (3,).
    """

    name: str
    scene: np.ndarray
    screen: np.ndarray
    scene_lab: np.ndarray
    screen_lab: np.ndarray


def photographed_chart(
    device: Device, negative: CameraFilm, print_film: PrintStock | None
) -> tuple[Measurement, tuple[Swatch, ...]]:
    """L*, a*, b* of the patches on the screen beside those in the scene, and both as swatches.

    The eye is adapted to the light in the scene, and to the lamp before the screen. On the screen
    the clear print is white, as on a display.
    """
    chart = colour_chart()
    reflectance = np.stack(list(chart.values()), axis=1)
    light = equal_luminance(illuminant(negative.balance))
    in_scene = (observer() * light) @ reflectance / (observer()[1] @ light)
    scene_white = observer() @ light / (observer()[1] @ light)
    xyz = photograph(device, negative, print_film, reflectance, "xyz")
    clear = photograph(
        device, negative, print_film, np.full((2, 1), 1e4), "xyz", (-100.0, -100.0, -100.0)
    )
    on_screen = xyz / clear[1]

    scene_lab = to_lab(in_scene, scene_white)
    white = lamp_white(print_film or negative)
    screen_lab = to_lab(on_screen, white)
    printed = f"printed on {print_film.id} and looked at" if print_film else "looked at as it is"
    measurement = Measurement(
        title="Colour chart",
        method=f"The 24 patches of a ColorChecker Classic under {negative.balance}, metered on an "
        f"18 % grey, {printed}, beside the chart as the eye sees it. What differs is the film's "
        "rendering.",
        axes=("patch", "CIELAB"),
        numbers={
            f"{name}, {where}: {letter}*": (float(value), "CIELAB")
            for i, name in enumerate(chart)
            for where, lab in (("in the scene", scene_lab), ("on the screen", screen_lab))
            for letter, value in zip("Lab", lab[:, i], strict=True)
        },
        notes=("No colours of this stock are published: this is no check.",),
    )
    scene = to_codes(in_scene, scene_white)
    screen = to_codes(on_screen, white)
    swatches = tuple(
        Swatch(
            name=name,
            scene=scene[:, i],
            screen=screen[:, i],
            scene_lab=scene_lab[:, i],
            screen_lab=screen_lab[:, i],
        )
        for i, name in enumerate(chart)
    )
    return measurement, swatches
