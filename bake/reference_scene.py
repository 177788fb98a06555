"""The picture that a pack is proved on: the built-in scene, lamps of 10000 times white and all."""

from pathlib import Path

import numpy as np
import OpenImageIO

from spectral_film.errors import OutputError
from spectral_film.files.colour_spaces import named_space, to_named_space
from spectral_film.light.camera import rec709_of_radiance
from spectral_film.light.demo_scene import demo_scene
from spectral_film.light.scene import Scene

LAMPS = (326, 20, 170, 150)  # x, y, width, height of a piece with two of them


def reference_codes(space: str) -> np.ndarray:
    """The scene as a good camera records it, code values of `space`, (y, x, 3).

    What no camera of Rec.709 holds is left at a ten-thousandth.
    """
    scene = demo_scene()
    rgb = np.tensordot(rec709_of_radiance().astype(np.float32), scene.planes, 1)
    codes = np.ascontiguousarray(np.moveaxis(np.maximum(rgb, 1e-4), 0, -1))
    to_named_space(space)(codes)
    return codes


def scene_of_codes(codes: np.ndarray, space: str) -> Scene:
    """What the engine takes, of code values, (y, x, 3)."""
    linear = np.array(codes, np.float32, order="C")
    named_space(space)(linear)
    return Scene(planes=np.ascontiguousarray(np.moveaxis(linear, -1, 0)))


def write_exr(path: Path, pixels: np.ndarray) -> None:
    """Write (y, x, 3) as float32, the same bytes every time."""
    height, width, _ = pixels.shape
    picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(width, height, 3, "float"))
    picture.specmod()["compression"] = "zip"
    picture.specmod()["DateTime"] = ""  # else the clock is in it
    picture.set_pixels(OpenImageIO.ROI(), np.ascontiguousarray(pixels, np.float32))
    if not picture.write(str(path)):
        raise OutputError(f"{path}: cannot be written ({picture.geterror()}); is the disk full?")


def gate_of(codes: np.ndarray, pitch_um: float) -> str:
    """The aperture that gives a picture, (y, x, 3), pixels of that pitch."""
    return f"{codes.shape[1] * pitch_um / 1000!r}x10"
