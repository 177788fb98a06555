"""A picture as light: what every reader gives and the exposure stage takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

import numpy as np

from spectral_film.errors import InputError

SceneKind = Literal["rgb", "reflectance", "radiance"]


class LinearSpace(NamedTuple):
    """Linear RGB of some primaries.

    Attributes:
        name: As it is told.
        to_rec709: To linear Rec.709/D65, three rows; R = G = B stays what it is.
        interop_id: How the ASWF or OCIO call it in files; "" where they do not.
    """

    name: str
    to_rec709: tuple[tuple[float, float, float], ...]
    interop_id: str = ""


LINEAR_REC709 = LinearSpace("linear Rec.709", ((1, 0, 0), (0, 1, 0), (0, 0, 1)), "lin_rec709_scene")


class SourceFile(NamedTuple):
    """The file a scene was read from: its name without folders, and the SHA-256 of its bytes.

    Of an ENVI cube the header's and the data's, one after the other.
    """

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scene:
    """Light in front of the lens, sampled in pixels.

    Attributes:
        planes: Linear light, float32, (channel, y, x). `rgb`: linear Rec.709/D65, unclamped,
            1.0 = perfect white under the taking light. `reflectance`: a factor on the taking
            light. `radiance`: white 1.0 has the luminance of an equal-energy spectrum of 1.0.
        kind: What the planes hold.
        wavelength_nm: Centre of each plane, ascending, (channel,); None for `rgb`.
        space: The linear light that RGB came as or was coded from; Rec.709 where that is none.
        origin: Column and row of the first pixel in the display window.
        display_size: Width and height of the display window; the film gate is as wide.
        display_origin: Column and row of the display window in the file's own plane.
        pixel_aspect: Width of a pixel over its height.
        passengers: Planes that ride along unchanged (alpha, depth ...), name -> (y, x), float16
            or float32 as they came.
        coverage: Share of each pixel that its light fills, (y, x); None: all of it. Planes hold
            the light of what covers, as if it filled the pixel.
        header: What the file says of the shot (time code, camera ...), name -> type, value.
        source: Where it was read from; None: it was made.
        notes: What the reader chose or found, a sentence each, for the user to see.
    """

    planes: np.ndarray
    kind: SceneKind = "rgb"
    wavelength_nm: np.ndarray | None = None
    space: LinearSpace = LINEAR_REC709
    origin: tuple[int, int] = (0, 0)
    display_size: tuple[int, int] = (0, 0)
    display_origin: tuple[int, int] = (0, 0)
    pixel_aspect: float = 1.0
    passengers: dict[str, np.ndarray] = field(default_factory=dict)
    coverage: np.ndarray | None = None
    header: Mapping[str, tuple[str, object]] = field(default_factory=dict)
    source: SourceFile | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.planes.ndim != 3 or 0 in self.planes.shape:
            raise InputError(
                f"a scene has the shape (channel, y, x), got {self.planes.shape}; "
                "move the colour axis to the front"
            )
        if self.kind not in get_args(SceneKind):
            raise InputError(
                f"a scene of {self.kind!r} is unknown; give one of {', '.join(get_args(SceneKind))}"
            )
        if (self.kind == "rgb") != (self.wavelength_nm is None):
            raise InputError(
                f"wavelengths belong to reflectance and radiance, not to rgb; this scene is "
                f"{self.kind} {'without' if self.wavelength_nm is None else 'with'} them"
            )
        channels = 3 if self.wavelength_nm is None else len(self.wavelength_nm)
        if self.planes.shape[0] != channels:
            raise InputError(
                f"a scene of {channels} channels was announced, {self.planes.shape[0]} came"
            )
        if self.wavelength_nm is not None and not (np.diff(self.wavelength_nm) > 0).all():
            raise InputError("the wavelengths of a scene must ascend; sort them and its planes")
        if self.display_size == (0, 0):
            object.__setattr__(self, "display_size", self.planes.shape[:0:-1])
        if min(self.display_size) < 1 or not 0 < self.pixel_aspect < np.inf:
            raise InputError(
                f"a display window of {self.display_size} pixels of aspect {self.pixel_aspect:g} "
                "is none; both must be above 0"
            )

    def __repr__(self) -> str:
        width, height = self.size
        bands = ""
        if self.wavelength_nm is not None:
            first, last = self.wavelength_nm[[0, -1]]
            bands = f", {len(self.planes)} bands of {first:g} to {last:g} nm"
        return f"<Scene: {self.kind}, {width} x {height}{bands}>"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the planes."""
        return self.planes.shape[2], self.planes.shape[1]
