"""Where compiled kernels are kept: a folder that can be written, or there is no device at all.

PoCL offers no device where it cannot make its cache, and pyopencl ends in an error of its own. A
render farm's account may have no home that can be written; then both keep their kernels in a folder
of this account among the temporary files.
"""

import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path

HOME, POCL = "XDG_CACHE_HOME", "POCL_CACHE_DIR"
WITHIN = ("pocl", "pyopencl", "pytools")  # which may be there, and of somebody else

_moved_from: list[Path] = []


def settle_caches() -> None:
    """Point both at a temporary folder where their own cannot be written; before either loads."""
    if not sys.platform.startswith("linux"):
        return
    try:
        home = Path(os.environ.get(HOME) or Path("~/.cache").expanduser())
    except RuntimeError:  # an account without a home
        home = Path("/nonexistent")
    of_pocl = Path(os.environ[POCL]) if os.environ.get(POCL) else home
    asked = (home, *(home / name for name in WITHIN if (home / name).exists()), of_pocl)
    unwritable = [folder for folder in dict.fromkeys(asked) if not _can_write(folder)]
    if not unwritable:
        return
    try:
        instead = _temporary()
    except OSError:  # nowhere at all: whoever needs a place will say so
        return
    if unwritable != [of_pocl] or of_pocl == home:
        os.environ[HOME] = str(instead)
    if of_pocl in unwritable and os.environ.get(POCL):
        os.environ[POCL] = str(instead / "pocl")
    _moved_from[:] = unwritable


def note_on_caches() -> str | None:
    """What to say where kernels are kept elsewhere."""
    if not _moved_from:
        return None
    return (
        f"{_moved_from[0]} cannot be written, so compiled kernels are kept in "
        f"{_temporary()}; set {HOME} or {POCL} to a folder that lasts"
    )


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


@cache
def _temporary() -> Path:
    """A folder of this account alone, the same one every time where it can be."""
    folder = Path(tempfile.gettempdir()) / f"spectral-film-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
        if stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and _can_write(folder):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="spectral-film-"))  # somebody else took that name
