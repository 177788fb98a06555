"""The device: one for many threads, held to as many cores as asked, plain about what is wrong."""

import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pyopencl as cl
import pytest

from spectral_film import render
from spectral_film.device import device as devices
from spectral_film.device.device import Device, _opened, called, open_device
from spectral_film.device.launch import Launch
from spectral_film.device.planes import Region, fetch, make_result, put
from spectral_film.errors import DeviceError
from spectral_film.stages import reciprocity

THREADS, LAUNCHES = 8, 5000


def by(device, factors):
    """A launch that multiplies each plane by a factor from its table."""
    return Launch(
        device, reciprocity.KERNELS, "reciprocity", tables={"efficiency": np.array(factors)}
    )


@pytest.fixture
def hasty():
    """Threads that are switched as often as can be."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.parametrize("shared", [True, False])
def test_one_device_serves_many_threads(device, hasty, shared):
    one = Device(device.opencl, shares_host_memory=shared)
    frame = Region(0, 0, 17, 2)  # a vector and a pixel

    def wrong(thread):
        ones = np.ones((3, 2, 17), np.float32)
        factors = np.float32([thread + 1, thread + 0.5, -thread])
        expected = ones * factors[:, None, None]
        launch, source = by(one, factors), put(one, ones)
        result = make_result(one, 3, frame)
        count = 0
        for _ in range(LAUNCHES // THREADS):
            launch.over(frame, exposure=source, effective=result)
            count += not np.array_equal(fetch(result), expected)
        return count

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(wrong, range(THREADS))) == 0


def test_a_device_is_held_to_the_threads_asked_for(device):
    one = open_device(threads=1)
    assert one.opencl.max_compute_units == 1
    image = np.full((5, 7, 3), 0.18)
    assert np.array_equal(render(image, device=one).planes, render(image, device=device).planes)


def test_no_more_cores_are_taken_than_this_process_may_run_on(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
    # Not from the cache, which the rest of the tests uses.
    assert _opened.__wrapped__(None, None).opencl.max_compute_units == 1


def test_a_device_that_cannot_be_divided_says_so(monkeypatch):
    whole = SimpleNamespace(
        name="Monolith",
        platform=SimpleNamespace(name="Nobody"),
        type=cl.device_type.CPU,
        max_compute_units=8,
        partition_properties=[],
    )
    monkeypatch.setattr(devices, "all_devices", lambda: [whole])
    with pytest.raises(DeviceError, match="Monolith cannot be held to 2 threads; leave --threads"):
        open_device("monolith", threads=2)


def test_arguments_that_a_kernel_does_not_have_are_named(device):
    frame = Region(0, 0, 4, 1)
    planes = put(device, np.ones((3, 1, 4), np.float32))
    result = make_result(device, 3, frame)
    with pytest.raises(DeviceError) as told:
        by(device, [1, 1, 1]).over(frame, light=planes, effective=result)
    wanted, given = re.findall(r"\[.*?\]", str(told.value))
    assert "'exposure'" in wanted
    assert "'exposure_at'" in wanted
    assert "'light'" in given
    assert "kernel reciprocity" in str(told.value)


def test_arguments_are_known_without_the_runtime(device, monkeypatch):
    """Intel's has forgotten them in what comes from a cache."""

    def forgotten(*_):
        raise cl.RuntimeError("clGetKernelArgInfo", cl.status_code.KERNEL_ARG_INFO_NOT_AVAILABLE)

    monkeypatch.setattr(cl.Kernel, "get_arg_info", forgotten)
    assert by(device, [1.0, 1.0, 1.0])._wanted[:3] == ("exposure", "exposure_at", "efficiency")


def test_arguments_that_a_macro_hides_are_refused(device, tmp_path):
    path = tmp_path / "hidden.cl"
    path.write_text(
        "#define BOTH __global float *a, __global float *b\n"
        "__kernel void hidden(BOTH, const uint width /* wide */) { a[0] = b[0]; }\n"
    )
    with pytest.raises(DeviceError, match=r"has 3 arguments .* without macros"):
        Launch(device, path, "hidden")


def test_a_kernel_that_does_not_build_shows_device_and_line(device, tmp_path):
    source = tmp_path / "broken.cl"
    source.write_text("__kernel void broken(__global float *a) { a[0] = undeclared; }\n")
    with pytest.raises(DeviceError, match="undeclared") as told:
        Launch(device, source, "broken")
    assert "broken.cl does not build on" in str(told.value)
    assert device.name in str(told.value)


def test_a_maker_s_name_means_its_driver_and_not_a_processor():
    def device(name, platform):
        return SimpleNamespace(name=name, platform=SimpleNamespace(name=platform))

    pocl = device("pthread-Intel(R) Xeon(R)", "Portable Computing Language")
    intel = device("Intel(R) Xeon(R)", "Intel(R) OpenCL")
    card = device("NVIDIA H100", "NVIDIA CUDA")
    for name, found, chosen in (
        ("intel", [pocl, intel], intel), ("Intel", [pocl], None), ("xeon", [pocl, intel], pocl),
        ("pthread", [intel, pocl], pocl), ("Portable", [intel, pocl], pocl), ("h100", [card], card),
        ("PoCL", [intel, pocl], pocl), ("nvidia", [pocl, card], card), ("", [pocl], None),
        ("amd", [pocl, intel], None),
    ):  # fmt: skip
        assert called(name, found) is chosen, name
