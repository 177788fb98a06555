"""What makes reflectance, or light, of the numbers in an ENVI file."""

from typing import NamedTuple

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.envi_header import Header
from spectral_film.light.scene import SceneKind

SCALE = "reflectance scale factor"
TO_REFLECTANCE, TO_RADIANCE = "data reflectance gain values", "data gain values"
OFFSET_OF = {
    TO_REFLECTANCE: "data reflectance offset values",
    TO_RADIANCE: "data offset values",
}
# What belongs to a kind goes first. What belongs to the other is better than bare numbers where it
# stands alone: some programs write any scale as `data gain values`.
IN_ORDER = {
    "reflectance": (TO_REFLECTANCE, SCALE, TO_RADIANCE),
    "radiance": (TO_RADIANCE, TO_REFLECTANCE, SCALE),
}


class Calibration(NamedTuple):
    """light = number * gain + offset, for each band that is read.

    Attributes:
        gain, offset: (band,), float32.
        notes: Which of the header's this is, a sentence.
    """

    gain: np.ndarray
    offset: np.ndarray
    notes: tuple[str, ...] = ()


def calibration(header: Header, kind: SceneKind, bands: np.ndarray, count: int) -> Calibration:
    """What the header says of the numbers of its cube.

    Args:
        header: Of the cube.
        kind: Reflectance or radiance.
        bands: Those that are read, of `count`.

    Raises:
        InputError: it says something that is no calibration.
    """
    for source in IN_ORDER[kind]:
        gain, offset = _line(header, source, bands, count)
        if (gain != 1).any() or offset.any():
            note = f"numbers are scaled by the header's `{source}`"
            makes = "radiance" if source == TO_RADIANCE else "reflectance"
            if makes != kind:
                note += (
                    f", which as a rule makes {makes} of them; it says nothing of {kind} "
                    f"(--spectra {makes} if it does)"
                )
            return Calibration(gain.astype(np.float32), offset.astype(np.float32), (note,))
    return Calibration(np.ones(len(bands), np.float32), np.zeros(len(bands), np.float32))


def _line(
    header: Header, source: str, bands: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset, (band,): 1 and 0 where the header is silent."""
    gain, offset = np.ones(len(bands)), np.zeros(len(bands))
    if source == SCALE:
        factor = header.number(SCALE) if SCALE in header else 1.0
        if not (np.isfinite(factor) and factor > 0):
            raise InputError(
                f"{header.path}: the {SCALE} {factor:g} should be above 0; correct the header"
            )
        return gain / factor, offset
    if source in header:
        gain = _finite(header, source, bands, count)
    if OFFSET_OF[source] in header:
        offset = _finite(header, OFFSET_OF[source], bands, count)
    return gain, offset


def _finite(header: Header, key: str, bands: np.ndarray, count: int) -> np.ndarray:
    numbers = header.numbers(key, count)[bands]
    if not np.isfinite(numbers).all():
        raise InputError(
            f"{header.path}: `{key}` should be {count} numbers, one for each band; correct the "
            "header"
        )
    return numbers
