"""Kernels of a pack: the engine's own, whether as formula, image or sum of Gaussians."""

import time
from functools import cache

import numpy as np
import OpenImageIO
import pytest
from scipy import signal, special

from bake import kernel_images, kernels
from bake.parts import KernelLayer
from bake.recipe import Sampling
from spectral_film import open_device
from spectral_film.emulsion.spread import Cauchy, Exponential, Gaussian, Halo, Mixture
from spectral_film.errors import OutputError
from spectral_film.stages.optics import SCENE_CONTRAST, Spreading, of_negative, of_print
from spectral_film.stages.stage import apply

BACKINGS = ("rem-jet", "ahu", "none")
LIGHT_CUT = 2e-6  # of an exponential beyond its reach, the most that any part loses; see spread.py


@pytest.fixture(scope="module")
def stocks(negative, print_film) -> dict[str, tuple[Mixture, ...]]:
    """Kernels of the shipped film: R, G, B by backing, the print's, and the inhibitor's."""
    pitch = (6.0, 6.0)  # of no consequence to the formulas
    layers = {
        backing: of_negative(negative, pitch, backing=backing, halation=True, scatter=True).layers
        for backing in BACKINGS
    }
    layers["print"] = of_print(print_film, pitch, scatter=True).layers
    inhibitor = Mixture(((1.0, Exponential(negative.adjacency.length_um)),))
    return {**layers, "inhibitor": (inhibitor,) * 3}


@cache
def described(mixture):
    return kernels.kernel_layer(mixture)


@cache
def transformed(part, frequencies):
    """Hankel transform of a density as `spread` gives it, by Gauss-Legendre in the radius."""
    edges = np.concatenate([[0.0], np.geomspace(1e-3, 1.0, 1500) * part.reach_um])
    if isinstance(part, Halo):  # the reflectance has a kink at the critical angle
        kink = 2 * part.base_um * np.tan(np.arcsin(1 / part.base_index))
        edges = np.sort(np.append(edges, kink))
    node, weight = np.polynomial.legendre.leggauss(8)
    half = np.diff(edges)[:, None] / 2
    radius = (edges[:-1, None] + half * (node + 1)).ravel()
    light = part.density(radius) * radius * (half * weight).ravel()
    waves = special.j0(2 * np.pi * np.array(frequencies)[:, None] * radius)
    return waves @ light / light.sum()


def transform(mixture, frequencies):
    return sum(weight * transformed(part, frequencies) for weight, part in mixture.parts)


def gaussians(layer, frequency):
    return sum(
        term.weight * np.exp(-2 * (np.pi * term.sigma_um * frequency) ** 2)
        for term in layer.gaussians
    )


def read(path):
    image = OpenImageIO.ImageBuf(str(path))
    assert not image.has_error, image.geterror()
    return image, image.get_pixels(OpenImageIO.FLOAT, image.roi)


def blur(planes, mixtures, pitch):
    """As the engine does it on a scene."""
    spreading = Spreading(layers=mixtures, pitch_um=(pitch, pitch), contrast=SCENE_CONTRAST)
    return apply(open_device(), spreading, planes)


def write(folder, mixtures, pitch_um, name="optics"):
    sampling = Sampling("super35", 512, pitch_um)
    return kernel_images.write_images(
        folder, name, mixtures, sampling, acts_on="exposure", provenance={"negative": "5207"}
    )


# --- analytic form --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*BACKINGS, "print", "inhibitor"])
def test_the_engine_gets_its_mixtures_back(stocks, name):
    for mixture in stocks[name]:
        written = described(mixture).model_dump_json()
        read_back = kernels.mixture(type(described(mixture)).model_validate_json(written))
        assert read_back == mixture  # and so its kernels are found where they are kept
        assert hash(read_back) == hash(mixture)


def test_a_ring_of_an_older_pack_is_still_a_ring():
    said = {"form": "ring", "weight": 1, "base_um": 140, "base_index": 1.48, "reach_um": 2000}
    terms = [{"weight": 1, "sigma_um": 1}]
    layer = KernelLayer.model_validate({"spreads": [said], "gaussians": terms, "gaussian_error": 0})
    assert kernels.mixture(layer) == Mixture(((1.0, Halo("ring", 140.0, 1.48, 2000.0)),))


def test_a_cauchy_comes_back_too():
    mixture = Mixture(((1.0, Cauchy(2.8)),))
    assert kernels.mixture(kernels.kernel_layer(mixture)) == mixture


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        ({"form": "cauchy", "weight": 1}, "radius_um"),
        ({"form": "gaussian", "weight": 1, "sigma_um": -1}, "greater than or equal to 0"),
        ({"form": "exponential", "weight": 1, "length_um": 1e12}, "less than or equal to 200"),
        ({"form": "gaussian", "weight": 0.5, "sigma_um": 1}, "weights sum to 0.5, not to 1"),
        ({"form": "box", "weight": 1}, "does not match any of the expected tags"),
    ],
)
def test_a_spread_that_cannot_be_is_refused(spread, said):
    layer = {"spreads": [spread], "gaussians": [{"weight": 1, "sigma_um": 1}], "gaussian_error": 0}
    with pytest.raises(ValueError, match=said):
        KernelLayer.model_validate(layer)


def test_the_transfer_is_the_transform_of_the_density(stocks):
    frequencies = (0.0, 1e-4, 1e-3, 1.5e-3, 5e-3, 0.02, 0.06, 0.1)
    for name in (*BACKINGS, "print"):
        for mixture in stocks[name]:
            np.testing.assert_allclose(
                kernels.transfer(mixture, np.array(frequencies)),
                transform(mixture, frequencies),
                rtol=0,
                atol=2 * LIGHT_CUT,  # what is cut here is lost once and shared out once
            )


# --- sums of Gaussians ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*BACKINGS, "print", "inhibitor"])
def test_the_error_of_the_gaussians_is_the_one_stated(stocks, name):
    frequencies = tuple(np.geomspace(1e-5, kernels.HIGHEST, 403))
    for mixture in stocks[name]:
        layer = described(mixture)
        missed = np.abs(gaussians(layer, np.array(frequencies)) - transform(mixture, frequencies))
        # Steps of 2.3 % beside swings of some 50 % in frequency: the worst place is missed by
        # 1.2 %, which lowers a cosine of that period by (pi .012 / .5)^2 = .6 %, rounded up.
        assert missed.max() == pytest.approx(layer.gaussian_error, rel=0.01, abs=2 * LIGHT_CUT)


@pytest.mark.parametrize("name", ["rem-jet", "ahu", "print", "inhibitor"])
def test_gaussians_follow_all_but_the_ring(stocks, name):
    for mixture in stocks[name]:
        # The sheet's MTF can be read to 1 %: a hundredth of that.
        assert described(mixture).gaussian_error <= 1e-4


def test_gaussians_miss_the_swings_of_the_ring_and_say_so(stocks):
    """What follows the ring lifts its lobe above 0, but the OTF still swings."""
    for mixture in stocks["none"]:
        veil, bare = mixture.parts[-1]
        error = described(mixture).gaussian_error
        # It rises from its lowest by twice the error of the best that never rises. Above what
        # counts as near enough: it is not hidden.
        swing = np.ptp(transformed(bare, tuple(np.arange(1.5e-3, 4e-3, 1e-4))))
        assert max(1e-4, 0.4 * swing * veil) < error < swing * veil


@pytest.mark.parametrize("name", [*BACKINGS, "print", "inhibitor"])
def test_gaussians_are_few_and_keep_the_light(stocks, name):
    for mixture in stocks[name]:
        terms = described(mixture).gaussians
        assert len(terms) <= 8
        assert all(term.weight > 0 for term in terms)
        assert sum(term.weight for term in terms) == pytest.approx(1, abs=1e-15)  # one rounding
        sigmas = [term.sigma_um for term in terms]
        assert sigmas == sorted(set(sigmas))


@pytest.mark.parametrize(
    "parts",
    [((1.0, 0.0),), ((1.0, 0.7),), ((0.25, 0.0), (0.75, 20.0)), ((0.25, 3.0), (0.75, 20.0))],
)
def test_gaussians_are_found_again(parts):
    mixture = Mixture(tuple((weight, Gaussian(sigma)) for weight, sigma in parts))
    layer = kernels.kernel_layer(mixture)
    found = [(term.weight, term.sigma_um) for term in layer.gaussians]
    # Given to five digits and six decimals; a sum of Gaussians is the only one with its OTF.
    np.testing.assert_allclose(found, parts, rtol=2e-5, atol=2e-6)
    assert layer.gaussian_error < 1e-5


def test_the_fit_is_the_same_twice(stocks):
    mixture = stocks["rem-jet"][0]
    assert kernels.kernel_layer(mixture) == described(mixture)


# --- light that is cut ----------------------------------------------------------------------------


def kept(part) -> float:
    """Light of a spread up to where it ends, by quadrature of its density in steps of its end."""
    begin, end = (step * part.reach_um / 1.3 for step in (0.8, 1.3))
    points = np.concatenate([[0.0], np.geomspace(1e-7, 1.0, 2000) * begin, [end]])
    if isinstance(part, Halo):  # the reflectance has a kink at the critical angle
        points = np.sort(
            np.append(points, 2 * part.base_um * np.tan(np.arcsin(1 / part.base_index)))
        )
    node, weight = np.polynomial.legendre.leggauss(16)
    half = np.diff(points)[:, None] / 2
    radius = points[:-1, None] + half * (node + 1)
    return float((part.density(radius) * radius * half * weight).sum())


def test_light_outside_of_a_halo():
    """A backing sends base^2 r dr / (1 + (r / 2 base)^2)^2 all over the film."""
    diffuse = Halo("diffuse", 140.0, 1.48, 2000.0)
    outside = kernel_images.energy_outside(Mixture(((1.0, diffuse),)), 6.0)
    # Two quadratures of smooth functions: rounding.
    assert outside == pytest.approx(1 - kept(diffuse) / (280.0**2 / 2), rel=1e-9)


def test_light_outside_of_a_ring():
    """Most of its light is totally reflected, so little goes out before the ring: 3 % lie far out.

    See docs/physics.md, End of the halo.
    """
    ring = Halo("ring", 140.0, 1.48, 2000.0)
    all_of_it = kept(Halo("ring", 140.0, 1.48, 2e6))  # 1e-6 of it goes farther
    outside = kernel_images.energy_outside(Mixture(((1.0, ring),)), 6.0)
    # Before the kink the reflectance rises like a square root, which costs `kept` four digits.
    assert outside == pytest.approx(1 - kept(ring) / all_of_it, abs=1e-5)


@pytest.mark.parametrize("pitch", [3.0, 12.0, 50.0])
def test_light_outside_of_a_cauchy(pitch):
    """Half of one; all of it sends g^2 = 9 in units of its density in the middle."""
    cauchy = Cauchy(3.0)
    mixture = Mixture(((0.5, cauchy), (0.5, Gaussian(0.0))))
    outside = kernel_images.energy_outside(mixture, pitch)
    assert outside == pytest.approx(0.5 * (1 - kept(cauchy) / 9), rel=1e-9)  # rounding


def test_light_outside_of_a_gaussian_is_that_of_two_error_functions():
    sigma, pitch = 3.0, 5.0
    half = (np.ceil(6 * sigma / pitch) + 0.5) * pitch
    inside = special.erf(half / sigma / np.sqrt(2)) ** 2
    outside = kernel_images.energy_outside(Mixture(((1.0, Gaussian(sigma)),)), pitch)
    assert outside == pytest.approx(1 - inside, abs=1e-14)  # rounding of 1 - x


# --- images ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rem-jet", "none", "print", "inhibitor"])
@pytest.mark.parametrize("pitch", [12.153, 24.3])
def test_images_hold_to_the_rules(stocks, tmp_path, name, pitch):
    mixtures = stocks[name]
    said = write(tmp_path, mixtures, pitch)
    image, pixels = read(tmp_path / said.rgb)
    spec, size = image.spec(), 2 * said.radius_px + 1
    assert said.rgb == f"kernels/optics_{pitch:.3f}um.exr"
    assert tuple(spec.channelnames) == ("R", "G", "B")
    assert spec.format == OpenImageIO.FLOAT
    assert pixels.shape == (size, size, 3)
    assert size * pitch / 2 >= max(mixture.reach_um for mixture in mixtures)
    assert (spec.x, spec.y) == (-said.radius_px,) * 2
    assert spec.roi_full == spec.roi
    assert spec.getattribute("compression") == "zip"
    assert (pixels >= 0).all()
    # Float32 rounds each value by 6e-8 of itself.
    np.testing.assert_allclose(pixels.sum(axis=(0, 1), dtype=float), 1, rtol=0, atol=1e-7)
    middle = pixels[said.radius_px, said.radius_px]
    assert (pixels.max(axis=(0, 1)) == middle).all()
    assert said.centre == tuple(middle.tolist())
    for turned in (pixels[::-1], pixels[:, ::-1], pixels.swapaxes(0, 1)):
        np.testing.assert_array_equal(turned, pixels)
    outside = tuple(kernel_images.energy_outside(mixture, pitch) for mixture in mixtures)
    assert said.energy_outside == outside
    for layer, path in said.layers.items():
        alone, values = read(tmp_path / path)
        channel = "RGB".index(layer)
        assert tuple(alone.spec().channelnames) == ("R",)
        assert (alone.spec().x, alone.spec().y) == (0, 0)
        assert alone.spec().roi_full == alone.spec().roi
        np.testing.assert_array_equal(values[..., 0], pixels[..., channel])
        share = alone.spec().getattribute("film:energyOutside")
        assert share == pytest.approx(outside[channel], rel=1e-7)  # a float32
        assert alone.spec().getattribute("film:stage") == "optics"
    assert spec.getattribute("film:pixelPitchUm") == pytest.approx(pitch, rel=1e-7)  # a float32
    assert spec.getattribute("film:domain") == "exposure"
    assert spec.getattribute("film:dcGain") == 1
    assert spec.getattribute("film:energyOutside") == pytest.approx(outside, rel=1e-7)
    assert spec.getattribute("film:negative") == "5207"
    assert sorted((tmp_path / "kernels").iterdir()) == sorted(
        tmp_path / path for path in (said.rgb, *said.layers.values())
    )


@pytest.mark.parametrize("name", ["rem-jet", "none", "print", "inhibitor"])
def test_convolving_with_the_image_is_what_the_engine_does(stocks, tmp_path, rng, name):
    pitch = 24.3
    planes = rng.gamma(0.3, 1.0, (3, 70, 90)).astype(np.float32)  # many dark pixels, some bright
    said = write(tmp_path, stocks[name], pitch)
    _, pixels = read(tmp_path / said.rgb)
    engine = blur(planes, stocks[name], pitch)
    edge = ((said.radius_px,) * 2,) * 2
    for plane, kernel, expected in zip(planes, np.moveaxis(pixels, -1, 0), engine, strict=True):
        wide = np.pad(plane.astype(float), edge, mode="edge")
        found = signal.fftconvolve(wide, kernel.astype(float), mode="valid")
        # The engine is within 5e-6 of each value on random scenes; see blur.py.
        np.testing.assert_allclose(found, expected, rtol=5e-6)


def test_openimageio_convolves_with_a_layer_of_it(stocks, tmp_path, rng):
    """A kernel about the origin shifts nothing, and one channel of it blurs its own layer."""
    pitch = 120.0  # a direct sum: few pixels, please
    planes = rng.uniform(0, 1, (3, 60, 60)).astype(np.float32)
    said = write(tmp_path, stocks["none"], pitch)
    image, _ = read(tmp_path / said.rgb)
    engine = blur(planes, stocks["none"], pitch)
    inside = np.s_[said.radius_px : -said.radius_px, said.radius_px : -said.radius_px]
    for channel, plane in enumerate(planes):
        layer = OpenImageIO.ImageBufAlgo.channels(image, (channel,))
        picture = OpenImageIO.ImageBuf(plane[..., None])
        blurred = OpenImageIO.ImageBufAlgo.convolve(picture, layer, False)  # as it is
        assert not blurred.has_error, blurred.geterror()
        found = blurred.get_pixels(OpenImageIO.FLOAT)[..., 0]
        # A direct sum of 1225 products in float32: partial sums below 1 are rounded by 2e-8 (rms),
        # which makes 35 x 2e-8 at random and four times that at the worst of 2000 pixels. Nearer
        # to the border it sees black beyond.
        np.testing.assert_allclose(found[inside], engine[channel][inside], rtol=0, atol=3e-6)


def test_the_same_kernels_are_the_same_bytes(stocks, tmp_path):
    said = write(tmp_path / "one", stocks["rem-jet"], 50.0)
    time.sleep(1.1)  # the library's clock counts seconds
    assert write(tmp_path / "two", stocks["rem-jet"], 50.0) == said
    for path in (said.rgb, *said.layers.values()):
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_a_point_is_one_pixel(tmp_path):
    said = write(tmp_path, [Mixture(((1.0, Gaussian(0.0)),))] * 3, 6.0)
    _, pixels = read(tmp_path / said.rgb)
    np.testing.assert_array_equal(pixels, np.ones((1, 1, 3)))
    assert said.energy_outside == (0, 0, 0)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "kernels/optics_6.000um.exr").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"optics_6\.000um\.exr: cannot be written"):
        write(tmp_path, [Mixture(((1.0, Gaussian(0.0)),))] * 3, 6.0)
