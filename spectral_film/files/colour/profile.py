"""What an ICC profile in a picture says, by its curves and its matrix, never by its name.

Source: ICC.1:2022, versions 2 and 4 alike. Colours are taken relative to the profile's white, so
that its white is white. Tables of colours (`A2B0` and its kin) are not read.
"""

import struct
from dataclasses import dataclass

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.colour.curves import Curve, power, table, toe_and_power
from spectral_film.files.colour.h273 import HIGH_RANGE, coded_space
from spectral_film.files.colour.lightness import from_lightness
from spectral_film.files.colour_spaces import NEUTRAL_WITHIN, Conversion, described_space, through
from spectral_film.files.icc import D50

HEADER_BYTES, ENTRY_BYTES = 128, 12
NO_PICTURES = {
    b"link": "a device link",
    b"abst": "an abstract profile",
    b"nmcl": "of named colours",
}
TABLES = (b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2", b"D2B3")
# Names of the numbers of a parametric curve, by its type.
PARAMETRIC = {0: "g", 1: "gab", 2: "gabc", 3: "gabcd", 4: "gabcdef"}


class _DamagedError(Exception):
    """What is wrong with the bytes."""


@dataclass(frozen=True)
class _Profile:
    kind: bytes
    space: str
    connection: bytes
    tags: dict[bytes, bytes]
    name: str


def profile_space(content: bytes, path: object, *, grey: bool = False) -> Conversion:
    """The decoder that an embedded profile describes.

    Args:
        content: The profile.
        path: The picture, for messages.
        grey: Whether the picture has one channel, which stands for all three.

    Raises:
        InputError: it is damaged, not of RGB or grey, or made of tables.
    """
    try:
        profile = _parsed(content)
        return _road(profile, path, grey)
    except (_DamagedError, struct.error, np.linalg.LinAlgError) as reason:
        raise InputError(
            f"{path}: its ICC profile is damaged ({reason}); export the picture again, or say what "
            "its numbers are with --input-space"
        ) from None


def _road(profile: _Profile, path: object, grey: bool) -> Conversion:
    tags, name = profile.tags, profile.name
    said = f"{path}: its ICC profile ({name}) is"
    if profile.kind in NO_PICTURES:
        raise InputError(
            f"{said} {NO_PICTURES[profile.kind]}, which says nothing of a picture's numbers; "
            "assign the right profile, or say what they are with --input-space"
        )
    if profile.space not in ("RGB", "GRAY"):
        raise InputError(
            f"{said} of {profile.space}, and only RGB and grey are light that film can see; "
            "convert the picture to a profile such as ProPhoto RGB or sRGB, at 16 bits"
        )
    if profile.space == "GRAY" and not grey:
        raise InputError(
            f"{said} of grey pictures, and this has R, G, B; assign the right profile, or say what "
            "the numbers are with --input-space"
        )
    code_points = tags.get(b"cicp", b"")[8:12]
    if len(code_points) == 4 and code_points[1] in HIGH_RANGE:  # its tables only come near them
        return coded_space(code_points, path)
    if profile.space == "GRAY" and b"kTRC" in tags:
        curve = _curve(tags[b"kTRC"])
        if profile.connection == b"Lab ":  # the curve gives L* / 100
            return Conversion(name, (through([lambda x: from_lightness(curve(x) * 100)] * 3),))
        return Conversion(name, (through([curve] * 3),))
    if any(tag in tags for tag in TABLES):
        raise InputError(
            f"{said} a table of colours (a LUT profile), and only curves with a matrix are read; "
            "convert the picture to a profile such as ProPhoto RGB or sRGB, at 16 bits"
        )
    matrix = np.array([_xyz(_needed(tags, colour + b"XYZ")) for colour in (b"r", b"g", b"b")]).T
    curves = [_curve(_needed(tags, colour + b"TRC")) for colour in (b"r", b"g", b"b")]
    if profile.connection != b"XYZ ":
        raise _DamagedError("a matrix that leads to no XYZ")
    if np.linalg.matrix_rank(matrix) < 3:
        raise _DamagedError("its primaries span no triangle")
    if np.abs(matrix.sum(axis=1) - D50).max() >= NEUTRAL_WITHIN:
        name += ", by which R = G = B is not grey"
    return described_space(name, matrix, D50, curves)


def _parsed(content: bytes) -> _Profile:
    if len(content) < HEADER_BYTES + 4 or content[36:40] != b"acsp":
        raise _DamagedError("no header")
    (count,) = struct.unpack_from(">I", content, HEADER_BYTES)
    if HEADER_BYTES + 4 + ENTRY_BYTES * count > len(content):
        raise _DamagedError("cut short")
    tags = {}
    for at in range(count):
        entry = HEADER_BYTES + 4 + ENTRY_BYTES * at
        signature, start, size = struct.unpack_from(">4sII", content, entry)
        if start + size > len(content):
            raise _DamagedError("cut short")
        tags[signature] = content[start : start + size]
    return _Profile(
        kind=content[12:16],
        space=_printable(content[16:20].decode("latin-1")),
        connection=content[20:24],
        tags=tags,
        name=_name(tags.get(b"desc", b"")),
    )


def _needed(tags: dict[bytes, bytes], signature: bytes) -> bytes:
    if signature not in tags:
        raise _DamagedError(f"no {signature.decode()}")
    return tags[signature]


def _fixed(content: bytes, start: int, count: int) -> np.ndarray:
    """Numbers that are stored as s15Fixed16."""
    return np.array(struct.unpack_from(f">{count}i", content, start)) / 65536


def _xyz(tag: bytes) -> np.ndarray:
    if tag[:4] != b"XYZ ":
        raise _DamagedError("a primary is no XYZ")
    return _fixed(tag, 8, 3)


def _curve(tag: bytes) -> Curve:
    if tag[:4] == b"para":
        (kind,) = struct.unpack_from(">H", tag, 8)
        if kind not in PARAMETRIC:
            raise _DamagedError(f"a curve of the unknown type {kind}")
        names = PARAMETRIC[kind]
        return _parametric(**dict(zip(names, _fixed(tag, 12, len(names)).tolist(), strict=True)))
    if tag[:4] != b"curv":
        raise _DamagedError("a curve of an unknown kind")
    (count,) = struct.unpack_from(">I", tag, 8)
    if len(tag) < 12 + 2 * count:
        raise _DamagedError("a curve is cut short")
    values = np.frombuffer(tag, ">u2", count, 12)
    if count == 0:
        return lambda x: x
    return power(values[0] / 256) if count == 1 else table(values / 65535)


def _parametric(
    g: float,
    a: float | None = None,
    b: float = 0.0,
    c: float | None = None,
    d: float | None = None,
    e: float = 0.0,
    f: float = 0.0,
) -> Curve:
    """A curve of type 0 to 4, as which of its numbers are given; 10.18 of the source."""
    if a is None:
        return power(g)
    if d is not None:
        return toe_and_power(g, a, b, c or 0.0, d, e, f)
    if a == 0:
        raise _DamagedError("a curve without a slope")
    floor = c or 0.0  # types 1 and 2 rest at it, up to where the power begins
    return toe_and_power(g, a, b, 0.0, -b / a, floor, floor)


def _name(tag: bytes) -> str:
    """The description, as text of one line."""
    if tag[:4] == b"mluc" and len(tag) >= 28:
        length, start = struct.unpack_from(">II", tag, 20)
        text = tag[start : start + length].decode("utf-16-be", "replace")
    else:
        text = tag[12:].partition(b"\0")[0].decode("latin-1")
    return _printable(text) or "without a name"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:60].strip()
