"""A session as a page: each published curve with the measured one over it, and the verdicts."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from spectral_film.emulsion.film import Film, Provenance
from spectral_film.lab.colour_chart import Swatch
from spectral_film.lab.readings import Check, Curve, Measurement
from spectral_film.lab.session import Session
from spectral_film.pages.chart import CIRCLES, circles, compared, logarithmic
from spectral_film.pages.drawing import DYES, INK, OTHERS, PALE, RECORDS, svg
from spectral_film.pages.figures import alone, figure, picture, shown
from spectral_film.pages.markup import (
    Markup,
    abreast,
    escaped,
    facts,
    folded,
    listing,
    note,
    paragraph,
    table,
    verdict,
)
from spectral_film.pages.numbers import number, reading
from spectral_film.pages.page import Section, page, section
from spectral_film.version import made_by

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = dict(zip(("red", "green", "blue"), RECORDS.values(), strict=True)) | DYES
NUMBERS = ("reading", "value", "unit")
GRADES = {
    "A": "two readers, and every chart",
    "B": "one reader, and every chart",
    "C": "something is inferred, assumed or left out, since a chart is missing",
}
MANY_NUMBERS = 24  # more than these are folded away


def to_html(session: Session) -> str:
    """The session as a page that opens offline."""
    film, failures = session.film, session.failures
    count = len(session.checks)
    word = (
        verdict(True, f"All {count} readings are within their tolerances.")
        if not failures
        else verdict(False, f"{len(failures)} of {count} readings are outside their tolerances:")
    )
    lead = [
        paragraph(f"{film.name} ({film.kind}), as its model reads."),
        paragraph(word),
        *([_failures(session)] if failures else []),
        note(f"Sheet: {film.source}.{_graded(film)}"),
        note(
            "Lines are read from the simulated film, through its spectra, by instruments that see "
            "nothing else of it. Circles are published. Below each chart: read minus published."
        ),
    ]
    body = [_section(m, session.swatches) for m in session.measurements]
    if session.crops:
        body.append(_crops(session))
    body.append(section("Not measured", listing(session.not_measured)))
    body.append(_what_the_sheet_says(film))
    return page(f"Laboratory report: {film.id}", lead, body, _footer(session))


def _graded(film: Film) -> str:
    """What the grade of a film means; it may have none."""
    return "" if film.grade is None else f" Grade {film.grade}: {GRADES[film.grade]}."


def _what_the_sheet_says(film: Film) -> Section:
    """Which tables of the model its charts gave, and what was supplied where they are silent."""
    charts = {
        path.split("/")[1].replace("_", " "): said.source
        for path, said in film.provenance.items()
        if path.startswith("published/")
    }
    supplied = {
        path: said.source
        for path, said in film.provenance.items()
        if path != "wavelength" and (said.origin == "assumed" or _is_inferred(path, said))
    }
    return section(
        "What was given, and what supplied",
        *([table(("chart", "who read it, from what"), charts.items(), "Given")] if charts else []),
        *(
            [
                table(
                    ("table", "from where"),
                    supplied.items(),
                    "Supplied: assumed or inferred, for no chart says it",
                )
            ]
            if supplied
            else []
        ),
    )


def _is_inferred(path: str, said: Provenance) -> bool:
    """Dyes are printed, or worked out of what else is."""
    return path == "dyes/dye_density" and said.origin == "fitted"


def _crops(session: Session) -> Section:
    """What the film's grain looks like, a large strip and enlarged pieces."""
    strip, *pieces = (
        shown(picture(c.codes, c.said, times=c.times), to_scale=True) for c in session.crops
    )
    film = session.film.id
    how = f"on {session.print_film.id}" if session.print_film else "projected"
    return section(
        "Grain as it is seen",
        paragraph(
            f"Even light on {film}, {how}, with the pixels of a 4K render of super35. Below, each "
            f"pixel is {session.crops[-1].times} x {session.crops[-1].times}."
        ),
        strip,
        abreast(*pieces),
    )


def _footer(session: Session) -> Markup:
    films = [film for film in (session.film, session.print_film) if film]
    made = {film.id: f"sha256 {film.sha256}" for film in films}
    return facts({"made by": made_by(), "device": session.device} | made)


def _failures(session: Session) -> Markup:
    return table(
        ("reading", "value", "tolerance", "unit"),
        [
            (c.label, reading(c.value, c.tolerance), number(c.tolerance), c.unit)
            for c in session.failures
        ],
    )


def _section(measurement: Measurement, swatches: tuple[Swatch, ...]) -> Section:
    parts: list[str] = [paragraph(measurement.method)]
    if measurement.curves:
        drawing = svg(
            lambda f: draw(f, measurement), _said(measurement), height_in=_height(measurement)
        )
        parts.append(figure(drawing))
    if measurement.title == "Colour chart":
        parts.append(alone(_chart(swatches), "Left half: the chart; right half: on the screen."))
        parts.append(
            figure(
                svg(
                    lambda f: _draw_plane(f, swatches), "Patches on the a*, b* plane", height_in=5.0
                ),
                "Circles: the chart; dots: on the screen.",
            )
        )
    parts.extend(paragraph(said) for said in measurement.notes)
    return section(measurement.title, *parts, beside=_tables(measurement))


def _tables(measurement: Measurement) -> list[Markup]:
    tables = []
    if measurement.checks:
        header = ("reading", "value", "tolerance", "unit", "", "why this tolerance")
        tables.append(table(header, _rows(measurement.checks), "Held to a tolerance"))
    if measurement.numbers:
        rows = [(name, value, unit) for name, (value, unit) in measurement.numbers.items()]
        if len(rows) > MANY_NUMBERS:
            tables.append(folded(f"Also read: {len(rows)} numbers", table(NUMBERS, rows)))
        else:
            tables.append(table(NUMBERS, rows, "Also read"))
    return tables


def _rows(checks: Sequence[Check]) -> Iterator[tuple[str, ...]]:
    """One row a check; a reason is given where it first holds."""
    said = ""
    for check in checks:
        yield (
            check.label,
            reading(check.value, check.tolerance),
            number(check.tolerance),
            check.unit,
            verdict(check.passed, "within" if check.passed else "outside"),
            "" if check.reason == said else check.reason,
        )
        said = check.reason


def _said(measurement: Measurement) -> str:
    """What the chart shows, for who does not see it."""
    names = ", ".join(curve.name for curve in measurement.curves)
    over = ", over the published values" if _compared(measurement) else ""
    return f"{measurement.title}: {measurement.axes[1]} by {measurement.axes[0]}; {names}{over}"


def _height(measurement: Measurement) -> float:
    return 4.6 if _compared(measurement) else 3.3


def _compared(measurement: Measurement) -> list[Curve]:
    return [curve for curve in measurement.curves if curve.published is not None]


def draw(drawing: "Figure", measurement: Measurement) -> None:
    """Its chart: readings as lines, published values as circles, residuals below."""
    if _compared(measurement):
        above, below = compared(drawing, measurement.band, measurement.axes[0], "residual")
    else:
        above, below = drawing.subplots(), None
        above.set_xlabel(measurement.axes[0])
    others = iter(OTHERS)
    for curve in measurement.curves:
        colour = COLOURS.get(curve.name.partition(",")[0]) or next(others, INK)
        above.plot(curve.x, curve.y, _line_style(curve), color=colour, label=curve.name)
        if curve.sampling_error is not None:
            above.errorbar(curve.x, curve.y, curve.sampling_error, fmt="none", ecolor=colour)
        if curve.published is not None:
            circles(above, *(curve.sheet or (curve.x, curve.published)), colour)
            x = curve.x[np.isfinite(curve.published)]
            below.plot(x, curve.residual, color=colour, linewidth=0.9, label=curve.name)
    above.set_ylabel(measurement.axes[1])
    above.legend(ncols=2 if len(measurement.curves) > 4 else 1)
    if measurement.logarithmic:
        logarithmic(above, np.concatenate([curve.x for curve in measurement.curves]))


def _line_style(curve: Curve) -> str:
    other = "reaction", "closed form"
    return "--" if any(word in curve.name for word in other) else "-"


def _chart(swatches: tuple[Swatch, ...]) -> str:
    """Six columns of patches, each cut in two."""
    size, gap = 92, 8
    cells = []
    for i, swatch in enumerate(swatches):
        x, y = (i % 6) * (size + gap), (i // 6) * (size + gap)
        for codes, left in ((swatch.scene, 0), (swatch.screen, size // 2)):
            colour = "#" + "".join(f"{round(255 * float(code)):02x}" for code in codes)
            cells.append(
                f'<rect x="{x + left}" y="{y}" width="{size // 2}" height="{size}" '
                f'fill="{colour}"><title>{escaped(swatch.name)}</title></rect>'
            )
    width, height = 6 * (size + gap) - gap, 4 * (size + gap) - gap
    return (
        f'<svg role="img" aria-label="24 patches, each as the chart and as the screen has it" '
        f'viewBox="0 0 {width} {height}">{"".join(cells)}</svg>'
    )


def _draw_plane(drawing: "Figure", swatches: tuple[Swatch, ...]) -> None:
    axes = drawing.subplots()
    axes.axhline(0, color=PALE, linewidth=0.4)
    axes.axvline(0, color=PALE, linewidth=0.4)
    for swatch in swatches:
        colour = tuple(swatch.screen)
        (_, *chart), (_, *screen) = swatch.scene_lab, swatch.screen_lab
        axes.plot(*zip(chart, screen, strict=True), color=colour, linewidth=0.9)
        axes.plot(*chart, **CIRCLES, color=colour)
        axes.plot(*screen, "o", color=colour, markersize=5)
    axes.set(xlabel="a*", ylabel="b*", aspect="equal")
