"""The halo of a bare base, on the host: a Fourier transform in float64.

Its ring has an edge a few um wide 257 um away from the lamp. No coarse samples hold that, and a sum
over its disc of 2.6 mm is out of question. Bare bases are rare: the planes go to the host and back
for them, and the sum of positive terms does the rest of the light.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from spectral_film.blur.levels import is_ring
from spectral_film.blur.pixel_kernel import positive_kernel, reach_in_pixels, sum_of
from spectral_film.device.planes import Planes, Region, fetch, fill
from spectral_film.emulsion.spread import Mixture, Spread
from spectral_film.errors import UsageError

BYTES_A_SAMPLE = 40  # of a transform: four to five arrays in float64, as measured
# Assumed: twice what 1080p takes at 1 um a pixel, finer than any scan.
MOST_AROUND = 4 << 30  # bytes


@dataclass(frozen=True)
class Ring:
    """The rings of one channel.

    Attributes:
        kernel: Quadrant, float64, (y, x), of the sum of their weights.
    """

    kernel: np.ndarray

    @classmethod
    def of(cls, mixture: Mixture, pitch_um: tuple[float, float], frame: Region) -> "Ring | None":
        """Those of a mixture, if it has any.

        Raises:
            UsageError: pixels are so fine that what lies around the frame takes too much memory.
        """
        parts = [(weight, part) for weight, part in mixture.parts if is_ring(part)]
        for _, part in parts:
            _check_memory(reach_in_pixels(part.reach_um, pitch_um), pitch_um, frame)
        rings = [weight * _kernel(part, pitch_um) for weight, part in parts]
        return cls(sum_of(rings)) if rings else None

    def add(self, source: Planes, target: Planes) -> None:
        """Add what they make of a whole plane to a region of another, edges held beyond it."""
        rows, columns = (n - 1 for n in self.kernel.shape)
        plane = np.pad(fetch(source)[0].astype(float), ((rows, rows), (columns, columns)), "edge")
        shape = tuple(2 * fft.next_fast_len(-(-n // 2)) for n in plane.shape)
        workers = source.device.compute_units
        spectrum = fft.rfft2(plane, s=shape, workers=workers)
        transfer = _transfer(self.kernel, shape, workers)
        half = len(transfer)
        spectrum[:half] *= transfer
        spectrum[half:] *= transfer[-2:0:-1]  # negative row frequencies mirror the positive
        blurred = fft.irfft2(spectrum, s=shape, workers=workers)
        top = rows + target.region.y - source.region.y
        left = columns + target.region.x - source.region.x
        _, height, width = target.shape
        light = fetch(target) + blurred[top : top + height, left : left + width]
        fill(target, np.maximum(light, 0).astype(np.float32))  # the transform rounds about 0


@lru_cache(maxsize=3)  # a frame's worth: of fine pixels each takes 200 MB
def _kernel(part: Spread, pitch_um: tuple[float, float]) -> np.ndarray:
    """Quadrant of the kernel of one ring, read only: a second of work for each render."""
    kernel = positive_kernel(part, pitch_um)
    kernel.flags.writeable = False
    return kernel


def _check_memory(reach: tuple[int, int], pitch_um: tuple[float, float], frame: Region) -> None:
    height, width = frame.height + 2 * reach[0], frame.width + 2 * reach[1]
    around = BYTES_A_SAMPLE * (height * width - frame.height * frame.width)
    if around > MOST_AROUND:
        raise UsageError(
            f"behind a bare base, pixels of {max(pitch_um):.2g} um would take a transform of "
            f"{width} x {height} samples and {around / 2**30:.0f} GiB for what lies around the "
            f"frame, of at most {MOST_AROUND >> 30}; give another --backing, a larger --gate or "
            "fewer pixels"
        )


def _transfer(kernel: np.ndarray, shape: tuple[int, ...], workers: int) -> np.ndarray:
    """Quadrant of the spectrum of a kernel on an even grid."""
    grid = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1))
    grid[: kernel.shape[0], : kernel.shape[1]] = kernel
    transfer: np.ndarray = fft.dctn(grid, type=1, workers=workers)
    return transfer
