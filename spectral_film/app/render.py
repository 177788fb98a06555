"""`spectral-film render`: a picture is put on film, printed and projected."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from spectral_film.app.options import (
    BITS,
    Backing,
    Bits,
    Exposure,
    Film,
    Index,
    Threads,
    White,
    typed,
)
from spectral_film.app.terminal import integers, numbers, progress, say, seconds, switch
from spectral_film.errors import UsageError
from spectral_film.path.settings import Settings

Source = Annotated[
    Path, typer.Argument(metavar="INPUT", help="RGB picture, ENVI .hdr, or spectral EXR.")
]
Target = Annotated[Path, typer.Argument(metavar="OUTPUT", help=".exr, .tif, .png or .dpx.")]
Print = Annotated[
    str, typer.Option("--print", help="Print stock, or none: the negative on a light box.")
]
InputSpace = Annotated[
    str | None,
    typer.Option(
        help="Colour space of RGB: an OCIO name or alias of the ACES studio config, or "
        "ACEScg, ACEScct, LogC4, sRGB ... Default: as the file says; else linear Rec.709 "
        "for float files and sRGB for integer ones. DPX and Cineon must be told."
    ),
]
Spectra = Annotated[str | None, typer.Option(help="What a cube holds: reflectance or radiance.")]
Wavelengths = Annotated[
    str | None,
    typer.Option(help="Wavelengths of a multichannel EXR, nm: 400:700:10 or a list 400,410,..."),
]
Illuminant = Annotated[
    str | None,
    typer.Option(
        help="Taking light of RGB and reflectances: a name such as D55 or LED-B3, 3200K, or "
        "a CSV of wavelength,value. Default: the film's balance."
    ),
]
Shutter = Annotated[
    str, typer.Option(help="Shutter time in s, such as 1/50 or 10; reciprocity fails beyond 1.")
]
Gate = Annotated[
    str | None,
    typer.Option(
        help="Camera aperture: super35 academy anamorphic super16 16mm 65mm imax, or WxH in "
        "mm. Default: the film's, else super35."
    ),
]
Crop = Annotated[str | None, typer.Option(help="Render the piece X,Y,W,H exactly as in the whole.")]
Halation = Annotated[str, typer.Option(help="Light thrown back by the base: on or off.")]
Scatter = Annotated[str, typer.Option(help="Spread in the emulsions: on or off.")]
Adjacency = Annotated[
    str,
    typer.Option(
        help="Inhibitor diffusion: on or off; pde solves reaction and diffusion in time, "
        "slowly. Off keeps the interimage of flat areas."
    ),
]
Grain = Annotated[str, typer.Option(help="off: no grain model ships yet.")]
Seed = Annotated[int, typer.Option(help="Seed of the grain; with --grain off it changes nothing.")]
PrinterPoints = Annotated[
    str, typer.Option(help="Printer lights R,G,B; 25,25,25 prints grey on the LAD aim.")
]
To = Annotated[
    str,
    typer.Option(
        help="Where to tap the path: exposure dyes negative printing-density cineon print "
        "xyz display."
    ),
]
Display = Annotated[str, typer.Option(help="sRGB, Rec.709 (BT.1886), P3-D65, P3-DCI or Rec.2020.")]
Nan = Annotated[
    str, typer.Option(help="NaN and infinite pixels: refuse them, or zero makes them black.")
]
DeviceName = Annotated[
    str | None, typer.Option(help="Part of a device's name; see `spectral-film devices`.")
]
Fast = Annotated[
    bool, typer.Option(help="Sum fewer wavelengths through the films; the error is printed.")
]
Overwrite = Annotated[bool, typer.Option(help="Replace an existing file.")]


def render(
    source: Source,
    target: Target,
    film: Film = typed(Settings.film),
    print_film: Print = typed(Settings.print_film),
    input_space: InputSpace = None,
    spectra: Spectra = None,
    wavelengths: Wavelengths = None,
    illuminant: Illuminant = Settings.illuminant,
    exposure: Exposure = Settings.exposure,
    ei: Index = Settings.ei,
    shutter: Shutter = f"1/{1 / Settings.shutter:g}",
    gate: Gate = Settings.gate,
    crop: Crop = None,
    backing: Backing = Settings.backing,
    halation: Halation = typed(Settings.halation),
    scatter: Scatter = typed(Settings.scatter),
    adjacency: Adjacency = typed(Settings.adjacency),
    grain: Grain = Settings.grain,
    seed: Seed = Settings.seed,
    printer_points: PrinterPoints = typed(Settings.printer_points),
    to: To = Settings.to,
    white: White = Settings.white,
    display: Display = Settings.display,
    bits: Bits = BITS,
    nan: Nan = "refuse",
    device: DeviceName = None,
    threads: Threads = None,
    fast: Fast = Settings.fast,
    overwrite: Overwrite = False,
) -> None:
    """Put a picture on film, print it, project it.

    RGB 1.0 is a perfect white under the taking light; a reflectance multiplies that light; a
    radiance counts as white at the luminance of an equal-energy spectrum of 1.0.
    """
    from spectral_film.device.device import open_device
    from spectral_film.files.output import check_target, is_integer
    from spectral_film.files.pictures import read_scene
    from spectral_film.path.pipeline import check_settings
    from spectral_film.path.rendering import render as render_scene

    settings = Settings(
        film=film,
        print_film=None if print_film == "none" else print_film,
        illuminant=illuminant,
        exposure=exposure,
        ei=ei,
        shutter=seconds(shutter),
        gate=gate,
        backing=backing,
        halation=switch("--halation", halation),
        scatter=switch("--scatter", scatter),
        adjacency=_adjacency(adjacency),
        grain=grain,  # type: ignore[arg-type]  # checked by Settings
        seed=seed,
        printer_points=numbers("--printer-points", printer_points, 3),
        to=to,  # type: ignore[arg-type]
        white=white,  # type: ignore[arg-type]
        display=display,
        fast=fast,
    )
    piece = None if crop is None else integers("--crop", crop, 4)
    check_target(target, overwrite=overwrite, bits=bits, quantity=to)
    if source.exists() and target.exists() and source.samefile(target):
        raise UsageError(f"{target}: is the input itself; give the output another name")
    check_settings(settings)

    chosen = open_device(device, threads)
    say(f"device: {chosen.name}")
    scene = read_scene(
        source,
        input_space=input_space,
        spectra=spectra,  # type: ignore[arg-type]  # checked by read_scene
        wavelengths=wavelengths,
        nan=nan,  # type: ignore[arg-type]
    )
    with progress() as announce:
        done = render_scene(
            scene,
            settings,
            device=chosen,
            crop=piece,
            encode=is_integer(target, bits),
            announce=announce,
        )
    for note in (*done.notes, *done.save(target, bits=bits, overwrite=overwrite)):
        say(note)
    latitude = done.latitude
    say(
        f"{latitude.above:.2%} of the pixels lie above the published curve, {latitude.below:.2%} "
        f"below; mean {latitude.mean_stop:+.2f} stops over grey"
    )
    typer.echo(target)


def _adjacency(value: str) -> bool | Literal["pde"]:
    if value == "pde":
        return "pde"
    if value not in ("on", "off"):
        raise UsageError(f"--adjacency is {value!r}, expected on, off or pde")
    return value == "on"
