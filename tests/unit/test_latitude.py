"""What a render says of its exposures: of the piece rendered, as the curve sees them."""

import numpy as np
import pytest

from spectral_film import Scene, Settings, render

GREY = 0.18


def two_halves(left, right):
    planes = np.full((3, 8, 16), left, np.float32)
    planes[:, :, 8:] = right
    return Scene(planes=planes)


def test_a_crop_is_judged_by_itself():
    scene = two_halves(GREY, GREY * 2**20)
    assert render(scene, Settings(to="exposure")).latitude.above == 0.5
    grey = render(scene, Settings(to="exposure"), crop=(0, 0, 8, 8)).latitude
    assert grey.above == 0
    assert grey.mean_stop == pytest.approx(0, abs=1e-5)  # float32


def test_reciprocity_takes_from_the_mean_stop():
    scene = two_halves(GREY, GREY)
    long = render(scene, Settings(to="dyes", shutter=100.0)).latitude.mean_stop
    # p = 0.9 in green: 100 s act like 100^0.9.
    assert long == pytest.approx(-0.1 * np.log2(100), abs=1e-5)
