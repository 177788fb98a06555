"""Killed anywhere, nothing lost: no half file under a final name, and a second run does the rest.

    KILLS=200 python -m pytest tests/unit/test_killed.py

kills as often as that; without it, as often as CI has time for.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import save_picture

from spectral_film.unfinished import unfinished

KILLS = int(os.environ.get("KILLS", "24"))
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork"),
    pytest.mark.slow,
]


class Killer:
    """Commands that are killed after a while, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.program = subprocess.Popen(
            [sys.executable, str(Path(__file__).parents[1] / "killing.py")],
            cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *argv: object, after: float = 1e9, by: int = signal.SIGKILL) -> int:
        """How it ended, as `os.waitpid` has it."""
        asked = {"argv": list(map(str, argv)), "after": after, "signal": int(by)}
        self.program.stdin.write(json.dumps(asked) + "\n")
        self.program.stdin.flush()
        return json.loads(self.program.stdout.readline())["status"]


@pytest.fixture
def killer(tmp_path):
    one = Killer(tmp_path)
    yield one
    one.program.stdin.close()
    one.program.stdout.close()
    one.program.wait()


def files_of(folder: Path, pattern: str) -> dict[str, bytes]:
    """What is there under final names, also within folders."""
    found = [one for path in folder.glob(pattern) for one in (path, *path.rglob("*"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.is_file()}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def killed_at_random(killer, folder, command, kept, share, again=(), *, all_or_none=False):
    """Kill a command again and again; what is there under final names is whole, always.

    Args:
        command: What is run; into `whole*` first, undisturbed, then into `cut*`.
        kept: Patterns of the files it makes, with `{}` for whole or cut.
        share: Of all the kills.
        again: Options of a second run.
        all_or_none: Whether there are files of all patterns, or of none.
    """
    start = time.monotonic()
    assert killer.run(*[word.format("whole") for word in command]) == 0
    seconds = time.monotonic() - start
    whole = {}
    for pattern in kept:
        whole |= files_of(folder, pattern.format("whole"))
    chance = random.Random(5207)
    ends = set()
    for _ in range(max(1, round(KILLS * share))):
        words = [word.format("cut") for word in command]
        # The first run of a machine compiles its kernels; the others are quicker.
        ended = killer.run(
            *words, *again, after=chance.uniform(0, seconds), by=chance.choice(SIGNALS)
        )
        ends.add(os.WIFSIGNALED(ended) or os.WEXITSTATUS(ended) == 130)
        for pattern in kept:
            for name, content in files_of(folder, pattern.format("cut")).items():
                assert content == whole[name.replace("cut", "whole")], name
        if all_or_none:
            there = [bool(files_of(folder, pattern.format("cut"))) for pattern in kept]
            assert all(there) or not any(there)
        if chance.random() < 0.3:  # begin anew, or all would be done before long
            for pattern in kept:
                for path in folder.glob(pattern.format("cut")):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert True in ends  # some were killed
    assert killer.run(*[word.format("cut") for word in command], *again) == 0
    made: dict[str, bytes] = {}
    for pattern in kept:
        made |= files_of(folder, pattern.format("cut"))
    assert {name.replace("cut", "whole"): content for name, content in made.items()} == whole
    assert not [name for name in hidden(folder) if "cut" in name]


def test_a_shot(killer, tmp_path):
    for frame in range(1, 9):
        save_picture(tmp_path / f"in.{frame:04d}.exr", np.full((90, 160, 3), 0.05 * frame))
    command = ("render", "in.#.exr", "{}.#.exr", "--grain", "off")
    killed_at_random(killer, tmp_path, command, ["{}.*.exr"], 0.45, ("--skip-existing",))


def test_a_table(killer, tmp_path):
    command = ("bake", "lut", "-o", "{}.cube", "--size", "9")
    killed_at_random(killer, tmp_path, command, ["{}.cube"], 0.15, ("--overwrite",))


def test_a_drawing(killer, tmp_path):
    command = ("show", "2383", "-o", "{}.svg")
    killed_at_random(killer, tmp_path, command, ["{}.svg"], 0.15, ("--overwrite",))


PACK = ("bake", "pack", "--grain", "off", "--widths", "256", "--size", "9", "-o")


def test_a_pack_and_what_is_played_by_it(killer, tmp_path):
    killed_at_random(killer, tmp_path, (*PACK, "{}-pack"), ["{}-pack"], 0.05, ("--overwrite",))
    for frame in range(1, 5):
        save_picture(tmp_path / f"in.{frame:04d}.exr", np.full((540, 1024, 3), 0.05 * frame))
    command = ("bake", "play", "whole-pack", "in.#.exr", "{}.#.exr", "--input-space", "ACEScg")
    killed_at_random(killer, tmp_path, command, ["{}.*.exr"], 0.15, ("--skip-existing",))


def test_a_page_of_the_lab_and_its_numbers(killer, tmp_path):
    killed_at_random(
        killer, tmp_path, ("lab", "2383", "-o", "{}.html"), ["{}.html", "{}.json"], 0.05,
        ("--overwrite",), all_or_none=True,
    )  # fmt: skip


def test_only_what_nobody_makes_any_more_is_swept(tmp_path):
    target = tmp_path / "print.0001.exr"
    mine = unfinished(target)
    mine.touch()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = mine.with_name(mine.name.replace(f"-{os.getpid()}-", f"-{ended.pid}-"))
    elsewhere = left.with_name(left.name.replace(left.name.split("-")[1], "00000000"))
    other = left.with_name(left.name.replace("print.0001", "print.0002"))
    own = left.with_name(".print.0001-notes.exr")
    folder = left.with_name(left.name + "-old")
    for path in (left, elsewhere, other, own, target):
        path.touch()
    (folder / "luts").mkdir(parents=True)
    again = unfinished(target)
    assert again != mine
    assert sorted(tmp_path.iterdir()) == sorted([mine, elsewhere, other, own, target])


def test_what_was_moved_aside_comes_back(tmp_path):
    """A pack whose maker was killed after the old one had gone and before the new one came."""
    target = tmp_path / "pack"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    partial = unfinished(target)
    old = partial.with_name(partial.name.replace(f"-{os.getpid()}-", f"-{ended.pid}-") + "-old")
    (old / "luts").mkdir(parents=True)
    unfinished(target)
    assert (target / "luts").is_dir()
    assert list(tmp_path.iterdir()) == [target]
