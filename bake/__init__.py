"""Bakes the film for other software: tables of colour, and packs that hold its blurs too.

    recipe.py        what is baked: films, exposure, printer points, between which codings
    colour_path.py   the engine for single colours, a step from wire to wire each
    samples.py       colours that tables are solved for and judged by, through camera.py
    lattice.py       nodes by weighted least squares;  error.py  how far off they are
    table_files.py   .cube .clf .csp .spi3d, by OpenColorIO;  lut.py  one table for all of it
    stage_tables.py  a table for each step
    film_kernels.py  the blurs of a film;  kernels.py, kernel_images.py  their forms, in um
    manifest.py      pack.json;  assembly.py, pack.py  make a pack;  opening.py  checks one
    player.py        the fast player;  picture.py  plays a file;  device_tables.py  on a GPU
    replay.py        plays a pack with nothing of ours;  verify.py  engine, replay and player
    hosts/           set-ups for OpenColorIO, Nuke, Resolve and Blender;  report.py  the page
    commands.py      the command line

`bake` sees the engine, and the engine does not see it. From Python: `bake_lut`, `bake_pack`,
`open_pack` and `Player`.
"""
