"""Set-ups of other software, all written from the one description of a pack."""

from pathlib import Path

from bake.hosts.blender import write_blender
from bake.hosts.nuke import write_nuke
from bake.hosts.ocio import write_ocio
from bake.hosts.readme import write_readme
from bake.hosts.resolve import write_resolve
from bake.manifest import Manifest


def write_all(folder: Path, manifest: Manifest) -> list[str]:
    """Write all of them, the README last; answers paths in the pack."""
    written = []
    for write in (write_ocio, write_nuke, write_resolve, write_blender, write_readme):
        written += write(folder, manifest)
    return written
