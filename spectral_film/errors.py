"""What can go wrong, in one tree.

    SpectralFilmError
    ├── InputError           a file or an array that cannot be used        (ValueError)
    ├── UsageError           an option that makes no sense                 (ValueError)
    ├── FilmModelError       a film file with missing or broken tables     (ValueError)
    ├── SpectralGridError    spectra that do not cover what is asked       (ValueError)
    ├── OutputError          a place that cannot be written                (OSError)
    ├── DeviceError          no OpenCL device, or a kernel that fails      (RuntimeError)
    └── ClusterError         no cluster, or no worker that can make frames (RuntimeError)

Each also is the builtin a caller would expect. A message is one sentence: what, where, what
was expected, what to try. The command line prints it and exits with `exit_code`. Names and texts
out of files may stand in it: signs that a terminal would obey are shown, not sent.
"""

import difflib
import unicodedata
from collections.abc import Iterable

LONGEST_LINE = 2000  # letters: all short names of colour spaces, twice


def meant(name: str, known: Iterable[str]) -> str:
    """`, did you mean A or B` behind a name that is not known; nothing where none is near."""
    by_key = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(name.casefold(), by_key, n=2, cutoff=0.6)
    return f", did you mean {' or '.join(by_key[key] for key in near)}" if near else ""


def printable(text: str) -> str:
    """`text` with what is no letter, sign or blank spelled out: escapes, line breaks, turns."""
    if text.isprintable():
        return text
    return "".join(
        sign
        if sign.isprintable() or unicodedata.category(sign) == "Zs"
        else sign.encode("unicode_escape").decode()
        for sign in text
    )


def one_line(text: str) -> str:
    """`text` on a line, printable, and no longer than somebody reads."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} ..."


class SpectralFilmError(Exception):
    """Anything this package raises on purpose."""

    exit_code = 2

    def __str__(self) -> str:
        return one_line(super().__str__())


class InputError(SpectralFilmError, ValueError):
    """A picture, a cube or an array that cannot be used."""


class UsageError(SpectralFilmError, ValueError):
    """An option or argument outside what it means."""


class FilmModelError(SpectralFilmError, ValueError):
    """A film file with missing, mis-shaped or non-finite tables."""


class SpectralGridError(SpectralFilmError, ValueError):
    """Spectra that do not cover the wavelengths they are needed at."""


class OutputError(SpectralFilmError, OSError):
    """A file that cannot or must not be written."""


class DeviceError(SpectralFilmError, RuntimeError):
    """No usable OpenCL device, or a kernel that does not build or run."""

    exit_code = 3


class ClusterError(SpectralFilmError, RuntimeError):
    """No cluster at an address, or none of its workers can make a frame."""

    exit_code = 3
