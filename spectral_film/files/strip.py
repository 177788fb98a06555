"""A strip of pictures beside each other, as a laboratory prints one to choose from."""

import os
from collections.abc import Sequence

import numpy as np
import OpenImageIO

from spectral_film.errors import OutputError

BESIDE = 0.02  # of the width of a picture: the black between two
LETTERS = 0.05  # height of the words under it


def strip_of(pictures: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
    """Pictures of one size in a row on black, with words under each.

    Args:
        pictures: Codes 0..1, (3, y, x) each.
        words: One for each.

    Returns:
        Codes, (3, y, x), float32.
    """
    _, height, width = pictures[0].shape
    gap, size = max(2, round(BESIDE * width)), max(9, round(LETTERS * width))
    whole = np.zeros(
        (height + 2 * gap + 2 * size, gap + len(pictures) * (width + gap), 3), np.float32
    )
    for at, picture in enumerate(pictures):
        left = gap + at * (width + gap)
        whole[gap : gap + height, left : left + width] = np.moveaxis(picture, 0, -1)
    rows, columns, _ = whole.shape
    buffer = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(columns, rows, 3, "float"))
    buffer.set_pixels(OpenImageIO.ROI(), whole)
    for at, word in enumerate(words):
        left = gap + at * (width + gap)
        baseline = height + 2 * gap + size
        if not OpenImageIO.ImageBufAlgo.render_text(
            buffer, left, baseline, word, size, _font(), (0.8, 0.8, 0.8)
        ):
            raise OutputError(f"words cannot be drawn under a strip: {buffer.geterror()}")
    drawn = np.asarray(buffer.get_pixels(OpenImageIO.FLOAT))
    return np.ascontiguousarray(np.moveaxis(drawn, -1, 0))


def _font() -> str:
    """The letters of our drawings."""
    import matplotlib  # tells where they lie

    return os.path.join(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")  # noqa: PTH118
