"""The path of light: which stages a picture goes through, in order, and where it is tapped.

    scene -> exposure -> optics -> reciprocity -> adjacency -> tone curve -> dyes of the negative
          -> printing -> the print's optics -> its tone curve -> projection -> display

`path_of_light` writes the path down; `Pipeline` walks it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import Film, Negative, PrintStock
from spectral_film.emulsion.frame import Frame, gate_size_mm
from spectral_film.emulsion.stocks import load_negative, load_print
from spectral_film.errors import InputError, UsageError
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import Scene
from spectral_film.stages import adjacency, optics, reaction_diffusion
from spectral_film.stages.densitometry import Cineon, printing_densitometer, status_densitometer
from spectral_film.stages.display import Display
from spectral_film.stages.exposure import Exposure
from spectral_film.stages.printing import Printing
from spectral_film.stages.projection import LIGHT_BOX, Projection
from spectral_film.stages.quadrature import condensed
from spectral_film.stages.reciprocity import LONGEST_RECIPROCAL_S, Reciprocity
from spectral_film.stages.signals import UNITS, Quantity
from spectral_film.stages.tone_curve import Development

FINEST_PITCH_UM = 0.25  # half a wavelength: nothing finer is an image on film
BRIGHTEST_LUX_S = 1e20  # a frame of it still has a sum, and film has been black since 1e3


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that is decided about one render, in the words of the command line.

    Attributes:
        film: Camera stock: a shipped id or the path of a film model.
        print_film: Print stock; None: the negative itself, on a light box.
        illuminant: Taking light of RGB and reflectance scenes; None: the film's balance.
        exposure: Stops over the meter.
        ei: Exposure index metered at; None: the film's.
        shutter: Seconds the shutter is open; beyond 1 s reciprocity fails.
        gate: Camera aperture by name, or WxH in mm; None: the film's, else super35.
        backing: Anti-halation of the stock: rem-jet, ahu, none; None: its own.
        halation, scatter, adjacency: Physics switches. Adjacency off stops the diffusion only;
            "pde" solves reaction and diffusion in time in the place of the kernel form.
        grain: Only "off" so far.
        seed: Of the grain.
        printer_points: Printer lights R, G, B; 25 prints the 18 % grey on the LAD aim.
        to: Where to tap the path.
        white: The white the eye adapts to: the projector's lamp, or the clear print.
        display: Display standard.
        fast: Sum fewer wavelengths through the films, within a stated error.
    """

    film: str | Path = "vision3-250d"
    print_film: str | Path | None = "2383"
    illuminant: str | None = None
    exposure: float = 0.0
    ei: float | None = None
    shutter: float = 1 / 50
    gate: str | None = None
    backing: str | None = None
    halation: bool = True
    scatter: bool = True
    adjacency: bool | Literal["pde"] = True
    grain: Literal["off"] = "off"
    seed: int = 0
    printer_points: tuple[float, float, float] = (25.0, 25.0, 25.0)
    to: Quantity = "display"
    white: Literal["lamp", "print"] = "lamp"
    display: str = "sRGB"
    fast: bool = False

    def __post_init__(self) -> None:
        _within("--exposure", self.exposure, -30, 30, " stops")
        _within("--shutter", self.shutter, 1e-6, 1e6, " seconds")
        if self.ei is not None:
            _within("--ei", self.ei, 0.1, 1e6)
        if len(self.printer_points) != 3:
            raise UsageError(f"--printer-points are three numbers, got {self.printer_points}")
        for points in self.printer_points:
            _within("--printer-points", points, -100, 150)
        _one_of("--to", self.to, UNITS)
        _one_of("--white", self.white, ("lamp", "print"))
        _one_of("--display", self.display, DISPLAYS)
        _one_of("--grain", self.grain, ("off",))
        if self.adjacency not in (True, False, "pde"):
            raise UsageError(f"--adjacency is {self.adjacency!r}, expected on, off or pde")
        if self.print_film is None and self.to == "print":
            raise UsageError("--to print needs a print stock; give --print 2383, or --to negative")
        if self.print_film is None and self.to in ("printing-density", "cineon"):
            raise UsageError(
                f"--to {self.to} is what a print stock sees of the negative; name it with --print"
            )


@dataclass(frozen=True)
class Step:
    """One stage of the path, and whether it looks at neighbouring pixels."""

    name: str
    stage: Callable[[Device, np.ndarray], np.ndarray]
    looks_around: bool = False


def path_of_light(
    negative: Negative,
    print_film: PrintStock | None,
    settings: Settings,
    frame: Frame,
    *,
    encode: bool,
) -> Iterator[Step]:
    """The stages after the exposure, up to where `settings.to` taps the path."""
    pitch, to = frame.pitch_um, settings.to

    spread = optics.of_negative(
        negative,
        pitch,
        backing=settings.backing,
        halation=settings.halation,
        scatter=settings.scatter,
    )
    if spread is not None:
        yield Step("optics", spread, looks_around=True)
    if to == "exposure":
        return

    if settings.shutter > LONGEST_RECIPROCAL_S and negative.reciprocity_exponent is not None:
        exponent = negative.reciprocity_exponent
        yield Step(
            "reciprocity", Reciprocity(reciprocity_exponent=exponent, shutter_s=settings.shutter)
        )
    yield from _development(negative, settings, pitch)
    if to == "dyes":
        return

    if to == "negative":
        yield Step("densitometry", status_densitometer(negative))
        return
    if print_film is None:
        projection = Projection(film=negative, lamp=LIGHT_BOX)
    else:
        if to in ("printing-density", "cineon"):
            seen = printing_densitometer(negative, print_film)
            yield Step("densitometry", seen)
            if to == "cineon":
                yield Step("cineon", Cineon(printing=seen))
            return
        points = settings.printer_points
        printer = Printing(negative=negative, print_film=print_film, printer_points=points)
        yield _through("printing", printer, negative, settings)
        spread = optics.of_print(print_film, pitch, scatter=settings.scatter)
        if spread is not None:
            yield Step("print optics", spread, looks_around=True)
        yield Step("print tone curve", Development(print_film.tone_curve))
        if to == "print":
            yield Step("densitometry", status_densitometer(print_film))
            return
        projection = Projection(film=print_film, lamp=print_film.projector_lamp)

    yield _through("projection", projection, print_film or negative, settings)
    if to == "xyz":
        return
    clear = projection.clear_film()
    lamp = projection.open_gate()
    # The clear print is display white. A negative's base is orange and dim: there the open
    # light box stays white, unless the base itself is declared white.
    film_is_white = print_film is not None or settings.white == "print"
    yield Step(
        "display",
        Display(
            display=settings.display,
            adapting_white=clear if settings.white == "print" else lamp,
            peak_luminance=float((clear if film_is_white else lamp)[1]),
            encode=encode,
        ),
    )


def _development(
    negative: Negative, settings: Settings, pitch_um: tuple[float, float]
) -> Iterator[Step]:
    if settings.adjacency == "pde":
        yield Step("development", reaction_diffusion.of_film(negative, pitch_um), looks_around=True)
        return
    edges = adjacency.of_film(negative, pitch_um, diffusion=settings.adjacency)
    around = edges is not None and edges.length_um > 0
    if isinstance(edges, adjacency.InterlayerInhibition):
        yield Step("adjacency", edges, looks_around=around)
    yield Step("tone curve", Development(negative.tone_curve))
    if isinstance(edges, adjacency.DensityAdjacency):
        yield Step("adjacency", edges, looks_around=around)


def _through(name: str, stage: Printing | Projection, film: Film, settings: Settings) -> Step:
    return Step(name, condensed(stage.receivers, film) if settings.fast else stage)


@dataclass(frozen=True, kw_only=True)
class Latitude:
    """How the exposures lie on the published curve.

    Attributes:
        above, below: Share of the pixels with a layer beyond its ends.
        mean_stop: Mean of the green-sensitive layer over the grey card, in stops; what lies
            beyond the curve counts as lying at its end.
    """

    above: float
    below: float
    mean_stop: float


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages for one film, one print and one frame, ready for pictures.

    Attributes:
        settings: What to do.
        frame: How large a pixel is on the film.
        encode: Give display codes rather than display-linear light.
    """

    settings: Settings
    frame: Frame
    encode: bool = False

    @cached_property
    def negative(self) -> Negative:
        """The camera stock."""
        film = load_negative(self.settings.film)
        backing = self.settings.backing
        if backing is not None and backing not in film.halation:
            raise UsageError(
                f"{film.id} has no backing {backing!r}; its model knows "
                f"{', '.join(film.halation) or 'none, and no halation'}"
            )
        return film

    @cached_property
    def print_film(self) -> PrintStock | None:
        """The print stock, if any."""
        name = self.settings.print_film
        return None if name is None else load_print(name)

    @cached_property
    def exposure(self) -> Exposure:
        """The first stage: scene -> layer exposure."""
        settings, film = self.settings, self.negative
        return Exposure(
            spectral_sensitivity=film.spectral_sensitivity,
            balance=film.balance,
            illuminant=film.balance if settings.illuminant is None else settings.illuminant,
            grey_lux_s=film.grey_lux_s(settings.ei) * 2**settings.exposure,
        )

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The stages after it."""
        return tuple(
            path_of_light(
                self.negative, self.print_film, self.settings, self.frame, encode=self.encode
            )
        )

    def __call__(
        self,
        device: Device,
        scene: Scene,
        crop: tuple[int, int, int, int] | None = None,
        announce: Callable[[str, int, int], None] | None = None,
    ) -> tuple[np.ndarray, Latitude]:
        """Render `scene`, or a piece of it, and say how it was exposed.

        Args:
            crop: x, y, width and height in pixels of the scene. Everything that looks around
                is done on the whole, so that the piece is the same, bit for bit, as in the whole.
            announce: Called with the name of each stage, its number and their count.

        Returns:
            Planes of the tapped quantity, (3, y, x), and the latitude used.
        """
        last_wide = max((i for i, step in enumerate(self.steps) if step.looks_around), default=-1)
        x, y, width, height = crop or (0, 0, *scene.size)
        piece = np.s_[:, y : y + height, x : x + width]

        def say(name: str, number: int) -> None:
            if announce:
                announce(name, number, len(self.steps) + 1)

        say("exposure", 1)
        planes = self.exposure(device, scene)
        brightest = float(planes.max())
        if not brightest <= BRIGHTEST_LUX_S:  # also where it has overflown to NaN
            raise InputError(
                f"the brightest exposure is {brightest:.2g} lux s, more than the "
                f"{BRIGHTEST_LUX_S:g} that float32 can spread over a frame; lower --exposure, or "
                "repair the picture"
            )
        latitude = self._latitude(planes[piece])
        for i, step in enumerate(self.steps):
            if i == last_wide + 1:
                planes = np.ascontiguousarray(planes[piece])
            say(step.name, i + 2)
            planes = step.stage(device, planes)
        if last_wide + 1 == len(self.steps):
            planes = np.ascontiguousarray(planes[piece])
        return planes, latitude

    def _latitude(self, exposure: np.ndarray) -> Latitude:
        h = self.negative.published["characteristic_curves"]["log_exposure"]
        # What reciprocity takes away, the curve does not see.
        failing = (s.stage for s in self.steps if isinstance(s.stage, Reciprocity))
        efficiency = next((stage.efficiency for stage in failing), np.ones(3))
        lowest, highest = 10 ** h.min() / efficiency, 10 ** h.max() / efficiency
        grey = self.negative.grey_lux_s() / efficiency[1]
        green = np.clip(exposure[1], lowest[1], highest[1])
        return Latitude(
            above=_share(*(layer > end for layer, end in zip(exposure, highest, strict=True))),
            below=_share(*(layer < end for layer, end in zip(exposure, lowest, strict=True))),
            mean_stop=float(np.log2(green / grey).mean(dtype=np.float64)),
        )


def _share(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> float:
    return float(np.count_nonzero(red | green | blue) / red.size)


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
    _ = pipeline.negative, pipeline.print_film
    pipeline.exposure.exposure_weight("rgb")


def gate_of(settings: Settings) -> str:
    """The camera aperture: the one chosen, or the film's, or super35."""
    if settings.gate is not None:
        return settings.gate
    return load_negative(settings.film).gate or "super35"


def _within(option: str, value: float, lowest: float, highest: float, unit: str = "") -> None:
    if not lowest <= value <= highest:  # not finite: also false
        raise UsageError(f"{option} is {value:g}, expected {lowest:g} to {highest:g}{unit}")


def _one_of(option: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise UsageError(f"{option} {value!r} is unknown; choose one of {', '.join(allowed)}")
