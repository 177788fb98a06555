"""Metamer pairs: surfaces that are one to somebody and two to somebody else."""

from collections.abc import Callable, Sequence

import numpy as np

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.change_of_light import STANDARD_EYE
from spectral_film.metamerism.pair_book import ONE, SAME, Pair
from spectral_film.metamerism.pairs import STEEPEST
from spectral_film.metamerism.report.exhibit import Chapter, Exhibit
from spectral_film.metamerism.report.swatches import spectra, swatches
from spectral_film.metamerism.study import LARGEST, Study
from spectral_film.pages.markup import Markup, escaped, paragraph
from spectral_film.pages.numbers import number

BOTH = ("first", "second")
LOOKS = (
    "Under each name stand both surfaces edge to edge as that observer has them, the first to the "
    "left, and their CIEDE2000: the eye's own colours, those of a camera's best matrix, film's "
    "print, or its slide."
)


def chapter(study: Study) -> Chapter:
    """The pairs of a study, found and constructed."""
    found, constructed = (
        [pair for pair in study.pairs if pair.how == how] for how in ("found", "constructed")
    )
    return Chapter(
        "Metamer pairs",
        [
            paragraph(
                "Two surfaces can be one colour to a camera and two to film, and the other way "
                "round. What is one to the camera no grade of its picture takes apart; what is one "
                "to film, film never showed apart. Each pair here is compared in "
                f"{study.reference.name}."
            ),
            paragraph(
                "Found pairs are surfaces that somebody measured. Level is by how many stops the "
                "second is lighter than the first; the lighter of the two stands in that much more "
                "shade, as things on a set do, so that only their colours are compared. Where it "
                "is next to 0, the two are one side by side in the same light."
            ),
            _found(study, found),
            paragraph(
                "Constructed pairs start from a patch of the ColorChecker and ask what else could "
                "look like it: other pigments, of another spectrum. They are possible by physics, "
                "since they reflect between 0 and 1 and part from the patch as smoothly as "
                f"{STEEPEST:g} per 5 nm, but nobody has made them. They show what to be ready for, "
                "not what is common."
            ),
            _constructed(study, constructed),
        ],
    )


def _found(study: Study, pairs: list[Pair]) -> Exhibit:
    says = (
        f"Of the {LARGEST} surfaces, which bear only numbers in their source, those that no "
        f"channel of the one tells apart by more than {SAME:g} stop (alike), nor its own colours "
        f"by more than {ONE:g} CIEDE2000, and the other sees farthest apart, the farthest first "
        "(apart: the largest of its channels). Spectra run from 360 to 780 nm and from 0 "
        f"to 1, the second dashed. {LOOKS}{_none(study, pairs)}"
    )
    return Exhibit(
        name="pairs-found",
        drawn=_table(
            _onlookers(study), pairs, lambda pair: f"{pair.first}, {pair.second}", levels=True
        ),
        says=says,
        columns=_columns(study),
        rows=_rows(study, pairs),
    )


def _none(study: Study, pairs: list[Pair]) -> str:
    film = study.film.id
    kinds = {(pair.same_to, pair.apart_to) for pair in pairs}
    missing = [
        f"one to {one}, two to {other}"
        for name in _onlookers(study)
        if name != film
        for one, other in ((name, film), (film, name))
        if (one, other) not in kinds
    ]
    return f" There is none that is {' or '.join(missing)}." if missing else ""


def _constructed(study: Study, pairs: list[Pair]) -> Exhibit:
    says = (
        "To each patch the metameric black of the one that the other sees most of is added, a "
        "linear programme for each channel up and down, of which the farthest in stops is kept "
        "(apart). Nothing is added where one of the two is not known. Spectra run from 360 to "
        f"780 nm and from 0 to 1, the patch as a line, its partner dashed. {LOOKS}"
    )
    return Exhibit(
        name="pairs-constructed",
        drawn=_table(_onlookers(study), pairs, lambda pair: pair.first, levels=False),
        says=says,
        columns=_columns(study),
        rows=_rows(study, pairs),
    )


def _onlookers(study: Study) -> tuple[str, ...]:
    """Who is shown, in one order everywhere."""
    return STANDARD_EYE, *(camera.name for camera in study.cameras), study.film.id


def _table(
    onlookers: Sequence[str], pairs: list[Pair], named: Callable[[Pair], str], *, levels: bool
) -> Markup:
    """One table, so that columns stand under each other; a head for each kind of pair."""
    heads = ["surfaces", "spectra", *onlookers, *(["level"] if levels else []), "alike", "apart"]
    head = "".join(
        f'<th scope="col"{_wide(text in onlookers)}>{escaped(text)}</th>' for text in heads
    )
    width = len(heads) + len(onlookers)
    kinds = dict.fromkeys((pair.same_to, pair.apart_to) for pair in pairs)
    bodies = "".join(
        f'<tbody><tr><th scope="rowgroup" colspan="{width}">One to {escaped(one)}, two to '
        f"{escaped(other)}</th></tr>"
        + "".join(
            f"<tr><td>{escaped(named(pair))}</td>{_cells(pair, onlookers, levels)}</tr>"
            for pair in pairs
            if (pair.same_to, pair.apart_to) == (one, other)
        )
        + "</tbody>"
        for one, other in kinds
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Pairs of surfaces">'
        f"<table><thead><tr>{head}</tr></thead>{bodies}</table></div>"
    )


def _wide(twice: bool) -> str:
    return ' colspan="2"' if twice else ""


def _cells(pair: Pair, onlookers: Sequence[str], levels: bool) -> str:
    both = f"{pair.first} and {pair.second}"
    cells = [f"<td>{spectra([*pair.reflectance], f'Reflectance of {both}')}</td>"]
    for name in onlookers:
        looks = dict(zip((pair.first, pair.second), pair.lab[name], strict=True))
        cells.append(f"<td>{swatches(looks, f'{both} to {name}')}</td>")
        cells.append(_number(number(pair.difference[name], places=1)))
    if levels:
        cells.append(_number(number(pair.level_stops, places=2, signed=True)))
    cells.append(_number(number(pair.alike_stops, places=3)))
    cells.append(_number(number(pair.apart_stops, places=2)))
    return "".join(cells)


def _number(text: str) -> str:
    return f'<td class="number">{text}</td>'


def _columns(study: Study) -> tuple[str, ...]:
    looks = [
        column
        for name in _onlookers(study)
        for column in (
            *(f"{name}, {axis} {which}" for which in BOTH for axis in ("L*", "a*", "b*")),
            f"{name}, CIEDE2000",
        )
    ]
    return (
        "one to", "two to", *BOTH, "level, stops", "alike, stops", "apart, stops", *looks,
        *(f"{which}, reflectance at {nm:g} nm" for which in BOTH for nm in WAVELENGTH),
    )  # fmt: skip


def _rows(study: Study, pairs: list[Pair]) -> list[tuple[object, ...]]:
    return [
        (
            pair.same_to, pair.apart_to, pair.first, pair.second, pair.level_stops,
            pair.alike_stops, pair.apart_stops,
            *(
                value
                for name in _onlookers(study)
                for value in (*np.ravel(pair.lab[name]), pair.difference[name])
            ),
            *np.ravel(pair.reflectance),
        )
        for pair in pairs
    ]  # fmt: skip
