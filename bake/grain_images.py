"""Grain for hosts: images of its filter, tables of its curves, and a tile of noise."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import OpenImageIO

from bake.grain_errors import grain_errors
from bake.grained import clouds_of, emulsion, grained
from bake.kernel_images import write_layers
from bake.parts import Table
from bake.recipe import Sampling
from bake.replay import noise
from bake.texture import GrainImage, Strip, Texture
from spectral_film.emulsion.film import Film
from spectral_film.errors import OutputError

FOLDER = "grain"
NOISE = f"{FOLDER}/noise.exr"
TILE_PX = 1024  # 6 MB; a 4K picture has it four times across
NUMBERS: dict[Strip, str] = {"negative": "03", "print": "05"}  # of its tables among the others

OverDye = Callable[[np.ndarray], np.ndarray]  # (dye,) -> (layer, dye)
WriteTable = Callable[[str, OverDye], Table]


def write_texture(
    folder: Path,
    of: Strip,
    film: Film,
    samplings: Iterable[Sampling],
    *,
    size: float,
    write_table: WriteTable,
    provenance: Mapping[str, str],
) -> Texture:
    """Write the grain of a film.

    Args:
        folder: The pack.
        of: Which strip of film it is.
        film: One that has grain.
        samplings: The pictures to write it for.
        size: Of the clouds, over what is assumed.
        write_table: Writes a table of this name, over amounts of dye.
        provenance: More `film:` attributes of the images.

    Raises:
        OutputError: a file cannot be written.
    """
    clouds, noise_tile = clouds_of(film, size), tile()
    write_noise(folder, noise_tile)
    images = []
    for sampling in samplings:
        pitch_um = (sampling.pitch_um, sampling.pitch_um)
        made = grained(clouds, pitch_um)
        attributes: dict[str, str | float] = {
            **provenance,
            "pixelPitchUm": float(sampling.pitch_um),
            "stage": f"grain of the {of}",
            "domain": "dye amount",
        }
        at = f"{sampling.pitch_um:.3f}um"
        rgb, layers = write_layers(folder, f"{FOLDER}/{of}_{at}", [*made.filters], attributes)
        images.append(
            GrainImage(
                gate=sampling.gate,
                width=sampling.width,
                pitch_um=sampling.pitch_um,
                radius_px=made.filters.shape[-1] // 2,
                rgb=rgb,
                layers=layers,
                linear=write_table(f"{NUMBERS[of]}_{of}_grain_linear_{at}", made.linear),
                square=write_table(f"{NUMBERS[of]}_{of}_grain_square_{at}", made.square),
                errors=grain_errors(emulsion(clouds), made, pitch_um, noise_tile),
            )
        )
    return Texture(of=of, clouds=clouds, noise=NOISE, tile_px=TILE_PX, images=tuple(images))


def tile() -> np.ndarray:
    """White noise, each layer of mean 0 and variance 1, (y, x, 3), as half floats hold it."""
    z = noise(TILE_PX, TILE_PX, (0, 0), 0, 0, "negative")
    return ((z - z.mean((0, 1))) / z.std((0, 1))).astype(np.float16)


def write_noise(folder: Path, pixels: np.ndarray) -> None:
    """Write the tile."""
    path = folder / NOISE
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(TILE_PX, TILE_PX, 3, "half"))
    for name, value in (("compression", "zip"), ("DateTime", ""), ("colorInteropID", "data")):
        picture.specmod()[name] = value
    picture.set_pixels(OpenImageIO.ROI(), pixels.astype(np.float32))
    if not picture.write(str(path)):
        raise OutputError(f"{path}: cannot be written ({picture.geterror()}); is the disk full?")
