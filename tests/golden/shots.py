"""Whole pictures that may not move unseen; run as a program, it remakes them (`make golden`)."""

from functools import cache
from pathlib import Path

import numpy as np
import OpenImageIO

from spectral_film import Scene, Settings, render
from spectral_film.device.device import Device
from spectral_film.light.demo_scene import demo_scene

FOLDER = Path(__file__).parent
FRUIT, LAMPS = (440, 250, 96, 64), (360, 60, 96, 64)  # x, y, width, height in the built-in scene
SHOTS = {
    "print": (Settings(grain="off"), FRUIT),
    "negative": (Settings(grain="off", print_film=None), FRUIT),  # on a light box
    "bare-base": (Settings(grain="off", backing="none"), LAMPS),  # rings of halation
}
CODES = 65535


@cache
def scene() -> Scene:
    return demo_scene()


def codes(name: str, device: Device | None = None) -> np.ndarray:
    """sRGB codes of a shot, 0 .. 1, (3, y, x)."""
    settings, piece = SHOTS[name]
    planes = render(scene(), settings, crop=piece, encode=True, device=device).planes
    return np.clip(planes, 0, 1)


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.png"


def kept(name: str) -> np.ndarray:
    """As `codes`, from when it was last looked at."""
    picture = OpenImageIO.ImageBuf(str(path_of(name)))
    return np.moveaxis(picture.get_pixels(OpenImageIO.FLOAT), -1, 0)


def keep(name: str) -> None:
    """Write a shot as 16-bit PNG."""
    pixels = np.rint(np.moveaxis(codes(name), 0, -1) * CODES).astype(np.uint16)
    picture = OpenImageIO.ImageBuf(np.ascontiguousarray(pixels))
    assert picture.write(str(path_of(name))), picture.geterror()


if __name__ == "__main__":
    for shot in SHOTS:
        keep(shot)
