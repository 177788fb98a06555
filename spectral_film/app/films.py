"""`spectral-film films`: which stocks there are."""

import typer


def films() -> None:
    """List the stocks that come with the program."""
    from spectral_film.emulsion.film import CameraFilm
    from spectral_film.emulsion.stocks import load_film, shipped_films

    for name in sorted(shipped_films()):
        film = load_film(name)
        speed = f", EI {film.exposure_index:g}" if isinstance(film, CameraFilm) else ""
        typer.echo(f"{film.id:16} {film.kind:9} {film.maker} {film.name}, {film.balance}{speed}")
