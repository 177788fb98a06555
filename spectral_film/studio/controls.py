"""The controls of a lab: every setting of a render, with its unit and a sentence of physics.

The page builds itself from this table; a key is that of a recipe. What depends on the film that is
chosen (its developments, its backings) the page takes from `stocks`.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from spectral_film.emulsion.film import CameraFilm
from spectral_film.emulsion.frame import GATES_MM
from spectral_film.emulsion.stocks import load_film, shipped_films, usual_print
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.filters import filter_numbers
from spectral_film.path.recipe import KEYS
from spectral_film.path.settings import Settings

Kind = Literal["number", "points", "switch", "choice", "text"]
Choices = tuple[tuple[Any, str], ...]  # what a recipe says, and what is shown
OWN = "the film's own"
SHUTTERS = (1 / 1000, 1 / 500, 1 / 250, 1 / 100, 1 / 50, 1 / 24, 1 / 8, 1.0, 4.0, 15.0, 60.0, 240.0)


class Control(NamedTuple):
    """One setting.

    Attributes:
        key: Of a recipe.
        label: As it is shown.
        kind: What it is set by.
        about: A sentence of physics.
        unit: Of its number.
        low, high, step: Of a slider; a number typed may lie beyond.
        choices: What there is to choose from; a value of None is what the film has itself.
        own: What stands for None in an empty field.
    """

    key: str
    label: str
    kind: Kind
    about: str
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    choices: Choices = ()
    own: str = ""


def _same(*names: str) -> Choices:
    return tuple((name, name) for name in names)


def _seconds(time: float) -> str:
    return f"{time:g} s" if time >= 1 else f"1/{1 / time:g} s"


PANELS: dict[str, tuple[Control, ...]] = {
    "Film": (
        Control(
            "film", "Film", "choice",
            "The camera stock: three layers, each with a sensitivity, a curve and a dye.",
        ),
        Control(
            "development", "Development", "choice",
            "Longer in the developer, more silver and a steeper curve; those that its sheet has.",
        ),
        Control(
            "push", "Push", "choice",
            "Developed for more speed, as its makers measured it; grain and contrast rise.",
            unit="stops",
        ),
    ),
    "Light": (
        Control(
            "illuminant", "Taking light", "text",
            "What lights a scene of RGB or reflectance; the film balances no other light than its "
            "own.",
            choices=_same("D50", "D55", "D65", "3200K", "A", "FL2", "LED-B1", "LED-B3", "LED-V1"),
            own=OWN,
        ),
        Control(
            "filter", "Filter", "choice",
            "Gelatin over the lens takes wavelengths away; the meter does not see it.",
            choices=((None, "none"), *_same(*filter_numbers())),
        ),
        Control(
            "upsampling", "RGB stands for", "choice",
            "A colour of three numbers is that of many surfaces: which one is taken.",
            choices=(("measured", "surfaces as measured"), ("jakob-hanika", "the smoothest")),
        ),
    ),
    "Camera": (
        Control(
            "exposure", "Exposure", "number",
            "Light on the film against what the meter asks for: twice as much for each stop.",
            unit="stops", low=-6, high=6, step=0.05,
        ),
        Control(
            "ei", "Exposure index", "number",
            "The speed that the meter is set to; half of it gives the film a stop more.",
            low=6, high=6400, step=1, own=OWN,
        ),
        Control(
            "shutter", "Shutter", "choice",
            "Beyond a second weak light works less than its energy says: reciprocity fails.",
            choices=tuple((time, _seconds(time)) for time in SHUTTERS),
        ),
        Control(
            "gate", "Gate", "choice",
            "The width of film behind the picture: halos and grain are as large as the film makes "
            "them, so a small gate shows them large.",
            choices=((None, OWN), *((n, f"{n}, {w:g} mm") for n, (w, _) in GATES_MM.items())),
        ),
    ),
    "Emulsion": (
        Control(
            "backing", "Backing", "choice",
            "What lies behind the base swallows the light that would come back as a halo.",
        ),
        Control(
            "halation", "Halation", "number",
            "Light that the base throws back around highlights, red first; 1 is the film's own.",
            unit="times", low=0, high=5, step=0.05,
        ),
        Control(
            "scatter", "Scatter", "switch",
            "Crystals scatter light sideways: what the sheet measures as MTF.",
        ),
        Control(
            "adjacency", "Edge effects", "choice",
            "Developing edges hold each other back: contours gain contrast, colours purity.",
            choices=((True, "on"), (False, "off"), ("pde", "solved in time, slow")),
        ),
    ),
    "Grain": (
        Control(
            "grain", "Grain", "choice",
            "Dye clouds lie at random, as densely as the published granularity says.",
            choices=(
                ("on", "as exact as this pitch needs"), ("fast", "filtered noise"),
                ("net", "network"), ("off", "off"),
            ),
        ),
        Control(
            "grain-size", "Size of clouds", "number",
            "No sheet prints it; larger clouds are coarser at the same granularity.",
            unit="times", low=0.1, high=4, step=0.05,
        ),
        Control(
            "seed", "Seed", "number",
            "Another piece of the same film.",
            low=0, high=99, step=1,
        ),
    ),
    "Print": (
        Control(
            "print", "Print", "choice",
            "What the negative is printed on; none is the film itself, a negative on a light box.",
        ),
        Control(
            "print-development", "Print development", "choice",
            "Likewise of the print, or the grade of a paper.",
        ),
        Control(
            "printer-points", "Printer lights", "points",
            "Light through the negative: a point more of a colour is .025 log exposure, and takes "
            "that colour out of the print.",
            unit="points", low=0, high=50, step=0.25,
        ),
        Control(
            "balance", "25-25-25 prints", "choice",
            "What lights of 25 make of an 18 % grey.",
            choices=(("neutral", "a grey that looks neutral"), ("lad", "the laboratory's aim")),
        ),
    ),
    "Viewing": (
        Control(
            "white", "White", "choice",
            "What the eye adapts to in the dark: the clear print, or the projector's lamp.",
            choices=(("print", "clear print"), ("lamp", "lamp")),
        ),
        Control(
            "flare", "Flare", "number",
            "Stray light on the screen, of the open gate: it lifts the blacks.",
            unit="%", low=0, high=3, step=0.05, own=OWN,
        ),
        Control(
            "display", "Display", "choice",
            "The screen that codes are made for.",
            choices=_same(*(name for name, standard in DISPLAYS.items() if not standard.linear)),
        ),
        Control(
            "gamut", "Beyond its colours", "choice",
            "A print holds cyans that no screen shows.",
            choices=(("compress", "rolled in, hue kept"), ("clip", "cut off")),
        ),
        Control(
            "fast", "Fewer wavelengths", "switch",
            "Sums through the films at fewer wavelengths, within a stated error.",
        ),
    ),
}  # fmt: skip


def usual() -> dict[str, Any]:
    """What each key is where a recipe does not say."""
    settings = Settings()
    return {key: getattr(settings, field) for key, field in KEYS.items() if key != "to"}


def stocks() -> Iterator[dict[str, Any]]:
    """What the page must know of every stock that ships, camera stocks and prints, by id."""
    there = {name: load_film(name) for name in sorted(shipped_films())}
    for name, film in there.items():
        camera = isinstance(film, CameraFilm)
        if camera and ("-push" in name or "-pull" in name):  # chosen by the stops they are pushed
            continue
        yield {
            "id": name,
            "name": film.name,
            "role": film.role,
            "process": film.process,
            "positive": film.is_positive,
            "layers": film.layers,
            "densitometry": film.densitometry_name,
            "flare": film.viewing_flare,
            "development": film.development,
            "developments": list(film.developments),
            "pushes": [stops for stops in (-2, -1, 1, 2, 3) if _pushed(name, stops) in there],
            **(_of_camera(film) if isinstance(film, CameraFilm) else {}),
        }


def _of_camera(film: CameraFilm) -> dict[str, Any]:
    return {
        "index": film.exposure_index,
        "balance": film.balance,
        "backing": film.backing,
        "backings": list(film.halation),
        "usual_print": usual_print(film),
    }


def _pushed(name: str, stops: int) -> str:
    return f"{name}-{'push' if stops > 0 else 'pull'}{abs(stops)}"
