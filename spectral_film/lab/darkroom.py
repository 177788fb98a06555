"""The darkroom: a piece of film is exposed to a target, developed, and handed over."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.frame import Frame
from spectral_film.emulsion.three_planes import in_three_planes
from spectral_film.grain import noise
from spectral_film.grain.method import method_for
from spectral_film.light.metering import GREY
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.path.pipeline import Pipeline
from spectral_film.path.settings import GrainForm, Settings
from spectral_film.stages import grain, optics
from spectral_film.stages.signals import PRINT_DYES, PRINT_EXPOSURE
from spectral_film.stages.stage import Stage, apply
from spectral_film.stages.tone_curve import Development


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A developed piece of film: all that an instrument gets to see.

    Attributes:
        film: The stock, for its dyes and its base.
        dyes: Dye amounts, (dye, y, x).
        pitch_um: Distance of the samples across and down.
    """

    film: Film
    dyes: np.ndarray
    pitch_um: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Darkroom:
    """Where film is exposed and developed.

    Attributes:
        device: Runs the engine.
        film: A negative gets the neutral light of its balance through the camera's path, halation
            and all. A print stock gets its exposure directly: its sensitometer is filtered so
            that the three layers have the log exposures of the sheet.
        scatter, halation, adjacency: What the film does to its neighbourhood. A contact exposure
            to X-rays, say, has neither scatter nor halation and shows the chemistry alone.
        backing: Of the negative; None: its own.
        grain: How the film's grain is made, as in `Settings`. An instrument that does not look at
            grain works without: it would read it as noise.
        seed, frame: Of the grain.
    """

    device: Device
    film: Film
    scatter: bool = True
    halation: bool = True
    adjacency: bool | Literal["pde"] = True
    backing: str | None = None
    grain: GrainForm = "off"
    seed: int = 0
    frame: int = 0

    def expose(self, log_exposure: np.ndarray, pitch_um: tuple[float, float]) -> Strip:
        """Expose to a target and develop.

        Args:
            log_exposure: log10 lux s that the target gives each point, (layer, y, x); the layers
                of a negative get the same light: (1, y, x).
            pitch_um: Distance of the points across and down.
        """
        film = in_three_planes(self.film)
        if isinstance(film, PrintStock):
            exposure = np.broadcast_to(10.0**log_exposure, (3, *log_exposure.shape[1:]))
            planes = np.ascontiguousarray(exposure, np.float32)
            spread = optics.of_print(film, pitch_um, scatter=self.scatter)
            if spread is not None:
                planes = apply(self.device, spread, planes)
            curve = Development(curve=film.tone_curve, of=PRINT_EXPOSURE, to=PRINT_DYES)
            dyes = apply(self.device, curve, planes)
            texture = self._own_grain(pitch_um)
            if texture is not None:
                dyes = apply(self.device, texture, dyes)
        else:
            assert isinstance(film, CameraFilm)
            over_grey = 10.0 ** (log_exposure - np.log10(film.grey_lux_s()))
            # No other neutral is equal to all layers: a flat reflectance, in any two bands.
            planes = np.repeat((GREY * over_grey).astype(np.float32), 2, axis=0)
            target = Scene(planes=planes, kind="reflectance", wavelength_nm=WAVELENGTH[[0, -1]])
            dyes = self._photograph(target, pitch_um)
        return Strip(film=film, dyes=dyes, pitch_um=pitch_um)

    def _own_grain(self, pitch_um: tuple[float, float]) -> Stage | None:
        """Of a print stock; it gets no other here, for no negative lies over it."""
        film = in_three_planes(self.film)
        method = method_for(film, self.grain, pitch_um, Settings.grain_size)
        if method is None:
            return None
        return grain.of_film(
            film,
            pitch_um,
            method=method,
            size=Settings.grain_size,
            seed=self.seed,
            frame=self.frame,
            stock=noise.PRINT,
            of=PRINT_DYES,
            to=PRINT_DYES,
        )

    def _photograph(self, target: Scene, pitch_um: tuple[float, float]) -> np.ndarray:
        across, down = pitch_um
        width = target.size[0]
        settings = Settings(
            film=self.film,
            print_film=None,
            scatter=self.scatter,
            halation=self.halation,
            adjacency=self.adjacency,
            backing=self.backing,
            grain=self.grain,
            seed=self.seed,
            frame=self.frame,
            to="dyes",
        )
        frame = Frame(across * width / 1000, width, across / down)
        return Pipeline(settings=settings, frame=frame)(self.device, target).planes


def aim_log_exposure(film: Film) -> np.ndarray:
    """log10 exposure of an 18 % grey on a negative, of the laboratory aim on a print, (layer,)."""
    if isinstance(film, PrintStock):
        return film.lad.log_exposure
    assert isinstance(film, CameraFilm)
    return np.full(3, np.log10(film.grey_lux_s()))


def neutral_aim(film: Film) -> np.ndarray:
    """`aim_log_exposure` as a target's one point: (layer, 1, 1), or (1, 1, 1) for a negative."""
    aim = aim_log_exposure(film)[:, None, None]
    return aim if isinstance(film, PrintStock) else aim[:1]
