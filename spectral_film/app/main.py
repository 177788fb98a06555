"""The command line: parse, call the public API, report. No arithmetic here.

Every import that costs time sits inside the command that needs it: `--help` must be quick.
"""

import signal
import sys
import traceback as tracebacks
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.exceptions import Abort, Exit, TyperException

from bake.commands import app as bake
from spectral_film.app.terminal import integers, numbers, progress, say, seconds, switch
from spectral_film.errors import SpectralFilmError, UsageError

app = typer.Typer(
    name="spectral-film",
    help="Physically based, spectral emulation of photographic film.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(bake, name="bake", rich_help_panel="Bake")

SHOW_TRACEBACK = "--traceback"
INTERRUPTED = 130  # what typer makes of Ctrl-C, as shells do


def main() -> None:
    """Entry point: one sentence on stderr and an exit code for whatever goes wrong."""
    # A farm that stops a job is answered as Ctrl-C is: the temporary file goes away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = [a for a in sys.argv[1:] if a != SHOW_TRACEBACK]
    try:
        code = app(arguments, standalone_mode=False)
    except Exit as stop:
        code = stop.exit_code
    except (Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except (SpectralFilmError, TyperException, OSError, MemoryError) as error:
        if SHOW_TRACEBACK in sys.argv:
            tracebacks.print_exc()
        if sentence := _sentence(error):
            say(f"error: {sentence}")
        code = getattr(error, "exit_code", 2)
    if code == INTERRUPTED:
        say("interrupted; no half file is left")
    sys.exit(code)


def _sentence(error: Exception) -> str:
    """What to tell the user; nothing where the help was shown in place of a command."""
    if isinstance(error, TyperException):
        return error.format_message()
    if isinstance(error, MemoryError):
        return f"not enough memory ({error}); render a smaller picture"
    if isinstance(error, OSError) and not isinstance(error, SpectralFilmError):
        return f"{error.filename or 'a file'}: {error.strerror}; check the name and the disk"
    return str(error)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"spectral-film {version('spectral-film')}")
        raise Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which this is.")
    ] = False,
    traceback: Annotated[
        bool, typer.Option(SHOW_TRACEBACK, help="Show where an error came from.")
    ] = False,
) -> None:
    # The one has answered by now; `main` took the other, which so may stand anywhere.
    del version, traceback


@app.command(rich_help_panel="Render")
def render(
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help="RGB picture, ENVI .hdr, or spectral EXR.")
    ],
    target: Annotated[Path, typer.Argument(metavar="OUTPUT", help=".exr, .tif, .png or .dpx.")],
    film: Annotated[str, typer.Option(help="Camera stock: an id, or an .h5 film model.")] = (
        "vision3-250d"
    ),
    print_film: Annotated[
        str, typer.Option("--print", help="Print stock, or none: the negative on a light box.")
    ] = "2383",
    input_space: Annotated[
        str | None,
        typer.Option(
            help="Colour space of RGB: an OCIO name or alias of the ACES studio config, or "
            "ACEScg, ACEScct, LogC4, sRGB ... Default: as the file says; else linear Rec.709 "
            "for float files and sRGB for integer ones. DPX and Cineon must be told."
        ),
    ] = None,
    spectra: Annotated[
        str | None, typer.Option(help="What a cube holds: reflectance or radiance.")
    ] = None,
    wavelengths: Annotated[
        str | None,
        typer.Option(
            help="Wavelengths of a multichannel EXR, nm: 400:700:10 or a list 400,410,..."
        ),
    ] = None,
    illuminant: Annotated[
        str | None,
        typer.Option(
            help="Taking light of RGB and reflectances: a name such as D55 or LED-B3, 3200K, or "
            "a CSV of wavelength,value. Default: the film's balance."
        ),
    ] = None,
    exposure: Annotated[float, typer.Option(help="Stops over the meter.")] = 0.0,
    ei: Annotated[
        float | None, typer.Option(help="Exposure index metered at. Default: the film's.")
    ] = None,
    shutter: Annotated[
        str, typer.Option(help="Shutter time in s, such as 1/50 or 10; reciprocity fails beyond 1.")
    ] = "1/50",
    gate: Annotated[
        str | None,
        typer.Option(
            help="Camera aperture: super35 academy anamorphic super16 16mm 65mm imax, or WxH in "
            "mm. Default: the film's, else super35."
        ),
    ] = None,
    crop: Annotated[
        str | None, typer.Option(help="Render the piece X,Y,W,H exactly as in the whole.")
    ] = None,
    backing: Annotated[
        str | None, typer.Option(help="rem-jet, ahu or none (the red ring). Default: the film's.")
    ] = None,
    halation: Annotated[str, typer.Option(help="Light thrown back by the base: on or off.")] = "on",
    scatter: Annotated[str, typer.Option(help="Spread in the emulsions: on or off.")] = "on",
    adjacency: Annotated[
        str,
        typer.Option(
            help="Inhibitor diffusion: on or off; pde solves reaction and diffusion in time, "
            "slowly. Off keeps the interimage of flat areas."
        ),
    ] = "on",
    grain: Annotated[str, typer.Option(help="off: no grain model ships yet.")] = "off",
    seed: Annotated[
        int, typer.Option(help="Seed of the grain; with --grain off it changes nothing.")
    ] = 0,
    printer_points: Annotated[
        str, typer.Option(help="Printer lights R,G,B; 25,25,25 prints grey on the LAD aim.")
    ] = "25,25,25",
    to: Annotated[
        str,
        typer.Option(
            help="Where to tap the path: exposure dyes negative printing-density cineon print "
            "xyz display."
        ),
    ] = "display",
    white: Annotated[
        str,
        typer.Option(help="lamp: 18 % grey stays neutral; print: highlights stay neutral."),
    ] = "lamp",
    display: Annotated[
        str, typer.Option(help="sRGB, Rec.709 (BT.1886), P3-D65, P3-DCI or Rec.2020.")
    ] = "sRGB",
    bits: Annotated[int, typer.Option(help="EXR 16|32, TIFF 8|16|32, PNG 8|16, DPX 10|16.")] = 16,
    nan: Annotated[
        str, typer.Option(help="NaN and infinite pixels: refuse them, or zero makes them black.")
    ] = "refuse",
    device: Annotated[
        str | None, typer.Option(help="Part of a device's name; see `spectral-film devices`.")
    ] = None,
    fast: Annotated[
        bool, typer.Option(help="Sum fewer wavelengths through the films; the error is printed.")
    ] = False,
    overwrite: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
) -> None:
    """Put a picture on film, print it, project it.

    RGB 1.0 is a perfect white under the taking light; a reflectance multiplies that light; a
    radiance counts as white at the luminance of an equal-energy spectrum of 1.0.
    """
    from spectral_film.device.device import open_device
    from spectral_film.files.output import check_target, is_integer
    from spectral_film.files.pictures import read_scene
    from spectral_film.path.pipeline import Settings, check_settings
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

    chosen = open_device(device)
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


@app.command(rich_help_panel="Look and learn")
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")] = Path(
        "demo-out"
    ),
    device: Annotated[str | None, typer.Option(help="Part of a device's name.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the files of an earlier demo.")] = False,
) -> None:
    """Render the built-in scene with everything on, and a page that shows the stages."""
    from spectral_film.app.demo import make_demo
    from spectral_film.device.device import open_device

    chosen = open_device(device)
    say(f"device: {chosen.name}")
    with progress() as announce:
        page = make_demo(folder, chosen, overwrite=overwrite, announce=announce)
    typer.echo(page)


@app.command(rich_help_panel="Look and learn")
def show(
    film: Annotated[str, typer.Argument(metavar="ID", help="A stock: an id, or an .h5.")],
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .png or .svg. Default: ID.png."),
    ] = None,
    device: Annotated[str | None, typer.Option(help="Part of a device's name.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
) -> None:
    """Draw a stock's curves, measured over published, and print its numbers."""
    from spectral_film.app.show import check_drawing, draw
    from spectral_film.app.show import numbers as every_number
    from spectral_film.device.device import open_device
    from spectral_film.emulsion.stocks import load_film

    stock = load_film(film)
    path = target or Path(f"{stock.id}.png")
    check_drawing(path, overwrite=overwrite)
    draw(open_device(device), stock, path, overwrite=overwrite)
    for line in every_number(stock):
        typer.echo(line)
    say(f"the curves are drawn in {path}")


@app.command(rich_help_panel="Measure")
def fit(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET_DIR", help="sheet.toml and CSV tables.")],
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="STOCK.h5", help="The film model to make.")
    ],
    chart: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="A colour chart measured on the screen, patch,X,Y,Z or patch,L,a,b: the film "
            "moves towards it by CIEDE2000, as far as its sheet allows.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="An .html: data, fit, residuals, confidence."),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace existing files.")] = False,
) -> None:
    """Make a stock from the tables of its datasheet. Needs the extra `fit` (JAX)."""
    try:
        from reference.fit.chart import read_chart
        from reference.fit.chart_fit import fit_chart, must_be_photographed_on
        from reference.fit.film_file import write_film
        from reference.fit.model import fit_film
        from reference.fit.page import to_html
        from reference.fit.report import lines
        from reference.fit.sheet import read_sheet
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"fit needs {missing.name}, which is not installed; "
            "run: pip install 'spectral-film[fit]'"
        ) from missing
    from spectral_film.pages.page import check_place, write_text

    check_place(target, suffixes=(".h5",), overwrite=overwrite)
    if report is not None:
        check_place(report, suffixes=(".html",), overwrite=overwrite)
    figures = read_sheet(sheet)
    measured = None if chart is None else read_chart(chart)
    if measured is not None:
        must_be_photographed_on(figures, measured)
    with progress() as announce:
        model = fit_film(figures, announce)
        charted = None if measured is None else fit_chart(model, measured)
    if charted is not None:
        model = charted.model
    for line in lines(model, charted):
        typer.echo(line)
    write_film(target, model)
    if report is not None:
        write_text(report, to_html(model, charted))
        say(f"the report is {report}")
    typer.echo(target)


@app.command(rich_help_panel="Measure")
def lab(
    film: Annotated[str, typer.Argument(metavar="ID", help="A stock: an id, or an .h5.")],
    print_film: Annotated[
        str | None,
        typer.Option(
            "--print", help="What a negative is printed on, or none.", show_default="2383"
        ),
    ] = None,
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="PAGE", help="An .html; a .json lies beside.")
    ] = Path("lab.html"),
    strict: Annotated[
        bool, typer.Option(help="Exit with 1 where a reading leaves its tolerance.")
    ] = False,
    device: Annotated[str | None, typer.Option(help="Part of a device's name.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace existing files.")] = False,
) -> None:
    """Put a stock under the instruments of a laboratory, and lay the readings over its sheet."""
    from spectral_film.device.device import open_device
    from spectral_film.emulsion.film import PrintStock
    from spectral_film.emulsion.stocks import load_film, load_print
    from spectral_film.lab.record import to_json
    from spectral_film.lab.report import to_html
    from spectral_film.lab.session import measure
    from spectral_film.pages.page import check_place, write_text

    record = target.with_suffix(".json")
    check_place(target, suffixes=(".html",), overwrite=overwrite)
    check_place(record, suffixes=(".json",), overwrite=overwrite)
    stock = load_film(film)
    is_print = isinstance(stock, PrintStock)
    if is_print and print_film not in (None, "none"):
        raise UsageError(f"--print {print_film}: {film} is a print stock itself; leave --print out")
    print_stock = None if is_print or print_film == "none" else load_print(print_film or "2383")

    chosen = open_device(device)
    say(f"device: {chosen.name}")
    with progress() as announce:
        session = measure(chosen, stock, print_stock, announce)
    write_text(record, to_json(session))
    write_text(target, to_html(session))
    for check in session.failures:
        say(
            f"outside: {check.label} {check.value:+.4g} {check.unit}, tolerance {check.tolerance:g}"
        )
    within = len(session.checks) - len(session.failures)
    say(f"{within} of {len(session.checks)} readings are within their tolerances; {record}")
    typer.echo(target)
    if strict and session.failures:
        raise Exit(1)


@app.command(rich_help_panel="Look and learn")
def films() -> None:
    """List the stocks that come with the program."""
    from spectral_film.emulsion.film import Negative
    from spectral_film.emulsion.stocks import load_film, shipped_films

    for name in sorted(shipped_films()):
        film = load_film(name)
        speed = f", EI {film.exposure_index:g}" if isinstance(film, Negative) else ""
        typer.echo(f"{film.id:16} {film.kind:9} {film.maker} {film.name}, {film.balance}{speed}")


@app.command(rich_help_panel="Look and learn")
def devices() -> None:
    """List the OpenCL devices, and the one that would run."""
    from spectral_film.device.device import all_devices, open_device

    would_run = open_device()
    for device in all_devices():
        mark = "*" if device == would_run.opencl else " "
        typer.echo(
            f"{mark} {device.name.strip()} ({device.platform.name.strip()}), "
            f"{device.max_compute_units} compute units, {device.global_mem_size / 2**30:.1f} GiB, "
            f"driver {device.driver_version}"
        )


def _adjacency(value: str) -> bool | Literal["pde"]:
    if value == "pde":
        return "pde"
    if value not in ("on", "off"):
        raise UsageError(f"--adjacency is {value!r}, expected on, off or pde")
    return value == "on"
