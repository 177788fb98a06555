"""How much of what one observer sees another can tell: Luther's condition, as numbers.

Two observers see alike where the sensitivities of one are linear in those of the other, which is
Luther's condition. The space that sensitivities span is what counts, whatever basis it is told in:
Cohen's matrix R projects a spectrum onto it, and what it leaves is a metameric black, which the
observer does not see. Vora and Trussell's value is the share that two spaces have in common:

    R_a = A^T (A A^T)^-1 A,     nu(a, b) = trace(R_a R_b) / 3

1 where they are one space, 0 where nothing of one is seen by the other.
Source: docs/physics.md, Observers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.metamerism.observers import Observer


@dataclass(frozen=True, kw_only=True, eq=False)
class Kinship:
    """How much of one observer another can tell.

    Attributes:
        observer, against: Names.
        vora: `vora` of both.
        angles_deg: `angles` of both, degrees, (channel,).
        error: `luther_error` of the channels of the one, seen by the other, (channel,).
    """

    observer: str
    against: str
    vora: float
    angles_deg: np.ndarray
    error: np.ndarray


def kinships(observers: Sequence[Observer]) -> list[Kinship]:
    """Each against each, both ways."""
    return [
        Kinship(
            observer=one.name,
            against=other.name,
            vora=vora(one, other),
            angles_deg=angles(one, other),
            error=luther_error(one, other),
        )
        for one in observers
        for other in observers
        if one is not other
    ]


def r_matrix(observer: Observer, light: np.ndarray | None = None) -> np.ndarray:
    """Cohen's projector onto what an observer sees, (wavelength, wavelength).

    Args:
        observer: Who sees.
        light: Power under which reflectances are seen, (wavelength,); None: radiance is.
    """
    basis = _basis(observer, light)
    projector: np.ndarray = basis @ basis.T
    return projector


def vora(one: Observer, other: Observer, light: np.ndarray | None = None) -> float:
    """Vora and Trussell's value, 0 to 1; the same both ways."""
    shared = r_matrix(one, light) @ r_matrix(other, light)
    return float(np.trace(shared)) / len(one.channels)


def angles(one: Observer, other: Observer, light: np.ndarray | None = None) -> np.ndarray:
    """Principal angles between the two spaces, degrees, rising, (channel,).

    The mean of their squared cosines is `vora`.
    """
    cosines = np.linalg.svd(_basis(one, light).T @ _basis(other, light), compute_uv=False)
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1, 1))))


def unseen(seen: Observer, by: Observer) -> np.ndarray:
    """Of each channel of one observer, what is not linear in those of another.

    Returns:
        Sensitivities, with the peak of the channel as 1, (channel, wavelength); 0 everywhere where
        Luther's condition holds.
    """
    return np.asarray(seen.sensitivity - seen.sensitivity @ r_matrix(by))


def luther_error(seen: Observer, by: Observer) -> np.ndarray:
    """Rms of `unseen` over that of the channel, 0 to 1, (channel,)."""
    rest = np.square(unseen(seen, by)).sum(axis=1)
    return np.asarray(np.sqrt(rest / np.square(seen.sensitivity).sum(axis=1)))


def _basis(observer: Observer, light: np.ndarray | None) -> np.ndarray:
    """Orthonormal, of the space that sensitivities span, (wavelength, channel)."""
    seen = observer.sensitivity if light is None else observer.sensitivity * light
    basis: np.ndarray = np.linalg.qr(seen.T)[0]
    return basis
