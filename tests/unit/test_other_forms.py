"""Other forms are chosen in the film file: Cauchy scatter, Richards curve, edges on density."""

import shutil

import h5py
import numpy as np
import pytest

from spectral_film import Scene, Settings, load_film, render
from spectral_film.emulsion.stocks import load_camera_film


@pytest.fixture
def altered(tmp_path, negative):
    """A copy of 5207 with one group rewritten."""

    def write(group, form=None, **tables):
        path = tmp_path / f"{group}.h5"
        shutil.copy(negative.path, path)
        with h5py.File(path, "r+") as file:
            del file[group]
            if group == "tone_curve":
                del file["grain"]  # whose radii are of other sublayers
            made = file.create_group(group)
            if form:
                made.attrs["form"] = form
            for name, values in tables.items():
                made[name] = np.asarray(values, float)
        return path

    return write


def across_an_edge(film, to):
    planes = np.full((3, 8, 200), 0.02, np.float32)
    planes[:, :, 100:] = 0.8
    settings = Settings(
        grain="off", film=film, to=to, gate="0.6x0.5", halation=False
    )  # 3 um pixels
    return render(Scene(planes=planes), settings).planes[:, 4]


def test_cauchy_scatter_has_the_longer_tail(altered, negative):
    path = altered("optics", form="cauchy", cauchy_radius_um=[4.7, 2.8, 2.7])
    cauchy, shipped = across_an_edge(path, "exposure"), across_an_edge(negative.id, "exposure")
    dark = shipped[:, :1]
    # 120 um before the edge: the Lorentzian's tail from there to its reach of 200 g, nothing of
    # a skirt of 5 um.
    step = shipped[0, -1] - dark[0]
    spilt = (cauchy[:, 60] - dark[:, 0]) / step
    g = np.array([4.7, 2.8, 2.7])
    # The kernel ends on a square, not a circle: a tenth.
    assert spilt == pytest.approx(g / np.pi * (1 / 120 - 1 / (200 * g)), rel=0.1)
    assert shipped[:, 60] == pytest.approx(dark[:, 0], rel=1e-5)


def test_the_density_form_makes_edges_and_no_interimage(altered):
    path = altered("adjacency", form="density", gain=[0.28] * 3, length_um=11.0)
    dyes = across_an_edge(path, "dyes")
    # Half the gain of the step at a perfect edge, a good part of it at one that scatter softened.
    step = dyes[:, -1] - dyes[:, 0]
    undershoot = (dyes[:, 0] - dyes.min(axis=1)) / step
    assert (undershoot > 0.01).all()
    assert (undershoot < 0.14).all()
    # A coloured patch: each layer by its own exposure alone, on its own curve.
    film, patch = load_camera_film(path), np.full((3, 4, 4), 0.18, np.float32)
    patch[0] = 1.5
    settings = Settings(film=path, to="exposure")
    exposure = render(Scene(planes=patch), settings).planes[:, 0, 0]
    settings = Settings(grain="off", film=path, to="dyes")
    formed = render(Scene(planes=patch), settings).planes[:, 0, 0]
    expected = np.diag(film.tone_curve.dye(np.log10(exposure)))
    assert formed == pytest.approx(expected, abs=3e-6)  # float32


def test_one_sublayer_with_an_exponent_is_richards_curve(altered):
    tables = {
        "density_range": [[2.1], [2.4], [2.2]],
        "log_exposure_mid": [[-1.0], [-1.2], [-0.9]],
        "log_exposure_spread": [[1.3], [0.9], [1.1]],
        "exponent": [[0.4], [2.5], [1.7]],
    }
    film = load_film(altered("tone_curve", **tables))
    grey = np.full((3, 4, 4), 0.18, np.float32)
    dyes = render(Scene(planes=grey), Settings(grain="off", film=film.path, to="dyes")).planes[
        :, 0, 0
    ]
    h = np.log10(12.5 / 250)
    reach, mid, spread, exponent = (np.array(t)[:, 0] for t in tables.values())
    expected = reach * (1 + 10 ** ((mid - h) / spread)) ** -exponent  # Richards 1959
    assert dyes == pytest.approx(expected, abs=2e-6)  # float32
