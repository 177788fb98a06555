"""Play a pack with OpenColorIO, OpenImageIO, numpy and scipy alone, slowly and in plain steps.

This file knows nothing of spectral-film, and of the film only what the chain in `pack.json` says:
it is what a program that wants to play packs has to do, and lies in every pack beside what it
plays:

    python replay.py PACK SCENE.exr OUTPUT.exr PITCH_UM [FRAME [SEED]]

SCENE holds code values of the pack's input space, OUTPUT gets display code values. PITCH_UM is the
width of the camera gate over the pixels across, and must be one that the pack has kernels for.
Without FRAME there is no grain.
"""

import json
import sys
from pathlib import Path

import numpy as np
import OpenImageIO
import PyOpenColorIO
from scipy.signal import fftconvolve
from scipy.special import ndtri

NEAR = 0.002  # how far a pitch may be from a kernel's, as a share of it


def replay(
    said: dict,
    pack: Path,
    scene: np.ndarray,
    pitch_um: float,
    frame: int | None = None,
    seed: int = 0,
    origin: tuple[int, int] = (0, 0),
) -> dict[str, np.ndarray]:
    """Every wire of a pack, (y, x, 3) each.

    Args:
        said: What `pack.json` says.
        pack: The folder of the pack.
        scene: Code values, (y, x, 3).
        pitch_um: Distance of its pixels on the film.
        frame, seed: Of the grain; None: there is none.
        origin: Column and row on the frame of the scene's first pixel.
    """
    chain = said["chain"]
    wires = {chain["wires"][0]["name"]: scene}
    back = said.get("to_scene") or {"steps": []}
    for step in [*chain["steps"], *back["steps"]]:
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
            case "grain":
                made = x
                if frame is not None:
                    made = x + grain(pack, step["texture"], x, pitch_um, frame, seed, origin)
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
    image = at_pitch(kernel["images"], pitch_um)
    around = beyond_the_edge(values, image["radius_px"])
    # An average lies between the extremes; the transform's rounding need not.
    return np.clip(convolved(pack, image, around), values.min((0, 1)), values.max((0, 1)))


def grain(
    pack: Path,
    texture: dict,
    dyes: np.ndarray,
    pitch_um: float,
    frame: int,
    seed: int,
    origin: tuple[int, int],
) -> np.ndarray:
    """What the clouds of dye in each pixel add to the mean, (y, x, 3)."""
    image = at_pitch(texture["images"], pitch_um)
    reach = image["radius_px"]
    around = beyond_the_edge(dyes, reach)
    height, width, _ = around.shape
    first = origin[0] - reach, origin[1] - reach
    z = noise(height, width, first, seed, frame, texture["of"])
    if texture["clouds"]["densitometry"] == "visual":  # silver: one layer, in equal planes
        z[:] = z[..., :1]
    linear, square = (through(pack / image[name]["clf"], around) for name in ("linear", "square"))
    return convolved(pack, image, linear * z + square * (z**2 - 1))


def noise(
    height: int, width: int, first: tuple[int, int], seed: int, frame: int, stock: str
) -> np.ndarray:
    """White noise of variance 1, (y, x, 3), by pixel, layer and frame.

    Args:
        height, width: Of what is made.
        first: Column and row that it begins with.
        seed, frame: Any numbers.
        stock: negative or print.
    """
    columns, rows = (np.arange(n) + at for n, at in zip((width, height), first, strict=True))
    y, x = (along.astype(np.uint32) for along in np.meshgrid(rows, columns, indexing="ij"))
    z = np.empty((height, width, 3))
    for layer in range(3):
        across, down = key(seed, frame, ("negative", "print").index(stock), layer, 0)
        counted = mixed(mixed(x + across) ^ mixed(y + down))
        z[..., layer] = ndtri(((counted >> np.uint32(8)) + 0.5) / 2**24)
    return z


def key(*numbers: int) -> tuple[np.uint32, np.uint32]:
    """Two numbers that tell a field of noise from all others, by steps of SplitMix64."""
    x = 0
    for number in numbers:
        x = ((x ^ number % 2**64) + 0x9E3779B97F4A7C15) % 2**64
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
        x ^= x >> 31
    return np.uint32(x % 2**32), np.uint32(x >> 32)


def mixed(v: np.ndarray) -> np.ndarray:
    """Whole numbers of 32 bits in no order: every bit of one moves half of the bits."""
    v = (v ^ v >> np.uint32(16)) * np.uint32(0x7FEB352D)
    v = (v ^ v >> np.uint32(15)) * np.uint32(0x846CA68B)
    return v ^ v >> np.uint32(16)


def at_pitch(images: list[dict], pitch_um: float) -> dict:
    """The image for pixels of this size."""
    for image in images:
        if abs(image["pitch_um"] / pitch_um - 1) < NEAR:
            return image
    known = ", ".join(f"{image['pitch_um']:g}" for image in images)
    raise ValueError(f"no kernel for pixels of {pitch_um:g} um; the pack has {known} um")


def beyond_the_edge(values: np.ndarray, reach: int) -> np.ndarray:
    """With so many pixels more on each side, as those at the edge are."""
    return np.pad(values, ((reach, reach), (reach, reach), (0, 0)), mode="edge")


def convolved(pack: Path, image: dict, around: np.ndarray) -> np.ndarray:
    """Each layer by its own image, where the image lies in the picture whole."""
    picture = pixels_of(pack / image["rgb"]).astype(np.float64)
    return np.stack(
        [fftconvolve(around[..., n], picture[..., n], mode="valid") for n in range(3)], axis=-1
    )


def pixels_of(path: Path) -> np.ndarray:
    """A picture, float32, (y, x, channel)."""
    picture = OpenImageIO.ImageBuf(str(path))
    pixels = picture.get_pixels(OpenImageIO.FLOAT) if picture.nchannels >= 3 else None
    if pixels is None:
        raise ValueError(f"{path}: {picture.geterror() or 'it has fewer than three channels'}")
    return pixels


def main() -> None:
    """The command line."""
    if not 5 <= len(sys.argv) <= 7:
        raise SystemExit(
            "usage: python replay.py PACK SCENE.exr OUTPUT.exr PITCH_UM [FRAME [SEED]]"
        )
    pack, scene, output, pitch_um, *counts = sys.argv[1:]
    codes = pixels_of(Path(scene))[..., :3]
    said = json.loads((Path(pack) / "pack.json").read_text(encoding="utf-8"))
    frame = int(counts[0]) if counts else None
    seed = int(counts[1]) if len(counts) > 1 else 0
    wires = replay(said, Path(pack), codes, float(pitch_um), frame, seed)
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
