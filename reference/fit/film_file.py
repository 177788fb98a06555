"""Writes a film file: HDF5 with unit, axes, origin and source on every table.

A fitted table also has `standard_deviation` and `held_by_prior` (the share of its variance that
the data left to the prior), both shaped as the table, and its `prior` in words. The group `fit`
says how each fit converged. The same fit gives the same bytes: no timestamps, creation order kept,
one HDF5 version.
"""

import secrets
from pathlib import Path
from typing import Literal

import h5py
import numpy as np

from reference.fit.model import FilmModel
from reference.fit.optics import FittedAdjacency, FittedOptics
from reference.fit.sheet import Sheet
from reference.fit.solve import SURE_DIGITS, Solution, keep
from reference.fit.spectra import dmin_shape, dye_density
from spectral_film.emulsion.film import load_film
from spectral_film.errors import FilmModelError, InputError, OutputError
from spectral_film.light.spectra import WAVELENGTH

SCHEMA_VERSION = 1
MADE_BY = "spectral-film fit"

Origin = Literal["published", "fitted", "assumed"]


def write_film(path: Path, model: FilmModel) -> None:
    """Write `model` to `path`; an interrupted run leaves what was there.

    Raises:
        InputError: the engine would refuse the film; what it objects to is said.
        OutputError: the place cannot be written.
    """
    partial = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.h5")
    try:
        with h5py.File(partial, "w", libver=("v110", "v110"), track_order=True) as file:
            _Writer(file, model.sheet).write(model)
        load_film(str(partial))
        partial.replace(path)
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

    def write(self, model: FilmModel) -> None:
        self.head()
        self.table("wavelength", WAVELENGTH, "nm", "wavelength", "assumed", "the engine's grid")
        self.spectra(model)
        self.curve(model)
        if model.optics:
            self.optics(model.optics)
        if "halation" in self.sheet.assumed:
            self.halation()
        if "reciprocity" in self.sheet.assumed:
            self.table(
                "reciprocity/exponent",
                np.array(self.sheet.assumed["reciprocity"]["exponent"], float),
                "1",
                "layer",
                "assumed",
                "Schwarzschild exponent beyond 1 s, from the filter and stops Kodak gives for "
                "related stocks at 10 s",
            )
        if model.adjacency:
            self.adjacency(model, model.adjacency)
        if model.lad_log_exposure is not None:
            self.lad(model.lad_log_exposure)
        self.published()
        self.convergence(model)

    def head(self) -> None:
        sheet = self.sheet
        entries = {
            "schema_version": SCHEMA_VERSION,
            "id": sheet.id,
            "name": sheet.name,
            "maker": sheet.maker,
            "kind": sheet.kind,
            "densitometry": sheet.densitometry,
            "exposure_index": sheet.exposure_index,
            "balance": sheet.balance,
            "backing": sheet.backing if sheet.kind == "negative" else None,
            "base_um": sheet.base_um,
            "gate": sheet.gate,
            "printer_lamp": sheet.assumed.get("printer_lamp"),
            "printer_cut_nm": sheet.assumed.get("printer_cut_nm"),
            "projector_lamp": sheet.assumed.get("projector_lamp"),
            "source": sheet.source,
            "made_by": MADE_BY,
        }
        for name, value in entries.items():
            if value is not None:
                self.file.attrs[name] = value

    def spectra(self, model: FilmModel) -> None:
        curves = model.curves
        _, peak = dye_density(self.sheet)
        _, printed = dmin_shape(self.sheet)
        self.table(
            "exposure/spectral_sensitivity",
            model.spectral_sensitivity,
            "cm2/erg",
            "layer, wavelength",
            "fitted" if model.chart else "published",
            f"{self.read_by('spectral_sensitivity')}; 0 where none is printed{_moved(model)}",
            uncertainty=self.uncertainty("spectral_sensitivity"),
        )
        self.table(
            "dyes/dye_density",
            curves.dye_density,
            "density per unit of dye",
            "dye, wavelength",
            "published",
            f"{self.read_by('spectral_dye_density')}; divided by the peaks "
            f"{', '.join(f'{p:.4f}' for p in peak)}; end values held beyond what is printed",
            uncertainty=self.uncertainty("spectral_dye_density"),
        )
        moved = ", ".join(f"{e:+.4f}" for e in curves.dmin_shift)
        self.table(
            "dyes/dmin_density",
            curves.dmin_density,
            "density",
            "wavelength",
            "published" if printed else "assumed",
            f"{'published' if printed else 'assumed'} shape, level moved to the foot of the "
            f"characteristic curves by {moved} of cyan, magenta, yellow",
        )

    def curve(self, model: FilmModel) -> None:
        curves = model.curves
        for name, unit in (
            ("density_range", "dye amount, 1 = peak density 1.0"),
            ("log_exposure_mid", "log10(lux s)"),
            ("log_exposure_spread", "log10(lux s)"),
            ("exponent", "1"),
        ):
            origin: Origin = "assumed" if name == "exponent" else "fitted"
            self.table(
                f"tone_curve/{name}",
                getattr(curves, name),
                unit,
                "layer, sublayer",
                origin,
                f"to characteristic_curves, read from the film's spectrum{_moved(model)}"
                if origin == "fitted"
                else "plain logistics",
                solution=curves.solution,
            )

    def optics(self, optics: FittedOptics) -> None:
        self.file.create_group("optics", track_order=True).attrs["form"] = "core-skirt"
        for name, unit in (
            ("core_sigma_um", "um"),
            ("skirt_weight", "1"),
            ("skirt_length_um", "um"),
        ):
            origin: Origin = "fitted" if name in optics.solution.values else "assumed"
            how = (
                "no chart reaches the frequencies where it would show"
                if origin == "assumed"
                else "to mtf through the simulated sine reading"
            )
            self.table(
                f"optics/{name}",
                getattr(optics, name),
                unit,
                "layer",
                origin,
                how,
                solution=optics.solution,
            )

    def halation(self) -> None:
        assumed = self.sheet.assumed
        group = self.file.create_group("halation", track_order=True)
        group.attrs["base_index"] = float(assumed["base_index"])
        group.attrs["reach_um"] = float(assumed["halation"]["reach_um"])
        for backing, veil in assumed["halation"].items():
            if backing == "reach_um":
                continue
            self.table(
                f"halation/{backing}/veil_ratio",
                np.array(veil["veil_ratio"], float),
                "exposure thrown back / direct exposure",
                "layer",
                "assumed",
                "nothing is published; the ratios follow the order of the layers",
            )
            group[backing].attrs["profile"] = veil["profile"]

    def adjacency(self, model: FilmModel, adjacency: FittedAdjacency) -> None:
        solution = model.optics.solution if model.optics else None
        self.file.create_group("adjacency", track_order=True).attrs["form"] = "interlayer"
        self.table(
            "adjacency/coupling",
            adjacency.coupling,
            "log10(lux s) per dye amount",
            "layer held back, layer developing",
            "fitted",
            "one scale fitted to mtf through the simulated sine reading; the pattern is assumed, "
            f"within the ranges of US 4,830,954{_moved(model)}",
            solution=solution,
            scale="coupling_scale",
        )
        self.table(
            "adjacency/length_um",
            np.array(adjacency.length_um),
            "um",
            "",
            "fitted",
            "to mtf; mtf fixes gain times length, assumed bounds hold the length",
            solution=solution,
        )

    def lad(self, log_exposure: np.ndarray) -> None:
        self.table(
            "lad/aim_density",
            np.asarray(self.sheet.lad_aim),
            f"{self.sheet.densitometry} density",
            "record",
            "published",
            self.sheet.source,
        )
        self.table(
            "lad/log_exposure",
            log_exposure,
            "log10(lux s)",
            "layer",
            "fitted",
            "Newton through this file's own curves, dyes and base until it reads the aim",
        )

    def published(self) -> None:
        curves = self.sheet.tables["characteristic_curves"]
        if "log_exposure" not in curves.columns:  # read in stops; the engine asks for the axis
            self.table(
                "published/characteristic_curves/log_exposure",
                self.sheet.log_exposure(),
                "log10(lux s)",
                "row",
                "published",
                f"{self.read_by('characteristic_curves')}; from its stops, 0 where an 18 % grey "
                "gets 12.5 lux s over the exposure index",
            )
        for name, table in self.sheet.tables.items():
            for column, values in table.columns.items():
                self.table(
                    f"published/{name}/{column}",
                    values,
                    table.units[column],
                    "row",
                    "published",
                    self.read_by(name),
                    uncertainty=self.uncertainty(name),
                )

    def convergence(self, model: FilmModel) -> None:
        for name, solution in model.solutions.items():
            entries = self.file.require_group("fit").create_group(name).attrs
            entries["steps"] = solution.steps
            entries["chi2"] = float(keep(np.array(solution.chi2), SURE_DIGITS))
            entries["degrees_of_freedom"] = float(keep(np.array(solution.freedom), SURE_DIGITS))

    def read_by(self, table: str) -> str:
        notes = self.sheet.tables[table].notes
        source = notes.get("source", self.sheet.source)
        return f"{source}; read: {notes['read']}" if "read" in notes else source

    def uncertainty(self, table: str) -> str | None:
        return self.sheet.tables[table].notes.get("uncertainty")

    def table(
        self,
        name: str,
        values: np.ndarray,
        unit: str,
        axes: str,
        origin: Origin,
        source: str,
        uncertainty: str | None = None,
        solution: Solution | None = None,
        scale: str = "",
    ) -> None:
        """One dataset in float64, with its provenance.

        Args:
            solution: The fit that the table comes from.
            scale: The fitted number that scales the whole table, where that is what was fitted.
        """
        group = self.file.require_group(name.rpartition("/")[0]) if "/" in name else self.file
        dataset = group.create_dataset(
            name.rpartition("/")[2], data=np.asarray(values, np.float64), track_times=False
        )
        provenance = {"unit": unit, "axes": axes, "origin": origin, "source": source}
        if uncertainty:
            provenance["uncertainty"] = uncertainty
        for key, text in provenance.items():
            dataset.attrs[key] = text
        fitted = scale or name.rpartition("/")[2]
        if solution and fitted in solution.values:
            # The pattern under a scale is not fitted: its values are as sure as the scale is.
            per_unit = values / solution.values[fitted] if scale else 1.0
            dataset.attrs["standard_deviation"] = keep(solution.sd[fitted] * per_unit, SURE_DIGITS)
            dataset.attrs["held_by_prior"] = np.broadcast_to(
                solution.held[fitted], np.shape(values)
            )
            dataset.attrs["prior"] = solution.parameters[fitted].prior


def _moved(model: FilmModel) -> str:
    """What to add to the source of a table that a colour chart may have moved."""
    return (
        "; then moved, as far as the sheet allows, by a measured colour chart"
        if model.chart
        else ""
    )
