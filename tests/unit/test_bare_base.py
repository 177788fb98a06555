"""What a bare base throws back, against rays: each is refracted and reflected by itself."""

from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from bake import kernels
from reference.stages.bare_base import bare_base_otf
from spectral_film.emulsion.bare_base import BareBase
from spectral_film.emulsion.spread import Halo, Mixture

INDEX, BASE_UM = 1.48, 140.0
PLATE, GAP_UM, AGAIN = 0.3, 30.0, 0.35
RAYS = 3_000_000
RING = Halo("ring", BASE_UM, INDEX, 2000.0)
RING_UM = 2 * BASE_UM / np.sqrt(INDEX**2 - 1)  # where total reflection begins
REFLECTED = 0.584  # of Lambertian light at the back of a base of 1.48, by quadrature
UNIT = np.pi * (2 * BASE_UM) ** 2  # of `light`, um^2, which is 1 where all goes straight back


def reflectance(sine: np.ndarray) -> np.ndarray:
    """Fresnel's, from inside, by sines and tangents of the angles."""
    inside, outside = np.arcsin(sine), np.arcsin(np.minimum(INDEX * sine, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.sin(inside - outside) / np.sin(inside + outside)
        p = np.tan(inside - outside) / np.tan(inside + outside)
    head_on = ((INDEX - 1) / (INDEX + 1)) ** 2
    below = np.where(sine < 1e-6, head_on, (s**2 + p**2) / 2)
    return np.where(INDEX * sine >= 1, 1.0, below)


class Rays:
    """Light under a lamp, as points in the plane of the emulsion."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def lambertian(self, count: int) -> np.ndarray:
        """Sines of angles."""
        return np.sqrt(self.rng.uniform(size=count))

    def moved(self, points: np.ndarray, distance: np.ndarray) -> np.ndarray:
        return points + distance * np.exp(2j * np.pi * self.rng.uniform(size=len(points)))

    def chosen(self, chance: np.ndarray | float, count: int) -> np.ndarray:
        return self.rng.uniform(size=count) < chance

    def turn(
        self, points: np.ndarray, plate: float, gap_um: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Down from the emulsion and up again: off the back of the base, and off the plate."""
        sine = self.lambertian(len(points))
        back = self.chosen(reflectance(sine), len(points))
        off_base = self.moved(points[back], 2 * BASE_UM * tangent(sine[back]))
        left, sine = points[~back], sine[~back]
        left = self.moved(left, BASE_UM * tangent(sine) + gap_um * tangent(INDEX * sine))
        off_plate = [np.zeros(0, complex)]
        while len(left):
            left = left[self.chosen(plate, len(left))]
            sine = self.lambertian(len(left)) / INDEX
            back = self.chosen(reflectance(sine), len(left))  # the same on either side
            through = sine[~back]
            up = BASE_UM * tangent(through) + gap_um * tangent(INDEX * through)
            off_plate.append(self.moved(left[~back], up))
            left = self.moved(left[back], 2 * gap_um * tangent(INDEX * sine[back]))
        return off_base, np.concatenate(off_plate)


def tangent(sine: np.ndarray) -> np.ndarray:
    return sine / np.sqrt(1 - sine**2)


def light_within(base: BareBase, edges: np.ndarray) -> np.ndarray:
    """Light between radii, of 1 that enters the base."""
    node, weight = np.polynomial.legendre.leggauss(24)
    half = np.diff(edges)[:, None] / 2
    radius = edges[:-1, None] + half * (node + 1)
    light = base.light(radius) * 2 * np.pi * radius * half * weight / UNIT
    return light.sum(axis=1)


def test_first_way_back_is_the_ring_and_a_bell():
    """.584 by reflection; of .416 the plate sends .3 up, .911 of which enters again."""
    off_base, off_plate = Rays(1).turn(np.zeros(RAYS, complex), PLATE, GAP_UM)
    noise = 3 * np.sqrt(REFLECTED * (1 - REFLECTED) / RAYS)
    assert len(off_base) / RAYS == pytest.approx(REFLECTED, abs=noise + 0.0005)
    enters = INDEX**2 * (1 - REFLECTED)  # the way in takes what the way out does
    bell = (1 - REFLECTED) * PLATE * enters / (1 - PLATE * (1 - enters))
    assert len(off_plate) / RAYS == pytest.approx(bell, abs=3 * np.sqrt(bell / RAYS) + 0.0005)
    base = BareBase(RING, PLATE, GAP_UM, 0.0)
    assert base.over_ring == pytest.approx(1 + bell / REFLECTED, abs=0.001)


@pytest.mark.parametrize("gap_um", [0.0, GAP_UM])
def test_the_bell_falls_where_rays_do(gap_um):
    _, off_plate = Rays(2).turn(np.zeros(RAYS, complex), PLATE, gap_um)
    radius = np.abs(off_plate)
    edges = np.array([0.0, 25, 50, 75, 100, 125, 150, 175, 200, 225, 258, 350, 600])
    with_plate, without = (
        light_within(BareBase(RING, plate, gap_um, 0.0), edges) for plate in (PLATE, 0.0)
    )
    counted = np.histogram(radius, edges)[0] / RAYS
    noise = 4 * np.sqrt(counted / RAYS) + 2e-6
    assert np.all(np.abs(with_plate - without - counted) < noise)
    if gap_um == 0:  # two passes through the critical cone end where the ring begins
        assert radius.max() <= RING_UM
        assert (with_plate - without)[10:] == pytest.approx(0, abs=1e-6)


@cache
def landed() -> np.ndarray:
    """How far from the lamp rays come back, turn after turn, until nothing is left."""
    rays, points, radii = Rays(3), np.zeros(RAYS, complex), []
    while len(points):
        points = np.concatenate(rays.turn(points, PLATE, GAP_UM))
        radii.append(np.abs(points))
        points = points[rays.chosen(AGAIN, len(points))]
    return np.concatenate(radii)


def test_all_that_comes_back_falls_where_rays_do():
    radius = landed()
    base = BareBase(RING, PLATE, GAP_UM, AGAIN)
    noise = 4 * np.sqrt(len(radius)) / RAYS
    assert len(radius) / RAYS == pytest.approx(REFLECTED * base.over_ring, abs=noise + 0.0008)
    edges = np.array(
        [0.0, 20, 60, 100, 140, 180, 220, 240, 250, 270, 300, 350, 450, 600, 900, 1500, 2600]
    )
    counted = np.histogram(radius, edges)[0] / RAYS
    # Rays of one start come in turns: counts scatter a little more than those of single rays.
    noise = 5 * np.sqrt(counted / RAYS) + 2e-6
    assert np.all(np.abs(light_within(base, edges) - counted) < noise)


def test_its_transfer_is_that_of_rays():
    """As the fit has it, and as packs do."""
    cycles = np.array([0.0, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0]) / 1000
    radius = landed()
    # The smooth end: docs/physics.md, End of the halo.
    t = np.clip((radius - 1600) / 1000, 0, 1)
    left = 1 - (10 * t**3 - 15 * t**4 + 6 * t**5)
    expected = [np.average(special.j0(2 * np.pi * f * radius), weights=left) for f in cycles]
    base = BareBase(RING, PLATE, GAP_UM, AGAIN)
    of_pack = kernels.transfer(Mixture(((1.0, base),)), cycles)
    of_fit = bare_base_otf(
        jnp.asarray(cycles),
        base_um=jnp.asarray(BASE_UM),
        base_index=jnp.asarray(INDEX),
        plate_reflectance=jnp.asarray(PLATE),
        plate_gap_um=jnp.asarray(GAP_UM),
        rescattered=jnp.asarray([AGAIN]),
        reach_um=2000.0,
    )
    # J0 of so many rays scatters by .5 of itself at the most; turns of one ray hang together.
    noise = 5 * 0.5 / np.sqrt(len(radius))
    assert of_pack == pytest.approx(expected, abs=noise)
    assert np.asarray(of_fit)[0] == pytest.approx(of_pack, abs=2e-5)  # straight between radii


def test_the_disc_is_filled_and_the_ring_still_stands():
    """The darkest place in the disc has a third of the ring's light, not a tenth."""
    base = BareBase(RING, PLATE, GAP_UM, AGAIN)
    disc = base.light(np.linspace(0, 250, 251))
    edge = base.light(np.array(RING_UM + 1))
    assert disc.min() > edge / 3 > 3 * RING.light(np.linspace(0, 250, 251)).min()
    assert disc[0] == pytest.approx(edge, rel=0.15)
    # The ring still rises: by Fresnel, from .12 to .295 within 7 um (docs/physics.md, Halation).
    rise = base.light(np.array(RING_UM + 1)) - base.light(np.array(250.0))
    assert rise == pytest.approx(0.295 - 0.122, rel=0.05)


def test_what_follows_the_ring_has_no_edge():
    """Its light bends, over 5 um, nowhere by more than 1 % of its middle."""
    base = BareBase(RING, PLATE, GAP_UM, AGAIN)
    radius = np.arange(0.0, 2600, 5)
    following = base.light(radius) - RING.light(radius)
    assert np.abs(np.diff(following, 2)).max() < 0.01 * following[0]
    assert np.all(np.diff(following) < 0)  # nothing farther out is brighter
    assert base.density(np.array([2600.0, 4000.0])) == pytest.approx(0, abs=1e-12)


def test_nothing_behind_and_nothing_again_is_the_ring_alone():
    radius = np.linspace(0, 5000, 1001)
    alone = BareBase(RING, 0.0, GAP_UM, 0.0)
    assert alone.over_ring == 1
    assert alone.light(radius) == pytest.approx(RING.light(radius), abs=1e-9)
    assert alone.density(radius) == pytest.approx(RING.density(radius), abs=1e-9)


def test_light_far_out_falls_with_the_fourth_power():
    """As that of the ring does; so the table may end."""
    base = BareBase(RING, PLATE, GAP_UM, AGAIN)
    far = np.array([4000.0, 4400.0, 4600.0, 9000.0])  # the table ends at 4480
    powers = np.diff(np.log(base.light(far))) / np.diff(np.log(far))
    # The next term is of the sixth, and of (280 / 4000)^2 = .5 % of it several times.
    assert powers == pytest.approx(-4, abs=0.08)


def test_a_thinner_base_is_the_same_on_a_smaller_scale():
    thin = BareBase(Halo("ring", 35.0, INDEX, 500.0), PLATE, GAP_UM / 4, AGAIN)
    base = BareBase(RING, PLATE, GAP_UM, AGAIN)
    radius = np.linspace(0, 2600, 301)
    assert thin.density(radius / 4) == pytest.approx(base.density(radius), rel=1e-12)
