"""What Exif says of colour: sRGB, or in the words of cameras Adobe RGB."""

from pathlib import Path

from spectral_film.errors import InputError
from spectral_film.files.colour_spaces import SRGB, Conversion, named_space

ADOBE_RGB = "Gamma 2.2 Encoded AdobeRGB"
SRGB_SAID, ADOBE_SAID = 1, 2  # the second is in no standard, and what many write


def exif_space(path: Path, said: int, index: str) -> tuple[Conversion, str]:
    """The decoder by the Exif field `ColorSpace` and the index of interoperability.

    Raises:
        InputError: they say that the colours are uncalibrated, and nothing else.
    """
    if said == ADOBE_SAID or index == "R03":
        return named_space(ADOBE_RGB), "by its Exif colour space"
    if said == SRGB_SAID or index == "R98":
        return named_space(SRGB), "by its Exif colour space"
    raise InputError(
        f"{path}: its Exif colour space is uncalibrated ({said}) and it has no profile; say what "
        "the numbers are with --input-space, such as sRGB or AdobeRGB"
    )
