"""One least-squares fit: the solver, what it found, and how sure it can be of it.

The confidence is Laplace's: with J the Jacobian of all residuals, data in their standard deviations
and priors in theirs, the covariance of the free numbers is (J^T J)^-1. A prior alone would leave a
variance of 1, so what is left of it is the share that the prior holds: near 0 the data determine
a number, near 1 they say nothing of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optimistix as optx
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float64, PyTree

from reference.fit.priors import Bounds, Parameter, Values

SIGNIFICANT_DIGITS = 7  # what is kept: far below any effect, and the same on every machine
SURE_DIGITS = 3  # of a standard deviation
LAYERS = ("red", "green", "blue")
HELD = 0.5  # share of the variance from which on a prior counts as what holds a number

WORTH = 2.0  # of the criterion
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
        readings: Data, but for those of no weight.
        freedom: Data less what they determine.
        gradient: Largest slope of half the cost along a free number, where it stopped.
    """

    parameters: Mapping[str, Parameter]
    values: Mapping[str, np.ndarray]
    sd: Mapping[str, np.ndarray]
    held: Mapping[str, np.ndarray]
    steps: int
    chi2: float
    readings: int
    freedom: float
    gradient: float

    @property
    def criterion(self) -> float:
        """Akaike's, corrected for few readings; numbers count as far as the data determine them.

        Of forms fitted to the same readings the one with the lowest tells most; less than `WORTH`
        tells two not apart. Source: Burnham and Anderson, Model Selection, 2002.
        """
        numbers = self.readings - self.freedom
        spare = max(self.freedom - 1, 1e-3)
        return self.chi2 + 2 * numbers + 2 * numbers * (numbers + 1) / spare

    def first_of(self, name: str) -> "Solution":
        """With the first number of a table in its place, if it is there: the others were idle."""
        if name not in self.parameters:
            return self
        parameter = self.parameters[name]
        alone = replace(parameter, start=np.asarray(parameter.start[0]))
        return replace(
            self,
            parameters={**self.parameters, name: alone},
            values={**self.values, name: self.values[name][0]},
            sd={**self.sd, name: self.sd[name][0]},
            held={**self.held, name: self.held[name][0]},
        )

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
            Compiling takes longer than solving: a `jax.tree_util.Partial` of a function and its
            data is compiled once for all data of the same shapes.
        max_steps: Of the solver.

    Returns:
        What was found; None where the solver does not come to rest.
    """
    bounds = {name: parameter.bounds for name, parameter in parameters.items()}
    start = {name: jnp.asarray(parameter.start, float) for name, parameter in parameters.items()}
    sd = {name: jnp.asarray(parameter.sd, float) for name, parameter in parameters.items()}
    found = _descended(residuals, tuple(bounds.items()), start, sd, max_steps)
    if not bool(found.rests):
        return None
    _, unflatten = ravel_pytree(start)
    miss, slope = np.asarray(found.miss), np.asarray(found.slope)
    variance = np.diag(np.linalg.inv(slope.T @ slope))
    data = miss[: -len(variance)]
    free = [name for name, parameter in parameters.items() if parameter.sd > 0]

    def named(numbers: np.ndarray, digits: int) -> dict[str, np.ndarray]:
        by_name: Values = unflatten(jnp.asarray(numbers))
        return {name: keep(by_name[name], digits) for name in free}

    return Solution(
        parameters={name: parameters[name] for name in free},
        values={name: keep(found.values[name]) for name in free},
        sd=named(np.abs(found.per_free) * np.sqrt(variance), SURE_DIGITS),
        held=named(variance.clip(0, 1), SURE_DIGITS),
        steps=int(found.steps),
        chi2=float(data @ data),
        readings=int(np.count_nonzero(data)),
        freedom=float(np.count_nonzero(data) - (1 - variance).sum()),
        gradient=float(np.abs(slope.T @ miss).max()),
    )


class _Descended(NamedTuple):
    """Where the solver stopped; arrays of one number are scalars.

    Attributes:
        rests: Whether it came to rest.
        values: By name.
        per_free: Change of each value with its free number, (free,).
        miss: All residuals, those of the priors last, (residual,).
        slope: Their Jacobian, (residual, free).
        steps: It took.
    """

    rests: Array
    values: Values
    per_free: Array
    miss: Array
    slope: Array
    steps: Array


@eqx.filter_jit
def _descended(
    residuals: Residuals,
    bounds: tuple[tuple[str, Bounds], ...],
    start: Values,
    sd: Values,
    max_steps: int,
) -> _Descended:
    """Compiled once for all fits of the same function, bounds and shapes."""

    def values(free: Values) -> Values:
        return {name: of.value(start[name], sd[name], free[name]) for name, of in bounds}

    def all_residuals(free: Values, _: None) -> PyTree[Array]:
        return residuals(values(free)), free

    solver: optx.AbstractLeastSquaresSolver = optx.LevenbergMarquardt(rtol=1e-10, atol=1e-10)
    nothing = jax.tree.map(jnp.zeros_like, start)
    found: optx.Solution = optx.least_squares(
        all_residuals, solver, nothing, max_steps=max_steps, throw=False
    )
    flat, unflatten = ravel_pytree(found.value)

    def flat_residuals(numbers: Float64[Array, " free"]) -> Float64[Array, " residual"]:
        return jnp.concatenate([residuals(values(unflatten(numbers))), numbers])

    def flat_values(numbers: Float64[Array, " free"]) -> Float64[Array, " free"]:
        return ravel_pytree(values(unflatten(numbers)))[0]

    return _Descended(
        rests=jnp.asarray(found.result == optx.RESULTS.successful),
        values=values(found.value),
        per_free=jnp.diag(jax.jacfwd(flat_values)(flat)),
        miss=flat_residuals(flat),
        slope=jax.jacfwd(flat_residuals)(flat),
        steps=found.stats["num_steps"],
    )


def padded(values: np.ndarray, to: int) -> np.ndarray:
    """Its last value repeated to a whole number of `to` along the last axis: fewer shapes."""
    missing = -values.shape[-1] % to
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)], mode="edge")


def keep(values: Array | np.ndarray, digits: int = SIGNIFICANT_DIGITS) -> np.ndarray:
    """Round to significant digits, so that rounding errors of the solver stay out of the file."""
    text = np.vectorize(lambda v: f"{v:.{digits - 1}e}", otypes=["U32"])
    return text(np.asarray(values, np.float64)).astype(np.float64)
