"""Reaction and diffusion: development with its inhibitor, solved in time. Slow, and the yardstick
of the kernel form in `adjacency.py`.

    du_c/dt = -k u_c / (1 + b_c),   (1 - l^2 lap) b_c = sum_j y_cj k u_j / (1 + b_j),   0 < t < T

What is developable at a point, u_c(0), follows from the layer's own exposure alone, by a table
that makes even neutral patches develop to the published curve: large areas are what was measured.
Dye is u_c(0) - u_c(T).

Each step of time takes b from the middle of the step. A sweep towards it goes half the way, since
the whole way would swing about it. The diffusion is solved by
cosine transforms with the Laplacian of neighbouring pixels: its solution is positive wherever
its sources are, and no inhibitor leaves over the frame's edge.
Reference: reference/stages/reaction_diffusion.py.
Source: docs/physics.md, Reaction and diffusion.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar

import numpy as np
from scipy import fft

from spectral_film.device.host import HostWork
from spectral_film.device.planes import WHOLE_FRAME
from spectral_film.device.site import Site
from spectral_film.emulsion.chemistry import (
    DURATION_S,
    RATE_PER_S,
    Chemistry,
    chemistry_of_kernel,
    developable_for,
)
from spectral_film.emulsion.film import CameraFilm
from spectral_film.emulsion.parts import (
    Interlayer,
)
from spectral_film.errors import UsageError
from spectral_film.stages.signals import DYES, EXPOSURE, EXPOSURE_FLOOR, Signal

STEPS = 45  # of 4 s
FIRST_SWEEPS, SWEEPS = 12, 2  # of b at the start, and then in each step from the last one's
# log10 exposures of the table, in lux s; straight lines between them are right to 1e-5 dye.
NODES = np.linspace(-10.0, 6.0, 1601)
SLOPE_STEP = 1e-3  # log10 exposure
LEAST_DYE = 1e-12  # far down the toe a curve may underflow


@dataclass(frozen=True, kw_only=True)
class ReactionDiffusion:
    """Exposure to dyes, adjacency and interimage included.

    Attributes:
        log_exposure_node: log10 lux s, ascending, (node,).
        developable: Dye that could be made after that exposure, (layer, node).
        inhibitor_release_s, length_um: As in `Chemistry`.
        pitch_um: Distance of the pixels across and down.
    """

    takes: ClassVar[Mapping[str, Signal]] = {"exposure": EXPOSURE}
    gives: ClassVar[Mapping[str, Signal]] = {"dyes": DYES}
    reach_um: ClassVar[float] = math.inf  # all of the frame, since waves run through it
    reach: ClassVar[tuple[int, int]] = (WHOLE_FRAME, WHOLE_FRAME)
    margin: ClassVar[tuple[int, int]] = (0, 0)

    log_exposure_node: np.ndarray
    developable: np.ndarray
    inhibitor_release_s: np.ndarray
    length_um: float
    pitch_um: tuple[float, float]

    def prepare(self, site: Site) -> HostWork:
        """See `Stage`; Fourier transforms on the host."""
        develop = partial(self.develop, workers=site.device.compute_units)
        return HostWork(develop, "exposure", "dyes")

    def develop(self, exposure: np.ndarray, workers: int = 1) -> np.ndarray:
        """Dye amounts, (dye, y, x), of linear exposure in lux s, (layer, y, x)."""
        log_exposure = np.log10(np.maximum(exposure, EXPOSURE_FLOOR))
        start = np.stack(
            [
                np.interp(h, self.log_exposure_node, table).astype(np.float32)
                for h, table in zip(log_exposure, self.developable, strict=True)
            ]
        )
        release = self.inhibitor_release_s.astype(np.float32)
        share = self._share_of_each_wave(start.shape[1:])
        k, dt = np.float32(RATE_PER_S), np.float32(DURATION_S / STEPS)
        undeveloped, inhibitor = start.copy(), np.zeros_like(start)
        for step in range(STEPS):
            for _ in range(SWEEPS if step else FIRST_SWEEPS):
                middle = undeveloped * np.exp(-k * dt / 2 / (1 + inhibitor))
                waves = fft.dctn(k * middle / (1 + inhibitor), axes=(1, 2), workers=workers)
                waves = np.tensordot(release, waves * share, 1)
                inhibitor += fft.idctn(waves, axes=(1, 2), workers=workers, overwrite_x=True)
                inhibitor /= 2
            undeveloped *= np.exp(-k * dt / (1 + inhibitor))
        return start - undeveloped

    def _share_of_each_wave(self, shape: tuple[int, ...]) -> np.ndarray:
        """1 / (1 + l^2 q^2) with the q^2 of neighbouring pixels, (y, x)."""
        squared = [
            (2 - 2 * np.cos(np.pi * np.arange(n) / n)) / pitch**2
            for n, pitch in zip(shape, self.pitch_um[::-1], strict=True)
        ]
        share = 1 / (1 + self.length_um**2 * (squared[0][:, None] + squared[1]))
        return share.astype(np.float32)


def of_film(film: CameraFilm, pitch_um: tuple[float, float]) -> ReactionDiffusion:
    """The chemistry whose small ripples about a grey card grow as the film's own kernel lets them.

    Raises:
        UsageError: the film has no coupling of its layers to take it from.
    """
    chemistry, developable = _calibrated(film)
    return ReactionDiffusion(
        log_exposure_node=NODES,
        developable=developable,
        inhibitor_release_s=chemistry.inhibitor_release_s,
        length_um=chemistry.length_um,
        pitch_um=pitch_um,
    )


@cache
def _calibrated(film: CameraFilm) -> tuple[Chemistry, np.ndarray]:
    """Chemistry of a film, and what is developable at each node, (layer, node)."""
    kernel = film.adjacency
    if not isinstance(kernel, Interlayer):
        raise UsageError(
            f"--adjacency pde needs a film whose layers are coupled; {film.id} has "
            f"{'the classical form' if kernel else 'no adjacency'}, so give on or off"
        )
    grey = np.log10(film.grey_lux_s()) + np.array([-SLOPE_STEP, 0, SLOPE_STEP])
    low, dye, high = film.tone_curve.dye(grey).T
    slope = (high - low) / (2 * SLOPE_STEP)
    chemistry = chemistry_of_kernel(kernel.coupling, kernel.length_um, dye, slope)
    neutral = np.maximum(film.tone_curve.dye(NODES), LEAST_DYE)
    return chemistry, developable_for(neutral, chemistry.inhibitor_release_s)
