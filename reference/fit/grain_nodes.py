"""Where the table of a film's granularity gets its nodes, so that few of them do.

Between nodes a stage draws lines: of the rms, where it draws all of a layer at once; of coverage
and strength, where it draws its sublayers. Both must read as the chart does.
Source: docs/physics.md, Granularity.
"""

import numpy as np

from reference.fit.curves import CURVE, FittedCurves
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.grain.reading import APERTURE_UM, LEAST, MOST, disc_variance

NODES = 32  # of a layer
FAINT = 0.003  # of the most rms: what is below need not be followed as closely
COVERAGES = 200  # at which the variance of clouds is worked out


def choose_nodes(
    curves: FittedCurves, radius_um: np.ndarray, exposure: np.ndarray, rms: np.ndarray
) -> list[int]:
    """Patches of a grey scale: the ends, then ever one more where lines do worst.

    Args:
        curves: Of the film.
        radius_um: Of its clouds, (layer, sublayer).
        exposure: log10 lux s of the scale, rising, (patch,).
        rms: Of each layer there, (layer, patch).
    """
    curve = ToneCurve(**{name: getattr(curves, name) for name in CURVE})
    dyes = curve.dye(exposure)
    covered = curve.developed(exposure).clip(LEAST, MOST)
    coverages = np.linspace(LEAST, MOST, COVERAGES)
    variances = disc_variance(coverages, radius_um[..., None], APERTURE_UM)
    variances *= curve.density_range[..., None] ** 2

    def spread(layer: int, coverage: np.ndarray) -> np.ndarray:
        """Rms of a layer whose sublayers are Boolean at that coverage, (patch,)."""
        parts = zip(coverage, variances[layer], strict=True)
        return np.sqrt(sum(np.interp(u, coverages, of) for u, of in parts))

    strength = np.stack([rms[layer] / spread(layer, u) for layer, u in enumerate(covered)])
    told_from = FAINT * rms.max() or 1.0  # of a chart without any grain nothing is off

    def off(nodes: list[int]) -> np.ndarray:
        """How far lines between the nodes are off, of the worst layer, (patch,)."""

        def line(dye: np.ndarray, values: np.ndarray) -> np.ndarray:
            return np.interp(dye, dye[nodes], values[nodes])

        found = []
        for layer, dye in enumerate(dyes):
            coverage = np.stack([line(dye, u) for u in covered[layer]])
            drawn = line(dye, strength[layer]) * spread(layer, coverage)
            for read in (line(dye, rms[layer]), drawn):
                found.append(np.abs(read - rms[layer]) / (rms[layer] + told_from))
        return np.stack(found).max(axis=0)

    nodes = [0, len(exposure) - 1]
    while len(nodes) < NODES and (worst := off(nodes)).any():
        nodes = sorted([*nodes, int(worst.argmax())])
    return nodes
