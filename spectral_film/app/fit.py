"""`spectral-film fit`: a stock made from its datasheet."""

from pathlib import Path
from typing import Annotated

import typer

from spectral_film.app.terminal import progress, say
from spectral_film.errors import UsageError


def fit(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET_DIR", help="sheet.toml and CSV tables.")],
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="STOCK.h5", help="The film model to make.")
    ],
    chart: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="A colour chart measured on the screen, patch,X,Y,Z or patch,L,a,b: the film "
            "moves towards it by CIEDE2000, as far as its sheet allows.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="An .html: data, fit, residuals, confidence."),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace existing files.")] = False,
) -> None:
    """Make a stock from the tables of its datasheet. Needs the extra `fit` (JAX)."""
    try:
        from reference.fit.chart import read_chart
        from reference.fit.chart_fit import fit_chart, must_be_photographed_on
        from reference.fit.film_file import write_film
        from reference.fit.model import fit_film
        from reference.fit.page import to_html
        from reference.fit.report import lines
        from reference.fit.sheet import read_sheet
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"fit needs {missing.name}, which is not installed; "
            "run: pip install 'spectral-film[fit]'"
        ) from missing
    from spectral_film.pages.writing import check_place, write_text

    check_place(target, suffixes=(".h5",), overwrite=overwrite)
    if report is not None:
        check_place(report, suffixes=(".html",), overwrite=overwrite)
    figures = read_sheet(sheet)
    measured = None if chart is None else read_chart(chart)
    if measured is not None:
        must_be_photographed_on(figures, measured)
    with progress() as announce:
        model = fit_film(figures, announce)
        charted = None if measured is None else fit_chart(model, measured)
    if charted is not None:
        model = charted.model
    for line in lines(model, charted):
        typer.echo(line)
    write_film(target, model)
    if report is not None:
        write_text(report, to_html(model, charted))
        say(f"the report is {report}")
    typer.echo(target)
