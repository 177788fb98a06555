"""A film stock as a value: what the emulsion is; the stages say what light does to it.

Two things tell stocks apart: the role, camera or print, which is the class, and the process.
A `negative` gains dye with light, a `reversal` film keeps dye where no light was, and `silver` is
one layer of grey. Reversal needs no formula of its own: its curves fall, their spread is negative.

Datasets of the file, fields here, kernel arguments and keywords of the reference share one name
each. `dataclasses.replace` makes variants: what is replaced is checked as if it had been read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np

from spectral_film.emulsion.charts import complaints
from spectral_film.emulsion.parts import (
    LEAST_SPREAD,
    Cauchy,
    ClassicalAdjacency,
    CoreSkirt,
    Developed,
    Grain,
    Halation,
    Interlayer,
    Lad,
    ToneCurve,
)
from spectral_film.emulsion.row import OF_LAYERS, Role
from spectral_film.emulsion.schema import (
    DENSITOMETRIES,
    KINDS,
    SCHEMA,
    Densitometry,
    Grade,
    Process,
    Viewing,
    contents,
)
from spectral_film.emulsion.value import Value
from spectral_film.errors import FilmModelError, UsageError, meant
from spectral_film.light.metering import METER_LUX_S
from spectral_film.light.spectra import WAVELENGTH, illuminant


class Grainy(Protocol):
    """All that grain is made of: a film, or what is left of one elsewhere."""

    @property
    def tone_curve(self) -> ToneCurve:
        """How much dye each sublayer forms."""

    @property
    def grain(self) -> Grain | None:
        """How uneven that is, where it is known."""

    @property
    def densitometry(self) -> Densitometry:
        """Which densitometer read it."""

    @property
    def dye_density(self) -> np.ndarray:
        """Spectral density of one unit of each dye, (dye, wavelength)."""

    @property
    def dmin_density(self) -> np.ndarray:
        """Spectral density of the unexposed film, (wavelength,)."""

    def __hash__(self) -> int:
        """What is made of it once is kept."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a table comes from.

    Attributes:
        unit: As the file says it.
        origin: published, fitted or assumed; `unstated` where the file is silent, as below.
        source: The chart and who read it, or how it was fitted or why assumed.
        uncertainty: How far two readers disagree; "" where nothing is known.
    """

    unit: str
    origin: str
    source: str
    uncertainty: str


@dataclass(frozen=True, kw_only=True)
class FilmFile:
    """The file that a film was read from.

    Attributes:
        path: Where it lies.
        sha256: Of its bytes.
        content_sha256: Of the film that it held.
    """

    path: Path
    sha256: str
    content_sha256: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Film(Value):
    """What every stock has. Its role is its class; equal films say the same, wherever they lie.

    Attributes:
        role: What it is for, camera or print.
        process: How it is developed.
        grade: How much of it its sheet says; None: made without one.
        densitometry: How its sheet measures it.
        balance: The light it is made for.
        spectral_sensitivity: Reciprocal of the energy for the sheet's density, cm2/erg,
            (layer, wavelength); 0 where none is printed.
        dye_density: Net spectral density of one unit of each dye, (dye, wavelength).
        dmin_density: Spectral density of the developed film without dye, (wavelength,).
        development: Which development `tone_curve` is of, where there are several.
        developments: The others, by name.
        projector_lamp: The light it is looked at in, if it is to be looked at.
        viewing_flare: Stray light there, in percent of a perfect white.
        callier_factor: Its density in a projector over its diffuse density.
        scatter: Spread of light in the emulsion; None where the sheet prints no MTF.
        grain: How uneven its dyes are; None where the sheet prints no granularity.
        published: The sheet as read: table -> column -> values, NaN where not printed.
        provenance: Path in the film file -> where that table comes from.
        notes: Path in the film file -> what else it says: how its fits converged, say.
        file: What it was read from; a variant keeps it, and is known by its own hash.

    Raises:
        FilmModelError: a value that no film has; the message names it.
    """

    role: ClassVar[Role]

    process: Process = "negative"
    grade: Grade | None = None
    id: str
    name: str
    maker: str
    densitometry: Densitometry
    balance: str
    source: str
    spectral_sensitivity: np.ndarray
    tone_curve: ToneCurve
    dye_density: np.ndarray
    dmin_density: np.ndarray
    development: str | None = None
    developments: Mapping[str, Developed] = field(default_factory=dict)
    projector_lamp: str | None = None
    viewing_flare: float = 0.1  # assumed: theatres have .05 to .2
    callier_factor: float = 1.0
    scatter: CoreSkirt | Cauchy | None = None
    grain: Grain | None = None
    published: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    provenance: Mapping[str, Provenance] = field(default_factory=dict, compare=False)
    notes: Mapping[str, Any] = field(default_factory=dict, compare=False)
    file: FilmFile | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        said = set()
        for path, row, value in contents(self):
            said.add(row.path)
            if complaint := row.complaint(value):
                raise FilmModelError(f"{self.id}: {path} {complaint}")
            for axis, size in zip(row.axes, np.shape(value), strict=True):
                # What a fit noted is of lines of a chart: one, it may be, for all layers.
                if row.field and axis in OF_LAYERS and size != self.layers:
                    raise FilmModelError(
                        f"{self.id}: {path} is of {size} layers, and the film of {self.layers}"
                    )
        for row in SCHEMA:
            if row.role in (None, self.role) and row.in_every_film and row.path not in said:
                raise FilmModelError(f"{self.id}: {row.path} is missing")
        if not self.spectral_sensitivity.any(axis=1).all():
            raise FilmModelError(
                f"{self.id}: exposure/spectral_sensitivity is 0 all over for a layer"
            )
        self._must_suit_the_process()
        for curve in (self.tone_curve, *self.developments.values()):
            tables = (getattr(curve, table.name) for table in fields(ToneCurve))
            if len({values.shape for values in tables}) > 1:
                raise FilmModelError(f"{self.id}: the tables of tone_curve differ in shape")
        if self.grain is not None:
            self._must_be_this_films(self.grain)
        for complaint in complaints(self.published):
            raise FilmModelError(f"{self.id}: {complaint}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label}>"

    def _must_suit_the_process(self) -> None:
        silver, way = self.process == "silver", -1 if self.process == "reversal" else 1
        for curve in (self.tone_curve, *self.developments.values()):
            spread = way * curve.log_exposure_spread
            if (spread < LEAST_SPREAD).any():
                raise FilmModelError(
                    f"{self.id}: tone_curve/log_exposure_spread holds "
                    f"{way * spread.min():g}, expected {way * LEAST_SPREAD:g} or "
                    f"{'less in a reversal' if way < 0 else 'more in a ' + self.process} film"
                )
        if (self.layers == 1 or self.densitometry == "visual") and not silver:
            raise FilmModelError(
                f"{self.id}: one layer, read by visual density, is silver, and its kind is "
                f"{self.kind}"
            )

    def _must_be_this_films(self, grain: Grain) -> None:
        for wrong, what in (
            (
                grain.radius_um.shape != self.tone_curve.density_range.shape,
                "grain/radius_um has other sublayers than tone_curve",
            ),
            (grain.rms.shape != grain.dye_amount.shape, "the tables of grain differ in shape"),
            (
                grain.dye_amount.shape[1] < 2 or (np.diff(grain.dye_amount) <= 0).any(),
                "grain/dye_amount must have two nodes or more, and rise along each layer",
            ),
        ):
            if wrong:
                raise FilmModelError(f"{self.id}: {what}")

    @property
    def layers(self) -> int:
        """Three of colour, or one of silver."""
        return int(self.spectral_sensitivity.shape[0])

    @property
    def is_positive(self) -> bool:
        """Whether it is itself what is looked at."""
        return self.role == "print" or self.process == "reversal"

    def developed(self, how: str) -> "Film":
        """The film in another of its developments.

        Raises:
            UsageError: its sheet prints no such development.
        """
        if how == self.development:
            return self
        others = self.developments
        if how not in others:
            known = [self.development or "", *others]
            raise UsageError(
                f"the sheet of {self.id} prints no development of {how!r}"
                + (f"{meant(how, known)}; it has {', '.join(known)}" if others else " or any other")
            )
        curve = others[how]
        tables = {table.name: getattr(curve, table.name) for table in fields(ToneCurve)}
        return replace(
            self,
            tone_curve=ToneCurve(**tables),
            dmin_density=curve.dmin_density,
            development=how,
            developments={},
        )

    @property
    def kind(self) -> str:
        """Role and process in one word, as the file has it."""
        kinds = {said: kind for kind, said in KINDS.items()}
        return kinds.get((self.role, self.process), f"{self.role} {self.process}")

    @property
    def densitometry_name(self) -> str:
        """As a laboratory writes it: status M, status A."""
        return DENSITOMETRIES[self.densitometry]

    @property
    def charts(self) -> tuple[str, ...]:
        """Every chart that its sheet was read from, and who read it: some ask to be named."""
        tables = self.provenance.items()
        sources = (table.source for path, table in tables if path.startswith("published/"))
        return tuple(dict.fromkeys(sources))

    @property
    def unchanged(self) -> bool:
        """Whether it is the film that its file holds."""
        return self.file is not None and self.file.content_sha256 == self.content_sha256

    @property
    def path(self) -> Path:
        """The file that holds this film.

        Raises:
            UsageError: none does: it was made, or changed, in memory.
        """
        if self.file is None or not self.unchanged:
            raise UsageError(f"{self.label} lies in no file; hand on the film itself")
        return self.file.path

    @property
    def sha256(self) -> str:
        """What exactly is rendered with: hash of the film's file, or of a variant's content."""
        return self.file.sha256 if self.file and self.unchanged else self.content_sha256

    @property
    def label(self) -> str:
        """Id and the head of the hash, for metadata and messages."""
        if self.unchanged:
            return f"{self.id} (sha256 {self.sha256[:12]})"
        how = "changed" if self.file else "made in memory"
        return f"{self.id}, {how} (content sha256 {self.sha256[:12]})"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CameraFilm(Film):
    """A camera stock.

    Attributes:
        exposure_index: Its speed.
        backing: Its own anti-halation; None where it has no table of halation.
        gate: The camera aperture it is made for, if any in particular.
        halation: By backing; empty where the stock has no such table.
        reciprocity_exponent: Schwarzschild p beyond 1 s, (layer,); None: no failure.
        adjacency: Inhibitor diffusion; None where the sheet prints no MTF to fit it to.
    """

    role = "camera"

    exposure_index: float
    backing: str | None = None
    gate: str | None = None
    halation: Mapping[str, Halation] = field(default_factory=dict)
    reciprocity_exponent: np.ndarray | None = None
    adjacency: Interlayer | ClassicalAdjacency | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.halation and self.backing is not None and self.backing not in self.halation:
            raise FilmModelError(
                f"{self.id}: backing is {self.backing!r}, expected one of "
                f"{', '.join(self.halation)}"
            )
        if isinstance(self.adjacency, Interlayer):
            way = -1 if self.process == "reversal" else 1
            if (way * self.adjacency.coupling < 0).any():
                raise FilmModelError(
                    f"{self.id}: adjacency/coupling holds "
                    f"{way * (way * self.adjacency.coupling).min():g}, expected 0 or "
                    f"{'less in a reversal' if way < 0 else 'more in a ' + self.process} film"
                )
        if self.process == "reversal" and self.projector_lamp is None:
            raise FilmModelError(f"{self.id}: slide_lamp is missing, and a slide is looked at")

    def grey_lux_s(self, ei: float | None = None) -> float:
        """Exposure of an 18 % grey metered at `ei` (None: the film's own index), lux s."""
        return METER_LUX_S / (ei or self.exposure_index)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PrintStock(Film):
    """A print stock.

    Attributes:
        printer_lamp: The light that prints on it.
        printer_cut_nm: Wavelength below which the printer's filter lets nothing through.
        projector_lamp: The light it is projected with, or a paper is looked at in.
        viewing: Whether light goes through it, or comes back from it.
        lad: Its laboratory aim.
    """

    role = "print"

    printer_lamp: str
    printer_cut_nm: float
    projector_lamp: str = field()
    viewing: Viewing = "projection"
    lad: Lad

    def developed(self, how: str) -> "PrintStock":
        """As of `Film`; the aim goes with it."""
        curve = self.developments.get(how)
        film = super().developed(how)
        assert isinstance(film, PrintStock)
        if curve is None or curve.aim_log_exposure is None:
            return film
        return replace(film, lad=replace(self.lad, log_exposure=curve.aim_log_exposure))

    def printer_light(self) -> np.ndarray:
        """Light of the printer behind its ultraviolet filter, (wavelength,)."""
        return np.where(self.printer_cut_nm <= WAVELENGTH, illuminant(self.printer_lamp), 0.0)
