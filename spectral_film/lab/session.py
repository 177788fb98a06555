"""A session in the laboratory: every measurement that suits a film, and what could not be made."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from spectral_film.device.device import Device
from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.lab.colour_chart import Swatch, photographed_chart
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.edges import knife_edge, lines_and_spots
from spectral_film.lab.granularity import rms_granularity
from spectral_film.lab.halation import point_source
from spectral_film.lab.mtf_bench import modulation_transfer
from spectral_film.lab.noise_power import noise_power, selwyn
from spectral_film.lab.projection import grey_scale, laboratory_aim, slide_greys
from spectral_film.lab.readings import Check, Measurement
from spectral_film.lab.sensitometry import characteristic_curves
from spectral_film.lab.sheet import must_hold_its_sheet
from spectral_film.lab.spectrophotometry import dye_densities, spectral_sensitivity
from spectral_film.lab.texture import Crop, crops

Announce = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Session:
    """All that was measured on one stock.

    Attributes:
        film: The stock.
        print_film: What it was printed on; None for a print stock itself.
        device: What ran the engine.
        measurements: In the order they were made.
        swatches: The colour chart, where it was photographed.
        crops: Greys with the film's grain, where it has any.
        not_measured: What could not be, and why, a sentence each.
    """

    film: CameraFilm | PrintStock
    print_film: PrintStock | None
    device: str
    measurements: tuple[Measurement, ...]
    swatches: tuple[Swatch, ...]
    crops: tuple[Crop, ...]
    not_measured: tuple[str, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of every measurement."""
        return tuple(check for m in self.measurements for check in m.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that are outside their tolerance."""
        return tuple(check for check in self.checks if not check.passed)


def measure(
    device: Device,
    film: CameraFilm | PrintStock,
    print_film: PrintStock | None = None,
    announce: Announce | None = None,
) -> Session:
    """Put a film under every instrument it can be put under.

    Args:
        device: Runs the engine.
        film: The stock.
        print_film: What a negative is printed on; None: no printing.
        announce: Called with the name of each measurement, its number and their count.

    Raises:
        FilmModelError: the film does not hold the sheet it would be laid over.
    """
    must_hold_its_sheet(film)
    darkroom = Darkroom(device=device, film=film)
    work: list[tuple[str, Callable[[], Measurement]]] = [
        ("step tablet", lambda: characteristic_curves(darkroom)),
        ("monochromator", lambda: spectral_sensitivity(darkroom)),
    ]
    if film.layers == 3:
        work.insert(1, ("dyes", lambda: dye_densities(darkroom)))
    swatches: list[Swatch] = []
    if film.scatter is not None and "mtf" in film.published:
        work.append(("sine targets", lambda: modulation_transfer(darkroom)))
    if isinstance(film, CameraFilm):
        work.append(("knife edge", lambda: knife_edge(darkroom)))
        work.append(("lines and spots", lambda: lines_and_spots(darkroom)))
        if film.halation:
            work.append(("point source", lambda: point_source(darkroom)))
        if film.is_positive:
            work.append(("grey scale", lambda: slide_greys(device, film)))
        elif print_film is not None:
            work.append(("grey scale", lambda: grey_scale(device, film, print_film)))
        if film.layers == 3 and (film.is_positive or (print_film and print_film.layers == 3)):

            def chart() -> Measurement:
                measurement, patches = photographed_chart(device, film, print_film)
                swatches.extend(patches)
                return measurement

            work.append(("colour chart", chart))
    else:
        work.append(("laboratory aim", lambda: laboratory_aim(darkroom)))
    grainy = replace(darkroom, grain="on")
    if film.grain is not None:
        if "rms_granularity" in film.published:
            work.append(("granularity", lambda: rms_granularity(grainy)))
        work.append(("apertures", lambda: selwyn(grainy)))
        work.append(("noise power", lambda: noise_power(grainy)))

    done = []
    for number, (name, make) in enumerate(work, start=1):
        if announce:
            announce(name, number, len(work))
        done.append(make())
    return Session(
        film=film,
        print_film=print_film if isinstance(film, CameraFilm) else None,
        device=device.name,
        measurements=tuple(done),
        swatches=tuple(swatches),
        crops=() if film.grain is None else crops(grainy, print_film),
        not_measured=tuple(_not_measured(film, print_film)),
    )


def _not_measured(film: CameraFilm | PrintStock, print_film: PrintStock | None) -> list[str]:
    missing = []
    if film.layers == 3 and "cyan" not in film.published["spectral_dye_density"]:
        missing.append("single dyes: the sheet prints none; those of the film are inferred")
    if film.layers == 1:
        missing.append("spectrum of the silver: no sheet prints it, and it is assumed")
    if film.grain is None:
        missing.append("rms granularity: the film has no grain, since its sheet prints none")
    elif "rms_granularity" not in film.published:
        missing.append(
            "rms granularity by density: the sheet prints one number, and the rest is its kind's"
        )
    if "mtf" not in film.published:
        missing.append("MTF: the sheet prints none, so the film spreads no light")
    if isinstance(film, CameraFilm):
        if print_film is None and not film.is_positive:
            missing.append("grey scale and colour chart: no print stock was given")
        missing.append("reciprocity beyond 1 s: the film's exponents are assumed, not published")
        missing.append("exposures beyond the sheet's last point: nothing is published there")
    else:
        missing.append(
            f"spectral sensitivity below {film.printer_cut_nm:g} nm: the printer's filter stops it"
        )
    return missing
