"""Tone curves: a few sublayers per layer, fitted through the dyes to the status densities.

How many, the chart tells: from the fewest that are usual, one more while a record misses its chart
by more than another reading would, and Akaike's criterion finds it worth its numbers.

A densitometer reads all three dyes at once, so the layers are fitted together: the residual is
the density read from the *spectrum* of the film. The sheet's D-min spectrum and its D-min on the
characteristic chart disagree by a few hundredths; the chart is believed, and the spectrum is
moved by as much of each dye as that takes (`dmin_shift`). Dye amounts count from there.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from reference.fit.dye_family import InferredDyes
from reference.fit.priors import Parameter, Values
from reference.fit.sheet import Sheet
from reference.fit.solve import WORTH, Solution, padded, solve
from reference.fit.spectra import dmin_shape, dye_density, inferred_dyes
from reference.stages.common import characteristic_curve
from reference.stages.densitometry import read_density
from spectral_film.errors import InputError
from spectral_film.lab.tolerances import CHARACTERISTIC_CURVE, Tolerance, rms_and_largest
from spectral_film.light.spectra import status_response

MOST_SUBLAYERS = 5  # no maker coats more
ROWS = 64  # that charts are padded to a multiple of, so that one compiled fit serves most
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
        inferred: Where the dyes come from, if the sheet prints none.
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
    inferred: InferredDyes | None
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
    inferred = None if sheet.layers == 1 or sheet.prints_dyes else inferred_dyes(sheet)
    dyes = dye_density(sheet)[0] if inferred is None else inferred.dye_density
    shape, _ = dmin_shape(sheet)
    response = status_response(sheet.densitometry)
    published = sheet.tables["characteristic_curves"].records("D_{}")
    printed = np.isfinite(published)
    sigma = sheet.assumed["characteristic_curves"]["uncertainty"]

    chart = _Chart(
        log_exposure=jnp.asarray(padded(sheet.log_exposure(), ROWS)),
        target=jnp.asarray(padded(np.where(printed, published, 0.0), ROWS)),
        weight=jnp.asarray(_without_padding(printed / sigma)),
        dye_density=jnp.asarray(dyes),
        shape=jnp.asarray(shape),
        response=jnp.asarray(response),
    )
    solution = _as_many_as_tell(sheet, chart)
    ranges = solution.values["density_range"]
    return FittedCurves(
        **solution.values,
        exponent=np.ones_like(ranges),
        dye_density=dyes,
        dmin_density=np.maximum(shape + solution.values["dmin_shift"] @ dyes, 0.0),
        response=response,
        inferred=inferred,
        solution=solution,
    )


def _as_many_as_tell(sheet: Sheet, chart: "_Chart") -> Solution:
    """The fit with the fewest sublayers that follow the chart, or that none is worth adding to.

    Source: docs/physics.md, Tone curve.
    """
    best: Solution | None = None
    for sublayers in range(sheet.assumed["characteristic_curves"]["sublayers"], MOST_SUBLAYERS + 1):
        found = solve(_parameters(sheet, sublayers), jax.tree_util.Partial(_residuals, chart))
        if best and (found is None or found.criterion > best.criterion - WORTH):
            return best
        best = found or best
        if found and _follows(chart, found, CHARACTERISTIC_CURVE[sheet.role]):
            return found
    if best is None:
        raise InputError(
            f"{sheet.id}: no sum of logistics follows characteristic_curves.csv; look for a slip "
            "in the readings"
        )
    return best


def _follows(chart: "_Chart", found: Solution, house: Tolerance) -> bool:
    """Whether each record is as near its chart as two careful readings of it are to each other."""
    values = {name: jnp.asarray(value) for name, value in found.values.items()}
    weight = np.asarray(chart.weight)
    weighted = np.asarray(_residuals(chart, values)).reshape(weight.shape)
    misses = (line[w > 0] / w[w > 0] for line, w in zip(weighted, weight, strict=True))
    return all(measure.met for miss in misses for measure in rms_and_largest(miss, house))


class _Chart(NamedTuple):
    """What the curves are fitted to and read through, padded.

    Attributes:
        log_exposure: (row,).
        target, weight: Densities, and one over what they are known to, (record, row).
        dye_density, shape, response: Of the film and its densitometer.
    """

    log_exposure: Float64[Array, " row"]
    target: Float64[Array, "record row"]
    weight: Float64[Array, "record row"]
    dye_density: Float64[Array, "dye wavelength"]
    shape: Float64[Array, " wavelength"]
    response: Float64[Array, "record wavelength"]


def _residuals(chart: _Chart, values: Values) -> Float64[Array, " residual"]:
    curve = {name: values[name] for name in CURVE if name in values}
    steps = jnp.broadcast_to(
        chart.log_exposure, (len(chart.dye_density), 1, len(chart.log_exposure))
    )
    read = read_density(
        characteristic_curve(steps, **curve, exponent=jnp.ones_like(curve["density_range"])),
        dye_density=chart.dye_density,
        # Where the sheet's minimum comes near none, the shift may not go below it.
        dmin_density=jnp.maximum(chart.shape + values["dmin_shift"] @ chart.dye_density, 0.0),
        response=chart.response,
    )[:, 0]
    return ((read - chart.target) * chart.weight).ravel()


def _without_padding(weight: np.ndarray) -> np.ndarray:
    """Weights of the readings, and none of what they are padded with."""
    made = padded(weight, ROWS)
    made[..., weight.shape[-1] :] = 0.0
    return made


def _foot(sheet: Sheet) -> np.ndarray:
    """How much of each dye to look for under the chart beside the sheet's D-min, (dye,)."""
    shape, printed = dmin_shape(sheet)
    if printed or sheet.layers > 1:
        return np.zeros(sheet.layers)
    (level,) = -np.log10(status_response(sheet.densitometry) @ 10**-shape)
    return np.nanmin(sheet.tables["characteristic_curves"].records("D_{}"), axis=1) - level


def _parameters(sheet: Sheet, sublayers: int) -> dict[str, Parameter]:
    """Equal sublayers, with their middles where the chart has risen, or fallen, by equal steps."""
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
            start=_foot(sheet),
            sd=0.05,
            why="what two charts of one sheet disagree by at the foot, or where a chart of silver, "
            "whose base no sheet prints, begins above its foot",
        ),
    }
