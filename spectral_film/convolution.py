"""Blurs on the film: positive kernels from analytic transfer functions, applied by FFT.

A blur is given as its optical transfer function (OTF) of spatial frequency in cycles/um. On a
pixel grid such a function rarely has decayed at the Nyquist frequency, and its inverse transform
rings below zero: around a small lamp whole pixels would receive negative light. So the kernel is
made on the grid, its negative values are dropped, and its sum is brought back to 1 (PHYSICS a).

Kernels here are even in x and in y, so one quadrant of the OTF says all, and cosine transforms
(DCT-I) move between it and a quadrant of the kernel at a quarter of the cost.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy import fft

from spectral_film.transfer import Transfer

WORKERS = 2  # threads per transform; more gain little at the sizes of a frame


def padded_size(size: int, reach: int) -> int:
    """Even length, quick to transform, that holds `size` pixels and `reach` more on both sides."""
    length = fft.next_fast_len(size + 2 * reach, real=True)
    while length % 2:
        length = fft.next_fast_len(length + 1, real=True)
    return int(length)


def radial_frequency(shape: tuple[int, int], pitch_um: tuple[float, float]) -> np.ndarray:
    """Spatial frequency in cycles/um on the quadrant of a (y, x) FFT grid, (y/2+1, x/2+1)."""
    rows, columns = (
        np.arange(n // 2 + 1) / (n * pitch) for n, pitch in zip(shape, pitch_um[::-1], strict=True)
    )
    return np.hypot(rows[:, None], columns[None, :])


def positive_kernel(
    transfer: Transfer, reach: tuple[int, int], pitch_um: tuple[float, float]
) -> np.ndarray:
    """The non-negative kernel nearest to an OTF, cut at its reach, of sum 1.

    It is made on a grid of twice its reach, whatever the frame, so that a piece of a frame and
    the whole are blurred alike; and in float64, since what float32 rounds up to a positive
    number would be a faint veil over everything.

    Args:
        transfer: The OTF.
        reach: Rows and columns from the centre to where the kernel ends.
        pitch_um: Pixel pitch across and down.

    Returns:
        The quadrant of its values from the centre on, float64, (y, x).
    """
    shape = padded_size(2, 2 * reach[0]), padded_size(2, 2 * reach[1])
    kernel = fft.idctn(transfer(radial_frequency(shape, pitch_um)), type=1, workers=WORKERS)
    kernel = np.maximum(kernel[: reach[0] + 1, : reach[1] + 1], 0)
    weight_y, weight_x = (np.where(np.arange(n) > 0, 2.0, 1.0) for n in kernel.shape)
    return kernel / (weight_y @ kernel @ weight_x)  # the axes belong to two quadrants


@lru_cache(maxsize=8)  # one frame's worth: three layers, the inhibitor, three of the print
def kernel_spectrum(
    transfer: Transfer,
    reach: tuple[int, int],
    shape: tuple[int, int],
    pitch_um: tuple[float, float],
) -> np.ndarray:
    """Spectrum of the positive kernel of `transfer` on a padded grid of `shape`.

    Args:
        transfer, reach: As in `positive_kernel`.
        shape: Even rows and columns of the padded grid.
        pitch_um: Pixel pitch across and down.

    Returns:
        Quadrant of the real spectrum, float32, (y/2+1, x/2+1).
    """
    kernel = positive_kernel(transfer, reach, pitch_um)
    grid = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), np.float32)
    grid[: kernel.shape[0], : kernel.shape[1]] = kernel
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
    planes: np.ndarray, transfers: Sequence[Transfer], pitch_um: tuple[float, float]
) -> np.ndarray:
    """Blur every plane of (channel, y, x) by its own OTF; light is conserved."""
    reach = reach_in_pixels(max(transfer.reach_um for transfer in transfers), pitch_um)
    shape = padded_size(planes.shape[1], reach[0]), padded_size(planes.shape[2], reach[1])
    out = np.empty_like(planes)
    for plane, result, transfer in zip(planes, out, transfers, strict=True):
        spectrum = kernel_spectrum(transfer, reach, shape, pitch_um)
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
