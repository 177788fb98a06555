"""Fixtures for every folder of tests."""

import jax
import numpy as np
import pytest

from spectral_film.device.device import Device, all_devices
from spectral_film.emulsion.film import Negative, PrintStock
from spectral_film.emulsion.stocks import load_negative, load_print

jax.config.update("jax_enable_x64", True)


@pytest.fixture(
    params=all_devices(), ids=lambda device: device.name.strip().replace(" ", "-"), scope="session"
)
def device(request) -> Device:
    """Every OpenCL device of this machine in turn."""
    return Device(request.param)


@pytest.fixture(scope="session")
def negative() -> Negative:
    return load_negative("vision3-250d")


@pytest.fixture(scope="session")
def print_film() -> PrintStock:
    return load_print("2383")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5207)
