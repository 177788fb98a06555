"""PoCL from pip on a CPU younger than its compiler.

PoCL 3.0 asks LLVM 14 for the name of the CPU. Of one that it has never heard of (AMD's Zen 5, say)
LLVM answers "generic", a name that its own front end refuses, so that no kernel builds (pocl issue
1049). Zen 4 it takes for Zen 3, which has no AVX-512; PoCL sees that the CPU has, takes its library
of functions for it, and LLVM aborts where the two meet. No option and no variable of the
environment can change it, and there is no newer wheel.

The name is a string that the device's record points at, next to the target triple. Here it is
replaced by the oldest CPU that has the same vector units, one that PoCL brings a library of
functions for. Only a device with such a name is touched: it could build nothing.
"""

import ctypes
import os
import struct
from collections.abc import Set as AbstractSet
from pathlib import Path

import pyopencl as cl

TRIPLE = "x86_64-unknown-linux-gnu"
RECORD_WORDS = 256  # the record of PoCL 3.0 has some 120
WORD = ctypes.sizeof(ctypes.c_size_t)

# LLVM's name for the first CPU with the flags that decide which library PoCL takes, best first.
# Another name than the library's own makes LLVM abort where the two meet.
CPU_OF_FLAG = {
    "avx512f": "skylake-avx512",
    "avx2": "haswell",
    "avx": "sandybridge",
    "sse4_1": "penryn",
    "lm": "x86-64",  # long mode: every one
}
# Device records point at these for as long as the process lives.
_NAMES = {name: ctypes.c_char_p(name.encode()) for name in CPU_OF_FLAG.values()}


def is_misnamed(name: str, flags: AbstractSet[str]) -> bool:
    """Whether PoCL cannot build for a CPU of these flags that LLVM calls `name`."""
    return name == "generic" or (name.startswith("znver") and "avx512f" in flags)


def equivalent_cpu(flags: AbstractSet[str]) -> str:
    """LLVM's name for the oldest CPU with the vector units among `flags` (of /proc/cpuinfo)."""
    return next(name for flag, name in CPU_OF_FLAG.items() if flag in flags)


def name_cpu(device: cl.Device) -> str | None:
    """Give a PoCL device that cannot build under its CPU's name that of an equivalent one.

    Returns:
        The name, or None where nothing was or could be done.
    """
    _, found, called = device.version.rpartition(f"-{TRIPLE}-")
    if not found or not is_misnamed(called, flags := _cpu_flags()):
        return None
    with Path("/proc/self/mem").open("rb", buffering=0) as memory:

        def text_at(address: int) -> str:
            try:
                return os.pread(memory.fileno(), 64, address).partition(b"\0")[0].decode("ascii")
            except (OSError, OverflowError, UnicodeDecodeError):  # no pointer to a text
                return ""

        record = os.pread(memory.fileno(), RECORD_WORDS * WORD, device.int_ptr)
        words = struct.unpack(f"{RECORD_WORDS}N", record)
        for i in range(1, len(words)):
            if text_at(words[i - 1]) == TRIPLE and text_at(words[i]) in (called, *_NAMES):
                name = equivalent_cpu(flags)
                ctypes.memmove(device.int_ptr + i * WORD, ctypes.byref(_NAMES[name]), WORD)
                return name
    return None


def _cpu_flags() -> AbstractSet[str]:
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore").splitlines()
    return set(next(line for line in lines if line.startswith("flags")).split())
