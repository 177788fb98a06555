"""A session as a page: each published curve with the measured one over it, and the verdicts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from spectral_film.lab.colour_chart import Swatch
from spectral_film.lab.readings import Check, Curve, Measurement
from spectral_film.lab.session import Session
from spectral_film.pages.drawing import DYES, INK, PALE, PUBLISHED, RECORDS, svg
from spectral_film.pages.page import (
    Markup,
    escaped,
    figure,
    page,
    paragraph,
    section,
    table,
    verdict,
)
from spectral_film.version import made_by

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = dict(zip(("red", "green", "blue"), RECORDS.values(), strict=True)) | DYES
OTHERS = ("#222222", "#b06a1c", "#6b5aa8", "#3d8a8f", "#999999")  # curves of no record or dye
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
        paragraph(f"{film.name} ({film.kind}), as its model reads. Sheet: {film.source}."),
        paragraph(word),
        *([_failures(session)] if failures else []),
        paragraph(
            "Lines are read from the simulated film, through its spectra, by instruments that see "
            "nothing else of it. Circles are published. Below each chart: read minus published."
        ),
    ]
    body = [_section(m, session.swatches) for m in session.measurements]
    body.append(section("Not measured", _list(session.not_measured)))
    return page(f"Laboratory report: {film.id}", lead, body, _footer(session))


def _footer(session: Session) -> Markup:
    films = [film for film in (session.film, session.print_film) if film]
    made = ", ".join(f"{film.id}, sha256 {film.sha256}" for film in films)
    return Markup(f"<p>{escaped(made_by())} on {escaped(session.device)}<br>{escaped(made)}</p>")


def _failures(session: Session) -> Markup:
    return table(
        ("reading", "value", "tolerance", "unit"),
        [(c.label, f"{c.value:+.4g}", f"{c.tolerance:g}", c.unit) for c in session.failures],
    )


def _section(measurement: Measurement, swatches: tuple[Swatch, ...]) -> Markup:
    parts: list[str] = [paragraph(measurement.method)]
    if measurement.curves:
        parts.append(figure(svg(lambda f: draw(f, measurement), height_in=_height(measurement))))
    if measurement.title == "Colour chart":
        parts.append(figure(_chart(swatches), "Left half: the chart; right half: on the screen."))
        parts.append(
            figure(
                svg(lambda f: _draw_plane(f, swatches), height_in=5.5),
                "Circles: the chart; dots: on the screen.",
            )
        )
    if measurement.checks:
        parts.append(
            table(
                ("reading", "value", "tolerance", "unit", "", "why this tolerance"),
                _rows(measurement.checks),
            )
        )
    if measurement.numbers:
        numbers = table(
            ("also read", "", ""),
            [(name, f"{v:.4f}", unit) for name, (v, unit) in measurement.numbers.items()],
        )
        if len(measurement.numbers) > MANY_NUMBERS:
            numbers = Markup(f"<details><summary>All numbers</summary>{numbers}</details>")
        parts.append(numbers)
    parts.extend(paragraph(note) for note in measurement.notes)
    return section(measurement.title, *parts)


def _rows(checks: Sequence[Check]) -> Iterator[tuple[str, ...]]:
    """One row a check; a reason is given where it first holds."""
    said = ""
    for check in checks:
        yield (
            check.label,
            f"{check.value:.4f}",
            f"{check.tolerance:g}",
            check.unit,
            verdict(check.passed, "within" if check.passed else "outside"),
            "" if check.reason == said else check.reason,
        )
        said = check.reason


def _height(measurement: Measurement) -> float:
    return 4.6 if _compared(measurement) else 3.2


def _compared(measurement: Measurement) -> list[Curve]:
    return [curve for curve in measurement.curves if curve.published is not None]


def draw(drawing: "Figure", measurement: Measurement) -> None:
    """Its chart: readings as lines, published values as circles, residuals below."""
    compared = _compared(measurement)
    if compared:
        above, below = drawing.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        below.axhline(0, color=PALE, linewidth=0.6)
        if measurement.band:
            below.axhspan(-measurement.band, measurement.band, color=PALE, alpha=0.12, linewidth=0)
        below.set(xlabel=measurement.axes[0], ylabel="residual")
    else:
        above, below = drawing.subplots(), None
        above.set_xlabel(measurement.axes[0])
    others = iter(OTHERS)
    for curve in measurement.curves:
        colour = COLOURS.get(curve.name.partition(",")[0]) or next(others, INK)
        style = _line_style(curve)
        above.plot(curve.x, curve.y, style, color=colour, label=curve.name)
        if curve.published is not None:
            printed = np.isfinite(curve.published)
            x, published = curve.x[printed], curve.published[printed]
            every = slice(None, None, max(1, len(x) // 40))
            above.plot(x[every], published[every], **PUBLISHED, color=colour, alpha=0.7)
            assert below is not None
            below.plot(x, curve.residual, color=colour, linewidth=0.9)
    above.set_ylabel(measurement.axes[1])
    above.legend(ncols=2 if len(measurement.curves) > 4 else 1)
    if measurement.logarithmic:
        _logarithmic(above, measurement.curves)


def _line_style(curve: Curve) -> str:
    return "--" if "reaction" in curve.name else "-"


def _logarithmic(axes: "Axes", curves: Iterable[Curve]) -> None:
    axes.set_xscale("log")
    x = np.concatenate([curve.x for curve in curves])
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500) if x.min() <= t <= x.max()]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()


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
    return f'<svg viewBox="0 0 {width} {height}" width="{width}">{"".join(cells)}</svg>'


def _draw_plane(drawing: "Figure", swatches: tuple[Swatch, ...]) -> None:
    axes = drawing.subplots()
    axes.axhline(0, color=PALE, linewidth=0.4)
    axes.axvline(0, color=PALE, linewidth=0.4)
    for swatch in swatches:
        colour = tuple(swatch.screen)
        (_, *chart), (_, *screen) = swatch.scene_lab, swatch.screen_lab
        axes.plot(*zip(chart, screen, strict=True), color=colour, linewidth=0.9)
        axes.plot(*chart, **PUBLISHED, color=colour)
        axes.plot(*screen, "o", color=colour, markersize=5)
    axes.set(xlabel="a*", ylabel="b*", aspect="equal")


def _list(sentences: Iterable[str]) -> Markup:
    return Markup("<ul>" + "".join(f"<li>{escaped(s)}</li>" for s in sentences) + "</ul>")
