"""Fewer wavelengths: as good as they say, on dyes that neither the fit nor the check has seen."""

import numpy as np
import pytest

from spectral_film.stages.printing import Printing
from spectral_film.stages.projection import Projection
from spectral_film.stages.quadrature import COUNT, condensed


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
    # Float32 rounds weights that partly cancel: 2e-6.
    assert difference.max() <= fewer.error + 2e-6
    assert fewer.error < 8e-4  # a twentieth of a 0.02 D just noticeable difference
    assert fewer.receivers.dye_density.shape == (3, COUNT)
