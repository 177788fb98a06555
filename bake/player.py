"""The fast player: a picture through a pack, with no film model and no spectrum in sight.

Tables are OpenColorIO's on the CPU and OpenCL's on a GPU. Kernels are made from their analytic
form for the pitch of the picture, so the same pack plays at any resolution.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import PyOpenColorIO

from bake import manifest
from bake.device_tables import curves_on, lattice_on
from bake.kernels import mixture
from bake.opening import Pack
from spectral_film.device.convolution import blur
from spectral_film.device.device import Device
from spectral_film.device.planes import fetch, make_result, put

ROWS = 128  # of a band: few enough to stay in cache, many enough to be worth a call
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
        said, printing = self.pack.manifest, self.pack.manifest.printing

        def say(name: str, number: int) -> None:
            if announce:
                announce(name, number, 4)

        say("exposure", 1)
        planes = np.array(scene, np.float32)
        self._by_bands(partial(self._expose, said.layer_exposure), planes)
        exposure = _spread(said.optics, planes, pitch_um)
        say("development", 2)
        inhibitor = np.empty_like(exposure)
        self._by_bands(partial(self._develop, said.development), exposure, inhibitor)
        inhibitor = _spread(said.development.inhibitor, inhibitor, pitch_um)
        say("printing", 3)
        self._by_bands(partial(self._print, said.development, printing), exposure, inhibitor)
        light = _spread(said.print_optics, exposure, pitch_um)
        say("view", 4)
        self._by_bands(partial(self._view, said.view), light)
        return light

    def play_colours(self, scene: np.ndarray) -> np.ndarray:
        """A picture through the one table of the colour path, without scatter, halo or edges."""
        planes = np.array(scene, np.float32)
        self._by_bands(self._show, planes)
        return planes

    # Each works on a band of rows in place, all the way from one blur to the next: what a core has
    # fetched, it uses up.

    def _expose(self, stage: manifest.LayerExposure, band: np.ndarray) -> None:
        """Scene code -> exposure."""
        self._map(stage.table, band)
        np.power(10, band, out=band)
        band -= np.float32(stage.exposure_offset_lux_s)
        np.maximum(band, 0, out=band)

    def _develop(
        self, stage: manifest.Development, band: np.ndarray, inhibitor: np.ndarray
    ) -> None:
        """Exposure -> G(h), and F(h) that sets inhibitor free."""
        np.maximum(band, np.float32(10 ** stage.log_exposure[0]), out=band)
        np.log10(band, out=band)
        inhibitor[...] = band
        self._map(stage.curve, inhibitor)
        self._map(stage.compensated, band)

    def _print(
        self,
        stage: manifest.Development,
        printing: manifest.Printing,
        band: np.ndarray,
        inhibitor: np.ndarray,
    ) -> None:
        """G(h) and inhibitor -> dyes -> light on the print, 10^-D."""
        for held, row in zip(band, stage.coupling, strict=True):  # no BLAS: bands are its threads
            for share, released in zip(row, inhibitor, strict=True):
                held -= np.float32(share) * released
        self._map(stage.curve, band)
        self._map(printing.table, band)
        np.power(10, np.negative(band, out=band), out=band)

    def _view(self, stage: manifest.View, band: np.ndarray) -> None:
        """Light on the print -> display code, which is not below 0."""
        np.negative(np.log10(band, out=band), out=band)
        if self.device is None:
            self._play(stage.pack_clf, band)
        else:
            points = np.array(stage.printer_points) - 25
            printer = np.array(stage.print_log_exposure) + stage.per_point * points
            np.subtract(printer.astype(np.float32)[:, None, None], band, out=band)
            self._map(stage.curve, band)
            self._map(stage.table, band)
        np.maximum(band, 0, out=band)

    def _show(self, band: np.ndarray) -> None:
        """Scene code -> display code, which is not below 0."""
        self._map(self.pack.manifest.film, band)
        np.maximum(band, 0, out=band)

    def _map(self, table: manifest.Table, band: np.ndarray) -> None:
        """What a table makes of a band, (3, rows, x), in place."""
        if self.device is None:
            self._play(table.clf, band)
        else:
            ready = curves_on if table.dimensions == 1 else lattice_on
            wire = put(self.device, np.ascontiguousarray(band))
            mapped = make_result(self.device, 3, wire.region)
            launch = ready(self.device, self._values(table), table.domain)
            launch.over(wire.region, wire=wire, mapped=mapped)
            band[...] = fetch(mapped)

    def _play(self, clf: str, band: np.ndarray) -> None:
        _, height, width = band.shape
        self._processor(clf).apply(PyOpenColorIO.PlanarImageDesc(*band, width, height))

    def _by_bands(self, work: Callable[..., None], *planes: np.ndarray) -> None:
        """Do work on bands of rows of the planes, (3, rows, x) each, on every core.

        A device takes the picture whole.
        """
        height = planes[0].shape[1]
        rows = range(0, height, ROWS if self.device is None else height)
        bands = ([p[:, row : row + rows.step] for p in planes] for row in rows)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda band: work(*band), bands))

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


def _spread(
    kernel: manifest.Kernel | None, planes: np.ndarray, pitch_um: tuple[float, float]
) -> np.ndarray:
    if kernel is None:
        return planes
    return blur(planes, [mixture(layer) for layer in kernel.layers], pitch_um)


def _read(path: Path) -> PyOpenColorIO.Processor:
    config = PyOpenColorIO.Config.CreateRaw()
    return config.getProcessor(PyOpenColorIO.FileTransform(str(path)))
