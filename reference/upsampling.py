"""The spectrum of a colour, solved: what the table of `spectral_film/light/upsampling.py` holds.

Float64 throughout; many colours at once, one per row. All integrals are sums on the engine's
grid, under D65 with the CIE 1931 observer.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import ConvexHull

from spectral_film.light.spectra import SPACING, WAVELENGTH, illuminant, observer
from spectral_film.light.upsampling import POWERS, sigmoid

REC709 = np.array([[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]])  # xy of the primaries; ITU-R BT.709

# Distance from D65 relative to the spectral locus: colours stay where they are up to the first,
# and roll off below the second. The farthest of Rec.709 is its blue at 0.925.
ROLL_FROM, ROLL_TO = 0.93, 0.98

# How bright a sigmoid is made where reflectances of that colour cannot have the usual level, as a
# share of the brightest that can exist. Closer to 1 would be steps instead of slopes.
SHARE_OF_BRIGHTEST = 0.85

STEPS_FROM_GREY = 24  # of the path along which every colour is reached; half as many also do
SOLVED = 1e-12  # relative error of XYZ at which a colour counts as solved
MOST_ITERATIONS = 60


@cache
def surface_weight() -> np.ndarray:
    """XYZ of a reflectance under D65, a perfect white having Y = 1, (3, wavelength)."""
    d65 = illuminant("D65")
    return observer() * d65 / (observer()[1] @ d65)


@cache
def rgb_to_xyz() -> np.ndarray:
    """Linear Rec.709 to XYZ, (3, 3), white being D65 as summed on the grid."""
    xyz = np.stack([REC709[:, 0], REC709[:, 1], 1 - REC709.sum(1)]) / REC709[:, 1]
    return xyz * np.linalg.solve(xyz, surface_weight().sum(1))


@cache
def _locus() -> tuple[np.ndarray, np.ndarray]:
    """The edges of the spectral locus, as seen from white.

    Returns:
        white: xy of D65, (2,).
        edge: Of every edge the normal over its distance from white, (edge, 2).
    """
    xyz = observer()
    white = surface_weight().sum(1)[:2] / surface_weight().sum()
    xy = (xyz[:2] / xyz.sum(0)).T
    corner = xy[ConvexHull(xy).vertices]  # counter-clockwise
    along = np.roll(corner, -1, 0) - corner
    normal = np.stack([along[:, 1], -along[:, 0]], 1)
    distance = ((corner - white) * normal).sum(1, keepdims=True)
    return white, normal / distance


def distance_from_white(xyz: np.ndarray) -> np.ndarray:
    """Distance of each chromaticity from D65, the locus in its direction being 1, (colour,)."""
    white, edge = _locus()
    return ((xyz[:, :2] / xyz.sum(1, keepdims=True) - white) @ edge.T).max(1)


def locus_plane(tolerance: float) -> np.ndarray:
    """Rows p with p . rgb > 0 for at least one p when a colour is outside the locus.

    Args:
        tolerance: How far outside it must be, relative to the distance of the locus from D65.
    """
    white, edge = _locus()
    # edge . (xy - white) > 1 + tolerance, multiplied by X + Y + Z to be linear in XYZ
    plane = np.zeros((len(edge), 3))
    plane[:, :2] = edge
    plane -= edge @ white[:, None] + 1 + tolerance
    return plane @ rgb_to_xyz()


def bring_inside(rgb: np.ndarray) -> np.ndarray:
    """Chromaticity of each colour, moved inside the spectral locus towards D65.

    Args:
        rgb: Linear Rec.709, of any sign, (colour, 3).

    Returns:
        xy, unchanged where it is not close to the locus, (colour, 2).
    """
    white, edge = _locus()
    xyz = rgb @ rgb_to_xyz().T
    total = xyz.sum(1)
    # (xy - white) * total, which keeps its direction where the total is zero or negative: such
    # colours lie beyond infinity on the same ray of constant luminance.
    away = xyz[:, :2] - white * total[:, None]
    reach = (away @ edge.T).max(1)  # distance relative to the locus, times total
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(total > 0, reach / total, np.inf)
        direction = np.where(reach[:, None] > 0, away / reach[:, None], 0)
    slope = ROLL_TO - ROLL_FROM
    rolled = ROLL_FROM + slope * np.tanh((distance - ROLL_FROM) / slope)
    return white + direction * np.where(distance > ROLL_FROM, rolled, distance)[:, None]


@cache
def _brightest() -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Luminance of the brightest surface of each chromaticity: x, y -> Y.

    They reflect all light or none, with two steps (MacAdam 1935); here every pair of steps on a
    grid of 1 nm, each sample of the engine's grid standing for the 5 nm around it.
    """
    border = np.append(WAVELENGTH - SPACING / 2, WAVELENGTH[-1] + SPACING / 2)
    below = np.insert(surface_weight().cumsum(1), 0, 0, axis=1)
    # Beyond 395 and 700 nm the chromaticity hardly moves, and the interpolation would degenerate.
    step = np.concatenate([border[:1], np.arange(395.0, 700.0), border[-1:]])
    up_to = np.stack([np.interp(step, border, component) for component in below])
    first, second = np.triu_indices(len(step), 1)
    band_pass = up_to[:, second] - up_to[:, first]
    xyz = np.concatenate([band_pass, up_to[:, -1:] - band_pass], axis=1)
    xyz = xyz[:, xyz.sum(0) > 1e-9]
    return LinearNDInterpolator((xyz[:2] / xyz.sum(0)).T, xyz[1])


def solve(xyz: np.ndarray, bend: np.ndarray | None = None) -> np.ndarray:
    """Coefficients of the sigmoid reflectance that has each XYZ under D65.

    Levenberg-Marquardt, from grey along a straight line in XYZ: every point of the line is the
    colour of some reflectance, and each solution is a good start for the next.

    Args:
        xyz: Tristimulus values inside the object-colour solid, (colour, 3).
        bend: What is added to the parabola before the sigmoid, (colour, wavelength).

    Returns:
        c0, c1, c2, (colour, 3).

    Raises:
        ArithmeticError: a colour was not reached; it lies on or outside the solid.
    """
    weight = surface_weight()
    grey = weight.sum(1) / 2
    coefficients = np.zeros_like(xyz)
    bend = np.zeros((len(xyz), 1)) if bend is None else bend
    for step in range(1, STEPS_FROM_GREY + 1):
        left = (1 - step / STEPS_FROM_GREY) ** 2  # shorter steps where the slopes are steep
        goal = left * grey + (1 - left) * xyz
        last = step == STEPS_FROM_GREY
        error = _approach(coefficients, goal, weight, (1 - left) * bend, SOLVED if last else 1e-6)
    if not error.max() <= SOLVED:
        raise ArithmeticError(f"{(error > SOLVED).sum()} colours have no sigmoid reflectance")
    return coefficients


def _approach(
    coefficients: np.ndarray, goal: np.ndarray, weight: np.ndarray, bend: np.ndarray, enough: float
) -> np.ndarray:
    """Improve `coefficients` in place until XYZ is within `enough` of `goal`; the error left."""
    size = np.linalg.norm(goal, axis=1)
    error = np.full(len(goal), np.inf)
    damping = np.full(len(goal), 1e-10)
    todo = np.arange(len(goal))

    def miss(c: np.ndarray) -> np.ndarray:
        return (sigmoid(c @ POWERS + bend[todo]) @ weight.T - goal[todo]) / size[todo, None]

    for _ in range(MOST_ITERATIONS):
        now = coefficients[todo]
        here = miss(now)
        error[todo] = np.linalg.norm(here, axis=1)
        unsolved = error[todo] > enough
        todo, now, here = todo[unsolved], now[unsolved], here[unsolved]
        if not len(todo):
            break

        slope = 0.5 * (1 + (now @ POWERS + bend[todo]) ** 2) ** -1.5  # of the sigmoid
        jacobian = np.einsum("nw,iw,jw->nij", slope, weight, POWERS, optimize=True)
        jacobian /= size[todo, None, None]
        normal = np.einsum("nki,nkj->nij", jacobian, jacobian)
        normal += (damping[todo] * np.einsum("nii->n", normal))[:, None, None] * np.eye(3)
        downhill = np.einsum("nki,nk->ni", jacobian, here)
        there = now - np.linalg.solve(normal, downhill[..., None])[..., 0]

        better = np.linalg.norm(miss(there), axis=1) <= error[todo]
        coefficients[todo[better]] = there[better]
        damping[todo] *= np.where(better, 0.1, 10)
    return error


def spectrum_of(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and gain of colours whose largest component is 1.

    L(w) = 2 gain s(w) under D65 has the luminance of `rgb` and its chromaticity, brought inside.

    Args:
        rgb: Linear Rec.709, largest component 1, (colour, 3).

    Returns:
        coefficients: c0, c1, c2, (colour, 3).
        gain: 1 where the reflectance can have the usual level; it has the sign of the
            luminance, so that it passes evenly through zero, (colour,).
    """
    luminance = rgb @ rgb_to_xyz()[1]
    x, y = bring_inside(rgb).T
    unit = np.stack([x / y, np.ones_like(x), (1 - x - y) / y], axis=1)  # XYZ of Y = 1
    usual = unit / (2 * (unit @ np.linalg.inv(rgb_to_xyz()).T).max(1, keepdims=True))

    # The level: usual where twice as much is still possible, which holds in all of Rec.709, then
    # down on a cubic to a share of what is possible.
    headroom = np.minimum(_brightest()(x, y) / usual[:, 1] / 2, 1)
    a = 2 * SHARE_OF_BRIGHTEST
    level = a * headroom + (3 - 2 * a) * headroom**2 + (a - 2) * headroom**3
    surface = usual * level[:, None]
    return solve(surface), luminance / (2 * surface[:, 1])
