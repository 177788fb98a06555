"""Trains the network of grain: one command, both apertures, twenty minutes on two cores.

    python -m reference.grain.train -o assets/grain/network.h5 [--steps N] [--seed N]

At first the spectrum alone is fitted, in closed form; then histogram, shapes and pictures too, on
samples that are new at every step. The file keeps the losses on the way. docs/physics.md, Grain
training.
"""

import argparse
import json
import math
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import h5py
import jax
import jax.numpy as jnp
import numpy as np
import scipy
from jax import Array
from scipy import ndimage

from reference.grain import losses
from reference.grain.frequencies import SHARES
from reference.grain.network import (
    LARGEST,
    RADIUS,
    SMALLEST,
    Weights,
    at_size,
    spectrum,
    start,
    texture,
)
from reference.grain.pictures import SIDE
from reference.grain.targets import (
    LEVELS,
    NODES,
    RADII,
    RADII_OF_PICTURES,
    SIZES,
    Targets,
    at_radius,
    targets,
)  # fmt: skip
from spectral_film.grain.aperture import APERTURES
from spectral_film.grain.network import variable

NAMES = "spectrum", "histogram", "skewness", "shapes", "covariance", "asymmetry"


@dataclass(frozen=True)
class Recipe:
    """All that the weights follow from, beside the code.

    Attributes:
        seed: Of everything random.
        closed_steps: On the spectrum alone.
        steps: On all.
        rate: Of Adam, at its highest; it rises over 50 steps and falls along a cosine.
        spectra: (sizes, levels) of a step whose spectrum is compared.
        samples: (radii, levels, side in pixels) of its even samples, of each two.
        pictures: (pictures, copies a side), of each two.
        weights: Of `NAMES`, in the loss.
    """

    seed: int = 1
    closed_steps: int = 600
    steps: int = 5000
    rate: float = 4e-3
    closed_rate: float = 6e-3
    spectra: tuple[int, int] = (3, 8)
    samples: tuple[int, int, int] = (2, 4, 48)
    pictures: tuple[int, int] = (2, 2)
    weights: tuple[float, ...] = (10.0, 400.0, 4.0, 100.0, 50.0, 5.0)


CLIP = 20.0  # of the slope's length: a rare sample must not throw the network
FORGET, FORGET_SQUARE = 0.1, 0.01  # of Adam's means, a step
RISE = 50  # steps
SMALL = 0.3  # share of even samples
AVERAGED = 20  # steps, of the losses in the file; the first so many are there one by one
TOLD = 250  # steps
JUDGED_SIDE = 1024  # pixels, of what the trained network is judged on
CLUMP = 6  # lags to every side that have third moments of it in common
ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
FILE = {
    "schema_version": 1,
    "form": "x_k = sum_j first_kj S_j(z); a_k = gain_k(v) act(slope_k(v) x_k + shift_k(v)) - mean; "
    "n = sum_j S_j(sum_k second_kj a_k); docs/physics.md, Grain network",
    "variable": "v = probit(u) / probit(.98), u the coverage",
    "orbits": "(dx, dy), 0 <= dy <= dx <= R, in order",
    "source": "trained on Boolean grain rendered for it; no other network, no photograph",
}

Loss = Callable[[Weights, Array], tuple[Array, Array]]


class Step(NamedTuple):
    """Parameters, and the losses before the step that led to them: `NAMES`."""

    parameters: Weights
    losses: np.ndarray


class Trained(NamedTuple):
    """Of one aperture: parameters, the losses (step, NAMES) on the way, and how long it took."""

    parameters: Weights
    losses: np.ndarray
    seconds: float


class State(NamedTuple):
    """Of Adam: what is fitted, the means of its slopes and of their squares, and the step."""

    parameters: Weights
    slope: Weights
    square: Weights
    step: Array


def train(recipe: Recipe, aims: Targets) -> Iterator[Step]:
    """Step by step: first on spectra alone, then on all."""
    parameters = start(recipe.seed)
    phases = (
        (recipe.closed_steps, recipe.closed_rate, partial(closed_loss, aims, recipe)),
        (recipe.steps, recipe.rate, partial(whole_loss, aims, recipe)),
    )
    for phase, (steps, rate, loss) in enumerate(phases):
        descend = _descent(loss)
        none = jax.tree.map(jnp.zeros_like, parameters)
        state = State(parameters, none, none, jnp.zeros((), jnp.float32))
        key = jax.random.key(2 * recipe.seed + phase)
        for number in range(steps):
            falling = (1 + math.cos(math.pi * number / steps)) / 2
            speed = rate * min(1, (number + 1) / RISE) * falling
            state, found = descend(state, jax.random.fold_in(key, number), speed)
            yield Step(state.parameters, np.asarray(found))
        parameters = state.parameters


def _descent(loss: Loss) -> Callable[[State, Array, float], tuple[State, Array]]:
    """One step of Adam."""

    @jax.jit
    def step(state: State, key: Array, rate: float) -> tuple[State, Array]:
        (_, found), slope = jax.value_and_grad(loss, has_aux=True)(state.parameters, key)
        length = jnp.sqrt(sum(jnp.sum(table**2) for table in slope))
        slope = jax.tree.map(lambda table: table * jnp.minimum(1, CLIP / length), slope)
        count = state.step + 1

        def means(old: Weights, new: Weights, forget: float) -> Weights:
            return jax.tree.map(lambda o, n: o + forget * (n - o), old, new)

        mean = means(state.slope, slope, FORGET)
        square = means(state.square, jax.tree.map(jnp.square, slope), FORGET_SQUARE)
        speed = jnp.float32(rate) / (1 - (1 - FORGET) ** count)
        unbiased = 1 - (1 - FORGET_SQUARE) ** count

        def moved(p: Array, m: Array, s: Array) -> Array:
            return p - speed * m / (jnp.sqrt(s / unbiased) + 1e-8)

        parameters = jax.tree.map(moved, state.parameters, mean, square)
        return State(parameters, mean, square, count), found

    return step


def closed_loss(
    aims: Targets, recipe: Recipe, parameters: Weights, key: Array
) -> tuple[Array, Array]:
    """What needs no samples: spectra, of some sizes and levels."""
    found = _of_spectra(aims, recipe, parameters, key)
    return recipe.weights[0] * found, jnp.zeros(len(NAMES), found.dtype).at[0].set(found)


def whole_loss(
    aims: Targets, recipe: Recipe, parameters: Weights, key: Array
) -> tuple[Array, Array]:
    """All of `NAMES`."""
    keys = jax.random.split(key, 3)
    found = jnp.stack(
        [
            _of_spectra(aims, recipe, parameters, keys[0]),
            *_of_even_samples(aims, recipe, parameters, keys[1]),
            *_of_pictures(aims, recipe, parameters, keys[2]),
        ]
    )
    return found @ jnp.asarray(recipe.weights, found.dtype), found


def _of_spectra(aims: Targets, recipe: Recipe, parameters: Weights, key: Array) -> Array:
    sizes, levels = recipe.spectra

    def of_size(size: Array, key: Array) -> Array:
        some = _some(key, len(LEVELS), levels)
        powers = spectrum(at_size(parameters, _f32(SIZES)[size]), _f32(variable(LEVELS))[some])
        return losses.decibels(powers, aims.log_shape[size][some])

    chosen, *keys = jax.random.split(key, 1 + sizes)
    return jax.vmap(of_size)(_some(chosen, len(SIZES), sizes), jnp.stack(keys)).mean()


def _of_even_samples(
    aims: Targets, recipe: Recipe, parameters: Weights, key: Array
) -> tuple[Array, Array, Array]:
    """Of histogram, skewness and shapes."""
    radii, levels, side = recipe.samples

    def of_radius(rho: Array, key: Array) -> tuple[Array, Array, Array]:
        chosen, drawn = jax.random.split(key)
        some = _some(chosen, len(LEVELS), levels)
        weights, v = at_size(parameters, rho), _f32(variable(LEVELS))[some]
        sigma = jnp.sqrt(spectrum(weights, v) @ _f32(SHARES))
        noise = _white(drawn, (2, levels, side + 4 * RADIUS, side + 4 * RADIUS))
        level = (None, slice(None), None, None)
        grain = texture(noise, v[level], 1 / sigma[level], weights)
        quantiles, third, gram = at_radius(aims, rho, some)
        return (
            losses.apart(losses.quantiles(grain), quantiles, 1 / (1 + quantiles**2)),
            losses.apart(losses.third_moment(grain), third),
            losses.apart(losses.gram(grain), gram) * (rho >= RADII[0]),
        )

    chosen, *keys = jax.random.split(key, 1 + radii)
    found = jax.vmap(of_radius)(_radii(chosen, radii), jnp.stack(keys))
    histogram, skewness, shapes = (figure.mean() for figure in found)
    return histogram, skewness, shapes


def _of_pictures(
    aims: Targets, recipe: Recipe, parameters: Weights, key: Array
) -> tuple[Array, Array]:
    """Of covariances and third moments, pixel by pixel, relative to the picture's variance."""
    count, copies = recipe.pictures
    keys = jax.random.split(key, 3)
    radius = jax.random.randint(keys[0], (), 0, len(RADII_OF_PICTURES))
    some = _some(keys[1], aims.pictures.shape[1], count)
    v, moments = aims.pictures[radius][some], aims.moments[radius][some]

    weights = at_size(parameters, _f32(RADII_OF_PICTURES)[radius])
    nodes = _f32(variable(NODES))
    sigma = jnp.sqrt(spectrum(weights, nodes) @ _f32(SHARES))
    amplitude = jnp.interp(v, nodes, aims.sigma[radius] / sigma)
    border = RADIUS + losses.BORDER
    around = ((0, 0), (border, border), (border, border))
    v, amplitude = (
        jnp.pad(jnp.tile(one, (1, copies, copies)), around, mode="wrap")[None]
        for one in (v, amplitude)
    )
    side = copies * SIDE + 2 * (border + RADIUS)
    found = losses.moments(texture(_white(keys[2], (2, count, side, side)), v, amplitude, weights))

    variance = moments[:, :1].mean(axis=(-1, -2), keepdims=True)
    power = jnp.ones(moments.shape[1]).at[-1].set(1.5)[:, None, None]
    scale = variance ** power.astype(variance.dtype)
    errors = losses.smoothed(found / scale), losses.smoothed(moments / scale)
    covariance, asymmetry = (
        losses.apart(errors[0][:, :, part], errors[1][:, part])
        for part in (slice(0, -1), slice(-1, None))
    )
    return covariance, asymmetry


def _radii(key: Array, count: int) -> Array:
    """Any: those below all that are rendered, which are easy, less often."""
    small, share = jax.random.uniform(key, (2, count), jnp.float32)
    low, middle = SMALLEST, RADII[0]
    below = low * (middle / low) ** share
    return jnp.where(small < SMALL, below, middle + (LARGEST - middle) * share).astype(jnp.float32)


def _some(key: Array, of: int, count: int) -> Array:
    return jax.random.permutation(key, of)[:count]


def _white(key: Array, shape: tuple[int, ...]) -> Array:
    return jax.random.normal(key, shape, jnp.float32)


def _f32(table: np.ndarray) -> Array:
    return jnp.asarray(table, jnp.float32)


def tables(parameters: Weights) -> dict[str, np.ndarray]:
    """What ships: the network at `SIZES`, (size, channel, ...)."""
    at_sizes = at_size(parameters, _f32(SIZES))
    return {name: np.asarray(table) for name, table in at_sizes._asdict().items()}


def third_order(of_sizes: Mapping[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """What a trained network draws of even coverages, to the third order, of its own samples.

    Args:
        of_sizes: As of `tables`.
        seed: Of the noise.

    Returns:
        (size, level) each: `skewness`, and `clump`, the sum over lags of E[n(0)^2 n(lag)], by the
        third power of the standard deviation.
    """
    draw, around = jax.jit(texture), 2 * CLUMP + 1
    noise = _white(jax.random.key(seed), (JUDGED_SIDE, JUDGED_SIDE))
    skewness, clump = np.empty((2, len(SIZES), len(LEVELS)))
    for size, level in np.ndindex(skewness.shape):
        weights = Weights(**{name: _f32(table[size]) for name, table in of_sizes.items()})
        v = _f32(variable(LEVELS[level]))[None, None]
        grain = np.asarray(draw(noise, v, jnp.ones_like(v), weights), float)
        grain /= grain.std()
        together = around**2 * ndimage.uniform_filter(grain, around, mode="wrap")
        skewness[size, level] = (grain**3).mean()
        clump[size, level] = ((grain**2 - 1) * together).mean()
    return {"skewness": skewness, "clump": clump}


def write(path: Path, trained: Mapping[str, Trained], recipe: Recipe) -> None:
    """The file of the network, a group an aperture. No method is accepted before the battery."""
    with h5py.File(path, "w") as file:
        file.attrs.update(FILE)
        for aperture, found in trained.items():
            group = file.create_group(aperture)
            group["rho"] = SIZES
            group["level"] = LEVELS
            of_sizes = tables(found.parameters)
            for name, table in (of_sizes | third_order(of_sizes, recipe.seed)).items():
                group.create_dataset(name, data=table)
            training = group.create_group("training")
            training.attrs.update(
                {
                    "command": "python -m reference.grain.train",
                    "recipe": json.dumps(asdict(recipe)),
                    "seconds": round(found.seconds),
                    "machine": f"{platform.machine()}, {os.cpu_count()} cores",
                    "versions": ", ".join(
                        f"{m.__name__} {m.__version__}" for m in (jax, np, scipy)
                    ),
                    "losses": NAMES,
                    "steps_averaged": AVERAGED,
                }
            )
            training["first_loss"] = found.losses[:AVERAGED].astype(np.float32)
            whole = len(found.losses) // AVERAGED * AVERAGED
            history = found.losses[:whole].reshape(-1, AVERAGED, len(NAMES)).mean(axis=1)
            training["loss"] = history.astype(np.float32)
            for method in ("fast", "net"):
                group.create_group(f"battery/{method}").attrs["accepted"] = 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    default = Recipe()
    parser = argparse.ArgumentParser(prog="python -m reference.grain.train")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--steps", type=int, default=default.steps, help="on all losses")
    parser.add_argument("--seed", type=int, default=default.seed)
    given = parser.parse_args(arguments)
    recipe = replace(default, steps=given.steps, seed=given.seed)
    # A core an aperture: arrays are too small for threads to share, and sums keep their order.
    os.environ["XLA_FLAGS"] = ONE_THREAD
    with ProcessPoolExecutor(len(APERTURES), mp_context=get_context("spawn")) as pool:
        trained = dict(zip(APERTURES, pool.map(partial(_trained, recipe), APERTURES), strict=True))
    write(given.output, trained, recipe)


def _trained(recipe: Recipe, aperture: str) -> Trained:
    """One aperture's share of the command, told on the way."""
    began = time.monotonic()
    aims = targets(APERTURES[aperture], recipe.seed)
    print(f"{aperture}: discs rendered in {time.monotonic() - began:.0f} s", flush=True)
    found: list[np.ndarray] = []
    for step in train(recipe, aims):
        found.append(step.losses)
        if len(found) % TOLD == 0:
            recent = zip(NAMES, np.mean(found[-TOLD:], axis=0), strict=True)
            told = ", ".join(f"{name} {loss:.5f}" for name, loss in recent)
            print(f"{aperture}, step {len(found)}: {told}", flush=True)
    return Trained(step.parameters, np.array(found), time.monotonic() - began)


if __name__ == "__main__":
    main()
