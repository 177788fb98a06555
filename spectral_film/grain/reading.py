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
from spectral_film.grain import boolean
from spectral_film.grain.aperture import SCAN
from spectral_film.grain.boolean import lens, point_covariance
from spectral_film.light.spectra import status_response

APERTURE_UM = 48.0  # of the sheets
ACROSS = 2  # pixels that a disc has at least; a smaller one would read the pixel's own aperture
LEAST, MOST = 0.02, 0.98  # coverage; beyond, the texture keeps its shape and only fades
RINGS = 24  # of an integral over distances, right to 1e-6
SLICES = 64  # of a pixel, right to 1e-4 of its weight
THIRD_ORDER = 4 / 3  # power of a correlation: of Gaussian spots, three at a time
LEAST_VARIANCE = 1e-24  # of dye: a layer may have no grain
STRAIGHT = 1e-6  # dye; below, the limit of a normal distribution
MOST_BENT = 0.45  # of 1/2, where light through a gamma distribution no longer has a variance
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
    third: np.ndarray | None = None,
) -> np.ndarray:
    """What a texture is multiplied by, so that the film reads its published granularity.

    Args:
        film: Has grain.
        pitch_um: Of the pixels along x and y.
        covariance: Of the texture of a layer's sublayer by lag, for these coverages: (node, y, x),
            the lag of 0 in the middle. The texture is of coverage, so one of it is the sublayer's
            whole dye.
        size: Factor on the film's radii with which the texture is drawn.
        third: Third central moment of a layer's dye in that texture, (layer, node); None: that of
            the Boolean model, which a texture is to have.

    Returns:
        (layer, node), for all sublayers of a layer.
    """
    grain = film.grain
    assert grain is not None
    u, weight = coverage(film), film.tone_curve.density_range
    diameter = max(APERTURE_UM, ACROSS * max(pitch_um))
    together = _autocorrelation(disc_weights(pitch_um, diameter))
    radius = size * grain.radius_um[:, :, None]
    # Pixels too large for the sheet's disc are read through a larger one, which evens out more.
    wider, printed = (
        (weight[:, :, None] ** 2 * disc_variance(u, radius, across)).sum(axis=1)
        for across in (diameter, APERTURE_UM)
    )
    wanted = grain.rms * np.sqrt(wider / printed)
    if third is None:
        third = third_moment(film, radius[:, :, 0] / np.sqrt(pitch_um[0] * pitch_um[1]))
    dye = np.array(
        [
            sum(w**2 * covariance(layer, k, u[layer, k]) for k, w in enumerate(of_layer))
            for layer, of_layer in enumerate(weight)
        ]
    )
    return _strength(dye, third, slopes(film), together, wanted)


def third_moment(film: Grainy, rho: np.ndarray) -> np.ndarray:
    """Third central moment of a layer's dye in Boolean grain, before its strength, (layer, node).

    Args:
        film: Has grain.
        rho: Radii in pixels, (layer, sublayer).
    """
    u, weight = coverage(film), film.tone_curve.density_range
    moment = np.zeros((len(u), u.shape[-1]))
    for layer, sublayer in np.ndindex(rho.shape):
        share, r = u[layer, sublayer], float(rho[layer, sublayer])
        cube = boolean.variance(share, r, SCAN) ** 1.5 * boolean.skewness(share, r, SCAN)
        moment[layer] += weight[layer, sublayer] ** 3 * cube
    return moment


def shared_light(covariance: np.ndarray, third: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Log of how much likelier than by chance two pixels let light through together.

    It is 0 where they have no dye in common, and its exp, less 1, is the covariance of their light
    over the mean squared. For little dye that is the covariance of densities times ln(10)^2. Dye is
    taken for gamma distributed, with the moments given. Independent layers add.
    Source: docs/physics.md, Microdensitometer.

    Args:
        covariance: Of the dye of a layer by lag, (..., y, x), that of 0 in the middle.
        third: Third central moment of it, (...).
        slope: Density that a unit of the dye adds; broadcasts with `third`.

    Returns:
        (..., y, x).
    """
    variance = np.maximum(_middle(covariance), LEAST_VARIANCE)
    bend = third / variance
    bend = np.where(np.abs(bend) < STRAIGHT, STRAIGHT, bend)
    exponent = np.log(10) * slope
    x = np.minimum(-exponent * bend / 2, MOST_BENT)
    straight = exponent**2 * variance
    bent = 4 * variance / bend**2 * np.log1p(x**2 / (1 - 2 * x)) - straight
    correlation = covariance / variance[..., None, None]
    shared: np.ndarray = straight[..., None, None] * correlation
    return shared + bent[..., None, None] * correlation.clip(0) ** THIRD_ORDER


def slopes(film: Grainy) -> np.ndarray:
    """Density that a unit of a dye adds to a record at the film's nodes, (record, dye, node)."""
    assert film.grain is not None
    density = film.dmin_density + film.grain.dye_amount.T @ film.dye_density
    light = status_response(film.densitometry)[:, None] * 10**-density  # record, node, wavelength
    lost = np.einsum("rnw,dw->rdn", light, film.dye_density)
    found: np.ndarray = lost / light.sum(axis=-1)[:, None]
    return found


def _strength(
    covariance: np.ndarray,
    third: np.ndarray,
    slope: np.ndarray,
    together: np.ndarray,
    rms: np.ndarray,
) -> np.ndarray:
    """What the layers are multiplied by so that all records read what they would of density."""
    wanted = np.einsum("rdn,dn->nr", slope**2, rms**2)
    power = rms**2 / _weighed(covariance, together)
    for _ in range(ROUNDS):
        shared = shared_light(power[..., None, None] * covariance, power**1.5 * third, slope)
        read = _weighed(np.expm1(shared), together) / np.log(10) ** 2
        too_little = np.linalg.pinv(read.transpose(2, 0, 1)) @ wanted[:, :, None]
        power = power * too_little[:, :, 0].T.clip(1 / MOST_AT_ONCE, MOST_AT_ONCE) ** STEP
    return np.sqrt(power)


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
