"""`resolve/`: a DCTL for every node between blurs, one for the whole film, and the node tree.

A DCTL cannot blur what it computes, so the wide blurs are Resolve's own, between the nodes: where
a single picture goes from node to node. Between them the inhibitor is narrow enough (a few pixels)
for its node to gather it itself, which spares a branch whose wires a mixer node might clip.

Syntax as in the DCTL reference that comes with Resolve, as CommandPost/ResolveCafe keeps it; LUTs
are found beside the DCTL by relative path. Not run in Resolve: DCTL needs Studio. The functions
are compiled and run as OpenCL C by the tests.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bake.chain import Chain
from bake.hosts import dctl
from bake.manifest import Manifest
from bake.parts import UNCODED
from bake.replay import pixels_of
from bake.steps import Blur, Grain, Lookup, Printer, Step
from bake.texture import Texture

WHOLE = "resolve/film_without_blurs.dctl"
NODE_TREE = "resolve/node_tree.md"
WIDTHS = (1920, 2048, 3840, 4096)  # timelines that the page counts sigmas for
PER_PIXEL = (
    "__DEVICE__ float3 transform(int p_Width, int p_Height, int p_X, int p_Y, "
    "float p_R, float p_G, float p_B)"
)
PER_PICTURE = (
    "__DEVICE__ float3 transform(int p_Width, int p_Height, int p_X, int p_Y, "
    "__TEXTURE__ p_TexR, __TEXTURE__ p_TexG, __TEXTURE__ p_TexB)"
)


class Node(NamedTuple):
    """What one DCTL does.

    Attributes:
        number: Its place.
        takes, gives: The wires.
        blur: What follows; None: the end.
    """

    number: int
    takes: str
    gives: str
    blur: Blur | None

    @property
    def path(self) -> str:
        """Its file in the pack."""
        return f"resolve/{self.number}_{dctl.identifier(self.gives)}.dctl"


def nodes(chain: Chain) -> list[Node]:
    """A node for every piece of the chain between blurs that a single picture goes through."""
    found: list[Node] = []
    first = chain.wires[0].name
    for number, step in enumerate(chain.steps):
        taken_later = {wire for later in chain.steps[number + 1 :] for wire in later.inputs}
        made_before = {earlier.gives for earlier in chain.steps[:number]} | {first}
        if isinstance(step, Blur) and not made_before & taken_later:
            found.append(Node(len(found) + 1, first, step.takes, step))
            first = step.gives
    return [*found, Node(len(found) + 1, first, chain.wires[-1].name, None)]


def write_resolve(folder: Path, manifest: Manifest) -> list[str]:
    """Write the DCTLs and the page."""
    chain = manifest.chain
    texts = {node.path: node_dctl(folder, manifest, node) for node in nodes(chain)}
    texts[WHOLE] = _dctl(
        folder,
        manifest,
        f"{chain.wires[0].unit} -> {chain.wires[-1].unit}, without blurs",
        (chain.wires[0].name, chain.wires[-1].name),
        gather=False,
    )
    texts[NODE_TREE] = node_tree(manifest)
    (folder / WHOLE).parent.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def node_dctl(folder: Path, manifest: Manifest, node: Node) -> str:
    """The file of one node."""
    units = {wire.name: wire.unit for wire in manifest.chain.wires}
    title = f"{node.number}. {_said(units, node.takes)} -> {_said(units, node.gives)}"
    return _dctl(folder, manifest, title, (node.takes, node.gives), gather=True)


def _said(units: dict[str, str], wire: str) -> str:
    return f"{wire} ({units[wire]})"


def _dctl(
    folder: Path, manifest: Manifest, title: str, wires: tuple[str, str], *, gather: bool
) -> str:
    chain = manifest.chain
    first, last = wires
    steps = chain.way(first, last)
    gathers = gather and any(isinstance(step, Blur) and step.kernel for step in steps)
    grains = [step for step in steps if isinstance(step, Grain)]
    used = [step.table for step in steps if isinstance(step, Lookup)]
    used += [table for step, _, _, table in chain.grain_curves() if step in grains]
    tables = {dctl.lut(table): table for table in used}
    filters = {step.gives: _filters(folder, step.texture) for step in grains}
    coded = any(table.codomain != UNCODED for table in tables.values())
    pixel = dctl.texel("p_X", "p_Y") if gathers else "make_float3(p_R, p_G, p_B)"
    body = [
        f"float3 {dctl.identifier(first)} = {pixel};",
        *([dctl.PITCH] if gathers or grains else []),
        *dctl.body(chain, first, last, gather=gather, filters=filters),
        f"return {dctl.identifier(last)};",
    ]
    return "\n".join(
        [
            f"// {title}",
            f"// {manifest.title}, {manifest.engine}",
            "// Keep the folders of the pack together: tables are found by relative path.",
            "// NOT run in Resolve. Needs Resolve Studio 17 or later.",
            "",
            *(f"DEFINE_LUT({name}, ../{table.cube})" for name, table in tables.items()),
            *_sliders(manifest, steps, gathers=gathers),
            "",
            *([dctl.DECODED, ""] if coded else []),
            *([dctl.NOISE, ""] if grains else []),
            PER_PICTURE if gathers else PER_PIXEL,
            "{",
            *(f"    {line}" for line in body),
            "}",
            "",
        ]
    )


def _filters(folder: Path, texture: Texture) -> np.ndarray:
    """A quarter of each filter from its middle on: (picture, layer, row, column).

    A picture may reach less far than another.
    """
    reach = max(image.radius_px for image in texture.images)
    found = np.zeros((len(texture.images), 3, reach + 1, reach + 1))
    for number, image in enumerate(texture.images):
        here = image.radius_px
        quarter = pixels_of(folder / image.rgb)[here:, here:]
        found[number, :, : here + 1, : here + 1] = np.moveaxis(quarter, -1, 0)
    return found


def _sliders(manifest: Manifest, steps: Sequence[Step], *, gathers: bool) -> list[str]:
    """What a colourist may move in a node of these steps."""
    found = []
    if any(step.gives == manifest.chain.stops_on for step in steps):
        found.append(_slider("stops", "Exposure in stops", "0.0, -8.0, 8.0, 0.01"))
    grains = any(isinstance(step, Grain) for step in steps)
    if gathers or grains:
        width = f"{manifest.gates[0].width_mm:g}, 1.0, 80.0, 0.001"
        found.append(_slider("gate_width", "Width of the picture on film in mm", width))
    if grains:
        found.append("DEFINE_UI_PARAMS(grain, Grain, DCTLUI_CHECK_BOX, 1)")
        found.append("DEFINE_UI_PARAMS(seed, Seed of the grain, DCTLUI_SLIDER_INT, 0, 0, 9999, 1)")
    for step in steps:
        if isinstance(step, Printer):
            for layer, points in zip("RGB", step.points, strict=True):
                name, ends = f"points_{layer.lower()}", f"{points!r}, 0.0, 50.0, 0.5"
                found.append(_slider(name, f"Printer points {layer}", ends))
    return found


def _slider(name: str, label: str, ends: str) -> str:
    return f"DEFINE_UI_PARAMS({name}, {label}, DCTLUI_SLIDER_FLOAT, {ends})"


_GRAIN = (
    "Grain is made within the DCTLs, of noise that counts pixels and frames: no plate is needed,",
    "and nothing in it repeats. Its frame is TIMELINE_FRAME_INDEX. A Resolve that does not know",
    "that says so when it reads the DCTL; grain stands still once 0 is put in its place. How much",
    "there is, the dye of the pixel itself says: within three pixels of a hard edge that is not",
    "quite what the player does. The width of the picture on film says how coarse it is. Put it on",
    "at the size of the scan, before anything is scaled.",
    "",
)


def node_tree(manifest: Manifest) -> str:
    """Which node goes where, and how wide each blur is in pixels of usual timelines."""
    gate, chain = manifest.gates[0], manifest.chain
    points = "-".join(f"{value:g}" for value in chain.printer.points) if chain.printer else ""
    units = {wire.name: wire.unit for wire in chain.wires}
    lines = [
        f"# {manifest.title} in Resolve",
        "",
        "Not run in Resolve. Copy the whole pack into Resolve's LUT folder, so that `resolve/` and",
        "`luts/` stay side by side, and refresh the list. DCTL needs Resolve Studio.",
        "",
        f"Without Studio: `{manifest.film.cube}` in one node. It is the film"
        + (" at printer points" if points else ""),
        f"{points} without blurs.".lstrip(),
        "",
        f"Before the first node the picture is in {manifest.input.space}, full range, an 18 % grey",
        f"at {manifest.input.grey_code:.4f}; nothing may be clipped. After the last it is",
        f"{manifest.output.encoding}. Colour management of the clip",
        "and of the timeline must not touch it again. Set 3D interpolation to tetrahedral.",
        "",
        "| node | takes | gives |",
        "|---|---|---|",
    ]
    for node in nodes(chain):
        takes, gives = _said(units, node.takes), _said(units, node.gives)
        lines.append(f"| DCTL `{Path(node.path).name}` | {takes} | {gives} |")
        if node.blur:
            lines.append(f"| blurs that make the *{node.blur.gives}*, below | {gives} | the same |")
    lines += [
        "",
        f"`{Path(WHOLE).name}` is all DCTLs in one node, without any blur.",
        "",
        f"Sliders (exposure, {'printer points, ' if points else ''}width, grain) show where a DCTL",
        "is put on by the",
        "plug-in *DCTL* of the Effects library (ResolveFX Color), which lists the files of the LUT",
        "folder. From the list of LUTs a DCTL runs too, without sliders, as the pack was baked.",
        "",
        "A DCTL with a slider for the width of the picture on film gathers the inhibitor itself.",
        f"The width is {gate.width_mm:g} mm for {gate.name}; it reaches",
        f"{dctl.WIDEST_GATHER_PX} pixels at most.",
        "",
        *(_GRAIN if chain.grains else ()),
        "## Blurs",
        "",
        "A blur is a sum: give each row a node of its own with a Gaussian blur of this standard",
        "deviation on this channel, scale it by the weight, and add the nodes in a Layer Mixer set",
        "to Add. A row of 0 pixels is the picture itself, scaled. Resolve does not say how its",
        "blur radius relates to a standard deviation: blur one white pixel once, and find the",
        "setting whose width at half height is 2.355 sigma. Set its border type to *Replicate*:",
        "beyond the edge the last pixels go on. Values lie far above 1; if the mixer",
        "clips them, leave the halation out rather than clip it.",
        "",
    ]
    for blur in (node.blur for node in nodes(chain) if node.blur):
        lines += [f"### {blur.gives.capitalize()}", ""]
        if blur.kernel is None:
            lines += ["Nothing is blurred here: leave the node out.", ""]
            continue
        heads = " | ".join(f"sigma, px of {width}" for width in WIDTHS)
        lines += [f"| channel | weight | sigma, um | {heads} |", "|---" * (3 + len(WIDTHS)) + "|"]
        for layer, fitted in zip("RGB", blur.kernel.layers, strict=True):
            for term in fitted.gaussians:
                pixels = " | ".join(
                    f"{term.sigma_um * width / (1000 * gate.width_mm):.3f}" for width in WIDTHS
                )
                lines.append(f"| {layer} | {term.weight:.5f} | {term.sigma_um:.3f} | {pixels} |")
        worst = max(fitted.gaussian_error for fitted in blur.kernel.layers)
        lines += [
            "",
            f"The sum is off the kernel's MTF by {worst:.2g} at most, to 100 cycles/mm.",
            "",
        ]
    return "\n".join(lines)
