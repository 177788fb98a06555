"""What a light does to film: layers that get more or less, and what no printer light takes back.

The film is exposed by meter, so that lights have equal luminance. Each layer then gets other light
than under the one it is balanced for. A laboratory sets the printer's lights until the grey card is
grey again; what is left on other surfaces is the film's own colour rendering of that light. No
laboratory stands behind a slide: it keeps the cast of its light.
Source: docs/physics.md, Film in a light.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from spectral_film.device.device import Device
from spectral_film.errors import UsageError
from spectral_film.light.difference import ciede2000
from spectral_film.light.metering import GREY
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, measured_light
from spectral_film.metamerism.lights import Light
from spectral_film.metamerism.lights import light as light_of
from spectral_film.metamerism.observers import film_observer
from spectral_film.metamerism.printed import by_itself, lab_of_print
from spectral_film.metamerism.shifts import channel_shift
from spectral_film.path.films import camera_film_of, print_of
from spectral_film.path.rendering import LightTable
from spectral_film.path.settings import Settings
from spectral_film.stages.printing import LOG_EXPOSURE_PER_POINT


@dataclass(frozen=True, kw_only=True, eq=False)
class InLight:
    """Film in a light, beside itself in the one it is balanced for.

    Attributes:
        layer_shift_stops: What each layer gets more of, R, G, B, (layer,).
        printer_points: R, G and B at which the grey card prints as it did, (layer,); None: a slide.
        lab: Of surfaces on the screen, in this light, printed so, (3, surface).
        reference_lab: In the light that the film is balanced for, (3, surface).
        difference: CIEDE2000 of both, (surface,).
    """

    layer_shift_stops: np.ndarray
    printer_points: np.ndarray | None
    lab: np.ndarray
    reference_lab: np.ndarray
    difference: np.ndarray


def film_in_light(
    light: Light, surfaces: Mapping[str, np.ndarray], settings: Settings, device: Device
) -> InLight:
    """Expose surfaces in a light, print their grey card grey, and look.

    Args:
        light: The light.
        surfaces: Reflectances by name, (wavelength,) each.
        settings: Films, exposure and viewing; its own light does not count, and what
            happens between pixels; printer points are moved from its own.
        device: Runs the engine.

    Raises:
        UsageError: a layer sees nothing of the light, or so little that no printer makes it up.
    """
    film = camera_film_of(settings)
    shift_stops = channel_shift(film_observer(film), light, light_of(film.balance))
    settings = replace(by_itself(settings), illuminant=None)
    in_light = replace(settings, illuminant=measured_light(light.power))
    table = LightTable(device)
    points = None
    if print_of(settings) is not None:
        even_grey = np.full(len(WAVELENGTH), GREY)
        balanced, other = (
            _planes(table, s, "printing-density", [even_grey]) for s in (settings, in_light)
        )
        # Printing density of the grey is what the printer's lights have to make up for.
        apart = (other - balanced)[:, 0] / LOG_EXPOSURE_PER_POINT
        points = np.array(settings.printer_points) + apart
        try:
            in_light = replace(in_light, printer_points=tuple(points.tolist()))
        except UsageError as beyond:
            raise UsageError(f"no printer brings the grey of {light.name} back: {beyond}") from None
    shown = [
        lab_of_print(_planes(table, s, "xyz", list(surfaces.values())), settings)
        for s in (settings, in_light)
    ]
    return InLight(
        layer_shift_stops=shift_stops,
        printer_points=points,
        lab=shown[1],
        reference_lab=shown[0],
        difference=np.linalg.norm(ciede2000(*shown), axis=0),
    )


def _planes(
    table: LightTable, settings: Settings, to: str, reflectances: list[np.ndarray]
) -> np.ndarray:
    """What the engine makes of surfaces, (3, surface)."""
    planes = np.array(reflectances, np.float32).T[:, None]
    scene = Scene(planes=np.ascontiguousarray(planes), kind="reflectance", wavelength_nm=WAVELENGTH)
    made = table.render(scene, replace(settings, to=to)).planes  # type: ignore[arg-type]
    return made[:, 0].astype(float)
