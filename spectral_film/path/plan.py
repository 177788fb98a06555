"""A plan: steps made ready for frames of one size on one device, in a fixed set of buffers.

    scene --point, point--> buffer --blur--> buffer --point, point, point--> buffer --blur--> ...

Steps that look at no other pixel follow each other band by band, so that a band is in the cache
when the next step wants it. What looks around waits for the whole, and gets as much around the
piece that is wanted as it can reach: a crop costs its margin, and is the same, bit for bit, as it
is in the whole frame.

A plan that keeps its signals, each in a buffer of its own, starts again where something changed.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

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
BAND_BYTES = (
    8 * 2**20
)  # of a signal: worth a launch, and in the last cache when the next step wants it
SCENE_BYTES = 2**28  # of a scene on the device at a time; a hyperspectral cube may have more

Announce = Callable[[str, int, int], None]
Wire = tuple[int, str]  # the step that made it, and what that calls it


class Plan:
    """Steps for frames of one size on one device. Not for two threads at once.

    Args:
        device: Where.
        steps: What; the first takes the scene.
        frame: All of the pixels.
        piece: Those wanted; None: all.
        surveys: Asked of the scene and of the exposure it makes, where given.
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
        self._surveys = dict(surveys or {})
        self._makers = [
            {name: self._maker(i, signal) for name, signal in step.stage.takes.items()}
            for i, step in enumerate(steps)
        ]
        self._prints = [fingerprint(step.stage) for step in steps]
        self._scene: np.ndarray | None = None
        self._made = 0  # how many steps' signals are there, and of this scene

        slot_of, count = self._slots()
        margins = [step.stage.margin for step in steps]
        self._margin = (max(rows for rows, _ in margins), max(columns for _, columns in margins))
        heir = before is not None and before._room() == self._room()
        room: list[Planes] = list(before._buffers) if before is not None and heir else []
        self.site: Site = before.site if before is not None and heir else Site(device, frame)
        while len(room) < count:
            room.append(make_planes(device, CHANNELS, self.regions[1], self._margin))
        self._buffers: list[Planes] = room
        self._wires = {
            wire: room[slot].over(self.regions[wire[0] + 1])
            for wire, slot in slot_of.items()
            if slot != RESULT
        }
        same = self._same_steps(before) if before is not None and heir else 0
        self._works: list[Work] = [
            before._works[i] if before and i < same else step.stage.prepare(self.site)
            for i, step in enumerate(steps)
        ]
        self._asked: dict[str, SurveyWork] = {}
        if before is not None and same and self._same_surveys(before):
            self._made, self._scene = min(same, before._made), before._scene
            self._asked = before._asked
        else:
            places = {"scene": self.regions[0], "exposure": self.piece}
            self._asked = {
                name: survey.prepare(device, places[name]) for name, survey in self._surveys.items()
            }

    def run(self, scene: np.ndarray, announce: Announce | None = None) -> np.ndarray:
        """What the last step makes of a scene, over the piece wanted.

        Args:
            scene: The whole frame, float32, (channel, y, x).
            announce: Called with the name of each step, its number and their count.

        Returns:
            Float32, (channel, y, x).
        """
        last = len(self.steps) - 1  # its signal is handed over, not kept
        start = min(self._made, last) if _same_memory(scene, self._scene) else 0
        self._made, self._scene = 0, scene
        result = make_result(self.device, CHANNELS, self.piece)
        try:
            self._run(start, scene, result, announce)
            made = fetch(result)
        finally:  # nobody may let go of memory that kernels still work on
            self.device.queue.finish()
        self._made = last if self.keep else 0
        return made

    def answer(self, name: str) -> Any:
        """What a survey found in the last run."""
        return self._asked[name].read()

    def _run(
        self, start: int, scene: np.ndarray, result: Planes, announce: Announce | None
    ) -> None:
        source = self._source(scene)
        for run in self._runs(start):
            region = self.regions[run.stop]
            if announce:
                for i in run:
                    announce(self.steps[i].name, i + 1, len(self.steps))
            is_point = self._is_point(run.start)
            for band in self._bands(region, len(scene)) if is_point else [region]:
                for i in run:
                    self._step(i, band, source, result)

    def _step(
        self, i: int, band: Region, source: Callable[[Region], Planes], result: Planes
    ) -> None:
        taken = {
            name: source(band) if maker is None else self._wires.get(maker, result)
            for name, maker in self._makers[i].items()
        }
        given = {name: self._wires.get((i, name), result) for name in self.steps[i].stage.gives}
        self._works[i].over(band, **taken, **given)
        if i == 0:
            for name, planes in (("scene", taken), ("exposure", given)):
                if name in self._asked:
                    self._asked[name].over(band, next(iter(planes.values())))

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

    def _source(self, scene: np.ndarray) -> Callable[[Region], Planes]:
        """The scene on the device: all that is wanted of it, or band by band where that is much."""
        region = self.regions[0]
        if self.device.shares_host_memory and scene.nbytes <= self.device.largest_buffer:
            return put(self.device, scene).over
        if 4 * len(scene) * region.width * region.height <= SCENE_BYTES:
            return put(self.device, scene[region.cut], region).over
        held: list[Planes] = []

        def put_band(band: Region) -> Planes:
            self.device.queue.finish()  # the band before is still being read
            held[:] = [put(self.device, scene[band.cut], band)]
            return held[0]

        return put_band

    def _room(self) -> tuple:
        """What plans must have in common to share buffers."""
        return self.device, self.regions[1], self._margin, self.piece, self.frame, self.keep

    def _same_steps(self, before: "Plan") -> int:
        """How many steps, from the first on, do what those of another plan did."""
        same = 0
        for mine, other in zip(self._prints, before._prints, strict=False):
            if mine != other or self.regions[same] != before.regions[same]:
                break
            same += 1
        return same

    def _same_surveys(self, before: "Plan") -> bool:
        return {n: fingerprint(s) for n, s in self._surveys.items()} == {
            n: fingerprint(s) for n, s in before._surveys.items()
        }


def _same_memory(one: np.ndarray, other: np.ndarray | None) -> bool:
    """Whether two views show the same; both are held, so neither's memory is another's by now."""
    return other is not None and one.__array_interface__ == other.__array_interface__
