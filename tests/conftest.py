"""Fixtures for every folder of tests."""

import gc
from functools import cache
from itertools import product

import jax
import numpy as np
import other_kinds
import pytest

from spectral_film.device.device import CPU_VECTOR_WIDTH, Device, all_devices, open_device
from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.emulsion.stocks import load_camera_film, load_print

jax.config.update("jax_enable_x64", True)


@cache
def variants() -> dict[str, Device]:
    """Every OpenCL device of this machine in each form that kernels and planes have.

    As a CPU and as a GPU is programmed, a vector or a float at a time; and as one that works on
    the host's memory, and one that has its own.
    """
    forms = product(all_devices(), (CPU_VECTOR_WIDTH, 1), (True, False))
    return {
        "{}-{}-{}".format(
            opencl.name.strip().replace(" ", "-"),
            "vector" if width > 1 else "scalar",
            "shared" if shared else "own",
        ): Device(opencl, vector_width=width, shares_host_memory=shared)
        for opencl, width, shared in forms
    }


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A twin is held to its reference in every form; elsewhere one device will do."""
    if metafunc.definition.path.parent.name == "twins" and "device" in metafunc.fixturenames:
        metafunc.parametrize("device", variants().values(), ids=variants())


def pytest_collection_finish() -> None:
    """What is imported by now stays, and need not be looked through for garbage ever again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def device() -> Device:
    """The one that a render would take."""
    return open_device()


@pytest.fixture(scope="session")
def negative() -> CameraFilm:
    return load_camera_film("vision3-250d")


@pytest.fixture(scope="session")
def print_film() -> PrintStock:
    return load_print("2383")


@pytest.fixture(scope="session")
def reversal() -> CameraFilm:
    return other_kinds.reversal()


@pytest.fixture(scope="session")
def silver_negative() -> CameraFilm:
    return other_kinds.silver_negative()


@pytest.fixture(scope="session")
def silver_print() -> PrintStock:
    return other_kinds.silver_print()


@pytest.fixture(scope="session")
def paper() -> PrintStock:
    return other_kinds.paper()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5207)
