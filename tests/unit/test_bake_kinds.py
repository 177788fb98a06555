"""Tables and packs of slides and of silver: baked, verified and played as the engine renders."""

import json
from pathlib import Path

import numpy as np
import pytest
from other_kinds import paper, reversal, silver_negative, silver_print

from bake import assembly, stage_tables
from bake.lut import bake_lut, check_lut
from bake.manifest import Manifest
from bake.opening import open_pack
from bake.pack import bake_pack, check_pack
from bake.player import Player
from bake.recipe import Grid, Recipe
from bake.table_files import ocio_play, table_transform
from bake.verify import Verification
from spectral_film import Settings, open_device
from spectral_film.errors import UsageError

NODES = 9  # along an edge of the whole path: what it is off by is not judged here
CODES = np.random.default_rng(50).uniform(0.25, 0.6, (200, 3)).astype(np.float32)


def recipe(film, print_film, **settings) -> Recipe:
    return Recipe(
        settings=Settings(film=film, print_film=print_film, display="Rec.709", **settings)
    )


@pytest.fixture(scope="module", params=["slide", "silver"])
def baked(request, tmp_path_factory) -> tuple[Path, Verification]:
    """A small pack without grain, of fewer colours than usual."""
    few = {"COLOURS_OF_A_KIND": 2000, "JUDGED_OF_A_KIND": 500, "COLOURS_OF_A_NODE": 2}
    sizes = {"layer exposure": 33, "printing": 17, "view": 33, "scene": 17}
    films = {"slide": (reversal(), None), "silver": (silver_negative(), silver_print())}
    made = Recipe(
        settings=Settings(**dict(zip(("film", "print_film"), films[request.param], strict=True))),
        grain=False,
    )
    folder = tmp_path_factory.mktemp("kinds") / request.param
    with pytest.MonkeyPatch.context() as patch:
        for name, number in few.items():
            patch.setattr(stage_tables, name, number)
        patch.setattr(stage_tables, "SIZES", sizes)
        patch.setattr(assembly, "ACES_VIEWS", {})
        return folder, bake_pack(made, folder, Grid(("super35",), (256,), NODES), open_device())


def test_a_pack_of_every_kind_does_what_the_engine_does(baked):
    _, proof = baked
    # With a third of the nodes of a usual pack's view, two thirds of what that may be off by.
    assert proof.errors["replay against engine"].mean < 0.2
    assert proof.errors["replay against engine"].p99 < 1.0
    assert proof.errors["player against replay"].p99 < 0.01  # float32
    # The largest is a stage's; `scene` with so few nodes may be farther off than a pack may.
    assert not [said for said in proof.failures if not said.startswith("scene with texture")]


def test_a_pack_says_what_kind_it_is(baked):
    folder, _ = baked
    said = Manifest.model_validate(json.loads((folder / "pack.json").read_text()))
    wires = {wire.name for wire in said.chain.wires}
    slide = said.negative.id == "slide"
    assert said.layers == (3 if slide else 1)
    assert (said.print_film is None) == (said.halves is None) == (said.chain.printer is None)
    assert (said.print_film is None) == slide
    assert (said.to_scene is None) != slide
    assert ("printing density" in wires) != slide
    readme = (folder / "README.md").read_text()
    assert ("There is no print" in readme) == slide
    assert ("one layer" in readme) != slide
    assert ("points_R" in (folder / "nuke/film.nk").read_text()) != slide
    assert ("FILM_POINTS_R" in (folder / "config.ocio").read_text()) != slide
    assert (folder / "ocio/printer_points.ccc").is_file() != slide


def test_it_plays(baked):
    """Silver gives greys, whatever the scene; either goes back to the scene as it can."""
    folder, _ = baked
    scene = np.ascontiguousarray(CODES.T.reshape(3, 10, 20))
    with open_pack(folder) as pack:
        player = Player(pack, open_device())
        shown = player.play(scene, (24.0, 24.0))
        colours = player.play_colours(scene)
        assert np.isfinite(shown).all()
        if pack.manifest.layers == 1:
            with pytest.raises(UsageError, match="one layer and tells no colours apart"):
                player.play(scene, (24.0, 24.0), to="scene")
        else:
            back = player.play(np.full_like(scene, 0.42), (24.0, 24.0), to="scene")
            assert back == pytest.approx(0.42, abs=0.01)  # an even grey has no texture
            assert np.abs(colours - colours.mean(axis=0)).max() > 0.05


def test_tables_of_every_kind_are_near_the_engine(monkeypatch):
    from bake import lut
    from bake.colour_path import ColourPath

    monkeypatch.setattr(lut, "COLOURS_OF_A_KIND", 5000)
    monkeypatch.setattr(lut, "JUDGED_OF_A_KIND", 500)
    silver = silver_negative(), silver_print()
    for films in ((reversal(), None), silver, ("vision3-250d", paper())):
        made = recipe(*films)
        table = ocio_play(table_transform(bake_lut(made, open_device(), 17).lattice))
        engine = ColourPath(made, open_device())
        apart = engine.difference(table(CODES), engine.film(CODES))
        assert apart.mean() < 1  # hardly to be seen


@pytest.mark.parametrize("form", ["negative", "print", "lmt"])
def test_a_slide_has_no_halves(form):
    with pytest.raises(UsageError, match=r"slide is printed on none here; leave out --form"):
        Recipe(settings=Settings(film=reversal()), form=form)


def test_a_print_goes_by_the_kind_of_film():
    assert recipe(reversal(), "own").print_film is None
    made = recipe("vision3-250d", "own")
    assert made.settings.print_film == "2383"
    check_lut(made, 33)


def test_a_negative_on_a_light_box_has_no_pack(tmp_path):
    with pytest.raises(UsageError, match="a negative, and its pack goes through a print"):
        check_pack(recipe(silver_negative(), None), tmp_path / "pack", overwrite=False)


def test_a_development_is_baked():
    pushed = recipe(silver_negative(), silver_print(), development="4min")
    assert "developed 4min, printed on silver-print" in pushed.description()[0]
    assert pushed.negative.sha256 != recipe(silver_negative(), silver_print()).negative.sha256
