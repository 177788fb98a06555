"""Bakes the film for other software: tables of colour, and packs that hold its blurs too.

    recipe.py        what is baked: films, exposure, printer points, between which codings
    colour_path.py   the engine for single colours, a step from wire to wire each
    samples.py       colours that tables are solved for and judged by
    lattice.py       nodes by weighted least squares;  error.py  how far off they are
    table_files.py   .cube .clf .csp .spi3d, by OpenColorIO;  lut.py  one table for all of it
    stage_tables.py  a table for each step;  kernels.py, kernel_images.py  the blurs, in um
    manifest.py      pack.json;  assembly.py, pack.py  make a pack;  opening.py  checks one
    play.py          the fast player;  replay.py  the same with nothing of ours;  verify.py  both
    hosts/           set-ups for OpenColorIO, Nuke, Resolve and Blender
    commands.py      the command line

`bake` sees the engine, and the engine does not see it. From Python: `bake_lut`, `bake_pack`,
`open_pack` and `Player`.
"""
