"""What a film file holds: one table, which the reader, the writer, `show` and the docs follow.

A film file is HDF5. Facts are attributes of the file or of a group; what has an axis, or a source
of its own, is a dataset in float64 with the attributes unit, axes, origin and source. The table as
a page: docs/film-file.md.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, get_args

import numpy as np

from spectral_film.emulsion.row import Role, Row

# 1 knew of a bare base nothing but its ring, 2 nothing of grain, 3 nothing but colour negatives and
# the prints of them.
SCHEMA_VERSION = 4

Process = Literal["negative", "reversal", "silver"]
Densitometry = Literal["status-m", "status-a", "visual"]
Profile = Literal["ring", "diffuse"]
Viewing = Literal["projection", "reflection"]
Grade = Literal["A", "B", "C"]

# The attribute `kind` says both at once: what the film is for, and how it develops.
KINDS: Mapping[str, tuple[Role, Process]] = {
    "negative": ("camera", "negative"),
    "reversal": ("camera", "reversal"),
    "silver negative": ("camera", "silver"),
    "print": ("print", "negative"),
    "silver print": ("print", "silver"),
}
DENSITOMETRIES: Mapping[Densitometry, str] = {
    "status-m": "status M",
    "status-a": "status A",
    "visual": "visual",
}

LAYER, SUBLAYER, SPECTRAL = ("layer",), ("layer", "sublayer"), ("layer", "wavelength")
NODES = ("layer", "node")

SCHEMA = (
    Row(path="schema_version", holds="whole number", bounds=(1, SCHEMA_VERSION),
        meaning="of this table"),
    Row(path="id", field="id", holds="id", meaning="what commands call the stock"),
    Row(path="name", field="name", holds="text", meaning="what its maker calls it"),
    Row(path="maker", field="maker", holds="text", meaning="who makes it"),
    Row(path="kind", field="kind", holds="text", words=tuple(KINDS),
        meaning="role and process: camera film or print; negative, in dyes or silver, or reversal"),
    Row(path="grade", field="grade", holds="text", words=get_args(Grade), needed_with="",
        meaning="how much of it its sheet says: A two readers and every chart, B one reader, "
        "C something inferred or left out"),
    Row(path="densitometry", field="densitometry", holds="text", words=tuple(DENSITOMETRIES),
        meaning="how its sheet measures it"),
    Row(path="exposure_index", field="exposure_index", holds="number", bounds=(0.1, 1e6),
        role="camera", meaning="its speed"),
    Row(path="balance", field="balance", holds="light", meaning="the light it is made for"),
    Row(path="backing", field="backing", holds="text", role="camera", needed_with="",
        meaning="its own anti-halation, one of the groups of halation"),
    Row(path="gate", field="gate", holds="text", role="camera", needed_with="",
        meaning="the camera aperture it is made for"),
    Row(path="printer_lamp", field="printer_lamp", holds="light", role="print",
        meaning="the light that prints on it"),
    Row(path="printer_cut_nm", field="printer_cut_nm", holds="number", unit="nm", bounds=(0, 450),
        role="print", meaning="wavelength below which the printer's filter lets nothing through"),
    Row(path="projector_lamp", field="projector_lamp", holds="light", role="print",
        meaning="the light it is projected with, or a paper is looked at in"),
    Row(path="slide_lamp", field="projector_lamp", holds="light", role="camera", needed_with="",
        meaning="the light that a reversal film is projected with"),
    Row(path="viewing", field="viewing", holds="text", words=get_args(Viewing), role="print",
        needed_with="", meaning="light goes through a film, and comes back from a paper"),
    Row(path="viewing_flare", field="viewing_flare", holds="number", unit="%", bounds=(0, 10),
        needed_with="", meaning="stray light where it is looked at, of a perfect white there"),
    Row(path="callier_factor", field="callier_factor", holds="number", unit="1", bounds=(1, 2),
        needed_with="", meaning="density in a projector over diffuse density; silver scatters"),
    Row(path="source", field="source", holds="text", meaning="the sheet it was made from"),
    Row(path="made_by", holds="text", needed_with="", meaning="what wrote the file"),
    Row(path="wavelength", unit="nm", axes=("wavelength",), origins=("assumed",),
        meaning="the engine's grid, 360..780 nm by 5 nm"),
    Row(path="exposure/spectral_sensitivity", field="spectral_sensitivity", unit="cm2/erg",
        axes=SPECTRAL, bounds=(0, 1e9), origins=("published", "fitted"),
        meaning="reciprocal of the energy for the sheet's density; 0 where none is printed"),
    Row(path="dyes/dye_density", field="dye_density", unit="density per unit of dye",
        axes=("dye", "wavelength"), bounds=(-1, 10), origins=("published", "fitted", "assumed"),
        meaning="net spectral density of one unit of each dye, or of silver"),
    Row(path="dyes/dmin_density", field="dmin_density", unit="density", axes=("wavelength",),
        bounds=(0, 10), origins=("published", "assumed"),
        meaning="spectral density of the developed film without dye"),
    # Within these bounds no curve falls, and no kernel overflows.
    Row(path="tone_curve/density_range", field="tone_curve.density_range",
        unit="dye amount, 1 = peak density 1.0", axes=SUBLAYER, bounds=(0, 10),
        origins=("fitted",), meaning="dye that a sublayer can make"),
    Row(path="tone_curve/log_exposure_mid", field="tone_curve.log_exposure_mid",
        unit="log10(lux s)", axes=SUBLAYER, bounds=(-10, 10), origins=("fitted",),
        meaning="log exposure at the middle of its logistic"),
    Row(path="tone_curve/log_exposure_spread", field="tone_curve.log_exposure_spread",
        unit="log10(lux s)", axes=SUBLAYER, bounds=(-10, 10), origins=("fitted",),
        meaning="log exposure over which dye to no dye grows tenfold; below 0 in reversal film, "
        "where light leaves less dye"),
    Row(path="tone_curve/exponent", field="tone_curve.exponent", unit="1", axes=SUBLAYER,
        bounds=(0.01, 100), origins=("assumed",), meaning="Richards' exponent; 1 for a logistic"),
    Row(path="development", field="development", holds="text", needed_with="developments",
        meaning="the development that tone_curve is of, where the sheet prints several"),
    *(
        Row(path=f"developments/*/{name}", field=f"developments.*.{name}", unit=unit, axes=SUBLAYER,
            bounds=bounds, needed_with="", origins=("fitted", "assumed"),
            meaning=f"{name} of tone_curve, developed otherwise")
        for name, unit, bounds in (
            ("density_range", "dye amount, 1 = peak density 1.0", (0, 10)),
            ("log_exposure_mid", "log10(lux s)", (-10, 10)),
            ("log_exposure_spread", "log10(lux s)", (-10, 10)),
            ("exponent", "1", (0.01, 100)),
        )
    ),
    Row(path="developments/*/dmin_density", field="developments.*.dmin_density", unit="density",
        axes=("wavelength",), bounds=(0, 10), needed_with="", origins=("published", "assumed"),
        meaning="dmin_density, developed otherwise"),
    Row(path="developments/*/aim_log_exposure", field="developments.*.aim_log_exposure",
        role="print", unit="log10(lux s)", axes=LAYER, bounds=(-10, 10), needed_with="",
        origins=("fitted",), meaning="lad/log_exposure, developed otherwise"),
    Row(path="optics/form", field="scatter.form", holds="text", words=("core-skirt", "cauchy"),
        needed_with="optics", meaning="of the spread of light in the emulsion"),
    Row(path="optics/core_sigma_um", field="scatter.core_sigma_um", form="core-skirt", unit="um",
        axes=LAYER, bounds=(0, 1000), needed_with="optics", origins=("fitted", "assumed"),
        meaning="sigma of the Gaussian core"),
    Row(path="optics/skirt_weight", field="scatter.skirt_weight", form="core-skirt", unit="1",
        axes=LAYER, bounds=(0, 1), needed_with="optics", origins=("fitted", "assumed"),
        meaning="share of the light in the exponential skirt"),
    Row(path="optics/skirt_length_um", field="scatter.skirt_length_um", form="core-skirt",
        unit="um", axes=LAYER, bounds=(0, 1000), needed_with="optics",
        origins=("fitted", "assumed"), meaning="length of the skirt"),
    Row(path="optics/second_share", field="scatter.second_share", form="core-skirt", unit="1",
        axes=LAYER, bounds=(0, 1), needed_with="", origins=("fitted", "assumed"),
        meaning="share of the skirt's light that is in a second one; without it there is none"),
    Row(path="optics/second_length_um", field="scatter.second_length_um", form="core-skirt",
        unit="um", axes=LAYER, bounds=(0, 1000), needed_with="",
        origins=("fitted", "assumed"), meaning="length of the second skirt"),
    Row(path="optics/cauchy_radius_um", field="scatter.cauchy_radius_um", form="cauchy",
        unit="um", axes=LAYER, bounds=(0, 1000), needed_with="optics",
        origins=("fitted", "assumed"), meaning="radius of the 2-D Cauchy kernel"),
    Row(path="halation/*/veil_ratio", field="halation.*.veil_ratio", role="camera",
        unit="exposure thrown back / direct exposure", axes=LAYER, bounds=(0, 1),
        origins=("assumed",), meaning="light that the back of the base reflects with that backing"),
    Row(path="halation/*/profile", field="halation.*.profile", holds="text", role="camera",
        words=get_args(Profile),
        meaning="ring of a bare base (total reflection), diffuse of a matched backing"),
    Row(path="halation/*/plate_reflectance", field="halation.*.plate_reflectance", holds="number",
        role="camera", unit="1", bounds=(0, 1), needed_with="",
        meaning="of the pressure plate behind a bare base, diffuse; without it there is none"),
    Row(path="halation/*/plate_gap_um", field="halation.*.plate_gap_um", holds="number",
        role="camera", unit="um", bounds=(0, 1000), needed_with="",
        meaning="air between base and plate; without it they touch"),
    Row(path="halation/*/rescattered", field="halation.*.rescattered", role="camera",
        unit="share of the light thrown back", axes=LAYER, bounds=(0, 0.9), needed_with="",
        origins=("assumed",),
        meaning="what the emulsion over a bare base sends down again; without it nothing"),
    Row(path="base_um", field="halation.*.base_um", holds="number", unit="um", bounds=(1, 1000),
        needed_with="halation", meaning="thickness of the base"),
    Row(path="halation/base_index", field="halation.*.base_index", holds="number", role="camera",
        unit="1", bounds=(1, 3), needed_with="halation", meaning="refractive index of the base"),
    Row(path="halation/reach_um", field="halation.*.reach_um", holds="number", role="camera",
        unit="um", bounds=(1, 10_000), needed_with="halation", meaning="where the halo ends"),
    Row(path="reciprocity/exponent", field="reciprocity_exponent", role="camera", unit="1",
        axes=LAYER, bounds=(0.1, 1), needed_with="reciprocity", origins=("assumed",),
        meaning="Schwarzschild's p beyond 1 s"),
    Row(path="adjacency/form", field="adjacency.form", holds="text", role="camera",
        words=("interlayer", "density"), needed_with="adjacency",
        meaning="of what development does across edges"),
    Row(path="adjacency/coupling", field="adjacency.coupling", form="interlayer", role="camera",
        unit="log10(lux s) per dye amount", axes=("layer held back", "layer developing"),
        bounds=(-10, 10), needed_with="adjacency", origins=("fitted",),
        meaning="log exposure that inhibitor from one layer takes from another; below 0 in "
        "reversal film, where dye is what did not develop first"),
    Row(path="adjacency/gain", field="adjacency.gain", form="density", role="camera", unit="1",
        axes=LAYER, bounds=(0, 10), needed_with="adjacency", origins=("fitted", "assumed"),
        meaning="of the edge effect on density"),
    Row(path="adjacency/length_um", field="adjacency.length_um", role="camera", unit="um",
        bounds=(0, 1000), needed_with="adjacency", origins=("fitted",),
        meaning="how far inhibitor diffuses"),
    Row(path="grain/radius_um", field="grain.radius_um", unit="um", axes=SUBLAYER,
        bounds=(0.05, 20), needed_with="grain", origins=("assumed",),
        meaning="radius of the dye clouds of a sublayer"),
    Row(path="grain/dye_amount", field="grain.dye_amount",
        unit="dye amount, 1 = peak density 1.0", axes=NODES, bounds=(0, 50), needed_with="grain",
        origins=("fitted",), meaning="where the next table has its nodes, rising"),
    Row(path="grain/rms", field="grain.rms", unit="dye amount", axes=NODES, bounds=(0, 1),
        needed_with="grain", origins=("fitted", "assumed"),
        meaning="standard deviation of that much dye through an aperture of 48 um"),
    Row(path="lad/aim_density", field="lad.aim_density", role="print",
        unit="{densitometry} density", axes=("record",), bounds=(0, 10),
        origins=("published", "assumed"),
        meaning="densities that an 18 % grey prints to: the laboratory aim"),
    Row(path="lad/log_exposure", field="lad.log_exposure", role="print", unit="log10(lux s)",
        axes=LAYER, bounds=(-10, 10), origins=("fitted",),
        meaning="log exposure of the print that reads so"),
    Row(path="published/*/*", field="published.*.*", axes=("row",), blanks=True, needed_with="",
        origins=("published",), meaning="the sheet as read: a group a chart, a table a column"),
    # How far the sheet goes: what a render reports as beyond the curve.
    Row(path="published/characteristic_curves/log_exposure",
        field="published.characteristic_curves.log_exposure", role="camera", unit="log10(lux s)",
        axes=("row",), bounds=(-10, 10), origins=("published",),
        meaning="exposure axis of the characteristic curves"),
    Row(path="fit/*/steps", holds="whole number", bounds=(0, np.inf), needed_with="",
        meaning="of a fit, until it converged"),
    Row(path="fit/mtf/level", unit="of the film's own response to large areas", axes=("record",),
        bounds=(0.5, 2), needed_with="", origins=("fitted",),
        meaning="what the sheet calls 100 %; without it that is the film's own"),
    Row(path="fit/*/chi2", holds="number", bounds=(0, np.inf), needed_with="",
        meaning="its sum of squared residuals, each over its uncertainty"),
    Row(path="fit/*/degrees_of_freedom", holds="number", bounds=(0, np.inf), needed_with="",
        meaning="its readings, less what they determined"),
)  # fmt: skip


@cache
def row_of(path: str, role: Role | None = None) -> Row:
    """The row that describes a path, in the file of a film of that role (None: of any).

    Raises:
        KeyError: no row does.
    """
    rows = [
        row
        for row in SCHEMA
        if (role is None or row.role in (None, role)) and row.names(path) is not None
    ]
    if not rows:
        raise KeyError(path)
    return min(rows, key=lambda row: row.path.count("*"))  # the one that names it


def contents(film: Any) -> Iterator[tuple[str, Row, Any]]:
    """Path, row and value of all that a `Film` says, in the order of the table."""
    for row in SCHEMA:
        if row.role not in (None, film.role):
            continue
        placed = list(_values(row, film, row.field.split("."), ())) if row.field else []
        noted = [item for item in film.notes.items() if row.names(item[0]) is not None]
        said: list[tuple[str, Any]] = []
        for path, value in placed or noted:
            shared = row.holds != "table" and (path, value) in said  # as by all backings
            if row_of(path, film.role) is row and not shared:
                said.append((path, value))
                yield path, row, value


def _values(
    row: Row, at: Any, field: list[str], names: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    """Follow a field into a film; what is not there yields nothing."""
    if at is None:
        return
    if not field:
        path = row.path
        for name in names:
            path = path.replace("*", name, 1)
        yield path, at
    elif field[0] == "*":
        for name, value in at.items():
            yield from _values(row, value, field[1:], (*names, name))
    elif isinstance(at, Mapping):
        yield from _values(row, at.get(field[0]), field[1:], names)
    else:
        yield from _values(row, getattr(at, field[0], None), field[1:], names)
