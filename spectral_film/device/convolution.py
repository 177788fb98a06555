"""Blurs on the film: positive kernels from densities of spread, applied by FFT.

A lit pixel is taken for a small square of light, `LIT_WIDTH` pixels wide, and every pixel gets
what falls on its centre: the density of the spread averaged over the square. Such a kernel is
positive by nature and ends where the spread does.

Its OTF is the spread's own, shaped and folded by the pixel grid. Squares as wide as the pixel
lose modulation, points gain it; at 0.9 the OTF of 5207 below 0.8 Nyquist is within .035 at 3 um,
.02 at 6 um, .06 at 12 um, and up to 80 cycles/mm, where the sheet ends, within .012 at 3 um. (The
OTF cut at the Nyquist frequency, its negative values dropped in the kernel, comes about as near,
but leaves bright crosses: 1e-3 of a small lamp five pixels away at 12 um; the film has 1e-6.)

Kernels here are even in x and in y, so one quadrant says all, and a cosine transform (DCT-I)
gives the quadrant of the spectrum at a quarter of the cost.
"""

import math
import os
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy import fft

from spectral_film.emulsion.spread import Mixture, Spread

LIT_WIDTH = 0.9  # assumed, see above
ROUNDING = 2e-8  # of the brightest value: what float32 transforms leave all over a plane, measured
HARMLESS = 0.05  # of the least value that matters may be rounding
WORKERS = os.cpu_count() or 1  # threads per transform


def padded_size(size: int, reach: int) -> int:
    """Even length, quick to transform, that holds `size` pixels and `reach` more on both sides."""
    length = fft.next_fast_len(size + 2 * reach, real=True)
    while length % 2:
        length = fft.next_fast_len(length + 1, real=True)
    return int(length)


@lru_cache(maxsize=8)
def positive_kernel(spread: Spread, pitch_um: tuple[float, float]) -> np.ndarray:
    """Kernel of one spread on a pixel grid: nowhere negative, cut at its reach, of sum 1.

    Args:
        spread: Density around a point.
        pitch_um: Pixel pitch across and down.

    Returns:
        The quadrant of its values from the centre on, float64, (y, x).
    """
    reach = reach_in_pixels(spread.reach_um, pitch_um)
    if max(reach) == 0:
        return np.ones((1, 1))
    pitch_x, pitch_y = pitch_um
    x = np.arange(reach[1] + 1)[:, None] * pitch_x + _over_square(pitch_x, spread)
    kernel = np.zeros((reach[0] + 1, reach[1] + 1))
    for offset in _over_square(pitch_y, spread):
        y = np.arange(reach[0] + 1) * pitch_y + offset
        kernel += spread.density(np.hypot(y[:, None, None], x)).sum(axis=-1)
    weight_y, weight_x = (np.where(np.arange(n) > 0, 2.0, 1.0) for n in kernel.shape)
    return kernel / (weight_y @ kernel @ weight_x)  # the axes belong to two quadrants


def _over_square(pitch_um: float, spread: Spread) -> np.ndarray:
    """Distances from the centre of a lit square, evenly, no farther apart than the detail.

    Light that is wider than the spread reaches is not sampled where none of it gets to the centre.
    """
    width_um = min(LIT_WIDTH * pitch_um, 2 * spread.reach_um)
    count = math.ceil(width_um / spread.detail_um)
    return width_um * ((np.arange(count) + 0.5) / count - 0.5)


@lru_cache(maxsize=8)  # one frame's worth: three layers, the inhibitor, three of the print
def kernel_spectrum(
    mixture: Mixture,
    shape: tuple[int, int],
    pitch_um: tuple[float, float],
    precision: type[np.floating] = np.float32,
) -> np.ndarray:
    """Spectrum of the kernel of `mixture` on a padded grid.

    Args:
        mixture: The blur.
        shape: Even rows and columns of the padded grid.
        pitch_um: Pixel pitch across and down.
        precision: float32 or float64.

    Returns:
        Quadrant of the real spectrum, (y/2+1, x/2+1).
    """
    grid = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), precision)
    for weight, part in mixture.parts:
        kernel = positive_kernel(part, pitch_um)
        grid[: kernel.shape[0], : kernel.shape[1]] += weight * kernel
    spectrum = fft.dctn(grid, type=1, workers=WORKERS, overwrite_x=True)
    spectrum /= spectrum[0, 0]
    spectrum.flags.writeable = False
    return spectrum


def reach_in_pixels(reach_um: float, pitch_um: tuple[float, float]) -> tuple[int, int]:
    """A distance on the film as rows and columns, rounded up."""
    return math.ceil(reach_um / pitch_um[1]), math.ceil(reach_um / pitch_um[0])


def convolve_plane(plane: np.ndarray, spectrum: np.ndarray, reach: tuple[int, int]) -> np.ndarray:
    """Convolve one plane (y, x) with the kernel of `kernel_spectrum`.

    Beyond the border the plane goes on with its edge values, so a flat field stays flat.

    Args:
        plane: (y, x).
        spectrum: Quadrant for the padded shape this plane and `reach` give; the transforms are
            done in its precision.
        reach: Rows and columns the kernel extends to.
    """
    rows, columns = plane.shape
    shape = tuple(2 * (n - 1) for n in spectrum.shape)
    grid = _with_edges(plane, reach, shape, spectrum.dtype)
    transform = fft.rfft2(grid, workers=WORKERS, overwrite_x=True)
    half = spectrum.shape[0]
    transform[:half] *= spectrum
    transform[half:] *= spectrum[-2:0:-1]  # the negative row frequencies mirror the positive
    blurred = fft.irfft2(transform, s=grid.shape, workers=WORKERS, overwrite_x=True)
    return blurred[reach[0] : reach[0] + rows, reach[1] : reach[1] + columns]


def blur(
    planes: np.ndarray,
    mixtures: Sequence[Mixture],
    pitch_um: tuple[float, float],
    *,
    least: float = 0.0,
) -> np.ndarray:
    """Blur every plane of (channel, y, x) by its own mixture; light is conserved.

    `least` is the smallest value that still matters. A plane so bright somewhere (the sun) that
    float32 would round by as much everywhere is transformed in float64.
    """
    reach = reach_in_pixels(max(mixture.reach_um for mixture in mixtures), pitch_um)
    shape = padded_size(planes.shape[1], reach[0]), padded_size(planes.shape[2], reach[1])
    out = np.empty_like(planes)
    for plane, result, mixture in zip(planes, out, mixtures, strict=True):
        brightest = plane.max()
        precision = np.float64 if ROUNDING * brightest > HARMLESS * least > 0 else np.float32
        spectrum = kernel_spectrum(mixture, shape, pitch_um, precision)
        # An average lies between the extremes; the transform's rounding need not.
        blurred = convolve_plane(plane, spectrum, reach)
        np.clip(blurred, plane.min(), brightest, out=result, casting="same_kind")
    return out


def _with_edges(
    plane: np.ndarray, reach: tuple[int, int], shape: tuple[int, ...], precision: np.dtype
) -> np.ndarray:
    """`plane` at offset `reach` in a larger grid, its edge values held all around."""
    (top, left), (rows, columns) = reach, plane.shape
    grid = np.empty(shape, precision)
    grid[top : top + rows, left : left + columns] = plane
    grid[top : top + rows, :left] = plane[:, :1]
    grid[top : top + rows, left + columns :] = plane[:, -1:]
    grid[:top] = grid[top]
    grid[top + rows :] = grid[top + rows - 1]
    return grid
