"""The film of this pack as a node group of Blender's compositor.

Written for Blender 5.0, from its source and API pages; NOT run in Blender. How to use it:

1. Close Blender. Set the environment variable OCIO to `config.ocio` of the pack; start Blender.
2. `blender picture.blend --python blender/build_film_group.py`, or open it in the Text Editor as a
   file (not pasted) and press Run.
3. Add the group *Film*: it takes the scene-linear picture and gives display codes, so set the view
   to *Raw* on the pack's display.

Every table is a colour space of the config: the first takes the scene, the others the numbers of
ACES2065-1 as they are. Every kernel is a picture of the pack, one for each layer. Kernels end at
the edge of the picture: render with a margin of their radius.
"""

import json
from pathlib import Path
from typing import Any

import bpy

PACK = Path(__file__).resolve().parent.parent
GATE = None  # camera aperture by name, as in pack.json; None: the pack's first
WIDTH = None  # pixels across the gate; None: what the scene renders


def convert(tree: Any, source: Any, space: str, to: str) -> Any:
    """Behind `source`, from one colour space of the config into another."""
    node = tree.nodes.new("CompositorNodeConvertColorSpace")
    node.from_color_space, node.to_color_space = space, to
    node.label = to
    tree.links.new(source, node.inputs["Image"])
    return node.outputs["Image"]


def step(tree: Any, source: Any, to: str) -> Any:
    """One step of the film on numbers as they are."""
    return convert(tree, source, "ACES2065-1", to)


def convolve(tree: Any, source: Any, kernel: dict[str, Any] | None, gate: str, width: int) -> Any:
    """Each layer by its own kernel, of the images made for this gate and width."""
    if kernel is None:
        return source
    fitting = [image for image in kernel["images"] if image["gate"] == gate]
    image = min(fitting, key=lambda image: abs(image["width"] - width))
    if image["width"] != width:
        print(f"film: kernels are for {image['width']} pixels across the gate, not {width}")
    apart = tree.nodes.new("CompositorNodeSeparateColor")
    together = tree.nodes.new("CompositorNodeCombineColor")
    tree.links.new(source, apart.inputs["Image"])
    for layer, channel in (("R", "Red"), ("G", "Green"), ("B", "Blue")):
        picture = bpy.data.images.load(str(PACK / image["layers"][layer]), check_existing=True)
        picture.colorspace_settings.is_data = True
        read = tree.nodes.new("CompositorNodeImage")
        read.image = picture
        node = tree.nodes.new("CompositorNodeConvolve")
        node.label = f"{kernel['acts_on']} {layer}"
        node.inputs["Normalize Kernel"].default_value = False
        # Two sockets are called Kernel; their identifiers differ.
        sockets = {socket.identifier: socket for socket in node.inputs}
        tree.links.new(apart.outputs[channel], node.inputs["Image"])
        tree.links.new(read.outputs["Image"], sockets["Float Kernel"])
        tree.links.new(node.outputs["Image"], together.inputs[channel])
    return together.outputs["Image"]


def mix(tree: Any, kind: str, first: Any, second: Any) -> Any:
    """Two pictures added or multiplied, all of both and unclamped."""
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type, node.blend_type = "RGBA", kind
    node.clamp_result = node.clamp_factor = False
    sockets = {socket.identifier: socket for socket in node.inputs}
    sockets["Factor_Float"].default_value = 1.0
    tree.links.new(first, sockets["A_Color"])
    tree.links.new(second, sockets["B_Color"])
    return {socket.identifier: socket for socket in node.outputs}["Result_Color"]


def power(tree: Any, base: float, exponent: Any) -> Any:
    """A number to the power of a socket."""
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = "POWER"
    node.inputs[0].default_value = base
    tree.links.new(exponent, node.inputs[1])
    return node.outputs[0]


def light_per_point(tree: Any, points: Any, pack: dict[str, Any], number: int) -> Any:
    """What a printer light other than the baked one multiplies the light on the print by."""
    less = tree.nodes.new("ShaderNodeMath")
    less.operation = "SUBTRACT"
    tree.links.new(points, less.inputs[0])
    less.inputs[1].default_value = pack["view"]["printer_points"][number]
    return power(tree, 10 ** pack["view"]["per_point"], less.outputs[0])


def build(gate: str | None, width: int) -> Any:
    """Make the group *Film* anew and answer it."""
    pack = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))
    gate = gate or pack["gates"][0]["name"]
    tree = bpy.data.node_groups.new("Film", "CompositorNodeTree")
    sides = tree.interface
    sides.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
    sides.new_socket("Exposure", in_out="INPUT", socket_type="NodeSocketFloat")
    for layer, points in zip("RGB", pack["view"]["printer_points"], strict=True):
        name = f"Printer points {layer}"
        sides.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat").default_value = points
    sides.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    given = tree.nodes.new("NodeGroupInput")
    made = tree.nodes.new("NodeGroupOutput")

    exposure = convert(tree, given.outputs["Image"], SCENE_LINEAR, LAYER_EXPOSURE)
    exposure = mix(tree, "MULTIPLY", exposure, power(tree, 2.0, given.outputs["Exposure"]))
    exposure = convolve(tree, exposure, pack["optics"], gate, width)

    inhibitor = step(tree, exposure, DEVELOPED)
    inhibitor = convolve(tree, inhibitor, pack["development"]["inhibitor"], gate, width)
    held_back = mix(
        tree, "ADD", step(tree, exposure, COMPENSATED), step(tree, inhibitor, HELD_BACK)
    )

    light = step(tree, held_back, PRINT_EXPOSURE)
    printer = tree.nodes.new("CompositorNodeCombineColor")
    for number, (layer, channel) in enumerate((("R", "Red"), ("G", "Green"), ("B", "Blue"))):
        points = given.outputs[f"Printer points {layer}"]
        tree.links.new(light_per_point(tree, points, pack, number), printer.inputs[channel])
    light = mix(tree, "MULTIPLY", light, printer.outputs["Image"])
    light = convolve(tree, light, pack["print_optics"], gate, width)
    tree.links.new(step(tree, light, DISPLAYED), made.inputs["Image"])
    return tree


# Names of the pack's config.
SCENE_LINEAR = "ACEScg"
LAYER_EXPOSURE = "Film step: layer exposure"
DEVELOPED = "Film step: developed"
COMPENSATED = "Film step: compensated"
HELD_BACK = "Film step: held back"
PRINT_EXPOSURE = "Film step: print exposure"
DISPLAYED = "Film step: displayed"

if __name__ == "__main__":
    build(GATE, WIDTH or bpy.context.scene.render.resolution_x)
