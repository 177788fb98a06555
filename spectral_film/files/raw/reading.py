"""A RAW file -> a scene: the sensor's counts as light, in linear Rec.709 unclamped.

LibRaw takes off the black, interpolates the mosaic and turns the picture upright, with the balance
of the shot so that edges are found among greys; nothing else of it is used, no curve and no colour.
Neither lens nor noise is corrected.

    balanced = (count - black) / (clip - black) / neutral      neutral of green 1
    rgb      = sqrt(2) 2^baseline  M  balanced

ISO 12232 rates a sensor so that an 18 % grey that was metered lies half a stop below where 18 % of
the clip is: the root of 2 puts it at .18, where a meter puts the film's.
Source: docs/physics.md, Camera RAW.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spectral_film.errors import InputError, UsageError, one_line
from spectral_film.files.header import Header
from spectral_film.files.memory import check_memory
from spectral_film.files.raw.clipping import raise_clipped
from spectral_film.files.raw.colour import neutral_of, to_rec709
from spectral_film.files.raw.words import Calibration, Words, words_of
from spectral_film.light.scene import Scene

if TYPE_CHECKING:
    import rawpy

# As LibRaw knows them.
SUFFIXES = (
    "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "kdc", "mef", "mos",
    "mrw", "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
)  # fmt: skip
HEADROOM = math.sqrt(2)  # over 18 % of the clip: ISO 12232:2019, saturation-based speed
STRIP_ROWS = 256
FULL = 65535  # LibRaw's code of a channel that clips, before its balance
MOST_PIXELS_A_BYTE = 8  # a pixel takes a bit at least where nothing is lost, as a camera packs it
BYTES_A_PIXEL = 2 + 8 + 6 + 12  # the mosaic, LibRaw's work on it, what it hands over, and the scene
LIBRAW_KELVIN = 6504.0  # of the white that its matrices are made for


def read_raw(path: Path) -> Scene:
    """Read a camera RAW file.

    Raises:
        UsageError: rawpy is not installed.
        InputError: the file cannot be read, or nothing is known of its camera's colours.
    """
    words = words_of(path)
    codes, sensor = _decoded(path, words)
    gain = HEADROOM * 2**words.baseline_stops
    matrix = np.float32(gain) * sensor.to_rec709.astype(np.float32)
    factor = np.float32(sensor.factors.max() / FULL)
    clip = sensor.factors.astype(np.float32)
    planes = np.empty((3, *codes.shape[:2]), np.float32)
    clipped = 0
    for row in range(0, len(codes), STRIP_ROWS):
        balanced = codes[row : row + STRIP_ROWS] * factor
        if sensor.grey:
            balanced = np.repeat(balanced, 3, axis=-1)
        clipped += raise_clipped(balanced, clip)
        planes[:, row : row + STRIP_ROWS] = np.moveaxis(balanced @ matrix.T, -1, 0)
    metered = f"an 18 % grey is taken to be metered at {18 / gain:.1f} % of the sensor's clip"
    if words.baseline_stops:
        metered += f", {words.baseline_stops:+.2f} stops of it the file's"
    notes = (*sensor.notes, metered)
    if clipped:
        share = clipped / codes[..., 0].size
        notes += (f"{share:.2%} of the pixels are clipped in a channel, which is guessed",)
    return Scene(planes=planes, header=sensor.header, notes=notes)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sensor:
    """What stands beside the counts of a file.

    Attributes:
        factors: What makes the white of the shot neutral, green's 1, (3,).
        to_rec709: Balanced channels -> linear Rec.709, (3, 3).
        grey: Whether it sees no colours.
        header: What it says of the shot.
        notes: What was chosen, a sentence each.
    """

    factors: np.ndarray
    to_rec709: np.ndarray
    grey: bool
    header: Header
    notes: tuple[str, ...]


def _decoded(path: Path, words: Words) -> tuple[np.ndarray, _Sensor]:
    """Balanced codes, (y, x, channel), 0 to `FULL` times factor over the largest factor."""
    try:
        import rawpy
    except ImportError:
        raise UsageError(
            f"{path}: is a camera RAW; pip install 'spectral-film[raw]' reads it, or develop it to "
            "a 16-bit TIFF or an EXR first"
        ) from None
    try:
        with rawpy.RawPy() as raw:
            raw.open_file(str(path))
            _check_size(path, raw.sizes.raw_width * raw.sizes.raw_height)
            raw.unpack()
            sensor = _sensor(path, words, raw)
            codes = raw.postprocess(
                user_wb=[*sensor.factors, sensor.factors[1]],
                highlight_mode=rawpy.HighlightMode.Ignore,  # all factors below 1: nothing clips
                adjust_maximum_thr=0.0,  # one clip for all pictures, not each its brightest pixel
                no_auto_bright=True,
                gamma=(1, 1),
                output_color=rawpy.ColorSpace.raw,
                output_bps=16,
                **_black_of_stack(raw, rawpy.RawType.Stack),
            )
    except (rawpy.LibRawError, rawpy.NotSupportedError) as reason:
        said = reason.args[0] if reason.args else type(reason).__name__
        said = said.decode("latin-1") if isinstance(said, bytes) else str(said)
        raise InputError(
            f"{path}: LibRaw cannot read it ({said}); if other programs can, convert it to DNG, "
            "else copy it from the camera again"
        ) from None
    return codes, sensor


def _check_size(path: Path, pixels: int) -> None:
    """Refuse a picture that cannot be in so few bytes, or has no room, before LibRaw makes any.

    Raises:
        InputError: it is one.
    """
    if pixels > MOST_PIXELS_A_BYTE * path.stat().st_size:
        raise InputError(
            f"{path}: claims {pixels / 1e6:.0f} megapixels, in {path.stat().st_size} bytes; the "
            "file is damaged or cut short: copy it from the camera again"
        )
    check_memory(BYTES_A_PIXEL * pixels, path)


def _sensor(path: Path, words: Words, raw: "rawpy.RawPy") -> _Sensor:
    header = _header(words, raw)
    if raw.num_colors == 1:
        return _Sensor(
            factors=np.ones(3),
            to_rec709=np.eye(3),
            grey=True,
            header=header,
            notes=(f"camera RAW of {words.camera}, without colours",),
        )
    if raw.num_colors != 3:
        raise InputError(
            f"{path}: its sensor has {raw.num_colors} colours; expected red, green and blue: "
            "develop it to a 16-bit TIFF first"
        )
    calibrations, by = words.calibrations, "the matrices of the file"
    if not calibrations and np.any(raw.rgb_xyz_matrix[:3]):
        of_camera = np.array(raw.rgb_xyz_matrix[:3], np.float64)
        calibrations = (Calibration(kelvin=LIBRAW_KELVIN, color_matrix=of_camera),)
        by = "LibRaw's matrix of the camera"
    try:
        neutral, balance = _white(words, raw, calibrations)
        colour = to_rec709(words.model, neutral, calibrations, by)
    except (ValueError, np.linalg.LinAlgError):
        raise InputError(
            f"{path}: its colour matrices or its white make no sense together; the file is "
            "damaged: copy it from the camera again"
        ) from None
    if colour is None:
        raise InputError(
            f"{path}: nothing is known of the colours of {words.camera}; convert it to DNG, which "
            "says them, or develop it to a 16-bit TIFF"
        )
    factors = neutral[1] / neutral
    return _Sensor(
        factors=factors,
        to_rec709=colour.matrix,
        grey=False,
        header=header,
        notes=(
            f"camera RAW of {words.camera}: colours by {colour.by}",
            f"white balance {balance}: red x {factors[0]:.3g}, blue x {factors[2]:.3g}",
        ),
    )


def _white(
    words: Words, raw: "rawpy.RawPy", calibrations: Sequence[Calibration]
) -> tuple[np.ndarray, str]:
    """The camera's channels of the white of the shot, in their ratios, and whose word it is."""
    if words.neutral is not None:
        return words.neutral, "as shot"
    if words.white_xy is not None and calibrations:
        return neutral_of(words.white_xy, calibrations), "as shot"
    for factors, whose in (
        (raw.camera_whitebalance, "as shot"),
        (raw.daylight_whitebalance, "of daylight, since the file tells none"),
    ):
        if min(factors[:3]) > 0:
            return 1 / np.array(factors[:3], np.float64), whose
    raise ValueError


def _black_of_stack(raw: "rawpy.RawPy", stack: object) -> dict[str, Any]:
    """Levels of a file that has all channels in each pixel.

    Of these LibRaw takes off the black, and still measures the clip from 0.
    """
    black = raw.black_level_per_channel[:3]
    if raw.raw_type != stack or not any(black):
        return {}
    common = min(black)
    return {"user_black": common, "user_cblack": [*(level - common for level in black), 0]}


def _header(words: Words, raw: "rawpy.RawPy") -> Header:
    shot, lens = raw.other, raw.lens
    said: dict[str, tuple[str, object]] = {
        "Make": ("string", words.make),
        "Model": ("string", words.model),
        "ExposureTime": ("float", shot.shutter_speed),
        "FNumber": ("float", shot.aperture),
        "Exif:PhotographicSensitivity": ("int", round(shot.iso_speed)),
        "Exif:FocalLength": ("float", shot.focal_length),
        "Exif:LensModel": ("string", one_line(lens.model)),
        "Artist": ("string", one_line(shot.artist)),
    }
    return {name: field for name, field in said.items() if field[1]}
