"""What is decided about one render, with the defaults of the command line and of Python.

The one place where they stand. The command line reads them to say `--help`, which must be quick, so
nothing here may import numpy or a device before settings are made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spectral_film.errors import UsageError, meant
from spectral_film.stages.signals import UNITS, Quantity

if TYPE_CHECKING:
    from spectral_film.emulsion.film import Film
    from spectral_film.light.spectra import MeasuredLight

GrainForm = Literal["on", "net", "fast", "boolean", "off"]
OWN = "own"  # print: that of the kind of the film


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that is decided about one render, in the words of the command line.

    All that can be told without reading a file is checked at once, types too; whether a film, a
    backing or a light of that name is there, a render finds out.

    Attributes:
        film: Camera stock: a shipped id, the path of a film model, or a film in memory.
        print_film: Print stock, likewise; "own": what a film of its kind is printed on, as
            `emulsion.stocks.usual_print` says; None: the camera film itself, a slide projected, a
            negative on a light box.
        development: One of those that the sheet of the camera film prints; None: the usual one.
        print_development: Likewise of the print.
        push: Stops that development is pushed by, where a pushed sheet is there.
        illuminant: Taking light of RGB and reflectance scenes: a name, a temperature or a CSV as
            `light.spectra.illuminant` reads them; or its power as an array, at the 85 wavelengths
            of the grid or as a table (n, 2) of nm and power; None: the film's balance.
        filter: Over the lens: a Wratten number or a CSV, as `light.filters` reads them. The meter
            does not see it.
        upsampling: What RGB is taken for: a surface like those that were measured, or the smooth
            one of jakob-hanika.
        exposure: Stops over the meter.
        ei: Exposure index metered at; None: the film's.
        shutter: Seconds the shutter is open; beyond 1 s reciprocity fails.
        gate: Camera aperture by name, or WxH in mm; None: the film's, else super35.
        backing: Anti-halation of the stock: rem-jet, ahu, none; None: its own.
        halation: Light thrown back by the base: on, off, or a factor on it, 0 to 20.
        scatter, adjacency: Physics switches. Adjacency off stops the diffusion only; "pde" solves
            reaction and diffusion in time in the place of the kernel form.
        grain: How the grain of the films is drawn: "on": by the cheapest of "fast", "net" and
            "boolean" that is near enough to the truth at this pitch; or "off".
        grain_size: Factor on the radius of its clouds, which no sheet prints, at the published
            granularity: 0.1 to 10.
        seed, frame: What its noise is made of; the frame is the number of a picture in a sequence.
        printer_points: Printer lights R, G, B; 25 prints the 18 % grey as `balance` says.
        to: Where to tap the path.
        white: The white the eye adapts to: the clear print, or the projector's lamp. Without a
            print it is the light box.
        balance: How printer lights of 25 print the 18 % grey: "neutral" to the eye that has
            adapted to `white`, at visual density 1.00, on paper at 18 % of its white; "lad": on
            the laboratory's aim.
        flare: Stray light of the viewing, in percent of the open gate; None: that of the film.
        display: Display standard.
        gamut: What becomes of colours outside the display: "compress" rolls them in, keeping their
            hue, "clip" cuts codes and leaves display-linear light as it is. Both count them.
        fast: Sum fewer wavelengths through the films, within a stated error.
    """

    film: "Film | str | Path" = "vision3-250d"
    print_film: "Film | str | Path | None" = OWN
    development: str | None = None
    print_development: str | None = None
    push: int = 0
    illuminant: "str | MeasuredLight | None" = None
    filter: str | Path | None = None
    upsampling: Literal["measured", "jakob-hanika"] = "measured"
    exposure: float = 0.0
    ei: float | None = None
    shutter: float = 1 / 50
    gate: str | None = None
    backing: str | None = None
    halation: bool | float = True
    scatter: bool = True
    adjacency: bool | Literal["pde"] = True
    grain: GrainForm = "on"
    grain_size: float = 1.0
    seed: int = 0
    frame: int = 0
    printer_points: tuple[float, float, float] = (25.0, 25.0, 25.0)
    to: Quantity = "display"
    white: Literal["print", "lamp"] = "print"
    balance: Literal["neutral", "lad"] = "neutral"
    flare: float | None = None
    display: str = "sRGB"
    gamut: Literal["compress", "clip"] = "compress"
    fast: bool = False

    def __post_init__(self) -> None:
        # These bring numpy, which `--help` is without.
        from spectral_film.emulsion.frame import gate_size_mm
        from spectral_film.light.displays import DISPLAYS

        _is_text("--film", self.film)
        if self.print_film is not None:
            _is_text("--print", self.print_film)
        object.__setattr__(self, "illuminant", _light(self.illuminant))
        if self.filter is not None:
            object.__setattr__(self, "filter", _filter(self.filter))
        _within("--exposure", self.exposure, -30, 30, " stops")
        _within("--shutter", self.shutter, 1e-6, 1e6, " seconds")
        if self.ei is not None:
            _within("--ei", self.ei, 0.1, 1e6)
        if self.gate is not None:
            gate_size_mm(str(self.gate))
        if self.backing is not None:
            _is_text("--backing", self.backing)
        for switch in ("scatter", "fast"):
            _is_switch(f"--{switch}", getattr(self, switch))
        if not _is_bool(self.halation):
            _within("--halation", self.halation, 0, 20, " times the film's own, on or off")
        if self.adjacency != "pde":
            _is_switch("--adjacency", self.adjacency, "on, off or pde")
        _one_of("--grain", self.grain, ("on", "net", "fast", "boolean", "off"))
        _within("--grain-size", self.grain_size, 0.1, 10, " times the film's own")
        for option, how in (
            ("--development", self.development),
            ("--print-development", self.print_development),
        ):
            if how is not None:
                _is_text(option, how)
        _within("--push", self.push, -3, 3, " whole stops")
        whole = (("--seed", self.seed), ("the frame", self.frame), ("--push", self.push))
        for name, number in whole:
            if not isinstance(number, Integral):
                raise UsageError(f"{name} is {number!r}, expected a whole number")
        object.__setattr__(self, "printer_points", _three("--printer-points", self.printer_points))
        for points in self.printer_points:
            _within("--printer-points", points, -100, 150)
        _one_of("--to", self.to, UNITS)
        _one_of("--white", self.white, ("print", "lamp"))
        _one_of("--balance", self.balance, ("neutral", "lad"))
        if self.flare is not None:
            _within("--flare", self.flare, 0, 10, " percent of the open gate")
        _one_of("--upsampling", self.upsampling, ("measured", "jakob-hanika"))
        _one_of("--display", self.display, DISPLAYS)
        _one_of("--gamut", self.gamut, ("compress", "clip"))
        if self.to == "scene" and self.adjacency == "pde":
            raise UsageError(
                "--to scene takes back the interimage that --adjacency on makes, and pde makes "
                "another; give --adjacency on"
            )


def typed(setting: object) -> str:
    """A setting as one types it: on, off, none, numbers with commas between, or its name."""
    match setting:
        case None:
            return "none"
        case bool():
            return "on" if setting else "off"
        case tuple():
            return ",".join(f"{number:.9g}" for number in setting)
        case _:
            return str(setting)


def _within(option: str, value: float, lowest: float, highest: float, unit: str = "") -> None:
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not (number and lowest <= value <= highest):  # not finite: also false
        said = f"{value:g}" if number else repr(value)
        raise UsageError(f"{option} is {said}, expected {lowest:g} to {highest:g}{unit}")


def _one_of(option: str, value: str, allowed: Iterable[str]) -> None:
    if not isinstance(value, str) or value not in allowed:
        near = meant(str(value), allowed)
        raise UsageError(f"{option} {value!r} is unknown{near}; choose one of {', '.join(allowed)}")


def _is_switch(option: str, value: object, expected: str = "on or off") -> None:
    if not _is_bool(value):  # "off" would count as true
        raise UsageError(f"{option} is {value!r}, expected {expected} (True or False in Python)")


def _is_bool(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ == "bool"  # as numpy's is named, too


def _is_text(option: str, value: object) -> None:
    from spectral_film.emulsion.film import Film

    if not isinstance(value, str | Path | Film):
        raise UsageError(f"{option} is {value!r}, expected a name or the path of a file")


def _three(option: str, value: Iterable[float]) -> tuple[float, ...]:
    """Three numbers, as one hashes them."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        numbers = tuple(value)
        if len(numbers) == 3:
            return numbers
    raise UsageError(f"{option} is {value!r}, expected three numbers")


def _filter(value: object) -> str:
    if not isinstance(value, str | Path):
        raise UsageError(
            f"--filter is {value!r}, expected a Wratten number, as text, or the path of a CSV"
        )
    return str(value)


def _light(value: Any) -> "str | MeasuredLight | None":
    from spectral_film.light.spectra import MeasuredLight, measured_light

    if value is None or isinstance(value, str | MeasuredLight):
        return value
    return str(value) if isinstance(value, Path) else measured_light(value)
