"""The configs that the film is put into, and the pack's input space in them.

OpenColorIO refuses a config of a later profile than its own, and hosts are years behind. So
`config.ocio` is the first studio config there was, of profile 2.1, with the views of ACES 1.3.
`config_aces2.ocio` is that of profile 2.5, for hosts that have the views of ACES 2.

Packs take any log coding that the later one knows. The first lacks a few of them: those it gets
by a file of arithmetic and curves, which every release reads.
"""

import re
from pathlib import Path

import PyOpenColorIO as ocio  # noqa: N813

from bake.hosts import transforms
from bake.table_files import Contract, clf_text
from spectral_film.files.colour_spaces import CONFIG, config, known_name

CONFIG_FILE, ACES2_FILE = "config.ocio", "config_aces2.ocio"
OLDEST = "studio-config-v1.0.0_aces-v1.3_ocio-v2.1"
BASES = {CONFIG_FILE: OLDEST, ACES2_FILE: CONFIG}
SCENE_REFERENCE = "ACES2065-1"


def add_input_space(base: ocio.Config, name: str) -> str:
    """How a config calls an input space, made by a table where the config lacks it.

    Raises:
        UsageError: nothing has that name.
    """
    space = config().getColorSpace(known_name(name))
    known = _known_by(base, space)
    if known:
        return known
    base.addColorSpace(
        ocio.ColorSpace(
            referenceSpace=ocio.REFERENCE_SPACE_SCENE,
            name=space.getName(),
            aliases=list(space.getAliases()),
            family=space.getFamily(),
            encoding=space.getEncoding(),
            description=space.getDescription(),
            toReference=transforms.table(input_table(space.getName())),
        )
    )
    return str(space.getName())


def write_input_space(folder: Path, name: str) -> list[str]:
    """Write the way from an input space to the reference, where a config needs it.

    Raises:
        UsageError: nothing has that name.
    """
    space = config().getColorSpace(known_name(name))
    if all(_known_by(ocio.Config.CreateFromBuiltinConfig(base), space) for base in BASES.values()):
        return []
    way = config().getProcessor(space.getName(), SCENE_REFERENCE).createGroupTransform()
    title = f"{space.getName()} to {SCENE_REFERENCE}"
    contract = Contract(title, space.getName(), f"{SCENE_REFERENCE}, linear")
    path = input_table(space.getName())
    text = clf_text(way, Path(path).stem, contract)
    (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return [path]


def input_table(name: str) -> str:
    """The place of an input space's table, by the space's name.

    One name for all would not do: while a program runs, OpenColorIO takes files of the same name in
    two archives for one.
    """
    return f"ocio/{re.sub(r'[^0-9A-Za-z]+', '_', name)}.clf"


def _known_by(base: ocio.Config, space: ocio.ColorSpace) -> str:
    """What a config calls a space of the newest one, by name or alias; empty where it has none."""
    names = map(base.getCanonicalName, (space.getName(), *space.getAliases()))
    return next(filter(None, names), "")
