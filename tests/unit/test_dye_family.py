"""Dyes that no sheet prints: inferred from a neutral, and tried on sheets that do print them."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from reference.fit.dye_family import FAMILY, family, infer_dyes
from reference.fit.spectra import dmin_shape, dye_density, midscale_neutral
from spectral_film.errors import InputError
from spectral_film.light.spectra import WAVELENGTH

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts/make_dye_family.py"))
SEEN = (WAVELENGTH >= 400) & (WAVELENGTH <= 700)  # where sheets print


@pytest.fixture(scope="module")
def complete():
    return SCRIPT["complete"]()


def neutral_of(sheet):
    published, printed = midscale_neutral(sheet)
    return published - dmin_shape(sheet)[0], printed


def test_the_family_is_what_the_script_makes(complete):
    assert FAMILY.read_text() == SCRIPT["text"](complete)


def test_the_family_rests_on_dyes_that_were_printed(complete):
    assert len(complete) >= 4
    for sheet in complete:
        assert "no single dyes" not in sheet.tables["spectral_dye_density"].notes["read"]


def test_dyes_left_out_are_found_again_as_well_as_they_say(complete):
    """One sum does not tell three curves apart; what counts is that the deviations know it.

    In standard deviations a residual is 1 on average; 200 of them over smooth curves are about
    twenty that are independent, and four stocks are few to learn a family's spread from: 1.6.
    """
    off = []
    for sheet in complete:
        others = SCRIPT["family"]([other for other in complete if other is not sheet])
        neutral, printed = neutral_of(sheet)
        found = infer_dyes(neutral, printed, others)
        apart = (found.dye_density - dye_density(sheet)[0])[:, SEEN]
        off.append(apart / found.sd[:, SEEN])
        assert np.sqrt((apart**2).mean()) < 0.05  # the worst of the four; a fifth of what they are
        assert found.misses[0] < 0.006  # what two readers of the neutral differ by
        assert (found.amount > 0.2).all()
    assert np.sqrt(np.mean(np.square(off))) < 1.6


def test_the_dyes_of_the_family_itself_are_found():
    mean, _ = family()
    amount = np.array([0.5, 0.7, 0.9])
    found = infer_dyes(amount @ mean, SEEN)
    assert found.dye_density[:, SEEN] == pytest.approx(mean[:, SEEN], abs=0.01)
    assert found.amount == pytest.approx(amount, rel=0.02)
    assert found.dye_density.max(axis=1) == pytest.approx(1.0)


def test_a_neutral_of_no_dyes_is_refused():
    with pytest.raises(InputError, match=r"odd: spectral_dye_density.csv prints no dyes, and none"):
        infer_dyes(np.where(WAVELENGTH < 550, 0.0, 2.0), SEEN, name="odd")
