"""Files of a shot, one a frame: a name with a place for the number, and which numbers.

The place is written as any of the field's programs writes it, and read by fileseq:

    ####  @@@@  %04d  $F4   four digits; more or fewer of them as many digits
    #                       four digits
    1-20####                the frames are told with it

Steps are written 1-20x5, or 1-20:5 as Open Job Description does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fileseq import FileSequence, FrameSet
from fileseq.constants import PAD_STYLE_HASH1, PAD_STYLE_HASH4
from fileseq.exceptions import FileSeqException

from spectral_film.errors import InputError, UsageError

PLACE = re.compile(r"#+|@+|%\d*d|\$F\d*")
MOST = 1_000_000  # frames of a shot: eleven hours, and a list of them that is no burden
RANGES = "1001-1100, 1-20x5 or 1,3,7-9"


@dataclass(frozen=True)
class Numbered:
    """Files of one name, one a frame.

    Attributes:
        name: As it was typed.
        folder: Where they lie; whatever is in its name is no number.
        sequence: The rest of the name to fileseq.
    """

    name: str
    folder: Path
    sequence: FileSequence

    def path(self, frame: int) -> Path:
        """The file of a frame."""
        return self.folder / self.sequence.frame(frame)

    def absolute(self) -> "Numbered":
        """The same files to who works in another folder, as `Path.absolute`."""
        return replace(self, name=str(Path(self.name).absolute()), folder=self.folder.absolute())

    @property
    def told(self) -> list[int]:
        """The frames that stand in the name, if any do."""
        frames = self.sequence.frameSet()
        return [] if frames is None else [int(frame) for frame in frames]

    def on_disk(self) -> list[int]:
        """Frames whose files are there, rising."""
        parts = self.sequence.basename(), self.sequence.extension()
        before, after = (re.escape(part) for part in parts)
        like = re.compile(rf"{before}(-?\d+){after}")
        try:
            there = {path.name for path in self.folder.iterdir()}
        except OSError:
            return []
        found = {int(match[1]) for name in there if (match := like.fullmatch(name))}
        return sorted(frame for frame in found if self.path(frame).name in there)


def numbered(path: Path) -> Numbered | None:
    """The files of a shot; None where the name has no place for a number.

    A file of exactly that name is a picture, whatever is in it.

    Raises:
        UsageError: it has two, or frames that are none.
    """
    name = str(path)
    places = PLACE.findall(path.name)
    if not places or path.is_file():
        return None
    if len(places) > 1:
        raise UsageError(f"{name}: {' and '.join(places)} are two places for one number; leave one")
    style = PAD_STYLE_HASH4 if places[0] == "#" else PAD_STYLE_HASH1
    try:
        sequence = FileSequence(path.name, pad_style=style)
    except (FileSeqException, ValueError) as wrong:
        raise UsageError(f"{name}: {_first_line(wrong)}; write it as shot.####.exr") from None
    if sequence.padding():
        return Numbered(name, path.parent, sequence)
    if len(places[0]) > 1:
        raise UsageError(f"{name}: a number stands before the suffix; write it as shot.####.exr")
    return None  # as in photo@2x.exr


def number_in_name(path: Path) -> int | None:
    """Where a picture stands in its sequence: the digits at the end of its name, nine at most."""
    digits = re.findall(r"[0-9]{1,9}$", path.stem)
    return int(digits[0]) if digits else None


def frame_numbers(text: str) -> list[int]:
    """Frames as they are typed: `RANGES`, with commas or blanks between.

    Raises:
        UsageError: they are none, or more than `MOST`.
    """
    try:
        frames = FrameSet(",".join(text.split()).replace(":", "x"))
        if not 0 < len(frames) <= MOST:
            raise ValueError(f"{len(frames)} frames")
        numbers = [int(frame) for frame in frames]
        if numbers != list(frames):
            raise ValueError("parts of frames")
    except (FileSeqException, ValueError):
        raise UsageError(
            f"--frames is {text!r}, expected 1 to {MOST} whole numbers such as {RANGES}"
        ) from None
    return numbers


def written(frames: Sequence[int]) -> str:
    """Frames in short, 1001-1003,1007."""
    return str(FrameSet(sorted(frames)))


def frames_of(source: Numbered, told: str | None) -> list[int]:
    """The frames of a shot, all of whose files are there.

    Args:
        source: The files that are read.
        told: As `frame_numbers` takes them; None: those in the name, else those on disk.

    Raises:
        UsageError: `told` are none.
        InputError: files are missing; the message names their frames.
    """
    frames = frame_numbers(told) if told is not None else source.told or source.on_disk()
    if not frames:
        raise InputError(f"{source.name}: no file of that name and number is there")
    on_disk = source.on_disk()
    if missing := sorted(set(frames) - set(on_disk)):
        there = written(on_disk) or "none"
        raise InputError(
            f"{source.name}: frames {written(missing)} are missing, {there} are there; give those "
            "by --frames, or add the files"
        )
    return frames


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
