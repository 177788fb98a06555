"""The battery: how near to the Boolean model a method draws grain, and whether that is near enough.

    python -m reference.grain.battery METHOD ... [--aperture bench] [--rho .1 .4] [--json FILE]

METHOD is `boolean`, `gaussian`, or any other as `module:object`, an object that does what
`reference.grain.methods.Method` says. The exit status is 1 where one misses what is accepted.
docs/physics.md, Grain battery.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np

from reference.grain import accepted, boolean, metrics
from reference.grain.methods import Boolean, Gaussian, Method
from reference.grain.outcome import Measured, Outcome
from reference.grain.photographs import photographs
from spectral_film.grain.aperture import APERTURES, BENCH, Aperture

LEVELS = 0.1, 0.3, 0.5, 0.7, 0.9  # coverages
RADII = 0.05, 0.1, 0.2, 0.4, 0.8
RADII_OF_PHOTOGRAPHS = 0.1, 0.4, 0.8
SHAPE = 256, 256
INNER = (..., slice(16, -16), slice(16, -16))  # away from the border
SEEDS, PHOTOGRAPH_SEEDS = range(1000, 1004), range(1000, 1003)
TRUE_SEEDS, TRUE_PHOTOGRAPH_SEEDS = range(4), range(6)
UNCHANGED = slice(0, 96)  # pixels of a quarter, or a half, that must not know of the rest


def measure(
    method: Method,
    aperture: Aperture = BENCH,
    radii: Sequence[float] = RADII,
    radii_of_photographs: Sequence[float] = RADII_OF_PHOTOGRAPHS,
    levels: tuple[float, ...] = LEVELS,
) -> Outcome:
    """Put a method to the battery; radii of discs in pixels, even levels in coverage."""
    return Outcome(
        method=method.name,
        aperture=aperture.name,
        flat={rho: _on_flats(method, rho, aperture, levels) for rho in radii},
        photograph={rho: _on_photographs(method, rho, aperture) for rho in radii_of_photographs},
        context=_context(method, aperture),
        tile=_tile(method, aperture),
    )


def _on_flats(
    method: Method, rho: float, aperture: Aperture, levels: tuple[float, ...]
) -> list[Measured]:
    fields = np.stack(
        [method.flat(np.array(levels), rho, aperture, SHAPE, seed) for seed in _of(SEEDS, rho)],
        axis=1,
    )
    truths = _true_flats(rho, aperture, levels)
    return [
        metrics.of_flat(seen, truth, u, rho, aperture)
        for u, seen, truth in zip(levels, fields[INNER], truths, strict=True)
    ]


def _on_photographs(method: Method, rho: float, aperture: Aperture) -> list[Measured]:
    found: list[Measured] = []
    for u, truth in zip(photographs().values(), _true_photographs(rho, aperture), strict=True):
        blurred = boolean.mean(u, aperture)
        seeds = _of(PHOTOGRAPH_SEEDS, rho)
        drawn = [method.picture(u, rho, aperture, seed) - blurred for seed in seeds]
        found.append(metrics.of_photograph(np.stack(drawn)[INNER], truth, blurred[INNER]))
    return found


def _of(seeds: Iterable[int], rho: float) -> list[int]:
    """Of this radius alone: the same noise at all would be the same chance at all."""
    return [seed + round(1e4 * rho) for seed in seeds]


@cache
def _true_flats(rho: float, aperture: Aperture, levels: tuple[float, ...]) -> np.ndarray:
    """(level, seed, y, x)."""
    fields = [boolean.flat(levels, rho, aperture, SHAPE, seed) for seed in TRUE_SEEDS]
    return np.stack(fields, axis=1)[INNER]


@cache
def _true_photographs(rho: float, aperture: Aperture) -> np.ndarray:
    """What is left when the blurred photograph is taken off, (photograph, seed, y, x)."""
    pictures = np.stack(list(photographs().values()))
    blurred = np.stack([boolean.mean(u, aperture) for u in pictures])
    fields = [boolean.picture(pictures, rho, aperture, s) - blurred for s in TRUE_PHOTOGRAPH_SEEDS]
    return np.stack(fields, axis=1)[INNER]


def _context(method: Method, aperture: Aperture, rho: float = 0.4) -> float:
    halves = []
    for other in (0.02, 0.98):
        u = np.full(SHAPE, 0.5)
        u[:, SHAPE[1] // 2 :] = other
        halves.append(method.picture(u, rho, aperture, 0)[:, UNCHANGED])
    return float(abs(halves[0] - halves[1]).max())


def _tile(method: Method, aperture: Aperture, rho: float = 0.4) -> float:
    u = np.add.outer(np.linspace(0.1, 0.5, SHAPE[0]), np.linspace(0, 0.4, SHAPE[1]))
    corner = slice(0, SHAPE[0] // 2), slice(0, SHAPE[1] // 2)
    whole = method.picture(u, rho, aperture, 0)
    alone = method.picture(np.ascontiguousarray(u[corner]), rho, aperture, 0)
    return float(abs(whole[corner] - alone)[UNCHANGED, UNCHANGED].max())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m reference.grain.battery")
    parser.add_argument("method", nargs="+", type=_method, help="boolean, gaussian, module:object")
    parser.add_argument("--aperture", choices=APERTURES, default=BENCH.name)
    parser.add_argument("--rho", nargs="+", type=float, help="radii of the discs, in pixels")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    given = parser.parse_args(arguments)
    radii = (given.rho, given.rho) if given.rho else (RADII, RADII_OF_PHOTOGRAPHS)
    outcomes = [measure(method, APERTURES[given.aperture], *radii) for method in given.method]
    for outcome in outcomes:
        print(f"{outcome.method}, mean / worst over coverages\n\n{accepted.by_radius(outcome)}\n")
    print(accepted.table(outcomes))
    if given.json:
        given.json.write_text(json.dumps([asdict(o) for o in outcomes], indent=1))
    return not all(r.accepted for outcome in outcomes for r in accepted.readings(outcome))


def _method(name: str) -> Method:
    """The method of this name, or the one that a `module:object` names."""
    known = {method.name: method for method in (Boolean(), Gaussian())}
    if name in known:
        return known[name]
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            f"no method {name!r}; expected {', '.join(known)} or module:object ({error})"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
