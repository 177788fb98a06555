"""Planes held against others; where they part, both and their difference are left as pictures."""

import os
import re
from pathlib import Path

import numpy as np
import OpenImageIO

FAILED = Path(__file__).parents[1] / "build/failed"


def assert_planes_agree(ours, theirs, *, rtol: float = 0.0, atol: float = 0.0) -> None:
    """Hold planes, (channel, y, x), to others within `atol` + `rtol` of theirs."""
    try:
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    except AssertionError as parted:
        raise AssertionError(f"{parted}\n{left_as_pictures(ours, theirs)}") from None


def left_as_pictures(ours, theirs) -> str:
    """Write theirs.png, ours.png and difference.png into a folder of this test, and say where.

    Theirs and ours go from black to white where theirs do; no difference is grey.
    """
    test, _, _ = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")
    folder = FAILED / re.sub(r"[^\w.-]+", "_", test.rpartition("/")[2])
    folder.mkdir(parents=True, exist_ok=True)
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    low, span = theirs.min(), np.ptp(theirs) or 1.0
    difference = ours - theirs
    most = np.nanmax(np.abs(difference)) or 1.0
    pictures = {
        "theirs": (theirs - low) / span,
        "ours": (ours - low) / span,
        "difference": 0.5 + 0.5 * difference / most,
    }
    for name, planes in pictures.items():
        pixels = np.ascontiguousarray(np.moveaxis(planes, 0, -1), np.float32)
        picture = OpenImageIO.ImageBuf(pixels)
        picture.set_write_format(OpenImageIO.UINT8)
        assert picture.write(str(folder / f"{name}.png")), picture.geterror()
    return f"theirs, ours and the difference, {most:.3g} at most, are in {folder}"
