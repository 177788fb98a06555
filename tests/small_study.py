"""A study that takes seconds: one camera, a light or two, mismatch seen from few directions."""

from collections.abc import Sequence
from functools import cache
from unittest.mock import patch

import numpy as np

from spectral_film.device.device import open_device
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, colour_chart
from spectral_film.metamerism import chart_mismatch
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.observers import camera
from spectral_film.metamerism.study import Study, compare
from spectral_film.path.settings import Settings


def small_study(
    cameras: Sequence[str] = ("Nikon D5100",),
    lights: Sequence[str] = ("FL2",),
    picture: Scene | None = None,
) -> Study:
    """Its volumes are lower and upper bounds that lie far apart; all else is as ever."""
    if picture is None:
        return _without_picture(tuple(cameras), tuple(lights))
    return _studied(cameras, lights, picture)


@cache  # several files of tests look at the same one
def _without_picture(cameras: tuple[str, ...], lights: tuple[str, ...]) -> Study:
    return _studied(cameras, lights, None)


def _studied(cameras: Sequence[str], lights: Sequence[str], picture: Scene | None) -> Study:
    with patch.object(chart_mismatch, "DIRECTIONS", 4):
        return compare(
            Settings(),
            [camera(name) for name in cameras],
            [light(name) for name in lights],
            None if picture is None else ("the chart", picture),
            open_device(),
        )


def chart_scene(size: int = 12) -> Scene:
    """The 24 patches of the colour chart, four rows of six, each `size` pixels wide."""
    patches = np.stack(list(colour_chart().values()), axis=1).reshape(len(WAVELENGTH), 4, 6)
    planes = patches.repeat(size, axis=1).repeat(size, axis=2).astype(np.float32)
    return Scene(planes=np.ascontiguousarray(planes), kind="reflectance", wavelength_nm=WAVELENGTH)
