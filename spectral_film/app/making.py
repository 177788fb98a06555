"""Pictures that a command means are made: one, or a shot of them, here or on a cluster.

A command that makes pictures of pictures reads its options and returns what it means to make;
`carry_out` makes it. Whoever has other plans with it, as `farm`, calls the command alone.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import typer

from spectral_film.app.shots import Pictures
from spectral_film.app.terminal import frame_progress, progress, say, warn
from spectral_film.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from spectral_film.shot.conveyor import Outcome, Stations

Read = TypeVar("Read")
Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True)
class Planned(Generic[Read, Made]):
    """What a command line means to make; its options are checked, and nothing is done yet.

    Attributes:
        pictures: What is read and what is written.
        open_stations: Opens device and films for pictures; `skip_existing`: frames that are right
            are left. It travels to workers, so it is a `partial` of a function that has a name.
        skip_existing: As the command was told.
        failed_later: Frames that fail are no failure of this command.
        scheduler: Of the cluster that makes them; None: they are made here.
        tell: What there is to say of one picture.
    """

    pictures: Pictures
    open_stations: Callable[..., "AbstractContextManager[Stations[Read, Made]]"]
    skip_existing: bool
    failed_later: bool
    scheduler: str | None
    tell: Callable[[Made], None] = lambda made: None


def carry_out(planned: object, **options: object) -> None:
    """Make what a command returned, if it did, saying of each picture how it ended.

    Raises:
        typer.Exit: with 1, where frames of a shot failed; one picture raises what went wrong.
    """
    del options  # of the whole program
    if not isinstance(planned, Planned):
        return
    if planned.pictures.shot:
        with _conveyed(planned) as outcomes:
            failed = _tell_shot(planned.pictures, outcomes)
        if failed and not planned.failed_later:
            raise typer.Exit(1)
    elif planned.scheduler is not None or planned.failed_later:
        raise UsageError(
            f"{planned.pictures.target(0)}: is one picture; --scheduler and --failed-later are of "
            "a shot, such as out.####.exr"
        )
    else:
        _make_one(planned)


def _make_one(planned: Planned) -> None:
    (number,) = planned.pictures.frames
    with planned.open_stations(planned.pictures, skip_existing=False) as stations:
        read = stations.read(number)
        with progress() as announce:
            made = stations.make(number, read, announce)
        for note in stations.write(number, made):
            say(note)
    planned.tell(made)
    typer.echo(planned.pictures.target(number))


@contextmanager
def _conveyed(planned: Planned) -> "Iterator[Iterator[Outcome]]":
    """The outcomes of a shot's frames, which are made as they are asked for."""
    pictures, scheduler = planned.pictures, planned.scheduler
    if scheduler is None:
        from spectral_film.shot.conveyor import convey

        skip = planned.skip_existing
        with planned.open_stations(pictures, skip_existing=skip) as stations:
            yield convey(pictures.frames, stations)
        return
    try:
        from spectral_film.shot.cluster import address_of, cluster_at, send
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"--scheduler needs {missing.name}, which is not installed; "
            "run: pip install 'spectral-film[cluster]'"
        ) from missing
    # A worker may be lost after it wrote a frame and before it said so: another will find it there.
    away = replace(pictures, frames=pictures.frames[:1]).from_anywhere()
    opened = partial(planned.open_stations, away, skip_existing=True)
    with cluster_at(scheduler) as client:
        there = len(client.nthreads())
        say(f"{there or 'no'} workers at {address_of(client)}", "cluster", workers=there)
        yield send(pictures.frames, opened, client)


def _tell_shot(pictures: Pictures, outcomes: "Iterator[Outcome]") -> bool:
    """Say of each frame how it ended, and whether any failed."""
    from spectral_film.shot.numbering import written

    start = time.monotonic()
    failed = []
    said: set[str] = set()
    with frame_progress(len(pictures.frames)) as advance:
        for outcome in outcomes:
            if outcome.error is not None:
                failed.append(outcome.frame)
            _tell(outcome, pictures.target(outcome.frame), said)
            advance()
    seconds = time.monotonic() - start
    done = len(pictures.frames) - len(failed)
    without = f", without {written(failed)}" if failed else ""
    say(
        f"{done} of {len(pictures.frames)} frames are done{without}, in {seconds:.1f} s",
        "shot",
        done=done,
        failed=len(failed),
        seconds=seconds,
    )
    return bool(failed)


def _tell(outcome: "Outcome", target: "Path", said: set[str]) -> None:
    fields = {
        "frame": outcome.frame,
        "seconds": round(outcome.seconds, 3),
        "ok": outcome.error is None,
        "skipped": outcome.skipped,
        "error": outcome.error,
        "output": str(target),
        "notes": list(outcome.notes),
    }
    if outcome.error is not None:
        warn(f"frame {outcome.frame}: {outcome.error}", "frame", **fields)
        return
    how = "left as it is" if outcome.skipped else f"{outcome.seconds:.2f} s"
    say(f"frame {outcome.frame}: {how}", "frame", **fields)
    for note in outcome.notes:
        if note not in said:  # of a shot, what holds for all is said once
            said.add(note)
            say(f"frame {outcome.frame}: {note}")
    typer.echo(target)
