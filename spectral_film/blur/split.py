"""A wide kernel as a small core and a smooth rest that lives on samples farther apart.

    kernel = core + up(rest(down)),   down: d[m] = sum_n b(n - 2 m) in[n],   up: its transpose

b is the binomial of order 8, in place of a B-spline: its even and its odd values sum to 1 each, so
what is flat stays flat at every pixel, and halving twice is halving by a wider one of its kind.
What up and down make of the rest depends on where a pixel lies between the samples. The rest is
the least-squares fit over all such phases; with b2 = b * b, and s pixels to a sample, it solves

    sum_k' (a * a)(k - k') rest(k') = sum_n b2(n - s k) kernel(n),   a(m) = b2(s m)

Within the core the rest may be what it likes, since the core makes up for it. The values there
that fit best to what lies outside are those which the fit gives back as they are. As it goes axis
by axis, the eigenvectors of two small matrices find them at once.

Kernels are even, and a quadrant of their values says all.
"""

from math import comb

import numpy as np

ORDER = 8
BINOMIAL = np.array([comb(ORDER, n) for n in range(ORDER + 1)]) / 2 ** (ORDER - 1)  # as in blur.cl
# What hardly shows outside is left to the core: without it both would swing against each other.
LEAST_LOSS = 1e-12


def split(kernel: np.ndarray, reach: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Core and rest of a kernel.

    Args:
        kernel: Quadrant, float64, (y, x).
        reach: Rows and columns of the core from its centre on.

    Returns:
        The quadrants of the core, and of the rest on every second sample. Within the core, the
        mean of what both make over the phases is the kernel.
    """
    core = tuple(slice(min(r + 1, n)) for r, n in zip(reach, kernel.shape, strict=True))
    axes = [(n, -(-(n - 1) // 2) + 1) for n in kernel.shape]
    fits = [_fit(pixels, samples, halvings=1, step=1) for pixels, samples in axes]
    spans = [_even(_spread_by(1), pixels, samples, 1, 2) / 2 for pixels, samples in axes]
    means = [span @ fit for span, fit in zip(spans, fits, strict=True)]
    left = kernel.copy()
    left[core] = 0
    left[core] = _kept_by_fit(left, means, core)
    return (kernel - _on_both(means, left))[core], _on_both(fits, left)


def coarsened(kernel: np.ndarray, halvings: int, step: int) -> np.ndarray:
    """A kernel without a core, smooth all over, as a rest several halvings away.

    Args:
        kernel: Quadrant of every `step`-th of its values, as many times as great.
        halvings: How often the samples' distance doubles.
        step: A power of two, at most half the samples' distance.

    Returns:
        Quadrant of the rest.
    """
    per_sample = 2**halvings // step
    axes = [(n, -(-(n - 1) // per_sample) + 1) for n in kernel.shape]
    fits = [_fit(pixels, samples, halvings=halvings, step=step) for pixels, samples in axes]
    return _on_both(fits, kernel)


def _on_both(matrices: list[np.ndarray], quadrant: np.ndarray) -> np.ndarray:
    down, across = matrices
    both: np.ndarray = down @ quadrant @ across.T
    return both


def _fit(pixels: int, samples: int, *, halvings: int, step: int) -> np.ndarray:
    """The fit on one axis, (sample, pixel)."""
    spread, distance = _spread_by(halvings), 2**halvings
    middle = len(spread) // 2
    overlap = spread[middle % distance :: distance]  # a
    gram = _even(np.convolve(overlap, overlap), samples, samples, 1, 1)
    return np.linalg.solve(gram, _even(spread, samples, pixels, distance, step))


def _spread_by(halvings: int) -> np.ndarray:
    """The values of b * b after so many halvings, the centre in the middle."""
    b = np.ones(1)
    for level in range(halvings):
        apart = np.zeros(2**level * ORDER + 1)
        apart[:: 2**level] = BINOMIAL
        b = np.convolve(b, apart)
    return np.convolve(b, b)


def _even(
    sequence: np.ndarray, rows: int, columns: int, row_step: int, column_step: int
) -> np.ndarray:
    """The matrix sequence(i - j) between quadrants: positions and their mirror images."""
    i, j = row_step * np.arange(rows)[:, None], column_step * np.arange(columns)
    middle = len(sequence) // 2
    padded = np.append(sequence, 0)
    near, far = (np.where(np.abs(d) <= middle, d + middle, -1) for d in (i - j, i + j))
    matrix: np.ndarray = padded[near] + np.where(j > 0, padded[far], 0)
    return matrix


def _kept_by_fit(
    outside: np.ndarray, means: list[np.ndarray], core: tuple[slice, ...]
) -> np.ndarray:
    """The values v within the core for which v = mean(outside) + mean(v)."""
    (kept_y, to_y, from_y), (kept_x, to_x, from_x) = (
        _modes(mean[part, part]) for mean, part in zip(means, core, strict=True)
    )
    wanted = to_y @ _on_both(means, outside)[core] @ to_x.T
    values: np.ndarray = from_y @ (wanted / (1 + LEAST_LOSS - np.outer(kept_y, kept_x))) @ from_x.T
    return values


def _modes(mean: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues, the way to the eigenvectors and back; the axes of a quadrant count half."""
    weight = np.sqrt(np.where(np.arange(len(mean)) > 0, 2.0, 1.0))
    values, vectors = np.linalg.eigh(mean * weight[:, None] / weight)
    return values, vectors.T * weight, vectors / weight[:, None]
