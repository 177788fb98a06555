"""Camera RAW: synthetic DNGs, whose light is known, against what comes out."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from spectral_film.errors import InputError, UsageError
from spectral_film.files.pictures import read_scene
from spectral_film.files.raw.clipping import raise_clipped
from spectral_film.light.difference import ciede2000, cielab
from spectral_film.light.known_cameras import sensitivity_of
from spectral_film.light.spectra import colour_chart, equal_luminance, illuminant, observer
from tests.synthetic_dng import COLOR_MATRIX, D65, NEUTRAL, A, write_dng

EXPOSURE, PATCHES = 0.01, 0.03  # what is asked of a conversion, relative
METERED = 0.18 / np.sqrt(2)  # of the clip: ISO 12232, saturation-based speed
PATCH = 24  # pixels
# Independent of the code: XYZ of D65 -> linear Rec.709, IEC 61966-2-1; Bradford's cones.
XYZ_TO_709 = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560],
     [0.0556434, -0.2040259, 1.0572252]]
)  # fmt: skip
CONES = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
D65_XYZ = np.array([0.95047, 1, 1.08883])
D50_XYZ = np.array([0.96422, 1, 0.82521])


def patches(values: np.ndarray) -> np.ndarray:
    """A picture of a row of patches, (y, x, 3)."""
    return np.repeat(np.repeat(values[None], PATCH, axis=0), PATCH, axis=1)


def read_patches(path: Path, **options: object) -> np.ndarray:
    """Linear Rec.709 in the middle of each patch, (patch, 3)."""
    planes = read_scene(path, **options).planes
    middle = planes[:, PATCH // 4 : -PATCH // 4]
    columns = middle.reshape(3, middle.shape[1], -1, PATCH)[..., PATCH // 4 : -PATCH // 4]
    return columns.mean(axis=(1, 3)).T


def chart_xyz(light: str) -> tuple[np.ndarray, np.ndarray]:
    """XYZ of the colour chart in a light, and of a white, Y = 1."""
    power = equal_luminance(illuminant(light))
    ybar = observer()[1].sum()
    return np.stack(list(colour_chart().values())) * power @ observer().T / ybar, (
        observer() @ power / ybar
    )


def adapted(xyz: np.ndarray, white: np.ndarray, to: np.ndarray) -> np.ndarray:
    """By Bradford, (colour, 3)."""
    gain = (CONES @ to) / (CONES @ white)
    return xyz @ np.linalg.solve(CONES, gain[:, None] * CONES).T


def near(got: np.ndarray, expected: np.ndarray, share: float) -> None:
    """Within a share of each colour's brightest channel."""
    assert (np.abs(got - expected).max(axis=1) < share * expected.max(axis=1)).all()


def test_a_metered_grey_card_lands_where_a_meter_puts_it_on_film(tmp_path):
    card = patches(METERED * np.array([NEUTRAL]))
    assert read_patches(write_dng(tmp_path / "a.dng", card)) == pytest.approx(0.18, rel=EXPOSURE)


@pytest.mark.parametrize("stops", [-0.5, 1.0])
def test_a_file_may_say_that_its_camera_meters_otherwise(tmp_path, stops):
    card = patches(METERED * 2**-stops * np.array([NEUTRAL]))
    path = write_dng(tmp_path / "a.dng", card, baseline=stops)
    assert read_patches(path) == pytest.approx(0.18, rel=EXPOSURE)
    assert f"{stops:+.2f}" in " ".join(read_scene(path).notes)


def test_a_dark_picture_is_not_lifted_to_its_brightest_pixel(tmp_path):
    """As LibRaw does by default: exposure would follow from what else is in the picture."""
    card = patches(0.8 * np.array([NEUTRAL]))
    read = read_patches(write_dng(tmp_path / "a.dng", card))
    assert read == pytest.approx(0.8 * np.sqrt(2), rel=EXPOSURE)


def test_a_chart_has_its_colours(tmp_path):
    """A camera that sees as its matrix says, in a light that is neither of the file's."""
    xyz, white = chart_xyz("D50")
    neutral = COLOR_MATRIX @ white
    camera = xyz @ COLOR_MATRIX.T / neutral[1] * METERED / 0.18
    path = write_dng(tmp_path / "a.dng", patches(camera), neutral=neutral / neutral.max())
    near(read_patches(path), adapted(xyz, white, D65_XYZ) @ XYZ_TO_709.T, PATCHES)


@pytest.mark.parametrize(("light", "which"), [("A", 0), ("D65", 1)])
def test_of_two_matrices_the_light_of_the_shot_chooses(tmp_path, light, which):
    in_tungsten = COLOR_MATRIX @ np.diag([1.15, 0.95, 0.9])
    matrices = {A: in_tungsten, D65: COLOR_MATRIX}
    xyz, white = chart_xyz(light)
    seen = list(matrices.values())[which]
    neutral = seen @ white
    path = write_dng(
        tmp_path / "a.dng",
        patches(xyz @ seen.T / neutral[1] * METERED / 0.18),
        matrices=matrices,
        neutral=neutral / neutral.max(),
    )
    near(read_patches(path), adapted(xyz, white, D65_XYZ) @ XYZ_TO_709.T, PATCHES)


def test_a_forward_matrix_is_believed_before_the_other(tmp_path):
    forward = np.array([[0.60, 0.25, 0.11422], [0.25, 0.70, 0.05], [0.02, 0.10, 0.70521]])
    balanced = np.array([[0.6, 0.2, 0.1], [0.1, 0.5, 0.2], [0.2, 0.2, 0.6], [0.18, 0.18, 0.18]])
    camera = balanced * NEUTRAL / np.sqrt(2)
    path = write_dng(tmp_path / "a.dng", patches(camera), forward={D65: forward})
    expected = adapted(balanced @ forward.T, D50_XYZ, D65_XYZ) @ XYZ_TO_709.T
    near(read_patches(path), expected, PATCHES)


def test_the_camera_own_departure_from_its_kind_is_taken_off(tmp_path):
    """CameraCalibration1 and AnalogBalance stand before the matrix of its kind."""
    calibration, balance = np.diag([1.1, 1.0, 0.9]), np.array([1.2, 1.0, 0.8])
    seen = np.diag(balance) @ calibration @ COLOR_MATRIX
    xyz, white = chart_xyz("D65")
    neutral = seen @ white
    tags = [
        (50723, 10, 9, _fractions(calibration), True),
        (50727, 5, 3, _fractions(balance), True),
    ]
    path = write_dng(
        tmp_path / "a.dng",
        patches(xyz @ seen.T / neutral[1] * METERED / 0.18),
        neutral=neutral / neutral.max(),
        more=tags,
    )
    near(read_patches(path), adapted(xyz, white, D65_XYZ) @ XYZ_TO_709.T, PATCHES)


@pytest.mark.parametrize("model", ["NIKON D5100", "Canon EOS 5D Mark II"])
def test_a_measured_camera_is_believed_by_its_sensitivities(tmp_path, model):
    """Of a chart that the fit has not seen: 1.1 and .8 were measured, a third more is let pass."""
    found = sensitivity_of(model)
    assert found is not None
    light, sensitivity = illuminant("D55"), found[1]
    white = sensitivity @ light
    surfaces = np.stack(list(colour_chart().values()))
    balanced = surfaces @ (sensitivity * light).T / white
    neutral = np.array([0.5, 1.0, 0.7])  # the channels' own levels do not count
    # A matrix whose white in this light is that neutral, as the camera's file would have it.
    xyz_white = observer() @ light
    matrix = np.diag(neutral / (xyz_white / xyz_white[1]))
    path = write_dng(
        tmp_path / "a.dng",
        patches(balanced * neutral * METERED / 0.18),
        model=model,
        matrices={D65: matrix},
        neutral=neutral,
    )
    assert "measured sensitivities" in read_scene(path).notes[0]
    assert "55" in read_scene(path).notes[0].split("light of ")[1][:4]
    got = read_patches(path)
    seen_in_d65 = chart_xyz("D65")[0]
    to_xyz = np.linalg.inv(XYZ_TO_709)
    lab = [cielab(xyz.T, D65_XYZ) for xyz in (got @ to_xyz.T, seen_in_d65)]
    differences = np.linalg.norm(ciede2000(*lab), axis=0)
    assert differences.mean() < 1.5
    assert got[18:] == pytest.approx(seen_in_d65[18:] @ XYZ_TO_709.T, rel=0.03)  # the greys


def test_a_camera_that_libraw_knows_needs_no_matrix(tmp_path):
    card = patches(METERED * np.array([NEUTRAL]))
    path = write_dng(tmp_path / "a.dng", card, model="Canon EOS 5D Mark III", matrices={})
    assert "LibRaw's matrix" in read_scene(path).notes[0]
    assert read_patches(path) == pytest.approx(0.18, rel=EXPOSURE)


def test_without_a_white_of_the_shot_it_is_that_of_daylight_and_told(tmp_path):
    path = write_dng(tmp_path / "a.dng", patches(np.full((1, 3), 0.1)), neutral=None)
    assert "of daylight, since the file tells none" in " ".join(read_scene(path).notes)


def test_highlights_go_on_above_white_and_stay_neutral(tmp_path):
    """Green clips first: in its place stands what red and blue still tell."""
    levels = np.array([0.9, 1.1, 1.4])[:, None]  # of green's clip
    camera = levels * np.array([NEUTRAL])
    read = read_patches(write_dng(tmp_path / "a.dng", patches(camera)))
    expected = np.repeat(levels * np.sqrt(2), 3, axis=1)
    near(read, expected, PATCHES)


def test_where_all_is_clipped_it_is_white_and_no_darker_than_what_was_still_told(tmp_path):
    levels = np.array([1.55, 3.0])[:, None]  # blue goes to 1.6, red to 2
    read = read_patches(write_dng(tmp_path / "a.dng", patches(levels * np.array([NEUTRAL]))))
    assert read[1] == pytest.approx(np.sqrt(2) * 2, rel=PATCHES)
    assert (read[1] >= read[0]).all()


def test_no_clipped_channel_becomes_darker_and_no_whole_one_is_touched():
    rng = np.random.default_rng(5)
    clip = np.array([2.0, 1.0, 1.6], np.float32)
    before = np.minimum(rng.uniform(0, 2.5, (64, 64, 3)), clip).astype(np.float32)
    after = before.copy()
    found = raise_clipped(after, clip)
    assert found == (before >= 0.99 * clip).any(axis=-1).sum()
    assert (after >= before).all()
    assert (after == before)[before < 0.9 * clip].all()


def test_it_stands_upright(tmp_path):
    camera = np.full((48, 72, 3), 0.05)
    camera[:16] = 0.2  # bright above, as the sensor lay
    planes = read_scene(write_dng(tmp_path / "a.dng", camera, orientation=6)).planes
    assert planes.shape == (3, 72, 48)
    assert planes[1, 36, 44] > 2 * planes[1, 36, 20]  # turned right: above is to the right


def test_pixels_that_hold_all_channels(tmp_path):
    camera = np.array([[0.1, 0.2, 0.125], [0.3, 0.1, 0.2]])
    read = read_patches(write_dng(tmp_path / "a.dng", patches(camera), mosaic=False))
    mosaic = read_patches(write_dng(tmp_path / "b.dng", patches(camera)))
    near(read, mosaic, 0.005)


def test_a_sensor_without_colours(tmp_path):
    path = write_dng(tmp_path / "a.dng", patches(np.full((1, 3), METERED)), grey=True)
    assert read_patches(path) == pytest.approx(0.18, rel=EXPOSURE)
    assert "without colours" in read_scene(path).notes[0]


@pytest.mark.parametrize(
    "options",
    [{"input_space": "sRGB"}, {"input_view": "camera"}, {"part": 0}, {"layer": "x"},
     {"spectra": "reflectance"}, {"wavelengths": "400:700:10"}],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
def test_options_of_other_files_are_refused(tmp_path, options):
    path = write_dng(tmp_path / "a.dng", patches(np.full((1, 3), 0.1)))
    with pytest.raises(UsageError, match=f"camera RAW .*leave out --{next(iter(options))[:5]}"):
        read_scene(path, **options)


def test_without_the_extra_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rawpy", None)
    path = write_dng(tmp_path / "a.dng", patches(np.full((1, 3), 0.1)))
    with pytest.raises(UsageError, match=r"spectral-film\[raw\]"):
        read_scene(path)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ({"matrices": {D65: np.zeros((3, 3))}}, "make no sense together"),
        ({"matrices": {D65: -COLOR_MATRIX}}, "make no sense together"),
        ({"baseline": 40.0}, "baseline exposure is 40"),
        ({"neutral": (0.5, 0.0, 0.5)}, "its neutral is"),
        ({"matrices": {}}, "nothing is known of the colours of Unheard-of X1"),
        ({"more": [(50721, 10, 2, (1, 1, 1, 1), True)], "matrices": {}}, "has 2 numbers"),
        ({"more": [(50721, 10, 9, (1, 0) * 9, True)], "matrices": {}}, "is no number"),
    ],
    ids=str,
)
def test_tags_that_make_no_sense(tmp_path, damage, said):
    path = write_dng(tmp_path / "a.dng", patches(np.full((1, 3), 0.1)), **damage)
    with pytest.raises(InputError, match=said):
        read_scene(path)


def test_files_that_are_none(tmp_path):
    whole = write_dng(tmp_path / "a.dng", patches(np.full((4, 3), 0.1))).read_bytes()
    for name, content in {
        "cut.dng": whole[: len(whole) // 2],
        "text.cr3": b"no picture at all",
        "tiff.nef": b"II*\0" + bytes(300),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=f"{name}: LibRaw cannot read it"):
            read_scene(tmp_path / name)


def test_more_pixels_than_bytes(tmp_path):
    path = write_dng(tmp_path / "a.dng", patches(np.full((4, 3), 0.1)))
    with tifffile.TiffFile(path, mode="r+") as written:
        written.pages[0].tags["ImageWidth"].overwrite(50_000)
        written.pages[0].tags["ImageLength"].overwrite(40_000)
    with pytest.raises(InputError, match=r"a\.dng: claims 2000 megapixels, in \d+ bytes"):
        read_scene(path)


def test_more_pixels_than_memory(tmp_path, monkeypatch):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemAvailable: 10 kB\n")
    monkeypatch.setattr("spectral_film.files.memory.MEMINFO", meminfo)
    path = write_dng(tmp_path / "a.dng", patches(np.full((4, 3), 0.1)))
    with pytest.raises(InputError, match="are free"):
        read_scene(path)


def _fractions(values: np.ndarray) -> tuple[int, ...]:
    return tuple(part for value in values.ravel() for part in (round(value * 1000), 1000))
