"""`spectral-film films`: which stocks there are."""

import typer


def films() -> None:
    """List the stocks that come with the program: kind, speed, balance, grade, name.

    Grade A: two people read its sheet, and it has every chart; B: one reader; C: something is
    inferred, or left out.
    """
    from spectral_film.emulsion.film import CameraFilm
    from spectral_film.emulsion.stocks import load_film, shipped_films

    stocks = [load_film(name) for name in sorted(shipped_films())]
    rows = [
        (
            film.id,
            "paper" if getattr(film, "viewing", "") == "reflection" else film.kind,
            f"EI {film.exposure_index:g}" if isinstance(film, CameraFilm) else "",
            film.balance,
            film.grade or "-",
            film.name,
        )
        for film in stocks
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
