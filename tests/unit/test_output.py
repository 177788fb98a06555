"""Pictures out: the numbers, the tags, the provenance, and that nothing is lost or half written."""

import io
import json
import signal
import time

import colour
import numpy as np
import OpenImageIO
import pytest
from PIL import Image, ImageCms

from spectral_film.errors import OutputError, UsageError
from spectral_film.files import output
from spectral_film.files.formats import FORMATS
from spectral_film.files.icc import display_profile
from spectral_film.files.output import check_target, is_integer, write_picture
from spectral_film.files.pictures import read_scene
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import Scene

LOSSY = (".jpg", ".jpeg")
EVERY = [(suffix, bits) for suffix, kind in FORMATS.items() for bits in kind.types]
FLOATS = [(".exr", 16), (".exr", 32), (".tif", 32)]


def planes(low=0.0, high=1.0, height=20, width=30):
    random = np.random.default_rng(5).uniform(low, high, (3, height, width))
    return random.astype(np.float32)


def reread(path, number=OpenImageIO.FLOAT):
    """The file's own numbers, (channel, y, x), and its header."""
    wanted = OpenImageIO.ImageSpec()
    wanted["oiio:UnassociatedAlpha"] = 1
    source = OpenImageIO.ImageInput.open(str(path), wanted)
    pixels, spec = source.read_image(number), source.spec()
    source.close()
    return pixels.transpose(2, 0, 1), spec


# The numbers


@pytest.mark.parametrize(("suffix", "bits"), FLOATS)
def test_floats_for_a_screen_say_that_they_are_no_scene(tmp_path, suffix, bits):
    path = tmp_path / f"a{suffix}"
    write_picture(path, planes(), bits=bits, display="Rec.709")
    _, spec = reread(path)
    if suffix == ".exr":
        said = spec.get_string_attribute("film:coding")
    else:
        said = json.loads(spec.get_string_attribute("ImageDescription"))["coding"]
    assert said.startswith("display-linear")
    write_picture(tmp_path / "scene.exr", planes(), quantity="scene")
    _, spec = reread(tmp_path / "scene.exr")
    assert not spec.get_string_attribute("film:coding")


@pytest.mark.parametrize(("suffix", "bits"), EVERY)
def test_display_values_come_back_within_half_a_step(tmp_path, suffix, bits):
    path = tmp_path / f"a{suffix}"
    flat = [[[0.1]], [[0.5]], [[0.9]]] * np.ones((3, 20, 30), np.float32)
    sent = flat if suffix in LOSSY else planes()  # noise is what a JPEG does not keep
    assert write_picture(path, sent, bits=bits) == ()
    step = (
        1 / (2**bits - 1) if is_integer(path, bits) else {16: 2**-11, 32: 0.0}[bits]
    )  # 2^-11: above 0.5
    values, _ = reread(path)
    # Half a step; reading 10 bits out of 16 adds a hundredth of one, float32 a last digit. A JPEG
    # rounds luminance and both chromas (B = Y + 1.772 Cb) on the way.
    slack = (0.52 + (2 if suffix in LOSSY else 0)) * step + 1e-7
    np.testing.assert_allclose(values, sent, rtol=0, atol=slack)


@pytest.mark.parametrize(("suffix", "bits"), FLOATS)
def test_float_files_keep_values_beyond_the_display(tmp_path, suffix, bits):
    sent = np.array([-3.0, 0.0, 2.0**-20, 1.0, 1000.0, 60000.0], np.float32).reshape(1, 2, 3)
    sent = np.repeat(sent, 3, axis=0)
    path = tmp_path / f"a{suffix}"
    assert write_picture(path, sent, bits=bits, quantity="negative") == ()
    np.testing.assert_array_equal(reread(path)[0], sent)  # all are half floats


@pytest.mark.parametrize(("suffix", "bits"), [(".png", 8), (".tif", 16), (".dpx", 16)])
@pytest.mark.parametrize("quantity", ["negative", "printing-density", "print", "dyes"])
def test_integer_files_hold_density_four_as_one(tmp_path, suffix, bits, quantity):
    path = tmp_path / f"a{suffix}"
    write_picture(path, planes(0, 4), bits=bits, quantity=quantity)
    np.testing.assert_allclose(reread(path)[0] * 4, planes(0, 4), atol=2.001 / (2**bits - 1))


def test_cineon_codes_survive_ten_bits_exactly(tmp_path):
    codes = np.arange(1024, dtype=np.float32).reshape(32, 32)
    sent = np.stack([codes, codes[::-1], codes.T])
    path = tmp_path / "a.dpx"
    assert write_picture(path, sent, bits=10, quantity="cineon") == ()
    values, spec = reread(path, OpenImageIO.UINT16)
    np.testing.assert_array_equal(values >> 6, sent)
    assert spec.get_int_attribute("oiio:BitsPerSample") == 10
    assert spec.get_string_attribute("dpx:Transfer") == "Logarithmic"
    assert spec.get_string_attribute("dpx:Colorimetric") == "Printing density"
    assert spec.get_string_attribute("dpx:Packing") == "Filled, method A"


def test_what_lies_outside_is_clipped_and_counted(tmp_path):
    sent = planes(0.1, 0.9)
    sent[0, 0, :3] = (-0.2, 1.5, 1.0 + 1e-4)  # the last is white but for rounding at 8 bits
    (warning,) = write_picture(tmp_path / "a.png", sent, bits=8)
    assert warning.startswith("2 of 1800 samples")
    values, _ = reread(tmp_path / "a.png")
    np.testing.assert_array_equal(values[0, 0, :3], [0, 1, 1])


def test_more_than_a_half_float_holds_is_held_and_counted(tmp_path):
    sent = planes()
    sent[1, 2, 3], sent[2, 0, 0] = 1e6, -1e6
    (warning,) = write_picture(tmp_path / "a.exr", sent)
    assert warning.startswith("2 of 1800 samples")
    assert "--bits 32" in warning
    values, _ = reread(tmp_path / "a.exr")
    assert (values[1, 2, 3], values[2, 0, 0]) == (65504, -65504)
    assert write_picture(tmp_path / "b.exr", sent, bits=32) == ()


def test_faint_exposures_are_warned_of_in_half_floats(tmp_path):
    sent = np.full((3, 2, 2), 1e-5, np.float32)
    (warning,) = write_picture(tmp_path / "a.exr", sent, quantity="exposure")
    assert warning.startswith("12 of 12 samples")


# The tags


def test_exr_carries_the_primaries_of_the_display(tmp_path):
    for display, standard in DISPLAYS.items():
        path = tmp_path / f"{display}.exr"
        write_picture(path, planes(), display=display)
        expected = [*np.ravel(standard.primaries), *standard.white]
        np.testing.assert_allclose(reread(path)[1].getattribute("chromaticities"), expected, 1e-6)


def test_exr_of_a_film_quantity_is_marked_as_data(tmp_path):
    write_picture(tmp_path / "a.exr", planes(), quantity="negative")
    _, spec = reread(tmp_path / "a.exr")
    assert spec.get_string_attribute("colorInteropID") == "data"
    assert spec.getattribute("chromaticities") is None


def test_a_display_linear_exr_reads_back_as_the_same_light(tmp_path):
    write_picture(tmp_path / "a.exr", planes(), bits=32, display="P3-D65")
    told = read_scene(tmp_path / "a.exr", input_space="linear-p3")
    found = read_scene(tmp_path / "a.exr")
    np.testing.assert_allclose(found.planes, told.planes, atol=1e-5)


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("linear", [False, True])
def test_profile_is_read_by_a_colour_engine_as_the_display(display, linear):
    """Little CMS turns code values to Lab; colour-science says what they should be."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(display_profile(display, linear=linear)))
    to_xyz = np.array(profile.profile.red_primary[0] + profile.profile.green_primary[0]
                      + profile.profile.blue_primary[0]).reshape(3, 3).T  # fmt: skip
    standard = DISPLAYS[display]
    expected = colour.adaptation.chromatic_adaptation_VonKries(
        colour.RGB_to_XYZ(
            np.eye(3),
            colour.RGB_Colourspace(
                display, np.ravel(standard.primaries), np.array(standard.white),
                use_derived_matrix_RGB_to_XYZ=True, use_derived_matrix_XYZ_to_RGB=True,
            ),
        ),
        colour.xy_to_XYZ(standard.white),
        [0.9642, 1.0, 0.8249],
        transform="Bradford",
    ).T  # fmt: skip
    np.testing.assert_allclose(to_xyz, expected, atol=1e-4)  # 1/65536 and a rounded D50
    description = ImageCms.getProfileDescription(profile).strip()
    assert description.startswith(display)
    assert ("linear" in description) == linear


@pytest.mark.parametrize(("display", "expected"), [("sRGB", 0.2140), ("Rec.709", 0.5**2.4),
                                                   ("P3-D65", 0.5**2.6)])  # fmt: skip
def test_curve_of_the_profile(display, expected):
    """Half code through Little CMS: L* of the light it stands for."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(display_profile(display, linear=False)))
    lab = ImageCms.createProfile("LAB")
    transform = ImageCms.buildTransform(source, lab, "RGB", "LAB", renderingIntent=1)
    grey = Image.new("RGB", (1, 1), (128, 128, 128))
    lightness, a, b = ImageCms.applyTransform(grey, transform).getpixel((0, 0))
    light = expected * (128 / 127.5) ** 2.4
    assert lightness * 100 / 255 == pytest.approx(116 * light ** (1 / 3) - 16, abs=0.4)  # 8 bits
    assert (a, b) == (128, 128)


@pytest.mark.parametrize(("suffix", "bits"), [(".png", 8), (".png", 16), (".tif", 16),
                                              (".jpg", 8)])  # fmt: skip
def test_integer_pictures_carry_the_profile(tmp_path, suffix, bits):
    path = tmp_path / f"a{suffix}"
    write_picture(path, planes(), bits=bits, display="P3-D65")
    carried = reread(path)[1].getattribute("ICCProfile")
    assert bytes(np.asarray(carried, np.uint8)) == display_profile("P3-D65", linear=False)
    write_picture(path, planes(), bits=bits, quantity="print", overwrite=True)
    assert reread(path)[1].getattribute("ICCProfile") is None


# Provenance


@pytest.mark.parametrize(("suffix", "bits"), EVERY)
def test_every_file_says_how_it_was_made(tmp_path, suffix, bits):
    path = tmp_path / f"a{suffix}"
    metadata = {"unit": "density", "engine": "spectral-film 0.1.0", "options": "x" * 300}
    write_picture(path, planes(), bits=bits, quantity="negative", metadata=metadata)
    _, spec = reread(path)
    if suffix == ".exr":
        said = {key: spec.get_string_attribute(f"film:{key}") for key in metadata}
        said["quantity"] = spec.get_string_attribute("film:quantity")
    elif suffix == ".dpx":
        said = json.loads(bytes(np.asarray(spec.getattribute("dpx:UserData"), np.uint8)))
    else:
        said = json.loads(spec.get_string_attribute("ImageDescription"))
    assert said.items() >= (metadata | {"quantity": "negative"}).items()
    if is_integer(path, bits):
        assert said["coding"] == "density 0..4 as 0..1"
    assert spec.get_string_attribute("Software") == "spectral-film 0.1.0"


@pytest.mark.parametrize(("suffix", "bits"), EVERY)
def test_the_same_planes_give_the_same_bytes(tmp_path, suffix, bits):
    path = tmp_path / f"a{suffix}"
    contents = []
    for wait in (1.01, 0):  # headers count seconds
        write_picture(path, planes(), bits=bits, overwrite=True)
        contents.append(path.read_bytes())
        if suffix not in (".tiff", ".png"):  # their siblings have shown it
            time.sleep(wait)
    assert contents[0] == contents[1]
    assert str(tmp_path).encode() not in contents[0]


# Passengers and windows


def test_exr_keeps_passengers_and_windows(tmp_path):
    depth = np.random.default_rng(1).uniform(0, 1e6, (20, 30)).astype(np.float32)
    riding = {"depth.Z": depth, "mask": (depth / 1e6).astype(np.float16)}
    path = tmp_path / "a.exr"
    scene = Scene(planes=planes(), passengers=riding, origin=(-2, 3), display_size=(50, 60),
                  display_origin=(-10, -20), pixel_aspect=2.0)  # fmt: skip
    assert write_picture(path, planes(), scene=scene) == ()
    found = read_scene(path)
    assert (found.origin, found.display_size, found.pixel_aspect) == ((-2, 3), (50, 60), 2.0)
    assert found.display_origin == (-10, -20)
    spec = reread(path)[1]
    assert (spec.x, spec.y, spec.full_x, spec.full_y) == (-12, -17, -10, -20)
    for name, plane in riding.items():
        np.testing.assert_array_equal(found.passengers[name], plane)  # every bit
        assert found.passengers[name].dtype == plane.dtype


def test_what_a_format_cannot_hold_is_named(tmp_path):
    scene = Scene(planes=planes(), passengers={"A": planes()[0]}, origin=(1, 2),
                  display_size=(99, 99))  # fmt: skip
    warnings = write_picture(tmp_path / "a.dpx", planes(), scene=scene)
    assert "cannot take A" in warnings[0]
    assert "no display window" in warnings[1]
    moved = Scene(planes=planes(), display_origin=(-10, -20))
    assert "(-10, -20) is lost" in write_picture(tmp_path / "a.png", planes(), scene=moved)[0]


# JPEG and scene-linear spaces


def test_jpeg_keeps_the_colour_of_fine_detail(tmp_path):
    """Red and blue lines of one luminance: with half the chroma samples they would be one grey."""
    lines = np.tile(np.array([[0.6], [0.3], [0.0]])[:, :, None], (1, 16, 32)).astype(np.float32)
    lines[:, :, 1::2] = np.array([0.0, 0.3, 0.6])[:, None, None]
    write_picture(tmp_path / "a.jpg", lines)
    values, spec = reread(tmp_path / "a.jpg")
    assert np.abs(values - lines).max() < 0.06  # quality 95 leaves coarse steps to fine detail
    assert spec.get_string_attribute("jpeg:subsampling") == "4:4:4"


def test_a_jpeg_too_large_for_its_format_is_refused(tmp_path):
    with pytest.raises(OutputError, match="65500"):  # libjpeg itself would end the process
        write_picture(tmp_path / "a.jpg", np.zeros((3, 1, 65501), np.float32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("display", "interop"), [("ACEScg", "lin_ap1_scene"),
                                                  ("ACES2065-1", "lin_ap0_scene")])  # fmt: skip
def test_scene_linear_spaces_go_into_exr_alone(tmp_path, display, interop):
    sent = planes().astype(np.float16).astype(np.float32)
    write_picture(tmp_path / "a.exr", sent, display=display)
    values, spec = reread(tmp_path / "a.exr")
    np.testing.assert_array_equal(values, sent)
    assert spec.get_string_attribute("colorInteropID") == interop
    found = read_scene(tmp_path / "a.exr").planes
    told = read_scene(tmp_path / "a.exr", input_space=display).planes
    np.testing.assert_allclose(found, told, atol=1e-5)
    for name, bits in (("a.png", None), ("a.tif", 32), ("a.jpg", None)):
        with pytest.raises(UsageError, match=r"write an \.exr"):
            check_target(tmp_path / name, bits=bits, display=display)


def test_an_aces_container_is_what_its_standard_allows(tmp_path):
    """ST 2065-4: half floats, no compression, R, G, B and at most A, AP0, the flag set."""

    def container(bits=16, **riding):
        scene = Scene(planes=planes(), passengers=riding)
        path = tmp_path / "a.exr"
        write_picture(path, planes(), bits=bits, display="ACES2065-1", scene=scene, overwrite=True)
        spec = reread(path)[1]
        if not spec.get_int_attribute("acesImageContainerFlag"):
            return False
        assert spec.get_string_attribute("compression") == "none"
        np.testing.assert_allclose(
            spec.getattribute("chromaticities"),
            [0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767], rtol=1e-6,
        )  # fmt: skip
        assert {str(kind) for kind in spec.channelformats or (spec.format,)} == {"half"}
        return True

    half = np.ones((20, 30), np.float16)
    assert container()
    assert container(A=half)
    assert not container(Z=half)
    assert not container(bits=32)


# Refusals


@pytest.mark.parametrize(("name", "options", "match"), [
    ("a.gif", {}, "cannot write .gif"),
    ("a.jpg", {"bits": 16}, "give --bits 8"),
    ("a", {}, "without suffix"),
    ("a.exr", {"bits": 8}, "give --bits 16 or 32"),
    ("a.png", {"bits": 32}, "give --bits 8 or 16"),
    ("a.dpx", {"bits": 8}, "give --bits 10 or 16"),
    ("a.png", {"quantity": "exposure"}, "no integer coding"),
    ("a.tif", {"quantity": "xyz"}, "no integer coding"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused_before_any_work(tmp_path, name, options, match):
    with pytest.raises(UsageError, match=match):
        check_target(tmp_path / name, **options)
    with pytest.raises(UsageError, match=match):
        write_picture(tmp_path / name, planes(), **options)
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "dir.exr").mkdir()
    (tmp_path / "file").touch()
    for path, match in [("dir.exr", "is a folder"), ("no/a.exr", "no folder"),
                        ("file/a.exr", "no folder")]:  # fmt: skip
        with pytest.raises(OutputError, match=match):
            check_target(tmp_path / path)
    with pytest.raises(OutputError, match="nothing can be written"):
        check_target("/proc/a.exr")  # even for root


def test_nothing_existing_is_overwritten_unasked(tmp_path):
    path = tmp_path / "a.png"
    path.write_text("precious")
    with pytest.raises(OutputError, match="--overwrite"):
        check_target(path)
    with pytest.raises(OutputError, match="--overwrite"):
        write_picture(path, planes())
    assert path.read_text() == "precious"
    write_picture(path, planes(), overwrite=True)
    assert read_scene(path).size == (30, 20)


def test_a_file_that_appears_meanwhile_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "a.exr"
    write = output._write

    def write_slowly(*arguments):
        write(*arguments)
        path.write_text("precious")

    monkeypatch.setattr(output, "_write", write_slowly)
    with pytest.raises(OutputError, match="meanwhile"):
        write_picture(path, planes())
    assert [file.name for file in tmp_path.iterdir()] == ["a.exr"]
    assert path.read_text() == "precious"


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_what_was_there(tmp_path, monkeypatch, failure):
    path = tmp_path / "a.exr"
    path.write_text("precious")

    def fail(partial, *arguments):
        partial.write_bytes(b"half a file")
        raise failure

    monkeypatch.setattr(output, "_write", fail)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        write_picture(path, planes(), overwrite=True)
    assert [file.name for file in tmp_path.iterdir()] == ["a.exr"]
    assert path.read_text() == "precious"


@pytest.mark.parametrize(("suffix", "bits"), EVERY)
def test_a_full_disk_is_noticed_and_leaves_nothing(tmp_path, suffix, bits):
    """A limit on the size of files stands in for the disk."""
    resource = pytest.importorskip("resource", reason="POSIX only")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    deaf = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(OutputError, match="is the disk full") as caught:
            write_picture(tmp_path / f"a{suffix}", planes(height=300, width=400), bits=bits)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, deaf)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "real.exr").touch()
    (tmp_path / "link.exr").symlink_to(tmp_path / "real.exr")
    write_picture(tmp_path / "link.exr", planes(), overwrite=True)
    assert (tmp_path / "link.exr").is_symlink()
    assert read_scene(tmp_path / "real.exr").size == (30, 20)
