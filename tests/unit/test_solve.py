"""The solver and its confidence, on problems whose answer is known."""

import jax.numpy as jnp
import numpy as np
import pytest

from reference.fit.priors import Parameter
from reference.fit.solve import keep, solve

X = np.linspace(0, 1, 20)
SIGMA = 0.1


def line(prior_sd: float, *many: int) -> dict[str, Parameter]:
    return {
        name: Parameter(unit="1", start=np.zeros(many), sd=prior_sd, why="loose")
        for name in ("offset", "slope")
    }


def residuals_of(y):
    return lambda values: (values["offset"] + values["slope"] * jnp.asarray(X) - y) / SIGMA


def test_a_straight_line_has_the_textbook_s_covariance():
    solution = solve(line(1e3), residuals_of(1 + 2 * X))
    design = np.stack([np.ones_like(X), X], axis=1) / SIGMA
    sd = np.sqrt(np.diag(np.linalg.inv(design.T @ design)))
    # A prior of sd 1000 takes 1e-8 from these variances; sd are kept to three digits.
    assert float(solution.values["offset"]) == pytest.approx(1, abs=1e-6)
    assert float(solution.values["slope"]) == pytest.approx(2, abs=1e-6)
    assert [float(solution.sd[n]) for n in ("offset", "slope")] == pytest.approx(sd, rel=5e-3)
    assert solution.freedom == pytest.approx(18, abs=1e-3)


def test_what_no_datum_touches_is_held_by_its_prior():
    free = line(1.0) | {"idle": Parameter(unit="1", start=np.array(3.0), sd=0.7, why="nothing")}
    solution = solve(free, residuals_of(1 + 2 * X))
    assert float(solution.values["idle"]) == 3.0
    assert float(solution.sd["idle"]) == pytest.approx(0.7, rel=1e-3)
    assert float(solution.held["idle"]) == 1.0
    assert float(solution.held["slope"]) < 0.01
    assert {n.name: round(n.held) for n in solution.numbers()}["idle"] == 1


@pytest.mark.parametrize(("lowest", "highest"), [(-np.inf, np.inf), (0, np.inf), (1.5, 4.0)])
def test_bounds_hold_and_the_start_is_the_middle_of_the_prior(lowest, highest):
    parameter = Parameter(
        unit="1", start=np.array(2.0), sd=1.0, lowest=lowest, highest=highest, why="bounds"
    )
    far = np.array([float(parameter.value(jnp.asarray(z))) for z in (-30.0, 0.0, 30.0)])
    assert far[1] == pytest.approx(2.0, rel=1e-12)
    assert lowest <= far[0] < far[1] < far[2] <= highest
    assert parameter.why in parameter.prior


def test_the_standard_deviation_is_what_noise_makes_of_the_fit():
    """Fits of a hundred noisy lines scatter as each of them says it may."""
    noisy = 1 + 2 * X + SIGMA * np.random.default_rng(5207).normal(size=(100, 20))

    def residuals(values):  # lines that share nothing, in one call: each would be compiled anew
        read = values["offset"][:, None] + values["slope"][:, None] * jnp.asarray(X)
        return ((read - noisy) / SIGMA).ravel()

    fits = solve(line(1e3, 100), residuals)
    # A scatter of 100 is known to 1 / sqrt(200) = 7 %; three times that.
    assert fits.sd["slope"] == pytest.approx(fits.values["slope"].std(), rel=0.21)


def test_a_problem_without_rest_is_told():
    wandering = {"x": Parameter(unit="1", start=np.zeros(()), sd=1e9, why="free")}
    assert solve(wandering, lambda v: jnp.exp(-v["x"])[None], max_steps=5) is None


def test_digits_are_kept_as_asked():
    assert keep(np.array([1.23456789e-5, 9.87654321])) == pytest.approx(
        [1.234568e-5, 9.876543], rel=1e-12
    )
