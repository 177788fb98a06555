"""Tags of a TIFF file, or of Exif, which is one: what its colours are, where no library tells."""

import mmap
import struct
from collections.abc import Collection
from pathlib import Path

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.colour.curves import SRGB, table
from spectral_film.files.colour_spaces import REC709_CHROMATICITIES, Conversion, from_chromaticities

# TIFF 6.0 and Exif 2.32 name and number them.
PHOTOMETRIC, TRANSFER, WHITE, PRIMARIES = 262, 301, 318, 319
COLOUR = (TRANSFER, WHITE, PRIMARIES)
EXIF, INTEROPERABILITY, INTEROPERABILITY_INDEX = 0x8769, 0xA005, 1
# Type of a field -> its numbers, as `struct` writes them; 5 and 10 are fractions.
NUMBERS = {1: "B", 2: "B", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii",
           11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}  # fmt: skip
FRACTIONS = (5, 10)
# How many numbers a tag may have. A transfer function has one for each code, times 3 or not.
COUNTS = {
    WHITE: (2,),
    PRIMARIES: (6,),
    TRANSFER: tuple(each << bits for bits in range(1, 17) for each in (1, 3)),
}
MOST = 3 << 16  # numbers of a field
MOST_ENTRIES = 65535  # of a page; BigTIFF could claim more

Tags = dict[int, tuple[float, ...]]
Bytes = bytes | mmap.mmap


def page_tags(path: Path, page: int, wanted: Collection[int]) -> Tags:
    """The wanted tags of a page of a TIFF file.

    Raises:
        InputError: the file is damaged there.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            found = tags(content, wanted, page)
            if any(len(found[tag]) not in COUNTS[tag] for tag in set(COUNTS) & set(found)):
                raise ValueError
            return found
        except (struct.error, ValueError, OverflowError):
            raise InputError(
                f"{path}: the tags of page {page + 1} cannot be read; the file is damaged: export "
                "or copy it again"
            ) from None


def tags(content: Bytes, wanted: Collection[int], page: int = 0) -> Tags:
    """The wanted tags of a page.

    Raises:
        ValueError, OverflowError, struct.error: what is there is no TIFF.
    """
    order, big, at = _header(content)
    for _ in range(page):
        _, at = _directory(content, order, big, at, ())
    return _directory(content, order, big, at, wanted)[0]


def interoperability(exif: bytes | Path) -> str:
    """The Exif index that says R98 (sRGB) or R03 (Adobe RGB); empty where there is none.

    Args:
        exif: Content of a segment of Exif, or a TIFF file.
    """
    if isinstance(exif, bytes):
        return _interoperability(exif)
    with exif.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _interoperability(content)


def _interoperability(content: Bytes) -> str:
    try:
        order, big, at = _header(content)
        for pointer in (EXIF, INTEROPERABILITY):
            at = int(_directory(content, order, big, at, (pointer,))[0][pointer][0])
        index = _directory(content, order, big, at, (INTEROPERABILITY_INDEX,))[0]
        return bytes(int(number) for number in index[INTEROPERABILITY_INDEX][:3]).decode("latin-1")
    except (struct.error, ValueError, OverflowError, KeyError):
        return ""


def stated_space(found: Tags, path: Path, *, integer: bool) -> Conversion | None:
    """RGB or grey as tags of TIFF 6.0, sections 20 and 22, describe it; None if they do not.

    What they leave open is that of sRGB, or linear for float files.
    """
    if not set(COLOUR) & set(found):
        return None
    name, curves = ("sRGB-coded RGB", [SRGB] * 3) if integer else ("linear RGB", None)
    if TRANSFER in found:
        values = np.array(found[TRANSFER]) / 65535
        parts = np.split(values, 3) if len(values) % 3 == 0 else [values] * 3
        name, curves = "RGB of its transfer function", [table(part) for part in parts]
    primaries = found.get(PRIMARIES, REC709_CHROMATICITIES[:6])
    white = found.get(WHITE, REC709_CHROMATICITIES[6:])
    return from_chromaticities((*primaries, *white), path, curves=curves, name=name)


def _header(content: Bytes) -> tuple[str, bool, int]:
    """Byte order, whether it is a BigTIFF, and where the first page begins."""
    order = "<" if content[:2] == b"II" else ">"
    (version,) = struct.unpack_from(f"{order}H", content, 2)
    if version == 43:
        return order, True, struct.unpack_from(f"{order}Q", content, 8)[0]
    return order, False, struct.unpack_from(f"{order}I", content, 4)[0]


def _directory(
    content: Bytes, order: str, big: bool, at: int, wanted: Collection[int]
) -> tuple[Tags, int]:
    """The wanted tags of the page that begins at a place, and where the next one does."""
    head, entry, inline, count_type = ("Q", 20, 8, "Q") if big else ("H", 12, 4, "I")
    (entries,) = struct.unpack_from(order + head, content, at)
    if entries > MOST_ENTRIES:
        raise ValueError
    at += struct.calcsize(order + head)
    found = {}
    for place in range(at, at + entries * entry, entry):
        tag, kind, count = struct.unpack_from(f"{order}HH{count_type}", content, place)
        if tag in wanted and kind in NUMBERS and 0 < count <= MOST:
            form = f"{order}{count}" + NUMBERS[kind]
            if kind in FRACTIONS:
                form = order + NUMBERS[kind] * count
            value = place + entry - inline
            if struct.calcsize(form) > inline:
                (value,) = struct.unpack_from(order + count_type, content, value)
            numbers = struct.unpack_from(form, content, value)
            if kind in FRACTIONS:
                pairs = zip(numbers[::2], numbers[1::2], strict=True)
                numbers = tuple(over / under if under else np.nan for over, under in pairs)
            found[tag] = numbers
    (after,) = struct.unpack_from(order + count_type, content, at + entries * entry)
    return found, after
