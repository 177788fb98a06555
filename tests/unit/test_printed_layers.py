"""Layers as they are printed: the engine's own path from exposure on."""

import numpy as np
from own_surfaces import print_difference

from spectral_film import Scene, Settings, render
from spectral_film.light.difference import cielab
from spectral_film.light.spectra import WAVELENGTH, colour_chart, illuminant
from spectral_film.metamerism.maps import map_errors
from spectral_film.metamerism.observers import camera, film_observer
from spectral_film.metamerism.printed import printed_lab
from spectral_film.metamerism.surfaces import surface_set
from spectral_film.path.pipeline import Pipeline, frame_of

CHART = np.array(list(colour_chart().values()))


def test_a_chart_is_printed_as_the_engine_prints_it(device, negative):
    """Of reflectances in the light of the balance, where nothing is timed."""
    responses = film_observer(negative).responses(illuminant(negative.balance), CHART)
    planes = np.ascontiguousarray(CHART.T[:, None], np.float32)
    scene = Scene(planes=planes, kind="reflectance", wavelength_nm=WAVELENGTH)
    settings = Settings(to="xyz", halation=False, scatter=False, adjacency=False, grain="off")
    xyz = render(scene, settings, device=device).planes[:, 0].astype(float)
    white = Pipeline(settings=settings, frame=frame_of(scene, settings)).job().adapting_white
    found = printed_lab(responses, Settings(), device)
    np.testing.assert_allclose(found, cielab(xyz, white), atol=2e-2)  # float32 of a dark exposure


def test_a_white_has_no_colour_and_twice_the_light_is_lighter(device):
    levels = 0.18 * 2.0 ** np.arange(-3, 3)
    lab = printed_lab(np.repeat(levels[:, None], 3, axis=1), Settings(), device)
    assert abs(lab[1:, 3]).max() < 0.1  # an 18 % grey prints neutral
    assert (np.diff(lab[0]) > 0).all()


def test_the_same_layers_make_the_same_print(device):
    responses = np.random.default_rng(1).uniform(0.02, 0.9, (20, 3))
    assert print_difference(responses, responses, device).max() == 0
    off = responses * [1.0, 1.1, 1.0]
    assert print_difference(responses, off, device).min() > 0.05


def test_what_no_map_mends_is_seen_in_the_print(device, negative):
    """Under D55, of the 24 patches, from a camera whose linear map leaves a fifth of a stop."""
    errors = map_errors(
        camera("Nikon D5100"), film_observer(negative), illuminant("D55"),
        surface_set("ColorChecker"), "linear",
    )  # fmt: skip
    difference = print_difference(errors.wanted, errors.mapped, device)
    assert difference.shape == (24,)
    # A tenth of a stop of one layer is some 2 to 4 in a print; see the layers' own test above.
    off = abs(errors.stops).max(axis=1)
    assert np.corrcoef(off, difference)[0, 1] > 0.5
