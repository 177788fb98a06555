"""Scatter and adjacency, fitted to the sheet's MTF through the simulated sine reading.

Negative: per layer the weight and length of the skirt; for all layers one scale of the coupling
matrix and one diffusion length. The published curve contains both, and gain and length of the
chemistry are told apart only by assumed bounds on the length.
Print: one positive kernel per layer, core, weight and skirt; its chemistry is inside.
"""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from reference.fit.curves import FittedCurves
from reference.fit.priors import Parameter, Values
from reference.fit.sheet import Sheet
from reference.fit.sine_reading import sine_response
from reference.fit.solve import Solution, keep, solve
from reference.stages.bare_base import bare_base_otf, over_ring
from reference.stages.optics import halation_otf, scatter_otf, with_halation
from spectral_film.errors import InputError

PER_UM = 1e-3  # cycles/mm -> cycles/um

Film = dict[str, Float64[Array, "..."]]


@dataclass(frozen=True, kw_only=True)
class FittedOptics:
    """Core and skirt of each layer, (layer,), and how they were found, with the adjacency."""

    core_sigma_um: np.ndarray
    skirt_weight: np.ndarray
    skirt_length_um: np.ndarray
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
    if "R_pct" not in sheet.columns_of("mtf") or sheet.process == "reversal":
        return None, None
    frequency, published, sigma = _chart(sheet)
    printed = np.isfinite(published)
    target, weight = jnp.asarray(np.where(printed, published, 0.0)), jnp.asarray(printed / sigma)

    def residuals(values: Values) -> Float64[Array, " residual"]:
        read = _read(sheet, curves, log_exposure, frequency, _film(sheet, values))
        return ((read - target) * weight).ravel()

    solution = solve(_parameters(sheet), residuals)
    if solution is None:
        raise InputError(
            f"{sheet.id}: no kernel of core and skirt follows mtf.csv; look for a slip in it"
        )
    values = {name: jnp.asarray(value) for name, value in solution.values.items()}
    film = {name: keep(value) for name, value in _film(sheet, values).items()}
    optics = FittedOptics(
        **{name: film[name] for name in ("core_sigma_um", "skirt_weight", "skirt_length_um")},
        solution=solution,
    )
    if "adjacency" not in sheet.assumed:
        return optics, None
    return optics, FittedAdjacency(coupling=film["coupling"], length_um=float(film["length_um"]))


def read_mtf(
    sheet: Sheet,
    curves: FittedCurves,
    optics: FittedOptics,
    adjacency: FittedAdjacency | None,
    log_exposure: np.ndarray,
) -> np.ndarray:
    """Response of the fitted film at the sheet's frequencies, 1 = 100 %, (record, row)."""
    film = {
        "core_sigma_um": jnp.asarray(optics.core_sigma_um),
        "skirt_weight": jnp.asarray(optics.skirt_weight),
        "skirt_length_um": jnp.asarray(optics.skirt_length_um),
        "coupling": jnp.asarray(adjacency.coupling if adjacency else np.zeros((3, 3))),
        "length_um": jnp.asarray(adjacency.length_um if adjacency else 0.0),
    }
    frequency, _, _ = _chart(sheet)
    read = jax.jit(partial(_read, sheet, curves, log_exposure, frequency))
    return np.asarray(read(film))


def _chart(sheet: Sheet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cycles/um, published response (record, row), and what it is known to."""
    table, known = sheet.tables["mtf"], sheet.assumed["mtf"]
    cycles = table["cycles_per_mm"]
    overlapping, apart = known["uncertainty_pct"]
    percent = np.where(cycles < known["overlap_below"], overlapping, apart)
    return cycles * PER_UM, table.records("{}_pct") / 100, percent / 100


def _parameters(sheet: Sheet) -> dict[str, Parameter]:
    """What is fitted for a sheet of this kind."""
    negative = sheet.role == "camera"
    parameters = {
        "skirt_weight": Parameter(
            unit="share of the light",
            start=np.full(3, 0.8 if negative else 0.5),
            sd=2.0,
            lowest=0,
            highest=1,
            why="any weight; loose",
        ),
        "skirt_length_um": Parameter(
            unit="um",
            start=np.full(3, 4.0 if negative else 10.0),
            sd=1.0,
            lowest=0,
            why="of the size of an emulsion layer, within a factor of 2.7; loose",
        ),
    }
    if "adjacency" in sheet.assumed:
        low, high = sheet.assumed["adjacency"]["length_um"]
        parameters["coupling_scale"] = Parameter(
            unit="times the assumed pattern",
            start=np.array(1.0),
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
            start=np.full(3, 1.0),
            sd=1.0,
            lowest=0,
            why="smaller than the skirt, within a factor of 2.7; loose",
        )
    return parameters


def _film(sheet: Sheet, values: Values) -> Film:
    """Fitted values, and what is assumed in the place of those that are not, as the film has it."""
    film = {
        "skirt_weight": values["skirt_weight"],
        "skirt_length_um": values["skirt_length_um"],
        "coupling": jnp.zeros((3, 3)),
        "length_um": values.get("length_um", jnp.zeros(())),
    }
    if "core_sigma_um" in values:
        film["core_sigma_um"] = values["core_sigma_um"]
    else:
        film["core_sigma_um"] = jnp.asarray(sheet.assumed["optics"]["core_sigma_um"])
    if "coupling_scale" in values:
        pattern = jnp.asarray(sheet.assumed["adjacency"]["coupling_pattern"])
        film["coupling"] = values["coupling_scale"] * pattern
    return film


def _read(
    sheet: Sheet,
    curves: FittedCurves,
    log_exposure: np.ndarray,
    frequency: np.ndarray,
    film: Film,
) -> Float64[Array, "record target"]:
    cycles = jnp.asarray(frequency)
    transfer = scatter_otf(
        cycles,
        core_sigma_um=film["core_sigma_um"],
        skirt_weight=film["skirt_weight"],
        skirt_length_um=film["skirt_length_um"],
    )
    if "halation" in sheet.assumed:
        veil_ratio, thrown_back = _thrown_back(sheet, cycles)
        transfer = with_halation(transfer, thrown_back, veil_ratio=veil_ratio)
    return sine_response(
        frequency=cycles,
        modulation=sheet.assumed["mtf"]["modulation"],
        log_exposure=jnp.asarray(log_exposure),
        transfer=transfer,
        curve=curves.curve(),
        spectra=curves.spectra(),
        coupling=film["coupling"],
        length_um=film["length_um"],
    )


def _thrown_back(
    sheet: Sheet, cycles: Float64[Array, " frequency"]
) -> tuple[Float64[Array, " layer"], Float64[Array, "..."]]:
    """Light over direct light, and its transfer, under the sheet's own backing."""
    veil = sheet.assumed["halation"][sheet.backing]
    veil_ratio, reach_um = jnp.asarray(veil["veil_ratio"]), sheet.assumed["halation"]["reach_um"]
    base = {
        "base_um": jnp.asarray(sheet.base_um),
        "base_index": jnp.asarray(sheet.assumed["base_index"]),
    }
    if veil["profile"] == "diffuse":
        otf = halation_otf(cycles, **base, reach_um=reach_um, profile="diffuse")
        return veil_ratio, otf
    followed = {
        "plate_reflectance": jnp.asarray(veil.get("plate_reflectance", 0.0)),
        "plate_gap_um": jnp.asarray(veil.get("plate_gap_um", 0.0)),
        "rescattered": jnp.asarray(veil.get("rescattered", [0.0] * 3)),
    }
    with jax.ensure_compile_time_eval():  # nothing of it is fitted
        otf = bare_base_otf(cycles, **base, **followed, reach_um=reach_um)
        return veil_ratio * over_ring(**base, **followed), otf
