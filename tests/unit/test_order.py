"""The path as a table: every line of it leads somewhere, and what asks for a part of it gets it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from spectral_film import Settings
from spectral_film.emulsion.parts import (
    ClassicalAdjacency,
)
from spectral_film.path.order import TABLE, Job, between, path_to
from spectral_film.stages.signals import (
    DISPLAY,
    DYES,
    EXPOSURE,
    NEGATIVE_DENSITY,
    PRINT_DYES,
    PRINT_EXPOSURE,
    SCENE,
    UNITS,
    XYZ,
)


@pytest.fixture
def path(negative, print_film):
    """The path of some settings, with `film` in the place of 5207; `printed` off: with no print."""

    def steps(film=None, printed=True, **settings):
        return path_to(
            Job(
                negative=film or negative,
                print_film=print_film if printed else None,
                settings=Settings(**settings),
                pitch_um=(6.0, 6.0),
            )
        )

    return steps


def names(steps):
    return [step.name for step in steps]


def test_every_line_of_the_table_is_reached(path, negative):
    classical = replace(
        negative, adjacency=ClassicalAdjacency(gain=np.full(3, 0.25), length_um=11.0)
    )
    paths = [
        *(path(to=tap) for tap in UNITS),
        path(shutter=10.0),
        path(adjacency="pde"),
        path(film=classical),
    ]
    assert {name for steps in paths for name in names(steps)} == {row.name for row in TABLE}


def test_every_tap_is_a_row_and_gives_what_it_is_called(path):
    assert {row.tap.name for row in TABLE if row.tap} == set(UNITS)
    for tap in UNITS:
        (given,) = path(to=tap)[-1].stage.gives.values()
        assert given.name == tap


def test_each_step_takes_what_one_before_it_gives(path, negative):
    for options in (
        *({"to": tap} for tap in UNITS),
        {"scatter": False, "halation": False, "adjacency": False, "shutter": 10.0},
        {"adjacency": "pde"},
        {"printed": False, "print_film": None},
    ):
        there = {SCENE}
        for step in path(**options):
            assert set(step.stage.takes.values()) <= there, step.name
            there |= set(step.stage.gives.values())


@pytest.mark.parametrize(
    ("switch", "gone"),
    [
        ({"halation": False, "scatter": False}, {"optics", "print optics"}),
        ({"halation": False}, set()),
        ({"grain": "off"}, {"grain", "print grain"}),
        ({"adjacency": False}, {"inhibitor diffusion"}),
        ({"adjacency": "pde"}, {"inhibitor release", "inhibitor diffusion", "tone curve"}),
        (
            {"printed": False, "print_film": None},
            {"printing", "print optics", "print tone curve", "print grain"},
        ),
    ],
)
def test_switches_take_steps_away(path, switch, gone):
    assert set(names(path())) - set(names(path(**switch))) == gone


def test_reciprocity_acts_beyond_a_second(path):
    assert "reciprocity" not in names(path(shutter=1.0))
    assert names(path(shutter=1.1)).index("reciprocity") == 2  # on spread light, before development


def test_segments_end_to_end_are_the_whole_path(path):
    steps = path(shutter=10.0)
    wires = [SCENE, EXPOSURE, DYES, PRINT_EXPOSURE, PRINT_DYES, XYZ, DISPLAY]
    segments = [between(steps, *pair) for pair in pairwise(wires)]
    assert sum(segments, ()) == steps
    assert "reciprocity" in names(segments[0])  # still exposure
    assert names(between(steps, DYES, PRINT_EXPOSURE)) == ["printing", "print optics"]


def test_a_part_that_the_path_does_not_have_is_refused(path):
    with pytest.raises(ValueError, match="no step gives negative on the path exposure, optics"):
        between(path(), DYES, NEGATIVE_DENSITY)
    with pytest.raises(ValueError, match="no step gives scene"):
        between(path()[1:], SCENE, DYES)
    with pytest.raises(ValueError, match="xyz comes after dyes on this path"):
        between(path(), XYZ, DYES)
