"""Optical transfer functions: what a blur leaves of each spatial frequency.

Each is a small value that is called on frequencies in cycles per um, any shape, and gives the OTF
there, 1 at zero. Equal values are the same blur, so kernels made from them can be kept.

    Gaussian      exp(-2 (pi s f)^2)
    Exponential   (1 + (2 pi l f)^2)^(-3/2)       p(r) = exp(-r / l) / (2 pi l^2)
    CauchySpread  exp(-2 pi g f)                  p(r) = (1 + (r / g)^2)^(-3/2) / (2 pi g^2)
    Halo          Int E(th) J0(2 pi f 2 d tan th) dth / Int E(th) dth

A `Mixture` shares light out among them.
Reference: reference/stages/optics.py. Source: PHYSICS a-c; Fresnel's equations for the halo.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import numpy as np

# Kernels are cut here and brought back to sum 1: 2e-6 of a 2-D exponential lie beyond 16 lengths,
# 5e-3 of a 2-D Cauchy beyond 200 radii, 2e-8 of a Gaussian beyond 6 sigma.
EXPONENTIAL_REACH, CAUCHY_REACH, GAUSSIAN_REACH = 16, 200, 6
NIL = 1e-6  # an OTF below this is taken for none

ANGLES = 200_000  # midpoints over the angle of a halo, gathered into rings
RING_UM = 0.5  # wide: H is off by 1e-5
LINE_SAMPLES = 2**18  # of 1 um: tabulates a halo every 4e-6 cycles/um; linear between, to 1e-5
HALO_BAND = 0.02  # cycles/um; beyond, even the ring's OTF is below .003


class Transfer(Protocol):
    """Any of the functions below."""

    def __hash__(self) -> int:
        """Equal blurs are one blur."""

    @property
    def reach_um(self) -> float:
        """Distance within which all but the faintest of the light falls."""

    @property
    def band(self) -> float:
        """Frequency in cycles/um beyond which there is next to nothing."""

    def __call__(self, frequency: np.ndarray) -> np.ndarray:
        """OTF at `frequency`, cycles per um."""


@dataclass(frozen=True)
class Gaussian:
    """A Gaussian spot; of sigma 0, a point."""

    sigma_um: float

    @property
    def reach_um(self) -> float:
        """See `Transfer`."""
        return GAUSSIAN_REACH * self.sigma_um

    @property
    def band(self) -> float:
        """See `Transfer`."""
        return np.sqrt(-np.log(NIL) / 2) / (np.pi * self.sigma_um)

    def __call__(self, frequency: np.ndarray) -> np.ndarray:
        """See `Transfer`."""
        return np.exp(-2 * (np.pi * self.sigma_um * frequency) ** 2)


@dataclass(frozen=True)
class Exponential:
    """A 2-D exponential of `length_um`."""

    length_um: float

    @property
    def reach_um(self) -> float:
        """See `Transfer`."""
        return EXPONENTIAL_REACH * self.length_um

    @property
    def band(self) -> float:
        """See `Transfer`."""
        return NIL ** (-1 / 3) / (2 * np.pi * self.length_um)

    def __call__(self, frequency: np.ndarray) -> np.ndarray:
        """See `Transfer`."""
        base = 1 + (2 * np.pi * self.length_um * frequency) ** 2
        return 1 / (base * np.sqrt(base))


@dataclass(frozen=True)
class CauchySpread:
    """A 2-D Cauchy kernel of `radius_um`, whose line spread is the Lorentzian."""

    radius_um: float

    @property
    def reach_um(self) -> float:
        """See `Transfer`."""
        return CAUCHY_REACH * self.radius_um

    @property
    def band(self) -> float:
        """See `Transfer`."""
        return -np.log(NIL) / (2 * np.pi * self.radius_um)

    def __call__(self, frequency: np.ndarray) -> np.ndarray:
        """See `Transfer`."""
        return np.exp(-2 * np.pi * self.radius_um * frequency)


@dataclass(frozen=True)
class Halo:
    """Lambertian light turned round at the back of the base.

    `ring`: a bare base against air, by Fresnel with total reflection. `diffuse`: a matched
    backing, which reflects the same at every angle.
    """

    profile: Literal["ring", "diffuse"]
    base_um: float
    base_index: float
    reach_um: float
    band = HALO_BAND

    def __call__(self, frequency: np.ndarray) -> np.ndarray:
        """See `Transfer`."""
        table = _halo_table(self)
        at = frequency * LINE_SAMPLES
        below = at.astype(np.int32)
        at = at - below
        return table[below] + at * (table[below + 1] - table[below])


@dataclass(frozen=True)
class Mixture:
    """Light shared out among several blurs; the weights sum to 1."""

    parts: tuple[tuple[float, Transfer], ...]

    @property
    def reach_um(self) -> float:
        """See `Transfer`."""
        return max(part.reach_um for _, part in self.parts)

    def __call__(self, frequency: np.ndarray) -> np.ndarray:
        """See `Transfer`."""
        return sum(weight * part(frequency) for weight, part in self.parts)


@cache
def _halo_table(halo: Halo) -> np.ndarray:
    """H at multiples of 1 / LINE_SAMPLES cycles/um, by way of the halo's line spread.

    A thin ring of radius r projects onto a line as the arcsine law; the rings add to the line
    spread of the halo, whose cosine transform is the OTF. That is the integral over J0 above at a
    hundredth of its cost.
    """
    widest = np.arctan(halo.reach_um / (2 * halo.base_um))
    angle = (np.arange(ANGLES) + 0.5) / ANGLES * widest
    flux = np.sin(2 * angle)
    if halo.profile == "ring":
        flux = flux * fresnel_reflectance(angle, halo.base_index)
    radius = 2 * halo.base_um * np.tan(angle)
    rings = np.arange(0, halo.reach_um + RING_UM, RING_UM)
    ring_flux = np.histogram(radius, bins=rings, weights=flux / flux.sum())[0]

    middle = rings[:-1] + RING_UM / 2
    edges = np.arange(np.ceil(halo.reach_um) + 2) - 0.5  # samples centred on 0, 1, 2 um
    within = np.arcsin(np.minimum(edges[None, :] / middle[:, None], 1).clip(-1)) / np.pi
    half = ring_flux @ np.diff(within, axis=1)
    line_spread = np.zeros(LINE_SAMPLES)
    line_spread[: len(half)] = half
    line_spread[-len(half) + 1 :] = half[:0:-1]
    samples = np.sinc(np.fft.rfftfreq(LINE_SAMPLES))  # their width of 1 um
    return np.fft.rfft(line_spread).real / samples


def fresnel_reflectance(angle: np.ndarray, index: float) -> np.ndarray:
    """Unpolarised reflectance of base against air from inside; 1 beyond the critical angle."""
    inside, outside_sin = np.cos(angle), index * np.sin(angle)
    outside = np.sqrt(np.maximum(1 - outside_sin**2, 0))
    s = ((index * inside - outside) / (index * inside + outside)) ** 2
    p = ((inside - index * outside) / (inside + index * outside)) ** 2
    return np.where(outside_sin >= 1, 1.0, (s + p) / 2)
