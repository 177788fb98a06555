"""The bench: the picture that is open, on light tables that keep what does not change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.stocks import shipped_films
from spectral_film.errors import UsageError
from spectral_film.files.output import integer_codes
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import Scene
from spectral_film.metamerism.image import recorded
from spectral_film.path.pipeline import Crop, Pipeline, frame_of
from spectral_film.path.recipe import FILES, setting_of
from spectral_film.path.rendering import LightTable, Rendering, checked_crop
from spectral_film.path.settings import Settings
from spectral_film.studio.opened import Opened

NARROWEST, WIDEST = 16, 4096  # columns of what a window shows
LONGEST_NAME = 80  # letters that are said of a name
MOST_PIXELS = 4096 * 2304  # of a piece: a screen of 4K, and to spare
# Two settings may be compared, and small prints chosen from: each on a table of its own.
SIDES = ("a", "b", "wedge")


class View(NamedTuple):
    """Which pixels.

    Attributes:
        width: Columns that the whole picture is shown in, at most.
        crop: Or a piece at its own size, as of `render`.
        side: Whose table.
    """

    width: int
    crop: Crop | None = None
    side: str = "a"


@dataclass(frozen=True, eq=False)
class Shown:
    """A rendering of a view.

    Attributes:
        scene: What was rendered: the whole, or at the size of the window.
        view: Which pixels.
        rendering: What came out.
        table: Where its signals are kept.
        pipeline: What it went through.
    """

    scene: Scene
    view: View
    rendering: Rendering
    table: LightTable
    pipeline: Pipeline

    @property
    def piece(self) -> Crop:
        """Its pixels in its scene."""
        return self.view.crop or (0, 0, *self.scene.size)

    def pixel(self, x: int, y: int) -> tuple[int, int]:
        """Column and row in the scene of a pixel of the view.

        Raises:
            UsageError: it lies outside.
        """
        left, top, width, height = self.piece
        if not (0 <= x < width and 0 <= y < height):
            raise UsageError(f"pixel {x},{y} lies outside the {width} x {height} shown")
        return left + x, top + y


class Bench:
    """What is open, and where it is rendered, by one thread.

    Args:
        device: Where.
        opened: The picture.
        own_files: Names of files that settings may hold, which the user gave when starting.
    """

    def __init__(self, device: Device, opened: Opened, own_files: frozenset[str]) -> None:
        self.device, self.opened, self.own_files = device, opened, own_files
        self._tables: dict[tuple[str, bool], LightTable] = {}

    def put(self, opened: Opened) -> None:
        """Another picture in the place of this one."""
        self.opened = opened
        self._tables.clear()  # what they keep is of the last

    def settings(self, said: Mapping[str, Any]) -> Settings:
        """Settings from what a recipe says.

        Raises:
            UsageError: no such setting or value; a file that the user did not choose; another end
                of the path than the display.
        """
        fields = dict(setting_of(key, value) for key, value in said.items())
        for field in FILES:
            self._must_be_chosen(field, fields.get(field))
        if fields.get("to", "display") != "display":
            raise UsageError(f"to is {fields['to']!r}; the studio shows the display, leave it out")
        return Settings(**{**fields, "frame": self.opened.frame})

    def show(self, settings: Settings, view: View) -> Shown:
        """Render what is to be seen; only what follows a change is made anew.

        Raises:
            UsageError: a view that is none.
            SpectralFilmError: as `render`.
        """
        scene = self._scene(view)
        key = view.side, view.crop is None
        if key not in self._tables:  # nobody reads the signals of B
            self._tables[key] = LightTable(self.device, keep=view.side != "b")
        table = self._tables[key]
        pipeline = Pipeline(settings=settings, frame=frame_of(scene, settings), encode=True)
        _must_not_take_minutes(pipeline)
        rendering = table.render(scene, settings, crop=view.crop, encode=True)
        return Shown(scene, view, rendering, table, pipeline)

    def scene_codes(self, settings: Settings, view: View) -> np.ndarray:
        """The scene as an ideal camera sees it, cut off at white, in sRGB: (y, x, 4) of 8 bits."""
        scene = self._scene(view)
        x, y, width, height = checked_crop(view.crop, scene) or (0, 0, *scene.size)
        planes = scene.planes[:, y : y + height, x : x + width]
        if scene.kind != "rgb":
            planes = recorded(replace(scene, planes=planes, coverage=None), settings).planes
        return pixels(DISPLAYS["sRGB"].encode(planes))

    def _must_be_chosen(self, field: str, value: object) -> None:
        """Refuse to open a file that only the page names."""
        if value is None or value in self.own_files:
            return
        name = str(value)
        shipped = field in ("film", "print_film") and name in shipped_films()
        if not shipped and (Path(name).name != name or _is_there(name)):
            raise UsageError(
                f"{name[:LONGEST_NAME]!r} does not come with the program, and is no file that was "
                "chosen for this studio; start it with a --recipe that names it"
            )

    def _scene(self, view: View) -> Scene:
        if view.crop is None:
            if not NARROWEST <= view.width <= WIDEST:
                raise UsageError(f"width is {view.width}, expected {NARROWEST} to {WIDEST} pixels")
            return self.opened.fitted(view.width)
        if view.crop[2] * view.crop[3] > MOST_PIXELS:
            raise UsageError(f"a piece of {view.crop[2]} x {view.crop[3]} is no view of a window")
        return self.opened.scene


def _must_not_take_minutes(pipeline: Pipeline) -> None:
    job = pipeline.job()
    if "boolean" in {job.grain_method(film) for film in (job.negative, job.print_film)}:
        raise UsageError(
            "grain drawn disc by disc takes minutes and cannot be looked at live; choose network "
            "or filtered noise here, and --grain boolean when rendering"
        )


def _is_there(name: str) -> bool:
    """Whether a file is called so, or nothing can be."""
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # longer than a name may be, or none
        return True


def pixels(codes: np.ndarray) -> np.ndarray:
    """Codes 0..1, (3, y, x), as a page draws them and as a file of 8 bits holds them: RGBA."""
    drawn = np.full((*codes.shape[1:], 4), 255, np.uint8)
    drawn[..., :3] = integer_codes(np.moveaxis(codes, 0, -1), 8)
    return drawn
