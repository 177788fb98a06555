"""A shot on a Dask cluster: a frame is a task, and its outcome comes back.

    client:  send  ->  scheduler  ->  worker:  make_frame, which reads, makes and writes

Pictures do not travel: workers see the same files under the same names. Dask gives a frame whose
worker was lost to another worker, and gives it up after four of them
(`distributed.scheduler.allowed-failures`). It cannot tell which of the frames that a worker held
was to blame, so those are tried once more when the others are done, each alone.
"""

import logging
import pickle
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from threading import Lock
from typing import Any

import dask
from distributed import Client, KilledWorker, LocalCluster, as_completed, get_worker

from spectral_film.errors import ClusterError, DeviceError, SpectralFilmError, UsageError
from spectral_film.shot.conveyor import Outcome, Stations, convey, sentence
from spectral_film.version import made_by

LOG = logging.getLogger(__name__)
Opened = AbstractContextManager[Stations]

LOCAL = "local"
LOCAL_WORKERS = 2  # PoCL makes a frame on every core: while one does, the other reads and writes
ADDRESS = r"(tcp|tls|ucx|wss?)://.+:\d+"
ANSWERS_WITHIN = 5  # seconds, of a scheduler that is there
SILENT = 50  # of Dask's own log: what becomes of a frame is said here


@contextmanager
def cluster_at(scheduler: str) -> Iterator[Client]:
    """A cluster whose workers run this version.

    Args:
        scheduler: `tcp://HOST:PORT`, or another address of Dask's; `local` starts a cluster on the
            loopback of this machine, which ends with the block.

    Raises:
        UsageError: that is no address.
        ClusterError: nobody answers there, or a worker runs another version.
    """
    for noisy in ("distributed", "distributed.client"):
        logging.getLogger(noisy).setLevel(SILENT)
    if scheduler == LOCAL:
        with (
            # A worker holds one frame at a time: who is lost takes no other along.
            dask.config.set({"distributed.scheduler.worker-saturation": 1.0}),
            LocalCluster(
                n_workers=LOCAL_WORKERS,
                threads_per_worker=1,
                memory_limit=None,  # a worker's memory is the engine's, and none of Dask's to clear
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=SILENT,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return
    if not re.fullmatch(ADDRESS, scheduler):
        raise UsageError(f"--scheduler is {scheduler!r}, expected tcp://HOST:PORT or {LOCAL}")
    try:
        client = Client(scheduler, timeout=ANSWERS_WITHIN, set_as_default=False)
    except (OSError, ValueError) as reason:
        raise ClusterError(
            f"--scheduler {scheduler}: no scheduler answers ({sentence(reason)}); start one by "
            "`dask scheduler`, or correct the address"
        ) from None
    with client:
        _must_run_this_version(client)
        yield client


def address_of(client: Client) -> str:
    """Of its scheduler."""
    assert client.scheduler is not None
    return str(client.scheduler.address)


def send(
    frames: Iterable[int], open_stations: Callable[[], Opened], client: Client
) -> Iterator[Outcome]:
    """Have frames made; their outcomes come as they end.

    Args:
        frames: Their numbers.
        open_stations: Is pickled, and called once in each process that makes frames.
        client: Of the cluster.

    Raises:
        UsageError: the first frame that ends shows that what was asked for makes no sense.
        ClusterError: the scheduler is gone, or no worker can make a frame.
    """
    sending = _Sending(client, address_of(client), pickle.dumps(open_stations))
    suspected = []
    first = True
    for frame, ended in sending.of(frames):
        if isinstance(ended, UsageError) and first:
            raise ended  # what makes no sense makes none of any frame
        first = False
        if isinstance(ended, KilledWorker):
            suspected.append(frame)
        else:
            yield _outcome(frame, ended)
    for frame in suspected:
        for _, ended in sending.of([frame]):
            yield _outcome(frame, ended)


@dataclass(frozen=True)
class _Sending:
    """Frames on their way.

    Attributes:
        client: Of the cluster.
        address: Of its scheduler.
        work: What opens stations, pickled.
        unfit: Workers that can make no frame.
    """

    client: Client
    address: str
    work: bytes
    unfit: set[str] = field(default_factory=set)

    def of(self, frames: Iterable[int]) -> Iterator[tuple[int, Outcome | Exception]]:
        """Frames and how they ended, as they do."""
        task: dict[str, Any] = {"work": self.work, "maker": made_by(), "pure": False}
        numbers = list(frames)
        waiting = dict(zip(self.client.map(make_frame, numbers, **task), numbers, strict=True))
        endings = as_completed(list(waiting), loop=self.client.loop)
        for future in endings:
            frame = waiting.pop(future)  # and so Dask forgets it
            try:
                ended = future.result()
            except KilledWorker as lost:
                ended = lost
            except CancelledError:
                raise ClusterError(
                    f"{self.address}: the scheduler is gone; what is done is "
                    "whole, and --skip-existing leaves it"
                ) from None
            if isinstance(ended, _Unfit):
                again = self.client.submit(make_frame, frame, **task, **self._elsewhere(ended))
                waiting[again] = frame
                endings.add(again)
            else:
                yield frame, ended

    def _elsewhere(self, found: "_Unfit") -> dict[str, Any]:
        self.unfit.add(found.worker)
        fit = sorted(set(self.client.nthreads()) - self.unfit)
        if not fit:
            raise ClusterError(f"no worker can make a frame; {found.worker}: {found.reason}")
        return {"workers": fit, "allow_other_workers": True}  # if those are lost, and others come


@dataclass(frozen=True)
class _Unfit:
    """A worker that can make no frame: it is at fault, and not the frame."""

    worker: str
    reason: str


def make_frame(frame: int, work: bytes, maker: str) -> "Outcome | UsageError | _Unfit":
    """A frame, made by the worker's process in which this is called.

    Returns:
        How it ended. Nothing is raised: not every traceback can travel, and Dask's client waits
        for ever for one that cannot.
    """
    worker = get_worker().address
    if made_by() != maker:
        return _Unfit(worker, f"it runs {made_by()}, not {maker}")
    try:
        with _AT_THE_DEVICE:
            _, stations = _opened(work)
        (outcome,) = convey([frame], replace(stations, make=_one_at_a_time(stations.make)))
    except DeviceError as error:
        return _Unfit(worker, sentence(error))
    except UsageError as error:
        return UsageError(sentence(error))
    except (SpectralFilmError, OSError, MemoryError) as error:  # in opening
        outcome = _failed(frame, sentence(error))
    except Exception as error:
        LOG.exception("frame %d", frame)  # in the worker's own log
        outcome = _failed(frame, f"{type(error).__name__}: {sentence(error)}")
    if outcome.error is not None:
        return replace(outcome, error=f"{outcome.error} (on {worker})")
    return outcome


# Threads of one worker share its device and what is ready there; they read and write beside it.
_AT_THE_DEVICE = Lock()


@lru_cache(maxsize=1)
def _opened(work: bytes) -> tuple[Opened, Stations]:
    """What this process makes frames with, and what closes it when the next work pushes it out."""
    opened = pickle.loads(work)()
    return opened, opened.__enter__()


def _one_at_a_time(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(*what: Any) -> Any:
        with _AT_THE_DEVICE:
            return make(*what)

    return made


def _must_run_this_version(client: Client) -> None:
    package, _, ours = made_by().rpartition(" ")
    found: Any = client.get_versions(packages=[package])
    for worker, said in sorted(found["workers"].items()):
        theirs = said["packages"].get(package)
        if theirs != ours:
            has = f"runs {package} {theirs}" if theirs else f"has no {package}"
            raise ClusterError(
                f"the worker {worker} {has}, and this is {ours}; install the same on all of them"
            )


def _outcome(frame: int, ended: Outcome | Exception) -> Outcome:
    if isinstance(ended, Outcome):
        return ended
    if isinstance(ended, KilledWorker):
        lost = (
            f"every worker that tried it was lost, twice {ended.allowed_failures + 1} of them, the "
            f"last {ended.last_worker.address}; is there memory enough?"
        )
        return _failed(frame, lost)
    return _failed(frame, sentence(ended))


def _failed(frame: int, error: str) -> Outcome:
    return Outcome(frame=frame, seconds=0.0, error=error)
