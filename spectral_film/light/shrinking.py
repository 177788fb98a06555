"""Scenes of fewer pixels: each holds the mean of the light that fell on the ones it stands for.

Film is in micrometres, so a small scene is the same film, sampled more coarsely.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from spectral_film.light.scene import Scene


def shrunk(scene: Scene, width: int) -> Scene:
    """A scene of so many columns at most; one that has no more is what it was.

    What rides along is left behind. A pixel that is partly covered counts as much as it is.
    """
    columns, rows = scene.size
    if columns <= width:
        return scene
    share = width / columns
    height = max(1, round(rows * share))
    down, across = _means(rows, height), _means(columns, width)

    def mean(planes: np.ndarray) -> np.ndarray:
        return np.stack([(across @ (down @ plane).T).T for plane in planes])

    if scene.coverage is None:
        planes, coverage = mean(scene.planes), None
    else:
        (coverage,) = mean(scene.coverage[None])
        light = mean(scene.planes * scene.coverage)
        planes = np.divide(light, coverage, out=np.zeros_like(light), where=coverage > 0)
    whole = scene.display_size == scene.size and scene.origin == (0, 0)

    def moved(pair: tuple[int, int]) -> tuple[int, int]:
        return round(pair[0] * share), round(pair[1] * share)

    wide, high = moved(scene.display_size)
    return replace(
        scene,
        planes=np.ascontiguousarray(planes, np.float32),
        coverage=None if coverage is None else coverage.astype(np.float32),
        passengers={},
        origin=moved(scene.origin),
        display_size=(width, height) if whole else (max(1, wide), max(1, high)),
        display_origin=moved(scene.display_origin),
    )


def _means(before: int, after: int) -> csr_array:
    """Share of each pixel before in each one after, (after, before), float32; rows sum to 1.

    Few are not 0, and a cube has hundreds of planes.
    """
    edges = np.linspace(0, before, after + 1)
    pixel = np.arange(before)
    inside = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return csr_array((np.maximum(inside, 0) * (after / before)).astype(np.float32))
