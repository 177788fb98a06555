"""Change of light: pairs that are one to the eye, in other lights, to everybody."""

import numpy as np

from spectral_film.metamerism.report.exhibit import Chapter, Exhibit
from spectral_film.metamerism.study import Study
from spectral_film.pages.markup import note, paragraph
from spectral_film.pages.matrix import matrix


def chapter(study: Study) -> Chapter:
    """How pairs come apart in the lights of a study."""
    return Chapter(
        "Change of light",
        [
            paragraph(
                f"Two dyeings match in {study.reference.name} and part in the shop. The index of "
                "special metamerism tells how far: here of surfaces that are one to the eye, to "
                f"the eye, to cameras and in the {study.positive}."
            ),
            _index(study),
            note(
                "People differ from each other too. A permissive source of individual observers "
                "was not found, so their spread is left out; the four standard observers of the "
                "CIE, for small and large fields, of 1931 to 2015, stand beside each other as the "
                "least that it can be."
            ),
            _spread(study),
        ],
    )


def _index(study: Study) -> Exhibit:
    found = study.changes
    return Exhibit(
        name="change-of-light",
        drawn=matrix("CIEDE2000, mean", found.observers, found.lights, found.index.mean(axis=2), 1),
        says=f"Index of special metamerism (ISO 18314-4, additive in CIELAB, by colour-science), "
        f"mean of {len(found.pairs)} constructed pairs that are one to the CIE 1931 observer in "
        f"{study.reference.name}; what others see between them there is taken off. Film: in the "
        f"{study.positive}; cameras: in the colours of their best matrix. The table has each pair.",
        columns=("light", "observer", "pair around", "index, CIEDE2000"),
        rows=[
            (light, observer, pair.first, found.index[i, j, k])
            for i, light in enumerate(found.lights)
            for j, observer in enumerate(found.observers)
            for k, pair in enumerate(found.pairs)
        ],
    )


def _spread(study: Study) -> Exhibit:
    found = study.changes
    kinds = [one.kind for one in study.observers]
    eyes = found.index[:, [kind == "eye" for kind in kinds]]
    film = found.index[:, kinds.index("film")]
    columns = ("least of the eyes", "greatest of the eyes", study.film.id)
    values = np.stack([eyes.min(axis=1), eyes.max(axis=1), film], axis=1).mean(axis=2)
    return Exhibit(
        name="observer-spread",
        drawn=matrix("CIEDE2000, mean", columns, found.lights, values, 1),
        says="The same index: of each pair the least and the greatest of the four standard "
        "observers, and film, each as the mean over pairs.",
        columns=("light", *(f"{name}, CIEDE2000" for name in columns)),
        rows=[(light, *line) for light, line in zip(found.lights, values, strict=True)],
    )
