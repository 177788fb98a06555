"""Runs commands in processes of their own and kills them; a program, driven line by line.

A line of JSON on stdin, `{"argv": [...], "after": seconds, "signal": number}`, is a run; the line
that comes back is how it ended, `{"status": ...}`, as `os.waitpid` has it. What a command imports
is loaded once, and each run is forked from there, before any device is opened: a kill lands in the
work and not in the start of Python.
"""

import contextlib
import json
import os
import sys
import time

import matplotlib.backends.backend_svg  # noqa: F401

import spectral_film.app.main
import spectral_film.files.pictures
import spectral_film.lab.session
import spectral_film.path.rendering
import spectral_film.shot.conveyor
from bake import assembly, stage_tables

# A pack of few colours, baked in half the time: what it is off by is judged elsewhere.
stage_tables.COLOURS_OF_A_KIND, stage_tables.JUDGED_OF_A_KIND = 2000, 500
stage_tables.COLOURS_OF_A_NODE, assembly.ACES_VIEWS = 2, {}
stage_tables.SIZES = {"layer exposure": 33, "printing": 17, "view": 33, "scene": 17}


def run(argv: list[str]) -> None:
    """The command, with what it says thrown away."""
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    sys.argv = ["spectral-film", *argv]
    spectral_film.app.main.main()


def main() -> None:
    """Serve runs until stdin ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        process = os.fork()
        if process == 0:
            code = 70
            try:
                run(asked["argv"])
            except SystemExit as stop:
                code = stop.code or 0
            finally:
                os._exit(code)
        until = time.monotonic() + asked["after"]
        status = None
        while status is None:
            found, ended = os.waitpid(process, os.WNOHANG)
            if found:
                status = ended
            elif time.monotonic() >= until:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, asked["signal"])
                until = float("inf")
            else:
                time.sleep(0.001)
        print(json.dumps({"status": status}), flush=True)


if __name__ == "__main__":
    main()
