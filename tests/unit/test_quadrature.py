"""Fewer wavelengths: as good as they say, on dyes that neither the fit nor the check has seen."""

from dataclasses import replace

import numpy as np
import pytest

from spectral_film.stages.printing import Printer
from spectral_film.stages.projection import Projector
from spectral_film.stages.quadrature import COUNT, condensed
from spectral_film.stages.stage import apply


@pytest.fixture(params=["printing", "projection"])
def stage_and_film(request, negative, print_film):
    if request.param == "printing":
        printer = Printer(
            negative=negative,
            print_film=print_film,
            aim_log_exposure=print_film.lad.log_exposure,
            printer_points=(25.0, 25.0, 25.0),
        )
        return printer.stage(), negative
    projector = Projector(film=print_film, lamp=print_film.projector_lamp, flare=0.001)
    return projector.stage(), print_film


def test_the_error_on_the_tin_holds(device, rng, stage_and_film):
    stage, film = stage_and_film
    fewer = condensed(stage.receivers, film)
    most = film.tone_curve.density_range.sum(axis=1)[:, None, None]
    dyes = (most * rng.uniform(size=(3, 60, 80))).astype(np.float32)
    short = apply(device, replace(stage, receivers=fewer), dyes)
    difference = np.abs(np.log10(short / apply(device, stage, dyes)))
    # Float32 rounds weights that partly cancel: 2e-6.
    assert difference.max() <= fewer.error + 2e-6
    assert fewer.error < 8e-4  # a twentieth of a 0.02 D just noticeable difference
    assert fewer.dye_density.shape == (3, COUNT)


def test_the_error_on_the_tin_has_room_for_dyes_that_were_not_looked_at(stage_and_film):
    """Twice the largest error that an independent look of the same size finds, less a fifth."""
    stage, film = stage_and_film
    fewer = condensed(stage.receivers, film)
    rng = np.random.default_rng(2383)
    most = film.tone_curve.density_range.sum(axis=1)
    dyes = most * rng.uniform(size=(20_000, 3))

    def light(receivers):
        through = 10 ** -(dyes @ receivers.dye_density)
        return through @ receivers.response_through_base.T + receivers.veil

    largest = np.abs(np.log10(light(fewer) / light(stage.receivers))).max()
    # The largest of 20,000 random triples varies from draw to draw by a fifth.
    assert fewer.error > 2 * 0.8 * largest
