"""`nuke/film.nk`: the whole chain as a Nuke group, kernels included.

A script of Nuke is a stack machine: every node takes its inputs from the top of the stack, input 0
uppermost, and lies on it afterwards. Here each node is pushed by name for whoever needs it, so the
order of the text is the order of the chain.

Knobs as in the Foundry's reference of Nuke 15: OCIOFileTransform, Expression, Convolve (its class
is Convolve2; image is input 0, filter is input 1), ColorMatrix, Merge2, Transform, BlackOutside,
AdjBBox, CopyBBox (the box of input 1 on input 0). Nuke replicates the last pixels into a bounding
box that is expanded, which is what the engine has beyond its edges.
Not run in Nuke.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bake.hosts.tiles import offset
from bake.manifest import Manifest
from bake.parts import LAYERS, KernelImage, Layer, Table
from bake.steps import AtLeast, Blur, Grain, HoldBack, Logarithm, Lookup, Power, Printer, Step
from bake.texture import GrainImage, Texture

SCRIPT = "nuke/film.nk"
NUKE = "15.0 v1"
KERNEL_CHANNEL = "rgba.red"  # the one channel that a layer's kernel has
CHANNELS: dict[Layer, str] = {"R": "rgba.red", "G": "rgba.green", "B": "rgba.blue"}
SYMBOLS: dict[Layer, str] = {"R": "r", "G": "g", "B": "b"}
DOUBLINGS = 4  # of a tile of noise, across and down: 16 of them cover any picture


@dataclass
class Nodes:
    """Nodes of a group, in order."""

    text: list[str] = field(default_factory=list)

    def add(self, kind: str, name: str, inputs: Sequence[str] = (), **knobs: str) -> str:
        """One node behind `inputs`, its input 0 first; answers its name."""
        self.text += [f" push ${source}" for source in reversed(inputs)]
        lines = [f"inputs {len(inputs)}"] if kind != "Input" else ["inputs 0"]
        lines += [f"{knob} {value}" for knob, value in knobs.items()]
        self.text += [f" {kind} {{", *(f"  {line}" for line in [*lines, f"name {name}"]), " }"]
        self.text.append(f" set {name} [stack 0]")
        return name

    def table(self, name: str, source: str, path: str) -> str:
        """A look-up table of the pack."""
        return self.add(
            "OCIOFileTransform", name, [source], file=_in_pack(path), interpolation="tetrahedral"
        )

    def merge(self, name: str, below: str, above: str, operation: str) -> str:
        """Colours of two pictures as one, as far as the one below reaches."""
        knobs = {"operation": operation, "bbox": "B", "output": "rgb"}
        return self.add("Merge2", name, [below, above], **knobs)

    def at_pitch(self, name: str, each: Sequence[str]) -> str:
        """Of nodes for every picture of the pack, the one that the group's knob names."""
        return self.add("Switch", name, each, which="{{parent.pitch}}")

    def extended(self, name: str, source: str, images: Sequence[KernelImage | GrainImage]) -> str:
        """A picture whose last pixels go on as far as any of these images reaches."""
        reach = max(image.radius_px for image in images)
        return self.add("AdjBBox", name, [source], numpixels=f"{{{reach} {reach}}}")

    def image(self, name: str, path: str) -> str:
        """A picture of the pack whose values are no colours."""
        return self.add("Read", name, file=_in_pack(path), file_type="exr", raw="true")

    def expression(self, name: str, source: str, each: str) -> str:
        """The same arithmetic on every channel, whose value is `{v}`."""
        return self.expressions(name, source, [each] * len(LAYERS))

    def expressions(self, name: str, source: str, formulas: Iterable[str]) -> str:
        """Arithmetic on R, G and B; `{v}` is the value of each."""
        knobs = {
            f"expr{number}": f'"{formula.format(v=SYMBOLS[layer])}"'
            for number, (layer, formula) in enumerate(zip(LAYERS, formulas, strict=True))
        }
        return self.add("Expression", name, [source], **knobs)


def write_nuke(folder: Path, manifest: Manifest) -> list[str]:
    """Write the group."""
    path = folder / SCRIPT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(group_text(manifest), encoding="utf-8", newline="\n")
    return [SCRIPT]


def group_text(manifest: Manifest) -> str:
    """The script."""
    nodes = Nodes()
    chain = manifest.chain
    scene, *_, display = (wire.name for wire in chain.wires)
    lying = {scene: nodes.add("Input", scene)}  # the node behind which each wire is
    for step in chain.steps:
        sources = [lying[wire] for wire in step.inputs]
        lying[step.gives] = _add(nodes, step, step.gives.replace(" ", "_"), sources)
        if step.gives == chain.stops_on:
            gain = "{v} * pow(2, parent.exposure)"
            lying[step.gives] = nodes.expression("stops", lying[step.gives], gain)
    nodes.add("Output", "Output1", [lying[display]])
    return "\n".join([*_heading(manifest), *nodes.text, "end_group", ""])


def _add(nodes: Nodes, step: Step, name: str, sources: Sequence[str]) -> str:
    """The nodes of one step; answers the last one's name."""
    source = sources[0]
    match step:
        case Lookup():
            return nodes.table(name, source, step.table.clf)
        case Power():
            x = "{v}" if step.direction > 0 else "-{v}"
            light = f"max(pow(10, {x}) - {step.offset!r}, 0)"
            return nodes.expression(name, source, light)
        case Logarithm():
            return nodes.expression(name, source, f"log10(max({{v}}, {step.floor!r}))")
        case Printer():
            at_25 = dict(zip(LAYERS, step.log_exposure, strict=True))
            formulas = (
                f"log10(max({{v}}, {step.floor!r})) + {at_25[layer]!r} "
                f"+ {step.per_point!r} * (parent.points_{layer} - 25)"
                for layer in LAYERS
            )
            return nodes.expressions(name, source, formulas)
        case HoldBack():
            # The matrix holds minus the coupling, so that the sum does not care which is which.
            rows = " ".join(
                "{" + " ".join(repr(-value) for value in row) + "}" for row in step.coupling
            )
            taken = nodes.add("ColorMatrix", "coupling", [sources[1]], matrix=f"{{{rows}}}")
            return nodes.add("Merge2", name, [source, taken], operation="plus")
        case Blur():
            if step.kernel is None:
                return nodes.add("Dot", name, [source])
            around = nodes.extended(f"{name}_around", source, step.kernel.images)
            blurred = _convolved(nodes, step.kernel.images, name, around)
            return nodes.add("CopyBBox", name, [blurred, source])
        case Grain():
            return _grain(nodes, step, name, source)
        case AtLeast():
            return nodes.expression(name, source, f"max({{v}}, {step.low!r})")


def _convolved(
    nodes: Nodes, images: Sequence[KernelImage | GrainImage], name: str, source: str
) -> str:
    """Each layer by its own image, read at the pitch that the group's knob names."""
    before = source
    for layer in LAYERS:
        read = [
            nodes.image(f"{name}_{layer}_kernel_{number}", image.layers[layer])
            for number, image in enumerate(images)
        ]
        chosen = nodes.at_pitch(f"{name}_{layer}_pitch", read)
        others = " ".join(f"-{CHANNELS[other]}" for other in LAYERS if other != layer)
        before = nodes.add(
            "Convolve2",
            f"{name}_{layer}",
            [before, chosen],
            channels=f"{{{CHANNELS[layer]} {others} -rgba.alpha}}",
            use_input_channels="false",
            filter_channel=KERNEL_CHANNEL,
            normalize="false",
        )
    return before


def _grain(nodes: Nodes, step: Grain, name: str, source: str) -> str:
    """X + filter * ((linear + square z) z - square), where the group's knob has grain on.

    The noise lies around the picture too, and only the sum has the picture's box.
    """
    texture = step.texture
    around = nodes.extended(f"{name}_around", source, texture.images)
    noise = _noise(nodes, texture, f"{name}_noise")

    def table(which: str, tables: Sequence[Table]) -> str:
        made = [
            nodes.table(f"{name}_{which}_{number}", around, table.clf)
            for number, table in enumerate(tables)
        ]
        return nodes.at_pitch(f"{name}_{which}", made)

    linear = table("linear", [image.linear for image in texture.images])
    square = table("square", [image.square for image in texture.images])
    skewed = nodes.merge(f"{name}_skewed", square, noise, "multiply")
    weight = nodes.merge(f"{name}_weight", linear, skewed, "plus")
    scaled = nodes.merge(f"{name}_scaled", weight, noise, "multiply")
    mean = nodes.expression(f"{name}_mean", square, "-{v}")
    centred = nodes.merge(f"{name}_centred", scaled, mean, "plus")
    clumped = _convolved(nodes, texture.images, f"{name}_clumped", centred)
    added = nodes.merge(f"{name}_added", source, clumped, "plus")
    return nodes.add("Switch", name, [source, added], which="{{parent.grain}}")


def _noise(nodes: Nodes, texture: Texture, name: str) -> str:
    """The tile beside itself until it covers any picture, elsewhere in every frame."""
    tile = nodes.add("BlackOutside", f"{name}_tile", [nodes.image(f"{name}_read", texture.noise)])
    for axis in range(2):
        for doubling in range(DOUBLINGS):
            step = texture.tile_px << doubling
            where = f"{{{step} 0}}" if axis == 0 else f"{{0 {step}}}"
            beside = _moved(nodes, f"{name}_beside_{axis}{doubling}", tile, where)
            tile = nodes.add("Merge2", f"{name}_{axis}{doubling}", [tile, beside], operation="plus")
    across, down = (offset(texture, axis, "frame", "parent.seed") for axis in range(2))
    return _moved(nodes, name, tile, f"{{{{-{across}}} {{-{down}}}}}")


def _moved(nodes: Nodes, name: str, source: str, where: str) -> str:
    """By whole pixels, as they are."""
    knobs = {"translate": where, "center": "{0 0}", "filter": "Impulse"}
    return nodes.add("Transform", name, [source], **knobs)


def _in_pack(path: str) -> str:
    """A knob's text for a file of the pack; brackets of Tcl are escaped in a script."""
    return f'"\\[value parent.pack]/{path}"'


def pictures(manifest: Manifest) -> list[str]:
    """What the kernels' images are for, in their order."""
    chain = manifest.chain
    images: Sequence[KernelImage | GrainImage] = ()
    if chain.kernels:
        images = chain.kernels[0].images
    elif chain.grains:
        images = chain.grains[0].texture.images
    return [f"{image.gate}, {image.width} px wide, {image.pitch_um:g} um" for image in images]


_GRAIN_KNOBS = (
    " addUserKnob {6 grain l grain +STARTLINE}",
    " grain true",
    ' addUserKnob {3 seed l "seed of the grain"}',
)


def _heading(manifest: Manifest) -> list[str]:
    printer = manifest.chain.printer
    choices = " ".join(f'"{picture}"' for picture in pictures(manifest))
    points = [
        line
        for layer, baked in zip(LAYERS, printer.points if printer else (), strict=False)
        for line in (
            f' addUserKnob {{7 points_{layer} l "printer points {layer}" R 0 50}}',
            f" points_{layer} {baked!r}",
        )
    ]
    return [
        f"# {manifest.title}, {manifest.engine}",
        f"# Written for Nuke {NUKE} from the Foundry's reference. It was NOT run in Nuke.",
        "# To check at the first load: Convolve takes the picture at input 0 (B) and the kernel at",
        "# input 1 (A); OCIOFileTransform changes nothing else; one point light gives the kernel.",
        f"# Takes {manifest.input.space} codes, 18 % grey at {manifest.input.grey_code:.4f}: put",
        f"# OCIOColorSpace to {manifest.input.space} before it. Gives display codes,",
        f"# {manifest.output.encoding}: show them raw.",
        "# Beyond the edge of the picture its last pixels go on. Choose the *picture* whose width",
        "# is yours: kernels for another one blur too much or too little, and none can be resized.",
        "# `pack` is the folder of the pack. As it stands it is the folder above this script when",
        "# the script itself is opened; pasted into another script, type the folder.",
        f"version {NUKE}",
        "Group {",
        " inputs 1",
        " name Film",
        ' addUserKnob {20 Film l "Film"}',
        ' addUserKnob {2 pack l "pack folder"}',
        ' pack "\\[file dirname \\[file dirname \\[value root.name]]]"',
        f' addUserKnob {{4 pitch l "picture" M {{{choices}}}}}',
        ' addUserKnob {7 exposure l "exposure, stops" R -8 8}',
        *(_GRAIN_KNOBS if manifest.chain.grains else ()),
        *points,
        "}",
    ]
