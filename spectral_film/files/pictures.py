"""Any picture file -> a scene: RGB as linear Rec.709, or the spectra it holds.

What a file is, its content says: `.hdr` is ENVI or Radiance by its first line, an OpenEXR file is
spectral by the names of its channels.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import OpenImageIO

from spectral_film.errors import InputError, UsageError
from spectral_film.files.colour.kinds import channels_without_rgb, hint_unopened, stored_numbers
from spectral_film.files.colour_spaces import Conversion, named_space
from spectral_film.files.colour_tags import meaning_of
from spectral_film.files.envi import read_envi
from spectral_film.files.envi_header import begins_header
from spectral_film.files.planes import NanPolicy, NotNumbers, load_planes
from spectral_film.files.spectral_exr import (
    SpectralLayout,
    is_spectral,
    named_layout,
    told_layout,
)
from spectral_film.files.wavelengths import parse_wavelengths
from spectral_film.light.scene import Scene, SceneKind

SIDEWAYS = (5, 6, 7, 8)  # Exif orientations that swap width and height
# Most are TIFF files inside, whose first picture is a thumbnail.
RAW_SUFFIXES = ("3fr", "arw", "cr2", "cr3", "dng", "iiq", "nef", "orf", "pef", "raf", "raw", "rw2")


def read_scene(
    path: str | Path,
    *,
    input_space: str | None = None,
    spectra: SceneKind | None = None,
    wavelengths: str | Sequence[float] | None = None,
    nan: NanPolicy = "refuse",
) -> Scene:
    """Read a picture or a spectral cube.

    Args:
        path: Anything OpenImageIO opens, or an ENVI header.
        input_space: What RGB numbers mean (`colour_spaces.named_space`); None asks the file
            (`colour_tags.meaning_of`); else linear Rec.709 for float files and sRGB for
            integer ones.
        spectra: `reflectance` or `radiance`, over what the file says of itself.
        wavelengths: Of each channel, `parse_wavelengths`; makes any multichannel picture a cube.
        nan: `refuse` samples that are not finite, or make their pixels black: `zero`.

    Raises:
        InputError: the file cannot be used.
        UsageError: an option makes no sense, or the file needs one.
    """
    path = Path(path)
    if spectra not in (None, "reflectance", "radiance"):
        raise UsageError(f"--spectra {spectra}: expected reflectance or radiance")
    if nan not in get_args(NanPolicy):
        raise UsageError(f"--nan {nan}: expected refuse or zero")
    wavelength_nm = None if wavelengths is None else parse_wavelengths(wavelengths)
    decoder = None if input_space is None else named_space(input_space)

    start = _first_bytes(path)
    if begins_header(start):
        _refuse_space_for_spectra(path, input_space)
        return read_envi(path, spectra=spectra, wavelength_nm=wavelength_nm, nan=nan)
    if path.suffix.lower() == ".hdr" and not start.startswith(b"#?"):
        raise InputError(
            f"{path}: neither an ENVI header (first line `ENVI`) nor a Radiance picture "
            "(first line `#?RADIANCE`); check that it is the right file"
        )
    with _opened(path) as source:
        notes = _go_to_part(source, path, wavelength_nm)
        names = source.spec().channelnames
        if wavelength_nm is not None and is_spectral(names):
            raise UsageError(
                f"{path}: its channels name their wavelengths; leave out --wavelengths"
            )
        if wavelength_nm is not None or is_spectral(names):
            _refuse_space_for_spectra(path, input_space)
            layout = (
                named_layout(names, spectra, path)
                if wavelength_nm is None
                else told_layout(names, wavelength_nm, spectra, path)
            )
            scene = _read_spectra(source, path, layout, nan)
        elif spectra is not None:
            raise UsageError(
                f"{path}: holds {', '.join(names[:4])}, no spectra; leave out --spectra, or name "
                "the wavelength of each channel with --wavelengths"
            )
        else:
            scene = _read_rgb(source, path, decoder, nan)
    return replace(scene, notes=notes + scene.notes)


def _read_rgb(
    source: OpenImageIO.ImageInput, path: Path, decoder: Conversion | None, nan: NanPolicy
) -> Scene:
    spec = source.spec()
    rgb, notes = _rgb_channels(spec.channelnames, path)
    decoder, said = meaning_of(source, path, [spec.channelnames[at] for at in rgb], decoder)
    notes += said
    others = [at for at in range(spec.nchannels) if at not in rgb]
    return _scene(source, path, rgb, others, notes, nan, decode=decoder)


def _read_spectra(
    source: OpenImageIO.ImageInput, path: Path, layout: SpectralLayout, nan: NanPolicy
) -> Scene:
    notes = layout.notes
    if compensation := source.spec().get_float_attribute("EV", 0.0):
        notes += (
            f"the file's compensation for viewing, {compensation:+.4g} EV, is not applied: the "
            "spectra stay as measured (--exposure moves them)",
        )
    return _scene(
        source,
        path,
        layout.light,
        layout.passengers,
        notes,
        nan,
        kind=layout.kind,
        wavelength_nm=layout.wavelength_nm,
    )


def _scene(
    source: OpenImageIO.ImageInput,
    path: Path,
    light: list[int],
    others: list[int],
    notes: tuple[str, ...],
    nan: NanPolicy,
    *,
    kind: SceneKind = "rgb",
    wavelength_nm: np.ndarray | None = None,
    decode: Conversion | None = None,
) -> Scene:
    """The chosen channels with their windows, their passengers and their way up."""
    spec = source.spec()
    formats = spec.channelformats or (spec.format,) * spec.nchannels
    # OpenImageIO gives 32-bit integers (identifiers) as fractions of the largest: no use.
    counted = [at for at in others if formats[at].basetype == OpenImageIO.UINT32]
    riding = [at for at in others if at not in counted]
    if counted:
        lost = ", ".join(spec.channelnames[at] for at in counted)
        notes += (f"integer channels cannot ride along and are left out: {lost}",)
    not_numbers = NotNumbers(path, [spec.channelnames[at] for at in light], nan)
    planes, extra = load_planes(source, path, light, riding, not_numbers, decode)

    orientation = spec.get_int_attribute("Orientation", 1)
    display_size = (spec.full_width, spec.full_height)
    aspect = spec.get_float_attribute("PixelAspectRatio", 1.0)
    aspect = aspect if np.isfinite(aspect) and aspect > 0 else 1.0
    if orientation in SIDEWAYS:
        display_size, aspect = display_size[::-1], 1 / aspect
    riders = (spec.channelnames[at] for at in riding)
    return Scene(
        planes=_upright(planes, orientation),
        kind=kind,
        wavelength_nm=wavelength_nm,
        origin=(spec.x - spec.full_x, spec.y - spec.full_y),
        display_size=display_size,
        pixel_aspect=aspect,
        passengers=dict(zip(riders, _upright(extra, orientation), strict=True)),
        notes=notes + not_numbers.verdict(),
    )


def _first_bytes(path: Path) -> bytes:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(f"{str(path)!r}: the name is not text; rename the file") from None
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give one picture or ENVI header")
    if not path.exists():
        raise InputError(f"{path}: no such file; check the name and the folder")
    if not path.is_file():
        raise InputError(f"{path}: is no regular file; give a picture on a disk")
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as reason:
        raise InputError(f"{path}: cannot be read ({reason.strerror}); check its rights") from None
    if not start:
        raise InputError(f"{path}: the file is empty; export or copy it again")
    return start


@contextmanager
def _opened(path: Path) -> Iterator[OpenImageIO.ImageInput]:
    suffix = path.suffix.lower().lstrip(".")
    if suffix in RAW_SUFFIXES:
        raise InputError(
            f"{path}: camera RAW is not read, only its thumbnail would be; develop it to a "
            "16-bit TIFF or an EXR first"
        )
    wanted = OpenImageIO.ImageSpec()
    wanted["oiio:UnassociatedAlpha"] = 1  # the numbers of the file, not times their alpha
    wanted["oiio:RawColor"] = int(stored_numbers(path))
    source = OpenImageIO.ImageInput.open(str(path), wanted)
    if source is None:
        try:
            reason = next(iter(OpenImageIO.geterror().splitlines()), "unknown format")
        except UnicodeDecodeError:  # it quotes a damaged name
            reason = "damaged header"
        header = path.with_suffix(".hdr")
        envi = header.is_file() and begins_header(_first_bytes(header))
        hint = f"give its header {header.name}" if envi else hint_unopened(reason)
        raise InputError(f"{path}: is no picture that can be read ({reason}); {hint}")
    try:
        format_name = source.format_name()
        if _format_of_suffix().get(suffix, format_name) != format_name:
            raise InputError(
                f"{path}: is named .{suffix} but holds {format_name}; rename it to what it is"
            )
        yield source
    except UnicodeDecodeError:
        raise InputError(
            f"{path}: names in its header are no text; the file is damaged: export or copy it again"
        ) from None
    finally:
        source.close()


@cache
def _format_of_suffix() -> dict[str, str]:
    formats = (
        entry.split(":") for entry in OpenImageIO.get_string_attribute("extension_list").split(";")
    )
    return {suffix: name for name, suffixes in formats for suffix in suffixes.split(",")}


def _go_to_part(
    source: OpenImageIO.ImageInput, path: Path, wavelength_nm: np.ndarray | None
) -> tuple[str, ...]:
    """Seek the first part of the file that has colours or spectra, else the first of all."""
    least = 2 if wavelength_nm is None else len(wavelength_nm)
    parts = 0
    chosen = None
    while source.seek_subimage(parts, 0):
        names = source.spec().channelnames
        usable = is_spectral(names) or _layers(names) or wavelength_nm is not None
        if chosen is None and len(names) >= least and usable:
            chosen = parts
        parts += 1
    source.geterror()  # seeking beyond the last part is how one counts them
    source.seek_subimage(chosen or 0, 0)
    spec = source.spec()
    if spec.deep:
        raise InputError(f"{path}: holds deep samples; flatten it first (oiiotool --flatten)")
    if parts == 1:
        return ()
    name = spec.get_string_attribute("name") or spec.get_string_attribute("oiio:subimagename")
    return (f"part {(chosen or 0) + 1} of {parts}{f' ({name})' if name else ''} is taken",)


def _layers(names: Sequence[str]) -> dict[str, list[int]]:
    """Layer -> index of its red, green and blue channel; the plain R, G, B are layer ``."""
    index = {name.casefold(): at for at, name in enumerate(names)}
    layers = {}
    for name in names:
        layer, _, colour = name.rpartition(".")
        for rgb in (("r", "g", "b"), ("red", "green", "blue")):
            wanted = [f"{layer}.{c}".lstrip(".").casefold() for c in rgb]
            if colour.casefold() == rgb[0] and all(channel in index for channel in wanted):
                layers[layer] = [index[channel] for channel in wanted]
    return layers


def _rgb_channels(names: Sequence[str], path: Path) -> tuple[list[int], tuple[str, ...]]:
    layers = _layers(names)
    if "" in layers:
        return layers[""], ()
    if len(layers) == 1:
        ((layer, channels),) = layers.items()
        return channels, (f"the layer {layer} is taken, the only one with R, G, B",)
    if layers:
        raise InputError(
            f"{path}: no plain R, G, B but the layers {', '.join(layers)}; take one out with "
            f"oiiotool {path.name} --ch {next(iter(layers))}.R,... --chnames R,G,B -o one.exr"
        )
    return channels_without_rgb(names, path)


def _refuse_space_for_spectra(path: Path, input_space: str | None) -> None:
    if input_space is not None:
        raise UsageError(f"{path}: spectra have no RGB space; leave out --input-space")


def _upright(planes: np.ndarray, orientation: int) -> np.ndarray:
    """Planes (channel, y, x) turned as the Exif orientation 1-8 asks, C order."""
    if orientation in SIDEWAYS:
        planes = planes.swapaxes(1, 2)
    if orientation in (2, 3, 6, 7):
        planes = planes[:, :, ::-1]
    if orientation in (3, 4, 7, 8):
        planes = planes[:, ::-1]
    return np.ascontiguousarray(planes)
