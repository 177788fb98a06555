"""What two stages share: the curve of a layer, and convolution with a light-conserving kernel."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from math import ceil
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float64

LN10 = 2.302585092994046
LIT_WIDTH = 0.9  # of a pixel, assumed: see positive_kernel

Density = Callable[[Float64[Array, " radius"]], Float64[Array, "layer radius"]]


def characteristic_curve(
    log_exposure: Float64[Array, "layer y x"],
    *,
    density_range: Float64[Array, "layer sublayer"],
    log_exposure_mid: Float64[Array, "layer sublayer"],
    log_exposure_spread: Float64[Array, "layer sublayer"],
    exponent: Float64[Array, "layer sublayer"],
) -> Float64[Array, "layer y x"]:
    """Dye amount of each layer after development, counted from the unexposed film.

        F(h) = sum_s density_range / (1 + 10^u_s)^exponent
        u_s = (log_exposure_mid - h) / log_exposure_spread

    Args:
        log_exposure: h in log10(lux s).
        density_range: Dye amount that a fully developed sublayer adds.
        log_exposure_mid: h at which the bracket is 2, log10(lux s).
        log_exposure_spread: Over which developed : undeveloped grows tenfold, log10(lux s).
        exponent: 1 for a logistic; one term with another exponent is a Richards curve.
    """

    def developed(s: int) -> Float64[Array, "layer y x"]:
        reached = (log_exposure - at(log_exposure_mid, s)) / at(log_exposure_spread, s)
        # log of the logistic: 10^x itself would overflow far down the toe of a steep sublayer.
        return at(density_range, s) * jnp.exp(at(exponent, s) * jax.nn.log_sigmoid(LN10 * reached))

    def at(parameter: Float64[Array, "layer sublayer"], s: int) -> Float64[Array, "layer 1 1"]:
        return parameter[:, s, None, None]

    return reduce(jnp.add, map(developed, range(density_range.shape[1])))


def exponential_otf(
    frequency: Float64[Array, " frequency"], *, length_um: Float64[Array, ""]
) -> Float64[Array, " frequency"]:
    """OTF of the 2-D exponential b(r) = exp(-r/l) / (2 pi l^2); frequency in cycles/um."""
    return (1 + (2 * jnp.pi * length_um * frequency) ** 2) ** -1.5


def exponential_density(
    radius: Float64[Array, " radius"], *, length_um: Float64[Array, " layer"]
) -> Float64[Array, "layer radius"]:
    """exp(-r / l) at a radius in um: what `exponential_otf` transfers, at any scale."""
    return jnp.exp(-radius / length_um[:, None])


def fast_even(length: int) -> int:
    """Smallest even number >= `length` whose prime factors are 2, 3 and 5: a fast FFT."""
    length += length % 2
    while True:
        rest = length
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 2


def positive_kernel(
    density: Density, *, reach_um: float, detail_um: float, pitch_um: tuple[float, float]
) -> Float64[Array, "layer y x"]:
    """Kernel of a spread on a pixel grid: nowhere negative, cut at its reach, of sum 1.

    A lit pixel is a square of light LIT_WIDTH pixels wide, and each pixel gets what falls on its
    centre: the density averaged over the square. An OTF cut at the Nyquist frequency would ring:
    beside a lamp its negative rings ask for negative light, and dropping them leaves crosses.

    Args:
        density: Light per area at a radius in um, at any scale.
        reach_um: Where the kernel ends.
        detail_um: Distance over which the density may be taken for constant.
        pitch_um: Pixel pitch along x and along y.

    Returns:
        (layer, 2 reach + 1, 2 reach + 1), the centre in the middle.

    Source: docs/physics.md, Lit squares.
    """

    def samples(pitch: float) -> Float64[Array, "pixel sample"]:
        reach, count = ceil(reach_um / pitch), ceil(LIT_WIDTH * pitch / detail_um)
        within = LIT_WIDTH * ((jnp.arange(count) + 0.5) / count - 0.5)
        return pitch * (jnp.arange(-reach, reach + 1)[:, None] + within)

    y, x = samples(pitch_um[1]), samples(pitch_um[0])

    def row_of_samples(y: Float64[Array, " pixel"]) -> Float64[Array, "layer y x"]:
        radius = jnp.hypot(y[:, None, None], x)
        return density(radius.ravel()).reshape(-1, *radius.shape).sum(axis=-1)

    kernel = jax.lax.map(row_of_samples, y.T).sum(axis=0)
    return kernel / kernel.sum(axis=(1, 2), keepdims=True)


def kernel_spectrum(
    kernel: Float64[Array, "layer ky kx"], *, shape: tuple[int, int]
) -> Float64[Array, "layer y frequency"]:
    """What a symmetric kernel does to each frequency of an rfft2 grid of `shape`."""
    y, x = (jnp.arange(n) - n // 2 for n in kernel.shape[1:])
    grid = jnp.zeros((len(kernel), *shape)).at[:, y[:, None], x[None, :]].set(kernel)
    return jnp.fft.rfft2(grid).real


class Part(NamedTuple):
    """A share of the light, and how it spreads.

    Attributes:
        weight: Of each layer; the weights of all parts sum to 1.
        density, reach_um, detail_um: As in `positive_kernel`; the density has a row per layer,
            or one for all.
    """

    weight: Float64[Array, " layer"]
    density: Density
    reach_um: float
    detail_um: float


def convolve(
    planes: Float64[Array, "layer y x"], *, parts: Sequence[Part], pitch_um: tuple[float, float]
) -> Float64[Array, "layer y x"]:
    """Spread each plane by the positive kernels of its parts, edges continued outward.

    Zeros beyond the border would darken the frame's edge.
    """
    kernel = sum_of_kernels(
        weight[:, None, None]
        * positive_kernel(density, reach_um=reach, detail_um=detail, pitch_um=pitch_um)
        for weight, density, reach, detail in parts
    )
    rows, columns = planes.shape[1:]
    above, left = (n // 2 for n in kernel.shape[1:])
    shape = fast_even(rows + 2 * above), fast_even(columns + 2 * left)
    border = (
        (0, 0),
        (above, shape[0] - rows - above),
        (left, shape[1] - columns - left),
    )
    transfer = kernel_spectrum(kernel, shape=shape)
    spectrum = jnp.fft.rfft2(jnp.pad(planes, border, mode="edge"))
    convolved = jnp.fft.irfft2(spectrum * transfer.astype(spectrum.dtype), s=shape)
    return convolved[:, above : above + rows, left : left + columns]


def sum_of_kernels(
    kernels: Iterable[Float64[Array, "_ _ _"]],
) -> Float64[Array, "layer y x"]:
    """Kernels of different reach added, centre on centre."""
    kernels = list(kernels)
    rows, columns = (max(kernel.shape[axis] for kernel in kernels) for axis in (1, 2))

    def widened(kernel: Array) -> Array:
        y, x = (rows - kernel.shape[1]) // 2, (columns - kernel.shape[2]) // 2
        return jnp.pad(kernel, ((0, 0), (y, y), (x, x)))

    return reduce(jnp.add, map(widened, kernels))
