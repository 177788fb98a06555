"""Unexposure: layer exposure -> the RGB whose surface exposes film so.

`Exposure` of RGB is linear in light and not in colour, so it is turned round by search. A table
over the ratios of the exposures gives a colour to begin with, and `STEPS` steps of Levenberg and
Marquardt bring its exposures, one relative to the other, to those that are wanted:

    minimise over rgb   sum_c ((H_c - X_c(rgb)) / X_c)^2,     X the exposure of RGB, white = 1
    scene = to_space (rgb + M^-1 (H - X(rgb)))

What is left over goes through M, the matrix from colour to exposure that fits best: nothing, where
some colour exposes so. Grain and halation can mix exposures that no surface makes, and layers that
got less than none; their nearest colour is moved as near-grey film would have it, so that texture
stays texture. k times the exposure is k times the light.
Kernel: unexposure.cl. Reference: reference/stages/unexposure.py.
Source: docs/physics.md, Back to the scene; Levenberg and Marquardt: Nocedal and Wright.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.light.upsampling import Prior, upsampling_table
from spectral_film.stages.exposed_colours import (
    LEAST_RATIO,
    first_colours,
    near_grey,
    relative_exposure,
)
from spectral_film.stages.signals import HELD_EXPOSURE, TEXTURED_SCENE, Signal
from spectral_film.stages.stage import PointStage

KERNELS = Path(__file__).with_suffix(".cl")
STEPS = 3


@dataclass(frozen=True, kw_only=True)
class Unexposure(PointStage):
    """Goes back from exposure to the light of the scene.

    Attributes:
        exposure_weight: Exposure per unit of reflectance, lux s, (layer, wavelength).
        upsampling: What colours are taken for.
        to_space: From linear Rec.709 to the RGB that is wanted, (3, 3).
    """

    takes: ClassVar[Mapping[str, Signal]] = {"exposure": HELD_EXPOSURE}
    gives: ClassVar[Mapping[str, Signal]] = {"light": TEXTURED_SCENE}

    exposure_weight: np.ndarray
    upsampling: Prior
    to_space: np.ndarray

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(
            site.device,
            KERNELS,
            "unexpose",
            defines={
                "NODES": (tables := self.tables())["node_exposure"].shape[1],
                "STARTS": tables["first_colour"].shape[1],
                "STEPS": STEPS,
                "LEAST_RATIO": f"{LEAST_RATIO}f",
            },
            tables=tables,
        )

    def tables(self) -> dict[str, np.ndarray]:
        """By the names of the kernel's arguments."""
        weight = np.ascontiguousarray(self.exposure_weight, np.float64)
        at_node, white = relative_exposure(self.upsampling, weight.tobytes())
        first = first_colours(at_node)
        return {
            "white_exposure": white,
            "node_exposure": at_node,
            "lowest_ratio": upsampling_table().lowest_ratio,
            "first_colour": np.concatenate([first, np.zeros_like(first[..., :1])], axis=-1),
            "left_over": np.linalg.inv(near_grey(at_node)),
            "to_space": self.to_space,
        }
