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
    most: float | np.ndarray | None = None,
    groups: Sequence[str] = (),
) -> Markup:
    """Numbers by row and column; a cell is the darker the farther from 0 it is.

    One hue by its lightness, so that whoever sees no colours reads it too.

    Args:
        corner: What the rows are.
        columns, rows: Names; of columns, those below each group.
        values: (row, column); not finite: an empty cell.
        places: After the point.
        most: What is shaded most, in all cells or by column; None: the largest of the values,
            without its sign.
        groups: Heads above `columns`, each over all of them in turn.
    """
    if most is None:
        most = np.max(largest(values), initial=0)
    top = np.broadcast_to(np.where(np.asarray(most) > 0, most, 1.0), values.shape)
    named = "".join(f'<th class="number" scope="col">{escaped(name)}</th>' for name in columns)
    span = f' colspan="{len(columns)}" scope="colgroup"'
    above = "".join(f"<th{span}>{escaped(name)}</th>" for name in groups)
    head = f"{above}</tr><tr>{named * len(groups)}" if groups else named
    stands = ' rowspan="2"' if groups else ""
    lines = "\n".join(
        f'<tr><th scope="row">{escaped(name)}</th>'
        + "".join(_cell(*cell, places) for cell in zip(line, tops, strict=True))
        + "</tr>"
        for name, line, tops in zip(rows, values, top, strict=True)
    )
    return Markup(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escaped(corner)}">'
        f'<table class="matrix"><thead><tr><th{stands}>{escaped(corner)}</th>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def largest(values: np.ndarray) -> np.ndarray:
    """Of each column, without its sign and what is not finite: a shade for each."""
    return np.abs(np.where(np.isfinite(values), values, 0)).max(axis=0, initial=0)


def _cell(value: float, top: float, places: int) -> str:
    if not np.isfinite(value):
        return "<td></td>"
    shade = round(DARKEST * min(abs(float(value)) / top, 1))
    return (
        f'<td class="number" style="background: color-mix(in srgb, var(--blue) {shade}%, '
        f'transparent)">{number(float(value), places=places)}</td>'
    )
