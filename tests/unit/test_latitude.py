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
    long = render(scene, Settings(grain="off", to="dyes", shutter=100.0)).latitude.mean_stop
    # p = 0.9 in green: 100 s act like 100^0.9.
    assert long == pytest.approx(-0.1 * np.log2(100), abs=1e-5)


@pytest.mark.parametrize(
    ("end", "inside", "outside"), [("above", 0.98, 1.02), ("below", 1.02, 0.98)]
)
def test_the_curve_ends_where_what_is_left_of_a_long_exposure_does(negative, end, inside, outside):
    """A minute counts for 60^p seconds, so that the curve takes more light to its ends."""
    h = negative.published["characteristic_curves"]["log_exposure"]
    published = 10 ** (h.max() if end == "above" else h.min())
    ends = published * 60 ** (1 - negative.reciprocity_exponent)  # p of each layer is its own
    first = ends.min() if end == "above" else ends.max()  # a pixel is judged by any of its layers
    grey_card = negative.grey_lux_s()
    for factor, share in (inside, 0.0), (outside, 0.5):
        scene = two_halves(GREY, np.float32(GREY * factor * first / grey_card))
        seen = render(scene, Settings(grain="off", to="dyes", shutter=60.0)).latitude
        assert getattr(seen, end) == share
