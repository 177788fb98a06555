"""Boolean grain on the device: what it is on average, on even pictures and on others, and where."""

from itertools import combinations

import numpy as np
import pytest

from spectral_film.device.planes import Region
from spectral_film.errors import UsageError
from spectral_film.grain import boolean
from spectral_film.grain.aperture import SCAN
from spectral_film.grain.noise import keys
from spectral_film.path.order import Step
from spectral_film.path.plan import Plan
from spectral_film.stages.grain_boolean import BooleanGrain, Throw
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply

COVERAGES = np.array([0.15, 0.5, 0.85])  # of the layers of an even picture
SIDE = 128  # of it, in pixels
REACH = 12  # pixels: beyond, nothing of discs of 2 pixels is alike
# Of the variance, at these coverages: 3.2 samples of a disc's radius see so much more.
LATTICE = 0.007


def grain(rho: float, pitch_um=(1.0, 1.0), seed: int = 0, frame: int = 0) -> BooleanGrain:
    """Discs of one size, each with one unit of dye; coverage is the dye amount itself."""
    dye = np.tile(np.linspace(0, 1, 65), (3, 1))
    return BooleanGrain(
        radius_um=np.full((3, 1), rho),
        dye_amount=dye,
        coverage=np.clip(dye, 0.02, 0.98)[:, None],
        amplitude=np.ones((3, 1, 65)),
        pitch_um=pitch_um,
        keys=keys(seed, frame, 0, (3, 1)),
        aperture=SCAN,
        of=DYES,
        to=DYES,
    )


def noise(device, stage: BooleanGrain, picture: np.ndarray) -> np.ndarray:
    """What is added to three layers of one picture, float64."""
    return apply(device, stage, picture).astype(np.float64) - picture


def even(side: int = SIDE) -> np.ndarray:
    return np.ones((3, side, side), np.float32) * COVERAGES[:, None, None].astype(np.float32)


def covariances(rho: float, pitch_um: tuple[float, float]) -> np.ndarray:
    """Closed form, for discs round on a film whose pixels need not be square: (layer, y, x)."""
    lags = np.arange(-REACH, REACH + 1)
    at = np.linspace(-1, 1, 401)  # across two radii each way
    distance = 2 * np.hypot(at, at[:, None])
    alike = boolean.point_covariance(COVERAGES[:, None, None], distance)
    along = [
        SCAN.autocorrelation(lags[:, None] - 2 * rho / pitch * at)
        * (at[1] - at[0])
        * 2
        * rho
        / pitch
        for pitch in pitch_um
    ]
    return np.einsum("ya,lab,xb->lyx", along[1], alike, along[0], optimize=True)


@pytest.mark.parametrize(
    ("rho", "pitch_um"),
    [
        (0.05, (1.0, 1.0)),
        (0.2, (1.0, 1.0)),
        (0.8, (1.0, 1.0)),
        (2.0, (1.0, 1.0)),
        (0.5, (1.4, 0.8)),
    ],
)
def test_mean_and_covariance_are_those_of_the_model(device, rho, pitch_um):
    expected = covariances(rho, pitch_um)
    made = noise(device, grain(rho, pitch_um), even())
    middle, count = REACH, SIDE**2
    for layer, c in zip(made, expected, strict=True):
        variance = c[middle, middle]
        # Five standard errors of a mean and of a covariance of what is correlated by c.
        assert abs(layer.mean()) < 5 * np.sqrt(c.sum() / count)
        error = np.sqrt(2 * (c**2).sum() / count)
        for dy, dx in (0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (3, 0):
            found = (layer[dy:, dx:] * layer[: SIDE - dy, : SIDE - dx]).mean()
            assert abs(found - c[middle + dy, middle + dx]) < 5 * error + LATTICE * variance


def test_the_closed_form_here_is_that_of_the_package():
    expected = boolean.covariance(COVERAGES, 0.8, SCAN, REACH)
    np.testing.assert_allclose(covariances(0.8, (1.0, 1.0)), expected, atol=1e-4 * expected.max())


@pytest.mark.parametrize("rho", [0.3, 1.5])
def test_the_mean_of_many_seeds_is_the_picture(device, rho):
    """Beside hard edges, on a line of one pixel, at the border, below fog and beyond all dye."""
    picture = np.full((3, 10, 16), 0.1, np.float32)
    picture[:, :, 8:] = 0.9
    picture[0, 4] = 0.5
    picture[1, :2, 3], picture[2, -1] = -0.2, 1.3
    seeds = 200
    made = np.array([noise(device, grain(rho, seed=seed), picture) for seed in range(seeds)])
    score = made.mean(axis=0) / (made.std(axis=0) / np.sqrt(seeds))
    assert np.abs(score).max() < 4.5  # of 480, where 4 happens once in 30 tests
    assert 0.8 < score.std() < 1.2  # neighbours are alike: about 100 of them are independent


@pytest.mark.parametrize("rho", [0.09, 0.8, 2.5])
def test_a_crop_is_a_piece_of_the_whole(device, rng, rho):
    frame = Region(0, 0, 37, 150)  # more rows than are covered at a time
    picture = rng.uniform(0, 1, (3, frame.height, frame.width)).astype(np.float32)
    stage = grain(rho)
    whole = apply(device, stage, picture)
    for piece in Region(0, 0, 5, 4), Region(11, 60, 19, 70), Region(36, 149, 1, 1):
        cropped = Plan(device, (Step("grain", stage),), frame, piece).run(picture)
        np.testing.assert_array_equal(cropped, whole[piece.cut])


def test_seeds_frames_and_layers_have_nothing_in_common(device):
    """Nor has any part of a field with another one: they are compared at every shift."""
    rho, side = 0.8, 128
    picture = np.full((3, side, side), 0.5, np.float32)
    first, *others = (
        noise(device, grain(rho, seed=seed, frame=frame), picture)
        for seed, frame in ((0, 0), (1, 0), (0, 1), (0, 2))
    )
    fields = [*first, *(other[0] for other in others)]
    spectra = [np.fft.fft2(field) for field in fields]
    c = boolean.covariance(np.array(0.5), rho, SCAN, REACH)
    error = np.sqrt((c**2).sum() / side**2)  # of the covariance of two that are independent
    for a, b in combinations(spectra, 2):
        assert np.abs(np.fft.ifft2(a * b.conj()).real / side**2).max() < 6 * error
    for a in spectra:
        alike = np.fft.ifft2(np.abs(a) ** 2).real / side**2
        near = np.minimum(np.arange(side), side - np.arange(side))
        assert np.abs(alike[np.maximum(near, near[:, None]) > 5]).max() < 7 * error


def test_no_row_or_column_of_the_frame_is_unlike_the_others(device):
    """The first and last too, whose discs lie beyond."""
    made = np.array([noise(device, grain(0.3, seed=seed), even(16)) for seed in range(200)])
    found = made.var(axis=0) / boolean.variance(COVERAGES, 0.3, SCAN)[:, None, None]
    # Five standard errors: a variance of 200 is good to 11 %, of 16 in a row 6 are independent.
    for axis in (1, 2):
        np.testing.assert_allclose(found.mean(axis=axis), 1, atol=5 * 0.11 / np.sqrt(6))


def test_what_is_too_fine_or_too_coarse_is_refused():
    for radius_um in 0.009, 11.0:
        with pytest.raises(UsageError, match=r"of 0\.01 to 10; try --grain fast"):
            Throw.of(radius_um, (1.0, 1.0))


def test_radii_and_samples_of_a_throw():
    """A cell has two to four radii, or is a pixel; a radius has 3.2 samples or more."""
    for rho in np.geomspace(0.0125, 9.9, 40):
        throw = Throw.of(rho, (1.0, 1.0))
        (cells, _), (radius, _) = throw.cells, throw.radius
        assert radius == pytest.approx(rho * 2.0 ** (cells + 12), abs=0.5)
        assert 0.25 < rho * 2**cells <= 0.5 or (cells == 0 and rho > 0.5)
        assert 2**throw.samples == 8 or 3.2 <= rho * 2**throw.samples < 6.4
        # Of discs that are one a cell as many lie over a point as one has area, in cells. Radii
        # are rounded, from 1024 on.
        assert throw.discs_over == pytest.approx(np.pi * rho**2 * 4.0**cells, rel=2e-3)
