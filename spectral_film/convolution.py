"""Blurs on the film: positive kernels from analytic transfer functions, applied by FFT.

A blur is given as its optical transfer function (OTF) of spatial frequency in cycles/um, which
has rarely decayed at the Nyquist frequency of a pixel grid. Cut off there it rings: small lamps
get dark rings, and, where the negative values are dropped, bright crosses (1e-3 of the lamp five
pixels away). So a lit pixel is taken for a small square of light, `LIT_WIDTH` pixels wide: each
pixel gets what falls on its centre. That kernel is positive by nature and ends where the blur
does, and its OTF is the blur's own, shaped and folded by the pixel grid:

    K(f) = sum_k S(f + k / pitch) sinc(LIT_WIDTH (f pitch + k))

Squares as wide as the pixel lose modulation, points gain it; at 0.9 the OTF of 5207 below 0.8
Nyquist is within .01 at 3 um, .02 at 6 um, .06 at 12 um (dropping negatives: .002 .02 .08).

Kernels here are even in x and in y, so one quadrant of the OTF says all, and cosine transforms
(DCT-I) move between it and a quadrant of the kernel at a quarter of the cost.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy import fft

from spectral_film.transfer import Mixture, Transfer

LIT_WIDTH = 0.9  # assumed, see above
WORKERS = 2  # threads per transform; more gain little at the sizes of a frame


def padded_size(size: int, reach: int) -> int:
    """Even length, quick to transform, that holds `size` pixels and `reach` more on both sides."""
    length = fft.next_fast_len(size + 2 * reach, real=True)
    while length % 2:
        length = fft.next_fast_len(length + 1, real=True)
    return int(length)


def folded_transfer(
    transfer: Transfer, shape: tuple[int, int], pitch_um: tuple[float, float]
) -> np.ndarray:
    """K above on the quadrant of an even (y, x) FFT grid, (y/2+1, x/2+1)."""
    folded = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1))
    orders_y, orders_x = (math.floor(transfer.band * pitch + 0.5) for pitch in pitch_um[::-1])
    # In units of 1 / pitch, the sampling frequency.
    rows, columns = (np.arange(n // 2 + 1) / n for n in shape)
    for y in (rows + k for k in range(-orders_y, orders_y + 1)):
        for x in (columns + k for k in range(-orders_x, orders_x + 1)):
            square = np.sinc(LIT_WIDTH * y)[:, None] * np.sinc(LIT_WIDTH * x)
            folded += square * transfer(np.hypot(y[:, None] / pitch_um[1], x / pitch_um[0]))
    return folded


@lru_cache(maxsize=8)
def positive_kernel(transfer: Transfer, pitch_um: tuple[float, float]) -> np.ndarray:
    """Kernel of one blur on a pixel grid: nowhere negative, cut at its reach, of sum 1.

    It is made on a grid of twice its reach, whatever the frame, so that a piece of a frame and
    the whole are blurred alike; and in float64, since what float32 rounds up to a positive
    number would be a faint veil over everything.

    Args:
        transfer: The OTF.
        pitch_um: Pixel pitch across and down.

    Returns:
        The quadrant of its values from the centre on, (y, x).
    """
    reach = reach_in_pixels(transfer.reach_um, pitch_um)
    if max(reach) == 0:
        return np.ones((1, 1))
    shape = padded_size(2, 2 * reach[0]), padded_size(2, 2 * reach[1])
    kernel = fft.idctn(folded_transfer(transfer, shape, pitch_um), type=1, workers=WORKERS)
    # What is below zero here is rounding, and the little beyond the band.
    kernel = np.maximum(kernel[: reach[0] + 1, : reach[1] + 1], 0)
    weight_y, weight_x = (np.where(np.arange(n) > 0, 2.0, 1.0) for n in kernel.shape)
    return kernel / (weight_y @ kernel @ weight_x)  # the axes belong to two quadrants


@lru_cache(maxsize=8)  # one frame's worth: three layers, the inhibitor, three of the print
def kernel_spectrum(
    mixture: Mixture, shape: tuple[int, int], pitch_um: tuple[float, float]
) -> np.ndarray:
    """Spectrum of the kernel of `mixture` on a padded grid.

    Args:
        mixture: The blur.
        shape: Even rows and columns of the padded grid.
        pitch_um: Pixel pitch across and down.

    Returns:
        Quadrant of the real spectrum, float32, (y/2+1, x/2+1).
    """
    grid = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), np.float32)
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
        plane: float32, (y, x).
        spectrum: Quadrant for the padded shape this plane and `reach` give.
        reach: Rows and columns the kernel extends to.
    """
    rows, columns = plane.shape
    grid = _with_edges(plane, reach, tuple(2 * (n - 1) for n in spectrum.shape))
    transform = fft.rfft2(grid, workers=WORKERS, overwrite_x=True)
    half = spectrum.shape[0]
    transform[:half] *= spectrum
    transform[half:] *= spectrum[-2:0:-1]  # the negative row frequencies mirror the positive
    blurred = fft.irfft2(transform, s=grid.shape, workers=WORKERS, overwrite_x=True)
    return blurred[reach[0] : reach[0] + rows, reach[1] : reach[1] + columns]


def blur(
    planes: np.ndarray, mixtures: Sequence[Mixture], pitch_um: tuple[float, float]
) -> np.ndarray:
    """Blur every plane of (channel, y, x) by its own mixture; light is conserved."""
    reach = reach_in_pixels(max(mixture.reach_um for mixture in mixtures), pitch_um)
    shape = padded_size(planes.shape[1], reach[0]), padded_size(planes.shape[2], reach[1])
    out = np.empty_like(planes)
    for plane, result, mixture in zip(planes, out, mixtures, strict=True):
        spectrum = kernel_spectrum(mixture, shape, pitch_um)
        # An average lies between the extremes; the transform's rounding need not.
        np.clip(convolve_plane(plane, spectrum, reach), plane.min(), plane.max(), out=result)
    return out


def _with_edges(plane: np.ndarray, reach: tuple[int, int], shape: tuple[int, ...]) -> np.ndarray:
    """`plane` at offset `reach` in a larger grid, its edge values held all around."""
    (top, left), (rows, columns) = reach, plane.shape
    grid = np.empty(shape, np.float32)
    grid[top : top + rows, left : left + columns] = plane
    grid[top : top + rows, :left] = plane[:, :1]
    grid[top : top + rows, left + columns :] = plane[:, -1:]
    grid[:top] = grid[top]
    grid[top + rows :] = grid[top + rows - 1]
    return grid
