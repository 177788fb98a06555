"""The files of a report: the page, its record, a table for each figure, and the picture's map."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spectral_film.errors import OutputError
from spectral_film.metamerism.findings import findings
from spectral_film.metamerism.image import FromRgb
from spectral_film.metamerism.record import record_of, to_json
from spectral_film.metamerism.report.page import chapters, to_html
from spectral_film.metamerism.study import Study
from spectral_film.pages.writing import appearing, check_place, write_together
from spectral_film.unfinished import place_of

MAP_CHANNELS = ("dE", "stops.R", "stops.G", "stops.B")
MAP = "image.exr"
# The tables that chapters make, by name; those of a picture where there is one.
TABLES = (
    "observers", "sensitivities", "vora", "vora-in-lights", "luther", "fundamentals",
    "irreducible", "removable", "floor-histogram", "worst", "pairs-found", "pairs-constructed",
    "mismatch", "mismatch-exposure", "mismatch-ab", "mismatch-map", "lights", "channels-in-lights",
    "lights-by-observers", "chart-vectors", "change-of-light", "observer-spread",
    "picture", "picture-stops", "picture-percentiles", "picture-regions",
)  # fmt: skip


def check_report(page: Path, inputs: Sequence[Path] = (), *, overwrite: bool) -> None:
    """Refuse, before any work is done, a report that could not be written after it.

    Args:
        page: The page, an .html.
        inputs: Files that are read for it, which it must not replace.
        overwrite: Replace files that are there.

    Raises:
        OutputError: the page has no place; one of its files is there and `overwrite` is not set;
            or one is an input.
    """
    check_place(page, suffixes=(".html",), overwrite=overwrite)
    check_place(page.with_suffix(".json"), suffixes=(".json",), overwrite=overwrite)
    read = {place_of(path) for path in inputs}
    for path in (page, page.with_suffix(".json"), *_beside(page)):
        if place_of(path) in read:
            raise OutputError(
                f"{path}: is read for the report, which has a file of that name; give the report "
                "another name"
            )
        if path.exists() and not overwrite:
            raise OutputError(f"{path}: exists; give the report another name, or --overwrite")


def write_report(study: Study, page: Path, *, overwrite: bool = False) -> dict[str, Any]:
    """Write a report: PAGE.html, PAGE.json, PAGE-FIGURE.csv and PAGE-image.exr in one folder.

    Tables of a picture that an earlier report of that name had and this has not go away.

    Args:
        study: What was found.
        page: The page, an .html.
        overwrite: Replace files that are there.

    Returns:
        The record, which the .json holds.

    Raises:
        OutputError: as `check_report`, or the place cannot be written.
    """
    check_report(page, overwrite=overwrite)
    stale, stem, sentences = _beside(page), page.stem, findings(study)
    parts = chapters(study)
    texts = {
        page.with_name(exhibit.file(stem)): exhibit.as_csv()
        for part in parts
        for exhibit in part.exhibits
    }
    image_map = None if study.image is None else page.with_name(f"{stem}-{MAP}")
    record = record_of(study, sentences, image_map.name if image_map else None)
    texts[page.with_suffix(".json")] = to_json(record)
    texts[page] = to_html(study, sentences, parts, stem)
    if study.image is not None and image_map is not None:
        write_map(image_map, study.image.by_prior[0])
    write_together(texts)
    stale = [table for table in stale if table not in texts and table != image_map]
    for table in stale:
        table.unlink(missing_ok=True)
    return record


def write_map(path: Path, found: FromRgb) -> None:
    """The differences of a picture, pixel by pixel, as float channels `MAP_CHANNELS` of an EXR.

    Raises:
        OutputError: the place cannot be written.
    """
    import OpenImageIO

    planes = np.concatenate([found.difference[None], found.stops]).astype(np.float32)
    height, width = found.difference.shape
    spec = OpenImageIO.ImageSpec(width, height, len(planes), "float")
    spec.channelnames = MAP_CHANNELS
    spec["compression"] = "zip"
    buffer = OpenImageIO.ImageBuf(spec)
    buffer.set_pixels(OpenImageIO.ROI(), np.ascontiguousarray(np.moveaxis(planes, 0, -1)))
    with appearing(path) as partial:
        if not buffer.write(str(partial)):
            raise OutputError(f"{path}: cannot be written ({buffer.geterror()})")


def _beside(page: Path) -> list[Path]:
    """What may lie beside a page, apart from its record."""
    files = (*(f"{name}.csv" for name in TABLES), MAP)
    return [page.with_name(f"{page.stem}-{file}") for file in files]
