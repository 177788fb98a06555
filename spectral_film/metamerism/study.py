"""A study: everything that film sees and a camera or an eye does not, and the reverse.

Each part is a function of its own in this folder, of tables and returning tables; here they are
called one after the other, on the same observers, lights and surfaces.
Source: docs/physics.md, Observers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.errors import UsageError
from spectral_film.light.scene import Scene
from spectral_film.metamerism.change_of_light import STANDARD_EYE, metamerism_index
from spectral_film.metamerism.chart_mismatch import (
    ColourMismatch,
    colour_mismatch,
    usual_roughness,
)
from spectral_film.metamerism.image import (
    FromRgb,
    Region,
    check_spectral,
    film_from_rgb,
    recorded,
    worst_regions,
)
from spectral_film.metamerism.irreducible import Irreducible, Worst, floor, irreducible
from spectral_film.metamerism.irreducible import worst_surfaces as worst_of
from spectral_film.metamerism.lights import Light, light
from spectral_film.metamerism.luther import Kinship, kinships, vora
from spectral_film.metamerism.observers import EYES, Observer, eye, film_observer
from spectral_film.metamerism.pair_book import Onlookers, Pair, constructed_pairs, found_pairs
from spectral_film.metamerism.shifts import Shifts, shifts
from spectral_film.metamerism.surfaces import SETS, Surfaces, surface_set
from spectral_film.metamerism.under_lights import UnderLight, under_light
from spectral_film.path.films import camera_film_of, print_of
from spectral_film.path.settings import Settings

CHART, LARGEST = "ColorChecker", "rawtoaces"
# Of the chart, around which pairs are constructed: people, what surrounds them, what they wear.
AROUND = ("dark skin", "light skin", "foliage", "blue sky", "neutral 5 (.70 D)", "red")
PRIORS = ("measured", "jakob-hanika")

Announce = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Changes:
    """How far pairs that are one to the standard eye come apart in other lights.

    Attributes:
        lights, observers: Names along the axes.
        pairs: Which pairs.
        index: Index of special metamerism, CIEDE2000, (light, observer, pair).
    """

    lights: tuple[str, ...]
    observers: tuple[str, ...]
    pairs: tuple[Pair, ...]
    index: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageStudy:
    """Where RGB misleads in a picture.

    Attributes:
        name: Of the picture.
        rgb: What the ideal camera records of it, linear Rec.709, (3, y, x).
        by_prior: Film from RGB less film from spectra, for each up-sampling; the default first.
        regions: Where the default is farthest off.
    """

    name: str
    rgb: np.ndarray
    by_prior: tuple[FromRgb, ...]
    regions: tuple[Region, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """All of it.

    Attributes:
        film, print_film: The stocks; a slide has no print and is compared itself.
        settings: How they are exposed, printed and seen.
        device: What ran the engine.
        reference: The light that the film is balanced for.
        observers: The film, then cameras, then eyes.
        data: Sets of measured surfaces.
        kinships: Each observer against each.
        vora_in_light: Of film and each other observer, seeing surfaces, (light, other observer).
        lights: Each light.
        shifts: How the chart moves from the reference to each light, to film, cameras and eyes.
        irreducible: Every camera, light, set and kind of map.
        worst: The surfaces that are farthest off in the reference light, by the best map.
        pairs: Found and constructed, in the reference light.
        mismatches: Each patch of the chart, hidden by each camera and by the eye.
        roughness: Of what is called smooth there.
        changes: The constructed pairs of the eye in each of the lights.
        image: None: no picture was looked at.
    """

    film: CameraFilm
    print_film: PrintStock | None
    settings: Settings
    device: str
    reference: Light
    observers: tuple[Observer, ...]
    data: tuple[Surfaces, ...]
    kinships: tuple[Kinship, ...]
    vora_in_light: np.ndarray
    lights: tuple[UnderLight, ...]
    shifts: Shifts
    irreducible: tuple[Irreducible, ...]
    worst: tuple[Worst, ...]
    pairs: tuple[Pair, ...]
    mismatches: tuple[ColourMismatch, ...]
    roughness: float
    changes: Changes
    image: ImageStudy | None

    @property
    def stocks(self) -> tuple[CameraFilm | PrintStock, ...]:
        """In the order of the light."""
        return (self.film,) if self.print_film is None else (self.film, self.print_film)

    @property
    def positive(self) -> str:
        """What is looked at: a print, or the slide itself."""
        return "slide" if self.print_film is None else "print"

    @property
    def cameras(self) -> tuple[Observer, ...]:
        """The digital ones."""
        return tuple(one for one in self.observers if one.kind == "camera")

    @property
    def floor(self) -> tuple[Irreducible, ...]:
        """Of each camera, light and set, what the best kind of map leaves."""
        return tuple(floor(self.irreducible))


def compare(
    settings: Settings,
    cameras: Sequence[Observer],
    lights: Sequence[Light],
    picture: tuple[str, Scene] | None,
    device: Device,
    announce: Announce | None = None,
) -> Study:
    """Compare a film with cameras and eyes.

    Args:
        settings: The film, its print, exposure and viewing; its own light does not count, and
            what happens between pixels.
        cameras: Digital cameras, one or more.
        lights: In which all are compared; that of the film's balance is the reference.
        picture: Name and spectra of a picture; None: none is looked at.
        device: Runs the engine.
        announce: Called with the name of each part, its number and their count.

    Raises:
        UsageError: there is no print, no colour, no camera or no light; a light leaves a channel
            with nothing; or the picture is RGB.
    """
    negative, print_film = camera_film_of(settings), print_of(settings)
    for stock in (negative, print_film):
        if stock is not None and stock.process == "silver":
            raise UsageError(
                f"{stock.id} is black and white and shows no colours, so none are compared on it; "
                "give films of colour by --film and --print"
            )
    if print_film is None and not negative.is_positive:
        raise UsageError(
            "colours are compared in the print, and there is none; give one by --print, such as "
            "2383"
        )
    if not cameras or not lights:
        raise UsageError("nothing to compare film with; give one camera and one light, or more")
    _tell_apart("camera", [one.name for one in cameras])
    _tell_apart("light", [one.name for one in lights])
    if picture is not None:
        check_spectral(picture[1])
    parts = (
        "observers",
        "lights",
        "camera maps",
        "pairs",
        "mismatch",
        "change of light",
        "picture",
    )

    def begin(part: str) -> None:
        if announce:
            announce(part, parts.index(part) + 1, len(parts))

    begin("observers")
    settings = replace(settings, illuminant=None)
    film, eyes = film_observer(negative), tuple(map(eye, EYES))
    standard = eyes[list(EYES).index(STANDARD_EYE)]
    observers = (film, *cameras, *eyes)
    reference = light(negative.balance)
    data = tuple(map(surface_set, SETS))
    (chart_set,) = (one for one in data if one.name == CHART)
    chart = dict(zip(chart_set.names, chart_set.reflectance, strict=True))

    kin = tuple(kinships(observers))
    shared = np.array([[vora(film, other, one.power) for other in observers[1:]] for one in lights])

    begin("lights")
    under = tuple(
        under_light(one, reference, (film, *cameras), chart, settings, device) for one in lights
    )
    moved = shifts(lights, reference, observers, chart)

    begin("camera maps")
    among = any(one.name == reference.name for one in lights)
    every = [
        kind
        for camera in cameras
        for one in (*lights, *(() if among else (reference,)))
        for data_set in data
        for kind in irreducible(camera, film, one, data_set, settings, device)
    ]
    asked = {one.name for one in lights}
    maps = tuple(kind for kind in every if kind.light in asked)
    in_reference = [kind for kind in every if kind.light == reference.name]

    begin("pairs")
    onlookers = Onlookers(
        film=film,
        others=(*cameras, standard),
        light=reference,
        settings=settings,
        device=device,
    )
    (largest,) = (one for one in data if one.name == LARGEST)
    found = found_pairs(onlookers, largest)
    constructed = constructed_pairs(onlookers, chart_set, AROUND)

    begin("mismatch")
    roughness = usual_roughness(largest)
    mismatches = tuple(
        colour_mismatch(other, film, reference, name, reflectance, roughness, settings, device)
        for other in onlookers.others
        for name, reflectance in chart.items()
    )

    begin("change of light")
    of_the_eye = tuple(
        pair for pair in constructed if pair.same_to == STANDARD_EYE and pair.apart_to == film.name
    )
    first, second = np.moveaxis(np.stack([pair.reflectance for pair in of_the_eye]), 1, 0)
    index = [
        [
            metamerism_index(one, first, second, reference, test, settings, device)
            for one in observers
        ]
        for test in lights
    ]

    begin("picture")
    image = None if picture is None else _image(*picture, settings, device)
    return Study(
        film=negative,
        print_film=print_film,
        settings=settings,
        device=device.name,
        reference=reference,
        observers=observers,
        data=data,
        kinships=kin,
        vora_in_light=shared,
        lights=under,
        shifts=moved,
        irreducible=maps,
        worst=tuple(worst_of(floor(in_reference), cameras, reference, settings, device)),
        pairs=(*found, *constructed),
        mismatches=mismatches,
        roughness=roughness,
        changes=Changes(
            lights=tuple(one.name for one in lights),
            observers=tuple(one.name for one in observers),
            pairs=of_the_eye,
            index=np.array(index),
        ),
        image=image,
    )


def _tell_apart(what: str, names: Sequence[str]) -> None:
    """Refuse two of one name, whose numbers nobody could tell apart."""
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two of the {what}s are called {twice}; give each once, or rename a file")


def _image(name: str, scene: Scene, settings: Settings, device: Device) -> ImageStudy:
    by_prior = tuple(
        film_from_rgb(scene, replace(settings, upsampling=prior), device)  # type: ignore[arg-type]
        for prior in PRIORS
    )
    return ImageStudy(
        name=name,
        rgb=recorded(scene, settings).planes,
        by_prior=by_prior,
        regions=tuple(worst_regions(by_prior[0].difference)),
    )
