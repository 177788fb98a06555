"""Tables as OpenColorIO has them, plays them and writes them.

`.cube` has its input coded 0..1 and no shaper, so that Resolve and Adobe read it alike. `.clf`
takes a value as it is and codes it itself.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import PyOpenColorIO

from bake.lattice import Lattice

BAKERS = {".cube": "iridas_cube", ".csp": "cinespace", ".spi3d": "spi3d", ".3dl": "flame"}
CLF = "Academy/ASC Common LUT Format"
# OpenColorIO 2.6 names SMPTE's edition of 2024, which other readers do not know, and 2.5 none. What
# is written here is the same in both, and all of them know the Academy's.
CLF_NAMESPACE = "urn:AMPAS:CLF:v3.0"
Play = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Curves:
    """A 1-D table for each channel.

    Attributes:
        values: What it gives at even steps over the domain, float32, (step, 3).
        domain: Ends of what it takes.
    """

    dimensions: ClassVar[Literal[1]] = 1

    values: np.ndarray
    domain: tuple[float, float]

    @property
    def size(self) -> int:
        """Steps over the domain."""
        return len(self.values)

    def within(self, codomain: tuple[float, float]) -> "Curves":
        """The curves with what they give coded to 0..1 over a range."""
        low, high = codomain
        return replace(self, values=(self.values - low) / (high - low))


@dataclass(frozen=True)
class Contract:
    """What a file says of itself.

    Attributes:
        name: In a line.
        takes, gives: What goes in and comes out: space, curve, range.
        notes: Whatever else a user must know, a line each.
    """

    name: str
    takes: str
    gives: str
    notes: Sequence[str] = ()

    def lines(self) -> list[str]:
        """All of it."""
        return [self.name, f"in: {self.takes}", f"out: {self.gives}", *self.notes]


def table_transform(
    table: Lattice | Curves,
    interpolation: PyOpenColorIO.Interpolation = PyOpenColorIO.INTERP_TETRAHEDRAL,
) -> PyOpenColorIO.GroupTransform:
    """The table with the coding of its domain before it."""
    group = PyOpenColorIO.GroupTransform()
    low, high = table.domain
    if (low, high) != (0.0, 1.0):
        group.appendTransform(scaling(1 / (high - low), -low / (high - low)))
    group.appendTransform(_bare(table, interpolation))
    return group


def scaling(
    factor: float | Sequence[float], offset: float | Sequence[float]
) -> PyOpenColorIO.MatrixTransform:
    """Each channel times a factor, plus an offset."""
    matrix = np.eye(4)
    matrix[range(3), range(3)] = factor
    return PyOpenColorIO.MatrixTransform(
        matrix.ravel().tolist(), [*np.broadcast_to(offset, 3).tolist(), 0.0]
    )


def group(*transforms: PyOpenColorIO.Transform) -> PyOpenColorIO.GroupTransform:
    """Transforms one after another."""
    whole = PyOpenColorIO.GroupTransform()
    for transform in transforms:
        whole.appendTransform(transform)
    return whole


def ocio_play(transform: PyOpenColorIO.Transform) -> Play:
    """What OpenColorIO makes of colours, (colour, 3), without shortcuts."""
    processor = PyOpenColorIO.Config.CreateRaw().getProcessor(transform)
    cpu = processor.getOptimizedCPUProcessor(PyOpenColorIO.OPTIMIZATION_LOSSLESS)

    def play(colours: np.ndarray) -> np.ndarray:
        pixels = np.array(colours, np.float32, order="C")
        cpu.apply(PyOpenColorIO.PackedImageDesc(pixels, len(pixels), 1, 3))
        return pixels

    return play


def clf_text(transform: PyOpenColorIO.GroupTransform, identifier: str, contract: Contract) -> str:
    """A Common LUT Format file of the transform."""
    said = transform.getFormatMetadata()
    said.clear()
    said.setID(identifier)
    said.setName(contract.name)
    for note in contract.notes:
        said.addChildElement("Description", note)
    said.addChildElement("InputDescriptor", contract.takes)
    said.addChildElement("OutputDescriptor", contract.gives)
    text: str = transform.write(CLF, PyOpenColorIO.Config.CreateRaw())
    head = r'(<ProcessList compCLFversion="3")( xmlns="[^"]*")?'
    text = re.sub(head, rf'\1 xmlns="{CLF_NAMESPACE}"', text, count=1)
    # OpenColorIO sets numbers in columns. Many readers of XML take no text longer than 10 MB, which
    # the blanks alone make of 61 nodes.
    return re.sub(r"^ +(?=[-\d])|(?<=\d) +(?= )", "", text, flags=re.MULTILINE)


def cube_text(table: Lattice | Curves, contract: Contract) -> str:
    """A `.cube` of either, its input coded 0..1."""
    if isinstance(table, Curves):
        return curves_text(table, contract)
    return lattice_text(table, ".cube", contract)


def curves_text(curves: Curves, contract: Contract) -> str:
    """A `.cube` of curves, their input coded 0..1; OpenColorIO's Baker makes none of those."""
    head = [
        f'TITLE "{contract.name}"',
        *(f"# {line}" for line in contract.lines()),
        f"LUT_1D_SIZE {curves.size}",
    ]
    steps = (" ".join(f"{value:.8f}" for value in step) for step in curves.values)
    return "\n".join([*head, *steps, ""])


def lattice_text(table: Lattice, suffix: str, contract: Contract) -> str:
    """A `.cube`, `.csp`, `.spi3d` or `.3dl` of a lattice, its input coded 0..1.

    A `.3dl` has 12 bits for what it gives.
    """
    config = PyOpenColorIO.Config.CreateRaw()
    config.addColorSpace(PyOpenColorIO.ColorSpace(name="in"))
    space = PyOpenColorIO.ColorSpace(name="out")
    space.setTransform(
        _bare(table, PyOpenColorIO.INTERP_LINEAR), PyOpenColorIO.COLORSPACE_DIR_FROM_REFERENCE
    )
    config.addColorSpace(space)
    baker = PyOpenColorIO.Baker()
    baker.setConfig(config)
    baker.setFormat(BAKERS[suffix])
    baker.setInputSpace("in")
    baker.setTargetSpace("out")
    baker.setCubeSize(table.size)
    for line in contract.lines():
        baker.getFormatMetadata().addChildElement("Description", line)
    text: str = baker.bake()
    # The Baker drops what these formats have no place for; readers skip it.
    said = "".join(f"# {line}\n" for line in contract.lines())
    return {".spi3d": text + said, ".3dl": said + text}.get(suffix, text)


def _bare(
    table: Lattice | Curves, interpolation: PyOpenColorIO.Interpolation
) -> PyOpenColorIO.Transform:
    if isinstance(table, Curves):
        curves = PyOpenColorIO.Lut1DTransform(table.size, False)
        curves.setData(np.ascontiguousarray(table.values, np.float32).ravel())
        return curves
    nodes = PyOpenColorIO.Lut3DTransform(table.size)
    nodes.setInterpolation(interpolation)
    nodes.setData(np.ascontiguousarray(table.nodes, np.float32).ravel())
    return nodes
