"""A picture that was opened, and the same one at the size of a window."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from spectral_film.errors import InputError
from spectral_film.files.pictures import read_scene
from spectral_film.light.demo_scene import DEMO_SCENE
from spectral_film.light.scene import Scene
from spectral_film.light.shrinking import shrunk
from spectral_film.shot.numbering import number_in_name

KEPT = 2  # sizes: of the window, and of a wedge
# What a page may say of a picture, by the keywords of `read_scene`.
OPTIONS = ("input_space", "input_view", "spectra", "wavelengths", "part", "layer", "nan")


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture and how it was read.

    Attributes:
        scene: Its light, which nobody writes to any more.
        path: Where it lies.
        told: Options it was read with, by keyword of `read_scene`.
        name: As it is shown.
        frame: Which frame its grain is of, as `render` has it.
        number: Tells it from whatever else was opened.
    """

    scene: Scene
    path: Path
    told: Mapping[str, str]
    name: str
    frame: int
    number: int = field(default_factory=itertools.count(1).__next__)
    _fitted: dict[int, Scene] = field(default_factory=dict, repr=False)

    def fitted(self, width: int) -> Scene:
        """The scene at so many columns, or all it has; the last sizes asked for are kept."""
        if width not in self._fitted:
            if len(self._fitted) == KEPT:
                self._fitted.pop(next(iter(self._fitted)))
            self._fitted[width] = _still(shrunk(self.scene, width))
        return self._fitted[width]


def open_picture(path: Path | None, told: Mapping[str, str], name: str | None = None) -> Opened:
    """Read whatever `render` reads.

    Args:
        path: Where it lies; None: the built-in scene.
        told: Options as of `read_scene`.
        name: As it is shown; None: the file's.

    Raises:
        InputError, UsageError: as `read_scene`; or it is no file.
    """
    if path is None:
        path, name = DEMO_SCENE, "the built-in scene"
    path = path.absolute()  # a command may be told it, and no name begins like an option
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected a picture that render takes")
    scene = _still(replace(read_scene(path, **told), passengers={}))  # type: ignore[arg-type]
    return Opened(scene, path, told, name or path.name, number_in_name(path) or 0)


def _still(scene: Scene) -> Scene:
    """The scene in memory of its own that nobody writes: a light table knows it by itself."""
    planes = scene.planes
    if planes.base is not None or not planes.flags.c_contiguous:
        planes = planes.copy(order="C")
    planes.flags.writeable = False
    return replace(scene, planes=planes)
