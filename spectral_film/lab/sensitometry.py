"""Sensitometer and densitometer: step tablet, D-min, gamma, speed."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from spectral_film.emulsion.film import CameraFilm, Film
from spectral_film.lab.darkroom import Darkroom, aim_log_exposure
from spectral_film.lab.densitometer import status_density
from spectral_film.lab.readings import Check, Curve, Measurement, compare, records_of
from spectral_film.lab.sheet import known_to
from spectral_film.lab.stated import Known
from spectral_film.lab.tolerances import CHARACTERISTIC_CURVE, CHI2_A_READING

# A step is 20 samples of 0.25 mm wide: only the last 0.2 mm of the halo, next to nothing, reach its
# middle.
STEP_SAMPLES, SAMPLE_UM = 20, 250.0
UNEXPOSED = -9.0  # log10 lux s: a lens cap
BLEACHED = 6.0  # where nothing is left to reverse

# Straight line of a negative about the grey card, log10 exposure: docs/physics.md, Tone curve.
STRAIGHT = (-0.8, 1.1)
STRAIGHT_OF_A_SLIDE = (-0.4, 0.4)
SPEED_DENSITY = 0.2  # over D-min: the criterion of Kodak's sensitivity curves
# Over D-min: reversal film is rated in the middle of its curve, since its foot holds highlights.
SPEED_DENSITY_OF_A_SLIDE = 1.0


def read_tablet(
    darkroom: Darkroom, log_exposure: np.ndarray, response: np.ndarray | None = None
) -> np.ndarray:
    """Density of the steps of a tablet, (layer or 1, step) -> (record, step).

    Args:
        darkroom: Where they are exposed.
        log_exposure: Log10 lux s.
        response: Of the densitometer, (record, wavelength); None: that of the film's sheet.
    """
    target = np.repeat(log_exposure, STEP_SAMPLES, axis=1)[:, None, :]
    strip = darkroom.expose(target, (SAMPLE_UM, SAMPLE_UM))
    return status_density(strip, response)[:, 0, STEP_SAMPLES // 2 :: STEP_SAMPLES]


def characteristic_curves(darkroom: Darkroom) -> Measurement:
    """D-log H of the three records over the published curves."""
    film = darkroom.film
    sheet = film.published["characteristic_curves"]
    h = published_log_exposure(film)
    density = read_tablet(darkroom, h[None])
    known = known_to(film, "characteristic_curves", h)
    curves = [
        Curve(name=name, x=h, y=read, published=sheet[f"D_{name[0].upper()}"], known=known)
        for name, read in zip(records_of(film), density, strict=True)
    ]
    allowed = CHARACTERISTIC_CURVE[film.role]
    checks = compare("characteristic curve", curves, allowed)
    if isinstance(film, CameraFilm):
        checks += _gammas(film, curves) + _speeds(film, curves)
    clear = read_tablet(darkroom, np.array([[least_dye(film)]]))[:, 0]
    light = (
        "the layers getting the log exposures of the sheet each"
        if film.role == "print"
        else "in neutral light of the film's own balance"
    )
    return Measurement(
        title=f"Characteristic curves, {film.densitometry_name}",
        method=f"A step tablet of {len(h)} steps, 5 mm each, {light}; densities from the "
        "spectrum of each step.",
        axes=("log exposure, log10(lux s)", "density, base included"),
        curves=curves,
        checks=checks,
        band=allowed.largest,
        numbers={
            f"D-min, {name}": (float(value), "density")
            for name, value in zip(records_of(film), clear, strict=True)
        },
        notes=()
        if film.is_positive
        else ("The sheet prints no shoulder: what lies above its last point is an extrapolation.",),
    )


def least_dye(film: Film) -> float:
    """Log exposure that leaves the film clear: none, or in reversal film all there is."""
    return BLEACHED if film.process == "reversal" else UNEXPOSED


def exposure_by(density: np.ndarray, log_exposure: np.ndarray) -> PchipInterpolator:
    """What takes densities of a record back to log exposure, through its large areas.

    Args:
        density: Of the large areas, rising with exposure or, in reversal film, falling.
        log_exposure: Theirs, rising.
    """
    rising = slice(None) if density[-1] >= density[0] else slice(None, None, -1)
    return PchipInterpolator(density[rising], log_exposure[rising])


def published_log_exposure(film: Film) -> np.ndarray:
    """Exposure axis of the film's own chart, log10 lux s, (row,)."""
    sheet = film.published["characteristic_curves"]
    return sheet["log_exposure"]


def _gammas(film: CameraFilm, curves: list[Curve]) -> list[Check]:
    """Slope of the straight line, least squares, against that of the published points."""
    grey = aim_log_exposure(film)[0]
    straight = STRAIGHT_OF_A_SLIDE if film.process == "reversal" else STRAIGHT
    low, high = grey + straight[0], grey + straight[1]
    line = f"{straight[1] - straight[0]:.1f}"
    checks = []
    for curve in curves:
        assert curve.published is not None
        use = (curve.x > low) & (curve.x < high) & np.isfinite(curve.published)
        if use.sum() < 2:  # a chart that leaves its straight line out
            continue
        read, printed = (np.polyfit(curve.x[use], y[use], 1)[0] for y in (curve.y, curve.published))
        checks.append(
            Check(
                name=f"gamma, {curve.name}",
                detail=f"{read:.4f} on a published {printed:.4f}",
                value=float(read - printed),
                tolerance=0.002 * wider(curve.known_where_printed),
                unit="density per decade",
                reason=f"{line} decades of line, each known to the .003 of careful reading, or "
                "as well as the sheet is",
            )
        )
    return checks


def wider(known: Known | None) -> float:
    """What a sheet allows a curve of camera film to be off by, over the house; 1 at least."""
    if known is None or not known.sigma.size:
        return 1.0
    stated = CHI2_A_READING**0.5 * float(known.sigma.mean())
    return max(1.0, stated / CHARACTERISTIC_CURVE["camera"].rms)


def _speeds(film: CameraFilm, curves: list[Curve]) -> list[Check]:
    """Exposure for so much over the least of the chart, against that of the published points."""
    slide = film.process == "reversal"
    over = SPEED_DENSITY_OF_A_SLIDE if slide else SPEED_DENSITY
    checks = []
    for curve in curves:
        assert curve.published is not None
        printed = np.isfinite(curve.published)
        x, published = curve.x[printed], curve.published[printed]
        level = published[-1 if slide else 0] + over
        read, sheet = (exposure_for(level, x, y) for y in (curve.y[printed], published))
        checks.append(
            Check(
                name=f"speed point, {curve.name}",
                detail=f"{read:.3f} on a published {sheet:.3f}",
                value=float(read - sheet),
                tolerance=0.015,
                unit="log10(lux s)",
                reason=".02 of density, as charts of slides are read, at a slope of 1.5 a decade"
                if slide
                else ".005 of density between two readings there, at a slope of .35 a decade",
            )
        )
    return checks


def exposure_for(level: float, log_exposure: np.ndarray, density: np.ndarray) -> float:
    """Log exposure at which a record has a density, were it to rise, or fall, throughout."""
    rising = density[-1] > density[0]
    order = slice(None) if rising else slice(None, None, -1)
    steady = np.maximum.accumulate(density[order]) + 1e-9 * np.arange(len(density))
    return float(PchipInterpolator(steady, log_exposure[order])(level))
