"""Frames on a conveyor: while one is made, the next is read and the last is written.

    read 3   |   make 2   |   write 1

Each station holds one frame, so that a shot takes the memory of three however long it is. A frame
that fails leaves the conveyor and the others go on.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from spectral_film.errors import DeviceError, SpectralFilmError

Read = TypeVar("Read")
Made = TypeVar("Made")
Notes = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a frame ended.

    Attributes:
        frame: Its number.
        seconds: From when it was taken up to when it was written; frames overlap.
        error: What went wrong, in a sentence; None: it is done.
        skipped: It was there already, and was left.
        notes: What the user should know of it.
    """

    frame: int
    seconds: float
    error: str | None = None
    skipped: bool = False
    notes: Notes = ()


@dataclass(frozen=True, kw_only=True)
class Stations(Generic[Read, Made]):
    """What is done with a frame, each in a thread of its own; `make` in the caller's.

    Attributes:
        read: Frame -> what is read.
        make: Frame, what was read -> what is written; None: nothing has to be.
        write: Frame, what was made -> notes.
    """

    read: Callable[[int], Read]
    make: Callable[[int, Read], Made | None]
    write: Callable[[int, Made], Notes]


def convey(frames: Iterable[int], stations: Stations[Read, Made]) -> Iterator[Outcome]:
    """Send frames through the stations; their outcomes come in order.

    Raises:
        DeviceError: the device failed, on which no frame could be made.
    """
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        waiting = iter(frames)
        ahead: _Loaded | None = None
        last: _Written | None = None
        try:
            ahead = _take_up(waiting, reader, stations)
            while ahead is not None:
                now, ahead = ahead, None
                outcome: Outcome | None = None
                try:
                    read = now.loading.result()
                    ahead = _take_up(waiting, reader, stations)
                    made = stations.make(now.frame, read)
                    del read
                except DeviceError:
                    raise
                except (SpectralFilmError, OSError, MemoryError) as error:
                    ahead = ahead or _take_up(waiting, reader, stations)
                    outcome, made = _failed(now, error), None
                if last is not None:
                    yield last.outcome()
                last = _Written(now, outcome, None)
                if made is not None:
                    last = _Written(now, None, writer.submit(stations.write, now.frame, made))
                del made
            if last is not None:
                yield last.outcome()
        finally:
            if ahead is not None:
                ahead.loading.cancel()


@dataclass(frozen=True)
class _Loaded:
    frame: int
    since: float
    loading: Future


@dataclass(frozen=True)
class _Written:
    taken: _Loaded
    failed: Outcome | None
    writing: Future | None

    def outcome(self) -> Outcome:
        """Wait for it."""
        if self.failed is not None:
            return self.failed
        try:
            notes = self.writing.result() if self.writing is not None else ()
        except (SpectralFilmError, OSError, MemoryError) as error:
            return _failed(self.taken, error)
        return Outcome(
            frame=self.taken.frame,
            seconds=_seconds(self.taken),
            skipped=self.writing is None,
            notes=notes,
        )


def _take_up(
    waiting: Iterator[int], reader: ThreadPoolExecutor, stations: Stations
) -> _Loaded | None:
    frame = next(waiting, None)
    if frame is None:
        return None
    return _Loaded(frame, time.monotonic(), reader.submit(stations.read, frame))


def _failed(taken: _Loaded, error: BaseException) -> Outcome:
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, MemoryError):
        said = f"not enough memory ({said})"
    return Outcome(frame=taken.frame, seconds=_seconds(taken), error=said)


def _seconds(taken: _Loaded) -> float:
    return time.monotonic() - taken.since
