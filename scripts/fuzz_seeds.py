"""Whole files of every kind that is read, small ones, to be damaged."""

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import OpenImageIO

import reference
from spectral_film.emulsion.stocks import shipped_films

sys.path.append(str(Path(__file__).parents[1]))
from tests.synthetic_dng import COLOR_MATRIX, NEUTRAL, A, write_dng

WIDTH, HEIGHT = 24, 16
SHEETS = Path(reference.__file__).parent / "sheets"
NM = range(400, 701, 20)


def picture(
    path: Path, number: str, names: tuple[str, ...] = ("R", "G", "B"), **said: object
) -> None:
    spec = OpenImageIO.ImageSpec(WIDTH, HEIGHT, len(names), number)
    spec.channelnames = names
    for name, value in said.items():
        if name == "tile":
            spec.tile_width = spec.tile_height = value
        elif isinstance(value, tuple):
            kind = "float" if isinstance(value[0], float) else "int"
            spec.attribute(name, OpenImageIO.TypeDesc(f"{kind}[{len(value)}]"), value)
        else:
            spec[name.replace("__", ":")] = value
    image = OpenImageIO.ImageBuf(spec)
    ramp = np.linspace(0.01, 0.9, WIDTH * HEIGHT * len(names), dtype=np.float32)
    image.set_pixels(image.roi, ramp.reshape(HEIGHT, WIDTH, len(names)))
    if not image.write(str(path)):
        raise SystemExit(image.geterror())


def exr(folder: Path) -> None:
    primaries = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
    for compression in ("none", "rle", "zip", "piz", "pxr24", "b44", "dwab"):
        picture(
            folder / f"{compression}.exr", "half", compression=compression,
            chromaticities=primaries, owner="us", framesPerSecond=24.0,
        )  # fmt: skip
    picture(folder / "tiles.exr", "float", ("R", "G", "B", "A"), tile=16)
    picture(
        folder / "layers.exr", "half", ("R", "G", "B", "Z", "diffuse.R", "diffuse.G", "diffuse.B")
    )


def spectral(folder: Path) -> None:
    names = tuple(f"S0.{nm},000000nm" for nm in NM)
    picture(folder / "light.exr", "float", names, spectralLayoutVersion="1.0")
    picture(folder / "both.exr", "half", (*names, *(f"T.{nm},0nm" for nm in NM), "R", "G", "B"))


def png(folder: Path) -> None:
    picture(
        folder / "8.png",
        "uint8",
        ImageDescription="a chart",
        CICP=(1, 13, 0, 1),
    )
    picture(folder / "16.png", "uint16", ("R", "G", "B", "A"), oiio__ColorSpace="srgb_rec709_scene")


def tiff(folder: Path) -> None:
    picture(folder / "8.tif", "uint8", compression="lzw", Artist="us")
    picture(folder / "16.tif", "uint16", ("R", "G", "B", "A"), compression="zip", tile=16)
    picture(folder / "32.tif", "float", compression="none", Exif__ISOSpeedRatings=400)


def dpx(folder: Path) -> None:
    picture(folder / "10.dpx", "uint16", oiio__BitsPerSample=10, FramesPerSecond=24.0)
    picture(folder / "16.dpx", "uint16")


def hdr(folder: Path) -> None:
    picture(folder / "a.hdr", "float")


def jpeg(folder: Path) -> None:
    picture(folder / "a.jpg", "uint8", compression="jpeg:90", Make="us")
    picture(folder / "scans.jpg", "uint8", compression="jpeg:90", jpeg__progressive=1)


def others(folder: Path) -> None:
    for suffix in (
        "bmp",
        "tga",
        "gif",
        "webp",
        "fits",
        "sgi",
        "ppm",
        "rla",
        "iff",
        "ico",
    ):
        try:
            picture(folder / f"a.{suffix}", "float" if suffix == "fits" else "uint8")
        except SystemExit:  # a format that this build cannot write
            (folder / f"a.{suffix}").unlink(missing_ok=True)


def raw(folder: Path) -> None:
    ramp = np.linspace(0.01, 1.2, WIDTH * HEIGHT)[:, None] * np.array(NEUTRAL)
    camera = np.tile(ramp.reshape(HEIGHT, WIDTH, 3), (2, 2, 1))  # LibRaw takes none below 22 pixels
    tungsten = {A: COLOR_MATRIX @ np.diag([1.1, 1, 0.9]), 21: COLOR_MATRIX}
    write_dng(folder / "mosaic.dng", camera, matrices=tungsten, baseline=0.5)
    write_dng(folder / "stack.dng", camera, mosaic=False)
    write_dng(folder / "grey.dng", camera, grey=True)
    write_dng(folder / "measured.nef", camera, model="NIKON D5100", matrices={}, orientation=6)


def envi(folder: Path) -> None:
    cube = np.linspace(1, 9000, len(NM) * HEIGHT * WIDTH).astype("<u2")
    for interleave in ("bsq", "bil", "bip"):
        (folder / f"{interleave}.hdr").write_text(
            f"ENVI\nsamples = {WIDTH}\nlines = {HEIGHT}\nbands = {len(NM)}\nheader offset = 0\n"
            f"data type = 12\ninterleave = {interleave}\nbyte order = 0\n"
            "reflectance scale factor = 10000\ndata ignore value = 0\n"
            f"wavelength units = Nanometers\nwavelength = {{\n {', '.join(map(str, NM))} }}\n"
            f"bbl = {{ {', '.join('1' for _ in NM)} }}\n"
        )
        cube.tofile(folder / f"{interleave}.img")


def film(folder: Path) -> None:
    for path in shipped_films().values():
        shutil.copy(path, folder)


def sheet(folder: Path) -> None:
    for stock in ("vision3-250d", "2383"):
        shutil.copytree(SHEETS / stock, folder / stock)


def light(folder: Path) -> None:
    rows = "".join(f"{nm},{1 + nm / 1000}\n" for nm in NM)
    (folder / "light.csv").write_text(f"# a lamp\nwavelength,power\n{rows}")
    rows = "".join(f"{nm},{nm / 700},{1 - abs(nm - 550) / 300},{400 / nm}\n" for nm in NM)
    (folder / "camera.csv").write_text(f"# a camera\nwavelength,R,G,B\n{rows}")


SEEDS: Mapping[str, Callable[[Path], None]] = {
    "exr": exr, "spectral": spectral, "png": png, "tiff": tiff, "dpx": dpx, "hdr": hdr,
    "jpeg": jpeg, "raw": raw, "others": others, "envi": envi, "film": film, "sheet": sheet,
    "light": light,
}  # fmt: skip
