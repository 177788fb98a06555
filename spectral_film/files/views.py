"""Views: from a picture that was made to be looked at, back to the light of its scene.

A display view bends scene light for a screen; film would bend what is bent already. Undone, light
comes back as far as the view kept it: what it clipped to white or black is gone.

    camera   y = x^p / (x^p + k), y the light of the screen, x that of the scene, both .18 at grey
    ACES     the inverse of an output transform, by OpenColorIO
Source: docs/physics.md, Views undone.
"""

import numpy as np
import PyOpenColorIO

from spectral_film.errors import UsageError, meant
from spectral_film.files.colour_spaces import LINEAR_REC709, Conversion, Step, through_transform
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.metering import GREY

CAMERA = "camera"
CONTRAST = 1.7  # p: 1.4 stops a stop at grey, about what pictures out of cameras have; assumed
# Light of the screen that is still told from white, 5.2 stops over grey: beyond, the curve would
# make a sun of every white shirt. Assumed.
BRIGHTEST = 0.99
ACES = {
    "ACES 2.0": "ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-100nit-REC709_2.0",
    "ACES 1.0": "ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-VIDEO_1.0",
}
NAMES = (CAMERA, *ACES)
# As the configs of ACES call them, beside our names.
OF_CONFIGS = {
    "ACES 2.0 - SDR 100 nits (Rec.709)": "ACES 2.0",
    "ACES 1.0 - SDR Video": "ACES 1.0",
}


def view_undone(name: str) -> Conversion:
    """From the light of a screen to that of the scene, linear Rec.709 both.

    Args:
        name: One of `NAMES`, or of `OF_CONFIGS`.

    Raises:
        UsageError: it is none.
    """
    known = {_key(view): view for view in NAMES}
    found = (known | {_key(long): view for long, view in OF_CONFIGS.items()}).get(_key(name))
    if found is None:
        raise UsageError(
            f"--input-view {name}: no such view is known{meant(name, NAMES)}; expected what the "
            f"picture was made for a screen by: {', '.join(NAMES)}"
        )
    return Conversion(
        found, (_within_the_screen, _camera if found == CAMERA else _aces(ACES[found]))
    )


def is_for_a_screen(decoder: Conversion) -> bool:
    """Whether codes are those of a screen: 1 is its white, and half of them is much less of it."""
    codes = np.array([[[1.0] * 3, [0.5] * 3]], np.float32)
    decoder(codes)
    white, half = codes[0].mean(axis=1)
    return bool(0.9 < white < 1.1 and half < 0.4 * white)


def _key(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _within_the_screen(pixels: np.ndarray) -> None:
    np.clip(pixels, 0, 1, out=pixels)


def _camera(pixels: np.ndarray) -> None:
    shown = np.minimum(pixels, np.float32(BRIGHTEST))
    pixels[...] = GREY * ((1 - GREY) / GREY * shown / (1 - shown)) ** (1 / CONTRAST)


def _aces(style: str) -> Step:
    to_xyz = np.eye(4)
    to_xyz[:3, :3] = DISPLAYS["sRGB"].rgb_to_xyz()
    steps = PyOpenColorIO.GroupTransform()
    steps.appendTransform(PyOpenColorIO.MatrixTransform(to_xyz.ravel().tolist()))
    steps.appendTransform(
        PyOpenColorIO.BuiltinTransform(style, PyOpenColorIO.TRANSFORM_DIR_INVERSE)
    )
    steps.appendTransform(PyOpenColorIO.ColorSpaceTransform("ACES2065-1", LINEAR_REC709))
    return through_transform(steps)
