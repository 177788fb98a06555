"""`spectral-film show`: what a stock is, drawn and in numbers."""

from pathlib import Path
from typing import Annotated

import typer

from spectral_film.app.options import DeviceName, Stock
from spectral_film.app.terminal import say


def show(
    film: Stock,
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .png or .svg. Default: ID.png."),
    ] = None,
    device: DeviceName = None,
    overwrite: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
) -> None:
    """Draw a stock's curves, measured over published, and print its numbers."""
    from spectral_film.device.device import open_device
    from spectral_film.emulsion.description import describe
    from spectral_film.emulsion.stocks import load_film
    from spectral_film.lab.stock_drawing import SUFFIXES, draw
    from spectral_film.pages.writing import check_place

    stock = load_film(film)
    path = target or Path(f"{stock.id}.png")
    check_place(path, suffixes=SUFFIXES, overwrite=overwrite)
    draw(open_device(device), stock, path, overwrite=overwrite)
    for line in describe(stock):
        typer.echo(line)
    say(f"the curves are drawn in {path}")
