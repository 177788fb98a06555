"""A shot as a job of Open Job Description, which AWS Deadline Cloud and others run.

    Frames   the command on chunks of the frames; one that fails is told, and left to the next step
    Whole    after all chunks: the command on all frames, which leaves those that are right

Some who run such jobs, as `openjd run`, stop at the first task that fails. So a frame that cannot
be made fails no chunk: what is missing is made by the last step, or that fails and names it.

The form is https://github.com/OpenJobDescription/openjd-specifications, 2023-09 with TASK_CHUNKING.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from spectral_film.errors import UsageError
from spectral_film.shot.numbering import written

FRAMES_PER_TASK = 24  # one start of the program: two seconds, beside a third of one for a 2K frame
GRACE_SECONDS = 30  # of a task that is cancelled: the frame in hand is dropped at once
LONGEST_NAME, LONGEST_FRAMES = 64, 1024  # characters


@dataclass(frozen=True)
class Place:
    """A file or a folder of the command line, which has another name on the farm's machines.

    Attributes:
        parameter: What the job calls it.
        path: Where it is here; absolute, without `..`.
        flow: Whether the job reads it or writes it.
        name: What lies in that folder; none: the path is itself the file.
    """

    parameter: str
    path: Path
    flow: Literal["IN", "OUT"] = "IN"
    name: str = ""

    @property
    def word(self) -> str:
        """As it stands among the arguments."""
        return f"{{{{Param.{self.parameter}}}}}" + (f"/{self.name}" if self.name else "")

    def lies_in(self, folder: Path) -> bool:
        """Whether a job in that folder may say where it is: it may name nothing outside."""
        return self.path.is_relative_to(folder)

    def definition(self, folder: Path) -> dict[str, Any]:
        """As a job in that folder declares it."""
        declared = {
            "name": self.parameter,
            "type": "PATH",
            "objectType": "DIRECTORY" if self.name or self.path.is_dir() else "FILE",
            "dataFlow": self.flow,
        }
        if self.lies_in(folder):
            declared["default"] = self.path.relative_to(folder).as_posix()
        return declared


def job_template(
    name: str, words: Sequence[str | Place], frames: Sequence[int], folder: Path
) -> str:
    """The template, YAML.

    Args:
        name: Of the job.
        words: The command line behind `spectral-film`, but for its frames.
        frames: Which.
        folder: Where it will lie; as the places are told.

    Raises:
        UsageError: a word holds what stands for a parameter, or the frames are too scattered.
    """
    of_all = written(frames).replace("x", ":")
    if len(of_all) > LONGEST_FRAMES:
        raise UsageError(
            f"a job names its frames in {LONGEST_FRAMES} characters, and {len(frames)} so "
            f"scattered take {len(of_all)}; give fewer by --frames"
        )
    for word in words:
        told = word if isinstance(word, str) else f"{word.path}/{word.name}"
        if "{{" in told:
            raise UsageError(f"{told}: a job takes {{{{ for one of its parameters; rename it")
    command = [word if isinstance(word, str) else word.word for word in words]
    places = [word.definition(folder) for word in words if isinstance(word, Place)]
    template = {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": name[:LONGEST_NAME],
        "parameterDefinitions": [
            *places,
            {
                "name": "Frames",
                "type": "STRING",
                "default": of_all,
                "description": "Such as 1001-1100 or 1-20:5,30.",
            },
            {
                "name": "FramesPerTask",
                "type": "INT",
                "minValue": 1,
                "default": FRAMES_PER_TASK,
                "description": "A task starts the program once; a machine takes one at a time.",
            },
        ],
        "steps": [
            {
                "name": "Frames",
                "parameterSpace": {
                    "taskParameterDefinitions": [
                        {
                            "name": "Frame",
                            "type": "CHUNK[INT]",
                            "range": "{{Param.Frames}}",
                            "chunks": {
                                "defaultTaskCount": "{{Param.FramesPerTask}}",
                                "rangeConstraint": "NONCONTIGUOUS",
                            },
                        }
                    ]
                },
                "script": _script([*command, "--frames", "{{Task.Param.Frame}}", "--failed-later"]),
            },
            {
                "name": "Whole",
                "dependencies": [{"dependsOn": "Frames"}],
                "script": _script([*command, "--frames", "{{Param.Frames}}"]),
            },
        ],
    }
    return yaml.safe_dump(template, sort_keys=False, allow_unicode=True, width=100)


def _script(words: list[str]) -> dict[str, Any]:
    return {
        "actions": {
            "onRun": {
                "command": "spectral-film",
                # A task that is made again leaves what is right.
                "args": [*words, "--skip-existing", "--log", "openjd"],
                "cancelation": {
                    "mode": "NOTIFY_THEN_TERMINATE",
                    "notifyPeriodInSeconds": GRACE_SECONDS,
                },
            }
        }
    }
