"""What is asked of a whole picture (is it finite, how bright, how much lies beyond the curve or the
display), answered on the device, where the picture is; only sums come back.

Kernels: survey.cl.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from spectral_film.device.device import Device
from spectral_film.device.launch import Launch
from spectral_film.device.planes import Planes, Region, fetch, make_result
from spectral_film.light.upsampling import upsampling_table

KERNELS = Path(__file__).with_suffix(".cl")
ITEMS = 16  # a row: on a GPU half a warp beside each other; few enough to add up on the host
# What a component may be outside a display before the colour counts as outside, of white: float32
# leaves 1e-6, and a code of 8 bits is 3e-4 next to black.
GAMUT_SLACK = np.float32(1e-5)
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Colours:
    """Light that no scene has, pixel by pixel; samples of all bands where it is spectra.

    Attributes:
        broken: Not finite.
        negative: With a component below zero: outside Rec.709, which is no fault in itself.
        outside: Of these, outside the spectral locus, where no light is; moved inside.
        dark: Of these, without positive luminance; they get no light at all.
    """

    broken: int
    negative: int
    outside: int = 0
    dark: int = 0


@dataclass(frozen=True, kw_only=True)
class Latitude:
    """How the exposures lie on the published curve.

    Attributes:
        above, below: Share of the pixels with a layer beyond its ends.
        mean_stop: Mean of the green-sensitive layer over the grey card, in stops; what lies
            beyond the curve counts as lying at its end.
        brightest: The largest exposure of any layer, lux s; NaN where one is not finite.
    """

    above: float
    below: float
    mean_stop: float
    brightest: float


@dataclass(frozen=True, kw_only=True)
class Gamut:
    """How the colours of the screen lie in what the display can show.

    Attributes:
        outside: Share of the pixels with a component below 0 or above 1, before anything is done
            about it.
        farthest: How far the farthest component lies outside, display white = 1.
    """

    outside: float
    farthest: float


@dataclass(frozen=True, kw_only=True)
class Survey(Generic[Answer]):
    """Questions to one plane stack.

    Attributes:
        kernel: Of `survey.cl`.
        argument: What it calls the planes it looks at.
        questions: How many.
        defines, tables: As of `Launch`.
        answer: Makes something of the answers, float64, (question, y, item).
    """

    kernel: str
    argument: str
    questions: int
    defines: Mapping[str, object]
    tables: Mapping[str, np.ndarray | np.generic]
    answer: Callable[[np.ndarray], Answer]

    def prepare(self, device: Device, region: Region) -> "SurveyWork[Answer]":
        """Make it ready for a region of the frame."""
        return SurveyWork(self, device, region)


class SurveyWork(Generic[Answer]):
    """A survey on its way over a region, band by band."""

    def __init__(self, survey: Survey[Answer], device: Device, region: Region) -> None:
        self.survey, self.region = survey, region
        self._launch = Launch(
            device,
            KERNELS,
            survey.kernel,
            defines={"ITEMS": ITEMS, **survey.defines},
            tables=survey.tables,
        )
        room = Region(0, region.y, ITEMS, region.height)
        self._answers = make_result(device, survey.questions, room)

    def over(self, band: Region, planes: Planes) -> None:
        """Look at the rows of the region that lie in a band."""
        top = max(band.y, self.region.y)
        rows = min(band.y + band.height, self.region.y + self.region.height) - top
        if rows <= 0:
            return
        there = planes.over(self.region._replace(y=top, height=rows))
        answers = self._answers.over(Region(0, top, ITEMS, rows))
        self._launch.run(
            (ITEMS, rows),
            (ITEMS, 1),
            {
                self.survey.argument: there.buffer,
                f"{self.survey.argument}_at": there.layout,
                "width": np.uint32(there.region.width),
                "answers": answers.buffer,
                "answers_at": answers.layout,
            },
        )

    def read(self) -> Answer:
        """The answer, once all bands have been seen."""
        return self.survey.answer(fetch(self._answers).astype(np.float64))


def survey_of_colours() -> Survey[Colours]:
    """Of an RGB scene."""
    table = upsampling_table()

    def answer(found: np.ndarray) -> Colours:
        broken, negative, dark, outside = (int(count) for count in found.sum(axis=(1, 2)))
        return Colours(broken=broken, negative=negative, dark=dark, outside=outside)

    return Survey(
        kernel="survey_colours",
        argument="light",
        questions=4,
        defines={"EDGES": len(table.locus_plane)},
        tables={"luminance_weight": table.luminance_weight, "locus_plane": table.locus_plane},
        answer=answer,
    )


def survey_of_spectra(bands: int) -> Survey[Colours]:
    """Of a spectral scene."""

    def answer(found: np.ndarray) -> Colours:
        broken, negative = (int(count) for count in found.sum(axis=(1, 2)))
        return Colours(broken=broken, negative=negative)

    return Survey(
        kernel="survey_spectra",
        argument="light",
        questions=2,
        defines={"BANDS": bands},
        tables={},
        answer=answer,
    )


def survey_of_exposure(
    lowest: np.ndarray, highest: np.ndarray, grey_lux_s: float, pixels: int
) -> Survey[Latitude]:
    """Of layer exposures.

    Args:
        lowest, highest: Where the published curve ends, lux s, (layer,).
        grey_lux_s: Exposure of the grey card.
        pixels: How many are looked at.
    """

    def answer(found: np.ndarray) -> Latitude:
        _, above, below, stops = found.sum(axis=(1, 2)) / pixels
        return Latitude(
            above=float(above),
            below=float(below),
            mean_stop=float(stops),
            brightest=float(found[0].max()),
        )

    return Survey(
        kernel="survey_exposure",
        argument="exposure",
        questions=4,
        defines={"LATITUDE": 1},
        tables={"lowest": lowest, "highest": highest, "grey": np.float32(grey_lux_s)},
        answer=answer,
    )


def survey_of_display(xyz_to_rgb: np.ndarray, pixels: int) -> Survey[Gamut]:
    """Of the screen, as a display would have to show it.

    Args:
        xyz_to_rgb: To its linear light, (3, 3).
        pixels: How many are looked at.
    """

    def answer(found: np.ndarray) -> Gamut:
        return Gamut(outside=float(found[0].sum() / pixels), farthest=float(found[1].max()))

    return Survey(
        kernel="survey_display",
        argument="xyz",
        questions=2,
        defines={"SHOWN": 1},
        tables={"xyz_to_rgb": xyz_to_rgb, "slack": GAMUT_SLACK},
        answer=answer,
    )
