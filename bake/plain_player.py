"""Plays a pack where there is no OpenCL device: slowly, by the pack's own replay.

Only at the pitches that the pack has kernels for.
"""

from dataclasses import dataclass

import numpy as np
import PyOpenColorIO

from bake.manifest import End
from bake.opening import Pack
from bake.replay import replay, through
from spectral_film.errors import UsageError
from spectral_film.path.plan import Announce


@dataclass(frozen=True)
class PlainPlayer:
    """A pack, ready to play; as `Player`, whose methods it has."""

    pack: Pack

    @property
    def name(self) -> str:
        """Where it plays."""
        return f"no OpenCL device; played slowly by OpenColorIO {PyOpenColorIO.__version__}, scipy"

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
        """A picture through every step; arguments as of `Player`.

        Raises:
            UsageError: the pack has no kernels for such pixels, or no way back to the scene.
        """
        (*_, last), _ = self.pack.manifest.path(to)
        if announce:
            announce("replay", 1, 1)
        across, down = pitch_um
        said = self.pack.manifest.model_dump(mode="json")
        try:
            if abs(across / down - 1) > 1e-3:  # a thousandth of a pixel's side is none
                raise ValueError(f"no kernel for pixels of {across:g} x {down:g} um")
            codes = np.moveaxis(scene, 0, -1)
            wires = replay(said, self.pack.folder, codes, across, frame, seed, origin)
        except ValueError as reason:
            raise UsageError(f"{reason}; make an OpenCL device available for other sizes") from None
        return np.moveaxis(wires[last.gives], -1, 0).astype(np.float32)

    def play_colours(self, scene: np.ndarray) -> np.ndarray:
        """A picture through the one table of the colour path, without scatter, halo or edges."""
        film = self.pack.file(self.pack.manifest.film.clf)
        shown = np.maximum(through(film, np.moveaxis(scene, 0, -1)), 0)
        return np.moveaxis(shown, -1, 0).astype(np.float32)
