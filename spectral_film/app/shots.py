"""Which pictures a command line means: one, or a shot of them, and what may become of each."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spectral_film.app.options import OUT_PANEL, PICTURE_PANEL
from spectral_film.errors import OutputError, UsageError

if TYPE_CHECKING:
    from spectral_film.shot.numbering import Numbered

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
        hidden=True,
        help="Leave frames that these settings made.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        rich_help_panel=OUT_PANEL,
        hidden=True,
        help="Send the frames of a shot to a Dask cluster, tcp://HOST:PORT; local starts one here.",
    ),
]
FailedLater = Annotated[
    bool,
    typer.Option(
        "--failed-later",
        rich_help_panel=OUT_PANEL,
        hidden=True,
        help="Exit with 0 though frames failed: another command, which comes later, makes them.",
    ),
]


@dataclass(frozen=True)
class Pictures:
    """What is read and what is written, a file each a frame.

    Attributes:
        frames: Their numbers, in the order they are made.
        sources, targets: Their files; a path is one picture, for all frames.
    """

    frames: list[int]
    sources: "Numbered | Path"
    targets: "Numbered | Path"

    @property
    def shot(self) -> bool:
        """Whether there is a number in the names of what is written."""
        return not isinstance(self.targets, Path)

    def source(self, frame: int) -> Path:
        """The file that a frame is read from."""
        return _file_of(self.sources, frame)

    def target(self, frame: int) -> Path:
        """The file that a frame is written to."""
        return _file_of(self.targets, frame)

    def from_anywhere(self) -> "Pictures":
        """The same files to who works in another folder."""
        return replace(self, sources=self.sources.absolute(), targets=self.targets.absolute())


def from_anywhere(name: str) -> str:
    """A film, a light or a filter, or the file of that name, to who works in another folder."""
    told = Path(name)
    return str(told.absolute()) if told.suffix in (".h5", ".csv") and told.is_file() else name


def pictures_of(
    source: Path, target: Path, frames: str | None, *, overwrite: bool, skip_existing: bool
) -> Pictures:
    """The pictures that a command line means, before anything is done.

    Raises:
        UsageError: names and frames do not go together.
        InputError: files of the shot are missing.
        OutputError: frames are there already, and nothing is said of them.
    """
    from spectral_film.shot.numbering import (
        frame_numbers,
        frames_of,
        number_in_name,
        numbered,
        written,
    )

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
        return Pictures([number_in_name(source) or 0], source, target)
    if sources is not None:
        numbers = frames_of(sources, frames)
    elif frames is not None or targets.told:  # a still, in the grain of many frames
        numbers = frame_numbers(frames) if frames is not None else targets.told
    else:
        raise UsageError(f"{source}: is one picture; say by --frames which to make of it")
    pictures = Pictures(numbers, sources or source, targets)
    inputs = {os.path.realpath(pictures.source(frame)) for frame in numbers}
    for frame in numbers:
        if os.path.realpath(pictures.target(frame)) in inputs:
            raise UsageError(
                f"{target}: frame {frame} is an input itself; give the output another name"
            )
    there = [frame for frame in numbers if targets.path(frame).exists()]
    if there and not (overwrite or skip_existing):
        raise OutputError(
            f"{target}: frames {written(there)} exist; give another name, --overwrite, or "
            "--skip-existing for those that these settings made"
        )
    return pictures


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


def _file_of(files: "Numbered | Path", frame: int) -> Path:
    return files if isinstance(files, Path) else files.path(frame)
