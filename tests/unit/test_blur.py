"""Blurs on the device against the same kernels in float64, and the kernels against calculus.

The kernels in use are those of the shipped stocks: scatter and halo of the negative, the inhibitor,
the optics of the print.
"""

from functools import cache, lru_cache

import numpy as np
import pytest
from scipy import ndimage, signal

from spectral_film.blur.blur import Blur
from spectral_film.blur.levels import levels_of
from spectral_film.blur.pixel_kernel import LIT_WIDTH, positive_kernel, sum_of, total
from spectral_film.blur.split import split
from spectral_film.device.device import Device, all_devices
from spectral_film.device.planes import Region, fetch, fill, make_planes
from spectral_film.device.site import Site
from spectral_film.emulsion.spread import Cauchy, Exponential, Gaussian, Halo, Mixture
from spectral_film.errors import DeviceError
from spectral_film.stages.adjacency import diffusion
from spectral_film.stages.optics import of_negative, of_print
from spectral_film.stages.signals import DYES

PITCHES = [(3.04, 3.04), (6.08, 6.08), (6.1, 5.3), (12.15, 12.15)]
VARIANTS = [(16, True), (1, False)]


@pytest.fixture(
    scope="module", params=VARIANTS, ids=lambda v: f"VW{v[0]}-{'shared' if v[1] else 'own'}-memory"
)
def variant(request) -> Device:
    """A device as a CPU and as a GPU uses it, with the host's memory and with its own."""
    width, shares = request.param
    return Device(all_devices()[0], vector_width=width, shares_host_memory=shares)


@pytest.fixture
def blurs(negative, print_film):
    """What is blurred, by name, for a pitch."""

    def make(pitch):
        on = {"halation": True, "scatter": True}
        return {
            "scene": of_negative(negative, pitch, backing=None, **on).blur,
            "dyes": diffusion(negative.adjacency.length_um, DYES, pitch).blur,
            "print": of_print(print_film, pitch, scatter=True).blur,
        }

    return make


def run(device, blur, planes, region=None):
    """A region of a frame as `blur` makes it, from what it asks for and no more.

    All else that its buffers hold is no number, and must not show.
    """
    frame = Region(0, 0, planes.shape[2], planes.shape[1])
    region = region or frame
    source = make_planes(device, len(planes), region.grown(*blur.reach, frame), blur.margin)
    target = make_planes(device, len(planes), region)
    prepared = blur.prepare(Site(device, frame))
    for values in (np.full_like(planes, np.nan), planes):
        fill(source, np.ascontiguousarray(values[source.region.cut], np.float32))
        prepared.over(region, source=source, target=target)
    return fetch(target)


part_of_kernel = lru_cache(maxsize=4)(positive_kernel)  # layers share their halo


def kernel_of(mixture, pitch):
    """The whole kernel, not split, float64, the centre in the middle."""
    return unfolded(sum_of(w * part_of_kernel(part, pitch) for w, part in mixture.parts))


def unfolded(quadrant):
    rows, columns = (n - 1 for n in quadrant.shape)
    return np.pad(quadrant.astype(float), ((rows, 0), (columns, 0)), mode="reflect")


def exactly(planes, blur):
    """The same blur in float64, by one transform of each whole plane; once for all variants."""
    planes = np.ascontiguousarray(planes)
    return _exactly(planes.tobytes(), planes.dtype.str, planes.shape, blur)


@cache
def _exactly(content, number, shape, blur):
    planes = np.frombuffer(content, number).reshape(shape)
    result = np.empty(shape)
    for plane, mixture, made in zip(planes, blur.mixtures, result, strict=True):
        kernel = kernel_of(mixture, blur.pitch_um)
        rows, columns = (n // 2 for n in kernel.shape)
        wide = np.pad(plane.astype(float), ((rows, rows), (columns, columns)), mode="edge")
        made[:] = signal.fftconvolve(wide, kernel, mode="valid")
    result.flags.writeable = False
    return result


def made_of_a_point(cores, row, column, half):
    """What the cores of all levels make of one pixel near the origin, float64, on a square."""
    binomial = np.array([1, 8, 28, 56, 70, 56, 28, 8, 1]) / 128

    def smooth(field):
        for axis in (0, 1):
            field = ndimage.convolve1d(field, binomial, axis=axis, mode="constant")
        return field

    def through(field, cores, origin):
        made = signal.fftconvolve(field, unfolded(cores[0]), mode="same")
        if len(cores) > 1:
            every_second = np.s_[origin % 2 :: 2, origin % 2 :: 2]
            apart = np.zeros_like(field)
            apart[every_second] = through(smooth(field)[every_second], cores[1:], origin // 2)
            made += smooth(apart)
        return made

    point = np.zeros((2 * half + 1,) * 2)
    point[half + row, half + column] = 1
    return through(point, cores, half)


# --- kernels on the pixels ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "pitch", "allowed"),
    [
        # Midpoints an eighth of a length apart: (1/8)^2 / 24 of the curvature on each axis, which
        # is 1 in units of the density at its length, and up to 4 in a Gaussian's flank.
        (Exponential(3.05), (6.1, 5.3), 4e-3),
        (Gaussian(2.0), (6.1, 5.3), 4e-3),
        (Cauchy(4.0), (60.0, 50.0), 1e-4),  # smooth over nearly all of it
        # A pixel in 25 lies on the ring's edge, and is known to 2 um of 50 there, at random.
        (Halo("ring", 140.0, 1.48, 2000.0), (60.0, 50.0), 3e-4),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_pixel_gets_the_mean_over_a_lit_square(part, pitch, allowed):
    """By Gauss-Legendre, 100 points a side, in the place of the engine's even samples."""
    node, weight = np.polynomial.legendre.leggauss(100)
    kernel = positive_kernel(part, pitch)
    mean = np.empty_like(kernel)
    for row, column in np.ndindex(mean.shape):
        y, x = ((n + LIT_WIDTH / 2 * node) * p for n, p in ((row, pitch[1]), (column, pitch[0])))
        mean[row, column] = weight @ part.density(np.hypot(y[:, None], x)) @ weight
    apart = np.abs(kernel - mean / total(mean))
    assert total(apart) < allowed


@pytest.mark.parametrize("reach_um", [1600.0, 2000.0, 2600.0])
@pytest.mark.parametrize("profile", ["ring", "diffuse"])
def test_a_halo_ends_without_an_edge(profile, reach_um):
    halo = Halo(profile, 140.0, 1.48, 2000.0)
    step = 0.1
    radius = reach_um + step * np.arange(-20, 21)
    light = halo.density(radius)
    # Third differences are the third derivative, 60 / mm^3 of the step at most and 1e-9 in a
    # tenth of a um; a jump of value, slope or curvature would show as 1, 1e-4 or 1e-7 of it.
    assert np.abs(np.diff(light, 3)).max() < 1e-8 * halo.density(np.array(1600.0))


# --- what is made of them -------------------------------------------------------------------------


@pytest.mark.parametrize("pitch", PITCHES)
def test_kernels_of_all_phases_are_positive_and_of_sum_1(blurs, pitch):
    # What a fit may miss, all over the kernel: half of it, times the range of what is blurred, is
    # the most that a picture can be wrong. And how far below 0 it may be somewhere, where the
    # scene is 1e-4 and its lamps 1e8 times that.
    allowed = {"scene": (2e-7, 1e-12), "dyes": (2e-5, 1e-8), "print": (1e-5, 1e-8)}
    for name, blur in blurs(pitch).items():
        missed, below = allowed[name]
        for mixture, cores in list(zip(blur.mixtures, blur.cores, strict=True))[::2]:
            exact = kernel_of(mixture, pitch)
            half = max(exact.shape) // 2 + 80
            for row, column in ((0, 0), (3, 5)):
                made = made_of_a_point(cores, row, column, half)
                assert made.sum() == pytest.approx(1, abs=1e-7)  # rounding of the cores to float32
                assert made.min() > -below
                top, left = half + row - exact.shape[0] // 2, half + column - exact.shape[1] // 2
                made[top : top + exact.shape[0], left : left + exact.shape[1]] -= exact
                assert np.abs(made).sum() < missed


def test_a_core_is_positive_and_a_rest_smooth():
    kernel = positive_kernel(Exponential(11.42), (6.08, 6.08))
    core, rest = split(kernel, (8, 8))
    assert core.min() > 0
    assert total(core) + 4 * total(rest) == pytest.approx(1, abs=1e-6)  # what the fit misses
    # No sample of the rest stands out: it has no more than its neighbours by far.
    assert rest[0, 0] < 1.5 * rest[1, 1]


# Anamorphic pixels, and strips of the laboratory, whose rows are as good as infinitely far apart.
@pytest.mark.parametrize("pitch", [*PITCHES, (6.08, 12.16), (3.0, 7.0), (1.0, 50.0), (1.0, 1e6)])
def test_random_scenes(variant, rng, blurs, pitch):
    scene = 10 ** rng.uniform(-2, 0, (3, 67, 131))
    blur = blurs(pitch)["scene"]
    expected = exactly(scene.astype(np.float32), blur)
    # Hundreds of products, the small ones first, each rounded by 6e-8: a few of those.
    np.testing.assert_allclose(run(variant, blur, scene), expected, rtol=2e-6)
    dyes = rng.uniform(0, 2.5, (3, 67, 131))
    blur = blurs(pitch)["dyes"]
    expected = exactly(dyes.astype(np.float32), blur)
    # The fit misses 1e-5 of the kernel, here and there, above and below.
    np.testing.assert_allclose(run(variant, blur, dyes), expected, rtol=0, atol=3e-6)
    blur = blurs(pitch)["print"]
    expected = exactly(scene.astype(np.float32), blur)
    np.testing.assert_allclose(run(variant, blur, scene), expected, rtol=5e-6)  # likewise


@pytest.mark.parametrize("pitch", PITCHES)
def test_edges(rng, blurs, pitch):
    device = Device(all_devices()[0])
    on = (
        (rng.uniform(size=(1, 14, 17)) > 0.5)
        .repeat(10, axis=1)
        .repeat(10, axis=2)
        .repeat(3, axis=0)
    )
    dyes, light = 2.5 * on, np.where(on, 1000.0, 1.0)
    both = blurs(pitch)
    expected = exactly(dyes.astype(np.float32), both["dyes"])
    # 4e-6 of dye are 2e-6 of density.
    np.testing.assert_allclose(run(device, both["dyes"], dyes), expected, rtol=0, atol=4e-6)
    expected = exactly(light.astype(np.float32), both["print"])
    # 5e-8 of the brighter side on the darker, and half as much again in corners.
    np.testing.assert_allclose(run(device, both["print"], light), expected, rtol=7.5e-5)


@pytest.mark.parametrize("pitch_um", [3.04, 6.08, 12.15])
def test_beside_a_lamp(variant, blurs, pitch_um):
    """Right to 1e-4 at every pixel, from the lamp to where its halo ends, and none below 0."""
    where = np.zeros((3, 9, int(2800 / pitch_um)))
    where[:, 4:6, 11] = 1
    blur = blurs((pitch_um, pitch_um))["scene"]
    thrown = exactly(where, blur)
    for lamp in (1e4, 1e6):
        made = run(variant, blur, 0.01 + lamp * where)
        np.testing.assert_allclose(made, 0.01 + lamp * thrown, rtol=1e-4)
        assert (made > 0).all()


def test_a_lamp_in_the_dark_leaves_nothing_below_0(variant, blurs):
    for blur in blurs((12.15, 12.15)).values():
        dark = np.zeros((3, 40, 300))
        dark[:, 20, 20] = 1e6
        assert (run(variant, blur, dark) >= 0).all()


@pytest.mark.parametrize("size", [(1, 1), (5, 33), (64, 47)])
@pytest.mark.parametrize("pitch", [(6.1, 5.3), (24.3, 24.3), (2.0, 2.0), (120.0, 120.0)])
def test_a_flat_field_stays_flat_to_the_border(variant, blurs, pitch, size):
    flat = np.broadcast_to(np.array([0.05, 3.0, 1e-6])[:, None, None], (3, *size))
    for blur in blurs(pitch).values():
        np.testing.assert_allclose(run(variant, blur, flat), flat, rtol=1e-6)


@pytest.mark.parametrize("corner", [(0, 0), (203, 151), (204, 150), (391, 290), (207, 0)])
def test_a_crop_is_the_whole_bit_for_bit(variant, rng, blurs, corner):
    """At even and odd places, on levels that are coarser by 2 and by 4, at the frame's border."""
    scene = 10 ** rng.uniform(-3, 3, (3, 303, 421))
    crop = Region(*corner, 29, 13)
    for name, blur in blurs((24.3, 24.3)).items():
        if name == "scene":  # the others reach a few pixels
            frame = Region(0, 0, 421, 303)
            assert crop.grown(*blur.reach, frame) != frame
        whole = run(variant, blur, scene)
        np.testing.assert_array_equal(run(variant, blur, scene, crop), whole[crop.cut], name)


def test_regions_one_after_the_other_share_their_room(rng, blurs):
    device = Device(all_devices()[0])
    scene = rng.uniform(size=(3, 60, 90)).astype(np.float32)
    frame = Region(0, 0, 90, 60)
    blur = blurs((12.15, 12.15))["scene"]
    prepared = blur.prepare(Site(device, frame))
    source, target = (make_planes(device, 3, frame, blur.margin) for _ in range(2))
    fill(source, scene)
    prepared.over(frame, source=source, target=target)
    whole = fetch(target)
    for region in (Region(7, 11, 30, 20), Region(50, 31, 40, 29), frame):
        prepared.over(region, source=source, target=target)
        np.testing.assert_array_equal(fetch(target.over(region)), whole[region.cut])


def test_planes_without_a_margin_are_refused(rng, blurs):
    device, frame = Device(all_devices()[0]), Region(0, 0, 20, 10)
    blur = blurs((12.15, 12.15))["dyes"]
    prepared = blur.prepare(Site(device, frame))
    target = make_planes(device, 3, frame)
    for margin in ((0, 0), (blur.margin[0] - 1, blur.margin[1]), (blur.margin[0], 0)):
        source = make_planes(device, 3, frame, margin)
        with pytest.raises(DeviceError, match="rows and"):
            prepared.over(frame, source=source, target=target)


def test_not_a_number_spoils_what_it_reaches_and_no_more(variant, blurs):
    for broken in (np.nan, np.inf):
        flat = np.ones((3, 90, 110))
        flat[:, 40, 50] = broken
        blur = blurs((24.3, 24.3))["print"]
        rows, columns = (max(r, 4) for r in blur.reach)  # a core has at least 9 rows
        spoilt = ~np.isfinite(run(variant, blur, flat))
        assert spoilt[:, 40, 50].all()
        spoilt[:, 40 - rows : 41 + rows, 50 - columns : 51 + columns] = False
        assert not spoilt.any()


# --- other forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("pitch_um", [3.04, 6.08, 12.15])
def test_the_seed_form_of_scatter(rng, pitch_um):
    device = Device(all_devices()[0])
    blur = Blur((Mixture(((1.0, Cauchy(4.0)),)),), (pitch_um, pitch_um), 1e8)
    scene = 10 ** rng.uniform(-2, 0, (1, 67, 131))
    expected = exactly(scene.astype(np.float32), blur)
    np.testing.assert_allclose(run(device, blur, scene), expected, rtol=5e-6)  # as above
    scene[:] = 0.01
    scene[:, 30, 30] = 1e4
    expected = exactly(scene.astype(np.float32), blur)
    # Its foot never ends: a fifth of the light lies beyond the core, on coarse samples.
    np.testing.assert_allclose(run(device, blur, scene), expected, rtol=5e-4)


def test_the_ring_of_a_bare_base(variant, rng, negative):
    blur = of_negative(negative, (48.6, 48.6), backing="none", halation=True, scatter=True).blur
    scene = 10 ** rng.uniform(-2, 2, (3, 70, 90))
    expected = exactly(scene.astype(np.float32), blur)
    whole = run(variant, blur, scene)
    np.testing.assert_allclose(whole, expected, rtol=1e-6)  # float64, and a sum of few pixels
    crop = Region(31, 17, 20, 25)
    # Transforms of other lengths round otherwise, 1e-16 of the brightest; float32 does the rest.
    np.testing.assert_allclose(run(variant, blur, scene, crop), whole[crop.cut], rtol=1.2e-7)


def test_channels_may_have_levels_of_their_own(variant, rng):
    wide, narrow, none = Exponential(60.0), Exponential(3.0), Gaussian(0.0)
    mixtures = tuple(Mixture(((1.0, part),)) for part in (narrow, wide, none))
    blur = Blur(mixtures, (6.08, 6.08), 1.0)
    assert [len(cores) > 1 for cores in blur.cores] == [False, True, False]
    scene = rng.uniform(0.1, 1, (3, 50, 70)).astype(np.float32)
    made = run(variant, blur, scene)
    np.testing.assert_allclose(made, exactly(scene, blur), rtol=2e-5)  # 2e-5 of a kernel
    np.testing.assert_array_equal(made[2], scene[2])


def test_equal_mixtures_are_planned_once():
    mixture = Mixture(((1.0, Exponential(11.0)),))
    again = Mixture(((1.0, Exponential(11.0)),))
    pitch = (6.08, 6.08)
    assert levels_of(mixture, pitch, 1.0) is levels_of(again, pitch, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        levels_of(mixture, pitch, 1.0)[0][0, 0] = 1
