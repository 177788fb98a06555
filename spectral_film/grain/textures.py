"""The texture of a film on one sampling: what a stage that draws it must know, by dye amount.

Amplitudes are such that the microdensitometer that measured the film reads its published
granularity. Their axis is even in the root of the dye amount: near the base a film's grain changes
fast.
Source: docs/physics.md, Grain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from spectral_film.emulsion.film import Grainy
from spectral_film.grain import boolean, reading
from spectral_film.grain.aperture import SCAN
from spectral_film.grain.filtered import RADIUS, correlation_of, filter_for, kappa_for, skewness_of
from spectral_film.grain.network import network, variable

# Of an axis of dye: straight lines between them are within .3 % of the amplitude, 1.2 % at the end.
NODES = 512

Pitch = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Filtered:
    """Of the fast form.

    Attributes:
        lowest: Dye amount of the first node, (layer,).
        span: Dye amount from the first node to the last, (layer,); node i lies at a share of
            (i / (NODES - 1))^2 of it.
        filter: Of each layer, (layer, orbit).
        amplitude: Standard deviation of the layer's dye, (layer, node).
        kappa: Bend of the noise, (layer, node).
    """

    lowest: np.ndarray
    span: np.ndarray
    filter: np.ndarray
    amplitude: np.ndarray
    kappa: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Networked:
    """Of the network, which draws each sublayer.

    Attributes:
        lowest, span: As of `Filtered`.
        coverage: What polynomials are of, `network.variable`, (layer, sublayer, node).
        amplitude: Of the sublayer's texture, (layer, sublayer, node).
        first, second: Filters, (layer, sublayer, channel, orbit).
        gain, slope, shift: Polynomials, (layer, sublayer, channel, power).
        mean: Likewise, of what is taken off, (layer, sublayer, orbit, power).
    """

    lowest: np.ndarray
    span: np.ndarray
    coverage: np.ndarray
    amplitude: np.ndarray
    first: np.ndarray
    second: np.ndarray
    gain: np.ndarray
    slope: np.ndarray
    shift: np.ndarray
    mean: np.ndarray


def radii(film: Grainy, pitch_um: Pitch, size: float) -> np.ndarray:
    """Of the clouds, in pixels, (layer, sublayer)."""
    assert film.grain is not None  # whoever draws texture has asked
    return size * film.grain.radius_um / np.sqrt(pitch_um[0] * pitch_um[1])


@lru_cache(maxsize=16)
def filtered(film: Grainy, pitch_um: Pitch, size: float) -> Filtered:
    """The fast form of a film that has grain, clouds scaled by `size`."""
    rho, u = radii(film, pitch_um, size), reading.coverage(film)
    weight = film.tone_curve.density_range
    every = list(np.ndindex(rho.shape))
    seen = _by_sublayer(lambda of: boolean.covariance(u[of], rho[of], SCAN, 2 * RADIUS), every)
    bent = _by_sublayer(lambda of: boolean.skewness(u[of], rho[of], SCAN), every)
    parts = weight[..., None] ** 2 * seen[..., 2 * RADIUS, 2 * RADIUS]  # of the variance
    power = parts.sum(axis=1)
    mixture = np.einsum("ls,lsnyx,ln->lyx", weight**2, seen, 1 / power) / power.shape[1]
    filters = np.array([filter_for(correlation) for correlation in mixture])
    correlation = np.array([correlation_of(filter_) for filter_ in filters])
    skewness = (parts**1.5 * bent).sum(axis=1) / power**1.5
    kappa = np.array(list(map(kappa_for, skewness, filters)))
    third = power**1.5 * np.array(list(map(skewness_of, kappa, filters)))

    covariance = power[..., None, None] * correlation[:, None]
    gain = reading.gain_of_layers(film, pitch_um, covariance, third, size)
    return Filtered(
        **_axis(film),
        filter=filters,
        amplitude=_on_axis(film, gain * np.sqrt(power)),
        kappa=_on_axis(film, kappa),
    )


@lru_cache(maxsize=16)
def networked(film: Grainy, pitch_um: Pitch, size: float) -> Networked:
    """The network's texture of a film that has grain, clouds scaled by `size`."""
    rho, u = radii(film, pitch_um, size), reading.coverage(film)
    weights = [[network(SCAN).at(float(r)) for r in layer] for layer in rho]
    every = list(np.ndindex(rho.shape))
    drawn = _by_sublayer(lambda of: weights[of[0]][of[1]].covariance(u[of]), every)
    middle = drawn.shape[-1] // 2
    wanted = _by_sublayer(lambda of: boolean.variance(u[of], rho[of], SCAN), every)
    scale = np.sqrt(wanted / drawn[..., middle, middle])

    def covariance(layer: int, sublayer: int, _: np.ndarray) -> np.ndarray:
        return scale[layer, sublayer, :, None, None] ** 2 * drawn[layer, sublayer]

    third = _by_sublayer(lambda of: network(SCAN).third_order(u[of], float(rho[of])), every)
    skewness, clump = np.moveaxis(third, 2, 0)
    gain = reading.gain(film, pitch_um, covariance, size, skewness=skewness, clump=clump)
    amplitude = gain[:, None] * film.tone_curve.density_range[..., None] * scale

    def of(name: str) -> np.ndarray:
        return np.array([[getattr(w, name) for w in layer] for layer in weights])

    return Networked(
        **_axis(film),
        coverage=_on_axis(film, variable(u)),
        amplitude=_on_axis(film, amplitude),
        **{name: of(name) for name in ("first", "second", "gain", "slope", "shift", "mean")},
    )


def _by_sublayer(
    compute: Callable[[tuple[int, int]], np.ndarray], every: list[tuple[int, int]]
) -> np.ndarray:
    """What is computed for each (layer, sublayer), with these axes in front."""
    layers, sublayers = (n + 1 for n in every[-1])
    found = np.array([compute(of) for of in every])
    return found.reshape(layers, sublayers, *found.shape[1:])


def _axis(film: Grainy) -> dict[str, np.ndarray]:
    assert film.grain is not None
    dye = film.grain.dye_amount
    return {"lowest": dye[:, 0], "span": np.ptp(dye, axis=1)}


def _on_axis(film: Grainy, values: np.ndarray) -> np.ndarray:
    """Values at the dye amounts of a film's granularity, (layer, ..., node), at ours."""
    assert film.grain is not None
    found = []
    for dye, of_layer in zip(film.grain.dye_amount, values, strict=True):
        ours = dye[0] + np.ptp(dye) * np.linspace(0, 1, NODES) ** 2
        rows = of_layer.reshape(-1, len(dye))
        even = np.array([np.interp(ours, dye, row) for row in rows])
        found.append(even.reshape(*of_layer.shape[:-1], NODES))
    return np.array(found)
