"""The arithmetic between a pack's tables on every device, against its equations in float64."""

import numpy as np
import pytest

from bake.played import ArithmeticStage
from spectral_film.stages.signals import Signal
from spectral_film.stages.stage import apply

SIZES = [(1, 1), (1, 7), (3, 11), (37, 61)]  # as in test_stages: less than a vector, and odd
A, B, MADE = (Signal(name, "a number") for name in ("a", "b", "made"))


def made(device, kernel, planes, *others, **numbers) -> np.ndarray:
    """What a kernel makes of planes (3, y, x)."""
    takes = {"wire": A, "inhibitor": B} if others else {"wire": A}
    stage = ArithmeticStage(takes=takes, gives={"made": MADE}, kernel=kernel, numbers=numbers)
    return apply(device, stage, planes, *others)


def planes_of(rng, size, low, high) -> np.ndarray:
    return rng.uniform(low, high, (3, *size)).astype(np.float32)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("direction", [1, -1])
def test_power(device, rng, size, direction):
    planes = planes_of(rng, size, -8, 8)
    offset = np.float32(0.01)
    wanted = np.maximum(10.0 ** (direction * planes.astype(float)) - offset, 0)
    found = made(device, "power", planes, direction=np.float32(direction), offset=offset)
    # 8 log2(10) in float32 is 26.6, rounded by 1e-6, and that is 1e-6 of the power; twice.
    np.testing.assert_allclose(found, wanted, rtol=3e-6, atol=3e-6 * 0.01)


@pytest.mark.parametrize("size", SIZES)
def test_logarithm(device, rng, size):
    planes = 10 ** planes_of(rng, size, -12, 8)
    planes[rng.uniform(size=planes.shape) < 0.05] = 0
    lowest, plus = np.float32(1e-8), np.array([0.5, -1.0, 2.0])
    wanted = np.log10(np.maximum(planes.astype(float), lowest)) + plus[:, None, None]
    found = made(device, "logarithm", planes, lowest=lowest, plus=plus)
    # log2_ is off by 6e-8; the sum, up to 10, is rounded by 5e-7.
    np.testing.assert_allclose(found, wanted, atol=1e-6)


@pytest.mark.parametrize("size", SIZES)
def test_hold_back(device, rng, size):
    planes, inhibitor = planes_of(rng, size, -6, 5), planes_of(rng, size, 0, 3)
    coupling = rng.uniform(-0.1, 0.4, (3, 3)).astype(np.float32)
    wanted = planes - np.einsum("ij,jyx->iyx", coupling.astype(float), inhibitor)
    found = made(device, "hold_back", planes, inhibitor, coupling=coupling)
    np.testing.assert_allclose(found, wanted, atol=2e-6)  # four roundings of numbers up to 8


@pytest.mark.parametrize("size", SIZES)
def test_not_below(device, rng, size):
    planes = planes_of(rng, size, -1, 1)
    found = made(device, "not_below", planes, low=np.float32(0.25))
    np.testing.assert_array_equal(found, np.maximum(planes, np.float32(0.25)))
