"""The command line: parse, call the public API, report. No arithmetic here.

Every import that costs time sits inside the command that needs it: `--help` must be quick.
"""

import signal
import sys
import traceback as tracebacks
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.exceptions import Abort, Exit, TyperException

from bake.commands import app as bake
from spectral_film.app.demo import demo
from spectral_film.app.devices import devices
from spectral_film.app.farm import FARM_CONTEXT, farm
from spectral_film.app.films import films
from spectral_film.app.fit import fit
from spectral_film.app.lab import lab
from spectral_film.app.making import carry_out
from spectral_film.app.metamerism import metamerism
from spectral_film.app.recipe import recipe
from spectral_film.app.render import render
from spectral_film.app.show import show
from spectral_film.app.studio import studio
from spectral_film.app.terminal import complain, speak, warn
from spectral_film.app.wedge import wedge
from spectral_film.errors import SpectralFilmError
from spectral_film.version import made_by

app = typer.Typer(
    name="spectral-film",
    help="Physically based, spectral emulation of photographic film.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    result_callback=carry_out,
)

# These are of the whole program, and may stand anywhere among the arguments of a command.
SHOW_TRACEBACK, QUIET, LOG = "--traceback", "--quiet", "--log"
INTERRUPTED = 130  # what typer makes of Ctrl-C, as shells do


def main() -> None:
    """Entry point: one sentence on stderr and an exit code for whatever goes wrong."""
    # A farm that stops a job is answered as Ctrl-C is: the temporary file goes away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments, given = _anywhere(sys.argv[1:])
    speak(quiet=QUIET in given, log=None)
    try:
        speak(quiet=QUIET in given, log=given.get(LOG))
        code = app(arguments, standalone_mode=False)
    except Exit as stop:
        code = stop.exit_code
    except (Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except (SpectralFilmError, TyperException, OSError, MemoryError) as error:
        if SHOW_TRACEBACK in given:
            tracebacks.print_exc()
        code = getattr(error, "exit_code", 2)
        if sentence := _sentence(error):
            complain(sentence, code)
    if code == INTERRUPTED:
        warn("interrupted; no half file is left", "interrupted")
    sys.exit(code)


def _anywhere(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """The arguments of a command, and what is meant for all of them."""
    rest, given = [], {}
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name == LOG:
            given[LOG] = value if equals else next(words, "")
        elif word in (SHOW_TRACEBACK, QUIET):
            given[word] = ""
        else:
            rest.append(word)
    return rest, given


def _sentence(error: Exception) -> str:
    """What to tell the user; nothing where the help was shown in place of a command."""
    if isinstance(error, TyperException):
        return error.format_message()
    if isinstance(error, MemoryError):
        return f"not enough memory ({error}); render a smaller picture"
    if isinstance(error, OSError) and not isinstance(error, SpectralFilmError):
        return f"{error.filename or 'a file'}: {error.strerror}; check the name and the disk"
    return str(error)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(made_by())
        raise Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which this is.")
    ] = False,
    quiet: Annotated[bool, typer.Option(QUIET, help="Say nothing but errors and results.")] = False,
    log: Annotated[
        str | None,
        typer.Option(
            metavar="json|openjd|FILE",
            help="Say it on stderr as JSON, an object a line, or as a farm reads it; or keep one "
            "of each frame in FILE.",
        ),
    ] = None,
    traceback: Annotated[
        bool, typer.Option(SHOW_TRACEBACK, help="Show where an error came from.")
    ] = False,
) -> None:
    # The first has answered by now; `main` took the others.
    del version, quiet, log, traceback


COMMANDS: dict[str, tuple[Callable[..., Any], ...]] = {
    "Render": (render, wedge, recipe, farm),
    "Look and learn": (studio, demo, show, films, devices),
    "Measure": (fit, lab, metamerism),
}
CONTEXTS: dict[object, dict[str, bool]] = {farm: FARM_CONTEXT}
for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel, context_settings=CONTEXTS.get(command))(command)
app.add_typer(bake, name="bake", rich_help_panel="Bake")
