"""Turns: one piece of work at a time, and of each kind only the newest that waits.

Whoever moves a slider asks more often than a film can be made; what they asked before the last time
is of no use to anyone. Nothing queues: at most one piece of each kind waits.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Made = TypeVar("Made")


class Overtaken(Exception):  # noqa: N818  # nothing went wrong
    """A newer request of the same kind came before this one was begun."""


class Turns:
    """Work on one thread, asked for from one event loop.

    Args:
        kinds: What may be asked for, the most urgent first.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        self._kinds = tuple(kinds)
        self._waiting: dict[str, tuple[Callable[[], Any], asyncio.Future]] = {}
        self._busy = False
        self._thread = ThreadPoolExecutor(1, "light table")

    async def take(self, kind: str, work: Callable[[], Made]) -> Made:
        """Have it done when its turn comes.

        Raises:
            Overtaken: it was not done, since newer work of this kind came.
        """
        assert kind in self._kinds
        if kind in self._waiting:
            _, older = self._waiting.pop(kind)
            if not older.done():
                older.set_exception(Overtaken())
        mine: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._waiting[kind] = work, mine
        self._begin()
        return await mine

    def _begin(self) -> None:
        waits = [kind for kind in self._kinds if kind in self._waiting]
        if self._busy or not waits:
            return
        self._busy = True
        work, asked = self._waiting.pop(waits[0])
        done = asyncio.get_running_loop().run_in_executor(self._thread, work)
        done.add_done_callback(lambda _: self._end(done, asked))

    def _end(self, done: asyncio.Future, asked: asyncio.Future) -> None:
        self._busy = False
        failed = done.exception()
        if not asked.done():  # whoever asked may have gone
            if failed is None:
                asked.set_result(done.result())
            else:
                asked.set_exception(failed)
        self._begin()
