"""`spectral-film metamerism`: what film sees that a camera or an eye does not."""

from pathlib import Path
from typing import Annotated

import typer

from spectral_film.app.options import (
    DeviceName,
    Film,
    Nan,
    Spectra,
    Wavelengths,
)
from spectral_film.app.recipe import RecipeFile
from spectral_film.app.terminal import progress, say, say_device, warn
from spectral_film.errors import UsageError
from spectral_film.path.settings import Settings, typed


def metamerism(
    recipe_file: RecipeFile = None,
    film: Film = typed(Settings.film),
    print_film: Annotated[
        str, typer.Option("--print", metavar="ID", help="Print stock: an id, or an .h5 film model.")
    ] = typed(Settings.print_film),
    camera: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|CSV",
            help="A digital camera, or a CSV of wavelength,red,green,blue; again for more. "
            "Default: Nikon D5100 and Sigma SD1 Merrill.",
        ),
    ] = None,
    light: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="D55, LED-B3, 3200K, a CSV of wavelength,value; again for more. Default: twelve "
            "usual ones.",
        ),
    ] = None,
    cube: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A picture made of spectra: ENVI .hdr or spectral EXR. Default: the built-in "
            "scene.",
        ),
    ] = None,
    spectra: Spectra = None,
    wavelengths: Wavelengths = None,
    nan: Nan = "refuse",
    target: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="PAGE", help="An .html; a .json and tables lie beside."
        ),
    ] = Path("report.html"),
    fail_over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=VALUE",
            help="Exit with 1 where the largest METRIC of the .json is over VALUE; again for more.",
        ),
    ] = None,
    device: DeviceName = None,
    overwrite: Annotated[bool, typer.Option(help="Replace existing files.")] = False,
) -> None:
    """Compare a film with cameras and the eye: what no LUT mends, lights, metamers, a picture."""
    from spectral_film.device.device import open_device
    from spectral_film.files.pictures import read_scene
    from spectral_film.light.demo_scene import demo_scene
    from spectral_film.metamerism.lights import USUAL
    from spectral_film.metamerism.lights import light as light_of
    from spectral_film.metamerism.limits import limit
    from spectral_film.metamerism.observers import CAMERAS
    from spectral_film.metamerism.observers import camera as camera_of
    from spectral_film.metamerism.report.files import check_report, write_report
    from spectral_film.metamerism.study import compare
    from spectral_film.path.pipeline import check_settings

    limits = [limit(text) for text in fail_over or ()]
    read = [Path(name) for name in (*(camera or ()), *(light or ()), *filter(None, [cube]))]
    check_report(target, read, overwrite=overwrite)
    settings = Settings(film=film, print_film=None if print_film == "none" else print_film)
    check_settings(settings)
    cameras = [camera_of(name) for name in camera or CAMERAS]
    lights = [light_of(name) for name in light or USUAL]
    if cube is None and (spectra or wavelengths):
        raise UsageError("--spectra and --wavelengths say how to read a cube; name it with --cube")

    chosen = open_device(device)
    say_device(chosen.name)
    scene = (
        demo_scene() if cube is None else read_scene(cube, spectra=spectra, wavelengths=wavelengths)  # type: ignore[arg-type]
    )
    name = "the built-in scene" if cube is None else cube.name
    with progress() as announce:
        found = compare(settings, cameras, lights, (name, scene), chosen, announce)
    record = write_report(found, target, overwrite=overwrite)
    for sentence in record["findings"]:
        say(sentence, "finding")
    typer.echo(target)
    over = [(one, one.largest(record)) for one in limits]
    over = [(one, largest) for one, largest in over if largest > one.value]
    for one, largest in over:
        warn(
            f"over its limit: {one.metric} is {largest:.4g}, at most {one.value:g} was allowed",
            "over",
            metric=one.metric,
            value=largest,
            limit=one.value,
        )
    if over:
        raise typer.Exit(1)
