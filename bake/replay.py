"""Play a pack with OpenColorIO, OpenImageIO, numpy and scipy alone, slowly and in plain steps.

This file knows nothing of spectral-film, and of the film only what the chain in `pack.json` says:
it is what a program that wants to play packs has to do, and lies in every pack beside what it
plays:

    python replay.py PACK SCENE.exr OUTPUT.exr PITCH_UM

SCENE holds code values of the pack's input space, OUTPUT gets display code values. PITCH_UM is the
width of the camera gate over the pixels across, and must be one that the pack has kernels for.
"""

import json
import sys
from pathlib import Path

import numpy as np
import OpenImageIO
import PyOpenColorIO
from scipy.signal import fftconvolve

NEAR = 0.002  # how far a pitch may be from a kernel's, as a share of it


def replay(said: dict, pack: Path, scene: np.ndarray, pitch_um: float) -> dict[str, np.ndarray]:
    """Every wire of a pack, (y, x, 3) each.

    Args:
        said: What `pack.json` says.
        pack: The folder of the pack.
        scene: Code values, (y, x, 3).
        pitch_um: Distance of its pixels on the film.
    """
    chain = said["chain"]
    wires = {chain["wires"][0]["name"]: scene}
    for step in chain["steps"]:
        x = wires[step["takes"]]
        match step["kind"]:
            case "table":
                made = through(pack / step["table"]["clf"], x)
            case "power":
                made = np.maximum(10 ** (step["direction"] * x) - step["offset"], 0)
            case "log":
                made = np.log10(np.maximum(x, step["floor"]))
            case "printer":
                light = np.log10(np.maximum(x, step["floor"]))
                more = step["per_point"] * (np.array(step["points"]) - 25)
                made = light + step["log_exposure"] + more
            case "hold back":
                made = x - wires[step["inhibitor"]] @ np.array(step["coupling"]).T
            case "blur":
                made = spread(pack, step["kernel"], x, pitch_um)
            case "at least":
                made = np.maximum(x, step["low"])
            case kind:
                raise ValueError(f"{step['gives']} is made by {kind!r}, which this file knows not")
        wires[step["gives"]] = made
    return wires


def through(clf: Path, values: np.ndarray) -> np.ndarray:
    """What a table makes of values, (y, x, 3), float64."""
    file = PyOpenColorIO.FileTransform(str(clf))
    processor = PyOpenColorIO.Config.CreateRaw().getProcessor(file)
    cpu = processor.getOptimizedCPUProcessor(PyOpenColorIO.OPTIMIZATION_LOSSLESS)
    pixels = np.array(values, np.float32, order="C")
    height, width, _ = pixels.shape
    cpu.apply(PyOpenColorIO.PackedImageDesc(pixels, width, height, 3))
    return pixels.astype(np.float64)


def spread(pack: Path, kernel: dict | None, values: np.ndarray, pitch_um: float) -> np.ndarray:
    """Values, (y, x, 3), each layer blurred by its own kernel; the edges go on outside."""
    if kernel is None:
        return values
    images = [i for i in kernel["images"] if abs(i["pitch_um"] / pitch_um - 1) < NEAR]
    if not images:
        known = ", ".join(f"{i['pitch_um']:g}" for i in kernel["images"])
        raise ValueError(f"no kernel for pixels of {pitch_um:g} um; the pack has {known} um")
    picture = pixels_of(pack / images[0]["rgb"])
    reach = images[0]["radius_px"]
    blurred = np.empty_like(values)
    for layer in range(3):
        plane = values[..., layer]
        outside = np.pad(plane, reach, mode="edge")
        there = fftconvolve(outside, picture[..., layer].astype(np.float64), mode="valid")
        # An average lies between the extremes; the transform's rounding need not.
        blurred[..., layer] = np.clip(there, plane.min(), plane.max())
    return blurred


def pixels_of(path: Path) -> np.ndarray:
    """A picture, float32, (y, x, channel)."""
    picture = OpenImageIO.ImageBuf(str(path))
    pixels = picture.get_pixels(OpenImageIO.FLOAT)
    if pixels is None:
        raise ValueError(f"{path}: {picture.geterror()}")
    return pixels


def main() -> None:
    """The command line."""
    if len(sys.argv) != 5:
        raise SystemExit("usage: python replay.py PACK SCENE.exr OUTPUT.exr PITCH_UM")
    pack, scene, output, pitch_um = sys.argv[1:]
    codes = pixels_of(Path(scene))[..., :3]
    said = json.loads((Path(pack) / "pack.json").read_text(encoding="utf-8"))
    wires = replay(said, Path(pack), codes, float(pitch_um))
    display = wires[said["chain"]["wires"][-1]["name"]].astype(np.float32)
    height, width, _ = display.shape
    picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(width, height, 3, "float"))
    picture.set_pixels(OpenImageIO.ROI(), display)
    if not picture.write(output):
        raise SystemExit(f"{output}: {picture.geterror()}")


if __name__ == "__main__":
    try:
        main()
    except ValueError as problem:
        raise SystemExit(f"replay: {problem}") from None
