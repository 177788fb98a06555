"""The network that draws the texture of grain, and what is known of it without drawing.

White noise is blurred, pushed through a threshold that follows the coverage, and blurred again, as
film does: clouds of dye lie at random, and the eye of an instrument is wider than they are.

    x_k = sum_j first_kj S_j(z)                               z white, x_k of variance 1
    a_k = gain_k(v) act(slope_k(v) x_k + shift_k(v)) - E[..]  v = probit(u) / probit(.98)
    n   = sum_j S_j(sum_k second_kj a_k)

S_j adds up the pixels of an orbit (`orbits.py`); act rises from -1 to 1 as a quintic smooth step.
The mean of a_k is 0 whatever the coverage u is, so n has mean 0 at every pixel of every picture.
gain, slope and shift are polynomials in v, which is where normal noise is cut to cover u; all
coefficients depend on rho, the radius of the clouds in pixels.
Kernel: stages/grain.cl. Reference: reference/stages/grain.py.
Source: docs/physics.md, Grain network.
"""

from dataclasses import dataclass, fields
from functools import cache, cached_property, lru_cache
from importlib.resources import as_file, files

import h5py
import numpy as np
from scipy.special import ndtri

from spectral_film.grain.aperture import SCAN, Aperture
from spectral_film.grain.orbits import members, radius_of, square, sums
from spectral_film.grain.reading import MOST

MEAN_DEGREE = 14  # of the mean, which is right to 4e-4 of the texture's standard deviation
HERMITE = 14  # terms of a function of Gaussian noise that are told apart; the rest is white
GAUSSIAN = np.linspace(-7, 7, 281)  # where expectations are summed
DENSITY = np.exp(-(GAUSSIAN**2) / 2) / np.exp(-(GAUSSIAN**2) / 2).sum()


def variable(u: np.ndarray) -> np.ndarray:
    """What polynomials are of: v, between -1 and 1 where coverages are textured at all."""
    v: np.ndarray = ndtri(np.asarray(u, dtype=float)) / ndtri(MOST)
    return v


def act(t: np.ndarray) -> np.ndarray:
    """A smooth step from -1 to 1 over as much, flat beyond, with two derivatives."""
    t = np.clip(t, -1, 1)
    stepped: np.ndarray = t * (15 - 10 * t**2 + 3 * t**4) / 8
    return stepped


@dataclass(frozen=True, eq=False)
class Weights:
    """The network for clouds of one size.

    Attributes:
        first, second: Filters by channel, (channel, orbit).
        gain, slope, shift: Polynomials in v, lowest power first, (channel, power).
    """

    first: np.ndarray
    second: np.ndarray
    gain: np.ndarray
    slope: np.ndarray
    shift: np.ndarray

    @cached_property
    def mean(self) -> np.ndarray:
        """What must be taken off each orbit's sum: polynomials in v, (orbit, power)."""
        nodes = np.cos(np.pi * (np.arange(64) + 0.5) / 64)
        means = self._channels(nodes) @ DENSITY  # (node, channel)
        powers: np.ndarray = np.polynomial.polynomial.polyfit(
            nodes, means @ self.second, MEAN_DEGREE
        ).T
        return powers

    def covariance(self, u: np.ndarray) -> np.ndarray:
        """Of the texture of an even coverage, (node,) -> (node, lag in y, lag in x).

        Exact but for what lies beyond the Hermite polynomial of order `HERMITE`, which is taken
        for white: for jointly Gaussian x and y of variance 1 and covariance r,
        Cov(f(x), g(y)) = sum_n f_n g_n r^n (Mehler).
        """
        values = self._channels(variable(u))
        hermite = _hermite()
        # Sums that BLAS would share out among threads, who on a busy machine wait for each other.
        series = np.einsum("ukx,nx->ukn", values, DENSITY * hermite[1:])
        means = values @ DENSITY
        rest = (values**2) @ DENSITY - means**2 - (series**2).sum(axis=-1)
        of_orders, of_white = self._spread
        both = (series[:, :, None] * series[:, None]).reshape(len(values), -1)
        found = np.einsum("up,po->uo", both, of_orders.reshape(both.shape[1], -1))
        return square(found + np.maximum(rest, 0) @ of_white)

    @cached_property
    def _spread(self) -> tuple[np.ndarray, np.ndarray]:
        """What r^n of a pair of channels, and the white of a channel, is behind the second filter.

        (channel, channel, order, orbit) and (channel, orbit).
        """

        def correlation(filters: np.ndarray) -> np.ndarray:
            ways = sums(*[radius_of(filters.shape[1])] * 2)
            seen: np.ndarray = np.einsum("oij,ki,lj->klo", ways, filters, filters, optimize=True)
            return seen

        r, both = correlation(self.first), correlation(self.second)
        powers = r[..., None] ** np.arange(1, HERMITE + 1)
        ways = sums(*(radius_of(table.shape[-1]) for table in (r, both)))
        of_orders = np.einsum("oij,klin,klj->klno", ways, powers, both, optimize=True)
        return of_orders, np.einsum("oj,kkj->ko", ways[:, 0], both)

    def _channels(self, v: np.ndarray) -> np.ndarray:
        """Of each channel behind its threshold, (node,) -> (node, channel, sample of x)."""
        powers = v[:, None] ** np.arange(self.gain.shape[1])
        gain, slope, shift = (powers @ p.T for p in (self.gain, self.slope, self.shift))
        stepped: np.ndarray = gain[..., None] * act(slope[..., None] * GAUSSIAN + shift[..., None])
        return stepped


@dataclass(frozen=True, eq=False)
class Network:
    """The network over sizes of clouds: `Weights` with a leading axis.

    Attributes:
        rho: Sizes, in pixels, rising, (size,).
        level: Coverages, rising, (level,).
        skewness: Third standardised moment of what it draws of them, (size, level).
        clump: The sum over lags of E[n(0)^2 n(lag)], of which that is the one of the lag of 0.
    """

    rho: np.ndarray
    level: np.ndarray
    skewness: np.ndarray
    clump: np.ndarray
    first: np.ndarray
    second: np.ndarray
    gain: np.ndarray
    slope: np.ndarray
    shift: np.ndarray

    @lru_cache(maxsize=64)  # noqa: B019  # there is one network an aperture, and it stays
    def at(self, rho: float) -> Weights:
        """For one size, along straight lines in log rho; beyond the ends, that of the end."""
        first = self._between(self.first, rho)
        power = first**2 @ members(radius_of(first.shape[1]))
        return Weights(
            first=first / np.sqrt(power)[:, None],
            second=self._between(self.second, rho),
            gain=self._between(self.gain, rho),
            slope=self._between(self.slope, rho),
            shift=self._between(self.shift, rho),
        )

    def third_order(self, u: np.ndarray, rho: float) -> np.ndarray:
        """`skewness` and `clump` of the texture of even coverages (node,), (2, node)."""
        along = variable(u), variable(self.level)
        tables = self.skewness, self.clump
        return np.stack([np.interp(*along, self._between(table, rho)) for table in tables])

    def _between(self, table: np.ndarray, rho: float) -> np.ndarray:
        place = np.interp(np.log(rho), np.log(self.rho), np.arange(len(self.rho)))
        low = min(int(place), len(self.rho) - 2)
        mixed: np.ndarray = table[low] + (place - low) * (table[low + 1] - table[low])
        return mixed


@cache
def network(aperture: Aperture = SCAN) -> Network:
    """The one that ships, trained for pixels that look through this aperture."""
    asset = files("spectral_film.assets") / "grain/network.h5"
    with as_file(asset) as path, h5py.File(path) as file:
        return network_of(file[aperture.name])


def network_of(group: h5py.Group) -> Network:
    """What such a file holds for one aperture."""
    tables = (field.name for field in fields(Network))
    return Network(**{name: np.asarray(group[name], dtype=float) for name in tables})


@lru_cache(maxsize=1)
def _hermite() -> np.ndarray:
    """Hermite polynomials, orthonormal under the normal density, at `GAUSSIAN`: (order, sample)."""
    rows = [np.ones_like(GAUSSIAN), GAUSSIAN]
    for n in range(1, HERMITE):
        rows.append((GAUSSIAN * rows[n] - np.sqrt(n) * rows[n - 1]) / np.sqrt(n + 1))
    return np.array(rows)
