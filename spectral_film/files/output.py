"""Planes -> a picture file, tagged with its colour and with how it was made.

The file appears under its name only when it is whole. Nothing in it depends on the clock, so the
same planes give the same bytes.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenImageIO

from spectral_film.errors import OutputError, UsageError
from spectral_film.files.icc import display_profile
from spectral_film.light.displays import DISPLAYS

STRIP_ROWS = 256
HALF_MAX = 65504.0
HALF_NORMAL = 2.0**-14  # below it a half float has fewer than its 11 bits
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
DPX_TEXT = 99  # bytes of a text field of that header, without the closing zero
DPX_NAME_AT = 36  # SMPTE 268M, field 5


@dataclass(frozen=True)
class Format:
    """What a suffix stands for: OpenImageIO's number type for each bit depth."""

    types: dict[int, str]
    alpha: bool = True


FORMATS = {
    ".exr": Format({16: "half", 32: "float"}),
    ".tif": Format({8: "uint8", 16: "uint16", 32: "float"}),
    ".tiff": Format({8: "uint8", 16: "uint16", 32: "float"}),
    ".png": Format({8: "uint8", 16: "uint16"}),
    ".dpx": Format({10: "uint16", 16: "uint16"}, alpha=False),
}

DENSITY_CODING = (0.25, "density 0..4 as 0..1")
# Quantity -> factor to the 0..1 of an integer file, and how to say it. Others are float only.
INTEGER_CODING = {
    "display": (1.0, "display code values"),
    "dyes": (0.25, "dye amount 0..4 as 0..1"),
    "negative": DENSITY_CODING,
    "printing-density": DENSITY_CODING,
    "print": DENSITY_CODING,
    "cineon": (1 / 1023, "10-bit code / 1023"),
}


def check_target(
    path: str | Path, *, bits: int = 16, quantity: str = "display", overwrite: bool = False
) -> None:
    """Refuse, before any work is done, what `write_picture` would refuse after it.

    Raises:
        UsageError: the suffix, the bits or the quantity do not go together.
        OutputError: the place cannot be written, or a file is there and `overwrite` is not set.
    """
    path = Path(path)
    types = _format(path).types
    if bits not in types:
        raise UsageError(
            f"{path}: no {bits} bits in {path.suffix}; give --bits {' or '.join(map(str, types))}"
        )
    if is_integer(path, bits) and quantity not in INTEGER_CODING:
        raise UsageError(
            f"{path}: {quantity} has no integer coding; write an .exr, or a .tif with --bits 32"
        )
    try:
        str(path).encode()
        folder = path.resolve().parent
        path.is_dir()
    except (OSError, RuntimeError, UnicodeEncodeError) as reason:  # too long; a ring of links
        said = getattr(reason, "strerror", None) or getattr(reason, "reason", None) or reason
        raise OutputError(f"{str(path)!r} is no name for a file ({said}); give another") from None
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give a file name in it")
    if not folder.is_dir():
        raise OutputError(f"{path}: there is no folder {folder}; make it first")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: is no regular file; give another name")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists; give another name, or --overwrite")
    try:
        tempfile.TemporaryFile(dir=folder).close()  # rights alone do not tell of a full disk
    except OSError as reason:
        raise OutputError(
            f"{path}: nothing can be written in {folder} ({reason.strerror}); choose another folder"
        ) from None


def is_integer(path: str | Path, bits: int = 16) -> bool:
    """Whether a file of this suffix and depth holds integers, and so display-encoded values."""
    return _format(Path(path)).types.get(bits, "").startswith("uint")


def write_picture(
    path: str | Path,
    planes: np.ndarray,
    *,
    bits: int = 16,
    quantity: str = "display",
    display: str = "sRGB",
    metadata: Mapping[str, object] | None = None,
    passengers: Mapping[str, np.ndarray] | None = None,
    origin: tuple[int, int] = (0, 0),
    display_size: tuple[int, int] | None = None,
    pixel_aspect: float = 1.0,
    overwrite: bool = False,
) -> tuple[str, ...]:
    """Write three planes; the format is the suffix: .exr .tif .tiff .png .dpx.

    Float files keep the values. Integer files hold `INTEGER_CODING`, rounded to the nearest code
    without dither; what lies outside is clipped and counted.

    Args:
        path: The file to make.
        planes: R, G, B or the three layers, (3, y, x). For `display`: encoded for integer files
            (`is_integer`), display-linear for float ones.
        bits: EXR 16 or 32 (float), TIFF 8, 16, or 32 (float), PNG 8 or 16, DPX 10 or 16.
        quantity: A name of PRODUCT's `--to`; only `display` and `xyz` are tagged as colour.
        display: A name of `DISPLAYS`.
        metadata: Provenance; `film:` attributes in EXR, one JSON text elsewhere. `engine` becomes
            the software's name.
        passengers: Planes to write unchanged, name -> (y, x). Only EXR takes all; TIFF and PNG
            take the alpha `A`, not multiplied.
        origin: Column and row of the first pixel in the display window.
        display_size: Width and height of the display window; the planes' by default.
        pixel_aspect: Width of a pixel over its height.
        overwrite: Replace a file that is there.

    Returns:
        Warnings, a sentence each: clipped values, passengers left behind.

    Raises:
        UsageError, OutputError: as `check_target`, or the writing fails; nothing is left then.
    """
    check_target(path, bits=bits, quantity=quantity, overwrite=overwrite)
    target = Path(path).resolve()  # a link stays a link
    exr = target.suffix.lower() == ".exr"
    coding = INTEGER_CODING[quantity][0] if is_integer(target, bits) else None
    display_size = display_size or planes.shape[:0:-1]
    riding, warnings = _aboard(target, passengers or {})
    if not exr and (origin, tuple(display_size)) != ((0, 0), planes.shape[:0:-1]):
        warnings.append(
            f"{target.suffix} has no display window: the place of the {planes.shape[2]} x "
            f"{planes.shape[1]} pixels at {origin} in {display_size} is lost"
        )
    warnings += _out_of_range(planes, quantity, bits, coding, exr)

    spec = _spec(target, planes, riding, bits)
    if exr:
        spec.x, spec.y = origin
        spec.full_x, spec.full_y = 0, 0
        spec.full_width, spec.full_height = display_size
    spec["PixelAspectRatio"] = float(pixel_aspect)
    _tag_colour(spec, target, quantity, display, linear=coding is None)
    _tag_provenance(spec, target, quantity, dict(metadata or {}), coding)
    channels = [*planes, *riding.values()]

    # Beside the target, so that renaming is one step; hidden, under a name no one else takes.
    partial = target.with_name(f".{target.stem[:40]}-{secrets.token_hex(4)}{target.suffix}")
    try:
        _write(partial, spec, channels, bits, coding)
        if target.suffix.lower() == ".dpx":
            _name_inside(partial, target.name)
        if target.exists() and not overwrite:
            raise OutputError(f"{path}: was made by someone else meanwhile; give another name")
        partial.replace(target)
    except OutputError:
        raise
    except (_WritingError, OSError) as reason:
        said = str(reason).partition("\n")[0].replace(str(partial), target.name)
        raise OutputError(f"{path}: cannot be written ({said}); is the disk full?") from None
    finally:
        partial.unlink(missing_ok=True)
    return tuple(warnings)


class _WritingError(Exception):
    """What the file library says went wrong."""


def _write(
    path: Path,
    spec: OpenImageIO.ImageSpec,
    channels: list[np.ndarray],
    bits: int,
    coding: float | None,
) -> None:
    output = OpenImageIO.ImageOutput.create(str(path))
    if output is None:
        raise _WritingError(OpenImageIO.geterror())
    if not output.open(str(path), spec):
        raise _WritingError(output.geterror())
    written = True
    for row in range(0, spec.height, STRIP_ROWS):
        strip = np.stack([channel[row : row + STRIP_ROWS] for channel in channels], axis=-1)
        if coding is not None:
            strip[..., :3] *= np.float32(coding)
            strip = _codes(strip, bits)
        elif bits == 16:
            np.clip(strip[..., :3], -HALF_MAX, HALF_MAX, out=strip[..., :3])
        first = spec.y + row
        written = written and output.write_scanlines(first, first + len(strip), 0, strip)
    if not (output.close() and written):
        raise _WritingError(output.geterror())
    if path.suffix.lower() == ".png":  # on a full disk its writer cuts the file and says nothing
        with path.open("rb") as file:
            file.seek(-min(len(PNG_END), path.stat().st_size), os.SEEK_END)
            if file.read() != PNG_END:
                raise _WritingError("the file was cut short")


def _name_inside(dpx: Path, name: str) -> None:
    """Put the final name where a DPX header holds one; the path it was written to stands there."""
    with dpx.open("r+b") as file:
        file.seek(DPX_NAME_AT)
        file.write(name.encode()[:DPX_TEXT].ljust(DPX_TEXT + 1, b"\0"))


def _codes(values: np.ndarray, bits: int) -> np.ndarray:
    """0..1 as integers, the nearest of 2^bits - 1 steps; 10 bits at the top of 16."""
    codes = np.rint(np.clip(values, 0, 1) * (2**bits - 1))
    if bits == 8:
        return codes.astype(np.uint8)
    codes = codes.astype(np.uint16)
    return codes << 6 if bits == 10 else codes


def _spec(
    target: Path, planes: np.ndarray, riding: Mapping[str, np.ndarray], bits: int
) -> OpenImageIO.ImageSpec:
    _, height, width = planes.shape
    number = _format(target).types[bits]
    spec = OpenImageIO.ImageSpec(width, height, 3 + len(riding), number)
    spec.channelnames = ("R", "G", "B", *riding)
    if "A" in riding:
        spec.alpha_channel = spec.channelnames.index("A")
        spec["oiio:UnassociatedAlpha"] = 1  # as it came: nothing is multiplied or divided
    if riding and number == "half":  # passengers keep every bit
        kinds = ("half",) * 3 + ("float",) * len(riding)
        spec.channelformats = tuple(map(OpenImageIO.TypeDesc, kinds))
    if target.suffix.lower() == ".png":  # 2 to 7 times as fast as the defaults, 2 to 13 % larger
        spec["png:compressionLevel"] = 2
        spec["png:filter"] = 16  # "sub"
    if target.suffix.lower() == ".dpx":
        spec["oiio:BitsPerSample"] = bits
        spec["dpx:Packing"] = "Filled, method A"
    return spec


def _tag_colour(
    spec: OpenImageIO.ImageSpec, target: Path, quantity: str, display: str, *, linear: bool
) -> None:
    """Say what the numbers are to whoever opens the file."""
    standard = DISPLAYS[display]
    suffix = target.suffix.lower()
    if suffix == ".exr":
        if quantity == "display":
            eight = [*np.ravel(standard.primaries), *standard.white]
        elif quantity == "xyz":
            eight = [1, 0, 0, 1, 0, 0, 1 / 3, 1 / 3]
        else:
            spec["colorInteropID"] = "data"
            return
        spec.attribute("chromaticities", OpenImageIO.TypeDesc("float[8]"), tuple(map(float, eight)))
    elif suffix == ".dpx":
        film = quantity == "cineon"
        video = quantity == "display" and display == "Rec.709"
        named = "ITU-R 709-4" if video else "User defined"
        spec["dpx:Transfer"] = "Logarithmic" if film else named
        spec["dpx:Colorimetric"] = "Printing density" if film else named
    elif quantity == "display":
        profile = np.frombuffer(display_profile(display, linear=linear), np.uint8)
        spec.attribute("ICCProfile", OpenImageIO.TypeDesc(f"uint8[{len(profile)}]"), profile)


def _tag_provenance(
    spec: OpenImageIO.ImageSpec,
    target: Path,
    quantity: str,
    metadata: dict[str, object],
    coding: float | None,
) -> None:
    """How the picture was made, where a reader of that format looks for it."""
    metadata = {"quantity": quantity} | metadata
    if coding is not None:
        metadata["coding"] = INTEGER_CODING[quantity][1]
    spec["DateTime"] = ""  # or the clock would get in
    spec["Software"] = str(metadata.get("engine", "spectral-film"))
    if target.suffix.lower() == ".exr":
        for name, value in metadata.items():
            spec[f"film:{name}"] = str(value)
        return
    text = json.dumps(metadata, default=str)
    spec["ImageDescription"] = text
    if target.suffix.lower() == ".dpx":  # the whole goes where there is room
        spec["ImageDescription"] = f"{quantity}: {metadata.get('coding', '')}"[:DPX_TEXT]
        content = np.frombuffer(text.encode(), np.uint8)
        spec.attribute("dpx:UserData", OpenImageIO.TypeDesc(f"uint8[{len(content)}]"), content)


def _aboard(
    target: Path, passengers: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], list[str]]:
    """The passengers that the format takes, and a warning that names the others."""
    if target.suffix.lower() == ".exr":
        return dict(passengers), []
    alpha = _format(target).alpha
    aboard = {name: plane for name, plane in passengers.items() if name == "A" and alpha}
    left = [name for name in passengers if name not in aboard]
    if not left:
        return aboard, []
    return aboard, [f"{target.suffix} cannot take {', '.join(left)}; an .exr would"]


def _out_of_range(
    planes: np.ndarray, quantity: str, bits: int, coding: float | None, exr: bool
) -> list[str]:
    """Warnings of values that the numbers of the file cannot hold."""
    warnings = []

    def warn(count: int, what: str) -> None:
        if count:
            share = f"{count} of {planes.size} samples ({count / planes.size:.2g} of all)"
            warnings.append(f"{share} {what}")

    if coding is not None:
        slack = 0.5 / (2**bits - 1)  # what rounding brings back counts as inside
        low, high = np.float32(-slack / coding), np.float32((1 + slack) / coding)
        warn(
            _count(planes, lambda strip: (strip < low) | (strip > high)),
            f"lie outside what the file holds, {INTEGER_CODING[quantity][1]}, and are clipped",
        )
    elif exr and bits == 16:
        warn(
            _count(planes, lambda strip: (strip < -HALF_MAX) | (strip > HALF_MAX)),
            f"are beyond {HALF_MAX:g}, the largest half float, and held there; --bits 32 keeps "
            "them",
        )
        if quantity == "exposure":
            warn(
                _count(planes, lambda strip: (strip > 0) & (strip < HALF_NORMAL)),
                f"are below {HALF_NORMAL:.1e} lux s, where half floats grow coarse; --bits 32 "
                "keeps them",
            )
    return warnings


def _count(planes: np.ndarray, test: Callable[[np.ndarray], np.ndarray]) -> int:
    """How many samples pass, without a mask as large as the picture."""
    rows = range(0, planes.shape[1], STRIP_ROWS)
    return sum(int(test(planes[:, row : row + STRIP_ROWS]).sum()) for row in rows)


def _format(path: Path) -> Format:
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise UsageError(
            f"{path}: cannot write {path.suffix or 'a file without suffix'}; "
            "name it .exr, .tif, .png or .dpx"
        ) from None
