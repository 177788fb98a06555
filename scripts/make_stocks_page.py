"""Makes docs/stocks.md and its pictures: the shelf, one scene on every stock.

    python scripts/make_stocks_page.py

Camera films are shown on what their kind is printed on, prints with the film they are made for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from spectral_film import Settings, load_film, open_device, render
from spectral_film.emulsion.film import CameraFilm, Film
from spectral_film.emulsion.frame import ANY_FRAME
from spectral_film.emulsion.stocks import CINEMA_PRINT, SILVER_PRINT, shipped_films, usual_print
from spectral_film.lab.projection import STOP, to_lab
from spectral_film.light.demo_scene import demo_scene
from spectral_film.light.metering import GREY
from spectral_film.light.scene import Scene
from spectral_film.pages.drawing import INK, OTHERS, PALE, write_drawing
from spectral_film.path.pipeline import Pipeline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROOT = Path(__file__).parents[1]
PAGE, PICTURES = ROOT / "docs/stocks.md", ROOT / "docs/pictures"
# What takes the picture for a print: a negative of its process.
NEGATIVES = {"negative": "vision3-250d", "silver": "double-x-5222"}
TILE, LINE, ABREAST, JPEG_QUALITY = (312, 176), 18, 4, 85
STOPS = np.arange(-6, 5.01, 0.25)
HUES, SATURATION = 36, 0.75  # of a ring of colours, in linear Rec.709 about a grey of .3
HEAD = """# Stocks

What ships, by kind: `--film ID`, `--print ID`. With `--print own`, the default, cinema negatives
are printed on 2383, still negatives on a paper, black and white on 2302, slides on nothing.
Grades: **A** two people read its sheet, which has every chart; **B** one reader; **C** something
is inferred, or left out since the sheet prints none: single dyes, an MTF, a granularity. Sheets,
readers and what did not ship: [reference/sheets](../reference/sheets/README.md). By its sheet a
grey on Ektachrome 100D is blue; whether film, chart or reading is, nobody here knows. Made by
`scripts/make_stocks_page.py`.
"""
FIGURE_IN = (9.6, 3.6)
TITLES = {
    "negative": "Colour negatives",
    "reversal": "Slide films",
    "silver negative": "Black and white",
    "print": "Prints",
    "silver print": "Prints in black and white",
}


def shelf() -> dict[str, list[Film]]:
    """Stocks by kind, papers after films, by name."""
    films = sorted((load_film(name) for name in shipped_films()), key=_place)
    return {kind: [f for f in films if f.kind == kind] for kind in TITLES}


def _place(film: Film) -> tuple[bool, str, str]:
    return _is_paper(film), film.maker.split()[-1], film.name


def _is_paper(film: Film) -> bool:
    return getattr(film, "viewing", "") == "reflection"


def settings_of(film: Film) -> Settings:
    """How a stock is shown."""
    if isinstance(film, CameraFilm):
        return Settings(film=film.id)
    return Settings(film=NEGATIVES[film.process], print_film=film.id)


def made_for(film: Film) -> str:
    """What a stock was made for, by what its sheet says of it."""
    if not isinstance(film, CameraFilm):
        return "prints on paper" if _is_paper(film) else "prints for the cinema"
    still = usual_print(film) not in (CINEMA_PRINT, SILVER_PRINT)
    light = "tungsten light" if film.balance == "3200K" else "daylight"
    where = "photographs" if still else "the cinema"
    return f"{where}, {light}, EI {film.exposure_index:g}"


def page(kinds: dict[str, list[Film]]) -> str:
    """The Markdown."""
    lines = HEAD.splitlines()
    for kind, films in kinds.items():
        if not films:
            continue
        name = kind.replace(" ", "-")
        lines += ["", f"## {TITLES[kind]}", ""]
        lines += [f"![The built-in scene on each of them](pictures/stocks-{name}.jpg)", ""]
        if "silver" not in kind:
            said = "Luminance of greys over the white, by stops, and a ring of colours on a*, b*"
            lines += [f"![{said}](pictures/stocks-{name}.png)", ""]
        lines += [
            "| id | stock | made for | without | grade | source |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_row(film) for film in films]
    return "\n".join(lines) + "\n"


def _row(film: Film) -> str:
    without = [
        what
        for what, there in (
            ("dyes inferred", _has_dyes(film)),
            ("MTF", film.scatter is not None or _is_paper(film)),
            ("grain", film.grain is not None or _is_paper(film)),
        )
        if not there
    ]
    cells = film.id, film.name, made_for(film), ", ".join(without), film.grade or "", film.source
    return f"| {' | '.join(cells)} |"


def _has_dyes(film: Film) -> bool:
    return film.process == "silver" or "cyan" in film.published["spectral_dye_density"]


def contact_sheet(films: Iterable[Film], path: Path) -> None:
    """One scene on every stock."""
    device, scene = open_device(), demo_scene()
    tiles = []
    for film in films:
        shown = render(scene, settings_of(film), device=device, encode=True).image
        codes = np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8)
        tile = Image.new("RGB", (TILE[0], TILE[1] + LINE), "white")
        tile.paste(Image.fromarray(codes).resize(TILE, Image.Resampling.LANCZOS))
        ImageDraw.Draw(tile).text((4, TILE[1] + 3), film.id, fill="black")
        tiles.append(tile)
    rows = -(-len(tiles) // ABREAST)
    sheet = Image.new("RGB", (ABREAST * (TILE[0] + 4), rows * (TILE[1] + LINE + 4)), "white")
    for i, tile in enumerate(tiles):
        row, column = divmod(i, ABREAST)
        sheet.paste(tile, (column * (TILE[0] + 4), row * (TILE[1] + LINE + 4)))
    sheet.save(path, quality=JPEG_QUALITY)


def looked_at(film: Film, rgb: np.ndarray) -> np.ndarray:
    """Luminance over the white, and a*, b*, of linear colours, (3, n)."""
    settings = settings_of(film)
    pipeline = Pipeline(settings=settings, frame=ANY_FRAME)
    job = pipeline.job()
    even = replace(settings, to="xyz", grain="off", scatter=False, halation=False)
    tapped = Pipeline(settings=even, frame=ANY_FRAME)
    planes = np.ascontiguousarray(rgb.T[:, None], np.float32)
    xyz = tapped(open_device(), Scene(planes=planes)).planes[:, 0].astype(np.float64)
    white = job.adapting_white
    lab = to_lab(xyz / white[1], white / white[1])
    return np.stack([xyz[1] / white[1], lab[1], lab[2]])


def greys() -> np.ndarray:
    """A grey scale, (n, 3)."""
    scale: np.ndarray = np.repeat(GREY * 10 ** (STOP * STOPS)[:, None], 3, axis=1)
    return scale


def ring() -> np.ndarray:
    """Colours of all hues, as saturated as they are bright, (n, 3)."""
    turn = 2 * np.pi * np.arange(HUES + 1) / HUES
    phase = turn[:, None] - 2 * np.pi * np.arange(3) / 3
    colours: np.ndarray = 0.3 * (1 + SATURATION * np.cos(phase))
    return colours


def draw(figure: "Figure", films: list[Film]) -> None:
    """Tone curves and rings of colours of some stocks, beside each other."""
    tones, colours = figure.subplots(1, 2)
    for colour, style, film in zip(*_strokes(len(films)), films, strict=False):
        tones.plot(STOPS, looked_at(film, greys())[0], style, color=colour, label=film.id)
        _, a, b = looked_at(film, ring())
        colours.plot(a, b, style, color=colour)
    tones.set(yscale="log", ylim=(1e-3, 1.2), title="Greys")
    tones.set_yticks([0.001, 0.01, 0.1, 1.0], ["0.001", "0.01", "0.1", "1"])
    tones.minorticks_off()
    tones.set(xlabel="stops over 18 %", ylabel="luminance over the white")
    tones.legend(fontsize=5.5, ncols=2)
    colours.axhline(0, color=PALE, linewidth=0.4)
    colours.axvline(0, color=PALE, linewidth=0.4)
    colours.set(aspect="equal", title="A ring of colours", xlabel="a*", ylabel="b*")


def _strokes(count: int) -> tuple[list[str], list[str]]:
    paints = [INK, *OTHERS[1:4], "#b83a32", "#2d7a46", "#3762ad", "#876500"]
    styles = ["-", "--", ":", "-."]
    pairs: Iterator[tuple[str, str]] = ((p, s) for s in styles for p in paints)
    colours, dashes = zip(*[next(pairs) for _ in range(count)], strict=True)
    return list(colours), list(dashes)


def main() -> None:
    """The page and its pictures."""
    kinds = shelf()
    PAGE.write_text(page(kinds), encoding="utf-8")
    for kind, films in kinds.items():
        name = kind.replace(" ", "-")
        if films:
            contact_sheet(films, PICTURES / f"stocks-{name}.jpg")
        if films and "silver" not in kind:
            path = PICTURES / f"stocks-{name}.png"
            write_drawing(path, partial(draw, films=films), TITLES[kind], FIGURE_IN)


if __name__ == "__main__":
    main()
