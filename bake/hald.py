"""HaldCLUTs: a table as a picture, for software of photographers.

The nodes lie one after the other, red fastest, in rows of a square picture: level L has L^2 nodes
along an edge and L^3 pixels along a side. What the numbers mean no HaldCLUT says; ours does, in the
picture's description.

Source: Eskil Steenberg's Hald CLUT, as ImageMagick's `hald:` makes it.
"""

import math
from pathlib import Path

import numpy as np
import OpenImageIO

from bake.lattice import Lattice
from bake.table_files import Contract
from spectral_film.errors import OutputError, UsageError
from spectral_film.pages.writing import appearing

HALD = ".png"
LEVELS = range(5, 12)  # 25 to 121 nodes
USUAL_LEVEL = 8
BRIGHTEST = 65535


def check_hald_size(size: int) -> None:
    """Refuse a table that fills no square.

    Raises:
        UsageError: its nodes along an edge are no square number.
    """
    if math.isqrt(size) not in LEVELS or math.isqrt(size) ** 2 != size:
        squares = ", ".join(str(level**2) for level in LEVELS)
        raise UsageError(
            f"--size is {size}, and a HaldCLUT takes one of {squares}; {USUAL_LEVEL**2} is usual"
        )


def hald_pixels(table: Lattice) -> np.ndarray:
    """The picture of a table that takes and gives 0..1, uint16, (y, x, 3)."""
    side = math.isqrt(table.size) ** 3
    codes = np.rint(np.clip(table.nodes, 0, 1) * BRIGHTEST).astype(np.uint16)
    return np.ascontiguousarray(codes.transpose(2, 1, 0, 3).reshape(side, side, 3))


def write_hald(path: Path, table: Lattice, contract: Contract) -> None:
    """Write the picture, 16 bits a channel and no colour profile; it appears when it is whole.

    Raises:
        OutputError: it cannot be written.
    """
    pixels = hald_pixels(table)
    side = len(pixels)
    picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(side, side, 3, "uint16"))
    picture.specmod()["oiio:ColorSpace"] = "data"  # or a host converts what is no picture
    picture.specmod()["ImageDescription"] = "\n".join(contract.lines())
    picture.set_pixels(OpenImageIO.ROI(), pixels)
    with appearing(path) as partial:
        if not picture.write(str(partial)):
            reason = picture.geterror()
            raise OutputError(f"{path}: cannot be written ({reason}); is the disk full?")
