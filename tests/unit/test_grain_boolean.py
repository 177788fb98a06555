"""Boolean grain: closed forms against integrals made otherwise, and discs against closed forms."""

import numpy as np
import pytest
from scipy import integrate, special

from reference.grain import boolean as discs
from spectral_film.grain import boolean
from spectral_film.grain.aperture import BENCH, SCAN

LEVELS = np.array([0.1, 0.5, 0.9])
BOTH = pytest.mark.parametrize("aperture", [SCAN, BENCH], ids=lambda a: a.name)


def point_covariance(u, radius, distance):
    """From the area that two discs share, as docs/physics.md has it."""
    half = np.minimum(distance / (2 * radius), 1)
    shared = 2 * radius**2 * (np.arccos(half) - half * np.sqrt(1 - half**2))
    crowd = -np.log(1 - u) / (np.pi * radius**2)
    return (1 - u) ** 2 * (np.exp(crowd * shared) - 1)


def power_at_rest(u, radius):
    """Integral of the covariance of points over the plane."""
    return integrate.quad(
        lambda d: 2 * np.pi * d * point_covariance(u, radius, d), 0, 2 * radius, epsabs=0
    )[0]


def test_lens_is_what_points_thrown_at_two_discs_find(rng):
    points = rng.uniform(-1, 1, (2, 1_000_000))
    points = points[:, (points**2).sum(axis=0) < 1]
    for distance in (0.0, 0.4, 1.0, 1.9, 2.5):
        both = ((points[0] - distance) ** 2 + points[1] ** 2 < 1).mean()
        # Of 785 000 points a share is found within .0006, one standard error, or better.
        assert boolean.lens(distance) == pytest.approx(both, abs=0.002)


@BOTH
def test_apertures_weigh_one_and_agree_with_their_transfer(aperture):
    x = np.arange(-8, 8, 1 / 256)
    density, seen_twice = aperture.density(x), aperture.autocorrelation(x)
    assert density.sum() / 256 == pytest.approx(1, abs=1e-9)
    # What is left out beyond the reach, as the docstring has it.
    assert density[abs(x) <= aperture.reach + 0.5].sum() / 256 > 1 - 1e-4
    for frequency in (0.1, 0.37, 0.9):
        wave = np.cos(2 * np.pi * frequency * x) / 256
        assert aperture.transfer(frequency) == pytest.approx(density @ wave, abs=1e-9)
        assert aperture.transfer(frequency) ** 2 == pytest.approx(seen_twice @ wave, abs=1e-9)


@pytest.mark.parametrize("rho", [0.02, 0.3, 0.8, 2.0])
def test_variance_behind_a_gaussian_is_one_integral(rho):
    for u in (0.02, 0.5, 0.98):
        # Two Gaussians of .8 apart: one of variance 1.28.
        found, _ = integrate.quad(
            lambda d, u=u: point_covariance(u, rho, d) * d * np.exp(-(d**2) / 2.56) / 1.28,
            0, 2 * rho, epsabs=0,
        )  # fmt: skip
        assert boolean.variance(u, rho, BENCH) == pytest.approx(found, rel=1e-6)


@BOTH
@pytest.mark.parametrize("rho", [0.05, 0.4, 1.5])
def test_covariance_of_pixels_is_the_sum_over_a_fine_lattice(aperture, rho):
    step = rho / 24
    x = np.arange(-np.ceil(2 * rho / step), np.ceil(2 * rho / step) + 1) * step
    points = point_covariance(0.5, rho, np.hypot(x[:, None], x))
    found = boolean.covariance(np.array([0.5]), rho, aperture, reach=3)[0]
    for y_lag, x_lag in ((0, 0), (1, 0), (0, 2), (3, 1)):
        down, across = (aperture.autocorrelation(x - lag) * step for lag in (y_lag, x_lag))
        # A cusp and a rim on a lattice of 24 to the radius leave less than 1e-3.
        assert found[3 + y_lag, 3 - x_lag] == pytest.approx(down @ points @ across, rel=1e-3)


@BOTH
@pytest.mark.parametrize("rho", [0.05, 0.8, 2.0])
def test_spectrum_is_the_fourier_sum_of_covariances(aperture, rho):
    reach = 12
    lags = np.arange(-reach, reach + 1)
    u = np.array([0.1, 0.9])
    covariance = boolean.covariance(u, rho, aperture, reach)
    for fx, fy in ((0.0, 0.0), (0.2, 0.1), (0.5, 0.0), (0.5, 0.5)):
        waves = np.cos(2 * np.pi * (fy * lags[:, None] + fx * lags))
        expected = (covariance * waves).sum(axis=(1, 2))
        found = boolean.spectrum(u, rho, aperture, np.array([fx]), np.array([fy]))[:, 0]
        # Both come from one set of nodes, good to 1e-6 of the power at rest.
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6 * covariance.sum())


@BOTH
def test_small_discs_are_white_noise_of_their_power(aperture):
    for u in LEVELS:
        white = power_at_rest(u, 0.01) * aperture.autocorrelation(np.arange(-2, 3)) ** 2
        found = boolean.covariance(u, 0.01, aperture, reach=2)
        # Discs of a hundredth of a pixel blur by about as much squared.
        np.testing.assert_allclose(np.diag(found), white, rtol=2e-3)


def test_skewness_of_few_small_discs_is_that_of_shot_noise():
    # Campbell: with almost no overlap, moments are those of Poisson marks: of the aperture's cube.
    u, rho, sigma = 1e-5, 0.01, 0.8
    crowd = u / (np.pi * rho**2)
    square, cube = 1 / (4 * np.pi * sigma**2), 1 / (12 * np.pi**2 * sigma**4)
    expected = crowd * cube / (crowd * square) ** 1.5
    assert boolean.skewness(u, rho, BENCH) == pytest.approx(expected, rel=5e-3)


@BOTH
def test_skewness_is_that_of_rendered_discs(aperture):
    fields = np.stack([discs.tile(LEVELS, 0.4, aperture, (256, 256), seed) for seed in range(3)])
    fields = fields - LEVELS[:, None, None]
    found = (fields**3).mean(axis=(0, 2, 3)) / (fields**2).mean(axis=(0, 2, 3)) ** 1.5
    # 200 000 pixels, of which a fourth is independent: two standard errors of such a tail.
    np.testing.assert_allclose(boolean.skewness(LEVELS, 0.4, aperture), found, atol=0.06)


def agreement(rho, aperture, size, seeds):
    """Of rendered discs with closed forms: errors of mean, of sigma, and of correlations."""
    fields = np.stack([discs.tile(LEVELS, rho, aperture, (size, size), seed) for seed in seeds])
    mean = fields.mean(axis=(0, 2, 3), dtype=float)
    fields = fields - mean[:, None, None].astype(np.float32)
    expected = boolean.covariance(LEVELS, rho, aperture, reach=2)
    variance = (fields**2).mean(axis=(0, 2, 3), dtype=float)
    off = []
    for (y, x), other in (((0, 1), (1, 0)), ((1, 1), (1, -1)), ((2, 0), (0, 2))):
        lagged = np.roll(fields, (y, x), axis=(2, 3)) + np.roll(fields, other, axis=(2, 3))
        found = (fields * lagged).mean(axis=(0, 2, 3), dtype=float) / 2
        off.append(found / variance - expected[:, 2 + y, 2 + x] / expected[:, 2, 2])
    sigma = np.sqrt(variance / expected[:, 2, 2])
    return abs(mean - LEVELS), abs(sigma - 1), abs(np.array(off))


def test_discs_agree_with_closed_forms():
    mean, sigma, correlation = agreement(0.3, SCAN, 256, range(2))
    # Three standard errors of 130 000 pixels, from the power at rest, at most .06.
    assert mean.max() < 0.0021
    assert sigma.max() < 0.015
    assert correlation.max() < 0.015


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rho", "size", "seeds"),
    [(0.05, 288, 1), (0.1, 352, 1), (0.2, 512, 2), (0.4, 512, 7), (0.8, 512, 13)],
)
def test_discs_agree_with_closed_forms_closely(rho, size, seeds):
    mean, sigma, correlation = agreement(rho, SCAN, size, range(seeds))
    # Samples so large that these are two standard errors at least.
    assert mean.max() < 7e-4
    assert sigma.max() < 0.012
    assert correlation.max() < 0.007


def test_a_picture_is_itself_through_the_aperture_on_average_edges_too():
    u = np.full((24, 32), 0.1)
    u[:, 16:] = 0.9
    u[8:12, 4:8] = 0.7
    fields = np.stack([discs.picture(u, 0.4, SCAN, seed) for seed in range(150)])
    error = fields.mean(axis=0) - discs.mean(u, SCAN)
    # A pixel's sigma is at most .23; one in 768 may lie four standard errors off.
    assert abs(error).max() < 4 * 0.23 / np.sqrt(150)
    # Along the edge, all rows: neighbours are not quite independent.
    assert abs(error.mean(axis=0)).max() < 4 * 0.23 / np.sqrt(150 * 24 / 3)


def test_mean_of_a_step_is_the_aperture_summed():
    # Beside a step, the Gaussian of .8 over pixels: half the next pixel's share of a normal curve.
    u = np.zeros((3, 40))
    u[:, 20:] = 1
    found = discs.mean(u, BENCH)[1]
    x = np.arange(40) - 19.5
    np.testing.assert_allclose(found, special.ndtr(x / 0.8), atol=1e-4)


def test_one_field_renders_every_level_and_a_brighter_one_is_nowhere_darker():
    fields = discs.flat([0.2, 0.5, 0.8], 0.5, SCAN, (40, 50), 3)
    assert np.all(np.diff(fields, axis=0) >= -1e-6)  # sums in float32
    np.testing.assert_array_equal(fields[1], discs.flat(0.5, 0.5, SCAN, (40, 50), 3))
    picture = np.full((40, 50), 0.5)
    np.testing.assert_array_equal(fields[1], discs.picture(picture, 0.5, SCAN, 3))
    assert not np.array_equal(fields[1], discs.flat(0.5, 0.5, SCAN, (40, 50), 4))


@pytest.mark.parametrize("axis", [0, 1])
def test_a_tile_goes_on_at_the_opposite_border(axis):
    tiles = np.concatenate(
        [discs.tile([0.5], 0.8, SCAN, (64, 64), seed)[0] for seed in range(8)], axis=1 - axis
    )
    last, first = (np.take(tiles, at, axis=axis) for at in (-1, 0))
    expected = boolean.covariance(0.5, 0.8, SCAN, reach=1)
    # 512 pairs: a correlation is found within .06, two standard errors, or so; cut it would be 0.
    correlation = np.corrcoef(last, first)[0, 1]
    assert correlation == pytest.approx(expected[1, 2] / expected[1, 1], abs=0.1)


def test_a_tile_of_half_a_block_is_refused():
    with pytest.raises(ValueError, match="multiple of 32 pixels"):
        discs.tile([0.5], 0.8, SCAN, (64, 50), 0)
