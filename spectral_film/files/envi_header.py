"""The text beside an ENVI cube: `key = value` lines, some with lists in braces.

Instruments and programs write it in many ways; what is meant is the same. Bands that are marked
bad have nothing to say, so a number that is none is judged by whoever needs it: here it is a NaN.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectral_film.errors import InputError

LARGEST_BYTES = 1 << 26  # 64 MB: a hundred times the header of a thousand bands
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def begins_header(start: bytes) -> bool:
    """Whether a file that starts so is an ENVI header."""
    return _decoded(start).startswith("ENVI")


@dataclass(frozen=True)
class Header:
    """What the text says, by key in small letters; values as they stand, braces taken off.

    Attributes:
        path: The file, for messages.
        fields: Key -> value.
    """

    path: Path
    fields: dict[str, str]

    def __contains__(self, key: str) -> bool:
        return bool(self.fields.get(key))

    def text(self, key: str, default: str = "") -> str:
        """A value as words: small letters, single blanks."""
        return " ".join(self.fields.get(key, default).casefold().split())

    def whole(self, key: str, default: int | None = None, least: int = 0) -> int:
        """A whole number of at least `least`; one that is not there is `default`.

        Raises:
            InputError: it is none, or is missing and has no default.
        """
        said = self.fields.get(key) or ("" if default is None else str(default))
        try:
            value = int(said)
        except ValueError:
            value = least - 1
        if value < least:
            got = f"is {said[:40]!r}" if said else "is missing"
            raise InputError(
                f"{self.path}: `{key}` {got}, expected a whole number of {least} or more; correct "
                "the header"
            )
        return value

    def number(self, key: str) -> float:
        """A number, NaN too.

        Raises:
            InputError: it is none.
        """
        try:
            return float(self.fields[key].replace(",", "."))
        except ValueError:
            raise InputError(
                f"{self.path}: `{key}` is {self.fields[key][:40]!r}, expected a number; correct "
                "the header"
            ) from None

    def numbers(self, key: str, count: int) -> np.ndarray:
        """A list of numbers, (count,); what cannot be read as a number is NaN.

        Raises:
            InputError: there are more or fewer.
        """
        said = self.fields[key]
        # Where commas are decimal, blanks or semicolons stand between the numbers.
        for between, decimal in ((r"[,\s]+", "."), (r"[;\s]+", ",")):
            words = [word.strip(" ,") for word in re.split(between, said) if word.strip(" ,")]
            if len(words) == count:
                return np.array([_number(word.replace(decimal, ".")) for word in words])
        raise InputError(
            f"{self.path}: `{key}` should be {count} numbers, one for each band; correct the header"
        )


def read_header(path: Path) -> Header:
    """The fields of a header.

    Raises:
        InputError: it cannot be read as one.
    """
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise InputError(
            f"{path}: begins as an ENVI header but has {size / 1e6:.0f} MB; give the text file "
            "that lies beside the data"
        )
    lines = iter(_decoded(path.read_bytes()).splitlines()[1:])
    fields: dict[str, str] = {}
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals or line.lstrip().startswith(";"):
            continue
        key, value = " ".join(key.casefold().split()), value.strip()
        if value.startswith("{"):
            while "}" not in value:
                more = next(lines, None)
                if more is None:
                    raise InputError(
                        f"{path}: the brace after `{key}` is never closed; correct the header"
                    )
                value += "" if more.lstrip().startswith(";") else f" {more.strip()}"
            value = value[1:].partition("}")[0].strip()
        else:
            value = re.split(r"\s;", value)[0].strip()
        fields[key] = value
    return Header(path, fields)


def _decoded(text: bytes) -> str:
    """UTF-16 and UTF-8 say so or hold together; all else is Latin-1, as Windows writes it."""
    if text.startswith(UTF_16):
        return text.decode("utf-16", errors="replace")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan
