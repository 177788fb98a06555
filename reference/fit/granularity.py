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
from reference.fit.sheet import Sheet
from reference.fit.solve import keep
from reference.fit.tables import RECORDS

NODES = 24  # of a layer
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
        printed: Whether the sheet prints that chart; else it is that of the kind, at its number.
        clipped: Nodes where no variances of the layers read so: one is none there.
    """

    radius_um: np.ndarray
    dye_amount: np.ndarray
    rms: np.ndarray
    chart: Chart
    printed: bool
    clipped: int


def fit_granularity(sheet: Sheet, curves: FittedCurves) -> FittedGrain | None:
    """Fit the sheet's granularity; a film with neither chart nor number has none."""
    chart = _chart(sheet)
    if chart is None:
        return None
    exposure, net = _scale(sheet, curves)
    within = np.any([n < d[-1] for (d, _), n in zip(chart, net, strict=True)], axis=0)
    within[0] = True
    dyes, net = curves.dyes(exposure[within]), net[:, within]
    dyes[:, 0] = net[:, 0] = 0.0  # unexposed
    rms, clipped = _told_apart(look_through(curves, dyes)[1], chart, net)
    nodes = _nodes(dyes, rms)
    return FittedGrain(
        radius_um=_radii(sheet, curves),
        dye_amount=keep(dyes[:, nodes]),
        rms=keep(rms[:, nodes]),
        chart=chart,
        printed="rms_granularity" in sheet.tables,
        clipped=int(clipped[nodes].sum()),
    )


def read_granularity(sheet: Sheet, curves: FittedCurves, grain: FittedGrain) -> Chart:
    """What the film reads where its chart has points: density over D-min, rms, by record."""
    exposure, net = _scale(sheet, curves)
    found = []
    for record, (density, _) in enumerate(grain.chart):
        dyes = curves.dyes(np.interp(density, net[record], exposure))
        _, gain = look_through(curves, dyes)
        rms = [np.interp(*of) for of in zip(dyes, grain.dye_amount, grain.rms, strict=True)]
        found.append((density, np.sqrt((gain[:, record] ** 2 * np.square(rms).T).sum(axis=1))))
    return found


def look_through(curves: FittedCurves, dyes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Status density of even patches, and what it rises by with each dye.

    Args:
        curves: Of the film.
        dyes: (dye, patch).

    Returns:
        (record, patch) and (patch, record, dye).
    """
    through = 10 ** -(curves.dmin_density + dyes.T @ curves.dye_density)
    light = through @ curves.response.T
    lost = np.einsum("pw,rw,dw->prd", through, curves.response, curves.dye_density)
    return -np.log10(light).T, lost / light[:, :, None]


def by_density(table: Mapping[str, np.ndarray]) -> Chart:
    """The chart without its exposures: where density stands still, the mean of what is read."""
    chart = []
    for record in RECORDS:
        density, sigma = table[f"D_{record}"], table[f"sigma_{record}"]
        printed = np.isfinite(density) & np.isfinite(sigma)
        density, sigma = density[printed], sigma[printed]
        rising, at = np.unique(isotonic_regression(density).x.round(6), return_inverse=True)
        chart.append((rising - rising[0], np.bincount(at, sigma) / np.bincount(at)))
    return chart


def _chart(sheet: Sheet) -> Chart | None:
    """What is printed, or the shape of the kind at the number that is; None where neither is."""
    if "rms_granularity" in sheet.tables:
        return by_density(sheet.tables["rms_granularity"].columns)
    if sheet.rms_granularity is None:
        return None
    shape = sheet.assumed["granularity"]
    density = np.array(shape["net_density"], float)
    return [
        (density, np.array(shape[f"relative_{record}"]) * sheet.rms_granularity / 1000)
        for record in RECORDS
    ]


def _scale(sheet: Sheet, curves: FittedCurves) -> tuple[np.ndarray, np.ndarray]:
    """A grey scale from hardly any exposure to the most dye: exposure, density over D-min."""
    printed = sheet.log_exposure()
    exposure = np.linspace(printed[0] - BEYOND, printed[-1] + BEYOND, STEPS)
    density, _ = look_through(curves, np.hstack([np.zeros((3, 1)), curves.dyes(exposure)]))
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


def _nodes(dyes: np.ndarray, rms: np.ndarray) -> list[int]:
    """Patches between which lines follow all layers best: ever one more where they do worst."""
    nodes = [0, dyes.shape[1] - 1]
    while len(nodes) < NODES:
        lines = [np.interp(d, d[nodes], r[nodes]) for d, r in zip(dyes, rms, strict=True)]
        off = np.abs(lines - rms) / (rms + rms.max(axis=1, keepdims=True) / 100)
        nodes = sorted([*nodes, int(off.max(axis=0).argmax())])
    return nodes


def _radii(sheet: Sheet, curves: FittedCurves) -> np.ndarray:
    """Assumed for the fastest and the slowest sublayer of each layer; even steps between."""
    largest, smallest = np.array(sheet.assumed["grain"]["radius_um"], float).T[:, :, None]
    count = curves.log_exposure_mid.shape[1]
    slowness = curves.log_exposure_mid.argsort(axis=1).argsort(axis=1) / max(count - 1, 1)
    return keep(largest * (smallest / largest) ** slowness, 3)
