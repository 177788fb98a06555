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

import bake.device_tables
import spectral_film.device.device

pytestmark = pytest.mark.skipif(
    shutil.which("oclgrind") is None,
    reason="oclgrind is not installed (Debian and Ubuntu: apt-get install oclgrind)",
)

WIDTHS = (1, 16)  # a GPU's and a CPU's

# Runs in its own process, on the one device that Oclgrind leaves visible.
PREPARE = """
import sys
import numpy as np
from bake.device_tables import apply_table_1d, apply_table_3d
from spectral_film.device.device import Device, all_devices
from spectral_film.emulsion.film import ToneCurve
from spectral_film.emulsion.stocks import load_negative, load_print
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.stages.adjacency import InterlayerInhibition
from spectral_film.stages.densitometry import status_densitometer
from spectral_film.stages.display import Display
from spectral_film.stages.exposure import Exposure
from spectral_film.stages.printing import Printing
from spectral_film.stages.projection import Projection
from spectral_film.stages.tone_curve import develop

class Watched(Device):
    vector_width = int(sys.argv[1])

    def run(self, source, kernel, **arguments):
        print(kernel)
        return super().run(source, kernel, **arguments)

(simulator,) = all_devices()
assert "Oclgrind" in simulator.name
device = Watched(simulator)
negative, print_film = load_negative("vision3-250d"), load_print("2383")
"""

EVERY_STAGE = """
rng = np.random.default_rng(0)
expose = Exposure(
    spectral_sensitivity=negative.spectral_sensitivity, balance="D55", illuminant="A",
    grey_lux_s=0.05,
)
inhibit = InterlayerInhibition(
    coupling=negative.adjacency.coupling, length_um=0.0, curve=negative.tone_curve,
    pitch_um=(6.0, 6.0),
)
richards = ToneCurve(
    density_range=np.full((3, 1), 2.0), log_exposure_mid=np.full((3, 1), -1.0),
    log_exposure_spread=np.full((3, 1), 1.0), exponent=np.full((3, 1), 0.7),
)
printer = Printing(negative=negative, print_film=print_film, printer_points=(25.0, 25.0, 25.0))
projection = Projection(film=print_film, lamp=print_film.projector_lamp)

for size in (1, 1), (3, 5), (23, 37):
    rgb = rng.uniform(-0.1, 50, (3, *size)).astype(np.float32)
    rgb[:, 0, 0] = 0
    exposure = expose(device, Scene(planes=rgb))
    cube = rng.uniform(0, 1, (7, *size)).astype(np.float32)
    expose(device, Scene(
        planes=cube, kind="reflectance", wavelength_nm=np.linspace(380, 740, 7),
    ))
    dyes = develop(device, inhibit(device, exposure), negative.tone_curve)
    develop(device, exposure, richards)
    status_densitometer(negative)(device, dyes)
    printed = develop(device, printer(device, dyes), print_film.tone_curve)
    xyz = projection(device, printed)
    for display, encode in ("sRGB", True), ("sRGB", False), ("Rec.709", True):
        Display(
            display=display, adapting_white=projection.open_gate(), peak_luminance=0.9,
            encode=encode,
        )(device, xyz)
    for nodes in 2, 5:
        apply_table_1d(device, rgb, rng.uniform(size=(3, nodes)), (0.0, 40.0))
        apply_table_3d(device, rgb, rng.uniform(size=(nodes, nodes, nodes, 3)), (0.0, 40.0))
"""

OUT_OF_BOUNDS = """
from spectral_film.stages.tone_curve import curve_arguments, curve_defines
device.run(
    "tone_curve", "tone_curve", pixels=40, defines=curve_defines(negative.tone_curve),
    out={"dyes": (3, 1, 4)}, exposure=np.ones((3, 1, 4), np.float32),
    **curve_arguments(negative.tone_curve),
)
"""


def watch(script: str, width: int, folder: Path) -> tuple[set[str], str]:
    """Run `script`; the kernels it launched, and what Oclgrind had to say."""
    log = folder / "oclgrind.log"
    run = subprocess.run(
        [
            "oclgrind", "--uninitialized", "--data-races", "--max-errors", "20",
            "--log", str(log), sys.executable, "-c", PREPARE + script, str(width),
        ],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split()), log.read_text() if log.exists() else ""


def all_kernels() -> set[str]:
    folders = spectral_film.device.device.KERNELS, Path(bake.device_tables.__file__).parent
    sources = [source for folder in folders for source in folder.glob("*.cl")]
    return {k for s in sources for k in re.findall(r"__kernel\s+void\s+(\w+)", s.read_text())}


@pytest.mark.parametrize("width", WIDTHS)
def test_kernels_touch_only_what_is_theirs(width, tmp_path):
    launched, said = watch(EVERY_STAGE, width, tmp_path)
    assert launched == all_kernels()
    assert not said.strip()


@pytest.mark.parametrize("width", WIDTHS)
def test_oclgrind_sees_a_kernel_that_reads_too_far(width, tmp_path):
    _, said = watch(OUT_OF_BOUNDS, width, tmp_path)
    assert "Invalid" in said
