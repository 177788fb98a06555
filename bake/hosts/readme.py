"""`README.md` of a pack: what is in it, how each host loads it, and what was run.

Written last: it lists what lies in the folder.
"""

from pathlib import Path

from bake.hosts import blender, nuke, ocio, ocio_base, resolve
from bake.manifest import MANIFEST, SCHEMA_FILE, Manifest
from bake.parts import Statistic
from bake.steps import AtLeast, Blur, Grain, HoldBack, Logarithm, Lookup, Power, Printer, Step
from spectral_film.blur.pixel_kernel import LIT_WIDTH
from spectral_film.emulsion.spread import CAUCHY_REACH, SMOOTH_END

README, REPORT = "README.md", "report.html"

# What `make hosts` printed, 2026-11-27.
_TABLE = "0.13 / 0.48", "0.17 / 0.52"
RUN = (
    ("OpenColorIO 2.2.0, 2.3.0, 2.4.2, 2.5.0", "`config.ocio`, `config.ocioz`", *_TABLE),
    ("ffmpeg 5.1.9, `lut3d`", "`film.cube`", *_TABLE),
    ("ImageMagick 6.9.11", "a HaldCLUT of 64 nodes", "0.01 / 0.07", ""),
    ("RawTherapee 5.9", "the same", "0.02 / 0.07", ""),
    ("ffmpeg 5.1.9, `haldclut`", "the same", "0.01 / 0.07", ""),
    ("Blender 5.0.1, its module `bpy`", "the group; its grain apart", "", "0.07 / 0.19"),
)


def write_readme(folder: Path, manifest: Manifest) -> list[str]:
    """Write it."""
    (folder / README).write_text(readme_text(folder, manifest), encoding="utf-8", newline="\n")
    return [README]


def readme_text(folder: Path, manifest: Manifest) -> str:
    """Plain short sentences, in the order in which a user asks."""
    return "\n".join(
        [
            *_what(manifest),
            *_chain(manifest),
            *_way_back(manifest),
            *_hosts(manifest),
            *_run(),
            *_errors(manifest),
            *_files(folder, manifest),
        ]
    )


def _what(manifest: Manifest) -> list[str]:
    return [
        f"# {manifest.title}",
        "",
        f"A film in pieces that other software plays, made by {manifest.engine}.",
        "",
        f"- In: {manifest.input.space} codes, full range. An 18 % grey sits at "
        f"{manifest.input.grey_code:.4f}. Nothing clipped.",
        f"- Out: display codes, {manifest.output.encoding}.",
        *_kind(manifest),
        "- Settings: "
        + ", ".join(f"{name} {v}" for name, v in sorted(manifest.settings) if v is not None)
        + ".",
        *(f"- {gate.name}: the picture is {gate.width_mm:g} mm wide." for gate in manifest.gates),
        "- Grain: " + _grain(manifest),
        "- Sources:",
        *(f"  - {source}" for source in manifest.sources),
        "",
        f"Shortest way: `{manifest.film.cube}` or `{manifest.film.clf}` on a picture in "
        f"{manifest.input.space}. That is the colour of the film, without its blurs.",
        "",
    ]


def _kind(manifest: Manifest) -> list[str]:
    """What the film is printed with, or that it is not; and silver."""
    printer = manifest.chain.printer
    if printer is None:
        said = ["- A slide: it is projected itself. There is no print, and no printer points."]
    else:
        points = "-".join(f"{value:g}" for value in printer.points)
        said = [f"- Printer points {points}, R-G-B. A point is {printer.per_point:g} log exposure."]
    if manifest.layers == 1:
        said.append(
            "- Black and white: its camera film is one layer, in the planes R, G and B alike. "
            "Light goes through the first of them; kernels and curves of one do for all."
        )
    return said


def _grain(manifest: Manifest) -> str:
    textures = [grain.texture for grain in manifest.chain.grains]
    if not textures:
        return "none."
    size = manifest.settings.grain_size
    return (
        f"of the {' and of the '.join(texture.of for texture in textures)}, clouds of dye {size:g} "
        "times as large as *assumed*; the published granularity is read at any size."
    )


def _chain(manifest: Manifest) -> list[str]:
    """The chain, a row for each step."""
    chain = manifest.chain
    units = {wire.name: wire.unit for wire in chain.wires}
    light = ", ".join(f"{value:.5g}" for value in chain.printer.light) if chain.printer else ""
    printer_light = [
        "Printer light of each layer = `log_exposure` + `per_point` (`points` - 25), here",
        f"{light}.",
    ]
    return [
        "## The chain",
        "",
        "R, G, B are the red-, green- and blue-sensitive layers and their cyan, magenta and yellow",
        "dyes. A `.clf` takes its wire and gives the next as they are. A `.cube` has both coded,",
        "(value - low) / (high - low), within 0..1. Use tetrahedral interpolation.",
        "",
        f"It begins with {chain.wires[0].name}: {chain.wires[0].unit}.",
        "",
        "| takes x | step | gives | unit |",
        "|---|---|---|---|",
        *(
            f"| {step.takes} | {_step(step)} | {step.gives} | {units[step.gives]} |"
            for step in chain.steps
        ),
        "",
        "`pack.json` holds the same under `chain`, every number and every kernel in um included.",
        *(printer_light if chain.printer else []),
        "A row of `coupling` is the layer held back, a column",
        f"the layer that develops. The {chain.stops_on} may be multiplied by 2^stops.",
        "",
    ]


def _way_back(manifest: Manifest) -> list[str]:
    """How texture alone is had."""
    if manifest.to_scene is None:
        return []
    lookups = manifest.to_scene.steps
    tables = (f"`{step.table.clf}`" for step in lookups)
    return [
        f"**Texture alone**, under a grade of your own: stop at the {lookups[0].takes}, and put",
        f"{', then '.join(tables)} behind them.",
        f"Out come {manifest.input.space} codes of the scene,",
        "with the scatter, halation, edges and grain of the film, in its own colours. What is",
        "darker than black or brighter than film tells apart is held at these ends.",
        "`spectral-film bake play PACK IN OUT.exr --to scene` does so. `to_scene` in `pack.json`.",
        "",
    ]


def _step(step: Step) -> str:
    """What a step does, in a line."""
    match step:
        case Lookup(table=table):
            ends = (f"{low:g}..{high:g}" for low, high in (table.domain, table.codomain))
            return f"`{table.clf}`; its `.cube` takes {next(ends)}, gives {next(ends)}"
        case Power():
            power = f"10^{'' if step.direction > 0 else '-'}x"
            return f"max({power} - {step.offset:g}, 0)" if step.offset else power
        case Logarithm():
            return f"log10 max(x, {step.floor:g})"
        case Printer():
            return f"log10 max(x, {step.floor:g}) + printer light"
        case HoldBack():
            return f"x - coupling times the {step.inhibitor}"
        case Blur(kernel=kernel):
            if kernel is None:
                return "the same: nothing is blurred"
            sizes = ", ".join(
                f"{image.pitch_um:g} um ({image.width} px)" for image in kernel.images
            )
            return f"kernel per layer, at {sizes}"
        case Grain(texture=texture):
            sizes = ", ".join(f"{image.pitch_um:g} um" for image in texture.images)
            return f"x + filter * (linear z + square (z^2 - 1)), at {sizes}; see below"
        case AtLeast():
            return f"max(x, {step.low:g})"


def _hosts(manifest: Manifest) -> list[str]:
    variables = ", ".join(ocio.POINTS_VARIABLES.values())
    begin, end = SMOOTH_END
    points = [
        f"*{ocio.POINTS_VIEW}* takes whole printer points from the",
        f"variables {variables}.",
    ]
    knobs = "exposure in stops" + (", printer points" if manifest.chain.printer else "")
    return [
        "## Loading it",
        "",
        f"**OpenColorIO.** Set OCIO to `{ocio_base.CONFIG_FILE}`, which opens from 2.1 on, or to",
        f"`{ocio.ARCHIVE}`, from 2.2 on. It is the first ACES studio config with the view",
        f"*{ocio.FILM_VIEW}* first.",
        *(points if manifest.chain.printer else []),
        f"`{ocio_base.ACES2_FILE}` is the same in a config of 2.5, beside the views of ACES 2.",
        *_look(manifest),
        "Kernels are not in a view.",
        f"`oiiotool --colorconfig config.ocioz in.exr --ociodisplay \"{_display(manifest)}\" "
        f"{ocio.FILM_VIEW} -o out.png`",
        "",
        f"**Nuke.** Insert `{nuke.SCRIPT}`. Set *pack folder* on the group, then *picture* to the",
        f"width you work at. Put an OCIOColorSpace to {manifest.input.space} before the group and",
        f"view what it gives raw. Knobs: {knobs}.",
        "",
        f"**Resolve.** `{manifest.film.cube}` works everywhere. With Studio, copy the whole pack",
        f"into the LUT folder and follow `{resolve.NODE_TREE}`.",
        "",
        f"**Blender 5.** Start it with OCIO set to `config.ocio`, run `{blender.SCRIPT}`, add the",
        "group *Film* and set the view to Raw. It refuses a width without kernels.",
        "",
        "**Anything else.** Tables by OpenColorIO, kernels by any convolution, layer by layer.",
        "Beyond the edge of the picture its last pixels go on, and the set-ups above see to it.",
        "Where another host puts black there, leave a margin of the kernel's radius. At a width",
        "between the kernels, make your own from the `spreads` in `pack.json`; do not resize one.",
        "Over the distance r in um a spread is, at any scale,",
        "",
        "- `gaussian`: exp(-r^2 / 2 sigma^2)",
        "- `exponential`: exp(-r / length)",
        "- `cauchy`: (1 + (r / radius)^2)^-1.5",
        "- `diffuse`: cos^4 a, with tan a = r / (2 base)",
        "- `ring`: the same times Fresnel's reflectance of the base against air at the angle a",
        "- `bare base`: the ring, and what a plate behind the base and the emulsion make of it:",
        "  cos^4 a R(a) + 1/2 Int (F / (1 - s F) - G) J0(k tan a) k dk over all k, with",
        "  G = k K1(k) - T(1, 0), F = G + n^2 p / (1 - p M) T(1/2, g/2)^2,",
        "  M = g k K1(g k) - n^2 T(0, g) and, as far as sin c = n sin b <= 1,",
        "  T(x, y) = Int 2 sin b cos b (1 - R(b)) J0(k (x tan b + y tan c)) db;",
        "  n `base_index`, p `plate_reflectance`, g `plate_gap_um` / `base_um`, s `rescattered`",
        "",
        "The last four end by a factor 1 - t^3 (10 - 15 t + 6 t^2), t from 0 to 1 as r goes from",
        f"{begin:g} to {end:g} of the reach, {CAUCHY_REACH} radii for `cauchy`. A kernel is this",
        f"averaged over a square {LIT_WIDTH:g} of the pitch wide about each pixel, brought to sum",
        "1 and then to its weight. The OTF of `gaussians` is the sum of",
        "weight exp(-2 (pi sigma f)^2), f in cycles/um, without that square.",
        "",
        *(_GRAIN_BY_HAND if manifest.chain.grains else []),
    ]  # fmt: skip


_GRAIN_BY_HAND = [
    "**Grain anywhere else.** z is white noise of variance 1, R, G and B apart, another in every",
    "frame. Multiply it by the table `linear` of the amounts of dye, z^2 - 1 by the table",
    "`square`, add the two, convolve layer by layer with the image of the filter, whose sum is",
    "not 1, and add that to the amounts of dye, at the width the filter is for, before anything",
    "is scaled. `replay.py` counts noise that never repeats, and so do the DCTLs.",
    "`grain/noise.exr` is a tile of it whose edges join, for hosts that cannot: put it elsewhere",
    "in every frame. What remains is that the same noise comes back a tile's width away, and in",
    "other frames moved.",
    "",
]


def _look(manifest: Manifest) -> list[str]:
    if manifest.aces_look is None:
        return []
    return [
        f"There the look *{ocio.ACES_LOOK}* is the film for a view of ACES 2, not for its own.",
    ]


def _display(manifest: Manifest) -> str:
    display = manifest.output.display
    return ocio.DISPLAY_SPACES.get(display, ocio.OWN_DISPLAY.format(display=display))


def _run() -> list[str]:
    return [
        "## What was run",
        "",
        "These programs, with 5207 on 2383, ACEScct to Rec.709, or sRGB to sRGB for a HaldCLUT, on",
        "a photograph and on the scene in `reference/`. CIEDE2000 from the engine's own picture:",
        "",
        "| program | what | photograph, mean / 99 % | scene, mean / 99 % |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in RUN),
        "",
        "A table of 33 nodes is off by as much by itself. Without their programs: the functions of",
        "the DCTLs, compiled as OpenCL C; the Nuke script, read back as a graph and played.",
        "",
        "Not run: Nuke, Resolve, windows of Blender. We have none of them. Try each on a picture",
        "you know first: the pair in `reference/` is a scene and what spectral-film makes of it.",
        "",
    ]


def _errors(manifest: Manifest) -> list[str]:
    if not manifest.errors:
        return []
    return [
        "## How far off it is",
        "",
        "| | mean | 99 % below | largest | unit |",
        "|---|---|---|---|---|",
        *(f"| {name} | {_numbers(apart)} |" for name, apart in manifest.errors.items()),
        "",
    ]


def _numbers(apart: Statistic) -> str:
    return f"{apart.mean:.3g} | {apart.p99:.3g} | {apart.largest:.3g} | {apart.unit}"


def _files(folder: Path, manifest: Manifest) -> list[str]:
    what = _descriptions(manifest)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    names = sorted(found | {README, MANIFEST, REPORT})  # the last two may come after this page
    return [
        "## Files",
        "",
        "| file | what |",
        "|---|---|",
        *(f"| `{name}` | {what.get(name, '')} |" for name in names),
        "",
    ]


def _descriptions(manifest: Manifest) -> dict[str, str]:
    space, display = manifest.input.space, manifest.output.display
    what = {
        README: "this page",
        MANIFEST: "all numbers, units, errors and sums of files",
        SCHEMA_FILE: "JSON Schema of pack.json",
        REPORT: "pictures and errors",
        "replay.py": "plays the pack with OpenColorIO, numpy and scipy alone",
        ocio_base.CONFIG_FILE: "OCIO config, profile 2.1",
        ocio_base.ACES2_FILE: "the film in an OCIO config with the views of ACES 2, profile 2.5",
        ocio_base.input_table(space): f"{space} to {ocio_base.SCENE_REFERENCE}",
        ocio.ARCHIVE: "the same with its tables in one file",
        ocio.POINTS: "printer points as CDL offsets on printing density",
        nuke.SCRIPT: "Nuke group",
        blender.SCRIPT: "builds the film in Blender's compositor",
        resolve.WHOLE: "DCTL of the whole film without blurs",
        resolve.NODE_TREE: "node tree and widths of blurs for Resolve",
        manifest.reference.scene: f"reference scene, {space} codes",
        manifest.reference.render: f"the same as spectral-film renders it, {display} codes",
    }
    if manifest.halves:
        to_display = "printing density to display code at the pack's printer points"
        what[manifest.halves.print_clf] = to_display
    for node in resolve.nodes(manifest.chain):
        what[node.path] = f"DCTL, {node.takes} to {node.gives}"
    for role, table in manifest.tables().items():
        what[table.clf] = what[table.cube] = f"{role}, {table.dimensions}-D of {table.size}"
    for grain in manifest.chain.grains:
        what[grain.texture.noise] = f"white noise, {grain.texture.tile_px} px, its edges join"
        for grained in grain.texture.images:
            size = f"filter of the grain of the {grain.texture.of}, {grained.pitch_um:g} um a pixel"
            what[grained.rgb] = f"{size}, window centred on the origin"
            what |= {path: f"{size}, layer {layer}" for layer, path in grained.layers.items()}
    for kernel in manifest.chain.kernels:
        for image in kernel.images:
            size = f"kernel on {kernel.acts_on}, {image.pitch_um:g} um a pixel"
            what[image.rgb] = f"{size}, window centred on the origin"
            what |= {path: f"{size}, layer {layer}" for layer, path in image.layers.items()}
    return what
