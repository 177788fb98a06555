"""`spectral-film render`: a picture is put on film, printed and projected."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spectral_film.app.making import Planned
from spectral_film.app.options import (
    FILM_PANEL,
    OUT_PANEL,
    PICTURE_PANEL,
    PRINT_PANEL,
    Backing,
    Balance,
    Bits,
    Development,
    DeviceName,
    Exposure,
    Film,
    Filter,
    Flare,
    FrameNumber,
    Gamut,
    GrainSize,
    HelpAll,
    Index,
    Layer,
    Nan,
    Part,
    PrintDevelopment,
    PrinterPoints,
    Push,
    Seed,
    Spectra,
    Threads,
    Upsampling,
    Wavelengths,
    White,
    note_on_frame,
)
from spectral_film.app.recipe import RecipeFile
from spectral_film.app.shots import (
    FailedLater,
    Frames,
    Pictures,
    Scheduler,
    SkipExisting,
    can_stay,
    from_anywhere,
    pictures_of,
)
from spectral_film.app.terminal import integers, numbers, say, say_device, seconds, switch
from spectral_film.errors import UsageError
from spectral_film.path.settings import Settings, typed

if TYPE_CHECKING:
    from spectral_film.light.scene import Scene
    from spectral_film.path.plan import Announce
    from spectral_film.path.rendering import Rendering
    from spectral_film.shot.conveyor import Stations

Source = Annotated[
    Path,
    typer.Argument(metavar="INPUT", help="RGB, RAW, ENVI .hdr, spectral EXR; shot.####.exr."),
]
Target = Annotated[Path, typer.Argument(metavar="OUTPUT", help=".exr, .tif, .png, .jpg or .dpx.")]
Print = Annotated[
    str,
    typer.Option(
        "--print",
        metavar="ID",
        rich_help_panel=PRINT_PANEL,
        help="Print stock; own: by the kind of film; none.",
    ),
]
InputSpace = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=PICTURE_PANEL,
        help="sRGB, ACEScg, LogC4 ... any of OCIO's. Default: the file's.",
    ),
]
InputView = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=PICTURE_PANEL,
        help="INPUT was made for a screen: undo camera, ACES 2.0 or ACES 1.0.",
    ),
]
Illuminant = Annotated[
    str | None,
    typer.Option(
        metavar="LIGHT",
        rich_help_panel=FILM_PANEL,
        help="D55, LED-B3, 3200K, a CSV of wavelength,value. Default: the film's.",
    ),
]
Shutter = Annotated[
    str,
    typer.Option(
        metavar="S",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Shutter time in s, such as 1/50 or 10; reciprocity fails beyond 1.",
    ),
]
Gate = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        rich_help_panel=FILM_PANEL,
        help="super35 academy anamorphic super16 16mm 65mm imax, or WxH mm.",
    ),
]
Crop = Annotated[
    str | None,
    typer.Option(
        metavar="X,Y,W,H",
        rich_help_panel=PICTURE_PANEL,
        help="Render that piece exactly as in the whole.",
    ),
]
Halation = Annotated[
    str,
    typer.Option(
        metavar="ON",
        rich_help_panel=FILM_PANEL,
        help="Light thrown back by the base: on, off, or a factor.",
    ),
]
Scatter = Annotated[
    str,
    typer.Option(
        metavar="ON",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Spread in the emulsions: on or off.",
    ),
]
Adjacency = Annotated[
    str,
    typer.Option(
        metavar="ON",
        rich_help_panel=FILM_PANEL,
        hidden=True,
        help="Inhibitor diffusion: on or off; pde solves reaction and diffusion in time, "
        "slowly. Off keeps the interimage of flat areas.",
    ),
]
Grain = Annotated[
    str,
    typer.Option(
        metavar="ON",
        rich_help_panel=FILM_PANEL,
        help="Drawn by fast, net or boolean; on chooses; off.",
    ),
]
To = Annotated[
    str,
    typer.Option(
        metavar="WHAT",
        rich_help_panel=OUT_PANEL,
        show_default=False,
        help="display; exposure dyes scene negative printing-density cineon print xyz.",
    ),
]
Display = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        rich_help_panel=OUT_PANEL,
        show_default=False,
        help="sRGB; Rec.709, P3-D65, P3-DCI, Rec.2020; EXR: ACEScg, ACES2065-1.",
    ),
]
Fast = Annotated[
    bool,
    typer.Option(
        "--fast",
        rich_help_panel=OUT_PANEL,
        hidden=True,
        help="Sum fewer wavelengths through the films; the error is printed.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", rich_help_panel=OUT_PANEL, help="Replace an existing file.")
]


OF_THE_NEGATIVE = "of the negative leave out --to and give --print none"
NOT_TO_LOOK_AT = {
    "dyes": OF_THE_NEGATIVE,
    "negative": OF_THE_NEGATIVE,
    "printing-density": OF_THE_NEGATIVE,
    "cineon": OF_THE_NEGATIVE,
    "print": "of the print leave out --to",
}


def render(
    source: Source,
    target: Target,
    recipe_file: RecipeFile = None,
    frames: Frames = None,
    input_space: InputSpace = None,
    input_view: InputView = None,
    spectra: Spectra = None,
    wavelengths: Wavelengths = None,
    part: Part = None,
    layer: Layer = None,
    crop: Crop = None,
    nan: Nan = "refuse",
    film: Film = typed(Settings.film),
    illuminant: Illuminant = None,
    filter: Filter = None,  # as the option is called
    upsampling: Upsampling = Settings.upsampling,
    exposure: Exposure = Settings.exposure,
    ei: Index = Settings.ei,
    shutter: Shutter = f"1/{1 / Settings.shutter:g}",
    gate: Gate = Settings.gate,
    backing: Backing = Settings.backing,
    halation: Halation = typed(Settings.halation),
    scatter: Scatter = typed(Settings.scatter),
    adjacency: Adjacency = typed(Settings.adjacency),
    grain: Grain = Settings.grain,
    grain_size: GrainSize = Settings.grain_size,
    seed: Seed = Settings.seed,
    frame: FrameNumber = None,
    push: Push = Settings.push,
    development: Development = Settings.development,
    print_film: Print = typed(Settings.print_film),
    print_development: PrintDevelopment = Settings.print_development,
    printer_points: PrinterPoints = typed(Settings.printer_points),
    white: White = Settings.white,
    balance: Balance = Settings.balance,
    flare: Flare = Settings.flare,
    to: To = Settings.to,
    display: Display = Settings.display,
    gamut: Gamut = Settings.gamut,
    bits: Bits = None,
    device: DeviceName = None,
    threads: Threads = None,
    fast: Fast = Settings.fast,
    skip_existing: SkipExisting = False,
    overwrite: Overwrite = False,
    failed_later: FailedLater = False,
    scheduler: Scheduler = None,
    help_all: HelpAll = False,
) -> Planned:
    """Put a picture on film, print it, project it.

    RGB 1.0 is a perfect white, as is a radiance of the luminance of an equal-energy spectrum of 1.
    """
    from spectral_film.files.output import check_target
    from spectral_film.files.pictures import read_scene
    from spectral_film.path.pipeline import check_settings

    settings = Settings(
        film=from_anywhere(film),
        print_film=None if print_film == "none" else from_anywhere(print_film),
        development=development,
        print_development=print_development,
        push=push,
        illuminant=None if illuminant is None else from_anywhere(illuminant),
        filter=None if filter is None else from_anywhere(filter),
        upsampling=upsampling,  # type: ignore[arg-type]  # checked by Settings
        exposure=exposure,
        ei=ei,
        shutter=seconds(shutter),
        gate=gate,
        backing=backing,
        halation=_halation(halation),
        scatter=switch("--scatter", scatter),
        adjacency=_adjacency(adjacency),
        grain=grain,  # type: ignore[arg-type]  # checked by Settings
        grain_size=grain_size,
        seed=seed,
        printer_points=numbers("--printer-points", printer_points, 3),
        to=to,  # type: ignore[arg-type]
        white=white,  # type: ignore[arg-type]
        balance=balance,  # type: ignore[arg-type]
        flare=flare,
        display=display,
        gamut=gamut,  # type: ignore[arg-type]
        fast=fast,
    )
    piece = None if crop is None else integers("--crop", crop, 4)
    pictures = pictures_of(source, target, frames, overwrite=overwrite, skip_existing=skip_existing)
    check_target(
        pictures.target(pictures.frames[0]),
        overwrite=overwrite or pictures.shot,
        bits=bits,
        quantity=to,
        display=display,
    )
    check_settings(settings)

    def tell(done: "Rendering") -> None:
        grainy = {done.metadata[f"grain_{strip}"] for strip in ("negative", "print")} != {"none"}
        for note in note_on_frame(source) if grainy and frame is None else ():
            say(note)
        _say_of_one(done, target, bits)

    return Planned(
        pictures=pictures,
        open_stations=partial(
            open_stations,
            settings=settings,
            read=partial(
                read_scene,
                input_space=input_space,
                input_view=input_view,
                spectra=spectra,  # type: ignore[arg-type]  # checked by read_scene
                wavelengths=wavelengths,
                part=part,
                layer=layer,
                nan=nan,  # type: ignore[arg-type]
            ),
            piece=piece,
            frame=frame,
            bits=bits,
            device=device,
            threads=threads,
            overwrite=overwrite,
        ),
        skip_existing=skip_existing,
        failed_later=failed_later,
        scheduler=scheduler,
        tell=tell,
    )


@contextmanager
def open_stations(
    pictures: Pictures,
    *,
    skip_existing: bool,
    settings: Settings,
    read: "Callable[[Path], Scene]",
    piece: tuple[int, int, int, int] | None,
    frame: int | None,
    bits: int | None,
    device: str | None,
    threads: int | None,
    overwrite: bool,
) -> "Iterator[Stations[Scene, Rendering]]":
    """The device and the films, ready for frame after frame."""
    from spectral_film.device.device import open_device
    from spectral_film.files.output import is_integer
    from spectral_film.path.notes import notes_before
    from spectral_film.path.pipeline import Pipeline, frame_of
    from spectral_film.path.rendering import LightTable, provenance_of
    from spectral_film.shot.conveyor import Stations

    chosen = open_device(device, threads)
    say_device(chosen.name)
    table, encode = LightTable(chosen), is_integer(pictures.target(pictures.frames[0]), bits)
    warned: list[str] = []

    def make(number: int, scene: "Scene", announce: "Announce | None" = None) -> "Rendering | None":
        at = replace(settings, frame=number if frame is None else frame)
        there = pictures.target(number)
        if skip_existing and there.exists():
            wanted = provenance_of(scene, at, chosen, crop=piece, encode=encode)
            if can_stay(there, wanted, bits, overwrite=overwrite):
                return None
        for note in notes_before(Pipeline(settings=at, frame=frame_of(scene, at))):
            if note not in warned:  # a shot says it once
                warned.append(note)
                say(note)
        return table.render(scene, at, crop=piece, encode=encode, announce=announce)

    def write(number: int, done: "Rendering") -> tuple[str, ...]:
        saved = done.save(pictures.target(number), bits=bits, overwrite=overwrite)
        return (*done.notes, *saved)

    yield Stations(read=lambda number: read(pictures.source(number)), make=make, write=write)


def _say_of_one(done: "Rendering", target: Path, bits: int | None) -> None:
    """What a picture holds, and how it lies on the film."""
    from spectral_film.files.output import INTEGER_CODING, is_integer

    if done.quantity in NOT_TO_LOOK_AT and is_integer(target, bits):
        say(
            f"{target.name} holds {INTEGER_CODING[done.quantity][1]}, to be measured; for a "
            f"picture {NOT_TO_LOOK_AT[done.quantity]}",
            "coding",
            quantity=done.quantity,
        )
    latitude = done.latitude
    say(
        f"{latitude.above:.2%} of the pixels lie above the published curve, {latitude.below:.2%} "
        f"below; mean {latitude.mean_stop:+.2f} stops over grey",
        "latitude",
        above=latitude.above,
        below=latitude.below,
        mean_stop=latitude.mean_stop,
    )


def _halation(value: str) -> bool | float:
    if value in ("on", "off"):
        return value == "on"
    try:
        return float(value)
    except ValueError:
        raise UsageError(
            f"--halation is {value!r}, expected on, off, or a factor such as 0.5"
        ) from None


def _adjacency(value: str) -> bool | Literal["pde"]:
    if value == "pde":
        return "pde"
    if value not in ("on", "off"):
        raise UsageError(f"--adjacency is {value!r}, expected on, off or pde")
    return value == "on"
