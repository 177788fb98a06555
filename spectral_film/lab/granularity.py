"""Microdensitometer over even fields: rms granularity by density, and by aperture.

An even field on grainy film is not even. A round aperture, set down on it again and again, reads
densities that scatter: their standard deviation is the granularity, which sheets print for an
aperture of 48 um. N readings know it to 1/sqrt(2 N) of itself.

An even field gets the same light with scatter, halation and edge effects as without, so these are
switched off, and all fields lie on one film: no two of them share their grain.
Source: docs/physics.md, Microdensitometer.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import isotonic_regression

from spectral_film.emulsion.film import Film
from spectral_film.emulsion.frame import GATES_MM
from spectral_film.errors import FilmModelError
from spectral_film.lab.darkroom import Darkroom, Strip
from spectral_film.lab.densitometer import (
    disc,
    status_density,
    status_transmittance,
    through_disc,
)
from spectral_film.lab.readings import Check, Curve, Measurement, compare, records_of
from spectral_film.lab.sensitometry import UNEXPOSED, published_log_exposure
from spectral_film.lab.tolerances import GRANULARITY, MOST_STANDARD_ERRORS

PITCH_UM = 1000 * GATES_MM["super35"][0] / 4096  # of a render in 4K
APERTURE_UM = 48.0  # of the sheets
FIELDS, PLACES = 14, 4000  # 1.1 % of sampling error
ABREAST = 100  # places beside each other
APART = 8  # samples between fields: grain looks no farther than 4
RISEN = 0.01  # density over the base: below, a chart tells no exposures apart


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What an aperture read on even fields.

    Attributes:
        density: Mean of the places, (record, field).
        sigma: Standard deviation between them, (record, field).
        shift: Mean density of the samples over that of the field without grain, (record, field).
        places: How many there are on each field.
    """

    density: np.ndarray
    sigma: np.ndarray
    shift: np.ndarray
    places: int

    @property
    def sampling_error(self) -> float:
        """Standard error of `sigma` over `sigma`."""
        return float(1 / np.sqrt(2 * (self.places - 1)))


def flat_fields(
    darkroom: Darkroom, log_exposure: np.ndarray, size: tuple[int, int], pitch_um: float = PITCH_UM
) -> list[Strip]:
    """Even fields of one film, developed.

    Args:
        darkroom: Where the film is exposed, and with which grain.
        log_exposure: log10 lux s of all layers, (field,).
        size: Rows and columns of samples of each.
        pitch_um: Distance of the samples.
    """
    contact = replace(darkroom, scatter=False, halation=False, adjacency=False)
    rows, columns = size
    pace = rows + 2 * APART
    target = np.repeat(log_exposure, pace)[None, :, None]
    strip = contact.expose(np.broadcast_to(target, (1, target.size, columns)), (pitch_um, pitch_um))
    tops = range(APART, target.size, pace)
    return [replace(strip, dyes=strip.dyes[:, top : top + rows]) for top in tops]


def read_fields(fields: list[Strip], even: np.ndarray, aperture_um: float) -> Reading:
    """Set an aperture down on fields, wherever there is new film.

    Args:
        fields: Of one size.
        even: Density of each without grain, (record, field).
        aperture_um: Diameter of the aperture.
    """
    density, sigma, samples = [], [], []
    for strip in fields:
        light = status_transmittance(strip)
        read = through_disc(light, strip.pitch_um, aperture_um)
        density.append(read.mean(axis=1))
        sigma.append(read.std(axis=1, ddof=1))
        samples.append(-np.log10(light).mean(axis=(1, 2)))
    mean, spread, of_samples = (np.stack(rows, axis=1) for rows in (density, sigma, samples))
    return Reading(density=mean, sigma=spread, shift=of_samples - even, places=read.shape[1])


def read_granularity(
    darkroom: Darkroom,
    log_exposure: np.ndarray,
    *,
    pitch_um: float = PITCH_UM,
    aperture_um: float = APERTURE_UM,
    places: int = PLACES,
) -> Reading:
    """Granularity of even fields.

    Args:
        darkroom: Where the film is exposed, and with which grain.
        log_exposure: log10 lux s of all layers, (field,).
        pitch_um: Distance of the samples.
        aperture_um: Diameter of the aperture.
        places: How often it is set down on each field, at least.
    """
    side = len(disc((pitch_um, pitch_um), aperture_um))
    size = side * -(-places // ABREAST), side * ABREAST
    fields = flat_fields(darkroom, log_exposure, size, pitch_um)
    return read_fields(fields, even_density(darkroom, log_exposure), aperture_um)


def even_density(darkroom: Darkroom, log_exposure: np.ndarray) -> np.ndarray:
    """Density of even fields without grain, (record, field)."""
    fields = flat_fields(replace(darkroom, grain="off"), log_exposure, (1, 1))
    return np.stack([status_density(strip)[:, 0, 0] for strip in fields], axis=1)


def rms_granularity(darkroom: Darkroom) -> Measurement:
    """Granularity of the three records, by density, over the published curves."""
    film = darkroom.film
    log_exposure = _exposures(darkroom)
    reading = read_granularity(darkroom, log_exposure)
    even = even_density(darkroom, log_exposure)
    base = even_density(darkroom, np.array([UNEXPOSED]))
    curves: list[Curve] = []
    for name, x, dmin, read in zip(records_of(film), even, base, reading.sigma, strict=True):
        over_base, published = published_granularity(film, len(curves))
        curves.append(
            Curve(
                name=name,
                x=x,
                y=read,
                published=np.interp(x - dmin, over_base, published),
                sheet=(dmin + over_base, published),
                sampling_error=reading.sampling_error * read,
                relative=True,
            )
        )
    return Measurement(
        title=f"RMS granularity, {film.densitometry_name}",
        method=f"{len(log_exposure)} even fields, sampled every {PITCH_UM:.2f} um, read at "
        f"{reading.places} places of each through a round aperture of {APERTURE_UM:g} um. "
        "Drawn: the standard deviation, with its sampling error of "
        f"{100 * reading.sampling_error:.1f} %.",
        axes=("density, base included", "standard deviation of density"),
        curves=curves,
        checks=[*compare("granularity", curves, GRANULARITY), *_means(film, reading)],
        band=GRANULARITY.largest,
    )


def _means(film: Film, reading: Reading) -> list[Check]:
    """Grain may not move the mean."""
    standard_errors = reading.shift / (reading.sigma / np.sqrt(reading.places))
    return [
        Check(
            name=f"mean density moved by grain, {record}: largest",
            value=float(moved[np.abs(moved).argmax()]),
            tolerance=MOST_STANDARD_ERRORS,
            unit="standard errors",
            reason="one reading in 16 000 is farther off by chance; what an average of light takes "
            "from that of densities is allowed for",
        )
        for record, moved in zip(records_of(film), standard_errors, strict=True)
    ]


def published_granularity(film: Film, record: int) -> tuple[np.ndarray, np.ndarray]:
    """Density over the base, rising, and granularity of the sheet's chart, (row,) each.

    The chart's densities come from another densitometer than the characteristic curves, so its own
    least density is its base. Of exposures that it gives one density it has one granularity, the
    mean.
    """
    sheet, letter = film.published["rms_granularity"], records_of(film)[record][0].upper()
    density, sigma = sheet[f"D_{letter}"], sheet[f"sigma_{letter}"]
    printed = np.isfinite(density) & np.isfinite(sigma)
    level = isotonic_regression(density[printed]).x.round(6)
    rising, of = np.unique(level, return_inverse=True)
    return rising - rising[0], np.bincount(of, sigma[printed]) / np.bincount(of)


def _exposures(darkroom: Darkroom) -> np.ndarray:
    """None, and steps over all that the chart shows, (field,).

    They are even in the sum of what exposure, density and granularity go through, each from 0 to 1.
    """
    sheet = published_log_exposure(darkroom.film)
    fine = np.linspace(sheet.min(), sheet.max(), 200)
    even = even_density(darkroom, fine)
    over_base = even - even_density(darkroom, np.array([UNEXPOSED]))
    charts = [published_granularity(darkroom.film, i) for i in range(len(even))]
    highest = [net[-1] for net, _ in charts]
    on_chart = (over_base < np.array(highest)[:, None]).all(axis=0)
    shown = on_chart & (over_base > RISEN).any(axis=0)
    if shown.sum() < 2:
        raise FilmModelError(
            f"{darkroom.film.label}: published/rms_granularity shows no density that the film "
            "has; correct the chart, or make the film without it"
        )
    h, net = fine[shown], over_base[:, shown]
    sigma = np.array([np.interp(n, *chart) for n, chart in zip(net, charts, strict=True)])
    gone = (
        np.abs(np.diff(way, prepend=way[:, :1])).cumsum(axis=1) for way in (h[None], net, sigma)
    )
    way = sum(np.mean(g / g[:, -1:], axis=0) for g in gone)
    return np.array([UNEXPOSED, *np.interp(np.linspace(0, way[-1], FIELDS - 1), way, h)])
