"""A CPU that PoCL's compiler has no name for still runs kernels."""

import os
import subprocess
import sys

import pytest

from spectral_film.young_cpu import equivalent_cpu

# A device whose record is told apart by its version; the compiler then refuses the CPU's name.
BUILD = """
import ctypes, os
import numpy as np
import pyopencl as cl
from spectral_film import device, young_cpu

pocl = next(d for d in device.all_devices() if "pthread" in d.name)
if not pocl.version.endswith("-generic"):
    raise SystemExit(42)
def builds():
    try:
        cl.Program(cl.Context([pocl]), "__kernel void k() {}").build()
    except cl.RuntimeError:
        return False
    return True
assert not builds()
assert young_cpu.name_cpu(pocl) in young_cpu.CPU_OF_FLAG.values()
assert builds()
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


def test_a_cpu_without_a_name_gets_one_and_builds(tmp_path):
    fresh = {**os.environ, "POCL_CACHE_DIR": str(tmp_path), "PYOPENCL_NO_CACHE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", BUILD], env=fresh, capture_output=True, text=True, check=False
    )
    if done.returncode == 42:
        pytest.skip("PoCL knows this CPU by name")
    assert done.returncode == 0, done.stderr
