"""`spectral-film bake`: parse, call, report. No arithmetic here.

Every import that costs time sits inside the command that needs it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spectral_film.terminal import numbers, progress, say

if TYPE_CHECKING:
    from spectral_film.pipeline import Settings

app = typer.Typer(help="Bake the film for other software.", no_args_is_help=True)

Film = Annotated[str, typer.Option(help="Camera stock: an id, or an .h5 film model.")]
Print = Annotated[str, typer.Option("--print", help="Print stock, or none.")]
InputSpace = Annotated[
    str,
    typer.Option(help="What comes in: a log-coded OCIO space; a .clf takes scene-linear ones too."),
]
Display = Annotated[str, typer.Option(help="sRGB, Rec.709, P3-D65, P3-DCI or Rec.2020.")]
White = Annotated[
    str, typer.Option(help="lamp: 18 % grey stays neutral; print: highlights stay neutral.")
]
Illuminant = Annotated[str | None, typer.Option(help="Taking light. Default: the film's balance.")]
Exposure = Annotated[float, typer.Option(help="Stops over the meter.")]
Index = Annotated[
    float | None, typer.Option("--ei", help="Exposure index metered at. Default: the film's.")
]
Points = Annotated[str, typer.Option(help="Printer lights R,G,B; 25,25,25 prints grey on the LAD.")]
DeviceName = Annotated[str | None, typer.Option(help="Part of a device's name.")]
Overwrite = Annotated[bool, typer.Option(help="Replace what is there.")]


def _settings(
    *,
    film: str,
    print_film: str,
    display: str,
    white: str,
    illuminant: str | None,
    exposure: float,
    ei: float | None,
    printer_points: str,
) -> "Settings":
    from spectral_film.pipeline import Settings, check_settings

    settings = Settings(
        film=film,
        print_film=None if print_film == "none" else print_film,
        display=display,
        white=white,  # type: ignore[arg-type]  # checked by Settings
        illuminant=illuminant,
        exposure=exposure,
        ei=ei,
        printer_points=numbers("--printer-points", printer_points, 3),
    )
    check_settings(settings)
    return settings


@app.command()
def lut(
    target: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="LUT", help=".cube, .clf, .csp or .spi3d."),
    ],
    size: Annotated[int, typer.Option(help="Nodes along an edge: 33 or 65; 9 to 129.")] = 33,
    form: Annotated[
        str,
        typer.Option(
            help="film: scene to display. negative: scene to printing density as a Cineon code. "
            "print: from there to display. lmt: a look, to be shown through the ACES output."
        ),
    ] = "film",
    film: Film = "vision3-250d",
    print_film: Print = "2383",
    input_space: InputSpace = "ACEScct",
    display: Display = "Rec.709",
    white: White = "lamp",
    illuminant: Illuminant = None,
    exposure: Exposure = 0.0,
    ei: Index = None,
    printer_points: Points = "25,25,25",
    device: DeviceName = None,
    overwrite: Overwrite = False,
) -> None:
    """Bake the colour path into one table. Its error is measured, printed, and in its header.

    Tables hold no scatter, halation, edge effects or grain: a pack does.
    """
    from bake.error import rows
    from bake.lut import bake_lut, check_lut
    from bake.recipe import Recipe
    from spectral_film.device import open_device
    from spectral_film.page import check_place, write_text

    recipe = Recipe(
        settings=_settings(
            film=film,
            print_film=print_film,
            display=display,
            white=white,
            illuminant=illuminant,
            exposure=exposure,
            ei=ei,
            printer_points=printer_points,
        ),
        input_space=input_space,
        form=form,  # type: ignore[arg-type]  # checked by Recipe
    )
    check_lut(recipe, target, size)
    check_place(target, suffixes=(target.suffix.lower(),), overwrite=overwrite)
    chosen = open_device(device)
    say(f"device: {chosen.name}")
    with progress() as announce:
        baked = bake_lut(recipe, chosen, size, announce)
    write_text(target, baked.text(target))
    what, takes, gives, *_ = baked.contract().lines()
    for line in (what, takes, gives, *rows(list(baked.judged))):
        typer.echo(line)
    typer.echo(target)
