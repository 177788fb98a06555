"""Light on the film, against the analytic truth of its kernels."""

from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, special

from reference.stages import common, optics

REACH_UM = 2000.0
REACH_AND_DETAIL = {"reach_um": (4.2, 80.0), "detail_um": (0.1, 0.4)}
ACETATE = {"base_um": jnp.asarray(140.0), "base_index": jnp.asarray(1.48), "reach_um": REACH_UM}
SCATTER = {
    "core_sigma_um": jnp.full(3, 0.7),
    "skirt_weight": jnp.array([0.93, 0.74, 0.79]),
    "skirt_length_um": jnp.array([4.9, 4.0, 3.0]),
}


def two_dimensional(radial_density, frequency):
    """Hankel transform of a radial kernel, by adaptive quadrature."""

    def integrand(r):
        return 2 * np.pi * r * radial_density(r) * special.j0(2 * np.pi * frequency * r)

    return integrate.quad(integrand, 0, 4000, limit=4000)[0]


@pytest.mark.parametrize("cycles_per_mm", [2.0, 10.0, 40.0])
def test_the_skirt_is_the_transform_of_an_exponential_disc(cycles_per_mm):
    length = 4.9
    kernel = lambda r: np.exp(-r / length) / (2 * np.pi * length**2)  # noqa: E731
    only_skirt = {
        "core_sigma_um": jnp.ones(1),
        "skirt_weight": jnp.ones(1),
        "skirt_length_um": jnp.array([length]),
    }
    frequency = cycles_per_mm / 1000
    otf = optics.scatter_otf(jnp.array([frequency]), **only_skirt)[0, 0]
    assert otf == pytest.approx(two_dimensional(kernel, frequency), abs=1e-7)  # quadrature


@pytest.mark.parametrize("x_um", [0.0, 1.0, 3.0, 10.0, 100.0])
def test_the_line_spread_of_the_2d_cauchy_is_the_1d_cauchy(x_um):
    g = 3.0
    # The line spread is the 1-D inverse transform of the OTF's section.
    frequency = np.linspace(0, 4, 400_001)
    otf = np.asarray(optics.cauchy_otf(jnp.asarray(frequency), cauchy_radius_um=jnp.array([g])))[0]
    line = 2 * integrate.trapezoid(otf * np.cos(2 * np.pi * frequency * x_um), frequency)
    # Trapezoids 1e-5 cycles/um wide err by (2 pi g 1e-5)^2 / 12 of the value at 0.
    assert line == pytest.approx(1 / (np.pi * g * (1 + (x_um / g) ** 2)), abs=1e-8)


def test_flux_beyond_a_radius_of_the_cauchy_kernel():
    """g / sqrt(g^2 + R^2) stays outside R: docs/physics.md, Scatter."""
    g, size, pitch, reach = 3.0, 150, 4.0, 600.0  # and ends smoothly about there
    lamp = jnp.zeros((1, size, size)).at[0, size // 2, size // 2].set(1.0)
    density = partial(optics.cauchy_density, cauchy_radius_um=jnp.array([g]))
    parts = [common.Part(jnp.ones(1), density, 1.3 * reach, 0.5)]
    spot = np.asarray(optics.optics(lamp, parts=parts, pitch_um=(pitch, pitch)))[0]
    y, x = np.indices((size, size)) - size // 2
    for radius in (50.0, 100.0, 200.0):
        inside = spot[np.hypot(x, y) * pitch <= radius].sum()
        expected = 1 - g / np.hypot(g, radius)
        # The border of the disc cuts pixels: pitch / R of the flux near R, itself g / R. What
        # would fall beyond the reach, g / reach, comes back by the sum of 1.
        assert inside == pytest.approx(expected, abs=pitch * g / radius**2 + g / reach)


@pytest.mark.parametrize("profile", ["ring", "diffuse"])
def test_the_veil_is_the_transform_of_its_geometry(profile):
    """Against adaptive quadrature over the angle, with scipy's J0 and Fresnel written anew."""
    depth, index = 280.0, 1.48

    def reflectance(angle):
        if profile == "diffuse" or np.sin(angle) * index >= 1:
            return 1.0
        refracted = np.arcsin(index * np.sin(angle))
        if angle < 1e-9:
            return ((index - 1) / (index + 1)) ** 2
        s = np.sin(angle - refracted) / np.sin(angle + refracted)
        p = np.tan(angle - refracted) / np.tan(angle + refracted)
        return (s**2 + p**2) / 2

    # `left`: see docs/physics.md, End of the halo.
    def left(radius):
        t = min(max((radius - 1600) / 1000, 0), 1)
        return 1 - (10 * t**3 - 15 * t**4 + 6 * t**5)

    def flux(angle, frequency):
        radius = depth * np.tan(angle)
        wave = special.j0(2 * np.pi * frequency * radius)
        return 2 * np.sin(angle) * np.cos(angle) * reflectance(angle) * left(radius) * wave

    def through(frequency):
        limits = (0, np.arctan(2600 / depth))
        kinks = [np.arcsin(1 / index), np.arctan(1600 / depth)]
        return integrate.quad(flux, *limits, args=(frequency,), points=kinks, limit=2000)[0]

    cycles = np.array([0.0, 0.2, 0.5, 1.0, 1.5, 3.0, 20.0]) / 1000
    expected = np.array([through(f) for f in cycles]) / through(0.0)
    veil = optics.halation_otf(jnp.asarray(cycles), **ACETATE, profile=profile)
    assert np.asarray(veil) == pytest.approx(expected, abs=2e-6)  # midpoints 0.2 um apart


def test_bare_acetate_throws_a_ring_at_257_um():
    """r_c = 2 d / sqrt(n^2 - 1): nothing returns totally from nearer: docs/physics.md, Halation."""
    pitch, size = 8.0, 160
    lamp = jnp.zeros((1, size, size)).at[0, size // 2, size // 2].set(1.0)
    density = partial(optics.halation_density, **ACETATE, profile="ring")
    parts = [common.Part(jnp.ones(1), density, 1.3 * REACH_UM, 2.0)]
    halo = np.asarray(optics.optics(lamp, parts=parts, pitch_um=(pitch, pitch)))[0]

    y, x = np.indices((size, size)) - size // 2
    radius = np.hypot(x, y) * pitch
    rings = np.arange(0, 600, pitch)
    profile = [halo[(radius >= r) & (radius < r + pitch)].mean() for r in rings]
    brightest = rings[int(np.argmax(profile))] + pitch / 2
    expected = 2 * 140 / np.sqrt(1.48**2 - 1)
    # A pixel wide, and the rise to the ring is soft on its inside and steep on its outside.
    assert brightest == pytest.approx(expected, abs=1.5 * pitch)
    # Inside only what Fresnel sends back head-on: .0375 of what the ring does, times the 3.4 that
    # its longer way costs the ring (docs/physics.md, Halation: E .295 there).
    assert np.mean(profile[2:24]) < 0.15 * max(profile)


def test_half_of_the_diffuse_veil_falls_within_twice_the_base():
    """R = const: the flux within r is sin^2(th), half of it at 45 degrees, r = 2 d = 280 um."""
    frequency = np.linspace(0, 0.08, 32_001)
    veil = np.asarray(
        optics.halation_otf(
            jnp.asarray(frequency[::40]), **(ACETATE | {"reach_um": 1e5}), profile="diffuse"
        )
    )
    # Flux within R = 2 pi R Int H(f) J1(2 pi f R) df.
    radius = 280.0
    table = np.interp(frequency, frequency[::40], veil)
    within = (
        2
        * np.pi
        * radius
        * integrate.trapezoid(table * special.j1(2 * np.pi * frequency * radius), frequency)
    )
    assert within == pytest.approx(0.5, abs=0.01)  # cut at 80 cycles/mm, straight between samples


def test_bessel_function():
    x = np.concatenate([np.linspace(0, 30, 4001), np.linspace(30, 3000, 4001)])
    # 5e-8 is what Abramowitz and Stegun promise; the phase of 3000 rad loses nothing in float64.
    assert np.asarray(optics.bessel_j0(jnp.asarray(x))) == pytest.approx(special.j0(x), abs=5e-8)


@pytest.mark.parametrize("pitch_um", [(6.1, 6.1), (12.0, 9.0)])
@pytest.mark.parametrize("size", [(13, 17), (32, 20)])
def test_a_flat_field_stays_flat_to_the_border(pitch_um, size):
    flat = jnp.broadcast_to(jnp.array([0.05, 3.0, 1e-6])[:, None, None], (3, *size))
    parts = optics.scatter_parts(**SCATTER, **REACH_AND_DETAIL)
    spread = optics.optics(flat, parts=parts, pitch_um=pitch_um)
    assert np.asarray(spread / flat) == pytest.approx(1.0, abs=1e-12)  # FFT rounding


@pytest.mark.parametrize("pitch_um", [3.0, 6.1, 12.0])
def test_a_lamp_leaves_no_pixel_dark(pitch_um):
    """1e4 on 0.01: ringing of a band-limited kernel would take light from its neighbours."""
    night = jnp.full((3, 64, 64), 0.01).at[:, 32, 32].set(1e4)
    parts = optics.scatter_parts(**SCATTER, **REACH_AND_DETAIL)
    spread = optics.optics(night, parts=parts, pitch_um=(pitch_um, pitch_um))
    # The transform rounds to 1e-16 of the lamp, 1e-12: the field of 0.01 is far above.
    assert float(spread.min()) >= 0.01 * (1 - 1e-9)


@pytest.mark.parametrize(("pitch_um", "allowed"), [(3.0, 0.012), (6.1, 0.018), (12.0, 0.06)])
def test_the_positive_kernel_keeps_the_light_and_stays_near_its_otf(pitch_um, allowed):
    """Squares of light 0.9 pixels wide shape the OTF below 0.8 Nyquist by so much, no more.

    Dropping the negative values of the clipped OTF did .002, .018 and .077, and left crosses.
    """
    size = 256
    across = jnp.fft.rfftfreq(size, pitch_um)
    otf = partial(optics.scatter_otf, **SCATTER)
    kernel = common.sum_of_kernels(
        weight[:, None, None]
        * common.positive_kernel(
            density, reach_um=reach, detail_um=detail, pitch_um=(pitch_um, pitch_um)
        )
        for weight, density, reach, detail in optics.scatter_parts(**SCATTER, **REACH_AND_DETAIL)
    )
    made = common.kernel_spectrum(kernel, shape=(size, size))
    assert np.asarray(made[:, 0, 0]) == pytest.approx(1.0, abs=1e-14)
    used = across <= min(0.8 * 0.5 / pitch_um, 0.08)  # the sheet ends at 80 cycles/mm
    assert np.abs(np.asarray(made[:, 0] - otf(across)))[:, used].max() <= allowed
    assert kernel.min() >= 0


@pytest.mark.parametrize(
    ("length", "even"), [(1, 2), (7, 8), (97, 100), (1001, 1024), (2161, 2250)]
)
def test_transform_lengths_are_even_and_smooth(length, even):
    assert common.fast_even(length) == even
