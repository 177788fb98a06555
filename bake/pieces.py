"""What a pack has pieces for, found on the path of a film: curves, coupling, blurs.

    scene -> points, blur -> exposure -> development -> dyes -> printer's light, blur
    -> print exposure -> development -> print dyes -> points -> display

What is not printed, a slide, goes from its dyes to the display by points.

A step of another kind, or in another order, is refused: a pack would leave it out.
"""

from dataclasses import dataclass, replace

import numpy as np

from bake.recipe import Recipe
from bake.segments import PRINTED, UNPRINTED, check_points, segments
from spectral_film.emulsion.frame import Frame
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.emulsion.spread import Mixture
from spectral_film.errors import UsageError
from spectral_film.path.order import Steps
from spectral_film.path.pipeline import Pipeline
from spectral_film.stages.adjacency import Inhibition, Release
from spectral_film.stages.optics import Spreading
from spectral_film.stages.tone_curve import Development
from spectral_film.stages.transmission import Transmission

Mixtures = tuple[Mixture, ...]  # of R, G and B


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """What plays a film and its print, apart from tables of colours.

    Attributes:
        curve, print_curve: Log exposure -> dye amounts; None: there is no print.
        coupling: What inhibitor takes of log exposure, (layer held back, layer developing).
        optics, inhibitor, print_optics: What spreads, R, G and B each; None: nothing does.
    """

    curve: ToneCurve
    print_curve: ToneCurve | None
    coupling: np.ndarray
    optics: Mixtures | None
    inhibitor: Mixtures | None
    print_optics: Mixtures | None


def pieces_of(recipe: Recipe) -> Pieces:
    """The pieces of a recipe, with everything on that happens between pixels.

    Raises:
        UsageError: the path holds a step that packs have no piece for.
    """
    everything = replace(recipe.settings, scatter=True, halation=True, adjacency=True)
    steps = Pipeline(settings=everything, frame=Frame(24.0, 1000), encode=True).steps
    wires = PRINTED if recipe.print_film else UNPRINTED
    lit, developed, *on_print, shown = segments(steps, wires)
    points, optics = _before_blur(lit)
    curve, coupling, inhibitor = _negative_development(developed)
    print_curve, print_optics = _print(*on_print) if on_print else (None, None)
    check_points(points)
    check_points(shown)
    return Pieces(
        curve=curve,
        print_curve=print_curve,
        coupling=coupling,
        optics=optics,
        inhibitor=inhibitor,
        print_optics=print_optics,
    )


def _before_blur(steps: Steps) -> tuple[Steps, Mixtures | None]:
    """The steps but for a blur that ends them, and the blur."""
    last = steps[-1].stage
    return (steps[:-1], last.layers) if isinstance(last, Spreading) else (steps, None)


def _print(exposing: Steps, developing: Steps) -> tuple[ToneCurve, Mixtures | None]:
    """Curve and blur of a print."""
    printer, optics = _before_blur(exposing)
    if len(developing) != 1 or not isinstance(developing[0].stage, Development):
        raise _no_piece(developing, "a curve of the print")
    if len(printer) != 1 or not isinstance(printer[0].stage, Transmission):
        raise _no_piece(printer, "the light of a printer")
    return developing[0].stage.curve, optics


def _negative_development(steps: Steps) -> tuple[ToneCurve, np.ndarray, Mixtures | None]:
    """Curve, coupling, and how the inhibitor diffuses."""
    match [step.stage for step in steps]:
        case [Release(), Spreading(layers=inhibitor), Inhibition(curve=curve, coupling=coupling)]:
            return curve, coupling, inhibitor
        case [Release(), Inhibition(curve=curve, coupling=coupling)]:
            return curve, coupling, None
        case [Development(curve=curve)]:
            return curve, np.zeros((3, 3)), None
    raise _no_piece(steps, "curves, and an inhibitor of exposure")


def _no_piece(steps: Steps, known: str) -> UsageError:
    names = ", ".join(step.name for step in steps)
    return UsageError(
        f"a pack has pieces for {known} here, and the path has {names}; bake a lut, or render"
    )
