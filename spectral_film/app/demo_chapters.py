"""What the page of the demo shows: the stages of light in order, what each is, and its pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spectral_film.stages.signals import UNITS

LAMP = (326, 20, 170, 150)  # round a halogen and a tungsten lamp, 10000 times white
CHART = (690, 305, 130, 135)  # x, y, width, height: a star of black and white
SKIN = (320, 385, 150, 135)  # two skins and the middle of the grey wedge
GREY = (178, 428, 16, 16)  # in a grey of the colour chart, 19 % of the light on it
POINTS = {  # x, y of the spectra that are drawn
    "grey patch": (186, 436),
    "evening sky": (500, 12),
    "orange": (405, 360),
    "white LED": (188, 111),
    "fluorescent lamp": (40, 64),
}

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


def luminance_view(planes: np.ndarray) -> np.ndarray:
    """Y from 0 to 1, as grey, with the coding that a screen expects."""
    return np.repeat(np.clip(planes[1:2], 0, 1) ** (1 / 2.2), 3, axis=0)


@dataclass(frozen=True)
class Shot:
    """One picture of the page.

    Attributes:
        caption: What it is.
        settings: What differs from everything on.
        piece: x, y, width, height; None: all.
        view: How the quantity becomes something to look at.
        times: How large a pixel is drawn.
    """

    caption: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    piece: tuple[int, int, int, int] | None = None
    view: View = as_it_is
    times: int = 1


@dataclass(frozen=True)
class Chapter:
    """One stage on the page.

    Attributes:
        title: Its name.
        unit: What its numbers are.
        sentence: What happens in it.
        shots: Its pictures; two that are compared stand together.
        tap: Where the path is tapped for what the grey patch reads; None: it is not read.
    """

    title: str
    unit: str
    sentence: str
    shots: tuple[Shot | tuple[Shot, Shot], ...]
    tap: str | None = None


PICTURE = Shot("the print, projected")
NEGATIVE = Shot("its negative, on a light box", {"print_film": None})


def _lamp(caption: str, **settings: Any) -> Shot:
    return Shot(caption, settings, LAMP, times=3)


def _chart(caption: str, **settings: Any) -> Shot:
    return Shot(caption, settings, CHART, times=3)


def _skin(caption: str, **settings: Any) -> Shot:
    return Shot(caption, settings, SKIN, times=3)


CHAPTERS = (
    Chapter(
        "Exposure",
        "lux s of each layer; drawn as log10 from -4 to +1",
        "The spectrum of every pixel, times the sensitivity of the red-, green- and "
        "blue-sensitive layer, summed over the wavelengths.",
        (Shot("exposure of the three layers", {"to": "exposure"}, view=log_exposure_view),),
        "exposure",
    ),
    Chapter(
        "Optics",
        "lux s; seen through the finished print, each pixel drawn 3 x 3",
        "Light spreads in the emulsion, and a little of it comes back from the base: six "
        "thousandths behind the rem-jet backing, a red ring without it.",
        (
            (
                _lamp("no spread of light", scatter=False, halation=False),
                _lamp("scatter and halation"),
            ),
            (_lamp("rem-jet backing"), _lamp("rem-jet removed", backing="none")),
        ),
    ),
    Chapter(
        "Development",
        "dye, 1 for a peak density of 1.0; seen through the finished print, each pixel drawn 3 x 3",
        "Where much silver develops, inhibitor is set free; it diffuses some hundredths of a "
        "millimetre and holds back its neighbours. Edges gain contrast.",
        ((_chart("no diffusion", adjacency=False), _chart("inhibitor diffuses")),),
    ),
    Chapter(
        "Grain",
        "dye; seen through the finished print, each pixel drawn 3 x 3",
        "Dye lies in clouds, at random, on negative and print. How strongly it scatters is what "
        "the sheets publish; a smaller gate enlarges it.",
        (
            (_skin("no grain", grain="off"), _skin("grain of negative and print")),
            (_skin("on Super 16", gate="super16"), _skin("on IMAX", gate="imax")),
        ),
    ),
    Chapter(
        "Negative",
        "status M density, drawn from 0 (black) to 3 (white)",
        "Development turns log exposure into dye, each layer holding back its neighbours; "
        "a densitometer reads the dyes, their masks and the orange base together.",
        (Shot("density of the negative", {"to": "negative"}, view=negative_density_view),),
        "negative",
    ),
    Chapter(
        "Printing",
        "printing density, drawn from 0 (black) to 3 (white)",
        "What the print stock sees of the negative: the printer's tungsten light through the "
        "dyes, times the sensitivity of the print's layers.",
        (
            Shot(
                "density as the print stock sees it",
                {"to": "printing-density"},
                view=negative_density_view,
            ),
        ),
        "printing-density",
    ),
    Chapter(
        "Print",
        "status A density, drawn from 0 (white) to 4 (black)",
        "A tungsten lamp shines through the negative onto the print stock, balanced so that an "
        "18 % grey looks neutral beside the clear print, at visual density 1.00.",
        (Shot("density of the print", {"to": "print"}, view=print_density_view),),
        "print",
    ),
    Chapter(
        "Projection",
        "CIE 1931 XYZ, 1 for the open gate; Y is drawn",
        "Xenon light through the print's dyes, seen by the CIE 1931 observer with the flare of a "
        "theatre.",
        (Shot("luminance of the projected print", {"to": "xyz"}, view=luminance_view),),
        "xyz",
    ),
    Chapter(
        "Display",
        "sRGB codes, 0 to 1; 1 is the clear print under the projector",
        "The same light, encoded for this screen.",
        (PICTURE,),
        "display",
    ),
)


def shots() -> tuple[Shot, ...]:
    """Every picture once, in the order of the page."""
    found = [PICTURE, NEGATIVE]
    for chapter in CHAPTERS:
        for one in chapter.shots:
            both = one if isinstance(one, tuple) else (one,)
            found += [shot for shot in both if shot not in found]
    return tuple(found)


def unit_of(tap: str) -> str:
    """Unit of what the grey patch reads at a tap."""
    return UNITS[tap].partition(",")[0]
