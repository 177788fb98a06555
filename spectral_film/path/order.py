"""The path of light: which stages a picture goes through, in which order, and where it is tapped.

`TABLE` is the path; whoever asks which stages, in which order, with which reach, asks `path_to`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.parts import (
    ClassicalAdjacency,
    Interlayer,
)
from spectral_film.grain import noise
from spectral_film.grain.method import Method, method_for
from spectral_film.light.scene import LINEAR_REC709, LinearSpace, SceneKind
from spectral_film.path.settings import Settings
from spectral_film.stages import adjacency, balance, densitometry, grain, optics, reaction_diffusion
from spectral_film.stages.display import Display
from spectral_film.stages.exposure import Camera
from spectral_film.stages.printing import Printer
from spectral_film.stages.projection import LIGHT_BOX, Projector
from spectral_film.stages.quadrature import condensed
from spectral_film.stages.reciprocity import LONGEST_RECIPROCAL_S, Reciprocity
from spectral_film.stages.signals import (
    CINEON,
    DISPLAY,
    DYES,
    EXPOSURE,
    NEGATIVE_DENSITY,
    PRINT_DENSITY,
    PRINT_DYES,
    PRINT_EXPOSURE,
    PRINTING_DENSITY,
    TEXTURED_SCENE,
    XYZ,
    Signal,
)
from spectral_film.stages.stage import Stage
from spectral_film.stages.tone_curve import Development
from spectral_film.stages.transmission import Transmission
from spectral_film.stages.undevelopment import Undevelopment
from spectral_film.stages.unexposure import Unexposure


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """What the stages of one render are made from.

    Attributes:
        negative, print_film: The films; no print: the negative on a light box.
        settings: What to do.
        pitch_um: Distance of the pixels on the film, across and down.
        kind: Of the scene.
        wavelength_nm: Of its bands, if it has any.
        space: The linear light that its RGB came as.
        encode: Give display codes rather than display-linear light.
        origin: Column and row on the frame of the first pixel.
    """

    negative: CameraFilm
    print_film: PrintStock | None
    settings: Settings
    pitch_um: tuple[float, float]
    kind: SceneKind = "rgb"
    wavelength_nm: np.ndarray | None = None
    space: LinearSpace = LINEAR_REC709
    encode: bool = False
    origin: tuple[int, int] = (0, 0)

    @property
    def camera(self) -> Camera:
        """The negative, metered for its exposure."""
        settings, film = self.settings, self.negative
        return Camera(
            spectral_sensitivity=film.spectral_sensitivity,
            balance=film.balance,
            illuminant=film.balance if settings.illuminant is None else settings.illuminant,
            grey_lux_s=film.grey_lux_s(settings.ei) * 2**settings.exposure,
            upsampling=settings.upsampling,
            filter=None if settings.filter is None else str(settings.filter),
        )

    @property
    def projector(self) -> Projector:
        """What shows the print, or the negative."""
        film = self.print_film or self.negative
        stray = self.settings.flare
        return Projector(
            film=film,
            lamp=(film.is_positive and film.projector_lamp) or LIGHT_BOX,
            flare=(film.viewing_flare if stray is None else stray) / 100,
            callier_factor=film.callier_factor if film.is_positive else 1.0,
        )

    @property
    def adapting_white(self) -> np.ndarray:
        """XYZ of what the eye takes for white, (3,).

        A negative's base is orange and dim: beside it the light box stays white.
        """
        if not self.projector.film.is_positive or self.settings.white == "lamp":
            return self.projector.open_gate()
        return self.projector.clear_film()

    def grain_method(self, film: Film | None) -> Method | None:
        """What draws the grain of one of the films on the path, if anything does."""
        if film is None or film not in films_on(self):
            return None
        return method_for(film, self.settings.grain, self.pitch_um, self.settings.grain_size)

    def through(self, stage: Transmission, film: Film) -> Transmission:
        """A stage that looks through a film, at fewer wavelengths where `fast` asks for it."""
        if not self.settings.fast:
            return stage
        return replace(stage, receivers=condensed(stage.receivers, film))


class Step(NamedTuple):
    """A stage at its place in the path."""

    name: str
    stage: Stage


Steps = tuple[Step, ...]


def _exposure(job: Job) -> Stage:
    return job.camera.stage(job.kind, job.wavelength_nm)


def _optics(job: Job) -> Stage | None:
    settings = job.settings
    return optics.of_negative(
        job.negative,
        job.pitch_um,
        backing=settings.backing,
        halation=settings.halation,
        scatter=settings.scatter,
    )


def _reciprocity(job: Job) -> Reciprocity | None:
    exponent, shutter_s = job.negative.reciprocity_exponent, job.settings.shutter
    if exponent is None or shutter_s <= LONGEST_RECIPROCAL_S:
        return None
    return Reciprocity(reciprocity_exponent=exponent, shutter_s=shutter_s)


def _reaction_diffusion(job: Job) -> Stage | None:
    if job.settings.adjacency != "pde":
        return None
    return reaction_diffusion.of_film(job.negative, job.pitch_um)


def _coupled(job: Job) -> Interlayer | None:
    """The kernel form of the chemistry, where it is what develops."""
    model = job.negative.adjacency
    return model if isinstance(model, Interlayer) and job.settings.adjacency != "pde" else None


def _release(job: Job) -> Stage | None:
    model = _coupled(job)
    if model is None:
        return None
    return adjacency.Release(coupling=model.coupling, curve=job.negative.tone_curve)


def _diffusion(job: Job) -> Stage | None:
    model = _coupled(job)
    if model is None or model.length_um == 0 or not job.settings.adjacency:
        return None
    return adjacency.diffusion(model.length_um, adjacency.INHIBITOR, job.pitch_um)


def _tone_curve(job: Job) -> Stage | None:
    if job.settings.adjacency == "pde":
        return None
    curve, model = job.negative.tone_curve, _coupled(job)
    if model is not None:
        return adjacency.Inhibition(coupling=model.coupling, curve=curve)
    return Development(curve=curve)


def _edges(job: Job) -> ClassicalAdjacency | None:
    model = job.negative.adjacency
    if not isinstance(model, ClassicalAdjacency) or model.length_um == 0:
        return None
    return model if job.settings.adjacency else None


def _edge_diffusion(job: Job) -> Stage | None:
    model = _edges(job)
    return None if model is None else adjacency.diffusion(model.length_um, DYES, job.pitch_um)


def _edge_effect(job: Job) -> Stage | None:
    model = _edges(job)
    return None if model is None else adjacency.EdgeEffect(gain=model.gain)


def _grain(job: Job) -> Stage | None:
    return _grain_of(job, job.negative, noise.NEGATIVE, DYES)


def _print_grain(job: Job) -> Stage | None:
    return _grain_of(job, job.print_film, noise.PRINT, PRINT_DYES)


def _grain_of(job: Job, film: Film | None, stock: noise.Stock, dyes: Signal) -> Stage | None:
    method = job.grain_method(film)
    if film is None or method is None:
        return None
    settings = job.settings
    return grain.of_film(
        film,
        job.pitch_um,
        method=method,
        size=settings.grain_size,
        seed=settings.seed,
        frame=settings.frame,
        stock=stock,
        of=dyes,
        to=dyes,
        origin=job.origin,
    )


def _undevelopment(job: Job) -> Stage:
    model, failing = _coupled(job), _reciprocity(job)
    curve, coupling = job.negative.tone_curve, np.zeros((3, 3)) if model is None else model.coupling
    reversal = job.negative.process == "reversal"
    if reversal:
        curve = replace(curve, log_exposure_spread=-curve.log_exposure_spread)
        coupling = -coupling
    return Undevelopment(
        curve=curve,
        coupling=coupling,
        efficiency=np.ones(3) if failing is None else failing.efficiency,
        reversal=reversal,
    )


def _unexposure(job: Job) -> Stage:
    # What a filter took is gone: the scene comes back as it was seen through it.
    without = replace(job.camera, filter=None)
    return Unexposure(
        exposure_weight=without.exposure_weight("rgb"),
        upsampling=job.settings.upsampling,
        to_space=np.linalg.inv(job.space.to_rec709),
    )


def _densitometry(job: Job) -> Stage:
    return densitometry.status_density(job.negative)


def _printing_density(job: Job) -> Stage | None:
    film = job.print_film
    return None if film is None else densitometry.printing_density(job.negative, film)


def _cineon(job: Job) -> Stage | None:
    if job.print_film is None:
        return None
    seen = densitometry.printing_densitometer(job.negative, job.print_film)
    return densitometry.Cineon(base_density=densitometry.base_density(seen))


def _printing(job: Job) -> Stage | None:
    film = job.print_film
    if film is None:
        return None
    aim = film.lad.log_exposure
    if job.settings.balance == "neutral":
        aim = balance.neutral_log_exposure(film, job.projector, job.adapting_white)
    printer = Printer(
        negative=job.negative,
        print_film=film,
        aim_log_exposure=aim,
        printer_points=job.settings.printer_points,
    )
    return job.through(printer.stage(), job.negative)


def _print_optics(job: Job) -> Stage | None:
    film = job.print_film
    if film is None:
        return None
    return optics.of_print(film, job.pitch_um, scatter=job.settings.scatter)


def _print_tone_curve(job: Job) -> Stage | None:
    film = job.print_film
    if film is None:
        return None
    return Development(curve=film.tone_curve, of=PRINT_EXPOSURE, to=PRINT_DYES)


def _print_densitometry(job: Job) -> Stage | None:
    return None if job.print_film is None else densitometry.status_density(job.print_film)


def _projection(job: Job) -> Stage:
    return job.through(job.projector.stage(), job.projector.film)


def _display(job: Job) -> Stage:
    # A clear print is as bright as the display's white whatever the eye adapts to.
    projector = job.projector
    positive = projector.film.is_positive
    brightest = projector.clear_film() if positive else job.adapting_white
    return Display(
        display=job.settings.display,
        adapting_white=job.adapting_white,
        peak_luminance=float(brightest[1]),
        compress=job.settings.gamut == "compress",
        encode=job.encode,
    )


class Row(NamedTuple):
    """A line of the table.

    Attributes:
        name: As it is announced.
        stage: Makes it for a job; None where that has no such stage.
        tap: What the path holds behind it, where a path may end.
        only_to: Taps on whose path alone it lies; none: on all that come this far.
    """

    name: str
    stage: Callable[[Job], Stage | None]
    tap: Signal | None = None
    only_to: tuple[Signal, ...] = ()


TABLE = (
    Row("exposure", _exposure),
    Row("optics", _optics, EXPOSURE),
    Row("reciprocity", _reciprocity),
    Row("reaction and diffusion", _reaction_diffusion),
    Row("inhibitor release", _release),
    Row("inhibitor diffusion", _diffusion),
    Row("tone curve", _tone_curve),
    Row("edge diffusion", _edge_diffusion),
    Row("edge effect", _edge_effect),
    Row("grain", _grain, DYES),
    Row("undevelopment", _undevelopment, only_to=(TEXTURED_SCENE,)),
    Row("unexposure", _unexposure, TEXTURED_SCENE, (TEXTURED_SCENE,)),
    Row("densitometry", _densitometry, NEGATIVE_DENSITY, (NEGATIVE_DENSITY,)),
    Row("printing density", _printing_density, PRINTING_DENSITY, (PRINTING_DENSITY, CINEON)),
    Row("cineon", _cineon, CINEON, (CINEON,)),
    Row("printing", _printing),
    Row("print optics", _print_optics),
    Row("print tone curve", _print_tone_curve),
    Row("print grain", _print_grain),
    Row("print densitometry", _print_densitometry, PRINT_DENSITY, (PRINT_DENSITY,)),
    Row("projection", _projection, XYZ),
    Row("display", _display, DISPLAY),
)


def path_to(job: Job) -> Steps:
    """The steps of a job, from the scene to where its settings tap the path."""
    made = ((row.name, row.stage(job)) for row in _rows_to(job.settings.to))
    return tuple(Step(name, stage) for name, stage in made if stage is not None)


def films_on(job: Job) -> list[Film]:
    """The films that have formed their dyes before the path ends."""
    passed = {row.stage for row in _rows_to(job.settings.to)}
    films = (job.negative, _grain), (job.print_film, _print_grain)
    return [film for film, grain in films if film is not None and grain in passed]


def _rows_to(to: str) -> list[Row]:
    """The lines of the table up to a tap, but for those that other taps alone want."""
    rows = []
    for row in TABLE:
        if row.only_to and to not in {tap.name for tap in row.only_to}:
            continue
        rows.append(row)
        if row.tap is not None and row.tap.name == to:
            return rows
    raise ValueError(f"the path holds no {to!r}")


def between(steps: Steps, first: Signal, last: Signal) -> Steps:
    """The steps that make `last` of `first`, whatever they are.

    Segments from one signal to the next, end to end, hold every step of a path.

    Raises:
        ValueError: the path has no such signal, or not in this order.
    """

    def behind(signal: Signal) -> int:
        giving = [i for i, step in enumerate(steps) if signal in step.stage.gives.values()]
        if not giving and not (steps and signal in steps[0].stage.takes.values()):
            names = ", ".join(step.name for step in steps)
            raise ValueError(f"no step gives {signal.name} on the path {names}")
        return giving[-1] + 1 if giving else 0

    if behind(first) > behind(last):
        raise ValueError(f"{first.name} comes after {last.name} on this path")
    return steps[behind(first) : behind(last)]
