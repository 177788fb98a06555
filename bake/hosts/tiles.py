"""Where hosts lay the tile of noise in a frame: anywhere, and in no order that an eye could follow.

Hosts have the arithmetic of C, and no whole numbers that they count with: a sine times a large
number has digits behind its point that go from frame to frame without any order.
"""

from bake.texture import Texture

PER_FRAME, PER_SEED, SPREAD = 12.9898, 78.233, 43758.5453
SALTS = {"negative": (1.7, 4.1), "print": (2.9, 5.3)}  # across and down


def offset(texture: Texture, axis: int, frame: str, seed: str) -> str:
    """An expression for the pixels by which the tile is moved."""
    phase = f"{frame} * {PER_FRAME} + {seed} * {PER_SEED} + {SALTS[texture.of][axis]}"
    return f"int({texture.tile_px} * fmod(abs(sin({phase}) * {SPREAD}), 1))"
