"""Pictures and maps of a picture, with what is boxed in them and a scale of their colours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.metamerism.image import Region
from spectral_film.pages.figures import picture
from spectral_film.pages.markup import Markup, escaped
from spectral_film.pages.numbers import number
from spectral_film.pages.palette import LIGHT

WIDE = 736  # px of a drawing, as wide as a page has it
MOST = 1200  # pixels of a picture's width that a page carries
HEAD, GAP, BAR, STEPS, FOOT = 18, 14, 10, 128, 34
INK = f'fill="var(--ink, {LIGHT["ink"]})"'


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Colours of numbers: a map of matplotlib's from `low` to `high`, and what they count."""

    colours: str
    low: float
    high: float
    counts: str

    def codes(self, values: np.ndarray) -> np.ndarray:
        """Codes of a display, (..., 3); what is beyond an end is as the end."""
        from matplotlib import colormaps

        place = (values - self.low) / (self.high - self.low)
        return np.asarray(colormaps[self.colours](np.clip(place, 0, 1))[..., :3])


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """A picture: codes of a display, (y, x, 3), as many pixels as are shown, and its title."""

    codes: np.ndarray
    title: str


def averaged(plane: np.ndarray, block: int) -> np.ndarray:
    """Means of square blocks; those at the far edges may be narrower.

    Args:
        plane: (..., y, x).
        block: Pixels of a block's side.
    """
    for axis in (-2, -1):
        length = plane.shape[axis]
        starts = np.arange(0, length, block)
        count = np.diff([*starts, length])
        sums = np.add.reduceat(plane.astype(float), starts, axis=axis)
        plane = sums / (count[:, None] if axis == -2 else count)
    return plane


def shown_block(width: int, columns: int = 1) -> int:
    """How many pixels of a picture so wide, of so many abreast, a pixel of the page stands for."""
    return -(-width * columns // MOST)


def rasters(
    panels: Sequence[Panel],
    label: str,
    *,
    size: tuple[int, int],
    regions: Sequence[Region] = (),
    scale: Scale | None = None,
    columns: int = 1,
) -> Markup:
    """Panels beside and below each other, with the same boxes, over the scale of their colours.

    Args:
        panels: Of one size.
        label: What they show, for who does not see them.
        size: Width and height of the picture that `regions` count in.
        regions: Are boxed and numbered from 1.
        scale: Of the maps among the panels.
        columns: Beside each other.
    """
    width = (WIDE - GAP * (columns - 1)) / columns
    height = width * size[1] / size[0]
    rows = -(-len(panels) // columns)
    inside = "".join(
        _panel(panel, (at % columns) * (width + GAP), (at // columns) * (height + HEAD + GAP),
               (width, height), size, regions)
        for at, panel in enumerate(panels)
    )  # fmt: skip
    total = rows * (height + HEAD + GAP) - GAP
    if scale:
        inside += _bar(scale, total + GAP)
        total += GAP + BAR + FOOT
    return Markup(
        f'<svg role="img" aria-label="{escaped(label)}" viewBox="0 0 {WIDE} {total:.1f}">'
        f"{inside}</svg>"
    )


def _panel(
    panel: Panel,
    x: float,
    y: float,
    shown: tuple[float, float],
    size: tuple[int, int],
    regions: Sequence[Region],
) -> str:
    times = shown[0] / size[0]
    data = picture(panel.codes, panel.title, exact=False).data
    boxes = "".join(_box(region, number, times) for number, region in enumerate(regions, start=1))
    return (
        f'<g transform="translate({x:.1f} {y:.1f})">'
        f'<text y="{HEAD - 6}" font-size="11" font-weight="bold" {INK}>'
        f"{escaped(panel.title)}</text>"
        f'<g transform="translate(0 {HEAD})"><image width="{shown[0]:.1f}" '
        f'height="{shown[1]:.1f}" preserveAspectRatio="none" href="{data}"/>{boxes}</g></g>'
    )


def _box(region: Region, number: int, times: float) -> str:
    """White with a black edge, which shows on any colour."""
    x, y, width, height = (
        times * pixels for pixels in (region.x, region.y, region.width, region.height)
    )
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="none"'
    beside = f'x="{x:.1f}" y="{y - 4:.1f}"' if y > 16 else f'x="{x:.1f}" y="{y + height + 13:.1f}"'
    return (
        f'<rect {place} stroke="#000" stroke-width="3"/>'
        f'<rect {place} stroke="#fff" stroke-width="1.4"/>'
        f'<text {beside} font-size="12" font-weight="bold" fill="#fff" stroke="#000" '
        f'stroke-width="2.6" paint-order="stroke">{number}</text>'
    )


def _bar(scale: Scale, y: float) -> str:
    step = WIDE / STEPS
    values = scale.low + (scale.high - scale.low) * (np.arange(STEPS) + 0.5) / STEPS
    cells = "".join(
        f'<rect x="{step * at:.2f}" width="{step + 0.5:.2f}" height="{BAR}" '
        f'fill="#{"".join(f"{round(255 * code):02x}" for code in codes)}"/>'
        for at, codes in enumerate(scale.codes(values))
    )
    ticks = "".join(
        f'<text x="{WIDE * at / 4:.1f}" y="{BAR + 13}" font-size="10" '
        f'text-anchor="{("start", "middle", "middle", "middle", "end")[at]}" {INK}>'
        f"{number(float(value), digits=3, signed=scale.low < 0)}</text>"
        for at, value in enumerate(np.linspace(scale.low, scale.high, 5))
    )
    return (
        f'<g transform="translate(0 {y:.1f})">{cells}{ticks}<text x="{WIDE / 2}" y="{BAR + 27}" '
        f'font-size="10" text-anchor="middle" {INK}>{escaped(scale.counts)}</text></g>'
    )
