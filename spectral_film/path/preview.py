"""A rendering as a notebook shows it: small, and in sRGB."""

from io import BytesIO

import numpy as np

from spectral_film.light.chromaticity import CAT16, adaptation, white_xyz
from spectral_film.light.displays import DISPLAYS

LONGEST_EDGE = 640  # pixels at most
DENSITIES = ("negative", "printing-density", "print")


def preview(planes: np.ndarray, quantity: str, display: str, *, encoded: bool) -> bytes | None:
    """A PNG of what is there to be looked at; None where nothing is.

    A density is shown as what it lets through, channel by channel.

    Args:
        planes: The rendered quantity, (3, y, x).
        quantity: Its name, as in `--to`.
        display: Standard of display RGB.
        encoded: Whether that is code values.
    """
    standard, srgb = DISPLAYS[display], DISPLAYS["sRGB"]
    small = _averaged(planes, -(-max(planes.shape) // LONGEST_EDGE))
    to_srgb = np.linalg.inv(srgb.rgb_to_xyz())
    whites = (white_xyz(space.white) for space in (standard, srgb))
    if quantity == "display":
        linear = standard.decode(small) if encoded else small
        light = np.tensordot(
            to_srgb @ adaptation(CAT16, *whites) @ standard.rgb_to_xyz(), linear, axes=1
        )
    elif quantity == "xyz":
        light = np.tensordot(to_srgb, small, axes=1)
    elif quantity in DENSITIES:
        light = 10.0**-small
    else:
        return None
    codes = srgb.encode(np.clip(np.nan_to_num(light), 0, 1))
    return _png(np.rint(255 * np.moveaxis(codes, 0, -1)).astype(np.uint8))


def _averaged(planes: np.ndarray, step: int) -> np.ndarray:
    """The mean of every `step` x `step` pixels; what is left over at the ends is not shown."""
    rows, columns = (max(1, size // step) for size in planes.shape[1:])
    down, across = (min(step, size) for size in planes.shape[1:])
    blocks = planes[:, : rows * down, : columns * across].reshape(3, rows, down, columns, across)
    return np.asarray(blocks.mean(axis=(2, 4), dtype=np.float64))


def _png(pixels: np.ndarray) -> bytes:
    from matplotlib.image import imsave  # a render need not wait for it

    file = BytesIO()
    imsave(file, pixels, format="png")
    return file.getvalue()
