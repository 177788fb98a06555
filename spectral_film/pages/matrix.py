"""A table whose cells are shaded by what stands in them."""

from collections.abc import Sequence

import numpy as np

from spectral_film.pages.markup import Markup, escaped
from spectral_film.pages.numbers import number

DARKEST = 45  # percent of the shade: letters still stand against it by 4.5 to 1


def matrix(
    corner: str,
    columns: Sequence[str],
    rows: Sequence[str],
    values: np.ndarray,
    places: int,
    most: float | None = None,
) -> Markup:
    """Numbers by row and column; a cell is the darker the farther from 0 it is.

    One hue by its lightness, so that whoever sees no colours reads it too.

    Args:
        corner: What the rows are.
        columns, rows: Names.
        values: (row, column); not finite: an empty cell.
        places: After the point.
        most: What is shaded most; None: the largest of the values, without its sign.
    """
    top = most or float(np.nanmax(np.abs(np.where(np.isfinite(values), values, 0)))) or 1.0
    head = "".join(f'<th class="number" scope="col">{escaped(name)}</th>' for name in columns)
    lines = "\n".join(
        f'<tr><th scope="row">{escaped(name)}</th>'
        + "".join(_cell(value, places, top) for value in line)
        + "</tr>"
        for name, line in zip(rows, values, strict=True)
    )
    return Markup(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escaped(corner)}">'
        f'<table class="matrix"><thead><tr><th>{escaped(corner)}</th>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _cell(value: float, places: int, top: float) -> str:
    if not np.isfinite(value):
        return "<td></td>"
    shade = round(DARKEST * min(abs(float(value)) / top, 1))
    return (
        f'<td class="number" style="background: color-mix(in srgb, var(--blue) {shade}%, '
        f'var(--paper))">{number(float(value), places=places)}</td>'
    )
