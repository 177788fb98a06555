"""Dyes that a sheet does not print, inferred from its neutral and from dyes of their family.

Many sheets of colour negatives print the minimum density and a midscale neutral alone. Their
difference is the image of three dyes,

    N(w) = sum_k a_k d_k(w),    d_k(w) = M_k(p_k + (w - p_k - shift_k) / width_k) + e_k(w)

with M the mean dyes of the sheets that print theirs (dye_family.csv), p their peaks, and e what
else is particular about a stock: a Gaussian process, smooth over 25 nm, as large as the family's
own spread. Amounts, shifts and widths are fitted with their priors; then e takes its share of what
is left over, by its covariance. What three curves of one sum leave open stays at the prior, and
the standard deviation says so. Source: docs/physics.md, Dyes that no sheet prints.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from reference.fit.priors import Parameter, Values
from reference.fit.solve import Solution, solve
from spectral_film.errors import InputError
from spectral_film.light.spectra import WAVELENGTH

FAMILY = Path(__file__).with_name("dye_family.csv")
READ_TO = 0.006  # density; what two readers of such a chart differ by
OWN = 0.03  # of a peak; spread of a stock about its family beside that of the four that it is of
SMOOTH_NM = 25.0  # over which a dye's own shape goes on
SHIFT_NM = 12.0  # of the peaks between the families of makers and processes
WIDTH = 0.08  # natural logarithm; dyes of cinema negatives differ by .03, others by more
USUAL_AMOUNT = 0.6  # of each dye in a midscale neutral


@dataclass(frozen=True, kw_only=True)
class InferredDyes:
    """Dyes of a sheet that prints none.

    Attributes:
        dye_density: Each with a peak of 1, (dye, wavelength).
        sd: What they are known to, (dye, wavelength).
        amount: Of each in the neutral, in units of its peak, (dye,).
        misses: What their sum misses the neutral by where it is printed, rms and most.
        solution: Of the fit of amounts, shifts and widths.
    """

    dye_density: np.ndarray
    sd: np.ndarray
    amount: np.ndarray
    misses: tuple[float, float]
    solution: Solution


class _Image(NamedTuple):
    """What is fitted: the neutral over the minimum density, and the means it is made of.

    Attributes:
        neutral: N, whitened, (wavelength,).
        whitening: Of what the means leave over, (wavelength, wavelength).
        mean, peak_nm: Of the family, (dye, wavelength) and (dye,).
    """

    neutral: Float64[Array, " wavelength"]
    whitening: Float64[Array, "wavelength wavelength"]
    mean: Float64[Array, "dye wavelength"]
    peak_nm: Float64[Array, " dye"]


@cache
def family() -> tuple[np.ndarray, np.ndarray]:
    """Mean dyes and their standard deviations, (dye, wavelength) each."""
    table = np.loadtxt(FAMILY, delimiter=",", skiprows=4)
    return table[:, 1:4].T.copy(), table[:, 4:].T.copy()


def infer_dyes(
    neutral: np.ndarray,
    printed: np.ndarray,
    of: tuple[np.ndarray, np.ndarray] | None = None,
    name: str = "",
) -> InferredDyes:
    """The three dyes of a neutral.

    Args:
        neutral: Midscale neutral less minimum density, (wavelength,).
        printed: Where both are printed, (wavelength,).
        of: Mean and standard deviation of a family, as `family` gives them; None: those.
        name: Of the stock, for the error.

    Raises:
        InputError: no amounts of such dyes come near it.
    """
    mean, spread = of or family()
    own = np.stack([_covariance(np.hypot(sd, OWN)) for sd in spread])
    known = np.where(printed, READ_TO, 1e3)  # what is not printed says nothing
    left_over = USUAL_AMOUNT**2 * own.sum(axis=0) + np.diag(known**2)
    whitening = np.linalg.inv(np.linalg.cholesky(left_over))
    image = _Image(
        neutral=jnp.asarray(whitening @ neutral),
        whitening=jnp.asarray(whitening),
        mean=jnp.asarray(mean),
        peak_nm=jnp.asarray(WAVELENGTH[mean.argmax(axis=1)]),
    )
    found = solve(_parameters(), jax.tree_util.Partial(_residuals, image))
    if found is None or found.chi2 > 10 * printed.sum():
        raise InputError(
            f"{name}: spectral_dye_density.csv prints no dyes, and none of the family of colour "
            "negatives add up to midscale_neutral less min_density; look for a slip in these two, "
            "or add the columns cyan, magenta and yellow"
        )
    values = {key: jnp.asarray(value) for key, value in found.values.items()}
    warped, amount = np.asarray(_warped(image, values)), np.asarray(values["amount"])

    together = np.einsum("k,kij->ij", amount**2, own) + np.diag(known**2)
    gain = amount[:, None, None] * own @ np.linalg.inv(together)  # (dye, wavelength, wavelength)
    dyes = warped + gain @ (neutral - amount @ warped)
    variance = np.stack(
        [np.diag(k - a * g @ k) for k, a, g in zip(own, amount, gain, strict=True)]
    ) + _of_shifts(warped, found)
    peak = dyes.max(axis=1)
    missing = (neutral - amount @ dyes)[printed]
    return InferredDyes(
        dye_density=dyes / peak[:, None],
        sd=np.sqrt(variance) / peak[:, None],
        amount=amount * peak,
        misses=(float(np.sqrt((missing**2).mean())), float(np.abs(missing).max())),
        solution=found,
    )


def _covariance(sd: np.ndarray) -> np.ndarray:
    apart = (WAVELENGTH[:, None] - WAVELENGTH) / SMOOTH_NM
    alike: np.ndarray = sd[:, None] * sd * np.exp(-(apart**2) / 2)
    return alike


def _of_shifts(warped: np.ndarray, found: Solution) -> np.ndarray:
    """Variance of the dyes by what shifts and widths are known to, (dye, wavelength)."""
    slope = np.gradient(warped, WAVELENGTH, axis=1)
    away = WAVELENGTH - WAVELENGTH[warped.argmax(axis=1)][:, None]
    moved = found.sd["shift_nm"][:, None] ** 2 + (away * found.sd["width"][:, None]) ** 2
    variance: np.ndarray = slope**2 * moved
    return variance


def _parameters() -> dict[str, Parameter]:
    return {
        "amount": Parameter(
            unit="dye amount",
            start=np.full(3, USUAL_AMOUNT),
            sd=0.5,
            lowest=0,
            why="what a midscale neutral has of each dye, within a factor of 1.6",
        ),
        "shift_nm": Parameter(
            unit="nm", start=np.zeros(3), sd=SHIFT_NM, why="peaks of dyes between families"
        ),
        "width": Parameter(
            unit="of the family's",
            start=np.ones(3),
            sd=WIDTH,
            lowest=0,
            why="widths of dyes between families",
        ),
    }


def _warped(image: _Image, values: Values) -> Float64[Array, "dye wavelength"]:
    away = WAVELENGTH - image.peak_nm[:, None] - values["shift_nm"][:, None]
    at = image.peak_nm[:, None] + away / values["width"][:, None]
    return jax.vmap(lambda x, dye: jnp.interp(x, jnp.asarray(WAVELENGTH), dye))(at, image.mean)


def _residuals(image: _Image, values: Values) -> Float64[Array, " wavelength"]:
    return image.whitening @ (values["amount"] @ _warped(image, values)) - image.neutral
