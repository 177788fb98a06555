"""Colours outside the display: rolled in along their hue, without a contour, and counted."""

from dataclasses import replace

import numpy as np
import pytest

from spectral_film import Scene, Settings, render
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.spectra import illuminant, observer
from spectral_film.path.survey import GAMUT_SLACK
from spectral_film.stages.display import Display
from spectral_film.stages.stage import apply

# x, y of red, green, blue and white (BT.709; SMPTE EG 432-1 and RP 431-2; BT.2020).
PRINTED = {
    "sRGB": [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290)],
    "P3-D65": [(0.68, 0.32), (0.265, 0.69), (0.15, 0.06), (0.3127, 0.3290)],
    "P3-DCI": [(0.68, 0.32), (0.265, 0.69), (0.15, 0.06), (0.314, 0.351)],
    "Rec.2020": [(0.708, 0.292), (0.17, 0.797), (0.131, 0.046), (0.3127, 0.3290)],
}
INSIDE = 0.9  # of the way to the boundary: what lies within does not move
FLOAT32 = 2e-6  # of white: a colour goes through two matrices


def to_xyz(display: str) -> np.ndarray:
    """Linear RGB -> XYZ from the printed primaries: their sum is the white, of Y = 1."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in PRINTED[display]]).T
    return columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])


def shown(device, rgb, display="sRGB", *, compress=True, encode=False):
    """What a display shows of display-linear light, (colour, 3), that need not be within it."""
    white = to_xyz(display).sum(axis=1)
    stage = Display(
        display=display, adapting_white=white, peak_luminance=1.0, compress=compress, encode=encode
    )
    xyz = to_xyz(display) @ np.asarray(rgb, np.float64).T
    return apply(device, stage, xyz[:, None].astype(np.float32))[:, 0].T.astype(np.float64)


def luminance(rgb, display="sRGB"):
    return rgb @ to_xyz(display)[1]


def outwards(way, grey, distances, display="sRGB"):
    """Colours of one luminance, from a grey (0) to where a component is 0 (1) and beyond."""
    chroma = np.asarray(way, float) - luminance(np.asarray(way, float), display)
    return grey + np.multiply.outer(distances, chroma * grey / -chroma.min())


def distance(rgb, display="sRGB"):
    grey = luminance(rgb, display)
    return 1 - rgb.min(axis=-1) / grey


def far_out(rng, display="sRGB", count=5000):
    """Any XYZ there may be, dark and bright, white and purer than a laser."""
    xyz = to_xyz(display).sum(axis=1) * 10 ** rng.uniform(-1.5, 0.3, (count, 3))
    return xyz @ np.linalg.inv(to_xyz(display)).T


WAYS = [(1, 0, 0), (1, 0.3, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 0.7)]


@pytest.mark.parametrize("display", PRINTED)
@pytest.mark.parametrize("encode", [False, True])
def test_nothing_moves_within_nine_tenths_of_the_gamut(device, rng, display, encode):
    """Grey plus nine tenths of the way to a colour that the display can just show."""
    edge = rng.uniform(size=(4000, 3))
    edge[np.arange(4000), rng.integers(3, size=4000)] = rng.integers(2, size=4000)  # a 0 or a 1
    grey = luminance(edge, display)[:, None]
    inside = grey + INSIDE * (1 - 1e-5) * (edge - grey)  # float32
    np.testing.assert_array_equal(
        shown(device, inside, display, encode=encode),
        shown(device, inside, display, encode=encode, compress=False),
    )


@pytest.mark.parametrize("encode", [False, True])
def test_all_is_within_the_display(device, rng, encode):
    rgb = far_out(rng)
    assert ((rgb < 0) | (rgb > 1)).any(axis=1).mean() > 0.5
    got = shown(device, rgb, encode=encode)
    assert got.min() >= 0
    assert got.max() <= 1


@pytest.mark.parametrize("display", PRINTED)
def test_the_dominant_wavelength_stays(device, rng, display):
    """Seen from white, the chromaticity lies in the same direction, and not farther."""
    rgb = far_out(rng, display)

    def from_white(rgb):
        xyz = rgb @ to_xyz(display).T
        return xyz[:, :2] / xyz.sum(axis=1, keepdims=True) - PRINTED[display][3]

    before, after = from_white(rgb), from_white(shown(device, rgb, display))
    reach = np.linalg.norm(before, axis=1)
    plain = reach > 1e-3
    across = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    along = (before * after).sum(axis=1)
    # Light of 0.03 that float32 knows to 2e-6.
    slack = 1e-4
    assert np.abs(across[plain] / reach[plain]).max() < slack
    assert (along[plain] > 0).all()
    assert (along[plain] <= reach[plain] ** 2 * (1 + slack) + slack * reach[plain]).all()


@pytest.mark.parametrize("way", WAYS)
def test_luminance_stays_where_nothing_is_too_bright(device, way):
    colours = outwards(way, 0.05, np.linspace(0, 3, 400))
    colours = colours[colours.max(axis=1) < 0.8]
    np.testing.assert_allclose(luminance(shown(device, colours)), 0.05, rtol=0, atol=FLOAT32)


@pytest.mark.parametrize("way", WAYS)
def test_purer_colours_stay_purer_and_no_contour_shows_where_they_begin_to_move(device, way):
    step = 2e-3
    distances = np.arange(0, 3, step)
    made = distance(shown(device, outwards(way, 0.05, distances)))
    noise = FLOAT32 / 0.05
    assert (np.diff(made) > -2 * noise).all()
    assert made[distances < 1.5][-1] - made[distances > 0.9][0] > 0.09
    # x (1 + x^4)^(-1/4) bends by 5 x^3 (1 + x^4)^(-9/4), most at x^4 = 1/2; a tenth of the way is
    # x = 1. A cut bends by 1 within a step: 500.
    bends = np.abs(np.diff(made, 2)) / step**2
    assert bends.max() < 5 * 0.5**0.75 / 1.5**2.25 / 0.1 + 4 * noise / step**2


@pytest.mark.parametrize("way", [*WAYS, (1, 0.98, 0.8), (0.2, -0.1, 1)])
def test_more_light_is_never_darker_and_keeps_its_colour(device, way):
    ray = np.multiply.outer(10 ** np.linspace(-2, 1, 600), way)
    made = shown(device, ray)
    assert (np.diff(made, axis=0) > -FLOAT32).all()
    bright = made.max(axis=1) > 0.1
    share = made[bright] / made[bright].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(share, share[:1].repeat(len(share), axis=0), atol=10 * FLOAT32)


def test_greys_move_only_where_they_are_brighter_than_white(device):
    greys = np.linspace(0, 2, 401)[:, None].repeat(3, axis=1)
    plain = shown(device, greys, compress=False)
    made = shown(device, greys)
    dim = greys[:, 0] < 1
    np.testing.assert_array_equal(made[dim], plain[dim])
    np.testing.assert_allclose(made[~dim], 1, rtol=0, atol=FLOAT32)


def test_what_has_no_luminance_is_black(device):
    # Luminance of red and blue is 0.21 and 0.07: less than none.
    assert (shown(device, [(-1, 0, 0.5), (-1e-3, -1e-3, -1e-3), (0, 0, 0)]) == 0).all()


def test_a_cut_leaves_linear_light_and_cuts_codes(device):
    outside = np.array([(-0.1, 0.5, 1.2)])
    np.testing.assert_allclose(shown(device, outside, compress=False), outside, atol=FLOAT32)
    code = shown(device, outside, compress=False, encode=True)[0]
    assert code[0] == 0
    assert code[2] == pytest.approx(1, abs=1e-6)  # exp2 and log2 are polynomials


# What a render says


@pytest.fixture(scope="module")
def lights():
    """A grey wall with lamps of pure colour in it, from dim to glaring."""
    rgb = np.full((24, 40, 3), 0.1, np.float32)
    for i, way in enumerate(WAYS):
        rgb[2:20, 5 * i + 2 : 5 * i + 5] = np.multiply.outer(
            2.0 ** np.linspace(-4, 4, 18), way
        )[:, None]  # fmt: skip
    return Scene(planes=np.ascontiguousarray(np.moveaxis(rgb, -1, 0)))


FLAT = Settings(grain="off", halation=False, scatter=False, adjacency=False)


@pytest.mark.parametrize("gamut", ["compress", "clip"])
@pytest.mark.parametrize("crop", [None, (1, 3, 11, 9)])
def test_all_that_lies_outside_is_counted_in_the_piece_rendered(lights, gamut, crop):
    settings = Settings(grain="off", gamut=gamut)  # with light that comes from around the piece
    said = render(lights, settings, crop=crop, encode=True)
    # The light itself: a display that is told to leave it.
    light = render(lights, replace(settings, gamut="clip"), crop=crop).image.astype(float)
    beyond = np.maximum(-light, light - 1).max(axis=-1)
    assert 0.02 < (beyond > GAMUT_SLACK).mean() < 0.9
    assert said.gamut.outside == (beyond > GAMUT_SLACK).mean()
    assert said.gamut.farthest == pytest.approx(beyond.max(), abs=FLOAT32)


def test_the_count_follows_from_the_screen_and_the_primaries(lights, print_film):
    """From `--to xyz`, von Kries in CAT16 and the printed primaries, in numpy."""
    screen = render(lights, replace(FLAT, to="xyz", white="lamp")).image.astype(float)
    said = render(lights, replace(FLAT, white="lamp")).gamut
    # Far over, so that nothing is on the film: the clear print.
    clear = render(np.full((1, 1, 3), 1e9), replace(FLAT, to="xyz")).image[0, 0]
    cat16 = np.array([  # Li et al. 2017
        [0.401288, 0.650173, -0.051461],
        [-0.250268, 1.204414, 0.045854],
        [-0.002079, 0.048952, 0.953127],
    ])  # fmt: skip
    lamp = observer() @ illuminant(print_film.projector_lamp)
    gain = (cat16 @ to_xyz("sRGB").sum(axis=1)) / (cat16 @ (lamp / lamp[1]))
    adapted = np.linalg.inv(cat16) @ np.diag(gain) @ cat16 / clear[1]
    light = screen @ (np.linalg.inv(to_xyz("sRGB")) @ adapted).T
    outside = (np.maximum(-light, light - 1).max(axis=-1) > GAMUT_SLACK).mean()
    assert said.outside == pytest.approx(outside, abs=1.5 / (24 * 40))  # a pixel


def test_a_wide_display_holds_it_all_and_moves_nothing(rng):
    pastel = rng.uniform(0.15, 0.5, (8, 8, 3))
    settings = replace(FLAT, display="Rec.2020")
    rolled, plain = (render(pastel, replace(settings, gamut=g)) for g in ("compress", "clip"))
    np.testing.assert_array_equal(rolled.planes, plain.planes)
    assert rolled.gamut.outside == 0
    assert not [note for note in rolled.notes if "outside" in note]


@pytest.mark.parametrize("space", ["ACEScg", "ACES2065-1"])
def test_a_space_of_scene_linear_files_has_no_end(lights, space):
    rolled, plain = (
        render(lights, replace(FLAT, display=space, gamut=g)) for g in ("compress", "clip")
    )
    np.testing.assert_array_equal(rolled.planes, plain.planes)
    assert rolled.gamut is None


def test_other_quantities_know_no_display(lights):
    said = render(lights, replace(FLAT, to="xyz"))
    assert said.gamut is None
    assert "outside_gamut" not in said.metadata


@pytest.mark.parametrize(
    ("gamut", "encode", "fate"),
    [
        ("compress", True, "rolled in, keeping their hue"),
        ("compress", False, "rolled in, keeping their hue"),
        ("clip", True, "cut"),
        ("clip", False, "kept as they are"),
    ],
)
def test_it_is_said_once_and_kept_with_the_picture(lights, tmp_path, gamut, encode, fate):
    done = render(lights, replace(FLAT, gamut=gamut), encode=encode)
    (note,) = [note for note in done.notes if "outside" in note]
    assert note.startswith(f"{done.gamut.outside:.2%} of the pixels are outside sRGB")
    assert note.endswith(f"are {fate}")
    assert not done.save(tmp_path / ("o.png" if encode else "o.exr"))
    assert done.metadata["outside_gamut"] == pytest.approx(done.gamut.outside, abs=1e-6)
    assert done.metadata["gamut"] == gamut


def test_every_display_has_printed_primaries_here():
    bounded = {name for name, standard in DISPLAYS.items() if not standard.linear}
    assert {*PRINTED, "Rec.709"} == bounded  # which has those of sRGB
