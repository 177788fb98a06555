"""A small pack to be damaged: the manifest of a whole one over parts that are cut short."""

import hashlib
import json
import tempfile
from pathlib import Path

from bake.archive import write_zip
from bake.manifest import MANIFEST
from bake.pack import bake_pack
from bake.recipe import Grid, Recipe
from spectral_film import Settings, open_device

KEPT = Path("build/fuzz/pack.json")  # baking takes most of a minute
LONGEST = 500  # bytes of a part, of which a reader of packs sees but the hash


def pack(folder: Path) -> None:
    if not KEPT.exists():
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as made:
            recipe = Recipe(
                settings=Settings(display="Rec.709"), input_space="ACEScct", grain=False
            )
            bake_pack(recipe, Path(made) / "pack", Grid(("super35",), (160,), 9), open_device())
            KEPT.write_bytes((Path(made) / "pack" / MANIFEST).read_bytes())
    said = json.loads(KEPT.read_text(encoding="utf-8"))
    whole = folder / "pack"
    for name, file in said["files"].items():
        content = name.encode() * (LONGEST // len(name))
        (whole / name).parent.mkdir(parents=True, exist_ok=True)
        (whole / name).write_bytes(content)
        file |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (whole / MANIFEST).write_text(json.dumps(said, indent=1), encoding="utf-8")
    write_zip(folder / "pack.zip", whole, [MANIFEST, *said["files"]])
