"""Jobs for farms: they are valid Open Job Description, and `openjd run` makes the shot."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import save_picture
from openjd.model import (
    IntRangeExpr,
    StepParameterSpaceIterator,
    create_job,
    decode_job_template,
    preprocess_job_parameters,
)

from spectral_film.emulsion.stocks import shipped_films
from spectral_film.shot.numbering import frame_numbers

FRAMES = range(8, 14)


@pytest.fixture
def shot(tmp_path):
    """Frames 8 to 13 of 64 x 36 pixels."""
    for frame in FRAMES:
        save_picture(tmp_path / f"in.{frame:04d}.exr", np.full((36, 64, 3), 0.02 * frame))
    return "in.#.exr"


def job_of(path: Path, **given: str):
    """The job that a farm makes of a template, by the model that farms use."""
    template = decode_job_template(
        template=yaml.safe_load(path.read_text()), supported_extensions=["TASK_CHUNKING"]
    )
    values = preprocess_job_parameters(
        job_template=template,
        job_parameter_values=given,
        job_template_dir=path.parent,
        current_working_dir=path.parent,
    )
    return create_job(job_template=template, job_parameter_values=values), values


def chunks_of(job) -> list[list[int]]:
    tasks = StepParameterSpaceIterator(space=job.steps[0].parameterSpace)
    return [list(IntRangeExpr.from_str(task["Frame"].value)) for task in tasks]


def arguments(path: Path, step: int) -> list[str]:
    return yaml.safe_load(path.read_text())["steps"][step]["script"]["actions"]["onRun"]["args"]


def test_a_job_is_valid_and_is_the_command(command, shot, tmp_path):
    done = command(
        "farm", "job.yaml", "render", shot, "out.%04d.exr", "--exposure=-1", "--fast",
        "--frames", "8-13", "--overwrite",
    )  # fmt: skip
    assert (done.code, done.stdout) == (0, "job.yaml\n"), done.stderr
    job, values = job_of(tmp_path / "job.yaml", FramesPerTask="4")
    assert chunks_of(job) == [[8, 9, 10], [11, 12, 13]]  # of four at most, and alike
    assert values["InputFolder"].value == values["OutputFolder"].value == str(tmp_path)
    assert [step.name for step in job.steps] == ["Frames", "Whole"]
    assert [one.dependsOn for one in job.steps[1].dependencies] == ["Frames"]
    common = [
        "render", "{{Param.InputFolder}}/in.#.exr", "{{Param.OutputFolder}}/out.%04d.exr",
        "--exposure", "-1.0", "--fast", "--overwrite", "--frames",
    ]  # fmt: skip
    again = ["--skip-existing", "--log", "openjd"]
    chunk, whole = (arguments(tmp_path / "job.yaml", step) for step in (0, 1))
    assert chunk == [*common, "{{Task.Param.Frame}}", "--failed-later", *again]
    assert whole == [*common, "{{Param.Frames}}", *again]
    assert sorted(tmp_path.glob("out*")) == []


@pytest.mark.parametrize(
    ("told", "frames"),
    [("8-12x2", [8, 10, 12]), ("9,11-13", [9, 11, 12, 13]), ("13-8x5", [8, 13]), (None, FRAMES)],
)
def test_frames_are_those_of_the_command_whatever_their_steps(
    command, shot, tmp_path, told, frames
):
    asked = () if told is None else ("--frames", told)
    assert command("farm", "job.yaml", "render", shot, "out.#.exr", *asked).code == 0
    for size in (1, 2, 24):
        job, values = job_of(tmp_path / "job.yaml", FramesPerTask=str(size))
        chunks = chunks_of(job)
        assert [frame for chunk in chunks for frame in chunk] == list(frames)
        assert max(map(len, chunks)) <= size
    # What the farm hands on is read as it was meant: steps with a colon, here as there.
    assert sorted(frame_numbers(values["Frames"].value)) == list(frames)


def test_whatever_lies_on_a_disk_is_a_path_that_a_farm_can_map(command, tmp_path, monkeypatch):
    for name in ("plates", "prints", "job"):
        (tmp_path / name).mkdir()
    save_picture(tmp_path / "plates/still.exr", np.full((8, 12, 3), 0.18))
    (tmp_path / "mine.h5").write_bytes(shipped_films()["vision3-250d"].read_bytes())
    (tmp_path / "lamp.csv").write_text("400,0.2\n500,0.6\n600,1.0\n700,1.3\n")
    (tmp_path / "amber.csv").write_text("400,0.1\n500,0.4\n600,0.8\n700,0.9\n")
    words = (
        "render", "plates/still.exr", "prints/out.####.png", "--frames", "1-3", "--film",
        "mine.h5", "--illuminant", "lamp.csv", "--filter", "amber.csv", "--print", "2383",
    )  # fmt: skip
    done = command("farm", "job.yaml", *words)
    assert done.code == 0, done.stderr
    template = yaml.safe_load((tmp_path / "job.yaml").read_text())
    paths = {
        one["name"]: (one["objectType"], one["dataFlow"], one["default"])
        for one in template["parameterDefinitions"] if one["type"] == "PATH"
    }  # fmt: skip
    assert paths == {
        "InputFolder": ("DIRECTORY", "IN", "plates"),
        "OutputFolder": ("DIRECTORY", "OUT", "prints"),
        "Film": ("FILE", "IN", "mine.h5"),
        "Illuminant": ("FILE", "IN", "lamp.csv"),
        "Filter": ("FILE", "IN", "amber.csv"),
    }
    assert "2383" in arguments(tmp_path / "job.yaml", 0)
    job_of(tmp_path / "job.yaml")
    # A job in another folder names no file of this one, and says so.
    done = command("farm", "job/job.yaml", "render", "job/../plates/still.exr", *words[2:])
    assert done.code == 0
    assert f"Film={tmp_path / 'mine.h5'}" in done.stderr
    given = dict(pair.split("=") for pair in re.findall(r"\w+=[^, ]+", done.stderr))
    assert set(given) == set(paths)
    job_of(tmp_path / "job/job.yaml", **given)
    with pytest.raises(ValueError, match="InputFolder"):
        job_of(tmp_path / "job/job.yaml")


def test_a_pack_is_played_by_a_farm_too(command, shot, tmp_path):
    (tmp_path / "pack").mkdir()
    done = command(
        "farm", "job.yaml", "bake", "play", "pack", shot, "out.#.exr", "--grain", "off"
    )  # fmt: skip
    assert done.code == 0, done.stderr
    words = arguments(tmp_path / "job.yaml", 0)
    assert words[:3] == ["bake", "play", "{{Param.Pack}}"]
    assert words[5:7] == ["--grain", "off"]
    job_of(tmp_path / "job.yaml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("job.yaml", "render", "in.#.exr", "out.#.exr", "--no-such"), "--no-such"),
        (("job.yaml", "render", "in.#.exr", "out.#.exr", "--frames", "8-15"), "frames 14-15 are"),
        (("job.yaml", "render", "in.#.exr", "out.#.exr", "--film", "velvia"), "velvia"),
        (("job.yaml", "render", "in.#.exr", "out.#.exr", "--gate", "huge"), "huge"),
        (("job.yaml", "render", "in.#.exr", "out.#.exr", "--scheduler", "local"), "--scheduler"),
        (("job.yaml", "render", "in.#.exr", "no/out.#.exr"), "there is no folder"),
        (("job.yaml", "render", "in.#.exr", "there.#.exr"), "frames 9 exist"),
        (("job.yaml", "render", "in.#.exr", "{{x}}.#.exr"), "takes {{ for one of its parameters"),
        (("job.yaml", "render", "in.0008.exr", "out.exr"), "is one picture"),
        (("job.yaml", "bake", "play", "nopack", "in.#.exr", "out.#.exr"), "no such pack"),
        (("job.yaml", "demo", "out"), "demo makes no shot"),
        (("job.yaml", "bake", "lut"), "bake makes no shot"),
        (("job.json", "render", "in.#.exr", "out.#.exr"), ".yaml"),
        (("old.yaml", "render", "in.#.exr", "out.#.exr"), "old.yaml: exists"),
        (("no/job.yaml", "render", "in.#.exr", "out.#.exr"), "is no place for a file"),
    ],
)
def test_what_would_fail_is_refused_before_a_job_is_written(command, shot, tmp_path, words, said):
    (tmp_path / "there.0009.exr").write_bytes(b"")
    (tmp_path / "old.yaml").write_text("mine")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = command("farm", *words)
    assert done.code == 2
    (complaint,) = done.complaints
    assert said in complaint
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    if words[0] == "old.yaml":
        assert command("farm", "--overwrite", *words).code == 0


def test_frames_too_scattered_for_a_job_are_refused(command, shot, tmp_path, rng):
    frames = ",".join(map(str, sorted(rng.choice(9000, 400, replace=False))))
    done = command("farm", "job.yaml", "render", "in.0008.exr", "out.#.exr", "--frames", frames)
    assert done.code == 2
    assert "in 1024 characters, and 400 so scattered" in done.complaints[0]
    assert not (tmp_path / "job.yaml").exists()


def openjd_run(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """`openjd run job.yaml`, which finds `spectral-film` as this checkout."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "spectral-film"
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c '
        '"from spectral_film.app.main import main; main()" "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, "-m", "openjd", "run", "job.yaml", *words],
        cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")
def test_openjd_makes_the_shot_and_a_failed_frame_stops_no_other(command, shot, tmp_path):
    bad = tmp_path / "in.0009.exr"
    good = bad.read_bytes()
    bad.write_bytes(b"no picture")
    assert command("farm", "job.yaml", "render", shot, "out.#.exr", "--grain", "off").code == 0
    run = openjd_run(tmp_path, "-p", "FramesPerTask=2")
    assert run.returncode == 1, run.stdout + run.stderr
    said = re.sub(r"(?m)^[\d:.]+\t", "", run.stdout).splitlines()
    # Three chunks, the first of which cannot make its second frame, and the step behind them.
    assert said.count("openjd_progress: 50.0") == 3 + 1
    assert said.count("openjd_progress: 100.0") == 3 + 1
    failed = [line for line in said if line.startswith("openjd_status: frame 9: ")]
    assert len(failed) == 2
    assert all(f"{bad}: is no picture" in line for line in failed)
    assert any("5 of 6 frames are done, without 9" in line for line in said)
    there = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("out*")}
    assert sorted(there) == [f"out.{frame:04d}.exr" for frame in FRAMES if frame != 9]
    # Mended and run anew, the same job does what is left.
    bad.write_bytes(good)
    run = openjd_run(tmp_path, "-p", "FramesPerTask=4")
    assert run.returncode == 0, run.stdout + run.stderr
    now = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("out*")}
    assert there.items() <= now.items()
    assert set(now) == {f"out.{frame:04d}.exr" for frame in FRAMES}
    # And made here at once they are the same.
    assert command("render", shot, "here.#.exr", "--grain", "off").code == 0
    for frame in FRAMES:
        made, here = (tmp_path / f"{name}.{frame:04d}.exr" for name in ("out", "here"))
        assert made.read_bytes() == here.read_bytes()
