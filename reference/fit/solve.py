"""One least-squares fit: the solver, what it found, and how sure it can be of it.

The confidence is Laplace's: with J the Jacobian of all residuals, data in their standard deviations
and priors in theirs, the covariance of the free numbers is (J^T J)^-1. A prior alone would leave a
variance of 1, so what is left of it is the share that the prior holds: near 0 the data determine
a number, near 1 they say nothing of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optimistix as optx
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float64, PyTree

from reference.fit.priors import Parameter, Values

SIGNIFICANT_DIGITS = 7  # what is kept: far below any effect, and the same on every machine
SURE_DIGITS = 3  # of a standard deviation
LAYERS = ("red", "green", "blue")
HELD = 0.5  # share of the variance from which on a prior counts as what holds a number

Residuals = Callable[[Values], Array]


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number of a fit: its name with layer and sublayer, and how sure it is."""

    name: str
    start: float
    value: float
    sd: float
    held: float
    parameter: Parameter


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What a fit found.

    Attributes:
        parameters: As they were declared, by name.
        values: Fitted, rounded to `SIGNIFICANT_DIGITS`.
        sd: Standard deviation of each value, in its own unit.
        held: Share of each that its prior holds, 0 to 1.
        steps: Of the solver.
        chi2: Sum of the squared residuals of the data.
        freedom: Data less what they determine.
        gradient: Largest slope of half the cost along a free number, where it stopped.
    """

    parameters: Mapping[str, Parameter]
    values: Mapping[str, np.ndarray]
    sd: Mapping[str, np.ndarray]
    held: Mapping[str, np.ndarray]
    steps: int
    chi2: float
    freedom: float
    gradient: float

    def numbers(self) -> Iterator[Number]:
        """Every fitted number by itself."""
        for name, parameter in self.parameters.items():
            for index in np.ndindex(self.values[name].shape):
                layer = f", {LAYERS[index[0]]}" if index else ""
                sublayer = f", sublayer {index[1] + 1}" if len(index) > 1 else ""
                yield Number(
                    name=name + layer + sublayer,
                    start=float(parameter.start[index]),
                    value=float(self.values[name][index]),
                    sd=float(self.sd[name][index]),
                    held=float(self.held[name][index]),
                    parameter=parameter,
                )


def solve(
    parameters: Mapping[str, Parameter], residuals: Residuals, *, max_steps: int = 2000
) -> Solution | None:
    """Fit by Levenberg and Marquardt, priors as residuals of their own.

    Args:
        parameters: What is free, by name.
        residuals: Data residuals of the values, in standard deviations; 0 where nothing is printed.
        max_steps: Of the solver.

    Returns:
        What was found; None where the solver does not come to rest.
    """

    def values(free: Values) -> Values:
        return {name: p.value(free[name]) for name, p in parameters.items()}

    def all_residuals(free: Values, _: None) -> PyTree[Array]:
        return residuals(values(free)), free

    start = {name: jnp.zeros(np.shape(p.start)) for name, p in parameters.items()}
    solver: optx.AbstractLeastSquaresSolver = optx.LevenbergMarquardt(rtol=1e-10, atol=1e-10)
    found: optx.Solution = optx.least_squares(
        all_residuals, solver, start, max_steps=max_steps, throw=False
    )
    if found.result != optx.RESULTS.successful:
        return None

    flat, unflatten = ravel_pytree(found.value)

    def flat_residuals(numbers: Float64[Array, " free"]) -> Float64[Array, " residual"]:
        return jnp.concatenate([residuals(values(unflatten(numbers))), numbers])

    def flat_values(numbers: Float64[Array, " free"]) -> Float64[Array, " free"]:
        return ravel_pytree(values(unflatten(numbers)))[0]

    miss = np.asarray(flat_residuals(flat))
    slope = np.asarray(jax.jacfwd(flat_residuals)(flat))
    variance = np.diag(np.linalg.inv(slope.T @ slope))
    per_free = np.diag(np.asarray(jax.jacfwd(flat_values)(flat)))
    data = miss[: -len(flat)]

    def named(numbers: np.ndarray, digits: int) -> dict[str, np.ndarray]:
        by_name: Values = unflatten(jnp.asarray(numbers))
        return {name: keep(value, digits) for name, value in by_name.items()}

    return Solution(
        parameters=dict(parameters),
        values={name: keep(value) for name, value in values(found.value).items()},
        sd=named(np.abs(per_free) * np.sqrt(variance), SURE_DIGITS),
        held=named(variance.clip(0, 1), SURE_DIGITS),
        steps=int(found.stats["num_steps"]),
        chi2=float(data @ data),
        freedom=float(np.count_nonzero(data) - (1 - variance).sum()),
        gradient=float(np.abs(slope.T @ miss).max()),
    )


def keep(values: Array | np.ndarray, digits: int = SIGNIFICANT_DIGITS) -> np.ndarray:
    """Round to significant digits, so that rounding errors of the solver stay out of the file."""
    text = np.vectorize(lambda v: f"{v:.{digits - 1}e}", otypes=["U32"])
    return text(np.asarray(values, np.float64)).astype(np.float64)
