"""What an output says of itself: what its numbers mean, and how they were made."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import OpenImageIO

from spectral_film.files.header import Header
from spectral_film.files.icc import display_profile
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import LINEAR_REC709, LinearSpace

DPX_TEXT = 99  # bytes of a text field of that header, without the closing zero


def label_colour(
    spec: OpenImageIO.ImageSpec,
    target: Path,
    quantity: str,
    display: str,
    space: LinearSpace,
    *,
    linear: bool,
) -> None:
    """Say what the numbers are to whoever opens the file; `space` is what a scene is in."""
    standard = DISPLAYS[display]
    suffix = target.suffix.lower()
    if suffix == ".exr":
        if quantity == "display":
            eight = [*np.ravel(standard.primaries), *standard.white]
        elif quantity == "xyz":
            eight = [1, 0, 0, 1, 0, 0, 1 / 3, 1 / 3]
        elif quantity == "scene":
            eight = chromaticities_of(space)
        else:
            spec["colorInteropID"] = "data"
            return
        spec.attribute("chromaticities", OpenImageIO.TypeDesc("float[8]"), tuple(map(float, eight)))
        known = {"display": standard.interop_id, "scene": space.interop_id}
        if interop_id := known.get(quantity):
            spec["colorInteropID"] = interop_id
            _contain_aces(spec, interop_id)
    elif suffix == ".dpx":
        film = quantity == "cineon"
        video = quantity == "display" and display == "Rec.709"
        named = "ITU-R 709-4" if video else "User defined"
        spec["dpx:Transfer"] = "Logarithmic" if film else named
        spec["dpx:Colorimetric"] = "Printing density" if film else named
    elif quantity == "display":
        profile = np.frombuffer(display_profile(display, linear=linear), np.uint8)
        spec.attribute("ICCProfile", OpenImageIO.TypeDesc(f"uint8[{len(profile)}]"), profile)


def chromaticities_of(space: LinearSpace) -> list[float]:
    """x, y of red, green, blue and white; adapted to D65 where only the way to Rec.709 is known."""
    for standard in DISPLAYS.values():
        if standard.interop_id and standard.interop_id == space.interop_id:
            return [*np.ravel(standard.primaries), *standard.white]
    xyz = DISPLAYS["sRGB"].rgb_to_xyz() @ np.array(space.to_rec709)
    corners = np.column_stack([xyz, xyz.sum(axis=1)])
    return [float(value) for value in np.ravel((corners[:2] / corners.sum(axis=0)).T)]


def lost_primaries(target: Path, quantity: str, space: LinearSpace) -> list[str]:
    """A warning where a scene's primaries are lost."""
    if quantity != "scene" or target.suffix.lower() == ".exr" or space == LINEAR_REC709:
        return []
    return [f"{target.suffix} does not say that its light is {space.name}; an .exr would"]


def _contain_aces(spec: OpenImageIO.ImageSpec, interop_id: str) -> None:
    """Make it an ACES container (ST 2065-4) where it may be: half AP0, nothing but R, G, B, A."""
    kinds = {str(kind) for kind in spec.channelformats or (spec.format,)}
    if (
        interop_id == "lin_ap0_scene"
        and kinds == {"half"}
        and set(spec.channelnames) <= set("RGBA")
    ):
        spec["compression"] = "none"
        spec["acesImageContainerFlag"] = 1


def label_provenance(
    spec: OpenImageIO.ImageSpec, target: Path, metadata: Mapping[str, object], header: Header
) -> None:
    """How the picture was made, where a reader of that format looks for it.

    Numbers stay numbers; what is on or off is 1 or 0 in EXR, true or false in the JSON elsewhere.
    """
    spec["Software"] = str(metadata.get("engine", "spectral-film"))
    if not spec.get_string_attribute("DateTime"):
        spec["DateTime"] = ""  # or the clock would get in
    if target.suffix.lower() == ".exr":
        for name, value in metadata.items():
            _put(spec, f"film:{name}", value)
        return
    if comments := header.get("ImageDescription"):
        metadata = {**metadata, "comments": comments[1]}
    text = json.dumps(metadata, default=str)
    spec["ImageDescription"] = text
    if target.suffix.lower() == ".dpx":  # the whole goes where there is room
        said = f"{metadata['quantity']}: {metadata.get('coding', '')}"
        spec["ImageDescription"] = said[:DPX_TEXT]
        content = np.frombuffer(text.encode(), np.uint8)
        spec.attribute("dpx:UserData", OpenImageIO.TypeDesc(f"uint8[{len(content)}]"), content)


def read_provenance(path: Path) -> dict[str, object] | None:
    """How a picture says that it was made; None: it does not say, or is no picture.

    Numbers as its format has them: switches are 1 or 0 in EXR.
    """
    source = OpenImageIO.ImageInput.open(str(path))
    try:
        if source is None:
            OpenImageIO.geterror()  # or it is told of the next file
            return None
        return _said(source.spec(), path.suffix.lower()) or None
    except (ValueError, TypeError, OverflowError, RecursionError):  # a header that is damaged
        return None
    finally:
        if source is not None:
            source.close()


def _said(spec: OpenImageIO.ImageSpec, suffix: str) -> dict[str, object]:
    if suffix == ".exr":
        return {
            attribute.name.removeprefix("film:"): attribute.value
            for attribute in spec.extra_attribs
            if attribute.name.startswith("film:")
        }
    text = spec.get_string_attribute("ImageDescription")
    if suffix == ".dpx":
        content = spec.getattribute("dpx:UserData")
        text = (
            ""
            if content is None
            else bytes(np.asarray(content, np.uint8)).decode("utf-8", "replace")
        )
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def _put(spec: OpenImageIO.ImageSpec, name: str, value: object) -> None:
    match value:
        case int() if not -(2**31) <= value < 2**31:  # more than a number of a header holds
            spec[name] = str(value)
        case bool() | int():
            spec.attribute(name, OpenImageIO.TypeDesc("int"), int(value))
        case float():
            spec.attribute(name, OpenImageIO.TypeDesc("float"), value)
        case tuple():
            kind = OpenImageIO.TypeDesc(f"float[{len(value)}]")
            spec.attribute(name, kind, tuple(map(float, value)))
        case _:
            spec[name] = str(value)
