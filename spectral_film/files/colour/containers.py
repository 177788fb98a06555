"""Words of colour in JPEG, JPEG 2000 and BMP that no library hands on whole.

Sources: ICC.1:2022, annex B, for profiles in JPEG; ISO 15444-1, I.5.3.3; the BITMAPV5HEADER of BMP.
"""

import struct
from pathlib import Path

from spectral_film.errors import InputError

MARKER, EXIF_SEGMENT, PROFILE_SEGMENT, PIXELS = 0xFF, 0xE1, 0xE2, 0xDA  # of JPEG
FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
# Of a flat picture in scans, subsampled by 4 x 4: 18 bits for 1024 pixels.
MOST_PIXELS_A_BYTE = 512
EXIF_START, PROFILE_START = b"Exif\0\0", b"ICC_PROFILE\0"
# Enumerated spaces of JPEG 2000 that come as sRGB or as grey of its curve.
SRGB_GREY_SYCC = (16, 17, 18)
OTHER_ENUMERATED = {12: "CMYK", 14: "CIELAB", 20: "e-sRGB", 21: "ROMM (ProPhoto) RGB"}
BMP_HEADER, BMP_SPACE, BMP_PROFILE = 14, 56, 112  # the last two from the first on


def refuse_empty_jpeg(path: Path) -> None:
    """Raise an InputError for a JPEG that cannot hold as many pixels as it says.

    Its library makes room for all of them, and fills the rest with grey.
    """
    size = path.stat().st_size
    for kind, content in _segments(path):
        if kind in FRAMES and len(content) >= 5:
            height, width = struct.unpack(">HH", content[1:5])
            if height * width > MOST_PIXELS_A_BYTE * size:
                raise InputError(
                    f"{path}: says that it has {width} x {height} pixels, in {size} bytes; the "
                    "file is damaged or cut short: export or copy it again"
                )


def jpeg_exif(path: Path) -> bytes:
    """The Exif of a JPEG, a small TIFF file; empty where there is none."""
    for kind, content in _segments(path):
        if kind == EXIF_SEGMENT and content.startswith(EXIF_START):
            return content[len(EXIF_START) :]
    return b""


def jpeg_profile(path: Path) -> bytes | None:
    """The ICC profile of a JPEG, which may lie in several segments; None where there is none.

    Raises:
        InputError: a segment is missing.
    """
    parts: dict[bytes, bytes] = {}
    counts: set[bytes] = set()
    for kind, content in _segments(path):
        if kind == PROFILE_SEGMENT and content.startswith(PROFILE_START):
            number, count = content[12:13], content[13:14]
            parts[number], counts = content[14:], counts | {count}
    if not parts:
        return None
    wanted = [bytes([number]) for number in range(1, len(parts) + 1)]
    if counts != {bytes([len(parts)])} or sorted(parts) != wanted:
        raise InputError(
            f"{path}: parts of its ICC profile are missing; export the picture again, or say what "
            "its numbers are with --input-space"
        )
    return b"".join(parts[number] for number in wanted)


def refuse_enumerated(path: Path) -> None:
    """Raise an InputError for a JPEG 2000 file of a space that is read as sRGB and is none."""
    content = path.read_bytes()
    at = content.find(b"colr", 0, content.find(b"jp2c"))  # behind it are the pixels
    if at < 0 or content[at + 4] != 1:
        return  # without words, or with a profile
    space = int.from_bytes(content[at + 7 : at + 11], "big")
    if space not in SRGB_GREY_SYCC:
        what = OTHER_ENUMERATED.get(space, "a space that is not known here")
        raise InputError(
            f"{path}: is a JPEG 2000 picture of {what} (enumerated space {space}); convert it to "
            "sRGB first, at 16 bits"
        )


def bmp_profile(path: Path) -> bytes | None:
    """The profile that the header of a BMP embeds; None where it does not.

    Raises:
        InputError: the profile is a file elsewhere.
    """
    with path.open("rb") as file:
        header = file.read(BMP_HEADER + BMP_PROFILE + 8)[BMP_HEADER:]
        space = header[BMP_SPACE : BMP_SPACE + 4] if len(header) == BMP_PROFILE + 8 else b""
        if space == b"KNIL":
            raise InputError(
                f"{path}: its colours are told by a profile in another file; say what its numbers "
                "are with --input-space"
            )
        if space != b"DEBM" or header[0] < BMP_PROFILE + 8:
            return None
        start, size = struct.unpack_from("<II", header, BMP_PROFILE)
        file.seek(BMP_HEADER + start)
        return file.read(size)


def _segments(path: Path) -> list[tuple[int, bytes]]:
    """Kind and content of what stands before the pixels of a JPEG."""
    segments = []
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == MARKER and head[1] != PIXELS:
            segments.append((head[1], file.read(max(int.from_bytes(head[2:], "big") - 2, 0))))
    return segments
