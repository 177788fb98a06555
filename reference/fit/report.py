"""How far the fitted film is from its sheet, quantity by quantity."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
import optimistix as optx
from jaxtyping import Array, Float64

from reference.fit.model import FilmModel
from reference.fit.optics import read_mtf
from reference.fit.sheet import RECORDS
from reference.fit.spectra import midscale_neutral
from reference.stages.densitometry import read_density
from spectral_film.spectra import WAVELENGTH

Target = tuple[float, float] | None


@dataclass(frozen=True)
class Residual:
    """Film minus sheet over the printed points of one record.

    Attributes:
        quantity, record: What was read.
        rms, largest: In `unit`.
        target: The rms and largest value to stay within; None where no target is set.
    """

    quantity: str
    record: str
    unit: str
    rms: float
    largest: float
    target: Target

    @property
    def met(self) -> bool:
        """Whether both values are within the target."""
        return self.target is None or (
            self.rms <= self.target[0] and self.largest <= self.target[1]
        )


# Half as much again as two careful readers of one chart disagree by (PHYSICS, targets). The
# print's chart is read once, on a coarser grid.
DENSITY_TARGET = {"negative": (0.003, 0.008), "print": (0.006, 0.015)}
MTF_TARGET = {"negative": (0.015, 0.035), "print": None}  # one reader, 5 to 8 percent
NEUTRAL_TARGET = {"negative": (0.005, 0.010), "print": None}  # no D-min is printed
LAD_TARGET = (0.001, 0.001)
# Below, the base of a print absorbs, and no sheet prints how much.
NEUTRAL_FROM = 400.0  # nm


def residuals(model: FilmModel) -> list[Residual]:
    """Everything the sheet publishes that the film can be read for."""
    sheet, curves, kind = model.sheet, model.curves, model.sheet.kind
    characteristic = sheet.tables["characteristic_curves"].records("D_{}")
    found = _per_record(
        "characteristic curve",
        "density",
        curves.read(sheet.log_exposure()) - characteristic,
        DENSITY_TARGET[kind],
    )
    if model.optics:
        read = read_mtf(sheet, curves, model.optics, model.adjacency, model.mid_log_exposure)
        published = sheet.tables["mtf"].records("{}_pct") / 100
        found += _per_record("mtf", "1 = 100 %", read - published, MTF_TARGET[kind])
    neutral = midscale_neutral(sheet)
    if neutral:
        published, printed = neutral
        compared = printed & (WAVELENGTH >= NEUTRAL_FROM)
        difference = (_neutral_spectrum(model, published) - published)[compared]
        found.append(
            _of("midscale neutral", "spectrum", "density", difference, NEUTRAL_TARGET[kind])
        )
    if model.lad_log_exposure is not None:
        miss = curves.read(model.lad_log_exposure[:, None])[:, 0] - sheet.lad_aim
        found.append(_of("LAD", "R, G, B", "density", miss, LAD_TARGET))
    return found


def residual_lines(model: FilmModel) -> list[str]:
    """The residuals as a small table, and what the film does without."""
    sheet = model.sheet
    lines = [f"{sheet.id}: {sheet.name}"]
    lines.append(f"{'quantity':<22}{'record':<10}{'rms':>8}{'max':>8}   target")
    for r in residuals(model):
        target = "none set" if r.target is None else f"{r.target[0]:g} / {r.target[1]:g}"
        verdict = "" if r.met else "  MISSED"
        lines.append(
            f"{r.quantity:<22}{r.record:<10}{r.rms:8.4f}{r.largest:8.4f}   {target}{verdict}"
        )
    if model.optics is None:
        lines.append("no mtf.csv: the film has no scatter and no adjacency")
    if "rms_granularity" not in sheet.tables:
        lines.append("no rms_granularity.csv: the film has no grain")
    return lines


def _per_record(quantity: str, unit: str, difference: np.ndarray, target: Target) -> list[Residual]:
    rows = zip(RECORDS, difference, strict=True)
    return [_of(quantity, record, unit, row, target) for record, row in rows]


def _of(quantity: str, record: str, unit: str, difference: np.ndarray, target: Target) -> Residual:
    printed = difference[np.isfinite(difference)]
    rms = float(np.sqrt(np.mean(printed**2)))
    return Residual(quantity, record, unit, rms, float(abs(printed).max()), target)


def _neutral_spectrum(model: FilmModel, published: np.ndarray) -> np.ndarray:
    """The film's spectrum with the dyes that read as the published neutral does."""
    spectra = model.curves.spectra()
    aim = -jnp.log10(spectra["response"] @ 10 ** -jnp.asarray(published))

    def miss(dyes: Float64[Array, " dye"], _: None) -> Float64[Array, " record"]:
        return read_density(dyes[:, None, None], **spectra)[:, 0, 0] - aim

    solver: optx.AbstractRootFinder = optx.Newton(rtol=1e-10, atol=1e-10)
    found: optx.Solution = optx.root_find(miss, solver, jnp.full(3, 0.5))
    dyes = np.asarray(found.value)
    return model.curves.dmin_density + dyes @ model.curves.dye_density
