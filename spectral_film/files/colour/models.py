"""Pictures whose three numbers are no R, G, B: CIE XYZ, luminance and chroma, CIELAB."""

from collections.abc import Sequence

import numpy as np

from spectral_film.files.colour.lightness import from_lab
from spectral_film.files.colour_spaces import (
    REC709_CHROMATICITIES,
    Conversion,
    Step,
    described_space,
    from_chromaticities,
)
from spectral_film.files.icc import D50
from spectral_film.light.chromaticity import rgb_to_xyz, white_xyz


def xyz_space(chromaticities: Sequence[float] | None) -> Conversion:
    """CIE XYZ with Y = 1 for a perfect white: of D65, or of the white that the header states.

    The white of equal energy says nothing but that the primaries are X, Y and Z.
    """
    white = REC709_CHROMATICITIES[6:] if chromaticities is None else tuple(chromaticities[6:])
    if np.allclose(white, 1 / 3, atol=1e-3):
        white = REC709_CHROMATICITIES[6:]
    name = f"CIE XYZ of the white {white[0]:.4g}, {white[1]:.4g}"
    return described_space(name, np.eye(3), white_xyz(white))


def luminance_chroma_space(chromaticities: Sequence[float] | None, path: object) -> Conversion:
    """Y, RY = (R - Y) / Y and BY = (B - Y) / Y of OpenEXR; Y weighs R, G, B by their luminance."""
    eight = REC709_CHROMATICITIES if chromaticities is None else tuple(chromaticities)
    rgb = from_chromaticities(eight, path)
    weights = rgb_to_xyz(list(zip(eight[0:6:2], eight[1:6:2], strict=True)), eight[6:])[1]

    def to_rgb(pixels: np.ndarray) -> None:
        y, ry, by = pixels.astype(np.float64).transpose(2, 0, 1)
        red, blue = (1 + ry) * y, (1 + by) * y
        green = (y - weights[0] * red - weights[2] * blue) / weights[1]
        pixels[...] = np.stack([red, green, blue], axis=-1)

    return Conversion(f"luminance-chroma of {rgb.name}", (to_rgb, *rgb.steps))


def lab_space(decode: Step, white: Sequence[float] | None) -> Conversion:
    """CIELAB of the white that the file states, else of D50, as in ICC and for scanners.

    Args:
        decode: Makes L*, a*, b* of what is stored, (y, x, 3), in place.
        white: Its chromaticity.
    """
    seen_under = D50 if white is None else white_xyz(white)

    def to_xyz(pixels: np.ndarray) -> None:
        decode(pixels)
        pixels[...] = from_lab(pixels.astype(np.float64)) * seen_under

    name = (
        "CIELAB of D50" if white is None else f"CIELAB of the white {white[0]:.4g}, {white[1]:.4g}"
    )
    return Conversion(name, (to_xyz, *described_space(name, np.eye(3), seen_under).steps))


def stored_lab(bits: int, *, signed: bool) -> Step:
    """L*, a*, b* of integers that were read as 0..1; opponents signed, or as ICC with an offset."""
    top, unit = 2**bits - 1, 2 ** (bits - 8)

    def decode(pixels: np.ndarray) -> None:
        codes = np.rint(pixels * np.float64(top))
        opponents = codes[..., 1:]
        if signed:
            opponents = np.where(opponents > top // 2, opponents - (top + 1), opponents)
            lightness = codes[..., 0] * (100 / top)
        else:
            opponents = opponents - 128 * unit
            lightness = codes[..., 0] * (100 / (255 * unit))
        pixels[..., 0] = lightness
        pixels[..., 1:] = opponents / unit

    return decode
