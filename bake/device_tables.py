"""The tables of a pack on an OpenCL device: made for GPUs, on a CPU no slower than OpenColorIO.

    coded = (value - low) / (high - low), held in 0 .. 1

lies between evenly spaced nodes, the first at 0 and the last at 1. 1-D tables are linear between
two nodes, 3-D tables between the four nodes of a tetrahedron: CLF's `tetrahedral`.
Kernels: tables.cl. Twin: OpenColorIO.
"""

from pathlib import Path

import numpy as np

from spectral_film.device.device import Device
from spectral_film.device.launch import Launch

KERNELS = Path(__file__).with_name("tables.cl")
Ends = tuple[float, float]


def curves_on(device: Device, values: np.ndarray, domain: Ends) -> Launch:
    """A curve for each channel, ready for `values` in planes `wire` without NaN.

    Args:
        device: Where.
        values: What comes out at each node, (3, node), two nodes or more.
        domain: low, high: where the first and the last node lie.
    """
    return _table(device, "table_1d", values, values.shape[1], domain)


def lattice_on(device: Device, nodes: np.ndarray, domain: Ends) -> Launch:
    """A cube of colours, ready for colours in planes `wire` without NaN.

    Args:
        device: Where.
        nodes: What comes out at each node, (r, g, b, 3), two nodes or more along each axis.
        domain: low, high: where the first and the last node of every axis lie.
    """
    size = len(nodes)
    fours = np.zeros((size, size, size, 4), np.float32)  # a node is then one load of 16 bytes
    fours[..., :3] = nodes
    return _table(device, "table_3d", fours, size, domain)


def _table(device: Device, kernel: str, nodes: np.ndarray, size: int, domain: Ends) -> Launch:
    low, high = domain
    return Launch(
        device,
        KERNELS,
        kernel,
        defines={"NODES": size},
        tables={
            "nodes": nodes,
            "low": np.float32(low),
            "nodes_per_unit": np.float32((size - 1) / (high - low)),
        },
    )
