"""Grain by its definition: discs of dye, thrown one by one, and seen through pixels' apertures.

A sublayer of coverage u is a Boolean field chi: discs of one radius, where a Poisson process puts
them. Each disc has a threshold, and is there where the picture is dense enough for it: so one
process renders every picture, and a sample is covered with probability u exactly. A pixel gets

    dye + sum_k sum_s w(s) a_k(pixel of s) (chi_k(s) - u_k(pixel of s))

over samples s of the film around it, w being its aperture: the mean over seeds is the picture, at
hard edges too. Slow, and exact; what is fast is held to it. The process is a hash of places on the
frame, so that a piece of a frame comes out as it does in the whole.
Kernels: grain_boolean.cl. Reference: reference/stages/grain_boolean.py.
Source: docs/physics.md, Boolean grain rendered.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from spectral_film.device.launch import LOCAL_SIZE, Launch
from spectral_film.device.planes import Planes, Region
from spectral_film.device.site import Site
from spectral_film.emulsion.film import Grainy
from spectral_film.errors import UsageError
from spectral_film.grain import boolean, reading
from spectral_film.grain.aperture import SCAN, Aperture
from spectral_film.stages.grained import Grained
from spectral_film.stages.signals import Signal

KERNELS = Path(__file__).with_suffix(".cl")
CELL_BITS, SLAB_BITS = 12, 24  # as in grain_boolean.cl
NODE_BITS = 10  # nodes of the tables are 1/1024 of a dye amount apart
LANES = 8  # of a vector, for what the apertures around see of a row
ROWS = 64  # of pixels that are covered at a time
# Of a disc, in pixels. Smaller ones lie too close for their samples; in larger ones nothing is left
# to see of a pixel.
SMALLEST, LARGEST = 0.01, 10.0
SAMPLES_A_RADIUS = 3.2  # the variance is off by .2 %, at coverages above .9 by 1 %
FEWEST_SAMPLES, MOST_SAMPLES = 8, 256  # of a pixel, along each axis


@dataclass(frozen=True)
class Throw:
    """How the discs of a sublayer are thrown, along x and along y.

    Attributes:
        cells: Of a pixel, log2: two to four radii across, or a pixel if that is less.
        radius: In 2^-CELL_BITS of a cell.
        samples: Of a pixel, log2.
    """

    cells: tuple[int, int]
    radius: tuple[int, int]
    samples: int

    @classmethod
    def of(cls, radius_um: float, pitch_um: tuple[float, float]) -> "Throw":
        """Of discs of a radius on a grid of pixels.

        Raises:
            UsageError: they are too fine, or too coarse, for the pixels.
        """
        rho = [radius_um / pitch for pitch in pitch_um]
        if not (min(rho) >= SMALLEST and max(rho) <= LARGEST):
            raise UsageError(
                f"clouds of {radius_um:.3g} um are {rho[0]:.3g} pixels here, and what draws such "
                f"grain, --grain boolean, throws discs of {SMALLEST:g} to {LARGEST:g}; try --grain "
                "fast, or another --grain-size or --gate"
            )
        x, y = (max(0, math.floor(-math.log2(r)) - 1) for r in rho)
        samples = np.clip(SAMPLES_A_RADIUS / min(rho), FEWEST_SAMPLES, MOST_SAMPLES)
        return cls(
            cells=(x, y),
            radius=(round(rho[0] * 2 ** (x + CELL_BITS)), round(rho[1] * 2 ** (y + CELL_BITS))),
            samples=math.ceil(math.log2(samples)),
        )

    @cached_property
    def half_width(self) -> np.ndarray:
        """Half a disc's width at each distance from its middle, in the units of `radius`."""
        x, y = self.radius
        return np.array([math.isqrt(x * x * (y * y - d * d)) // y for d in range(y + 1)], np.int32)

    @property
    def discs_over(self) -> float:
        """Discs over a point, of those that are one a cell."""
        rows = 2 * self.half_width.astype(np.int64) + 1
        return float(2 * rows.sum() - rows[0]) / 4.0**CELL_BITS


@dataclass(frozen=True, kw_only=True)
class BooleanGrain(Grained):
    """The grain of a film on its dye amounts.

    Attributes:
        radius_um: Of the discs, (layer, sublayer).
        dye_amount: Where the following are tabulated, rising, (layer, node).
        coverage: Of the sublayers, between 0 and 1, (layer, sublayer, node).
        amplitude: Dye that a disc has, (layer, sublayer, node).
        keys: Which noise it is drawn from, uint32, (layer, sublayer, 2).
        aperture: What a pixel looks through.
    """

    radius_um: np.ndarray
    dye_amount: np.ndarray
    coverage: np.ndarray
    amplitude: np.ndarray
    keys: np.ndarray
    aperture: Aperture

    @property
    def radius(self) -> int:
        """Pixels on every side that the aperture sees."""
        return neighbours(self.aperture)

    def prepare(self, site: Site) -> "PreparedBoolean":
        """See `Stage`."""
        return PreparedBoolean(self, site)


def of_film(
    film: Grainy,
    pitch_um: tuple[float, float],
    *,
    size: float,
    keys: np.ndarray,
    of: Signal,
    to: Signal,
    origin: tuple[int, int] = (0, 0),
) -> BooleanGrain:
    """The grain of a film whose granularity is known.

    Args:
        film: The film.
        pitch_um: Distance of the pixels across and down.
        size: Factor on the radius of its discs.
        keys: Which noise it is drawn from, uint32, (layer, sublayer, 2).
        of, to, origin: As of `Grained`.
    """
    assert film.grain is not None  # whoever draws grain has asked
    radius_um = size * film.grain.radius_um
    rho = radius_um / math.sqrt(pitch_um[0] * pitch_um[1])

    reach = math.ceil(2 * rho.max()) + 2 * SCAN.reach  # beyond, pixels have nothing in common

    def covariance(layer: int, sublayer: int, u: np.ndarray) -> np.ndarray:
        return boolean.covariance(u, float(rho[layer, sublayer]), SCAN, reach)

    gain = reading.gain(film, pitch_um, covariance, size)
    return BooleanGrain(
        radius_um=radius_um,
        dye_amount=film.grain.dye_amount,
        coverage=reading.coverage(film),
        amplitude=gain[:, None] * film.tone_curve.density_range[..., None],
        pitch_um=pitch_um,
        keys=keys,
        aperture=SCAN,
        of=of,
        origin=origin,
        to=to,
    )


class PreparedBoolean:
    """Boolean grain with its tables on a device; for one thread."""

    def __init__(self, grain: BooleanGrain, site: Site) -> None:
        self._site, self._reach = site, grain.reach[0]
        self._origin = np.array(grain.origin, np.int32)
        side = 2 * self._reach + 1
        nodes = _nodes(grain.dye_amount)
        defines = {
            "FIELDS": grain.radius_um.shape[1],
            "SIDE": side,
            "LANES": LANES,
            "NODES": len(nodes),
            "NODE_BITS": NODE_BITS,
            "HIGHEST_DYE": f"{nodes[-2]}f",
        }
        self._cover = [
            Launch(
                site.device, KERNELS, "cover", defines=defines, tables=_tables(grain, layer, nodes)
            )
            for layer in range(len(grain.radius_um))
        ]
        self._look = Launch(site.device, KERNELS, "look", defines=defines)

    def over(self, region: Region, *, dyes: Planes, grainy: Planes) -> None:
        """Give a region of the frame its grain.

        Args:
            region: What to make.
            dyes: It and what lies within `BooleanGrain.reach` of it, as far as the frame goes.
            grainy: Where to.
        """
        for first in range(0, region.height, ROWS):
            band = region.rows(first, ROWS)
            for layer, cover in enumerate(self._cover):
                self._layer(band, cover, dyes.channel(layer), grainy.channel(layer))

    def _layer(self, band: Region, cover: Launch, dyes: Planes, grainy: Planes) -> None:
        reach, frame = self._reach, self._site.frame
        side = 2 * reach + 1
        x, y, width, height = band
        wide = Region(x - reach, y - reach, width + 2 * reach, height + 2 * reach)
        moments = self._site.scratch([(wide, (0, 0))] * side**2)[0]
        cover.run(
            (-(-wide.width // LOCAL_SIZE) * LOCAL_SIZE, wide.height),
            (LOCAL_SIZE, 1),
            {
                "dyes": dyes.buffer,
                "dyes_at": dyes.place,
                "frame": frame.corners,
                "origin": self._origin,
                "region": wide.corners,
                "moments": moments.buffer,
                "moments_at": moments.place,
                "moments_plane": np.int32(moments.plane),
            },
        )
        # Seen from the band's own corner, the first of them belong to the pixel beside it.
        moments = replace(moments, region=wide._replace(x=x, y=y))
        self._look.over(band, dyes=dyes, moments=moments, grainy=grainy)


def neighbours(aperture: Aperture) -> int:
    """Pixels to each side that an aperture sees; 2e-5 of its weight lie beyond."""
    return math.ceil(4.3 * aperture.sigma + aperture.box / 2 - 0.5)


def _nodes(dye_amount: np.ndarray) -> np.ndarray:
    """Dye amounts of the kernel's tables: from none to the highest, and one that is only there."""
    return np.arange(math.ceil(dye_amount.max() * 2**NODE_BITS) + 2) / 2**NODE_BITS


def _tables(grain: BooleanGrain, layer: int, nodes: np.ndarray) -> dict[str, np.ndarray]:
    """What the kernel reads of a layer, by argument name."""
    throws = [Throw.of(radius_um, grain.pitch_um) for radius_um in grain.radius_um[layer]]
    half_width, half_widths_at = _end_to_end([throw.half_width for throw in throws])
    taps, taps_at = _end_to_end([_taps(grain.aperture, 2**throw.samples) for throw in throws])
    sublayers = [
        (*key, *throw.cells, *throw.radius, throw.samples, half_width_at, tap_at)
        for key, throw, half_width_at, tap_at in zip(
            grain.keys[layer], throws, half_widths_at, taps_at, strict=True
        )
    ]
    discs_over = np.array([throw.discs_over for throw in throws]) / 2**SLAB_BITS
    coverage, amplitude = (
        np.array([np.interp(nodes, grain.dye_amount[layer], values) for values in table[layer]])
        for table in (grain.coverage, grain.amplitude)
    )
    return {
        "sublayers": _as_it_is(np.array(sublayers)),
        "half_width": _as_it_is(half_width),
        "threshold": _as_it_is(np.rint(-np.log1p(-coverage) / discs_over[:, None])),
        "log2_bare": -discs_over / math.log(2),
        "amplitude": amplitude,
        "taps": taps,
    }


def _end_to_end(arrays: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Arrays in one, and where each begins."""
    sizes = [0] + [array.size for array in arrays]
    return np.concatenate([array.ravel() for array in arrays]), np.cumsum(sizes)[:-1]


def _as_it_is(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers for a table whose bits are handed on: as floats they would be rounded."""
    return numbers.astype(np.uint32).view(np.float32)


def _taps(aperture: Aperture, samples: int) -> np.ndarray:
    """The apertures of the pixels around, along an axis, seen from the samples of a pixel.

    Returns:
        (2 samples + 1, LANES): the weight of all samples before the first, the second ..., before
        none; then that of each.
    """
    reach = neighbours(aperture)
    from_centre = (np.arange(samples) + 0.5) / samples - 0.5
    weight = np.zeros((samples, LANES))
    away = from_centre[:, None] - np.arange(-reach, reach + 1)
    weight[:, : 2 * reach + 1] = aperture.density(away)
    weight /= weight.sum()
    return np.concatenate([np.zeros((1, LANES)), np.cumsum(weight, axis=0), weight])
