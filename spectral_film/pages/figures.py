"""Figures: drawings whose curves can be read, pictures, and pictures to slide over each other."""

import base64
import html
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectral_film.errors import OutputError
from spectral_film.pages.drawing import Drawing
from spectral_film.pages.markup import Markup, escaped
from spectral_film.pages.palette import as_variables
from spectral_film.pages.panels import Panel

JPEG_QUALITY = 92


def figure(drawing: Drawing, caption: object = "") -> Markup:
    """A drawing with what is to be said of it; its curves are read under the cursor."""
    if not drawing.panels:
        return alone(drawing.element, caption)
    geometry = html.escape(json.dumps([panel.geometry() for panel in drawing.panels]))
    element = drawing.element.replace("<svg ", f'<svg tabindex="0" data-panels="{geometry}" ', 1)
    readings = "".join(map(_reading, _columns(drawing.panels)))
    return Markup(
        f'<figure class="curves">{element}'
        f'<div class="under">{_caption(caption)}{readings}</div></figure>'
    )


def alone(element: str, caption: object = "") -> Markup:
    """Any `<svg>` with what is to be said of it."""
    return Markup(f"<figure>{element}{_caption(caption)}</figure>")


def _caption(text: object) -> str:
    return f"<figcaption>{escaped(text)}</figcaption>" if text else ""


def _columns(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Panels that stand above each other are read together."""
    columns: dict[tuple[float, float], list[Panel]] = {}
    for panel in panels:
        columns.setdefault((panel.box[0], panel.box[2]), []).append(panel)
    return list(columns.values())


def _reading(column: Sequence[Panel]) -> str:
    """Where the script writes what stands under the cursor."""
    rows = [f'<p><span>{escaped(column[0].along)} <data class="along"></data></span></p>']
    for panel in column:
        values = "".join(
            f'<span><i style="color: {as_variables(line.colour)}">\u25ac</i> {escaped(line.name)} '
            f'<data data-curve="{line.id}"></data></span>'
            for line in panel.lines
        )
        rows.append(f"<p><b>{escaped(panel.what)}</b> {values}</p>")
    return f'<div class="reading" aria-live="polite">{"".join(rows)}</div>'


@dataclass(frozen=True)
class Picture:
    """A picture for a page.

    Attributes:
        data: The file, as what an `<img>` shows.
        width, height: How large it is drawn.
        alt: What it shows: stands under it, and for it where it is not seen.
        enlarged: Whether its pixels are to be seen.
    """

    data: str
    width: int
    height: int
    alt: str
    enlarged: bool

    def element(self) -> str:
        """The `<img>`, which carries its own data."""
        pixels = ' class="pixels"' if self.enlarged else ""
        return (
            f'<img{pixels} width="{self.width}" height="{self.height}" '
            f'alt="{escaped(self.alt)}" src="{self.data}">'
        )


def picture(codes: np.ndarray, alt: str, *, exact: bool = True, times: int = 1) -> Picture:
    """A picture of display codes.

    Args:
        codes: 0..1, (y, x, 3).
        alt: As in `Picture`.
        exact: To the code, as a PNG; else as a JPEG, which is a fifth of it.
        times: How large a pixel is drawn.
    """
    import OpenImageIO

    height, width = codes.shape[:2]
    kind = "png" if exact else "jpeg"
    spec = OpenImageIO.ImageSpec(width, height, 3, "uint8")
    spec["compression"] = "png" if exact else f"jpeg:{JPEG_QUALITY}"
    spec["jpeg:subsampling"] = "4:4:4"
    buffer = OpenImageIO.ImageBuf(spec)
    pixels = np.ascontiguousarray(np.rint(255 * np.clip(codes, 0, 1)), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"picture.{kind}"
        if not (buffer.set_pixels(OpenImageIO.ROI(), pixels) and buffer.write(str(path))):
            raise OutputError(f"{path}: cannot be written ({buffer.geterror()}); is the disk full?")
        data = base64.b64encode(path.read_bytes()).decode()
    return Picture(
        f"data:image/{kind};base64,{data}", times * width, times * height, alt, times > 1
    )


def shown(one: Picture, caption: object = "", *, to_scale: bool = False) -> Markup:
    """A picture alone, over its caption, else over what it shows.

    Args:
        one: The picture.
        caption: What is to be said of it.
        to_scale: Not drawn larger than it says, however much room there is.
    """
    kind = "picture to-scale" if to_scale else "picture"
    return Markup(f'<figure class="{kind}">{one.element()}{_caption(caption or one.alt)}</figure>')


def pair(left: Picture, right: Picture, caption: object = "") -> Markup:
    """Two pictures of one size: the right lies over the left, and is drawn aside.

    Without a script, and on paper, they stand beside each other.
    """
    label = f"What is seen of: {left.alt} (to the left), {right.alt} (to the right)"
    return Markup(
        '<figure class="picture pair"><div class="over">'
        f"{left.element()}{right.element()}"
        f'<input type="range" min="0" max="100" value="50" aria-label="{escaped(label)}">'
        "<span></span></div>"
        f'<figcaption><span class="sides"><b>{escaped(left.alt)}</b>'
        f"<b>{escaped(right.alt)}</b></span>{escaped(caption)}</figcaption></figure>"
    )
