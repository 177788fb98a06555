"""Files that are being made: hidden beside their target, and swept when their maker is gone.

    print.0001.exr   is   .print.0001-4be0a1c2-1234-9f8e7d6c.exr   until it is whole

The name holds where and by which process it is made. Who is killed cannot clean up; the next one
who makes the same file does, and touches nothing of those who are still at work, here or elsewhere.
"""

import contextlib
import hashlib
import os
import platform
import re
import secrets
import shutil
import tempfile
from functools import cache
from pathlib import Path

from spectral_film.errors import OutputError

LONGEST = 40  # letters of a target's name that are kept: a name has 255 bytes


def unfinished(target: Path) -> Path:
    """A name to make `target` under, beside it, which no one else takes.

    What a process of this machine that is gone has left of the same target goes away.
    """
    _sweep(target)
    name = f".{_stem(target)}-{_here()}-{os.getpid()}-{secrets.token_hex(4)}{target.suffix}"
    return target.with_name(name)


def place_of(target: Path) -> Path:
    """Where something of that name is put: behind its links, which stay links.

    Raises:
        OutputError: nothing can have that name, or it is a ring of links.
    """
    try:
        str(target).encode()
        place = target.resolve()
        why = "its links run in a ring" if place.is_symlink() else ""
        place.is_dir()
    except (OSError, RuntimeError, ValueError) as reason:  # too long; a ring of links; no text
        why = getattr(reason, "strerror", None) or getattr(reason, "reason", None) or str(reason)
    if why:
        raise OutputError(f"{str(target)!r} is no name for a file ({why}); give another")
    return place


def check_folder(target: Path) -> None:
    """Refuse, before any work is done, a file whose folder takes none: rights alone do not tell.

    Raises:
        OutputError: nothing can be written there.
    """
    folder = place_of(target).parent
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as reason:
        raise OutputError(
            f"{target}: nothing can be written in {folder} ({reason.strerror}); choose another "
            "folder"
        ) from None


def _stem(target: Path) -> str:
    return target.stem[:LONGEST]


def _sweep(target: Path) -> None:
    left = re.compile(
        rf"\.{re.escape(_stem(target))}-{_here()}-(\d+)-[0-9a-f]{{8}}{re.escape(target.suffix)}"
        r"(-old|\.zip)?"  # of a pack that was being put in its place
    )
    try:
        there = list(target.parent.iterdir())
    except OSError:  # whoever writes there will say so
        return
    for path in there:
        found = left.fullmatch(path.name)
        if found and not _is_alive(int(found[1])):
            with contextlib.suppress(OSError):  # of somebody else, who may
                if found[2] == "-old" and not target.exists():
                    path.rename(target)  # its maker was killed between two names
                elif path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


@cache
def _here() -> str:
    """This machine, and of it what numbers its processes: containers share names."""
    numbered_by = Path("/proc/self/ns/pid")
    space = numbered_by.stat().st_ino if numbered_by.exists() else 0
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:8]


def _is_alive(process: int) -> bool:
    """Whether a process of that number runs; where that cannot be asked, it is taken to."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
