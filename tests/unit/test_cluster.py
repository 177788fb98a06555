"""Shots on a Dask cluster: schedulers and workers are processes, and some of them are killed."""

import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import Done, save_picture

from spectral_film.app import main as cli

COMMAND = (sys.executable, "-c", "from spectral_film.app.main import main; main()")
DASK = (sys.executable, "-m", "dask")
FRAMES = range(8, 16)
REGISTERED = "Registered to"  # as Dask's workers say it

# Put into a worker: what happens there to frame 10. `lost` is once, `poison` each time.
AT_FRAME_10 = """
import os, pathlib, signal
from spectral_film.path import rendering

def deadly(save):
    def saved(self, path, **how):
        mine = path.name.endswith(".0010.exr")
        if mine and {once}:
            try:
                pathlib.Path({marker!r}).touch(exist_ok=False)
            except FileExistsError:
                mine = False
        if mine and {when!r} == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        notes = save(self, path, **how)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return notes
    return saved

if rendering.Rendering.save.__name__ == "save":  # Dask loads this more than once
    rendering.Rendering.save = deadly(rendering.Rendering.save)
"""


NO_DEVICE = """
from spectral_film.device import device
from spectral_film.errors import DeviceError

def open_device(*asked):
    raise DeviceError("the driver is gone")

device.open_device = open_device
"""


def run(folder: Path, *words: object) -> Done:
    """`spectral-film` in a process of its own, which Dask's threads and warnings end with."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


class Cluster:
    """A scheduler of its own, and workers without a nanny: who is killed stays away."""

    def __init__(self, folder: Path, **config: str) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.processes: list[subprocess.Popen] = []
        self.start("scheduler", "--port", "0", **config)
        self.address = json.loads(self._written().read_text())["address"]

    def start(self, what: str, *options: str, **environment: str) -> subprocess.Popen:
        with (self.folder / f"{what}.log").open("ab") as log:
            process = subprocess.Popen(
                [*DASK, what, "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file",
                 str(self.file), *options],
                cwd=self.folder, env=os.environ | environment, stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self, *options: str, threads: int = 1, **environment: str) -> subprocess.Popen:
        return self.start(
            "worker", "--no-nanny", "--nthreads", str(threads), *options, **environment
        )

    def workers(self, count: int, *options: str) -> list[subprocess.Popen]:
        """So many more, that the scheduler knows of."""
        log = self.folder / "worker.log"
        known = log.read_text().count(REGISTERED) if log.exists() else 0
        found = [self.worker(*options) for _ in range(count)]
        self.wait(lambda: log.read_text().count(REGISTERED) >= known + count)
        return found

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def _written(self) -> Path:
        self.wait(lambda: self.file.exists() and self.file.read_text().endswith("}"))
        return self.file

    def wait(self, true) -> None:
        until = time.monotonic() + 60
        while not true():
            assert time.monotonic() < until, list(self.folder.glob("*.log"))
            time.sleep(0.05)


@pytest.fixture
def clusters(tmp_path):
    """Starts clusters, and ends them."""
    started = []

    def start(**config: str) -> Cluster:
        folder = tmp_path / "cluster"
        folder.mkdir()
        started.append(Cluster(folder, **config))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A shot, and its prints as they are made here: `in.*.exr`, `here.*.exr`."""
    folder = tmp_path_factory.mktemp("shot")
    for frame in FRAMES:
        save_picture(folder / f"in.{frame:04d}.exr", np.full((36, 64, 3), 0.02 * frame))
    assert run(folder, "render", "in.#.exr", "here.#.exr").code == 0
    return folder


@pytest.fixture
def shot(whole, tmp_path):
    """The shot in a folder of the test's own."""
    folder = tmp_path / "shot"
    folder.mkdir()
    for path in whole.glob("in.*.exr"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def assert_whole(folder: Path, whole: Path, frames=FRAMES) -> None:
    """Exactly these frames, bit for bit those made here, and nothing half made beside them."""
    made = {path.name: path.read_bytes() for path in folder.glob("out.*")}
    assert set(made) == {f"out.{frame:04d}.exr" for frame in frames}
    for name, content in made.items():
        assert content == (whole / name.replace("out", "here")).read_bytes(), name


@pytest.mark.slow
def test_a_cluster_of_its_own_makes_the_same_pictures(shot, whole):
    done = run(shot, "render", "in.#.exr", "out.#.exr", "--scheduler", "local", "--log", "f.jsonl")
    assert done.code == 0, done.stderr
    assert sorted(done.stdout.split()) == [f"out.{frame:04d}.exr" for frame in FRAMES]
    assert "8 of 8 frames are done" in done.stderr
    assert_whole(shot, whole)
    told = [json.loads(line) for line in (shot / "f.jsonl").read_text().splitlines()]
    assert sorted(one["frame"] for one in told) == list(FRAMES)
    assert all(one["ok"] and not one["skipped"] and one["seconds"] > 0 for one in told)
    # What the client did not make it knows to be right, too.
    again = run(shot, "render", "in.#.exr", "out.#.exr", "--skip-existing")
    assert again.stderr.count("left as it is") == len(FRAMES)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_worker_costs_its_frame_only(shot, whole, clusters, tmp_path, when):
    """Killed before a frame is written, or after it and before anybody knows."""
    cluster = clusters()
    preload, marker = tmp_path / "lost.py", tmp_path / "lost"
    preload.write_text(AT_FRAME_10.format(when=when, once=True, marker=str(marker)))
    workers = cluster.workers(2, "--preload", str(preload))
    done = run(shot, "render", "in.#.exr", "out.#.exr", "--scheduler", cluster.address)
    assert done.code == 0, done.stderr
    assert marker.exists()
    assert [worker.poll() for worker in workers].count(-9) == 1
    assert_whole(shot, whole)
    assert ("frame 10: left as it is" in done.stderr) == (when == "after")


@pytest.mark.slow
def test_a_frame_that_takes_its_workers_along_fails_alone(shot, whole, clusters, tmp_path):
    cluster = clusters(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    preload = tmp_path / "poison.py"
    preload.write_text(AT_FRAME_10.format(when="before", once=False, marker=""))
    workers = cluster.workers(3, "--preload", str(preload))
    done = run(shot, "render", "in.#.exr", "out.#.exr", "--scheduler", cluster.address)
    assert done.code == 1, done.stderr
    assert [worker.poll() for worker in workers].count(-9) == 2
    (line,) = [line for line in done.stderr.splitlines() if "was lost" in line]
    assert line.startswith("spectral-film: frame 10: every worker that tried it was lost")
    assert "7 of 8 frames are done, without 10" in done.stderr
    assert_whole(shot, whole, [frame for frame in FRAMES if frame != 10])


@pytest.mark.slow
def test_a_frame_that_cannot_be_read_fails_alone(shot, whole, clusters):
    """On a worker of three threads, which share its device."""
    cluster = clusters()
    cluster.worker(threads=3)
    (shot / "in.0009.exr").write_bytes(b"no picture")
    done = run(shot, "render", "in.#.exr", "out.#.exr", "--scheduler", cluster.address)
    assert done.code == 1, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "in.0009.exr" in line]
    assert "is no picture that can be read" in line
    assert "(on tcp://127.0.0.1:" in line
    assert_whole(shot, whole, [frame for frame in FRAMES if frame != 9])


@pytest.mark.slow
def test_what_a_worker_cannot_open_fails_its_frames(shot, clusters):
    """A pack that is damaged: the client does not look into it."""
    cluster = clusters()
    cluster.workers(1)
    (shot / "pack").mkdir()
    done = run(shot, "bake", "play", "pack", "in.#.exr", "out.#.exr", "--scheduler",
               cluster.address)  # fmt: skip
    assert done.code == 1
    lines = [line for line in done.stderr.splitlines() if "holds no pack.json" in line]
    assert len(lines) == len(FRAMES)
    assert all(f"{shot / 'pack'}: holds no" in line for line in lines)


@pytest.mark.slow
def test_a_worker_of_another_version_is_refused(shot, clusters, tmp_path):
    cluster = clusters()
    about = tmp_path / "older" / "spectral_film-0.0.7.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: spectral-film\nVersion: 0.0.7\n")
    path = os.pathsep.join([str(about.parent), os.environ.get("PYTHONPATH", "")])
    cluster.worker(PYTHONPATH=path)
    log = cluster.folder / "worker.log"
    cluster.wait(lambda: REGISTERED in log.read_text())
    done = run(shot, "render", "in.#.exr", "out.#.exr", "--scheduler", cluster.address)
    assert done.code == 3
    (complaint,) = done.complaints
    assert "runs spectral-film 0.0.7, and this is" in complaint
    assert not list(shot.glob("out*"))


@pytest.mark.slow
def test_a_worker_without_a_device_costs_nothing(shot, whole, clusters, tmp_path):
    cluster = clusters()
    preload = tmp_path / "no_device.py"
    preload.write_text(NO_DEVICE)
    cluster.workers(1, "--preload", str(preload))
    cluster.workers(1)
    words = ("render", "in.#.exr", "out.#.exr", "--scheduler", cluster.address)
    done = run(shot, *words)
    assert done.code == 0, done.stderr
    assert_whole(shot, whole)


@pytest.mark.slow
def test_without_a_device_or_a_scheduler_it_ends(shot, clusters):
    cluster = clusters()
    cluster.workers(2)
    words = ("render", "in.#.exr", "out.#.exr", "--scheduler", cluster.address)
    done = run(shot, *words, "--device", "abacus")
    assert done.code == 3
    assert "no worker can make a frame" in done.complaints[0]
    assert "abacus" in done.complaints[0]
    done = run(shot, *words, "--crop", "0,0,99,99")
    assert done.code == 2
    assert "does not lie within" in done.complaints[0]
    cluster.stop()
    start = time.monotonic()
    done = run(shot, *words)
    assert done.code == 3
    assert "no scheduler answers" in done.complaints[0]
    assert time.monotonic() - start < 30
    assert not list(shot.glob("out*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("in.#.exr", "out.#.exr", "--scheduler", "here"), "expected tcp://HOST:PORT or local"),
        (("in.#.exr", "out.#.exr", "--scheduler", "udp://a:1"), "expected tcp://HOST:PORT"),
        (("in.0008.exr", "out.exr", "--scheduler", "local"), "--scheduler and --failed-later are"),
        (("in.0008.exr", "out.exr", "--failed-later"), "--scheduler and --failed-later are"),
    ],
)
def test_senseless_schedulers_are_one_sentence(shot, words, said):
    done = run(shot, "render", *words)
    assert done.code == 2
    (complaint,) = done.complaints
    assert said in complaint
    assert not list(shot.glob("out*"))


def test_without_the_extra_it_says_what_to_install(command, shot, monkeypatch):
    monkeypatch.setitem(sys.modules, "dask", None)
    monkeypatch.delitem(sys.modules, "spectral_film.shot.cluster", raising=False)
    done = command("render", shot / "in.#.exr", "out.#.exr", "--scheduler", "local")
    assert done.code == 2
    assert "pip install 'spectral-film[cluster]'" in done.complaints[0]


@pytest.mark.parametrize("words", [("render",), ("bake", "play", "pack")])
def test_what_is_sent_is_found_from_another_folder(shot, tmp_path, monkeypatch, words):
    """A worker's folder is not the client's: what opens the stations names files in full."""
    monkeypatch.chdir(shot)
    (shot / "pack").mkdir()
    planned = []
    monkeypatch.setattr(cli.app.info, "result_callback", lambda made, **_: planned.append(made))
    cli.app([*words, "in.#.exr", "out.#.exr"], standalone_mode=False)
    (one,) = planned
    away = pickle.dumps(one.pictures.from_anywhere())
    monkeypatch.chdir(tmp_path)
    away = pickle.loads(away)
    assert pickle.loads(pickle.dumps(one.open_stations)).func is one.open_stations.func
    assert away.source(9) == shot / "in.0009.exr"
    assert away.target(9) == shot / "out.0009.exr"
    if "pack" in words:
        assert one.open_stations.keywords["pack"] == shot / "pack"
