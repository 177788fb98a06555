"""The spectrum of a colour: its colour, its level, and where colours stop."""

import warnings

import h5py
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from reference.stages import exposure as reference_exposure
from reference.upsampling import ROLL_FROM, ROLL_TO, bring_inside, rgb_to_xyz, solve, spectrum_of
from spectral_film.device.device import open_device
from spectral_film.device.planes import Region, put
from spectral_film.light import spectra
from spectral_film.light.upsampling import (
    POWERS,
    sigmoid,
    surfaces_at_nodes,
    upsample,
    upsampling_table,
)
from spectral_film.path.survey import Colours, survey_of_colours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # colour-science speaks of the plotting it lacks
    import colour

jax.config.update("jax_enable_x64", True)

TABLE = {
    name: jnp.asarray(getattr(upsampling_table(), name), float)
    for name in ("lowest_ratio", "luminance_weight")
}
PRIORS = ["measured", "jakob-hanika"]


def pixels(colours):
    """(colour, 3) as planes (3, colour, 1)."""
    return np.asarray(colours, float).T[..., None].copy()


def light(rgb, prior="measured"):
    """Spectrum under an equal-energy light, (wavelength, y, x)."""
    return upsample(rgb, surfaces_at_nodes(prior))


def xyz_by_colour_science(spectrum):
    """XYZ under D65 of one reflectance, white Y = 1, by colour-science at its own 1 nm."""
    one_nm = colour.SpectralShape(360, 780, 1)
    sd = colour.SpectralDistribution(spectrum, spectra.WAVELENGTH).align(one_nm)
    cmfs = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"].copy().align(one_nm)
    d65 = colour.SDS_ILLUMINANTS["D65"].copy().align(one_nm)
    return colour.sd_to_XYZ(sd, cmfs, d65, method="Integration") / 100


@pytest.fixture(scope="module")
def layer_weight():
    """Sensitivity of the shipped negative times D55, unit sum, (layer, wavelength)."""
    from importlib.resources import files

    with h5py.File(files("spectral_film.assets") / "films/vision3-250d.h5") as film:
        sensitivity = film["exposure/spectral_sensitivity"][()]
    weight = sensitivity * spectra.illuminant("D55")
    return weight / weight.sum(1, keepdims=True)


@pytest.fixture(scope="module")
def random_colours():
    return np.random.default_rng(250).random((3000, 3))


@pytest.mark.parametrize("prior", PRIORS)
def test_the_spectrum_has_the_colour_it_came_from(prior):
    # The Rec.709 chart of 3^3 colours, black left out, some beyond white.
    levels = [0, 0.1, 1.7]
    colours = np.array([(r, g, b) for r in levels for g in levels for b in levels][1:])
    for rgb, spectrum in zip(colours, light(pixels(colours), prior)[..., 0].T, strict=True):
        expected = colour.RGB_to_XYZ(rgb, "ITU-R BT.709", apply_cctf_decoding=False)
        # 0.4 %: colour-science sums by 1 nm here, we by 5, on the steep slopes of a pure blue;
        # the next test is the sharp one
        assert xyz_by_colour_science(spectrum) == pytest.approx(
            expected, abs=4e-3 * np.linalg.norm(expected)
        )


@pytest.mark.parametrize("prior", PRIORS)
def test_the_sums_on_our_own_grid_are_tighter(random_colours, prior):
    under_d65 = spectra.observer() * spectra.illuminant("D65")
    under_d65 /= under_d65[1].sum()
    xyz = under_d65 @ light(pixels(random_colours), prior)[..., 0]
    expected = rgb_to_xyz() @ random_colours.T
    error = np.linalg.norm(xyz - expected, axis=0) / np.linalg.norm(expected, axis=0)
    # The nodes have their colours to the float32 of c0, c1, c2, and XYZ is linear between them.
    assert error.max() < 1e-6


def test_layer_exposure_agrees_with_solving_every_colour(layer_weight, random_colours):
    most = random_colours.max(1, keepdims=True)
    exact = solve(random_colours / (2 * most) @ rgb_to_xyz().T)
    expected = layer_weight @ (2 * most[:, 0] * sigmoid(exact @ POWERS).T)
    found = layer_weight @ light(pixels(random_colours), "jakob-hanika")[..., 0]
    error = abs(np.log10(found / expected))
    # Two common tables of 64 nodes differ by .0024 in the mean and .0175 in 99 %; a tenth of that.
    assert error.mean() < 0.00024
    assert np.percentile(error, 99) < 0.00175


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_grey_is_flat_to_the_last_bit(dtype, prior):
    grey = np.geomspace(1e-6, 1e5, 50, dtype=dtype) * np.ones((3, 1, 1), dtype)
    assert np.array_equal(light(grey, prior), np.broadcast_to(grey[0], (85, 1, 50)))


@given(
    st.tuples(*[st.floats(-0.5, 2, width=32)] * 3).filter(lambda rgb: max(rgb) > 0.01),
    st.integers(-20, 20),
)
def test_exposure_scales_exactly(rgb, stops):
    brighter = light(pixels([np.array(rgb) * 2.0**stops]))
    assert np.array_equal(light(pixels([rgb])) * 2.0**stops, brighter)


def test_black_and_less_than_black_give_no_light():
    dark = pixels([(0, 0, 0), (-1, -1, -1), (0.1, -0.5, 0.1), (-1, 0, 0)])
    assert (light(dark) == 0).all()


def test_agrees_with_the_jakob_hanika_solver_of_colour_science():
    # Solvers of the same family of curves differ by their stopping rule (there a colour
    # difference of 1e-4 ... 0.01), so by less than a per cent of reflectance.
    cmfs = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    for rgb in [(0.5, 0.2, 0.1), (0.1, 0.5, 0.3), (0.2, 0.25, 0.5), (0.5, 0.5, 0.15)]:
        theirs = colour.recovery.XYZ_to_sd_Jakob2019(
            rgb_to_xyz() @ rgb,
            cmfs.copy().align(colour.SpectralShape(360, 780, 5)),
            colour.SDS_ILLUMINANTS["D65"].copy().align(colour.SpectralShape(360, 780, 5)),
        )
        ours = light(pixels([rgb]), "jakob-hanika")[:, 0, 0]
        assert ours == pytest.approx(theirs.values, abs=0.01)


def test_one_colour_has_one_spectrum_whatever_space_it_came_from():
    rec709 = np.array([0.3, 0.21, 0.07])
    ours = light(pixels([rec709]))
    for space in ("ITU-R BT.2020", "P3-D65", "sRGB"):  # of the same white: no adaptation
        there = colour.RGB_to_RGB(rec709, "ITU-R BT.709", space)
        back = colour.RGB_to_RGB(there, space, "ITU-R BT.709")
        # matrices as published, to 4 .. 7 digits
        assert light(pixels([back])) == pytest.approx(ours, rel=2e-3)


def test_wide_gamut_colours_keep_their_colour():
    # Colours of P3 that Rec.709 does not hold and that the roll-off leaves alone.
    rng = np.random.default_rng(3)
    p3 = rng.random((500, 3))
    rgb = colour.RGB_to_RGB(p3, "P3-D65", "ITU-R BT.709")
    xyz = rgb @ rgb_to_xyz().T
    xy = xyz[:, :2] / xyz.sum(1, keepdims=True)
    kept = np.linalg.norm(bring_inside(rgb) - xy, axis=1) < 1e-9
    beyond = kept & (rgb.min(1) < -0.01)
    assert beyond.sum() > 30  # the test has something to look at
    under_d65 = spectra.observer() * spectra.illuminant("D65")
    found = (under_d65 / under_d65[1].sum() @ light(pixels(rgb[beyond]))[..., 0]).T
    error = np.linalg.norm(found - xyz[beyond], axis=1) / np.linalg.norm(xyz[beyond], axis=1)
    assert error.max() < 0.01  # bilinear, as inside


# Colours of full saturation round the clock, in RGB of zero luminance: added to a grey of 1.
CHROMA = [
    v - v @ rgb_to_xyz()[1]
    for v in np.array([(1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1)], float)
]


@pytest.mark.parametrize("chroma", CHROMA)
def test_the_hull_is_approached_monotonely_and_never_left(chroma):
    ray = 1 + np.linspace(0, 40, 4000)[:, None] * chroma
    white = rgb_to_xyz().sum(1)[:2] / rgb_to_xyz().sum()
    distance = np.linalg.norm(bring_inside(ray) - white, axis=1)
    assert (np.diff(distance) >= -1e-12).all()
    assert np.diff(distance).max() < 0.02  # no jump: a twentieth of the way to the primaries
    # It ends below the locus: a colour without end is moved as far in as a spectral one may be.
    end = bring_inside(1e9 * chroma[None])[0]
    locus = (spectra.observer()[:2] / spectra.observer().sum(0)).T
    assert distance[-1] <= np.linalg.norm(end - white) + 1e-12
    assert Delaunay(locus).find_simplex(end) >= 0


@pytest.mark.parametrize("chroma", CHROMA)
def test_light_is_continuous_out_to_colours_that_cannot_be(chroma):
    # Layer-like wide bands must not see a step on the way through hull, table border and seams.
    steps = 8000
    ray = pixels(1 + np.linspace(0, 30, steps)[:, None] * chroma)
    bands = light(ray)[..., 0].reshape(17, 5, steps).mean(1)
    # A step of 30/8000 in chroma moves a band by no more than the colour itself moves.
    assert abs(np.diff(bands)).max() < 0.25


def test_rec709_is_left_where_it_is():
    edges = np.linspace(0, 1, 50)[:, None]
    primaries = np.eye(3)
    hull = np.concatenate([a + edges * (b - a) for a in primaries for b in primaries])
    xyz = hull @ rgb_to_xyz().T
    assert bring_inside(hull) == pytest.approx(xyz[:, :2] / xyz.sum(1, keepdims=True), abs=1e-12)
    _, gain = spectrum_of(np.unique(hull / hull.max(1, keepdims=True), axis=0))
    # Up to here the level is 2 max(R, G, B) and nothing else: docs/physics.md, Up-sampling.
    assert gain == pytest.approx(1, abs=1e-12)
    assert ROLL_FROM < ROLL_TO < 1


def count_out_of_locus(rgb):
    device = open_device()
    planes = np.asarray(rgb, np.float32)
    region = Region(0, 0, planes.shape[2], planes.shape[1])
    survey = survey_of_colours().prepare(device, region)
    survey.over(region, put(device, planes))
    return survey.read()


def test_spectral_lights_count_as_possible_and_colours_beyond_them_do_not():
    locus = np.linalg.solve(rgb_to_xyz(), spectra.observer()[:, 8:69])  # 400 to 700 nm
    inside = count_out_of_locus(locus[..., None])
    assert inside.negative == locus.shape[1]  # no spectral colour is in Rec.709
    assert inside.outside == inside.dark == 0
    grey = rgb_to_xyz()[1] @ locus
    beyond = grey + 3 * (locus - grey)  # at constant luminance; violet has little room to y = 0
    counted = count_out_of_locus(beyond[..., None])
    assert counted.outside == locus.shape[1]
    assert count_out_of_locus(np.array([-1.0, 0.2, 0.2]).reshape(3, 1, 1)).dark == 1
    assert count_out_of_locus(np.ones((3, 2, 2))) == Colours(broken=0, negative=0)


@pytest.mark.parametrize("prior", PRIORS)
def test_reference_and_numpy_do_the_same_steps(prior):
    rgb = np.random.default_rng(1).normal(0.3, 1, (3, 41, 37))
    at_node = surfaces_at_nodes(prior)
    theirs = reference_exposure.upsample(jnp.asarray(rgb), at_node=jnp.asarray(at_node), **TABLE)
    # Where a colour lies between nodes is known to 96 roundings.
    assert light(rgb, prior) == pytest.approx(np.asarray(theirs), rel=1e-10, abs=1e-12)


def test_gradients_of_the_reference_are_its_slopes():
    at_node = jnp.asarray(surfaces_at_nodes("measured") @ spectra.observer().T)
    rgb = jnp.asarray(np.random.default_rng(2).random((3, 2, 2)) * [[[1.0]], [[0.6]], [[0.3]]])

    @jax.jit
    def exposure(light):
        return reference_exposure.upsample(light, at_node=at_node, **TABLE).sum()

    gradient = jax.grad(exposure)(rgb)
    step = 1e-6  # far from a node of the table, where the slope jumps
    for at in np.ndindex(rgb.shape):
        ahead, behind = (exposure(rgb.at[at].add(sign * step)) for sign in (1, -1))
        slope = float(ahead - behind) / (2 * step)
        assert float(gradient[at]) == pytest.approx(slope, rel=1e-5, abs=1e-5)
