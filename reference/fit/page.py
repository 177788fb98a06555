"""The fit as a page: data, fit and residual of each quantity, and how sure each number is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from reference.fit.chart_fit import ChartFit
from reference.fit.model import FilmModel
from reference.fit.report import Comparison, comparisons, undetermined
from reference.fit.solve import HELD, Solution
from spectral_film.pages.drawing import INK, PALE, PUBLISHED, RECORDS, svg
from spectral_film.pages.page import Markup, figure, page, paragraph, section, table, verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def to_html(model: FilmModel, charted: ChartFit | None = None) -> str:
    """The report of a fit as a page that opens offline."""
    sheet = model.sheet
    compared = comparisons(model)
    missed = [c.quantity for c in compared if not c.met().all()]
    lead = [
        paragraph(f"{sheet.name} ({sheet.kind}), fitted to: {sheet.source}."),
        paragraph(
            verdict(False, f"Outside tolerance: {', '.join(missed)}.")
            if missed
            else verdict(True, "Every quantity is within its tolerance.")
        ),
    ]
    body = [_quantity(c) for c in compared]
    if charted:
        body.append(_chart(charted))
    body += [_fitted(name, solution) for name, solution in model.solutions.items()]
    body.append(_open(model))
    body.append(_assumed(model))
    body.append(_readings(model))
    return page(f"Fit of {sheet.id}", lead, body, "Made by spectral-film fit.")


def _quantity(c: Comparison) -> Markup:
    parts = [
        table(
            ("record", "rms", "largest", "tolerance", ""),
            [
                (
                    record,
                    f"{rms:.4f}",
                    f"{largest:.4f}",
                    f"{c.tolerance.rms:g} / {c.tolerance.largest:g}" if c.tolerance else "none set",
                    verdict(bool(met), "within" if met else "outside"),
                )
                for record, rms, largest, met in zip(
                    c.records, c.rms(), c.largest(), c.met(), strict=True
                )
            ],
        )
    ]
    if len(c.x) > 1:
        parts.insert(0, figure(svg(lambda f: draw(f, c), height_in=4.4)))
    if c.tolerance:
        parts.append(paragraph(f"The tolerance: {c.tolerance.reason}."))
    return section(c.quantity[0].upper() + c.quantity[1:], *parts)


def draw(drawing: "Figure", c: Comparison) -> None:
    """Data as circles, the fit as a line, and their difference below in its tolerance."""
    above, below = drawing.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    if c.tolerance:
        below.axhspan(
            -c.tolerance.largest, c.tolerance.largest, color=PALE, alpha=0.12, linewidth=0
        )
    below.axhline(0, color=PALE, linewidth=0.6)
    for record, data, reading in zip(c.records, c.data, c.reading, strict=True):
        colour, printed = RECORDS.get(record, INK), np.isfinite(data)
        x, published = c.x[printed], data[printed]
        every = slice(None, None, max(1, len(x) // 40))
        above.plot(x[every], published[every], **PUBLISHED, color=colour, alpha=0.7)
        above.plot(c.x, reading, color=colour, label=record)
        below.plot(x, reading[printed] - published, color=colour, linewidth=0.9)
    above.legend()
    above.set_ylabel(c.quantity)
    below.set(xlabel=c.axis, ylabel="fit - data")
    if c.quantity == "mtf":
        above.set_xscale("log")
        ticks = [t for t in (2, 5, 10, 20, 50, 100) if c.x.min() <= t <= c.x.max()]
        above.set_xticks(ticks, [str(t) for t in ticks])
        above.minorticks_off()


def _chart(charted: ChartFit) -> Markup:
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
            [(name, f"{before:.2f}", f"{after:.2f}") for name, before, after in rows],
        ),
    )


def _fitted(name: str, solution: Solution) -> Markup:
    said = (
        f"{solution.steps} steps of Levenberg and Marquardt; chi2 {solution.chi2:.1f} for "
        f"{solution.freedom:.1f} degrees of freedom; the steepest slope left is "
        f"{solution.gradient:.1e}. Standard deviations are Laplace's, with data and priors as "
        "uncertain as stated; the last column is the share of the variance that the prior holds."
    )
    parts = [
        table(
            ("parameter", "value", "sd", "unit", "bounds", "held by prior"),
            _numbers(solution),
        ),
        *(paragraph(f"{key}: prior {p.prior}.") for key, p in solution.parameters.items()),
    ]
    return section(f"Fitted to {name}", paragraph(said), *parts)


def _numbers(solution: Solution) -> Iterator[tuple[object, ...]]:
    for n in solution.numbers():
        p = n.parameter
        bounds = "none" if np.isinf(p.lowest) else f"{p.lowest:g} to {p.highest:g}"
        held = verdict(n.held < HELD, f"{n.held:.0%}")
        yield n.name, f"{n.value:.5g}", f"{n.sd:.2g}", p.unit, bounds, held


def _open(model: FilmModel) -> Markup:
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
                (u.name, f"{u.value:.4g}", f"{u.sd:.2g}", u.parameter.unit, u.parameter.prior)
                for u in found
            ],
        ),
    )


def _assumed(model: FilmModel) -> Markup:
    rows = [(name, str(value)) for name, value in sorted(model.sheet.assumed.items())]
    return section(
        "Assumed",
        paragraph("What no sheet prints; an [assumed] section in sheet.toml overrules any entry."),
        table(("what", "value"), rows),
    )


def _readings(model: FilmModel) -> Markup:
    rows = [
        (f"{name}.csv", *(t.notes.get(key, "") for key in ("source", "read", "uncertainty")))
        for name, t in model.sheet.tables.items()
    ]
    return section("Who read the sheet", table(("table", "source", "read", "uncertainty"), rows))
