"""What the charts of a sheet hold, so that an instrument can be laid over them."""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from spectral_film.errors import printable

# The axis and its bounds, as sheets are read with, and the columns beside it: those of colour, or
# others that may stand in their place. Charts of other names, and other columns, are shown and not
# compared.
CHARTS: Mapping[str, tuple[str, tuple[float, float], tuple[tuple[str, ...], ...]]] = {
    "characteristic_curves": ("log_exposure", (-10, 10), (("D_R", "D_G", "D_B"), ("D_V",))),
    "spectral_sensitivity": (
        "wavelength_nm", (200, 1200), (("logS_R", "logS_G", "logS_B"), ("logS_V",)),
    ),
    "spectral_dye_density": (
        "wavelength_nm", (200, 1200),
        (("cyan", "magenta", "yellow"), ("min_density", "midscale_neutral")),
    ),
    "mtf": (
        "cycles_per_mm", (0.01, 1000), (("R_pct", "G_pct", "B_pct"), ("visual_pct",), ("V_pct",)),
    ),
    "rms_granularity": (
        "log_rel_exposure", (-10, 10),
        (("D_R", "D_G", "D_B", "sigma_R", "sigma_G", "sigma_B"), ("D_V", "sigma_V")),
    ),
}  # fmt: skip
FEWEST = 3  # values of a curve that are printed
LARGEST = 1e4  # of whatever a column holds


def form_of(chart: str, columns: Collection[str]) -> tuple[str, ...]:
    """What a chart with these columns should have beside its axis: of its forms, the one begun."""
    forms = CHARTS[chart][2]
    return next((form for form in forms if set(form) & set(columns)), forms[0])


def complaints(published: Mapping[str, Mapping[str, np.ndarray]]) -> Iterator[str]:
    """What is wrong with the charts of a sheet, a sentence each.

    Args:
        published: Chart -> column -> values, NaN where nothing is printed.
    """
    for chart, columns in published.items():
        where = f"published/{printable(chart)}"
        if len({len(values) for values in columns.values()}) > 1:
            yield f"the columns of {where} differ in length"
            continue
        for name, values in columns.items():
            if (np.abs(values) > LARGEST).any():
                yield f"{where}/{printable(name)} holds values beyond {LARGEST:g}"
        if chart not in CHARTS or (*columns,) == ("log_exposure",):  # so far the sheet goes
            continue
        axis, (lowest, highest), _ = CHARTS[chart]
        for name in (axis, *form_of(chart, columns)):
            if name not in columns:
                yield f"{where} has no column {name}"
            elif np.isfinite(columns[name]).sum() < FEWEST:
                yield f"{where}/{name} has fewer than {FEWEST} values"
        x = columns.get(axis, np.zeros(0))
        if not ((x >= lowest) & (x <= highest)).all() or not (np.diff(x) > 0).all():
            yield f"{where}/{axis} does not rise from row to row within {lowest:g} to {highest:g}"
