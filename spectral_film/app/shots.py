"""One picture or a shot of them, for whatever command makes pictures of pictures."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spectral_film.app.options import OUT_PANEL, PICTURE_PANEL, frame_of
from spectral_film.app.terminal import frame_progress, progress, say, warn
from spectral_film.errors import OutputError, UsageError

if TYPE_CHECKING:
    from spectral_film.shot.conveyor import Made, Outcome, Read, Stations

Frames = Annotated[
    str | None,
    typer.Option(
        metavar="SPEC",
        rich_help_panel=PICTURE_PANEL,
        help="Of shot.####.exr: 1001-1100, 1-20x5. Default: all.",
    ),
]
SkipExisting = Annotated[
    bool,
    typer.Option(
        "--skip-existing",
        rich_help_panel=OUT_PANEL,
        help="Leave frames that these settings made.",
    ),
]


@dataclass(frozen=True)
class Pictures:
    """What is read and what is written, a file each a frame.

    Attributes:
        frames: Their numbers, in the order they are made.
        source, target: The files of a frame.
        shot: Whether there is a number in their names.
    """

    frames: list[int]
    source: Callable[[int], Path]
    target: Callable[[int], Path]
    shot: bool


def pictures_of(
    source: Path, target: Path, frames: str | None, *, overwrite: bool, skip_existing: bool
) -> Pictures:
    """The pictures that a command line means, before anything is done.

    Raises:
        UsageError: names and frames do not go together.
        InputError: files of the shot are missing.
        OutputError: frames are there already, and nothing is said of them.
    """
    from spectral_film.shot.numbering import frame_numbers, frames_of, numbered, written

    sources, targets = numbered(source), numbered(target)
    if targets is None:
        if sources is not None:
            raise UsageError(
                f"{target}: is one picture, and {source} are many; give the number a place in it, "
                "such as out.####.exr"
            )
        if frames is not None or skip_existing:
            raise UsageError(
                f"{target}: is one picture; --frames and --skip-existing are of a shot, such as "
                "out.####.exr"
            )
        if source.exists() and target.exists() and source.samefile(target):
            raise UsageError(f"{target}: is the input itself; give the output another name")
        return Pictures([frame_of(source) or 0], lambda _: source, lambda _: target, shot=False)
    each: Callable[[int], Path]
    if sources is not None:
        numbers, each = frames_of(sources, frames), sources.path
    elif frames is not None or targets.told:  # a still, in the grain of many frames
        numbers = frame_numbers(frames) if frames is not None else targets.told
        each = _always(source)
    else:
        raise UsageError(f"{source}: is one picture; say by --frames which to make of it")
    inputs = {os.path.realpath(each(frame)) for frame in numbers}
    for frame in numbers:
        if os.path.realpath(targets.path(frame)) in inputs:
            raise UsageError(
                f"{target}: frame {frame} is an input itself; give the output another name"
            )
    there = [frame for frame in numbers if targets.path(frame).exists()]
    if there and not (overwrite or skip_existing):
        raise OutputError(
            f"{target}: frames {written(there)} exist; give another name, --overwrite, or "
            "--skip-existing for those that these settings made"
        )
    return Pictures(numbers, each, targets.path, shot=True)


def can_stay(
    target: Path, wanted: Mapping[str, object], bits: int | None, *, overwrite: bool
) -> bool:
    """Whether a frame that is there is what this run would make.

    Args:
        target: The frame.
        wanted: The provenance that this run would give it.
        bits: As the command was told.
        overwrite: It may be replaced where it is not.

    Raises:
        OutputError: it is not, and may not be replaced; the message says what was different.
    """
    from spectral_film.files.formats import format_of
    from spectral_film.shot.earlier import unlike

    different = unlike(target, {**wanted, "bits": bits or format_of(target).bits})
    if different and not overwrite:
        raise OutputError(
            f"{target}: was made otherwise ({'; '.join(different)}); --overwrite makes it anew"
        )
    return not different


def make_pictures(pictures: Pictures, stations: "Stations[Read, Made]") -> "Made | None":
    """Make one picture, or the frames of a shot, saying of each how it ended.

    Returns:
        What was made, of one picture; None: it was a shot.

    Raises:
        typer.Exit: with 1, where frames of a shot failed; one picture raises what went wrong.
    """
    if pictures.shot:
        _make_shot(pictures, stations)
        return None
    (number,) = pictures.frames
    read = stations.read(number)
    with progress() as announce:
        made = stations.make(number, read, announce)
    assert made is not None  # one picture is not skipped
    for note in stations.write(number, made):
        say(note)
    return made


def _make_shot(pictures: Pictures, stations: "Stations") -> None:
    from spectral_film.shot.conveyor import convey

    start = time.monotonic()
    failed = 0
    said: set[str] = set()
    with frame_progress(len(pictures.frames)) as advance:
        for outcome in convey(pictures.frames, stations):
            failed += outcome.error is not None
            _tell(outcome, pictures.target(outcome.frame), said)
            advance()
    seconds = time.monotonic() - start
    done = len(pictures.frames) - failed
    say(
        f"{done} of {len(pictures.frames)} frames are done, in {seconds:.1f} s",
        "shot",
        done=done,
        failed=failed,
        seconds=seconds,
    )
    if failed:
        raise typer.Exit(1)


def _tell(outcome: "Outcome", target: Path, said: set[str]) -> None:
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


def _always(path: Path) -> Callable[[int], Path]:
    return lambda _: path
