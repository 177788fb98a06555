"""What layers that got so much light look like in the print.

Layers are told relative to a perfect white, as `observers` tells them, and the white exposes all
three as it does in the light of the film's balance: film with a filter, or timed, for its light.
Source: docs/physics.md, Printed.
"""

from dataclasses import replace

import numpy as np

from spectral_film.device.device import Device
from spectral_film.device.planes import Region
from spectral_film.emulsion.frame import ANY_FRAME
from spectral_film.light.difference import cielab
from spectral_film.light.metering import GREY
from spectral_film.path.order import between
from spectral_film.path.pipeline import Pipeline
from spectral_film.path.plan import Plan
from spectral_film.path.settings import Settings
from spectral_film.stages.signals import EXPOSURE, XYZ


def printed_lab(responses: np.ndarray, settings: Settings, device: Device) -> np.ndarray:
    """CIELAB of the print on the screen, beside the white that the eye adapts to.

    Args:
        responses: Of the film's layers, a perfect white being 1, (surface, layer).
        settings: Films, exposure and viewing; nothing happens between pixels.
        device: Runs the engine.

    Returns:
        (3, surface).
    """
    settings = replace(by_itself(settings), to="xyz")
    pipeline = Pipeline(settings=settings, frame=ANY_FRAME)
    camera = pipeline.job().camera
    exposures = np.float32(camera.grey_lux_s / GREY) * responses.T[:, None].astype(np.float32)
    steps = between(pipeline.steps, EXPOSURE, XYZ)
    plan = Plan(device, steps, Region(0, 0, responses.shape[0], 1))
    xyz = plan.run(np.ascontiguousarray(exposures))[:, 0].astype(float)
    return lab_of_print(xyz, settings)


def lab_of_print(xyz: np.ndarray, settings: Settings) -> np.ndarray:
    """CIELAB of what is projected, beside the white that the eye adapts to, (3, surface) both."""
    white = Pipeline(settings=settings, frame=ANY_FRAME).job().adapting_white
    return np.asarray(cielab(xyz, white))


def by_itself(settings: Settings) -> Settings:
    """Settings under which a surface is seen by itself: nothing happens between pixels."""
    return replace(settings, halation=False, scatter=False, adjacency=False, grain="off")
