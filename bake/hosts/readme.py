"""`README.md` of a pack: what is in it, how each host loads it, and what was run.

Written last: it lists what lies in the folder.
"""

from pathlib import Path

from bake.hosts import blender, nuke, ocio, resolve
from bake.manifest import MANIFEST, SCHEMA_FILE, Kernel, Manifest, Statistic, Table
from spectral_film.blur.pixel_kernel import LIT_WIDTH
from spectral_film.emulsion.spread import CAUCHY_REACH, SMOOTH_END

README, REPORT = "README.md", "report.html"


def write_readme(folder: Path, manifest: Manifest) -> list[str]:
    """Write it."""
    (folder / README).write_text(readme_text(folder, manifest), encoding="utf-8", newline="\n")
    return [README]


def readme_text(folder: Path, manifest: Manifest) -> str:
    """Plain short sentences, in the order in which a user asks."""
    return "\n".join(
        [
            *_what(manifest),
            *_wires(manifest),
            *_hosts(manifest),
            *_run(),
            *_errors(manifest),
            *_files(folder, manifest),
        ]
    )


def _what(manifest: Manifest) -> list[str]:
    points = "-".join(f"{value:g}" for value in manifest.view.printer_points)
    return [
        f"# {manifest.negative.name} printed on {manifest.print_film.name}",
        "",
        f"A film in pieces that other software plays, made by {manifest.engine}.",
        "",
        f"- In: {manifest.input.space} codes, full range. An 18 % grey sits at "
        f"{manifest.input.grey_code:.4f}. Nothing clipped.",
        f"- Out: display codes, {manifest.output.encoding}.",
        f"- Printer points {points}, R-G-B. A point is {manifest.view.per_point:g} log exposure.",
        "- Settings: "
        + ", ".join(f"{name} {v}" for name, v in sorted(manifest.settings) if v is not None)
        + ".",
        *(f"- {gate.name}: the picture is {gate.width_mm:g} mm wide." for gate in manifest.gates),
        "- No grain is in it yet.",
        "- Sources:",
        *(f"  - {source}" for source in manifest.sources),
        "",
        f"Shortest way: `{manifest.film.cube}` or `{manifest.film.clf}` on a picture in "
        f"{manifest.input.space}. That is the colour of the film, without its blurs.",
        "",
    ]


def _wires(manifest: Manifest) -> list[str]:
    """The chain, as `bake.manifest` says it."""
    offset = manifest.layer_exposure.exposure_offset_lux_s
    low, _ = manifest.development.log_exposure
    view = manifest.view
    light = [
        at_25 + view.per_point * (points - 25)
        for at_25, points in zip(view.print_log_exposure, view.printer_points, strict=True)
    ]
    return [
        "## The chain",
        "",
        "R, G, B are the red-, green- and blue-sensitive layers and their cyan, magenta and yellow",
        "dyes. A `.clf` takes its wire and gives the next as they are. A `.cube` has both coded,",
        "(value - low) / (high - low), within 0..1. Use tetrahedral interpolation.",
        "",
        "| piece | takes | low, high | gives | low, high |",
        "|---|---|---|---|---|",
        _row("layer exposure", f"{manifest.input.space} code", manifest.layer_exposure.table,
             f"x; exposure = max(10^x - {offset:g}, 0), lux s"),
        _kernel_row("optics kernel", manifest.optics, "exposure, lux s, linear"),
        _row("curve F", "h = log10 of the exposure, lux s", manifest.development.curve, "dye"),
        _row("compensated G", "h", manifest.development.compensated, "log10 lux s"),
        _kernel_row("inhibitor kernel", manifest.development.inhibitor, "F(h)"),
        "| held back | G(h) and inhibitor b | | h' = G(h) - coupling b, log10 lux s | |",
        "| curve F again | h' | as above | dyes, 1 = peak density 1.0 | as above |",
        _row("printing", "dyes", manifest.printing.table,
             "printing density D, base included"),
        _kernel_row("print kernel", manifest.print_optics, "10^-D, linear"),
        _row("print curve", "print h = printer light - D'", manifest.view.curve,
             "print dyes"),
        _row("view", "print dyes", manifest.view.table, f"{manifest.output.display} code"),
        "",
        f"In h, an exposure below 10^{low:g} lux s counts as that. Printer light of each layer ="
        " `print_log_exposure` +",
        "`per_point` (`printer_points` - 25), in `pack.json` under `view`: "
        f"here {', '.join(f'{value:.5g}' for value in light)}. A row of",
        "`coupling` is the layer held back, a column the layer that develops. The kernels in um",
        "are in `pack.json`, too.",
        "The exposure may be multiplied by 2^stops before the first kernel.",
        "",
    ]  # fmt: skip


def _row(piece: str, takes: str, table: Table, gives: str) -> str:
    ends = (f"{low:g}, {high:g}" for low, high in (table.domain, table.codomain))
    return f"| {piece} | {takes} | {next(ends)} | {gives} | {next(ends)} |"


def _kernel_row(piece: str, kernel: Kernel | None, wire: str) -> str:
    if kernel is None:
        return f"| {piece} | {wire} | | the same: nothing is blurred | |"
    sizes = ", ".join(f"{image.pitch_um:g} um ({image.width} px)" for image in kernel.images)
    return f"| {piece} | {wire} | at {sizes} | the same | |"


def _hosts(manifest: Manifest) -> list[str]:
    variables = ", ".join(ocio.POINTS_VARIABLES.values())
    begin, end = SMOOTH_END
    return [
        "## Loading it",
        "",
        "**OpenColorIO.** Set OCIO to `config.ocio` or `config.ocioz` (2.5 or later). It is the",
        f"ACES studio config with the view *{ocio.FILM_VIEW}* first. *{ocio.POINTS_VIEW}* takes",
        f"whole printer points from the variables {variables}.",
        "Kernels are not in a view.",
        *_look(manifest),
        f"`oiiotool --colorconfig config.ocioz in.exr --ociodisplay \"{_display(manifest)}\" "
        f"{ocio.FILM_VIEW} -o out.png`",
        "",
        f"**Nuke.** Insert `{nuke.SCRIPT}`. Set *pack folder* on the group, then *picture* to the",
        f"width you work at. Put an OCIOColorSpace to {manifest.input.space} before the group and",
        "view what it gives raw. Knobs: exposure in stops, printer points.",
        "",
        f"**Resolve.** `{manifest.film.cube}` works everywhere. With Studio, copy the whole pack",
        f"into the LUT folder and follow `{resolve.NODE_TREE}`.",
        "",
        f"**Blender 5.** Start it with OCIO set to `config.ocio`, run `{blender.SCRIPT}`, add the",
        "group *Film* and set the view to Raw.",
        "",
        "**Anything else.** Tables by OpenColorIO, kernels by any convolution, layer by layer.",
        "Beyond the edge of the picture its last pixels go on. Where a host puts black there, work",
        "with a margin of the kernel's radius. At a width between the kernels, make your own from",
        "the `spreads` in `pack.json`; do not resize one. Over the distance r in um a spread is,",
        "at any scale,",
        "",
        "- `gaussian`: exp(-r^2 / 2 sigma^2)",
        "- `exponential`: exp(-r / length)",
        "- `cauchy`: (1 + (r / radius)^2)^-1.5",
        "- `diffuse`: cos^4 a, with tan a = r / (2 base)",
        "- `ring`: the same times Fresnel's reflectance of the base against air at the angle a",
        "",
        "The last three end by a factor 1 - t^3 (10 - 15 t + 6 t^2), t from 0 to 1 as r goes from",
        f"{begin:g} to {end:g} of the reach, {CAUCHY_REACH} radii for `cauchy`. A kernel is this",
        f"averaged over a square {LIT_WIDTH:g} of the pitch wide about each pixel, brought to sum",
        "1 and then to its weight. The OTF of `gaussians` is the sum of",
        "weight exp(-2 (pi sigma f)^2), f in cycles/um, without that square.",
        "",
    ]  # fmt: skip


def _look(manifest: Manifest) -> list[str]:
    if manifest.aces_look is None:
        return []
    return [f"The look *{ocio.ACES_LOOK}* is the film for an ACES view, not for its own."]


def _display(manifest: Manifest) -> str:
    return ocio.DISPLAY_SPACES.get(manifest.output.display, f"{manifest.output.display} - Display")


def _run() -> list[str]:
    return [
        "## What was run",
        "",
        "Run, in the tests of spectral-film: the OCIO config and archive by OpenColorIO and",
        "OpenImageIO; the functions of the DCTLs, compiled as OpenCL C; the Blender script against",
        "an imitation of its API; the Nuke script read back as a graph.",
        "",
        "Not run: Nuke, Resolve, Blender. We have none of them. Try each on a picture you know",
        "first: the pair in `reference/` is a scene and what spectral-film makes of it.",
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
    display = manifest.output.display
    what = {
        README: "this page",
        MANIFEST: "all numbers, units, errors and sums of files",
        SCHEMA_FILE: "JSON Schema of pack.json",
        REPORT: "pictures and errors",
        "replay.py": "plays the pack with OpenColorIO, numpy and scipy alone",
        ocio.CONFIG_FILE: "OCIO config",
        ocio.ARCHIVE: "the same with its tables in one file",
        ocio.POINTS: "printer points as CDL offsets on printing density",
        nuke.SCRIPT: "Nuke group",
        blender.SCRIPT: "builds the film in Blender's compositor",
        resolve.EXPOSURE: "DCTL before scatter and halation",
        resolve.DEVELOPMENT: "DCTL between the blurs",
        resolve.PRINT: "DCTL after the print's blur",
        resolve.WHOLE: "DCTL of the whole film without blurs",
        resolve.NODE_TREE: "node tree and widths of blurs for Resolve",
        manifest.view.pack_clf: "printing density to display code at the pack's printer points",
        manifest.reference.scene: f"reference scene, {manifest.input.space} codes",
        manifest.reference.render: f"the same as spectral-film renders it, {display} codes",
    }
    for role, table in manifest.tables().items():
        what[table.clf] = what[table.cube] = f"{role}, {table.dimensions}-D of {table.size}"
    for kernel in manifest.kernels():
        for image in kernel.images:
            size = f"kernel on {kernel.acts_on}, {image.pitch_um:g} um a pixel"
            what[image.rgb] = f"{size}, window centred on the origin"
            what |= {path: f"{size}, layer {layer}" for layer, path in image.layers.items()}
    return what
