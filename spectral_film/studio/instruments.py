"""Instruments: what became of one pixel, and where the picture lies on its film.

They read the signals that the light table kept of the very picture that is shown; nothing is
rendered a second time.
"""

from typing import Any

import numpy as np

from spectral_film.emulsion.film import CameraFilm, Film
from spectral_film.emulsion.three_planes import in_three_planes
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, illuminant
from spectral_film.light.upsampling import surfaces_at_nodes, upsample
from spectral_film.path.films import camera_film_of, print_of
from spectral_film.path.order import Job
from spectral_film.path.plan import Kept
from spectral_film.path.settings import Settings
from spectral_film.stages.densitometry import status_densitometer
from spectral_film.stages.signals import (
    DYES,
    EXPOSURE,
    EXPOSURE_FLOOR,
    PRINT_DYES,
    PRINT_EXPOSURE,
    XYZ,
    Signal,
)
from spectral_film.studio.bench import Shown

CURVE_POINTS = 161
BEYOND = 0.3  # log exposure that a curve is drawn beyond its sheet
BINS = 128  # of a histogram, over the curve and a decade to each side
ASIDE = 1.0
Numbers = list[float | None]


def path_of_pixel(shown: Shown, x: int, y: int) -> dict[str, Any]:
    """All that became of a pixel's light, for JSON.

    Args:
        shown: The picture.
        x, y: Column and row of the pixel in what is shown.

    Returns:
        `place` in the scene; `scene` (its values, and its spectrum over `wavelength_nm`, relative);
        `exposure` of the layers, in lux s and in stops over an 18 % grey at the film's own index;
        `negative` and `print`: amounts of dye, density by the densitometer of the film, spectral
        density on the engine's grid; `print` also its exposure; `xyz`, Y = 1 for the open gate;
        `codes` 0..1. What the path does not have is None.

    Raises:
        UsageError: the pixel is not shown.
    """
    column, row = shown.pixel(x, y)
    kept = shown.table.kept(column, row)
    job = shown.pipeline.job(shown.scene.kind, shown.scene.wavelength_nm, shown.scene.space)
    layers = shown.pipeline.negative.layers
    exposure = _last(kept, EXPOSURE)[:layers, 0, 0]
    stops = np.log2(np.maximum(exposure, EXPOSURE_FLOOR) / job.negative.grey_lux_s())
    printed = None
    if shown.pipeline.print_film is not None and job.print_film is not None:
        of_print = shown.pipeline.print_film.layers
        printed = _film(_last(kept, PRINT_DYES), job.print_film, of_print)
        got = _last(kept, PRINT_EXPOSURE)[:of_print, 0, 0]
        printed["log_exposure"] = _numbers(np.log10(np.maximum(got, EXPOSURE_FLOOR)))
    codes = shown.rendering.planes[:, y, x]
    return {
        "place": [column, row],
        "scene": _light(shown.scene, job, column, row),
        "exposure": {"lux_s": _numbers(exposure), "stops": _numbers(stops)},
        "negative": _film(_last(kept, DYES), job.negative, layers),
        "print": printed,
        "xyz": _numbers(_last(kept, XYZ)[:, 0, 0]),
        "codes": _numbers(codes),
    }


def curves_of(settings: Settings) -> dict[str, Any]:
    """Characteristic curves of the films on the path, for JSON: `negative`, and `print` or None.

    Of each `name`, `densitometry`, `log_exposure` (of the print on its own axis), `density` of the
    model by record, `published` points of the sheet, and for a camera film `grey`, where an 18 %
    grey lies.
    """
    printed = print_of(settings)
    return {
        "negative": _curve(camera_film_of(settings)),
        "print": None if printed is None else _curve(printed),
    }


def histogram(shown: Shown) -> dict[str, Any]:
    """How many pixels lie where on the curves, for JSON.

    Returns:
        `edges` in log10 lux s; `count` by layer, whose first and last bins hold all beyond.
    """
    film = shown.pipeline.negative
    h = film.published["characteristic_curves"]["log_exposure"]
    edges = np.linspace(h.min() - ASIDE, h.max() + ASIDE, BINS + 1)
    exposure = _last(shown.table.kept(*shown.piece), EXPOSURE)
    log_h = np.log10(np.maximum(exposure, EXPOSURE_FLOOR))
    at = np.clip((log_h - edges[0]) / (edges[-1] - edges[0]) * BINS, 0, BINS - 1).astype(np.uint8)
    count = [np.bincount(layer.ravel(), minlength=BINS) for layer in at[: film.layers]]
    return {"edges": _numbers(edges), "count": [one.tolist() for one in count]}


def _curve(stock: Film) -> dict[str, Any]:
    film = in_three_planes(stock)
    sheet = stock.published["characteristic_curves"]
    printed = sheet["log_exposure"]
    h = np.linspace(printed.min() - BEYOND, printed.max() + BEYOND, CURVE_POINTS)
    densitometer = status_densitometer(film)
    density = np.stack([-np.log10(densitometer.light(dyes)) for dyes in film.tone_curve.dye(h).T])
    names = ["D_R", "D_G", "D_B"]
    if stock.layers == 1:
        of_development = f"D_dev{stock.development}"
        names = [of_development if of_development in sheet else "D_V"]
    grey = np.log10(stock.grey_lux_s()) if isinstance(stock, CameraFilm) else None
    return {
        "name": stock.name,
        "id": stock.id,
        "densitometry": stock.densitometry_name,
        "log_exposure": _numbers(h),
        "density": [_numbers(record) for record in density.T[: stock.layers]],
        "published": {
            "log_exposure": _numbers(printed),
            "density": [_numbers(sheet[name]) for name in names],
        },
        "grey": None if grey is None else float(grey),
    }


def _film(dyes: np.ndarray, film: Film, layers: int) -> dict[str, Any]:
    """What one pixel of a film, (dye, 1, 1), holds and what a densitometer reads there."""
    amount = dyes[:, 0, 0].astype(float)
    density = -np.log10(status_densitometer(film).light(amount))
    return {
        "dyes": _numbers(amount[:layers]),
        "density": _numbers(density[:layers]),
        "spectral_density": _numbers(film.dmin_density + amount @ film.dye_density),
    }


def _light(scene: Scene, job: Job, column: int, row: int) -> dict[str, Any]:
    """The light of a pixel as it comes to the lens."""
    values = scene.planes[:, row, column].astype(float)
    if scene.wavelength_nm is not None:
        wavelength_nm, spectrum = scene.wavelength_nm, values
        if scene.kind == "reflectance":
            lit = np.interp(wavelength_nm, WAVELENGTH, illuminant(job.camera.illuminant))
            spectrum = values * lit
        return {"kind": scene.kind, "wavelength_nm": _numbers(wavelength_nm),
                "spectrum": _numbers(spectrum), "rgb": None}  # fmt: skip
    surface = upsample(values[:, None, None], surfaces_at_nodes(job.settings.upsampling))[:, 0, 0]
    return {
        "kind": "rgb",
        "wavelength_nm": _numbers(WAVELENGTH),
        "spectrum": _numbers(surface * illuminant(job.camera.illuminant)),
        "rgb": _numbers(values),
    }


def _last(kept: list[Kept], signal: Signal) -> np.ndarray:
    """What the last step that gives a signal gave, (channel, y, x)."""
    return next(one.planes for one in reversed(kept) if one.signal == signal)


def _numbers(values: np.ndarray) -> Numbers:
    """Numbers for JSON, which has no NaN; to the digits that float32 holds."""
    return [float(f"{v:.7g}") if np.isfinite(v) else None for v in values.tolist()]
