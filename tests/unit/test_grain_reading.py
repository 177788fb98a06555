"""A texture of the strength that `reading` asks for reads as the sheet of the film says.

The expected values are the sheet's own, by density over its least; what is read goes round the
engine: fields of Gaussian noise with the covariance of the grain, light through the film's spectra,
a disc, a densitometer.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy import integrate

from spectral_film.emulsion.stocks import load_film
from spectral_film.grain import boolean, reading
from spectral_film.grain.aperture import SCAN
from spectral_film.light.spectra import status_response

STOCKS = ("vision3-250d", "2383")
REACH = 6  # lags; at 3 um the largest clouds are of .83 pixels, and the aperture of 2.3


def published(film):
    """Density over D-min and rms of each record; the mean of rms where density stands still."""
    table, chart = film.published["rms_granularity"], []
    for record in "RGB":
        density, sigma = table[f"D_{record}"], table[f"sigma_{record}"]
        net = np.maximum.accumulate(density) - density.min()
        rising = np.unique(net)
        chart.append((rising, np.array([sigma[net == d].mean() for d in rising])))
    return chart


def grey(film, record, net):
    """Dyes of the grey that has this density over D-min in a record, (dye,)."""
    response = status_response(film.densitometry)[record]

    def density(dyes):
        return -np.log10(10 ** -(film.dmin_density + dyes @ film.dye_density) @ response)

    low, high = -8.0, 6.0
    if net <= 0:
        return np.zeros(3)
    for _ in range(60):
        middle = (low + high) / 2
        reached = density(film.tone_curve.dye(np.array([middle]))[:, 0]) - density(np.zeros(3))
        low, high = (middle, high) if reached < net else (low, middle)
    return film.tone_curve.dye(np.array([low]))[:, 0]


def strength(film, pitch_um, covariance, size=1.0):
    """Of noise that is Gaussian, and so has no third moment."""
    u, weight = reading.coverage(film), film.tone_curve.density_range
    dye = np.array(
        [
            sum(w**2 * covariance(layer, k, u[layer, k]) for k, w in enumerate(of_layer))
            for layer, of_layer in enumerate(weight)
        ]
    )
    return reading.gain_of_layers(film, pitch_um, dye, np.zeros_like(film.grain.rms), size)


def of_boolean(film, pitch_um, size=1.0):
    rho = size * film.grain.radius_um / np.sqrt(pitch_um[0] * pitch_um[1])
    return lambda layer, sublayer, u: boolean.covariance(u, rho[layer, sublayer], SCAN, REACH)


@pytest.fixture(scope="module")
def prepared():
    """Film, strength and covariance by stock, pitch and size; each made once."""
    made = {}

    def get(stock, pitch, size=1.0):
        if (stock, pitch, size) not in made:
            film = load_film(stock)
            covariance = of_boolean(film, (pitch, pitch), size)
            gain = strength(film, (pitch, pitch), covariance, size)
            made[stock, pitch, size] = film, gain, covariance
        return made[stock, pitch, size]

    return get


def covariance_of_dyes(film, gain, covariance, dyes):
    """By lag, (layer, y, x), of a grey between the nodes."""
    u, total = reading.coverage(film), []
    for layer, amount in enumerate(dyes):
        at = partial(np.interp, amount, film.grain.dye_amount[layer])
        parts = [
            film.tone_curve.density_range[layer, k] ** 2
            * covariance(layer, k, np.array([at(u[layer, k])]))[0]
            for k in range(u.shape[1])
        ]
        total.append(at(gain[layer]) ** 2 * sum(parts))
    return np.array(total)


def noisy_windows(covariance, side, count, rng):
    """Independent windows of noise of that covariance, (window, layer, pixel)."""
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), -1).reshape(-1, 2)
    lag = at[:, None] - at + covariance.shape[-1] // 2
    known = ((lag >= 0) & (lag < covariance.shape[-1])).all(axis=-1)
    y, x = np.moveaxis(np.where(known[..., None], lag, 0), -1, 0)
    noise = []
    for layer in covariance:
        values, vectors = np.linalg.eigh(np.where(known, layer[y, x], 0.0))
        root = vectors * np.sqrt(values.clip(0))
        noise.append(rng.standard_normal((count, side * side)) @ root.T)
    return np.stack(noise, axis=1)


def read_rms(film, record, dyes, noise, disc):
    """Standard deviation of a record's density, light averaged over the disc."""
    response = status_response(film.densitometry)[record] * 10**-film.dmin_density
    absorbed = (-np.log(10) * film.dye_density).astype(np.float32)
    light = [
        np.exp((dyes[:, None] + window).T.astype(np.float32) @ absorbed) @ response
        for window in noise
    ]
    return np.log10(np.array(light) @ disc.ravel()).std()


# Every so many densities of the chart, and windows of each: all of it would take a quarter of an
# hour, and it is within 3 % everywhere.
HOW_MANY = {3.0: (20, 3000), 6.08: (10, 4000), 12.0: (6, 6000), 24.0: (3, 6000)}


@pytest.mark.slow
@pytest.mark.parametrize("pitch", HOW_MANY)
@pytest.mark.parametrize("stock", STOCKS)
def test_a_film_reads_its_published_granularity_through_its_spectrum(prepared, stock, pitch, rng):
    film, gain, covariance = prepared(stock, pitch)
    disc = reading.disc_weights((pitch, pitch), 48.0)
    every, windows = HOW_MANY[pitch]
    for record, (net, sigma) in enumerate(published(film)):
        for density, expected in list(zip(net, sigma, strict=True))[::every]:
            dyes = grey(film, record, density)
            seen = covariance_of_dyes(film, gain, covariance, dyes)
            noise = noisy_windows(seen, len(disc), windows, rng)
            read = read_rms(film, record, dyes, noise, disc)
            # 2 % by lines between nodes, 1.3 % of sampling; what is asked for is 5 %.
            assert read == pytest.approx(expected, rel=0.05), (record, density)


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
def test_grain_of_another_size_reads_the_same(prepared, size):
    film, gain, covariance = prepared("vision3-250d", 6.08, size)
    assert read_by_hand(film, gain, covariance, (6.08, 6.08), 48.0) == pytest.approx(
        of_the_layers(film), rel=CONVERGED
    )
    # Finer clouds are smoothed more by a pixel's own aperture, so there must be more of them.
    _, as_it_is, of_its_size = prepared("vision3-250d", 6.08)
    pixels = read_by_hand(film, gain, covariance, (6.08, 6.08), None)
    usual = read_by_hand(film, as_it_is, of_its_size, (6.08, 6.08), None)
    assert (size == 1) or ((pixels > usual) == (size < 1)).all()


CONVERGED = 2e-3  # of the strength, which is found in rounds


def of_the_layers(film):
    """Rms of each record at the film's nodes, from that of the layers, (record, node)."""
    return np.sqrt((slopes(film) ** 2 * film.grain.rms**2).sum(axis=1))


def slopes(film):
    """Density of a unit of dye at the nodes, by differences, (record, dye, node)."""
    response, dyes = status_response(film.densitometry), film.grain.dye_amount

    def density(dyes):
        return -np.log10(response @ 10 ** -(film.dmin_density[:, None] + film.dye_density.T @ dyes))

    tiny = 1e-5 * np.eye(3)[:, :, None]
    found = [(density(dyes + more) - density(dyes - more)) / 2e-5 for more in tiny]
    return np.stack(found, axis=1)


def read_by_hand(film, gain, covariance, pitch_um, diameter_um):
    """Rms of a record that a disc reads of Gaussian dye, pair of pixels by pair; None: of one.

    Light through a normal distribution of dye is log-normal: its mean is known, and so is how much
    two pixels have in common, which is all that the mean of light over a disc needs.
    """
    disc = np.ones((1, 1))
    if diameter_um is not None:
        disc = reading.disc_weights(pitch_um, diameter_um)
    rows, columns = (index.ravel() for index in np.indices(disc.shape))
    down, right = np.subtract.outer(rows, rows), np.subtract.outer(columns, columns)
    near = (np.abs(down) <= REACH) & (np.abs(right) <= REACH)
    pairs = np.outer(disc.ravel(), disc.ravel())[near]
    u, weight, light = reading.coverage(film), film.tone_curve.density_range, 0.0
    for layer in range(3):
        dye = sum(
            weight[layer, k] ** 2
            * covariance(layer, k, u[layer, k])[:, down[near] + REACH, right[near] + REACH]
            for k in range(u.shape[1])
        )
        share = np.expm1((np.log(10) * slopes(film)[:, layer, :, None] * gain[layer, :, None]) ** 2
                         * dye)  # fmt: skip
        light = light + share @ pairs
    return np.sqrt(light) / np.log(10)


def test_pixels_that_are_not_square_read_the_same(negative):
    pitch = (6.0, 9.0)
    covariance = of_boolean(negative, pitch)
    gain = strength(negative, pitch, covariance)
    read = read_by_hand(negative, gain, covariance, pitch, 48.0)
    assert read == pytest.approx(of_the_layers(negative), rel=CONVERGED)


def test_pixels_larger_than_half_the_disc_are_read_through_a_larger_one(negative):
    """And that reads less by as much as Selwyn says, within what clouds of 2.5 um do to his law."""
    pitch = (40.0, 40.0)
    covariance = of_boolean(negative, pitch)
    gain = strength(negative, pitch, covariance)
    read = read_by_hand(negative, gain, covariance, pitch, 80.0)
    assert read == pytest.approx(of_the_layers(negative) * 48 / 80, rel=0.015)


def test_what_a_larger_disc_reads_of_huge_clouds_is_not_selwyns(negative):
    """Clouds of 25 um are as large as the sheet's disc; the film without pixels says what it is."""
    pitch, size = (40.0, 40.0), 10.0
    covariance = of_boolean(negative, pitch, size)
    gain = strength(negative, pitch, covariance, size)
    u, weight = reading.coverage(negative), negative.tone_curve.density_range[:, :, None]
    radius = size * negative.grain.radius_um[:, :, None]
    wide, narrow = (
        (weight**2 * reading.disc_variance(u, radius, across)).sum(axis=1) for across in (80, 48)
    )
    less = np.sqrt(wide / narrow)
    assert (less[2] > 1.05 * 48 / 80).all()  # of yellow, off Selwyn's law
    layers = slopes(negative) * negative.grain.rms * less
    expected = np.sqrt((layers**2).sum(axis=1))
    read = read_by_hand(negative, gain, covariance, pitch, 80.0)
    assert read == pytest.approx(expected, rel=CONVERGED)


def test_the_larger_disc_sets_in_without_a_step(negative):
    below, above = (
        strength(negative, (pitch, pitch), of_boolean(negative, (pitch, pitch)))
        for pitch in (23.999, 24.001)
    )
    assert below == pytest.approx(above, rel=1e-3)


def test_of_faint_noise_without_memory_the_strength_is_known(negative):
    """Selwyn's case: pixels of variance 1 each; the disc's weights squared are all there is."""
    grain = replace(negative.grain, rms=negative.grain.rms / 100)  # light and density are one
    film = replace(negative, grain=grain)
    white = np.zeros((1, 2 * REACH + 1, 2 * REACH + 1))
    white[0, REACH, REACH] = 1
    pitch = (6.08, 6.08)
    gain = strength(film, pitch, lambda layer, k, u: np.repeat(white, len(u), 0))
    weight = np.sqrt((film.tone_curve.density_range**2).sum(axis=1))[:, None]
    even = np.sqrt((reading.disc_weights(pitch, 48.0) ** 2).sum())
    assert gain == pytest.approx(grain.rms / (weight * even), rel=CONVERGED)


@pytest.mark.parametrize("stock", STOCKS)
def test_sublayers_are_covered_as_far_as_they_have_developed(stock):
    """Coverage times all their dye is the dye of the node, where none is held at its bounds."""
    film = load_film(stock)
    u, dye = reading.coverage(film), film.grain.dye_amount
    assert u.shape == (*film.tone_curve.density_range.shape, dye.shape[1])
    assert (u >= 0.02).all()
    assert (u <= 0.98).all()
    free = ((u > 0.02) & (u < 0.98)).all(axis=1)
    assert free.sum() >= 20
    made = (film.tone_curve.density_range[:, :, None] * u).sum(axis=1)
    assert made[free] == pytest.approx(dye[free], abs=1e-4)
    assert (np.diff(u, axis=2) >= 0).all()


def test_weights_of_a_disc_are_its_area_on_each_pixel():
    """Of a disc two pixels across the middle one is covered, the others by what geometry says."""
    weights = reading.disc_weights((24.0, 24.0), 48.0)
    assert weights.shape == (3, 3)
    # In pixels, radius 1: beside the middle lies what a strip of width 1 has beyond 1/2.
    strip = integrate.quad(lambda y: np.sqrt(1 - y * y) - 0.5, -0.5, 0.5)[0]
    corner = (np.pi - 1 - 4 * strip) / 4
    expected = np.array([[corner, strip, corner], [strip, 1, strip], [corner, strip, corner]])
    assert weights == pytest.approx(expected / np.pi, abs=1e-4)


@pytest.mark.parametrize(
    "pitch", [(3.0, 3.0), (6.08, 6.08), (5.0, 10.0), (48.0, 48.0), (70.0, 9.0)]
)
def test_a_disc_is_symmetric_and_as_wide_as_it_is(pitch):
    weights = reading.disc_weights(pitch, 48.0)
    assert weights.sum() == pytest.approx(1)
    assert weights.shape[0] % 2 == weights.shape[1] % 2 == 1
    assert weights == pytest.approx(weights[::-1, ::-1], abs=1e-12)
    for axis, p in ((1, pitch[0]), (0, pitch[1])):
        at = p * (np.arange(weights.shape[axis]) - weights.shape[axis] // 2)
        # A disc's mean square along an axis is a quarter of its radius squared; pixels add their
        # own, less what they cut off where they are coarse: they are left out of that.
        if p <= 6.08:
            spread = (weights.sum(axis=1 - axis) * at**2).sum()
            assert spread == pytest.approx(24**2 / 4, abs=0.2 * p**2)


@pytest.mark.parametrize("u", [0.1, 0.5, 0.9])
def test_small_clouds_through_a_disc_are_selwyns(u):
    """Variance times area is what all of the covariance adds up to."""

    def covariance(d):
        shared = 2 * np.arccos(d / 2) - d * np.sqrt(1 - d * d / 4)
        return (1 - u) ** 2 * np.expm1(-np.log(1 - u) * shared / np.pi)

    total = integrate.quad(lambda d: covariance(d) * 2 * np.pi * d, 0, 2)[0]
    seen = reading.disc_variance(np.array(u), np.array(0.01), 48.0) * np.pi * 24**2
    assert seen == pytest.approx(0.01**2 * total, rel=1e-3)


def test_a_cloud_as_large_as_the_disc_is_no_longer_selwyns():
    """A pair of points in the disc is as far apart as chance has it; drawn here."""
    rng = np.random.default_rng(48)
    radius = 24 * np.sqrt(rng.uniform(size=(2, 400_000)))
    angle = 2 * np.pi * rng.uniform(size=(2, 400_000))
    (x0, x1), (y0, y1) = radius * np.cos(angle), radius * np.sin(angle)
    apart = np.minimum(np.hypot(x0 - x1, y0 - y1) / 20.0, 2)
    shared = (2 * np.arccos(apart / 2) - apart * np.sqrt(1 - apart**2 / 4)) / np.pi
    expected = (0.25 * np.expm1(np.log(2) * shared)).mean()
    # 400 000 pairs are worth .2 %.
    seen = reading.disc_variance(np.array(0.5), np.array(20.0), 48.0)
    assert seen == pytest.approx(expected, rel=0.01)
