"""NaN and infinity at every kernel: what comes out, and that it comes out of that pixel alone.

A render refuses such light at the door. Behind it nothing may take what is not a number for a
picture, and nothing may read beside a table for it. An infinity is either handed on, or what the
largest or the least number would be. Blurs, which spread it: tests/unit/test_blur.py.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

from spectral_film import Scene, Settings, render
from spectral_film.device.planes import Region, fetch, make_result, put
from spectral_film.device.site import Site
from spectral_film.emulsion.stocks import load_camera_film, load_print
from spectral_film.errors import InputError
from spectral_film.path.survey import survey_of_colours, survey_of_exposure, survey_of_spectra
from spectral_film.stages import densitometry
from spectral_film.stages.adjacency import EdgeEffect, Inhibition, Release
from spectral_film.stages.display import Display
from spectral_film.stages.exposure import Camera
from spectral_film.stages.printing import Printer
from spectral_film.stages.projection import Projector
from spectral_film.stages.reciprocity import Reciprocity
from spectral_film.stages.signals import EXPOSURE_FLOOR
from spectral_film.stages.stage import Stage
from spectral_film.stages.tone_curve import Development
from spectral_film.stages.undevelopment import Undevelopment
from spectral_film.stages.unexposure import Unexposure

FRAME = Region(0, 0, 19, 3)  # a vector and three pixels
PLACES = [(0, 3), (2, 18)]  # y, x: in a vector, and where a row ends without one
BROKEN = {"NaN": np.nan, "+Inf": np.inf, "-Inf": -np.inf}

NEGATIVE, PRINT = load_camera_film("vision3-250d"), load_print("2383")
CURVE, MODEL = NEGATIVE.tone_curve, NEGATIVE.adjacency
FLARE = 0.001
PROJECTOR = Projector(film=PRINT, lamp=PRINT.projector_lamp, flare=FLARE)
ALL_DYE, NO_DYE = CURVE.density_range.sum(axis=1), np.zeros(3)

# What a pixel with one broken channel comes out as; `clean` is what it would have been.
Answer = Callable[[np.ndarray, np.ndarray, int], None]


def pixel_lost(got, clean, channel):
    """No channel is a number, as all of them are made of all."""
    assert not np.isfinite(got).any()


def channel_lost(got, clean, channel):
    """The broken one is not a number, the others are what they were."""
    assert not np.isfinite(got[channel])
    assert np.array_equal(np.delete(got, channel), np.delete(clean, channel))


def lost_among_others(got, clean, channel):
    """The broken one is not a number; the others are, as if it had no dye."""
    assert not np.isfinite(got[channel])
    assert np.isfinite(np.delete(got, channel)).all()


def channel_at(values, got, clean, channel):
    """The broken one is held at the end of what there is."""
    assert got[channel] == pytest.approx(np.broadcast_to(values, 3)[channel], rel=1e-5, abs=1e-6)
    assert np.array_equal(np.delete(got, channel), np.delete(clean, channel))


def pixel_at(values, got, clean, channel):
    assert got == pytest.approx(np.broadcast_to(values, 3), rel=1e-5, abs=1e-6)


def finite(got, clean, channel):
    """A number far beyond any picture's: very bright light, or less than no dye."""
    assert np.isfinite(got).all()


def dark(got, clean, channel):
    """Nothing comes through endless dye, or no number where that dye is clear at a wavelength."""
    assert not (np.abs(got) > 1e-30).any()


def dense(got, clean, channel):
    """As `dark`: 2^-126 is the least light there is."""
    assert not (got < 37).any()


def held(values) -> Answer:
    return partial(channel_at, values)


def all_held(values) -> Answer:
    return partial(pixel_at, values)


class Row(NamedTuple):
    """A kernel at work: what it makes, from which of the planes it takes, and the answers."""

    stage: Stage
    broken: str
    makes: str
    nan: Answer
    plus: Answer
    minus: Answer
    channels: int = 3


def row(stage: Stage, nan: Answer, plus: Answer, minus: Answer, broken="", makes="", channels=3):
    broken, makes = broken or next(iter(stage.takes)), makes or next(iter(stage.gives))
    return Row(stage, broken, makes, nan, plus, minus, channels)


def display(name: str, *, compress: bool, encode: bool) -> Display:
    return Display(
        display=name,
        adapting_white=np.array([0.95, 1.0, 1.09]),
        peak_luminance=1.0,
        compress=compress,
        encode=encode,
    )


def release(makes: str, *answers: Answer) -> Row:
    return row(Release(coupling=MODEL.coupling, curve=CURVE), *answers, makes=makes)


CAMERA = Camera(
    spectral_sensitivity=NEGATIVE.spectral_sensitivity,
    balance="D55",
    illuminant="D55",
    grey_lux_s=0.05,
    upsampling="measured",
)
INHIBITION = Inhibition(coupling=MODEL.coupling, curve=CURVE)
UNDEVELOPMENT = Undevelopment(curve=CURVE, coupling=MODEL.coupling, efficiency=np.ones(3))
UNEXPOSURE = Unexposure(
    exposure_weight=CAMERA.exposure_weight("rgb"), upsampling="measured", to_space=np.eye(3)
)
PRINTER = Printer(
    negative=NEGATIVE,
    print_film=PRINT,
    aim_log_exposure=PRINT.lad.log_exposure,
    printer_points=(25.0, 25.0, 25.0),
)
BANDS = np.arange(380.0, 741.0, 60.0)
# All that is left is the flare of the theatre.
OPAQUE = PROJECTOR.open_gate() * FLARE / (1 + FLARE)

TABLE = {
    #                        NaN           +Inf              -Inf
    "exposure of rgb": row(
        CAMERA.stage("rgb", None), pixel_lost, pixel_lost, pixel_lost),
    "exposure of spectra": row(
        CAMERA.stage("radiance", BANDS), pixel_lost, pixel_lost, pixel_lost, channels=len(BANDS)),
    "reciprocity": row(
        Reciprocity(reciprocity_exponent=np.array([0.8, 0.9, 0.85]), shutter_s=10.0),
        channel_lost, channel_lost, channel_lost),
    "tone curve": row(
        Development(curve=CURVE), channel_lost, held(ALL_DYE), held(NO_DYE)),
    "release, exposure": release(
        "compensated", channel_lost, finite, held(np.log10(EXPOSURE_FLOOR))),
    "release, inhibitor": release(
        "inhibitor", channel_lost, held(ALL_DYE), held(NO_DYE)),
    "inhibition, exposure": row(
        INHIBITION, channel_lost, held(ALL_DYE), held(NO_DYE), broken="compensated"),
    "inhibition, inhibitor": row(
        INHIBITION, pixel_lost, all_held(NO_DYE), all_held(ALL_DYE), broken="inhibitor"),
    "undevelopment": row(
        UNDEVELOPMENT, lost_among_others, finite, finite),
    "unexposure": row(
        UNEXPOSURE, pixel_lost, pixel_lost, pixel_lost),
    "edge effect, dyes": row(
        EdgeEffect(gain=np.full(3, 0.3)), channel_lost, channel_lost, channel_lost, "dyes"),
    "edge effect, inhibitor": row(
        EdgeEffect(gain=np.full(3, 0.3)), channel_lost, channel_lost, channel_lost, "inhibitor"),
    "printing": row(
        PRINTER.stage(), pixel_lost, dark, finite),
    "projection": row(
        PROJECTOR.stage(), pixel_lost, all_held(OPAQUE), finite),
    "densitometry": row(
        densitometry.status_density(NEGATIVE), pixel_lost, dense, finite),
    "cineon": row(
        densitometry.Cineon(base_density=np.zeros(3)), channel_lost, held(1023), held(0)),
    "display, light": row(
        display("sRGB", compress=False, encode=False), pixel_lost, pixel_lost, pixel_lost),
    "display, light rolled in": row(
        display("sRGB", compress=True, encode=False), pixel_lost, pixel_lost, pixel_lost),
    "display, sRGB codes": row(
        display("sRGB", compress=True, encode=True), pixel_lost, finite, finite),
    "display, a power": row(
        display("Rec.709", compress=False, encode=True), pixel_lost, finite, finite),
}  # fmt: skip


def made(device, row: Row, given: dict[str, np.ndarray]) -> np.ndarray:
    planes = {name: put(device, array) for name, array in given.items()}
    results = {name: make_result(device, 3, FRAME) for name in row.stage.gives}
    work = row.stage.prepare(Site(device, FRAME))
    work.over(FRAME, **planes, **results)
    return fetch(results[row.makes])


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("value", BROKEN)
def test_what_is_not_finite_stays_where_it_is(device, rng, name, value):
    row = TABLE[name]
    shape = (row.channels, FRAME.height, FRAME.width)
    given = {name: rng.uniform(0.05, 1, shape).astype(np.float32) for name in row.stage.takes}
    clean = made(device, row, given)
    answer = {"NaN": row.nan, "+Inf": row.plus, "-Inf": row.minus}[value]
    for channel in range(3):
        for y, x in PLACES:
            broken = {name: planes.copy() for name, planes in given.items()}
            broken[row.broken][channel, y, x] = BROKEN[value]
            got = made(device, row, broken)
            answer(got[:, y, x], clean[:, y, x], channel)
            got[:, y, x] = clean[:, y, x]
            np.testing.assert_array_equal(got, clean)


@pytest.mark.parametrize("value", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("where", PLACES)
def test_surveys_count_what_is_not_finite(device, rng, value, where):
    def answer(survey, planes):
        asked = survey.prepare(device, FRAME)
        asked.over(FRAME, put(device, planes))
        return asked.read()

    rgb = rng.uniform(0.05, 1, (3, FRAME.height, FRAME.width)).astype(np.float32)
    exposures = survey_of_exposure(np.full(3, 1e-3), np.full(3, 1e3), 0.05, rgb[0].size)
    for survey in survey_of_colours(), survey_of_spectra(3):
        assert answer(survey, rgb).broken == 0
    assert answer(exposures, rgb).brightest == rgb.max()
    rgb[1, *where] = value
    assert answer(survey_of_colours(), rgb).broken == 1  # pixel
    assert answer(survey_of_spectra(3), rgb).broken == 1  # sample
    assert np.isnan(answer(exposures, rgb).brightest)


@pytest.mark.parametrize("value", BROKEN.values(), ids=BROKEN)
def test_a_render_says_how_many_and_where_the_first_is(device, rng, value):
    planes = rng.uniform(0.05, 1, (3, FRAME.height, FRAME.width)).astype(np.float32)
    planes[1, 2, 18] = planes[2, 1, 4] = value
    told = r"2 values are not finite, the first at x=18, y=2, channel 1"
    with pytest.raises(InputError, match=told):
        render(Scene(planes=planes), Settings(to="exposure"), device=device)
