"""How far the grain of a pack is from dye clouds: battery figures, over layers and amounts of dye.

Dye clouds are the Boolean model, sublayer by sublayer, scaled to the same reading through 48 um.
Source: docs/physics.md, Boolean grain.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bake.error import statistic
from bake.grained import Emulsion, Grained
from bake.parts import Statistic
from bake.replay import noise
from spectral_film.grain import boolean, reading
from spectral_film.grain.aperture import SCAN

LEVELS = 9  # amounts of dye of each layer, from little to nearly all
EDGES = np.linspace(0.03, 0.5, 21)  # of rings of frequency, c/px
MAIN = 0.36  # c/px; pixels tell no texture above
REACH = 6  # lags of a covariance, pixels
SIDE = 256  # of a transform of them
FRAMES, FRAME_PX = 6, 512


@dataclass(frozen=True)
class Truth:
    """What clouds of dye would read, by layer and node of dye.

    Attributes:
        dye: Amounts of dye, (layer, node).
        deviation, skewness: Of a pixel.
        power: In rings of frequency, (layer, node, ring).
    """

    dye: np.ndarray
    deviation: np.ndarray
    skewness: np.ndarray
    power: np.ndarray


def grain_errors(
    emulsion: Emulsion, made: Grained, pitch_um: tuple[float, float], tile: np.ndarray
) -> dict[str, Statistic]:
    """Of grain that hosts make of the tile.

    Args:
        emulsion: What there is grain of.
        made: Grain at one pitch.
        pitch_um: That pitch.
        tile: White noise, (y, x, layer).
    """
    truth = clouds(emulsion, pitch_um)
    errors: dict[str, list[np.ndarray]] = {}
    for layer, dye in enumerate(truth.dye):
        z = tile[..., layer].astype(np.float64)
        one, two = (_behind(made.filters[layer], field) for field in (z, z**2 - 1))
        linear, square = made.linear(dye)[layer], made.square(dye)[layer]
        mean = linear * one.mean() + square * two.mean()
        variance = (
            linear**2 * (one * one).mean()
            + 2 * linear * square * (one * two).mean()
            + square**2 * (two * two).mean()
        )
        third = (
            linear**3 * (one**3).mean()
            + 3 * linear**2 * square * (one**2 * two).mean()
            + 3 * linear * square**2 * (one * two**2).mean()
            + square**3 * (two**3).mean()
        )
        waves = np.fft.fft2(one) / len(z), np.fft.fft2(two) / len(z)
        power = (
            np.multiply.outer(linear**2, in_rings(abs(waves[0]) ** 2))
            + np.multiply.outer(2 * linear * square, in_rings((waves[0] * waves[1].conj()).real))
            + np.multiply.outer(square**2, in_rings(abs(waves[1]) ** 2))
        )
        decibels = 10 * np.log10(power / truth.power[layer])[:, EDGES[1:] <= MAIN]
        of_layer = {
            "mean, standard deviations": abs(mean) / truth.deviation[layer],
            "deviation, %": 100 * abs(np.sqrt(variance) / truth.deviation[layer] - 1),
            "spectrum, dB": np.sqrt((decibels**2).mean(axis=1)),
            "skewness, 1": abs(third / variance**1.5 - truth.skewness[layer]),
        }
        for name, values in of_layer.items():
            errors.setdefault(name, []).append(values)
    named = {tuple(name.split(", ")): np.concatenate(values) for name, values in errors.items()}
    found = {name: statistic(values, unit) for (name, unit), values in named.items()}
    return found | {"frame to frame": _frames(made.filters[0])}


def clouds(emulsion: Emulsion, pitch_um: tuple[float, float]) -> Truth:
    """The Boolean model of a film, on pixels."""
    rho = emulsion.grain.radius_um / np.sqrt(pitch_um[0] * pitch_um[1])
    u, weight = reading.coverage(emulsion), emulsion.tone_curve.density_range

    def covariance(layer: int, sublayer: int, u: np.ndarray) -> np.ndarray:
        return boolean.covariance(u, rho[layer, sublayer], SCAN, REACH)

    gain = reading.gain(emulsion, pitch_um, covariance)
    found = []
    for layer, dye in enumerate(emulsion.grain.dye_amount):
        nodes = np.linspace(0, len(dye) - 1, LEVELS + 2).round().astype(int)[1:-1]
        lags = np.zeros((LEVELS, 2 * REACH + 1, 2 * REACH + 1))
        variance, third = np.zeros(LEVELS), np.zeros(LEVELS)
        for sublayer, radius in enumerate(rho[layer]):
            of = u[layer, sublayer, nodes]
            scale = gain[layer, nodes] * weight[layer, sublayer]
            part = scale[:, None, None] ** 2 * covariance(layer, sublayer, of)
            lags = lags + part
            variance = variance + part[:, REACH, REACH]
            third = third + part[:, REACH, REACH] ** 1.5 * boolean.skewness(of, radius, SCAN)
        power = np.array([in_rings(_transform(of_node)) for of_node in lags])
        found.append((dye[nodes], np.sqrt(variance), third / variance**1.5, power))
    return Truth(*map(np.array, zip(*found, strict=True)))


def _transform(lags: np.ndarray) -> np.ndarray:
    """The spectrum of a covariance, (lag in y, lag in x) -> (y, x) of a transform."""
    whole = np.zeros((SIDE, SIDE))
    width = len(lags)
    whole[:width, :width] = lags
    spectrum: np.ndarray = np.fft.fft2(np.roll(whole, (-(width // 2),) * 2, (0, 1))).real
    return spectrum


def in_rings(spectrum: np.ndarray) -> np.ndarray:
    """Means over rings of frequency, (y, x) of a transform -> (ring,)."""
    ring, count = _rings(len(spectrum))
    return np.bincount(ring, spectrum.ravel(), minlength=len(count))[1:-1] / count[1:-1]


@lru_cache(maxsize=2)
def _rings(side: int) -> tuple[np.ndarray, np.ndarray]:
    """In which ring each frequency lies, and how many lie in each."""
    axis = np.fft.fftfreq(side)
    ring = np.digitize(np.hypot(axis[:, None], axis), EDGES).ravel()
    return ring, np.bincount(ring, minlength=len(EDGES) + 1)


def _behind(filter_: np.ndarray, field: np.ndarray) -> np.ndarray:
    """A field that joins at its edges, convolved."""
    whole = np.zeros(field.shape)
    side = len(filter_)
    whole[:side, :side] = filter_
    whole = np.roll(whole, (-(side // 2),) * 2, (0, 1))
    return np.fft.irfft2(np.fft.rfft2(whole) * np.fft.rfft2(field), field.shape)


def _frames(filter_: np.ndarray) -> Statistic:
    """How alike the grain of different frames is."""
    fields = [
        _behind(filter_, noise(FRAME_PX, FRAME_PX, (0, 0), 0, frame, "negative")[..., 0]).ravel()
        for frame in range(FRAMES)
    ]
    alike = np.corrcoef(fields)[np.triu_indices(FRAMES, 1)]
    return statistic(np.abs(alike), "correlation")
