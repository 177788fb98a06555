"""What is fitted: each parameter's start, its bounds, and the prior that holds what no chart tells.

The solver moves free numbers, each in standard deviations of its prior about the start. Bounds are
kept by transformation, so a prior is Gaussian in the measure that the bounds ask for:

    no bounds          value = start + sd free                     in the parameter's own unit
    above 0            value = start exp(sd free)                  in its natural logarithm
    between two        value = low + (high - low) S(S^-1(start) + sd free)   in the logit
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

Values = dict[str, Float64[Array, "..."]]


class Bounds(NamedTuple):
    """What values may be; with it, how free numbers become values."""

    lowest: float
    highest: float

    def value(
        self,
        start: Float64[Array, "..."],
        sd: Float64[Array, ""],
        free: Float64[Array, "..."],
    ) -> Float64[Array, "..."]:
        """Values about a start, by the standard deviation of the prior."""
        moved = sd * free
        if np.isfinite(self.highest):
            width = self.highest - self.lowest
            share = (start - self.lowest) / width
            return self.lowest + width * jax.nn.sigmoid(jax.scipy.special.logit(share) + moved)
        if self.lowest == 0:
            return start * jnp.exp(moved)
        return start + moved


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One fitted table.

    Attributes:
        unit: Of the values and the bounds.
        start: Where the solver starts and the prior has its middle.
        sd: Standard deviation of the prior, in the measure of the bounds; 0: it stays at the start,
            and is no part of what is found.
        lowest, highest: Bounds: none, above 0, or two finite ones.
        why: What the prior stands for.
    """

    unit: str
    start: np.ndarray
    sd: float
    lowest: float = -np.inf
    highest: float = np.inf
    why: str

    def value(self, free: Float64[Array, "..."]) -> Float64[Array, "..."]:
        """Free numbers -> values within the bounds."""
        return self.bounds.value(jnp.asarray(self.start), jnp.asarray(self.sd), free)

    @property
    def bounds(self) -> "Bounds":
        """What the values may be."""
        return Bounds(self.lowest, self.highest)

    @property
    def measure(self) -> str:
        """What the prior's standard deviation is in."""
        if np.isfinite(self.highest):
            return f"logit between {self.lowest:g} and {self.highest:g}"
        return "natural logarithm" if self.lowest == 0 else self.unit

    @property
    def prior(self) -> str:
        """The prior in a phrase."""
        about = ", ".join(f"{value:.4g}" for value in np.unique(np.round(self.start, 6)))
        return f"about {about}, sd {self.sd:g} in {self.measure}: {self.why}"
