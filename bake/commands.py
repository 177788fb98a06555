"""`spectral-film bake`: parse, call, report. No arithmetic here.

Every import that costs time sits inside the command that needs it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spectral_film.app.making import Planned
from spectral_film.app.options import (
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
    Part,
    PrintDevelopment,
    PrinterPoints,
    Push,
    Seed,
    Upsampling,
    White,
)
from spectral_film.app.recipe import RecipeFile
from spectral_film.app.shots import (
    FailedLater,
    Frames,
    Pictures,
    Scheduler,
    SkipExisting,
    can_stay,
    pictures_of,
)
from spectral_film.app.terminal import integers, numbers, progress, say_device, switch, warn
from spectral_film.errors import UsageError
from spectral_film.path.settings import Settings, typed

if TYPE_CHECKING:
    from bake.manifest import End
    from bake.picture import Played
    from bake.verify import Verification
    from spectral_film.light.scene import Scene
    from spectral_film.path.plan import Announce
    from spectral_film.shot.conveyor import Stations

app = typer.Typer(help="Bake the film for other software.", no_args_is_help=True)

Size = Annotated[
    int, typer.Option(help="Nodes along an edge of the whole path's tables: 33 or 65; 9 to 129.")
]
Print = Annotated[str, typer.Option("--print", help="Print stock; own: by the kind of film; none.")]
InputSpace = Annotated[
    str,
    typer.Option(help="What comes in: a log-coded OCIO space; a .clf takes scene-linear ones too."),
]
Display = Annotated[str, typer.Option(help="sRGB, Rec.709, P3-D65, P3-DCI or Rec.2020.")]
Grain = Annotated[str, typer.Option(help="Grain of films whose granularity is known: on or off.")]
Illuminant = Annotated[str | None, typer.Option(help="Taking light. Default: the film's balance.")]
Overwrite = Annotated[bool, typer.Option(help="Replace what is there.")]

# Where baking starts from something else than a render: hosts grade log, and show Rec.709.
SIZE, INPUT_SPACE, DISPLAY = 33, "ACEScct", "Rec.709"


def _settings(
    *,
    film: str,
    print_film: str,
    display: str,
    white: str,
    balance: str,
    flare: float | None,
    gamut: str,
    illuminant: str | None,
    filter: str | None,  # as the option is called
    upsampling: str,
    exposure: float,
    ei: float | None,
    printer_points: str,
    push: int,
    development: str | None,
    print_development: str | None,
    backing: str | None = Settings.backing,
    grain_size: float = Settings.grain_size,
) -> Settings:
    from spectral_film.path.pipeline import check_settings

    settings = Settings(
        film=film,
        print_film=None if print_film == "none" else print_film,
        display=display,
        white=white,  # type: ignore[arg-type]  # checked by Settings
        balance=balance,  # type: ignore[arg-type]
        flare=flare,
        gamut=gamut,  # type: ignore[arg-type]
        illuminant=illuminant,
        filter=filter,
        upsampling=upsampling,  # type: ignore[arg-type]
        exposure=exposure,
        ei=ei,
        printer_points=numbers("--printer-points", printer_points, 3),
        push=push,
        development=development,
        print_development=print_development,
        backing=backing,
        grain_size=grain_size,
    )
    check_settings(settings)
    return settings


@app.command()
def lut(
    target: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="LUT",
            help=".cube, .clf, .csp, .spi3d, .3dl, or .png: a HaldCLUT of 16 bits.",
        ),
    ],
    size: Annotated[
        int | None,
        typer.Option(help="Nodes along an edge, 9 to 129. Default: 33; of a .png 64, 8 x 8."),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            help="film: scene to display. negative: scene to printing density as a Cineon code. "
            "print: from there to display. lmt: a look, to be shown through the ACES output."
        ),
    ] = "film",
    aim: Annotated[
        str | None,
        typer.Option(
            help="Which code --form print prints as --balance has grey. lad: 445 in all channels, "
            "as other tables do; film: the negative's own grey. Default: lad."
        ),
    ] = None,
    recipe_file: RecipeFile = None,
    film: Film = typed(Settings.film),
    push: Push = Settings.push,
    development: Development = Settings.development,
    print_film: Print = typed(Settings.print_film),
    print_development: PrintDevelopment = Settings.print_development,
    input_space: InputSpace = INPUT_SPACE,
    display: Display = DISPLAY,
    white: White = Settings.white,
    balance: Balance = Settings.balance,
    flare: Flare = Settings.flare,
    gamut: Gamut = Settings.gamut,
    illuminant: Illuminant = None,
    filter: Filter = None,
    upsampling: Upsampling = Settings.upsampling,
    exposure: Exposure = Settings.exposure,
    ei: Index = Settings.ei,
    printer_points: PrinterPoints = typed(Settings.printer_points),
    device: DeviceName = None,
    overwrite: Overwrite = False,
    help_all: HelpAll = False,
) -> None:
    """Bake the colour path into one table. Its error is measured, printed, and in its header.

    Tables hold no scatter, halation, edge effects or grain: a pack does.
    """
    from bake.error import rows
    from bake.lut import bake_lut, check_file, check_lut, usual_size
    from bake.recipe import Recipe
    from spectral_film.device.device import open_device
    from spectral_film.pages.writing import check_place

    recipe = Recipe(
        settings=_settings(
            film=film,
            print_film=print_film,
            display=display,
            white=white,
            balance=balance,
            flare=flare,
            gamut=gamut,
            illuminant=illuminant,
            filter=filter,
            upsampling=upsampling,
            exposure=exposure,
            ei=ei,
            push=push,
            development=development,
            print_development=print_development,
            printer_points=printer_points,
        ),
        input_space=input_space,
        form=form,  # type: ignore[arg-type]  # checked by Recipe
        aim=aim,  # type: ignore[arg-type]
    )
    nodes = usual_size(target) if size is None else size
    check_lut(recipe, nodes)
    check_file(recipe, target, nodes)
    check_place(target, suffixes=(target.suffix.lower(),), overwrite=overwrite)
    chosen = open_device(device)
    say_device(chosen.name)
    with progress() as announce:
        baked = bake_lut(recipe, chosen, nodes, announce)
    baked.save(target, overwrite=overwrite)
    what, takes, gives, *_ = baked.contract().lines()
    for line in (what, takes, gives, *rows(list(baked.judged))):
        typer.echo(line)
    typer.echo(target)


@app.command()
def pack(
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="PACK", help="A folder to make, or a .zip.")
    ],
    gates: Annotated[
        str,
        typer.Option(help="Camera apertures the pictures fill, with commas: names or WxH in mm."),
    ] = "super35",
    widths: Annotated[
        str, typer.Option(help="Widths of the pictures in pixels, with commas.")
    ] = "2048,4096",
    size: Size = SIZE,
    recipe_file: RecipeFile = None,
    film: Film = typed(Settings.film),
    push: Push = Settings.push,
    development: Development = Settings.development,
    print_film: Print = typed(Settings.print_film),
    print_development: PrintDevelopment = Settings.print_development,
    input_space: InputSpace = INPUT_SPACE,
    display: Display = DISPLAY,
    white: White = Settings.white,
    balance: Balance = Settings.balance,
    flare: Flare = Settings.flare,
    gamut: Gamut = Settings.gamut,
    illuminant: Illuminant = None,
    filter: Filter = None,
    upsampling: Upsampling = Settings.upsampling,
    exposure: Exposure = Settings.exposure,
    ei: Index = Settings.ei,
    printer_points: PrinterPoints = typed(Settings.printer_points),
    backing: Backing = Settings.backing,
    grain: Grain = "on",
    grain_size: GrainSize = Settings.grain_size,
    device: DeviceName = None,
    overwrite: Overwrite = False,
    help_all: HelpAll = False,
) -> None:
    """Bake the whole film, what happens between pixels included, for software that convolves.

    Tables, kernels in um, set-ups for hosts, a proof on a picture, and a report.
    """
    from bake.pack import bake_pack, check_pack
    from bake.recipe import Grid, Recipe
    from spectral_film.device.device import open_device

    recipe = Recipe(
        settings=_settings(
            film=film,
            print_film=print_film,
            display=display,
            white=white,
            balance=balance,
            flare=flare,
            gamut=gamut,
            illuminant=illuminant,
            filter=filter,
            upsampling=upsampling,
            exposure=exposure,
            ei=ei,
            push=push,
            development=development,
            print_development=print_development,
            printer_points=printer_points,
            backing=backing,
            grain_size=grain_size,
        ),
        input_space=input_space,
        # A recipe may name how a render draws it, which a pack does in its own way.
        grain=switch("--grain", "on" if grain in ("fast", "net", "boolean") else grain),
    )
    grid = Grid(tuple(_words(gates)), integers("--widths", widths), size)
    check_pack(recipe, target, overwrite=overwrite)
    chosen = open_device(device)
    say_device(chosen.name)
    with progress() as announce:
        proof = bake_pack(recipe, target, grid, chosen, announce, overwrite=overwrite)
    _report(proof)
    typer.echo(target)
    if proof.failures:
        raise typer.Exit(1)


@app.command()
def verify(
    source: Annotated[Path, typer.Argument(metavar="PACK", help="A pack: its folder or .zip.")],
    film: Annotated[
        str | None, typer.Option(help="The .h5 it was baked from, where that is not shipped.")
    ] = None,
    print_film: Annotated[
        str | None, typer.Option("--print", help="The .h5 of the print, where not shipped.")
    ] = None,
    device: DeviceName = None,
) -> None:
    """Play a pack's own picture with OpenColorIO and numpy alone, by the player, and by the engine.

    Prints how far apart they are; exits with 1 where that is more than a pack may be off.
    """
    from bake.opening import open_pack
    from bake.verify import verify as compare
    from spectral_film.device.device import open_device

    chosen = open_device(device)
    say_device(chosen.name)
    with open_pack(source) as opened:
        proof = compare(opened, chosen, film, print_film)
    _report(proof)
    if proof.failures:
        raise typer.Exit(1)


@app.command()
def play(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="A pack: its folder or .zip.")],
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="An RGB picture; shot.####.exr.")],
    target: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help=".exr, .tif, .png, .jpg or .dpx.")
    ],
    frames: Frames = None,
    input_space: Annotated[
        str | None,
        typer.Option(help="Colour space of INPUT, as in render. Default: as the file says."),
    ] = None,
    part: Part = None,
    layer: Layer = None,
    gate: Annotated[
        str | None,
        typer.Option(help="Camera aperture the picture fills. Default: the pack's first."),
    ] = None,
    to: Annotated[
        str, typer.Option(help="display; or scene, light with the negative's texture, in floats.")
    ] = "display",
    spatial: Annotated[
        str, typer.Option(help="Scatter, halation and edge effects: on or off.")
    ] = "on",
    grain: Annotated[str, typer.Option(help="The grain of the pack: on or off.")] = "on",
    frame: FrameNumber = None,
    seed: Seed = Settings.seed,
    bits: Bits = None,
    nan: Annotated[str, typer.Option(help="NaN and infinite pixels: refuse, or zero.")] = "refuse",
    device: DeviceName = None,
    skip_existing: SkipExisting = False,
    overwrite: Overwrite = False,
    failed_later: FailedLater = False,
    scheduler: Scheduler = None,
    help_all: HelpAll = False,
) -> Planned:
    """Play a picture through a pack, fast, without the film model; or a shot of them."""
    from bake.opening import must_be_there
    from spectral_film.files.output import check_target
    from spectral_film.files.pictures import read_scene

    end = _end(to)
    must_be_there(pack)
    pictures = pictures_of(source, target, frames, overwrite=overwrite, skip_existing=skip_existing)
    check_target(
        pictures.target(pictures.frames[0]),
        bits=bits,
        quantity=end,
        overwrite=overwrite or pictures.shot,
    )
    return Planned(
        pictures=pictures,
        open_stations=partial(
            open_player,
            pack=pack.absolute(),
            read=partial(
                read_scene,
                input_space=input_space,
                part=part,
                layer=layer,
                nan=nan,  # type: ignore[arg-type]
            ),
            gate=gate,
            end=end,
            spreads=switch("--spatial", spatial),
            grainy=switch("--grain", grain),
            frame=frame,
            seed=seed,
            bits=bits,
            device=device,
            overwrite=overwrite,
        ),
        skip_existing=skip_existing,
        failed_later=failed_later,
        scheduler=scheduler,
    )


@contextmanager
def open_player(
    pictures: Pictures,
    *,
    skip_existing: bool,
    pack: Path,
    read: "Callable[[Path], Scene]",
    gate: str | None,
    end: "End",
    spreads: bool,
    grainy: bool,
    frame: int | None,
    seed: int,
    bits: int | None,
    device: str | None,
    overwrite: bool,
) -> "Iterator[Stations[Scene, Played]]":
    """The pack and the device, ready for frame after frame."""
    from bake.opening import open_pack
    from bake.picture import play_picture, player_of, provenance_of
    from spectral_film.device.device import all_devices, open_device
    from spectral_film.files.output import is_integer
    from spectral_film.shot.conveyor import Stations

    linear = not is_integer(pictures.target(pictures.frames[0]), bits)
    chosen = open_device(device) if device or all_devices() else None
    with open_pack(pack) as opened:
        player = player_of(opened, chosen)
        say_device(player.name)

        def make(
            number: int, scene: "Scene", announce: "Announce | None" = None
        ) -> "Played | None":
            there = pictures.target(number)
            how = (number if frame is None else frame) if grainy else None
            if skip_existing and there.exists():
                wanted = provenance_of(
                    opened, scene, gate=gate, spatial=spreads, to=end, frame=how, seed=seed
                )
                if can_stay(there, wanted, bits, overwrite=overwrite):
                    return None
            return play_picture(
                player,
                scene,
                gate=gate,
                spatial=spreads,
                frame=how,
                seed=seed,
                linear=linear,
                to=end,
                announce=announce,
            )

        def write(number: int, played: "Played") -> tuple[str, ...]:
            saved = played.save(pictures.target(number), bits=bits, overwrite=overwrite)
            return (*played.notes, *saved)

        yield Stations(read=lambda number: read(pictures.source(number)), make=make, write=write)


def _end(to: str) -> "End":
    ends: tuple[End, ...] = ("display", "scene")
    for known in ends:
        if to == known:
            return known
    raise UsageError(f"--to is {to!r}, expected display or scene; render taps more of the path")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _report(proof: "Verification") -> None:
    for name, e in proof.errors.items():
        numbers_of = f"mean {e.mean:.4g}, p99 {e.p99:.4g}, largest {e.largest:.4g} {e.unit}"
        typer.echo(f"{name:<34}{numbers_of}")
    for failure in proof.failures:
        warn(f"off: {failure}", "off")
