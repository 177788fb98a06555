"""Tone curves: a few sublayers per layer, fitted through the dyes to the status densities.

A densitometer reads all three dyes at once, so the layers are fitted together: the residual is
the density read from the *spectrum* of the film. The sheet's D-min spectrum and its D-min on the
characteristic chart disagree by a few hundredths; the chart is believed, and the spectrum is
moved by as much of each dye as that takes (`dmin_shift`). Dye amounts count from there.

Bounds are kept by transformation: ranges and spreads are exponentials of free numbers. Priors
hold what the data leave open, above all the shoulder of a negative, which no sheet prints.
"""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
import optimistix as optx
from jaxtyping import Array, Float64, PyTree

from reference.fit.sheet import Sheet
from reference.fit.spectra import dmin_shape, dye_density
from reference.stages.common import characteristic_curve
from reference.stages.densitometry import read_density
from spectral_film.errors import InputError
from spectral_film.spectra import status_response

# Standard deviations of the priors, about the starting point that the chart itself suggests.
PRIOR_LOG_RANGE = 1.5  # natural log: a factor of 4.5
PRIOR_MID = 0.5  # log10(lux s)
PRIOR_LOG_SPREAD = 0.7  # natural log: a factor of 2
PRIOR_DMIN_SHIFT = 0.05  # dye amount: what charts of one sheet disagree by

SIGNIFICANT_DIGITS = 7  # what is kept: far below any effect, and the same on every machine


Free = dict[str, Float64[Array, "..."]]


@dataclass(frozen=True, kw_only=True)
class FittedCurves:
    """Tone curves and the spectra they were fitted through, named as in the film file.

    Attributes:
        density_range, log_exposure_mid, log_exposure_spread, exponent: (layer, sublayer).
        dye_density: Spectral density of one unit of each dye, (dye, wavelength).
        dmin_density: Spectral density of the unexposed film, (wavelength,).
        dmin_shift: How much of each dye moved the sheet's D-min to its chart, (dye,).
        response: Densitometer the curves are read with, (record, wavelength).
    """

    density_range: np.ndarray
    log_exposure_mid: np.ndarray
    log_exposure_spread: np.ndarray
    exponent: np.ndarray
    dye_density: np.ndarray
    dmin_density: np.ndarray
    dmin_shift: np.ndarray
    response: np.ndarray

    def curve(self) -> dict[str, Float64[Array, "layer sublayer"]]:
        """Keywords of `characteristic_curve`."""
        names = ("density_range", "log_exposure_mid", "log_exposure_spread", "exponent")
        return {name: jnp.asarray(getattr(self, name)) for name in names}

    def spectra(self) -> dict[str, Float64[Array, "..."]]:
        """Keywords of `read_density`."""
        names = ("dye_density", "dmin_density", "response")
        return {name: jnp.asarray(getattr(self, name)) for name in names}

    def read(self, log_exposure: np.ndarray) -> np.ndarray:
        """Status density of even patches, (layer or 1, step) log exposure -> (record, step)."""
        exposed = jnp.broadcast_to(jnp.asarray(log_exposure), (3, np.shape(log_exposure)[-1]))
        dyes = characteristic_curve(exposed[:, None, :], **self.curve())
        return np.asarray(read_density(dyes, **self.spectra())[:, 0])


def fit_curves(sheet: Sheet) -> FittedCurves:
    """Fit the characteristic curves of a sheet.

    Raises:
        InputError: the solver finds no curve; the chart is named.
    """
    dyes, _ = dye_density(sheet)
    shape, _ = dmin_shape(sheet)
    response = status_response(sheet.densitometry)
    published = sheet.tables["characteristic_curves"].records("D_{}")
    printed = np.isfinite(published)
    log_exposure = sheet.log_exposure()
    sublayers = sheet.assumed["characteristic_curves"]["sublayers"]
    start = _start(log_exposure, published, sublayers)
    sigma = sheet.assumed["characteristic_curves"]["uncertainty"]

    dyes_, shape_, response_ = jnp.asarray(dyes), jnp.asarray(shape), jnp.asarray(response)
    target = jnp.asarray(np.where(printed, published, 0.0))
    weight = jnp.asarray(printed / sigma)
    steps = jnp.broadcast_to(jnp.asarray(log_exposure), (3, 1, len(log_exposure)))

    def residuals(free: Free, _: None) -> PyTree[Array]:
        shift = free["dmin_shift"] * PRIOR_DMIN_SHIFT
        read = read_density(
            characteristic_curve(steps, **_parameters(free, start)),
            dye_density=dyes_,
            dmin_density=shape_ + shift @ dyes_,
            response=response_,
        )[:, 0]
        return (read - target) * weight, free  # every free number is a prior deviation

    free = {
        "density_range": jnp.zeros((3, sublayers)),
        "log_exposure_mid": jnp.zeros((3, sublayers)),
        "log_exposure_spread": jnp.zeros((3, sublayers)),
        "dmin_shift": jnp.zeros(3),
    }
    solver: optx.AbstractLeastSquaresSolver = optx.LevenbergMarquardt(rtol=1e-10, atol=1e-10)
    solution: optx.Solution = optx.least_squares(
        residuals, solver, free, max_steps=2000, throw=False
    )
    if solution.result != optx.RESULTS.successful:
        raise InputError(
            f"{sheet.id}: no sum of {sublayers} logistics follows characteristic_curves.csv; "
            "look for a slip in the readings"
        )
    fitted = {name: keep(value) for name, value in _parameters(solution.value, start).items()}
    shift = keep(solution.value["dmin_shift"] * PRIOR_DMIN_SHIFT)
    return FittedCurves(
        **fitted,
        dye_density=dyes,
        dmin_density=shape + shift @ dyes,
        dmin_shift=shift,
        response=response,
    )


def keep(values: Array | np.ndarray) -> np.ndarray:
    """Round to `SIGNIFICANT_DIGITS`, so that rounding errors of the solver stay out of the file."""
    text = np.vectorize(lambda v: f"{v:.{SIGNIFICANT_DIGITS - 1}e}", otypes=["U32"])
    return text(np.asarray(values, np.float64)).astype(np.float64)


def _parameters(free: Free, start: Free) -> dict[str, Float64[Array, "layer sublayer"]]:
    """Free numbers, in standard deviations of their priors -> parameters of the curve."""
    return {
        "density_range": start["density_range"] * jnp.exp(PRIOR_LOG_RANGE * free["density_range"]),
        "log_exposure_mid": start["log_exposure_mid"] + PRIOR_MID * free["log_exposure_mid"],
        "log_exposure_spread": start["log_exposure_spread"]
        * jnp.exp(PRIOR_LOG_SPREAD * free["log_exposure_spread"]),
        "exponent": jnp.ones_like(start["density_range"]),
    }


def _start(
    log_exposure: np.ndarray, published: np.ndarray, sublayers: int
) -> dict[str, Float64[Array, "layer sublayer"]]:
    """Equal sublayers, with their middles where the chart has risen by equal steps."""
    rise = (np.arange(sublayers) + 0.5) / sublayers
    middles, ranges = [], []
    for density in published:
        printed = np.isfinite(density)
        risen = np.maximum.accumulate(density[printed])
        share = (risen - risen[0]) / (risen[-1] - risen[0])
        middles.append(np.interp(rise, share, log_exposure[printed]))
        ranges.append(np.full(sublayers, (risen[-1] - risen[0]) / sublayers))
    gaps = np.diff(middles, axis=1).mean(axis=1, keepdims=True)
    return {
        "density_range": jnp.asarray(ranges),
        "log_exposure_mid": jnp.asarray(middles),
        "log_exposure_spread": jnp.asarray(np.repeat(gaps, sublayers, axis=1)),
    }
