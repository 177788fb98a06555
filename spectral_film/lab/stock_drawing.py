"""The curves of a stock, measured on the model and drawn over the published ones."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import CameraFilm, Film
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.mtf_bench import SINE_MODULATION, over_chart
from spectral_film.lab.sensitometry import read_tablet
from spectral_film.lab.sheet import must_hold_its_sheet
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.pages.chart import circles, logarithmic
from spectral_film.pages.drawing import DYES, INK, PALE, RECORDS, write_drawing
from spectral_film.pages.numbers import number
from spectral_film.pages.writing import check_place

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE_IN = (10.4, 7.8)
SUFFIXES = (".png", ".svg")


def draw(device: Device, film: Film, path: Path, *, overwrite: bool = False) -> None:
    """Draw the curves of `film` into a PNG or SVG, the model's over the sheet's.

    Raises:
        OutputError: not a .png or .svg, the file exists, or it cannot be written.
        FilmModelError: the film does not hold the sheet to draw over.
    """
    must_hold_its_sheet(film)
    check_place(path, suffixes=SUFFIXES, overwrite=overwrite)
    label = f"{film.name}: characteristic curves, sensitivity, dyes and MTF, over its sheet's"
    write_drawing(path, lambda figure: _compose(figure, device, film), label, SIZE_IN)


def _compose(figure: "Figure", device: Device, film: Film) -> None:
    figure.set_layout_engine("constrained", h_pad=0.12, w_pad=0.12, hspace=0.05, wspace=0.02)
    panels = figure.subplots(2, 2)
    _draw_characteristic(panels[0, 0], device, film)
    _draw_sensitivity(panels[0, 1], film)
    _draw_dyes(panels[1, 0], film)
    _draw_mtf(panels[1, 1], device, film)
    figure.suptitle(film.name, x=0.01, ha="left", fontsize=15, weight="bold")
    source = f"lines: the model, read through its own spectra; circles: {film.source}"
    figure.supxlabel(source, x=0.01, ha="left", color=PALE, fontsize=8.5)


def _draw_characteristic(axes: "Axes", device: Device, film: Film) -> None:
    sheet = film.published["characteristic_curves"]
    h = sheet["log_exposure"]
    fine = np.linspace(h.min() - 0.3, h.max() + 0.3, 400)
    darkroom = Darkroom(device=device, film=film)
    curves = read_tablet(darkroom, fine[None])
    errors = _misses(read_tablet(darkroom, h[None]), sheet, "D_{}", _colours(film))
    for (record, colour), curve in zip(_colours(film).items(), curves, strict=True):
        circles(axes, h, sheet[f"D_{record}"], colour)
        axes.plot(fine, curve, color=colour, label=record)
    axes.set(
        title="Characteristic curves",
        xlabel="log exposure, log10(lux s)",
        ylabel=f"{film.densitometry_name} density",
        xlim=(fine[0], fine[-1]),
        ylim=(0, None),
    )
    falls = film.process == "reversal"  # the corners that its curves leave free are the others
    corner: Literal["upper right", "upper left"] = "upper right" if falls else "upper left"
    axes.legend(title="record", title_fontsize=8, loc=corner)
    _state_misses(axes, errors, places=4, left=falls)
    if isinstance(film, CameraFilm):
        grey = np.log10(film.grey_lux_s())
        axes.axvline(grey, color=PALE, linewidth=0.6, zorder=0)
        axes.annotate(
            "18 % grey", (grey, axes.get_ylim()[1]), (4, -8), textcoords="offset points",
            color=PALE, fontsize=8,
        )  # fmt: skip


def _draw_sensitivity(axes: "Axes", film: Film) -> None:
    sheet = film.published["spectral_sensitivity"]
    layers = zip(_colours(film).items(), film.spectral_sensitivity, strict=True)
    for (record, colour), values in layers:
        log_s = np.log10(np.where(values > 0, values, np.nan))
        circles(axes, sheet["wavelength_nm"], sheet[f"logS_{record}"], colour)
        axes.plot(WAVELENGTH, log_s, color=colour, label=record)
    axes.set(
        title="Spectral sensitivity",
        xlabel="wavelength, nm",
        ylabel="log10 sensitivity, cm²/erg",
        xlim=(350, 750),
    )
    axes.legend(title="layer", title_fontsize=8)


def _draw_dyes(axes: "Axes", film: Film) -> None:
    sheet = film.published.get("spectral_dye_density", {})
    nm = sheet.get("wavelength_nm", np.zeros(0))
    axes.axhline(0, color=PALE, linewidth=0.4)
    names = DYES if film.layers == 3 else {"silver": INK}
    for (dye, colour), values in zip(names.items(), film.dye_density, strict=True):
        if dye in sheet:
            # The sheet draws each dye in an amount of its own choice, the model one unit.
            circles(axes, nm, sheet[dye] / np.nanmax(sheet[dye]), colour)
        axes.plot(WAVELENGTH, values, color=colour)
        peak = WAVELENGTH[values.argmax()] if film.layers == 3 else WAVELENGTH.mean()
        axes.annotate(
            dye, (peak, 1), (0, 5), textcoords="offset points",
            color=colour, ha="center", fontsize=8,
        )  # fmt: skip
    if "min_density" in sheet:
        circles(axes, nm, sheet["min_density"], PALE)
    axes.plot(WAVELENGTH, film.dmin_density, color=PALE)
    axes.annotate(
        "D-min", (WAVELENGTH[0], film.dmin_density[0]), (4, 5), textcoords="offset points",
        color=PALE, fontsize=8,
    )  # fmt: skip
    axes.set(
        title=f"Spectral density of one unit of {'dye' if film.layers == 3 else 'silver'}, and of "
        "the base",
        xlabel="wavelength, nm",
        ylabel="density",
        xlim=(WAVELENGTH[0], WAVELENGTH[-1]),
        ylim=(None, 1.12),
    )


def _draw_mtf(axes: "Axes", device: Device, film: Film) -> None:
    modulation = SINE_MODULATION[film.role]
    axes.set(xlabel="cycles/mm on the film", ylabel="response, %", ylim=(0, 120))
    frequency = np.geomspace(2, 100, 40)
    logarithmic(axes, frequency)
    sheet = film.published.get("mtf")
    if sheet is None or film.scatter is None:
        axes.set_title("MTF: none is printed")
        return
    darkroom = Darkroom(device=device, film=film)
    measured = over_chart(darkroom, sheet["cycles_per_mm"])
    for column, curve in over_chart(darkroom, frequency).items():
        record = column.removesuffix("_pct")
        colour = RECORDS.get(record, INK)
        circles(axes, sheet["cycles_per_mm"], sheet[column], colour)
        axes.plot(frequency, 100 * curve, color=colour, label=record)
    axes.set_title(f"MTF, from sine targets of {100 * modulation:.0f} % modulation")
    highest = max(np.nanmax(sheet[column]) for column in measured)
    axes.set_ylim(0, max(120, 1.05 * highest))
    misses = np.stack([100 * read - sheet[column] for column, read in measured.items()])
    _state_misses(axes, misses, places=1)
    axes.legend(title="record", title_fontsize=8, loc="lower left")


def _colours(film: Film) -> dict[str, str]:
    """Letter and colour of each record, or of the layer that it is read of."""
    return dict(RECORDS) if film.layers == 3 else {"V": INK}


def _misses(measured: np.ndarray, sheet: Any, column: str, records: Collection[str]) -> np.ndarray:
    return np.stack([m - sheet[column.format(r)] for m, r in zip(measured, records, strict=True)])


def _state_misses(axes: "Axes", misses: np.ndarray, places: int, left: bool = False) -> None:
    """The misses of the records in a corner of their panel."""
    rms = number(np.sqrt(np.nanmean(misses**2)), places=places)
    most = number(np.nanmax(abs(misses)), places=places)
    axes.text(
        0.015 if left else 0.985, 0.03, f"model - sheet: rms {rms}, max {most}",
        transform=axes.transAxes, ha="left" if left else "right", color=PALE, fontsize=8,
    )  # fmt: skip
