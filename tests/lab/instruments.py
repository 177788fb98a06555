"""Targets and readers: what a sensitometrist puts in front of a film, and reads it with.

Everything here stands outside the engine. A target is a scene, a film is what `render` makes of
it, and a reading is arithmetic on what was tapped. Nothing is known of stages or kernels.
"""

from dataclasses import replace

import numpy as np

from spectral_film import Scene, Settings, render
from spectral_film.light.spectra import WAVELENGTH

GREY = 0.18  # reflectance of the card a meter is pointed at
STOP = np.log10(2)

# A tablet is 20 pixels of 0.25 mm to a step: halation (2 mm) does not reach the middle of a step.
STEP_MM, STEP_PIXELS = 5.0, 20


def neutral(factor: np.ndarray) -> Scene:
    """Flat reflectances (y, x), which may exceed 1: no other neutral is equal to all layers.

    Two wavelengths say it all, since straight lines join them.
    """
    planes = np.broadcast_to(np.float32(factor), (2, *np.shape(factor)))
    ends = WAVELENGTH[[0, -1]]
    return Scene(planes=np.ascontiguousarray(planes), kind="reflectance", wavelength_nm=ends)


def radiance(spectrum: np.ndarray, size: tuple[int, int] = (4, 4)) -> Scene:
    """An even field of one radiance spectrum, (wavelength,), on rows and columns of `size`."""
    planes = np.broadcast_to(np.float32(spectrum)[:, None, None], (len(WAVELENGTH), *size))
    return Scene(planes=np.ascontiguousarray(planes), kind="radiance", wavelength_nm=WAVELENGTH)


def at_pitch(settings: Settings, pitch_um: float, scene: Scene) -> Settings:
    """The settings with a gate that makes the pixels of `scene` so large."""
    width, height = (pitch_um * n / 1000 for n in scene.display_size)
    return replace(settings, gate=f"{width:.9f}x{max(height, 1.0):.9f}")


def read(scene: Scene | np.ndarray, settings: Settings | None = None, **changes) -> np.ndarray:
    """What is tapped from a render, in float64, (channel, y, x)."""
    settings = replace(settings or Settings(grain="off"), **changes)
    return render(scene, settings).planes.astype(np.float64)


def patch(scene: Scene, settings: Settings | None = None, **changes) -> np.ndarray:
    """The middle of an even field, (channel,)."""
    planes = read(scene, settings, **changes)
    return planes[:, planes.shape[1] // 2, planes.shape[2] // 2]


def log_exposure_of_grey(ei: float = 250.0) -> float:
    """Where the meter puts an 18 % grey, log10 lux s (ISO 5800)."""
    return np.log10(12.5 / ei)


def step_tablet(log_exposure: np.ndarray, **changes) -> np.ndarray:
    """Readings in the middle of steps that give a film these exposures, (record, step).

    Args:
        log_exposure: log10 lux s, equal in the three layers, (step,).
        changes: Settings, such as `to` for what is read.
    """
    factor = GREY * 10 ** (log_exposure - log_exposure_of_grey())
    strip = neutral(np.repeat(factor, STEP_PIXELS)[None])
    settings = at_pitch(Settings(**{"grain": "off"} | changes), 1000 * STEP_MM / STEP_PIXELS, strip)
    return read(strip, settings)[:, 0, STEP_PIXELS // 2 :: STEP_PIXELS]


def lamp(size: int, factor: float, ground: float) -> Scene:
    """One bright pixel in the middle of an odd square of `ground`."""
    field = np.full((size, size), ground)
    field[size // 2, size // 2] = factor
    return neutral(field)


def distance_um(size: int, pitch_um: float) -> np.ndarray:
    """Distance of every pixel from the middle one, (y, x)."""
    axis = (np.arange(size) - size // 2) * pitch_um
    return np.hypot(axis[:, None], axis)


def visual_density(xyz: np.ndarray, open_gate: float = 1.0) -> np.ndarray:
    """Of what is seen against the open gate, from Y."""
    return -np.log10(xyz[1] / open_gate)
