"""Make assets/tables/upsampling.h5: the spectrum of every colour (light/upsampling.py).

    python scripts/make_upsampling.py [OUTPUT]

Takes about a minute. 96 nodes to a side leave a mean error of 0.0001 and a 99th
percentile of 0.001 in log exposure over the Rec.709 cube, against solving every colour; 64 leave
twice that in half the size.
"""

import sys
from pathlib import Path

import h5py
import numpy as np

from reference.measured_surfaces import measured_surfaces
from reference.metameric_black import Bends, bent_surfaces, learn
from reference.upsampling import locus_plane, rgb_to_xyz, spectrum_of

UPSAMPLING = Path(__file__).parents[1] / "assets/tables/upsampling.h5"
NODES = 96

# Ratios of R, G, B to the largest component where the table begins: a little beyond the spectral
# locus and the line of purples, which reach -1.09, -0.23 and -0.14.
LOWEST_RATIO = np.array([-1.15, -0.25, -0.15])

TOLERANCE = 0.005  # of the locus: its smooth curve bulges so far out of our 5 nm polygon


def node_colours(face: int) -> np.ndarray:
    """RGB at the nodes of one face, whose own component is 1, (node, node, 3)."""
    rgb = np.ones((NODES, NODES, 3))
    for axis, component in enumerate([(face + 1) % 3, (face + 2) % 3]):
        ratio = np.linspace(LOWEST_RATIO[component], 1, NODES)
        rgb[..., component] = ratio[:, None] if axis == 0 else ratio
    return rgb


def solve_face(face: int, bends: Bends) -> tuple[np.ndarray, ...]:
    """The nodes of one face, each (node, node, ...).

    Returns:
        c0, c1, c2, gain of the sigmoid; c0, c1, c2 of the bent one; amounts of its bends.
    """
    rgb = node_colours(face).reshape(-1, 3)
    coefficients, gain = spectrum_of(rgb)
    solved = np.concatenate([coefficients, gain[:, None]], axis=1)
    bent, amount = bent_surfaces(coefficients, bends)
    solved[-1] = 0, 0, 0, 1  # white: flat to the last bit
    bent[-1] = 0
    return tuple(values.reshape(NODES, NODES, -1) for values in (solved, bent, amount))


def make(output: Path) -> None:
    """Write the table to `output`."""
    bends = learn(measured_surfaces())
    faces = zip(*[solve_face(face, bends) for face in range(3)], strict=True)
    solved, bent, amount = (np.stack(values) for values in faces)
    under_d65 = "solved under D65 with the CIE 1931 observer; Jakob and Hanika 2019"
    learnt = "learnt from measured reflectances: reference/measured_surfaces.py"
    datasets = [
        ("upsampling_coefficients", solved, "1", "face, node, node, c0 c1 c2 gain", under_d65),
        ("bent_coefficients", bent, "1", "face, node, node, c0 c1 c2", under_d65),
        ("bend_amount", amount, "1", "face, node, node, basis", learnt),
        ("bend_basis", bends.bend_basis, "1", "basis, wavelength", learnt),
        ("lowest_ratio", LOWEST_RATIO, "1", "rgb", "chosen to hold the spectral locus"),
        ("luminance_weight", rgb_to_xyz()[1], "1", "rgb", "ITU-R BT.709 primaries, D65"),
        ("locus_plane", locus_plane(TOLERANCE), "1", "edge, rgb", "CIE 1931 observer"),
    ]
    with h5py.File(output, "w") as table:
        table.attrs["made_by"] = "scripts/make_upsampling.py"
        for name, values, unit, axes, source in datasets:
            dataset = table.create_dataset(
                name, data=np.float32(values), compression="gzip", shuffle=True, track_times=False
            )
            dataset.attrs.update(unit=unit, axes=axes, source=source)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else UPSAMPLING)
