"""The demo: the built-in scene with everything on, and a page that follows it stage by stage."""

import html
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from spectral_film.device.device import Device
from spectral_film.errors import OutputError
from spectral_film.files.output import write_picture
from spectral_film.light.demo_scene import demo_scene
from spectral_film.pages.page import write_text
from spectral_film.path.rendering import Rendering, render
from spectral_film.path.settings import Settings

PIECE = (360, 180, 440, 250)  # x, y, width, height of what the page follows: fruit, far lights
LAMP = (326, 20, 170, 150)  # round a halogen and a tungsten lamp, 10000 times white

View = Callable[[np.ndarray], np.ndarray]  # planes of a quantity -> 0..1 to look at


def as_it_is(planes: np.ndarray) -> np.ndarray:
    """For what is display-encoded already."""
    return planes


def log_exposure_view(planes: np.ndarray) -> np.ndarray:
    """log10 exposure, from -4 (black) to +1 (white)."""
    return (np.log10(np.maximum(planes, 1e-10)) + 4) / 5


def negative_density_view(planes: np.ndarray) -> np.ndarray:
    """Density 0 (black) to 3 (white)."""
    return planes / 3


def print_density_view(planes: np.ndarray) -> np.ndarray:
    """Density 0 (white) to 4 (black)."""
    return 1 - planes / 4


@dataclass(frozen=True)
class Shot:
    """One picture of the page.

    Attributes:
        file: Its name in the folder.
        caption: What stands under it.
        settings: What differs from everything on.
        piece: x, y, width, height; None: all.
        view: How the quantity becomes something to look at.
    """

    file: str
    caption: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    piece: tuple[int, int, int, int] | None = PIECE
    view: View = as_it_is


@dataclass(frozen=True)
class Chapter:
    """One stage on the page: its name, its unit, what happens in it, and its pictures."""

    title: str
    unit: str
    sentence: str
    shots: tuple[Shot, ...]


PICTURE = Shot("picture.png", piece=None)
NEGATIVE = Shot("negative.png", settings={"print_film": None}, piece=None)
CHAPTERS = (
    Chapter(
        "Exposure",
        "lux s, per layer; drawn as log10 from &minus;4 to +1",
        "The spectrum of every pixel, times the sensitivity of the red-, green- and "
        "blue-sensitive layer, summed over the wavelengths.",
        (Shot("exposure.png", settings={"to": "exposure"}, view=log_exposure_view),),
    ),
    Chapter(
        "Optics",
        "lux s; seen through the finished print, at 100 %",
        "Light spreads in the emulsion, and a little of it comes back from the base: six "
        "thousandths behind the rem-jet backing, a red ring without it.",
        (
            Shot("optics-off.png", "off", {"scatter": False, "halation": False}, LAMP),
            Shot("optics-on.png", "on", {}, LAMP),
            Shot("optics-bare-base.png", "rem-jet removed", {"backing": "none"}, LAMP),
        ),
    ),
    Chapter(
        "Negative",
        "status M density, 0 to 3",
        "Development turns log exposure into dye, each layer holding back its neighbours; "
        "a densitometer reads the dyes, their masks and the orange base together.",
        (Shot("negative-density.png", settings={"to": "negative"}, view=negative_density_view),),
    ),
    Chapter(
        "Print",
        "status A density, 0 (white) to 4 (black)",
        "A tungsten lamp shines through the negative onto the print stock, balanced so that an "
        "18 % grey looks neutral beside the clear print, at visual density 1.00.",
        (Shot("print-density.png", settings={"to": "print"}, view=print_density_view),),
    ),
    Chapter(
        "Display",
        "sRGB; 1 is the clear print under the projector",
        "Xenon light through the print's dyes, seen by the CIE 1931 observer with the flare of a "
        "theatre, and encoded for this screen.",
        (Shot("display.png"),),
    ),
)
SHOTS = (PICTURE, NEGATIVE, *(shot for chapter in CHAPTERS for shot in chapter.shots))
PAGE = "index.html"


def make_demo(
    folder: Path,
    device: Device,
    *,
    overwrite: bool = False,
    announce: Callable[[str, int, int], None] | None = None,
) -> Path:
    """Render the built-in scene into `folder`, and lay a page beside it.

    Args:
        folder: Made if it is not there. Files of other names in it are left alone.
        announce: Called with the name of each picture, its number and their count.

    Returns:
        The page.

    Raises:
        OutputError: a file of the demo is there and `overwrite` is not set, or the folder cannot
            be written.
    """
    _check(folder, overwrite)
    start = time.perf_counter()
    scene = demo_scene()
    done: dict[tuple, Rendering] = {}
    for number, shot in enumerate(SHOTS, start=1):
        if announce:
            announce(shot.file, number, len(SHOTS))
        key = tuple(sorted(shot.settings.items()))
        if key not in done:
            done[key] = render(scene, Settings(**shot.settings), device=device, encode=True)
        planes = shot.view(done[key].planes)
        if shot.piece is not None:
            x, y, width, height = shot.piece
            planes = planes[:, y : y + height, x : x + width]
        seen = {"quantity": f"view of {done[key].quantity}"}
        write_picture(
            folder / shot.file,
            np.clip(planes, 0, 1).astype(np.float32),
            bits=8,
            metadata=done[key].metadata | seen,
            overwrite=overwrite,
        )
    write_text(folder / PAGE, _page(done[()], time.perf_counter() - start))
    return folder / PAGE


def _check(folder: Path, overwrite: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise OutputError(
            f"{folder}: cannot be made a folder ({reason.strerror}); name another"
        ) from None
    there = [name for name in (PAGE, *(shot.file for shot in SHOTS)) if (folder / name).exists()]
    if there and not overwrite:
        raise OutputError(
            f"{folder} already holds {there[0]}{' and others' if there[1:] else ''}; "
            "name another folder, or give --overwrite"
        )


def _page(picture: Rendering, seconds: float) -> str:
    template = Template((files("spectral_film.app") / "demo_page.html").read_text(encoding="utf-8"))
    said = picture.metadata
    return template.substitute(
        film=html.escape(said["film"].split(" (")[0]),
        print_film=html.escape(said["print_film"].split(" (")[0]),
        stages="\n".join(map(_chapter, CHAPTERS)),
        pitch=f"{said['pitch_um'][0]:.1f}",
        above=f"{picture.latitude.above:.2%}",
        below=f"{picture.latitude.below:.2%}",
        mean_stop=f"{picture.latitude.mean_stop:+.1f}",
        seconds=f"{seconds:.0f}",
        provenance="\n".join(
            f"<dt>{html.escape(name)}</dt><dd>{html.escape(str(value))}</dd>"
            for name, value in said.items()
        ),
    )


def _chapter(chapter: Chapter) -> str:
    pictures = "\n".join(
        f'<figure><img src="{shot.file}" width="{shot.piece[2]}" height="{shot.piece[3]}" '
        f'alt="{chapter.title} {shot.caption}"><figcaption>{shot.caption}</figcaption></figure>'
        for shot in chapter.shots
        if shot.piece
    )
    return (
        f"<li><div><h2>{chapter.title}</h2><p>{chapter.sentence}</p>"
        f'<p class="unit">{chapter.unit}</p></div>\n<div class="crops">{pictures}</div></li>'
    )
