"""The fit as a page: data, fit and residual of each quantity, and how sure each number is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from reference.fit.chart_fit import ChartFit
from reference.fit.model import FilmModel
from reference.fit.report import Comparison, comparisons, undetermined
from reference.fit.solve import HELD, Solution
from spectral_film.lab.tolerances import CHI2_A_READING
from spectral_film.pages.chart import circles, compared, logarithmic
from spectral_film.pages.drawing import INK, RECORDS, svg
from spectral_film.pages.figures import figure
from spectral_film.pages.markup import Markup, note, paragraph, table, verdict
from spectral_film.pages.numbers import number, quantity, reading
from spectral_film.pages.page import Section, page, section

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def to_html(model: FilmModel, charted: ChartFit | None = None) -> str:
    """The report of a fit as a page that opens offline."""
    sheet = model.sheet
    compared = comparisons(model)
    missed = [c.quantity for c in compared if not c.met().all()]
    lead = [
        paragraph(f"{sheet.name} ({sheet.kind})."),
        paragraph(
            verdict(False, f"Outside tolerance: {', '.join(missed)}.")
            if missed
            else verdict(True, "Every quantity is within its tolerance.")
        ),
        note(f"Fitted to: {sheet.source}."),
        note("Lines are the film's, circles the sheet's. Below each chart: fit minus data."),
    ]
    body = [_quantity(c) for c in compared]
    if charted:
        body.append(_chart(charted))
    body += [_fitted(name, solution) for name, solution in model.solutions.items()]
    body.append(_open(model))
    body.append(_assumed(model))
    body.append(_readings(model))
    return page(f"Fit of {sheet.id}", lead, body, "Made by spectral-film fit.")


def _titled(name: str) -> str:
    """What a quantity or a table is called among people."""
    return "MTF" if name == "mtf" else name.replace("_", " ")


def _quantity(c: Comparison) -> Section:
    title = _titled(c.quantity)
    title = title[0].upper() + title[1:]
    rows = [
        (
            record,
            reading(rms, c.tolerance.rms) if c.tolerance else number(rms, digits=2),
            reading(largest, c.tolerance.largest) if c.tolerance else number(largest, digits=2),
            number(chi2, places=2) if np.isfinite(chi2) else "",
            f"{c.tolerance.rms:g} / {c.tolerance.largest:g}" if c.tolerance else "none set",
            verdict(bool(met), "within" if met else "outside") if c.tolerance else "",
        )
        for record, rms, largest, chi2, met in zip(
            c.records, c.rms(), c.largest(), c.chi2(), c.met(), strict=True
        )
    ]
    header = ("record", "rms", "largest", "chi² a reading", "tolerance", "")
    tables: list[Markup] = [table(header, rows)]
    if c.tolerance:
        tables.append(paragraph(f"The tolerance: {c.tolerance.reason}."))
    if c.tolerance and c.known:
        tables.append(
            paragraph(
                f"A sheet may be known less well: then chi² a reading of {CHI2_A_READING:g} at "
                "most will do, by the uncertainty that stands in its table."
            )
        )
    if len(c.x) == 1:
        return section(title, *tables)
    said = f"{title} by {c.axis}: {', '.join(c.records)}, over the sheet's values"
    return section(title, figure(svg(lambda f: draw(f, c), said, height_in=4.4)), beside=tables)


def draw(drawing: "Figure", c: Comparison) -> None:
    """Data as circles, the fit as a line, and their difference below in its tolerance."""
    band = c.tolerance.largest if c.tolerance else None
    above, below = compared(drawing, band, c.axis, "fit - data")
    for record, data, fitted in zip(c.records, c.data, c.reading, strict=True):
        colour, printed = RECORDS.get(record, INK), np.isfinite(data)
        circles(above, c.x, data, colour)
        above.plot(c.x, fitted, color=colour, label=record)
        difference = fitted[printed] - data[printed]
        below.plot(c.x[printed], difference, color=colour, linewidth=0.9, label=record)
    above.legend()
    above.set_ylabel(_titled(c.quantity))
    if c.quantity == "mtf":
        logarithmic(above, c.x)


def _chart(charted: ChartFit) -> Section:
    rows = zip(charted.patches, charted.before, charted.after, strict=True)
    return section(
        "Colour chart",
        paragraph(
            f"CIEDE2000 of the patches on the screen: mean {charted.before.mean():.2f} as the "
            f"sheet has the film, {charted.after.mean():.2f} as the chart moved it. Every move is "
            "paid for in standard deviations of what the sheet leaves open."
        ),
        table(
            ("patch", "before", "after"),
            [
                (name, number(before, places=2), number(after, places=2))
                for name, before, after in rows
            ],
        ),
    )


def _fitted(name: str, solution: Solution) -> Section:
    said = (
        f"{solution.steps} steps of Levenberg and Marquardt; chi2 {solution.chi2:.1f} for "
        f"{solution.freedom:.1f} degrees of freedom; the steepest slope left is "
        f"{number(solution.gradient, digits=2)}. Standard deviations are Laplace's, with data and "
        "priors as uncertain as stated; the last column is the share of the variance that the "
        "prior holds."
    )
    header = ("parameter", "value", "sd", "unit", "bounds", "held by prior")
    priors = [note(f"{key}: prior {p.prior}.") for key, p in solution.parameters.items()]
    numbers = table(header, _numbers(solution))
    return section(f"Fitted to {_titled(name)}", paragraph(said), numbers, beside=priors)


def _numbers(solution: Solution) -> Iterator[tuple[object, ...]]:
    for n in solution.numbers():
        p = n.parameter
        bounds = _bounds(p.lowest, p.highest)
        share = quantity(100 * n.held, "%", places=0)
        held = verdict(False, f"{share}, held") if n.held >= HELD else share
        yield n.name, number(n.value, digits=5), number(n.sd, digits=2), p.unit, bounds, held


def _bounds(lowest: float, highest: float) -> str:
    if np.isinf(lowest):
        return "none"
    return f"above {lowest:g}" if np.isinf(highest) else f"{lowest:g} to {highest:g}"


def _open(model: FilmModel) -> Section:
    found = undetermined(model)
    if not found:
        return section(
            "Not determined by the data",
            paragraph(f"The sheet leaves no number to its prior by more than {HELD:.0%}."),
        )
    return section(
        "Not determined by the data",
        table(
            ("number", "value", "sd", "unit", "the prior that holds it"),
            [
                (
                    u.name,
                    number(u.value),
                    number(u.sd, digits=2),
                    u.parameter.unit,
                    u.parameter.prior,
                )
                for u in found
            ],
        ),
    )


def _assumed(model: FilmModel) -> Section:
    rows = [(name, str(value)) for name, value in sorted(model.sheet.assumed.items())]
    if model.grain:
        said = "; ".join(" ".join(f"{r:g}" for r in layer) for layer in model.grain.radius_um)
        rows.append(("radius of dye clouds by sublayer, um: cyan; magenta; yellow", said))
    return section(
        "Assumed",
        paragraph("What no sheet prints; an [assumed] section in sheet.toml overrules any entry."),
        table(("what", "value"), rows),
    )


def _readings(model: FilmModel) -> Section:
    rows = [
        (f"{name}.csv", *(t.notes.get(key, "") for key in ("source", "read", "uncertainty")))
        for name, t in model.sheet.tables.items()
    ]
    return section("Who read the sheet", table(("table", "source", "read", "uncertainty"), rows))
