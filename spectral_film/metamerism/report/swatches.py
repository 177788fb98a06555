"""Small drawings that stand in tables: colours beside each other, and spectra."""

from collections.abc import Sequence

import numpy as np

from spectral_film.pages.markup import Markup, escaped
from spectral_film.pages.palette import LIGHT

SIDE, HIGH = 34, 34  # px of one colour
WIDE = 104  # px of a spectrum


def swatches(named: dict[str, np.ndarray], label: str) -> Markup:
    """Colours edge to edge, where the eye tells them apart best.

    Args:
        named: CIELAB of each by what it is, (3,).
        label: What they show, for who does not see them.
    """
    squares = "".join(
        f'<rect x="{SIDE * at}" width="{SIDE}" height="{HIGH}" fill="{hex_of(lab)}">'
        f"<title>{escaped(name)}</title></rect>"
        for at, (name, lab) in enumerate(named.items())
    )
    width = SIDE * len(named)
    return Markup(
        f'<svg class="small" role="img" aria-label="{escaped(label)}" width="{width}" '
        f'height="{HIGH}" viewBox="0 0 {width} {HIGH}">{squares}</svg>'
    )


def spectra(reflectances: Sequence[np.ndarray], label: str) -> Markup:
    """One or two reflectances from 0 to 1 along the grid; the second is dashed."""
    top = max(1.0, max(float(np.max(one)) for one in reflectances))
    across = np.linspace(0, WIDE, len(reflectances[0]))
    lines = "".join(
        f'<polyline fill="none" stroke="var(--ink, {LIGHT["ink"]})" stroke-width="1.1"'
        + (' stroke-dasharray="3 2"' if at else "")
        + ' points="'
        + " ".join(
            f"{x:.1f},{HIGH - 1 - (HIGH - 2) * y / top:.1f}"
            for x, y in zip(across, one, strict=True)
        )
        + '"/>'
        for at, one in enumerate(reflectances)
    )
    rule = f'<path d="M0 {HIGH - 0.5}H{WIDE}" stroke="var(--rule, {LIGHT["rule"]})"/>'
    return Markup(
        f'<svg class="small" role="img" aria-label="{escaped(label)}" width="{WIDE}" '
        f'height="{HIGH}" viewBox="0 0 {WIDE} {HIGH}">{rule}{lines}</svg>'
    )


def codes_of(lab: np.ndarray) -> np.ndarray:
    """Codes 0..1 in sRGB of CIELAB, (..., 3) both, beside the screen's white; cut off outside."""
    import colour  # two seconds, as in `observers`

    white = colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D65"]
    rgb = colour.XYZ_to_sRGB(colour.Lab_to_XYZ(lab, white), white)
    return np.asarray(np.clip(rgb, 0, 1))


def hex_of(lab: np.ndarray) -> str:
    """The colour as a page has it, #rrggbb."""
    return "#" + "".join(f"{round(255 * float(code)):02x}" for code in codes_of(lab))
