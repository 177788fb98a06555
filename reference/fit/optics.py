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
import optimistix as optx
from jaxtyping import Array, Float64, PyTree

from reference.fit.curves import FittedCurves, keep
from reference.fit.sheet import Sheet
from reference.fit.sine_reading import sine_response
from reference.stages.optics import halation_otf, scatter_otf, with_halation
from spectral_film.errors import InputError

# Where the fit starts, and the standard deviations of its priors in the transformed numbers:
# loose enough that only what the data leave open feels them.
START_SKIRT_WEIGHT = {"negative": 0.8, "print": 0.5}
START_SKIRT_LENGTH_UM = {"negative": 4.0, "print": 10.0}
START_CORE_SIGMA_UM = 1.0  # fitted only where the sheet's kind assumes none
START_GAIN = 1.0  # times the assumed pattern
PRIOR_WEIGHT = 2.0  # in the logit of the weight
PRIOR_LENGTH = 1.0  # in the natural log of the length
PRIOR_CORE = 1.0  # in the natural log of the sigma
PRIOR_GAIN = 0.5  # in the natural log of the scale
PRIOR_BOUNDED = 1.5  # in the logit between the bounds

PER_UM = 1e-3  # cycles/mm -> cycles/um

Film = dict[str, Float64[Array, "..."]]


@dataclass(frozen=True, kw_only=True)
class FittedOptics:
    """Core and skirt of each layer, (layer,); `assumed` names what was not fitted."""

    core_sigma_um: np.ndarray
    skirt_weight: np.ndarray
    skirt_length_um: np.ndarray
    assumed: tuple[str, ...]


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
    frequency, published, sigma = _chart(sheet)
    printed = np.isfinite(published)
    target, weight = jnp.asarray(np.where(printed, published, 0.0)), jnp.asarray(printed / sigma)

    def residuals(free: Film, _: None) -> PyTree[Array]:
        return (_read(sheet, curves, log_exposure, frequency, _film(sheet, free)) - target) * (
            weight
        ), free

    free = {"skirt_weight": jnp.zeros(3), "skirt_length_um": jnp.zeros(3)}
    if "adjacency" in sheet.assumed:
        free |= {"gain": jnp.zeros(()), "length_um": jnp.zeros(())}
    if "optics" not in sheet.assumed:
        free["core_sigma_um"] = jnp.zeros(3)
    solver: optx.AbstractLeastSquaresSolver = optx.LevenbergMarquardt(rtol=1e-9, atol=1e-9)
    solution: optx.Solution = optx.least_squares(
        residuals, solver, free, max_steps=500, throw=False
    )
    if solution.result != optx.RESULTS.successful:
        raise InputError(
            f"{sheet.id}: no kernel of core and skirt follows mtf.csv; look for a slip in it"
        )
    film = {name: keep(value) for name, value in _film(sheet, solution.value).items()}
    optics = FittedOptics(
        **{name: film[name] for name in ("core_sigma_um", "skirt_weight", "skirt_length_um")},
        assumed=("core_sigma_um",) if "optics" in sheet.assumed else (),
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


def _film(sheet: Sheet, free: Film) -> Film:
    """Free numbers, in standard deviations of their priors -> parameters within bounds."""

    def between(low: float, high: float, number: Float64[Array, ""]) -> Float64[Array, ""]:
        return low + (high - low) * jax.nn.sigmoid(PRIOR_BOUNDED * number)

    start = START_SKIRT_WEIGHT[sheet.kind]
    film = {
        "skirt_weight": jax.nn.sigmoid(
            np.log(start / (1 - start)) + PRIOR_WEIGHT * free["skirt_weight"]
        ),
        "skirt_length_um": START_SKIRT_LENGTH_UM[sheet.kind]
        * jnp.exp(PRIOR_LENGTH * free["skirt_length_um"]),
        "coupling": jnp.zeros((3, 3)),
        "length_um": jnp.zeros(()),
    }
    if "core_sigma_um" in free:
        film["core_sigma_um"] = START_CORE_SIGMA_UM * jnp.exp(PRIOR_CORE * free["core_sigma_um"])
    else:
        film["core_sigma_um"] = jnp.asarray(sheet.assumed["optics"]["core_sigma_um"])
    if "gain" in free:
        assumed = sheet.assumed["adjacency"]
        low, high = assumed["length_um"]
        scale = START_GAIN * jnp.exp(PRIOR_GAIN * free["gain"])
        film["coupling"] = scale * jnp.asarray(assumed["coupling_pattern"])
        film["length_um"] = between(low, high, free["length_um"])
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
        veil = sheet.assumed["halation"][sheet.backing]
        thrown_back = halation_otf(
            cycles,
            base_um=jnp.asarray(sheet.base_um),
            base_index=jnp.asarray(sheet.assumed["base_index"]),
            reach_um=sheet.assumed["halation"]["reach_um"],
            profile=veil["profile"],
        )
        transfer = with_halation(transfer, thrown_back, veil_ratio=jnp.asarray(veil["veil_ratio"]))
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
