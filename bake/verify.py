"""Does a pack do what the engine does? Engine, replay and player on the pack's own picture."""

from dataclasses import dataclass

import numpy as np

from bake.colour_path import ColourPath
from bake.error import CIEDE2000, statistic
from bake.manifest import Manifest, Statistic
from bake.opening import Pack
from bake.play import Player
from bake.recipe import Recipe
from bake.replay import pixels_of, replay
from spectral_film.device import Device
from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import named_space
from spectral_film.pipeline import Settings
from spectral_film.rendering import render
from spectral_film.scene import Scene
from spectral_film.signals import Quantity

# What a pack may be off by. Mean and 99th percentile: the aim of the project for a picture with
# lamps in it. The player computes what the replay does, in float32 and in other steps.
ENGINE_MEAN, ENGINE_P99, PLAYER_P99 = 0.3, 1.5, 0.2
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


def verify(pack: Pack, device: Device) -> Verification:
    """Play the pack's own picture in all three ways.

    Raises:
        UsageError: the film it was baked from is not at hand.
    """
    said = pack.manifest
    codes = pixels_of(pack.file(said.reference.scene))[..., :3]
    pitch = said.reference.pitch_um
    engine = ColourPath(recipe_of(said), device)
    scene = _scene(codes, said.input.space)

    def tapped(quantity: Quantity) -> np.ndarray:
        settings = settings_of(said, to=quantity, gate=f"{codes.shape[1] * pitch / 1000!r}x10")
        picture = render(scene, settings, device=device, encode=quantity == "display")
        return picture.image.astype(np.float64)

    wires = replay(pack.folder, codes, pitch)
    offset = said.layer_exposure.exposure_offset_lux_s
    by_engine, by_pack = (
        np.log10(exposure + offset) / STOP for exposure in (tapped("exposure"), wires["exposure"])
    )
    errors = {
        "exposure": _apart(by_engine, by_pack, "stops"),
        "dyes": _apart(tapped("dyes"), wires["dyes"], "dye amount"),
        "printing density": _apart(
            tapped("printing-density"), wires["printing density"], "density"
        ),
    }
    pictures = {
        "engine": tapped("display"),
        "replay": wires["display"],
        "player": np.moveaxis(
            Player(pack).play(np.ascontiguousarray(np.moveaxis(codes, -1, 0)), (pitch, pitch)),
            0,
            -1,
        ),
    }

    def apart(one: str, other: str) -> np.ndarray:
        colours = (pictures[name].reshape(-1, 3) for name in (one, other))
        return engine.difference(*colours)

    difference = apart("engine", "replay")
    errors["replay against engine"] = statistic(difference, CIEDE2000)
    errors["player against engine"] = statistic(apart("engine", "player"), CIEDE2000)
    errors["player against replay"] = statistic(apart("replay", "player"), CIEDE2000)
    return Verification(
        errors=errors,
        failures=tuple(_failures(errors)),
        pictures=pictures,
        difference=difference.reshape(codes.shape[:2]),
    )


def settings_of(said: Manifest, **changes: object) -> Settings:
    """The engine's settings that a pack was baked with."""
    options: dict[str, object] = dict(said.settings)
    for name in ("exposure", "ei"):
        if name in options:
            options[name] = float(said.settings[name])
    options["printer_points"] = said.view.printer_points
    return Settings(**options | changes)  # type: ignore[arg-type]  # names are those of the fields


def recipe_of(said: Manifest) -> Recipe:
    """What a pack was baked from.

    Raises:
        UsageError: a film of that name is not here, or is another one.
    """
    recipe = Recipe(settings=settings_of(said), input_space=said.input.space)
    for stock, film in ((said.negative, recipe.negative), (said.print_film, recipe.print_film)):
        if stock.sha256 != film.sha256:
            raise UsageError(
                f"the pack was baked from another {stock.id} (sha256 {stock.sha256[:12]}; here is "
                f"{film.sha256[:12]}); bake it again, or take the program it was baked with"
            )
    return recipe


def _scene(codes: np.ndarray, space: str) -> Scene:
    linear = np.array(codes, np.float32, order="C")
    named_space(space)(linear)
    return Scene(planes=np.ascontiguousarray(np.moveaxis(linear, -1, 0)))


def _apart(one: np.ndarray, other: np.ndarray, unit: str) -> Statistic:
    return statistic(np.abs(one - other).max(axis=-1).ravel(), unit)


def _failures(errors: dict[str, Statistic]) -> list[str]:
    bounds = {
        "replay against engine": (ENGINE_MEAN, ENGINE_P99),
        "player against engine": (ENGINE_MEAN, ENGINE_P99),
        "player against replay": (PLAYER_P99, PLAYER_P99),
    }
    return [
        f"{name}: CIEDE2000 mean {errors[name].mean:g}, p99 {errors[name].p99:g}; may be "
        f"{mean:g} and {p99:g}"
        for name, (mean, p99) in bounds.items()
        if errors[name].mean > mean or errors[name].p99 > p99
    ]
