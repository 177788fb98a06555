"""`spectral-film studio`: a page that shows the film live."""

from pathlib import Path
from typing import Annotated, Any

import typer

from spectral_film.app.options import (
    DeviceName,
    HelpAll,
    Layer,
    Nan,
    Part,
    Spectra,
    Wavelengths,
)
from spectral_film.app.recipe import comments_of, settings_among
from spectral_film.app.terminal import say, say_device
from spectral_film.errors import UsageError

# What the page can order, and with which settings, the commands themselves say.
ORDERS = ("render", "bake lut", "bake pack")


def studio(
    context: typer.Context,
    source: Annotated[
        Path | None,
        typer.Argument(metavar="[PICTURE]", help="Whatever render takes; else the built-in scene."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="TOML", help="Settings to start with.")
    ] = None,
    input_space: Annotated[str | None, typer.Option(metavar="NAME", help="As of render.")] = None,
    input_view: Annotated[str | None, typer.Option(metavar="NAME", help="As of render.")] = None,
    spectra: Spectra = None,
    wavelengths: Wavelengths = None,
    part: Part = None,
    layer: Layer = None,
    nan: Nan = "refuse",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="0: any that is free.")
    ] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page; its address is printed.")] = True,
    device: DeviceName = None,
    help_all: HelpAll = False,
) -> None:
    """Show the film live on a page of this machine, with its controls and instruments.

    Nothing is written but where you say. Ctrl-C ends it.
    """
    try:
        from spectral_film.studio.serving import listening, serve
    except ImportError:
        raise UsageError("the studio needs a server; pip install 'spectral-film[studio]'") from None
    from spectral_film.device.device import open_device
    from spectral_film.path.recipe import FILES, KEYS, read_recipe
    from spectral_film.studio.bench import Bench
    from spectral_film.studio.opened import open_picture
    from spectral_film.studio.server import Studio

    start = read_recipe(recipe) if recipe else {}
    keys = {field: key for key, field in KEYS.items()}
    told = {
        "input_space": input_space,
        "input_view": input_view,
        "spectra": spectra,
        "wavelengths": wavelengths,
        "part": part,
        "layer": layer,
        "nan": nan if nan != "refuse" else None,  # which a command need not be told
    }
    opened = open_picture(source, {name: value for name, value in told.items() if value})
    files = frozenset(str(start[field]) for field in FILES if start.get(field))
    chosen = open_device(device)
    bench = Bench(chosen, opened, files)
    said = {keys[field]: _as_said(value) for field, value in start.items()}
    bench.settings(said)
    commands = {name: _command(context, name) for name in ORDERS}
    options = {
        name: frozenset(keys[field] for field, _ in settings_among(command))
        for name, command in commands.items()
    }
    listener = listening(port)
    say_device(chosen.name)

    def ready(address: str) -> None:
        typer.echo(address)
        say("Ctrl-C ends it")
        if browser:
            page.open_browser(address)

    page = Studio(bench, options, said, comments_of(commands["render"]))
    try:
        serve(page, listener, ready).run(sockets=[listener])
    except KeyboardInterrupt:  # which is how it ends
        pass
    finally:
        page.close()
        listener.close()


def _as_said(value: Any) -> Any:
    """A setting as a recipe says it."""
    return "none" if value is None else list(value) if isinstance(value, tuple) else value


def _command(context: typer.Context, name: str) -> Any:
    found: Any = context.find_root().command
    for word in name.split():
        found = found.commands[word]
    return found
