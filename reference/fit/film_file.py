"""Writes a film file, as `spectral_film.emulsion.schema` describes it.

A fitted table also has `standard_deviation` and `held_by_prior` (the share of its variance that
the data left to the prior), both shaped as the table, and its `prior` in words. The group `fit`
says how each fit converged. The same fit gives the same bytes: no timestamps, creation order kept,
one HDF5 version.
"""

from dataclasses import fields
from pathlib import Path

import h5py
import numpy as np

from reference.fit.curves import FittedCurves
from reference.fit.dye_family import InferredDyes
from reference.fit.granularity import FittedGrain
from reference.fit.model import FilmModel
from reference.fit.optics import FittedAdjacency, FittedOptics
from reference.fit.sheet import Sheet
from reference.fit.solve import SURE_DIGITS, Solution, keep
from reference.fit.spectra import dmin_shape, dye_density
from spectral_film.emulsion.parts import (
    CoreSkirt,
    Interlayer,
    ToneCurve,
)
from spectral_film.emulsion.row import Origin
from spectral_film.emulsion.schema import SCHEMA, SCHEMA_VERSION, row_of
from spectral_film.emulsion.stocks import load_film
from spectral_film.errors import FilmModelError, InputError, OutputError
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.unfinished import place_of, unfinished

MADE_BY = "spectral-film fit"


def write_film(path: Path, model: FilmModel) -> None:
    """Write `model` to `path`; an interrupted run leaves what was there.

    Raises:
        InputError: the engine would refuse the film; what it objects to is said.
        OutputError: the place cannot be written.
    """
    place = place_of(path)
    partial = unfinished(place)
    try:
        with h5py.File(partial, "w", libver=("v110", "v110"), track_order=True) as file:
            _Writer(file, model.sheet).write(model)
        load_film(str(partial))
        partial.replace(place)
    except FilmModelError as refused:
        said = str(refused).replace(str(partial.resolve()), path.name)
        raise InputError(f"{model.sheet.id}: its sheet makes no film ({said})") from refused
    except OSError as reason:
        raise OutputError(f"{path}: cannot be written ({reason})") from None
    finally:
        partial.unlink(missing_ok=True)


class _Writer:
    """One film file, being written."""

    def __init__(self, file: h5py.File, sheet: Sheet) -> None:
        self.file, self.sheet = file, sheet
        self.role = sheet.role

    def write(self, model: FilmModel) -> None:
        self.head()
        self.table("wavelength", WAVELENGTH, "assumed", "the engine's grid")
        self.spectra(model)
        self.curve(model)
        for how, (curves, aim) in model.others.items():
            self.developed_otherwise(how, curves, aim)
        if model.optics:
            self.optics(model.optics)
        if "halation" in self.sheet.assumed:
            self.halation()
        if "reciprocity" in self.sheet.assumed:
            self.table(
                "reciprocity/exponent",
                np.array(self.sheet.assumed["reciprocity"]["exponent"], float),
                "assumed",
                "Schwarzschild exponent beyond 1 s, from the filter and stops Kodak gives for "
                "related stocks at 10 s",
            )
        if model.adjacency:
            self.adjacency(model, model.adjacency)
        if model.grain:
            self.grain(model, model.grain)
        if model.lad_log_exposure is not None:
            self.lad(model.lad_log_exposure)
        self.published()
        self.convergence(model)

    def head(self) -> None:
        own = {"schema_version": SCHEMA_VERSION, "made_by": MADE_BY, "grade": self.sheet.grade}
        for row in SCHEMA:
            if row.group == "/" and row.holds != "table" and row.role in (None, self.role):
                said = vars(self.sheet) | own
                value = said.get(row.name, self.sheet.assumed.get(row.name))
                if value is not None and not isinstance(value, dict):
                    self.fact(row.path, value)

    def spectra(self, model: FilmModel) -> None:
        curves = model.curves
        _, printed = dmin_shape(self.sheet)
        self.table(
            "exposure/spectral_sensitivity",
            model.spectral_sensitivity,
            "fitted" if model.chart else "published",
            f"{self.read_by('spectral_sensitivity')}; 0 where none is printed{_moved(model)}",
            uncertainty=self.uncertainty("spectral_sensitivity"),
        )
        if self.sheet.layers == 1:
            self.table(
                "dyes/dye_density",
                curves.dye_density,
                "assumed",
                "developed silver, nearly flat; 1 is a visual density of 1.0",
            )
        elif curves.inferred is not None:
            self.inferred(curves.inferred)
        else:
            _, peak = dye_density(self.sheet)
            self.table(
                "dyes/dye_density",
                curves.dye_density,
                "published",
                f"{self.read_by('spectral_dye_density')}; divided by the peaks "
                f"{', '.join(f'{p:.4f}' for p in peak)}; end values held beyond what is printed",
                uncertainty=self.uncertainty("spectral_dye_density"),
            )
        moved = ", ".join(f"{e:+.4f}" for e in curves.dmin_shift)
        what = "silver" if self.sheet.layers == 1 else "cyan, magenta, yellow"
        self.table(
            "dyes/dmin_density",
            curves.dmin_density,
            "published" if printed else "assumed",
            f"{'published' if printed else 'assumed'} shape, level moved to the foot of the "
            f"characteristic curves by {moved} of {what}",
        )

    def inferred(self, inferred: InferredDyes) -> None:
        rms, most = inferred.misses
        self.table(
            "dyes/dye_density",
            inferred.dye_density,
            "fitted",
            f"no single dyes are printed; inferred from {self.read_by('spectral_dye_density')}, "
            "and from dyes of the family of colour negatives; their sum misses the printed "
            f"neutral by {rms:.4f} rms, {most:.4f} at most",
            uncertainty=f"{inferred.sd.mean():.3f} on average, {inferred.sd.max():.3f} at most",
        )
        self.file["dyes/dye_density"].attrs["standard_deviation"] = keep(inferred.sd, SURE_DIGITS)

    def curve(self, model: FilmModel) -> None:
        curves = model.curves
        for name in (field.name for field in fields(ToneCurve)):
            origin: Origin = "assumed" if name == "exponent" else "fitted"
            self.table(
                f"tone_curve/{name}",
                getattr(curves, name),
                origin,
                f"to characteristic_curves, read from the film's spectrum{_moved(model)}"
                if origin == "fitted"
                else "plain logistics",
                solution=curves.solution,
            )

    def developed_otherwise(self, how: str, curves: FittedCurves, aim: np.ndarray | None) -> None:
        for name in (field.name for field in fields(ToneCurve)):
            origin: Origin = "assumed" if name == "exponent" else "fitted"
            source = f"to characteristic_curves, developed {how}" if origin == "fitted" else ""
            self.table(
                f"developments/{how}/{name}",
                getattr(curves, name),
                origin,
                source or "plain logistics",
                solution=curves.solution,
            )
        self.table(
            f"developments/{how}/dmin_density",
            curves.dmin_density,
            "assumed",
            "as dyes/dmin_density, its level that of the foot of this curve",
        )
        if aim is not None:
            self.table(
                f"developments/{how}/aim_log_exposure",
                aim,
                "fitted",
                "as lad/log_exposure, on this curve",
            )

    def optics(self, optics: FittedOptics) -> None:
        self.file.create_group("optics", track_order=True)
        self.fact("optics/form", CoreSkirt.form)
        for name in (field.name for field in fields(CoreSkirt)):
            table = getattr(optics.scatter, name)
            if table is None:
                continue
            origin: Origin = "fitted" if name in optics.solution.values else "assumed"
            how = (
                "no chart reaches the frequencies where it would show"
                if origin == "assumed"
                else "to mtf through the simulated sine reading"
            )
            self.table(
                f"optics/{name}",
                table,
                origin,
                how,
                solution=optics.solution,
            )

    def halation(self) -> None:
        assumed = self.sheet.assumed
        self.file.create_group("halation", track_order=True)
        self.fact("halation/base_index", float(assumed["base_index"]))
        self.fact("halation/reach_um", float(assumed["halation"]["reach_um"]))
        for backing, veil in assumed["halation"].items():
            if backing == "reach_um":
                continue
            self.table(
                f"halation/{backing}/veil_ratio",
                np.array(veil["veil_ratio"], float),
                "assumed",
                "nothing is published; the ratios follow the order of the layers",
            )
            self.fact(f"halation/{backing}/profile", veil["profile"])
            for name in ("plate_reflectance", "plate_gap_um"):
                if name in veil:
                    self.fact(f"halation/{backing}/{name}", float(veil[name]))
            if "rescattered" in veil:
                self.table(
                    f"halation/{backing}/rescattered",
                    np.array(veil["rescattered"], float),
                    "assumed",
                    "an undeveloped emulsion is turbid; green and blue are absorbed on the way",
                )

    def adjacency(self, model: FilmModel, adjacency: FittedAdjacency) -> None:
        solution = model.optics.solution if model.optics else None
        self.file.create_group("adjacency", track_order=True)
        self.fact("adjacency/form", Interlayer.form)
        self.table(
            "adjacency/coupling",
            adjacency.coupling,
            "fitted",
            "scales fitted to mtf through the simulated sine reading; the pattern is assumed, "
            f"within the ranges of US 4,830,954{_moved(model)}",
            solution=solution,
            scale="coupling_scale",
        )
        self.table(
            "adjacency/length_um",
            np.array(adjacency.length_um),
            "fitted",
            "to mtf; mtf fixes gain times length, assumed bounds hold the length",
            solution=solution,
        )

    def grain(self, model: FilmModel, grain: FittedGrain) -> None:
        self.table(
            "grain/radius_um",
            grain.radius_um,
            "assumed",
            "one aperture does not tell size from amount: clouds of which the film's own sublayers "
            "have about the published granularity, held within .5 to 3 um",
            uncertainty="a factor of 2 either way",
        )
        read = "granularity of the records told apart through the film's own dyes"
        of = self.read_by("rms_granularity") if grain.printed else self.sheet.source
        how = (
            f"{read}; {of}{_moved(model)}"
            if grain.printed
            else f"{read}; the shape of its kind at the one number of the sheet; {of}"
        )
        self.table("grain/dye_amount", grain.dye_amount, "fitted", "along an even grey scale")
        self.table(
            "grain/rms",
            grain.rms,
            "fitted" if grain.printed else "assumed",
            how,
            uncertainty=self.uncertainty("rms_granularity") if grain.printed else None,
        )

    def lad(self, log_exposure: np.ndarray) -> None:
        self.table(
            "lad/aim_density",
            np.asarray(self.sheet.lad_aim),
            "published" if self.sheet.aim_printed else "assumed",
            self.sheet.source if self.sheet.aim_printed else "the usual aim of prints of this kind",
        )
        self.table(
            "lad/log_exposure",
            log_exposure,
            "fitted",
            "Newton through this file's own curves, dyes and base until it reads the aim",
        )

    def published(self) -> None:
        curves = self.sheet.tables["characteristic_curves"]
        if "log_exposure" not in curves.columns:  # read in stops; the engine asks for the axis
            self.table(
                "published/characteristic_curves/log_exposure",
                self.sheet.log_exposure(),
                "published",
                f"{self.read_by('characteristic_curves')}; from its stops, 0 where an 18 % grey "
                "gets 12.5 lux s over the exposure index",
            )
        for name, table in self.sheet.tables.items():
            for column, values in table.columns.items():
                self.table(
                    f"published/{name}/{column}",
                    values,
                    "published",
                    self.read_by(name),
                    unit=table.units[column],
                    uncertainty=self.uncertainty(name),
                )

    def convergence(self, model: FilmModel) -> None:
        for name, solution in model.solutions.items():
            freedom = keep(np.array(solution.freedom), SURE_DIGITS)
            self.fact(f"fit/{name}/steps", solution.steps)
            self.fact(f"fit/{name}/chi2", float(keep(np.array(solution.chi2), SURE_DIGITS)))
            self.fact(f"fit/{name}/degrees_of_freedom", float(freedom))
        if model.optics and model.optics.level is not None:
            self.table(
                "fit/mtf/level",
                model.optics.level,
                "fitted",
                "with the kernels, to mtf: charts are drawn to 100 % by eye",
                solution=model.optics.solution,
            )

    def read_by(self, table: str) -> str:
        notes = self.sheet.tables[table].notes
        source = notes.get("source", self.sheet.source)
        return f"{source}; read: {notes['read']}" if "read" in notes else source

    def uncertainty(self, table: str) -> str | None:
        return self.sheet.tables[table].notes.get("uncertainty")

    def fact(self, path: str, value: str | float) -> None:
        """One attribute."""
        row = row_of(path, self.role)
        self.file.require_group(path.rpartition("/")[0] or "/").attrs[row.name] = value

    def table(
        self,
        name: str,
        values: np.ndarray,
        origin: Origin,
        source: str,
        unit: str = "",
        uncertainty: str | None = None,
        solution: Solution | None = None,
        scale: str = "",
    ) -> None:
        """One dataset in float64, with its provenance.

        Args:
            unit: Of a column whose row says none.
            solution: The fit that the table comes from.
            scale: The fitted number that scales the whole table, where that is what was fitted.
        """
        row = row_of(name, self.role)
        assert origin in row.origins, f"{name} is {origin}"
        dataset = self.file.require_group(name.rpartition("/")[0] or "/").create_dataset(
            name.rpartition("/")[2], data=np.asarray(values, np.float64), track_times=False
        )
        provenance = {
            "unit": unit or row.unit.format(densitometry=self.sheet.densitometry),
            "axes": ", ".join(row.axes),
            "origin": origin,
            "source": source,
        }
        if uncertainty:
            provenance["uncertainty"] = uncertainty
        for key, text in provenance.items():
            dataset.attrs[key] = text
        fitted = scale or name.rpartition("/")[2]
        if solution and fitted in solution.values:
            # The pattern under a scale is not fitted: its values are as sure as the scale is.
            # One of each layer scales a row.
            of_row = (-1, 1) if scale and np.ndim(solution.values[fitted]) else ()
            sd, held, value = (
                np.reshape(numbers[fitted], of_row or np.shape(numbers[fitted]))
                for numbers in (solution.sd, solution.held, solution.values)
            )
            per_unit = values / value if scale else 1.0
            spread = np.broadcast_to(sd * per_unit, np.shape(values))
            dataset.attrs["standard_deviation"] = keep(spread, SURE_DIGITS)
            dataset.attrs["held_by_prior"] = np.broadcast_to(held, np.shape(values))
            dataset.attrs["prior"] = solution.parameters[fitted].prior


def _moved(model: FilmModel) -> str:
    """What to add to the source of a table that a colour chart may have moved."""
    return (
        "; then moved, as far as the sheet allows, by a measured colour chart"
        if model.chart
        else ""
    )
