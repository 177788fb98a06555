"""`config.ocio` and `config.ocioz`: the ACES studio config with the film of a pack in it.

`config_aces2.ocio` is a later studio config with the same film in it: `ocio_base.py` says why.

What is added, all of it by tables of the pack:

- the view *film*: scene -> input code -> `film` -> display code -> display reference. It is the
  first view of the pack's display, and every display has it: the film's display light is known.
- the view *film at printer points*: the same by way of printing density, with the printer lights
  of the context variables FILM_POINTS_R, _G, _B, whole points of 0 to 50.
- printing density as a colour space, as it is and coded as Cineon, and the print as a named
  transform, printing density -> display code: for scans and for what a grade in density gives.
  A slide, which is looked at itself, has neither these nor the view at printer points;
- the ways between the kernels as colour spaces, for hosts that convolve and know no files;
- the look *film before an ACES view*, where the pack has a table for it and the config the views
  of ACES 2 that the table is made for;
- the pack's input space, where it is younger than the config.

Printer points are no looks in printing density. A look hands its result back to the scene, and
what the printer makes darker than the unexposed film has no scene behind it. OCIO's inverse of the
table was tried on 5207 and 2383: a grey ramp printed four points darker came back off by 0.28 of
density on average. Nor can the print follow a look as a named transform: OCIO's legacy viewing
pipeline, which OpenImageIO uses, then leaves the looks out (seen with OCIO 2.6.0).
"""

import copy
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813

from bake.archive import write_zip
from bake.hosts import transforms
from bake.hosts.ocio_base import (
    BASES,
    CONFIG_FILE,
    OLDEST,
    SCENE_REFERENCE,
    add_input_space,
    write_input_space,
)
from bake.manifest import Halves, Manifest
from bake.steps import HoldBack, Printer
from spectral_film.errors import UsageError
from spectral_film.files.colour_spaces import CONFIG
from spectral_film.light.chromaticity import CAT16, adaptation, white_xyz
from spectral_film.light.displays import D65, DISPLAYS
from spectral_film.stages.densitometry import (
    CINEON_BASE_CODE,
    CINEON_DENSITY_PER_CODE,
    CINEON_LAST_CODE,
)

ARCHIVE = "config.ocioz"
POINTS = "ocio/printer_points.ccc"
FAMILY = "Film"

PRINTING_DENSITY = "Film printing density"
CINEON = "Film printing density (Cineon)"
TO_DISPLAY = "Film printing density to display code"
FILM_VIEW = "Film"
POINTS_VIEW = "Film at printer points"
ACES_LOOK = "Film before an ACES view"
STEP = "Film step: {wire}"  # what makes a wire, for hosts that convolve and know no files
GRAIN = "Film grain: {wire}, {curve}, {pitch:.3f} um"  # what noise is multiplied by

POINTS_VARIABLES = {"R": "FILM_POINTS_R", "G": "FILM_POINTS_G", "B": "FILM_POINTS_B"}
WHOLE_POINTS = range(51)  # the steps of an additive printer's light valves

# Displays of ours that the configs have too, with the same code; others get a name of their own,
# since a config's P3-DCI adapts to its white in another way.
DISPLAY_SPACES = {
    "sRGB": "sRGB - Display",
    "Rec.709": "Rec.1886 Rec.709 - Display",
    "P3-D65": "P3-D65 - Display",
}
OWN_DISPLAY = "{display} of the film - Display"


def write_ocio(folder: Path, manifest: Manifest) -> list[str]:
    """Write the configs, an archive of the first, and what they need beside the pack's tables."""
    (folder / POINTS).parent.mkdir(exist_ok=True)
    printer = manifest.chain.printer
    if printer:
        _write_points(folder, printer)
    beside = [*([POINTS] if printer else []), *write_input_space(folder, manifest.input.space)]
    for name, base in BASES.items():
        config = build_config(manifest, base)
        config.setWorkingDir(str(folder.resolve()))
        config.validate()
        (folder / name).write_text(config.serialize(), encoding="utf-8", newline="\n")
    # An OCIO archive is a zip. `Config.archive` would take in every table around, and the time.
    write_zip(folder / ARCHIVE, folder, [CONFIG_FILE, *tables(manifest), *beside])
    return [*BASES, ARCHIVE, *beside]


def tables(manifest: Manifest) -> list[str]:
    """Tables of the pack that `config.ocio` opens."""
    halves = manifest.halves
    return [
        *dict.fromkeys(step.table.clf for step in manifest.chain.lookups),
        *(table.clf for *_, table in manifest.chain.grain_curves()),
        manifest.film.clf,
        *((halves.print_clf, halves.scene_to_cineon.clf) if halves else ()),
    ]


def build_config(manifest: Manifest, base: str) -> ocio.Config:
    """The film in a builtin config, without a folder."""
    config = copy.deepcopy(ocio.Config.CreateFromBuiltinConfig(base))
    config.setName("spectral-film")
    config.setDescription(f"{base} with {manifest.title}, by {manifest.engine}")
    config.setSearchPath(".")  # the pack, wherever it lies
    scene = add_input_space(config, manifest.input.space)
    display = _display_space(config, manifest)
    _add_views(config, manifest, scene, display)
    _add_printing_density(config, manifest, scene)
    _add_steps(config, manifest, scene)
    if manifest.aces_look is not None and base == CONFIG:
        config.addLook(
            ocio.Look(
                name=ACES_LOOK,
                processSpace=scene,
                transform=transforms.table(manifest.aces_look.clf),
                description="the film as an ACES output transform will show it",
            )
        )
    return config


def points_id(layer: str, points: float) -> str:
    """How `printer_points.ccc` calls a printer light of one layer."""
    return f"{layer}{points:g}"


def to_printing_density(halves: Halves) -> list[ocio.Transform]:
    """Scene code -> printing density, without kernels, by way of Cineon codes."""
    return [
        transforms.table(halves.scene_to_cineon.clf),
        _from_cineon(np.array(halves.base_density)),
    ]


def _write_points(folder: Path, printer: Printer) -> None:
    """Every printer light of every layer as a CDL offset on printing density, in one file.

    More light on the print is less density in the way: offset = -per_point (points - baked).
    """
    corrections = []
    for channel, layer in enumerate(POINTS_VARIABLES):
        baked = printer.points[channel]
        for points in sorted({*map(float, WHOLE_POINTS), baked}):
            offset = [0.0, 0.0, 0.0]
            offset[channel] = -printer.per_point * (points - baked)
            corrections.append(ocio.CDLTransform(offset=offset, id=points_id(layer, points)))
    ocio.GroupTransform(corrections).write(
        formatName="ColorCorrectionCollection",
        config=ocio.Config.CreateRaw(),
        fileName=str(folder / POINTS),
    )


def _display_space(config: ocio.Config, manifest: Manifest) -> str:
    """The display colour space of the pack's display codes, made where the config lacks it."""
    ours = manifest.output.display
    if ours in DISPLAY_SPACES:
        return DISPLAY_SPACES[ours]
    if ours not in DISPLAYS:
        raise UsageError(f"unknown display {ours!r}: expected one of {', '.join(DISPLAYS)}")
    standard = DISPLAYS[ours]
    if standard.gamma is None:
        raise UsageError(f"display {ours!r} has no power law and no space in the OCIO {OLDEST}")
    from_d65 = adaptation(CAT16, white_xyz(D65), white_xyz(standard.white))
    matrix = np.eye(4)
    matrix[:3, :3] = np.linalg.inv(standard.rgb_to_xyz()) @ from_d65
    name = OWN_DISPLAY.format(display=ours)
    config.addColorSpace(
        ocio.ColorSpace(
            referenceSpace=ocio.REFERENCE_SPACE_DISPLAY,
            name=name,
            family="Display",
            encoding="sdr-video",
            fromReference=ocio.GroupTransform(
                [
                    ocio.MatrixTransform(matrix.ravel().tolist()),
                    ocio.ExponentTransform(
                        [standard.gamma] * 3 + [1.0], direction=ocio.TRANSFORM_DIR_INVERSE
                    ),
                ]
            ),
        )
    )
    config.addDisplayView(name, "Raw", "Raw")
    return name


def _add_views(config: ocio.Config, manifest: Manifest, scene: str, display: str) -> None:
    ways = {FILM_VIEW: [transforms.table(manifest.film.clf)]}
    printer, halves = manifest.chain.printer, manifest.halves
    if printer and halves:
        ways[POINTS_VIEW] = _by_points(config, printer, halves)
    to_code = ocio.ColorSpaceTransform(src=SCENE_REFERENCE, dst=scene)
    to_reference = ocio.ColorSpaceTransform(src=display, dst=_display_reference(config))
    for name, way in ways.items():
        config.addViewTransform(
            ocio.ViewTransform(
                referenceSpace=ocio.REFERENCE_SPACE_SCENE,
                name=name,
                family=FAMILY,
                description=manifest.title,
                fromReference=ocio.GroupTransform([to_code, *way, to_reference]),
            )
        )
        config.addSharedView(name, name, "<USE_DISPLAY_NAME>")
        for on in config.getDisplaysAll():
            config.addDisplaySharedView(on, name)
    # A viewer opens with the first display and its first view.
    config.setActiveDisplays(_listed([display, *config.getActiveDisplays()]))
    config.setActiveViews(_listed([*ways, *config.getActiveViews()]))


def _by_points(config: ocio.Config, printer: Printer, halves: Halves) -> list[ocio.Transform]:
    """Scene code -> display code, by the printer points of the context variables."""
    points = []
    for (layer, variable), baked in zip(POINTS_VARIABLES.items(), printer.points, strict=True):
        config.addEnvironmentVar(variable, points_id(layer, baked)[1:])
        points.append(ocio.FileTransform(src=POINTS, cccId=f"{layer}${{{variable}}}"))
    return [*to_printing_density(halves), *points, transforms.table(halves.print_clf)]


def _listed(names: list[str]) -> str:
    """Names once each, in order, as OCIO takes a list."""
    return ", ".join(dict.fromkeys(names))


def _display_reference(config: ocio.Config) -> str:
    return str(config.getRoleColorSpace("cie_xyz_d65_interchange"))


def _add_printing_density(config: ocio.Config, manifest: Manifest, scene: str) -> None:
    halves, printer = manifest.halves, manifest.chain.printer
    if not (manifest.print_film and halves and printer):
        return
    to_code = ocio.ColorSpaceTransform(src=SCENE_REFERENCE, dst=scene)
    apart = halves.scene_to_cineon.error
    config.addColorSpace(
        _space(
            PRINTING_DENSITY,
            f"what {manifest.print_film.name} sees of {manifest.negative.name}, base included, "
            f"without kernels; on the screen off by a {apart.unit} of {apart.mean:.2g} on average, "
            f"{apart.p99:.2g} at the 99th percentile of the colours of photographs",
            ocio.GroupTransform([to_code, *to_printing_density(halves)]),
            encoding="log",
        )
    )
    config.addColorSpace(
        _space(
            CINEON,
            f"10-bit code / {CINEON_LAST_CODE}: {CINEON_DENSITY_PER_CODE:g} density a code, "
            f"the unexposed film at {CINEON_BASE_CODE}",
            ocio.GroupTransform([to_code, transforms.table(halves.scene_to_cineon.clf)]),
            encoding="log",
        )
    )
    config.addNamedTransform(
        ocio.NamedTransform(
            name=TO_DISPLAY,
            family=FAMILY,
            description=f"printing density -> code of {manifest.output.display}, at "
            f"{'-'.join(f'{points:g}' for points in printer.points)}; aim film: the "
            f"negative's own 18 % grey prints as balance {manifest.settings.balance} has it, and "
            "not Cineon code 445",
            forwardTransform=transforms.table(halves.print_clf),
        )
    )


def _from_cineon(base: np.ndarray) -> ocio.MatrixTransform:
    """10-bit Cineon code / 1023 -> printing density: `stages.densitometry.Cineon` undone."""
    scale = CINEON_DENSITY_PER_CODE * CINEON_LAST_CODE
    offset = base - CINEON_DENSITY_PER_CODE * CINEON_BASE_CODE
    return ocio.MatrixTransform(
        np.diag([scale, scale, scale, 1.0]).ravel().tolist(), [*offset.tolist(), 0.0]
    )


def _add_steps(config: ocio.Config, manifest: Manifest, scene: str) -> None:
    """The first step is scene-referred; the others take the numbers of ACES2065-1 as their wire."""
    chain = manifest.chain
    units = {wire.name: wire.unit for wire in chain.wires}
    wire = f"a wire, not a colour: convert from {SCENE_REFERENCE} to take the numbers as they are: "
    for first, last, steps in chain.ways():
        transform, what = transforms.way(steps), f"{wire}{units[first]} -> {units[last]}"
        if first == chain.wires[0].name:
            to_code = ocio.ColorSpaceTransform(src=SCENE_REFERENCE, dst=scene)
            transform, what = ocio.GroupTransform([to_code, transform]), units[last]
        config.addColorSpace(
            _space(STEP.format(wire=last), what, transform, encoding="scene-linear")
        )
    for grain, image, curve, table in chain.grain_curves():
        config.addColorSpace(
            _space(
                GRAIN.format(wire=grain.gives, curve=curve, pitch=image.pitch_um),
                f"{wire}{units[grain.takes]} -> what noise is multiplied by",
                transforms.table(table.clf),
                encoding="scene-linear",
            )
        )
    for step in chain.steps:
        if isinstance(step, HoldBack):
            what = f"{wire}{units[step.inhibitor]} -> what is added to {units[step.takes]}"
            config.addColorSpace(
                _space(
                    STEP.format(wire=step.gives),
                    what,
                    transforms.held_back(step),
                    encoding="scene-linear",
                )
            )


def _space(
    name: str, description: str, from_scene: ocio.Transform, *, encoding: str
) -> ocio.ColorSpace:
    return ocio.ColorSpace(
        referenceSpace=ocio.REFERENCE_SPACE_SCENE,
        name=name,
        family=FAMILY,
        description=description,
        encoding=encoding,
        fromReference=from_scene,
    )
