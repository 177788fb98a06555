"""The built-in scene: a camera test at dusk, all in spectra.

Drawn by `scripts/make_demo_scene.py` from measured surfaces and lamps. Stored as a few dozen
spectra and how much of each every pixel holds; a pixel's spectrum is their sum.
"""

from importlib.resources import files
from pathlib import Path

import h5py
import numpy as np

from spectral_film.light.scene import Scene

DEMO_SCENE = Path(str(files("spectral_film.assets") / "scenes/demo.h5"))


def demo_scene() -> Scene:
    """The scene as radiance on the engine's grid, 85 bands of 960 x 540."""
    with h5py.File(DEMO_SCENE) as stored:
        radiance = stored["radiance"][()]
        wavelength_nm = stored["wavelength"][()]
        # Stored as differences of neighbours along x, which compress; of a cube root, which
        # spends its levels where eye and film do.
        amount = np.cumsum(stored["coverage"][()], axis=2, dtype=np.uint16).astype(np.float32)
        amount /= np.float32(stored["coverage"].attrs["levels"])
    amount *= amount * amount
    spectra, height, width = amount.shape
    planes = radiance.T @ amount.reshape(spectra, -1)
    return Scene(
        planes=planes.reshape(-1, height, width), kind="radiance", wavelength_nm=wavelength_nm
    )
