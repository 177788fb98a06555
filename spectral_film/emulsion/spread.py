"""How light, or inhibitor, spreads on the film: densities around a point, per um^2.

    Gaussian     exp(-r^2 / 2 s^2) / (2 pi s^2)             OTF exp(-2 (pi s f)^2)
    Exponential  exp(-r / l) / (2 pi l^2)                   OTF (1 + (2 pi l f)^2)^(-3/2)
    Cauchy       (1 + (r / g)^2)^(-3/2) / (2 pi g^2)        OTF exp(-2 pi g f)
    Halo         cos^4(th) R(th),  tan th = r / 2 d         R by Fresnel (ring), or 1 (diffuse)

Each is a small value; equal ones are the same spread, so kernels made from them can be kept. A
`Mixture` shares light out among them.
Reference: reference/stages/optics.py.
Source: docs/physics.md, Scatter, Halation, End of the halo.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

# Kernels end here and are brought back to sum 1: 2e-6 of a 2-D exponential lie beyond 16 lengths,
# 5e-3 of a 2-D Cauchy beyond 200 radii, 2e-8 of a Gaussian beyond 6 sigma. What is cut there is
# too faint to see; a Cauchy and a halo are not, and end smoothly.
EXPONENTIAL_REACH, CAUCHY_REACH, GAUSSIAN_REACH = 16, 200, 6
SAMPLES = 8  # to a length, a radius or a sigma
HALO_DETAIL_UM = 2.0  # the ring's inner edge rises over a few um
SMOOTH_END = 0.8, 1.3  # of the radius where a wide spread ends, from where to where: assumed


class Spread(Protocol):
    """Any of the densities below."""

    def __hash__(self) -> int:
        """Equal spreads are one."""

    @property
    def reach_um(self) -> float:
        """Distance within which all but the faintest of the light falls."""

    @property
    def detail_um(self) -> float:
        """Distance over which the density may be taken for constant."""

    def density(self, radius_um: np.ndarray) -> np.ndarray:
        """Light per area, at any scale; the kernel is brought to sum 1."""


@dataclass(frozen=True)
class Gaussian:
    """A Gaussian spot; of sigma 0, a point."""

    sigma_um: float

    @property
    def reach_um(self) -> float:
        """See `Spread`."""
        return GAUSSIAN_REACH * self.sigma_um

    @property
    def detail_um(self) -> float:
        """See `Spread`."""
        return self.sigma_um / SAMPLES

    def density(self, radius_um: np.ndarray) -> np.ndarray:
        """See `Spread`."""
        return np.exp(-0.5 * (radius_um / self.sigma_um) ** 2)


@dataclass(frozen=True)
class Exponential:
    """A 2-D exponential."""

    length_um: float

    @property
    def reach_um(self) -> float:
        """See `Spread`."""
        return EXPONENTIAL_REACH * self.length_um

    @property
    def detail_um(self) -> float:
        """See `Spread`."""
        return self.length_um / SAMPLES

    def density(self, radius_um: np.ndarray) -> np.ndarray:
        """See `Spread`."""
        return np.exp(-radius_um / self.length_um)


@dataclass(frozen=True)
class Cauchy:
    """A 2-D Cauchy kernel, whose line spread is the Lorentzian."""

    radius_um: float

    @property
    def reach_um(self) -> float:
        """See `Spread`."""
        return SMOOTH_END[1] * CAUCHY_REACH * self.radius_um

    @property
    def detail_um(self) -> float:
        """See `Spread`."""
        return self.radius_um / SAMPLES

    def density(self, radius_um: np.ndarray) -> np.ndarray:
        """See `Spread`."""
        left = smooth_end(radius_um, CAUCHY_REACH * self.radius_um)
        return left * (1 + (radius_um / self.radius_um) ** 2) ** -1.5


@dataclass(frozen=True)
class Halo:
    """Lambertian light turned round at the back of the base.

    `ring`: a bare base against air, by Fresnel with total reflection. `diffuse`: a matched
    backing, which reflects the same at every angle.

    It falls to nothing about `nominal_reach_um`, as `smooth_end` says: a hard edge would show as
    a disc round the sun.
    """

    profile: Literal["ring", "diffuse"]
    base_um: float
    base_index: float
    nominal_reach_um: float
    detail_um = HALO_DETAIL_UM

    @property
    def reach_um(self) -> float:
        """Where nothing is left."""
        return SMOOTH_END[1] * self.nominal_reach_um

    def density(self, radius_um: np.ndarray) -> np.ndarray:
        """See `Spread`."""
        return self._thrown_back(radius_um, smooth_end(radius_um, self.nominal_reach_um))

    def light(self, radius_um: np.ndarray) -> np.ndarray:
        """Light per area without an end; 1 is what a mirror would send straight back."""
        return self._thrown_back(radius_um, np.ones(1))

    def _thrown_back(self, radius_um: np.ndarray, straight: np.ndarray) -> np.ndarray:
        tangent = radius_um / (2 * self.base_um)
        light = straight / (1 + tangent**2) ** 2
        if self.profile == "ring":
            light = light * fresnel_reflectance(np.arctan(tangent), self.base_index)
        return light


@dataclass(frozen=True)
class Mixture:
    """Light shared out among several spreads; the weights sum to 1."""

    parts: tuple[tuple[float, Spread], ...]

    @property
    def reach_um(self) -> float:
        """Of the widest part."""
        return max(part.reach_um for _, part in self.parts)


def smooth_end(radius_um: np.ndarray, nominal_um: float) -> np.ndarray:
    """What is left of a spread that ends about a radius: 1, falling to 0 by a quintic step.

    It bends nowhere sharply, in value, slope or curvature, so that no edge is seen.
    """
    begin, end = SMOOTH_END
    t = np.clip((radius_um / nominal_um - begin) / (end - begin), 0, 1)
    left: np.ndarray = 1 - t**3 * (10 - 15 * t + 6 * t**2)
    return left


def fresnel_reflectance(angle: np.ndarray, index: float) -> np.ndarray:
    """Unpolarised reflectance of base against air from inside; 1 beyond the critical angle."""
    inside, outside_sin = np.cos(angle), index * np.sin(angle)
    outside = np.sqrt(np.maximum(1 - outside_sin**2, 0))
    s = ((index * inside - outside) / (index * inside + outside)) ** 2
    p = ((inside - index * outside) / (inside + index * outside)) ** 2
    return np.where(outside_sin >= 1, 1.0, (s + p) / 2)
