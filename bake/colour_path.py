"""The engine for single colours: from scene code to display code, and every signal between.

Colours are (colour, 3). What happens between pixels is left out, so a colour is all there is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import PyOpenColorIO

from bake.recipe import Recipe
from bake.segments import PRINTED, UNPRINTED, check_points, segments
from spectral_film.device.device import Device
from spectral_film.device.planes import Region
from spectral_film.emulsion.frame import ANY_FRAME
from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import config, named_space, to_named_space
from spectral_film.light.difference import ciede2000, cielab
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.metering import GREY
from spectral_film.path.order import Step, Steps, between
from spectral_film.path.pipeline import Pipeline
from spectral_film.path.plan import Plan
from spectral_film.stages.densitometry import (
    CINEON_BASE_CODE,
    CINEON_DENSITY_PER_CODE,
    CINEON_LAST_CODE,
    base_density,
    printing_densitometer,
    printing_density,
)
from spectral_film.stages.signals import (
    DISPLAY,
    DYES,
    EXPOSURE,
    PRINT_DYES,
    PRINT_EXPOSURE,
    TEXTURED_SCENE,
    Signal,
)
from spectral_film.stages.transmission import Transmission
from spectral_film.stages.undevelopment import Undevelopment

Colours = np.ndarray  # (colour, 3)
STOPS_TO_DARK = 6  # under the grey card: where differences of light cease to count
# The display and the view of the ACES config whose output transform a look is made for.
ACES_SDR = "ACES 2.0 - SDR 100 nits (Rec.709)"
ACES_VIEWS = {
    "sRGB": ("sRGB - Display", ACES_SDR),
    "Rec.709": ("Rec.1886 Rec.709 - Display", ACES_SDR),
    "P3-D65": ("P3-D65 - Display", "ACES 2.0 - SDR 100 nits (P3 D65)"),
}


@dataclass(frozen=True)
class ColourPath:
    """The path of one recipe for single colours, signal by signal.

    Raises:
        UsageError: the path holds a step that no table can stand for.
    """

    recipe: Recipe
    device: Device

    @cached_property
    def steps(self) -> Steps:
        """Everything between scene and display."""
        return Pipeline(settings=self.recipe.settings, frame=ANY_FRAME, encode=True).steps

    @cached_property
    def segments(self) -> dict[Signal, Steps]:
        """The steps that make each signal that tables have for a wire, of the one before."""
        wires = PRINTED if self.recipe.print_film else UNPRINTED
        found = segments(self.steps, wires)
        check_points(self.steps)
        return dict(zip(wires[1:], found, strict=True))

    def exposure(self, codes: Colours) -> Colours:
        """Scene code -> layer exposure, lux s."""
        return self._through(self.segments[EXPOSURE], self._linear(codes))

    def dyes(self, exposure: Colours) -> Colours:
        """Layer exposure -> dye amounts of the negative."""
        return self._through(self.segments[DYES], exposure)

    def printing_density(self, dyes: Colours) -> Colours:
        """Dyes of the negative -> printing density, base included."""
        density = printing_density(*self.recipe.printed)
        return self._through((Step("printing density", density),), dyes)

    def print_dyes(self, printing_density: Colours) -> Colours:
        """Printing density -> dye amounts of the print."""
        exposure = 10 ** (self.print_log_exposure - printing_density)
        return self._through(self.segments[PRINT_DYES], exposure)

    def display(self, dyes: Colours) -> Colours:
        """Dyes in the projector -> display code."""
        return self._through(self.segments[DISPLAY], dyes)

    def textured_scene(self, dyes: Colours) -> Colours:
        """Dyes of the negative -> the scene code that even film has them for."""
        return self.codes(self._through(self._back, dyes))

    def codes(self, light: Colours) -> Colours:
        """Linear Rec.709 -> scene code."""
        codes = np.array(light[None], np.float32, order="C")
        to_named_space(self.recipe.input_space)(codes)
        return codes[0]

    def scene_difference(self, one: Colours, other: Colours) -> np.ndarray:
        """The largest of three differences of light, log10, of scene codes, (colour,)."""
        dark = GREY / 2**STOPS_TO_DARK
        lit = (np.log10(np.maximum(self._linear(codes), 0) + dark) for codes in (one, other))
        return np.abs(next(lit) - next(lit)).max(axis=1)

    @cached_property
    def told(self) -> Undevelopment:
        """What goes back from dyes to exposure, on even film."""
        stage = self._back[0].stage
        assert isinstance(stage, Undevelopment)  # there is no other
        return stage

    @cached_property
    def _back(self) -> Steps:
        settings = replace(self.recipe.settings, to="scene")
        back = between(Pipeline(settings=settings, frame=ANY_FRAME).steps, DYES, TEXTURED_SCENE)
        check_points(back)
        return back

    @cached_property
    def print_log_exposure(self) -> np.ndarray:
        """log10 exposure of the print where the printing density is 0, (layer,).

        Raises:
            UsageError: the print is not exposed by the light that a printing density is of.
        """
        seen = printing_densitometer(*self.recipe.printed)
        exposed = [step.stage for step in self.segments[PRINT_EXPOSURE]]
        if len(exposed) == 1 and isinstance(exposed[0], Transmission):
            layers = exposed[0].receivers
            times = layers.light(np.zeros(3)) / seen.light(np.zeros(3))
            same = seen.response_through_base * times[:, None]
            if np.allclose(layers.response_through_base, same) and not layers.veil.any():
                return np.log10(times)
        names = ", ".join(step.name for step in self.segments[PRINT_EXPOSURE])
        raise UsageError(
            f"this film cannot be baked: {names} does more than let the printer's light through "
            "the negative, and a printing density says no more; render it"
        )

    @cached_property
    def base_density(self) -> np.ndarray:
        """Printing density of the unexposed film, (layer,)."""
        return base_density(printing_densitometer(*self.recipe.printed))

    def film(self, codes: Colours) -> Colours:
        """Scene code -> display code."""
        steps = tuple(step for segment in self.segments.values() for step in segment)
        return self._through(steps, self._linear(codes))

    def negative(self, codes: Colours) -> Colours:
        """Scene code -> printing density as a Cineon code, 1 = code 1023, not clipped."""
        density = self.printing_density(self.dyes(self.exposure(codes)))
        above_base = density - self.base_density
        return (CINEON_BASE_CODE + above_base / CINEON_DENSITY_PER_CODE) / CINEON_LAST_CODE

    def print(self, cineon: Colours) -> Colours:
        """Cineon code, 1 = code 1023 -> display code; grey has the code of the recipe's aim."""
        above_grey = CINEON_DENSITY_PER_CODE * (CINEON_LAST_CODE * cineon - self.recipe.grey_codes)
        return self.display(self.print_dyes(above_grey + self.recipe.grey_density))

    def for_print(self, codes: Colours) -> Colours:
        """Scene code -> what `print` takes for it: `negative`, its grey on the recipe's aim."""
        own = replace(self.recipe, form="print", aim="film").grey_codes
        return self.negative(codes) + (self.recipe.grey_codes - own) / CINEON_LAST_CODE

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

    def _linear(self, codes: Colours) -> Colours:
        """Scene code -> linear Rec.709."""
        linear = np.array(codes[None], np.float32, order="C")
        self._decode(linear)
        return linear[0]

    @cached_property
    def _decode(self) -> Callable[[np.ndarray], None]:
        return named_space(self.recipe.input_space)

    def _through(self, steps: Steps, colours: Colours) -> Colours:
        """Colours through some steps, side by side in a frame of one row."""
        planes = np.ascontiguousarray(colours.T[:, None], np.float32)
        plan = Plan(self.device, steps, Region(0, 0, len(colours), 1))
        return np.ascontiguousarray(plan.run(planes)[:, 0].T)


def _apply(processor: PyOpenColorIO.CPUProcessor, colours: Colours) -> Colours:
    pixels = np.array(colours, np.float32, order="C")
    processor.apply(PyOpenColorIO.PackedImageDesc(pixels, len(pixels), 1, 3))
    return pixels
