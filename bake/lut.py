"""One table for the whole colour path, or half of it, with its own error in its header."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PyOpenColorIO

from bake.colour_path import ACES_VIEWS, ColourPath
from bake.error import INTERPOLATIONS, Judged, judge
from bake.hald import HALD, USUAL_LEVEL, check_hald_size, write_hald
from bake.lattice import Lattice, held, solved
from bake.recipe import Recipe, check_size, display_coding
from bake.samples import WHOLE_CUBE, scene_colours, weighted
from bake.table_files import (
    BAKERS,
    Contract,
    Play,
    clf_text,
    group,
    lattice_text,
    ocio_play,
    table_transform,
)
from spectral_film.device.device import Device
from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import config, to_named_space
from spectral_film.light.metering import GREY
from spectral_film.pages.writing import check_place, write_text

CODED_FOR = "ACEScct"  # what stands before the table where a file takes scene-linear light
PRINTING_DENSITY = (
    "printing density as a 10-bit Cineon code over 1023: 95 is the unexposed film, 0.002 density a "
    "code; highlights above 1023 have no code"
)
COLOURS_OF_A_KIND = 60_000
COLOURS_OF_A_NODE, MOST_COLOURS = 4, 2_000_000  # of the whole cube; more take memory only
NOTICEABLE = 0.3  # CIEDE2000 that the solver takes for one unit
SOLVED_WITH, JUDGED_WITH = 5207, 2383  # seeds: no colour is judged that was solved for
JUDGED_OF_A_KIND = 20_000


@dataclass(frozen=True)
class BakedLut:
    """A table and what is known of it.

    Attributes:
        recipe: What it was made of.
        lattice: Its nodes; it takes codes 0..1.
        judged: Its error.
    """

    recipe: Recipe
    lattice: Lattice
    judged: tuple[Judged, ...]

    def contract(self) -> Contract:
        """What its file says."""
        recipe = self.recipe
        takes, gives = codings(recipe)
        errors = [
            f"error, {j.interpolation}, {j.kind}: CIEDE2000 mean {j.statistic.mean:.2f}, p99 "
            f"{j.statistic.p99:.2f}, largest {j.statistic.largest:.2f}"
            for j in self.judged
        ]
        what, *rest = recipe.description()
        return Contract(what, takes, gives, [*rest, "interpolate tetrahedrally", *errors])

    def text(self, path: Path) -> str:
        """The file of this name, where it is no picture: its suffix is the format."""
        suffix = path.suffix.lower()
        if suffix != ".clf":
            return lattice_text(self.lattice, suffix, self.contract())
        parts = list(table_transform(self.lattice))
        if self.recipe.takes_linear:
            parts.insert(0, _between(self.recipe.input_space, CODED_FOR))
            if self.recipe.form == "lmt":
                parts.append(_between(CODED_FOR, self.recipe.input_space))
        return clf_text(group(*parts), path.stem, self.contract())

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the file of this name: .cube, .clf, .csp, .spi3d, .3dl, or .png, a HaldCLUT.

        Raises:
            UsageError: as `check_file`.
            OutputError: it cannot be written there, or is there and `overwrite` is not set.
        """
        path = Path(path)
        check_file(self.recipe, path, self.lattice.size)
        check_place(path, suffixes=(path.suffix.lower(),), overwrite=overwrite)
        if path.suffix.lower() == HALD:
            write_hald(path, self.lattice, self.contract())
        else:
            write_text(path, self.text(path))


def check_lut(recipe: Recipe, size: int) -> None:
    """Refuse what cannot be baked, before any work is done.

    Raises:
        UsageError: the size, the coding or the display do not go together.
    """
    check_size(size)
    if recipe.form == "lmt" and recipe.settings.display not in ACES_VIEWS:
        raise UsageError(
            f"--form lmt has no ACES output for --display {recipe.settings.display}; give one of "
            f"{', '.join(ACES_VIEWS)}"
        )


def usual_size(path: Path) -> int:
    """Nodes along an edge of a file of this name, where nobody says."""
    return USUAL_LEVEL**2 if path.suffix.lower() == HALD else 33


def check_file(recipe: Recipe, path: Path, size: int) -> None:
    """Refuse a file that would not say what it takes, or not hold what it gives.

    Raises:
        UsageError: no such format, not of this size, it takes no linear light, or no scene at all.
    """
    suffix = path.suffix.lower()
    formats = (*BAKERS, ".clf", HALD)
    if suffix not in formats:
        raise UsageError(f"{path}: end its name in {', '.join(formats[:-1])} or {formats[-1]}")
    if suffix == HALD:
        check_hald_size(size)
    if suffix in (HALD, ".3dl") and recipe.form == "lmt":
        raise UsageError(
            f"{path}: {suffix} holds 0 to 1, and a look has codes beyond; write a .cube or a .clf"
        )
    if recipe.form == "print" and recipe.input_space != CODED_FOR:
        raise UsageError(
            "--form print takes printing density as a Cineon code; leave out --input-space"
        )
    if recipe.takes_linear and suffix != ".clf":
        raise UsageError(
            f"{path}: a table without a shaper takes log-coded light, and {recipe.input_space} is "
            f"linear; give --input-space {CODED_FOR}, or write a .clf"
        )


def bake_lut(
    recipe: Recipe,
    device: Device,
    size: int = 33,
    announce: Callable[[str, int, int], None] | None = None,
) -> BakedLut:
    """Solve the table of a recipe, and judge it.

    Args:
        recipe: What to bake.
        device: Runs the engine.
        size: Nodes along an edge.
        announce: Called with the name of each step, its number and their count.

    Raises:
        UsageError: as `check_lut`.
    """
    check_lut(recipe, size)

    def say(name: str, number: int) -> None:
        if announce:
            announce(name, number, 3)

    coded = replace(recipe, input_space=CODED_FOR) if recipe.takes_linear else recipe
    engine = ColourPath(coded, device)
    form = _form_of(engine)
    say("colours", 1)
    cube = min(COLOURS_OF_A_NODE * size**3, MOST_COLOURS)
    kinds = codes(engine, SOLVED_WITH, COLOURS_OF_A_KIND, cube)

    def difference(wanted: np.ndarray, got: np.ndarray) -> np.ndarray:
        return engine.difference(form.shown(wanted), form.shown(got)) / NOTICEABLE

    say(f"{size} x {size} x {size} nodes", 2)
    lattice = solved(form.path, size, *weighted(kinds), difference=difference)
    if recipe.form != "lmt":
        lattice = held(lattice)
    say("error", 3)

    def played(interpolation: PyOpenColorIO.Interpolation) -> Play:
        table = ocio_play(table_transform(lattice, interpolation))
        return lambda colours: form.shown(table(colours))

    judged = judge(
        form.film,
        {name: played(interpolation) for name, interpolation in INTERPOLATIONS.items()},
        codes(engine, JUDGED_WITH, JUDGED_OF_A_KIND, JUDGED_OF_A_KIND),
        engine.difference,
    )
    return BakedLut(recipe, lattice, tuple(judged))


def codes(engine: ColourPath, seed: int, count: int, cube: int) -> dict[str, np.ndarray]:
    """Colours by kind as the table takes them, those within 0..1, (colour, 3) each.

    A display-referred space has no code for a highlight: that kind is then left out.
    """
    rng = np.random.default_rng(seed)
    encode = to_named_space(engine.recipe.input_space)
    found = {}
    for kind, linear in scene_colours(rng, count).items():
        pixels = np.array(linear[None], np.float32, order="C")
        encode(pixels)
        coded = pixels[0]
        if engine.recipe.form == "print":
            coded = np.clip(engine.for_print(coded), 0, 1)
        found[kind] = coded[((coded >= 0) & (coded <= 1)).all(axis=1)]
    found = {kind: coded for kind, coded in found.items() if len(coded)}
    return found | {WHOLE_CUBE: rng.random((cube, 3), np.float32)}


def codings(recipe: Recipe) -> tuple[str, str]:
    """What the file of a recipe takes and gives, in words."""
    display = display_coding(recipe.settings.display)
    if recipe.form == "print":
        red, green, blue = recipe.grey_codes
        grey = f"{red:.0f}, {green:.0f}, {blue:.0f}"
        aim = f"aim {recipe.aim}: {grey} prints as the balance has an 18 % grey"
        return f"{PRINTING_DENSITY}; {aim}", display
    scene = f"{recipe.input_space}; an 18 % grey sits at {grey_code(recipe.input_space):.4f}"
    if recipe.form == "negative":
        return scene, PRINTING_DENSITY
    if recipe.form == "lmt":
        _, view = ACES_VIEWS[recipe.settings.display]
        return scene, f"{recipe.input_space}, to be shown through {view}"
    return scene, display


def grey_code(space: str) -> float:
    """Where an 18 % grey sits in a colour space."""
    pixel = np.full((1, 1, 3), GREY, np.float32)
    to_named_space(space)(pixel)
    return round(float(pixel[0, 0, 1]), 6)


class _Form(NamedTuple):
    """What one form of table stands for.

    Attributes:
        path: What the table holds.
        shown: What its results come to be on the display.
        film: What is to be seen there.
    """

    path: Play
    shown: Play
    film: Play


def _form_of(engine: ColourPath) -> _Form:
    def print_of_cineon(cineon: np.ndarray) -> np.ndarray:
        return engine.print(np.clip(cineon, 0, 1))  # what 10 bits hold

    def as_it_is(colours: np.ndarray) -> np.ndarray:
        return colours

    return {
        "film": _Form(engine.film, as_it_is, engine.film),
        "negative": _Form(engine.negative, print_of_cineon, engine.film),
        "print": _Form(engine.print, as_it_is, engine.print),
        "lmt": _Form(engine.look, engine.through_aces, engine.film),
    }[engine.recipe.form]


def _between(one: str, other: str) -> PyOpenColorIO.GroupTransform:
    return config().getProcessor(one, other).createGroupTransform()
