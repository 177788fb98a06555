"""Scatter and adjacency, fitted to the sheet's MTF through the simulated sine reading.

Negative: per layer the weight and length of the skirt; for all layers one scale of the coupling
matrix and one diffusion length. The published curve contains both, and gain and length of the
chemistry are told apart only by assumed bounds on the length.
Print: one positive kernel per layer, core, weight and skirt; its chemistry is inside.
Where a chart prints one line, the layers share their numbers.

A chart that asks for more gets it, a step of `LADDER` at a time, as long as Akaike's criterion,
corrected for few readings, falls: a gain of each layer, the level that the chart calls 100 %, a
second skirt. Source: docs/physics.md, Scatter.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from reference.fit.curves import FittedCurves
from reference.fit.priors import Parameter, Values
from reference.fit.sheet import Sheet
from reference.fit.sine_reading import large_areas, sine_response
from reference.fit.solve import WORTH, Solution, keep, padded, solve
from reference.stages.bare_base import bare_base_otf, over_ring
from reference.stages.optics import halation_otf, scatter_otf, with_halation
from spectral_film.emulsion.parts import (
    CoreSkirt,
)
from spectral_film.errors import InputError
from spectral_film.light.spectra import status_response

ROWS = 32  # that charts are padded to a multiple of: one compiled fit serves all
PER_UM = 1e-3  # cycles/mm -> cycles/um
# What a form has beyond the simplest, each step on top of those before it.
GAIN, LEVEL, SECOND = "gain", "level", "second skirt"
OF_LINES, OF_ONE_LINE = 0.02, 0.1  # natural logarithm; how sure 100 % of a chart is
LADDER = ((), (GAIN,), (GAIN, LEVEL), (GAIN, LEVEL, SECOND))

Film = dict[str, Float64[Array, "..."]]
Form = Collection[str]


class ThrownBack(NamedTuple):
    """Light from the base over direct light, (layer,), and its transfer."""

    veil_ratio: Float64[Array, " layer"]
    otf: Float64[Array, "..."]


@dataclass(frozen=True, kw_only=True)
class FittedOptics:
    """Core and skirts of each layer, and how they were found, with the adjacency.

    Attributes:
        scatter: As the film has it.
        level: What the chart calls 100 %, over the film's own response to large areas, (record,);
            None where that is taken to be the same.
        solution: How all was found.
    """

    scatter: CoreSkirt
    level: np.ndarray | None
    solution: Solution


@dataclass(frozen=True, kw_only=True)
class FittedAdjacency:
    """Coupling of the layers, (layer, layer), and the diffusion length."""

    coupling: np.ndarray
    length_um: float


def fit_optics(
    sheet: Sheet, curves: FittedCurves, log_exposure: np.ndarray
) -> tuple[FittedOptics | None, FittedAdjacency | None]:
    """Fit the sheet's mtf table; without one there is neither scatter nor adjacency.

    Args:
        sheet: The datasheet.
        curves: Its fitted curves.
        log_exposure: Mean exposure of the targets in each layer, log10(lux s), (layer,).

    Raises:
        InputError: the solver finds no kernel; the table is named.
    """
    if "mtf" not in sheet.tables:
        return None, None
    _, published, sigma = _chart(sheet)
    printed = np.isfinite(published)
    rows = -published.shape[1] % ROWS
    chart = _Chart(
        bench=_bench(sheet, curves, log_exposure),
        target=jnp.asarray(np.pad(np.where(printed, published, 0.0), ((0, 0), (0, rows)))),
        weight=jnp.asarray(np.pad(printed / sigma, ((0, 0), (0, rows)))),
        alike=jnp.asarray(True),
    )
    solution = _climbed(sheet, chart)
    values = {name: jnp.asarray(value) for name, value in solution.values.items()}
    film = {name: keep(value) for name, value in _film(chart.bench, values).items()}
    optics = FittedOptics(
        scatter=CoreSkirt(**{name: film[name] for name in SCATTER if name in film}),
        level=np.broadcast_to(film["level"][:, 0], len(published)) if LEVEL in values else None,
        solution=solution,
    )
    if "adjacency" not in sheet.assumed:
        return optics, None
    return optics, FittedAdjacency(coupling=film["coupling"], length_um=float(film["length_um"]))


SCATTER = (
    "core_sigma_um",
    "skirt_weight",
    "skirt_length_um",
    "second_share",
    "second_length_um",
)


def _climbed(sheet: Sheet, chart: "_Chart") -> Solution:
    """The fit of the simplest form that no other is worth more than."""
    best: Solution | None = None
    for form in LADDER:
        of_form = chart._replace(alike=jnp.asarray(GAIN not in form))
        found = solve(_parameters(sheet, form), jax.tree_util.Partial(_residuals, of_form))
        if found is not None and GAIN not in form:
            found = found.first_of("coupling_scale")
        if found and (best is None or found.criterion < best.criterion - WORTH):
            best = found
    if best is None:
        raise InputError(
            f"{sheet.id}: no kernel of core and skirt follows mtf.csv; look for a slip in it"
        )
    return best


def read_mtf(
    sheet: Sheet,
    curves: FittedCurves,
    optics: FittedOptics,
    adjacency: FittedAdjacency | None,
    log_exposure: np.ndarray,
) -> np.ndarray:
    """Response of the fitted film at the sheet's frequencies, 1 = 100 % there, (record, row)."""
    bench = _bench(sheet, curves, log_exposure)
    layers, rows = sheet.layers, len(sheet.tables["mtf"]["cycles_per_mm"])
    scatter = {name: getattr(optics.scatter, name) for name in SCATTER}
    film = {name: jnp.asarray(table) for name, table in scatter.items() if table is not None}
    film["coupling"] = jnp.asarray(adjacency.coupling if adjacency else np.zeros((layers, layers)))
    film["length_um"] = jnp.asarray(adjacency.length_um if adjacency else 0.0)
    read = np.asarray(_read(bench, film))[:, :rows]
    return read * (1.0 if optics.level is None else optics.level[:, None])


def one_line(sheet: Sheet) -> bool:
    """Whether the chart prints one line for three layers."""
    return "visual_pct" in sheet.columns_of("mtf")


def published_mtf(sheet: Sheet) -> np.ndarray:
    """The lines of the chart, 1 = 100 %, (record, row)."""
    table = sheet.tables["mtf"]
    lines = table["visual_pct"][None] if one_line(sheet) else table.records("{}_pct")
    return lines / 100


def _chart(sheet: Sheet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cycles/um, published response (record, row), and what it is known to."""
    table, known = sheet.tables["mtf"], sheet.assumed["mtf"]
    cycles = table["cycles_per_mm"]
    overlapping, apart = known["uncertainty_pct"]
    percent = np.where(cycles < known["overlap_below"], overlapping, apart)
    return cycles * PER_UM, published_mtf(sheet), percent / 100


def _parameters(sheet: Sheet, form: Form = ()) -> dict[str, Parameter]:
    """What is fitted for a sheet of this kind, in one of the forms."""
    camera = sheet.role == "camera"
    lines = 1 if one_line(sheet) else sheet.layers
    parameters = {
        "skirt_weight": Parameter(
            unit="share of the light",
            start=np.full(lines, 0.8 if camera else 0.5),
            sd=2.0,
            lowest=0,
            highest=1,
            why="any weight; loose",
        ),
        "skirt_length_um": Parameter(
            unit="um",
            start=np.full(lines, 4.0 if camera else 10.0),
            sd=1.0,
            lowest=0,
            why="of the size of an emulsion layer, within a factor of 2.7; loose",
        ),
    }
    if "adjacency" in sheet.assumed:
        low, high = sheet.assumed["adjacency"]["length_um"]
        parameters["coupling_scale"] = Parameter(
            unit="times the assumed pattern",
            start=np.ones(lines),
            sd=0.5,
            lowest=0,
            why="patents give the pattern, and its size within a factor of 1.6",
        )
        parameters["length_um"] = Parameter(
            unit="um",
            start=np.array((low + high) / 2),
            sd=1.5,
            lowest=low,
            highest=high,
            why="2/pi of the swollen thickness of the layers; mtf fixes gain times length",
        )
    if "optics" not in sheet.assumed:
        parameters["core_sigma_um"] = Parameter(
            unit="um",
            start=np.full(lines, 1.0),
            sd=1.0,
            lowest=0,
            why="smaller than the skirt, within a factor of 2.7; loose",
        )
    # All forms have the same numbers, so that they are compiled once; what one is without stays.
    second = SECOND in form
    parameters["level"] = Parameter(
        unit="of the response to large areas",
        start=np.ones(lines),
        sd=(OF_ONE_LINE if lines < sheet.layers else OF_LINES) if LEVEL in form else 0.0,
        lowest=0,
        why="lines of one chart start 2 % apart, where all are near 100 %; charts of one line have "
        "it level at 119 % down to 3 cycles/mm, where no edge effect of a film reaches",
    )
    parameters["second_share"] = Parameter(
        unit="share of the skirt's light",
        start=np.full(lines, 0.2 if second else 0.0),
        sd=1.0 if second else 0.0,
        lowest=0,
        highest=1,
        why="the smaller part, within a factor of 3; loose",
    )
    parameters["second_length_um"] = Parameter(
        unit="um",
        start=np.full(lines, 12.0 if camera else 30.0),
        sd=0.7 if second else 0.0,
        lowest=0,
        why="three times as wide as the first, within a factor of 2",
    )
    return parameters


class _Bench(NamedTuple):
    """What the fitted film is read on, and all of it that is not fitted.

    Attributes:
        frequency: Of the targets, cycles/um, padded, (target,).
        modulation: Of the targets.
        log_exposure, curve, spectra, strip: As of `sine_response`.
        core_sigma_um: Assumed; not used where it is fitted, (layer,).
        pattern: Of the coupling, (layer, layer).
        returned: Light from the base.
    """

    frequency: Float64[Array, " target"]
    modulation: Float64[Array, ""]
    log_exposure: Float64[Array, " layer"]
    curve: Film
    spectra: Film
    strip: Float64[Array, "record step"]
    core_sigma_um: Float64[Array, " layer"]
    pattern: Float64[Array, "layer layer"]
    returned: ThrownBack | None


class _Chart(NamedTuple):
    """The chart beside its bench.

    Attributes:
        bench: What it is read on.
        target, weight: Response, and one over what it is known to, (record, target).
        alike: Whether all layers have the first one's gain.
    """

    bench: _Bench
    target: Float64[Array, "record target"]
    weight: Float64[Array, "record target"]
    alike: Array


def _bench(sheet: Sheet, curves: FittedCurves, log_exposure: np.ndarray) -> _Bench:
    frequency, _, _ = _chart(sheet)
    frequency = padded(frequency, ROWS)
    layers, nothing = sheet.layers, np.zeros(sheet.layers)
    spectra = curves.spectra()
    if one_line(sheet):
        spectra["response"] = jnp.asarray(status_response("visual"))
    at, curve = jnp.asarray(log_exposure), curves.curve()
    assumed = sheet.assumed
    return _Bench(
        frequency=jnp.asarray(frequency),
        modulation=jnp.asarray(assumed["mtf"]["modulation"]),
        log_exposure=at,
        curve=curve,
        spectra=spectra,
        strip=large_areas(log_exposure=at, curve=curve, spectra=spectra),
        core_sigma_um=jnp.asarray(assumed.get("optics", {}).get("core_sigma_um", nothing)),
        pattern=jnp.asarray(
            assumed.get("adjacency", {}).get("coupling_pattern", np.zeros((layers, layers)))
        ),
        returned=_thrown_back(sheet, frequency),
    )


def _film(bench: _Bench, values: Values) -> Film:
    """Fitted values, and what is assumed in the place of those that are not, as the film has it."""
    layers = len(bench.pattern)
    film = {name: jnp.broadcast_to(values[name], (layers,)) for name in SCATTER if name in values}
    film.setdefault("core_sigma_um", bench.core_sigma_um)
    film["coupling"] = jnp.reshape(values.get("coupling_scale", jnp.zeros(1)), (-1, 1))
    film["coupling"] *= bench.pattern
    film["length_um"] = values.get("length_um", jnp.zeros(()))
    film["level"] = jnp.reshape(values.get("level", jnp.ones(1)), (-1, 1))
    return film


def _residuals(chart: _Chart, values: Values) -> Float64[Array, " residual"]:
    if "coupling_scale" in values:
        scale = values["coupling_scale"]
        values = {**values, "coupling_scale": jnp.where(chart.alike, scale[:1], scale)}
    film = _film(chart.bench, values)
    read = film["level"] * _read(chart.bench, film)
    return ((read - chart.target) * chart.weight).ravel()


@jax.jit
def _read(bench: _Bench, film: Film) -> Float64[Array, "record target"]:
    scatter = {name: film[name] for name in SCATTER if name in film}
    transfer = scatter_otf(bench.frequency, **scatter)
    if bench.returned is not None:
        veil_ratio = bench.returned.veil_ratio
        transfer = with_halation(transfer, bench.returned.otf, veil_ratio=veil_ratio)
    return sine_response(
        frequency=bench.frequency,
        modulation=bench.modulation,
        log_exposure=bench.log_exposure,
        transfer=transfer,
        curve=bench.curve,
        spectra=bench.spectra,
        strip=bench.strip,
        coupling=film["coupling"],
        length_um=film["length_um"],
    )


def _thrown_back(sheet: Sheet, frequency: np.ndarray) -> ThrownBack | None:
    """What the base throws back under the sheet's own backing; nothing of it is fitted."""
    if "halation" not in sheet.assumed:
        return None
    cycles = jnp.asarray(frequency)
    veil = sheet.assumed["halation"][sheet.backing]
    veil_ratio, reach_um = jnp.asarray(veil["veil_ratio"]), sheet.assumed["halation"]["reach_um"]
    base = {
        "base_um": jnp.asarray(sheet.base_um),
        "base_index": jnp.asarray(sheet.assumed["base_index"]),
    }
    if veil["profile"] == "diffuse":
        otf = halation_otf(cycles, **base, reach_um=reach_um, profile="diffuse")
        return ThrownBack(veil_ratio, otf)
    followed = {
        "plate_reflectance": jnp.asarray(veil.get("plate_reflectance", 0.0)),
        "plate_gap_um": jnp.asarray(veil.get("plate_gap_um", 0.0)),
        "rescattered": jnp.asarray(veil.get("rescattered", [0.0] * sheet.layers)),
    }
    otf = bare_base_otf(cycles, **base, **followed, reach_um=reach_um)
    return ThrownBack(veil_ratio * over_ring(**base, **followed), otf)
