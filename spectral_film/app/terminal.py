"""What the commands say and how they read their arguments.

Results go to stdout. All else is said on stderr, by one logger: in sentences, or as JSON. What
stands in them may come out of a file, and is no command to the terminal.
"""

import itertools
import json
import logging
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from spectral_film.errors import OutputError, UsageError, one_line

LOG = logging.getLogger("spectral_film.app")


def speak(*, quiet: bool, log: str | None) -> None:
    """How everything is said from now on.

    Args:
        quiet: Nothing but what failed.
        log: `json`: a JSON object a line; `openjd`: in sentences, with what a farm by Open Job
            Description looks for; the name of a file: in sentences, and of each frame of a shot a
            JSON object a line behind what that file holds; None: in sentences.

    Raises:
        UsageError: no such form, and no name of a file.
        OutputError: the file cannot be written.
    """
    if log is not None and log not in FORMS and not Path(log).suffix:
        raise UsageError(f"--log is {log!r}, expected json, openjd, or a file such as frames.jsonl")
    for handler in LOG.handlers:
        handler.close()
    voice = logging.StreamHandler(sys.stderr)
    voice.setFormatter(FORMS.get(log or "", _Sentences)())
    LOG.handlers = [voice]
    if log is not None and log not in FORMS:
        try:
            kept = _Kept(log, encoding="utf-8")
        except OutputError:
            raise
        except OSError as reason:
            raise OutputError(
                f"--log {log}: cannot be written ({reason.strerror}); give json, or the name of a "
                "file"
            ) from None
        kept.setFormatter(_Json())
        kept.addFilter(lambda record: record.event == "frame")  # type: ignore[attr-defined]
        LOG.addHandler(kept)
    voice.setLevel(logging.WARNING if quiet else logging.INFO)
    LOG.propagate = False
    LOG.setLevel(logging.INFO)


class _Kept(logging.FileHandler):
    """A file of JSON lines, behind those that it holds; what is something else stays as it is."""

    def __init__(self, path: str, encoding: str) -> None:
        there = Path(path)
        if there.is_file() and there.read_bytes()[:1] not in (b"", b"{"):
            raise OutputError(f"--log {path}: holds no lines of JSON; give another name")
        super().__init__(path, encoding=encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        del record
        reason = sys.exc_info()[1]
        raise OutputError(
            f"--log {self.baseFilename}: cannot be written ({reason}); frames that were told "
            "are done"
        ) from None


class _Sentences(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        error = "error: " if record.levelno >= logging.ERROR else ""
        return f"spectral-film: {error}{one_line(record.msg)}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event: str = record.event  # type: ignore[attr-defined]
        message = one_line(record.msg)
        said = {"level": record.levelname.lower(), "event": event, "message": message}
        fields = record.fields.items()  # type: ignore[attr-defined]
        said |= {name: None if _is_no_number(value) else value for name, value in fields}
        text = json.dumps(said, ensure_ascii=False, default=float)
        # Of what a terminal would obey, JSON itself spells out only a part.
        return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)


class _OpenJobDescription(_Sentences):
    """Sentences; a farm shows those of frames as the state of its task, and why it failed."""

    def format(self, record: logging.LogRecord) -> str:
        if record.levelno >= logging.ERROR:
            return f"openjd_fail: {record.msg}"
        event: str = record.event  # type: ignore[attr-defined]
        return f"openjd_status: {record.msg}" if event in TOLD else super().format(record)


FORMS: dict[str, type[logging.Formatter]] = {"json": _Json, "openjd": _OpenJobDescription}
TOLD = ("frame", "shot")


def _is_no_number(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)  # JSON has none such


def say(line: str, event: str = "note", **fields: object) -> None:
    """A sentence on stderr; `--log json` has what kind it is, and its numbers as fields."""
    LOG.info(line, extra={"event": event, "fields": fields})


def say_device(name: str) -> None:
    """Which device runs, and where its kernels are kept if that is not where they should be."""
    from spectral_film.device.caches import note_on_caches

    say(f"device: {name}", "device", device=name)
    if note := note_on_caches():
        say(note, "cache")


def warn(line: str, event: str, **fields: object) -> None:
    """The same of what was found wanting."""
    LOG.warning(line, extra={"event": event, "fields": fields})


def complain(sentence: str, exit_code: int) -> None:
    """Say why the command stops."""
    LOG.error(sentence, extra={"event": "error", "fields": {"exit_code": exit_code}})


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, a line for each stage elsewhere."""
    if not _has_room_for_a_bar():
        yield lambda name, number, count: say(
            f"{name} ({number}/{count})", "progress", stage=name, number=number, count=count
        )
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda name, number, count: bar.update(
            task, description=name, completed=number - 1, total=count
        )


@contextmanager
def frame_progress(count: int) -> Iterator[Callable[[], None]]:
    """A bar with the time left on a terminal; for a farm, percents. Each frame has its line too."""
    voice = LOG.handlers[0]
    if isinstance(voice.formatter, _OpenJobDescription):
        done = itertools.count(1)
        yield lambda: print(f"openjd_progress: {100 * next(done) / count:.1f}", file=sys.stderr)
        return
    if not _has_room_for_a_bar():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:-1], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("frames", total=count)
        yield lambda: bar.advance(task)


def _has_room_for_a_bar() -> bool:
    voice = LOG.handlers[0]
    in_sentences = type(voice.formatter) is _Sentences
    return sys.stderr.isatty() and in_sentences and voice.level <= logging.INFO


def switch(option: str, value: str) -> bool:
    """`on` or `off`."""
    if value not in ("on", "off"):
        raise UsageError(f"{option} is {value!r}, expected on or off")
    return value == "on"


def numbers(
    option: str, text: str, count: int | None, kind: Callable[[str], float] = float
) -> tuple:
    """So many numbers with commas between; None: any but none."""
    try:
        values = tuple(kind(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or len(values) != (count or len(values)):
        many = f"{count} " if count else "whole " if kind is int else ""
        raise UsageError(f"{option} is {text!r}, expected {many}numbers with commas between")
    return values


def integers(option: str, text: str, count: int | None = None) -> tuple:
    """So many whole numbers with commas between."""
    return numbers(option, text, count, int)


def seconds(text: str) -> float:
    """A shutter time such as 1/50 or 10."""
    over, slash, under = text.partition("/")
    try:
        return float(over) / (float(under) if slash else 1)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"--shutter is {text!r}, expected seconds such as 1/50 or 10") from None
