"""Fewer wavelengths: as good as they say, on dyes that neither the fit nor the check has seen."""

import numpy as np
import pytest

from spectral_film.quadrature import COUNT, condensed
from spectral_film.stages.printing import Printing
from spectral_film.stages.projection import Projection


@pytest.fixture(params=["printing", "projection"])
def stage_and_film(request, negative, print_film):
    if request.param == "printing":
        points = (25.0, 25.0, 25.0)
        return Printing(negative=negative, print_film=print_film, printer_points=points), negative
    return Projection(film=print_film, lamp=print_film.projector_lamp), print_film


def test_the_error_on_the_tin_holds(device, rng, stage_and_film):
    stage, film = stage_and_film
    fewer = condensed(stage.receivers, film)
    most = film.tone_curve.density_range.sum(axis=1)[:, None, None]
    dyes = (most * rng.uniform(size=(3, 60, 80))).astype(np.float32)
    difference = np.abs(np.log10(fewer(device, dyes) / stage(device, dyes)))
    # The largest of 4800 new samples against the largest of 20000: as likely as not below; and
    # float32 rounding of weights that partly cancel, 1e-6.
    assert difference.max() <= 1.2 * fewer.error + 2e-6
    assert fewer.error < 5e-4  # a fortieth of a 0.02 D just noticeable difference
    assert fewer.receivers.dye_density.shape == (3, COUNT)
