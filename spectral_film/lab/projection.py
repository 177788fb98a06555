"""Printer and projector: the laboratory aim, printer points, and the grey scale on the screen."""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from spectral_film.device.device import Device
from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.frame import Frame
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.readings import Check, Curve, Measurement, records_of
from spectral_film.lab.sensitometry import published_log_exposure, read_tablet, wider
from spectral_film.lab.sheet import known_to
from spectral_film.lab.tolerances import LABORATORY_AIM
from spectral_film.light.chromaticity import CAT16, adaptation
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.metering import GREY
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, illuminant, observer
from spectral_film.path.pipeline import Pipeline, Settings
from spectral_film.stages.signals import Quantity

STOP = np.log10(2)
STOPS = np.arange(-6, 9)
GREY_STEP = 6  # of STOPS
PATCH_MM = 10.0  # halation goes 2
FLARE = 0.1  # percent: a theatre's, whatever a render would be seen with; a paper has its own

NEUTRAL_BELOW, NEUTRAL_ABOVE = 4.0, 10.0  # chroma of greys, of CIELAB


def photograph(
    device: Device,
    negative: CameraFilm,
    print_film: PrintStock | None,
    reflectance: np.ndarray,
    to: Quantity,
    printer_points: Sequence[float] = (25.0, 25.0, 25.0),
) -> np.ndarray:
    """Patches taken, printed and looked at, (wavelength or 2, patch) -> (3, patch).

    The printer is balanced on the laboratory aim, which is what sheets of prints are about; a slide
    is looked at itself. Two wavelengths are enough for neutrals: straight lines join them.
    """
    bands = WAVELENGTH if len(reflectance) == len(WAVELENGTH) else WAVELENGTH[[0, -1]]
    scene = Scene(
        planes=np.ascontiguousarray(reflectance[:, None, :], np.float32),
        kind="reflectance",
        wavelength_nm=bands,
    )
    red, green, blue = printer_points
    on_paper = print_film is not None and print_film.viewing == "reflection"
    settings = Settings(
        film=negative,
        print_film=print_film,
        printer_points=(red, green, blue),
        to=to,
        white="lamp",
        balance="lad",
        flare=None if on_paper else FLARE,
        grain="off",
    )
    patches = scene.size[0]
    pipeline = Pipeline(settings=settings, frame=Frame(PATCH_MM * patches, patches))
    return pipeline(device, scene).planes[:, 0].astype(np.float64)


def laboratory_aim(darkroom: Darkroom) -> Measurement:
    """A print stock alone: the exposure its file holds must read the published aim."""
    film = darkroom.film
    assert isinstance(film, PrintStock)
    read = read_tablet(darkroom, film.lad.log_exposure[:, None])[:, 0]
    return Measurement(
        title="Laboratory aim density (LAD)",
        method="An even patch at the exposure that the printer is balanced to.",
        axes=("", ""),
        checks=_misses("LAD patch", film, read),
        numbers={
            f"aim, {record}": (float(aim), film.densitometry_name)
            for record, aim in zip(records_of(film), film.lad.aim_density, strict=True)
        },
    )


def grey_scale(device: Device, negative: CameraFilm, print_film: PrintStock) -> Measurement:
    """Greys from -6 to +8 stops, printed with the lights at 25 and projected."""
    factor = np.tile(GREY * 10 ** (STOPS * STOP), (2, 1))
    printed = photograph(device, negative, print_film, factor, "print")
    xyz = photograph(device, negative, print_film, factor, "xyz")
    lab = to_lab(xyz, lamp_white(print_film))
    chroma = np.hypot(lab[1], lab[2])
    visual = -np.log10(xyz[1])
    slope = np.gradient(np.log10(xyz[1]), STOP)
    stops = STOPS.astype(float)
    records = records_of(print_film)
    curves = [
        Curve(name=n, x=stops, y=d) for n, d in zip(records, printed[: len(records)], strict=True)
    ]
    if len(records) > 1:
        curves.append(Curve(name="visual", x=stops, y=visual))
    below = stops <= 0
    checks = _misses("18 % grey", print_film, printed[:, GREY_STEP])
    aims = print_film.provenance.get("lad/aim_density")
    aim_is_published = aims is not None and aims.origin == "published"
    if aim_is_published:
        checks += _printer_points(device, negative, print_film)
        known = known_to(negative, "characteristic_curves", published_log_exposure(negative))
        checks += _neutral(chroma[below], chroma[~below], wider(known))
    return Measurement(
        title=f"Grey scale on {print_film.id}",
        method="Flat reflectances under the light the negative is balanced for, metered at its "
        f"index, printed on the laboratory aim at 25-25-25, {_looked_at(print_film)}.",
        axes=(
            "stops over an 18 % grey",
            "visual density of the print"
            if print_film.layers == 1
            else f"{print_film.densitometry_name} and visual density of the print",
        ),
        curves=curves,
        checks=checks,
        notes=()
        if aim_is_published
        else (
            "The sheet prints no aim, and one is assumed: printer points and the greys of the "
            "screen carry no verdict.",
        ),
        numbers={
            "chroma of the greys, -6 to 0 stops: largest": (float(chroma[below].max()), "CIELAB"),
            "chroma of the greys, above 0 stops: largest": (float(chroma[~below].max()), "CIELAB"),
            "18 % grey, visual density": (float(visual[GREY_STEP]), "density"),
            "18 % grey, a*": (float(lab[1, GREY_STEP]), "CIELAB"),
            "18 % grey, b*": (float(lab[2, GREY_STEP]), "CIELAB"),
            **{
                f"system gamma at {stop:+d} stops": (float(value), "dlogY / dlogH")
                for stop, value in zip(STOPS, slope, strict=True)
                if -4 <= stop <= 4
            },
        },
    )


def _looked_at(film: PrintStock) -> str:
    if film.viewing == "reflection":
        return f"looked at in {film.projector_lamp}, which is the white"
    return "projected; the white is the projector's lamp"


def slide_greys(device: Device, film: CameraFilm) -> Measurement:
    """Greys from -6 to +8 stops on a reversal film, projected as it is."""
    factor = np.tile(GREY * 10 ** (STOPS * STOP), (2, 1))
    density = photograph(device, film, None, factor, "negative")
    xyz = photograph(device, film, None, factor, "xyz")
    clear = photograph(device, film, None, np.full((2, 1), 1e4), "xyz")
    lab = to_lab(xyz / clear[1], clear[:, 0] / clear[1])
    chroma, shown = np.hypot(lab[1], lab[2]), xyz[1] / clear[1]
    slope = np.gradient(np.log10(shown), STOP)
    stops = STOPS.astype(float)
    return Measurement(
        title="Grey scale of the slide",
        method="Flat reflectances under the light the film is balanced for, metered at its index, "
        "projected; the white is the clear film.",
        axes=("stops over an 18 % grey", f"{film.densitometry_name} density of the film"),
        curves=[
            Curve(name=n, x=stops, y=d) for n, d in zip(records_of(film), density, strict=True)
        ],
        numbers={
            "18 % grey, luminance": (float(shown[GREY_STEP]), "of the clear film"),
            "18 % grey, a*": (float(lab[1, GREY_STEP]), "CIELAB"),
            "18 % grey, b*": (float(lab[2, GREY_STEP]), "CIELAB"),
            "chroma of the greys, -3 to +2 stops: largest": (
                float(chroma[(stops >= -3) & (stops <= 2)].max()),
                "CIELAB",
            ),
            **{
                f"system gamma at {stop:+d} stops": (float(value), "dlogY / dlogH")
                for stop, value in zip(STOPS, slope, strict=True)
                if -4 <= stop <= 3
            },
        },
        notes=("No sheet says how the greys of a slide look: this is no check.",),
    )


def _neutral(below: np.ndarray, above: np.ndarray, wider: float) -> list[Check]:
    """Greys of the screen, up to the aim and beyond it."""
    return [
        Check(
            name="chroma of the greys, -6 to 0 stops: largest",
            value=float(below.max()),
            tolerance=NEUTRAL_BELOW * wider,
            unit="CIELAB",
            reason="the aim is a neutral; .01 of density in one dye is 2 to 3"
            + ("; this sheet is known less well" if wider > 1 else ""),
        ),
        Check(
            name="chroma of the greys, above 0 stops: largest",
            value=float(above.max()),
            tolerance=NEUTRAL_ABOVE,
            unit="CIELAB",
            reason="the published base of the print is yellow, .104 in blue",
        ),
    ]


def _printer_points(device: Device, negative: CameraFilm, film: PrintStock) -> list[Check]:
    """One point more on every light, against the slope of the print's own published curve."""
    grey = np.full((2, 1), GREY)
    normal, darker = (
        photograph(device, negative, film, grey, "print", (points,) * 3)[:, 0]
        for points in (25.0, 26.0)
    )
    sheet = film.published["characteristic_curves"]
    checks = []
    for i, record in enumerate(records_of(film)):
        curve = sheet[f"D_{record[0].upper()}"]
        printed = np.isfinite(curve)
        line = PchipInterpolator(sheet["log_exposure"][printed], curve[printed])
        aim = film.lad.log_exposure[i]
        read, published = darker[i] - normal[i], line(aim + 0.025) - line(aim)
        checks.append(
            Check(
                name=f"one printer point, {record}",
                detail=f"{read:.4f} on a published {published:.4f}",
                value=float(read - published),
                tolerance=0.006,
                unit="density",
                reason=".01 of reading error on two samples .05 apart is .2 in a slope of 3",
            )
        )
    return checks


def _misses(what: str, film: PrintStock, read: np.ndarray) -> list[Check]:
    return [
        Check(
            name=f"{what}, {record}",
            detail=f"{value:.4f} on an aim of {wanted:.2f}",
            value=float(value - wanted),
            tolerance=LABORATORY_AIM.largest,
            unit=film.densitometry_name,
            reason=LABORATORY_AIM.reason,
        )
        for record, value, wanted in zip(records_of(film), read, film.lad.aim_density, strict=False)
    ]


def lamp_white(film: Film) -> np.ndarray:
    """XYZ of the light that a film is looked at in, Y = 1."""
    assert film.projector_lamp is not None
    white = observer() @ illuminant(film.projector_lamp)
    return white / white[1]


def to_lab(xyz: np.ndarray, white: np.ndarray) -> np.ndarray:
    """CIE 1976 L*, a*, b*, (3, n). Source: ISO/CIE 11664-4:2019."""
    t = xyz / white[:, None]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def to_codes(xyz: np.ndarray, white: np.ndarray) -> np.ndarray:
    """Codes, in sRGB, of XYZ seen by an eye adapted to `white`, clipped to the display, (3, n)."""
    display = DISPLAYS["sRGB"]
    to_xyz = display.rgb_to_xyz()
    seen = adaptation(CAT16, white, to_xyz.sum(axis=1)) @ xyz
    return display.encode(np.clip(np.linalg.solve(to_xyz, seen), 0, 1))
