"""What is baked: a film as it is exposed and printed, between two codings of colour."""

from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Literal, get_args

import PyOpenColorIO

from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import config, known_name
from spectral_film.film import Negative, PrintStock, load_negative, load_print
from spectral_film.frame import Frame, gate_size_mm
from spectral_film.pipeline import Settings
from spectral_film.stages.display import DISPLAYS

SIZES = (9, 129)  # nodes along an edge; the most that OpenColorIO reads
Form = Literal["film", "negative", "print", "lmt"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A film between two codings.

    Attributes:
        settings: The engine's. What happens between pixels is no part of a table: it is off.
        input_space: What the table takes: any OCIO name or short name.
        form: `film`, scene to display; `negative`, scene to printing density as a Cineon code;
            `print`, from that code to display; `lmt`, a look in the input space that an ACES
            output transform shows as the print.
    """

    settings: Settings
    input_space: str = "ACEScct"
    form: Form = "film"

    def __post_init__(self) -> None:
        if self.form not in get_args(Form):
            raise UsageError(
                f"--form is {self.form!r}, expected one of {', '.join(get_args(Form))}"
            )
        if self.settings.print_film is None and self.form != "film":
            raise UsageError(f"--form {self.form} needs a print stock; give --print 2383")
        plain = replace(self.settings, scatter=False, halation=False, adjacency=False)
        object.__setattr__(self, "settings", plain)
        object.__setattr__(self, "input_space", known_name(self.input_space))

    @property
    def negative(self) -> Negative:
        """The camera stock."""
        return load_negative(self.settings.film)

    @property
    def print_film(self) -> PrintStock:
        """The print stock.

        Raises:
            UsageError: there is none.
        """
        if self.settings.print_film is None:
            raise UsageError("there is no print to bake; give --print 2383")
        return load_print(self.settings.print_film)

    @property
    def takes_linear(self) -> bool:
        """Whether the input space is scene-linear."""
        space = config().getColorSpace(self.input_space)
        return self.form != "print" and space.getEncoding() == "scene-linear"

    def description(self) -> tuple[str, ...]:
        """The contract of the table, a line each: what a user needs to place it."""
        settings = self.settings
        films = self.negative.label
        if settings.print_film is not None:
            films += f", printed on {self.print_film.label}"
        points = ",".join(f"{p:g}" for p in settings.printer_points)
        light = settings.illuminant or self.negative.balance
        index = settings.ei or self.negative.exposure_index
        return (
            f"{films}; {self.form}",
            f"exposed {settings.exposure:+g} stops at EI {index:g} under {light}, printer points "
            f"{points}, white {settings.white}",
            f"made by {engine()} with OpenColorIO {PyOpenColorIO.__version__}",
        )


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
        for gate in self.gates:
            gate_size_mm(gate)
        for width in self.widths:
            if not 64 <= width <= 32768:
                raise UsageError(f"--widths has {width}, expected 64 to 32768 pixels")

    def pitches(self) -> list[tuple[float, int]]:
        """Pitch in um and width of each, the coarsest first."""
        found = {
            Frame(gate_size_mm(gate)[0], width).pitch_um[0]: width
            for gate in self.gates
            for width in self.widths
        }
        return sorted(found.items(), reverse=True)


def check_size(size: int) -> None:
    """Refuse tables that nobody reads.

    Raises:
        UsageError: too few nodes, or too many.
    """
    if not SIZES[0] <= size <= SIZES[1]:
        raise UsageError(f"--size is {size}, expected {SIZES[0]} to {SIZES[1]}; 33 is usual")


def engine() -> str:
    """The program and its version."""
    return f"spectral-film {version('spectral-film')}"


def display_coding(display: str) -> str:
    """How the codes of a display are to be read."""
    gamma = DISPLAYS[display].gamma
    curve = "the sRGB curve" if gamma is None else f"a gamma of {gamma:g}"
    return f"{display}, full range, 0..1, {curve}"
