"""A camera RAW of known light: a DNG as a camera would write it, by its specification (1.7.1.0)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tifffile

BLACK, WHITE = 512, 16383
BAYER = np.array([[0, 1], [1, 2]])  # R G / G B
NEUTRAL = (0.5, 1.0, 0.625)  # of the camera, a perfect white's share of its brightest channel
# XYZ -> camera, of a made-up camera that sees about as the eye does.
COLOR_MATRIX = np.array([[0.9, -0.25, -0.05], [-0.45, 1.25, 0.2], [-0.05, 0.2, 0.6]])
D65, A = 21, 17  # EXIF's LightSource

BYTE, ASCII, SHORT, RATIONAL, SRATIONAL = 1, 2, 3, 5, 10  # types of TIFF
MIN_IS_BLACK, CFA, LINEAR_RAW = 1, 32803, 34892  # its photometric interpretations


def _counts(share: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(BLACK + share * (WHITE - BLACK)), 0, WHITE).astype(np.uint16)


def _through_bayer(camera: np.ndarray) -> np.ndarray:
    """Of each pixel the channel that its filter lets through, (y, x)."""
    rows, columns = np.indices(camera.shape[:2])
    return np.take_along_axis(camera, BAYER[rows % 2, columns % 2][..., None], axis=-1)[..., 0]


def fractions(values: Sequence[float] | np.ndarray, scale: int = 10**6) -> tuple[int, ...]:
    return tuple(part for v in np.ravel(values) for part in (round(float(v) * scale), scale))


def write_dng(
    path: Path,
    camera: np.ndarray,
    *,
    matrices: dict[int, np.ndarray] | None = None,
    forward: dict[int, np.ndarray] | None = None,
    neutral: Sequence[float] | None = NEUTRAL,
    baseline: float | None = None,
    model: str = "Unheard-of X1",
    orientation: int = 1,
    mosaic: bool = True,
    grey: bool = False,
    more: Sequence[tuple] = (),
) -> Path:
    """Write a DNG.

    Args:
        path: Where.
        camera: Each channel's share of its clip, (y, x, 3).
        matrices: XYZ -> camera by EXIF's number of its light; None: `COLOR_MATRIX` of D65.
        forward: Balanced camera -> XYZ of D50, by the same numbers.
        neutral: What the camera sees of a white; None: it does not say.
        baseline: Stops that the picture should be lifted by.
        model: Of the camera.
        orientation: Of EXIF, 1 to 8.
        mosaic: Whether a pixel has one channel of the three.
        grey: Whether the sensor sees no colours: the green channel alone is written.
        more: Further tags, as tifffile takes them.
    """
    matrices = {D65: COLOR_MATRIX} if matrices is None else matrices
    samples = 1 if mosaic or grey else 3
    tags: list[tuple] = [
        (271, ASCII, 0, model.split()[0], True),
        (272, ASCII, 0, model, True),
        (274, SHORT, 1, orientation, True),
        (50706, BYTE, 4, b"\1\4\0\0", True),
        (50708, ASCII, 0, model, True),
        (50714, SHORT, samples, (BLACK,) * samples, True),
        (50717, SHORT, samples, (WHITE,) * samples, True),
        *more,
    ]
    if mosaic and not grey:
        tags += [
            (33421, SHORT, 2, (2, 2), True),
            (33422, BYTE, 4, bytes(BAYER.ravel().tolist()), True),
        ]
    if grey:
        matrices, neutral = {}, None
    for at, (light, matrix) in enumerate(matrices.items()):
        tags += [
            (50721 + at, SRATIONAL, 9, fractions(matrix), True),
            (50778 + at, SHORT, 1, light, True),
        ]
    for at, matrix in enumerate((forward or {}).values()):
        tags.append((50964 + at, SRATIONAL, 9, fractions(matrix), True))
    if neutral is not None:
        tags.append((50728, RATIONAL, 3, fractions(neutral), True))
    if baseline is not None:
        tags.append((50730, SRATIONAL, 1, fractions([baseline]), True))
    if grey:
        counts, photometric = _counts(camera[..., 1]), MIN_IS_BLACK
    elif mosaic:
        counts, photometric = _counts(_through_bayer(camera)), CFA
    else:
        counts, photometric = _counts(camera), LINEAR_RAW
    with tifffile.TiffWriter(path) as writer:
        writer.write(
            counts,
            photometric=photometric,
            planarconfig=1 if samples == 3 else None,
            metadata=None,
            extratags=sorted(tags, key=lambda tag: tag[0]),
        )
    if grey:  # which the library writes of three samples only
        with tifffile.TiffFile(path, mode="r+") as written:
            written.pages[0].tags["PhotometricInterpretation"].overwrite(LINEAR_RAW)
    return path
