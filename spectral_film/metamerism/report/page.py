"""The report: findings in words, then everything they rest on, and a glossary."""

from collections.abc import Sequence

from spectral_film.metamerism.report import (
    camera_maps,
    changes,
    glossary,
    lights,
    mismatch,
    observers,
    pairs,
    picture,
)
from spectral_film.metamerism.report.exhibit import Chapter
from spectral_film.metamerism.study import Study
from spectral_film.pages.markup import Markup, facts, listing, note
from spectral_film.pages.page import page
from spectral_film.version import made_by


def chapters(study: Study) -> list[Chapter]:
    """The report's chapters, in the order they are read."""
    parts = [
        observers.chapter(study),
        camera_maps.chapter(study),
        pairs.chapter(study),
        mismatch.chapter(study),
        lights.chapter(study),
        changes.chapter(study),
        picture.chapter(study),
        glossary.chapter(),
    ]
    return [part for part in parts if part is not None]


def to_html(study: Study, findings: Sequence[str], parts: Sequence[Chapter], stem: str) -> str:
    """The report as a page that opens offline; its tables lie beside it.

    Args:
        study: What was found.
        findings: The same in sentences.
        parts: The chapters of the study.
        stem: What the files beside it are called after.
    """
    seen_by = ", ".join(one.name for one in study.cameras)
    lead = [
        listing(findings),
        note(
            f"{' on '.join(stock.name for stock in study.stocks)}, beside {seen_by} and the eye of "
            "the CIE. Terms are explained at the end. Tables of all numbers lie beside this page."
        ),
    ]
    return page(
        f"What {study.film.id} sees",
        lead,
        [chapter.section(stem) for chapter in parts],
        _footer(study),
    )


def _footer(study: Study) -> Markup:
    films = {film.id: f"sha256 {film.sha256}" for film in study.stocks}
    return facts({"made by": made_by(), "device": study.device} | films)
