"""Steps of a pack at a point as OpenColorIO does them: tables and plain arithmetic.

Each is exact but for the interpolation in its tables. Tables are named by their place in the pack,
which whoever runs a step makes the search path.
"""

from collections.abc import Sequence

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813

from bake.steps import AtAPoint, AtLeast, HoldBack, Logarithm, Lookup, Power, Printer


def table(path: str) -> ocio.FileTransform:
    """A table of the pack; tetrahedral where it is 3-D."""
    return ocio.FileTransform(src=path, interpolation=ocio.INTERP_TETRAHEDRAL)


def way(steps: Sequence[AtAPoint]) -> ocio.GroupTransform:
    """Steps one after another."""
    return ocio.GroupTransform([transform for step in steps for transform in _transforms(step)])


def held_back(step: HoldBack) -> ocio.MatrixTransform:
    """Inhibitor b -> -coupling @ b, which is added to the log exposure."""
    return _matrix(-np.asarray(step.coupling))


def _transforms(step: AtAPoint) -> list[ocio.Transform]:
    match step:
        case Lookup():
            return [table(step.table.clf)]
        case Power():
            offset = ocio.MatrixTransform(offset=[-step.offset] * 3 + [0.0])
            light = ocio.LogTransform(base=10.0, direction=ocio.TRANSFORM_DIR_INVERSE)
            return [_matrix(np.diag([step.direction] * 3)), light, offset, _at_least(0.0)]
        case Logarithm():
            return [_at_least(step.floor), ocio.LogTransform(base=10.0)]
        case Printer():
            light = ocio.MatrixTransform(offset=[*step.light, 0.0])
            return [_at_least(step.floor), ocio.LogTransform(base=10.0), light]
        case AtLeast():
            return [_at_least(step.low)]


def _matrix(rows: np.ndarray) -> ocio.MatrixTransform:
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    return ocio.MatrixTransform(matrix.ravel().tolist())


def _at_least(low: float) -> ocio.RangeTransform:
    return ocio.RangeTransform(minInValue=low, minOutValue=low)
