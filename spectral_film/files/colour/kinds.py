"""Kinds of pictures by what their channels or first bytes say: what is light, and what is not."""

from collections.abc import Sequence
from pathlib import Path

from spectral_film.errors import InputError
from spectral_film.files.colour import tiff
from spectral_film.files.colour.containers import refuse_empty_jpeg
from spectral_film.files.colour.radiance import header

XYZ, LUMINANCE_CHROMA = ("x", "y", "z"), ("y", "ry", "by")
GREY = ("y", "i", "l", "gray", "grey", "luminance", "intensity")
# Channels that tell of a picture nobody can see through film, and what it is.
OTHER_MODELS: dict[tuple[str, ...], str] = {
    ("c", "m", "y", "k"): "CMYK, inks on paper",
    ("l", "a", "b"): "CIELAB of an unknown scale",
    ("y", "cb", "cr"): "luminance-chroma (Y, Cb, Cr), coded for video",
    ("y", "u", "v"): "luminance-chroma (Y, U, V), coded for video",
    ("l", "u", "v"): "CIELUV of an unknown scale",
    ("h", "s", "l"): "hue, saturation and lightness",
    ("h", "s", "v"): "hue, saturation and value",
    ("x", "y"): "places or motion in a plane",
}
# What TIFF calls its numbers. Libraries hand on the first kinds as RGB or grey.
WHITE_IS_ZERO, YCBCR, CIELAB, ICCLAB = 0, 6, 8, 9
MADE_RGB = (0, 1, 2, 3, 6)
OTHER_PHOTOMETRIC = {
    4: "a mask of transparency",
    5: "CMYK or other inks (separated)",
    10: "CIELAB as fax machines code it (ITULab)",
    32803: "the mosaic of a camera's sensor (CFA)",
    32844: "a logarithm of luminance (LogL)",
    32845: "LogLuv",
    34892: "the raw light of a camera (LinearRaw)",
}
# What Photoshop calls its modes; grey 1, indexed 2 and RGB 3 are read.
OTHER_PSD = {0: "a bitmap", 4: "CMYK", 7: "multichannel", 8: "duotone", 9: "CIELAB"}
CONVERT = "convert it to RGB first, at 16 bits"


def channels_without_rgb(names: Sequence[str], path: Path) -> tuple[list[int], tuple[str, ...]]:
    """The three channels to take as light of a part that has no red, green and blue, and notes.

    A grey one stands for all three.

    Raises:
        InputError: none of its channels can be.
    """
    index = {name.casefold(): at for at, name in enumerate(names)}
    if len({name.rpartition(".")[0] for name in index}) == 1:  # all of one layer: it says no more
        index = {name.rpartition(".")[2]: at for name, at in index.items()}
    for model in (XYZ, LUMINANCE_CHROMA):
        if all(name in index for name in model):
            return [index[name] for name in model], ()
    for other, what in OTHER_MODELS.items():
        if all(name in index for name in other):
            raise InputError(f"{path}: holds {', '.join(names[:4])}: {what}; {CONVERT}")
    for name in GREY:
        if name in index:
            return [index[name]] * 3, (f"grey: {names[index[name]]} is taken for R, G and B",)
    held = f"holds {', '.join(names[:4])}{' ...' * (len(names) > 4)}"
    if len(names) == 1 or (len(names) == 2 and "a" in index):
        raise InputError(
            f"{path}: {held} where red, green and blue are needed; if it is a grey picture, "
            f"name it Y: oiiotool {path.name} --chnames Y{',A' * (len(names) > 1)} -o grey.exr"
        )
    if len(names) == 2:
        raise InputError(
            f"{path}: {held} where red, green and blue are needed; export it with all three"
        )
    raise InputError(
        f"{path}: {held}, but no R, G, B, no X, Y, Z, no Y and no spectral names; if they are a "
        "spectrum, give --wavelengths"
    )


def stored_numbers(path: Path) -> bool:
    """Whether the library is to hand on the numbers of a file as they are stored.

    It would make 8-bit RGB of CIELAB, and not open others. To be asked before it opens the file.

    Raises:
        InputError: a kind of picture that no library opens, or that it opens as something else.
    """
    with path.open("rb") as file:
        start = file.read(26)
    if start.startswith(b"\xff\xd8"):
        refuse_empty_jpeg(path)
    if start.startswith(b"8BPS") and (mode := start[-1]) in OTHER_PSD:
        raise InputError(f"{path}: is a Photoshop file of the mode {OTHER_PSD[mode]}; {CONVERT}")
    if start.startswith(b"#?") and "32-bit_rle_xyze" in header(path).get("FORMAT", ()):
        raise InputError(
            f"{path}: is a Radiance picture of CIE XYZ; convert it to RGB by ra_xyze -r"
        )
    if not start.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return False
    found = tiff.page_tags(path, 0, {tiff.PHOTOMETRIC})
    return found.get(tiff.PHOTOMETRIC, (2,))[0] not in MADE_RGB


def hint_unopened(reason: str) -> str:
    """What to try with a picture that the library does not open, by its reason."""
    if "Subsampled" in reason:
        return (
            "it is luminance-chroma (Y, RY, BY) of OpenEXR: make RGB of it by magick in.exr out.exr"
        )
    return "export it as EXR, TIFF or PNG"


def refuse_photometric(kind: int, path: Path) -> None:
    """Raise an InputError for a kind of TIFF that is no light."""
    if kind not in (*MADE_RGB, CIELAB, ICCLAB):
        what = OTHER_PHOTOMETRIC.get(kind, f"the unknown kind {kind}")
        raise InputError(f"{path}: is a TIFF picture of {what}; {CONVERT}")
