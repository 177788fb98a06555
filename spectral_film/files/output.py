"""Planes -> a picture file, tagged with its colour and with how it was made.

The file appears under its name only when it is whole. Nothing in it depends on the clock, so the
same planes give the same bytes.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import OpenImageIO

from spectral_film.errors import OutputError, UsageError
from spectral_film.files.aboard import aboard, bits_for_alpha, lost_window, weighed
from spectral_film.files.formats import JPEG, format_of
from spectral_film.files.header import lost_shot, put_shot
from spectral_film.files.labels import (
    DPX_TEXT,
    label_colour,
    label_provenance,
    lost_primaries,
)
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import Scene
from spectral_film.unfinished import check_folder, place_of, unfinished

STRIP_ROWS = 256
HALF_MAX = 65504.0
HALF_NORMAL = 2.0**-14  # below it a half float has fewer than its 11 bits
LONGEST_JPEG = 65500  # pixels along a side
JPEG_HEADER = 1 << 20  # bytes, and to spare
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
DPX_NAME_AT = 36  # SMPTE 268M, field 5

# Chromaticities alone would have it taken for a scene, and toned once more.
DISPLAY_LINEAR = "display-linear: light of the screen, 1 = its white; not of a scene"
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
    path: str | Path,
    *,
    bits: int | None = None,
    quantity: str = "display",
    display: str = "sRGB",
    overwrite: bool = False,
) -> None:
    """Refuse, before any work is done, what `write_picture` would refuse after it.

    Raises:
        UsageError: the suffix, the bits, the quantity or the display do not go together.
        OutputError: the place cannot be written, or a file is there and `overwrite` is not set.
    """
    path = Path(path)
    types = format_of(path).types
    if bits is not None and bits not in types:
        raise UsageError(
            f"{path}: no {bits} bits in {path.suffix}; give --bits {' or '.join(map(str, types))}"
        )
    if is_integer(path, bits) and quantity not in INTEGER_CODING:
        raise UsageError(
            f"{path}: {quantity} has no integer coding; write an .exr, or a .tif with --bits 32"
        )
    if quantity == "display" and DISPLAYS[display].linear and path.suffix.lower() != ".exr":
        raise UsageError(f"{path}: {display} is linear light without a white limit; write an .exr")
    folder = place_of(path).parent
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give a file name in it")
    if not folder.is_dir():
        raise OutputError(f"{path}: there is no folder {folder}; make it first")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: is no regular file; give another name")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists; give another name, or --overwrite")
    check_folder(path)


def is_integer(path: str | Path, bits: int | None = None) -> bool:
    """Whether a file of this suffix and depth holds integers, and so display-encoded values."""
    form = format_of(Path(path))
    return form.types.get(bits or form.bits, "").startswith("uint")


def write_picture(
    path: str | Path,
    planes: np.ndarray,
    *,
    bits: int | None = None,
    quantity: str = "display",
    display: str = "sRGB",
    metadata: Mapping[str, object] | None = None,
    scene: Scene | None = None,
    overwrite: bool = False,
) -> tuple[str, ...]:
    """Write three planes; the format is the suffix: .exr .tif .tiff .png .jpg .dpx.

    Float files keep the values. Integer files hold `INTEGER_CODING`, rounded to the nearest code
    without dither; what lies outside is clipped and counted.

    Args:
        path: The file to make.
        planes: R, G, B or the three layers, (3, y, x). For `display`: encoded for integer files
            (`is_integer`), display-linear for float ones.
        bits: EXR 16 or 32 (float), TIFF 8, 16, or 32 (float), PNG 8 or 16, JPEG 8, DPX 10 or 16;
            None: 16 where there is such.
        quantity: A name of PRODUCT's `--to`; `display`, `scene` and `xyz` are tagged as colour.
        display: A name of `DISPLAYS`.
        metadata: Provenance; `film:` attributes in EXR, one JSON text elsewhere. `engine` becomes
            the software's name.
        scene: Where the planes lie in their window, how much of its pixels they cover, what rides
            along (only EXR takes all; TIFF and PNG take the alpha `A`) and what the header said;
            its own planes do not matter.
        overwrite: Replace a file that is there.

    Returns:
        Warnings, a sentence each: clipped values, what the format cannot take.

    Raises:
        UsageError, OutputError: as `check_target`, or the writing fails; nothing is left then.
    """
    check_target(path, bits=bits, quantity=quantity, display=display, overwrite=overwrite)
    target = place_of(Path(path))
    suffix = target.suffix.lower()
    exr = suffix == ".exr"
    scene = scene or Scene(planes=planes)
    asked = bits or format_of(target).bits
    bits, warnings = bits_for_alpha(target, asked, scene)
    coding = INTEGER_CODING[quantity][0] if is_integer(target, bits) else None
    riding, left = aboard(target, scene)
    planes, dimmed = weighed(target, planes, scene, quantity, DISPLAYS[display])
    warnings += [*left, *dimmed, *lost_window(target, planes, scene)]
    warnings += lost_primaries(target, quantity, scene.space)
    warnings += _out_of_range(planes, quantity, bits, coding, exr)

    spec = _spec(target, planes, riding, bits)
    if exr:
        spec.full_x, spec.full_y = scene.display_origin
        spec.x, spec.y = (
            at + of for at, of in zip(scene.origin, scene.display_origin, strict=True)
        )
        spec.full_width, spec.full_height = scene.display_size
    put_shot(spec, scene.header, suffix)
    spec["PixelAspectRatio"] = float(scene.pixel_aspect)
    label_colour(spec, target, quantity, display, scene.space, linear=coding is None)
    said = {"quantity": quantity, "bits": asked, **(metadata or {})}
    if coding is not None:
        said["coding"] = INTEGER_CODING[quantity][1]
    elif quantity == "display":
        said["coding"] = DISPLAY_LINEAR
    label_provenance(spec, target, said, scene.header)
    channels = [*planes, *riding.values()]

    # Beside the target, so that renaming is one step; hidden, under a name no one else takes.
    partial = unfinished(target)
    try:
        _write(partial, spec, channels, bits, coding)
        if suffix == ".dpx":
            _name_inside(partial, target.name)
        warnings += lost_shot(scene.header, _header_of(partial), suffix)
        if target.exists() and not overwrite:
            raise OutputError(f"{path}: was made by someone else meanwhile; give another name")
        partial.replace(target)
    except OutputError:
        raise
    except (_WritingError, OSError) as reason:
        said_of = str(reason).partition("\n")[0].replace(str(partial), target.name)
        raise OutputError(f"{path}: cannot be written ({said_of}); is the disk full?") from None
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
    if format_of(path) is JPEG:
        _make_room(path, spec)
    if not output.open(str(path), spec):
        raise _WritingError(output.geterror())
    written = True
    for row in range(0, spec.height, STRIP_ROWS):
        strip = np.stack([channel[row : row + STRIP_ROWS] for channel in channels], axis=-1)
        if coding is not None:
            strip[..., :3] *= np.float32(coding)
            strip = integer_codes(strip, bits)
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


def _make_room(path: Path, spec: OpenImageIO.ImageSpec) -> None:
    """Fail where a JPEG would: its library ends the whole process where it cannot write."""
    if max(spec.width, spec.height) > LONGEST_JPEG:
        raise _WritingError(f"a JPEG has {LONGEST_JPEG} pixels along a side at most")
    with path.open("wb") as file:
        for _ in range(spec.height):
            file.write(bytes(3 * spec.width))
        file.write(bytes(JPEG_HEADER))


def _header_of(path: Path) -> OpenImageIO.ImageSpec:
    source = OpenImageIO.ImageInput.open(str(path))
    if source is None:
        raise _WritingError(OpenImageIO.geterror())
    spec = source.spec()
    source.close()
    return spec


def _name_inside(dpx: Path, name: str) -> None:
    """Put the final name where a DPX header holds one; the path it was written to stands there."""
    with dpx.open("r+b") as file:
        file.seek(DPX_NAME_AT)
        file.write(name.encode()[:DPX_TEXT].ljust(DPX_TEXT + 1, b"\0"))


def integer_codes(values: np.ndarray, bits: int) -> np.ndarray:
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
    number = format_of(target).types[bits]
    spec = OpenImageIO.ImageSpec(width, height, 3 + len(riding), number)
    spec.channelnames = ("R", "G", "B", *riding)
    spec["oiio:UnassociatedAlpha"] = 1  # nothing is multiplied or divided on the way
    if "A" in riding:
        spec.alpha_channel = spec.channelnames.index("A")
    if riding and target.suffix.lower() == ".exr":  # each keeps its type; A has that of R, G, B
        kinds = [
            number if name == "A" else "half" if plane.dtype == np.float16 else "float"
            for name, plane in riding.items()
        ]
        spec.channelformats = tuple(map(OpenImageIO.TypeDesc, [number] * 3 + kinds))
    if target.suffix.lower() == ".png":  # 2 to 7 times as fast as the defaults, 2 to 13 % larger
        spec["png:compressionLevel"] = 2
        spec["png:filter"] = 16  # "sub"
    if format_of(target) is JPEG:
        spec["Compression"] = "jpeg:95"
        spec["jpeg:subsampling"] = "4:4:4"
    if target.suffix.lower() == ".dpx":
        spec["oiio:BitsPerSample"] = bits
        spec["dpx:Packing"] = "Filled, method A"
    return spec


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
