"""Shots from outside: `render` of numbered files, what is left, what fails, what is told."""

import json

import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture

QUICK = ("--gate", "2x1", "--halation", "off", "--scatter", "off", "--adjacency", "off")


def pixels(path):
    return OpenImageIO.ImageBuf(str(path)).get_pixels(OpenImageIO.FLOAT)


@pytest.fixture
def shot(tmp_path):
    """Frames 8 to 11, each lighter than the last."""
    for frame in range(8, 12):
        save_picture(tmp_path / f"in.{frame:04d}.exr", np.full((8, 12, 3), 0.02 * frame))
    return "in.####.exr"


def render(command, *words):
    return command("render", *words, *QUICK)


def test_a_shot_is_its_pictures_one_by_one(command, tmp_path, shot):
    done = render(command, shot, "out.%04d.exr", "--bits", 32)
    assert done.code == 0, done.stderr
    assert done.stdout.split() == [f"out.{frame:04d}.exr" for frame in range(8, 12)]
    assert "4 of 4 frames are done" in done.stderr
    for frame in range(8, 12):
        alone = render(command, f"in.{frame:04d}.exr", "one.exr", "--bits", 32, "--overwrite")
        assert alone.code == 0
        np.testing.assert_array_equal(pixels(tmp_path / f"out.{frame:04d}.exr"),
                                      pixels(tmp_path / "one.exr"))  # fmt: skip


def test_grain_takes_the_number_of_the_frame(command, tmp_path):
    save_picture(tmp_path / "still.exr", np.full((8, 12, 3), 0.18))
    assert render(command, "still.exr", "out.#.exr", "--frames", "1-2", "--bits", 32).code == 0
    one, two = (pixels(tmp_path / f"out.000{frame}.exr") for frame in (1, 2))
    assert np.abs(one - two).max() > 1e-3
    held = render(command, "still.exr", "held.#.exr", "--frames", "1-2", "--frame", 7,
                  "--bits", 32)  # fmt: skip
    assert held.code == 0
    one, two = (pixels(tmp_path / f"held.000{frame}.exr") for frame in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_frames_are_chosen_and_told(command, tmp_path, shot):
    done = render(command, shot, "out.@@@@.exr", "--frames", "11-8x3", "--log", "frames.jsonl")
    assert done.code == 0
    assert done.stdout.split() == ["out.0011.exr", "out.0008.exr"]
    told = [json.loads(line) for line in (tmp_path / "frames.jsonl").read_text().splitlines()]
    assert [one["frame"] for one in told] == [11, 8]
    for one in told:
        assert one["ok"] is True
        assert one["error"] is None
        assert one["seconds"] > 0
        assert one["output"] == f"out.{one['frame']:04d}.exr"
    # Another run is told behind it.
    render(command, shot, "more.#.exr", "--frames", "9", "--log=frames.jsonl")
    assert len((tmp_path / "frames.jsonl").read_text().splitlines()) == 3


def test_a_frame_that_cannot_be_read_is_named_and_the_rest_is_done(command, tmp_path, shot):
    (tmp_path / "in.0009.exr").write_bytes(b"no picture")
    done = render(command, shot, "out.#.exr", "--log", "frames.jsonl")
    assert done.code == 1
    assert done.stdout.split() == [f"out.{frame:04d}.exr" for frame in (8, 10, 11)]
    assert "frame 9: in.0009.exr" in done.stderr
    assert "3 of 4 frames are done" in done.stderr
    told = [json.loads(line) for line in (tmp_path / "frames.jsonl").read_text().splitlines()]
    assert [one["ok"] for one in told] == [True, False, True, True]
    assert "in.0009.exr" in told[1]["error"]
    assert sorted(path.name for path in tmp_path.glob("*out*")) == done.stdout.split()


def test_a_second_run_does_what_is_left(command, tmp_path, shot):
    first = render(command, shot, "out.#.exr", "--frames", "8,10")
    assert first.code == 0
    refused = render(command, shot, "out.#.exr")
    assert refused.code == 2
    assert "frames 8,10 exist" in refused.complaints[0]
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in first.stdout.split()}
    rest = render(command, shot, "out.#.exr", "--skip-existing")
    assert rest.code == 0
    assert rest.stderr.count("left as it is") == 2
    for name, time in before.items():
        assert (tmp_path / name).stat().st_mtime_ns == time


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--exposure", "1"), "exposure was 0, not 1"),
        (("--grain", "off"), "grain was on, not off"),
        (("--bits", "32"), "bits was 16, not 32"),
        (("--print", "none"), "print_film was"),
        (("--input-space", "ACEScg"), "the input was read otherwise (input space: Linear Rec.709"),
        (("--seed", "1"), "seed was 0, not 1"),
    ],
)
def test_frames_of_other_settings_are_not_trusted(command, tmp_path, shot, options, told):
    assert render(command, shot, "out.#.exr", "--frames", "8").code == 0
    before = (tmp_path / "out.0008.exr").read_bytes()
    done = render(command, shot, "out.#.exr", "--skip-existing", *options)
    assert done.code == 1
    assert told in done.stderr
    assert "--overwrite makes it anew" in done.stderr
    assert (tmp_path / "out.0008.exr").read_bytes() == before
    assert len(done.stdout.split()) == 3
    anew = render(command, shot, "out.#.exr", "--skip-existing", "--overwrite", *options)
    assert anew.code == 0
    assert anew.stderr.count("left as it is") == 3
    assert (tmp_path / "out.0008.exr").read_bytes() != before


def test_a_frame_of_another_picture_is_not_trusted(command, tmp_path, shot):
    assert render(command, shot, "out.#.exr").code == 0
    save_picture(tmp_path / "in.0010.exr", np.full((8, 12, 3), 0.5))
    done = render(command, shot, "out.#.exr", "--skip-existing")
    assert done.code == 1
    (line,) = [s for s in done.stderr.splitlines() if "made otherwise" in s]
    assert "frame 10" in line
    assert "input_sha256 was" in line


def test_a_light_is_what_its_file_holds_wherever_it_lies(command, tmp_path, shot):
    lamp = tmp_path / "lamp.csv"
    lamp.write_text("400,0.2\n500,0.6\n600,1.0\n700,1.3\n")
    words = (shot, "out.#.exr", "--frames", "8", "--skip-existing", "--illuminant")
    assert render(command, *words, "lamp.csv").code == 0
    (tmp_path / "lamps").mkdir()
    moved = lamp.rename(tmp_path / "lamps/lamp.csv")
    assert "left as it is" in render(command, *words, moved).stderr
    moved.write_text("400,1\n700,1\n")
    done = render(command, *words, "lamps/lamp.csv")
    assert done.code == 1
    assert "illuminant was lamp.csv (sha256" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("in.#.exr", "out.exr"), "give the number a place in it"),
        (("in.#.exr", "out.#.exr", "--frames", "7-9"), "frames 7 are missing, 8-11 are there"),
        (("in.#.exr", "out.#.exr", "--frames", "x"), "--frames is 'x'"),
        (("no.#.exr", "out.#.exr"), "no file of that name and number"),
        (("in.#.exr", "in.#.exr"), "is an input itself"),
        (("in.#.exr", "link.#.exr", "--overwrite"), "frame 9 is an input itself"),
        (("in.#.exr", "out.#.exr", "--crop", "0,0,99,99"), "does not lie within"),
        (("in.#.exr", "out.#.exr", "--input-view", "film"), "no such view"),
        (("in.#.exr", "out.#.exr", "--log", "in.0008.exr"), "holds no lines of JSON"),
        (("in.0008.exr", "out.#.exr"), "say by --frames"),
        (("in.0008.exr", "out.exr", "--frames", "1"), "is one picture"),
        (("in.0008.exr", "out.exr", "--skip-existing"), "is one picture"),
        (("in.#.exr", "out.#.%04d.exr"), "two places for one number"),
        (("in.#.exr", "out.#.gif"), "cannot write .gif"),
        (("in.#.exr", "no/out.#.exr"), "there is no folder"),
        (("in.#.exr", "out.#.exr", "--log", "no/log.jsonl"), "cannot be written"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_is_done(
    command, tmp_path, shot, words, said
):
    (tmp_path / "link.0009.exr").symlink_to(tmp_path / "in.0010.exr")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = command("render", *words)
    assert done.code == 2
    (complaint,) = done.complaints
    assert said in complaint
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
