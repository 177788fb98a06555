"""The film of this pack as a node group of Blender's compositor.

Run in Blender 5.0.1 without its windows, as the module `bpy`. How to use it:

1. Close Blender. Set the environment variable OCIO to `config.ocio` of the pack; start Blender.
2. `blender picture.blend --python blender/build_film_group.py`, or open it in the Text Editor as a
   file (not pasted) and press Run.
3. Add the group *Film*: it takes the scene-linear picture and gives display codes, so set the view
   to *Raw* on the pack's display.

It follows the chain in `pack.json`. What is between two pictures of it is a colour space of the
config: the first takes the scene, the others the numbers of ACES2065-1 as they are. Every kernel
is a picture of the pack, one for each layer, for the width that it was made for and no other.
Beyond the edge of the picture its last pixels go on. Grain is a tile of noise of the pack, which
lies elsewhere in every frame; *Grain* is 1 for all of it and 0 for none.
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


def fitting(part: dict[str, Any], gate: str, width: int) -> dict[str, Any]:
    """Of the images of a kernel or a grain, the one made for this gate and width.

    Raises:
        ValueError: none is, and another one would blur too much or too little.
    """
    images = [image for image in part["images"] if image["gate"] == gate]
    for image in images:
        if image["width"] == width:
            return image
    widths = " or ".join(str(image["width"]) for image in images)
    raise ValueError(
        f"no kernels for {width} pixels across {gate}: this pack has {widths or 'other gates'}; "
        "render as wide, set WIDTH in this script if the picture is a piece of one, or bake a pack "
        f"with --widths {width}"
    )


def read(tree: Any, path: str) -> Any:
    """A picture of the pack whose values are no colours."""
    picture = bpy.data.images.load(str(PACK / path), check_existing=True)
    picture.colorspace_settings.is_data = True
    node = tree.nodes.new("CompositorNodeImage")
    node.image = picture
    return node.outputs["Image"]


def convolve(tree: Any, source: Any, image: dict[str, Any], label: str) -> Any:
    """Each layer by its own image; black comes in from outside of the picture."""
    apart = tree.nodes.new("CompositorNodeSeparateColor")
    together = tree.nodes.new("CompositorNodeCombineColor")
    tree.links.new(source, apart.inputs["Image"])
    for layer, channel in (("R", "Red"), ("G", "Green"), ("B", "Blue")):
        node = tree.nodes.new("CompositorNodeConvolve")
        node.label = f"{label} {layer}"
        node.inputs["Normalize Kernel"].default_value = False
        # Two sockets are called Kernel; their identifiers differ.
        sockets = {socket.identifier: socket for socket in node.inputs}
        tree.links.new(apart.outputs[channel], node.inputs["Image"])
        tree.links.new(read(tree, image["layers"][layer]), sockets["Float Kernel"])
        tree.links.new(node.outputs["Image"], together.inputs[channel])
    return together.outputs["Image"]


def blur(tree: Any, source: Any, image: dict[str, Any], label: str) -> Any:
    """A picture through a kernel, as if its last pixels went on."""
    blurred = convolve(tree, extended(tree, source, image["radius_px"]), image, label)
    return mix(tree, "MIX", source, blurred)


def extended(tree: Any, source: Any, radius: int) -> Any:
    """A picture so many pixels wider on each side, where its last pixels go on."""
    size = tree.nodes.new("CompositorNodeImageInfo")
    sides = tree.nodes.new("ShaderNodeSeparateXYZ")
    wider = tree.nodes.new("CompositorNodeScale")
    going_on = tree.nodes.new("CompositorNodeTranslate")
    wider.inputs["Type"].default_value = "Absolute"
    tree.links.new(source, size.inputs["Image"])
    tree.links.new(size.outputs["Dimensions"], sides.inputs["Vector"])
    tree.links.new(source, wider.inputs["Image"])
    tree.links.new(source, going_on.inputs["Image"])
    for axis in "XY":
        side = math(tree, "ADD", sides.outputs[axis], 2.0 * radius)
        tree.links.new(side, wider.inputs[axis])
        going_on.inputs[f"Extension {axis}"].default_value = "Extend"
    going_on.inputs["Interpolation"].default_value = "Nearest"
    return mix(tree, "MIX", wider.outputs["Image"], going_on.outputs["Image"])


def math(tree: Any, operation: str, first: Any, second: float | None = None) -> Any:
    """A number of a socket, and another."""
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    tree.links.new(first, node.inputs[0])
    if second is not None:
        node.inputs[1].default_value = second
    return node.outputs[0]


def offset(tree: Any, given: Any, texture: dict[str, Any], axis: int) -> Any:
    """Pixels by which the tile is moved, in no order from frame to frame; as in nuke/film.nk."""
    frame = tree.nodes.new("CompositorNodeSceneTime").outputs["Frame"]
    both = tree.nodes.new("ShaderNodeMath")
    both.operation = "ADD"
    tree.links.new(math(tree, "MULTIPLY", frame, PER_FRAME), both.inputs[0])
    tree.links.new(math(tree, "MULTIPLY", given.outputs["Seed"], PER_SEED), both.inputs[1])
    phase = math(tree, "ADD", both.outputs[0], SALTS[texture["of"]][axis])
    spread = math(tree, "MULTIPLY", math(tree, "SINE", phase), SPREAD)
    share = math(tree, "FRACT", math(tree, "ABSOLUTE", spread))
    return math(tree, "FLOOR", math(tree, "MULTIPLY", share, texture["tile_px"]))


def add_grain(
    tree: Any, source: Any, given: Any, step: dict[str, Any], gate: str, width: int
) -> Any:
    """X + filter * ((linear + square z) z - square), of noise z, which lies around X too."""
    texture = step["texture"]
    image = fitting(texture, gate, width)
    moved = tree.nodes.new("CompositorNodeTranslate")
    moved.inputs["Interpolation"].default_value = "Nearest"
    tree.links.new(read(tree, texture["noise"]), moved.inputs["Image"])
    for axis, name in enumerate("XY"):
        moved.inputs[f"Extension {name}"].default_value = "Repeat"
        tree.links.new(offset(tree, given, texture, axis), moved.inputs[name])
    noise = moved.outputs["Image"]
    around = extended(tree, source, image["radius_px"])
    linear, square = (
        convert(
            tree,
            around,
            AS_IT_IS,
            f"Film grain: {step['gives']}, {curve}, {image['pitch_um']:.3f} um",
        )
        for curve in ("linear", "square")
    )
    weight = mix(tree, "ADD", linear, mix(tree, "MULTIPLY", square, noise))
    centred = mix(tree, "SUBTRACT", mix(tree, "MULTIPLY", weight, noise), square)
    clumped = convolve(tree, centred, image, f"grain of the {texture['of']}")
    return mix(tree, "ADD", source, clumped, given.outputs["Grain"])


def mix(tree: Any, kind: str, first: Any, second: Any, factor: Any = None) -> Any:
    """Two pictures as one as large as the first, all of the second or a factor of it, unclamped."""
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type, node.blend_type = "RGBA", kind
    node.clamp_result = node.clamp_factor = False
    sockets = {socket.identifier: socket for socket in node.inputs}
    sockets["Factor_Float"].default_value = 1.0
    if factor is not None:
        tree.links.new(factor, sockets["Factor_Float"])
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
    printer = next((step for step in chain["steps"] if step["kind"] == "printer"), None)
    for step in chain["steps"]:  # before anything is built
        part = step.get("kernel") or step.get("texture")
        if part:
            fitting(part, gate, width)
    tree = bpy.data.node_groups.new("Film", "CompositorNodeTree")
    sides = tree.interface
    sides.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
    sides.new_socket("Exposure", in_out="INPUT", socket_type="NodeSocketFloat")
    if any(step["kind"] == "grain" for step in chain["steps"]):
        for name, value in (("Grain", 1.0), ("Seed", 0.0)):
            socket = sides.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
            socket.default_value = value
    for layer, points in zip("RGB", printer["points"] if printer else (), strict=bool(printer)):
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
        if printer and printer in way:
            source = mix(tree, "MULTIPLY", source, printer_light(tree, given, printer))
        begin = SCENE_LINEAR if before == first else AS_IT_IS
        lying[wire] = convert(tree, source, begin, f"Film step: {wire}")
        if wire == chain["stops_on"]:
            stops = power(tree, 2.0, given.outputs["Exposure"])
            lying[wire] = mix(tree, "MULTIPLY", lying[wire], stops)
        return lying[wire]

    for step in chain["steps"]:
        if step["kind"] == "blur":
            source, kernel = picture(step["takes"]), step["kernel"]
            if kernel is not None:
                image = fitting(kernel, gate, width)
                source = blur(tree, source, image, kernel["acts_on"])
            lying[step["gives"]] = source
        elif step["kind"] == "grain":
            source = picture(step["takes"])
            lying[step["gives"]] = add_grain(tree, source, given, step, gate, width)
        elif step["kind"] == "hold back":
            name = f"Film step: {step['gives']}"
            taken = convert(tree, picture(step["inhibitor"]), AS_IT_IS, name)
            lying[step["gives"]] = mix(tree, "ADD", picture(step["takes"]), taken)
    tree.links.new(picture(last), made.inputs["Image"])
    return tree


# Names of the pack's config.
SCENE_LINEAR, AS_IT_IS = "ACEScg", "ACES2065-1"

# A sine times a large number has digits behind its point that go by frame without any order.
PER_FRAME, PER_SEED, SPREAD = 12.9898, 78.233, 43758.5453
SALTS = {"negative": (1.7, 4.1), "print": (2.9, 5.3)}  # across and down

if __name__ == "__main__":
    render = bpy.context.scene.render
    build(GATE, WIDTH or render.resolution_x * render.resolution_percentage // 100)
