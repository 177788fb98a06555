"""Files that are refused before the work, or appear whole after it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from spectral_film.errors import OutputError
from spectral_film.unfinished import check_folder, place_of, unfinished


def check_place(path: Path, *, suffixes: Sequence[str], overwrite: bool) -> None:
    """Refuse, before any work is done, a file that could not be written after it.

    Raises:
        OutputError: another suffix, no such folder, or it exists and `overwrite` is not set.
    """
    if path.suffix.lower() not in suffixes:
        raise OutputError(f"{path}: end its name in {' or '.join(suffixes)}")
    if path.is_dir() or not place_of(path).parent.is_dir():
        raise OutputError(f"{path}: is no place for a file; name one in an existing folder")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists; give another name, or --overwrite")
    check_folder(path)


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A name to write to, which becomes `path` when all is written; a link stays a link.

    Raises:
        OutputError: the place cannot be written.
    """
    target = place_of(path)
    partial = unfinished(target)
    try:
        yield partial
        partial.replace(target)
    except OutputError:  # of another that appears with it
        raise
    except OSError as reason:
        raise OutputError(f"{path}: cannot be written ({reason.strerror})") from None
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file that appears only when it is whole.

    Raises:
        OutputError: the place cannot be written.
    """
    write_together({path: text})


def write_together(texts: Mapping[Path, str]) -> None:
    """Write files that appear only when all of them are whole, one right after the other.

    Raises:
        OutputError: a place cannot be written.
    """
    with ExitStack() as all_of_them:
        for path, text in texts.items():
            partial = all_of_them.enter_context(appearing(path))
            partial.write_text(text, encoding="utf-8")
