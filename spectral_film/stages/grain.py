"""Grain: dye lies in clouds, at random. Dyes of a film gain their texture.

    grainy = dyes + n,    the mean of n is 0 at every pixel of every picture

Two forms draw n here: white noise bent and blurred once (`grain/filtered.py`), and a network
(`grain/network.py`); the definition itself, disc by disc, is in grain_boolean.py. All take the
amplitude of the dye at a pixel before their last blur, so that light does not grain the dark beside
it. Noise is a function of the place on the frame: a crop, a band and the whole have the same, bit
for bit; beyond the frame it goes on, and dye keeps its edge value. A layer at a time, and a band of
it: room for noise is small.
Kernels: grain.cl. Reference: reference/stages/grain.py.
Source: docs/physics.md, Grain.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectral_film.device.launch import Argument, Launch
from spectral_film.device.planes import Planes, Region
from spectral_film.device.site import Site
from spectral_film.emulsion.film import Grainy
from spectral_film.grain import noise
from spectral_film.grain.method import Method
from spectral_film.grain.orbits import radius_of
from spectral_film.grain.textures import NODES, Filtered, Networked, Pitch, filtered, networked
from spectral_film.stages import grain_boolean
from spectral_film.stages.grained import Grained
from spectral_film.stages.signals import Signal
from spectral_film.stages.stage import Stage

KERNELS = Path(__file__).with_suffix(".cl")
ROWS = 8  # that a work-item of `white` makes, as in grain.cl
GROUP = 32  # work-items side by side
WIDEST = 16  # pixels that a work-item makes side by side, at most
# Floats of noise at a time: a CPU's caches like few, a GPU's units want work.
CPU_ROOM, GPU_ROOM = 2**22, 2**24


@dataclass(frozen=True, kw_only=True)
class Grain(Grained):
    """The grain of a film, on one sampling of it.

    Attributes:
        texture: What it is like, and by which form it is drawn.
        keys: Which noise it is drawn from, uint32, (layer, field, 2).
    """

    texture: Filtered | Networked
    keys: np.ndarray

    @property
    def radius(self) -> int:
        """Pixels that the last filter reaches."""
        texture = self.texture
        filters = texture.filter if isinstance(texture, Filtered) else texture.second
        return radius_of(filters.shape[-1])

    def prepare(self, site: Site) -> "FilteredWork | NetworkWork":
        """See `Stage`."""
        if isinstance(self.texture, Filtered):
            return FilteredWork(self, site)
        return NetworkWork(self, site)


def of_film(
    film: Grainy,
    pitch_um: Pitch,
    *,
    method: Method,
    size: float,
    seed: int,
    frame: int,
    stock: noise.Stock,
    of: Signal,
    to: Signal,
    origin: tuple[int, int] = (0, 0),
) -> Stage:
    """The grain of a film whose granularity is known.

    Args:
        film: The film.
        pitch_um: Distance of the pixels across and down.
        method: What draws it.
        size: Factor on the radius of its clouds.
        seed, frame, stock: Of the noise, as of `noise.key`.
        of, to, origin: As of `Grained`.
    """
    shape = (3, 1) if method == "fast" else film.tone_curve.density_range.shape
    keys = noise.keys(seed, frame, stock, shape)
    if film.densitometry == "visual":  # silver: the planes are one layer
        keys[:] = keys[0]
    if method == "boolean":
        return grain_boolean.of_film(
            film, pitch_um, size=size, keys=keys, of=of, to=to, origin=origin
        )
    texture = (filtered if method == "fast" else networked)(film, pitch_um, size)
    return Grain(texture=texture, keys=keys, pitch_um=pitch_um, of=of, to=to, origin=origin)


class _Work(ABC):
    """What both forms share: noise in a band of a layer; for one thread."""

    planes: int  # of noise, in the room of the site

    def __init__(self, grain: Grain, site: Site, defines: Mapping[str, object]) -> None:
        self._grain, self._site = grain, site
        self._defines = {
            "FIELDS": grain.keys.shape[1],
            "NODES": NODES,
            "RADIUS": grain.radius,
            **defines,
        }
        # Keys are added to columns and rows, as the origin is. Bits as they are: a table of floats
        # would round them.
        keys = (grain.keys + np.array(grain.origin)).astype(np.uint32)
        self._white = self._kernel("white", {"keys": keys.view(np.float32)})
        texture = grain.texture
        self._axis = np.stack([texture.lowest, 1 / texture.span], axis=-1)

    def over(self, region: Region, *, dyes: Planes, grainy: Planes) -> None:
        """See `Work`."""
        for band in self._bands(region):
            for layer in range(3):
                self._over(band, layer, dyes.channel(layer), grainy.channel(layer))

    @abstractmethod
    def _over(self, band: Region, layer: int, dyes: Planes, grainy: Planes) -> None:
        """A band of one layer."""

    def _kernel(self, name: str, tables: Mapping[str, np.ndarray]) -> Launch:
        return Launch(self._site.device, KERNELS, name, defines=self._defines, tables=tables)

    def _bands(self, region: Region) -> Iterator[Region]:
        frame = self._site.frame
        room = GPU_ROOM if self._site.device.is_gpu else CPU_ROOM
        room = min(room, frame.width * frame.height)  # grain costs a render a plane at most
        around = 4 * self._grain.radius
        rows = max(ROWS, room // (self.planes * (region.width + WIDEST)) - around)
        for first in range(0, region.height, rows):
            yield region.rows(first, rows)

    def _run(
        self, kernel: Launch, region: Region, given: Mapping[str, Argument], rows: int = 1
    ) -> None:
        columns = -(-region.width // self._site.device.vector_width)
        items = -(-columns // GROUP) * GROUP, -(-region.height // rows)
        kernel.run(items, (GROUP, 1), {"region": region.corners, **given})


class FilteredWork(_Work):
    """The fast form on a device."""

    planes = 1

    def __init__(self, grain: Grain, site: Site) -> None:
        super().__init__(grain, site, {})
        texture = grain.texture
        assert isinstance(texture, Filtered)
        bare = texture.amplitude / np.sqrt(1 + 2 * texture.kappa**2)
        nodes = {"nodes": _with_steps(texture.kappa, bare), "axis": self._axis}
        self._bend = self._kernel("bend", nodes)
        self._smooth = self._kernel("smooth", {"filter": texture.filter})

    def _over(self, band: Region, layer: int, dyes: Planes, grainy: Planes) -> None:
        radius = self._grain.radius
        around = _widened(band, radius)
        (noise_,) = self._site.scratch([(around, (0, WIDEST))])
        of = {"layer": np.int32(layer), **_given(noise=noise_)}
        plane = {"noise_plane": np.int32(noise_.plane)}
        self._run(self._white, around, {**of, **plane}, ROWS)
        held = {"held": dyes.region.corners}
        self._run(self._bend, around, {**of, **held, **_given(dyes=dyes)})
        self._run(self._smooth, band, {**of, **_given(dyes=dyes, grainy=grainy)})


class NetworkWork(_Work):
    """The network on a device."""

    def __init__(self, grain: Grain, site: Site) -> None:
        texture = grain.texture
        assert isinstance(texture, Networked)
        _, self._fields, channels, orbits = texture.first.shape
        self.planes = self._fields + orbits
        self._orbits = orbits
        super().__init__(
            grain,
            site,
            {
                "ORBITS": orbits,
                "CHANNELS": channels,
                "POWERS": texture.gain.shape[-1],
                "MEAN_POWERS": texture.mean.shape[-1],
            },
        )
        filters = {
            name: getattr(texture, name)
            for name in ("first", "second", "gain", "slope", "shift", "mean")
        }
        nodes = {"nodes": _with_steps(texture.coverage, texture.amplitude), "axis": self._axis}
        self._threshold = self._kernel("threshold", {**filters, **nodes})
        self._gather = self._kernel("gather", {})

    def _over(self, band: Region, layer: int, dyes: Planes, grainy: Planes) -> None:
        radius = self._grain.radius
        near, far = _widened(band, radius), _widened(band, 2 * radius)
        planes = self._site.scratch(
            [(far, (0, WIDEST))] * self._fields + [(near, (0, WIDEST))] * self._orbits
        )
        drawn, clouds = planes[0], planes[self._fields]
        noise_ = {"noise_plane": np.int32(drawn.plane), **_given(noise=drawn)}
        made = {"clouds_plane": np.int32(clouds.plane), **_given(clouds=clouds)}
        of = {"layer": np.int32(layer)}
        self._run(self._white, far, {**of, **noise_}, ROWS)
        held = {"held": dyes.region.corners, **_given(dyes=dyes)}
        self._run(self._threshold, near, {**of, **noise_, **made, **held})
        self._run(self._gather, band, {**made, **_given(dyes=dyes, grainy=grainy)})


def _given(**planes: Planes) -> dict[str, Argument]:
    """Planes as kernels take them here."""
    given: dict[str, Argument] = {}
    for name, value in planes.items():
        given |= {name: value.buffer, f"{name}_at": value.place}
    return given


def _widened(region: Region, radius: int) -> Region:
    """With so many pixels around, in the frame or not."""
    x, y, width, height = region
    return Region(x - radius, y - radius, width + 2 * radius, height + 2 * radius)


def _with_steps(*values: np.ndarray) -> np.ndarray:
    """Values at nodes, each with the step to the next: (..., node, value and step in turn)."""
    parts = []
    for value in values:
        parts += [value, np.diff(value, append=value[..., -1:])]
    return np.stack(parts, axis=-1)
