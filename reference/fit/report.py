"""How far the fitted film is from its sheet, quantity by quantity, and how sure the fit is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
import optimistix as optx
from jaxtyping import Array, Float64

from reference.fit.chart_fit import ChartFit
from reference.fit.curves import FittedCurves
from reference.fit.granularity import FittedGrain, read_granularity
from reference.fit.model import FilmModel
from reference.fit.optics import one_line, published_mtf, read_mtf
from reference.fit.sheet import Sheet
from reference.fit.solve import HELD, Number
from reference.fit.spectra import midscale_neutral
from reference.stages.densitometry import read_density
from spectral_film.lab.neutral import PRINTED_ON, of_a_band, printing_density
from spectral_film.lab.stated import Known, stated
from spectral_film.lab.tolerances import (
    CHARACTERISTIC_CURVE,
    LABORATORY_AIM,
    MIDSCALE_NEUTRAL,
    MTF,
    NEUTRAL_AS_PRINTED,
    NEUTRAL_FROM,
    THREE_READINGS,
    Measure,
    Tolerance,
    rms_and_largest,
)
from spectral_film.light.spectra import WAVELENGTH


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One quantity of the sheet, and the film's reading of it.

    Attributes:
        quantity: What was read.
        axis: What x is, with its unit.
        x: Where, (point,).
        records: Names of the rows.
        data, reading: (record, point); data are NaN where nothing is printed.
        tolerance: What the difference may be; None where none is set.
        known: What the data are known to, as the sheet says it; None where it does not.
    """

    quantity: str
    axis: str
    x: np.ndarray
    records: tuple[str, ...]
    data: np.ndarray
    reading: np.ndarray
    tolerance: Tolerance | None
    known: Known | None = None

    def rms(self) -> np.ndarray:
        """Of the residual, (record,)."""
        return np.sqrt(np.nanmean((self.reading - self.data) ** 2, axis=1))

    def largest(self) -> np.ndarray:
        """Amount of the residual, (record,)."""
        return np.nanmax(np.abs(self.reading - self.data), axis=1)

    def met(self) -> np.ndarray:
        """Whether each record is within the tolerance, (record,)."""
        return np.array([all(m.met for m in measures) for measures in self.measures()])

    def by_the_house(self) -> np.ndarray:
        """Whether each record is, even if its sheet were known as well as others, (record,)."""
        house = replace(self, known=None)
        return house.met()

    def measures(self) -> list[tuple[Measure, ...]]:
        """Rms and largest residual of each record, and what they may be; none without tolerance."""
        if self.tolerance is None:
            return [()] * len(self.records)
        found: list[tuple[Measure, ...]] = []
        for data, reading in zip(self.data, self.reading, strict=True):
            printed = np.isfinite(data)
            known = self.known and Known(
                sigma=self.known.sigma[printed], largest=self.known.largest[printed]
            )
            found.append(rms_and_largest((reading - data)[printed], self.tolerance, known))
        return found

    def chi2(self) -> np.ndarray:
        """Chi square a reading, (record,); NaN where the sheet says no uncertainty.

        No chart is taken to be known better than the house's measure, however well two readers of
        it agree.
        """
        if self.known is None or self.tolerance is None:
            return np.full(len(self.records), np.nan)
        sigma = np.maximum(self.known.sigma, self.tolerance.rms)
        return np.nanmean(((self.reading - self.data) / sigma) ** 2, axis=1)


def comparisons(model: FilmModel) -> list[Comparison]:
    """Everything the sheet publishes that the film was fitted to or can be read for."""
    sheet, curves, role = model.sheet, model.curves, model.sheet.role
    found = [
        Comparison(
            quantity="characteristic curve",
            axis="log exposure, log10(lux s)",
            x=sheet.log_exposure(),
            records=sheet.records,
            data=sheet.tables["characteristic_curves"].records("D_{}"),
            reading=curves.read(sheet.log_exposure()),
            tolerance=CHARACTERISTIC_CURVE[role],
            known=_known_to(sheet, "characteristic_curves", sheet.log_exposure()),
        )
    ]
    if model.optics:
        found.append(
            Comparison(
                quantity="mtf",
                axis="cycles/mm",
                x=sheet.tables["mtf"]["cycles_per_mm"],
                records=("visual",) if one_line(sheet) else sheet.records,
                data=published_mtf(sheet),
                reading=read_mtf(
                    sheet, curves, model.optics, model.adjacency, model.mid_log_exposure
                ),
                tolerance=MTF[role],
                known=_known_to(sheet, "mtf", sheet.tables["mtf"]["cycles_per_mm"]),
            )
        )
    if model.grain and model.grain.printed:
        found.append(_granularity(sheet, model.curves, model.grain))
    neutral = midscale_neutral(sheet)
    if neutral:
        published, printed = neutral
        compared = printed & (WAVELENGTH >= NEUTRAL_FROM)
        made = _neutral_spectrum(model, published)
        known = _known_to(sheet, "spectral_dye_density", WAVELENGTH)
        known = known and known.times(THREE_READINGS)
        found.append(
            Comparison(
                quantity="midscale neutral",
                axis="wavelength, nm",
                x=WAVELENGTH,
                records=("spectrum",),
                data=np.where(compared, published, np.nan)[None],
                reading=made[None],
                # A print's chart draws no D-min to stand on.
                tolerance=MIDSCALE_NEUTRAL if role == "camera" else None,
                known=known,
            )
        )
        if sheet.kind == "negative":
            found.append(
                Comparison(
                    quantity=f"neutral on {PRINTED_ON}",
                    axis="",
                    x=np.zeros(1),
                    records=sheet.records,
                    data=printing_density(np.where(compared, published, made))[:, None],
                    reading=printing_density(made)[:, None],
                    tolerance=NEUTRAL_AS_PRINTED,
                    known=of_a_band(known),
                )
            )
    if model.lad_log_exposure is not None:
        assert sheet.lad_aim is not None
        found.append(
            Comparison(
                quantity="LAD",
                axis="",
                x=np.zeros(1),
                records=sheet.records,
                data=sheet.lad_aim[:, None],
                reading=curves.read(model.lad_log_exposure[:, None]),
                tolerance=LABORATORY_AIM,
            )
        )
    return found


def missed(model: FilmModel) -> list[str]:
    """What of the film does not read as its sheet, a phrase each; none, and it may ship."""
    found = []
    for c in comparisons(model):
        for record, measures in zip(c.records, c.measures(), strict=True):
            if not all(measure.met for measure in measures):
                told = ", ".join(f"{abs(m.value):.4f} of {m.allowed:.4f}" for m in measures)
                found.append(f"{c.quantity}, {record}: rms and largest {told}")
    return found


def undetermined(model: FilmModel) -> list[Number]:
    """Every fitted number that its prior holds more than the data do."""
    sheet_fits = (
        s for s in model.solutions.values() if s is not model.chart
    )  # a chart rests on it
    found = (number for solution in sheet_fits for number in solution.numbers())
    return [number for number in found if number.held >= HELD]


def lines(model: FilmModel, charted: ChartFit | None = None) -> Iterator[str]:
    """The report as text: residuals, what the data leave open, what the film does without."""
    sheet = model.sheet
    yield f"{sheet.id}: {sheet.name}"
    yield f"{'quantity':<22}{'record':<10}{'rms':>8}{'max':>8}{'chi2/n':>8}   tolerance"
    for c in comparisons(model):
        allowed = f"{c.tolerance.rms:g} / {c.tolerance.largest:g}" if c.tolerance else "none set"
        for record, rms, largest, chi2, verdict in zip(
            c.records, c.rms(), c.largest(), c.chi2(), _verdicts(c), strict=True
        ):
            told = f"{chi2:8.2f}" if np.isfinite(chi2) else " " * 8
            yield f"{c.quantity:<22}{record:<10}{rms:8.4f}{largest:8.4f}{told}   {allowed}{verdict}"
    if inferred := model.curves.inferred:
        amounts = ", ".join(f"{amount:.2f}" for amount in inferred.amount)
        yield (
            f"inferred: the three dyes, of which the neutral has {amounts}; their sum misses it by "
            f"{inferred.misses[0]:.4f} rms, and each is known to {inferred.sd.mean():.3f}"
        )
    for name, solution in model.solutions.items():
        yield (
            f"{name}: {solution.steps} steps, chi2 {solution.chi2:.1f} "
            f"for {solution.freedom:.0f} degrees of freedom"
        )
    if charted:
        yield (
            f"colour chart: CIEDE2000 mean {charted.before.mean():.2f}, largest "
            f"{charted.before.max():.2f} before; {charted.after.mean():.2f} and "
            f"{charted.after.max():.2f} after"
        )
        for number in charted.most_moved():
            yield (
                f"moved by the chart: {number.name} to {number.value:.4g} +- {number.sd:.2g} "
                f"{number.parameter.unit}"
            )
    for u in undetermined(model):
        yield (
            f"held by its prior: {u.name} = {u.value:.4g} +- {u.sd:.2g} {u.parameter.unit} "
            f"({u.held:.0%} of the variance)"
        )
    read = f"read by {sheet.readers}" if sheet.readers > 1 else "one reader"
    lacking = f"; it does without {', '.join(sheet.lacks)}" if sheet.lacks else ""
    yield f"grade {sheet.grade}: {read}{lacking}"
    if model.optics is None:
        yield "no mtf.csv: the film has no scatter and no adjacency"
    yield from _of_grain(sheet, model.grain)


def _verdicts(c: Comparison) -> Iterator[str]:
    """What to add to each record."""
    for met, by_the_house in zip(c.met(), c.by_the_house(), strict=True):
        if not met:
            yield "  MISSED"
        else:
            yield "" if by_the_house else "  within what its sheet is known to"


def _known_to(sheet: Sheet, table: str, x: np.ndarray) -> Known | None:
    """What the readings of a table are known to at x, if the table says so."""
    return stated(sheet.tables[table].notes.get("uncertainty"), x)


def _of_grain(sheet: Sheet, grain: FittedGrain | None) -> Iterator[str]:
    """What the sheet's granularity leaves open."""
    if grain is None:
        yield "no rms_granularity, neither as a table nor as a number: the film has no grain"
        return
    if not grain.printed:
        read = ", ".join(f"{record} {1000 * rms:.3g}" for record, rms in grain.at(1.0).items())
        yield (
            f"no rms_granularity.csv: grain has the shape that is assumed for a {sheet.kind}, at "
            f"rms_granularity = {sheet.rms_granularity:g} of visual density 1.0; by record at 1.0 "
            f"that is {read}"
        )
    if grain.clipped:
        yield (
            f"granularity: at {grain.clipped} of {grain.rms.shape[1]} nodes no variances of three "
            "layers read as the sheet does; there one layer is taken to be even"
        )
    yield "assumed: size of dye clouds, which an aperture of 48 um does not tell"


def _granularity(sheet: Sheet, curves: FittedCurves, grain: FittedGrain) -> Comparison:
    """At every density that the chart has for a record; its foot at the mean of what it reads."""
    density = np.unique(np.concatenate([rising for rising, _ in grain.chart]))
    data = [
        np.where(np.isin(density, rising), np.interp(density, rising, sigma), np.nan)
        for rising, sigma in grain.chart
    ]
    return Comparison(
        quantity="granularity x 1000",
        axis="density over D-min",
        x=density,
        records=sheet.records,
        data=1000 * np.stack(data),
        reading=1000 * read_granularity(sheet, curves, grain, density),
        tolerance=None,
    )


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
