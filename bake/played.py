"""The chain of a pack as stages of a path, which the engine's plan runs like its own.

Kernels: arithmetic.cl, tables.cl. Blurs are the engine's, by the analytic form of the kernels, and
so is grain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bake.chain import Wire
from bake.device_tables import table_on
from bake.grained import emulsion
from bake.kernels import mixture
from bake.parts import ActsOn, Table
from bake.steps import (
    Arithmetic,
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
from bake.texture import Strip
from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.grain import noise
from spectral_film.path import order
from spectral_film.stages import grain
from spectral_film.stages.adjacency import DYE_CONTRAST
from spectral_film.stages.optics import PRINT_CONTRAST, SCENE_CONTRAST, Spreading
from spectral_film.stages.signals import Signal
from spectral_film.stages.stage import PointStage, Stage

KERNELS = Path(__file__).with_name("arithmetic.cl")
# How much brighter than its surroundings each wire may be: as the engine has it, so that both blur
# alike; of dye see stages/adjacency.py.
CONTRAST: dict[ActsOn, float] = {
    "exposure": SCENE_CONTRAST,
    "inhibitor": DYE_CONTRAST,
    "print exposure": PRINT_CONTRAST,
}
STRIPS: dict[Strip, noise.Stock] = {"negative": noise.NEGATIVE, "print": noise.PRINT}
Nodes = Callable[[Table], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class TableStage(PointStage):
    """A table of a pack; `nodes` and `domain` as of `table_on`."""

    takes: Mapping[str, Signal]
    gives: Mapping[str, Signal]
    nodes: np.ndarray
    domain: tuple[float, float]

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return table_on(site.device, self.nodes, self.domain)


@dataclass(frozen=True, kw_only=True)
class ArithmeticStage(PointStage):
    """A kernel of `arithmetic.cl` with its numbers."""

    takes: Mapping[str, Signal]
    gives: Mapping[str, Signal]
    kernel: str
    numbers: Mapping[str, np.ndarray | np.generic] = field(default_factory=dict)

    def prepare(self, site: Site) -> Launch:
        """See `Stage`."""
        return Launch(site.device, KERNELS, self.kernel, tables=self.numbers)


def played(
    path: tuple[tuple[Step, ...], tuple[Wire, ...]],
    nodes: Nodes,
    pitch_um: tuple[float, float],
    frame: int | None = None,
    seed: int = 0,
    origin: tuple[int, int] = (0, 0),
) -> order.Steps:
    """The steps of a pack for pixels of a pitch; a blur without a kernel is none.

    Args:
        path: As `Manifest.path` has it.
        nodes: What comes out at each node of a table, as `table_on` takes it.
        pitch_um: Distance of the pixels on the film, across and down.
        frame, seed: Of the grain; None: there is none.
        origin: Column and row on the frame of the first pixel.
    """
    of_pack, wires = path
    signals = {wire.name: Signal(wire.name, wire.unit) for wire in wires}
    steps = []
    for step in of_pack:
        if isinstance(step, Blur) and step.kernel is None:
            signals[step.gives] = signals[step.takes]
        elif isinstance(step, Grain):
            if frame is None:
                signals[step.gives] = signals[step.takes]
            else:
                stage = _grain(step, signals, pitch_um, frame, seed, origin)
                steps.append(order.Step(step.gives, stage))
        else:
            steps.append(order.Step(step.gives, _stage(step, signals, nodes, pitch_um)))
    return tuple(steps)


def table_step(table: Table, nodes: Nodes) -> order.Steps:
    """A table that is a whole chain by itself, from scene code to display code."""
    scene, shown, display = (Signal(name, "code") for name in ("scene", "shown", "display"))
    looked_up = TableStage(
        takes={"wire": scene}, gives={"made": shown}, nodes=nodes(table), domain=table.domain
    )
    held = ArithmeticStage(
        takes={"wire": shown},
        gives={"made": display},
        kernel="not_below",
        numbers={"low": np.float32(0)},
    )
    return order.Step("film", looked_up), order.Step("display", held)


def _stage(
    step: Lookup | Blur | Arithmetic,
    signals: Mapping[str, Signal],
    nodes: Nodes,
    pitch_um: tuple[float, float],
) -> Stage:
    takes, gives = {"wire": signals[step.takes]}, {"made": signals[step.gives]}
    if isinstance(step, Lookup):
        table = step.table
        return TableStage(takes=takes, gives=gives, nodes=nodes(table), domain=table.domain)
    if isinstance(step, Blur):
        assert step.kernel is not None
        layers = tuple(mixture(layer) for layer in step.kernel.layers)
        return Spreading(
            layers=layers,
            pitch_um=pitch_um,
            contrast=CONTRAST[step.kernel.acts_on],
            of=signals[step.takes],
            to=signals[step.gives],
        )
    if isinstance(step, HoldBack):
        takes["inhibitor"] = signals[step.inhibitor]
    kernel, numbers = _arithmetic(step)
    return ArithmeticStage(takes=takes, gives=gives, kernel=kernel, numbers=numbers)


def _grain(
    step: Grain,
    signals: Mapping[str, Signal],
    pitch_um: tuple[float, float],
    frame: int,
    seed: int,
    origin: tuple[int, int],
) -> Stage:
    """The engine's own, of what the pack says of the film."""
    texture = step.texture
    return grain.of_film(
        emulsion(texture.clouds),
        pitch_um,
        method="fast",
        size=1.0,
        seed=seed,
        frame=frame,
        stock=STRIPS[texture.of],
        of=signals[step.takes],
        to=signals[step.gives],
        origin=origin,
    )


def _arithmetic(step: Arithmetic) -> tuple[str, dict[str, np.ndarray | np.generic]]:
    """The kernel of a step, and its numbers by argument name."""
    match step:
        case Power():
            return "power", {
                "direction": np.float32(step.direction),
                "offset": np.float32(step.offset),
            }
        case Logarithm():
            return "logarithm", {"lowest": np.float32(step.floor), "plus": np.zeros(3)}
        case Printer():
            return "logarithm", {"lowest": np.float32(step.floor), "plus": np.array(step.light)}
        case HoldBack():
            return "hold_back", {"coupling": np.array(step.coupling)}
        case AtLeast():
            return "not_below", {"low": np.float32(step.low)}
