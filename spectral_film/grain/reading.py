"""What a microdensitometer reads of a texture on a grid of pixels, and how strong it must be.

The charts of the sheets were read through a disc of 48 um. On a grid it is a disc of weights, and
the variance that it reads is the covariance of the pixels, weighed with the disc's autocorrelation:
so whatever draws the texture, how strong it must be follows from its covariance. The disc averages
light and not density; where single pixels part by much, that counts.
Source: docs/physics.md, Granularity.
"""

import math
from collections.abc import Callable

import numpy as np

from spectral_film.emulsion.film import Grainy
from spectral_film.grain import boolean, light
from spectral_film.grain.aperture import SCAN
from spectral_film.grain.boolean import lens, point_covariance
from spectral_film.light.spectra import status_response

APERTURE_UM = 48.0  # of the sheets
ACROSS = 2  # pixels that a disc has at least; a smaller one would read the pixel's own aperture
LEAST, MOST = 0.02, 0.98  # coverage; beyond, the texture keeps its shape and only fades
RINGS = 24  # of an integral over distances, right to 1e-6
SLICES = 64  # of a pixel, right to 1e-4 of its weight
# Light grows faster than density, and a whole step would overshoot.
ROUNDS, STEP, MOST_AT_ONCE = 12, 0.7, 4.0
STEPS = 4000  # of log exposure, right to 1e-5 of coverage

Covariance = Callable[[int, int, np.ndarray], np.ndarray]


def coverage(film: Grainy) -> np.ndarray:
    """Share of each sublayer that is covered where the film's granularity has its nodes.

    Returns:
        (layer, sublayer, node), held between `LEAST` and `MOST`.
    """
    assert film.grain is not None  # whoever reads texture has asked
    curve = film.tone_curve
    reach = 8 * curve.log_exposure_spread / np.minimum(curve.exponent, 1)
    lowest = (curve.log_exposure_mid - reach).min()
    highest = (curve.log_exposure_mid + reach).max()
    exposure = np.linspace(lowest, highest, STEPS)
    exposed = np.stack(
        [
            np.interp(wanted, dye, exposure)
            for wanted, dye in zip(film.grain.dye_amount, curve.dye(exposure), strict=True)
        ]
    )
    return curve.developed(exposed).clip(LEAST, MOST)


def disc_weights(pitch_um: tuple[float, float], diameter_um: float) -> np.ndarray:
    """Share of a disc that lies on each pixel, its centre on the middle one's.

    Args:
        pitch_um: Of the pixels along x and y.
        diameter_um: Of the disc.

    Returns:
        (y, x) of sum 1, odd sides.
    """
    columns, rows = (2 * math.ceil(diameter_um / (2 * pitch) - 0.5) + 1 for pitch in pitch_um)
    edges = pitch_um[0] * (np.arange(columns + 1) - columns / 2)
    slices = pitch_um[1] * ((np.arange(rows * SLICES) + 0.5) / SLICES - rows / 2)
    chord = np.sqrt(np.maximum(diameter_um**2 / 4 - slices**2, 0))[:, None]
    lengths = np.diff(edges.clip(-chord, chord), axis=1)
    areas = lengths.reshape(rows, SLICES, columns).sum(axis=1)
    return areas / areas.sum()


def disc_variance(u: np.ndarray, radius_um: np.ndarray, diameter_um: float) -> np.ndarray:
    """Variance of Boolean grain through a disc, without any pixels.

    Where clouds are far smaller than the disc it goes as 1 over its area, which is Selwyn's law.

    Args:
        u: Coverage.
        radius_um: Of the clouds; broadcasts with `u`.
        diameter_um: Of the disc.
    """
    nodes, weights = np.polynomial.legendre.leggauss(RINGS)
    distance = np.asarray(radius_um)[..., None] * (nodes + 1)
    ring = 2 * np.pi * distance * np.asarray(radius_um)[..., None] * weights
    seen = lens(2 * distance / diameter_um) / (np.pi * diameter_um**2 / 4)
    covariance = point_covariance(np.asarray(u)[..., None], nodes + 1)
    return (covariance * seen * ring).sum(axis=-1)


def gain(
    film: Grainy,
    pitch_um: tuple[float, float],
    covariance: Covariance,
    size: float = 1.0,
    *,
    skewness: np.ndarray | None = None,
    clump: np.ndarray | None = None,
) -> np.ndarray:
    """What a texture is multiplied by, so that the film reads its published granularity.

    Args:
        film: Has grain.
        pitch_um: Of the pixels along x and y.
        covariance: Of the texture of a layer's sublayer by lag, for these coverages: (node, y, x),
            the lag of 0 in the middle. The texture is of coverage, so one of it is the sublayer's
            whole dye.
        size: Factor on the film's radii with which the texture is drawn.
        skewness: Third standardised moment of it, (layer, sublayer, node); None: that of the
            Boolean model, which a texture is to have.
        clump: The sum over lags of E[n(0)^2 n(lag)] by the third power of the standard deviation,
            of which that is the lag of 0; None: as of Gaussian spots.

    Returns:
        (layer, node), for all sublayers of a layer.
    """
    assert film.grain is not None
    u, weight = coverage(film), film.tone_curve.density_range[:, :, None]
    if skewness is None:
        skewness = boolean_skewness(film, pitch_um, size)
    seen = _by_sublayer(covariance, u)
    variance = np.maximum(_middle(seen), light.LEAST_VARIANCE)
    correlation = seen / variance[..., None, None]
    fall = np.full_like(u, light.THIRD_ORDER)
    if clump is not None:
        fall = light.fall_of(correlation, skewness, clump)
    law = light.beta(u, variance, skewness)
    return _strength(film, pitch_um, size, law, correlation, weight, fall)


def gain_of_layers(
    film: Grainy,
    pitch_um: tuple[float, float],
    covariance: np.ndarray,
    third: np.ndarray,
    size: float = 1.0,
) -> np.ndarray:
    """As `gain`, of a texture that is drawn for all sublayers of a layer at once.

    Args:
        film, pitch_um, size: As of `gain`.
        covariance: Of dye, (layer, node, y, x).
        third: Its third central moment, (layer, node).
    """
    variance = np.maximum(_middle(covariance), light.LEAST_VARIANCE)[:, None]
    law = light.Gamma(variance=variance, third=third[:, None])
    correlation = covariance[:, None] / variance[..., None, None]
    return _strength(film, pitch_um, size, law, correlation)


def boolean_skewness(film: Grainy, pitch_um: tuple[float, float], size: float = 1.0) -> np.ndarray:
    """Of the coverage of a pixel in Boolean grain, (layer, sublayer, node)."""
    assert film.grain is not None
    u, rho = coverage(film), size * film.grain.radius_um / math.sqrt(pitch_um[0] * pitch_um[1])
    every = np.ndindex(rho.shape)
    found = np.array([boolean.skewness(u[of], float(rho[of]), SCAN) for of in every])
    return found.reshape(u.shape)


def slopes(film: Grainy) -> np.ndarray:
    """Density that a unit of a dye adds to a record at the film's nodes, (record, dye, node)."""
    assert film.grain is not None
    density = film.dmin_density + film.grain.dye_amount.T @ film.dye_density
    seen = status_response(film.densitometry)[:, None] * 10**-density  # record, node, wavelength
    lost = np.einsum("rnw,dw->rdn", seen, film.dye_density)
    found: np.ndarray = lost / seen.sum(axis=-1)[:, None]
    return found


def _strength(
    film: Grainy,
    pitch_um: tuple[float, float],
    size: float,
    law: light.Law,
    correlation: np.ndarray,
    weight: np.ndarray | float = 1.0,
    fall: np.ndarray | float = light.THIRD_ORDER,
) -> np.ndarray:
    """What the layers are multiplied by so that all records read what they would of density.

    Args:
        film, pitch_um, size: As of `gain`.
        law: Of what is drawn together, (layer, sublayer, node).
        correlation: By lag, (layer, sublayer, node, y, x).
        weight: Dye that one of it is; broadcasts with the law.
        fall: As of `light.shared`.
    """
    assert film.grain is not None
    rms, slope = film.grain.rms * _evened(film, pitch_um, size), slopes(film)
    wanted = np.einsum("rdn,dn->nr", slope**2, rms**2)
    together = _autocorrelation(disc_weights(pitch_um, _diameter_um(pitch_um)))
    per_unit = np.log(10) * slope[:, :, None] * weight
    read = _weighed(correlation, together) * law.variance * np.square(weight)
    power = rms**2 / read.sum(axis=1)
    for _ in range(ROUNDS):
        exponent = per_unit * np.sqrt(power)[:, None]
        shared = light.shared(law, correlation, exponent, fall).sum(axis=2)
        read = _weighed(np.expm1(shared), together) / np.log(10) ** 2
        too_little = np.linalg.pinv(read.transpose(2, 0, 1)) @ wanted[:, :, None]
        power = power * too_little[:, :, 0].T.clip(1 / MOST_AT_ONCE, MOST_AT_ONCE) ** STEP
    found: np.ndarray = np.sqrt(power)
    return found


def _diameter_um(pitch_um: tuple[float, float]) -> float:
    """Of the disc that pixels are read through: the sheet's, or one of some pixels."""
    return max(APERTURE_UM, ACROSS * max(pitch_um))


def _evened(film: Grainy, pitch_um: tuple[float, float], size: float) -> np.ndarray:
    """What a disc of another size reads of the published rms, (layer, node)."""
    assert film.grain is not None
    u, weight = coverage(film), film.tone_curve.density_range[:, :, None]
    radius = size * film.grain.radius_um[:, :, None]
    wider, printed = (
        (weight**2 * disc_variance(u, radius, across)).sum(axis=1)
        for across in (_diameter_um(pitch_um), APERTURE_UM)
    )
    evened: np.ndarray = np.sqrt(wider / printed)
    return evened


def _by_sublayer(covariance: Covariance, u: np.ndarray) -> np.ndarray:
    return np.array(
        [
            [covariance(layer, k, of) for k, of in enumerate(shares)]
            for layer, shares in enumerate(u)
        ]
    )


def _middle(by_lag: np.ndarray) -> np.ndarray:
    value: np.ndarray = by_lag[..., by_lag.shape[-2] // 2, by_lag.shape[-1] // 2]
    return value


def _autocorrelation(weights: np.ndarray) -> np.ndarray:
    """By lag, (2 rows - 1, 2 columns - 1), the lag of 0 in the middle."""
    rows, columns = (2 * n - 1 for n in weights.shape)
    power = np.abs(np.fft.rfft2(weights, (rows, columns))) ** 2
    return np.fft.fftshift(np.fft.irfft2(power, (rows, columns)))


def _weighed(covariance: np.ndarray, together: np.ndarray) -> np.ndarray:
    """Sum over the lags that both have, (...)."""
    cut = []
    for array in (covariance, together):
        rows, columns = (
            min(a, b) for a, b in zip(covariance.shape[-2:], together.shape, strict=True)
        )
        top, left = (array.shape[-2] - rows) // 2, (array.shape[-1] - columns) // 2
        cut.append(array[..., top : top + rows, left : left + columns])
    summed: np.ndarray = (cut[0] * cut[1]).sum(axis=(-2, -1))
    return summed
