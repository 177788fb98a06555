"""Light that a bare base throws back: the ring, and what follows it, density around a point.

Light enters the base as from a diffuser. Of it

    R = 1 - T   is reflected at the back, and comes back as the ring (`Halo`)
    T           leaves through the critical cone for the pressure plate, a gap g away, which sends
                a share of it in again through the same cone: two passes alike, a bell in the ring
    s           of all that came back goes down once more, scattered, and so on

Radial spreads follow each other as their Hankel transforms multiply. With t = r / 2 d, k in
radians to it, and T(k; a, b) of what leaves and falls at a tan th + b tan th', sin th' = n sin th,

    R(k) = k K1(k) - T(k; 1, 0)              the ring: all of a Lambertian, less what leaves
    M(k) = (g/d) k K1((g/d) k) - n^2 T(k; 0, g/d)          from the plate to the base and back
    F(k) = R + n^2 rho / (1 - rho M) T(k; 1/2, g/2d)^2               up for the first time
    all  = F / (1 - s F)                                             and again and again

The ring itself has an edge, and is given as it is. What follows it has none.
Reference: reference/stages/bare_base.py.
Source: docs/physics.md, Bare base.
"""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy import special

from spectral_film.emulsion.spread import HALO_DETAIL_UM, Halo, fresnel_reflectance, smooth_end

# Of what follows: where its table ends and how fine it is, in 2 d, and the highest k. At 140 um
# that is 4.5 mm, 2 um and 0.1 cycles/um. It leaves errors of 2e-5 of the light in the middle; in
# the middle itself, where the plate touches, of 2e-4. Beyond the table light falls as r^-4.
LAST, FINEST, HIGHEST = 16.0, 0.007, 200.0
ANGLES = 256  # below the critical one; without a gap J0(HIGHEST tan th) turns 30 times over them


@dataclass(frozen=True)
class BareBase:
    """What comes back from a base without a backing.

    Attributes:
        ring: What its back reflects, of profile `ring`; the rest ends where it does.
        plate_reflectance: Of the pressure plate behind it, diffuse.
        plate_gap_um: Air between them.
        rescattered: Share of what comes back that the emulsion sends down again.
    """

    ring: Halo
    plate_reflectance: float
    plate_gap_um: float
    rescattered: float
    detail_um = HALO_DETAIL_UM

    @property
    def reach_um(self) -> float:
        """See `Spread`."""
        return self.ring.reach_um

    @property
    def over_ring(self) -> float:
        """All light over that of the ring alone."""
        return self._returns.over_ring

    @property
    def _returns(self) -> "_Returns":
        gap = self.plate_gap_um / self.ring.base_um
        return _returns(self.ring.base_index, gap, self.plate_reflectance, self.rescattered)

    def density(self, radius_um: np.ndarray) -> np.ndarray:
        """See `Spread`."""
        return smooth_end(radius_um, self.ring.nominal_reach_um) * self.light(radius_um)

    def light(self, radius_um: np.ndarray) -> np.ndarray:
        """Light per area without an end; 1 is what a mirror would send straight back."""
        following = self._returns.following(radius_um / (2 * self.ring.base_um))
        return self.ring.light(radius_um) + following


class _Returns:
    """All that follows the ring, whatever the base's thickness; the gap is in units of that."""

    def __init__(
        self, base_index: float, gap: float, plate_reflectance: float, rescattered: float
    ) -> None:
        from scipy.interpolate import CubicSpline  # a tenth of a start, for a bare base alone

        ring, one_pass, to_and_fro = _ways(base_index, gap)
        plate = plate_reflectance / (1 - plate_reflectance * to_and_fro)
        first = ring + base_index**2 * plate * one_pass**2
        back = first / (1 - rescattered * first)
        self.over_ring = float(back[0] / ring[0])
        self._light = CubicSpline(_asinh_t(), _light_of(back - ring))

    def following(self, t: np.ndarray) -> np.ndarray:
        """Light per area at t = r / 2 d, as in `BareBase.light`."""
        light = self._light(np.arcsinh(np.minimum(t, LAST)))
        # What is left where there is nothing is 1e-9, on either side of it.
        return np.maximum(light, 0) * (LAST / np.maximum(t, LAST)) ** 4


_returns = lru_cache(maxsize=16)(_Returns)


def _asinh_t() -> np.ndarray:
    return np.linspace(0, math.asinh(LAST), math.ceil(math.asinh(LAST) / FINEST) + 1)


@cache
def _samples() -> tuple[np.ndarray, np.ndarray]:
    """Each k, from 0 on, and how much of them it stands for.

    They crowd there, where the transform of a tail as r^-4 bends. At the highest there are two to
    a period of J0 at the end of the table.
    """
    count = math.ceil(2 * HIGHEST * LAST / math.pi)
    v = np.arange(count) / count
    return HIGHEST * v**2, 2 * HIGHEST * v / count


@lru_cache(maxsize=4)  # layers share their base
def _ways(base_index: float, gap: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At each sample: the ring, one pass between emulsion and plate, and from plate to plate."""
    k, _ = _samples()
    ring = _lambertian(k) - _leaving(k, base_index, 1, 0)
    one_pass = _leaving(k, base_index, 0.5, gap / 2)
    to_and_fro = _lambertian(gap * k) - base_index**2 * _leaving(k, base_index, 0, gap)
    return ring, one_pass, to_and_fro


def _light_of(transform: np.ndarray) -> np.ndarray:
    """Light at the radii of the table, from the transform at the samples."""
    k, dk = _samples()
    light: np.ndarray = _waves() @ (0.5 * transform * k * dk)
    return light


@cache
def _waves() -> np.ndarray:
    """J0 of each radius by each sample: 8 MB, half a second."""
    return special.j0(np.sinh(_asinh_t())[:, None] * _samples()[0])


def _lambertian(k: np.ndarray) -> np.ndarray:
    """Int 2 sin cos J0(k tan th) dth, over all angles."""
    return np.where(k > 0, k * special.k1(np.maximum(k, np.finfo(float).tiny)), 1.0)


def _leaving(k: np.ndarray, base_index: float, inside: float, outside: float) -> np.ndarray:
    """Int 2 sin cos (1 - R) J0(k (inside tan th + outside tan th')) dth; angles crowd to the last.

    That is the critical one, where th', the angle beyond, is a right one.
    """
    node, weight = np.polynomial.legendre.leggauss(ANGLES)
    v, dv = (node + 1) / 2, weight / 2
    critical = math.asin(1 / base_index)
    angle = critical * (1 - v**2)
    flux = np.sin(2 * angle) * (1 - fresnel_reflectance(angle, base_index)) * 2 * critical * v * dv
    sine = base_index * np.sin(angle)
    radius = inside * np.tan(angle) + outside * sine / np.sqrt(1 - sine**2)
    leaving: np.ndarray = special.j0(k[:, None] * radius) @ flux
    return leaving
