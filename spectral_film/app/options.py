"""Options that several commands share, `bake` among them.

An option names the group it is listed in. Few users need those that are `hidden`: `--help` is one
screen without them, and `--help-all` lists them too.
"""

import re
from pathlib import Path
from typing import Annotated

import typer

PICTURE_PANEL, FILM_PANEL, PRINT_PANEL, OUT_PANEL = "Picture in", "Film", "Print", "Out"


def show_all(context: typer.Context, wanted: bool) -> None:
    """List every option of a command, and stop."""
    if wanted:
        for parameter in context.command.params:
            parameter.hidden = False  # type: ignore[attr-defined]
        typer.echo(context.get_help())
        raise typer.Exit


HelpAll = Annotated[
    bool,
    typer.Option(
        "--help-all",
        callback=show_all,
        is_eager=True,
        help="List every option; those of any command: `spectral-film --help`.",
    ),
]
Stock = Annotated[str, typer.Argument(metavar="ID", help="A stock: an id, or an .h5.")]
Film = Annotated[
    str,
    typer.Option(
        metavar="ID", rich_help_panel=FILM_PANEL, help="Camera stock: an id, or an .h5 film model."
    ),
]
Push = Annotated[
    int,
    typer.Option(
        metavar="STOPS",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Development pushed by whole stops, where the stock has a sheet of it.",
    ),
]
Development = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="One of those that the sheet prints, such as 6min. Default: its usual one.",
    ),
]
PrintDevelopment = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=PRINT_PANEL,
        hidden=True,
        help="Likewise of the print, or the grade of a paper.",
    ),
]
Exposure = Annotated[
    float,
    typer.Option(metavar="STOPS", rich_help_panel=FILM_PANEL, help="Stops over the meter."),
]
Filter = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=FILM_PANEL,
        help="Over the lens, unseen by the meter: Wratten 25, 85 ... or CSV.",
    ),
]
Index = Annotated[
    float | None,
    typer.Option(
        "--ei",
        metavar="N",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Exposure index metered at. Default: the film's.",
    ),
]
GrainSize = Annotated[
    float,
    typer.Option(
        metavar="F",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Factor on the size of its clouds, which is assumed, at the published granularity.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        metavar="N",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Seed of the grain.",
    ),
]
FrameNumber = Annotated[
    int | None,
    typer.Option(
        "--frame",
        metavar="N",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Frame that grain is of. Default: digits at the end of INPUT's name.",
    ),
]
Backing = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="rem-jet, ahu or none (the red ring). Default: the film's.",
    ),
]
Upsampling = Annotated[
    str,
    typer.Option(
        metavar="PRIOR",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="RGB is taken for a surface as measured ones are, or jakob-hanika, a smooth one.",
    ),
]
PrinterPoints = Annotated[
    str,
    typer.Option(
        metavar="R,G,B",
        rich_help_panel=PRINT_PANEL,
        help="Printer lights; 25 each: as --balance says.",
    ),
]
White = Annotated[
    str,
    typer.Option(
        metavar="WHITE",
        rich_help_panel=PRINT_PANEL,
        hidden=True,
        help="White of the eye: the clear print, or the lamp.",
    ),
]
Balance = Annotated[
    str,
    typer.Option(
        metavar="AIM",
        rich_help_panel=PRINT_PANEL,
        hidden=True,
        help="Grey is neutral to that eye, or lad: a lab's.",
    ),
]
Flare = Annotated[
    float | None,
    typer.Option(
        metavar="PERCENT",
        rich_help_panel=PRINT_PANEL,
        hidden=True,
        help="Stray light of the viewing, of the open gate: 0 to 10; else that of the film.",
        show_default=False,
    ),
]
Gamut = Annotated[
    str,
    typer.Option(
        metavar="RULE",
        rich_help_panel=OUT_PANEL,
        hidden=True,
        help="Colours beyond the display: compress or clip.",
    ),
]
Bits = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        rich_help_panel=OUT_PANEL,
        help="16; EXR 32, TIFF 8|32, PNG 8, DPX 10, JPEG 8.",
    ),
]
Nan = Annotated[
    str,
    typer.Option(
        metavar="RULE",
        rich_help_panel=PICTURE_PANEL,
        hidden=True,
        help="NaN and infinite pixels: refuse them, or zero makes them black.",
    ),
]
Spectra = Annotated[
    str | None,
    typer.Option(
        metavar="KIND",
        rich_help_panel=PICTURE_PANEL,
        help="What a cube holds: reflectance or radiance.",
    ),
]
Wavelengths = Annotated[
    str | None,
    typer.Option(
        metavar="NM",
        rich_help_panel=PICTURE_PANEL,
        hidden=True,
        help="Of a cube that names none, in nm: 400:700:10, or 400,410,...",
    ),
]
Part = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|N",
        rich_help_panel=PICTURE_PANEL,
        hidden=True,
        help="Part or page, counted from 0; else the beauty.",
    ),
]
Layer = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=PICTURE_PANEL,
        hidden=True,
        help="Layer of the R, G, B wanted; else the beauty.",
    ),
]
DeviceName = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Part of a device's name; see `spectral-film devices`."),
]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        hidden=True,
        help="Threads of a CPU device at most, where it can be divided. Default: as many cores as "
        "this process may run on.",
    ),
]


def note_on_frame(source: Path) -> list[str]:
    """What to say of a picture whose name has a number, but not where one is looked for."""
    from spectral_film.shot.numbering import number_in_name

    if number_in_name(source) is not None or not re.search("[0-9]", source.stem):
        return []
    return [
        f"the grain is of frame 0, since the name {source.stem} ends in no number; in a sequence, "
        "give each picture its own by --frame"
    ]
