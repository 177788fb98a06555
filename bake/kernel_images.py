"""Images of kernels at one pixel pitch: what the engine convolves with, value for value, as EXR.

Source: docs/physics.md, Lit squares, Gaussians for hosts.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import OpenImageIO

from bake import parts
from bake.kernels import gauss_legendre, geometry, halo_rings, unknown
from bake.recipe import Sampling
from spectral_film.blur.pixel_kernel import positive_kernel, reach_in_pixels
from spectral_film.emulsion import spread
from spectral_film.emulsion.bare_base import BareBase
from spectral_film.errors import OutputError

FOLDER = "kernels"


def kernel_square(mixture: spread.Mixture, pitch_um: float, radius_px: int) -> np.ndarray:
    """The engine's kernel of a mixture, on a square at least as wide as it reaches.

    Returns:
        (2 radius + 1, 2 radius + 1), float64, nowhere negative, of sum 1, the centre in the middle.
    """
    quadrant = np.zeros((radius_px + 1, radius_px + 1))
    for weight, part in mixture.parts:
        kernel = positive_kernel(part, (pitch_um, pitch_um))
        quadrant[: kernel.shape[0], : kernel.shape[1]] += weight * kernel
    square = np.pad(quadrant, ((radius_px, 0), (radius_px, 0)), mode="reflect")
    return square / square.sum()


def energy_outside(mixture: spread.Mixture, pitch_um: float) -> float:
    """Share of the light that the uncut form sends where the kernel ends, and cutting brings back.

    Every part ends at its own square of pixels, half a pixel beyond the last centre; a halo and a
    Cauchy end round and smoothly.
    """
    return math.fsum(weight * _outside(part, pitch_um) for weight, part in mixture.parts)


def _outside(part: spread.Spread, pitch_um: float) -> float:
    if part.reach_um == 0:
        return 0.0
    node, node_weight = gauss_legendre(32)
    if isinstance(part, spread.Halo | BareBase | spread.Cauchy):
        # Light that would go beyond a radius, averaged over the radii where it ends.
        begin, end = spread.SMOOTH_END
        t = (node + 1) / 2
        falling = 30 * (t * (1 - t)) ** 2  # minus the slope of `spread.smooth_end`
        edge = part.reach_um * (begin + (end - begin) * t) / end
        return float((falling * _beyond(part, edge)) @ node_weight / 2)
    half = (reach_in_pixels(part.reach_um, (pitch_um, pitch_um))[0] + 0.5) * pitch_um
    # The edge of a square lies at half / cos(azimuth), eight times from 0 to 45 degrees.
    edge = half / np.cos(np.pi / 8 * (node + 1))
    return float(_beyond(part, edge) @ node_weight / 2)


def _beyond(part: spread.Spread, radius_um: np.ndarray) -> np.ndarray:
    """Share of a spread beyond a circle. Source: docs/physics.md, Scatter, Halation."""
    if isinstance(part, spread.Gaussian):
        return np.exp(-0.5 * (radius_um / part.sigma_um) ** 2)
    if isinstance(part, spread.Exponential):
        return (1 + radius_um / part.length_um) * np.exp(-radius_um / part.length_um)
    if isinstance(part, spread.Cauchy):
        return (1 + (radius_um / part.radius_um) ** 2) ** -0.5
    if isinstance(part, spread.Halo | BareBase):
        angles = np.arctan2(radius_um, 2 * geometry(part).base_um)
        beyond = [halo_rings(part, angle, math.pi / 2)[1].sum() for angle in angles]
        return np.array(beyond) / halo_rings(part, 0.0, math.pi / 2)[1].sum()
    raise unknown(part)


def write_images(
    folder: Path,
    name: str,
    mixtures: Sequence[spread.Mixture],
    sampling: Sampling,
    *,
    acts_on: parts.ActsOn,
    provenance: Mapping[str, object] | None = None,
) -> parts.KernelImage:
    """Write the kernels of the three layers at one pixel pitch.

    `kernels/NAME_PITCHum.exr` holds R, G, B about the origin: its data window begins at minus the
    radius, as OpenImageIO's convolve wants it, and its display window is the same. As convolve
    takes the first channel for all, and as Nuke and Blender read a window from zero,
    `kernels/NAME_PITCHum_R.exr`, `_G`, `_B` hold a layer each, from the origin on.

    Their channel is `R`, whichever layer it is of: that is where Nuke's Convolve looks for a
    filter, and a lone `Y` goes to a layer of its own there. Blender 5 reads either as grey.

    Args:
        folder: The pack.
        name: What the files are called by, ASCII.
        mixtures: The blur of R, G, B.
        sampling: The picture: its gate, its width and so its pitch. Pixels are square.
        acts_on: What is convolved, as in `parts.Kernel`.
        provenance: More `film:` attributes, as text.

    Returns:
        What a manifest says of the files.

    Raises:
        OutputError: a file cannot be written.
    """
    pitch_um = sampling.pitch_um
    reach_um = max(mixture.reach_um for mixture in mixtures)
    radius = reach_in_pixels(reach_um, (pitch_um, pitch_um))[0]
    squares = [kernel_square(mixture, pitch_um, radius).astype(np.float32) for mixture in mixtures]
    outside = tuple(energy_outside(mixture, pitch_um) for mixture in mixtures)
    attributes: dict[str, str | float] = {
        **{key: str(value) for key, value in (provenance or {}).items()},
        "pixelPitchUm": float(pitch_um),
        "stage": name,
        "domain": acts_on,
        "dcGain": 1.0,
    }
    rgb, layers = write_layers(
        folder, f"{FOLDER}/{name}_{pitch_um:.3f}um", squares, attributes, outside
    )
    centre = tuple(float(square[radius, radius]) for square in squares)
    return parts.KernelImage(
        gate=sampling.gate,
        width=sampling.width,
        pitch_um=pitch_um,
        radius_px=radius,
        rgb=rgb,
        layers=layers,
        centre=(centre[0], centre[1], centre[2]),
        energy_outside=(outside[0], outside[1], outside[2]),
    )


def write_layers(
    folder: Path,
    stem: str,
    squares: Sequence[np.ndarray],
    attributes: Mapping[str, str | float],
    outside: Sequence[float] | None = None,
) -> tuple[parts.PackPath, dict[parts.Layer, parts.PackPath]]:
    """Write squares of R, G and B together about the origin, and each alone from the origin on.

    Args:
        folder: The pack.
        stem: What their names begin with.
        squares: Float32, of an odd side each, all of one size.
        attributes: Of all files, behind `film:`.
        outside: `film:energyOutside` of each.
    """
    (folder / stem).parent.mkdir(parents=True, exist_ok=True)
    rgb = f"{stem}.exr"
    corner = -(len(squares[0]) // 2)
    _write(folder / rgb, np.stack(squares, axis=-1), parts.LAYERS, corner, attributes, outside)
    layers: dict[parts.Layer, parts.PackPath] = {}
    for number, (layer, square) in enumerate(zip(parts.LAYERS, squares, strict=True)):
        layers[layer] = f"{stem}_{layer}.exr"
        alone = None if outside is None else (outside[number],)
        _write(folder / layers[layer], square[..., None], ("R",), 0, attributes, alone)
    return rgb, layers


def _write(
    path: Path,
    pixels: np.ndarray,
    channels: tuple[str, ...],
    corner: int,
    attributes: Mapping[str, str | float],
    outside: Sequence[float] | None,
) -> None:
    """One EXR of float32, ZIP; both windows begin at `corner`. Nothing in it knows the clock."""
    height, width, count = pixels.shape
    spec = OpenImageIO.ImageSpec(width, height, count, "float")
    spec.channelnames = channels
    spec.x = spec.y = spec.full_x = spec.full_y = corner
    spec["compression"] = "zip"
    spec["DateTime"] = ""  # or the clock would get in
    spec["colorInteropID"] = "data"
    for name, value in attributes.items():
        spec[f"film:{name}"] = value
    if outside is not None:
        kind = "float" if count == 1 else "vector"  # the three numbers that OpenEXR has a type for
        spec.attribute("film:energyOutside", OpenImageIO.TypeDesc(kind), tuple(outside))
    output = OpenImageIO.ImageOutput.create(str(path))
    if output is None:
        raise OutputError(
            f"{path}: cannot be written ({OpenImageIO.geterror()}); name another file"
        )
    written = output.open(str(path), spec) and output.write_image(np.ascontiguousarray(pixels))
    if not (output.close() and written):
        raise OutputError(f"{path}: cannot be written ({output.geterror()}); is the disk full?")
