"""Every kernel under Oclgrind, which sees reads and writes out of bounds, values never set, and
work-items that race, on pictures of odd sizes and with both widths of vector.

Oclgrind is a Debian package; where it is not installed this is skipped.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = "device", "stages", "path", "blur", "../bake"  # where kernels are, from spectral_film

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("oclgrind") is None,
        reason="oclgrind is not installed (Debian and Ubuntu: apt-get install oclgrind)",
    ),
]

WIDTHS = (1, 16)  # a GPU's and a CPU's

# Runs in its own process, on the one device that Oclgrind leaves visible.
PREPARE = """
import sys
from dataclasses import replace
import numpy as np
from bake.played import ArithmeticStage, TableStage
from spectral_film import Scene, Settings, load_film, render
from spectral_film.device.device import Device, all_devices
from spectral_film.device.launch import Launch
from spectral_film.device.planes import Region, fetch, make_result, put
from spectral_film.emulsion.parts import (
    ClassicalAdjacency,
    ToneCurve,
)
from spectral_film.path.order import Step
from spectral_film.path.plan import Plan
from spectral_film.stages import grain, tone_curve
from spectral_film.stages.signals import DISPLAY, DYES, INHIBITOR, SCENE
from spectral_film.stages.stage import apply

(simulator,) = all_devices()
assert "Oclgrind" in simulator.name
devices = []

def fresh():
    # A device a piece of work: Oclgrind 21.10 takes what lies in a buffer made where another was
    # let go for never set.
    devices.append(Device(simulator, vector_width=int(sys.argv[1])))
    return devices[-1]

negative = load_film("vision3-250d")
"""

EVERY_KERNEL = """
rng = np.random.default_rng(0)
richards = ToneCurve(
    density_range=np.full((3, 1), 2.0), log_exposure_mid=np.full((3, 1), -1.0),
    log_exposure_spread=np.full((3, 1), 1.0), exponent=np.full((3, 1), 0.7),
)
classical = replace(
    negative, tone_curve=richards, grain=None,
    adjacency=ClassicalAdjacency(gain=np.full(3, 0.3), length_um=9.0),
)
WIRES = {"takes": {"wire": SCENE}, "gives": {"made": DISPLAY}}
FIELD = {"size": 1.0, "seed": 0, "frame": 0, "stock": 0, "of": DYES, "to": DYES}
ARITHMETIC = {
    "power": {"direction": np.float32(-1), "offset": np.float32(0.1)},
    "logarithm": {"lowest": np.float32(1e-6), "plus": np.zeros(3)},
    "not_below": {"low": np.float32(0)},
}
for size in (1, 1), (9, 21):
    rgb = rng.uniform(-0.1, 50, (3, *size)).astype(np.float32)
    rgb[:, 0, 0] = 0
    scene = Scene(planes=rgb)
    gate = f"{max(0.025 * size[1], 0.5)}x0.5"  # pixels of 25 um, but where there are few
    for changes, options in (
        ({}, {"encode": True}),
        ({"display": "Rec.709", "shutter": 10.0}, {"encode": True}),
        ({"to": "scene", "shutter": 10.0}, {}),
        ({"to": "cineon"}, {"crop": (0, 0, *(-(-n // 2) for n in size[::-1]))}),
        ({"to": "negative", "film": classical}, {}),
    ):
        render(scene, Settings(gate=gate, grain="off", **changes), device=fresh(), **options)
    for method in "fast", "net":
        apply(fresh(), grain.of_film(negative, (25.0, 25.0), method=method, **FIELD), rgb[:, :5])
    cube = rng.uniform(0, 1, (7, *size)).astype(np.float32)
    cube = Scene(planes=cube, kind="reflectance", wavelength_nm=np.linspace(380, 740, 7))
    render(cube, Settings(gate=gate, to="exposure"), device=fresh())
    for nodes in 2, 5:
        for shape in (3, nodes), (nodes, nodes, nodes, 3):
            table = rng.uniform(size=shape)
            apply(fresh(), TableStage(**WIRES, nodes=table, domain=(0.0, 40.0)), rgb)
    for kernel, numbers in ARITHMETIC.items():
        apply(fresh(), ArithmeticStage(**WIRES, kernel=kernel, numbers=numbers), rgb)
    held_back = WIRES | {"takes": {"wire": SCENE, "inhibitor": INHIBITOR}}
    numbers = {"coupling": np.ones((3, 3))}
    apply(fresh(), ArithmeticStage(**held_back, kernel="hold_back", numbers=numbers), rgb, rgb)
by_discs = grain.of_film(negative, (25.0, 25.0), method="boolean", **FIELD | {"size": 20.0})
few = np.ascontiguousarray(rgb[:, :1, :2])
Plan(fresh(), (Step("grain", by_discs),), Region(0, 0, 2, 1)).run(few)
print(*set().union(*(device.traffic.launches for device in devices)))
"""

OUT_OF_BOUNDS = """
device = fresh()
develop = Launch(
    device, tone_curve.KERNELS, "tone_curve",
    defines=tone_curve.curve_defines(negative.tone_curve),
    tables=tone_curve.curve_tables(negative.tone_curve),
)
short = Region(0, 0, 4, 1)
exposure, dyes = put(device, np.ones((3, 1, 4), np.float32)), make_result(device, 3, short)
develop.over(Region(0, 0, 40, 1), exposure=exposure, dyes=dyes)
fetch(dyes)
"""


def watch(script: str, width: int, folder: Path) -> tuple[set[str], str]:
    """Run `script`; the kernels it launched, and what Oclgrind had to say."""
    log = folder / "oclgrind.log"
    # Oclgrind 21.10 dies of following unset values through a vector's even and odd lanes. A scalar
    # kernel reads the same places.
    unset = ["--uninitialized"] if width == 1 else []
    run = subprocess.run(
        [
            "oclgrind", *unset, "--data-races", "--max-errors", "20",
            "--log", str(log), sys.executable, "-c", PREPARE + script, str(width),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split()), log.read_text() if log.exists() else ""


def all_kernels() -> set[str]:
    sources = [s for folder in FOLDERS for s in (ROOT / "spectral_film" / folder).glob("*.cl")]
    return {k for s in sources for k in re.findall(r"__kernel\s+void\s+(\w+)", s.read_text())}


def test_no_kernel_lies_elsewhere():
    everywhere = {s for s in ROOT.glob("*/**/*.cl") if not s.is_relative_to(ROOT / "build")}
    known = {s.resolve() for f in FOLDERS for s in (ROOT / "spectral_film" / f).glob("*.cl")}
    assert {s for s in everywhere if ".venv" not in s.parts} == known


@pytest.mark.parametrize("width", WIDTHS)
def test_kernels_touch_only_what_is_theirs(width, tmp_path):
    launched, said = watch(EVERY_KERNEL, width, tmp_path)
    assert launched == all_kernels()
    assert not said.strip()


@pytest.mark.parametrize("width", WIDTHS)
def test_oclgrind_sees_a_kernel_that_reads_too_far(width, tmp_path):
    _, said = watch(OUT_OF_BOUNDS, width, tmp_path)
    assert "Invalid" in said
