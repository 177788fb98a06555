"""Has a whole picture moved? Few and small; `make golden` remakes them, and the commit says why."""

import numpy as np
import pytest
import shots
from side_by_side import left_as_pictures

from spectral_film.light.chromaticity import rgb_to_xyz, white_xyz
from spectral_film.light.difference import ciede2000, cielab
from spectral_film.light.displays import D65, REC709


def lab(codes: np.ndarray) -> np.ndarray:
    """CIELAB of sRGB codes, (3, pixel)."""
    coded = codes.reshape(3, -1).astype(float)
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return cielab(rgb_to_xyz(REC709, D65) @ light, white_xyz(D65))


@pytest.mark.parametrize("name", shots.SHOTS)
def test_the_picture_is_the_one_that_was_looked_at(device, name):
    ours, theirs = shots.codes(name, device), shots.kept(name)
    difference = np.linalg.norm(ciede2000(lab(ours), lab(theirs)), axis=0)
    # Half a step of 16 bits is .003 in the dark, on vectors and scalars alike. A five-hundredth of
    # a stop more light makes .014 on the negative and .04 on the print; nobody sees .5.
    if difference.max() > 0.01:
        said = f"CIEDE2000 of {difference.max():.3f} at most, {difference.mean():.3f} in the mean"
        pytest.fail(f"{name}: {said}; {left_as_pictures(ours, theirs)}")


@pytest.mark.parametrize("name", shots.SHOTS)
def test_a_golden_picture_is_small_and_shows_something(name):
    assert shots.path_of(name).stat().st_size < 60_000
    assert shots.kept(name).std() > 0.03  # an even grey would tell nothing
