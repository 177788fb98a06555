"""What a pack does between its kernels, as OCIO transforms of tables and plain arithmetic.

    scene code --layer_exposure--> exposure --(optics)--> exposure
    exposure --developed--> F(h) --(inhibitor)--> b --held_back--> -coupling @ b
    exposure --compensated--> G(h);  the sum of both is h'
    h' --print_exposure--> 10^-D --(print optics)--> 10^-D' --displayed--> display code

A step is exact but for the interpolation in its tables, and no kernel is in any of them. Tables
are named by their place in the pack, which whoever runs a step makes the search path.
"""

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813

from bake.manifest import Manifest

# Density 8: no film is as dense, and a logarithm needs an end.
DARKEST_TRANSMISSION = 1e-8


def table(path: str) -> ocio.FileTransform:
    """A table of the pack; tetrahedral where it is 3-D."""
    return ocio.FileTransform(src=path, interpolation=ocio.INTERP_TETRAHEDRAL)


def layer_exposure(manifest: Manifest) -> ocio.GroupTransform:
    """Scene code -> exposure of the layers, lux s: max(10^x - offset, 0)."""
    offset = manifest.layer_exposure.exposure_offset_lux_s
    return ocio.GroupTransform(
        [
            table(manifest.layer_exposure.table.clf),
            _power_of_ten(),
            ocio.MatrixTransform(offset=[-offset, -offset, -offset, 0.0]),
            _at_least(0.0),
        ]
    )


def log_exposure(manifest: Manifest) -> ocio.GroupTransform:
    """Exposure, lux s -> h = log10 max(exposure, low end of the curves)."""
    return ocio.GroupTransform(
        [_at_least(10 ** manifest.development.log_exposure[0]), ocio.LogTransform(base=10.0)]
    )


def developed(manifest: Manifest) -> ocio.GroupTransform:
    """Exposure, lux s -> F(h), the dye that would form if nothing were held back."""
    return ocio.GroupTransform([log_exposure(manifest), table(manifest.development.curve.clf)])


def compensated(manifest: Manifest) -> ocio.GroupTransform:
    """Exposure, lux s -> G(h)."""
    tables = manifest.development
    return ocio.GroupTransform([log_exposure(manifest), table(tables.compensated.clf)])


def held_back(manifest: Manifest) -> ocio.MatrixTransform:
    """Inhibitor b -> -coupling @ b, which is added to G(h)."""
    matrix = np.eye(4)
    matrix[:3, :3] = -np.asarray(manifest.development.coupling)
    return ocio.MatrixTransform(matrix.ravel().tolist())


def printing_density(manifest: Manifest) -> ocio.GroupTransform:
    """H' -> dyes F(h') -> printing density D, base included."""
    return ocio.GroupTransform(
        [table(manifest.development.curve.clf), table(manifest.printing.table.clf)]
    )


def print_exposure(manifest: Manifest) -> ocio.GroupTransform:
    """H' -> 10^-D, the light that reaches the print, linear."""
    return ocio.GroupTransform([printing_density(manifest), _negated(), _power_of_ten()])


def displayed(manifest: Manifest) -> ocio.GroupTransform:
    """10^-D' -> display code, at the printer points of the pack."""
    return ocio.GroupTransform(
        [
            _at_least(DARKEST_TRANSMISSION),
            ocio.LogTransform(base=10.0),
            _negated(),
            table(manifest.view.pack_clf),
        ]
    )


def _power_of_ten() -> ocio.LogTransform:
    return ocio.LogTransform(base=10.0, direction=ocio.TRANSFORM_DIR_INVERSE)


def _negated() -> ocio.MatrixTransform:
    return ocio.MatrixTransform(np.diag([-1.0, -1.0, -1.0, 1.0]).ravel().tolist())


def _at_least(low: float) -> ocio.RangeTransform:
    return ocio.RangeTransform(minInValue=low, minOutValue=low)
