"""Orders: what is written, by the command that is shown, in a process beside the page.

What runs there can be stopped, takes the page with it neither in memory nor in time, and leaves no
half file, since the command line does not.
"""

import asyncio
import contextlib
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from spectral_film.errors import UsageError, one_line
from spectral_film.path.recipe import KEYS
from spectral_film.path.settings import Settings, typed
from spectral_film.studio.opened import Opened

What = Literal["render", "bake lut", "bake pack"]
PROGRAM = (sys.executable, "-c", "from spectral_film.app.main import main; main()")
PATIENCE_S = 10.0  # for a command to end by itself
LONGEST_LINE = 1 << 16  # bytes of what a command says at a time
Options = Mapping[str, frozenset[str]]  # of a command: which settings it can be told


def command(
    what: What,
    options: Options,
    opened: Opened,
    settings: Settings,
    target: str,
    *,
    crop: Sequence[int] | None = None,
    bits: int | None = None,
    overwrite: bool = False,
    source: str | None = None,
) -> list[str]:
    """The arguments of `spectral-film` that make what is seen.

    Args:
        what: The command.
        options: What commands can be told.
        opened: The picture.
        settings: As chosen.
        target: What to write.
        crop: A piece of it.
        bits: Of a picture.
        overwrite: Replace what is there.
        source: Its name, where it is to be shown otherwise than it lies here.

    Raises:
        UsageError: no such command.
    """
    if what not in options:
        raise UsageError(f"{what!r} is no order; expected {', '.join(options)}")
    words = [*what.split()]
    if what == "render":
        words += [source or str(opened.path), target]
        for name, value in opened.told.items():
            words += [f"--{name.replace('_', '-')}", value]
    else:
        words += ["-o", target]
    usual = Settings()
    for key, option in KEYS.items():
        value = getattr(settings, option)
        if key in options[what] and value != getattr(usual, option):
            words += [f"--{key}", typed(value)]
    if what == "render" and crop:
        words += ["--crop", ",".join(map(str, crop))]
    if bits is not None:
        words += ["--bits", str(bits)]
    return [*words, *(["--overwrite"] if overwrite else [])]


def as_typed(arguments: Sequence[str]) -> str:
    """A command line to copy."""
    return shlex.join(["spectral-film", *arguments])


@dataclass
class Order:
    """A command that runs, or ran.

    Attributes:
        arguments: Of `spectral-film`.
        target: What it writes.
        state: How far it is.
        stage: What it does now: name, number and their count.
        said: Its sentences; the last one of what failed says why.
    """

    arguments: list[str]
    target: str
    state: Literal["running", "done", "failed", "cancelled"] = "running"
    stage: tuple[str, int, int] | None = None
    said: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "command": as_typed(self.arguments),
            "target": self.target,
            "state": self.state,
            "stage": self.stage,
            "said": self.said,
        }


class Orders:
    """One order at a time."""

    def __init__(self) -> None:
        self.last: Order | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._follower: asyncio.Task | None = None
        self._unwanted = False

    @property
    def at_work(self) -> bool:
        """Whether one is being carried out."""
        return self._follower is not None and not self._follower.done()

    async def begin(self, arguments: list[str], target: str) -> Order:
        """Run a command.

        Raises:
            UsageError: another one still runs.
        """
        if self.at_work:
            raise UsageError("an order is being carried out; wait for it, or cancel it")
        self.last, self._unwanted = Order(arguments, target), False
        self._follower = asyncio.ensure_future(self._follow(self.last))
        return self.last

    async def cancel(self) -> None:
        """Stop what runs, as Ctrl-C does; what is not whole by then is not left."""
        if not self.at_work or self._follower is None:
            return
        self._unwanted = True
        self.stop()
        done, _ = await asyncio.wait([self._follower], timeout=PATIENCE_S)
        if not done and self._process is not None:
            self._process.kill()
            await self._follower

    def stop(self) -> None:
        """Tell what runs to end, and do not wait."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    async def _follow(self, order: Order) -> None:
        try:
            code = await self._carry_out(order)
        except Exception as reason:  # or the page would wait for ever
            order.said.append(f"it could not be carried out ({one_line(str(reason))})")
            code = 1
        finally:
            self._process = None
        if code == 0:
            order.state = "done"
        else:
            order.state = "cancelled" if self._unwanted else "failed"
            order.said = order.said or [f"it ended with {code}"]

    async def _carry_out(self, order: Order) -> int:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, "--log", "json", *order.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )  # fmt: skip
        self._process = process
        if self._unwanted:
            self.stop()
        assert process.stderr is not None
        while line := await _line(process.stderr):
            _hear(order, line)
        return await process.wait()


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than a line may be
        return b"\n"


def _hear(order: Order, line: bytes) -> None:
    """What a command says of itself, a JSON object a line."""
    try:
        said = json.loads(line)
        if said["event"] == "progress":
            order.stage = said["stage"], said["number"], said["count"]
            return
        message = said["message"]
    except (ValueError, KeyError, TypeError):
        message = one_line(line.decode(errors="replace").strip())
    if message:
        order.said.append(message)
