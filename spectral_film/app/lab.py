"""`spectral-film lab`: a stock under the instruments of a laboratory."""

from pathlib import Path
from typing import Annotated

import typer

from spectral_film.app.options import DeviceName, Stock
from spectral_film.app.terminal import progress, say, say_device, warn
from spectral_film.errors import UsageError
from spectral_film.path.settings import OWN


def lab(
    film: Stock,
    print_film: Annotated[
        str | None,
        typer.Option(
            "--print",
            help="What a negative is printed on; own: by its kind; none.",
            show_default=OWN,
        ),
    ] = None,
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="PAGE", help="An .html; a .json lies beside.")
    ] = Path("lab.html"),
    strict: Annotated[
        bool, typer.Option(help="Exit with 1 where a reading leaves its tolerance.")
    ] = False,
    device: DeviceName = None,
    overwrite: Annotated[bool, typer.Option(help="Replace existing files.")] = False,
) -> None:
    """Put a stock under the instruments of a laboratory, and lay the readings over its sheet."""
    from spectral_film.device.device import open_device
    from spectral_film.emulsion.film import PrintStock
    from spectral_film.emulsion.stocks import load_film, load_print, usual_print
    from spectral_film.lab.record import to_json
    from spectral_film.lab.report import to_html
    from spectral_film.lab.session import measure
    from spectral_film.pages.writing import check_place, write_together

    record = target.with_suffix(".json")
    check_place(target, suffixes=(".html",), overwrite=overwrite)
    check_place(record, suffixes=(".json",), overwrite=overwrite)
    stock = load_film(film)
    if stock.is_positive and print_film not in (None, "none", OWN):
        raise UsageError(
            f"--print {print_film}: {film} is a {stock.kind} film, a positive by itself; leave "
            "--print out"
        )
    usual = None if isinstance(stock, PrintStock) else usual_print(stock)
    name = usual if print_film in (None, OWN) else print_film
    print_stock = None if name in (None, "none") else load_print(name)

    chosen = open_device(device)
    say_device(chosen.name)
    with progress() as announce:
        session = measure(chosen, stock, print_stock, announce)
    write_together({record: to_json(session), target: to_html(session)})
    for check in session.failures:
        warn(
            f"outside: {check.label} {check.value:+.4g} {check.unit}, "
            f"tolerance {check.tolerance:g}",
            "outside",
            reading=check.label,
            value=check.value,
            unit=check.unit,
            tolerance=check.tolerance,
        )
    within = len(session.checks) - len(session.failures)
    say(f"{within} of {len(session.checks)} readings are within their tolerances; {record}")
    typer.echo(target)
    if strict and session.failures:
        raise typer.Exit(1)
