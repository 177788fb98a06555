"""What an MTF bench reads from the film: a sine target, decoded through the large-area curve.

H(x) = H0 (1 + m cos 2 pi f x) is exposed, developed and read as status density; each density is
taken back to an exposure through the curve of even patches; the response is the amplitude of
that exposure's fundamental over its mean, over m. Finite modulation, coupling between the layers
and cross-talk of the densitometer are all in the reading, as they are in the datasheet's.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float64

from reference.stages.common import characteristic_curve, exponential_otf
from reference.stages.densitometry import read_density

# Samples of one period. The curves are smooth over it: 32 and 128 read the same to 1e-6.
SAMPLES = 32
# The calibration strip about the mean of the target, in log10 exposure: wider than any swing of a
# target, and so fine that straight lines between its patches are right to 1e-6.
STRIP = (-2.0, 1.5, 2001)


def sine_response(
    *,
    frequency: Float64[Array, " target"],
    modulation: Float64[Array, ""],
    log_exposure: Float64[Array, " layer"],
    transfer: Float64[Array, "layer target"],
    curve: dict[str, Float64[Array, "layer sublayer"]],
    spectra: dict[str, Float64[Array, "..."]],
    strip: Float64[Array, "record step"],
    coupling: Float64[Array, "layer layer"],
    length_um: Float64[Array, ""],
) -> Float64[Array, "record target"]:
    """Response of each record, 1 = the modulation of the target.

    Args:
        frequency: Of the targets, cycles/um.
        modulation: m of the targets.
        log_exposure: log10 H0 of each layer; a neutral has them alike.
        transfer: The optics' OTF at each frequency: a sine stays a sine.
        curve: Keywords of `characteristic_curve`.
        spectra: Keywords of `read_density`.
        strip: `large_areas` of the film.
        coupling, length_um: Of the adjacency; a coupling of 0 is none.
    """
    turn = 2 * jnp.pi * jnp.arange(SAMPLES, dtype=float) / SAMPLES
    wave = modulation * transfer[:, :, None] * jnp.cos(turn)
    exposed = log_exposure[:, None, None] + jnp.log10(1 + wave)

    made = characteristic_curve(exposed, **curve)
    harmonics = jnp.fft.rfft(made, axis=-1)
    order = jnp.arange(harmonics.shape[-1], dtype=float)
    spreading = exponential_otf((frequency[:, None] * order).ravel(), length_um=length_um)
    spread = jnp.fft.irfft(harmonics * spreading.reshape(1, -1, len(order)), n=SAMPLES, axis=-1)

    def expected(layer: int) -> Float64[Array, "target sample"]:
        alike = jnp.broadcast_to(exposed[layer], exposed.shape)
        return jnp.tensordot(coupling[layer], characteristic_curve(alike, **curve), ((0,), (0,)))

    balanced = jnp.stack([expected(layer) for layer in range(len(coupling))])
    effective = exposed + balanced - jnp.tensordot(coupling, spread, ((1,), (0,)))
    density = read_density(characteristic_curve(effective, **curve), **spectra)

    decoded = 10 ** _decode(density, strip)
    fundamental = 2 * jnp.mean(decoded * jnp.cos(turn), axis=-1)
    return fundamental / jnp.mean(decoded, axis=-1) / modulation


def large_areas(
    *,
    log_exposure: Float64[Array, " layer"],
    curve: dict[str, Float64[Array, "layer sublayer"]],
    spectra: dict[str, Float64[Array, "..."]],
) -> Float64[Array, "record step"]:
    """Density of the calibration strip, whose patches are exposed in the target's own light.

    So the layers keep their distances from each other. Arguments as of `sine_response`.
    """
    exposed = log_exposure[:, None, None] + jnp.linspace(*STRIP)
    return read_density(characteristic_curve(exposed, **curve), **spectra)[:, 0]


def _decode(
    density: Float64[Array, "record target sample"], strip: Float64[Array, "record step"]
) -> Float64[Array, "record target sample"]:
    """Log exposure, from the target's mean, of the even patch that reads `density`."""
    way = jnp.sign(strip[0, -1] - strip[0, 0])  # density of reversal film falls
    steps = jnp.linspace(*STRIP)
    return jnp.stack(
        [jnp.interp(way * d, way * read, steps) for d, read in zip(density, strip, strict=True)]
    )
