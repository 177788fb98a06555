"""The picture that a pack is proved on: the built-in scene, lamps of 10000 times white and all."""

import numpy as np

from spectral_film.chromaticity import BRADFORD, adaptation, rgb_to_xyz, white_xyz
from spectral_film.demo_scene import demo_scene
from spectral_film.spectra import equal_luminance, illuminant, observer
from spectral_film.stages.display import D65, REC709


def reference_rgb() -> np.ndarray:
    """The scene as a good camera sees it, linear Rec.709, 1 = a perfect white, (3, y, x).

    What no camera of that gamut holds is left at a ten-thousandth.
    """
    scene = demo_scene()
    daylight = observer() @ equal_luminance(illuminant("D55"))
    to_rgb = np.linalg.inv(rgb_to_xyz(REC709, D65)) @ adaptation(
        BRADFORD, daylight / daylight[1], white_xyz(D65)
    )
    seen = (to_rgb @ observer() / daylight[1]).astype(np.float32)
    rgb = np.tensordot(seen, scene.planes, 1)
    return np.ascontiguousarray(np.maximum(rgb, 1e-4))
