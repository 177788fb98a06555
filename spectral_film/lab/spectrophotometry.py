"""Spectrophotometer and monochromator: dyes, base, midscale neutral, spectral sensitivity."""

from dataclasses import replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from spectral_film.device.device import Device
from spectral_film.emulsion.film import Film, PrintStock
from spectral_film.emulsion.frame import Frame
from spectral_film.emulsion.stocks import load_camera_film
from spectral_film.emulsion.three_planes import in_three_planes
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.densitometer import spectral_density, status_per_dye
from spectral_film.lab.neutral import of_a_band, printing_density
from spectral_film.lab.readings import RECORDS, Check, Curve, Measurement, compare, records_of
from spectral_film.lab.sheet import known_to
from spectral_film.lab.stated import Known
from spectral_film.lab.tolerances import (
    DYE_DENSITY,
    MIDSCALE_NEUTRAL,
    NEUTRAL_AS_PRINTED,
    NEUTRAL_FROM,
    SPECTRAL_SENSITIVITY,
    THREE_READINGS,
    rms_and_largest,
)
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, illuminant, status_response
from spectral_film.path.pipeline import Pipeline, Settings
from spectral_film.stages.printing import NORMAL_POINTS, Printer
from spectral_film.stages.stage import apply

DYES = ("cyan", "magenta", "yellow")
FILTER_DENSITY, LEAST_SHARE = 12.0, 1e-9  # of a filter beside its line; of the light through it


def dye_densities(darkroom: Darkroom) -> Measurement:
    """Coatings of one dye each, in the amounts the sheet draws, over the published curves."""
    film = darkroom.film
    sheet = film.published["spectral_dye_density"]
    x = sheet["wavelength_nm"]
    curves = []
    for dye, name in enumerate(DYES):
        if name not in sheet:  # inferred from the neutral below
            continue
        amount = np.zeros(3)
        amount[dye] = np.nanmax(sheet[name])
        net = spectral_density(film, amount) - spectral_density(film, np.zeros(3))
        curves.append(Curve(name=name, x=x, y=_at(x, net), published=_seen(x, sheet[name])))
    checks = compare("dye density", curves, DYE_DENSITY)
    base = spectral_density(film, np.zeros(3))
    printed = _seen(x, sheet["min_density"]) if "min_density" in sheet else None
    curves.append(Curve(name="D-min", x=x, y=_at(x, base), published=printed))
    notes = [
        "D-min carries no verdict: its shape is the sheet's, its level is moved to where the "
        "characteristic curves begin, since the sheet's two charts disagree there."
        if "min_density" in sheet
        else "The sheet prints no D-min spectrum: its shape is assumed."
    ]
    if "midscale_neutral" in sheet:
        published, made = _neutral_like(film, sheet["midscale_neutral"], x)
        known = known_to(film, "spectral_dye_density", x)
        neutral = Curve(
            name="midscale neutral",
            x=x,
            y=_at(x, made),
            published=_seen(x, np.where(x >= NEUTRAL_FROM, sheet["midscale_neutral"], np.nan)),
            known=known.times(THREE_READINGS) if known else None,
        )
        curves.append(neutral)
        notes.append(
            "The midscale neutral is made of the amounts of dye that have its status densities."
        )
        if "min_density" in sheet:
            checks += compare("spectrum", [neutral], MIDSCALE_NEUTRAL)
            if film.kind == "negative":
                published = np.where(_drawn(neutral), published, made)
                checks += _as_printed(published, made, neutral.known)
        else:
            notes.append("It carries no verdict: nobody knows what base it was drawn on.")
    return Measurement(
        title="Spectral dye densities",
        method="A spectrophotometer, every 5 nm, on coatings of a single dye in the amount the "
        "sheet draws, less the clear film.",
        axes=("wavelength, nm", "density"),
        curves=curves,
        checks=checks,
        band=DYE_DENSITY.largest,
        notes=notes,
    )


def spectral_sensitivity(darkroom: Darkroom) -> Measurement:
    """Exposure of the layers by light of one wavelength after another, of equal energy."""
    film = darkroom.film
    if isinstance(film, PrintStock):
        exposure = _in_printer(darkroom.device, film)
        method = (
            "Filters 5 nm wide, one after another, in the gate of the printer; exposure of each "
            "layer over what the lamp gives there. The balance of the printer"
        )
    else:
        exposure = _in_camera(darkroom)
        method = (
            "A monochromator, 5 nm wide, equal energy at every setting; exposure of each layer. "
            "The meter"
        )
    sheet = film.published["spectral_sensitivity"]
    x = sheet["wavelength_nm"]
    curves, offsets = [], {}
    records = records_of(film)
    for name, layer in zip(records, exposure[: len(records)], strict=True):
        published = sheet[f"logS_{name[0].upper()}"]
        with np.errstate(divide="ignore"):
            read = _at(x, np.log10(layer))
        read = np.where(np.isfinite(read), read, np.nan)
        both = np.isfinite(read) & np.isfinite(published)
        offset = np.mean((published - read)[both]) if both.any() else 0.0
        offsets[f"offset of the {name} layer"] = (float(offset), "log10")
        curves.append(Curve(name=name, x=x, y=read + offset, published=published))
    seen = [
        replace(c, published=np.where(np.isfinite(c.y), c.published, np.nan))
        for c in curves
        if c.published is not None
    ]
    return Measurement(
        title="Spectral sensitivity",
        method=f"{method} fixes the level, so each curve is laid on its sheet by one number.",
        axes=("wavelength, nm", "log10 sensitivity, cm²/erg"),
        curves=seen,
        checks=compare("spectral sensitivity", seen, SPECTRAL_SENSITIVITY)
        + [_nothing_else(name, curve) for name, curve in zip(records, curves, strict=True)],
        band=SPECTRAL_SENSITIVITY.largest,
        numbers=offsets,
    )


def _in_camera(darkroom: Darkroom) -> np.ndarray:
    """Exposure of a negative by each wavelength, (layer, wavelength)."""
    lines = np.eye(len(WAVELENGTH), dtype=np.float32)[:, None, :]
    target = Scene(planes=lines, kind="radiance", wavelength_nm=WAVELENGTH)
    settings = Settings(
        film=darkroom.film,
        print_film=None,
        scatter=False,
        halation=False,
        grain="off",
        to="exposure",
    )
    frame = Frame(1000.0, len(WAVELENGTH))  # each line a patch of its own
    exposure = Pipeline(settings=settings, frame=frame)(darkroom.device, target).planes
    return exposure[:, 0].astype(np.float64)


def _in_printer(device: Device, film: PrintStock) -> np.ndarray:
    """Exposure of a print through each filter, over lamp and open gate, (layer, wavelength).

    A filter is a dye in the place of the negative's. The printer balances itself on whatever is in
    its gate, and so the open gate is read beside each filter.
    """
    holder = load_camera_film("vision3-250d")
    gates = np.zeros((3, 1, 2), np.float32)
    gates[0, 0, 1] = FILTER_DENSITY  # of the filter's dye; the other gate is open
    share = np.empty((3, len(WAVELENGTH)))
    for i in range(len(WAVELENGTH)):
        dye = np.zeros_like(holder.dye_density)
        dye[0] = 1.0
        dye[0, i] = 0.0
        strip = replace(holder, dye_density=dye, dmin_density=np.zeros_like(holder.dmin_density))
        printer = Printer(
            negative=strip,
            print_film=in_three_planes(film),
            aim_log_exposure=np.broadcast_to(film.lad.log_exposure, 3),
            printer_points=(NORMAL_POINTS,) * 3,
        )
        light = apply(device, printer.stage(), gates)
        clear, line = np.moveaxis(light[:, 0].astype(np.float64), 1, 0)
        share[:, i] = line / clear
    share[share < LEAST_SHARE] = 0.0  # what leaks through the filter
    return share / illuminant(film.printer_lamp)


def _nothing_else(name: str, curve: Curve) -> Check:
    """A layer may not see what its sheet does not print."""
    assert curve.published is not None
    unprinted = np.isfinite(curve.y) & ~np.isfinite(curve.published)
    return Check(
        name=f"spectral sensitivity, {name}: wavelengths seen but not printed",
        value=float(unprinted.sum()),
        tolerance=0,
        unit="wavelengths",
        reason="nothing is known there",
    )


def _seen(x: np.ndarray, published: np.ndarray) -> np.ndarray:
    """What is published where the instrument reaches."""
    return np.where((x >= WAVELENGTH[0]) & (x <= WAVELENGTH[-1]), published, np.nan)


def _at(x: np.ndarray, on_grid: np.ndarray) -> np.ndarray:
    """A spectrum on the engine's grid at other wavelengths; NaN beyond the grid and its gaps."""
    if np.isfinite(on_grid).all():
        within = (x >= WAVELENGTH[0]) & (x <= WAVELENGTH[-1])
        return np.where(within, PchipInterpolator(WAVELENGTH, on_grid)(x), np.nan)
    with np.errstate(invalid="ignore"):
        return np.interp(x, WAVELENGTH, on_grid, left=np.nan, right=np.nan)


def _drawn(curve: Curve) -> np.ndarray:
    """Where on the grid a spectrum is published, (wavelength,)."""
    assert curve.published is not None
    printed = curve.x[np.isfinite(curve.published)]
    within: np.ndarray = (printed[0] <= WAVELENGTH) & (printed[-1] >= WAVELENGTH)
    return within


def _as_printed(published: np.ndarray, made: np.ndarray, known: Known | None) -> list[Check]:
    """What two spectra of one status density differ by on a print, (wavelength,) each.

    Source: docs/physics.md, What is measured.
    """
    difference = printing_density(made) - printing_density(published)
    band = of_a_band(known)
    measures = [rms_and_largest(miss[None], NEUTRAL_AS_PRINTED, band)[0] for miss in difference]
    return [
        Check(
            name=f"midscale neutral in a print, {record}",
            value=measure.value,
            tolerance=measure.allowed,
            unit=NEUTRAL_AS_PRINTED.unit,
            reason=NEUTRAL_AS_PRINTED.reason,
        )
        for record, measure in zip(RECORDS, measures, strict=True)
    ]


def _neutral_like(
    film: Film, published: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A published spectrum on the grid, and that of dyes which read its status densities."""
    printed = np.isfinite(published)
    spectrum = np.interp(WAVELENGTH, x[printed], published[printed])
    response = status_response(film.densitometry)
    aim = -np.log10(response @ 10**-spectrum)
    dyes = np.full(3, 0.5)
    for _ in range(30):  # Newton; half as many do
        read = -np.log10(response @ 10 ** -spectral_density(film, dyes))
        dyes = dyes + np.linalg.solve(status_per_dye(film, dyes), aim - read)
    return spectrum, spectral_density(film, dyes)
