"""`nuke/film.nk`: the whole chain as a Nuke group, kernels included.

A script of Nuke is a stack machine: every node takes its inputs from the top of the stack, input 0
uppermost, and lies on it afterwards. Here each node is pushed by name for whoever needs it, so the
order of the text is the order of the chain.

Knobs as in the Foundry's reference of Nuke 15: OCIOFileTransform, Expression, Convolve (its class
is Convolve2; image is input 0, filter is input 1), ColorMatrix, Merge2. Not run in Nuke.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bake.hosts.steps import DARKEST_TRANSMISSION
from bake.manifest import LAYERS, Kernel, Layer, Manifest

SCRIPT = "nuke/film.nk"
NUKE = "15.0 v1"
KERNEL_CHANNEL = "rgba.red"  # where Nuke puts a lone Y, as whatever it does not know
CHANNELS: dict[Layer, str] = {"R": "rgba.red", "G": "rgba.green", "B": "rgba.blue"}
SYMBOLS: dict[Layer, str] = {"R": "r", "G": "g", "B": "b"}


@dataclass
class Chain:
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

    def expression(self, name: str, source: str, each: str) -> str:
        """Arithmetic on every channel: `{v}` is its value, `{layer}` R, G or B."""
        formulas = {
            f"expr{number}": f'"{each.format(v=SYMBOLS[layer], layer=layer)}"'
            for number, layer in enumerate(LAYERS)
        }
        return self.add("Expression", name, [source], **formulas)


def write_nuke(folder: Path, manifest: Manifest) -> list[str]:
    """Write the group."""
    path = folder / SCRIPT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(group_text(manifest), encoding="utf-8", newline="\n")
    return [SCRIPT]


def group_text(manifest: Manifest) -> str:
    """The script."""
    chain = Chain()
    _camera(chain, manifest)
    _development(chain, manifest)
    _print(chain, manifest)
    chain.add("Output", "Output1", ["display"])
    return "\n".join([*_heading(manifest), *chain.text, "end_group", ""])


def _camera(chain: Chain, manifest: Manifest) -> None:
    offset = manifest.layer_exposure.exposure_offset_lux_s
    chain.add("Input", "scene")
    chain.table("layer_exposure", "scene", manifest.layer_exposure.table.clf)
    chain.expression(
        "exposure_linear",
        "layer_exposure",
        f"max(pow(10, {{v}}) - {offset!r}, 0) * pow(2, parent.exposure)",
    )
    _kernel(chain, manifest.optics, "optics", "exposure_linear")


def _development(chain: Chain, manifest: Manifest) -> None:
    development = manifest.development
    lowest = 10 ** development.log_exposure[0]
    chain.expression("log_exposure", "optics", f"log10(max({{v}}, {lowest!r}))")
    chain.table("compensated", "log_exposure", development.compensated.clf)
    chain.table("developed", "log_exposure", development.curve.clf)
    _kernel(chain, development.inhibitor, "inhibitor", "developed")
    # The matrix holds minus the coupling, so that the sum does not care which input is which.
    rows = " ".join(
        "{" + " ".join(repr(-value) for value in row) + "}" for row in development.coupling
    )
    chain.add("ColorMatrix", "coupling", ["inhibitor"], matrix=f"{{{rows}}}")
    chain.add("Merge2", "held_back", ["compensated", "coupling"], operation="plus")
    chain.table("dyes", "held_back", development.curve.clf)


def _print(chain: Chain, manifest: Manifest) -> None:
    view = manifest.view
    chain.table("printing_density", "dyes", manifest.printing.table.clf)
    chain.expression("print_light", "printing_density", "pow(10, -{v})")
    _kernel(chain, manifest.print_optics, "print_optics", "print_light")
    chain.expression(
        "print_density", "print_optics", f"-log10(max({{v}}, {DARKEST_TRANSMISSION!r}))"
    )
    # The last table holds the points that the pack was baked at; the knobs add the difference.
    points = {
        f"expr{number}": f'"{SYMBOLS[layer]} - {view.per_point!r} * '
        f'(parent.points_{layer} - {view.printer_points[number]!r})"'
        for number, layer in enumerate(LAYERS)
    }
    chain.add("Expression", "printer_points", ["print_density"], **points)
    chain.table("display", "printer_points", view.pack_clf)


def _kernel(chain: Chain, kernel: Kernel | None, name: str, source: str) -> str:
    """Each layer by its own kernel, read at the pitch that the group's knob names."""
    if kernel is None:
        return chain.add("Dot", name, [source])
    before = source
    for layer in LAYERS:
        read = []
        for number, image in enumerate(kernel.images):
            path = image.layers[layer]
            read.append(
                chain.add(
                    "Read",
                    f"{name}_{layer}_kernel_{number}",
                    file=_in_pack(path),
                    file_type="exr",
                    raw="true",
                )
            )
        chosen = chain.add("Switch", f"{name}_{layer}_pitch", read, which="{{parent.pitch}}")
        others = " ".join(f"-{CHANNELS[other]}" for other in LAYERS if other != layer)
        before = chain.add(
            "Convolve2",
            name if layer == LAYERS[-1] else f"{name}_{layer}",
            [before, chosen],
            channels=f"{{{CHANNELS[layer]} {others} -rgba.alpha}}",
            use_input_channels="false",
            filter_channel=KERNEL_CHANNEL,
            normalize="false",
        )
    return before


def _in_pack(path: str) -> str:
    """A knob's text for a file of the pack; brackets of Tcl are escaped in a script."""
    return f'"\\[value parent.pack]/{path}"'


def pictures(manifest: Manifest) -> list[str]:
    """What the kernels' images are for, in their order."""
    images = [image for kernel in manifest.kernels()[:1] for image in kernel.images]
    return [f"{image.gate}, {image.width} px wide, {image.pitch_um:g} um" for image in images]


def _heading(manifest: Manifest) -> list[str]:
    view = manifest.view
    choices = " ".join(f'"{picture}"' for picture in pictures(manifest))
    points = [
        line
        for number, layer in enumerate(LAYERS)
        for line in (
            f' addUserKnob {{7 points_{layer} l "printer points {layer}" R 0 50}}',
            f" points_{layer} {view.printer_points[number]!r}",
        )
    ]
    return [
        f"# {manifest.negative.name} printed on {manifest.print_film.name}, {manifest.engine}",
        f"# Written for Nuke {NUKE} from the Foundry's reference. It was NOT run in Nuke.",
        "# To check at the first load: Convolve takes the picture at input 0 (B) and the kernel at",
        "# input 1 (A); OCIOFileTransform changes nothing else; one point light gives the kernel.",
        f"# Takes {manifest.input.space} codes, 18 % grey at {manifest.input.grey_code:.4f}: put",
        f"# OCIOColorSpace to {manifest.input.space} before it. Gives display codes,",
        f"# {manifest.output.encoding}: show them raw.",
        "# Kernels go on outside the picture: leave a margin of their radius around it.",
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
        *points,
        "}",
    ]
