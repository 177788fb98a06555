"""Which picture of a file: its parts and pages, and the layers of each.

Renderers and compositors put many passes into one file. The *beauty* is the picture itself; the
others are light of one kind, or data. Parts are counted from 0, as OpenEXR and oiiotool count.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import OpenImageIO

from spectral_film.errors import InputError, UsageError
from spectral_film.files.spectral_exr import is_spectral

# What the beauty is called, the last word of it: Arnold, V-Ray, Nuke; Blender, Houdini, Redshift.
PLAIN = ("", "rgba", "rgb")
BEAUTY = ("beauty", "combined", "c")
# Passes that are no light of their own, though their channels may be called R, G, B.
DATA = re.compile(
    r"(ao|id|(obj|object|mat|material|asset)_?id|index(ob|ma)|z|n|p|uvs?|mist|motion[\w ]*"
    r"|[\w ]*(occlusion|crypto\w*|depth|normals?|position|vectors?|velocity))[\d_]*"
)
COLOURS = (("r", "g", "b"), ("red", "green", "blue"))
ALPHA = ("a", "alpha")
ALPHA_BY_COLOUR = ("ar", "ag", "ab")
VIEWS = ("left", "right")
REDUCED, MASK = 1, 4  # bits of TIFF's NewSubfileType


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture of a file.

    Attributes:
        part: Its part, from 0.
        part_name: What the file calls the part; empty where it does not.
        layer: The layer within; empty for plain R, G, B.
        names: Channels of the part.
        size: Width and height.
        rgb: Index of red, green and blue; empty for spectra and for what has no such channels.
        alpha: Index of what tells the coverage: one channel, three, or none.
        copy: A reduced copy or a mask of another page.
        deep: Whether its samples lie behind each other.
    """

    part: int
    part_name: str
    layer: str = ""
    names: tuple[str, ...]
    size: tuple[int, int]
    rgb: tuple[int, ...] = ()
    alpha: tuple[int, ...] = ()
    copy: bool = False
    deep: bool = False

    @property
    def name(self) -> str:
        """What it is called: by its layer, or its part."""
        return self.layer or self.part_name

    @property
    def rank(self) -> int:
        """How likely this is the picture itself: 0 the most; 4: only if it is asked for."""
        word = _last_word(self.name)
        colours = self.rgb or is_spectral(self.names)
        if self.copy or DATA.fullmatch(word) or not (colours or _any_light(self.names)):
            return 4
        if word in PLAIN and (word or colours):
            return 0
        return 1 if word in BEAUTY else 2 if colours else 3


def _last_word(name: str) -> str:
    """The last word of a name, before that of a view: what the picture is."""
    *words, last = name.casefold().split(".")
    return words[-1] if words and last in VIEWS else last


def _any_light(channels: Sequence[str]) -> bool:
    """Whether of channels that are no R, G, B any may be light, by its layer or else its name."""
    layers = (channel.rpartition(".")[0] or channel for channel in channels)
    return not all(DATA.fullmatch(_last_word(layer)) for layer in layers)


def choose_picture(
    source: OpenImageIO.ImageInput,
    path: Path,
    part: str | int | None = None,
    layer: str | None = None,
    bands: int | None = None,
) -> tuple[Picture, tuple[str, ...]]:
    """Go to the part asked for, or to the one that holds the beauty.

    Args:
        source: An open file; it stands at the part afterwards.
        path: Its name, for messages.
        part: Name of the part, or its number from 0; None: any.
        layer: Name of the layer, or of the part whose plain R, G, B is meant; None: the beauty.
        bands: How many wavelengths the user gave; the layers then do not matter.

    Returns:
        The picture, and a note where there was a choice.

    Raises:
        UsageError: no such part or layer.
        InputError: more than one may be meant; the message names all.
    """
    every = _pictures(source)
    left = every if bands is None else _as_spectra(every, bands)
    if part is not None:
        left = _asked(left, path, "--part", part, lambda picture: picture.part_name)
    if layer is not None:
        left = _asked(left, path, "--layer", layer, lambda picture: picture.name)
    best = min(picture.rank for picture in left)
    first = [picture for picture in left if picture.rank == best]
    if len(first) > 1 or (best == 4 and len(left) > 1):
        raise InputError(
            f"{path}: which picture is meant? It holds {_listed(left)}; choose with "
            f"{'--layer NAME' if len({p.part for p in left}) == 1 else '--part N or --layer NAME'}"
        )
    chosen = first[0]
    source.seek_subimage(chosen.part, 0)
    if chosen.deep:
        raise InputError(f"{path}: holds deep samples; flatten it first (oiiotool --flatten)")
    return chosen, _note(chosen, every)


def _pictures(source: OpenImageIO.ImageInput) -> list[Picture]:
    """Every picture of the file, in its order."""
    pictures: list[Picture] = []
    parts = 0
    while source.seek_subimage(parts, 0):
        spec = source.spec()
        names = tuple(spec.channelnames)
        whole = Picture(
            part=parts,
            part_name=_part_name(spec),
            names=names,
            size=(spec.width, spec.height),
            alpha=alpha_of(names, ""),
            copy=bool(spec.get_int_attribute("tiff:subfiletype") & (REDUCED | MASK)),
            deep=spec.deep,
        )
        layers = {} if is_spectral(names) else rgb_layers(names)
        pictures += [
            replace(whole, layer=layer, rgb=tuple(rgb), alpha=alpha_of(names, layer))
            for layer, rgb in layers.items()
        ] or [whole]
        parts += 1
    source.geterror()  # seeking beyond the last part is how one counts them
    if parts == 1:  # the name of an only part says nothing
        pictures = [replace(picture, part_name="") for picture in pictures]
    return pictures


def _part_name(spec: OpenImageIO.ImageSpec) -> str:
    tags = ("name", "oiio:subimagename", "tiff:PageName")
    return next(filter(None, (spec.get_string_attribute(tag) for tag in tags)), "")


def rgb_layers(names: Sequence[str]) -> dict[str, list[int]]:
    """Layer -> index of its red, green and blue channel; the plain R, G, B are layer ``."""
    index = {name.casefold(): at for at, name in enumerate(names)}
    layers = {}
    for name in names:
        layer, _, colour = name.rpartition(".")
        for rgb in COLOURS:
            wanted = [_channel(layer, c) for c in rgb]
            if colour.casefold() == rgb[0] and all(channel in index for channel in wanted):
                layers[layer] = [index[channel] for channel in wanted]
    return layers


def alpha_of(names: Sequence[str], layer: str) -> tuple[int, ...]:
    """The channel that tells how far a layer covers, or a channel for each colour, or none.

    A layer without its own goes by the plain A.
    """
    index = {name.casefold(): at for at, name in enumerate(names)}
    for within in (layer, ""):
        for alpha in ALPHA:
            if (name := _channel(within, alpha)) in index:
                return (index[name],)
        by_colour = [_channel(within, alpha) for alpha in ALPHA_BY_COLOUR]
        if all(name in index for name in by_colour):
            return tuple(index[name] for name in by_colour)
    return ()


def _channel(layer: str, last: str) -> str:
    return f"{layer}.{last}".lstrip(".").casefold()


def _as_spectra(pictures: list[Picture], bands: int) -> list[Picture]:
    """Each part once, those with enough channels first."""
    whole = {picture.part: replace(picture, layer="", rgb=(), alpha=()) for picture in pictures}
    enough = [picture for picture in whole.values() if len(picture.names) >= bands]
    return enough or list(whole.values())


def _asked(
    pictures: list[Picture],
    path: Path,
    option: str,
    wanted: str | int,
    name_of: Callable[[Picture], str],
) -> list[Picture]:
    """Those with that name, else with that last word of a name, else with that number."""
    text = str(wanted).casefold()
    whole = [picture for picture in pictures if name_of(picture).casefold() == text]
    last = [p for p in pictures if name_of(p).casefold().endswith("." + text)]
    numbered = [p for p in pictures if option == "--part" and str(p.part) == text]
    for found in (whole, last, numbered):
        if found:
            return found
    raise UsageError(f"{path}: has no {option} {wanted!r}; it holds {_listed(pictures)}")


def _listed(pictures: list[Picture]) -> str:
    if len({picture.part for picture in pictures}) == 1:
        return f"the layer{'s' * (len(pictures) > 1)} {', '.join(map(_label, pictures))}"
    return "; ".join(
        f"part {p.part} ({', '.join(filter(None, (p.part_name, _label(p))))}, "
        f"{p.size[0]} x {p.size[1]})"
        for p in pictures
    )


def _label(picture: Picture) -> str:
    return picture.layer or ("R, G, B" if picture.rgb else ", ".join(picture.names[:4]))


def _note(chosen: Picture, every: list[Picture]) -> tuple[str, ...]:
    if len(every) == 1:
        return (f"the layer {chosen.layer} is taken",) if chosen.layer else ()
    parts = len({picture.part for picture in every})
    layers = sum(picture.part == chosen.part for picture in every)
    said = []
    if parts > 1:
        name = f" ({chosen.part_name})" if chosen.part_name else ""
        said.append(f"part {chosen.part}{name} of parts 0 to {parts - 1}")
    if layers > 1 or chosen.layer:
        said.append(f"the layer {chosen.layer or 'of plain R, G, B'}")
    others = "--part and --layer take others" if parts > 1 else "--layer takes another"
    return (f"{', '.join(said)} is taken; {others}",)
