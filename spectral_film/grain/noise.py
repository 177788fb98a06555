"""Keys of the noise: which of all white noises a field of grain is made of.

Noise is a function of the place on the frame, so that a crop, a tile and the whole have the same,
and of a key. What the key is made of tells one render, one frame and one field from any other.
Kernel: `white` in stages/grain.cl. Source: docs/physics.md, Grain noise.
"""

from typing import Literal

import numpy as np

WORD = 2**64
Stock = Literal[0, 1]  # the strips of film that a render has
NEGATIVE: Stock = 0
PRINT: Stock = 1


def key(seed: int, frame: int, stock: Stock, layer: int, sublayer: int) -> np.ndarray:
    """Two uint32 that tell this field from all others.

    Args:
        seed: Of the render.
        frame: Number of the picture in its sequence.
        stock: `NEGATIVE` or `PRINT`.
        layer: Of the film.
        sublayer: Of the layer; 0 where the layer has but one field.
    """
    state = 0
    for part in (seed, frame, stock, layer, sublayer):
        state = _mixed(state ^ part % WORD)
    return np.array(divmod(state, 2**32)[::-1], np.uint32)


def keys(seed: int, frame: int, stock: Stock, shape: tuple[int, int]) -> np.ndarray:
    """Those of all fields of a film, uint32, (layer, field, 2)."""
    layers, fields = shape
    return np.array(
        [[key(seed, frame, stock, layer, i) for i in range(fields)] for layer in range(layers)]
    )


def _mixed(x: int) -> int:
    """A step of SplitMix64 (Steele, Lea and Flood 2014): every bit of x moves half of the bits."""
    x = (x + 0x9E3779B97F4A7C15) % WORD
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB % WORD
    return x ^ x >> 31
