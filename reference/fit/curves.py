"""Tone curves: a few sublayers per layer, fitted through the dyes to the status densities.

A densitometer reads all three dyes at once, so the layers are fitted together: the residual is
the density read from the *spectrum* of the film. The sheet's D-min spectrum and its D-min on the
characteristic chart disagree by a few hundredths; the chart is believed, and the spectrum is
moved by as much of each dye as that takes (`dmin_shift`). Dye amounts count from there.
"""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from reference.fit.priors import Parameter, Values
from reference.fit.sheet import Sheet
from reference.fit.solve import Solution, solve
from reference.fit.spectra import dmin_shape, dye_density
from reference.stages.common import characteristic_curve
from reference.stages.densitometry import read_density
from spectral_film.errors import InputError
from spectral_film.light.spectra import status_response

CURVE = ("density_range", "log_exposure_mid", "log_exposure_spread", "exponent")


@dataclass(frozen=True, kw_only=True)
class FittedCurves:
    """Tone curves and the spectra they were fitted through, named as in the film file.

    Attributes:
        density_range, log_exposure_mid, log_exposure_spread, exponent: (layer, sublayer).
        dye_density: Spectral density of one unit of each dye, (dye, wavelength).
        dmin_density: Spectral density of the unexposed film, (wavelength,).
        dmin_shift: How much of each dye moved the sheet's D-min to its chart, (dye,).
        response: Densitometer the curves are read with, (record, wavelength).
        solution: How they were found.
    """

    density_range: np.ndarray
    log_exposure_mid: np.ndarray
    log_exposure_spread: np.ndarray
    exponent: np.ndarray
    dye_density: np.ndarray
    dmin_density: np.ndarray
    dmin_shift: np.ndarray
    response: np.ndarray
    solution: Solution

    def curve(self) -> dict[str, Float64[Array, "layer sublayer"]]:
        """Keywords of `characteristic_curve`."""
        return {name: jnp.asarray(getattr(self, name)) for name in CURVE}

    def spectra(self) -> dict[str, Float64[Array, "..."]]:
        """Keywords of `read_density`."""
        names = ("dye_density", "dmin_density", "response")
        return {name: jnp.asarray(getattr(self, name)) for name in names}

    def dyes(self, log_exposure: np.ndarray) -> np.ndarray:
        """Dye amounts of even patches, (layer or 1, step) log exposure -> (dye, step)."""
        layers = len(self.density_range)
        exposed = jnp.broadcast_to(jnp.asarray(log_exposure), (layers, np.shape(log_exposure)[-1]))
        return np.array(characteristic_curve(exposed[:, None, :], **self.curve())[:, 0])

    def read(self, log_exposure: np.ndarray) -> np.ndarray:
        """Status density of even patches, (layer or 1, step) log exposure -> (record, step)."""
        dyes = jnp.asarray(self.dyes(log_exposure))[:, None, :]
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
    parameters = _parameters(sheet)
    sigma = sheet.assumed["characteristic_curves"]["uncertainty"]

    dyes_, shape_, response_ = jnp.asarray(dyes), jnp.asarray(shape), jnp.asarray(response)
    target = jnp.asarray(np.where(printed, published, 0.0))
    weight = jnp.asarray(printed / sigma)
    log_exposure = jnp.asarray(sheet.log_exposure())
    steps = jnp.broadcast_to(log_exposure, (sheet.layers, 1, len(log_exposure)))
    exponent = jnp.ones_like(parameters["density_range"].start)

    def residuals(values: Values) -> Float64[Array, " residual"]:
        curve = {name: values[name] for name in CURVE if name in values}
        read = read_density(
            characteristic_curve(steps, **curve, exponent=exponent),
            dye_density=dyes_,
            dmin_density=shape_ + values["dmin_shift"] @ dyes_,
            response=response_,
        )[:, 0]
        return ((read - target) * weight).ravel()

    solution = solve(parameters, residuals)
    if solution is None:
        raise InputError(
            f"{sheet.id}: no sum of {exponent.shape[1]} logistics follows "
            "characteristic_curves.csv; look for a slip in the readings"
        )
    return FittedCurves(
        **solution.values,
        exponent=np.asarray(exponent),
        dye_density=dyes,
        dmin_density=shape + solution.values["dmin_shift"] @ dyes,
        response=response,
        solution=solution,
    )


def _parameters(sheet: Sheet) -> dict[str, Parameter]:
    """Equal sublayers, with their middles where the chart has risen, or fallen, by equal steps."""
    sublayers = sheet.assumed["characteristic_curves"]["sublayers"]
    way = -1 if sheet.process == "reversal" else 1
    published = way * sheet.tables["characteristic_curves"].records("D_{}")
    log_exposure = sheet.log_exposure()
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
        "density_range": Parameter(
            unit="dye amount",
            start=np.array(ranges),
            sd=1.5,
            lowest=0,
            why="sublayers share the rise of the chart, each within a factor of 4.5; a sheet "
            "without a shoulder leaves the last one open",
        ),
        "log_exposure_mid": Parameter(
            unit="log10(lux s)",
            start=np.array(middles),
            sd=0.5,
            why="where the chart has risen by equal steps",
        ),
        "log_exposure_spread": Parameter(
            unit="log10(lux s)",
            start=way * np.repeat(gaps, sublayers, axis=1),
            sd=0.7,
            lowest=0,
            why="the distance of the middles, within a factor of 2",
        ),
        "dmin_shift": Parameter(
            unit="dye amount",
            start=np.zeros(sheet.layers),
            sd=0.05,
            why="what two charts of one sheet disagree by at the foot",
        ),
    }
