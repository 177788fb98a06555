"""The tables of a pack on an OpenCL device: made for GPUs, on a CPU no slower than OpenColorIO.

    coded = (value - low) / (high - low), held in 0 .. 1

lies between evenly spaced nodes, the first at 0 and the last at 1. 1-D tables are linear between
two nodes, 3-D tables between the four nodes of a tetrahedron: CLF's `tetrahedral`.
Kernels: tables.cl. Twin: OpenColorIO.
"""

from pathlib import Path

import numpy as np

from spectral_film.device.device import Device

KERNELS = Path(__file__).with_name("tables.cl")


def apply_table_1d(
    device: Device, planes: np.ndarray, values: np.ndarray, domain: tuple[float, float]
) -> np.ndarray:
    """`planes` (3, y, x) through one curve each.

    Args:
        planes: In the units of the domain, without NaN.
        values: What comes out at each node (3, node), two nodes or more.
        domain: low, high: where the first and the last node lie.

    Returns:
        Planes (3, y, x) in the units of `values`, float32.
    """
    return device.run(
        KERNELS,
        "table_1d",
        pixels=planes[0].size,
        defines={"NODES": values.shape[1]},
        out={"mapped": planes.shape},
        planes=planes,
        values=values,
        **_axis(values.shape[1], domain),
    )


def apply_table_3d(
    device: Device, planes: np.ndarray, nodes: np.ndarray, domain: tuple[float, float]
) -> np.ndarray:
    """`planes` (3, y, x) through a cube of colours.

    Args:
        planes: r, g, b in the units of the domain, without NaN.
        nodes: What comes out at each node (r, g, b, 3), two nodes or more along each axis.
        domain: low, high: where the first and the last node of every axis lie.

    Returns:
        Planes (3, y, x) in the units of `nodes`, float32.
    """
    size = len(nodes)
    fours = np.zeros((size, size, size, 4), np.float32)  # a node is then one load of 16 bytes
    fours[..., :3] = nodes
    return device.run(
        KERNELS,
        "table_3d",
        pixels=planes[0].size,
        defines={"NODES": size},
        out={"mapped": planes.shape},
        planes=planes,
        nodes=fours,
        **_axis(size, domain),
    )


def _axis(nodes: int, domain: tuple[float, float]) -> dict[str, np.generic]:
    """Where the nodes of an axis lie, under the names of the kernel arguments."""
    low, high = domain
    return {"low": np.float32(low), "nodes_per_unit": np.float32((nodes - 1) / (high - low))}
