"""Does a pack do what the engine does? Engine, replay and player on the pack's own picture."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO

from bake.chain import DISPLAY, DYES, EXPOSURE, PRINTING_DENSITY, TEXTURED_SCENE
from bake.colour_path import ColourPath
from bake.error import CIEDE2000, statistic
from bake.grain_proof import BOUNDS as GRAIN_BOUNDS
from bake.grain_proof import prove_grain
from bake.manifest import Manifest
from bake.opening import Pack
from bake.parts import Statistic
from bake.player import Player
from bake.recipe import Recipe
from bake.reference_scene import gate_of, scene_of_codes
from bake.replay import pixels_of, replay
from bake.steps import Power
from spectral_film.device.device import Device
from spectral_film.emulsion.film import Film
from spectral_film.errors import InputError, UsageError
from spectral_film.path.rendering import render
from spectral_film.path.settings import Settings
from spectral_film.stages.signals import Quantity

# What a pack may be off by, mean and 99th percentile. The pictures: the project's aim for a scene
# with lamps in it. The stages: twice what wide camera gamuts came to, since their bounds are for
# wires that are off by a unit, a sign or a base. The player does in float32
# what the replay does in float64.
BOUNDS = {
    "exposure": (0.03, 0.3),
    "dyes": (0.005, 0.03),
    "printing density": (0.005, 0.03),
    "scene with texture": (0.03, 0.3),
    "replay against engine": (0.3, 1.5),
    "player against engine": (0.3, 1.5),
    "player against replay": (0.01, 0.05),
    "engine against its own render": (0.01, 0.05),
    **GRAIN_BOUNDS,
}
STOP = np.log10(2.0)


@dataclass(frozen=True)
class Verification:
    """What was compared.

    Attributes:
        errors: By name: stages against the engine's taps, then the picture.
        failures: What is off by more than it may be, a sentence each.
        pictures: Display codes by who made them: engine, replay, player, (y, x, 3).
        difference: CIEDE2000 of replay against engine, (y, x).
    """

    errors: dict[str, Statistic]
    failures: tuple[str, ...]
    pictures: dict[str, np.ndarray]
    difference: np.ndarray


def verify(
    pack: Pack,
    device: Device,
    film: Film | str | Path | None = None,
    print_film: Film | str | Path | None = None,
) -> Verification:
    """Play the pack's own picture in all three ways.

    Args:
        pack: What to prove.
        device: Runs the engine.
        film, print_film: The films it was baked from; None: the shipped ones of its ids.

    Raises:
        UsageError: a film is not at hand, or is another one.
    """
    said = pack.manifest
    recipe = recipe_of(said, film, print_film)
    engine = ColourPath(recipe, device)
    codes = _pixels(pack, said.reference.scene)[..., :3]
    pitch = said.reference.pitch_um
    scene = scene_of_codes(codes, said.input.space)
    everything = replace(
        recipe.settings, scatter=True, halation=True, adjacency=True, gate=gate_of(codes, pitch)
    )

    def tapped(quantity: Quantity) -> np.ndarray:
        settings = replace(everything, to=quantity)
        picture = render(scene, settings, device=device, encode=quantity == "display")
        return picture.image.astype(np.float64)

    try:
        wires = replay(said.model_dump(mode="json"), pack.folder, codes, pitch)
    except (ValueError, PyOpenColorIO.Exception) as reason:
        raise InputError(f"{pack.path}: cannot be played ({reason}); bake it again") from None
    planes = np.ascontiguousarray(np.moveaxis(codes, -1, 0))
    played = Player(pack, device).play(planes, (pitch, pitch))
    offset = next(step.offset for step in said.chain.steps if isinstance(step, Power))
    by_engine, by_pack = (
        np.log10(exposure + offset) / STOP for exposure in (tapped("exposure"), wires[EXPOSURE])
    )
    pictures = {
        "engine": tapped("display"),
        "replay": wires[DISPLAY],
        "player": np.moveaxis(played, 0, -1),
        "its own render": _pixels(pack, said.reference.render),
    }

    def apart(one: str, other: str) -> np.ndarray:
        return engine.difference(*(pictures[name].reshape(-1, 3) for name in (one, other)))

    difference = apart("engine", "replay")
    errors = {
        "exposure": _apart(by_engine, by_pack, "stops"),
        "dyes": _apart(tapped("dyes"), wires[DYES], "dye amount"),
        "replay against engine": statistic(difference, CIEDE2000),
        "player against engine": statistic(apart("engine", "player"), CIEDE2000),
        "player against replay": statistic(apart("replay", "player"), CIEDE2000),
        "engine against its own render": statistic(apart("engine", "its own render"), CIEDE2000),
    }
    if said.print_film:
        by_engine, by_pack = tapped("printing-density"), wires[PRINTING_DENSITY]
        errors["printing density"] = _apart(by_engine, by_pack, "density")
    if said.to_scene:
        by_engine = engine.codes(tapped("scene").reshape(-1, 3))
        off = engine.scene_difference(by_engine, wires[TEXTURED_SCENE].reshape(-1, 3))
        errors["scene with texture"] = statistic(off / STOP, "stops")
    if said.chain.grains:
        errors |= prove_grain(pack, engine)
        grainy = Player(pack, device).play(planes, (pitch, pitch), frame=0)
        pictures["with grain"] = np.moveaxis(grainy, 0, -1)
    return Verification(
        errors=errors,
        failures=tuple(_failures(errors)),
        pictures=pictures,
        difference=difference.reshape(codes.shape[:2]),
    )


def recipe_of(
    said: Manifest,
    film: Film | str | Path | None = None,
    print_film: Film | str | Path | None = None,
) -> Recipe:
    """What a pack was baked from; arguments and errors as in `verify`."""
    printed: dict[str, Any] = {"print_film": None}
    if said.print_film and said.chain.printer:
        printed = {
            "print_film": print_film or said.print_film.id,
            "printer_points": said.chain.printer.points,
        }
    recipe = Recipe(
        settings=Settings(
            film=film or said.negative.id,
            display=said.output.display,
            **printed,
            **said.settings.model_dump(exclude={"grain"}),
        ),
        input_space=said.input.space,
        grain=said.settings.grain,
    )
    for stock, here in zip(said.stocks, recipe.films, strict=True):
        if stock.sha256 != here.sha256:
            raise UsageError(
                f"the pack was baked from another {stock.id} (sha256 {stock.sha256[:12]}; here is "
                f"{here.sha256[:12]}); give the film it was baked from with --film or --print"
            )
    return recipe


def _pixels(pack: Pack, name: str) -> np.ndarray:
    try:
        return pixels_of(pack.file(name))
    except ValueError as reason:
        raise InputError(f"{pack.path}: {name} is no picture ({reason}); bake it again") from None


def _apart(one: np.ndarray, other: np.ndarray, unit: str) -> Statistic:
    return statistic(np.abs(one - other).max(axis=-1).ravel(), unit)


def _failures(errors: dict[str, Statistic]) -> list[str]:
    return [
        f"{name}: mean {error.mean:g}, p99 {error.p99:g} {error.unit}; may be {mean:g} and {p99:g}"
        for name, error, (mean, p99) in ((n, e, BOUNDS[n]) for n, e in errors.items())
        if error.mean > mean or error.p99 > p99
    ]
