"""Microdensitometer: knife edges, lines and spots. What development does to a neighbourhood.

Mackie lines are the bright and dark fringes along an edge; the Eberhard effect is that a small
image develops to more density than a large one of the same exposure. Both are read twice: on the
film as it is, where scatter hides most of them, and on contact exposures, which no light creeps
under, so that the chemistry shows alone. There the engine's kernel form stands beside the
reaction and diffusion it stands for.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spectral_film.emulsion.film import CameraFilm
from spectral_film.emulsion.parts import (
    Interlayer,
)
from spectral_film.lab.darkroom import Darkroom, neutral_aim
from spectral_film.lab.densitometer import status_density, through_slit
from spectral_film.lab.readings import Check, Curve, Measurement, records_of
from spectral_film.lab.sensitometry import least_dye

PITCH_UM, APART_UM = 1.0, 1e6
SLIT_UM = 3.0  # of the microdensitometer, stated with every reading
HALF = 150  # samples to either side of an edge; the inhibitor goes some 100 um
EDGE = 0.4  # log10 exposure to either side of the grey card: on the straight line
HARD_EDGE = (-1.9, 1.9)  # from under the toe to near the sheet's end
LINES_UM = np.array([5, 11, 21, 41, 101])  # odd, so that a line has a middle sample
SPOTS_UM = np.array([10, 20, 40, 100, 200])
SPOT_PITCH_UM, SPOT_SIZE = 2.0, 321
MARK = 0.6  # log10 exposure of lines and spots over their ground, which is at the grey card

Edges = tuple[np.ndarray, np.ndarray]


def knife_edge(darkroom: Darkroom) -> Measurement:
    """Mackie lines: density along a scan across an edge, and how far it over- and undershoots."""
    film = darkroom.film
    contact = replace(darkroom, scatter=False, halation=False)
    scans = {"the film": scan_edge(darkroom), "contact exposure": scan_edge(contact)}
    if _has_kernel(darkroom):
        scans["contact exposure, reaction and diffusion"] = scan_edge(
            replace(contact, adjacency="pde")
        )
    numbers = {}
    for how, density in scans.items():
        for record, (over, under) in zip(records_of(film), _fringes(density), strict=True):
            numbers[f"{how}, {record}: overshoot"] = (100 * over, "% of the step")
            numbers[f"{how}, {record}: undershoot"] = (100 * under, "% of the step")
    if len(scans) == 3:
        kernel, pde = list(scans.values())[1:]
        difference = float(np.abs(kernel - pde).max())
        numbers["kernel form against reaction and diffusion, largest difference"] = (
            difference,
            "density",
        )
    x = (np.arange(next(iter(scans.values())).shape[1]) - (2 * HALF - 2) / 2) * PITCH_UM
    middle = len(records_of(film)) // 2
    drawn = [Curve(name=how, x=x, y=density[middle]) for how, density in scans.items()]
    return Measurement(
        title="Knife edge: Mackie lines",
        method=f"An edge from {-EDGE:+.1f} to {EDGE:+.1f} in log exposure about the grey card, "
        f"scanned through a slit of {SLIT_UM:g} um. Drawn: the {records_of(film)[middle]} record.",
        axes=("distance from the edge, um", "status density"),
        curves=drawn,
        checks=_above_base(darkroom),
        numbers=numbers,
        notes=_notes(film),
    )


def lines_and_spots(darkroom: Darkroom) -> Measurement:
    """Eberhard effect: density of small images over that of a large one of the same exposure."""
    contact = replace(darkroom, scatter=False, halation=False)
    rooms = {"kernel form": contact}
    if _has_kernel(darkroom):
        rooms["reaction and diffusion"] = replace(contact, adjacency="pde")
    curves, numbers = [], {}
    records = records_of(darkroom.film)
    middle, record = len(records) // 2, records[len(records) // 2]
    for how, room in rooms.items():
        large = _large_area(room)
        for shape, sizes, read in (
            ("lines", LINES_UM, _lines(room)),
            ("spots", SPOTS_UM, _spots(room)),
        ):
            gain = read / large[:, None]
            curves.append(Curve(name=f"{shape}, {how}", x=sizes.astype(float), y=gain[middle]))
            for size, value in zip(sizes, gain[middle], strict=True):
                numbers[f"{shape} of {size} um, {how}, {record}"] = (
                    float(value),
                    "of the large area",
                )
    if len(rooms) == 2:
        for shape, (one, other) in {
            "lines": (curves[0], curves[2]),
            "spots": (curves[1], curves[3]),
        }.items():
            numbers[f"{shape}: largest difference of the two forms"] = (
                float(np.abs(one.y - other.y).max()),
                "of the large area",
            )
    return Measurement(
        title="Lines and spots: Eberhard effect",
        method=f"Contact exposures of lines and discs, {MARK:+.1f} in log exposure over a ground "
        "at the grey card; density in their middle over the ground, against that of a large area.",
        axes=("width or diameter, um", "density above the ground, 1 = large area"),
        curves=curves,
        numbers=numbers,
        notes=_notes(darkroom.film),
        logarithmic=True,
    )


def scan_edge(darkroom: Darkroom) -> np.ndarray:
    """Density across an edge on the straight line, (record, sample)."""
    side = np.where(np.arange(2 * HALF) < HALF, -EDGE, EDGE)
    strip = darkroom.expose(neutral_aim(darkroom.film) + side, (PITCH_UM, APART_UM))
    return through_slit(strip, SLIT_UM)[:, 0]


def _fringes(density: np.ndarray) -> list[tuple[float, float]]:
    """Over- and undershoot of each record, as shares of the step between the plateaus."""
    if density[0, 0] > density[0, -1]:  # reversal: the dark side is that of less light
        density = density[:, ::-1]
    light, dark = density[:, HALF // 8], density[:, -HALF // 8]
    step = dark - light
    over, under = (density.max(axis=1) - dark) / step, (light - density.min(axis=1)) / step
    return [(float(o), float(u)) for o, u in zip(over, under, strict=True)]


def _above_base(darkroom: Darkroom) -> list[Check]:
    """Beside the hardest edge no point may read less than film that saw no light."""
    side = np.where(np.arange(2 * HALF) < HALF, *HARD_EDGE)
    contact = replace(darkroom, scatter=False, halation=False)
    density = status_density(
        contact.expose(neutral_aim(darkroom.film) + side, (PITCH_UM, APART_UM))
    )[:, 0]
    emptied = np.full((1, 1, 1), least_dye(darkroom.film))
    clear = status_density(contact.expose(emptied, (PITCH_UM, APART_UM)))[:, 0, 0]
    return [
        Check(
            name=f"hard edge, {record}: how far below clear film",
            value=float(max(base - least, 0)),
            tolerance=1e-4,
            unit="density",
            reason="developed film has no less than D-min; float32 leaves 1e-5",
        )
        for record, base, least in zip(
            records_of(darkroom.film), clear, density.min(axis=1), strict=True
        )
    ]


def _large_area(darkroom: Darkroom) -> np.ndarray:
    """Density of a large marked area over that of the ground, (record,)."""
    aim = neutral_aim(darkroom.film)
    ground, mark = (
        status_density(darkroom.expose(np.full((1, 1, 1), aim[0, 0, 0] + up), (1e5, 1e5)))
        for up in (0.0, MARK)
    )
    return (mark - ground)[:, 0, 0]


def _lines(darkroom: Darkroom) -> np.ndarray:
    """Density in the middle of lines over the ground, (record, line)."""
    x = np.arange(-HALF, HALF + 1) * PITCH_UM
    marked = np.abs(x) < LINES_UM[:, None] / 2
    strip = darkroom.expose(
        neutral_aim(darkroom.film) + np.where(marked, MARK, 0.0), (PITCH_UM, APART_UM)
    )
    density = status_density(strip)
    return density[:, :, HALF] - density[:, :, 0]


def _spots(darkroom: Darkroom) -> np.ndarray:
    """Density in the middle of discs over the ground, (record, disc)."""
    axis = (np.arange(SPOT_SIZE) - SPOT_SIZE // 2) * SPOT_PITCH_UM
    radius = np.hypot(axis[:, None], axis)
    read: list[np.ndarray] = []
    for diameter in SPOTS_UM:
        target = neutral_aim(darkroom.film) + np.where(radius < diameter / 2, MARK, 0.0)
        strip = darkroom.expose(target, (SPOT_PITCH_UM, SPOT_PITCH_UM))
        middle = replace(strip, dyes=strip.dyes[:, SPOT_SIZE // 2, [SPOT_SIZE // 2, 0]][:, None])
        in_spot, ground = status_density(middle)[:, 0].T
        read.append(in_spot - ground)
    return np.stack(read, axis=1)


def _has_kernel(darkroom: Darkroom) -> bool:
    film = darkroom.film
    return (
        isinstance(film, CameraFilm)
        and isinstance(film.adjacency, Interlayer)
        and film.process != "reversal"  # two developments, and the equations are of one
    )


def _notes(film: object) -> Sequence[str]:
    published = "Nothing is published to lay these over."
    if isinstance(film, CameraFilm) and film.adjacency is None:
        return (published, "The sheet prints no MTF: the film has no adjacency.")
    return (published,)
