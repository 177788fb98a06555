"""The fast player: a picture through a pack, with no film model and no spectrum in sight.

The chain of the pack runs in a plan of the engine's: on a GPU its planes cross the bus once there
and once back, on a CPU its tables go band by band from blur to blur. Kernels are made from their
analytic form for the pitch of the picture, so the same pack plays at any resolution.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import PyOpenColorIO

from bake.manifest import MANIFEST, End
from bake.opening import Pack
from bake.parts import Table
from bake.played import played, table_step
from spectral_film.device.device import Device
from spectral_film.device.planes import Region
from spectral_film.errors import InputError
from spectral_film.path.order import Steps
from spectral_film.path.plan import Announce, Plan


@dataclass(frozen=True)
class Player:
    """A pack, ready to play. Not for two threads at once.

    Attributes:
        pack: What is played.
        device: Where.
    """

    pack: Pack
    device: Device
    _nodes: dict[str, np.ndarray] = field(init=False, repr=False, default_factory=dict)
    _plans: dict[object, Plan] = field(init=False, repr=False, default_factory=dict)

    @property
    def name(self) -> str:
        """Where it plays."""
        return self.device.name

    def play(
        self,
        scene: np.ndarray,
        pitch_um: tuple[float, float],
        announce: Announce | None = None,
        *,
        to: End = "display",
        frame: int | None = None,
        seed: int = 0,
        origin: tuple[int, int] = (0, 0),
    ) -> np.ndarray:
        """A picture through every step.

        Args:
            scene: Code values of the pack's input space, float32, (3, y, x).
            pitch_um: Distance of the pixels on the film, across and down.
            announce: Called with the name of each step, its number and their count.
            to: What comes out: codes of the display, or of the scene with the film's texture.
            frame, seed: Of the grain; None: there is none.
            origin: Column and row on the frame of the first pixel.

        Returns:
            Code values, (3, y, x).

        Raises:
            UsageError: the pack has no way back to the scene.
        """
        path = self.pack.manifest.path(to)
        key = to, pitch_um, frame, seed, origin
        steps = partial(played, path, self._values, *key[1:])
        return self._plan(key, steps, scene).run(scene, announce)

    def play_colours(self, scene: np.ndarray) -> np.ndarray:
        """A picture through the one table of the colour path, without scatter, halo or edges."""
        steps = partial(table_step, self.pack.manifest.film, self._values)
        return self._plan(None, steps, scene).run(scene)

    def _plan(self, key: object, steps: Callable[[], Steps], scene: np.ndarray) -> Plan:
        """The plan for scenes of this size; the last one is kept for the next."""
        key = key, scene.shape
        if key not in self._plans:
            _, last = self._plans.popitem() if self._plans else (None, None)
            frame = Region(0, 0, scene.shape[2], scene.shape[1])
            self._plans[key] = Plan(self.device, steps(), frame, before=last)
        return self._plans[key]

    def _values(self, table: Table) -> np.ndarray:
        """Nodes as the device wants them: (r, g, b, 3), or (3, step)."""
        if table.clf not in self._nodes:
            kinds = PyOpenColorIO.Lut1DTransform, PyOpenColorIO.Lut3DTransform
            shape = (3, table.size) if table.dimensions == 1 else (*[table.size] * 3, 3)
            try:
                transforms = _read(self.pack.file(table.clf)).createGroupTransform()
                data = np.array(next(t for t in transforms if isinstance(t, kinds)).getData())
                values = data.reshape(-1, 3).T if table.dimensions == 1 else data
                self._nodes[table.clf] = np.ascontiguousarray(values).reshape(shape)
            except (PyOpenColorIO.Exception, StopIteration, ValueError) as reason:
                raise InputError(
                    f"{self.pack.path}: {table.clf} holds no table of the size that its "
                    f"{MANIFEST} says ({reason}); bake the pack again"
                ) from None
        return self._nodes[table.clf]


def _read(path: Path) -> PyOpenColorIO.Processor:
    config = PyOpenColorIO.Config.CreateRaw()
    return config.getProcessor(PyOpenColorIO.FileTransform(str(path)))
