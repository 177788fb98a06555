"""Blurs on the device: a sum of positive terms on the pixels and on ever coarser samples.

    out_n = core_n * in_n + up(out_n+1),    in_n+1 = down(in_n),    level n = 0 is the picture

`levels.py` says what the cores are, `blur.cl` runs them. A sum of positive terms rounds relative to
what is there, not to the brightest pixel of the frame: beside the sun it is as good as elsewhere.
Errors against the same kernels in float64, at 3 to 12 um a pixel, by the contrast asked for:

    any                flats 1e-6, up to the border; no value below 0
    1e8, a scene       2e-6 of each value at random, 1e-4 beside a lamp of 1e6 on .01, to the end
                       of its halo; the Cauchy form 5e-4 beside one of 1e4
    1e3, a print       5e-6 of each value at random, 5e-5 at edges of 1000 : 1, half as much again
                       in corners
    10, dyes           4e-6 of a dye

Samples are counted from the frame's first pixel and only the frame's own border is held: a piece of
a frame comes out as it does in the whole, bit for bit.
Reference: reference/stages/common.py, `convolve`.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyopencl as cl

from spectral_film.blur.levels import is_ring, levels_of
from spectral_film.blur.ring import Ring
from spectral_film.device.device import Device
from spectral_film.device.launch import Argument, Launch
from spectral_film.device.planes import WHOLE_FRAME, Planes, Region
from spectral_film.device.site import Site
from spectral_film.emulsion.spread import Mixture
from spectral_film.errors import DeviceError

KERNELS = Path(__file__).with_suffix(".cl")
ROWS = 8  # that a work-item makes, as in blur.cl
BINOMIAL_REACH = 4
WIDEST = 16  # pixels that a work-item makes side by side, at most
GROUP = 32  # work-items side by side: a GPU's narrowest
LEAST_REACH = ROWS // 2  # a core's, for the kernel


@dataclass(frozen=True)
class Blur:
    """The blur of each channel, on one sampling of the film.

    Attributes:
        mixtures: By channel.
        pitch_um: Distance of the pixels across and down.
        contrast: How much brighter the brightest may be than what matters beside it.
    """

    mixtures: tuple[Mixture, ...]
    pitch_um: tuple[float, float]
    contrast: float

    @cached_property
    def cores(self) -> tuple[tuple[np.ndarray, ...], ...]:
        """Quadrants by channel, then by level; channels may have fewer levels than others."""
        return tuple(levels_of(mixture, self.pitch_um, self.contrast) for mixture in self.mixtures)

    @cached_property
    def reaches(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns that the arithmetic of each level touches, coarser ones included."""
        reaches: list[tuple[int, int]] = []
        for level in reversed(range(max(map(len, self.cores)))):
            shapes = [cores[level].shape for cores in self.cores if level < len(cores)]
            reach = [max(shape[axis] for shape in shapes) - 1 for axis in (0, 1)]
            if reaches:
                reach = [
                    max(r, 2 * (c + BINOMIAL_REACH)) for r, c in zip(reach, reaches[0], strict=True)
                ]
            reaches.insert(0, (reach[0], reach[1]))
        return tuple(reaches)

    @cached_property
    def reach(self) -> tuple[int, int]:
        """Rows and columns that it touches beyond a region.

        A ring's Fourier transform touches all, so that a piece comes out as it does in the whole.
        """
        parts = [part for mixture in self.mixtures for _, part in mixture.parts]
        return (WHOLE_FRAME, WHOLE_FRAME) if any(map(is_ring, parts)) else self.reaches[0]

    @property
    def margin(self) -> tuple[int, int]:
        """Rows and columns that it wants free in the buffer around what it takes."""
        return self.margin_of(0)

    def held_of(self, level: int) -> tuple[int, int]:
        """Rows and columns of edge values that samples of a level hang on."""
        shapes = [cores[level].shape for cores in self.cores if level < len(cores)]
        # The first sample of the next level that sees nothing but edge lies up to 5 beyond it.
        halved = 2 * BINOMIAL_REACH + 1 if level + 1 < len(self.reaches) else 0
        rows, columns = (max(halved, *(s[axis] - 1 for s in shapes)) for axis in (0, 1))
        return max(rows, LEAST_REACH), columns

    def margin_of(self, level: int) -> tuple[int, int]:
        """What work-items read beyond a plane of a level: the last of them make more than it has.

        Halving, they take two of each.
        """
        rows, columns = self.held_of(level)
        return rows + 2 * ROWS, columns + 2 * WIDEST

    def prepare(self, site: Site) -> "PreparedBlur":
        """Make it ready for pieces of a frame, or all of it."""
        return PreparedBlur(self, site)


class PreparedBlur:
    """A blur with its cores on a device; for one thread."""

    def __init__(self, blur: Blur, site: Site) -> None:
        self._blur, self._site, self._device = blur, site, site.device
        self._hold_edges, self._halve, self._spread = (
            Launch(site.device, KERNELS, name) for name in ("hold_edges", "halve", "spread")
        )
        self._cores = [[_for_kernel(core, site.device) for core in cores] for cores in blur.cores]
        self._rings = [Ring.of(mixture, blur.pitch_um, site.frame) for mixture in blur.mixtures]

    def over(self, region: Region, *, source: Planes, target: Planes) -> None:
        """Blur a region of the frame.

        Args:
            region: What to make.
            source: It and what lies within `Blur.reach` of it, as far as the frame goes, with
                `Blur.margin` free around, which is overwritten.
            target: Another buffer, which holds the region.

        Raises:
            DeviceError: there is no such margin.
        """
        _check_margin(source, self._blur.margin)
        coarser = self._coarser_levels(region)
        for channel in range(source.channels):
            taken, made = source.channel(channel), target.over(region).channel(channel)
            self._blur_level(0, channel, taken, made, coarser)
            if ring := self._rings[channel]:
                ring.add(taken, made)

    def _blur_level(
        self, level: int, channel: int, source: Planes, target: Planes, room: list["_Coarser"]
    ) -> None:
        self._hold_edges_of(source, *self._blur.held_of(level))
        coarser, coarser_at = source.buffer, _NONE
        if level + 1 < len(self._cores[channel]):
            down, up = room[level]
            self._launch(self._halve, down, fine=source, coarse=down)
            self._blur_level(level + 1, channel, down, up, room)
            coarser, coarser_at = up.buffer, up.place
        core = self._cores[channel][level]
        self._launch(
            self._spread,
            target,
            {
                "core": core.values,
                "columns": np.int32(core.columns),
                "reach": np.int32(core.reach),
                "coarser": coarser,
                "coarser_at": coarser_at,
                # Light and dye are not below 0; a fit may be, by 1e-9, and a part of a sum too.
                "least": np.float32(-np.inf if level else 0),
            },
            source=source,
            target=target,
        )

    def _hold_edges_of(self, planes: Planes, rows: int, columns: int) -> None:
        _, height, width = planes.shape
        for sides, items in ((1, (2 * columns, height)), (0, (width + 2 * columns, 2 * rows))):
            given: dict[str, Argument] = {
                "plane": planes.buffer,
                "plane_at": planes.place,
                "region": planes.region.corners,
                "margin": np.array((rows, columns), np.int32),
                "sides": np.int32(sides),
            }
            self._hold_edges.run((_whole_groups(items[0]), items[1]), (GROUP, 1), given)

    def _launch(
        self,
        kernel: Launch,
        made: Planes,
        given: dict[str, Argument] | None = None,
        **planes: Planes,
    ) -> None:
        """Run over the region of the planes that are made, whose work-items begin evenly."""
        region = made.region
        columns = -(-(region.width + 1) // self._device.vector_width)
        rows = -(-(region.height + 1) // ROWS)
        arguments = {"region": region.corners, **(given or {})}
        for name, value in planes.items():
            arguments |= {name: value.buffer, f"{name}_at": value.place}
        kernel.run((_whole_groups(columns), rows), (GROUP, 1), arguments)

    def _coarser_levels(self, region: Region) -> list["_Coarser"]:
        """Planes of the coarser levels: what comes down, edges held beyond, and what goes up."""
        frame, wanted = self._site.frame, []
        for level, reach in enumerate(self._blur.reaches[1:], start=1):
            frame = _halved(frame, outwards=True)
            region = _halved(region, outwards=False)
            wanted.append((region.grown(*reach, frame), self._blur.margin_of(level)))
            wanted.append((region, (ROWS, WIDEST)))
        planes = self._site.scratch(wanted)
        return [_Coarser(*pair) for pair in zip(planes[::2], planes[1::2], strict=True)]


class _Coarser(NamedTuple):
    down: Planes
    up: Planes


class _Core(NamedTuple):
    """A core as the kernel takes it: whole columns, the farthest first, the middle one halved."""

    values: cl.Buffer
    columns: int
    reach: int


def _for_kernel(quadrant: np.ndarray, device: Device) -> _Core:
    rows, columns = quadrant.shape
    if not quadrant.any():
        return _Core(device.constant(np.zeros(1)), 0, LEAST_REACH)
    reach = max(rows - 1, LEAST_REACH)
    half = np.zeros((columns, reach + 1), np.float32)
    half[:, :rows] = quadrant.T
    half[0] /= 2  # what lies left and right of a pixel is added up, and here it is the same pixel
    whole = np.concatenate([half[:, :0:-1], half], axis=1)[::-1]
    return _Core(device.constant(whole), columns, reach)


def _halved(region: Region, *, outwards: bool) -> Region:
    """The samples of the next level that hang on a region, or on which it hangs.

    Outwards: up to the first on either side for which all lies beyond the region; farther out
    they are all the same.
    """
    sides = []
    for first, size in ((region.x, region.width), (region.y, region.height)):
        before, after = first - BINOMIAL_REACH, first + size - 1 + BINOMIAL_REACH
        low, high = (before // 2, -(-after // 2)) if outwards else (-(-before // 2), after // 2)
        sides.append((low, high - low + 1))
    (x, width), (y, height) = sides
    return Region(x, y, width, height)


def _check_margin(planes: Planes, margin: tuple[int, int]) -> None:
    """Refuse planes round which memory of others would be written."""
    rows, columns = margin
    _, height, width = planes.shape
    last_row = (planes.channels - 1) * planes.plane + (height + rows - 1) * planes.stride
    end = planes.lead + last_row + width + columns
    if planes.lead < rows * planes.stride + columns or 4 * end > planes.buffer.size:
        raise DeviceError(
            f"a blur wants {rows} rows and {columns} columns free around its planes, and these "
            "have less; make them with `margin`"
        )


_NONE = np.array((0, 0), np.int32)


def _whole_groups(items: int) -> int:
    return -(-items // GROUP) * GROUP
