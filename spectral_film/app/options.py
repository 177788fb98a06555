"""Options that several commands share, `bake` among them, and defaults as they are typed."""

from typing import Annotated

import typer

Stock = Annotated[str, typer.Argument(metavar="ID", help="A stock: an id, or an .h5.")]
Film = Annotated[str, typer.Option(help="Camera stock: an id, or an .h5 film model.")]
Exposure = Annotated[float, typer.Option(help="Stops over the meter.")]
Index = Annotated[
    float | None, typer.Option("--ei", help="Exposure index metered at. Default: the film's.")
]
Backing = Annotated[
    str | None, typer.Option(help="rem-jet, ahu or none (the red ring). Default: the film's.")
]
White = Annotated[
    str, typer.Option(help="lamp: 18 % grey stays neutral; print: highlights stay neutral.")
]
Bits = Annotated[int, typer.Option(help="EXR 16|32, TIFF 8|16|32, PNG 8|16, DPX 10|16.")]
DeviceName = Annotated[str | None, typer.Option(help="Part of a device's name.")]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Threads of a CPU device at most, where it can be divided. Default: as many cores as "
        "this process may run on.",
    ),
]

BITS = 16


def typed(setting: object) -> str:
    """A setting as one types it: on, off, none, numbers with commas between, or its name."""
    match setting:
        case None:
            return "none"
        case bool():
            return "on" if setting else "off"
        case tuple():
            return ",".join(f"{number:g}" for number in setting)
        case _:
            return str(setting)
