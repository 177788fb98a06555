"""Kernels of a pack: analytic form and sum of Gaussians.

The analytic form is the engine's own (`spectral_film.emulsion.spread`) and says all. The sum of
Gaussians is for hosts that blur but do not convolve:

    OTF(f) = sum_i weight_i exp(-2 (pi sigma_i f)^2),   weight_i >= 0, sum 1

fitted to the analytic OTF from 0 to 100 cycles/mm. Such a sum only ever falls with f. The OTF of
the ring of a bare base (backing none) swings below zero at 1.5 cycles/mm and comes back; no sum of
Gaussians follows it, and what they miss is a twelfth of the ring's weight. `gaussian_error` says
so.

Source: docs/physics.md, Gaussians for hosts, Halation.
"""

import math
from functools import cache, lru_cache

import numpy as np
from scipy import optimize, special

from bake import parts
from spectral_film.emulsion import spread
from spectral_film.emulsion.bare_base import BareBase

# Cycles/um. Even in the logarithm, so that the halo, over at 5 cycles/mm, weighs as much as the
# rest. The error is read at all of them, the fit takes each fifth.
HIGHEST = 0.1
FREQUENCIES = np.concatenate([[0.0], np.geomspace(1e-5, HIGHEST, 1000)])
EACH = 5
FITTED = FREQUENCIES[::EACH]
LADDER_UM = np.concatenate([[0.0], np.geomspace(0.5, 1500.0, 40)])  # sigmas the fit begins with
SIGMA_RANGE_UM = 0.01, 10_000.0  # a hundredth of a pixel at the finest, half a frame
MOST_TERMS = 8
ENOUGH = 1e-4  # a sixtieth of the veil that rem-jet leaves on the red layer
NO_GAIN = 1.05  # terms that better the error by less are not worth a node
LEAST_SIGMA_UM = 0.05  # below, OTF > 0.9995 at the highest frequency: as good as unblurred
SIGMA_DIGITS, WEIGHT_PLACES = 5, 6  # people type them into nodes
TIE = 30.0  # weight of "the weights sum to 1" in the first fit; the second holds it exactly


@lru_cache(maxsize=64)  # layers share their kernels, as packs of one film do; a fit takes a second
def kernel_layer(mixture: spread.Mixture) -> parts.KernelLayer:
    """What a manifest says of the kernel of one layer."""
    sigmas, weights, error = sum_of_gaussians(mixture)
    return parts.KernelLayer(
        spreads=tuple(_described(weight, part) for weight, part in mixture.parts),
        gaussians=tuple(
            parts.Gaussian(weight=float(weight), sigma_um=float(sigma))
            for weight, sigma in zip(weights, sigmas, strict=True)
        ),
        gaussian_error=error,
    )


def mixture(layer: parts.KernelLayer) -> spread.Mixture:
    """The analytic form of a layer as the engine blurs with it: `kernel_layer` undone."""
    return spread.Mixture(tuple((part.weight, _spread(part)) for part in layer.spreads))


def _described(weight: float, part: spread.Spread) -> parts.Spread:
    if isinstance(part, spread.Gaussian):
        return parts.Gaussian(weight=weight, sigma_um=part.sigma_um)
    if isinstance(part, spread.Exponential):
        return parts.Exponential(weight=weight, length_um=part.length_um)
    if isinstance(part, spread.Cauchy):
        return parts.Cauchy(weight=weight, radius_um=part.radius_um)
    if isinstance(part, spread.Halo):
        return parts.Halo(
            weight=weight,
            form=part.profile,
            base_um=part.base_um,
            base_index=part.base_index,
            reach_um=part.nominal_reach_um,
        )
    if isinstance(part, BareBase):
        ring = part.ring
        return parts.BareBase(
            weight=weight,
            base_um=ring.base_um,
            base_index=ring.base_index,
            reach_um=ring.nominal_reach_um,
            plate_reflectance=part.plate_reflectance,
            plate_gap_um=part.plate_gap_um,
            rescattered=part.rescattered,
        )
    raise unknown(part)


def _spread(part: parts.Spread) -> spread.Spread:
    if isinstance(part, parts.Gaussian):
        return spread.Gaussian(part.sigma_um)
    if isinstance(part, parts.Exponential):
        return spread.Exponential(part.length_um)
    if isinstance(part, parts.Cauchy):
        return spread.Cauchy(part.radius_um)
    if isinstance(part, parts.BareBase):
        ring = spread.Halo("ring", part.base_um, part.base_index, part.reach_um)
        return BareBase(ring, part.plate_reflectance, part.plate_gap_um, part.rescattered)
    return spread.Halo(part.form, part.base_um, part.base_index, part.reach_um)


def unknown(part: spread.Spread) -> TypeError:
    """A spread that packs cannot hold."""
    return TypeError(f"a pack has no word for {part!r}; add its form to bake.parts.Spread")


def transfer(mixture: spread.Mixture, frequency: np.ndarray) -> np.ndarray:
    """Analytic OTF of a mixture; the halo's by quadrature.

    Args:
        mixture: The blur.
        frequency: Cycles/um, (f,), up to `HIGHEST`.

    Returns:
        (f,), 1 at frequency 0.
    """
    total = np.zeros_like(frequency)
    for weight, part in mixture.parts:
        total += weight * _transfer(part, frequency)
    return total


def _transfer(part: spread.Spread, f: np.ndarray) -> np.ndarray:
    if isinstance(part, spread.Gaussian):
        return np.exp(-2 * (np.pi * part.sigma_um * f) ** 2)
    if isinstance(part, spread.Exponential):
        return (1 + (2 * np.pi * part.length_um * f) ** 2) ** -1.5
    if isinstance(part, spread.Cauchy):
        return np.exp(-2 * np.pi * part.radius_um * f)
    if isinstance(part, spread.Halo | BareBase):
        return _hankel(part, f)
    raise unknown(part)


def _hankel(part: spread.Halo | BareBase, f: np.ndarray) -> np.ndarray:
    """Hankel transform of a halo, ended as it ends and brought to 1 at frequency 0."""
    halo = geometry(part)
    radius, flux = halo_rings(part, 0.0, math.atan2(halo.reach_um, 2 * halo.base_um))
    flux *= spread.smooth_end(radius, halo.nominal_reach_um)
    return special.j0(2 * np.pi * f[:, None] * radius) @ (flux / flux.sum())


@cache
def gauss_legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes in -1..1 and their weights; a thousand take a while."""
    return np.polynomial.legendre.leggauss(count)


def geometry(part: spread.Halo | BareBase) -> spread.Halo:
    """The halo that says of what base it is, and where it ends."""
    return part.ring if isinstance(part, BareBase) else part


def halo_rings(
    part: spread.Halo | BareBase, first: float, last: float
) -> tuple[np.ndarray, np.ndarray]:
    """Radii and the flux at each, for light that leaves between two angles, radians; no end yet.

    Gauss-Legendre on both sides of the critical angle. Below it the reflectance rises to 1 like a
    square root; angles that crowd there quadratically make it smooth.
    """
    halo = geometry(part)
    # Four points to a period of J0 at the highest frequency.
    count = 64 + math.ceil(4 * halo.reach_um * HIGHEST)
    node, node_weight = gauss_legendre(count)
    v, dv = (node + 1) / 2, node_weight / 2
    critical = float(np.clip(math.asin(1 / halo.base_index), first, last))
    angle = np.concatenate([critical - (critical - first) * v**2, critical + (last - critical) * v])
    width = np.concatenate([(critical - first) * 2 * v * dv, (last - critical) * dv])
    radius, flux = 2 * halo.base_um * np.tan(angle), np.sin(2 * angle) * width
    if isinstance(part, BareBase):
        flux *= part.light(radius) / np.cos(angle) ** 4
    elif halo.profile == "ring":
        flux *= spread.fresnel_reflectance(angle, halo.base_index)
    return radius, flux


def sum_of_gaussians(mixture: spread.Mixture) -> tuple[np.ndarray, np.ndarray, float]:
    """The mixture as a few Gaussians.

    Non-negative least squares over a ladder of sigmas, pruned a term at a time. What is left at
    each count begins a free fit of sigmas and weights. The fewest terms win that are near enough,
    or hardly worse than more of them.

    Returns:
        Sigmas in um, ascending, (n,); weights, of sum 1, (n,); the largest difference of the OTFs
        over `FREQUENCIES`.
    """
    aim = transfer(mixture, FREQUENCIES)
    fits = []
    for first_sigmas, first_weights in reversed(_pruned(aim[::EACH])):
        sigmas, weights = _rounded(*_refined(first_sigmas, first_weights, aim[::EACH]))
        error = float(np.abs(_gaussians(sigmas, FREQUENCIES) @ weights - aim).max())
        fits.append((sigmas, weights, error))
        if error <= ENOUGH:
            break
    least = min(error for _, _, error in fits)
    return next(fit for fit in fits if fit[2] <= max(ENOUGH, NO_GAIN * least))


def _gaussians(sigmas: np.ndarray, frequency: np.ndarray = FITTED) -> np.ndarray:
    """OTF of each, (f, n)."""
    return np.exp(-2 * (np.pi * frequency[:, None] * sigmas) ** 2)


def _pruned(aim: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Sigmas and weights at every count of terms passed on the way down, `MOST_TERMS` to 1."""
    sigmas, weights = _shared_out(LADDER_UM, aim)
    found = []
    while True:
        if len(sigmas) <= MOST_TERMS:
            found.append((sigmas, weights))
        if len(sigmas) == 1:
            return found
        without = [_shared_out(np.delete(sigmas, i), aim) for i in range(len(sigmas))]
        sigmas, weights = min(
            without, key=lambda fit: np.sum((_gaussians(fit[0]) @ fit[1] - aim) ** 2)
        )


def _shared_out(sigmas: np.ndarray, aim: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Non-negative weights of sum 1 for given sigmas; those of weight 0 are left out."""
    rows = np.vstack([_gaussians(sigmas), np.full(len(sigmas), TIE)])
    weights, _ = optimize.nnls(rows, np.append(aim, TIE), maxiter=100 * len(sigmas))
    used = weights > 0
    return sigmas[used], weights[used] / weights.sum()


def _refined(
    sigmas: np.ndarray, weights: np.ndarray, aim: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sigmas and weights by least squares; logarithms keep both positive, a softmax the sum."""
    count = len(sigmas)

    def parameters(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.exp(p[:count]), special.softmax(p[count:])

    def misses(p: np.ndarray) -> np.ndarray:
        sigma, weight = parameters(p)
        return _gaussians(sigma) @ weight - aim

    def slopes(p: np.ndarray) -> np.ndarray:
        sigma, weight = parameters(p)
        terms = _gaussians(sigma)
        by_sigma = terms * weight * -4 * (np.pi * FITTED[:, None] * sigma) ** 2
        by_weight = weight * (terms - (terms @ weight)[:, None])
        return np.hstack([by_sigma, by_weight])

    start = np.log(np.concatenate([np.maximum(sigmas, 2 * LEAST_SIGMA_UM), weights]))
    lowest, highest = (np.full(count, end) for end in np.log(SIGMA_RANGE_UM))
    free = np.full(count, np.inf)
    bounds = np.append(lowest, -free), np.append(highest, free)
    fit = optimize.least_squares(
        misses, start, slopes, bounds, x_scale="jac", xtol=1e-10, ftol=1e-10, gtol=1e-12
    )
    return parameters(fit.x)


def _rounded(sigmas: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As people type them: few digits, no empty terms; the heaviest takes what rounding leaves."""
    sigmas = np.where(sigmas < LEAST_SIGMA_UM, 0.0, sigmas)
    merged: dict[float, float] = {}
    for sigma, weight in sorted(zip(sigmas.tolist(), weights.tolist(), strict=True)):
        short = float(f"{sigma:.{SIGMA_DIGITS}g}")
        merged[short] = merged.get(short, 0.0) + weight
    kept = {sigma: round(weight, WEIGHT_PLACES) for sigma, weight in merged.items()}
    kept = {sigma: weight for sigma, weight in kept.items() if weight > 0}
    heaviest = max(kept, key=lambda sigma: kept[sigma])
    others = math.fsum(weight for sigma, weight in kept.items() if sigma != heaviest)
    kept[heaviest] = round(1 - others, WEIGHT_PLACES)
    return np.array(list(kept)), np.array(list(kept.values()))
