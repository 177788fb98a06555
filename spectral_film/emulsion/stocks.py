"""Where stocks are found: those that come with the package, and files of one's own."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.reader import read_film
from spectral_film.errors import UsageError, meant


def shipped_films() -> dict[str, Path]:
    """Ids of the stocks that come with the package, and their files."""
    folder = files("spectral_film.assets") / "films"
    return {Path(f.name).stem: Path(str(f)) for f in folder.iterdir() if f.name.endswith(".h5")}


def load_film(name: Film | str | Path) -> CameraFilm | PrintStock:
    """Read a film model: a shipped id, or the path of an `.h5` made by the fit.

    A film in memory is handed on as it is.

    Raises:
        UsageError: no such id or file.
        FilmModelError: a table is missing, mis-shaped or not finite; the message names it.
    """
    if isinstance(name, Film):
        assert isinstance(name, CameraFilm | PrintStock)
        return name
    shipped = shipped_films()
    path = shipped.get(str(name), Path(name))
    if not path.is_file():
        raise UsageError(
            f"film {str(name)!r} is neither a file nor a shipped id{meant(str(name), shipped)}; "
            f"the shipped ones are {', '.join(sorted(shipped))}"
        )
    found = path.stat()
    ours = path == shipped.get(str(name))
    return _read(path.resolve(), found.st_mtime_ns, found.st_size, shipped=ours)


def load_camera_film(name: Film | str | Path) -> CameraFilm:
    """Read a camera stock; as `load_film`, and a UsageError for any other kind."""
    film = load_film(name)
    if not isinstance(film, CameraFilm):
        raise UsageError(f"{film.id} is a {film.kind} film; give a camera negative there")
    return film


def load_print(name: Film | str | Path) -> PrintStock:
    """Read a print stock; as `load_film`, and a UsageError for any other kind."""
    film = load_film(name)
    if not isinstance(film, PrintStock):
        raise UsageError(f"{film.id} is a {film.kind} film; give a print stock there")
    return film


@cache
def _read(path: Path, mtime_ns: int, size: int, *, shipped: bool) -> CameraFilm | PrintStock:
    """The film in a file, read once for as long as the file stays the same."""
    del mtime_ns, size  # part of the key
    return read_film(path, shipped=shipped)
