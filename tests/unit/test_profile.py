"""ICC profiles: what their curves and matrices make of numbers, whatever they are called."""

import struct

import numpy as np
import pytest
from made_by_hand import (
    ADOBE,
    D50,
    D65,
    PROPHOTO,
    REC709,
    curv,
    iccp,
    linear_rec709,
    para,
    png,
    profile,
    save,
)

from spectral_film.errors import InputError
from spectral_film.files.colour.profile import profile_space
from spectral_film.files.pictures import read_scene

CODES = np.array([[-0.2, 0.0, 0.01], [0.03, 0.2, 0.5], [0.8, 1.0, 1.0], [1.3, 1.7, 0.4]])
# s15Fixed16 rounds each number of the matrix by 8e-6; three of them, times up to 3.2 of XYZ to RGB.
ROUNDED = 8e-5


def decoded(content, codes, **options):
    pixels = np.array(codes, np.float32).reshape(1, -1, 3)
    profile_space(content, "a.tif", **options)(pixels)
    return pixels[0]


def mirrored(exponent):
    return lambda x: np.sign(x) * np.abs(x) ** exponent


def ramp(exponent, entries):
    return curv(*(round(65535 * (at / (entries - 1)) ** exponent) for at in range(entries)))


SRGB = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
CURVES = {
    "identity": (curv(), lambda x: x),
    "gamma": (curv(563), mirrored(563 / 256)),
    "type 0": (para(0, 1.8), mirrored(1.8)),
    "type 1": (para(1, 2.4, 0.8, 0.1),
               lambda x: np.where(x > -0.125, np.abs(0.8 * x + 0.1), 0) ** 2.4),
    "type 2": (para(2, 2.0, 0.9, -0.09, 0.05),
               lambda x: np.where(x > 0.1, (0.9 * x - 0.09) ** 2, 0) + 0.05),
    "type 3": (para(3, *SRGB), lambda x: np.where(
        x > 0.04045, (np.abs(x + 0.055) / 1.055) ** 2.4, x / 12.92)),
    "type 4": (para(4, 2.2, 0.95, 0.02, 0.3, 0.1, 0.01, 0.02),
               lambda x: np.where(x > 0.1, np.abs(0.95 * x + 0.02) ** 2.2 + 0.01, 0.3 * x + 0.02)),
}  # fmt: skip


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize("curve", CURVES)
def test_curves_are_what_the_standard_says_and_go_on_beyond_0_and_1(curve, version):
    tag, formula = CURVES[curve]
    got = decoded(profile(tag, PROPHOTO, D50, version=version), CODES)
    want = linear_rec709(formula(CODES), PROPHOTO, D50)
    np.testing.assert_allclose(got, want, atol=4 * ROUNDED)  # light of up to 3.2


def test_a_table_is_straight_between_its_values_and_along_its_ends():
    values = np.array([0, 1000, 9000, 30000, 65535])
    codes = np.array([[-0.5, 0.0, 0.125], [0.3, 0.6, 0.75], [0.9, 1.0, 1.5]])
    at = np.array([-0.25, 0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5])  # the last steps, drawn on
    drawn_on = np.array([-1000, *values, 101070, 136605]) / 65535
    want = linear_rec709(np.interp(codes, at, drawn_on), REC709, D65)
    below = codes < -0.25
    want[below.any(axis=1)] += linear_rec709(np.where(below, -1000 / 65535, 0), REC709, D65)[
        below.any(axis=1)
    ]
    np.testing.assert_allclose(decoded(profile(curv(*values)), codes), want, atol=2 * ROUNDED)


def test_a_long_table_is_its_curve():
    codes = np.random.default_rng(3).uniform(0, 1, (50, 3))
    got = decoded(profile(ramp(2.2, 4096), ADOBE), codes)
    np.testing.assert_allclose(got, linear_rec709(codes**2.2, ADOBE, D65), atol=2 * ROUNDED)


def test_each_channel_has_its_own_curve():
    curves = curv(256), curv(512), curv(768)
    want = linear_rec709(np.sign(CODES) * np.abs(CODES) ** np.array([1, 2, 3]), REC709, D65)
    np.testing.assert_allclose(decoded(profile(curves), CODES), want, atol=5 * ROUNDED)


@pytest.mark.parametrize(("primaries", "white"), [(PROPHOTO, D50), (ADOBE, D65)])
def test_grey_stays_grey(primaries, white):
    got = decoded(profile(curv(461), primaries, white), np.repeat(np.linspace(0, 2, 40), 3))
    assert np.ptp(got, axis=1).max() <= 3e-7 * got.max()  # roundings of float32, no more
    np.testing.assert_allclose(got[:, 1], np.linspace(0, 2, 40) ** (461 / 256), rtol=1e-6)


@pytest.mark.parametrize(("suffix", "number"), [
    ("tif", "uint16"), ("tif", "half"), ("tif", "float"), ("png", "uint16"),
])  # fmt: skip
@pytest.mark.parametrize("name", ["sRGB-elle-V2-g10.icc", "Display P3", "Adobe RGB (1998)", ""])
def test_a_picture_is_what_its_profile_holds_never_what_it_is_called(
    tmp_path, suffix, number, name
):
    linear = np.array([[[0.2, 0.4, 0.2], [0.5, 0.125, 0.0625], [0.18, 0.18, 0.18]]])
    path = save(tmp_path / f"a.{suffix}", linear, number, profile(None, PROPHOTO, D50, name=name))
    scene = read_scene(path)
    want = linear_rec709(linear, PROPHOTO, D50)[0]
    # half a code of 16 bits, or 11 bits of a half float; both times the largest of the matrix, 2
    atol = {"uint16": 2e-5, "half": 2.5e-4, "float": 0}[number] + ROUNDED
    np.testing.assert_allclose(scene.planes[:, 0].T, want, atol=atol)
    assert "by its ICC profile" in scene.notes[-1]
    assert f"input space: {name or 'without a name'}, " in scene.notes[-1]


def test_light_above_white_is_kept_in_float_files(tmp_path):
    linear = np.array([[[8.0, 0.5, -0.25]]])
    path = save(tmp_path / "a.tif", linear, "float", profile(None, PROPHOTO, D50))
    np.testing.assert_allclose(
        read_scene(path).planes[:, 0, 0], linear_rec709(linear, PROPHOTO, D50)[0, 0], rtol=2e-5
    )


def test_a_written_display_is_read_back(tmp_path):
    from spectral_film.files.output import write_picture

    codes = np.random.default_rng(4).uniform(0, 1, (3, 4, 5)).astype(np.float32)
    write_picture(tmp_path / "a.tif", codes, display="Rec.2020")
    rec2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
    want = linear_rec709(codes.transpose(1, 2, 0) ** 2.4, rec2020, D65)
    np.testing.assert_allclose(
        read_scene(tmp_path / "a.tif").planes.transpose(1, 2, 0), want, atol=5 * ROUNDED
    )


def test_primaries_that_make_no_grey_of_equal_numbers_are_followed_and_told():
    made = profile()
    red = struct.unpack(">3i", made.split(b"XYZ ")[3][4:16])  # behind the header's own and wtpt
    halved = made.replace(struct.pack(">3i", *red), struct.pack(">3i", *(n // 2 for n in red)))
    want = linear_rec709(np.array([0.5, 1.0, 1.0]), REC709, D65)
    np.testing.assert_allclose(decoded(halved, [1, 1, 1])[0], want, atol=ROUNDED)
    assert "not grey" in profile_space(halved, "a.tif").name


# Grey


def test_a_grey_profile_is_the_curve_of_a_grey_picture(tmp_path):
    grey = profile(ramp(1.8, 1024), space=b"GRAY")
    codes = np.full((2, 3, 1), 0.5)
    planes = read_scene(save(tmp_path / "a.tif", codes, "uint16", grey)).planes
    assert planes.shape == (3, 2, 3)
    np.testing.assert_allclose(planes, 0.5**1.8, atol=2e-5)
    assert (planes == planes[0]).all()


def test_a_grey_profile_of_lightness_goes_by_lightness():
    # L* 50 is Y 0.18419 (CIE 15).
    half = decoded(profile(curv(), space=b"GRAY", connection=b"Lab "), [0.5] * 3, grey=True)
    np.testing.assert_allclose(half, 0.1841865, rtol=1e-5)


def test_an_rgb_profile_serves_a_grey_picture(tmp_path):
    codes = np.full((2, 3, 1), 32768)
    path = png(tmp_path / "a.png", codes, iccp(profile(curv(512), PROPHOTO, D50)))
    np.testing.assert_allclose(read_scene(path).planes, (32768 / 65535) ** 2, rtol=1e-5)


# Refusals


@pytest.mark.parametrize(("content", "said"), [
    (profile(space=b"GRAY"), "grey pictures"),
    (profile(space=b"CMYK"), "of CMYK"),
    (profile(space=b"Lab "), "of Lab"),
    (profile(kind=b"link"), "device link"),
    (profile(kind=b"abst"), "abstract"),
    (profile(kind=b"nmcl"), "named colours"),
    (profile(extra={b"A2B0": b"mft2" + bytes(60)}), "LUT profile"),
    (profile(extra={b"rTRC": b"para" + struct.pack(">IHH", 0, 9, 0)}), "damaged"),
    (profile(extra={b"rTRC": b"text" + bytes(8)}), "damaged"),
    (profile(extra={b"gXYZ": b"XYZ " + bytes(16)}), "damaged"),
    (profile(extra={b"rTRC": para(1, 2.0, 0.0, 0.5)}), "damaged"),
    (profile(extra={b"rTRC": b"curv" + struct.pack(">II", 0, 2**31)}), "damaged"),
    (profile(connection=b"Lab "), "damaged"),
    (b"", "damaged"),
    (b"no profile" * 50, "damaged"),
])  # fmt: skip
def test_what_cannot_be_followed_is_refused_in_a_line(content, said):
    with pytest.raises(InputError, match=said) as refusal:
        profile_space(content, "a.tif")
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).startswith("a.tif: its ICC profile ")


def test_a_profile_that_is_cut_anywhere_is_damaged():
    whole = profile(ramp(2.2, 64))
    for end in range(0, len(whole), 7):
        with pytest.raises(InputError, match="damaged"):
            profile_space(whole[:end], "a.tif")


@pytest.mark.parametrize("version", [2, 4])
def test_a_name_stays_on_one_line(version):
    name = profile_space(profile(name="two\nlines\x1b[31m" * 20, version=version), "a.tif").name
    assert name.isprintable()
    assert len(name) <= 60


@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_a_damaged_profile_stops_the_picture_unless_the_space_is_given(tmp_path, suffix):
    content = profile(name="x")[:-30]
    if suffix == "png":
        path = png(tmp_path / "a.png", np.zeros((2, 2, 3)), iccp(content))
    else:
        path = save(tmp_path / "a.tif", np.zeros((2, 2, 3)), "uint16", content)
    with pytest.raises(InputError, match="damaged"):
        read_scene(path)
    assert read_scene(path, input_space="sRGB").planes.shape == (3, 2, 2)


def test_code_points_inside_a_profile_say_what_its_curves_only_come_near_to():
    # BT.2408: a white of 203 cd/m2 has the PQ signal 0.5807.
    pq = profile(curv(512), extra={b"cicp": b"cicp" + bytes(4) + bytes([9, 16, 0, 1])})
    np.testing.assert_allclose(decoded(pq, [0.58069] * 3), 1, rtol=1e-4)
    assert "PQ" in profile_space(pq, "a.tif").name


def test_white_is_white_though_it_is_not_that_of_the_connection():
    dci = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
    np.testing.assert_allclose(decoded(profile(None, dci, (0.314, 0.351)), [1, 1, 1]), 1, rtol=1e-6)
