"""What a PNG says of its colours, by the first of its chunks that the standard puts first.

PNG, third edition, 4.3: `cICP`, else `iCCP`, else `sRGB`, else `gAMA` with `cHRM`. Read here, since
libraries hand on some of them only, and drop a profile that they do not like.
"""

import struct
import zlib
from pathlib import Path

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.colour.curves import SRGB as SRGB_CURVE
from spectral_film.files.colour.curves import power
from spectral_film.files.colour.h273 import coded_space
from spectral_film.files.colour.profile import profile_space
from spectral_film.files.colour_spaces import (
    REC709_CHROMATICITIES,
    SRGB,
    Conversion,
    from_chromaticities,
    named_space,
)

SIGNATURE_BYTES = 8
LARGEST_PROFILE = 1 << 26  # bytes; tables of colours have a few million
WORDS = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")


def png_space(path: Path, *, grey: bool) -> tuple[Conversion, str] | None:
    """The decoder, and the chunk that it was chosen by; None where no chunk says anything.

    Raises:
        InputError: the chunk is damaged, or names what is not known.
    """
    try:
        return _space(_words(path), path, grey)
    except (struct.error, zlib.error, ZeroDivisionError):
        raise InputError(
            f"{path}: its colour chunks are damaged; export the picture again, or say what its "
            "numbers are with --input-space"
        ) from None


def _space(words: dict[bytes, bytes], path: Path, grey: bool) -> tuple[Conversion, str] | None:
    if b"cICP" in words:
        return coded_space(struct.unpack(">4B", words[b"cICP"]), path), "by its cICP chunk"
    if b"iCCP" in words:
        packed = words[b"iCCP"].partition(b"\0")[2][1:]  # name, 0, method of compression
        profile = zlib.decompressobj().decompress(packed, LARGEST_PROFILE)
        return profile_space(profile, path, grey=grey), "by its ICC profile"
    if b"sRGB" in words:
        return named_space(SRGB), "by its sRGB chunk"
    if b"gAMA" not in words and b"cHRM" not in words:
        return None
    name, curve, eight = "sRGB-coded RGB", SRGB_CURVE, np.array(REC709_CHROMATICITIES)
    if b"gAMA" in words:
        exponent = 100000 / struct.unpack(">I", words[b"gAMA"])[0]
        name, curve = f"RGB of gamma {exponent:.4g}", power(exponent)
    if b"cHRM" in words:
        eight = np.roll(np.array(struct.unpack(">8I", words[b"cHRM"])) / 100000, -2)  # white first
    chunks = " and ".join(word.decode() for word in WORDS[3:] if word in words)
    space = from_chromaticities(eight.tolist(), path, curves=[curve] * 3, name=name)
    return space, f"by its {chunks} chunk{'s' * (' and ' in chunks)}"


def _words(path: Path) -> dict[bytes, bytes]:
    """Content of each chunk of colour; they all come before the pixels."""
    words: dict[bytes, bytes] = {}
    with path.open("rb") as file:
        file.seek(SIGNATURE_BYTES)
        while len(head := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            if kind == b"IDAT":
                break
            if kind in WORDS and size <= LARGEST_PROFILE:
                words.setdefault(kind, file.read(size))
                size = 0
            file.seek(size + 4, 1)  # with its checksum
    return words
