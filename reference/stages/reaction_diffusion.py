"""Reaction and diffusion: development with its inhibitor, solved in time."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float64

from spectral_film.stages.signals import EXPOSURE_FLOOR

State = tuple[Array, Array]  # what is undeveloped, and the inhibitor


def reaction_diffusion(
    exposure: Float64[Array, "layer y x"],
    *,
    log_exposure_node: Float64[Array, " node"],
    developable: Float64[Array, "layer node"],
    inhibitor_release_s: Float64[Array, "layer layer"],
    length_um: Float64[Array, ""],
    rate_per_s: float,
    duration_s: float,
    steps: int,
    first_sweeps: int,
    sweeps: int,
    pitch_um: tuple[float, float],
) -> Float64[Array, "dye y x"]:
    """Dye that develops where inhibitor from the neighbourhood holds development back.

        du_c/dt = -k u_c / (1 + b_c),   0 < t < T
        (1 - l^2 lap) b_c = sum_j y_cj k u_j / (1 + b_j)

    Args:
        exposure: Layer exposure, lux s.
        log_exposure_node: Where `developable` is tabulated, log10(lux s).
        developable: Dye that could be made, u(0), after that exposure.
        inhibitor_release_s: y: what a rate in layer j adds to b in layer c.
        length_um: l: how far inhibitor gets before the bath takes it.
        rate_per_s: k of development without inhibitor.
        duration_s: T.
        steps: Of time; each takes b from its middle, so the error falls as their square.
        first_sweeps, sweeps: Of b at the start, and within each later step.
        pitch_um: Pixel pitch along x and along y.

    Source: docs/physics.md, Reaction and diffusion.
    """
    log_exposure = jnp.log10(jnp.maximum(exposure, EXPOSURE_FLOOR))
    start = jnp.stack(
        [
            jnp.interp(h, log_exposure_node, table)
            for h, table in zip(log_exposure, developable, strict=True)
        ]
    )
    share = 1 / (1 + length_um**2 * squared_waves(start.shape[1:], pitch_um))
    dt = duration_s / steps

    def step(state: State, count: int) -> State:
        undeveloped, inhibitor = state

        def sweep(_: Array, inhibitor: Array) -> Array:
            middle = undeveloped * jnp.exp(-rate_per_s * dt / 2 / (1 + inhibitor))
            released = released_by(rate_per_s * middle / (1 + inhibitor), inhibitor_release_s)
            # Half the way: the whole would swing about where b comes to rest.
            return (inhibitor + from_waves(share * to_waves(released))) / 2

        inhibitor = jax.lax.fori_loop(0, count, sweep, inhibitor)  # one sweep to be compiled
        return undeveloped * jnp.exp(-rate_per_s * dt / (1 + inhibitor)), inhibitor

    first = step((start, jnp.zeros_like(start)), first_sweeps)
    (left, _), _ = jax.lax.scan(lambda s, _: (step(s, sweeps), None), first, length=steps - 1)
    return start - left


def reaction_diffusion_in_time(
    start: Float64[Array, "layer y x"],
    *,
    inhibitor_release_s: Float64[Array, "layer layer"],
    length_um: Float64[Array, ""],
    lifetime_s: float,
    rate_per_s: float,
    duration_s: float,
    steps: int,
    pitch_um: tuple[float, float],
) -> Float64[Array, "dye y x"]:
    """The same without taking the inhibitor for steady, which shows how little that costs.

        db_c/dt = (sum_j y_cj R_j - b_c + l^2 lap b_c) / t_b

    Each wave of b relaxes exactly over a step while the sources rest (an exponential integrator).

    Args:
        start: u(0) of every point.
        lifetime_s: t_b: how long inhibitor stays before the bath takes it.
        steps: Of time, each much shorter than `lifetime_s`.
        inhibitor_release_s, length_um, rate_per_s, duration_s, pitch_um: As above.

    Source: docs/physics.md, Reaction and diffusion; Cox and Matthews 2002, first order.
    """
    decay = (1 + length_um**2 * squared_waves(start.shape[1:], pitch_um)) / lifetime_s
    dt = duration_s / steps
    kept = jnp.exp(-decay * dt)
    gained = (1 - kept) / decay / lifetime_s

    def step(state: State, _: None) -> tuple[State, None]:
        undeveloped, waves = state
        inhibitor = from_waves(waves)
        rate = rate_per_s * undeveloped / (1 + inhibitor)
        waves = kept * waves + gained * to_waves(released_by(rate, inhibitor_release_s))
        return (undeveloped * jnp.exp(-rate_per_s * dt / (1 + inhibitor)), waves), None

    (left, _), _ = jax.lax.scan(step, (start, jnp.zeros_like(start)), None, length=steps)
    return start - left


def released_by(
    rate: Float64[Array, "layer y x"], inhibitor_release_s: Float64[Array, "layer layer"]
) -> Float64[Array, "layer y x"]:
    """What development at this rate sets free in each layer, before it spreads."""
    return jnp.tensordot(inhibitor_release_s, rate, ((1,), (0,)))


def squared_waves(shape: tuple[int, ...], pitch_um: tuple[float, float]) -> Float64[Array, "y x"]:
    """-lap of each cosine, 1/um^2, as neighbouring pixels tell it."""

    def along(count: int, pitch: float) -> Float64[Array, " wave"]:
        return (2 - 2 * jnp.cos(jnp.pi * jnp.arange(count) / count)) / pitch**2

    return along(shape[0], pitch_um[1])[:, None] + along(shape[1], pitch_um[0])


def to_waves(planes: Float64[Array, "layer y x"]) -> Float64[Array, "layer y x"]:
    """Planes as sums of cosines, which no light or inhibitor leaves over the edge."""
    return jax.scipy.fft.dctn(planes, axes=(1, 2), norm="ortho")


def from_waves(waves: Float64[Array, "layer y x"]) -> Float64[Array, "layer y x"]:
    """What `to_waves` undoes."""
    return jax.scipy.fft.idctn(waves, axes=(1, 2), norm="ortho")
