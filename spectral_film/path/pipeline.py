"""The pipeline: films, settings and a frame, ready for pictures.

`order.py` says which stages there are, `plan.py` runs them; here both are put together.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_film.device.device import Device
from spectral_film.device.planes import Region
from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.emulsion.frame import Frame, gate_size_mm
from spectral_film.emulsion.three_planes import in_three_planes
from spectral_film.errors import InputError, UsageError
from spectral_film.light.scene import LINEAR_REC709, LinearSpace, Scene, SceneKind
from spectral_film.path.films import camera_film_of, print_of
from spectral_film.path.order import Job, Steps, path_to
from spectral_film.path.plan import EXPOSURE, SCENE, SHOWN, SURROUNDINGS, Announce, Plan
from spectral_film.path.settings import Settings
from spectral_film.path.survey import (
    Colours,
    Gamut,
    Latitude,
    Survey,
    survey_of_colours,
    survey_of_display,
    survey_of_exposure,
    survey_of_spectra,
)
from spectral_film.stages.display import Display
from spectral_film.stages.reciprocity import Reciprocity
from spectral_film.stages.signals import NEGATIVE_DENSITY, PRINT_DENSITY, UNITS
from spectral_film.stages.undevelopment import Undevelopment

FINEST_PITCH_UM = 0.25  # half a wavelength: nothing finer is an image on film
HELD = 1 - 1e-5  # of the most exposure that film tells of: as near as float32 holds it
BRIGHTEST_LUX_S = 1e20  # a frame of it still has a sum, and film has been black since 1e3

Crop = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True, kw_only=True)
class Exposed:
    """What came out of the pipeline.

    Attributes:
        planes: The tapped quantity, float32, (3, y, x).
        latitude: How the piece was exposed.
        colours: Light that no scene has, in the piece and what lies within reach of it.
        gamut: How the piece lies in what the display can show; None where the path ends before one.
        held: How the exposures lie that the film tells of, where the path goes back to the scene:
            above what it tells apart, below none.
    """

    planes: np.ndarray
    latitude: Latitude
    colours: Colours
    gamut: Gamut | None
    held: Latitude | None = None


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages for one film, one print and one frame.

    Attributes:
        settings: What to do.
        frame: How large a pixel is on the film.
        encode: Give display codes rather than display-linear light.
    """

    settings: Settings
    frame: Frame
    encode: bool = False

    @cached_property
    def negative(self) -> CameraFilm:
        """The camera stock."""
        film = camera_film_of(self.settings)
        backing = self.settings.backing
        if backing is not None and backing not in film.halation:
            raise UsageError(
                f"{film.id} has no backing {backing!r}; its model knows "
                f"{', '.join(film.halation) or 'none, and no halation'}"
            )
        if film.process == "silver" and self.settings.to == "scene":
            raise UsageError(
                f"{film.id} is of one layer and tells no colours apart, so --to scene has no way "
                "back; tap it at --to exposure, or choose a film of colour"
            )
        if film.process == "reversal" and self.settings.adjacency == "pde":
            raise UsageError(
                f"{film.id} is a reversal film, which develops twice, and --adjacency pde follows "
                "one development; give --adjacency on"
            )
        return film

    @cached_property
    def print_film(self) -> PrintStock | None:
        """The print stock, if any."""
        film, to = print_of(self.settings), self.settings.to
        if film is None and to in ("print", "printing-density", "cineon"):
            raise UsageError(
                f"--to {to} needs a print stock, and {self.negative.id} is printed on none here; "
                "name one, such as --print 2383, or tap the film itself with --to negative"
            )
        return film

    @property
    def unit(self) -> str:
        """Of the quantity that is tapped; of a density by the densitometer of its film."""
        to = self.settings.to
        film = {NEGATIVE_DENSITY.name: self.negative, PRINT_DENSITY.name: self.print_film}.get(to)
        return f"{film.densitometry_name} density, base included" if film else UNITS[to]

    def job(
        self,
        kind: SceneKind = "rgb",
        wavelength_nm: np.ndarray | None = None,
        space: LinearSpace = LINEAR_REC709,
        origin: tuple[int, int] = (0, 0),
    ) -> Job:
        """What the stages are made from, for scenes of a kind."""
        return Job(
            negative=in_three_planes(self.negative),
            print_film=self.print_film and in_three_planes(self.print_film),
            settings=self.settings,
            pitch_um=self.frame.pitch_um,
            kind=kind,
            wavelength_nm=wavelength_nm,
            space=space,
            encode=self.encode,
            origin=origin,
        )

    @cached_property
    def steps(self) -> Steps:
        """The path of an RGB scene."""
        return path_to(self.job())

    def plan(
        self,
        device: Device,
        scene: Scene,
        crop: Crop | None = None,
        *,
        keep: bool = False,
        before: Plan | None = None,
    ) -> Plan:
        """Made ready for scenes of one size and kind.

        Args:
            device: Where.
            scene: One of them.
            crop: x, y, width and height of the piece wanted, in pixels of the scene.
            keep, before: As of `Plan`.
        """
        width, height = scene.size
        frame = Region(0, 0, width, height)
        piece = Region(*crop) if crop else frame
        job = self.job(scene.kind, scene.wavelength_nm, scene.space, scene.origin)
        steps = path_to(job)
        is_rgb = scene.kind == "rgb"
        exposure = self._survey(steps, piece)
        surveys: dict[str, Survey] = {
            SCENE: survey_of_colours() if is_rgb else survey_of_spectra(len(scene.planes)),
            EXPOSURE: exposure,
        }
        if crop:
            surveys[SURROUNDINGS] = exposure
        last = steps[-1].stage
        if isinstance(last, Display) and last.bounded:
            surveys[SHOWN] = survey_of_display(last.xyz_to_rgb(), piece.width * piece.height)
        back = steps[-2].stage if len(steps) > 1 else None
        if isinstance(back, Undevelopment):
            surveys[SHOWN] = survey_of_exposure(
                lowest=np.zeros(3),
                highest=HELD * back.highest_exposure,
                grey_lux_s=self.negative.grey_lux_s(),
                pixels=piece.width * piece.height,
            )
        return Plan(device, steps, frame, piece, surveys=surveys, keep=keep, before=before)

    def __call__(
        self,
        device: Device,
        scene: Scene,
        crop: Crop | None = None,
        announce: Announce | None = None,
    ) -> Exposed:
        """Render `scene`, or a piece of it, and say how it was exposed.

        What lies within reach of a piece is exposed too, so that it is the same, bit for bit, as
        in the whole.

        Raises:
            InputError: as `expose`.
        """
        return expose(self.plan(device, scene, crop), scene, announce)

    def _survey(self, steps: Steps, piece: Region) -> Survey[Latitude]:
        h = self.negative.published["characteristic_curves"]["log_exposure"]
        # What reciprocity takes away, the curve does not see.
        failing = (step.stage for step in steps if isinstance(step.stage, Reciprocity))
        efficiency = next((stage.efficiency for stage in failing), np.ones(3))
        return survey_of_exposure(
            lowest=10 ** h.min() / efficiency,
            highest=10 ** h.max() / efficiency,
            grey_lux_s=self.negative.grey_lux_s() / float(efficiency[1]),
            pixels=piece.width * piece.height,
        )


def expose(plan: Plan, scene: Scene, announce: Announce | None = None) -> Exposed:
    """Put a scene through a plan.

    Args:
        plan: Made for scenes like this one.
        scene: Light.
        announce: Called with the name of each stage, its number and their count.

    Raises:
        InputError: light that is not finite, or too bright to be spread.
    """
    planes = plan.run(scene.planes, announce)
    colours, latitude = plan.answer(SCENE), plan.answer(EXPOSURE)
    if colours.broken:
        raise InputError(_where_broken(scene.planes))
    seen = plan.answer(SURROUNDINGS) if plan.asks(SURROUNDINGS) else latitude
    if not seen.brightest <= BRIGHTEST_LUX_S:  # also where it has overflown to NaN
        raise InputError(
            f"the brightest exposure is {seen.brightest:.2g} lux s, more than the "
            f"{BRIGHTEST_LUX_S:g} that float32 can spread over a frame; lower --exposure, or "
            "repair the picture"
        )
    shown = plan.answer(SHOWN) if plan.asks(SHOWN) else None
    return Exposed(
        planes=planes,
        latitude=latitude,
        colours=colours,
        gamut=shown if isinstance(shown, Gamut) else None,
        held=shown if isinstance(shown, Latitude) else None,
    )


def _where_broken(planes: np.ndarray) -> str:
    bad = np.argwhere(~np.isfinite(planes))
    channel, y, x = bad[0]
    return (
        f"{len(bad)} values are not finite, the first at x={x}, y={y}, channel {channel}; "
        "replace them before rendering"
    )


def frame_of(scene: Scene, settings: Settings) -> Frame:
    """The gate filled by the scene's display window."""
    frame = Frame(gate_size_mm(gate_of(settings))[0], scene.display_size[0], scene.pixel_aspect)
    if min(frame.pitch_um) < FINEST_PITCH_UM:
        raise UsageError(
            f"pixels of {min(frame.pitch_um):.2g} um on the film are finer than light; expected "
            f"{FINEST_PITCH_UM:g} um or more, so give a larger --gate or a smaller picture"
        )
    return frame


def check_settings(settings: Settings) -> None:
    """Refuse films, a gate, a backing or a light that cannot be, before a picture is read.

    Raises:
        UsageError, InputError, FilmModelError, SpectralGridError: as the render would.
    """
    frame = Frame(gate_size_mm(gate_of(settings))[0], display_width=1)
    pipeline = Pipeline(settings=settings, frame=frame)
    job = pipeline.job()
    job.camera.exposure_weight("rgb")
    for film in (job.negative, job.print_film):
        job.grain_method(film)


def gate_of(settings: Settings) -> str:
    """The camera aperture: the one chosen, or the film's, or super35."""
    if settings.gate is not None:
        return settings.gate
    return camera_film_of(settings).gate or "super35"
