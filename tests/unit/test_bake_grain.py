"""Grain of packs, in pieces: noise, filters, curves and the errors that are told of them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import fftconvolve
from scipy.special import ndtri

from bake.grain_errors import grain_errors
from bake.grain_images import TILE_PX, tile
from bake.grained import Grained, clouds_of, emulsion, grained
from bake.replay import key, mixed, noise
from spectral_film.emulsion.stocks import load_camera_film, load_print
from spectral_film.grain import noise as engine_noise
from spectral_film.light.spectra import status_response

PITCH = 6.08  # um: super35 in 4096 pixels
FILMS = {"negative": load_camera_film("vision3-250d"), "print": load_print("2383")}


@pytest.fixture(scope="module", params=FILMS)
def clouds(request):
    return clouds_of(FILMS[request.param], 1.0)


@pytest.fixture(scope="module")
def made(clouds) -> Grained:
    return grained(clouds, (PITCH, PITCH))


def test_the_noise_is_that_of_the_engine():
    """By the words of its description: keys by SplitMix64, pixels by a hash of 32 bits."""
    assert tuple(engine_noise.key(3, 24, engine_noise.PRINT, 2, 0)) == key(3, 24, 1, 2, 0)
    v = 123456789
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        v = (v ^ v >> shift) * factor % 2**32
    assert mixed(np.array([123456789], np.uint32))[0] == v ^ v >> 16
    across, down = (int(k) for k in key(3, 24, 1, 2, 0))

    def hashed(number: int) -> int:
        return int(mixed(np.array([number % 2**32], np.uint32))[0])

    # Two rows and columns beside the frame, where it goes on.
    z = noise(4, 5, (-2, -2), 3, 24, "print")
    counted = hashed(hashed(1 + across) ^ hashed(-1 + down)) >> 8
    assert z[1, 3, 2] == ndtri((counted + 0.5) / 2**24)


def test_noise_is_white_and_another_in_every_layer_frame_and_strip():
    fields = [
        noise(256, 256, (0, 0), seed, frame, strip)[..., layer].ravel()
        for seed, frame, strip, layer in (
            (0, 0, "negative", 0), (0, 0, "negative", 1), (0, 1, "negative", 0),
            (1, 0, "negative", 0), (0, 0, "print", 0),
        )
    ]  # fmt: skip
    n = 256**2
    # Four standard errors of a mean, a variance and a correlation of 65536 numbers.
    assert abs(np.mean(fields, axis=1)).max() < 4 / math.sqrt(n)
    assert abs(np.var(fields, axis=1) - 1).max() < 4 * math.sqrt(2 / n)
    assert abs(np.corrcoef(fields)[np.triu_indices(5, 1)]).max() < 4 / math.sqrt(n)
    wide = noise(16, TILE_PX + 4096, (0, 0), 0, 0, "negative")[..., 0]
    repeated = np.corrcoef(wide[:, :4096].ravel(), wide[:, TILE_PX:].ravel())[0, 1]
    assert abs(repeated) < 3 / math.sqrt(16 * 4096)  # nothing comes back where a tile would


def test_the_tile_is_white_and_its_edges_join():
    z = tile().astype(float)
    # Half floats end at 2^-11 of a number; the mean of a million such is off by next to nothing.
    np.testing.assert_allclose(z.mean((0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(z.std((0, 1)), 1, atol=1e-5)
    for layer in range(3):
        power = abs(np.fft.fft2(z[..., layer])) ** 2
        alike = np.fft.ifft2(power).real.ravel()[1:] / power.mean()
        # Of a million correlations of white noise of as many numbers the largest is 5 deviations;
        # a seam, or a row that comes again, is 30 and more.
        assert abs(alike).max() * TILE_PX < 6.5
    assert abs(np.corrcoef(z.reshape(-1, 3).T)[np.triu_indices(3, 1)]).max() < 4 / TILE_PX


def disc(pitch_um: float, diameter_um: float) -> np.ndarray:
    """Shares of pixels' areas in a disc, by 32 points a side of each."""
    half = math.ceil(diameter_um / pitch_um / 2)
    fine = (np.arange((2 * half + 1) * 32) + 0.5) / 32 - half - 0.5
    inside = np.hypot(fine[:, None], fine) <= diameter_um / pitch_um / 2
    side = 2 * half + 1
    share = inside.reshape(side, 32, side, 32).mean((1, 3))
    return share / share.sum()


@pytest.mark.parametrize("pitch", [PITCH, 12.15])
@pytest.mark.parametrize("strip", FILMS)
def test_a_microdensitometer_reads_the_published_granularity(strip, pitch):
    """A disc of 48 um over grain of 420 x 420 pixels, which averages light; 5 % are asked for."""
    film = FILMS[strip]
    clouds = clouds_of(film, 1.0)
    made = grained(clouds, (pitch, pitch))
    z = noise(426, 426, (-3, -3), 0, 0, strip)
    aperture, response = disc(pitch, 48.0), status_response(film.densitometry)
    for node in (9, 16):
        dyes = np.array(clouds.dye_amount)[:, node]
        mean = film.dmin_density + dyes @ film.dye_density
        seen = response * 10**-mean  # (record, wavelength)
        slope = (seen / seen.sum(axis=1, keepdims=True)) @ film.dye_density.T
        linear, bent = made.linear(dyes), made.square(dyes)
        fields = [linear[c, c] * z[..., c] + bent[c, c] * (z[..., c] ** 2 - 1) for c in range(3)]
        n = [fftconvolve(f, k, mode="valid") for f, k in zip(fields, made.filters, strict=True)]
        for record in range(3):
            light = 10 ** -np.tensordot(slope[record], n, 1)
            read = -np.log10(fftconvolve(light, aperture, mode="valid"))
            published = math.sqrt((slope[record] ** 2) @ (np.array(clouds.rms)[:, node] ** 2))
            # Some 2500 discs that are apart: a deviation of them is 1.4 % off.
            assert read.std() == pytest.approx(published, rel=0.05)


def test_grain_is_within_what_is_accepted_of_an_atlas(clouds, made):
    errors = grain_errors(emulsion(clouds), made, (PITCH, PITCH), tile())
    assert errors["mean"].largest < 1e-4
    assert errors["deviation"].mean <= 1.5
    assert errors["deviation"].largest <= 4
    assert errors["spectrum"].p99 <= 0.35
    assert errors["frame to frame"].largest < 0.01


def test_errors_are_told_of_grain_that_is_off(clouds, made):
    """Of clouds twice as large as those it was made of."""
    known = emulsion(clouds)
    larger = replace(known, grain=replace(known.grain, radius_um=2 * known.grain.radius_um))
    small, off = (grain_errors(of, made, (PITCH, PITCH), tile()) for of in (known, larger))
    assert off["spectrum"].mean > 2 * small["spectrum"].mean
    assert off["deviation"].mean > 2 * small["deviation"].mean
