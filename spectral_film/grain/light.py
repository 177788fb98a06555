"""Light through grain: how much likelier than by chance two pixels let it through together.

An instrument averages light, not density, and light weighs thin places more. With K(t) the
cumulant generating function of dye in a pixel, t = -ln(10) times the density of a unit of dye, and
rho(lag) the correlation of two pixels, the covariance of their light over its mean squared is
exp(M) - 1,

    M(lag) = t^2 v rho(lag) + (K(2 t) - 2 K(t) - t^2 v) rho(lag)^fall

v the variance of dye. For little dye that is the covariance of density. M adds over all that is
drawn independently. Source: docs/physics.md, Microdensitometer.
"""

from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import hyp1f1

THIRD_ORDER = 4 / 3  # the fall of Gaussian spots, three at a time
FALLS = np.linspace(0.5, 3, 51)  # that one is looked for among
LITTLE_SKEW = 0.3
LEAST_VARIANCE = 1e-24  # of dye: a layer may have no grain
STRAIGHT = 1e-6  # of a bend; below, the limit of a normal distribution
MOST_BENT = 0.45  # of 1/2, where light through a gamma distribution no longer has a variance
HALVINGS = 40  # of an interval that holds the mean of a beta distribution over its height
# Heights that are tried: so many means, or so many deviations over it. Beyond, it is a gamma.
MOST_MEANS, MOST_DEVIATIONS = 50.0, 40.0
DARKEST = 300.0  # exponent; no film is so dense, and e to the power of 710 is no number


class Law(Protocol):
    """How a dye, or a coverage, is distributed over pixels."""

    @property
    def variance(self) -> np.ndarray:
        """Of it."""

    def together(self, exponent: np.ndarray) -> np.ndarray:
        """K(2 t) - 2 K(t).

        Args:
            exponent: -t, the natural logarithm of what a unit holds back; broadcasts.
        """


class Gamma(NamedTuple):
    """Of dye with a variance and a third central moment, whatever its mean."""

    variance: np.ndarray
    third: np.ndarray

    def together(self, exponent: np.ndarray) -> np.ndarray:
        """See `Law`."""
        variance = np.maximum(self.variance, LEAST_VARIANCE)
        bend = self.third / variance
        bend = np.where(np.abs(bend) < STRAIGHT, STRAIGHT, bend)
        x = np.minimum(-exponent * bend / 2, MOST_BENT)
        found: np.ndarray = 4 * variance / bend**2 * np.log1p(x**2 / (1 - 2 * x))
        return found


class Beta(NamedTuple):
    """Of coverage, which is nowhere below 0: beta between that and a height.

    Attributes:
        variance: Of coverage.
        height: The most there is.
        first, second: Parameters; their shares are the means of what is covered and what is not.
    """

    variance: np.ndarray
    height: np.ndarray
    first: np.ndarray
    second: np.ndarray

    def together(self, exponent: np.ndarray) -> np.ndarray:
        """See `Law`."""

        def cumulant(t: np.ndarray) -> np.ndarray:
            """K(-t), by Kummer's transformation, which has positive terms alone."""
            found: np.ndarray = np.log(hyp1f1(self.second, self.first + self.second, t)) - t
            return found

        t = np.minimum(exponent * self.height, DARKEST)
        return cumulant(2 * t) - 2 * cumulant(t)


def beta(mean: np.ndarray, variance: np.ndarray, skewness: np.ndarray) -> Beta:
    """That of these moments; as skew as it can be, where that is not enough."""
    relative = np.sqrt(variance) / mean
    low = np.minimum(1 / MOST_MEANS, 1 / (1 + MOST_DEVIATIONS * relative))
    high = 1 / (1 + relative**2)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        sum_and_one = (1 - middle) / (middle * relative**2)
        skewed = 2 * (1 - 2 * middle) * np.sqrt(sum_and_one / (middle * (1 - middle)))
        too_skew = skewed / (sum_and_one + 1) > skewness
        low, high = np.where(too_skew, middle, low), np.where(too_skew, high, middle)
    both = (1 - low) / (low * relative**2) - 1
    return Beta(variance=variance, height=mean / low, first=low * both, second=(1 - low) * both)


def shared(
    law: Law, correlation: np.ndarray, exponent: np.ndarray, fall: np.ndarray | float = THIRD_ORDER
) -> np.ndarray:
    """M, (..., y, x).

    Args:
        law: Of a pixel, (...).
        correlation: By lag, that of 0 in the middle, (..., y, x).
        exponent: As of `Law`.
        fall: Of what goes beyond the second order.
    """
    straight = exponent**2 * law.variance
    bent = law.together(exponent) - straight
    fallen = correlation.clip(0) ** np.asarray(fall)[..., None, None]
    found: np.ndarray = straight[..., None, None] * correlation + bent[..., None, None] * fallen
    return found


def fall_of(correlation: np.ndarray, skewness: np.ndarray, clump: np.ndarray) -> np.ndarray:
    """The fall of a texture whose clumps are known, of the shape of `clump`.

    Args:
        correlation: By lag, (..., y, x).
        skewness: Of a pixel, its third standardised moment E[n(0)^3].
        clump: The sum over lags of E[n(0)^2 n(lag)].
    """
    correlation = correlation.clip(0)
    by_fall = [(correlation**fall).sum(axis=(-2, -1)) for fall in (*FALLS, THIRD_ORDER)]
    # Where light and dark clumps balance, their quotient has a pole and says nothing.
    size = (clump * skewness + LITTLE_SKEW**2 * by_fall.pop()) / (skewness**2 + LITTLE_SKEW**2)
    rows = np.stack(by_fall, axis=-1).reshape(-1, len(FALLS))
    found = [np.interp(-one, -row, FALLS) for one, row in zip(size.ravel(), rows, strict=True)]
    return np.reshape(found, clump.shape)
