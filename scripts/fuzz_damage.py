"""What may happen to a file: bits that rot, pieces that are lost, numbers that lie."""

import re
import struct
import zlib
from collections.abc import Callable
from random import Random

EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (
    b"", b"0", b"-1", b"1e400", b"nan", b"inf", b"99999999999999999999", b"-0.0", b"\x1b[2J",
    b"a\nb", b"\xff\xfe", b"[" * 3000, b'{"a":' * 3000, b"../../etc/passwd", b"None", b"{}", b"\0",
    b"x" * 5000, b"1e-320", b"0x10", b'"', b",,,,", b"=", b"{",
)  # fmt: skip
CHUNKS = slice(8, None)  # of a PNG, behind its signature


def flip(data: bytearray, chance: Random) -> None:
    for _ in range(chance.choice((1, 2, 8, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def overwrite(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + chance.choice((1, 4, 16, 256))] = chance.randbytes(
        chance.choice((1, 4, 16, 256))
    )


def number(data: bytearray, chance: Random) -> None:
    """A count, an offset, a size."""
    for _ in range(chance.choice((1, 1, 3))):
        form = chance.choice(("<I", ">I", "<H", ">H", "<Q", ">Q", "B"))
        width = struct.calcsize(form)
        if len(data) > width:
            # Sizes stand in front.
            end = chance.choice((64, 512, 4096, len(data)))
            at = chance.randrange(min(end, len(data)) - width if len(data) - width > 1 else 1)
            value = chance.choice((*EDGES, chance.randrange(1 << 32))) & ((1 << 8 * width) - 1)
            struct.pack_into(form, data, max(at, 0), value)


def cut(data: bytearray, chance: Random) -> None:
    del data[chance.randrange(len(data)) :]


def lose(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 2, 16, 512))]


def repeat(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.choice((1, 16, 512))] * chance.choice((1, 3, 50))


def blank(data: bytearray, chance: Random) -> None:
    at, size = chance.randrange(len(data)), chance.choice((4, 64, 1024))
    data[at : at + size] = chance.choice((b"\0", b"\xff")) * len(data[at : at + size])


def move(data: bytearray, chance: Random) -> None:
    one, other, size = (chance.randrange(len(data)) for _ in range(3))
    piece = data[one : one + size % 600]
    data[other : other + len(piece)] = piece


def word(data: bytearray, chance: Random) -> None:
    """Of a text: a number or a name."""
    found = list(re.finditer(rb"[\w.+-]+", data))
    if found:
        for hit in sorted(chance.sample(found, min(len(found), chance.choice((1, 2, 5)))),
                          key=lambda hit: -hit.start()):  # fmt: skip
            data[hit.start() : hit.end()] = chance.choice(WORDS)


def line(data: bytearray, chance: Random) -> None:
    lines = bytes(data).split(b"\n")
    at = chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            del lines[at]
        case 1:
            lines[at:at] = [lines[at]] * chance.choice((1, 2000))
        case 2:
            lines[at] = chance.choice(WORDS)
    data[:] = b"\n".join(lines)


RAW: tuple[Callable[[bytearray, Random], None], ...] = (
    flip, overwrite, number, number, cut, lose, repeat, blank, move,
)  # fmt: skip
TEXT = (word, word, line, flip, cut, repeat, overwrite)
# A crafted header is of letters as often as of numbers.
MIXED = (*RAW, word)


def damaged(whole: bytes, chance: Random, *, text: bool) -> bytes:
    """The bytes after one to three accidents."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if data:
            chance.choice(TEXT if text else MIXED)(data, chance)
    if data.startswith(b"\x89PNG") and chance.random() < 0.7:
        _mend_checksums(data)
    return bytes(data)


def _mend_checksums(png: bytearray) -> None:
    """Or nothing behind the checksums of a PNG would ever be reached."""
    at = 8
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4])
        end = at + 8 + size
        if end + 4 > len(png):
            return
        png[end : end + 4] = zlib.crc32(bytes(png[at + 4 : end])).to_bytes(4)
        at = end + 4
