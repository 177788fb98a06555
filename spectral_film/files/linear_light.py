"""The linear light behind the numbers of a picture: what they are once their curves are undone.

Found by asking the decoder, whatever it is made of: if each channel goes through a curve of its own
and then all through one matrix, the matrix shows in what a channel alone changes.
"""

from functools import cache

import numpy as np
import PyOpenColorIO

from spectral_film.files.colour_spaces import LINEAR_REC709 as REC709_OF_CONFIG
from spectral_film.files.colour_spaces import Conversion, config, named_space
from spectral_film.light.scene import LINEAR_REC709, LinearSpace

MIDDLE, RAISED = 0.5, 0.625  # codes, away from the toe of every log curve
SAME = 2e-3  # of a space: what profiles round their primaries to
CURVED = 1e-4  # of the light: a table with nodes is no matrix


def linear_light_of(decoder: Conversion) -> LinearSpace | None:
    """The linear RGB that a decoder's codes stand for; None where it is no curves and a matrix.

    Of codes that are linear light already, that light as it is numbered; behind curves, so scaled
    that R = G = B = 1 is white.
    """
    raised = MIDDLE + (RAISED - MIDDLE) * np.eye(3)
    changes = (_decoded(decoder, raised) - _decoded(decoder, np.full((1, 3), MIDDLE))).T
    if not np.isfinite(changes).all() or np.linalg.matrix_rank(changes) < 3:
        return None
    to_rec709 = changes / (RAISED - MIDDLE)
    codes = np.random.default_rng(709).uniform(0.25, 0.75, (16, 3))
    light = _decoded(decoder, codes)
    if not np.allclose(light, codes @ to_rec709.T, rtol=0, atol=CURVED * np.abs(light).max()):
        to_rec709 = changes * np.linalg.solve(changes, np.ones(3))
        if not _is_separate(decoder, to_rec709, codes):
            return None
    return _named(decoder.name, to_rec709)


def _is_separate(decoder: Conversion, to_rec709: np.ndarray, codes: np.ndarray) -> bool:
    """Whether behind the matrix no channel hears of the others."""
    light = np.linalg.solve(to_rec709, _decoded(decoder, codes).T)
    for channel in range(3):
        alone = np.full_like(codes, MIDDLE)
        alone[:, channel] = codes[:, channel]
        again = np.linalg.solve(to_rec709, _decoded(decoder, alone).T)[channel]
        if np.abs(again - light[channel]).max() > CURVED * np.abs(light).max():
            return False
    return True


def _named(name: str, to_rec709: np.ndarray) -> LinearSpace:
    if np.allclose(to_rec709, np.eye(3), rtol=0, atol=SAME):
        return LINEAR_REC709
    for space in _linear_spaces():
        if np.allclose(to_rec709, space.to_rec709, rtol=0, atol=SAME):
            return space
    return LinearSpace(f"the linear light of {name}", _rows(to_rec709))


@cache
def _linear_spaces() -> tuple[LinearSpace, ...]:
    """Those of the config."""
    spaces = config().getColorSpaces(
        PyOpenColorIO.SEARCH_REFERENCE_SPACE_SCENE, PyOpenColorIO.COLORSPACE_ALL
    )
    linear = [space for space in spaces if space.getEncoding() == "scene-linear"]
    return tuple(
        LinearSpace(
            space.getName(),
            _rows(_decoded(named_space(space.getName()), np.eye(3)).T),
            space.getInteropID(),
        )
        for space in linear
        if space.getName() != REC709_OF_CONFIG
    )


def _decoded(decoder: Conversion, codes: np.ndarray) -> np.ndarray:
    """Linear Rec.709 of codes, (colour, 3)."""
    pixels = np.ascontiguousarray(codes[None], np.float32)
    decoder(pixels)
    return pixels[0].astype(np.float64)


def _rows(matrix: np.ndarray) -> tuple[tuple[float, float, float], ...]:
    return tuple(tuple(map(float, row)) for row in matrix)  # type: ignore[misc]  # three of three
