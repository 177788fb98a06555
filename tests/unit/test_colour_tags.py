"""What a picture says of its numbers, format by format, and whom of several words it believes."""

import struct

import numpy as np
import OpenImageIO
import pytest
from made_by_hand import (
    ADOBE,
    D50,
    D65,
    PROPHOTO,
    REC709,
    adapted,
    chrm,
    chunk,
    curv,
    exif,
    gama,
    iccp,
    linear_rec709,
    png,
    primaries_to_xyz,
    profile,
    save,
    tiff,
    with_segments,
    xyz_of,
)

from spectral_film.errors import InputError, UsageError
from spectral_film.files.pictures import read_scene

P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
REC2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
CODES = np.array([[[40000, 20000, 10000], [9000, 50000, 30000], [30000, 30000, 30000]]])
UNIT = CODES / 65535
LINEAR = np.array([[[0.2, 0.4, 0.2], [0.4, 0.2, 0.1], [0.18, 0.18, 0.18]]])
ROUNDED = 2e-6  # some roundings of float32
SRGB_CHUNK = chunk(b"sRGB", b"\0")


def srgb(codes):
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def pixels(path, **options):
    return read_scene(path, **options).planes.transpose(1, 2, 0)


def cicp(primaries, transfer, matrix=0, full=1):
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full]))


# PNG, third edition, 4.3

PNG_WORDS = {
    "gamma and primaries": ([gama(2.2), chrm(ADOBE)], UNIT**2.2, ADOBE),
    "gamma alone": ([gama(1.8)], UNIT**1.8, REC709),
    "linear": ([gama(1.0)], UNIT, REC709),
    "primaries alone": ([chrm(P3)], srgb(UNIT), P3),
    "sRGB over gamma": ([gama(1.8), chrm(P3), SRGB_CHUNK], srgb(UNIT), REC709),
    "profile over sRGB": ([SRGB_CHUNK, gama(1.8), iccp(profile(curv(512), P3))], UNIT**2, P3),
    "code points over profile": (
        [iccp(profile(curv(512), P3)), SRGB_CHUNK, cicp(12, 13)], srgb(UNIT), P3),
    "code points": ([cicp(9, 8)], UNIT, REC2020),
    "cameras of television": ([cicp(1, 1)], np.where(
        UNIT < 0.081, UNIT / 4.5, ((UNIT + 0.099) / 1.099) ** (1 / 0.45)), REC709),
    "nothing": ([], srgb(UNIT), REC709),
}  # fmt: skip


@pytest.mark.parametrize("words", PNG_WORDS)
def test_png(tmp_path, words):
    chunks, linear, primaries = PNG_WORDS[words]
    got = pixels(png(tmp_path / "a.png", CODES, *chunks))
    # gAMA and cHRM have 5 digits, BT.709 and profiles 4 or 5: an exponent off by 2.5e-5
    np.testing.assert_allclose(got, linear_rec709(linear, primaries, D65), atol=8e-5)


def test_png_of_grey_has_its_gamma_too(tmp_path):
    got = pixels(png(tmp_path / "a.png", CODES[..., :2], gama(1.8)))
    np.testing.assert_allclose(got, np.repeat(UNIT[..., :1] ** 1.8, 3, axis=2), atol=2e-5)


@pytest.mark.parametrize(("transfer", "white", "grey", "reflectance"), [
    # BT.2408, tables 1 and 2: signals of a white, 203 cd/m2, and of an 18 % grey, 26 cd/m2. It
    # rounds them to 1 %, which is 5 % of light for PQ, and the level of grey from 22 to 30 %.
    (16, 0.58069, 0.38, 26 / 203), (18, 0.75, 0.38, 0.18),
])  # fmt: skip
def test_png_of_high_range_has_its_white_at_1(tmp_path, transfer, white, grey, reflectance):
    codes = np.full((1, 2, 3), round(white * 65535))
    codes[0, 1] = round(grey * 65535)
    got = pixels(png(tmp_path / "a.png", codes, cicp(9, transfer)))
    np.testing.assert_allclose(got[0, 0], 1, rtol=3e-4)
    np.testing.assert_allclose(got[0, 1], reflectance, rtol=0.06)


@pytest.mark.parametrize(("chunks", "said"), [
    ([cicp(2, 2)], r"\(2, 2, 0, 1\)"), ([cicp(1, 17)], "transfer"), ([cicp(3, 13)], "primaries"),
    ([cicp(9, 16, 9)], "no RGB"), ([cicp(1, 13, 0, 0)], "full range"),
    ([chunk(b"cICP", b"\1")], "damaged"), ([chunk(b"gAMA", bytes(4))], "damaged"),
    ([chunk(b"iCCP", b"x\0\0no zlib")], "damaged"), ([chunk(b"cHRM", bytes(32))], "primaries"),
])  # fmt: skip
def test_png_words_that_cannot_be_followed(tmp_path, chunks, said):
    path = png(tmp_path / "a.png", CODES, *chunks)
    with pytest.raises(InputError, match=said):
        read_scene(path)
    np.testing.assert_allclose(pixels(path, input_space="sRGB"), srgb(UNIT), atol=ROUNDED)


# TIFF

SIXTEEN = CODES.astype(np.uint16)
WIDE = {
    318: (5, [345704, 1000000, 358540, 1000000]),
    319: (5, [part for xy in PROPHOTO for number in xy for part in (round(number * 1e6), 10**6)]),
}
TABLE = [round(65535 * (code / 255) ** 1.8) for code in range(256)]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("big", [False, True])
def test_tiff_tags_of_primaries(tmp_path, order, big):
    path = tiff(tmp_path / "a.tif", (SIXTEEN, 2, WIDE), order=order, big=big)
    want = linear_rec709(srgb(UNIT), PROPHOTO, D50)
    np.testing.assert_allclose(pixels(path), want, atol=1e-5)  # six digits
    path = tiff(tmp_path / "f.tif", (LINEAR.astype(np.float32), 2, WIDE), order=order, big=big)
    np.testing.assert_allclose(pixels(path), linear_rec709(LINEAR, PROPHOTO, D50), atol=1e-5)


@pytest.mark.parametrize("each", [1, 3])
def test_tiff_transfer_function(tmp_path, each):
    eight = (CODES // 257).astype(np.uint8)
    curves = {301: (3, TABLE * each)}
    got = pixels(tiff(tmp_path / "a.tif", (eight, 2, curves)))
    np.testing.assert_allclose(got, (eight / 255) ** 1.8, atol=1e-5)  # 16 bits
    grey = pixels(tiff(tmp_path / "g.tif", (eight[..., :1], 1, curves)))
    np.testing.assert_allclose(grey, got[..., [0, 0, 0]], atol=ROUNDED)


def test_tiff_profile_is_believed_before_tags(tmp_path):
    icc = profile(curv(512), P3)
    path = tiff(tmp_path / "a.tif", (SIXTEEN, 2, WIDE | {34675: (2, list(icc))}))
    np.testing.assert_allclose(pixels(path), linear_rec709(UNIT**2, P3, D65), atol=8e-5)


def test_tiff_tags_that_span_no_triangle(tmp_path):
    path = tiff(tmp_path / "a.tif", (SIXTEEN, 2, {318: (5, [0, 0, 1, 3])}))
    with pytest.raises(InputError, match="no set of primaries"):
        read_scene(path)


@pytest.mark.parametrize("tags", [{318: (5, [1, 3])}, {319: (5, [1, 3] * 5)}, {301: (3, [0])}])
def test_tiff_tags_of_too_few_numbers(tmp_path, tags):
    path = tiff(tmp_path / "a.tif", (SIXTEEN, 2, tags))
    with pytest.raises(InputError, match="tags of page 1 cannot be read"):
        read_scene(path)


@pytest.mark.parametrize("number", [np.uint8, np.uint16, np.float32])
def test_tiff_of_which_zero_is_white(tmp_path, number):
    top = 1 if number is np.float32 else np.iinfo(number).max
    codes = np.array([[[0.25], [0.0], [1.0]]]) * top
    linear = {301: (3, [round(at * 65535 / 255) for at in range(256)])}
    path = tiff(tmp_path / "a.tif", (codes.astype(number), 0, linear if top == 255 else {}))
    options = {} if top in (1, 255) else {"input_space": "linear-rec709"}
    want = 1 - np.repeat(codes.astype(number) / top, 3, axis=2)
    np.testing.assert_allclose(pixels(path, **options), want, atol=1e-5)


def test_tiff_of_which_zero_is_white_with_alpha(tmp_path):
    # The library turns alpha round as well.
    path = tiff(tmp_path / "a.tif", (np.zeros((2, 2, 2), np.uint8), 0, {}))
    with pytest.raises(InputError, match="with alpha"):
        read_scene(path)


@pytest.mark.parametrize("number", [np.uint8, np.uint16])
def test_tiff_of_video(tmp_path, number):
    red, green, blue = 0.6, 0.4, 0.2
    y = 0.299 * red + 0.587 * green + 0.114 * blue  # TIFF 6.0, section 21
    stored = np.array([y, (blue - y) / 1.772 + 0.5, (red - y) / 1.402 + 0.5]) * np.ones((8, 8, 1))
    codes = np.rint(stored * np.iinfo(number).max).astype(number)
    path = tiff(tmp_path / "a.tif", (codes, 6, {530: (3, [1, 1])}))
    if number is np.uint8:
        want = srgb(np.array([red, green, blue])) * np.ones((8, 8, 1))
        np.testing.assert_allclose(pixels(path), want, atol=0.015)  # 2 codes of rounding, slope 2
    else:
        with pytest.raises(InputError, match="luminance-chroma"):
            read_scene(path)


# L*, a*, b* of LINEAR, by CIE 15: of linear Rec.709 adapted to the white of the file.
def lab_of(linear, white):
    to_white = adapted(xyz_of(D65), white) @ primaries_to_xyz(REC709, D65)
    x, y, z = np.moveaxis(linear @ to_white.T / white, -1, 0)
    f = [np.cbrt(t) for t in (x, y, z)]  # none is below 0.0089
    return np.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])], axis=-1)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("photometric", "signed"), [(8, True), (9, False)])
def test_tiff_of_cielab(tmp_path, bits, photometric, signed):
    lab, unit = lab_of(LINEAR, np.array([0.9642, 1, 0.8249])), 2 ** (bits - 8)
    top = 2**bits - 1 if signed else 255 * unit
    stored = np.rint(lab * np.array([top / 100, unit, unit])).astype(int)
    stored[..., 1:] = stored[..., 1:] % 2**bits if signed else stored[..., 1:] + 128 * unit
    number = np.uint8 if bits == 8 else np.uint16
    scene = read_scene(tiff(tmp_path / "a.tif", (stored.astype(number), photometric, {})))
    # half a step of L* is 0.8 % of light at 8 bits, half a step of a* or b* 0.6 %, through XYZ
    np.testing.assert_allclose(
        scene.planes.transpose(1, 2, 0), LINEAR, atol=0.012 if bits == 8 else 6e-5
    )
    assert "CIELAB of D50" in scene.notes[-1]


def test_tiff_of_cielab_in_floats_and_of_another_white(tmp_path):
    white = xyz_of((0.3127, 0.3290))
    tags = {318: (5, [3127, 10000, 3290, 10000])}
    stored = lab_of(LINEAR, white).astype(np.float32)
    path = tiff(tmp_path / "a.tif", (stored, 8, tags))
    np.testing.assert_allclose(pixels(path), LINEAR, rtol=1e-5)
    with pytest.raises(UsageError, match="CIELAB"):
        read_scene(path, input_space="sRGB")


def test_tiff_of_lightness_alone(tmp_path):
    with pytest.raises(InputError, match="lightness alone"):
        read_scene(tiff(tmp_path / "a.tif", (SIXTEEN[..., :1], 8, {})))


def test_tiff_pages_have_their_own_tags(tmp_path):
    source = tiff(tmp_path / "a.tif", (SIXTEEN, 2, {}), (SIXTEEN, 2, WIDE))
    opened = OpenImageIO.ImageInput.open(str(source))
    from spectral_film.files.colour_tags import meaning_of

    said = []
    for page in range(2):
        opened.seek_subimage(page, 0)
        said.append(meaning_of(opened, source, "RGB")[0].name)
    assert "0.7347" not in said[0]
    assert "0.7347" in said[1]


@pytest.mark.parametrize(("photometric", "said"), [
    (5, "CMYK"), (10, "ITULab"), (4, "mask"), (32844, "LogL"), (32845, "LogLuv"), (34892, "raw"),
    (32803, "mosaic"), (777, "777"),
])  # fmt: skip
def test_tiff_of_no_light(tmp_path, photometric, said):
    four = np.zeros((2, 2, 4), np.uint8)
    path = tiff(tmp_path / "a.tif", (four, photometric, {}))
    for options in ({}, {"input_space": "sRGB"}):
        with pytest.raises(InputError, match=said):
            read_scene(path, **options)


# JPEG and Exif


def jpeg(path, colour, *segments, names=None):
    save(path, np.full((16, 16, len(colour)), np.array(colour) / 255), "uint8", names=names)
    return with_segments(path, *segments)


def codes_in(path):
    return OpenImageIO.ImageBuf(str(path)).get_pixels(OpenImageIO.FLOAT)


EXIF_WORDS = {
    "sRGB": (exif(1), "sRGB"),
    "Adobe RGB by custom": (exif(2), "AdobeRGB"),
    "Adobe RGB by its index": (exif(65535, "R03"), "AdobeRGB"),
    "sRGB by its index": (exif(65535, "R98"), "sRGB"),
}


@pytest.mark.parametrize("words", EXIF_WORDS)
def test_exif(tmp_path, words):
    segment, space = EXIF_WORDS[words]
    path = jpeg(tmp_path / "a.jpg", (200, 90, 40), (0xE1, segment))
    codes = codes_in(path)
    # 2.2 of the config for 563/256 of the standard: 0.2 % of the darkest, 40/255
    want = srgb(codes) if space == "sRGB" else linear_rec709(codes ** (563 / 256), ADOBE, D65)
    np.testing.assert_allclose(pixels(path), want, atol=1e-4)


def test_exif_that_calibrates_nothing_is_a_question(tmp_path):
    path = jpeg(tmp_path / "a.jpg", (200, 90, 40), (0xE1, exif(65535)))
    with pytest.raises(InputError, match="uncalibrated"):
        read_scene(path)
    np.testing.assert_allclose(pixels(path, input_space="sRGB"), srgb(codes_in(path)), atol=ROUNDED)


def test_jpeg_without_words_is_srgb(tmp_path):
    path = jpeg(tmp_path / "a.jpg", (200, 90, 40))
    np.testing.assert_allclose(pixels(path), srgb(codes_in(path)), atol=ROUNDED)
    grey = jpeg(tmp_path / "g.jpg", (90,))
    np.testing.assert_allclose(pixels(grey), srgb(codes_in(grey)) * np.ones(3), atol=ROUNDED)


def segments_of(icc, parts):
    size = -(-len(icc) // parts)
    return [
        (0xE2, b"ICC_PROFILE\0" + bytes([at + 1, parts]) + icc[at * size : (at + 1) * size])
        for at in range(parts)
    ]


def test_jpeg_profile_in_parts_is_believed_before_exif(tmp_path):
    parts = segments_of(profile(curv(512), P3), 3)
    path = jpeg(tmp_path / "a.jpg", (200, 90, 40), (0xE1, exif(2)), *parts[::-1])
    want = linear_rec709(codes_in(path) ** 2, P3, D65)
    np.testing.assert_allclose(pixels(path), want, atol=8e-5)


def test_jpeg_profile_with_a_part_missing(tmp_path):
    path = jpeg(tmp_path / "a.jpg", (200, 90, 40), *segments_of(profile(), 3)[:2])
    with pytest.raises(InputError, match="parts of its ICC profile are missing"):
        read_scene(path)


def test_jpeg_of_inks(tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.new("CMYK", (16, 16), (10, 20, 30, 40)).save(tmp_path / "a.jpg")
    for options in ({}, {"input_space": "sRGB"}):
        with pytest.raises(InputError, match="CMYK"):
            read_scene(tmp_path / "a.jpg", **options)


# Radiance


def radiance(path, *lines):
    """0.25, 0.5, 0.125 in every pixel, exactly."""
    head = "\n".join(["#?RADIANCE", *lines, "", "-Y 2 +X 8", ""])
    path.write_bytes(head.encode() + bytes([64, 128, 32, 128]) * 16)
    return path


RGBE = "FORMAT=32-bit_rle_rgbe"
QUARTERS = np.array([0.25, 0.5, 0.125])


def test_radiance_primaries(tmp_path):
    plain = radiance(tmp_path / "p.hdr", RGBE)
    np.testing.assert_allclose(pixels(plain)[0, 0], QUARTERS, rtol=5e-3)  # 8 bits
    stored = pixels(plain)[0, 0]
    said = "PRIMARIES= .7347 .2653 .1596 .8404 .0366 .0001 .3457 .3585"
    got = pixels(radiance(tmp_path / "a.hdr", RGBE, "# a note = 1", said))[0, 0]
    prophoto = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
    want = linear_rec709(stored, prophoto, (0.3457, 0.3585))
    np.testing.assert_allclose(got, want, atol=ROUNDED)


def test_radiance_exposure_is_told(tmp_path):
    scene = read_scene(radiance(tmp_path / "a.hdr", RGBE, "EXPOSURE=4", "EXPOSURE= 0.5",
                                "\tEXPOSURE=9"))  # fmt: skip
    assert "EXPOSURE 4 x 0.5" in scene.notes[-1]
    assert scene.planes[0, 0, 0] == pytest.approx(0.25, rel=5e-3)


@pytest.mark.parametrize(("lines", "said"), [
    (["FORMAT=32-bit_rle_xyze"], "XYZ"), ([RGBE, "GAMMA=2.2"], "GAMMA=2.2"),
    ([RGBE, "PRIMARIES=1 2 3"], "eight numbers"), ([RGBE, "PRIMARIES=" + "0 " * 8], "primaries"),
])  # fmt: skip
def test_radiance_that_cannot_be_followed(tmp_path, lines, said):
    with pytest.raises(InputError, match=said):
        read_scene(radiance(tmp_path / "a.hdr", *lines))


# OpenEXR


@pytest.mark.parametrize("names", ["RGB", ("beauty.X", "beauty.Y", "beauty.Z")])
def test_exr_of_xyz_under_other_names(tmp_path, names):
    header = ("float[8]", (1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1 / 3, 1 / 3))
    xyz = LINEAR @ primaries_to_xyz(REC709, D65).T
    path = save(tmp_path / "a.exr", xyz, "float", names=names, chromaticities=header)
    np.testing.assert_allclose(pixels(path), LINEAR, atol=ROUNDED)


def test_exr_of_two_colours_is_no_grey_with_alpha(tmp_path):
    path = save(tmp_path / "a.exr", LINEAR[..., :2], "float", names="RG")
    with pytest.raises(InputError, match="all three"):
        read_scene(path)


def test_exr_of_xyz(tmp_path):
    xyz = LINEAR @ primaries_to_xyz(REC709, D65).T
    scene = read_scene(save(tmp_path / "a.exr", xyz, "float", names="XYZ"))
    np.testing.assert_allclose(scene.planes.transpose(1, 2, 0), LINEAR, atol=ROUNDED)
    assert "CIE XYZ" in scene.notes[-1]


@pytest.mark.parametrize(("white", "seen_under"), [((1 / 3, 1 / 3), D65), (D50, D50)])
def test_exr_of_xyz_with_a_white(tmp_path, white, seen_under):
    # Equal energy is what the primaries X, Y, Z themselves have for white: it says nothing.
    header = ("float[8]", (1.0, 0.0, 0.0, 1.0, 0.0, 0.0, *white))
    xyz = 0.18 * np.ones((1, 2, 1)) * xyz_of(seen_under)
    path = save(tmp_path / "a.exr", xyz, "float", names="XYZ", chromaticities=header)
    np.testing.assert_allclose(pixels(path), 0.18, rtol=1e-5)


@pytest.mark.parametrize("primaries", [REC709, REC2020])
def test_exr_of_luminance_and_chroma(tmp_path, primaries):
    y = LINEAR @ primaries_to_xyz(primaries, D65)[1]
    stored = np.stack([y, LINEAR[..., 0] / y - 1, LINEAR[..., 2] / y - 1], axis=-1)
    header = ("float[8]", (*map(float, np.ravel(primaries)), *D65))
    path = save(tmp_path / "a.exr", stored, "float", names=("Y", "RY", "BY"), chromaticities=header)
    np.testing.assert_allclose(pixels(path), linear_rec709(LINEAR, primaries, D65), atol=ROUNDED)


def test_exr_of_subsampled_chroma_is_called_so(tmp_path):
    def attribute(name, kind, value):
        return name + b"\0" + kind + b"\0" + struct.pack("<I", len(value)) + value

    def channel(name, step):
        return name + b"\0" + struct.pack("<IB3xII", 2, 0, step, step)

    window = struct.pack("<4i", 0, 0, 7, 3)
    (tmp_path / "a.exr").write_bytes(
        b"\x76\x2f\x31\x01\2\0\0\0"
        + attribute(b"channels", b"chlist",
                    channel(b"BY", 2) + channel(b"RY", 2) + channel(b"Y", 1) + b"\0")
        + attribute(b"compression", b"compression", b"\0")
        + attribute(b"dataWindow", b"box2i", window) + attribute(b"displayWindow", b"box2i", window)
        + attribute(b"lineOrder", b"lineOrder", b"\0")
        + attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1))
        + attribute(b"screenWindowCenter", b"v2f", bytes(8))
        + attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1)) + b"\0" + bytes(400)
    )  # fmt: skip
    with pytest.raises(InputError, match="luminance-chroma"):
        read_scene(tmp_path / "a.exr")


@pytest.mark.parametrize("names", [("Y",), ("Y", "A"), ("I",), ("luminance", "Z")])
@pytest.mark.parametrize("suffix", ["exr", "tif"])
def test_grey(tmp_path, names, suffix):
    stored = np.random.default_rng(5).uniform(0, 1, (3, 4, len(names))).astype(np.float32)
    stored[..., 1:] = 1  # an alpha that covers all
    if suffix == "tif":
        path = tiff(tmp_path / "a.tif", (stored, 1, {}))
    else:
        header = ("float[8]", (*map(float, np.ravel(REC2020)), *D65))  # grey has no primaries
        path = save(tmp_path / "a.exr", stored, "float", names=names, chromaticities=header)
    scene = read_scene(path)
    np.testing.assert_array_equal(scene.planes, np.repeat(stored[None, ..., 0], 3, axis=0))
    assert len(scene.passengers) == len(names) - 1
    assert "is taken for R, G and B" in " ".join(scene.notes)


def test_grey_goes_through_the_space_that_is_asked_for(tmp_path):
    path = save(tmp_path / "a.exr", np.full((1, 2, 1), 0.391), "float", names="Y")
    # the code of 18 % grey as the maker publishes it, three digits
    np.testing.assert_allclose(read_scene(path, input_space="LogC3").planes, 0.18, rtol=2e-3)


@pytest.mark.parametrize(("header", "said"), [
    ({"colorInteropID": "studio:lin_own"}, "studio:lin_own"),
    ({"colorInteropID": "data"}, "no colour"),
    ({"chromaticities": ("float[3]", (0.1, 0.2, 0.3))}, "8 numbers"),
])  # fmt: skip
def test_exr_words_that_cannot_be_followed(tmp_path, header, said):
    path = save(tmp_path / "a.exr", LINEAR, "float", **header)
    with pytest.raises(InputError, match=said):
        read_scene(path)
    np.testing.assert_allclose(pixels(path, input_space="linear-sRGB"), LINEAR, rtol=1e-6)


def test_exr_interop_id_is_believed_before_chromaticities(tmp_path):
    header = ("float[8]", (*map(float, np.ravel(REC709)), *D65))
    path = save(
        tmp_path / "a.exr", LINEAR, "float", colorInteropID="lin_rec2020_scene",
        chromaticities=header,
    )  # fmt: skip
    np.testing.assert_allclose(pixels(path), linear_rec709(LINEAR, REC2020, D65), atol=1e-5)


def test_exr_name_of_a_studio_gives_way_to_chromaticities(tmp_path):
    header = ("float[8]", (*map(float, np.ravel(REC2020)), *D65))
    path = save(
        tmp_path / "a.exr", LINEAR, "float", colorInteropID="studio:lin_own", chromaticities=header
    )
    np.testing.assert_allclose(pixels(path), linear_rec709(LINEAR, REC2020, D65), atol=1e-5)


# Photoshop, JPEG 2000, BMP


@pytest.mark.parametrize(("mode", "said"), [
    (0, "bitmap"), (4, "CMYK"), (7, "multichannel"), (8, "duotone"), (9, "CIELAB"),
])  # fmt: skip
def test_photoshop_modes_of_no_light(tmp_path, mode, said):
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 2, 2, 8, mode)
    (tmp_path / "a.psd").write_bytes(head + bytes(14) + bytes(12))
    with pytest.raises(InputError, match=said):
        read_scene(tmp_path / "a.psd")


@pytest.mark.parametrize(("space", "said"), [(12, "CMYK"), (14, "CIELAB"), (21, "ProPhoto")])
def test_jpeg_2000_of_other_spaces(tmp_path, space, said):
    path = save(tmp_path / "a.jp2", np.full((32, 32, 3), 0.5), "uint8")
    srgb_named = b"colr\1\0\0" + struct.pack(">I", 16)
    content = path.read_bytes()
    assert content.count(srgb_named) == 1
    path.write_bytes(content.replace(srgb_named, srgb_named[:-1] + bytes([space])))
    with pytest.raises(InputError, match=said):
        read_scene(path)


def bmp(path, space, content=b""):
    """Two by two pixels of (B, G, R) = (40, 90, 200) under a BITMAPV5HEADER."""
    head = struct.pack("<IiiHHIIiiII", 124, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0) + bytes(16) + space
    head = head.ljust(112, b"\0") + struct.pack("<III", 124 + 16, len(content), 0)
    rows = (bytes([40, 90, 200]) * 2 + b"\0\0") * 2
    size = 14 + len(head) + len(rows) + len(content)
    path.write_bytes(
        b"BM" + struct.pack("<IHHI", size, 0, 0, 14 + len(head)) + head + rows + content
    )
    return path


def test_bmp_with_a_profile(tmp_path):
    path = bmp(tmp_path / "a.bmp", b"DEBM", profile(curv(512), P3))
    want = linear_rec709((np.array([200, 90, 40]) / 255) ** 2, P3, D65)
    np.testing.assert_allclose(pixels(path)[0, 0], want, atol=8e-5)
    with pytest.raises(InputError, match="another file"):
        read_scene(bmp(tmp_path / "l.bmp", b"KNIL"))
    plain = pixels(bmp(tmp_path / "s.bmp", b"BGRs"))[0, 0]
    np.testing.assert_allclose(plain, srgb(np.array([200, 90, 40]) / 255), rtol=1e-5)
