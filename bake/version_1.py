"""Packs of version 1, whose chain stood in the documentation and not in `pack.json`.

Tables and kernels are as today: only the manifest is put in another order, when a pack is opened.
"""

from typing import Any

from bake.chain import film_chain
from bake.manifest import SCHEMA_VERSION, Manifest

AS_THEY_ARE = (
    "schema", "engine", "negative", "print_film", "settings", "sources", "input", "output",
    "gates", "film", "scene_to_cineon", "cineon_to_display", "aces_look", "reference", "errors",
    "files",
)  # fmt: skip


def from_version_1(said: dict[str, Any]) -> Manifest:
    """The manifest of a pack of version 1.

    Args:
        said: As JSON has it.

    Raises:
        KeyError: it lacks a part.
        pydantic.ValidationError: a part is not what it should be.
    """
    first, development, view = said["layer_exposure"], said["development"], said["view"]
    chain = film_chain(
        takes=f"{said['input']['space']} code",
        gives=f"{said['output']['display']} code",
        layer_exposure=first["table"],
        exposure_offset=first["exposure_offset_lux_s"],
        optics=said["optics"],
        lowest_log_exposure=development["log_exposure"][0],
        curve=development["curve"],
        compensated=development["compensated"],
        inhibitor=development["inhibitor"],
        coupling=development["coupling"],
        printing=said["printing"]["table"],
        print_optics=said["print_optics"],
        print_log_exposure=view["print_log_exposure"],
        per_point=view["per_point"],
        points=view["printer_points"],
        print_curve=view["curve"],
        view=view["table"],
    )
    return Manifest(
        **{name: said[name] for name in AS_THEY_ARE},
        schema_version=SCHEMA_VERSION,
        chain=chain,
        base_density=said["printing"]["base_density"],
        print_clf=view["pack_clf"],
    )
