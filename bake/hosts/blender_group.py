"""The film of this pack as a node group of Blender's compositor.

Written for Blender 5.0, from its source and API pages; NOT run in Blender. How to use it:

1. Close Blender. Set the environment variable OCIO to `config.ocio` of the pack; start Blender.
2. `blender picture.blend --python blender/build_film_group.py`, or open it in the Text Editor as a
   file (not pasted) and press Run.
3. Add the group *Film*: it takes the scene-linear picture and gives display codes, so set the view
   to *Raw* on the pack's display.

It follows the chain in `pack.json`. What is between two pictures of it is a colour space of the
config: the first takes the scene, the others the numbers of ACES2065-1 as they are. Every kernel
is a picture of the pack, one for each layer. Kernels end at
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


def printer_light(tree: Any, given: Any, printer: dict[str, Any]) -> Any:
    """What printer lights other than the baked ones multiply the light on the print by."""
    light = tree.nodes.new("CompositorNodeCombineColor")
    channels = "Red", "Green", "Blue"
    for layer, channel, baked in zip("RGB", channels, printer["points"], strict=True):
        more = tree.nodes.new("ShaderNodeMath")
        more.operation = "SUBTRACT"
        tree.links.new(given.outputs[f"Printer points {layer}"], more.inputs[0])
        more.inputs[1].default_value = baked
        tree.links.new(
            power(tree, 10 ** printer["per_point"], more.outputs[0]), light.inputs[channel]
        )
    return light.outputs["Image"]


def build(gate: str | None, width: int) -> Any:
    """Make the group *Film* anew and answer it."""
    pack = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))
    gate = gate or pack["gates"][0]["name"]
    chain = pack["chain"]
    making = {step["gives"]: step for step in chain["steps"]}
    first, last = chain["wires"][0]["name"], chain["wires"][-1]["name"]
    printer = next(step for step in chain["steps"] if step["kind"] == "printer")
    tree = bpy.data.node_groups.new("Film", "CompositorNodeTree")
    sides = tree.interface
    sides.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
    sides.new_socket("Exposure", in_out="INPUT", socket_type="NodeSocketFloat")
    for layer, points in zip("RGB", printer["points"], strict=True):
        name = f"Printer points {layer}"
        sides.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat").default_value = points
    sides.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    given = tree.nodes.new("NodeGroupInput")
    made = tree.nodes.new("NodeGroupOutput")
    lying = {first: given.outputs["Image"]}  # the wires that are pictures so far

    def picture(wire: str) -> Any:
        """A wire as a picture: what the chain makes at a point is one step of the config."""
        if wire in lying:
            return lying[wire]
        way, before = [], wire
        while before not in lying:
            way.append(making[before])
            before = making[before]["takes"]
        source = lying[before]
        if printer in way:
            source = mix(tree, "MULTIPLY", source, printer_light(tree, given, printer))
        begin = SCENE_LINEAR if before == first else AS_IT_IS
        lying[wire] = convert(tree, source, begin, f"Film step: {wire}")
        if wire == chain["stops_on"]:
            stops = power(tree, 2.0, given.outputs["Exposure"])
            lying[wire] = mix(tree, "MULTIPLY", lying[wire], stops)
        return lying[wire]

    for step in chain["steps"]:
        if step["kind"] == "blur":
            source = picture(step["takes"])
            lying[step["gives"]] = convolve(tree, source, step["kernel"], gate, width)
        elif step["kind"] == "hold back":
            name = f"Film step: {step['gives']}"
            taken = convert(tree, picture(step["inhibitor"]), AS_IT_IS, name)
            lying[step["gives"]] = mix(tree, "ADD", picture(step["takes"]), taken)
    tree.links.new(picture(last), made.inputs["Image"])
    return tree


# Names of the pack's config.
SCENE_LINEAR, AS_IT_IS = "ACEScg", "ACES2065-1"

if __name__ == "__main__":
    build(GATE, WIDTH or bpy.context.scene.render.resolution_x)
