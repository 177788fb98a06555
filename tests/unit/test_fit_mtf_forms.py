"""A chart gets the form that it asks for: films of known forms, read, and fitted again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import reference
from reference.fit.curves import FittedCurves, fit_curves
from reference.fit.optics import FittedAdjacency, FittedOptics, fit_optics, read_mtf
from reference.fit.sheet import Sheet, read_sheet
from spectral_film.emulsion.parts import (
    CoreSkirt,
)

SHEETS = Path(reference.__file__).parent / "sheets"
SCATTER = CoreSkirt(
    core_sigma_um=np.full(3, 0.7),
    skirt_weight=np.array([0.85, 0.75, 0.6]),
    skirt_length_um=np.array([5.0, 4.0, 3.0]),
)
SECOND = replace(SCATTER, second_share=np.full(3, 0.5), second_length_um=np.full(3, 30.0))
ALIKE, BY_LAYER = np.ones(3), np.array([0.2, 1.0, 3.0])
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def negative() -> tuple[Sheet, FittedCurves, np.ndarray]:
    sheet = read_sheet(SHEETS / "vision3-250d")
    return sheet, fit_curves(sheet), np.full(3, sheet.grey_card_log_exposure())


def charted(negative, scatter, gain, level=None) -> Sheet:
    """The sheet, its MTF that of a known film as a careful reader finds it."""
    sheet, curves, at = negative
    pattern = np.array(sheet.assumed["adjacency"]["coupling_pattern"])
    film = FittedOptics(scatter=scatter, level=level, solution=curves.solution)
    chemistry = FittedAdjacency(coupling=pattern * gain[:, None], length_um=11.0)
    read = 100 * read_mtf(sheet, curves, film, chemistry, at)
    table = sheet.tables["mtf"]
    read += np.random.default_rng(5).normal(0, 0.4, read.shape)
    columns = {**table.columns, **dict(zip(("R_pct", "G_pct", "B_pct"), read, strict=True))}
    return replace(sheet, tables={**sheet.tables, "mtf": replace(table, columns=columns)})


def test_a_simple_film_stays_simple(negative):
    _, curves, at = negative
    optics, adjacency = fit_optics(charted(negative, SCATTER, ALIKE), curves, at)
    assert optics is not None
    assert adjacency is not None
    assert optics.level is None
    assert optics.scatter.second_share is None
    assert optics.solution.values["coupling_scale"].size == 1
    np.testing.assert_allclose(optics.scatter.skirt_weight, SCATTER.skirt_weight, atol=0.1)


def test_layers_that_inhibit_otherwise_get_a_gain_each(negative):
    _, curves, at = negative
    optics, _ = fit_optics(charted(negative, SCATTER, BY_LAYER), curves, at)
    assert optics is not None
    found = optics.solution.values["coupling_scale"]
    assert found.size == 3
    assert (np.diff(found) > 0).all()


def test_a_chart_drawn_to_another_level_gets_it_and_the_film_does_not(negative):
    _, curves, at = negative
    level = np.array([0.97, 1.0, 1.04])
    sheet = charted(negative, SCATTER, BY_LAYER, level)
    optics, adjacency = fit_optics(sheet, curves, at)
    assert optics is not None
    assert optics.level is not None
    assert (np.diff(optics.level) > 0).all()
    # Large areas of the film keep their own response: at the lowest frequency it is near 1.
    low = replace(sheet.tables["mtf"], columns={"cycles_per_mm": np.array([0.05])})
    near = replace(sheet, tables={**sheet.tables, "mtf": low})
    for record in "RGB":
        low.columns[f"{record}_pct"] = np.array([100.0])
    read = read_mtf(near, curves, replace(optics, level=None), adjacency, at)
    np.testing.assert_allclose(read, 1.0, atol=0.01)


def test_light_that_goes_far_gets_a_second_skirt(negative):
    _, curves, at = negative
    optics, _ = fit_optics(charted(negative, SECOND, BY_LAYER), curves, at)
    assert optics is not None
    assert optics.scatter.second_share is not None
    assert (optics.scatter.second_length_um > optics.scatter.skirt_length_um).all()
