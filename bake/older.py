"""Packs of older versions: their manifests in the order of today, a version at a time.

Tables and kernels are as today. Before version 5 every pack was of a negative in colour and its
print, as their sheets have them developed. Before version 4 a pack held no grain and no way
back to the scene. Before version 3 it did not
say how its printer was balanced, how much flare was seen, what RGB was taken for and what became of
colours outside the display, since there was one way; before version 2 its chain stood in the
documentation and not in `pack.json`.
"""

from typing import Any

from bake.chain import OnPrint, film_chain

AS_THEY_ARE = (
    "schema", "engine", "negative", "print_film", "settings", "sources", "input", "output",
    "gates", "film", "scene_to_cineon", "cineon_to_display", "aces_look", "reference", "errors",
    "files",
)  # fmt: skip
UNSAID_BEFORE_5 = {"filter": None, "development": None, "print_development": None}
HALVES = ("base_density", "scene_to_cineon", "cineon_to_display", "print_clf")
UNSAID_BEFORE_4 = {"grain": False, "grain_size": 1.0}
UNSAID_BEFORE_3 = {"balance": "lad", "flare": 0.1, "gamut": "clip", "upsampling": "jakob-hanika"}


def as_version_2(said: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a pack of version 1 as version 2 has it.

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
        grain=None,
        printed=OnPrint(
            printing=said["printing"]["table"],
            optics=said["print_optics"],
            log_exposure=view["print_log_exposure"],
            per_point=view["per_point"],
            points=view["printer_points"],
            curve=view["curve"],
            grain=None,
        ),
        view=view["table"],
    )
    return {
        **{name: said[name] for name in AS_THEY_ARE},
        "schema_version": 2,
        "chain": chain,
        "base_density": said["printing"]["base_density"],
        "print_clf": view["pack_clf"],
    }


def as_version_3(said: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a pack of version 2 as version 3 has it; arguments and errors as above."""
    return said | {"schema_version": 3, "settings": {**said["settings"], **UNSAID_BEFORE_3}}


def as_version_4(said: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a pack of version 3 as version 4 has it; arguments and errors as above."""
    settings = {**said["settings"], **UNSAID_BEFORE_4}
    return said | {"schema_version": 4, "settings": settings, "to_scene": None}


def as_version_5(said: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a pack of version 4 as version 5 has it; arguments and errors as above."""
    return {
        **{name: part for name, part in said.items() if name not in HALVES},
        "schema_version": 5,
        "layers": 3,
        "settings": {**UNSAID_BEFORE_5, **said["settings"]},
        "halves": {name: said[name] for name in HALVES},
    }
