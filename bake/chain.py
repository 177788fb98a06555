"""The chain of a pack: what travels in it, and what each step makes of it, in order.

This is the one place that says so. `pack.json` holds the chain as it stands here; player, replay,
hosts, README and report follow it: another step is a line in `film_chain`, and another kind of
step is one in `steps.py`, which those who play steps must learn. R, G, B are the red-, green- and
blue-sensitive layers and their cyan, magenta and yellow dyes.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import Field, model_validator

from bake.parts import Kernel, Part, Table, Triple
from bake.steps import (
    AtAPoint,
    AtLeast,
    Blur,
    Grain,
    HoldBack,
    Logarithm,
    Lookup,
    Power,
    Printer,
    Step,
)
from bake.texture import GrainImage, Texture

# No film is as dense as 8, and a logarithm needs an end.
DARKEST = 1e-8

SCENE = "scene"
LAYER_EXPOSURE = "layer exposure"
EXPOSURE = "exposure"
DYES = "dyes"
GRAINY_DYES = "dyes with grain"
PRINTING_DENSITY = "printing density"
PRINT_LIGHT = "print light"
PRINT_DYES = "print dyes"
GRAINY_PRINT_DYES = "print dyes with grain"
DISPLAY = "display"
TEXTURED_SCENE = "scene with texture"


class Wire(Part):
    """What travels between two steps."""

    name: str
    unit: str


class Chain(Part):
    """Steps in order, from the scene's codes to the display's.

    Attributes:
        wires: What travels, in order; the first is what the pack takes, the last what it gives.
        steps: What makes each wire of those before it.
        stops_on: The wire that a host may multiply by 2^stops.
    """

    wires: tuple[Wire, ...] = Field(min_length=2)
    steps: tuple[Step, ...]
    stops_on: str

    @model_validator(mode="after")
    def _is_whole(self) -> "Chain":
        names = [wire.name for wire in self.wires]
        if [names[0], *(step.gives for step in self.steps)] != names:
            raise ValueError("its steps do not make its wires, one each and in order")
        for number, step in enumerate(self.steps):
            for wire in step.inputs:
                if wire not in names[: number + 1]:
                    raise ValueError(f"nothing makes {wire!r} before {step.gives!r} takes it")
            if isinstance(step, Blur) and step.takes == names[0]:
                raise ValueError(f"{step.gives!r} is a blur of codes, which are no light")
        for wire in (self.stops_on, EXPOSURE, DYES, DISPLAY):
            if wire not in names:
                raise ValueError(f"it has no wire {wire!r}")
        if not isinstance(self.steps[0], Lookup):
            raise ValueError("it does not begin with a table of scene codes")
        if (PRINTING_DENSITY in names) != (self.printer is not None):
            raise ValueError(f"it has one of a printer and a {PRINTING_DENSITY}, and not both")
        return self

    def making(self, wire: str) -> Step:
        """The step that gives a wire.

        Raises:
            KeyError: none does.
        """
        return {step.gives: step for step in self.steps}[wire]

    def way(self, first: str, last: str) -> list[Step]:
        """The steps that make one wire of another, in order.

        Raises:
            KeyError: it is not made of that alone.
        """
        needed, seen = [last], set()
        while needed:
            wire = needed.pop()
            if wire != first and wire not in seen:
                seen.add(wire)
                needed += self.making(wire).inputs
        return [step for step in self.steps if step.gives in seen]

    def ways(self) -> Iterator[tuple[str, str, list[AtAPoint]]]:
        """Steps at a point from where a picture lies to where the next one must.

        A picture lies in front of the chain and behind each blur, hold back and grain, which want
        one on each of their wires.
        """
        lying = {self.wires[0].name}
        for step in self.steps:
            if isinstance(step, Blur | HoldBack | Grain):
                for wire in step.inputs:
                    if wire not in lying:
                        yield self._way_to(wire)
                lying.add(step.gives)
        yield self._way_to(self.wires[-1].name)

    def _way_to(self, last: str) -> tuple[str, str, list[AtAPoint]]:
        steps: list[AtAPoint] = []
        wire = last
        while wire != self.wires[0].name:
            step = self.making(wire)
            if isinstance(step, Blur | HoldBack | Grain):
                break
            steps.insert(0, step)
            wire = step.takes
        return wire, last, steps

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """Those there are, in order."""
        kernels = (step.kernel for step in self.steps if isinstance(step, Blur))
        return tuple(kernel for kernel in kernels if kernel is not None)

    @property
    def grains(self) -> tuple[Grain, ...]:
        """Where grain is added, in order."""
        return tuple(step for step in self.steps if isinstance(step, Grain))

    def grain_curves(self) -> Iterator[tuple[Grain, GrainImage, str, Table]]:
        """The tables of every grain at every pitch, with what they are for and their names."""
        for step in self.grains:
            for image in step.texture.images:
                for name, table in image.curves.items():
                    yield step, image, name, table

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """Every table's step, in order; a table may come twice."""
        return tuple(step for step in self.steps if isinstance(step, Lookup))

    @property
    def printer(self) -> Printer | None:
        """Where the printer's lights are set; None: nothing is printed."""
        return next((step for step in self.steps if isinstance(step, Printer)), None)

    @property
    def formed(self) -> str:
        """The wire of the camera film's last dyes, with grain where there is any."""
        return GRAINY_DYES if any(wire.name == GRAINY_DYES for wire in self.wires) else DYES


class OnPrint(NamedTuple):
    """What a print adds to a chain.

    Attributes:
        printing: Dyes -> printing density, base included.
        optics: Scatter of the print.
        log_exposure, per_point, points: As of `Printer`.
        curve: Log exposure of the print -> its dyes.
        grain: None: such a pack has no such step.
    """

    printing: Table
    optics: Kernel | None
    log_exposure: Triple
    per_point: float
    points: Triple
    curve: Table
    grain: Texture | None


def film_chain(
    *,
    takes: str,
    gives: str,
    layer_exposure: Table,
    exposure_offset: float,
    optics: Kernel | None,
    lowest_log_exposure: float,
    curve: Table,
    compensated: Table,
    inhibitor: Kernel | None,
    coupling: tuple[Triple, Triple, Triple],
    grain: Texture | None,
    printed: OnPrint | None,
    view: Table,
) -> Chain:
    """The chain of a negative and its print, or of a film that is looked at itself.

    Args:
        takes, gives: What the codes of scene and display are.
        layer_exposure: Scene code -> log10(exposure + offset).
        exposure_offset: Lux s.
        optics: Scatter and halation of the camera film.
        lowest_log_exposure: Where the curves begin; what lies below counts as lying there.
        curve, compensated: F: h -> dye, and G: h -> h + what an even patch takes of itself.
        inhibitor, coupling: How it diffuses; what it takes.
        grain: Of the camera film. None: such a pack has no such step.
        printed: What the print adds; None: there is none.
        view: Dyes in the projector -> display code.
    """
    formed = GRAINY_DYES if grain else DYES
    on_print = [] if printed is None else _print_steps(formed, printed)
    steps: tuple[Step, ...] = (
        Lookup(takes=SCENE, gives="coded exposure", table=layer_exposure),
        Power(takes="coded exposure", gives=LAYER_EXPOSURE, direction=1, offset=exposure_offset),
        Blur(takes=LAYER_EXPOSURE, gives=EXPOSURE, kernel=optics),
        Logarithm(takes=EXPOSURE, gives="log exposure", floor=10**lowest_log_exposure),
        Lookup(takes="log exposure", gives="compensated", table=compensated),
        Lookup(takes="log exposure", gives="developed", table=curve),
        Blur(takes="developed", gives="inhibitor", kernel=inhibitor),
        HoldBack(takes="compensated", inhibitor="inhibitor", gives="held back", coupling=coupling),
        Lookup(takes="held back", gives=DYES, table=curve),
        *_grain(grain, DYES, GRAINY_DYES),
        *on_print,
        Lookup(takes=on_print[-1].gives if on_print else formed, gives="shown", table=view),
        AtLeast(takes="shown", gives=DISPLAY, low=0.0),
    )
    units = {
        SCENE: takes,
        "coded exposure": f"log10(exposure + {exposure_offset:g}), lux s",
        LAYER_EXPOSURE: "lux s, linear",
        EXPOSURE: "lux s, linear, scattered and halated",
        "log exposure": "h, log10 lux s",
        "compensated": "G(h), log10 lux s, what neutral inhibitor takes added",
        "developed": "F(h), dye amount that inhibitor is set free with",
        "inhibitor": "dye amount that it was set free with, diffused",
        "held back": "h', log10 lux s",
        DYES: "dye amount, 1 = peak density 1.0",
        GRAINY_DYES: "dye amount, 1 = peak density 1.0",
        PRINTING_DENSITY: "density as the print stock sees it, base included",
        "light through": "10^-density, linear",
        PRINT_LIGHT: "10^-density, linear, scattered in the print",
        "print log exposure": "log10 exposure of the print",
        PRINT_DYES: "dye amount, 1 = peak density 1.0",
        GRAINY_PRINT_DYES: "dye amount, 1 = peak density 1.0",
        "shown": gives,
        DISPLAY: gives,
    }
    made = [SCENE, *(step.gives for step in steps)]
    wires = tuple(Wire(name=name, unit=units[name]) for name in made)
    return Chain(wires=wires, steps=steps, stops_on=LAYER_EXPOSURE)


def _print_steps(takes: str, printed: OnPrint) -> list[Step]:
    return [
        Lookup(takes=takes, gives=PRINTING_DENSITY, table=printed.printing),
        Power(takes=PRINTING_DENSITY, gives="light through", direction=-1, offset=0.0),
        Blur(takes="light through", gives=PRINT_LIGHT, kernel=printed.optics),
        Printer(
            takes=PRINT_LIGHT,
            gives="print log exposure",
            floor=DARKEST,
            log_exposure=printed.log_exposure,
            per_point=printed.per_point,
            points=printed.points,
        ),
        Lookup(takes="print log exposure", gives=PRINT_DYES, table=printed.curve),
        *_grain(printed.grain, PRINT_DYES, GRAINY_PRINT_DYES),
    ]


class WayBack(Part):
    """From the dyes of the negative to codes of the scene, which has the texture of the film then.

    Attributes:
        wires: What the steps give, in order.
        steps: The first takes the last dyes of the negative, with grain where there is any.
    """

    wires: tuple[Wire, ...]
    steps: tuple[Lookup, ...]


def way_back(chain: Chain, *, gives: str, undeveloped: Table, scene: Table) -> WayBack:
    """The way back along a chain's own curves.

    Args:
        chain: Of the film.
        gives: What the codes of the scene are.
        undeveloped: Dye -> the log exposure that even film has it for.
        scene: That of three layers -> scene code.
    """
    held = "held log exposure"
    return WayBack(
        wires=(
            Wire(name=held, unit="h' that even film has the dyes for, log10 lux s"),
            Wire(name=TEXTURED_SCENE, unit=gives),
        ),
        steps=(
            Lookup(takes=chain.formed, gives=held, table=undeveloped),
            Lookup(takes=held, gives=TEXTURED_SCENE, table=scene),
        ),
    )


def _grain(texture: Texture | None, takes: str, gives: str) -> list[Grain]:
    return [Grain(takes=takes, gives=gives, texture=texture)] if texture else []
