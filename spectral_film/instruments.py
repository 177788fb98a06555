"""Instruments: what a sensitometrist reads from a film, through the engine's own stages.

A film is exposed to a target, developed, and read with the densitometer of its datasheet, so that
the reading can be laid over the published curve.
"""

import numpy as np

from spectral_film.device import Device
from spectral_film.film import Film, Negative, PrintStock
from spectral_film.stages import adjacency, optics
from spectral_film.stages.densitometry import status_densitometer
from spectral_film.stages.tone_curve import develop

# Aerial-image modulation of Kodak's sine targets: 60 % for camera negatives (technical data
# TI2082; H-1-5207 states none), 35 % for 2383 (H-1-2383).
SINE_MODULATION = {"negative": 0.60, "print": 0.35}

SINE_PITCH_UM = 1.0  # 12 samples of a period at 80 cycles/mm
SINE_LENGTH = 4096  # samples; the outer quarters see the edge of the target and are not read
STRIP = np.linspace(-2.0, 1.5, 2001)  # even patches round the mean of a target, log10 exposure


def read_patches(device: Device, film: Film, log_exposure: np.ndarray) -> np.ndarray:
    """Status density of even patches, as from a step tablet.

    Args:
        log_exposure: log10 lux s of the layers, (3, patch).

    Returns:
        Density, base included, (record, patch).
    """
    exposure = (10.0**log_exposure).astype(np.float32)[:, None, :]
    return status_densitometer(film)(device, develop(device, exposure, film.tone_curve))[:, 0]


def read_sine_targets(device: Device, film: Film, cycles_per_mm: np.ndarray) -> np.ndarray:
    """Modulation transfer as an MTF bench reads it, with the optics and the development in it.

    A neutral sine target of `SINE_MODULATION` about the aim exposure is spread, developed and
    read; each density is taken back to an exposure through the even patches; the response is the
    amplitude of that exposure at the target's frequency over its mean, over the modulation.

    Returns:
        Response, 1 = the target's own modulation, (record, frequency).
    """
    modulation = SINE_MODULATION[film.kind]
    aim = aim_log_exposure(film)
    frequency = np.asarray(cycles_per_mm, np.float64)[:, None] / 1000
    along = np.arange(SINE_LENGTH) * SINE_PITCH_UM
    wave = 1 + modulation * np.cos(2 * np.pi * frequency * along)
    targets = (10 ** aim[:, None, None] * wave).astype(np.float32)

    # Each row is a target, and so far from the next that no light gets there.
    pitch = (SINE_PITCH_UM, 1e6)
    if isinstance(film, Negative):
        spread = optics.of_negative(film, pitch, backing=None, halation=True, scatter=True)
        edges = adjacency.of_film(film, pitch, diffusion=True)
    else:
        assert isinstance(film, PrintStock)
        spread, edges = optics.of_print(film, pitch, scatter=True), None
    if spread is not None:
        targets = spread(device, targets)
    if isinstance(edges, adjacency.InterlayerInhibition):
        targets = edges(device, targets)
    dyes = develop(device, targets, film.tone_curve)
    if isinstance(edges, adjacency.DensityAdjacency):
        dyes = edges(device, dyes)
    density = status_densitometer(film)(device, dyes)

    strip = read_patches(device, film, aim[:, None] + STRIP)
    middle = slice(SINE_LENGTH // 4, SINE_LENGTH - SINE_LENGTH // 4)
    response = np.empty((3, len(frequency)))
    for record in range(3):
        exposure = 10 ** np.interp(density[record, :, middle], strip[record], STRIP)
        for i, target in enumerate(exposure):
            response[record, i] = _amplitude(target, frequency[i, 0], along[middle]) / modulation
    return response


def aim_log_exposure(film: Film) -> np.ndarray:
    """log10 exposure of an 18 % grey on a negative, of the laboratory aim on a print, (layer,)."""
    if isinstance(film, PrintStock):
        return film.lad.log_exposure
    assert isinstance(film, Negative)
    return np.full(3, np.log10(film.grey_lux_s()))


def _amplitude(signal: np.ndarray, frequency: float, along: np.ndarray) -> float:
    """Amplitude of one frequency over the mean, by least squares: periods need not come whole."""
    turn = 2 * np.pi * frequency * along
    waves = [np.cos(n * turn) for n in (1, 2, 3)] + [np.sin(n * turn) for n in (1, 2, 3)]
    fit, *_ = np.linalg.lstsq(np.column_stack([np.ones_like(along), *waves]), signal, rcond=None)
    return float(np.hypot(fit[1], fit[4]) / fit[0])
