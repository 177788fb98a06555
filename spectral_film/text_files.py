"""Texts that somebody wrote into a file: of bounded size, and out of nothing but files."""

from pathlib import Path

from spectral_film.errors import InputError

LARGEST = 2 << 20  # bytes; a value for each .01 nm of the spectrum is half of it


def read_text(path: Path, what: str, expected: str, largest: int = LARGEST) -> str:
    """The text of an ordinary file; pipes, and devices that never end, are not opened.

    Args:
        path: Where it lies.
        what: What it is, for whoever gave another.
        expected: What it should be.
        largest: The most that it may have, in bytes.

    Raises:
        InputError: it is no such file, or holds no text.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            why = "it is no file"
        elif size > largest:
            why = f"it has {size} bytes, of at most {largest}"
        else:
            return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as problem:  # no text, or a name that is none
        why = getattr(problem, "strerror", None) or "not text"
    raise InputError(f"{path}: the {what} cannot be read ({why}); expected {expected}")
