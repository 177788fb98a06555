"""`spectral-film farm`: a command line as a job that render farms read."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spectral_film.app.making import Planned
from spectral_film.app.terminal import say
from spectral_film.errors import UsageError

if TYPE_CHECKING:
    from spectral_film.shot.job_template import Place

# What follows the name of the job is another command's.
FARM_CONTEXT = {"allow_interspersed_args": False, "ignore_unknown_options": True}

FARMED = (("render",), ("bake", "play"))
# Arguments that name a file, and what the job calls it.
FOLDERS = {"source": ("InputFolder", "IN"), "target": ("OutputFolder", "OUT")}
FILES = {
    "film": "Film",
    "print_film": "PrintFilm",
    "illuminant": "Illuminant",
    "filter": "Filter",
    "pack": "Pack",
    "recipe_file": "Recipe",
}
OF_THE_JOB = {"frames", "skip_existing"}


def farm(
    context: typer.Context,
    job: Annotated[Path, typer.Argument(metavar="JOB.yaml", help="The job to write.")],
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="COMMAND ...", help="render or bake play of a shot, as it would be typed alone."
        ),
    ],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the job; stands before its name.")
    ] = False,
) -> None:
    """Write a shot as a job of Open Job Description, for AWS Deadline Cloud and others.

    The command is checked as if it were to run here; nothing is made.
    """
    from spectral_film.pages.writing import check_place, write_text
    from spectral_film.shot.job_template import job_template

    check_place(job, suffixes=(".yaml", ".yml"), overwrite=overwrite)
    named = next((names for names in FARMED if tuple(words[: len(names)]) == names), None)
    if named is None:
        raise UsageError(
            f"farm: {words[0]} makes no shot; expected render or bake play, and what follows them"
        )
    command: Any = context.find_root().command
    for name in named:
        command = command.commands[name]
    with command.make_context(named[-1], words[len(named) :], parent=context) as parsed:
        planned = command.invoke(parsed)
        assert isinstance(planned, Planned)
        if not planned.pictures.shot:
            raise UsageError(
                f"{planned.pictures.target(0)}: is one picture, and a farm makes shots, such as "
                "out.####.exr"
            )
        if planned.scheduler is not None or planned.failed_later:
            raise UsageError("farm: --scheduler and --failed-later do not go into a job")
        rebuilt = [*named, *_words(command, parsed)]
    source, target = parsed.params["source"], parsed.params["target"]
    name = f"{Path(source).name} to {Path(target).name}"
    folder = _in_full(job).parent
    write_text(job, job_template(name, rebuilt, planned.pictures.frames, folder))
    places = [word for word in rebuilt if not isinstance(word, str)]
    away = [f"{at.parameter}={at.path}" for at in places if not at.lies_in(folder)]
    if away:
        say(
            "a job may name only what lies in its folder or below; give it as it is submitted "
            + ", ".join(away),
            "parameters",
        )
    typer.echo(job)


def _words(command: Any, parsed: Any) -> "Iterator[str | Place]":
    """The arguments as they were typed, each value a word, and places for what lies on disks."""
    for parameter in command.params:
        if parsed.get_parameter_source(parameter.name).name != "COMMANDLINE":
            continue
        if parameter.name in OF_THE_JOB:
            continue
        value = parsed.params[parameter.name]
        if parameter.param_type_name == "option":
            if parameter.is_flag:
                yield parameter.opts[0] if value else parameter.secondary_opts[0]
                continue
            yield parameter.opts[0]
        yield _place(parameter.name, str(value)) or str(value)


def _place(parameter: str, value: str) -> "Place | None":
    from spectral_film.shot.job_template import Place

    path = _in_full(value)
    if parameter in FOLDERS:
        called, flow = FOLDERS[parameter]
        return Place(called, path.parent, flow, path.name)  # type: ignore[arg-type]
    if parameter in FILES and path.exists() and (path.suffix or parameter == "pack"):
        return Place(FILES[parameter], path)
    return None


def _in_full(path: str | Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # as farms do: without .., links as they are
