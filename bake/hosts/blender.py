"""`blender/build_film_group.py`: a script that builds the film in Blender's compositor.

It reads `pack.json` when it runs, so the same text serves every pack: `blender_group.py` beside
this file, which Blender's Python can run without anything of ours.
"""

from pathlib import Path

from bake.manifest import Manifest

SCRIPT = "blender/build_film_group.py"


def write_blender(folder: Path, manifest: Manifest) -> list[str]:
    """Copy the script into the pack."""
    text = Path(__file__).with_name("blender_group.py").read_text(encoding="utf-8")
    (folder / SCRIPT).parent.mkdir(parents=True, exist_ok=True)
    (folder / SCRIPT).write_text(text, encoding="utf-8", newline="\n")
    return [SCRIPT]
