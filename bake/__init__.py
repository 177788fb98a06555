"""Bakes the film for other software: tables of colour, and packs that hold its blurs too.

    recipe.py        what is baked: films, exposure, printer points, between which codings
    segments.py      the path in pieces that tables stand for;  pieces.py  what packs have for them
    colour_path.py   the engine for single colours, signal by signal
    samples.py       colours that tables are solved for and judged by, through camera.py
    lattice.py       nodes by weighted least squares;  error.py  how far off they are
    table_files.py   .cube .clf .csp .spi3d .3dl, by OpenColorIO;  hald.py  a table as a picture
    lut.py           one table for all of it
    stage_tables.py  a table for each step;  kernels.py, kernel_images.py  forms of blurs, in um
    chain.py         what travels in a pack, and what is made of it, in order, written once
    steps.py         the kinds of step in it;  parts.py  tables and kernels;  manifest.py  pack.json
    assembly.py      makes a pack, with pack.py;  opening.py, older.py  check and read one
    player.py        the fast player;  played.py  a chain as stages of the engine's plan
    replay.py        plays a pack with nothing of ours;  plain_player.py  where no device is
    picture.py       plays a file;  verify.py  engine, replay and player side by side
    hosts/           set-ups for OpenColorIO, Nuke, Resolve and Blender;  report.py  the page
    commands.py      the command line

`bake` sees the engine, and the engine does not see it. From Python: `bake_lut`, `bake_pack`,
`open_pack`, `Player`, and the `Recipe` and `Grid` that they take.
"""

from typing import TYPE_CHECKING

from spectral_film.lazy import lazily

if TYPE_CHECKING:
    from bake.lut import bake_lut
    from bake.opening import open_pack
    from bake.pack import bake_pack
    from bake.player import Player
    from bake.recipe import Grid, Recipe

__all__ = ["Grid", "Player", "Recipe", "bake_lut", "bake_pack", "open_pack"]

_HOME = {
    "Grid": "recipe",
    "Player": "player",
    "Recipe": "recipe",
    "bake_lut": "lut",
    "bake_pack": "pack",
    "open_pack": "opening",
}
__getattr__, __dir__ = lazily(__name__, _HOME)
