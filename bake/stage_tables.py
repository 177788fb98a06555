"""The tables of a pack, a step of the colour path each, solved and judged against the engine."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bake.colour_path import ColourPath
from bake.error import CIEDE2000, statistic
from bake.lattice import Lattice, solved
from bake.parts import Statistic
from bake.pieces import Pieces
from bake.samples import WHOLE_CUBE, scene_colours, weighted
from bake.table_files import Curves, ocio_play, table_transform
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.files.colour_spaces import named_space, to_named_space
from spectral_film.stages.undevelopment import highest_log_exposure

BRIGHTEST = 65504.0  # of linear light: the largest half float
# Exposure has this much added before its logarithm is taken, so that black has one too: 6 stops
# under the grey card, where film begins to answer.
STOPS_TO_OFFSET = 6
LOG_EXPOSURE = (-6.0, 5.0)  # log10 lux s: below, every curve is flat to 1e-5; above lies the sun
PRINT_LOG_EXPOSURE = 4.0  # to either side of the laboratory aim
STEPS_OVER_DYE = 1024  # near the base, where grain changes fast, it is off by .2 %
STEPS_OF_A_CURVE = 4096  # a straight line between two is off by 1e-5 of a dye amount at most
STEPS_TURNED_ROUND = 16384  # of the same curve where dye tells exposure: flat ends become steep
# Nodes along an edge. The first takes 1.5 times the range of codes that a picture has.
SIZES = {"layer exposure": 65, "printing": 33, "view": 49, "scene": 49}
COLOURS_OF_A_KIND, JUDGED_OF_A_KIND, COLOURS_OF_A_NODE = 40_000, 10_000, 4
# Grain takes dye away where there is none: as far as that goes, and how far off pixels mostly are.
BELOW_NONE, OFF_BY = -0.25, 0.05
# On the way back to the scene, less than so many stops under the grey card is no light.
STOPS_TOLD = 10
OFF_BY_LOG_EXPOSURE = 0.1  # of grain there, where the curve is steep
# A unit of difference for the solver: what makes some 0.3 CIEDE2000 on the screen.
EXPOSURE_UNIT, DENSITY_UNIT, CIEDE2000_UNIT = 0.003, 0.001, 0.3
SOLVED_WITH, JUDGED_WITH = 5213, 2393

Colours = Callable[[np.ndarray], np.ndarray]
Difference = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class StageTable:
    """A table and how far it is from the engine, over the colours that pictures are made of."""

    table: Lattice | Curves
    error: Statistic


@dataclass(frozen=True)
class Wires:
    """Colours by kind on every wire of the path, (colour, 3) each; shown are dyes, too."""

    scene: dict[str, np.ndarray]
    dyes: dict[str, np.ndarray]
    held_exposure: dict[str, np.ndarray]
    shown: dict[str, np.ndarray]


@dataclass(frozen=True)
class PrintTables:
    """What a print adds: what it sees of the negative, and its curve."""

    printing: StageTable
    curve: StageTable


@dataclass(frozen=True)
class BackTables:
    """The way back to the scene."""

    undeveloped: StageTable
    scene: StageTable


@dataclass(frozen=True)
class StageTables:
    """What a pack plays.

    Attributes:
        exposure_offset: lux s, added to exposure before the logarithm.
        printed: None: the film itself is looked at.
        back: None: silver tells no colours apart, and what a filter took does not come back.
    """

    exposure_offset: float
    layer_exposure: StageTable
    curve: StageTable
    compensated: StageTable
    printed: PrintTables | None
    view: StageTable
    back: BackTables | None


def stage_tables(
    engine: ColourPath, pieces: Pieces, announce: Callable[[str], None]
) -> StageTables:
    """Solve all of them."""
    recipe, curve = engine.recipe, pieces.curve
    shown_curve = pieces.print_curve or curve
    top = brightest_code(recipe.input_space)
    grey = recipe.negative.grey_lux_s()
    offset = grey / 2**STOPS_TO_OFFSET
    least = BELOW_NONE if recipe.grain else 0.0
    one_way = recipe.negative.process == "silver" or recipe.settings.filter
    told = None if one_way else engine.told
    highest = float(np.log10(grey)) if told is None else highest_log_exposure(told.curve)
    held = (float(np.log10(grey / 2**STOPS_TOLD)), highest)
    every = np.linspace(*held, STEPS_TURNED_ROUND)

    def log_exposure(codes: np.ndarray) -> np.ndarray:
        return np.log10(engine.exposure(codes) + offset)

    def compensated(h: np.ndarray) -> np.ndarray:
        return h + pieces.coupling @ curve.dye(h)

    def undeveloped(dye: np.ndarray) -> np.ndarray:
        """(layer, node) of a dye, (layer, node) or (node,)."""
        dyes = np.broadcast_to(dye, (3, dye.shape[-1]))
        formed = curve.dye(every)
        return np.stack([_turned_round(*of, every) for of in zip(dyes, formed, strict=True)])

    def scene(h: np.ndarray) -> np.ndarray:
        # Codes of what no surface exposes so go far; a picture ends where its coding does.
        return engine.textured_scene(curve.dye(h.T).T).clip(0, top)

    learnt, judged = (
        _wires(engine, undeveloped, seed, count, top)
        for seed, count in ((SOLVED_WITH, COLOURS_OF_A_KIND), (JUDGED_WITH, JUDGED_OF_A_KIND))
    )
    with_grain = OFF_BY if recipe.grain else 0.0

    def solve(
        name: str,
        path: Colours,
        wire: str,
        ends: tuple[float, float],
        difference: Difference,
        unit: float,
        said: str,
        off_by: float = 0.0,
    ) -> StageTable:
        announce(name)
        kinds, fresh = (getattr(wires, wire) for wires in (learnt, judged))
        return _solved(path, SIZES[name], kinds, fresh, ends, difference, unit, said, off_by)

    printed = None
    if pieces.print_curve is not None:
        _, print_film = recipe.printed
        aim = print_film.lad.log_exposure
        ends = (aim.min() - PRINT_LOG_EXPOSURE, aim.max() + PRINT_LOG_EXPOSURE)
        printed = PrintTables(
            printing=solve(
                "printing", engine.printing_density, "dyes", (least, most_dye(curve)),
                _largest, DENSITY_UNIT, "printing density", with_grain,
            ),
            curve=curve_table(pieces.print_curve.dye, ends, "dye amount"),
        )  # fmt: skip
    back = None
    if told is not None:
        back = BackTables(
            undeveloped=curve_table(
                undeveloped, (0.0, most_dye(curve)), "log10 exposure", STEPS_TURNED_ROUND
            ),
            scene=solve(
                "scene", scene, "held_exposure", held, engine.scene_difference, EXPOSURE_UNIT,
                "log10 light", OFF_BY_LOG_EXPOSURE,
            ),
        )  # fmt: skip
    return StageTables(
        exposure_offset=offset,
        layer_exposure=solve(
            "layer exposure", log_exposure, "scene", (0.0, top), _largest, EXPOSURE_UNIT,
            "log10 exposure",
        ),
        curve=curve_table(curve.dye, LOG_EXPOSURE, "dye amount"),
        compensated=curve_table(compensated, LOG_EXPOSURE, "log10 exposure"),
        printed=printed,
        view=solve(
            "view", engine.display, "shown", (least, most_dye(shown_curve)),
            engine.difference, CIEDE2000_UNIT, CIEDE2000, with_grain,
        ),
        back=back,
    )  # fmt: skip


def _solved(
    path: Colours,
    size: int,
    learnt: dict[str, np.ndarray],
    judged: dict[str, np.ndarray],
    ends: tuple[float, float],
    difference: Difference,
    unit: float,
    said: str,
    off_by: float,
) -> StageTable:
    """The table of a path over some colours, and how far it is off over others."""
    rng = np.random.default_rng(SOLVED_WITH)
    kinds = dict(learnt)
    if off_by:
        even = kinds["photograph"]
        kinds["grain"] = (even + rng.normal(0, off_by, even.shape)).clip(*ends)
    kinds[WHOLE_CUBE] = rng.uniform(*ends, (COLOURS_OF_A_NODE * size**3, 3))
    lattice = solved(
        path,
        size,
        *weighted(kinds),
        difference=lambda wanted, got: difference(wanted, got) / unit,
        domain=ends,
    )
    fresh = np.concatenate(list(judged.values()))
    off = difference(path(fresh), ocio_play(table_transform(lattice))(fresh))
    return StageTable(lattice, statistic(off, said))


def brightest_code(space: str) -> float:
    """The code of `BRIGHTEST` light; 1 where a space ends there."""
    white = np.full((1, 1, 3), BRIGHTEST, np.float32)
    to_named_space(space)(white)
    code = float(np.ceil(1000 * white.max()) / 1000)
    back = np.full((1, 1, 3), code, np.float32)
    named_space(space)(back)
    return code if np.isfinite(code) and 1 < code < 10 and back.min() > BRIGHTEST / 2 else 1.0


def _wires(engine: ColourPath, undeveloped: Colours, seed: int, count: int, top: float) -> Wires:
    """The kinds of colours of `samples.py`, and lamps, on their way through the film."""
    rng = np.random.default_rng(seed)
    encode = to_named_space(engine.recipe.input_space)
    linear = scene_colours(rng, count)
    linear["lamp"] = linear["highlight"] * 2 ** rng.uniform(0, 9, (count, 1))
    scene, dyes, held_exposure, shown = {}, {}, {}, {}
    for kind, rgb in linear.items():
        pixels = np.array(rgb[None], np.float32, order="C")
        encode(pixels)
        codes = pixels[0]
        scene[kind] = codes[((codes >= 0) & (codes <= top)).all(axis=1)]
        dyes[kind] = engine.dyes(engine.exposure(scene[kind]))
        held_exposure[kind] = undeveloped(dyes[kind].T).T
        shown[kind] = dyes[kind]
        if engine.recipe.print_film:
            shown[kind] = engine.print_dyes(engine.printing_density(dyes[kind]))
    return Wires(scene, dyes, held_exposure, shown)


def _turned_round(dye: np.ndarray, formed: np.ndarray, every: np.ndarray) -> np.ndarray:
    """Log exposures that form so much dye, which falls with exposure in reversal film."""
    way = slice(None, None, -1) if formed[0] > formed[-1] else slice(None)
    return np.interp(dye, formed[way], every[way])


def curve_table(
    of: Callable[[np.ndarray], np.ndarray],
    domain: tuple[float, float],
    unit: str,
    steps: int = STEPS_OF_A_CURVE,
) -> StageTable:
    """A function of one value, the same for all layers in and one value for each out."""
    curves = Curves(of(np.linspace(*domain, steps)).T.astype(np.float32), domain)
    between = np.random.default_rng(JUDGED_WITH).uniform(*domain, JUDGED_OF_A_KIND)
    played = ocio_play(table_transform(curves))(np.repeat(between[:, None], 3, axis=1))
    return StageTable(curves, statistic(np.abs(played - of(between).T).max(axis=1), unit))


def most_dye(curve: ToneCurve) -> float:
    """A little more than any layer can form."""
    return float(np.ceil(10 * curve.density_range.sum(axis=1).max()) / 10)


def _largest(wanted: np.ndarray, got: np.ndarray) -> np.ndarray:
    return np.abs(wanted - got).max(axis=1)
