"""A wide kernel as a small core and a smooth rest that lives on samples farther apart.

    kernel = core + up(rest(down)),   down: d[m] = sum_n b(n - 2 m) in[n],   up: its transpose

b is the binomial of order 8, in place of a B-spline: its even and its odd values sum to 1 each, so
what is flat stays flat at every pixel, and halving twice is halving by a wider one of its kind.
What up and down make of the rest depends on where a pixel lies between the samples. The rest is
the least-squares fit over all such phases, for which there is a closed form on each axis, with B
the spectrum of b, s the samples' distance and w_k the s frequencies that look like W on them:

    Rest(W) = s sum_k B(w_k)^2 Kernel(w_k) / (sum_k B(w_k)^2)^2

Within the core the rest may be what it likes, since the core makes up for it. The values there
that fit best to what lies outside solve a linear system, and as the fit goes axis by axis, the
eigenvectors of two small matrices solve it at once.

Kernels are even: a quadrant says all, and a cosine transform (DCT-I) gives its spectrum.
"""

import numpy as np
from scipy import fft

ORDER = 8  # of the binomial; blur.cl has its values
PADDING = 12  # samples of silence between a rest and its periodic image: tails fall as .53^n
# What hardly shows outside is left to the core: without it both would swing against each other.
LEAST_LOSS = 1e-12


def split(kernel: np.ndarray, reach: int, tail: int) -> tuple[np.ndarray, np.ndarray]:
    """Core and rest of a kernel.

    Args:
        kernel: Quadrant, float64, (y, x).
        reach: Rows and columns of the core from its centre on.
        tail: Samples that the rest may go on beyond its kernel, where it fades as .53^n.

    Returns:
        The quadrants of the core, and of the rest on every second sample. Within the core, the
        mean of what both make over the phases is the kernel.
    """
    outside = _padded(kernel, 2)
    whole = outside.copy()
    core = tuple(slice(min(reach + 1, n)) for n in kernel.shape)
    outside[core] = 0
    fits = [_fit_on_axis(n - 1, halvings=1, step=1) for n in outside.shape]
    means = [_mean_on_axis(fit) for fit in fits]
    outside[core] = _best_within(core, means, outside)
    left = whole - _on_both(means, outside)
    return left[core], _ended(_on_both(fits, outside), kernel, 2, tail)


def coarsened(kernel: np.ndarray, halvings: int, step: int, tail: int) -> np.ndarray:
    """A kernel without a core, smooth all over, as a rest several halvings away.

    Args:
        kernel: Quadrant of every `step`-th of its values, as many times as great.
        halvings: How often the samples' distance doubles.
        step: A power of two, less than the samples' distance.
        tail: As for `split`.

    Returns:
        Quadrant of the rest.
    """
    per_sample = 2**halvings // step
    padded = _padded(kernel, per_sample)
    fits = [_fit_on_axis(n - 1, halvings=halvings, step=step) for n in padded.shape]
    return _ended(_on_both(fits, padded), kernel, per_sample, tail)


def _padded(kernel: np.ndarray, per_sample: int) -> np.ndarray:
    """A kernel and silence around it, of a whole number of samples."""
    shape = (per_sample * (-(-n // per_sample) + PADDING) + 1 for n in kernel.shape)
    padded = np.zeros(tuple(shape))
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    return padded


def _on_both(matrices: list[np.ndarray], quadrant: np.ndarray) -> np.ndarray:
    down, across = matrices
    both: np.ndarray = down @ quadrant @ across.T
    return both


def _fit_on_axis(n: int, *, halvings: int, step: int) -> np.ndarray:
    """The closed form for every kernel of one value: (sample, kernel), n + 1 kernels."""
    distance = 2**halvings
    spectra = fft.dct(np.eye(n + 1), type=1, axis=0)
    spectra *= _power(np.pi / step * np.arange(n + 1) / n, halvings)[:, None]
    for _ in range(halvings + 1 - step.bit_length()):
        n //= 2
        spectra = spectra[: n + 1] + spectra[: n - 1 : -1]
    aliases = np.pi * np.arange(n + 1) / n + 2 * np.pi * np.arange(distance)[:, None]
    spectra /= (_power(aliases / distance, halvings).sum(axis=0) ** 2)[:, None]
    fits: np.ndarray = distance * fft.idct(spectra, type=1, axis=0)
    return fits


def _mean_on_axis(fit: np.ndarray) -> np.ndarray:
    """What rests on every second sample make, meant over the phases: (pixel, kernel)."""
    spectra = fft.dct(fit, type=1, axis=0)
    spectra = np.concatenate([spectra, spectra[-2::-1]])
    n = len(spectra) - 1
    spectra *= _power(np.pi * np.arange(n + 1) / n, 1)[:, None] / 2
    means: np.ndarray = fft.idct(spectra, type=1, axis=0)
    return means


def _power(frequency: np.ndarray, halvings: int) -> np.ndarray:
    """|B|^2 of b after so many halvings, at radians a pixel."""
    power = np.ones_like(frequency)
    for level in range(halvings):
        power *= 4 * np.cos(2**level * frequency / 2) ** (2 * ORDER)
    return power


def _best_within(
    core: tuple[slice, ...], means: list[np.ndarray], outside: np.ndarray
) -> np.ndarray:
    """Values within the core that the fit leaves as they are: v = mean(outside) + mean(v)."""
    modes = [_modes(mean[part, part]) for mean, part in zip(means, core, strict=True)]
    (kept_y, to_y, from_y), (kept_x, to_x, from_x) = modes
    wanted = to_y @ _on_both(means, outside)[core] @ to_x.T
    values: np.ndarray = from_y @ (wanted / (1 + LEAST_LOSS - np.outer(kept_y, kept_x))) @ from_x.T
    return values


def _modes(mean: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues, the way to the eigenvectors and back; the axes of a quadrant count half."""
    weight = np.sqrt(np.where(np.arange(len(mean)) > 0, 2.0, 1.0))
    values, vectors = np.linalg.eigh(mean * weight[:, None] / weight)
    return values, vectors.T * weight, vectors / weight[:, None]


def _ended(rest: np.ndarray, kernel: np.ndarray, per_sample: int, tail: int) -> np.ndarray:
    """A rest up to where its kernel ends, and its tail."""
    rows, columns = (-(-(n - 1) // per_sample) + tail + 1 for n in kernel.shape)
    return rest[:rows, :columns]
