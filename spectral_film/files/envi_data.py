"""The bare numbers beside an ENVI header: which file, how they lie in it, unpacked where packed.

Spectral Python lays them out; what it would take in silence is checked here.
"""

import gzip
import math
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.envi_header import Header

INTERLEAVES = {
    "bsq": "bsq", "band sequential": "bsq",
    "bil": "bil", "band interleaved by line": "bil",
    "bip": "bip", "band interleaved by pixel": "bip",
}  # fmt: skip
COMPLEX = ("6", "9")  # data types
# What else than a picture may lie beside such a header, by a word of its `file type`.
OTHER_TYPES = ("library", "classification", "meta", "tiff", "jpeg", "hdf", "nitf", "virtual")
FRAME_OFFSETS = ("major frame offsets", "minor frame offsets")
SUFFIXES = ("", ".img", ".dat", ".raw", ".bsq", ".bil", ".bip", ".bin", ".cube", ".hyspex", ".gz")
GZIP = b"\x1f\x8b"


@contextmanager
def opened_cube(header: Header) -> Iterator[np.ndarray]:
    """The numbers of a cube as they are, (line, sample, band), on disk until they are read.

    Raises:
        InputError: header and data file are no picture of two bands or more.
    """
    from spectral.io import bilfile, bipfile, bsqfile, envi  # a picture need not wait for them

    shape = [header.whole(key, least=1) for key in ("lines", "samples", "bands")]
    offset, order = header.whole("header offset", 0), header.whole("byte order", 0)
    _check_kind(header, shape[-1])
    code, known = header.text("data type"), [c for c in envi.envi_to_dtype if c not in COMPLEX]
    if code not in known:
        raise InputError(
            f"{header.path}: data type {code!r} is no kind of real numbers, expected one of "
            f"{', '.join(known)}; export the picture as float32 (4) or uint16 (12)"
        )
    interleave = INTERLEAVES.get(header.text("interleave"))
    if interleave is None or order > 1:
        raise InputError(
            f"{header.path}: interleave {header.text('interleave')!r} and byte order {order} are "
            "unknown, expected bsq, bil or bip, and 0 or 1; correct the header"
        )
    layout = {"bsq": bsqfile.BsqFile, "bil": bilfile.BilFile, "bip": bipfile.BipFile}[interleave]
    fields = {"header offset": offset, "byte order": order, "data type": code}
    said = envi.gen_params(dict(zip(("lines", "samples", "bands"), shape, strict=True)) | fields)
    announced = offset + math.prod(shape) * np.dtype(said.dtype).itemsize
    with _unpacked(header, data_file(header.path), announced) as data:
        said.filename = str(data)
        yield layout(said).open_memmap(interleave="bip")


def _check_kind(header: Header, bands: int) -> None:
    kind = header.text("file type", "ENVI Standard")
    if bands < 2 or any(word in kind for word in OTHER_TYPES):
        raise InputError(
            f"{header.path}: {kind!r} with {bands} band{'s' * (bands > 1)} is no spectral picture; "
            "give one of the file type ENVI Standard, with two bands or more"
        )
    for key in FRAME_OFFSETS:
        if set(header.text(key)) - set("0, "):
            raise InputError(
                f"{header.path}: has {key}, which are not read; export the picture without them"
            )


def data_file(header: Path) -> Path:
    """The file beside a header that has its name, but for capitals and a suffix."""
    stem = header.stem if header.suffix.lower() == ".hdr" else header.name
    names = [stem.casefold() + suffix for suffix in SUFFIXES]
    beside = [path for path in header.absolute().parent.iterdir() if path != header.absolute()]
    ranks = {
        # The very name goes before one with other capitals.
        path: (names.index(path.name.casefold()), not path.name.startswith(stem))
        for path in sorted(beside)
        if path.name.casefold() in names and path.is_file()
    }
    if not ranks:
        raise InputError(
            f"{header}: its data file is missing; expected {stem} with no suffix or "
            f"{' '.join(SUFFIXES[1:])} beside the header"
        )
    return min(ranks, key=lambda path: ranks[path])


@contextmanager
def _unpacked(header: Header, data: Path, announced: int) -> Iterator[Path]:
    """A file that holds the announced bytes as they are: `data`, or what gzip makes of it."""
    with data.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
    size, says_so = data.stat().st_size, header.text("file compression") == "1"
    if packed and (says_so or size < announced):
        with tempfile.TemporaryDirectory(prefix="spectral-film-") as folder:
            plain = Path(folder) / "plain"
            _unpack(data, plain, announced)
            yield plain
    elif size < announced:
        raise InputError(
            f"{data}: has {size} bytes where {header.path.name} announces {announced}"
            + (" once unpacked, but gzip did not pack it" if says_so else "")
            + "; the file is cut short: copy it again"
        )
    else:
        yield data


def _unpack(packed: Path, plain: Path, announced: int) -> None:
    free = shutil.disk_usage(plain.parent).free
    if announced > free:
        raise InputError(
            f"{packed}: would unpack to {announced / 1e9:.1f} GB where {free / 1e9:.1f} are free "
            f"in {plain.parent.parent}; unpack it with gzip -d first, or set TMPDIR"
        )
    try:
        with gzip.open(packed) as source, plain.open("wb") as target:
            left = announced  # whatever follows is none of it
            while left and (block := source.read(min(left, 1 << 24))):
                left -= target.write(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as reason:
        raise InputError(
            f"{packed}: gzip cannot unpack it ({reason}); the file is damaged: copy it again"
        ) from None
    if left:
        raise InputError(
            f"{packed}: unpacks to {announced - left} bytes where its header announces "
            f"{announced}; the file is cut short: copy it again"
        )
