"""Tables whose nodes are solved for: the interpolation they are solved for, and what it gains."""

import numpy as np
import PyOpenColorIO
import pytest

from bake.lattice import Lattice, positions, shares, solved
from bake.table_files import Contract as Says
from bake.table_files import Curves, clf_text, curves_text, lattice_text, ocio_play, table_transform


def largest(wanted: np.ndarray, got: np.ndarray) -> np.ndarray:
    return np.abs(wanted - got).max(axis=1)


def wavy(colours: np.ndarray) -> np.ndarray:
    """Curved along every axis and between them, 0 to 1."""
    r, g, b = colours.T
    return np.stack([r * g, np.sin(2 * g) * (1 - b / 2), np.exp(-3 * b) + r / 4], axis=1)


@pytest.mark.parametrize("size", [2, 5, 33])
def test_shares_are_the_tetrahedra_of_opencolorio(rng, size):
    nodes = rng.random((size, size, size, 3), np.float32)
    colours = rng.uniform(-0.1, 1.1, (5000, 3)).astype(np.float32)
    colours[:500, 1] = colours[:500, 0]  # on the seams between tetrahedra
    played = ocio_play(table_transform(Lattice(nodes)))(colours)
    share = shares(size, colours)
    assert share.min() >= 0
    assert share.sum(axis=1) == pytest.approx(1, abs=1e-6)
    # Weights in float32: the neighbouring nodes differ by up to 1.
    assert share @ nodes.reshape(-1, 3) == pytest.approx(played, abs=1e-5)


def test_what_is_straight_is_exact(rng):
    matrix = rng.random((3, 3))
    colours = rng.uniform(-1, 3, (2000, 3))
    table = solved(
        lambda c: c @ matrix,
        5,
        colours,
        importance=np.ones(len(colours)),
        difference=largest,
        domain=(-1.0, 3.0),
    )
    between = rng.uniform(-1, 3, (500, 3))
    assert ocio_play(table_transform(table))(between) == pytest.approx(between @ matrix, abs=5e-6)


def test_a_channel_with_nothing_to_solve_leaves_the_others_alone(rng):
    colours = rng.random((3000, 3))

    def red_is_black(c: np.ndarray) -> np.ndarray:
        return wavy(c) * [0, 1, 1]

    one, other = (
        solved(path, 5, colours, np.ones(len(colours)), difference=lambda a, b: np.ones(len(a)))
        for path in (wavy, red_is_black)
    )
    assert other.nodes[..., 1:] == pytest.approx(one.nodes[..., 1:], abs=1e-6)  # float32
    assert np.abs(one.nodes[..., 1:] - wavy(positions(5)).reshape(5, 5, 5, 3)[..., 1:]).max() > 0.01
    assert (other.nodes[..., 0] == 0).all()


def test_solved_nodes_beat_sampled_ones(rng):
    size = 9
    colours = rng.random((20 * size**3, 3))
    table = solved(
        wavy, size, colours, importance=np.ones(len(colours)), difference=lambda a, b: largest(a, b)
    )
    sampled = Lattice(wavy(positions(size)).astype(np.float32).reshape(size, size, size, 3))
    fresh = rng.random((5000, 3))
    by_solved, by_sampled = (
        np.sqrt(np.mean((ocio_play(table_transform(t))(fresh) - wavy(fresh)) ** 2))
        for t in (table, sampled)
    )
    # Along one axis the error of a chord is a parabola of one sign; taking its mean away leaves
    # sqrt(1 - (2/3)^2 / (8/15)) = .41 of its rms.
    assert by_solved < 0.6 * by_sampled


@pytest.mark.parametrize("suffix", [".cube", ".csp", ".spi3d", ".clf"])
def test_every_format_gives_back_its_table(rng, tmp_path, suffix):
    table = Lattice(rng.random((7, 7, 7, 3), np.float32) * 3 - 1)
    says = Says("a table", "this", "that", ["remember"])
    text = (
        clf_text(table_transform(table), "it", says)
        if suffix == ".clf"
        else lattice_text(table, suffix, says)
    )
    path = tmp_path / f"table{suffix}"
    path.write_text(text)
    file = PyOpenColorIO.FileTransform(str(path))
    file.setInterpolation(PyOpenColorIO.INTERP_TETRAHEDRAL)
    colours = rng.random((1000, 3), np.float32)
    # Six decimals in the file.
    assert ocio_play(file)(colours) == pytest.approx(
        ocio_play(table_transform(table))(colours), abs=2e-6
    )
    if suffix != ".spi3d":  # has no room for words
        assert "remember" in text


@pytest.mark.parametrize("form", ["clf", "cube"])
def test_curves_keep_their_channels_apart_and_their_domain(rng, tmp_path, form):
    curves = Curves(np.sort(rng.random((64, 3), np.float32), axis=0), (-6.0, 5.0))
    says = Says("curves", "log", "dye")
    path = tmp_path / f"curves.{form}"
    path.write_text(
        clf_text(table_transform(curves), "it", says)
        if form == "clf"
        else curves_text(curves, says)
    )
    played = ocio_play(PyOpenColorIO.FileTransform(str(path)))
    x = rng.uniform(-6, 5, (500, 3)).astype(np.float32)
    steps = np.linspace(-6, 5, 64)
    wanted = np.stack([np.interp(x[:, i], steps, curves.values[:, i]) for i in range(3)], axis=1)
    taken = x if form == "clf" else (x + 6) / 11  # a .cube takes 0..1
    # Position to 1e-6 of the domain, times steps of up to .1 a 64th.
    assert played(taken) == pytest.approx(wanted, abs=1e-5)
