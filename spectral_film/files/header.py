"""What a file says of the shot - time code, camera, owner - and how it travels to the output.

What describes the pixels of the file (compression, colour, windows, density of print) stays behind,
since the output has its own; so does what the programs before left of themselves.
"""

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

import OpenImageIO

from spectral_film.errors import printable

Header = Mapping[str, tuple[str, object]]

# Names, in any case, that tell of the file and its pixels.
OF_THE_FILE = re.compile(
    r"software|hostcomputer|orientation|pixelaspectratio|[xy]resolution|resolutionunit|compression"
    r"|planarconfig|name|view|multiview|pagename|pagenumber|chunkcount|preview|colorinteropid"
    r"|chromaticities|whiteluminance|adoptedneutral|acesimagecontainerflag|renderingtransform"
    r"|lookmodtransform|iccprofile.*|textureformat|wrapmodes|envmap|raw profile.*|xml:.*|gamma"
    r"|(film|oiio|openexr|tiff|png|jpeg|thumbnail|cineon)[:_].*"
    r"|exif:(colorspace|gamma|pixel[xy]dimension|componentsconfiguration|compressedbitsperpixel"
    r"|makernote|exifversion|flashpixversion|subject(area|location)|interoperabilityindex"
    r"|whitepoint|primarychromaticities|transferfunction|ycbcr.*|referenceblackwhite)",
    re.IGNORECASE,
)
# Of the layout of spectral pictures, which do not come out as spectra.
OF_SPECTRA = re.compile(
    r"spectrallayoutversion|emissiveunits|polarisationhandedness|ev|lenstransmission"
    r"|cameraresponse|illuminant|[xyz]",
    re.IGNORECASE,
)
# Beside OpenEXR and PNG, whose users name fields as they like, these prefixes tell of a shot.
PREFIXES = ("exif", "gps", "iptc", "smpte")
FREE_NAMES = ("openexr", "png")
DPX_SHOT = (
    "dpx:FrameId", "dpx:SlateInfo", "dpx:InputDevice", "dpx:InputDeviceSerialNumber", "dpx:Format",
    "dpx:FramePosition", "dpx:SequenceLength", "dpx:HeldCount", "dpx:ShutterAngle",
)  # fmt: skip
DPX_RATES = ("dpx:FrameRate", "dpx:TemporalFrameRate")  # of the film, of the video header
FRAME_RATES = ("framesPerSecond", "FramesPerSecond")  # OpenEXR's name, OpenImageIO's
# OpenEXR's name of what stills call otherwise.
STILL_NAMES = {
    "cameraMake": "Make",
    "cameraModel": "Model",
    "lensMake": "Exif:LensMake",
    "lensModel": "Exif:LensModel",
    "isoSpeed": "Exif:PhotographicSensitivity",
    "Exif:FNumber": "FNumber",
    "Exif:ExposureTime": "ExposureTime",
    "Exif:ISOSpeedRatings": "Exif:PhotographicSensitivity",
}
# Types that writers pass over in silence -> those that they take.
WRITTEN_AS = {
    "double": "float", "uint8": "int", "int8": "int", "uint16": "int", "int16": "int",
    "uint": "int", "int64": "int", "uint64": "int", "vector2i": "int[2]", "vectori": "int[3]",
    "vector2i[2]": "box2i", "vectord": "float[3]", "matrix33d": "matrix33", "matrixd": "matrix",
}  # fmt: skip
LARGEST_INT = 2**31 - 1
FASTEST = 1e6  # frames a second; a damaged header knows faster cameras
MISSED_FIRST = ("smpte:TimeCode", *FRAME_RATES, "smpte:KeyCode")
NEVER_MISSED = ("Exif:", "GPS:", "IPTC:", "screenWindow")  # of small print, or of no use outside
NAMED_AT_MOST = 6


def shot_of(spec: OpenImageIO.ImageSpec, format_name: str, channels: Sequence[str]) -> Header:
    """The fields of a header that tell of the shot, under the names that OpenEXR knows."""
    header: dict[str, tuple[str, object]] = {}
    for field in spec.extra_attribs:
        if not _travels(field.name, format_name) or field.name in channels:
            continue
        # A damaged file has fields whose names are no text, and values that are but bytes.
        if field.name == printable(field.name) and isinstance(
            field.value, str | int | float | tuple
        ):
            header[field.name] = str(field.type), field.value
    if "spectralLayoutVersion" in header:
        header = {name: field for name, field in header.items() if not OF_SPECTRA.fullmatch(name)}
    said = header.get("ImageDescription", ("", ""))[1]
    if str(said).lstrip()[:1] in ("{", "<"):  # a program's, of its own file
        del header["ImageDescription"]
    for name in DPX_RATES:
        rate = spec.get_float_attribute(name)
        if 0 < rate < FASTEST:
            header["framesPerSecond"] = "rational", _ratio(rate)
    return {name: field for name, field in header.items() if field[1] != ""}


def put_shot(spec: OpenImageIO.ImageSpec, header: Header, suffix: str) -> None:
    """Write a header into that of a file to be, under the names that its format knows."""
    for field, (kind, value) in header.items():
        name, kind = _name_in(suffix, field), WRITTEN_AS.get(kind, kind)
        if name == "ImageDescription" and suffix != ".exr":
            continue  # the provenance stands there, and holds it
        numbers = value if isinstance(value, tuple) else (value,)
        if any(isinstance(n, int) and not -LARGEST_INT <= n <= LARGEST_INT for n in numbers):
            continue  # it would come out as another
        if name == "Exif:PhotographicSensitivity" and kind == "float":  # a whole number there
            if not 0 <= float(value) <= LARGEST_INT:  # type: ignore[arg-type]
                continue
            kind, value = "int", round(float(value))  # type: ignore[arg-type]
        if isinstance(value, str):  # no text stays none, and no writer takes it
            value = value.encode(errors="replace").decode()
        spec.attribute(name, OpenImageIO.TypeDesc(kind), value)
        if name in FRAME_RATES and suffix == ".dpx":
            for rate in DPX_RATES:
                spec[rate] = float(_fraction(value))


def lost_shot(header: Header, written: OpenImageIO.ImageSpec, suffix: str) -> tuple[str, ...]:
    """A sentence that names what the format could not hold, if anything that is missed."""
    there = {field.name for field in written.extra_attribs} | {"ImageDescription"}
    if there & set(DPX_RATES):
        there |= set(FRAME_RATES)
    lost = [
        name for name in header
        if _name_in(suffix, name) not in there and not name.startswith(NEVER_MISSED)
    ]  # fmt: skip
    if not lost:
        return ()
    lost.sort(key=lambda name: name not in MISSED_FIRST)
    more = f" and {len(lost) - NAMED_AT_MOST} more" if len(lost) > NAMED_AT_MOST else ""
    exr = "" if suffix == ".exr" else "; an .exr would"
    return (
        f"{suffix} cannot hold what the input says in {', '.join(lost[:NAMED_AT_MOST])}{more}{exr}",
    )


def _name_in(suffix: str, name: str) -> str:
    """What a field is called in files of that suffix."""
    if name in DPX_SHOT and suffix != ".dpx":  # others take no dpx: names
        return name[4].lower() + name[5:]
    return name if suffix == ".exr" else STILL_NAMES.get(name, name)


def _travels(name: str, format_name: str) -> bool:
    if name in DPX_SHOT:
        return True
    if OF_THE_FILE.fullmatch(name):
        return False
    prefix, colon, _ = name.partition(":")
    return not colon or prefix.lower() in PREFIXES or (
        format_name in FREE_NAMES and prefix.lower() != "dpx"
    )  # fmt: skip


def _ratio(rate: float) -> tuple[int, int]:
    """A frame rate as the fraction it stands for: whole, or a whole one slowed by 1000/1001."""
    slowed = Fraction(round(rate * 1.001) * 1000, 1001)
    nearest = min((Fraction(round(rate)), slowed), key=lambda ratio: abs(float(ratio) - rate))
    if abs(float(nearest) - rate) > 1e-4 * rate:
        nearest = Fraction(rate).limit_denominator(1001)
    return nearest.numerator, nearest.denominator


def _fraction(value: object) -> Fraction:
    if isinstance(value, tuple):
        return Fraction(*value) if value[1] else Fraction(0)
    rate = float(value)  # type: ignore[arg-type]
    return Fraction(rate) if math.isfinite(rate) else Fraction(0)
