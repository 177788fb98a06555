"""Play a pack with OpenColorIO, OpenImageIO, numpy and scipy alone, slowly and in plain steps.

This file knows nothing of spectral-film: it is what a program that wants to play a pack has to do,
and lies in every pack beside what it plays:

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

DARKEST = 1e-8  # transmittance: no film is as dense as 8
NEAR = 0.002  # how far a pitch may be from a kernel's, as a share of it


def replay(pack: Path, scene: np.ndarray, pitch_um: float) -> dict[str, np.ndarray]:
    """Every wire of the pack, (y, x, 3) each, for a scene of code values, (y, x, 3)."""
    said = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
    first, developed, view = said["layer_exposure"], said["development"], said["view"]

    def table(stage: dict, values: np.ndarray) -> np.ndarray:
        return through(pack / stage["table"]["clf"], values)

    offset = first["exposure_offset_lux_s"]
    exposure = np.maximum(10 ** table(first, scene) - offset, 0)
    exposure = spread(pack, said["optics"], exposure, pitch_um)

    floor = 10 ** developed["log_exposure"][0]
    log_exposure = np.log10(np.maximum(exposure, floor))
    dye = through(pack / developed["curve"]["clf"], log_exposure)
    inhibitor = spread(pack, developed["inhibitor"], dye, pitch_um)
    held_back = inhibitor @ np.array(developed["coupling"]).T
    balanced = through(pack / developed["compensated"]["clf"], log_exposure)
    dyes = through(pack / developed["curve"]["clf"], balanced - held_back)

    density = table(said["printing"], dyes)
    light = spread(pack, said["print_optics"], 10**-density, pitch_um)
    points = np.array(view["printer_points"]) - 25
    printer = view["print_log_exposure"] + view["per_point"] * points
    print_exposure = printer + np.log10(np.maximum(light, DARKEST))
    print_dyes = through(pack / view["curve"]["clf"], print_exposure)
    return {
        "exposure": exposure,
        "dyes": dyes,
        "printing density": density,
        "print dyes": print_dyes,
        "display": np.maximum(table(view, print_dyes), 0),
    }


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
    display = replay(Path(pack), codes, float(pitch_um))["display"].astype(np.float32)
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
