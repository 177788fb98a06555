"""Light through grain is not density: its moments, against dye that was drawn and seen through."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from reference.grain import boolean as rendered
from spectral_film.grain import boolean, light, reading
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
    seen = 10 ** (-0.9 * dye)
    expected = seen.var() / seen.mean() ** 2
    law = light.Gamma(np.array(sigma**2), np.array(skewness * sigma**3))
    shared = light.shared(law, np.ones((1, 1)), np.array(0.9 * np.log(10)))
    # A variance of 2 million draws is known to .1 % of itself, of tails as long as these to .5 %.
    assert np.expm1(shared[0, 0]) == pytest.approx(expected, rel=0.01)


def test_little_dye_is_as_good_as_density():
    correlation = np.array([[0.1, 0.4, 0.1], [0.4, 1.0, 0.4], [0.1, 0.4, 0.1]])
    exponent = np.array(0.5 * np.log(10))
    for law in (
        light.Gamma(np.array(1e-8), np.array(1e-12)),
        light.beta(np.array(0.3), np.array(1e-8), np.array(1.0)),
    ):
        shared = light.shared(law, correlation, exponent)
        # The next order is the bend: ln(10) slope sigma skewness, 1e-4.
        assert shared == pytest.approx(1e-8 * exponent**2 * correlation, rel=3e-4)


@pytest.mark.parametrize("rho", [0.2, 0.4, 0.82])
def test_light_through_clouds(rho):
    """Of Boolean grain that is rendered disc by disc, from little dye to as much as a print has."""
    u = np.array([0.05, 0.3, 0.7, 0.95])
    law = light.beta(u, *(f(u, rho, SCAN) for f in (boolean.variance, boolean.skewness)))
    fields = [rendered.flat(u, rho, SCAN, (512, 512), seed) for seed in range(3)]
    seen = np.stack(fields, axis=1).reshape(len(u), -1).astype(float)
    for exponent in (1.0, 3.0, 6.0):  # as natural logarithms of light
        passed = np.exp(-exponent * seen)
        expected = passed.var(axis=1) / passed.mean(axis=1) ** 2
        found = np.expm1(law.together(np.array(exponent)))
        # A coarse field knows its own variance to 1.5 %. At 6, most light comes by few holes.
        assert found == pytest.approx(expected, rel=0.04 if exponent < 6 else 0.15)


def test_the_moments_of_the_law_are_those_asked_for():
    mean, variance, skewness = np.array([0.1, 0.5, 0.9]), np.array([0.004, 0.02, 0.01]), 0.2
    law = light.beta(mean, variance, np.full(3, skewness))
    for i, of in enumerate(stats.beta(law.first, law.second).stats("mvs")):
        wanted = (mean / law.height, variance / law.height**2, skewness)[i]
        np.testing.assert_allclose(of, wanted, rtol=1e-6)


@pytest.mark.parametrize("fall", [0.9, 4 / 3, 2.0])
def test_clumps_are_as_wide_as_they_are_told_to_be(fall):
    lags = np.abs(np.arange(-6, 7))
    correlation = np.exp(-np.hypot(*np.meshgrid(lags, lags)) / 1.5)[None]
    clump = 3.0 * (correlation**fall).sum(axis=(1, 2))
    # Of a third moment of 3, a hundredth of what is found is that of no knowledge.
    assert light.fall_of(correlation, np.array([3.0]), clump) == pytest.approx(fall, abs=0.03)
    none = light.fall_of(correlation, np.zeros(1), clump)  # of a pole, nothing
    assert none == pytest.approx(light.THIRD_ORDER, abs=0.01)


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
    seen = 10 ** -np.array(fields)
    over_mean = seen / seen.mean() - 1
    density = spots / size**2
    # Campbell's theorem: moments of such dye are sums over the spot.
    covariance = np.array(
        [[density * (spot * np.roll(spot, (0, lag), (0, 1))).sum() for lag in (-2, -1, 0, 1, 2)]]
    )
    law = light.Gamma(covariance[0, 2], np.array(density * (spot**3).sum()))
    shared = light.shared(law, covariance / covariance[0, 2], np.log(np.array(10.0)))
    for lag in (0, 1, 2):
        wanted = (over_mean * np.roll(over_mean, lag, axis=2)).mean()
        # Spots have fourth moments of their own, and the picture 3 % of sampling error. Density
        # alone would say 15 to 25 % more.
        assert np.expm1(shared[0, 2 + lag]) == pytest.approx(wanted, rel=0.06)


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
