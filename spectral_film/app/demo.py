"""`spectral-film demo`: the built-in scene, and a page that follows it through the film."""

from pathlib import Path
from typing import Annotated

import typer

from spectral_film.app.options import DeviceName
from spectral_film.app.terminal import progress, say_device


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")] = Path(
        "demo-out"
    ),
    device: DeviceName = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the files of an earlier demo.")] = False,
) -> None:
    """Render the built-in scene with everything on, and a page that shows the stages."""
    from spectral_film.app.demo_page import make_demo
    from spectral_film.device.device import open_device

    chosen = open_device(device)
    say_device(chosen.name)
    with progress() as announce:
        page = make_demo(folder, chosen, overwrite=overwrite, announce=announce)
    typer.echo(page)
