"""Baking asks the path for its segments: what is new is in the tables, or it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from bake.colour_path import ColourPath
from bake.lut import bake_lut
from bake.pieces import pieces_of
from bake.recipe import Recipe
from bake.table_files import ocio_play, table_transform
from spectral_film import Settings, open_device
from spectral_film.device.launch import Launch
from spectral_film.device.site import Site
from spectral_film.emulsion.spread import Gaussian, Mixture
from spectral_film.errors import UsageError
from spectral_film.path import order
from spectral_film.path.order import Row
from spectral_film.stages import reciprocity
from spectral_film.stages.optics import Spreading
from spectral_film.stages.signals import DYES, SCENE, Signal
from spectral_film.stages.stage import PointStage

RECIPE = Recipe(settings=Settings(grain="off", display="Rec.709"))
CODES = np.random.default_rng(2383).uniform(0.2, 0.7, (50, 3)).astype(np.float32)


@dataclass(frozen=True)
class Half(PointStage):
    """A stage nobody has heard of: half of a signal is gone."""

    of: Signal

    @property
    def takes(self) -> Mapping[str, Signal]:
        return {"exposure": self.of}

    @property
    def gives(self) -> Mapping[str, Signal]:
        return {"effective": self.of}

    def prepare(self, site: Site) -> Launch:
        half = {"efficiency": np.full(3, 0.5)}
        return Launch(site.device, reciprocity.KERNELS, "reciprocity", tables=half)


@pytest.fixture
def insert(monkeypatch):
    """Put a row of one's own into the path, behind the one of a name; at its head behind none."""

    def put(row: Row, behind: str | None) -> None:
        rows = list(order.TABLE)
        names = [None, *(row.name for row in rows)]
        rows.insert(names.index(behind), row)
        monkeypatch.setattr(order, "TABLE", tuple(rows))

    return put


def engine() -> ColourPath:
    return ColourPath(RECIPE, open_device())


def test_a_new_step_at_a_point_is_in_the_tables(insert):
    plain = engine()
    dyes = plain.dyes(plain.exposure(CODES))
    wanted = plain.display(plain.print_dyes(plain.printing_density(dyes / 2)))
    insert(Row("bleach", lambda job: Half(DYES)), "tone curve")
    bleached = engine()
    assert bleached.dyes(bleached.exposure(CODES)) == pytest.approx(dyes / 2, abs=1e-6)
    # Printing density stands between: ten roundings of float32.
    assert bleached.film(CODES) == pytest.approx(wanted, abs=2e-5)
    table = ocio_play(table_transform(bake_lut(RECIPE, open_device(), 17).lattice))
    assert plain.difference(table(CODES), wanted).mean() < 1  # hardly to be seen
    assert plain.difference(table(CODES), plain.film(CODES)).mean() > 10


def test_a_pack_refuses_a_step_that_it_has_no_piece_for(insert):
    insert(Row("bleach", lambda job: Half(DYES)), "tone curve")
    with pytest.raises(UsageError, match=r"pieces for .* tone curve, bleach"):
        pieces_of(RECIPE)


def test_a_new_step_that_looks_around_is_refused(insert):
    smear = Spreading(
        layers=(Mixture(((1.0, Gaussian(5.0)),)),) * 3,
        pitch_um=(24.0, 24.0),
        contrast=1e3,
        of=DYES,
        to=DYES,
    )
    insert(Row("smear", lambda job: smear), "tone curve")
    with pytest.raises(UsageError, match=r"'smear' looks \d+ um around"):
        engine().film(CODES)
    with pytest.raises(UsageError, match="smear"):
        pieces_of(RECIPE)


def test_a_step_before_the_first_is_not_left_out_in_silence(insert):
    insert(Row("filter", lambda job: Half(SCENE)), None)
    with pytest.raises(UsageError, match="'filter' lies outside the path"):
        engine().film(CODES)
    with pytest.raises(UsageError, match="'filter' lies outside the path"):
        pieces_of(RECIPE)


def test_names_of_steps_mean_nothing(monkeypatch):
    before = engine().film(CODES)
    other = tuple(row._replace(name=f"step {number}") for number, row in enumerate(order.TABLE))
    monkeypatch.setattr(order, "TABLE", other)
    np.testing.assert_array_equal(engine().film(CODES), before)


def test_a_missing_step_is_refused(monkeypatch):
    other = tuple(row for row in order.TABLE if row.name != "print tone curve")
    monkeypatch.setattr(order, "TABLE", other)
    with pytest.raises(UsageError, match="no step gives print dyes"):
        engine().film(CODES)
    with pytest.raises(UsageError, match="no step gives print dyes"):
        pieces_of(RECIPE)
