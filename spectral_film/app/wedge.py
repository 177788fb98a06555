"""`spectral-film wedge`: one picture at several exposures or printer lights, to choose from."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spectral_film.app.options import DeviceName, Spectra
from spectral_film.app.terminal import numbers, progress, say_device
from spectral_film.errors import UsageError
from spectral_film.path.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from spectral_film.device.device import Device
    from spectral_film.light.scene import Scene

MOST = 15  # pictures of a strip
NARROWEST, WIDEST = 32, 2048  # of each, pixels
USUAL = "-2,-1,0,1,2"


def wedge(
    source: Annotated[
        Path, typer.Argument(metavar="PICTURE", help="Whatever render takes; one picture.")
    ],
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="STRIP", help="A .png, .tif or .jpg.")
    ],
    exposures: Annotated[
        str | None,
        typer.Option(metavar="STOPS,...", help=f"Stops over the meter of each. Default: {USUAL}."),
    ] = None,
    points: Annotated[
        str | None,
        typer.Option(
            metavar="N,...",
            help="Or printer lights: 19,22,25,28,31. At 25 the three are as the recipe has them, "
            "and so far from each other elsewhere.",
        ),
    ] = None,
    width: Annotated[
        int,
        typer.Option(metavar="PX", help=f"Of each picture at most, {NARROWEST} to {WIDEST}."),
    ] = 480,
    recipe: Annotated[
        Path | None,
        typer.Option(metavar="TOML", help="All other settings; see `spectral-film recipe`."),
    ] = None,
    film: Annotated[str | None, typer.Option(metavar="ID", help="Camera stock.")] = None,
    print_film: Annotated[
        str | None, typer.Option("--print", metavar="ID", help="Print stock; own; none.")
    ] = None,
    input_space: Annotated[str | None, typer.Option(metavar="NAME", help="As of render.")] = None,
    input_view: Annotated[str | None, typer.Option(metavar="NAME", help="As of render.")] = None,
    spectra: Spectra = None,
    device: DeviceName = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file.")] = False,
) -> None:
    """Print a strip of one picture, at exposures or printer lights that stand under each.

    The film is that of render at fewer pixels, so its grain and halos are smaller in the picture.
    """
    from spectral_film.device.device import open_device
    from spectral_film.files.output import check_target, write_picture
    from spectral_film.files.pictures import read_scene
    from spectral_film.files.strip import strip_of
    from spectral_film.light.shrinking import shrunk
    from spectral_film.path.pipeline import check_settings

    if not NARROWEST <= width <= WIDEST:
        raise UsageError(f"--width is {width}, expected {NARROWEST} to {WIDEST} pixels")
    settings = _settings(recipe, film, print_film)
    steps = dict(_steps(settings, exposures, points))
    if target.suffix.lower() not in (".png", ".tif", ".tiff", ".jpg", ".jpeg"):
        raise UsageError(f"{target}: a strip is a .png, a .tif or a .jpg; give it such a name")
    check_target(target, overwrite=overwrite, bits=None, quantity="display",
                 display=settings.display)  # fmt: skip
    for step in steps.values():
        check_settings(step)
    scene = shrunk(
        read_scene(source, input_space=input_space, input_view=input_view, spectra=spectra),  # type: ignore[arg-type]
        width,
    )
    chosen = open_device(device)
    say_device(chosen.name)
    pictures, made_by = _printed(scene, steps, chosen)
    write_picture(
        target,
        strip_of(pictures, list(steps)),
        display=settings.display,
        metadata=made_by | {"wedge": "; ".join(steps)},
        overwrite=overwrite,
    )
    typer.echo(target)


def _settings(recipe: Path | None, film: str | None, print_film: str | None) -> Settings:
    from spectral_film.path.recipe import read_recipe

    said: dict[str, Any] = read_recipe(recipe) if recipe else {}
    if film is not None:
        said["film"] = film
    if print_film is not None:
        said["print_film"] = None if print_film == "none" else print_film
    if said.get("to", "display") != "display":
        raise UsageError("a strip is looked at, so it ends at the display; leave `to` out")
    return Settings(**said)


def _steps(
    settings: Settings, exposures: str | None, points: str | None
) -> Iterator[tuple[str, Settings]]:
    """What stands under each picture, and its settings."""
    from spectral_film.path.films import print_of
    from spectral_film.stages.printing import NORMAL_POINTS

    if points is None:
        for stops in _several("--exposures", exposures or USUAL):
            yield f"{stops:+g} stops", replace(settings, exposure=stops)
        return
    if exposures is not None:
        raise UsageError("--exposures and --points are two strips; give one of them")
    if print_of(settings) is None:
        raise UsageError("--points are of a printer, and nothing is printed here; give --exposures")
    for light in _several("--points", points):
        red, green, blue = (one + light - NORMAL_POINTS for one in settings.printer_points)
        lights = red, green, blue
        yield " ".join(f"{one:g}" for one in lights), replace(settings, printer_points=lights)


def _several(option: str, text: str) -> tuple[float, ...]:
    found = numbers(option, text, None)
    if not 1 <= len(set(found)) == len(found) <= MOST:
        raise UsageError(f"{option} is {text!r}, expected 1 to {MOST} different numbers")
    return found


def _printed(
    scene: "Scene", steps: dict[str, Settings], device: "Device"
) -> "tuple[list[np.ndarray], dict[str, object]]":
    """Each picture as codes, and the provenance that all share."""
    from spectral_film.path.rendering import LightTable

    table, pictures = LightTable(device, keep=True), []
    provenance: list[dict[str, object]] = []
    with progress() as announce:
        for at, (words, settings) in enumerate(steps.items(), 1):
            announce(words, at, len(steps))
            done = table.render(scene, settings, encode=True)
            pictures.append(done.planes.copy())
            provenance.append(dict(done.metadata))
    first = provenance[0]
    shared = {name: value for name, value in first.items()
              if all(one[name] == value for one in provenance)}  # fmt: skip
    return pictures, shared
