"""The demo: the built-in scene with everything on, and a page that follows it stage by stage."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spectral_film.app.demo_chapters import (
    CHAPTERS,
    GREY,
    NEGATIVE,
    PICTURE,
    POINTS,
    Chapter,
    Shot,
    shots,
    unit_of,
)
from spectral_film.device.device import Device
from spectral_film.errors import OutputError
from spectral_film.files.colour_spaces import to_named_space
from spectral_film.files.output import write_picture
from spectral_film.light.camera import rec709_of_radiance
from spectral_film.light.demo_scene import demo_scene
from spectral_film.light.scene import Scene
from spectral_film.pages.drawing import OTHERS, Drawing, svg
from spectral_film.pages.figures import Picture, figure, pair, picture, shown
from spectral_film.pages.markup import Markup, abreast, code, facts, note, paragraph
from spectral_film.pages.numbers import number, quantity
from spectral_film.pages.page import Section, page, section
from spectral_film.pages.writing import appearing
from spectral_film.path.rendering import Rendering, render
from spectral_film.path.settings import Settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE = "index.html"
FILES = {"picture.png": PICTURE, "negative.png": NEGATIVE}  # which lie beside it


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
    for number_of, shot in enumerate(shots(), start=1):
        if announce:
            announce(shot.caption, number_of, len(shots()))
        if _key(shot) not in done:
            settings = Settings(**shot.settings)
            done[_key(shot)] = render(scene, settings, device=device, encode=True)
    page = _page(scene, done, time.perf_counter() - start)
    with ExitStack() as all_of_them:  # one demo or the other, never half of each
        for name, shot in FILES.items():
            write_picture(
                all_of_them.enter_context(appearing(folder / name)),
                np.clip(done[_key(shot)].planes, 0, 1).astype(np.float32),
                bits=8,
                metadata=done[_key(shot)].metadata,
            )
        partial = all_of_them.enter_context(appearing(folder / PAGE))
        partial.write_text(page, encoding="utf-8")
    return folder / PAGE


def _key(shot: Shot) -> tuple:
    return tuple(sorted(shot.settings.items()))


def _check(folder: Path, overwrite: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise OutputError(
            f"{folder}: cannot be made a folder ({reason.strerror}); name another"
        ) from None
    there = [name for name in (PAGE, *FILES) if (folder / name).exists()]
    if there and not overwrite:
        raise OutputError(
            f"{folder} already holds {there[0]}{' and others' if there[1:] else ''}; "
            "name another folder, or give --overwrite"
        )


def _page(scene: Scene, done: dict[tuple, Rendering], seconds: float) -> str:
    film = done[()]
    said = film.metadata
    stock, print_stock = (str(said[name]).split(" (")[0] for name in ("film", "print_film"))
    pitch = said["pitch_um"][0]
    above, below = (
        quantity(100 * share, "%", digits=2) for share in (film.latitude.above, film.latitude.below)
    )
    lead = [
        paragraph(
            f"A scene made of spectra, exposed on {stock}, printed on {print_stock} and "
            "projected. Every pixel was carried through 85 wavelengths, three times; nothing on "
            "this page began as RGB."
        ),
        abreast(
            pair(_seen(scene), _taken(PICTURE, done)),
            pair(_taken(NEGATIVE, done), _taken(PICTURE, done)),
        ),
        note(
            f"A pixel is {quantity(pitch, 'µm', digits=3)} wide on the film. {above} of the pixels "
            f"lie above the published characteristic curve, {below} below it; the mean exposure is "
            f"{number(film.latitude.mean_stop, places=1, signed=True)} stops over an 18 % grey."
        ),
    ]
    provenance = section("How it was made", facts({name: code(v) for name, v in said.items()}))
    return page(
        "The path of light",
        lead,
        [_scene(scene), *(_chapter(chapter, done) for chapter in CHAPTERS), provenance],
        Markup(
            f"<p>Made in {quantity(seconds, 's', places=0)} by {code('spectral-film demo')}.</p>"
        ),
    )


def _taken(shot: Shot, done: dict[tuple, Rendering]) -> Picture:
    planes = shot.view(done[_key(shot)].planes)
    if shot.piece is not None:
        x, y, width, height = shot.piece
        planes = planes[:, y : y + height, x : x + width]
    exact = shot.piece is not None
    return picture(np.moveaxis(planes, 0, -1), shot.caption, exact=exact, times=shot.times)


def _seen(scene: Scene) -> Picture:
    """The scene as a good camera would show it, cut off at white."""
    rgb = np.tensordot(rec709_of_radiance().astype(np.float32), scene.planes, 1)
    codes = np.ascontiguousarray(np.clip(np.moveaxis(rgb, 0, -1), 0, 1))
    to_named_space("sRGB")(codes)
    return picture(codes, "the scene, cut off at white", exact=False)


def _scene(scene: Scene) -> Section:
    return section(
        "Scene",
        paragraph(
            "Measured fruit, skin and charts under a window, an evening sky and lamps of every "
            "kind, the brightest 10000 times white: each pixel is a spectrum."
        ),
        note(
            "Radiance in 85 bands of 5 nm, 1 for the luminance of an equal-energy spectrum of 1; "
            "drawn relative to the largest."
        ),
        beside=[figure(_spectra(scene))],
        pictures=True,
    )


def _spectra(scene: Scene) -> Drawing:
    wavelength_nm = scene.wavelength_nm
    assert wavelength_nm is not None

    def draw(drawing: "Figure") -> None:
        axes = drawing.subplots()
        for (name, (x, y)), colour in zip(POINTS.items(), OTHERS, strict=True):
            spectrum = scene.planes[:, y, x]
            axes.plot(wavelength_nm, spectrum / spectrum.max(), color=colour, label=name)
        axes.set(xlabel="wavelength, nm", ylabel="radiance, 1 = largest", ylim=(0, None))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))

    return svg(draw, f"Spectra of five points of the scene: {', '.join(POINTS)}")


def _chapter(chapter: Chapter, done: dict[tuple, Rendering]) -> Section:
    pictures = []
    for one in chapter.shots:
        if isinstance(one, tuple):
            left, right = (_taken(shot, done) for shot in one)
            pictures.append(pair(left, right))
        else:
            pictures.append(shown(_taken(one, done)))
    parts = [paragraph(chapter.sentence), note(chapter.unit[0].upper() + chapter.unit[1:] + ".")]
    if chapter.tap:
        parts.append(_grey(chapter.tap, done))
    return section(chapter.title, *parts, beside=[abreast(*pictures)], pictures=True)


def _grey(tap: str, done: dict[tuple, Rendering]) -> Markup:
    """What a grey patch of the chart reads here."""
    x, y, width, height = GREY
    planes = done[() if tap == "display" else (("to", tap),)].planes
    values = planes[:, y : y + height, x : x + width].mean(axis=(1, 2), dtype=np.float64)
    names = "X Y Z" if tap == "xyz" else "R G B"
    read = {n: number(v, digits=3) for n, v in zip(names.split(), values, strict=True)}
    return Markup(
        f'<div class="read-here">{note(f"The grey patch, {unit_of(tap)}:")}{facts(read)}</div>'
    )
