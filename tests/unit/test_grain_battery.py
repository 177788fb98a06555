"""The battery of grain: metrics read what was done to a field, and verdicts follow the limits."""

from importlib.resources import as_file, files

import h5py
import numpy as np
import pytest

from reference.grain import accepted, battery, metrics
from reference.grain import boolean as discs
from reference.grain.methods import Boolean, ByPicture, Gaussian
from reference.grain.outcome import Outcome
from reference.grain.photographs import photographs
from scripts.measure_grain import FAST, NET
from spectral_film.grain.aperture import BENCH, SCAN

RHO, U = 0.4, 0.3
SMALL = 96, 96


@pytest.fixture(scope="module")
def grain():
    """Two samples of discs, (seed, y, x)."""
    return tuple(
        np.stack([discs.flat(U, RHO, SCAN, (128, 128), seed) for seed in seeds]).astype(float)
        for seeds in (range(3), range(3, 6))
    )


def changed(grain, change):
    """What a change moves each metric by, and the metrics of what is not changed."""
    truth, again = grain
    before = metrics.of_flat(again, truth, U, RHO, SCAN)
    after = metrics.of_flat(change(again - U) + U, truth, U, RHO, SCAN)
    return before, after


def test_discs_with_other_seeds_are_nearly_alike(grain):
    before, _ = changed(grain, lambda y: y)
    # Discs of .4 pixels: power at rest, .6 of their radius squared, over 50 000 pixels.
    assert before["standard error"] == pytest.approx(np.sqrt(0.16 * 0.5973 / 49152), rel=1e-3)
    # Three times what is accepted of 200 000 pixels at five radii.
    for metric, limit in accepted.FLAT.items():
        assert before[metric] < 3 * limit.mean, metric


def test_what_is_stronger_is_read_so(grain):
    before, after = changed(grain, lambda y: 1.2 * y)
    assert after["sigma"] == pytest.approx(20, abs=1.2 * before["sigma"] + 0.01)
    # Twenty times the logarithm of 1.2, in every ring.
    assert after["main"] == pytest.approx(1.58, abs=before["main"])
    assert after["spectrum"] == pytest.approx(1.58, abs=before["spectrum"])
    for metric in ("shape", "size", "standardised", "skew"):
        assert after[metric] == pytest.approx(before[metric], abs=1e-9), metric
    # A fifth of the mean distance from the mean, which of such grain is .8 sigma, or less.
    assert 0.1 < after["histogram"] < 0.2


def test_what_is_darker_is_read_so(grain):
    before, after = changed(grain, lambda y: y + 0.02)
    assert after["mean"] == pytest.approx(0.02, abs=before["mean"] + 1e-12)
    sigma = grain[1].std()
    assert after["histogram"] == pytest.approx(0.02 / sigma, abs=before["histogram"] + 0.01)
    for metric in ("sigma", "spectrum", "shape", "size", "standardised", "skew"):
        assert after[metric] == pytest.approx(before[metric], abs=1e-9), metric


def test_a_mirrored_histogram_has_the_wrong_skew(grain):
    before, after = changed(grain, lambda y: -y)
    truth = grain[0] - grain[0].mean()
    skew = (truth**3).mean() / (truth**2).mean() ** 1.5
    assert after["skew"] == pytest.approx(2 * skew, abs=before["skew"] + 0.01)
    assert after["sigma"] == pytest.approx(before["sigma"], abs=1e-9)
    assert after["standardised"] > 0.05


def test_white_noise_has_the_same_power_in_every_ring(rng):
    power = metrics._power(rng.standard_normal((4, 128, 128)))
    # The smallest ring has some 60 frequencies, of four fields: 10 %, one standard error.
    np.testing.assert_allclose(power, 1, atol=0.35)
    assert power.mean() == pytest.approx(1, abs=0.03)


def test_correlation_behind_a_gaussian_is_half_at_its_known_distance():
    lags = np.exp(-(np.arange(7) ** 2) / (4 * BENCH.sigma**2))
    assert metrics._half_width(lags) == pytest.approx(2 * 0.8 * np.sqrt(np.log(2)), rel=1e-9)


def test_photographs_are_read_by_tenths_of_grey(grain):
    truth, again = (fields - U for fields in grain)
    blurred = np.full(truth.shape[1:], 0.25)
    blurred[:, 64:] = 0.85
    louder = np.where(blurred > 0.5, 1.3, 1) * again
    before = metrics.of_photograph(again, truth, blurred)
    after = metrics.of_photograph(louder + 0.01, truth, blurred)
    # Of two tenths of grey one is 30 % too strong.
    assert after["sigma"] == pytest.approx(15, abs=2 * before["sigma"] + 1)
    assert after["mean"] == pytest.approx(0.01, abs=2 * before["mean"])


def outcome(name="it", worse=(), radii=(0.1, 0.4, 0.8)):
    """Half of what is accepted; twice as much of a metric at a radius, where asked."""

    def flat(rho):
        found = {
            metric: limit.mean * (2 if (rho, metric) in worse else 0.5)
            for metric, limit in accepted.FLAT.items()
        }
        return found | {"standard error": rho / 1000}

    photograph = {metric: limit.mean / 2 for metric, limit in accepted.PHOTOGRAPH.items()}
    return Outcome(name, "scan", {r: [flat(r)] for r in radii}, {0.8: [photograph]}, 0, 0)


def test_a_method_is_accepted_up_to_where_the_battery_so_far_is():
    truth = outcome("boolean")
    everywhere = (0.1, 0.4, 0.8)

    def largest(metric, *radii, beside=truth):
        return accepted.largest_radius(outcome(worse={(r, metric) for r in radii}), beside)

    assert largest("skew") == 0.8
    assert largest("spectrum", 0.4, 0.8) == 0.1
    assert largest("spectrum", *everywhere) == 0
    # Three standard errors of a mean level are .0017 over all radii.
    assert largest("mean", *everywhere) == 0
    assert largest("mean", 0.8) == 0.8
    # What discs themselves show in as large a sample is no error of a method.
    noisy = outcome("boolean", worse={(r, "skew") for r in everywhere})
    assert largest("skew", *everywhere, beside=noisy) == 0.8


def test_the_table_tells_what_misses_in_bold():
    good, bad = outcome("good"), outcome("bad", worse={(r, "skew") for r in (0.1, 0.4, 0.8)})
    (row,) = (line for line in accepted.table([good, bad]).splitlines() if "skewness" in line)
    assert row == "| skewness | 0.018 | **0.070** | 0.035 |"
    beside = accepted.table([good], accepted.PUBLISHED)
    assert "| skewness | 0.018 | 0.048 | 0.035 |" in beside
    assert "| when a corner is drawn alone | 0 | fails | 0 |" in beside
    assert all(reading.accepted for reading in accepted.readings(good))
    assert [r.title for r in accepted.readings(bad) if not r.accepted] == ["skewness"]


@pytest.fixture
def small(monkeypatch):
    """A battery of one small photograph and few fields."""
    ramp = np.linspace(0.1, 0.9, SMALL[1]) * np.ones(SMALL)
    monkeypatch.setattr(battery, "photographs", lambda: {"ramp": ramp})
    monkeypatch.setattr(battery, "SHAPE", SMALL)
    monkeypatch.setattr(battery, "UNCHANGED", slice(0, 32))
    for seeds in ("SEEDS", "PHOTOGRAPH_SEEDS"):
        monkeypatch.setattr(battery, seeds, range(100, 102))
        monkeypatch.setattr(battery, f"TRUE_{seeds}", range(2))
    # Truths are kept by radius: those of another size must not be found.
    monkeypatch.setattr(battery, "_true_flats", battery._true_flats.__wrapped__)
    monkeypatch.setattr(battery, "_true_photographs", battery._true_photographs.__wrapped__)


class Smooth(ByPicture):
    """No grain at all, and a level that hangs on the whole picture."""

    name = "smooth"

    def noise(self, u, rho, aperture, seed):
        return 0.1 * u.mean() + 1e-6 * np.random.default_rng(seed).random(u.shape)


SMOOTH = Smooth()


def test_methods_that_see_only_what_is_near_are_told_from_others(small):
    for method in (Gaussian(), Boolean()):
        found = battery.measure(method, SCAN, (), ())
        assert (found.context, found.tile) == (0, 0)
    found = battery.measure(SMOOTH, SCAN, (), ())
    assert found.context == pytest.approx(0.048, abs=1e-3)  # a tenth of half of .96
    assert found.tile > 0.01


def test_the_command_fails_a_method_that_misses_and_keeps_its_figures(small, capsys, tmp_path):
    file = tmp_path / "battery.json"
    name = f"{__name__}:SMOOTH"
    assert battery.main([name, "--aperture", "scan", "--rho", "0.4", "--json", str(file)]) == 1
    told = capsys.readouterr().out
    assert "| metric | smooth | accepted |" in told
    assert "**100.00 %**" in told
    assert '"method": "smooth"' in file.read_text()


def test_the_command_names_the_methods_there_are(capsys):
    with pytest.raises(SystemExit) as stop:
        battery.main(["nothing"])
    assert stop.value.code == 2
    assert "no method 'nothing'; expected boolean, gaussian or module:object" in (
        capsys.readouterr().err
    )


def test_photographs_are_coverages_that_films_have():
    pytest.importorskip("skimage")
    pictures = photographs()
    assert len(pictures) == 6
    for picture in pictures.values():
        assert picture.shape == (256, 256)
        assert picture.min() >= 0.02
        assert picture.max() <= 0.98
        assert picture.std() > 0.05


# What ships


@pytest.fixture(scope="module")
def stored():
    """Figures of the battery, in renders, by method; and the radius up to which each is taken."""
    asset = files("spectral_film.assets") / "grain/network.h5"
    with as_file(asset) as path, h5py.File(path) as file:
        battery = file[f"{SCAN.name}/battery"]
        outcomes = {
            method: Outcome(method, SCAN.name, *map(measured, (of["flat"], of["photograph"])), 0, 0)
            for method, of in battery.items()
        }
        return outcomes, {method: of.attrs["accepted"] for method, of in battery.items()}


def measured(group):
    """By radius, a measurement a level or photograph."""
    rows = {name: table[:] for name, table in group.items() if name != "rho"}
    count = len(next(iter(rows.values()))[0])
    return {
        float(rho): [{name: row[i, n] for name, row in rows.items()} for n in range(count)]
        for i, rho in enumerate(group["rho"])
    }


def test_what_a_render_takes_follows_from_what_was_measured(stored):
    outcomes, taken = stored
    for method in ("fast", "net"):
        assert accepted.largest_radius(outcomes[method], outcomes["boolean"]) == taken[method]
    assert 0 < taken["fast"] < taken["net"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fast", "net"])
def test_what_ships_is_what_was_measured(stored, name):
    method = {"fast": FAST, "net": NET}[name]
    (found,) = battery.measure(method, SCAN, (0.41,), ()).flat.values()
    for now, then in zip(found, stored[0][name].flat[0.41], strict=True):
        for metric, value in then.items():
            # The same seeds: what is left is the rounding of float32, on other devices too.
            assert now[metric] == pytest.approx(value, rel=0.01, abs=2e-4)
