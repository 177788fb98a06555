"""MTF bench: sine targets, decoded through the film's own large-area curve.

Responses of single layers make no sense here: the reading holds the optics, the development with
its edge effects at the finite modulation of the target, and the cross-talk of the densitometer,
just as the published curve does.
"""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import minimize_scalar

from spectral_film.emulsion.film import Film
from spectral_film.lab.darkroom import Darkroom, aim_log_exposure, neutral_aim
from spectral_film.lab.densitometer import status_density
from spectral_film.lab.readings import VISUAL, Check, Curve, Measurement, compare, records_of
from spectral_film.lab.sensitometry import exposure_by, read_tablet
from spectral_film.lab.sheet import known_to
from spectral_film.lab.tolerances import MTF, STRETCH_OF_FREQUENCIES
from spectral_film.light.spectra import status_response

# Aerial-image modulation of Kodak's sine targets: 60 % for camera negatives (technical data
# TI2082; H-1-5207 states none), 35 % for 2383 (H-1-2383).
ONE_LINE = "visual_pct"  # the column of a chart that has one for three layers
SINE_MODULATION = {"camera": 0.60, "print": 0.35}

PITCH_UM = 1.0  # 12 samples of a period at 80 cycles/mm
LENGTH_UM = 4096  # of a target; its outer quarters see its ends and are not read
APART_UM = 1e6  # from one target to the next: no light gets there
STRIP = np.arange(-1.5, 1.01, 0.02)  # large areas about the mean of a target, log10 exposure


def sine_response(
    darkroom: Darkroom,
    cycles_per_mm: np.ndarray,
    pitch_um: float = PITCH_UM,
    response: np.ndarray | None = None,
) -> np.ndarray:
    """Response to neutral sine targets about the aim exposure.

    The density along a target goes back to exposure through large areas of the same film; the
    response is the amplitude at the target's frequency over the mean, over its modulation.

    Args:
        darkroom: Where the film is exposed.
        cycles_per_mm: Of the targets, (target,).
        pitch_um: Distance of the readings along a target.
        response: Of the densitometer, (record, wavelength); None: that of the film's sheet.

    Returns:
        1 = the modulation of the target itself, (record, target).
    """
    modulation = SINE_MODULATION[darkroom.film.role]
    aim = neutral_aim(darkroom.film)
    along = np.arange(round(LENGTH_UM / pitch_um)) * pitch_um / 1000
    phase = 2 * np.pi * np.asarray(cycles_per_mm)[:, None] * along
    target = aim + np.log10(1 + modulation * np.cos(phase))
    density = status_density(darkroom.expose(target, (pitch_um, APART_UM)), response)
    large_areas = read_tablet(darkroom, aim[:, 0] + STRIP, response)

    middle = slice(len(along) // 4, -(len(along) // 4))
    read = np.empty((len(density), len(phase)))
    for record, large_area in enumerate(large_areas):
        exposure = 10 ** exposure_by(large_area, STRIP)(density[record, :, middle])
        for i, (signal, turn) in enumerate(zip(exposure, phase[:, middle], strict=True)):
            read[record, i] = _modulation(signal, turn) / modulation
    return read


def over_chart(darkroom: Darkroom, cycles_per_mm: np.ndarray) -> dict[str, np.ndarray]:
    """Response as the film's chart draws it, by the columns of the chart, 1 = 100 % there.

    One line for three layers is that of a visual densitometer. What the chart calls 100 % may be a
    little off the response to large areas; the fit says by how much.
    """
    film = darkroom.film
    one_line = ONE_LINE in film.published["mtf"]
    columns = [ONE_LINE] if one_line else [f"{name[0].upper()}_pct" for name in records_of(film)]
    visual = status_response("visual") if one_line else None
    response = sine_response(darkroom, cycles_per_mm, response=visual)
    level = np.broadcast_to(film.notes.get("fit/mtf/level", 1.0), len(columns))
    return dict(zip(columns, level[:, None] * response, strict=True))


def modulation_transfer(darkroom: Darkroom) -> Measurement:
    """Response at the frequencies of the sheet over the published curves."""
    film = darkroom.film
    sheet = film.published["mtf"]
    cycles = sheet["cycles_per_mm"]
    response = over_chart(darkroom, cycles)
    known = known_to(film, "mtf", cycles)
    names = VISUAL if ONE_LINE in response else records_of(film)
    curves = [
        Curve(name=name, x=cycles, y=read, published=sheet[column] / 100, known=known)
        for name, (column, read) in zip(names, response.items(), strict=True)
    ]
    return Measurement(
        title="Modulation transfer",
        method=f"Neutral sine targets of {100 * SINE_MODULATION[film.role]:.0f} % modulation about "
        f"{_place(film)}, scanned every {PITCH_UM:g} um, taken back to exposure through large "
        "areas; amplitude of the fundamental over the mean, over the modulation.",
        axes=("cycles/mm on the film", "response, 1 = 100 %"),
        curves=curves,
        checks=[
            *compare("MTF", curves, MTF[film.role]),
            *(_stretch(curve, *STRETCH_OF_FREQUENCIES[film.role]) for curve in curves),
        ],
        band=MTF[film.role].largest,
        logarithmic=True,
    )


def _place(film: Film) -> str:
    aim = ", ".join(f"{h:.2f}" for h in dict.fromkeys(aim_log_exposure(film).round(2)))
    return f"a log exposure of {aim}"


def _stretch(curve: Curve, tolerance: float, reason: str) -> Check:
    """How far the published frequencies would have to be stretched to fit the reading best.

    A length that is wrong by little hides in the noise of single points. It moves all of them.
    """
    assert curve.published is not None
    printed = np.isfinite(curve.published)
    log_f, read = np.log(curve.x[printed]), curve.y[printed]
    line = PchipInterpolator(log_f, read)

    def miss(stretch: float) -> float:
        moved = np.clip(log_f + stretch, log_f[0], log_f[-1])
        difference: np.ndarray = line(moved) - curve.published[printed]  # type: ignore[index]
        return float(difference @ difference)

    found = minimize_scalar(miss, bounds=(-0.3, 0.3), method="bounded", options={"xatol": 1e-5})
    return Check(
        name=f"MTF, {curve.name}: stretch of the frequencies",
        value=float(found.x),
        tolerance=tolerance,
        unit="natural log",
        reason=reason,
    )


def _modulation(signal: np.ndarray, phase: np.ndarray) -> float:
    """Amplitude of the fundamental over the mean: least squares, since periods are cut off."""
    harmonics = np.multiply.outer([1, 2, 3], phase)
    waves: Sequence[np.ndarray] = [np.ones_like(phase), *np.cos(harmonics), *np.sin(harmonics)]
    fit, *_ = np.linalg.lstsq(np.column_stack(waves), signal, rcond=None)
    return float(np.hypot(fit[1], fit[4]) / fit[0])
