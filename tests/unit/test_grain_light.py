"""Light through grain is not density: its moments, against dye that was drawn and seen through."""

from dataclasses import replace

import numpy as np
import pytest

from spectral_film.grain import boolean, reading
from spectral_film.grain.aperture import SCAN


@pytest.mark.parametrize("skewness", [-0.3, 0.0, 0.8, 2.0])
@pytest.mark.parametrize("sigma", [0.03, 0.2])
def test_light_through_one_pixel(rng, sigma, skewness):
    """Its variance over its mean squared, for dye of a gamma distribution."""
    if skewness:
        shape = 4 / skewness**2
        dye = np.sign(skewness) * sigma * (rng.gamma(shape, size=2_000_000) / np.sqrt(shape))
    else:
        dye = sigma * rng.standard_normal(2_000_000)
    light = 10 ** (-0.9 * dye)
    expected = light.var() / light.mean() ** 2
    shared = reading.shared_light(
        np.full((1, 1, 1), sigma**2), np.array([skewness * sigma**3]), np.array([0.9])
    )
    # A variance of 2 million draws is known to .1 % of itself, of tails as long as these to .5 %.
    assert np.expm1(shared[0, 0, 0]) == pytest.approx(expected, rel=0.01)


def test_little_dye_is_as_good_as_density():
    covariance = 1e-8 * np.array([[[0.1, 0.4, 0.1], [0.4, 1.0, 0.4], [0.1, 0.4, 0.1]]])
    shared = reading.shared_light(covariance, np.array([1e-12]), np.array([0.5]))
    # The next order is the bend: ln(10) slope sigma skewness, 1e-4.
    assert shared == pytest.approx((0.5 * np.log(10)) ** 2 * covariance, rel=3e-4)


def test_two_pixels_of_gaussian_spots_see_three_at_a_time(rng):
    """Spots of one size, few and dark: light of neighbours, counted on a torus."""
    size, spots, radius = 64, 400, 1.5
    y, x = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    far = np.hypot(np.minimum(x, size - x), np.minimum(y, size - y))
    spot = 0.3 * np.exp(-(far**2) / (2 * radius**2))
    fields = []
    for _ in range(400):
        drops = np.bincount(rng.integers(0, size**2, rng.poisson(spots)), minlength=size**2)
        waves = np.fft.rfft2(drops.reshape(size, size)) * np.fft.rfft2(spot)
        fields.append(np.fft.irfft2(waves, (size, size)))
    light = 10 ** -np.array(fields)
    over_mean = light / light.mean() - 1
    density = spots / size**2
    # Campbell's theorem: moments of such dye are sums over the spot.
    covariance = np.array(
        [[density * (spot * np.roll(spot, (0, lag), (0, 1))).sum() for lag in (-2, -1, 0, 1, 2)]]
    )[None]
    third = np.array([density * (spot**3).sum()])
    shared = reading.shared_light(covariance, third, np.array([1.0]))
    for lag in (0, 1, 2):
        seen = (over_mean * np.roll(over_mean, lag, axis=2)).mean()
        # Spots have fourth moments of their own, and the picture 3 % of sampling error. Density
        # alone would say 15 to 25 % more.
        assert np.expm1(shared[0, 0, 2 + lag]) == pytest.approx(seen, rel=0.06)


def test_a_layer_may_have_no_grain(negative):
    rms = negative.grain.rms.copy()
    rms[1] = 0.0
    bare = replace(negative, grain=replace(negative.grain, rms=rms))
    rho = bare.grain.radius_um / 6.0

    def covariance(layer, sublayer, u):
        return boolean.covariance(u, rho[layer, sublayer], SCAN, 4)

    gain = reading.gain(bare, (6.0, 6.0), covariance)
    assert np.all(gain[1] == 0)
    assert np.all(np.isfinite(gain))
    assert np.all(gain[[0, 2]] > 0)
