"""The camera: how much of the spectrum a cube may leave out."""

import numpy as np
import pytest

from spectral_film.errors import SpectralGridError
from spectral_film.stages.exposure import Camera


@pytest.fixture
def camera(negative):
    return Camera(
        spectral_sensitivity=negative.spectral_sensitivity,
        balance="D55",
        illuminant="D55",
        grey_lux_s=0.05,
        upsampling="measured",
    )


def blue_below(camera, nm):
    """Share of the blue-sensitive layer's exposure to white in daylight, from the film's table."""
    wavelength, weight = np.arange(360.0, 785, 5), camera.exposure_weight("reflectance")[2]
    return weight[wavelength < nm].sum() / weight.sum()


def test_a_cube_may_leave_out_less_than_a_tenth_of_what_a_layer_sees(camera):
    # 5207 sees blue to the end of the ultraviolet: a tenth of it lies between these two.
    assert 0.05 < blue_below(camera, 400) < 0.1 < blue_below(camera, 405) < 0.15
    note = camera.check_range(np.arange(400.0, 781, 5))
    assert f"{blue_below(camera, 400):.1%} of a layer" in note
    with pytest.raises(SpectralGridError, match=r"405 to 780 nm.* 11% .*blue-sensitive"):
        camera.check_range(np.arange(405.0, 781, 5))


def test_a_cube_that_covers_all_that_film_sees_draws_no_note(camera):
    assert camera.check_range(np.arange(360.0, 781, 5)) is None
