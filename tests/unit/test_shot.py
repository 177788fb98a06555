"""Shots: how frames are numbered, carried through their stations, and known again."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import save_picture

from spectral_film.errors import DeviceError, InputError, UsageError
from spectral_film.files.output import write_picture
from spectral_film.shot.conveyor import Stations, convey
from spectral_film.shot.earlier import unlike
from spectral_film.shot.numbering import frame_numbers, frames_of, numbered, written


@pytest.mark.parametrize(
    ("name", "of_7", "told"),
    [
        ("shot.####.exr", "shot.0007.exr", []),
        ("shot.#.exr", "shot.0007.exr", []),
        ("shot.######.exr", "shot.000007.exr", []),
        ("shot.@@@.exr", "shot.007.exr", []),
        ("shot.@.exr", "shot.7.exr", []),
        ("shot.%04d.exr", "shot.0007.exr", []),
        ("shot.%d.exr", "shot.7.exr", []),
        ("shot.$F4.exr", "shot.0007.exr", []),
        ("shot_v012_####.exr", "shot_v012_0007.exr", []),
        ("shot.1-3####.exr", "shot.0007.exr", [1, 2, 3]),
        ("shot.1-9x4@@@@.exr", "shot.0007.exr", [1, 5, 9]),
        ("####.exr", "0007.exr", []),
    ],
)
def test_every_spelling_of_a_number(tmp_path, name, of_7, told):
    files = numbered(tmp_path / name)
    assert files.path(7) == tmp_path / of_7
    assert files.told == told
    (tmp_path / of_7).touch()
    (tmp_path / of_7).with_suffix(".tif").touch()
    assert files.on_disk() == [7]


@pytest.mark.parametrize("folder", ["joe@studio.com", "dir.####", "pr%04d.1-5#", "my [v1] *"])
def test_folders_hold_no_numbers(tmp_path, folder):
    there = tmp_path / folder
    there.mkdir()
    (there / "a [v2].0003.exr").touch()
    files = numbered(there / "a [v2].####.exr")
    assert files.on_disk() == [3]
    assert files.path(3) == there / "a [v2].0003.exr"


def test_a_file_of_that_very_name_is_a_picture(tmp_path):
    for name in ("take#.exr", "shot.####.exr"):
        (tmp_path / name).touch()
        assert numbered(tmp_path / name) is None
    assert numbered(tmp_path / "photo@2x.exr") is None
    with pytest.raises(UsageError, match="stands before the suffix"):
        numbered(tmp_path / "####_v2.exr")


@pytest.mark.parametrize("name", ["shot.exr", "shot.1001.exr", "####/shot.exr", "shot.100%.exr"])
def test_a_name_without_a_place_is_one_picture(tmp_path, name):
    assert numbered(tmp_path / name) is None


def test_two_places_are_one_too_many():
    with pytest.raises(UsageError, match="two places"):
        numbered(Path("shot.####.%04d.exr"))


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1001-1003", [1001, 1002, 1003]),
        ("1-20x5", [1, 6, 11, 16]),
        ("1,3,7-9", [1, 3, 7, 8, 9]),
        ("1-3 7", [1, 2, 3, 7]),
        ("5-1", [5, 4, 3, 2, 1]),
        ("-2-1", [-2, -1, 0, 1]),
    ],
)
def test_frames_as_they_are_typed(text, frames):
    assert frame_numbers(text) == frames


@pytest.mark.parametrize("text", ["", "a", "1-", "1.5", "1-1000001", "1e3", "1--"])
def test_frames_that_are_none(text):
    with pytest.raises(UsageError, match="expected 1 to 1000000 whole numbers"):
        frame_numbers(text)


def test_missing_frames_are_named_before_anything_is_done(tmp_path):
    for frame in (1, 2, 4, 9):
        (tmp_path / f"a.{frame:04d}.exr").touch()
    files = numbered(tmp_path / "a.####.exr")
    assert frames_of(files, None) == [1, 2, 4, 9]
    assert frames_of(files, "4,1") == [4, 1]
    with pytest.raises(InputError, match=r"frames 3,5-8 are missing, 1-2,4,9 are there"):
        frames_of(files, "1-9")
    with pytest.raises(InputError, match="no file of that name"):
        frames_of(numbered(tmp_path / "b.####.exr"), None)
    assert written([3, 1, 2, 9]) == "1-3,9"


def test_stations_work_at_the_same_time_and_hold_one_frame_each():
    """While a frame is made, the next is read and the last is written; never more."""
    inside, most, lock = set(), set(), threading.Lock()
    together: list[set] = []

    def station(name, seconds):
        def work(frame, *_):
            with lock:
                inside.add((name, frame))
                together.append(set(inside))
                most.add(len({f for _, f in inside}))
            time.sleep(seconds)
            with lock:
                inside.discard((name, frame))
            return () if name == "write" else frame

        return work

    stations = Stations(
        read=station("read", 0.02), make=station("make", 0.05), write=station("write", 0.02)
    )
    start = time.monotonic()
    outcomes = list(convey(range(8), stations))
    seconds = time.monotonic() - start
    assert [one.frame for one in outcomes] == list(range(8))
    assert all(one.error is None and not one.skipped for one in outcomes)
    # One after the other it would be 8 times .09; the slowest station alone is 8 times .05.
    assert seconds < 8 * 0.07
    for at in together:
        assert len({name for name, _ in at}) == len(at)  # none holds two
    assert max(most) <= 3
    assert max(map(len, together)) >= 2


def test_a_thousand_frames_are_never_in_memory_at_once():
    class Light:
        """What is read and made; it is counted while anybody holds it."""

        alive = most = 0

        def __init__(self):
            Light.alive += 1
            Light.most = max(Light.most, Light.alive)

        def __del__(self):
            Light.alive -= 1

    stations = Stations(
        read=lambda _: Light(), make=lambda *_: Light(), write=lambda *_: time.sleep(0.0005) or ()
    )
    assert sum(1 for _ in convey(range(1000), stations)) == 1000
    # One that is read, one with what is made of it, one that is written.
    assert Light.most <= 4
    assert Light.alive == 0


def test_a_frame_that_fails_leaves_the_others():
    def read(frame):
        if frame == 2:
            raise InputError("cannot be read")
        return frame

    def make(frame, read):
        assert read == frame
        if frame == 4:
            raise MemoryError("of 2 GB")
        return None if frame == 5 else frame

    def write(frame, made):
        if frame == 6:
            raise OSError("the disk is\nfull")
        return (f"wrote {made}",)

    found = {one.frame: one for one in convey([1, 2, 3, 4, 5, 6, 7], Stations(read, make, write))}
    assert list(found) == [1, 2, 3, 4, 5, 6, 7]
    assert {frame: one.error for frame, one in found.items() if one.error} == {
        2: "cannot be read", 4: "not enough memory (of 2 GB)", 6: "the disk is full",
    }  # fmt: skip
    assert found[5].skipped
    assert found[7].notes == ("wrote 7",)


@pytest.mark.parametrize("frames", [[2, 1], [1, 2]])
def test_the_first_or_the_last_frame_fails(frames):
    def read(frame):
        if frame == 2:
            raise InputError("no")
        return frame

    outcomes = list(convey(frames, Stations(read, lambda _, r: r, lambda *_: ())))
    assert [(one.frame, one.error) for one in outcomes] == [
        (frame, "no" if frame == 2 else None) for frame in frames
    ]


def test_what_makes_no_sense_of_the_first_frame_makes_none_of_any():
    def read(frame):
        raise UsageError("no such part")

    with pytest.raises(UsageError, match="no such part"):
        list(convey(range(9), Stations(read, lambda _, r: r, lambda *_: ())))


def test_a_frame_that_was_written_is_told_though_the_next_is_stopped():
    def make(frame, read):
        if frame == 2:
            raise KeyboardInterrupt
        return read

    outcomes = convey(range(9), Stations(lambda frame: frame, make, lambda *_: ()))
    assert [next(outcomes).frame, next(outcomes).frame] == [0, 1]
    with pytest.raises(KeyboardInterrupt):
        next(outcomes)


def test_a_device_that_fails_stops_the_shot():
    made = []

    def make(frame, read):
        made.append(frame)
        raise DeviceError("lost")

    with pytest.raises(DeviceError, match="lost"):
        list(convey(range(100), Stations(lambda frame: frame, make, lambda *_: ())))
    assert made == [0]


def test_a_defect_is_no_failed_frame():
    def make(frame, read):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(convey(range(3), Stations(lambda frame: frame, make, lambda *_: ())))


@pytest.mark.parametrize("suffix", ["exr", "tif", "png", "jpg", "dpx"])
def test_a_picture_is_known_by_what_made_it(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    said = {
        "engine": "spectral-film 0.1.0", "film": "a film (sha256 12)", "exposure": 0.1,
        "halation": True, "printer_points": (25.0, 24.5, 26.0), "seed": 2**40, "input_notes": "",
        "frame": 2000001,
        "device": "here", "outside_gamut": 0.25,
    }  # fmt: skip
    write_picture(path, np.full((3, 8, 12), 0.5, np.float32), metadata=said)
    wanted = {"quantity": "display", **said}
    assert unlike(path, wanted) == []
    # Where it ran and what came out do not matter.
    assert unlike(path, {**wanted, "device": "there", "outside_gamut": 0.0}) == []
    for change, told in (
        ({"exposure": 0.2}, "exposure was 0.1, not 0.2"),
        ({"halation": False}, "halation was"),
        ({"printer_points": (25.0, 25.0, 26.0)}, "printer_points was"),
        ({"film": "another"}, "film was a film (sha256 12), not another"),
        ({"seed": 2**40 + 1}, "seed was"),
        ({"frame": 2000002}, "frame was 2000001, not 2000002"),
        ({"pushed": 1.0}, "it says nothing of pushed"),
    ):
        (found,) = unlike(path, {**wanted, **change})
        assert found.startswith(told)


def test_a_picture_of_somebody_else_is_not_trusted(tmp_path):
    other = save_picture(tmp_path / "other.exr", np.full((4, 4, 3), 0.18))
    assert unlike(other, {"exposure": 0.0}) == ["it does not say how it was made"]
    (tmp_path / "half.exr").write_bytes(b"\x76\x2f\x31\x01")
    assert unlike(tmp_path / "half.exr", {}) == ["it does not say how it was made"]
