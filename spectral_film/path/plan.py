"""A plan: steps made ready for frames of one size on one device, in a fixed set of buffers.

    scene --point, point--> buffer --blur--> buffer --point, point, point--> buffer --blur--> ...

Steps that look at no other pixel follow each other band by band, so that a band is in the cache
when the next step wants it. What looks around waits for the whole, and gets as much around the
piece that is wanted as it can reach: a crop costs its margin, and is the same, bit for bit, as it
is in the whole frame.

A plan that keeps its signals, each in a buffer of its own, starts again where something changed.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from spectral_film.device.device import Device
from spectral_film.device.planes import Planes, Region, fetch, make_planes, make_result, put
from spectral_film.device.site import Site
from spectral_film.path.order import Steps
from spectral_film.path.survey import Survey, SurveyWork
from spectral_film.stages.signals import Signal
from spectral_film.stages.stage import POINT, Work, fingerprint

RESULT = -1  # in the place of a buffer's number: that of what is handed over
CHANNELS = 3  # of every signal behind the scene
BAND_BYTES = 8 * 2**20  # of a signal: worth a launch, and cached when the next step wants it
SCENE_BYTES = 2**28  # of a scene on the device at a time; a hyperspectral cube may have more

Announce = Callable[[str, int, int], None]
Source = Callable[[Region], Planes]  # the scene, over a region
Wire = tuple[int, str]  # the step that made it, and what that calls it
# Surveys: of the scene, of the exposure it makes in the piece wanted, of all that is exposed; and
# of what the last step takes, which runs every time.
SCENE, EXPOSURE, SURROUNDINGS, SHOWN = "scene", "exposure", "surroundings", "shown"


class Kept(NamedTuple):
    """What a step gave, where a plan keeps it.

    Attributes:
        step: Name of the step.
        signal: What it is.
        planes: Float32, (channel, y, x).
    """

    step: str
    signal: Signal
    planes: np.ndarray


class Plan:
    """Steps for frames of one size on one device. Not for two threads at once.

    Args:
        device: Where.
        steps: What; the first takes the scene.
        frame: All of the pixels.
        piece: Those wanted; None: all.
        surveys: Asked in passing, by `SCENE`, `EXPOSURE`, `SURROUNDINGS` or `SHOWN`.
        keep: Keep every signal, to start again from where settings change.
        before: A plan that kept its signals: they are taken over as far as the steps are the same.
            It must not run again.
    """

    def __init__(
        self,
        device: Device,
        steps: Steps,
        frame: Region,
        piece: Region | None = None,
        *,
        surveys: Mapping[str, Survey] | None = None,
        keep: bool = False,
        before: "Plan | None" = None,
    ) -> None:
        self.device, self.steps, self.frame, self.keep = device, steps, frame, keep
        self.piece = piece or frame
        self.regions = self._regions()
        self._makers = [
            {name: self._maker(i, signal) for name, signal in step.stage.takes.items()}
            for i, step in enumerate(steps)
        ]
        self._prints = [fingerprint(step.stage) for step in steps]
        margins = [step.stage.margin for step in steps]
        self._margin = (max(rows for rows, _ in margins), max(columns for _, columns in margins))
        slot_of, count = self._slots()
        self._scene: _Likeness | None = None  # what is kept is of this one
        self._made = 0  # how many steps' signals are kept
        self.site = Site(device, frame)
        self._buffers: list[Planes] = []
        same = self._inherited(before) if before is not None else 0
        while len(self._buffers) < count:
            self._buffers.append(make_planes(device, CHANNELS, self.regions[1], self._margin))
        self._wires = {
            wire: self._buffers[slot].over(self.regions[wire[0] + 1])
            for wire, slot in slot_of.items()
            if slot != RESULT
        }
        self._works: list[Work] = [
            before._works[i] if before and i < same else step.stage.prepare(self.site)
            for i, step in enumerate(steps)
        ]
        self._surveys = dict(surveys or {})
        self._asked: dict[str, SurveyWork] = {}
        self._unasked: set[str] = set()  # of the scene that is kept
        for name, survey in self._surveys.items():
            known = before._surveys.get(name) if before is not None and same else None
            if before is not None and known and fingerprint(known) == fingerprint(survey):
                self._asked[name] = before._asked[name]
                self._unasked |= {name} & before._unasked
            else:
                self._asked[name] = survey.prepare(device, self._place_of(name))
                self._unasked.add(name)

    def _inherited(self, before: "Plan") -> int:
        """Take over buffers, and how many steps, from the first on, do what they did before."""
        at_least = tuple(map(max, self._margin, before._margin))
        if at_least != before._margin or self._room() != before._room():
            before._buffers.clear()  # or both would lie in memory at once
            before._wires.clear()
            return 0
        self._margin, self.site = before._margin, before.site
        self._buffers = list(before._buffers)
        same = 0
        for i, (mine, other) in enumerate(zip(self._prints, before._prints, strict=False)):
            here, there = self.regions[i : i + 2], before.regions[i : i + 2]
            if mine != other or here != there:
                break
            same += 1
        self._made, self._scene = min(same, before._made), before._scene
        return same

    def run(self, scene: np.ndarray, announce: Announce | None = None) -> np.ndarray:
        """What the last step makes of a scene, over the piece wanted.

        Args:
            scene: The whole frame, float32, (channel, y, x).
            announce: Called with the name of each step, its number and their count.

        Returns:
            Float32, (channel, y, x).
        """
        last = len(self.steps) - 1  # its signal is handed over, not kept
        likeness = _Likeness(scene, self.regions[0]) if self.keep else None
        start = min(self._made, last) if likeness == self._scene else 0
        if start == 0 or SCENE in self._unasked:
            start, self._unasked = 0, set(self._asked)
        self._made, self._scene = 0, likeness
        result = make_result(self.device, CHANNELS, self.piece)
        source = self._source(scene) if start == 0 else None  # held until all has run
        try:
            self._run(start, source, len(scene), result, announce)
            made = fetch(result)
        finally:  # nobody may let go of memory that kernels still work on
            self.device.wait_for(self.device.queue.finish)
        self._made = last if self.keep else 0
        self._unasked.clear()
        return made

    def kept(self, region: Region) -> list[Kept]:
        """What each step but the last gave in its last run, in a region of the piece, in order.

        Nothing where the plan does not keep, or has not run.
        """
        return [
            Kept(self.steps[i].name, self.steps[i].stage.gives[name], fetch(planes.over(region)))
            for (i, name), planes in sorted(self._wires.items(), key=lambda wire: wire[0][0])
            if i < self._made
        ]

    def asks(self, name: str) -> bool:
        """Whether it has such a survey."""
        return name in self._asked

    def answer(self, name: str) -> Any:
        """What a survey found in the last run."""
        return self._asked[name].read()

    def _run(
        self,
        start: int,
        source: Source | None,
        channels: int,
        result: Planes,
        announce: Announce | None,
    ) -> None:
        if start > 0:
            for name in self._of_first_step():
                exposure = self._wires[0, next(iter(self.steps[0].stage.gives))]
                self._asked[name].over(self.regions[1], exposure)
        for run in self._runs(start):
            region = self.regions[run.stop]
            if announce:
                for i in run:
                    announce(self.steps[i].name, i + 1, len(self.steps))
            is_point = self._is_point(run.start)
            for band in self._bands(region, channels) if is_point else [region]:
                for i in run:
                    self._step(i, band, source, result)

    def _step(self, i: int, band: Region, source: Source | None, result: Planes) -> None:
        taken = {}
        for name, maker in self._makers[i].items():
            if maker is None:
                assert source is not None  # the first step runs on a scene that is put there
                taken[name] = source(band)
            else:
                taken[name] = self._wires.get(maker, result)
        given = {name: self._wires.get((i, name), result) for name in self.steps[i].stage.gives}
        if i == len(self.steps) - 1 and SHOWN in self._asked:
            # Before the step runs, which may write where it reads.
            self._asked[SHOWN].over(band, next(iter(taken.values())))
        self._works[i].over(band, **taken, **given)
        if i == 0:
            for name in self._of_first_step():
                planes = taken if name == SCENE else given
                self._asked[name].over(band, next(iter(planes.values())))

    def _of_first_step(self) -> list[str]:
        """Surveys not yet asked of what the first step takes and gives."""
        return sorted(self._unasked - {SHOWN})

    def _place_of(self, survey: str) -> Region:
        """Where a survey looks."""
        places = {SCENE: self.regions[0], SURROUNDINGS: self.regions[1]}
        return places.get(survey, self.piece)

    def _maker(self, i: int, signal: Signal) -> Wire | None:
        """Who made what step i takes; None: it is the scene."""
        for j in range(i - 1, -1, -1):
            for name, given in self.steps[j].stage.gives.items():
                if given == signal:
                    return j, name
        return None

    def _regions(self) -> list[Region]:
        """What each step has to take, and behind them what the last one gives."""
        regions = [self.piece]
        for step in reversed(self.steps):
            regions.insert(0, regions[0].grown(*step.stage.reach, self.frame))
        return regions

    def _slots(self) -> tuple[dict[Wire, int], int]:
        """A buffer for every signal, and how many that takes; the last goes where the result does.

        A buffer is free again when nobody takes its signal any more. A point step may write
        where it reads. Until it is due, the result's own buffer, which has no margin, holds what
        fits it.
        """
        needed_until: dict[Wire, int] = {}
        for i in range(len(self.steps)):
            needed_until |= {maker: i for maker in self._makers[i].values() if maker is not None}
        needs_margin = {
            wire
            for i, step in enumerate(self.steps)
            if step.stage.margin != POINT
            for wire in self._makers[i].values()
        }
        slot_of: dict[Wire, int] = {}
        free = [] if self.keep else [RESULT]
        count = 0
        for i, step in enumerate(self.steps[:-1]):
            over = [slot_of[wire] for wire, last in needed_until.items() if last == i]
            if self.keep:
                over = []
            if self._is_point(i):
                free += over
            for name in step.stage.gives:
                fits = self.regions[i + 1] == self.piece and (i, name) not in needs_margin
                at = next((s for s in reversed(free) if s != RESULT or fits), count)
                if at == count:
                    count += 1
                else:
                    free.remove(at)
                slot_of[i, name] = at
            if not self._is_point(i):
                free += over
        last = len(self.steps) - 1
        return slot_of | {(last, name): RESULT for name in self.steps[last].stage.gives}, count

    def _is_point(self, i: int) -> bool:
        return self.steps[i].stage.reach == POINT

    def _runs(self, start: int) -> Iterator[range]:
        """Steps from `start` on, point steps in a row together."""
        first = start
        for i in range(start + 1, len(self.steps) + 1):
            ends = i == len(self.steps) or not (self._is_point(i) and self._is_point(i - 1))
            if ends:
                yield range(first, i)
                first = i

    def _bands(self, region: Region, channels: int) -> Iterator[Region]:
        """Rows of a region that are worth a launch together."""
        most = SCENE_BYTES if self.device.is_gpu else BAND_BYTES
        rows = max(1, most // (4 * max(channels, CHANNELS) * region.width))
        for first in range(0, region.height, rows):
            yield region.rows(first, rows)

    def _source(self, scene: np.ndarray) -> Source:
        """The scene on the device: all that is wanted of it, or band by band where that is much."""
        region = self.regions[0]
        if self.device.shares_host_memory and scene.nbytes <= self.device.largest_buffer:
            return put(self.device, scene).over
        if 4 * len(scene) * region.width * region.height <= SCENE_BYTES:
            return put(self.device, scene[region.cut], region).over
        held: list[Planes] = []

        def put_band(band: Region) -> Planes:
            self.device.wait_for(self.device.queue.finish)  # the band before is still being read
            held[:] = [put(self.device, scene[band.cut], band)]
            return held[0]

        return put_band

    def _room(self) -> tuple:
        """What plans must have in common to share buffers."""
        return self.device, self.regions[1], self.piece, self.frame, self.keep


class _Likeness:
    """What tells a scene from another: an array may have been filled anew since it was kept.

    One that nobody may write is known by itself.
    """

    def __init__(self, scene: np.ndarray, region: Region) -> None:
        self._itself = None if scene.flags.writeable or scene.base is not None else scene
        self._seen: tuple = ()
        if self._itself is None:
            piece = scene[region.cut]
            dense = piece if scene.flags.c_contiguous else np.moveaxis(piece, 0, -1)
            self._seen = piece.shape, scene.strides, zlib.crc32(np.ascontiguousarray(dense).data)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Likeness):
            return False
        return self._itself is other._itself and self._seen == other._seen

    __hash__ = None  # type: ignore[assignment]  # it is compared, and no key
