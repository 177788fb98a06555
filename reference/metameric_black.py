"""What measured surfaces of a chromaticity have, and no sigmoid of a parabola does.

The sigmoid has the colour of a leaf, but not the dip of chlorophyll, and film sees the dip. The
surfaces that people measured say what is missing in the mean, as a *bend* of the parabola:

    r(w) = sigmoid(parabola(w) + sum_k a_k D_k(w))

The parabola is solved anew, so that r has the colour of the plain sigmoid s. Then r lies between 0
and 1, and r - s is black under D65: the mean metameric black.

The amounts a_k are a regression over chromaticity: a Gaussian process of mean zero, which falls
back to no bend where nobody measured [@rasmussen2006]. A grey is known without error to have none.
The numbers below were chosen by leaving tenths of the surfaces out of the training, kin together,
and looking at the colours of the print: docs/physics.md, Up-sampling.
"""

from dataclasses import dataclass

import numpy as np

from reference.upsampling import (
    ROLL_FROM,
    distance_from_white,
    rgb_to_xyz,
    solve,
    spectrum_of,
    surface_weight,
)
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.light.upsampling import POWERS, sigmoid

LENGTH = 0.7  # of the process, in the coordinates of `place`
ERROR = 0.5  # of an amount: how far surfaces of one chromaticity lie apart
DARKEST = 0.01  # of the level: what is darker was not measured well enough to be told from it
LEAST_LEVEL = 0.02  # of a sample, for the same reason
SHAPES = 10  # more do no better
SEEN = (WAVELENGTH >= 390) & (WAVELENGTH <= 690)  # by eyes and films, all but a few per cent
FINEST_AMOUNT = 2**-9  # the bent parabola is solved with the amounts as they are stored

# A surface is believed to be likely where others of its chromaticity were measured: each counts
# as a Gaussian this wide, and one at its own place is enough.
REACH = 0.2
TOO_FEW, ENOUGH = 0.2, 1.0

# Towards the spectral locus colours are those of lights: no surface is believed beyond 0.93, where
# colours begin to be moved; the farthest that was measured is at 0.92.
SURFACES_TO = 0.85


def place(xyz: np.ndarray) -> np.ndarray:
    """Where a chromaticity lies, as the eye spaces them, relative to grey, (colour, 2).

    As a* and b* of CIELAB at constant luminance, cube roots and all.
    """
    white = surface_weight().sum(1)
    ratio = np.cbrt(xyz / xyz[:, 1:2] / (white / white[1]))
    return np.stack([3 * (ratio[:, 0] - 1), 1.2 * (1 - ratio[:, 2])], 1)


@dataclass(frozen=True, kw_only=True)
class Bends:
    """The regression, trained.

    Attributes:
        places: Of the surfaces, grey the last, (sample, 2).
        pull: On places as alike as themselves, in amounts of each shape, (sample, basis).
        bend_basis: The shapes, (basis, wavelength).
    """

    places: np.ndarray
    pull: np.ndarray
    bend_basis: np.ndarray

    def at(self, xyz: np.ndarray) -> np.ndarray:
        """How much of each shape is believed, (colour, basis)."""
        apart = np.linalg.norm(place(xyz)[:, None] - self.places, axis=-1)
        around = np.exp(-0.5 * (apart[:, :-1] / REACH) ** 2).sum(1)
        believed = _smooth_step((around - TOO_FEW) / (ENOUGH - TOO_FEW))
        light = (distance_from_white(xyz) - SURFACES_TO) / (ROLL_FROM - SURFACES_TO)
        believed = believed * (1 - _smooth_step(light))
        return believed[:, None] * (_alike(apart) @ self.pull)


def learn(reflectance: np.ndarray) -> Bends:
    """Train the regression.

    Args:
        reflectance: Of surfaces, (surface, wavelength).
    """
    xyz = reflectance @ surface_weight().T
    rgb = xyz @ np.linalg.inv(rgb_to_xyz()).T
    most = rgb.max(1, keepdims=True)
    bright = 2 * most[:, 0] > LEAST_LEVEL
    xyz, rgb, most = xyz[bright], rgb[bright], most[bright]
    smooth = sigmoid(spectrum_of(rgb / most)[0] @ POWERS)
    bend = _parabola_of(reflectance[bright] / (2 * most)) - _parabola_of(smooth)

    # The shapes are those that matter where somebody looks; what goes with them beyond is fitted.
    axes = np.linalg.svd(bend[:, SEEN], full_matrices=False)[2][:SHAPES]
    axes *= np.sign(axes.sum(1, keepdims=True))  # either is right
    amounts = bend[:, SEEN] @ axes.T

    places = np.concatenate([place(xyz), place(surface_weight().sum(1)[None])])
    covariance = _alike(np.linalg.norm(places[:, None] - places, axis=-1))
    covariance += np.diag(np.append(np.full(len(amounts), ERROR**2), 1e-9))  # a grey has none
    return Bends(
        places=places,
        pull=np.linalg.solve(covariance, np.concatenate([amounts, np.zeros_like(amounts[:1])])),
        bend_basis=np.linalg.lstsq(amounts, bend)[0],
    )


def bent_surfaces(coefficients: np.ndarray, bends: Bends) -> tuple[np.ndarray, np.ndarray]:
    """The likely surfaces of the colours that plain sigmoids have.

    Args:
        coefficients: c0, c1, c2 of the sigmoids, (colour, 3).
        bends: As learnt.

    Returns:
        bent_coefficients: c0, c1, c2 of the parabola to bend, (colour, 3).
        bend_amount: Of each shape, (colour, basis).
    """
    xyz = sigmoid(coefficients @ POWERS) @ surface_weight().T
    amount = np.round(bends.at(xyz) / FINEST_AMOUNT) * FINEST_AMOUNT
    bent = amount.any(1)
    parabola = coefficients.copy()
    parabola[bent] = solve(xyz[bent], amount[bent] @ bends.bend_basis)
    return parabola, amount


def _alike(apart: np.ndarray) -> np.ndarray:
    """Covariance of two places of the process: Matern of order 3/2."""
    u = np.sqrt(3) * apart / LENGTH
    return (1 + u) * np.exp(-u)


def _parabola_of(reflectance: np.ndarray) -> np.ndarray:
    """What goes into the sigmoid to come out as the reflectance."""
    r = reflectance.clip(DARKEST, 1 - DARKEST)
    return (r - 0.5) / np.sqrt(r * (1 - r))


def _smooth_step(t: np.ndarray) -> np.ndarray:
    t = t.clip(0, 1)
    return t * t * (3 - 2 * t)
