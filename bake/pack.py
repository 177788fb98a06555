"""Put a pack together: tables, kernels, a picture to prove it on, host set-ups, a report."""

import shutil
from collections.abc import Callable
from pathlib import Path

from bake.archive import write_zip
from bake.assembly import Assembly
from bake.manifest import MANIFEST
from bake.pieces import pieces_of
from bake.recipe import Grid, Recipe
from bake.verify import Verification
from spectral_film.device.device import Device
from spectral_film.errors import OutputError, UsageError
from spectral_film.light.spectra import MeasuredLight
from spectral_film.unfinished import place_of, unfinished

Announce = Callable[[str, int, int], None]
STEPS = 18  # of a film that has every stage


def check_pack(recipe: Recipe, target: Path, *, overwrite: bool) -> None:
    """Refuse what cannot be baked, before any work is done.

    Raises:
        UsageError: the film, the print or the input space have no place in a pack.
        OutputError: the pack cannot be put there.
    """
    if recipe.print_film is None and not recipe.negative.is_positive:
        raise UsageError(
            f"{recipe.negative.id} is a negative, and its pack goes through a print; give --print "
            "2383, or bake a lut"
        )
    if not recipe.takes_log:
        raise UsageError(
            f"a pack takes log-coded light, where lamps have codes too; {recipe.input_space} is no "
            "such coding, so give --input-space ACEScct"
        )
    if isinstance(recipe.settings.illuminant, MeasuredLight):
        raise UsageError(
            "a pack keeps the name of its light, so that it can be proved against the engine; "
            "write the light as a CSV of wavelength,value and give its path"
        )
    pieces_of(recipe)
    if not place_of(target).parent.is_dir():
        raise OutputError(f"{target}: is in no existing folder; make that first")
    if target.exists() and not overwrite:
        raise OutputError(f"{target}: exists; give another name, or --overwrite")
    zipped = target.suffix.lower() == ".zip"
    if target.exists() and (target.is_dir() == zipped):
        raise OutputError(
            f"{target}: is a {'folder' if zipped else 'file'}, and the pack becomes a "
            f"{'file' if zipped else 'folder'}; give another name"
        )
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise OutputError(f"{target}: is a folder that holds other things; give another name")


def bake_pack(
    recipe: Recipe,
    target: Path,
    grid: Grid,
    device: Device,
    announce: Announce | None = None,
    *,
    overwrite: bool = False,
) -> Verification:
    """Bake a pack; it appears under its name only when it is whole.

    Args:
        recipe: What to bake.
        target: A folder to make, or a `.zip`.
        grid: The pictures that it gets kernels for.
        device: Runs the engine.
        announce: Called with the name of each step, its number and their count.
        overwrite: Replace a pack that is there.

    Returns:
        How far it is from the engine, with what is off by more than it may be.

    Raises:
        UsageError, OutputError: as `check_pack`, or it cannot be written.
    """
    check_pack(recipe, target, overwrite=overwrite)
    count = 0

    def say(name: str) -> None:
        nonlocal count
        count += 1
        if announce:
            announce(name, count, STEPS)

    place = place_of(target)
    partial = unfinished(place)
    try:
        partial.mkdir()
        verification = Assembly(recipe, partial, grid, device, say).assemble()
        say("finish")
        _put(partial, place)
    except OutputError as reason:  # it names a place that is gone by then
        raise OutputError(str(reason).replace(str(partial), str(target))) from None
    except OSError as reason:
        raise OutputError(f"{target}: cannot be written ({reason.strerror})") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return verification


def _put(partial: Path, target: Path) -> None:
    """Bring a finished pack under its name; what was there goes when the new one has come."""
    if target.suffix.lower() == ".zip":
        archive = partial.with_name(partial.name + ".zip")
        try:
            parts = sorted(p for p in partial.rglob("*") if p.is_file())
            write_zip(archive, partial, (p.relative_to(partial).as_posix() for p in parts))
            archive.replace(target)
        finally:
            archive.unlink(missing_ok=True)
        return
    old = partial.with_name(partial.name + "-old")
    if target.exists():
        target.rename(old)
    try:
        partial.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
