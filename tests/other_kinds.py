"""Stocks of the kinds that few sheets are of, each with a sheet that says what the stock is.

They are made of the tables of shipped ones, so that nothing is fitted. Their charts are computed
from their own tables, in float64 and without the engine: an instrument that reads anything else
errs, or the engine does.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from spectral_film.emulsion.film import CameraFilm, Film, PrintStock
from spectral_film.emulsion.parts import (
    CoreSkirt,
    Developed,
    Grain,
    Halation,
    Interlayer,
    Lad,
    ToneCurve,
)
from spectral_film.emulsion.stocks import load_camera_film, load_print
from spectral_film.light.spectra import WAVELENGTH, status_response

CAMERA_H = np.linspace(-3.5, 1.0, 46)
PRINT_H = np.linspace(-1.0, 3.0, 41)
CYCLES_PER_MM = np.geomspace(3, 80, 12)
NO_COUPLING = {"adjacency": None, "halation": {}, "backing": None}


@cache
def reversal() -> CameraFilm:
    """A slide: the curves of a negative turned round and steepened, in the dyes of a print."""
    film, dyes = load_camera_film("vision3-250d"), load_print("2383")
    curve = film.tone_curve
    assert isinstance(film.adjacency, Interlayer)
    made = replace(
        film,
        id="slide",
        name="Slide",
        process="reversal",
        densitometry="status-a",
        projector_lamp="Kinoton 75P",
        dye_density=dyes.dye_density,
        dmin_density=dyes.dmin_density,
        tone_curve=ToneCurve(
            density_range=2.6 * curve.density_range / curve.density_range.sum(axis=1)[:, None],
            log_exposure_mid=-1.75 + 0.45 * (curve.log_exposure_mid + 1.0),
            log_exposure_spread=-0.45 * curve.log_exposure_spread,
            exponent=curve.exponent,
        ),
        adjacency=replace(film.adjacency, coupling=-0.3 * film.adjacency.coupling),
        published={
            "characteristic_curves": {"log_exposure": CAMERA_H},
            "spectral_dye_density": dyes.published["spectral_dye_density"],
            "spectral_sensitivity": film.published["spectral_sensitivity"],
        },
    )
    return with_curves(made)


@cache
def silver_negative() -> CameraFilm:
    """A panchromatic negative of one layer, with a shorter development than its usual one."""
    film = load_camera_film("vision3-250d")
    curve, scatter, grain = film.tone_curve, film.scatter, film.grain
    assert isinstance(scatter, CoreSkirt)
    assert isinstance(film.adjacency, Interlayer)
    assert grain is not None
    seen = (film.spectral_sensitivity / film.spectral_sensitivity.max(axis=1)[:, None]).sum(axis=0)
    base = np.full(len(WAVELENGTH), 0.22)
    green = _of_layer(curve, 1, 1.0)
    made = replace(
        film,
        id="silver-negative",
        name="Silver negative",
        process="silver",
        densitometry="visual",
        spectral_sensitivity=seen[None],
        tone_curve=green,
        dye_density=np.ones((1, len(WAVELENGTH))),
        dmin_density=base,
        development="6min",
        developments={
            "4min": Developed(
                density_range=0.8 * green.density_range,
                log_exposure_mid=green.log_exposure_mid,
                log_exposure_spread=green.log_exposure_spread,
                exponent=green.exponent,
                dmin_density=base - 0.02,
            )
        },
        scatter=CoreSkirt(
            core_sigma_um=scatter.core_sigma_um[1:2],
            skirt_weight=scatter.skirt_weight[1:2],
            skirt_length_um=scatter.skirt_length_um[1:2],
        ),
        halation={name: _halation_of_layer(h, 1) for name, h in film.halation.items()},
        adjacency=replace(film.adjacency, coupling=np.array([[0.25]])),
        reciprocity_exponent=None,
        grain=Grain(
            radius_um=grain.radius_um[1:2], dye_amount=grain.dye_amount[1:2], rms=grain.rms[1:2]
        ),
        published={
            "characteristic_curves": {"log_exposure": CAMERA_H},
            "spectral_sensitivity": _sensitivity_chart(seen),
        },
    )
    made = with_curves(made)
    over = grain.dye_amount[1]
    rises = np.linspace(-3, 3, len(over))
    chart = {"log_rel_exposure": rises, "D_V": 0.22 + over, "sigma_V": grain.rms[1]}
    return replace(made, published={**made.published, "rms_granularity": chart})


@cache
def silver_print() -> PrintStock:
    """A print of one layer, blind to red, that scatters in the projector."""
    film = load_print("2383")
    seen = film.spectral_sensitivity[1] + film.spectral_sensitivity[2]
    made = replace(
        film,
        id="silver-print",
        name="Silver print",
        process="silver",
        densitometry="visual",
        spectral_sensitivity=seen[None],
        tone_curve=_of_layer(film.tone_curve, 1, 0.8),
        dye_density=np.ones((1, len(WAVELENGTH))),
        dmin_density=np.full(len(WAVELENGTH), 0.05),
        callier_factor=1.15,
        scatter=None,
        grain=None,
        lad=Lad(aim_density=np.array([1.0]), log_exposure=np.array([0.0])),
        published={
            "characteristic_curves": {"log_exposure": PRINT_H},
            "spectral_sensitivity": _sensitivity_chart(seen),
        },
    )
    return _aimed(with_curves(made))


@cache
def paper() -> PrintStock:
    """A paper in the dyes of a print: half its density, looked at in D50."""
    film = load_print("2383")
    curve = film.tone_curve
    made = replace(
        film,
        id="paper",
        name="Paper",
        viewing="reflection",
        projector_lamp="D50",
        tone_curve=replace(curve, density_range=0.55 * curve.density_range),
        dmin_density=np.full(len(WAVELENGTH), 0.08),
        scatter=None,
        grain=None,
        lad=Lad(aim_density=np.full(3, 0.78), log_exposure=np.zeros(3)),
        published={
            "characteristic_curves": {"log_exposure": PRINT_H},
            "spectral_dye_density": {
                name: values
                for name, values in film.published["spectral_dye_density"].items()
                if name in ("wavelength_nm", "cyan", "magenta", "yellow")
            },
            "spectral_sensitivity": film.published["spectral_sensitivity"],
        },
    )
    return _aimed(with_curves(made))


def with_curves(film):
    """The film with characteristic curves as its tables have them, where its chart has its axis."""
    log_exposure = film.published["characteristic_curves"]["log_exposure"]
    density = large_areas(film, np.broadcast_to(log_exposure, (film.layers, len(log_exposure))))
    records = "RGB" if film.layers == 3 else "V"
    chart = {f"D_{r}": curve for r, curve in zip(records, density, strict=True)}
    published = {"characteristic_curves": {"log_exposure": log_exposure} | chart}
    return replace(film, published={**film.published, **published})


def with_mtf(film: CameraFilm, *columns: str) -> CameraFilm:
    """The film without what its development does to a neighbourhood, and with its chart of MTF.

    All layers scatter alike. A sine that is blurred alike in all of them is read through their
    large areas as it was blurred, whatever densitometer reads it.
    """
    assert isinstance(film.scatter, CoreSkirt)
    scatter = CoreSkirt(
        core_sigma_um=np.full(film.layers, 2.0),
        skirt_weight=np.full(film.layers, 0.4),
        skirt_length_um=np.full(film.layers, 6.0),
    )
    turned = 2 * np.pi * CYCLES_PER_MM / 1000  # a um
    core = np.exp(-((turned * 2.0) ** 2) / 2)
    skirt = (1 + (turned * 6.0) ** 2) ** -1.5
    response = 100 * (0.6 * core + 0.4 * skirt)
    chart = {"cycles_per_mm": CYCLES_PER_MM} | dict.fromkeys(columns, response)
    published = {**film.published, "mtf": chart}
    return replace(film, scatter=scatter, published=published, **NO_COUPLING)


def large_areas(film: Film, log_exposure: np.ndarray) -> np.ndarray:
    """Density of even patches, (layer, patch) -> (record, patch)."""
    dyes = film.tone_curve.dye(log_exposure)
    spectrum = film.dmin_density[:, None] + film.dye_density.T @ dyes
    density: np.ndarray = -np.log10(status_response(film.densitometry) @ 10**-spectrum)
    return density


def _aimed(film: PrintStock) -> PrintStock:
    """The print with the log exposures that read its aim: Newton's method."""
    h = np.full(film.layers, 1.0)
    for _ in range(100):
        moved = np.column_stack([h, *(h + 1e-4 * np.eye(film.layers))])
        read = large_areas(film, moved)
        slope = (read[:, 1:] - read[:, :1]) / 1e-4
        h = h + np.clip(np.linalg.solve(slope, film.lad.aim_density - read[:, 0]), -0.2, 0.2)
    return replace(film, lad=Lad(aim_density=film.lad.aim_density, log_exposure=h))


def _of_layer(curve: ToneCurve, layer: int, times: float) -> ToneCurve:
    one = slice(layer, layer + 1)
    return ToneCurve(
        density_range=times * curve.density_range[one],
        log_exposure_mid=curve.log_exposure_mid[one],
        log_exposure_spread=curve.log_exposure_spread[one],
        exponent=curve.exponent[one],
    )


def _halation_of_layer(halation: Halation, layer: int) -> Halation:
    again = halation.rescattered
    one = slice(layer, layer + 1)
    return replace(
        halation,
        veil_ratio=halation.veil_ratio[one],
        rescattered=None if again is None else again[one],
    )


def _sensitivity_chart(seen: np.ndarray) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore"):
        printed = np.where(seen > 0, np.log10(seen), np.nan)
    return {"wavelength_nm": WAVELENGTH.astype(float), "logS_V": printed}
