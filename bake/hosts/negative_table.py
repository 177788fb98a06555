"""Scene code -> printing density in one table, made by playing the pack without its kernels.

OCIO carries three numbers from step to step, and development needs six: G(h) and the inhibitor.
So the way to printing density, the colour space in which printers and scanners work, is one table
more. What it costs is measured against the steps themselves.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813

from bake.hosts import steps
from bake.manifest import Manifest, Statistic

SIZE = 65  # the "reference" size of a look-up table; the largest that every reader of CLF takes
SAMPLES = 20_000  # colours that the error is measured on
ROWS = 1 << 16  # colours played at once


def play_to_printing_density(folder: Path, manifest: Manifest) -> Callable[..., np.ndarray]:
    """The pack from scene code to printing density without kernels: (n, RGB) -> (n, RGB)."""
    exposure = _player(folder, steps.layer_exposure(manifest))
    developed = _player(folder, steps.developed(manifest))
    compensated = _player(folder, steps.compensated(manifest))
    held_back = _player(folder, steps.held_back(manifest))
    density = _player(folder, steps.printing_density(manifest))

    def play(code: np.ndarray) -> np.ndarray:
        exposed = exposure(code)
        return density(compensated(exposed) + held_back(developed(exposed)))

    return play


def write_negative_table(folder: Path, manifest: Manifest, path: str) -> Statistic:
    """Write the table into the pack as CLF.

    Returns:
        Its distance from the steps over colours between its nodes.
    """
    low, high = manifest.layer_exposure.table.domain
    play = play_to_printing_density(folder, manifest)

    # OCIO's own order of a 3-D table: blue runs fastest.
    axis = np.linspace(low, high, SIZE, dtype=np.float32)
    nodes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    density = np.concatenate(
        [play(nodes[start : start + ROWS]) for start in range(0, len(nodes), ROWS)]
    )
    lut = ocio.Lut3DTransform(gridSize=SIZE, interpolation=ocio.INTERP_TETRAHEDRAL)
    lut.setData(density.ravel())

    group = ocio.GroupTransform([_coded(low, high), lut])
    describe = group.getFormatMetadata()
    describe.setName("scene to printing density")
    describe.addChildElement("Description", "made of the tables of this pack, without its kernels")
    describe.addChildElement("InputDescriptor", manifest.input.space)
    describe.addChildElement("OutputDescriptor", "printing density, base included")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    config = ocio.Config.CreateRaw()
    group.write(
        formatName="Academy/ASC Common LUT Format", config=config, fileName=str(folder / path)
    )

    between = np.random.default_rng(0).uniform(low, high, (SAMPLES, 3)).astype(np.float32)
    apart = np.abs(_player(folder, steps.table(path))(between) - play(between))
    return Statistic(
        mean=float(apart.mean()),
        p99=float(np.quantile(apart, 0.99)),
        largest=float(apart.max()),
        unit="density",
    )


def _coded(low: float, high: float) -> ocio.MatrixTransform:
    """Value -> 0..1 of the table's axes."""
    scale = 1.0 / (high - low)
    return ocio.MatrixTransform(
        np.diag([scale, scale, scale, 1.0]).ravel().tolist(), [-low * scale] * 3 + [0.0]
    )


def _player(folder: Path, transform: ocio.Transform) -> Callable[[np.ndarray], np.ndarray]:
    """A transform that finds its tables in the pack, on (n, RGB) float32."""
    config = ocio.Config.CreateRaw()
    config.setSearchPath(str(folder.resolve()))
    # Lossless: by default powers and logarithms are approximated, to 2.5e-5 of the value.
    processor = config.getProcessor(transform).getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)

    def play(colours: np.ndarray) -> np.ndarray:
        out = np.array(colours, np.float32, order="C")
        processor.apply(ocio.PackedImageDesc(out, len(out), 1, 3))
        return out

    return play
