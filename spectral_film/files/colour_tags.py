"""What the numbers of a picture mean, by the file's own words."""

from collections.abc import Sequence
from pathlib import Path

import OpenImageIO

from spectral_film.errors import InputError, UsageError
from spectral_film.files.colour_spaces import (
    LINEAR_REC709,
    SRGB,
    Conversion,
    canonical_name,
    from_chromaticities,
    named_space,
)

# How an embedded ICC profile calls itself -> what its numbers are.
PROFILES = {
    "srgb": SRGB,
    "display p3": "sRGB Encoded P3-D65",
    "adobe rgb": "Gamma 2.2 Encoded AdobeRGB",
}


def channels_without_rgb(names: Sequence[str], path: Path) -> tuple[list[int], tuple[str, ...]]:
    """The three channels to take as light of a part that has no red, green and blue, and notes.

    Raises:
        InputError: none of its channels can be.
    """
    if len(names) < 3:
        raise InputError(
            f"{path}: has {len(names)} channel{'s' * (len(names) > 1)} ({', '.join(names)}) where "
            "red, green and blue are needed; a grey picture becomes RGB by "
            f"oiiotool {path.name} --ch {','.join([names[0]] * 3)} --chnames R,G,B -o rgb.exr"
        )
    raise InputError(
        f"{path}: has {len(names)} channels ({', '.join(names[:4])} ...) but no R, G, B and no "
        "spectral names; if they are a spectrum, give --wavelengths"
    )


def meaning_of(
    source: OpenImageIO.ImageInput, path: Path, channels: Sequence[str]
) -> tuple[Conversion, str]:
    """What the numbers of the current part mean by the file's own words.

    Args:
        source: An open picture.
        path: Its name, for messages.
        channels: Names of the three that are taken as light.

    Returns:
        The decoder, and which words it was chosen by.

    Raises:
        InputError, UsageError: the file's words cannot be followed, or it says nothing.
    """
    spec, format_name = source.spec(), source.format_name()
    if format_name in ("dpx", "cineon"):
        raise UsageError(
            f"{path}: {format_name.upper()} does not say how its numbers are coded; give "
            "--input-space, such as LogC3, ACEScct, ADX10 or Rec.709"
        )
    integer = spec.format.basetype not in (OpenImageIO.HALF, OpenImageIO.FLOAT, OpenImageIO.DOUBLE)
    profile = spec.get_string_attribute("ICCProfile:profile_description")
    if integer and profile:
        for start, meant in PROFILES.items():
            if profile.casefold().startswith(start):
                return named_space(meant), f"by its ICC profile ({profile})"
    for tag in ("colorInteropID", "oiio:ColorSpace"):  # the second also tells of the ACES flag
        said = spec.get_string_attribute(tag)
        space = canonical_name(said)
        # OpenImageIO supposes sRGB of JPEG and PNG whatever they say: that is our default too.
        if space is not None and not (integer and space == SRGB):
            return named_space(space), f"by its colour tag ({said})"
    chromaticities = spec.getattribute("chromaticities")
    if format_name == "openexr" and chromaticities is not None and len(chromaticities) == 8:
        return from_chromaticities(chromaticities, path), "by its header"
    unread = f"; its ICC profile ({profile}) is not understood" if profile else ""
    if integer:
        return named_space(SRGB), f"the default for integer files{unread}"
    return named_space(LINEAR_REC709), f"the default for float files{unread}"
