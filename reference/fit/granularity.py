"""Granularity: what a microdensitometer reads of each record, told apart by layer.

A record sees all three dyes, and their grain is independent; so variances add as squares of what
the record reads of each. The chart is joined to the film by its density over its own D-min: it
comes from another densitometer than the characteristic curves, and its exposures have no origin.
Source: docs/physics.md, Granularity.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression, nnls

from reference.fit.curves import FittedCurves
from reference.fit.grain_nodes import choose_nodes
from reference.fit.sheet import Sheet
from reference.fit.solve import keep
from spectral_film.errors import InputError
from spectral_film.light.spectra import status_response

PRINTED_AT = 1.0  # visual density over the base at which sheets that print one number read it
STEPS = 4000  # of exposure, in which densities are looked up
BEYOND = 3.0  # decades before and after the sheet's exposures, where the curves have levelled off

Chart = list[tuple[np.ndarray, np.ndarray]]  # of each record: density over D-min, rising; rms


@dataclass(frozen=True, kw_only=True)
class FittedGrain:
    """Grain of each layer, named as in the film file, and what it rests on.

    Attributes:
        radius_um: Of dye clouds, (layer, sublayer).
        dye_amount, rms: (layer, node).
        chart: What it was fitted to.
        records: Whom its lines are of.
        printed: Whether the sheet prints that chart; else it is that of the kind, at its number.
        clipped: Nodes where no variances of the layers read so: one is none there.
    """

    radius_um: np.ndarray
    dye_amount: np.ndarray
    rms: np.ndarray
    chart: Chart
    records: tuple[str, ...]
    printed: bool
    clipped: int

    def at(self, density: float) -> dict[str, float]:
        """The chart's rms at a density over D-min, by record."""
        found = zip(self.records, self.chart, strict=True)
        return {record: float(np.interp(density, *of)) for record, of in found}


def fit_granularity(sheet: Sheet, curves: FittedCurves) -> FittedGrain | None:
    """Fit the sheet's granularity; a film with neither chart nor number has none.

    Raises:
        InputError: the chart's densities stand still; or the number is of a density that the film
            does not reach.
    """
    if "rms_granularity" in sheet.tables:
        chart = by_density(sheet.tables["rms_granularity"].columns, sheet.records)
        for record, (density, _) in zip(sheet.records, chart, strict=True):
            if len(density) < 2:
                raise InputError(
                    f"{sheet.id}: rms_granularity.csv, column D_{record}: the density is the same "
                    "everywhere, and sigma is joined to the film by it; read the curve again"
                )
    elif sheet.rms_granularity is not None:
        shape = {name: np.array(values) for name, values in sheet.assumed["granularity"].items()}
        chart = [(shape["net_density"], shape[record]) for record in sheet.records]
    else:
        return None
    exposure, net = _scale(sheet, curves)
    within = np.any([n < d[-1] for (d, _), n in zip(chart, net, strict=True)], axis=0)
    within[0] = True
    exposure, net = exposure[within], net[:, within]
    dyes = curves.dyes(exposure)
    dyes[:, 0] = net[:, 0] = 0.0  # no dye at all
    rms, clipped = _told_apart(look_through(curves, dyes, curves.response)[1], chart, net)
    printed = "rms_granularity" in sheet.tables
    scale = 1.0 if printed else _of_its_number(sheet, curves, dyes, rms)
    radius_um = _radii(sheet, curves)
    nodes = choose_nodes(curves, radius_um, exposure, rms)
    return FittedGrain(
        radius_um=radius_um,
        dye_amount=keep(dyes[:, nodes]),
        rms=keep(scale * rms[:, nodes]),
        chart=[(density, scale * sigma) for density, sigma in chart],
        records=sheet.records,
        printed=printed,
        clipped=int(clipped[nodes].sum()),
    )


def read_granularity(
    sheet: Sheet, curves: FittedCurves, grain: FittedGrain, density: np.ndarray
) -> np.ndarray:
    """Rms that the film reads on greys of these densities over D-min, (record, density)."""
    exposure, net = _scale(sheet, curves)
    read = []
    for record, reached in enumerate(net):
        dyes = curves.dyes(np.interp(density, reached, exposure))
        _, gain = look_through(curves, dyes, curves.response)
        rms = [np.interp(*of) for of in zip(dyes, grain.dye_amount, grain.rms, strict=True)]
        read.append(np.sqrt((gain[:, record] ** 2 * np.square(rms).T).sum(axis=1)))
    return np.stack(read)


def look_through(
    curves: FittedCurves, dyes: np.ndarray, response: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Density of even patches, and what it rises by with each dye.

    Args:
        curves: Of the film.
        dyes: (dye, patch).
        response: Of the densitometer, each of unit sum, (record, wavelength).

    Returns:
        (record, patch) and (patch, record, dye).
    """
    through = 10 ** -(curves.dmin_density + dyes.T @ curves.dye_density)
    light = through @ response.T
    lost = np.einsum("pw,rw,dw->prd", through, response, curves.dye_density)
    return -np.log10(light).T, lost / light[:, :, None]


def by_density(table: Mapping[str, np.ndarray], records: tuple[str, ...]) -> Chart:
    """The chart without its exposures: where density stands still, the mean of what is read."""
    chart = []
    for record in records:
        density, sigma = table[f"D_{record}"], table[f"sigma_{record}"]
        printed = np.isfinite(density) & np.isfinite(sigma)
        density, sigma = density[printed], sigma[printed]
        rising, at = np.unique(isotonic_regression(density).x.round(6), return_inverse=True)
        chart.append((rising - rising[0], np.bincount(at, sigma) / np.bincount(at)))
    return chart


def _scale(sheet: Sheet, curves: FittedCurves) -> tuple[np.ndarray, np.ndarray]:
    """A grey scale from hardly any dye to the most: exposure, density over D-min."""
    printed = sheet.log_exposure()
    exposure = np.linspace(printed[0] - BEYOND, printed[-1] + BEYOND, STEPS)
    if sheet.process == "reversal":
        exposure = exposure[::-1]
    dyes = np.hstack([np.zeros((sheet.layers, 1)), curves.dyes(exposure)])
    density, _ = look_through(curves, dyes, curves.response)
    return exposure, density[:, 1:] - density[:, :1]


def _told_apart(gain: np.ndarray, chart: Chart, net: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rms of each layer, (layer, patch), and where one was put to none since it would be less."""
    read = [np.interp(density, *of) ** 2 for density, of in zip(net, chart, strict=True)]
    variance = np.stack(read, axis=1)
    layers = np.linalg.solve(gain**2, variance[:, :, None])[:, :, 0]
    impossible = np.any(layers < 0, axis=1)
    for patch in np.flatnonzero(impossible):
        layers[patch] = nnls(gain[patch] ** 2, variance[patch])[0]
    return np.sqrt(layers.T), impossible


def _of_its_number(sheet: Sheet, curves: FittedCurves, dyes: np.ndarray, rms: np.ndarray) -> float:
    """Factor with which a visual densitometer reads the number that the sheet prints."""
    assert sheet.rms_granularity is not None
    density, gain = look_through(curves, dyes, status_response("visual"))
    # Slide films are read at that density with the base, negatives above it.
    net = density[0] if sheet.process == "reversal" else density[0] - density[0, 0]
    if net[-1] < PRINTED_AT:
        raise InputError(
            f"{sheet.id}: rms_granularity is read at a visual density of {PRINTED_AT:g} over the "
            f"base, and this film reaches {net[-1]:.2f}; look at the characteristic curves"
        )
    read = np.sqrt((gain[:, 0].T ** 2 * rms**2).sum(axis=0))
    return float(sheet.rms_granularity / 1000 / np.interp(PRINTED_AT, net, read))


def _radii(sheet: Sheet, curves: FittedCurves) -> np.ndarray:
    """Assumed for the fastest and the slowest sublayer of each layer; even steps between."""
    largest, smallest = np.array(sheet.assumed["grain"]["radius_um"], float).T[:, :, None]
    count = curves.log_exposure_mid.shape[1]
    slowness = curves.log_exposure_mid.argsort(axis=1).argsort(axis=1) / max(count - 1, 1)
    return keep(largest * (smallest / largest) ** slowness, 3)
