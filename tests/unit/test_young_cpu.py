"""A CPU that PoCL's compiler has no name for still runs kernels."""

import os
import subprocess
import sys

import pytest

from spectral_film.device.young_cpu import equivalent_cpu, is_misnamed

# Under its own name such a CPU could not be tried here: the compiler may end the process.
BUILD = """
import ctypes, os
import numpy as np
import pyopencl as cl
from spectral_film.device import device
from spectral_film.device import young_cpu

pocl = next(d for d in device.all_devices() if "pthread" in d.name)
if young_cpu.name_cpu(pocl) is None:
    raise SystemExit(42)
source = "__kernel void k(__global float16 *a) { a[0] = exp2(a[0]); }"
values = np.full(16, 3, np.float32)
context = cl.Context([pocl])
queue = cl.CommandQueue(context)
on_device = cl.Buffer(context, cl.mem_flags.COPY_HOST_PTR, hostbuf=values)
cl.Program(context, source).build().k(queue, (1,), (1,), on_device)
cl.enqueue_copy(queue, values, on_device)
assert (values == 8).all()
"""


@pytest.mark.parametrize(
    ("flags", "cpu"),
    [
        ("lm sse sse2", "x86-64"),
        ("lm sse2 ssse3 sse4_1 sse4_2", "penryn"),
        ("lm sse2 sse4_1 avx", "sandybridge"),
        ("lm sse2 sse4_1 avx f16c avx2 fma bmi2", "haswell"),
        ("lm sse2 sse4_1 avx f16c avx2 fma bmi2 avx512f avx512vl", "skylake-avx512"),
    ],
)
def test_the_oldest_cpu_of_the_same_vector_units(flags, cpu):
    assert equivalent_cpu(set(flags.split())) == cpu


@pytest.mark.parametrize(
    ("name", "flags", "misnamed"),
    [
        ("generic", "lm avx2", True),
        ("znver3", "lm avx2 avx512f", True),  # Zen 4
        ("znver3", "lm avx2", False),
        ("skylake-avx512", "lm avx2 avx512f", False),
    ],
)
def test_names_that_nothing_builds_under(name, flags, misnamed):
    assert is_misnamed(name, set(flags.split())) is misnamed


def test_a_cpu_without_a_name_gets_one_and_builds(tmp_path):
    fresh = {**os.environ, "POCL_CACHE_DIR": str(tmp_path), "PYOPENCL_NO_CACHE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", BUILD], env=fresh, capture_output=True, text=True, check=False
    )
    if done.returncode == 42:
        pytest.skip("PoCL knows this CPU by name")
    assert done.returncode == 0, done.stderr
