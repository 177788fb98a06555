"""The network of grain: what its training knows is true; it learns; it ships as it was made."""

import json
import os
from dataclasses import asdict, replace
from importlib.resources import files

import h5py
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from reference.grain import losses, targets, train
from reference.grain.frequencies import FREQUENCIES, SHARES
from reference.grain.network import RADIUS, at_size, mean, spectrum, start, texture
from reference.stages.grain import networked_grain, white
from spectral_film.grain import boolean
from spectral_film.grain.aperture import APERTURES, BENCH
from spectral_film.grain.network import network, network_of
from spectral_film.grain.orbits import members

RECIPE = train.Recipe()
QUICK = targets.Amount(
    tile=64, tiles=(1,) * 9, pictures=2, copies=2, renderings=(1,) * 6,
)  # fmt: skip


@pytest.fixture
def weights():
    """Of no training: coarse thresholds, at a size."""
    return at_size(start(3), jnp.float32(0.3))


@pytest.fixture(params=APERTURES)
def aperture(request):
    return APERTURES[request.param]


@pytest.fixture
def record(aperture):
    with h5py.File(files("spectral_film.assets") / "grain/network.h5") as file:
        group = file[aperture.name]["training"]
        return {**group.attrs, **{name: np.asarray(group[name]) for name in group}}


def drawn(weights, v, side=512, seed=0):
    """Even coverages of the network, (level, y, x)."""
    noise = jax.random.normal(jax.random.key(seed), (len(v), side, side), jnp.float32)
    return texture(noise, jnp.asarray(v, jnp.float32)[:, None, None], jnp.float32(1), weights)


# What the training knows


def test_the_spectrum_is_that_of_what_is_drawn(weights):
    v = np.array([-0.8, 0.1, 0.9])
    power = spectrum(weights, jnp.asarray(v, jnp.float32))
    grain = np.asarray(drawn(weights, v))
    assert abs(grain.mean(axis=(1, 2))).max() < 5 * grain.std() * np.sqrt(10 / grain[0].size)
    cosine = np.cos(2 * np.pi * FREQUENCIES).mean(axis=1)
    # Some 26000 clumps of ten pixels: variances are known to .9 %; three times that.
    np.testing.assert_allclose(grain.var(axis=(1, 2)), power @ SHARES, rtol=0.027)
    beside = (grain[:, 1:] * grain[:, :-1]).mean(axis=(1, 2)) / grain.var(axis=(1, 2))
    np.testing.assert_allclose(beside, power @ (SHARES * cosine) / (power @ SHARES), atol=0.02)


def test_what_is_trained_is_what_the_twin_draws(weights, rng):
    """On a picture with edges, of the same noise."""
    u = np.where(rng.uniform(size=(20, 30)) < 0.5, 0.1, rng.uniform(0.02, 0.98, (20, 30)))
    key, side = jnp.asarray([5, 9], jnp.uint32), 2 * RADIUS
    x, y = (jnp.arange(-side, n + side, dtype=jnp.int32).astype(jnp.uint32) for n in (30, 20))
    around = np.pad(u, RADIUS, mode="edge")
    trained = texture(
        white(key, x=x, y=y).astype(jnp.float32), jnp.asarray(2 * around - 1, jnp.float32),
        jnp.asarray(around, jnp.float32), weights,
    )  # fmt: skip
    tables = {
        name: np.asarray(table, float)[None, None] for name, table in weights._asdict().items()
    }
    axis = np.linspace(0, 1, 2001) ** 2  # of the table: even in the root
    twin = networked_grain(
        jnp.asarray(u)[None], keys=key[None, None], lowest=jnp.zeros(1), span=jnp.ones(1),
        coverage=jnp.asarray(2 * axis - 1)[None, None], amplitude=jnp.asarray(axis)[None, None],
        mean=jnp.asarray(mean(weights), jnp.float64)[None, None],
        **{name: jnp.asarray(table) for name, table in tables.items()},
    )[0] - u  # fmt: skip
    # float32 sums of some 16 x 25 terms of size 1.
    np.testing.assert_allclose(trained, twin, atol=2e-5)


def test_two_halves_know_the_true_error():
    """The square of one would count the noise of the sample: here 1, where the error is .3."""
    noise = np.random.default_rng(1).normal(size=(2, 100_000))
    # Products of two normal numbers: .003 a standard error of the mean.
    assert losses.apart(noise + 0.3, np.zeros(100_000)) == pytest.approx(0.09, abs=0.015)


def test_small_discs_follow_from_larger_ones():
    """Quantiles that are not rendered, from discs of twice the size, against discs of this one."""
    small, large = (
        np.mean([targets._even(rho, BENCH, 128, seed)[0] for seed in range(50, 54)], axis=0)
        for rho in (0.2, 0.4)
    )
    # Coverages of .1 to .9, quantiles within two sigma; what four tiles of some 1600 clumps tell of
    # them is good to about .01.
    shown = slice(2, -2), slice(4, -4)
    assert abs(targets.shrunk(jnp.asarray(large), 0.5) - small)[shown].mean() < 0.012
    assert abs(large - small)[shown].mean() > 0.024


# It learns


def test_training_fits_the_spectrum():
    """It begins with a blur that is about right, 1 dB off, and is to learn nearly all of that.

    Two hundred steps leave an eighth; a network that learns nothing stays where it is.
    """
    recipe = replace(RECIPE, closed_steps=200, steps=0)
    steps = train.train(recipe, closed_targets(BENCH))
    found = np.sqrt([step.losses[0] for step in steps])
    assert found[-20:].mean() < found[:5].mean() / 4


@pytest.mark.slow
def test_training_lowers_all_losses():
    """On few discs: enough to see it go down, not to be right."""
    aims = targets.targets(BENCH, 1, QUICK)
    recipe = replace(RECIPE, closed_steps=100, steps=60)
    found = np.array([step.losses for step in train.train(recipe, aims)])[100:]
    histogram = found[:, train.NAMES.index("histogram")]
    assert np.isfinite(found).all()
    # Seen once: .02 to .006. Half is far beyond the noise of fifteen steps.
    assert histogram[-15:].mean() < histogram[:15].mean() / 2


# What ships


def test_what_ships_was_made_by_this_recipe(record):
    assert json.loads(record["recipe"]) == json.loads(json.dumps(asdict(RECIPE)))


def test_the_recorded_training_begins_anew(aperture, record):
    """The first steps, which need no discs."""
    recipe = replace(RECIPE, steps=0)
    steps = zip(train.train(recipe, closed_targets(aperture)), record["first_loss"], strict=False)
    found = np.array([(step.losses[0], before[0]) for step, before in steps])
    assert len(found) == train.AVERAGED
    # Sums of float32 in another order, fed back through as many steps of Adam.
    np.testing.assert_allclose(found[:, 0], found[:, 1], rtol=2e-2)


@pytest.mark.skipif("RETRAIN" not in os.environ, reason="twenty minutes: RETRAIN=1 runs it")
def test_the_whole_training_yields_what_ships(tmp_path):
    """By its command and seed. Sums of float32 in another order lead it elsewhere in the end, among
    networks that draw as well: so what is compared is what they draw, by a third of what the
    battery accepts of it."""
    train.main(["-o", str(tmp_path / "network.h5")])
    with h5py.File(tmp_path / "network.h5") as file:
        for name, aperture in APERTURES.items():
            anew, ships = network_of(file[name]), network(aperture)
            for rho in targets.SIZES:
                np.testing.assert_allclose(
                    correlation(anew, rho), correlation(ships, rho), atol=0.01
                )
            np.testing.assert_allclose(anew.skewness, ships.skewness, rtol=0.05, atol=0.05)


def test_what_ships_is_where_the_recorded_training_ended(aperture, record):
    """Its error in decibels, from the tables as they are read, without the code of training."""
    fx, fy = FREQUENCIES.T
    squares = []
    for rho in targets.SIZES:
        drawn = network(aperture).at(rho).covariance(targets.LEVELS)
        reach = drawn.shape[-1] // 2
        lags = np.arange(-reach, reach + 1)
        along = [np.exp(-2j * np.pi * np.multiply.outer(f, lags)) for f in (fy, fx)]
        power = np.einsum("vyx,fy,fx->vf", drawn, *along, optimize=True).real
        true = boolean.spectrum(targets.LEVELS, rho, aperture, fx, fy)
        log_shape = np.log(true / (true @ SHARES)[:, None] + losses.FLOOR)
        squares.append(losses.decibels(jnp.asarray(power), jnp.asarray(log_shape)))
    ended = record["loss"][-10:, 0].mean()
    assert np.mean(squares) == pytest.approx(ended, rel=0.5)  # that is of 200 steps, on their way
    assert np.sqrt(np.mean(squares)) < 0.2  # dB; the battery accepts .35


def test_what_ships_keeps_its_noise_at_variance_one(aperture):
    first = network(aperture).first
    np.testing.assert_allclose(first**2 @ members(RADIUS), 1, rtol=1e-5)


def correlation(net, rho):
    """With neighbours, by level and lag."""
    seen = net.at(rho).covariance(targets.LEVELS)
    middle = seen.shape[-1] // 2
    return seen / seen[:, middle, middle, None, None]


def closed_targets(aperture):
    """Those that need no discs."""
    none = jnp.zeros(())
    return targets.Targets(targets.log_shapes(aperture), *[none] * 6)
