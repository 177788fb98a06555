"""Photographs on which grain is judged, as coverages: none of them is trained on."""

import importlib

import numpy as np

NAMES = "astronaut", "camera", "coffee", "chelsea", "rocket", "coins"  # of scikit-image's data
SIZE = 256
DARKEST, BRIGHTEST = 0.02, 0.98  # coverages that films are rendered with


def photographs() -> dict[str, np.ndarray]:
    """The middle of each, by name, (SIZE, SIZE), between `DARKEST` and `BRIGHTEST`.

    Raises:
        ModuleNotFoundError: scikit-image, of the extra `dev`, is not installed.
    """
    data = importlib.import_module("skimage.data")
    return {name: _coverage(getattr(data, name)()) for name in NAMES}


def _coverage(codes: np.ndarray) -> np.ndarray:
    grey = codes.reshape(*codes.shape[:2], -1).mean(axis=-1) / 255
    top, left = ((size - SIZE) // 2 for size in grey.shape)
    return np.clip(grey[top : top + SIZE, left : left + SIZE], DARKEST, BRIGHTEST)
