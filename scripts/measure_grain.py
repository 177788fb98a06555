"""Put the engine's grain to the battery; write the page's tables and what a render may use.

    python scripts/measure_grain.py [--aperture bench scan]

Needs the extra `dev`, and half an hour. Behind the bench aperture, on which published methods were
measured, the figures go into docs/grain.md; behind the one of renders, the largest radius that
each method is accepted at goes into assets/grain/network.h5, where `--grain on` looks. The battery
alone takes these methods too:

    python -m reference.grain.battery scripts.measure_grain:NET
"""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import h5py
import numpy as np

from reference.grain import accepted
from reference.grain.battery import measure
from reference.grain.methods import Boolean, ByPicture, Gaussian
from reference.grain.outcome import Outcome
from reference.grain.photographs import BRIGHTEST, DARKEST
from spectral_film.device.device import Device, open_device
from spectral_film.grain import boolean
from spectral_film.grain.aperture import APERTURES, BENCH, SCAN, Aperture
from spectral_film.grain.filtered import RADIUS, filter_for, kappa_for
from spectral_film.grain.network import network, variable
from spectral_film.grain.noise import NEGATIVE, keys
from spectral_film.grain.textures import NODES, Filtered, Networked
from spectral_film.stages.grain import Grain
from spectral_film.stages.signals import DYES
from spectral_film.stages.stage import apply

REPOSITORY = Path(__file__).parents[1]
PAGE, NETWORK = REPOSITORY / "docs/grain.md", REPOSITORY / "assets/grain/network.h5"
# Of the network that ships, none was trained on.
BETWEEN = {
    "radii": (0.12, 0.33, 0.67),
    "radii_of_photographs": (0.33, 0.67),
    "levels": (0.15, 0.45, 0.75, 0.85),
}
# Among them those of a negative's largest clouds in 2K, 4K and 8K of Super 35, the last also those
# in 4K of Super 16.
RADII_OF_SCANS = 0.05, 0.1, 0.21, 0.41, 0.6, 0.83, 1.0

# A film whose dye amount is the coverage: what the tables of a texture are of.
SHARE = (np.arange(NODES) / (NODES - 1)) ** 2
COVERAGE = DARKEST + (BRIGHTEST - DARKEST) * SHARE
AXIS = {"lowest": np.full(3, DARKEST), "span": np.full(3, BRIGHTEST - DARKEST)}


@dataclass(frozen=True)
class InEngine(ByPicture):
    """The stage of grain, on a film of three equal layers that is nothing but coverage."""

    name: str
    texture: Callable[[float, Aperture], Filtered | Networked]

    def noise(self, u: np.ndarray, rho: float, aperture: Aperture, seed: int) -> np.ndarray:
        """See `ByPicture`."""
        stage = Grain(
            texture=self.texture(rho, aperture), keys=keys(seed, 0, NEGATIVE, (3, 1)),
            pitch_um=(1.0, 1.0), of=DYES, to=DYES,
        )  # fmt: skip
        dyes = np.repeat(np.asarray(u, np.float32)[None], 3, axis=0)
        return (apply(_device(), stage, dyes) - dyes)[0].astype(float)


@lru_cache
def filtered(rho: float, aperture: Aperture) -> Filtered:
    """As `textures.filtered` makes it of a film."""
    seen = boolean.covariance(COVERAGE, rho, aperture, 2 * RADIUS)
    variance = seen[:, 2 * RADIUS, 2 * RADIUS]
    filter_ = filter_for((seen / variance[:, None, None]).mean(axis=0))
    kappa = kappa_for(boolean.skewness(COVERAGE, rho, aperture), filter_)
    return Filtered(**AXIS, **_alike(filter=filter_, amplitude=np.sqrt(variance), kappa=kappa))


@lru_cache
def networked(rho: float, aperture: Aperture) -> Networked:
    """As `textures.networked` makes it of a film."""
    weights = network(aperture).at(rho)
    drawn = weights.covariance(COVERAGE)
    middle = drawn.shape[-1] // 2
    scale = np.sqrt(boolean.variance(COVERAGE, rho, aperture) / drawn[:, middle, middle])
    names = "first", "second", "gain", "slope", "shift", "mean"
    tables = {name: getattr(weights, name)[None] for name in names}
    return Networked(
        **AXIS,
        **_alike(coverage=variable(COVERAGE)[None], amplitude=scale[None], **tables),
    )


def _alike(**tables: np.ndarray) -> dict[str, np.ndarray]:
    """Of each of three layers."""
    return {name: np.stack([table] * 3) for name, table in tables.items()}


@cache
def _device() -> Device:
    return open_device()


FAST, NET = InEngine("fast", filtered), InEngine("net", networked)


def on_the_bench() -> str:
    """The tables of the page."""
    outcomes = [measure(method, BENCH) for method in (FAST, NET, Gaussian(), Boolean())]
    by_radius = [f"`{o.method}`:\n\n{accepted.by_radius(o)}" for o in outcomes]
    between = [measure(method, BENCH, **BETWEEN) for method in (FAST, NET, Boolean())]
    words = "Between the radii and coverages that the network was trained on, at {} pixels:"
    radii = ", ".join(f"{rho:g}" for rho in BETWEEN["radii"])
    return "\n\n".join(
        [
            accepted.table(outcomes, accepted.PUBLISHED),
            *by_radius,
            words.format(radii),
            accepted.table(between),
        ]
    )


def in_renders() -> str:
    """What a render may use, into the file of the network, and its words for the page."""
    outcomes = [measure(m, SCAN, RADII_OF_SCANS) for m in (FAST, NET, Boolean())]
    truth = outcomes[-1]
    told = []
    with h5py.File(NETWORK, "r+") as file:
        battery = file[SCAN.name].require_group("battery")
        battery.clear()
        for outcome in outcomes:
            largest = accepted.largest_radius(outcome, truth)
            _store(battery.create_group(outcome.method), outcome, largest)
            head = "" if outcome is truth else f" is accepted up to {largest:g} pixels"
            told.append(f"`{outcome.method}`{head}:\n\n{accepted.by_radius(outcome)}")
    photographs = "Photographs, at {} pixels:".format(
        ", ".join(f"{rho:g}" for rho in truth.photograph)
    )
    return "\n\n".join([*told, photographs, accepted.of_photographs(outcomes)])


def _store(group: h5py.Group, outcome: Outcome, largest: float) -> None:
    """The radius that is accepted, and what was found, (radius, level or photograph)."""
    group.attrs["accepted"] = largest
    for name in ("flat", "photograph"):
        found = getattr(outcome, name)
        group[f"{name}/rho"] = list(found)
        for metric in next(iter(found.values()))[0]:
            group[f"{name}/{metric}"] = [[at[metric] for at in of] for of in found.values()]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--aperture", choices=APERTURES, nargs="+", default=list(APERTURES))
    for name in parser.parse_args().aperture:
        tables = on_the_bench() if name == BENCH.name else in_renders()
        between = re.compile(f"(?<=<!-- {name} -->\n).*(?=<!-- end of {name} -->)", re.DOTALL)
        page = PAGE.read_text(encoding="utf-8")
        page = between.sub(lambda _, tables=tables: f"\n{tables}\n\n", page)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
