"""Chemistry of a developing layer: the numbers of reaction and diffusion, and its kernel.

Silver halide u_c of layer c (in the dye it can make) develops at a rate R_c; what develops sets
inhibitor b free, which diffuses through all layers and is carried off into the bath:

    du_c/dt = -R_c,   R_c = k u_c / (1 + b_c),   (1 - l^2 lap) b_c = sum_j y_cj R_j,   0 < t < T

b is in units of the amount that halves the rate. Diffusion is so much faster than development
(0.1 to 2 s against 180 s) that b is steady at every moment. Dye is D_c = u_c(0) - u_c(T).

Small ripples on an even, neutral patch grow by a gain that depends on their frequency f through
Y = 1 / (1 + (2 pi l f)^2) alone: 1 where inhibitor spreads far less than a period, and at most
where it spreads far more. The kernel form of `stages/adjacency.py` has gain 1 + g (1 - B), with
g_c = sum_j A_cj dF_j/dh. So one says the other: `chemistry_of_kernel`, `kernel_of_chemistry`.

Source: docs/physics.md, Reaction and diffusion; k, T and the steady bath are assumed there.
"""

from dataclasses import dataclass

import numpy as np

RATE_PER_S = 1 / 120  # k, assumed
DURATION_S = 180.0  # T: 3:00 of colour developer
NEWTON_STEPS = 4  # of R(b(R)), from the rates a moment ago: right to 1e-12
RUNGE_KUTTA_STEPS = 16  # dye and gain are right to 1e-6
CALIBRATION_ROUNDS = 14  # of what must be developable, to 1e-6 of the dye
# Where a kernel is compared with the chemistry: what camera films are printed for.
FREQUENCY = np.array([2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0]) / 1000  # cycles/um


@dataclass(frozen=True, kw_only=True)
class Chemistry:
    """Inhibitor of a film.

    Attributes:
        inhibitor_release_s: y, what a rate in layer j adds to b in layer c, (layer, from layer), s.
        length_um: l, how far inhibitor gets before the bath takes it.
    """

    inhibitor_release_s: np.ndarray
    length_um: float


def uniform_dye(developable: np.ndarray, release_s: np.ndarray) -> np.ndarray:
    """Dye of even patches, (layer, patch)."""
    ripple, spreading = np.zeros_like(developable), np.ones(developable.shape[1])
    return _develop(developable, ripple, release_s, spreading)[0]


def developable_for(dye: np.ndarray, release_s: np.ndarray) -> np.ndarray:
    """What must be developable for even patches to make so much dye, (layer, patch)."""
    developable = dye / (1 - np.exp(-RATE_PER_S * DURATION_S))
    everywhere = np.ones(developable.shape[1])
    for _ in range(CALIBRATION_ROUNDS):
        # How dye follows where all layers have more to develop by the same factor.
        made, per_factor = _develop(developable, developable, release_s, everywhere)
        developable = developable * (dye / made) ** (made / per_factor)
    return developable


def small_signal_gain(
    developable: np.ndarray, ripple: np.ndarray, chemistry: Chemistry, frequency: np.ndarray
) -> np.ndarray:
    """Growth of a small ripple on an even patch, over that of one too long to diffuse.

    Args:
        developable: u(0) of the patch, (layer,).
        ripple: Amplitude of the ripple in u(0), (layer,).
        chemistry: The inhibitor.
        frequency: Cycles/um, (frequency,).

    Returns:
        Ripple in dye over its value at frequency 0, (layer, frequency).
    """
    every = np.append(0.0, frequency)
    spreading = 1 / (1 + (2 * np.pi * chemistry.length_um * every) ** 2)
    patch, wave = (np.repeat(x[:, None], len(every), axis=1) for x in (developable, ripple))
    _, grown = _develop(patch, wave, chemistry.inhibitor_release_s, spreading)
    return grown[:, 1:] / grown[:, :1]


def chemistry_of_kernel(
    coupling: np.ndarray, length_um: float, dye: np.ndarray, slope: np.ndarray
) -> Chemistry:
    """The chemistry whose small ripples grow as those of a kernel do.

    Rows of y have the pattern of the coupling's rows. Their sizes and the length are what fits
    1 + g (1 - B) best over `FREQUENCY`.

    Args:
        coupling: A, loss of log10 exposure per dye, (layer, from layer).
        length_um: Of the 2-D exponential B.
        dye: Of the neutral patch, (layer,).
        slope: dF/dh of each layer there, dye per log10 exposure, (layer,).
    """
    from scipy.optimize import least_squares  # a tenth of a start, for the lab and pde alone

    wanted = 1 + (coupling @ slope)[:, None] * (1 - exponential_otf(FREQUENCY, length_um))
    scale = dye / np.maximum(slope, 1e-9)  # a rate in the units of a log exposure

    def chemistry(numbers: np.ndarray) -> Chemistry:
        release = np.exp(numbers[:-1])[:, None] * coupling / scale[:, None] / RATE_PER_S
        return Chemistry(inhibitor_release_s=release, length_um=float(np.exp(numbers[-1])))

    def miss(numbers: np.ndarray) -> np.ndarray:
        made = chemistry(numbers)
        difference: np.ndarray = _gain_at(dye, slope, made) - wanted
        return difference.ravel()

    start = np.append(np.zeros(len(coupling)), np.log(length_um))
    return chemistry(least_squares(miss, start, xtol=1e-8, ftol=1e-8).x)


def kernel_of_chemistry(
    chemistry: Chemistry, dye: np.ndarray, slope: np.ndarray
) -> tuple[np.ndarray, float]:
    """Coupling and length of the kernel whose small ripples grow as the chemistry's do.

    Args and shapes as in `chemistry_of_kernel`, which this undoes.
    """
    from scipy.optimize import least_squares

    gain = _gain_at(dye, slope, chemistry) - 1

    def miss(numbers: np.ndarray) -> np.ndarray:
        kernel = numbers[:-1, None] * (1 - exponential_otf(FREQUENCY, np.exp(numbers[-1])))
        difference: np.ndarray = kernel - gain
        return difference.ravel()

    start = np.append(gain[:, -1], np.log(chemistry.length_um))
    found = least_squares(miss, start, xtol=1e-10, ftol=1e-10).x
    release = chemistry.inhibitor_release_s
    size = found[:-1] / (release @ slope)
    return size[:, None] * release, float(np.exp(found[-1]))


def exponential_otf(frequency: np.ndarray, length_um: float) -> np.ndarray:
    """B(f) of the 2-D exponential."""
    return (1 + (2 * np.pi * length_um * frequency) ** 2) ** -1.5


def _gain_at(dye: np.ndarray, slope: np.ndarray, chemistry: Chemistry) -> np.ndarray:
    """Gain of a neutral ripple in exposure about a patch of that dye, (layer, frequency)."""
    step = 1e-4  # of log10 exposure: the gain is a ratio, so the size hardly matters
    around = dye[:, None] + slope[:, None] * step * np.array([-1, 0, 1])
    low, patch, high = developable_for(around, chemistry.inhibitor_release_s).T
    return small_signal_gain(patch, (high - low) / (2 * step), chemistry, FREQUENCY)


def _develop(
    developable: np.ndarray, ripple: np.ndarray, release_s: np.ndarray, spreading: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Dye of even patches and of ripples on them, (layer, patch) each, by Runge and Kutta.

    `spreading` is Y of each patch's ripple, (patch,).
    """
    identity = np.eye(len(release_s))
    spread_release = release_s * spreading[:, None, None]
    rate = RATE_PER_S * developable / (1 + release_s @ developable * RATE_PER_S)

    def rates(u: np.ndarray, du: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nonlocal rate
        for _ in range(NEWTON_STEPS):  # R_c (1 + sum_j y_cj R_j) = k u_c
            slowed = 1 + release_s @ rate
            slope = slowed.T[:, :, None] * identity + rate.T[:, :, None] * release_s
            rate = rate - _solve(slope, rate * slowed - RATE_PER_S * u)
        slowed = 1 + release_s @ rate
        # dR_c = R_c (du_c / u_c - db_c / (1 + b_c)),  db_c = sum_j y_cj Y dR_j
        held_back = identity + (rate / slowed).T[:, :, None] * spread_release
        return rate, _solve(held_back, RATE_PER_S / slowed * du)

    u, du = developable, ripple
    dt = DURATION_S / RUNGE_KUTTA_STEPS
    for _ in range(RUNGE_KUTTA_STEPS):
        r1, d1 = rates(u, du)
        r2, d2 = rates(u - dt / 2 * r1, du - dt / 2 * d1)
        r3, d3 = rates(u - dt / 2 * r2, du - dt / 2 * d2)
        r4, d4 = rates(u - dt * r3, du - dt * d3)
        u = u - dt / 6 * (r1 + 2 * r2 + 2 * r3 + r4)
        du = du - dt / 6 * (d1 + 2 * d2 + 2 * d3 + d4)
    return developable - u, ripple - du


def _solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Linear systems of (patch, layer, layer) for (layer, patch)."""
    solved: np.ndarray = np.linalg.solve(matrix, right.T[:, :, None])[:, :, 0].T
    return solved
