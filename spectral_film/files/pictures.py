"""Any picture file -> a scene: RGB as linear Rec.709, or the spectra it holds.

What a file is, its content says: `.hdr` is ENVI or Radiance by its first line, an OpenEXR file is
spectral by the names of its channels.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import OpenImageIO

from spectral_film.errors import InputError, UsageError, printable
from spectral_film.files.alpha import Alpha
from spectral_film.files.colour.kinds import channels_without_rgb, hint_unopened, stored_numbers
from spectral_film.files.colour_spaces import Conversion, named_space
from spectral_film.files.colour_tags import meaning_of
from spectral_film.files.envi import read_envi
from spectral_film.files.envi_data import data_file
from spectral_film.files.envi_header import begins_header
from spectral_film.files.header import shot_of
from spectral_film.files.linear_light import linear_light_of
from spectral_film.files.parts import Picture, choose_picture
from spectral_film.files.planes import NanPolicy, NotNumbers, load_planes
from spectral_film.files.raw.reading import SUFFIXES as RAW_SUFFIXES
from spectral_film.files.raw.reading import read_raw
from spectral_film.files.spectral_exr import (
    SpectralLayout,
    is_spectral,
    named_layout,
    told_layout,
)
from spectral_film.files.views import CAMERA, is_for_a_screen, view_undone
from spectral_film.files.wavelengths import parse_wavelengths
from spectral_film.light.demo_scene import DEMO_SCENE, demo_scene
from spectral_film.light.scene import LINEAR_REC709, Scene, SceneKind, SourceFile

SPECTRA = "spectra have no space or view of RGB"
SIDEWAYS = (5, 6, 7, 8)  # Exif orientations that swap width and height


def read_scene(
    path: str | Path,
    *,
    input_space: str | None = None,
    input_view: str | None = None,
    spectra: SceneKind | None = None,
    wavelengths: str | Sequence[float] | None = None,
    part: str | int | None = None,
    layer: str | None = None,
    nan: NanPolicy = "refuse",
) -> Scene:
    """Read a picture or a spectral cube.

    Args:
        path: Anything OpenImageIO opens, an ENVI header, or a camera RAW.
        input_space: What RGB numbers mean (`colour_spaces.named_space`); None asks the file
            (`colour_tags.meaning_of`); else linear Rec.709 for float files and sRGB for
            integer ones.
        input_view: The display view that the picture was made by, which is undone
            (`views.view_undone`); None: it holds the light of its scene.
        spectra: `reflectance` or `radiance`, over what the file says of itself.
        wavelengths: Of each channel, `parse_wavelengths`; makes any multichannel picture a cube.
        part: Part or page of the file, by name or by number from 0; None: that of the beauty.
        layer: Layer whose R, G, B are taken, by name; None: the beauty.
        nan: `refuse` samples that are not finite, or make their pixels black: `zero`.

    Raises:
        InputError: the file cannot be used, or holds several pictures that may be meant.
        UsageError: an option makes no sense, or the file needs one.
    """
    path = Path(path)
    if spectra not in (None, "reflectance", "radiance"):
        raise UsageError(f"--spectra {spectra}: expected reflectance or radiance")
    if nan not in get_args(NanPolicy):
        raise UsageError(f"--nan {nan}: expected refuse or zero")
    wavelength_nm = None if wavelengths is None else parse_wavelengths(wavelengths)
    decoder = None if input_space is None else named_space(input_space)
    view = None if input_view is None else view_undone(input_view)

    of_rgb = {"--input-space": input_space, "--input-view": input_view}
    start = _first_bytes(path)
    if begins_header(start):
        _refuse_options(path, SPECTRA, of_rgb)
        _refuse_options(path, "a cube is one picture", {"--part": part, "--layer": layer})
        scene = read_envi(path, spectra=spectra, wavelength_nm=wavelength_nm, nan=nan)
        return replace(scene, source=_source(path, data_file(path)))
    if path.samefile(DEMO_SCENE):
        _refuse_options(path, SPECTRA, of_rgb)
        return replace(demo_scene(), source=_source(path))
    # Most are TIFF files inside, whose first picture is a thumbnail: their names must tell.
    if path.suffix.lower().lstrip(".") in RAW_SUFFIXES:
        _refuse_options(
            path,
            "a camera RAW is one picture of light",
            of_rgb | {"--spectra": spectra, "--wavelengths": wavelengths}
            | {"--part": part, "--layer": layer},
        )  # fmt: skip
        return replace(read_raw(path), source=_source(path))
    if path.suffix.lower() == ".hdr" and not start.startswith(b"#?"):
        raise InputError(
            f"{path}: neither an ENVI header (first line `ENVI`) nor a Radiance picture "
            "(first line `#?RADIANCE`); check that it is the right file"
        )
    with _opened(path) as source:
        bands = None if wavelength_nm is None else len(wavelength_nm)
        picture, notes = choose_picture(source, path, part, layer, bands)
        names = picture.names
        if wavelength_nm is not None and is_spectral(names):
            raise UsageError(
                f"{path}: its channels name their wavelengths; leave out --wavelengths"
            )
        if wavelength_nm is not None or is_spectral(names):
            _refuse_options(path, SPECTRA, of_rgb)
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
            scene = _read_rgb(source, path, picture, decoder, view, nan)
    return replace(scene, notes=notes + scene.notes, source=_source(path))


def _read_rgb(
    source: OpenImageIO.ImageInput,
    path: Path,
    picture: Picture,
    decoder: Conversion | None,
    view: Conversion | None,
    nan: NanPolicy,
) -> Scene:
    names = picture.names
    rgb = list(picture.rgb)
    notes: tuple[str, ...] = ()
    if not rgb:
        rgb, notes = channels_without_rgb(names, path)
    decoder, said = meaning_of(source, path, [names[at] for at in rgb], decoder)
    notes += said
    if view is not None:
        notes += (f"the view {view.name} is undone: the picture is taken for a screen's",)
        decoder = Conversion(f"{decoder.name}, {view.name} undone", decoder.steps + view.steps)
    elif source.spec().format == OpenImageIO.UINT8 and is_for_a_screen(decoder):
        notes += (
            f"8 bits in {decoder.name} are taken for the light of the scene; if the picture was "
            f"graded, or developed by a camera, its contrast comes twice: try --input-view {CAMERA}"
            " or, of ACES, its view",
        )
    others = [at for at in range(len(names)) if at not in rgb]
    return _scene(source, path, rgb, others, picture.alpha, notes, nan, decode=decoder)


def _read_spectra(
    source: OpenImageIO.ImageInput, path: Path, layout: SpectralLayout, nan: NanPolicy
) -> Scene:
    notes = layout.notes
    if compensation := source.spec().get_float_attribute("EV", 0.0):
        notes += (
            f"the file's compensation for viewing, {compensation:+.4g} EV, is not applied: the "
            "spectra stay as measured (--exposure moves them)",
        )
    no_alpha = ()  # their layout does not say whether an alpha beside the preview weighs them
    return _scene(
        source,
        path,
        layout.light,
        layout.passengers,
        no_alpha,
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
    alpha: tuple[int, ...],
    notes: tuple[str, ...],
    nan: NanPolicy,
    *,
    kind: SceneKind = "rgb",
    wavelength_nm: np.ndarray | None = None,
    decode: Conversion | None = None,
) -> Scene:
    """The chosen channels with their windows, their passengers and their way up."""
    spec = source.spec()
    if min(spec.width, spec.height) < 1:
        raise InputError(f"{path}: has no pixels; export or copy it again")
    names = spec.channelnames
    formats = spec.channelformats or (spec.format,) * spec.nchannels
    # OpenImageIO gives 32-bit integers (identifiers) as fractions of the largest: no use.
    counted = [at for at in others if formats[at].basetype == OpenImageIO.UINT32]
    # The picture comes out as R, G, B, with its A: another of that name would take its place.
    output = ("R", "G", "B", "A") if alpha else ("R", "G", "B")
    hidden = [at for at in others if names[at].upper() in output and at not in alpha]
    unnamed = [at for at in others if names[at] != printable(names[at])]
    riding = [at for at in others if at not in (*counted, *hidden, *unnamed)]
    if unnamed:
        notes += (f"{len(unnamed)} channels whose names are no text are left out",)
    if counted:
        lost = ", ".join(names[at] for at in counted)
        notes += (f"integer channels cannot ride along and are left out: {lost}",)
    if hidden:
        notes += (f"the channels {', '.join(names[at] for at in hidden)} give way to the picture",)
    not_numbers = NotNumbers(path, [names[at] for at in light], nan)
    covering = Alpha(
        channels=alpha,
        straight=bool(spec.get_int_attribute("oiio:UnassociatedAlpha")),
        coded=spec.format.basetype not in (OpenImageIO.HALF, OpenImageIO.FLOAT, OpenImageIO.DOUBLE),
    )
    planes, extra, share = load_planes(
        source, path, light, riding, not_numbers, decode, covering if alpha else None
    )
    if share is not None and not share.any():
        notes += ("alpha is 0 everywhere; the picture is taken as covering all",)
        share = None
    if share is not None and (share == 1).all():
        share = None
    if share is not None:
        planes[:, share == 0] = 0  # whatever is hidden there sheds no light
        edges = np.count_nonzero((share > 0) & (share < 1))
        notes += (f"alpha covers {edges} pixels in part; film sees the colour of what covers them",)

    orientation = spec.get_int_attribute("Orientation", 1)
    display_size = (spec.full_width, spec.full_height)
    aspect = spec.get_float_attribute("PixelAspectRatio", 1.0)
    aspect = aspect if np.isfinite(aspect) and aspect > 0 else 1.0
    if orientation in SIDEWAYS:
        display_size, aspect = display_size[::-1], 1 / aspect
    passengers = {}
    for at, plane in zip(riding, _upright(extra, orientation), strict=True):
        half = formats[at].basetype == OpenImageIO.HALF
        name = "A" if alpha == (at,) else names[at]
        passengers[name] = plane.astype(np.float16) if half else plane
    if len(alpha) > 1:
        passengers["A"] = np.mean([passengers[names[at]] for at in alpha], axis=0, dtype=np.float32)
    return Scene(
        planes=_upright(planes, orientation),
        kind=kind,
        wavelength_nm=wavelength_nm,
        space=(linear_light_of(decode) if decode else None) or LINEAR_REC709,
        origin=(spec.x - spec.full_x, spec.y - spec.full_y),
        display_size=display_size,
        display_origin=(spec.full_x, spec.full_y),
        pixel_aspect=aspect,
        passengers=passengers,
        coverage=None if share is None else _upright(share[np.newaxis], orientation)[0],
        header=shot_of(spec, source.format_name(), names),
        notes=notes + not_numbers.verdict(),
    )


def _source(path: Path, *others: Path) -> SourceFile:
    """The name of a file, and the hash of its content, with that of others behind it."""
    digest = hashlib.sha256()
    for part in (path, *others):
        with part.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return SourceFile(path.name, digest.hexdigest())


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
        if "premature end" in source.geterror().casefold():  # a JPEG in scans is read by now
            raise InputError(
                f"{path}: ends before its pixels do; the file is damaged or cut short: export or "
                "copy it again"
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


def _refuse_options(path: Path, what: str, options: Mapping[str, object]) -> None:
    for option, given in options.items():
        if given is not None:
            raise UsageError(f"{path}: {what}; leave out {option}")


def _upright(planes: np.ndarray, orientation: int) -> np.ndarray:
    """Planes (channel, y, x) turned as the Exif orientation 1-8 asks, C order."""
    if orientation in SIDEWAYS:
        planes = planes.swapaxes(1, 2)
    if orientation in (2, 3, 6, 7):
        planes = planes[:, :, ::-1]
    if orientation in (3, 4, 7, 8):
        planes = planes[:, ::-1]
    return np.ascontiguousarray(planes)
