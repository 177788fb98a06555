"""What the commands say and how they read their arguments."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from spectral_film.errors import UsageError


def say(line: str) -> None:
    """A line on stderr: stdout is for results."""
    print(f"spectral-film: {line}", file=sys.stderr)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, a line for each stage elsewhere."""
    if not sys.stderr.isatty():
        yield lambda name, number, count: say(f"{name} ({number}/{count})")
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda name, number, count: bar.update(
            task, description=name, completed=number - 1, total=count
        )


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
