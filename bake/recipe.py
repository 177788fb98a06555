"""What is baked: a film as it is exposed and printed, between two codings of colour."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np
import PyOpenColorIO

from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.frame import Frame, gate_size_mm
from spectral_film.emulsion.stocks import load_camera_film, load_print, load_pushed
from spectral_film.emulsion.three_planes import in_three_planes
from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import config, known_name
from spectral_film.light.displays import DISPLAYS
from spectral_film.path.films import camera_film_of, print_of, settled
from spectral_film.path.settings import Settings
from spectral_film.stages.densitometry import (
    CINEON_AIM_CODE,
    CINEON_BASE_CODE,
    CINEON_DENSITY_PER_CODE,
    base_density,
    printing_densitometer,
)
from spectral_film.stages.printing import grey_card_dyes
from spectral_film.stages.reciprocity import LONGEST_RECIPROCAL_S
from spectral_film.version import made_by

FEWEST_NODES, MOST_NODES = 9, 129  # along an edge; OpenColorIO reads no more
FINEST_KERNEL_UM = 1.0  # the halo then takes 5201 x 5201 pixels
Form = Literal["film", "negative", "print", "lmt"]
Aim = Literal["lad", "film"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A film between two codings.

    Attributes:
        settings: The engine's. What happens between pixels is no part of a table: it is off.
        input_space: What the table takes: any OCIO name or short name.
        form: `film`, scene to display; `negative`, scene to printing density as a Cineon code;
            `print`, from that code to display; `lmt`, a look in the input space that an ACES
            output transform shows as the print.
        aim: Which code `print` takes for an 18 % grey and prints as the balance has it: `lad`, 445
            in all channels, where Cineon files have the laboratory aim; `film`, the negative's
            own. None: `lad`, or no such form.
        grain: Whether a pack has the grain of the films whose granularity is known.
    """

    settings: Settings
    input_space: str = "ACEScct"
    form: Form = "film"
    aim: Aim | None = None
    grain: bool = True

    def __post_init__(self) -> None:
        if self.form not in get_args(Form):
            raise UsageError(
                f"--form is {self.form!r}, expected one of {', '.join(get_args(Form))}"
            )
        if self.form == "print" and self.aim is None:
            object.__setattr__(self, "aim", "lad")
        if self.aim not in (None, *get_args(Aim)):
            raise UsageError(f"--aim is {self.aim!r}, expected {' or '.join(get_args(Aim))}")
        if self.form != "print" and self.aim is not None:
            raise UsageError(
                "--aim says which code --form print takes for grey; leave it out, or give that form"
            )
        if self.form != "film" and self.print_film is None:
            film = self.negative
            instead = "leave out --form" if film.is_positive else "give --print 2383"
            raise UsageError(
                f"--form {self.form} needs a print stock, and {film.id} is printed on none here; "
                f"{instead}"
            )
        if DISPLAYS[self.settings.display].linear:
            raise UsageError(
                f"--display {self.settings.display}: a table ends in the codes of a screen; give "
                "sRGB or another display"
            )
        if self.settings.shutter > LONGEST_RECIPROCAL_S:
            raise UsageError(
                f"nothing is baked for a shutter of {self.settings.shutter:g} s: where reciprocity "
                f"fails, expose with {LONGEST_RECIPROCAL_S:g} s or render"
            )
        plain = replace(
            self.settings,
            scatter=False,
            halation=False,
            adjacency=False,
            grain="off",
            to="display",
            fast=False,
        )
        if plain.push:  # a stock with a sheet of its own, which is what is baked
            plain = replace(plain, film=load_pushed(load_camera_film(plain.film), plain.push))
            plain = replace(plain, push=0)
        object.__setattr__(self, "settings", settled(plain))
        object.__setattr__(self, "input_space", known_name(self.input_space))

    @property
    def negative(self) -> CameraFilm:
        """The camera stock."""
        return camera_film_of(self.settings)

    @property
    def print_film(self) -> PrintStock | None:
        """The print stock, if any."""
        return print_of(self.settings)

    @property
    def films(self) -> tuple[CameraFilm | PrintStock, ...]:
        """The stocks, in the order of the light."""
        film = self.print_film
        return (self.negative,) if film is None else (self.negative, film)

    @property
    def label(self) -> str:
        """The films in words."""
        settings = self.settings
        said = _developed(load_camera_film(settings.film), settings.development)
        if settings.print_film is None:
            return said
        on = _developed(load_print(settings.print_film), settings.print_development)
        return f"{said}, printed on {on}"

    @property
    def printed(self) -> tuple[CameraFilm, PrintStock]:
        """Negative and print as the engine runs them.

        Raises:
            UsageError: there is no print.
        """
        film = self.print_film
        if film is None:
            raise UsageError(f"{self.negative.id} is printed on nothing here; give --print 2383")
        return in_three_planes(self.negative), in_three_planes(film)

    @property
    def flare(self) -> float:
        """Of the viewing, in percent."""
        assert self.settings.flare is not None  # they are settled
        return self.settings.flare

    @property
    def grey_density(self) -> np.ndarray:
        """Printing density of the negative's 18 % grey at stop 0, base included, (layer,)."""
        negative, print_film = self.printed
        seen = printing_densitometer(negative, print_film)
        return -np.log10(seen.light(grey_card_dyes(negative)))

    @property
    def grey_codes(self) -> np.ndarray:
        """Cineon codes of that grey, as the aim has them, (layer,)."""
        if self.aim == "lad":
            return np.full(3, float(CINEON_AIM_CODE))
        base = base_density(printing_densitometer(*self.printed))
        return CINEON_BASE_CODE + (self.grey_density - base) / CINEON_DENSITY_PER_CODE

    @property
    def takes_linear(self) -> bool:
        """Whether the input space is scene-linear."""
        return self.form != "print" and self._encoding == "scene-linear"

    @property
    def takes_log(self) -> bool:
        """Whether the input space is a log coding of scene light."""
        return self._encoding == "log"

    @property
    def _encoding(self) -> str:
        return str(config().getColorSpace(self.input_space).getEncoding())

    def description(self) -> tuple[str, ...]:
        """The contract of the table, a line each: what a user needs to place it."""
        settings = self.settings
        exposed = (
            f"exposed {settings.exposure:+g} stops at EI "
            f"{settings.ei or self.negative.exposure_index:g} under "
            f"{settings.illuminant or self.negative.balance}"
            + (f" through filter {settings.filter}" if settings.filter else "")
            + f", up-sampling {settings.upsampling}"
        )
        points = ",".join(f"{p:g}" for p in settings.printer_points)
        printed = f"printer points {points}, balance {settings.balance}, white {settings.white}"
        if settings.print_film is None:
            positive = self.negative.is_positive
            printed = f"seen itself, white {settings.white}" if positive else "on a light box"
        printed += f", flare {self.flare:g} %, gamut {settings.gamut}"
        said = {"negative": exposed, "print": printed}.get(self.form, f"{exposed}, {printed}")
        return (
            f"{self.label}; {self.form}",
            said,
            f"made by {made_by()} with OpenColorIO {PyOpenColorIO.__version__}",
        )


def _developed(film: Film, how: str | None) -> str:
    return film.label if how is None else f"{film.label}, developed {how}"


class Sampling(NamedTuple):
    """A picture of so many pixels across a gate."""

    gate: str
    width: int
    pitch_um: float


@dataclass(frozen=True)
class Grid:
    """The pictures that a pack has kernels for.

    Attributes:
        gates: Names of camera apertures, or WxH in mm.
        widths: Of the pictures, pixels.
        size: Nodes along an edge of the tables that hold the whole path, or half of it.
    """

    gates: tuple[str, ...]
    widths: tuple[int, ...]
    size: int = 33

    def __post_init__(self) -> None:
        check_size(self.size)
        if not self.gates:
            raise UsageError("--gates names none; give one or more, such as super35,super16")
        for width in self.widths:
            if not 64 <= width <= 32768:
                raise UsageError(f"--widths has {width}, expected 64 to 32768 pixels")
        for s in self.samplings():
            if s.pitch_um < FINEST_KERNEL_UM:
                raise UsageError(
                    f"{s.width} pixels across {s.gate} are {s.pitch_um:.2g} um each; kernels are "
                    f"drawn for {FINEST_KERNEL_UM:g} um and more, so give a smaller --widths"
                )

    def samplings(self) -> list[Sampling]:
        """Every gate by every width, the coarsest first."""
        found = [
            Sampling(gate, width, Frame(gate_size_mm(gate)[0], width).pitch_um[0])
            for gate in self.gates
            for width in self.widths
        ]
        return sorted(found, key=lambda sampling: -sampling.pitch_um)


def check_size(size: int) -> None:
    """Refuse tables that nobody reads.

    Raises:
        UsageError: too few nodes, or too many.
    """
    if not FEWEST_NODES <= size <= MOST_NODES:
        raise UsageError(f"--size is {size}, expected {FEWEST_NODES} to {MOST_NODES}; 33 is usual")


def display_coding(display: str) -> str:
    """How the codes of a display are to be read."""
    gamma = DISPLAYS[display].gamma
    curve = "the sRGB curve" if gamma is None else f"a gamma of {gamma:g}"
    return f"{display}, full range, 0..1, {curve}"
