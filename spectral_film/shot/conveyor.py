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

from spectral_film.errors import DeviceError, SpectralFilmError, UsageError, one_line

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


@dataclass(frozen=True)
class Stations(Generic[Read, Made]):
    """What is done with a frame, each in a thread of its own; `make` in the caller's.

    Attributes:
        read: Frame -> what is read.
        make: Frame, what was read -> what is written; None: nothing has to be. For one picture
            also whom to announce the stages to.
        write: Frame, what was made -> notes.
    """

    read: Callable[[int], Read]
    make: Callable[..., Made | None]
    write: Callable[[int, Made], Notes]


def convey(frames: Iterable[int], stations: Stations[Read, Made]) -> Iterator[Outcome]:
    """Send frames through the stations; their outcomes come in order.

    Raises:
        DeviceError: the device failed, on which no frame could be made.
        UsageError: the first frame shows that what was asked for makes no sense.
    """
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        waiting = iter(frames)

        def take_up() -> _Taken | None:
            frame = next(waiting, None)
            if frame is None:
                return None
            return _Taken(frame, time.monotonic(), reader.submit(stations.read, frame))

        last: _Left | None = None
        first = True
        ahead = take_up()
        try:
            while ahead is not None:
                now = _Left(ahead.frame, ahead.since)
                loading, ahead = ahead.loading, None
                try:
                    read = loading.result()
                    del loading  # which would keep what was read
                    ahead = take_up()
                    made = stations.make(now.frame, read)
                    del read
                except DeviceError:
                    raise
                except (SpectralFilmError, OSError, MemoryError) as error:
                    if isinstance(error, UsageError) and first:
                        raise  # what makes no sense makes none of any frame
                    ahead = ahead or take_up()
                    now.error, made = error, None
                if last is not None:
                    before, last = last, None  # told once, whatever happens from here
                    yield before.outcome()
                if made is not None:
                    now.writing = writer.submit(_timed, stations.write, now.frame, made)
                last, made, first = now, None, False
            if last is not None:
                before, last = last, None
                yield before.outcome()
        except (Exception, KeyboardInterrupt):
            if last is not None:  # it is written, or about to be
                yield last.outcome()
            raise
        finally:
            if ahead is not None:
                ahead.loading.cancel()


@dataclass(frozen=True)
class _Taken:
    """A frame that is being read."""

    frame: int
    since: float
    loading: Future


@dataclass
class _Left:
    """A frame that was read: it failed, is written, or had no need to be."""

    frame: int
    since: float
    error: BaseException | None = None
    writing: Future | None = None

    def outcome(self) -> Outcome:
        """Wait for it."""
        notes: Notes = ()
        ended = time.monotonic()
        if self.writing is not None:
            try:
                notes, ended = self.writing.result()
            except (SpectralFilmError, OSError, MemoryError) as error:
                self.error = error
        return Outcome(
            frame=self.frame,
            seconds=ended - self.since,
            error=None if self.error is None else sentence(self.error),
            skipped=self.error is None and self.writing is None,
            notes=notes,
        )


def _timed(write: Callable[[int, Made], Notes], frame: int, made: Made) -> tuple[Notes, float]:
    """Write, and say when it was done."""
    return write(frame, made), time.monotonic()


def sentence(error: BaseException) -> str:
    """What went wrong, on a line."""
    said = one_line(str(error)) or type(error).__name__
    return f"not enough memory ({said})" if isinstance(error, MemoryError) else said
