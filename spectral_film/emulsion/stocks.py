"""Where stocks are found: those that come with the package, and files of one's own."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.frame import GATES_MM
from spectral_film.emulsion.reader import read_film
from spectral_film.errors import UsageError, meant

# What negatives are printed on: for the cinema, as photographs, in black and white.
CINEMA_PRINT, STILL_PRINT, SILVER_PRINT = "2383", "endura-premier", "2302"


@cache  # each render asks several times, and a folder takes a millisecond to list
def shipped_films() -> Mapping[str, Path]:
    """Ids of the stocks that come with the package, and their files."""
    folder = files("spectral_film.assets") / "films"
    found = {Path(f.name).stem: Path(str(f)) for f in folder.iterdir() if f.name.endswith(".h5")}
    return MappingProxyType(found)


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
        raise UsageError(f"{film.id} is a {film.kind} film; give a camera film there")
    return film


def load_pushed(film: CameraFilm, stops: int) -> CameraFilm:
    """A camera stock as it is when its development is pushed: a stock with a sheet of its own.

    Its name is that of the stock with `-push1` behind it for one stop; it ships with the package,
    or lies beside the file of the stock.

    Raises:
        UsageError: there is no such sheet.
    """
    shipped = shipped_films()
    folder = film.path.parent if film.file is not None and film.unchanged else None
    there = set(shipped) | ({path.stem for path in folder.glob("*.h5")} if folder else set())
    stem = f"{film.id}-{'push' if stops > 0 else 'pull'}{abs(stops)}"
    if stem not in there:
        known = sorted(name for name in there if name.startswith(f"{film.id}-pu"))
        raise UsageError(
            f"--push {stops:+d}: no sheet of {film.id} developed so is here"
            + (f"; there is {', '.join(known)}" if known else ", nor any other of it pushed")
        )
    return load_camera_film(shipped.get(stem) or (folder or Path()) / f"{stem}.h5")


def usual_print(film: CameraFilm) -> str | None:
    """Id of what a film of this kind is printed on; None: a slide is looked at itself."""
    if film.is_positive:
        return None
    if film.process == "silver":
        return SILVER_PRINT
    return CINEMA_PRINT if (film.gate or "super35").lower() in GATES_MM else STILL_PRINT


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
