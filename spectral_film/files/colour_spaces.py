"""Colour spaces: from what a picture says of its numbers to linear Rec.709, unclamped.

Names are those of one builtin OCIO config, pinned so that a name means the same tomorrow, plus
short names for the usual ones. A picture that states its curves and primaries in numbers gets a
road of its own. Every road adapts white to D65 (Bradford; CAT02 where an ACES camera
transform says so), so R = G = B stays neutral: to 3e-7 of the value, 1.6e-5 for ADX, whose
published matrix is rounded.
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import PyOpenColorIO

from spectral_film.errors import InputError, UsageError
from spectral_film.files.colour.curves import Curve
from spectral_film.light.chromaticity import BRADFORD, adaptation, rgb_to_xyz, white_xyz

CONFIG = "studio-config-v4.0.0_aces-v2.0_ocio-v2.5"
LINEAR_REC709 = "Linear Rec.709 (sRGB)"
SRGB = "sRGB Encoded Rec.709 (sRGB)"

# Where a curve comes with several gamuts, the short name is the maker's plain pairing.
SHORT_NAMES = {
    "ACES2065-1": "ACES2065-1",
    "ACEScg": "ACEScg",
    "ACEScc": "ACEScc",
    "ACEScct": "ACEScct",
    "sRGB": SRGB,
    "Rec.709": "Gamma 2.4 Encoded Rec.709",  # BT.1886, as `--display Rec.709` writes it
    "Display-P3": "sRGB Encoded P3-D65",
    "AdobeRGB": "Gamma 2.2 Encoded AdobeRGB",
    "linear-rec709": LINEAR_REC709,
    "linear-sRGB": LINEAR_REC709,
    "linear-rec2020": "Linear Rec.2020",
    "linear-p3": "Linear P3-D65",
    "LogC3": "ARRI LogC3 (EI800)",
    "LogC4": "ARRI LogC4",
    "S-Log3": "S-Log3 S-Gamut3",
    "S-Log3.Cine": "S-Log3 S-Gamut3.Cine",
    "V-Log": "V-Log V-Gamut",
    "Log3G10": "Log3G10 REDWideGamutRGB",
    "CLog2": "CanonLog2 CinemaGamut D55",
    "CLog3": "CanonLog3 CinemaGamut D55",
    "DaVinci-Intermediate": "DaVinci Intermediate WideGamut",
    "BMDFilm-Gen5": "BMDFilm WideGamut Gen5",
    "Apple-Log": "Apple Log",
    "D-Log": "D-Log D-Gamut",
}

REC709_CHROMATICITIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
NEUTRAL_WITHIN = 2e-3  # what profiles round their white to, and a tenth of what an eye sees

Step = Callable[[np.ndarray], None]  # on float32 pixels in C order (y, x, channel), in place


@dataclass(frozen=True)
class Conversion:
    """Between the code values of one space and linear Rec.709/D65.

    Attributes:
        name: The space, as OCIO calls it, or in the words of the file.
        steps: What does the arithmetic, one after the other.
    """

    name: str
    steps: tuple[Step, ...]

    def __call__(self, pixels: np.ndarray) -> None:
        """Convert `pixels`, float32 in C order (y, x, RGB), in place."""
        for step in self.steps:
            step(pixels)


def named_space(name: str) -> Conversion:
    """The decoder of a space by OCIO name, alias or short name, upper and lower case alike.

    Raises:
        UsageError: nothing has that name.
    """
    canonical = known_name(name)
    return Conversion(canonical, (_ocio(config().getProcessor(canonical, LINEAR_REC709)),))


def to_named_space(name: str) -> Conversion:
    """From linear Rec.709 to the codes of a space; names and errors as in `named_space`."""
    canonical = known_name(name)
    return Conversion(canonical, (_ocio(config().getProcessor(LINEAR_REC709, canonical)),))


def known_name(name: str) -> str:
    """The config's own name of a space.

    Raises:
        UsageError: nothing has that name.
    """
    canonical = canonical_name(name)
    if canonical is None:
        near = difflib.get_close_matches(name.casefold(), _names(), n=4, cutoff=0.5)
        names = [_names()[key][0] for key in near] or list(SHORT_NAMES)
        raise UsageError(
            f"unknown input space {name!r}: expected a short name or any colour space or alias "
            f"of the OCIO {CONFIG}; try {', '.join(names)}"
        )
    return canonical


def canonical_name(name: str) -> str | None:
    """The config's own name of a space; None when no space is called so (roles do not count)."""
    return _names().get(name.strip().casefold(), (None, None))[1]


def from_chromaticities(
    chromaticities: Sequence[float],
    path: object,
    *,
    curves: Sequence[Curve] | None = None,
    name: str = "linear RGB",
) -> Conversion:
    """The decoder of RGB with primaries of its own.

    Args:
        chromaticities: x, y of red, green, blue and white, as in an OpenEXR header.
        path: The picture, for the message.
        curves: From code values to light, one for each of the three; None where they are light.
        name: What to call such numbers.

    Raises:
        InputError: they span no triangle around the white.
    """
    numbers = ", ".join(f"{value:.4g}" for value in chromaticities)
    name = f"{name} with the chromaticities {numbers}"
    try:
        to_xyz = _rgb_to_xyz(chromaticities)
        road = described_space(name, to_xyz, white_xyz(chromaticities[6:]), curves)
    except (np.linalg.LinAlgError, ZeroDivisionError):
        road = None
    if road is None:
        raise InputError(
            f"{path}: the chromaticities in the header ({numbers}) are no set of primaries; "
            "say what the numbers are with --input-space"
        )
    return road


def through_transform(transform: PyOpenColorIO.Transform) -> Step:
    """The step that a transform of OpenColorIO makes."""
    return _ocio(config().getProcessor(transform))


def described_space(
    name: str, to_xyz: np.ndarray, white: np.ndarray, curves: Sequence[Curve] | None = None
) -> Conversion:
    """The decoder of three numbers that become XYZ by curves and a matrix.

    Args:
        name: What to call them.
        to_xyz: From the three, behind their curves, to XYZ; (3, 3).
        white: XYZ at Y = 1 of the white that they were seen under; adapted to D65 (Bradford).
        curves: From code values to light, one for each of the three; None where they are light.

    Raises:
        LinAlgError: the matrix is not finite.
    """
    to_d65 = adaptation(BRADFORD, white, white_xyz(REC709_CHROMATICITIES[6:]))
    matrix = np.linalg.solve(_rgb_to_xyz(REC709_CHROMATICITIES), to_d65 @ to_xyz)
    if not np.isfinite(matrix).all():
        raise np.linalg.LinAlgError
    if np.abs(to_xyz.sum(axis=1) - white).max() < NEUTRAL_WITHIN:
        matrix /= matrix.sum(axis=1, keepdims=True)  # white but for rounding: make it exact
    padded = np.eye(4)
    padded[:3, :3] = matrix
    linear = _ocio(config().getProcessor(PyOpenColorIO.MatrixTransform(padded.ravel().tolist())))
    return Conversion(name, (linear,) if curves is None else (through(curves), linear))


def through(curves: Sequence[Curve]) -> Step:
    """The step that takes each channel through its curve."""

    def step(pixels: np.ndarray) -> None:
        with np.errstate(all="ignore"):  # what is not finite behind it, the reader of planes finds
            for channel, curve in enumerate(curves):
                pixels[..., channel] = curve(pixels[..., channel].astype(np.float64))

    return step


def _rgb_to_xyz(chromaticities: Sequence[float]) -> np.ndarray:
    x_of, y_of = chromaticities[0:6:2], chromaticities[1:6:2]
    return rgb_to_xyz(list(zip(x_of, y_of, strict=True)), chromaticities[6:])


def _ocio(processor: PyOpenColorIO.Processor) -> Step:
    # Lossless, 5e-7: by default powers and logarithms are approximated, to 2.5e-5 of the value.
    lossless = processor.getOptimizedCPUProcessor(PyOpenColorIO.OPTIMIZATION_LOSSLESS)

    def step(pixels: np.ndarray) -> None:
        height, width, _ = pixels.shape
        lossless.apply(PyOpenColorIO.PackedImageDesc(pixels, width, height, 3))

    return step


@cache
def config() -> PyOpenColorIO.Config:
    """The OCIO config that names are looked up in."""
    return PyOpenColorIO.Config.CreateFromBuiltinConfig(CONFIG)


@cache
def _names() -> dict[str, tuple[str, str]]:
    """Folded name -> the name as written, the canonical name."""
    names = {}
    for space in config().getColorSpaces(
        PyOpenColorIO.SEARCH_REFERENCE_SPACE_ALL, PyOpenColorIO.COLORSPACE_ALL
    ):
        if not space.isData():
            for name in (space.getName(), *space.getAliases()):
                names[name.casefold()] = (name, space.getName())
    return names | {short.casefold(): (short, name) for short, name in SHORT_NAMES.items()}
