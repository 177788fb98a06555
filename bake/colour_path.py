"""The engine for single colours: each wire of a pack, from scene code to display code.

Colours are (colour, 3). What happens between pixels is left out, so a colour is all there is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import PyOpenColorIO

from bake.recipe import Recipe
from spectral_film.device.device import Device
from spectral_film.emulsion.frame import Frame
from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import config, named_space
from spectral_film.light.difference import ciede2000, cielab
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import Scene
from spectral_film.path.pipeline import Pipeline
from spectral_film.stages.densitometry import (
    CINEON_BASE_CODE,
    CINEON_DENSITY_PER_CODE,
    CINEON_LAST_CODE,
    Densitometer,
    printing_densitometer,
)
from spectral_film.stages.printing import Printing

Colours = np.ndarray  # (colour, 3)
# The display and the view of the ACES config whose output transform a look is made for.
ACES_SDR = "ACES 2.0 - SDR 100 nits (Rec.709)"
ACES_VIEWS = {
    "sRGB": ("sRGB - Display", ACES_SDR),
    "Rec.709": ("Rec.1886 Rec.709 - Display", ACES_SDR),
    "P3-D65": ("P3-D65 - Display", "ACES 2.0 - SDR 100 nits (P3 D65)"),
}


@dataclass(frozen=True)
class ColourPath:
    """The stages of one recipe, a step from wire to wire each."""

    recipe: Recipe
    device: Device

    @cached_property
    def _pipeline(self) -> Pipeline:
        # Without its neighbours a pixel may have any size.
        return Pipeline(settings=self.recipe.settings, frame=Frame(24.0, 1000), encode=True)

    @cached_property
    def _densitometer(self) -> Densitometer:
        return printing_densitometer(self.recipe.negative, self.recipe.print_film)

    def exposure(self, codes: Colours) -> Colours:
        """Scene code -> layer exposure, lux s."""
        linear = np.array(codes[None], np.float32, order="C")
        self._decode(linear)
        scene = Scene(planes=_planes(linear[0]))
        return _colours(self._pipeline.exposure(self.device, scene))

    @cached_property
    def _decode(self) -> Callable[[np.ndarray], None]:
        return named_space(self.recipe.input_space)

    def dyes(self, exposure: Colours) -> Colours:
        """Layer exposure -> dye amounts of the negative."""
        return self._walk(exposure, "adjacency", "tone curve")

    def printing_density(self, dyes: Colours) -> Colours:
        """Dyes of the negative -> printing density, base included."""
        return _colours(self._densitometer(self.device, _planes(dyes)))

    def print_dyes(self, printing_density: Colours) -> Colours:
        """Printing density -> dye amounts of the print."""
        return self._walk(10 ** (self.print_log_exposure - printing_density), "print tone curve")

    def display(self, dyes: Colours) -> Colours:
        """Dyes in the projector -> display code."""
        return self._walk(dyes, "projection", "display")

    @cached_property
    def print_log_exposure(self) -> np.ndarray:
        """log10 exposure of the print where the printing density is 0, (layer,)."""
        printer = Printing(
            negative=self.recipe.negative,
            print_film=self.recipe.print_film,
            printer_points=self.recipe.settings.printer_points,
        )
        return np.log10(printer.receivers.light(np.zeros(3))) + self.base_density

    @property
    def base_density(self) -> np.ndarray:
        """Printing density of the unexposed film, (layer,)."""
        return self._densitometer.base_density()

    def film(self, codes: Colours) -> Colours:
        """Scene code -> display code."""
        dyes = self.dyes(self.exposure(codes))
        if self.recipe.settings.print_film is None:
            return self.display(dyes)
        return self.display(self.print_dyes(self.printing_density(dyes)))

    def negative(self, codes: Colours) -> Colours:
        """Scene code -> printing density as a Cineon code, 1 = code 1023, not clipped."""
        density = self.printing_density(self.dyes(self.exposure(codes)))
        above_base = density - self.base_density
        return (CINEON_BASE_CODE + above_base / CINEON_DENSITY_PER_CODE) / CINEON_LAST_CODE

    def print(self, cineon: Colours) -> Colours:
        """Cineon code, 1 = code 1023 -> display code."""
        above_base = CINEON_DENSITY_PER_CODE * (CINEON_LAST_CODE * cineon - CINEON_BASE_CODE)
        return self.display(self.print_dyes(above_base + self.base_density))

    def look(self, codes: Colours) -> Colours:
        """Scene code -> the code that the ACES output transform shows as the print."""
        return _apply(self._aces(PyOpenColorIO.TRANSFORM_DIR_INVERSE), self.film(codes))

    def through_aces(self, codes: Colours) -> Colours:
        """Scene code -> display code by the ACES output transform."""
        return _apply(self._aces(PyOpenColorIO.TRANSFORM_DIR_FORWARD), codes)

    def lab(self, display_codes: Colours) -> np.ndarray:
        """CIELAB of display codes beside display white, (3, colour)."""
        standard = DISPLAYS[self.recipe.settings.display]
        to_xyz = standard.rgb_to_xyz()
        linear = standard.decode(display_codes.astype(np.float64).T)
        return np.asarray(cielab(to_xyz @ linear, to_xyz.sum(axis=1)))

    def difference(self, one: Colours, other: Colours) -> np.ndarray:
        """CIEDE2000 of display codes, (colour,)."""
        return np.linalg.norm(ciede2000(self.lab(one), self.lab(other)), axis=0)

    def _aces(self, direction: PyOpenColorIO.TransformDirection) -> PyOpenColorIO.CPUProcessor:
        display = self.recipe.settings.display
        if display not in ACES_VIEWS:
            raise UsageError(
                f"--form lmt has no ACES output for --display {display}; give one of "
                f"{', '.join(ACES_VIEWS)}"
            )
        name, view = ACES_VIEWS[display]
        shown = PyOpenColorIO.DisplayViewTransform(
            self.recipe.input_space, name, view, direction=direction
        )
        return (
            config()
            .getProcessor(shown)
            .getOptimizedCPUProcessor(PyOpenColorIO.OPTIMIZATION_LOSSLESS)
        )

    def _walk(self, colours: Colours, *names: str) -> Colours:
        """Go through those steps of the pipeline that are called so."""
        planes = _planes(colours)
        for step in self._pipeline.steps:
            if step.name in names:
                planes = step.stage(self.device, planes)
        return _colours(planes)


def _planes(colours: Colours) -> np.ndarray:
    return np.ascontiguousarray(colours.T[:, None], np.float32)


def _colours(planes: np.ndarray) -> Colours:
    return np.ascontiguousarray(planes[:, 0].T)


def _apply(processor: PyOpenColorIO.CPUProcessor, colours: Colours) -> Colours:
    pixels = np.array(colours, np.float32, order="C")
    processor.apply(PyOpenColorIO.PackedImageDesc(pixels, len(pixels), 1, 3))
    return pixels
