"""The tables of a pack on an OpenCL device: on a GPU made for it, on a CPU as fast as OpenColorIO.

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


def table_on(device: Device, nodes: np.ndarray, domain: tuple[float, float]) -> Launch:
    """A table on a device, ready to make planes `made` of `wire`, which is without NaN.

    Args:
        device: Where.
        nodes: What comes out at each node, two or more along an axis: of a curve for each channel
            (3, node), of a cube of colours (r, g, b, 3).
        domain: low, high: where the first and the last node of every axis lie.
    """
    low, high = domain
    kernel, size = ("table_1d", nodes.shape[1]) if nodes.ndim == 2 else ("table_3d", len(nodes))
    if nodes.ndim == 4:  # a node is then one load of 16 bytes
        nodes = np.concatenate([nodes, np.zeros((*nodes.shape[:3], 1))], axis=3)
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
