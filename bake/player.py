"""The fast player: a picture through a pack, with no film model and no spectrum in sight.

Tables are OpenColorIO's on the CPU and OpenCL's on a GPU. Kernels are made from their analytic
form for the pitch of the picture, so the same pack plays at any resolution.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import PyOpenColorIO

from bake import manifest
from bake.device_tables import apply_table_1d, apply_table_3d
from bake.kernels import mixture
from bake.opening import Pack
from spectral_film.convolution import blur
from spectral_film.device import Device
from spectral_film.stages.optics import LEAST_LUX_S

BANDS = 4 * (os.cpu_count() or 1)  # several a thread, so that none waits for the other
Announce = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Player:
    """A pack, ready to play.

    Attributes:
        pack: What is played.
        device: Where its tables run, a GPU for preference; None: in OpenColorIO, on the CPU.
    """

    pack: Pack
    device: Device | None = None
    _processors: dict[str, PyOpenColorIO.CPUProcessor] = field(
        init=False, repr=False, default_factory=dict
    )
    _nodes: dict[str, np.ndarray] = field(init=False, repr=False, default_factory=dict)

    def play(
        self, scene: np.ndarray, pitch_um: tuple[float, float], announce: Announce | None = None
    ) -> np.ndarray:
        """A picture through every stage.

        Args:
            scene: Code values of the pack's input space, float32, (3, y, x).
            pitch_um: Distance of the pixels on the film, across and down.
            announce: Called with the name of each stage, its number and their count.

        Returns:
            Display code values, (3, y, x).
        """
        said = self.pack.manifest

        def say(name: str, number: int) -> None:
            if announce:
                announce(name, number, 4)

        say("exposure", 1)
        offset = np.float32(said.layer_exposure.exposure_offset_lux_s)
        exposure = self.table(said.layer_exposure.table, scene)
        _by_bands(lambda band: _light_of(band, offset), exposure)
        exposure = _spread(said.optics, exposure, pitch_um)
        say("development", 2)
        dyes = self._developed(said.development, exposure, pitch_um)
        say("printing", 3)
        density = self.table(said.printing.table, dyes)
        _by_bands(lambda band: np.power(10, -band, out=band), density)
        light = _spread(said.print_optics, density, pitch_um)
        say("view", 4)
        _by_bands(lambda band: np.negative(np.log10(band, out=band), out=band), light)
        return np.maximum(self._view(said.view, light), 0)  # a code is not below 0

    def play_colours(self, scene: np.ndarray) -> np.ndarray:
        """A picture through the one table of the colour path, without scatter, halo or edges."""
        return np.maximum(self.table(self.pack.manifest.film, scene), 0)

    def table(self, table: manifest.Table, planes: np.ndarray) -> np.ndarray:
        """What a table makes of planes, (3, y, x)."""
        if self.device is None:
            return _through(self._processor(table.clf), planes)
        values = self._values(table)
        apply = apply_table_1d if table.dimensions == 1 else apply_table_3d
        return apply(self.device, planes, values, table.domain)

    def _developed(
        self, development: manifest.Development, exposure: np.ndarray, pitch_um: tuple[float, float]
    ) -> np.ndarray:
        least = np.float32(10 ** development.log_exposure[0])

        def logarithm(band: np.ndarray) -> None:
            np.log10(np.maximum(band, least, out=band), out=band)

        _by_bands(logarithm, exposure)
        inhibitor = self.table(development.curve, exposure)
        inhibitor = _spread(development.inhibitor, inhibitor, pitch_um)
        effective = self.table(development.compensated, exposure)
        coupling = np.array(development.coupling, np.float32)

        def hold_back(band: np.ndarray, released: np.ndarray) -> None:
            band -= np.tensordot(coupling, released, 1)

        _by_bands(hold_back, effective, inhibitor)
        return self.table(development.curve, effective)

    def _view(self, view: manifest.View, density: np.ndarray) -> np.ndarray:
        if self.device is None:
            return _through(self._processor(view.pack_clf), density)
        points = np.array(view.printer_points) - 25
        printer = np.array(view.print_log_exposure) + view.per_point * points
        exposure = printer.astype(np.float32)[:, None, None] - density
        return self.table(view.table, self.table(view.curve, exposure))

    def _processor(self, clf: str) -> PyOpenColorIO.CPUProcessor:
        if clf not in self._processors:
            # By default OpenColorIO merges what it can and takes quick powers: 2.5e-5 of a value.
            self._processors[clf] = _read(self.pack.file(clf)).getDefaultCPUProcessor()
        return self._processors[clf]

    def _values(self, table: manifest.Table) -> np.ndarray:
        """Nodes as the device wants them: (r, g, b, 3), or (3, step)."""
        if table.clf not in self._nodes:
            transforms = _read(self.pack.file(table.clf)).createGroupTransform()
            kinds = PyOpenColorIO.Lut1DTransform, PyOpenColorIO.Lut3DTransform
            data = np.array(next(t for t in transforms if isinstance(t, kinds)).getData())
            values = data.reshape(-1, 3).T if table.dimensions == 1 else data
            shape = (3, table.size) if table.dimensions == 1 else (*[table.size] * 3, 3)
            self._nodes[table.clf] = np.ascontiguousarray(values).reshape(shape)
        return self._nodes[table.clf]


def _light_of(band: np.ndarray, offset: np.float32) -> None:
    np.power(10, band, out=band)
    np.maximum(np.subtract(band, offset, out=band), 0, out=band)


def _spread(
    kernel: manifest.Kernel | None, planes: np.ndarray, pitch_um: tuple[float, float]
) -> np.ndarray:
    if kernel is None:
        return planes
    least = LEAST_LUX_S if kernel.acts_on == "exposure" else 0.0
    return blur(planes, [mixture(layer) for layer in kernel.layers], pitch_um, least=least)


def _read(path: Path) -> PyOpenColorIO.Processor:
    config = PyOpenColorIO.Config.CreateRaw()
    return config.getProcessor(PyOpenColorIO.FileTransform(str(path)))


def _through(processor: PyOpenColorIO.CPUProcessor, planes: np.ndarray) -> np.ndarray:
    out = np.array(planes, np.float32, order="C")

    def apply(band: np.ndarray) -> None:
        _, height, width = band.shape
        processor.apply(PyOpenColorIO.PlanarImageDesc(*band, width, height))

    _by_bands(apply, out)
    return out


def _by_bands(work: Callable[..., object], *planes: np.ndarray) -> None:
    """Do work on bands of rows of the planes, (3, rows, x) each, on every core."""
    rows = np.linspace(0, planes[0].shape[1], BANDS + 1).astype(int)
    bands: list[Sequence[np.ndarray]] = [
        [p[:, a:b] for p in planes] for a, b in pairwise(rows) if b > a
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda band: work(*band), bands))
