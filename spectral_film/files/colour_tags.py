"""What the numbers of a picture mean, by the file's own words.

Each format has its order of whom to believe first; docs/pictures-in.md tells them. What a file says
and this program cannot follow is refused by its name, never guessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenImageIO

from spectral_film.errors import InputError, UsageError
from spectral_film.files.colour import tiff
from spectral_film.files.colour.containers import (
    bmp_profile,
    jpeg_exif,
    jpeg_profile,
    refuse_enumerated,
)
from spectral_film.files.colour.exif import exif_space
from spectral_film.files.colour.h273 import coded_space
from spectral_film.files.colour.kinds import (
    CIELAB,
    CONVERT,
    ICCLAB,
    LUMINANCE_CHROMA,
    WHITE_IS_ZERO,
    XYZ,
    YCBCR,
    refuse_photometric,
)
from spectral_film.files.colour.models import (
    lab_space,
    luminance_chroma_space,
    stored_lab,
    xyz_space,
)
from spectral_film.files.colour.png import png_space
from spectral_film.files.colour.profile import profile_space
from spectral_film.files.colour.radiance import radiance_space, undone_factors
from spectral_film.files.colour_spaces import (
    LINEAR_REC709,
    SRGB,
    Conversion,
    canonical_name,
    from_chromaticities,
    named_space,
)

XYZ_PRIMARIES = (1, 0, 0, 1, 0, 0)

Space = tuple[Conversion, str]  # the decoder, and which words it was chosen by


@dataclass(frozen=True)
class _Picture:
    """The current part of an open picture, as far as colour goes."""

    path: Path
    format_name: str
    spec: OpenImageIO.ImageSpec
    page: int
    channels: tuple[str, ...]

    @property
    def grey(self) -> bool:
        return len(set(self.channels)) == 1

    @property
    def integer(self) -> bool:
        floats = OpenImageIO.HALF, OpenImageIO.FLOAT, OpenImageIO.DOUBLE
        return self.spec.format.basetype not in floats

    @property
    def photometric(self) -> int | None:
        if self.format_name != "tiff":
            return None
        return self.spec.get_int_attribute("tiff:PhotometricInterpretation", 2)

    def numbers(self, attribute: str, count: int) -> tuple[float, ...] | None:
        """An attribute of so many numbers; None where it is not there.

        Raises:
            InputError: it is something else.
        """
        value = self.spec.getattribute(attribute)
        if value is None or (isinstance(value, tuple) and len(value) == count):
            return value
        raise InputError(
            f"{self.path}: {attribute} in its header should be {count} numbers; the file is "
            "damaged: export or copy it again, or say what its numbers are with --input-space"
        )


def meaning_of(
    source: OpenImageIO.ImageInput,
    path: Path,
    channels: Sequence[str],
    asked: Conversion | None = None,
) -> tuple[Conversion, tuple[str, ...]]:
    """What the numbers of the current part mean.

    Args:
        source: An open picture.
        path: Its name, for messages.
        channels: Names of the three that are taken as light; three times the same for grey.
        asked: The decoder that the user wants; None asks the file.

    Returns:
        The decoder; what it was chosen by, and what else is to be known, a sentence each.

    Raises:
        InputError, UsageError: the file's words cannot be followed, or it says nothing.
    """
    picture = _Picture(
        path, source.format_name(), source.spec(), source.current_subimage(), tuple(channels)
    )
    if "K" in picture.spec.get_string_attribute("jpeg:ColorSpace"):
        raise InputError(f"{path}: is a JPEG picture of CMYK, inks on paper; {CONVERT}")
    if picture.photometric is not None:
        refuse_photometric(picture.photometric, path)
    if picture.photometric == YCBCR and picture.spec.get_int_attribute("oiio:BitsPerSample") != 8:
        raise InputError(f"{path}: is luminance-chroma (YCbCr) of more than 8 bits; {CONVERT}")
    if picture.photometric == WHITE_IS_ZERO and picture.spec.nchannels > 1:
        raise InputError(f"{path}: is grey with white at 0 and with alpha; {CONVERT}")
    if asked is None:
        try:
            space, reason = _stated(picture)
        except (ZeroDivisionError, np.linalg.LinAlgError):
            raise InputError(
                f"{path}: the white or the primaries that it states are none; say what its numbers "
                "are with --input-space"
            ) from None
    elif picture.photometric in (CIELAB, ICCLAB):
        raise UsageError(f"{path}: is CIELAB, which is no RGB; leave out --input-space")
    else:
        space, reason = asked, "as asked"
    if picture.photometric == WHITE_IS_ZERO and picture.spec.format != OpenImageIO.UINT8:
        # Of 8 bits and less the library has turned it round itself.
        space = Conversion(f"{space.name}, white is 0", (_turned_round, *space.steps))
    factors = undone_factors(path) if picture.format_name == "hdr" else ()
    return space, (f"input space: {space.name}, {reason}", *factors)


def _stated(picture: _Picture) -> Space:
    if picture.format_name in ("dpx", "cineon"):
        raise UsageError(
            f"{picture.path}: {picture.format_name.upper()} does not say how its numbers are "
            "coded; give --input-space, such as LogC3, ACEScct, ADX10 or Rec.709"
        )
    for words in (_by_channels, *BELIEVED.get(picture.format_name, BELIEVED["others"])):
        space = words(picture)
        if space is not None:
            return space
    if picture.integer:
        return named_space(SRGB), "the default for integer files"
    return named_space(LINEAR_REC709), "the default for float files"


def _by_channels(picture: _Picture) -> Space | None:
    names = tuple(name.casefold().rpartition(".")[2] for name in picture.channels)
    chromaticities = picture.numbers("chromaticities", 8)
    if names == XYZ:
        return xyz_space(chromaticities), "by its channels"
    if names == LUMINANCE_CHROMA:
        return luminance_chroma_space(chromaticities, picture.path), "by its channels"
    return None


def _by_interop_id(picture: _Picture) -> Space | None:
    said = picture.spec.get_string_attribute("colorInteropID")
    if said in ("", "unknown"):
        return None
    if canonical_name(said) is None:
        if said != "data" and picture.numbers("chromaticities", 8) is not None:
            return None  # a name of a studio's own beside words that all can follow
        what = "says that it is no colour" if said == "data" else "is no space that is known here"
        raise InputError(
            f"{picture.path}: its colorInteropID ({said[:60]}) {what}; say what the numbers are "
            "with --input-space"
        )
    return named_space(said), f"by its colorInteropID ({said})"


def _by_library(picture: _Picture) -> Space | None:
    """What OpenImageIO has made of the header: the flag of ACES, the gamma of old formats."""
    said = picture.spec.get_string_attribute("oiio:ColorSpace")
    space = canonical_name(said)
    # It supposes sRGB of most integer files, whatever they say: that is the default here too.
    if space is None or (picture.integer and space == SRGB):
        return None
    return named_space(space), f"by its colour tag ({said})"


def _by_chromaticities(picture: _Picture) -> Space | None:
    chromaticities = picture.numbers("chromaticities", 8)
    if chromaticities is None or picture.grey:
        return None
    if np.allclose(chromaticities[:6], XYZ_PRIMARIES):  # R, G, B hold X, Y, Z, as `--to xyz` writes
        return xyz_space(chromaticities), "by its header"
    return from_chromaticities(chromaticities, picture.path), "by its header"


def _by_code_points(picture: _Picture) -> Space | None:
    code_points = picture.numbers("CICP", 4)
    if code_points is None:
        return None
    return coded_space([int(code) for code in code_points], picture.path), "by its code points"


def _by_profile(picture: _Picture) -> Space | None:
    content: bytes | None = None
    profile = picture.spec.getattribute("ICCProfile")
    if profile is not None:  # of another type it is damaged, and so is the text of it
        content = profile.tobytes() if isinstance(profile, np.ndarray) else str(profile).encode()
    elif picture.format_name in OWN_PROFILES:
        content = OWN_PROFILES[picture.format_name](picture.path)
    if content is None:
        return None
    return profile_space(content, picture.path, grey=picture.grey), "by its ICC profile"


def _by_tiff_tags(picture: _Picture) -> Space | None:
    found = tiff.page_tags(picture.path, picture.page, tiff.COLOUR)
    space = tiff.stated_space(found, picture.path, integer=picture.integer)
    return None if space is None else (space, "by its TIFF tags")


def _by_exif(picture: _Picture) -> Space | None:
    said = picture.spec.get_int_attribute("Exif:ColorSpace", 0)
    if said == 0:
        return None
    index = ""
    if picture.format_name == "jpeg":
        index = tiff.interoperability(jpeg_exif(picture.path))
    elif picture.format_name == "tiff":
        index = tiff.interoperability(picture.path)
    return exif_space(picture.path, said, index)


def _by_enumerated(picture: _Picture) -> None:
    refuse_enumerated(picture.path)


def _by_png(picture: _Picture) -> Space | None:
    return png_space(picture.path, grey=picture.grey)


def _by_radiance(picture: _Picture) -> Space | None:
    return radiance_space(picture.path)


def _by_photometric(picture: _Picture) -> Space | None:
    if picture.photometric not in (CIELAB, ICCLAB):
        return None
    if picture.grey:
        raise InputError(f"{picture.path}: is CIELAB of lightness alone; {CONVERT}")
    stored = {
        OpenImageIO.UINT8: stored_lab(8, signed=picture.photometric == CIELAB),
        OpenImageIO.UINT16: stored_lab(16, signed=picture.photometric == CIELAB),
        OpenImageIO.FLOAT: _as_it_is,
    }
    number = picture.spec.format.basetype
    as_stored = picture.spec.get_string_attribute("oiio:ColorSpace").endswith("LAB")
    if number not in stored or not as_stored:
        raise InputError(f"{picture.path}: is CIELAB in numbers that are not read; {CONVERT}")
    white = tiff.page_tags(picture.path, picture.page, {tiff.WHITE}).get(tiff.WHITE)
    return lab_space(stored[number], white), "by its TIFF tags"


def _as_it_is(pixels: np.ndarray) -> None:
    """Change nothing."""


def _turned_round(pixels: np.ndarray) -> None:
    np.subtract(1, pixels, out=pixels)


OWN_PROFILES = {"jpeg": jpeg_profile, "bmp": bmp_profile}
# Format -> its words in the order in which they are believed.
BELIEVED: dict[str, tuple[Callable[[_Picture], Space | None], ...]] = {
    "openexr": (_by_interop_id, _by_library, _by_chromaticities),
    "png": (_by_png,),
    "tiff": (_by_photometric, _by_profile, _by_tiff_tags, _by_exif),
    "jpeg": (_by_profile, _by_exif),
    "jpeg2000": (_by_profile, _by_enumerated),
    "hdr": (_by_radiance,),
    "others": (_by_code_points, _by_profile, _by_exif, _by_library),
}
