"""Render a picture: the whole program as one function."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spectral_film.device.device import Device, open_device
from spectral_film.device.planes import Region
from spectral_film.errors import InputError, UsageError
from spectral_film.files.output import is_integer, write_picture
from spectral_film.light.scene import Scene
from spectral_film.path.notes import notes_on
from spectral_film.path.pipeline import Crop, Pipeline, expose, frame_of
from spectral_film.path.plan import Announce, Kept, Plan
from spectral_film.path.preview import preview
from spectral_film.path.provenance import provenance
from spectral_film.path.settings import Settings
from spectral_film.path.survey import Gamut, Latitude


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Rendering:
    """What came out, and how. A notebook shows it as a picture.

    Attributes:
        planes: The tapped quantity, float32, (3, y, x), not weighed by the coverage of `scene`.
        quantity: Its name, as in `--to`.
        unit: Its unit.
        latitude: How the exposures lie on the published curve.
        gamut: How the colours lie in what the display can show, before anything is done about it;
            None for other quantities, and for scene-linear spaces.
        notes: What the user should know, a sentence each.
        metadata: Provenance: engine, films with hashes, every option, device.
        encoded: Whether display RGB is in code values rather than linear light.
        scene: Where it lies in its window, and what rides along.
    """

    planes: np.ndarray
    quantity: str
    unit: str
    latitude: Latitude
    gamut: Gamut | None
    notes: tuple[str, ...]
    metadata: dict[str, Any]
    encoded: bool
    scene: Scene

    @property
    def image(self) -> np.ndarray:
        """The planes as (y, x, 3), a view."""
        return np.moveaxis(self.planes, 0, -1)

    def __repr__(self) -> str:
        height, width = self.planes.shape[1:]
        return (
            f"<Rendering: {self.quantity}, {width} x {height}, {self.unit}; "
            f"{self.latitude.mean_stop:+.2f} stops over grey in the mean, "
            f"{self.latitude.above:.2%} above the curve, {self.latitude.below:.2%} below; "
            f"on {self.metadata['device']}>"
        )

    def _repr_png_(self) -> bytes | None:
        display = self.metadata["display"]
        return preview(self.planes, self.quantity, display, encoded=self.encoded)

    def save(
        self, path: str | Path, *, bits: int | None = None, overwrite: bool = False
    ) -> tuple[str, ...]:
        """Write the planes; the format is the suffix: .exr .tif .png .jpg .dpx.

        Args:
            path: Where to; a file that exists is not replaced unless `overwrite`.
            bits: EXR 16|32, TIFF 8|16|32, PNG 8|16, JPEG 8, DPX 10|16; None: 16, or JPEG's 8.

        Returns:
            What the user should know (clipped values, dropped channels), a sentence each.

        Raises:
            OutputError: it cannot be written there.
            UsageError: no such format or depth, or the wrong coding of display RGB for it.
        """
        if self.quantity == "display" and self.encoded != is_integer(path, bits):
            raise UsageError(
                f"{path} holds {'code values' if is_integer(path, bits) else 'linear light'}; "
                f"render with encode={is_integer(path, bits)} for it"
            )
        return write_picture(
            path,
            self.planes,
            bits=bits,
            quantity=self.quantity,
            display=str(self.metadata["display"]),
            metadata=self.metadata,
            scene=self.scene,
            overwrite=overwrite,
        )


class LightTable:
    """Where pictures are rendered one after the other, and each finds ready what the last left.

    Kernels, tables and buffers are made once for scenes of one size; with `keep`, a scene that is
    rendered again under other settings runs only what follows the change. Not for two threads at
    once.

    Args:
        device: Where the kernels run; None: the first GPU, else the CPU.
        keep: Keep every signal on the device: five times the memory.
    """

    def __init__(self, device: Device | None = None, *, keep: bool = False) -> None:
        self.device, self.keep = device or open_device(), keep
        self._plan: Plan | None = None
        self._made_for: tuple | None = None

    def render(
        self,
        scene: Scene | np.ndarray,
        settings: Settings | None = None,
        *,
        crop: Crop | None = None,
        encode: bool = False,
        announce: Announce | None = None,
    ) -> Rendering:
        """As the function `render`."""
        settings = settings or Settings()
        if not isinstance(scene, Scene):
            scene = scene_of_array(scene)
        crop = checked_crop(crop, scene)
        pipeline = Pipeline(settings=settings, frame=frame_of(scene, settings), encode=encode)
        bands = None if scene.wavelength_nm is None else tuple(scene.wavelength_nm)
        films = pipeline.negative, pipeline.print_film  # a path may hold another film by now
        scenes = scene.size, scene.kind, bands, scene.space, scene.origin
        made_for = settings, *films, pipeline.frame, encode, *scenes, crop
        plan = self._plan
        if plan is None or made_for != self._made_for:
            plan = pipeline.plan(self.device, scene, crop, keep=self.keep, before=plan)
            self._plan, self._made_for = plan, made_for
        done = expose(plan, scene, announce)

        return Rendering(
            planes=done.planes,
            quantity=settings.to,
            unit=pipeline.unit,
            latitude=done.latitude,
            gamut=done.gamut,
            notes=tuple(notes_on(pipeline, scene, plan.steps, done)),
            metadata=provenance(pipeline, self.device, scene, crop, done.gamut),
            encoded=encode,
            scene=_cropped_frame(scene, crop),
        )

    def kept(self, x: int, y: int, width: int = 1, height: int = 1) -> list[Kept]:
        """What the stages but the last gave in the last render, in some of its pixels.

        Args:
            x, y: Column and row of the first, in the scene.
            width, height: How many.

        Raises:
            UsageError: this table does not keep, or the pixels were not rendered.
        """
        asked, plan = Region(x, y, width, height), self._plan
        if plan is None or not self.keep or asked != asked.grown(0, 0, plan.piece):
            raise UsageError(f"pixels {x},{y},{width},{height} are not kept; render them first")
        return plan.kept(asked)


def render(
    scene: Scene | np.ndarray,
    settings: Settings | None = None,
    *,
    device: Device | None = None,
    crop: Crop | None = None,
    encode: bool = False,
    announce: Announce | None = None,
) -> Rendering:
    """Put a scene on film, develop it, print it, project it.

    Args:
        scene: Light: a `Scene`, or linear Rec.709 as an array of floats, (y, x, 3), 1.0 = perfect
            white.
        settings: Films, exposure, optics, print, tap; None: everything on, as metered.
        device: Where the kernels run; None: the first GPU, else the CPU.
        crop: x, y, width, height of the piece wanted, in pixels of the scene.
        encode: Display codes 0..1 rather than display-linear light.
        announce: Called with the name of each stage, its number and their count.

    Raises:
        SpectralFilmError: see `spectral_film.errors`.
    """
    table = LightTable(device)
    return table.render(scene, settings, crop=crop, encode=encode, announce=announce)


def provenance_of(
    scene: Scene,
    settings: Settings,
    device: Device,
    *,
    crop: Crop | None = None,
    encode: bool = False,
) -> dict[str, Any]:
    """What a rendering would say of how it was made, but for what only a render finds out."""
    pipeline = Pipeline(settings=settings, frame=frame_of(scene, settings), encode=encode)
    return provenance(pipeline, device, scene, checked_crop(crop, scene), None)


def scene_of_array(image: np.ndarray) -> Scene:
    """A scene from linear Rec.709, (y, x, 3), floats, 1.0 = perfect white.

    Whole numbers are refused: they do not say whether they are codes of a picture or light.

    Raises:
        InputError: another shape or kind of numbers.
    """
    image = np.asarray(image)
    if image.dtype.kind in "iu":
        full = np.iinfo(image.dtype).max
        raise InputError(
            f"an array of {image.dtype} holds codes, and light is a float; a picture in sRGB "
            f"becomes light by c = image / {full}, np.where(c > 0.04045, ((c + 0.055) / 1.055) ** "
            "2.4, c / 12.92), linear codes by dividing through the code of a perfect white; a "
            "file is read with its colour space by read_scene"
        )
    if image.ndim != 3 or image.shape[-1] != 3 or 0 in image.shape or image.dtype.kind != "f":
        raise InputError(
            f"an RGB array has the shape (y, x, 3) and real numbers, got {image.shape} of "
            f"{image.dtype}; drop the alpha, or build a Scene for spectra"
        )
    planes = np.moveaxis(image, -1, 0)
    if image.dtype != np.float32 or not image.flags.c_contiguous:
        planes = np.ascontiguousarray(planes, np.float32)
    return Scene(planes=planes)


def _cropped_frame(scene: Scene, crop: Crop | None) -> Scene:
    """The scene's window and passengers over the piece rendered; its light is left out."""
    x, y, width, height = crop or (0, 0, *scene.size)
    rows, columns = slice(y, y + height), slice(x, x + width)
    return replace(
        scene,
        planes=scene.planes[:, :1, :1].copy(),
        origin=(scene.origin[0] + x, scene.origin[1] + y),
        passengers={name: plane[rows, columns] for name, plane in scene.passengers.items()},
        coverage=None if scene.coverage is None else scene.coverage[rows, columns],
    )


def checked_crop(crop: Crop | None, scene: Scene) -> Crop | None:
    """A piece that lies within a scene, in whole numbers.

    Raises:
        UsageError: it does not.
    """
    if crop is None:
        return None
    if len(crop) != 4 or any(not math.isfinite(v) or v != int(v) for v in crop):
        raise UsageError(f"crop {crop} is no piece; give X,Y,W,H in whole pixels")
    x, y, width, height = (int(value) for value in crop)
    columns, rows = scene.size
    if x < 0 or y < 0 or width < 1 or height < 1 or x + width > columns or y + height > rows:
        raise UsageError(
            f"crop {x},{y},{width},{height} does not lie within the {columns} x {rows} pixels; "
            "give X,Y,W,H inside"
        )
    return x, y, width, height
