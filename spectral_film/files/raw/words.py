"""What a RAW file says of its camera and shot, in the tags of TIFF, Exif and DNG.

LibRaw, which decodes the pixels, keeps the colours of a DNG to itself.
Source: Adobe, Digital Negative Specification 1.7.1.0.
"""

import mmap
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spectral_film.errors import InputError, one_line
from spectral_film.files.colour.tiff import Tags, tags

MAKE, MODEL = 271, 272
DNG_VERSION, UNIQUE_MODEL = 50706, 50708
COLOR_MATRIX, CALIBRATION, FORWARD_MATRIX = (50721, 50722), (50723, 50724), (50964, 50965)
CALIBRATION_LIGHT = (50778, 50779)
ANALOG_BALANCE, NEUTRAL, WHITE_XY, BASELINE_EXPOSURE = 50727, 50728, 50729, 50730
MATRICES = (*COLOR_MATRIX, *CALIBRATION, *FORWARD_MATRIX)
COUNTS = {
    **dict.fromkeys(MATRICES, 9), **dict.fromkeys(CALIBRATION_LIGHT, 1),
    ANALOG_BALANCE: 3, NEUTRAL: 3, WHITE_XY: 2, BASELINE_EXPOSURE: 1,
}  # fmt: skip
WANTED = (MAKE, MODEL, DNG_VERSION, UNIQUE_MODEL, *COUNTS)
# Exif's LightSource -> its correlated colour temperature in K; 3200 K and more by Exif itself.
KELVIN = {
    1: 5500, 2: 4230, 3: 2850, 4: 5500, 9: 5500, 10: 6500, 11: 7500, 12: 6430, 13: 5050, 14: 4150,
    15: 3450, 16: 2950, 17: 2856, 18: 4874, 19: 6774, 20: 5503, 21: 6504, 22: 7504, 23: 5003,
    24: 3200,
}  # fmt: skip
MOST_STOPS = 10.0  # of a baseline exposure: beyond, the tag is damaged


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """How a camera sees in one light.

    Attributes:
        kelvin: Correlated colour temperature of the light; None: unknown.
        color_matrix: XYZ -> the channels of a camera of its kind, (3, 3).
        own: Those -> the channels of this one, (3, 3).
        forward: Balanced channels of its kind -> XYZ of D50, (3, 3); None: it is not told.
    """

    kelvin: float | None
    color_matrix: np.ndarray
    own: np.ndarray = field(default_factory=lambda: np.eye(3))
    forward: np.ndarray | None = None

    @property
    def from_xyz(self) -> np.ndarray:
        """XYZ -> the channels of this camera, (3, 3)."""
        seen: np.ndarray = self.own @ self.color_matrix
        return seen


@dataclass(frozen=True, kw_only=True, eq=False)
class Words:
    """What a file says.

    Attributes:
        make, model: Of the camera; "" where it is not told.
        calibrations: One or two of a DNG, else none.
        neutral: The camera's channels of a white, in their ratios, (3,); None: it is not told.
        white_xy: Chromaticity of the white, in place of `neutral`.
        baseline_stops: What a developer should lift the picture by.
    """

    make: str = ""
    model: str = ""
    calibrations: tuple[Calibration, ...] = ()
    neutral: np.ndarray | None = None
    white_xy: tuple[float, float] | None = None
    baseline_stops: float = 0.0

    @property
    def camera(self) -> str:
        """What to call it."""
        maker = self.make.split()[:1]
        if maker and not self.model.casefold().startswith(maker[0].casefold()):
            return f"{maker[0]} {self.model}".strip()
        return self.model or "a camera whose name is not read"


def words_of(path: Path) -> Words:
    """Read the tags of a RAW file; of one that is no TIFF inside, nothing.

    Raises:
        InputError: tags that its colours hang on are damaged.
    """
    found = _tags(path)
    if wrong := [tag for tag, count in COUNTS.items() if tag in found and len(found[tag]) != count]:
        raise _damaged(path, f"tag {wrong[0]} has {len(found[wrong[0]])} numbers")
    if not all(np.isfinite(found[tag]).all() for tag in COUNTS if tag in found):
        raise _damaged(path, "a tag of its colours is no number")
    dng = DNG_VERSION in found
    model = _text(found, MODEL) or _text(found, UNIQUE_MODEL)
    if not dng:  # others may mean something else by these numbers
        return Words(make=_text(found, MAKE), model=model)
    baseline = found.get(BASELINE_EXPOSURE, (0.0,))[0]
    neutral = found.get(NEUTRAL)
    if abs(baseline) > MOST_STOPS:
        raise _damaged(path, f"its baseline exposure is {baseline:g} stops")
    if neutral is not None and min(neutral) <= 0:
        raise _damaged(path, f"its neutral is {neutral}")
    white = found.get(WHITE_XY)
    return Words(
        make=_text(found, MAKE),
        model=model,
        calibrations=tuple(_calibrations(found)),
        neutral=None if neutral is None else np.array(neutral),
        white_xy=(white[0], white[1]) if white is not None else None,
        baseline_stops=float(baseline),
    )


def _calibrations(found: Mapping[int, tuple[float, ...]]) -> Iterable[Calibration]:
    balance = np.diag(found.get(ANALOG_BALANCE, (1.0, 1.0, 1.0)))
    for matrix, each, forward, light in zip(
        COLOR_MATRIX, CALIBRATION, FORWARD_MATRIX, CALIBRATION_LIGHT, strict=True
    ):
        if matrix in found:
            one = _square(found[each]) if each in found else np.eye(3)
            yield Calibration(
                kelvin=KELVIN.get(int(found.get(light, (0,))[0])),
                color_matrix=_square(found[matrix]),
                own=balance @ one,
                forward=_square(found[forward]) if forward in found else None,
            )


def _tags(path: Path) -> Tags:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:2] not in (b"II", b"MM"):
            return {}
        try:
            return tags(content, WANTED)
        except (struct.error, ValueError, OverflowError):
            return {}  # whether it is a picture at all, LibRaw tells


def _square(numbers: tuple[float, ...]) -> np.ndarray:
    return np.array(numbers).reshape(3, 3)


def _text(found: Tags, tag: int) -> str:
    letters = bytes(int(number) & 255 for number in found.get(tag, ()))
    return one_line(letters.split(b"\0")[0].decode("latin-1"))


def _damaged(path: Path, what: str) -> InputError:
    return InputError(f"{path}: {what}; the file is damaged: copy it from the camera again")
