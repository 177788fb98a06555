"""Fewer wavelengths that do the work of all 85, for `--fast`.

Light through a film is a sum over wavelength of smooth exponentials, and a sum of two dozen of
them, with weights of their own, comes out the same for every dye image the film can form. Which
ones: the columns that a pivoted QR of sampled contributions takes first. With what weights: least
squares on the relative error, reweighted towards the worst. How good: measured on other samples.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from spectral_film.emulsion.film import Film
from spectral_film.stages.transmission import Receivers

COUNT = 24  # wavelengths kept: some 1e-4 of density, at 3.5 times the speed
FITTED, CHECKED, PASSES = 500, 20_000, 6  # dye triples each; reweightings
MARGIN = 2  # over the largest error found; 400,000 other triples had 1.2 times as much


@dataclass(frozen=True, kw_only=True, eq=False)
class FewerWavelengths(Receivers):
    """Receivers in place of some that look through a film at all wavelengths.

    Attributes:
        error: Bound on the error of -log10 of this stage's light, in density: `MARGIN` times the
            largest found over random dye triples and the corners, edges and middle of their range.
    """

    error: float


@lru_cache(maxsize=16)  # a print and its negative under eight settings
def condensed(receivers: Receivers, film: Film) -> FewerWavelengths:
    """The same receivers looking through `film` at `COUNT` wavelengths.

    The film's curves say how much of each dye there can be.
    """
    from scipy.linalg import qr  # a fifth of the render's import, for --fast alone

    through, light = _samples(receivers, film, FITTED)
    shares = [
        through * weight / total[:, None]
        for weight, total in zip(receivers.response_through_base, light.T, strict=True)
    ]
    kept = np.sort(qr(np.concatenate(shares), mode="r", pivoting=True)[1][:COUNT])
    weights = [
        _fitted(through[:, kept] / total[:, None], 1 - veil / total)
        for total, veil in zip(light.T, receivers.veil, strict=True)
    ]
    response = np.stack(weights)
    through, light = _samples(receivers, film, CHECKED)
    ratio = (through[:, kept] @ response.T + receivers.veil) / light
    return FewerWavelengths(
        dye_density=receivers.dye_density[:, kept],
        response_through_base=response,
        veil=receivers.veil,
        error=MARGIN * float(np.abs(np.log10(ratio)).max()),
    )


def _samples(receivers: Receivers, film: Film, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Transmittance of dye triples over the film without dye (triple, wavelength); their light."""
    corners = np.stack(np.meshgrid(*[[0, 0.5, 1]] * 3), axis=-1).reshape(-1, 3)
    share = np.concatenate([corners, np.random.default_rng(count).uniform(size=(count, 3))])
    dyes = share * film.tone_curve.density_range.sum(axis=1)
    through = 10 ** -(dyes @ receivers.dye_density)
    return through, through @ receivers.response_through_base.T + receivers.veil


def _fitted(shares: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Weights whose worst error is about as small as can be."""
    emphasis = np.ones(len(shares))
    for _ in range(PASSES):
        weights = np.linalg.lstsq(shares * emphasis[:, None], wanted * emphasis, rcond=None)[0]
        error = np.abs(shares @ weights - wanted)
        emphasis *= np.sqrt(error / error.mean() + 1e-3)
        emphasis /= emphasis.mean()
    return weights
