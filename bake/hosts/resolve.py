"""`resolve/`: DCTLs for either side of each blur, one for the whole film, and the node tree.

A DCTL cannot blur what it computes, so the wide blurs are Resolve's own, between the nodes. The
inhibitor alone is narrow enough (a few pixels) for the development to gather it itself, which
spares a branch whose wires a mixer node might clip.

Syntax as in the DCTL reference that comes with Resolve, as CommandPost/ResolveCafe keeps it; LUTs
are found beside the DCTL by relative path. Not run in Resolve: DCTL needs Studio. The functions
are compiled and run as OpenCL C by the tests.
"""

from collections.abc import Sequence
from pathlib import Path

from bake.hosts.steps import DARKEST_TRANSMISSION
from bake.manifest import Kernel, Manifest, Table

EXPOSURE = "resolve/1_layer_exposure.dctl"
DEVELOPMENT = "resolve/2_development.dctl"
PRINT = "resolve/3_print.dctl"
WHOLE = "resolve/film_without_blurs.dctl"
NODE_TREE = "resolve/node_tree.md"

# 625 look-ups a pixel. In a 4096 frame that cuts the tails of the widest terms of 5207's
# inhibitor, 0.6 % of the whole, which is given back to the rest.
WIDEST_GATHER_PX = 12
WIDTHS = (1920, 2048, 3840, 4096)  # timelines that the page counts sigmas for
UNCODED = (0.0, 1.0)
DECODED = """__DEVICE__ float3 decoded(float3 v, float low, float high)
{
    float range = high - low;
    return make_float3(low + range * v.x, low + range * v.y, low + range * v.z);
}"""
PER_PIXEL = (
    "__DEVICE__ float3 transform(int p_Width, int p_Height, int p_X, int p_Y, "
    "float p_R, float p_G, float p_B)"
)
PER_PICTURE = (
    "__DEVICE__ float3 transform(int p_Width, int p_Height, int p_X, int p_Y, "
    "__TEXTURE__ p_TexR, __TEXTURE__ p_TexG, __TEXTURE__ p_TexB)"
)


def write_resolve(folder: Path, manifest: Manifest) -> list[str]:
    """Write four DCTLs and the page."""
    (folder / EXPOSURE).parent.mkdir(parents=True, exist_ok=True)
    texts = {
        EXPOSURE: exposure_dctl(manifest),
        DEVELOPMENT: development_dctl(manifest),
        PRINT: print_dctl(manifest),
        WHOLE: whole_dctl(manifest),
        NODE_TREE: node_tree(manifest),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def exposure_dctl(manifest: Manifest) -> str:
    """Scene code -> exposure of the layers, lux s, linear."""
    return _dctl(
        manifest,
        f"1. {manifest.input.space} code -> exposure of the layers, lux s, linear",
        {"layer_exposure": manifest.layer_exposure.table},
        [EXPOSURE_SLIDER],
        PER_PIXEL,
        [*_exposure(manifest), "return exposure;"],
    )


def development_dctl(manifest: Manifest) -> str:
    """Exposure -> 10^-D, the light that reaches the print, linear."""
    tables = {
        "curve": manifest.development.curve,
        "compensated": manifest.development.compensated,
        "printing": manifest.printing.table,
    }
    title = "2. exposure, lux s -> light on the print, 10^-printing density, linear"
    light = ["return make_float3(_exp10f(-density.x), _exp10f(-density.y), _exp10f(-density.z));"]
    kernel = manifest.development.inhibitor
    if kernel is None:
        body = ["float3 exposure = make_float3(p_R, p_G, p_B);", *_development(manifest)]
        return _dctl(manifest, title, tables, [], PER_PIXEL, [*body, *light])
    gate = manifest.gates[0].width_mm
    slider = (
        f"DEFINE_UI_PARAMS(gate_width, Width of the picture on film in mm, DCTLUI_SLIDER_FLOAT, "
        f"{gate:g}, 1.0, 80.0, 0.001)"
    )
    body = [
        "float3 exposure = make_float3(_tex2D(p_TexR, p_X, p_Y), _tex2D(p_TexG, p_X, p_Y), "
        "_tex2D(p_TexB, p_X, p_Y));",
        *_gather(manifest, kernel),
        *_development(manifest, gathered=True),
    ]
    return _dctl(manifest, title, tables, [slider], PER_PICTURE, [*body, *light])


def print_dctl(manifest: Manifest) -> str:
    """10^-D' -> display code, with printer points."""
    dark = _number(DARKEST_TRANSMISSION)
    density = [
        "float3 density = make_float3("
        + ", ".join(f"-_log10f(_fmaxf(p_{layer}, {dark}))" for layer in "RGB")
        + ");"
    ]
    return _dctl(
        manifest,
        f"3. light on the print -> display code: {manifest.output.encoding}",
        {"print_curve": manifest.view.curve, "view": manifest.view.table},
        _points_sliders(manifest),
        PER_PIXEL,
        [*density, *_print(manifest)],
    )


def whole_dctl(manifest: Manifest) -> str:
    """Scene code -> display code in one node: no blurs, but exposure and printer points."""
    return _dctl(
        manifest,
        f"{manifest.input.space} code -> {manifest.output.display} code, without blurs",
        {
            "layer_exposure": manifest.layer_exposure.table,
            "curve": manifest.development.curve,
            "compensated": manifest.development.compensated,
            "printing": manifest.printing.table,
            "print_curve": manifest.view.curve,
            "view": manifest.view.table,
        },
        [EXPOSURE_SLIDER, *_points_sliders(manifest)],
        PER_PIXEL,
        [*_exposure(manifest), *_development(manifest), *_print(manifest)],
    )


EXPOSURE_SLIDER = (
    "DEFINE_UI_PARAMS(stops, Exposure in stops, DCTLUI_SLIDER_FLOAT, 0.0, -8.0, 8.0, 0.01)"
)


def _points_sliders(manifest: Manifest) -> list[str]:
    return [
        f"DEFINE_UI_PARAMS(points_{layer.lower()}, Printer points {layer}, DCTLUI_SLIDER_FLOAT, "
        f"{points!r}, 0.0, 50.0, 0.5)"
        for layer, points in zip("RGB", manifest.view.printer_points, strict=True)
    ]


def _exposure(manifest: Manifest) -> list[str]:
    table = manifest.layer_exposure.table
    offset = _number(manifest.layer_exposure.exposure_offset_lux_s)
    each = ", ".join(f"_fmaxf(_exp10f(x.{axis}) - {offset}, 0.0f) * gain" for axis in "xyz")
    coded = ", ".join(_coded(f"p_{layer}", table) for layer in "RGB")
    return [
        f"float3 x = {_decoded(f'APPLY_LUT({coded}, layer_exposure)', table)};",
        "float gain = _exp2f(stops);",
        f"float3 exposure = make_float3({each});",
    ]


def _log_exposure(manifest: Manifest, name: str, exposures: Sequence[str]) -> str:
    low = _number(10 ** manifest.development.log_exposure[0])
    each = ", ".join(f"_log10f(_fmaxf({exposure}, {low}))" for exposure in exposures)
    return f"float3 {name} = make_float3({each});"


def _development(manifest: Manifest, *, gathered: bool = False) -> list[str]:
    """From `exposure` to `density`; `b` is there already where it was gathered."""
    development = manifest.development
    lines = [_log_exposure(manifest, "h", [f"exposure.{axis}" for axis in "xyz"])]
    lines.append(f"float3 g = {_applied('h', 'compensated', development.compensated)};")
    if not gathered:
        lines.append(f"float3 b = {_applied('h', 'curve', development.curve)};")
    held = [
        f"g.{axis} - "
        + "(" + " + ".join(f"{_number(c)} * b.{of}" for c, of in zip(row, "xyz", strict=True)) + ")"
        for axis, row in zip("xyz", development.coupling, strict=True)
    ]  # fmt: skip
    return [
        *lines,
        f"float3 held = make_float3({', '.join(held)});",
        f"float3 dyes = {_applied('held', 'curve', development.curve)};",
        f"float3 density = {_applied('dyes', 'printing', manifest.printing.table)};",
    ]


def _gather(manifest: Manifest, kernel: Kernel) -> list[str]:
    """Inhibitor `b` = sums of Gaussians * F(h) around the pixel, each of sum 1 over the window.

    A Gaussian of a tenth of a pixel is the pixel itself.
    """
    lines = ["float pitch = gate_width * 1000.0f / (float)p_Width;"]
    widest = max(term.sigma_um for layer in kernel.layers for term in layer.gaussians)
    lines += [
        f"int reach = (int)_fminf(_ceilf(3.0f * {_number(widest)} / pitch), "
        f"{_number(WIDEST_GATHER_PX)});"
    ]
    sigmas = sorted({term.sigma_um for layer in kernel.layers for term in layer.gaussians})
    for number, sigma in enumerate(sigmas):
        lines += [
            f"float s{number} = _fmaxf({_number(sigma)} / pitch, 0.1f);",
            f"float k{number} = -0.5f / (s{number} * s{number});",
            f"float n{number} = 0.0f;",
        ]
    lines += ["for (int i = -reach; i <= reach; i++) {"]
    lines += [f"    n{n} += _expf(k{n} * (float)(i * i));" for n in range(len(sigmas))]
    lines += [
        "}",
        "float3 b = make_float3(0.0f, 0.0f, 0.0f);",
        "for (int j = -reach; j <= reach; j++) {",
        "    for (int i = -reach; i <= reach; i++) {",
        "        int at_x = (int)_clampf((float)(p_X + i), 0.0f, (float)(p_Width - 1));",
        "        int at_y = (int)_clampf((float)(p_Y + j), 0.0f, (float)(p_Height - 1));",
        "        float away = (float)(i * i + j * j);",
    ]
    lines += [
        f"        float e{n} = _expf(k{n} * away) / (n{n} * n{n});" for n in range(len(sigmas))
    ]
    near = [f"_tex2D(p_Tex{layer}, at_x, at_y)" for layer in "RGB"]
    lines.append("        " + _log_exposure(manifest, "there", near))
    curve = manifest.development.curve
    lines.append(f"        float3 f = {_applied('there', 'curve', curve)};")
    for axis, layer in zip("xyz", kernel.layers, strict=True):
        weights = " + ".join(
            f"{_number(term.weight)} * e{sigmas.index(term.sigma_um)}" for term in layer.gaussians
        )
        lines.append(f"        b.{axis} += ({weights}) * f.{axis};")
    return [*lines, "    }", "}"]


def _print(manifest: Manifest) -> list[str]:
    view = manifest.view
    each = ", ".join(
        f"{_number(log_exposure)} + {_number(view.per_point)} * (points_{layer} - 25.0f) "
        f"- density.{axis}"
        for log_exposure, layer, axis in zip(view.print_log_exposure, "rgb", "xyz", strict=True)
    )
    return [
        f"float3 print_h = make_float3({each});",
        f"float3 print_dyes = {_applied('print_h', 'print_curve', view.curve)};",
        f"return {_applied('print_dyes', 'view', view.table)};",
    ]


def _applied(name: str, lut: str, table: Table) -> str:
    coded = ", ".join(_coded(f"{name}.{axis}", table) for axis in "xyz")
    return _decoded(f"APPLY_LUT({coded}, {lut})", table)


def _decoded(looked_up: str, table: Table) -> str:
    """What a `.cube` gives, 0..1, as the wire is."""
    if table.codomain == UNCODED:
        return looked_up
    return f"decoded({looked_up}, {', '.join(map(_number, table.codomain))})"


def _coded(value: str, table: Table) -> str:
    """A `.cube` takes 0..1 and a host may read beyond its ends: clamp."""
    low, high = table.domain
    if (low, high) == UNCODED:
        return f"_saturatef({value})"
    return f"_saturatef(({value} - {_number(low)}) * {_number(1 / (high - low))})"


def _number(value: float) -> str:
    """A float literal."""
    text = f"{value:.9g}"
    literal = text if "." in text or "e" in text else text + ".0"
    return f"({literal}f)" if value < 0 else f"{literal}f"


def _dctl(
    manifest: Manifest,
    title: str,
    tables: dict[str, Table],
    controls: Sequence[str],
    signature: str,
    body: Sequence[str],
) -> str:
    return "\n".join(
        [
            f"// {title}",
            f"// {manifest.negative.name} printed on {manifest.print_film.name}, {manifest.engine}",
            "// Keep the folders of the pack together: tables are found by relative path.",
            "// NOT run in Resolve. Needs Resolve Studio 17 or later.",
            "",
            *(f"DEFINE_LUT({name}, ../{table.cube})" for name, table in tables.items()),
            *controls,
            "",
            *([DECODED, ""] if any(t.codomain != UNCODED for t in tables.values()) else []),
            signature,
            "{",
            *(f"    {line}" for line in body),
            "}",
            "",
        ]
    )


def node_tree(manifest: Manifest) -> str:
    """Which node goes where, and how wide each blur is in pixels of usual timelines."""
    gate = manifest.gates[0]
    points = "-".join(f"{value:g}" for value in manifest.view.printer_points)
    lines = [
        f"# {manifest.negative.name} printed on {manifest.print_film.name} in Resolve",
        "",
        "Not run in Resolve. Copy the whole pack into Resolve's LUT folder, so that `resolve/` and",
        "`luts/` stay side by side, and refresh the list. DCTL needs Resolve Studio.",
        "",
        f"Without Studio: `{manifest.film.cube}` in one node. It is the film at printer points",
        f"{points} without blurs.",
        "",
        f"Before the first node the picture is in {manifest.input.space}, full range, an 18 % grey",
        f"at {manifest.input.grey_code:.4f}; nothing may be clipped. After the last it is",
        f"{manifest.output.encoding}. Colour management of the clip",
        "and of the timeline must not touch it again. Set 3D interpolation to tetrahedral.",
        "",
        "| node | what | takes | gives |",
        "|---|---|---|---|",
        f"| 1 | DCTL `{Path(EXPOSURE).name}` | {manifest.input.space} code | exposure, lux s |",
        "| 2 | blurs *scatter and halation*, below | exposure | exposure |",
        f"| 3 | DCTL `{Path(DEVELOPMENT).name}`, as a ResolveFX | exposure | 10^-D, linear |",
        "| 4 | blurs *of the print*, below | 10^-D | 10^-D |",
        f"| 5 | DCTL `{Path(PRINT).name}` | 10^-D | {manifest.output.display} code |",
        "",
        f"`{Path(WHOLE).name}` is 1, 3 and 5 in one node, without any blur.",
        "",
        "Node 3 gathers the inhibitor itself. Its slider is the width of the picture on film,",
        f"{gate.width_mm:g} mm for {gate.name}; it reaches {WIDEST_GATHER_PX} pixels at most.",
        "",
        "## Blurs",
        "",
        "A blur is a sum: give each row a node of its own with a Gaussian blur of this standard",
        "deviation on this channel, scale it by the weight, and add the nodes in a Layer Mixer set",
        "to Add. A row of 0 pixels is the picture itself, scaled. Resolve does not say how its",
        "blur radius relates to a standard deviation: blur one white pixel once, and find the",
        "setting whose width at half height is 2.355 sigma. Values lie far above 1; if the mixer",
        "clips them, leave the halation out rather than clip it.",
        "",
    ]
    for kernel, title in (
        (manifest.optics, "Scatter and halation (node 2)"),
        (manifest.print_optics, "The print (node 4)"),
    ):
        lines += [f"### {title}", ""]
        if kernel is None:
            lines += ["Nothing is blurred here: leave the node out.", ""]
            continue
        heads = " | ".join(f"sigma, px of {width}" for width in WIDTHS)
        lines += [f"| channel | weight | sigma, um | {heads} |", "|---" * (3 + len(WIDTHS)) + "|"]
        for layer, fitted in zip("RGB", kernel.layers, strict=True):
            for term in fitted.gaussians:
                pixels = " | ".join(
                    f"{term.sigma_um * width / (1000 * gate.width_mm):.3f}" for width in WIDTHS
                )
                lines.append(f"| {layer} | {term.weight:.5f} | {term.sigma_um:.3f} | {pixels} |")
        worst = max(fitted.gaussian_error for fitted in kernel.layers)
        lines += [
            "",
            f"The sum is off the kernel's MTF by {worst:.2g} at most, to 100 cycles/mm.",
            "",
        ]
    return "\n".join(lines)
