"""What is held in the hand is what is rendered with, and measured."""

from dataclasses import replace

import numpy as np
import pytest

from spectral_film import Settings, render
from spectral_film.emulsion.stocks import shipped_films
from spectral_film.lab.darkroom import Darkroom

GREY = np.full((4, 6, 3), 0.18, np.float32)


@pytest.fixture
def denser(negative):
    """5207 that makes half as much dye again, and inhibits as before."""
    curve = negative.tone_curve
    return replace(
        negative,
        tone_curve=replace(curve, density_range=1.5 * curve.density_range),
        adjacency=replace(negative.adjacency, coupling=negative.adjacency.coupling / 1.5),
    )


def test_a_film_in_memory_is_rendered_as_it_is(negative, denser):
    dyes, more = (
        render(GREY, Settings(grain="off", film=f, to="dyes")).planes for f in (negative, denser)
    )
    np.testing.assert_allclose(more, 1.5 * dyes, rtol=1e-5)  # float32, in a curve and its table


def test_a_film_in_memory_is_measured_as_it_is(device, negative, denser):
    grey = np.full((1, 4, 6), np.log10(negative.grey_lux_s()))
    dyes, more = (
        Darkroom(device=device, film=film).expose(grey, (20.0, 20.0)).dyes
        for film in (negative, denser)
    )
    np.testing.assert_allclose(more, 1.5 * dyes, rtol=1e-5)


def test_by_name_by_path_or_in_the_hand_it_is_one_film(negative):
    pictures = [
        render(GREY, Settings(grain="off", film=film)).planes
        for film in ("vision3-250d", shipped_films()["vision3-250d"], negative)
    ]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[0], pictures[2])


def test_a_variant_does_not_pass_for_its_file(negative, denser):
    said = render(GREY, Settings(grain="off", film=denser)).metadata["film"]
    assert said.startswith("vision3-250d, changed")
    assert said != render(GREY, Settings(grain="off", film=negative)).metadata["film"]
