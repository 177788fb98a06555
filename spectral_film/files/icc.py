"""An ICC profile that says what the numbers of a display are.

Version 4, matrix and curve: primaries adapted to the D50 of the profile connection space
(Bradford), a power or the sRGB curve. Source: ICC.1:2022.
"""

import struct

import numpy as np

from spectral_film.light.chromaticity import BRADFORD, adaptation
from spectral_film.light.displays import DISPLAYS

D50 = np.array([0.9642, 1.0, 0.8249])
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # g, a, b, c, d of ICC type 3
HEADER_BYTES = 128


def display_profile(display: str, *, linear: bool) -> bytes:
    """The profile of RGB for `display`, a name of `DISPLAYS`; `linear` if not yet encoded."""
    standard = DISPLAYS[display]
    to_xyz = standard.rgb_to_xyz()
    to_d50 = adaptation(BRADFORD, to_xyz.sum(axis=1), D50)
    red, green, blue = (_xyz(column) for column in (to_d50 @ to_xyz).T)
    if linear:
        curve = _curve(0, 1.0)
    elif standard.gamma is None:
        curve = _curve(3, *SRGB_CURVE)
    else:
        curve = _curve(0, standard.gamma)
    name = f"{display}{' linear' if linear else ''} (spectral-film)"
    return _profile(
        {
            b"desc": _text(name),
            b"cprt": _text("No copyright, use freely"),
            b"wtpt": _xyz(D50),
            b"chad": b"sf32" + bytes(4) + _fixed(*to_d50.ravel()),
            b"rXYZ": red,
            b"gXYZ": green,
            b"bXYZ": blue,
            b"rTRC": curve,
            b"gTRC": curve,
            b"bTRC": curve,
        }
    )


def _profile(tags: dict[bytes, bytes]) -> bytes:
    start = HEADER_BYTES + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for signature, content in tags.items():
        table += struct.pack(">4sII", signature, start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    size = start + len(data)
    header = struct.pack(">I4sI", size, bytes(4), 0x04400000) + b"mntrRGB XYZ "
    header += struct.pack(">6H", 2000, 1, 1, 0, 0, 0)  # a fixed date: the same bytes every time
    header += b"acsp" + bytes(28) + _fixed(*D50)
    return header.ljust(HEADER_BYTES, b"\0") + table + data


def _fixed(*numbers: float) -> bytes:
    """Numbers as s15Fixed16."""
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*values)


def _curve(kind: int, *parameters: float) -> bytes:
    return b"para" + struct.pack(">IHH", 0, kind, 0) + _fixed(*parameters)


def _text(text: str) -> bytes:
    content = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(content), 28) + content
