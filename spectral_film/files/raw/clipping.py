"""Channels that the sensor clipped, where others went on.

A balanced channel that is clipped stands too low beside the others: a white cloud would turn
magenta. How bright it was, nobody knows but that it was brighter; it is taken for the mean of the
channels that still tell, which is where green mostly lies between red and blue, and neutral where
those are alike. Where none tells, all are raised to the highest.
Source: docs/physics.md, Camera RAW.
"""

import numpy as np

# Share of the clip from which a channel is believed less and less, and not at all. What is left
# open is the noise at the clip, and that interpolation mixes clipped pixels with others; assumed.
FROM, TO = 0.90, 0.99
LAST_WORD = 1e-3  # weight of the highest clip: it decides where no channel tells


def raise_clipped(balanced: np.ndarray, clip: np.ndarray) -> int:
    """Raise clipped channels in place.

    Args:
        balanced: Pixels, a white having equal channels, (..., 3).
        clip: Where each channel clips, (3,).

    Returns:
        In how many pixels a channel is not believed at all.
    """
    doubt = np.clip((balanced / clip - FROM) / (TO - FROM), 0, 1)
    touched = doubt.any(axis=-1)
    if not touched.any():
        return 0
    pixels, doubt = balanced[touched], doubt[touched]
    telling = 1 - doubt
    told = (telling * pixels).sum(axis=-1, keepdims=True) + LAST_WORD * clip.max()
    told /= telling.sum(axis=-1, keepdims=True) + LAST_WORD
    balanced[touched] = pixels + doubt * np.maximum(told - pixels, 0)
    return int((doubt == 1).any(axis=-1).sum())
