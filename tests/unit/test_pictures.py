"""RGB pictures: what a reader makes of the pixels, the windows, the layers and the tags."""

import numpy as np
import OpenImageIO
import pytest

from spectral_film.errors import InputError, UsageError
from spectral_film.files.pictures import read_scene

AP0 = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
AP1 = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)
# Bradford, ACES white to D65; published in the ACES documentation of Rec.709 output.
AP1_TO_REC709 = np.array(
    [[1.70505, -0.62179, -0.08326], [-0.13026, 1.14080, -0.01055], [-0.02400, -0.12897, 1.15297]]
)


def save(path, pixels, number="half", names=None, **attributes):
    """Write (y, x, channel) and answer the path; attributes are (type, value) or a value."""
    pixels = np.ascontiguousarray(pixels, np.float32)
    height, width, channels = pixels.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, number)
    if names:
        spec.channelnames = tuple(names)
    for name, value in attributes.items():
        if name in ("x", "y", "full_x", "full_y", "full_width", "full_height", "tile_width",
                    "tile_height"):  # fmt: skip
            setattr(spec, name, value)
        elif isinstance(value, tuple):
            spec.attribute(name, OpenImageIO.TypeDesc(value[0]), value[1])
        else:
            spec[name] = value
    image = OpenImageIO.ImageBuf(spec)
    image.set_pixels(image.roi, pixels)
    assert image.write(str(path)), image.geterror()
    return path


def noise(height=7, width=11, channels=3, seed=0):
    """Values that a half float holds exactly."""
    random = np.random.default_rng(seed).uniform(0.05, 0.95, (height, width, channels))
    return random.astype(np.float16).astype(np.float32)


def test_float_file_without_a_tag_is_linear_rec709(tmp_path):
    pixels = noise()
    pixels[2, 3] = (-0.5, 4.0, 30000.0)  # unclamped both ways
    scene = read_scene(save(tmp_path / "a.exr", pixels))
    np.testing.assert_array_equal(scene.planes, pixels.transpose(2, 0, 1))
    assert scene.kind == "rgb"
    assert scene.planes.dtype == np.float32
    assert scene.planes.flags.c_contiguous
    assert "Linear Rec.709" in " ".join(scene.notes)


@pytest.mark.parametrize(("suffix", "number"), [("png", "uint8"), ("png", "uint16"),
                                                ("tif", "uint16"), ("tif", "uint8")])  # fmt: skip
def test_integer_file_without_a_tag_is_srgb(tmp_path, suffix, number):
    pixels = noise()
    scene = read_scene(save(tmp_path / f"a.{suffix}", pixels, number))
    top = 255 if number == "uint8" else 65535
    code = np.rint(pixels * top) / top
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(scene.planes, linear.transpose(2, 0, 1), atol=2e-6)


def test_chromaticities_of_an_exr_are_honoured(tmp_path):
    pixels = noise()
    path = save(tmp_path / "a.exr", pixels, chromaticities=("float[8]", AP1))
    expected = np.einsum("rc,yxc->ryx", AP1_TO_REC709, pixels)
    np.testing.assert_allclose(read_scene(path).planes, expected, atol=2e-5)  # 5 digits published


@pytest.mark.parametrize("attributes", [
    {"chromaticities": ("float[8]", AP0), "openexr:ACESContainerPolicy": "relaxed"},
    {"acesImageContainerFlag": 1, "compression": "none"},
    {"colorInteropID": "lin_ap0_scene"},
    {"chromaticities": ("float[8]", AP0)},
])  # fmt: skip
def test_every_way_of_saying_aces_means_the_same(tmp_path, attributes):
    pixels = noise()
    said = read_scene(save(tmp_path / "said.exr", pixels, **attributes))
    told = read_scene(save(tmp_path / "told.exr", pixels), input_space="ACES2065-1")
    np.testing.assert_allclose(said.planes, told.planes, atol=2e-6)
    assert np.abs(told.planes - pixels.transpose(2, 0, 1)).max() > 0.1  # it is no identity


def test_input_space_overrides_the_file(tmp_path):
    pixels = noise()
    path = save(tmp_path / "a.exr", pixels, chromaticities=("float[8]", AP0))
    scene = read_scene(path, input_space="linear-rec709")
    np.testing.assert_array_equal(scene.planes, pixels.transpose(2, 0, 1))


def test_eighteen_percent_grey_is_one_light_from_every_space(tmp_path):
    # Code value of 18 % grey as each maker publishes it.
    published = {"LogC3": 0.391, "LogC4": 0.2784, "S-Log3": 0.4106, "V-Log": 0.4233,
                 "ACEScct": 0.4136, "Log3G10": 1 / 3, "DaVinci-Intermediate": 0.336,
                 "linear-rec2020": 0.18}  # fmt: skip
    for space, code in published.items():
        path = save(tmp_path / f"{space}.exr", np.full((2, 2, 3), code), "float")
        planes = read_scene(path, input_space=space).planes
        # four published digits of a code: half a thousandth of a stop or so on each curve
        np.testing.assert_allclose(planes, 0.18, rtol=2e-3, err_msg=space)


def test_dpx_must_be_told_its_space(tmp_path):
    path = save(tmp_path / "a.dpx", noise(), "uint16", **{"oiio:BitsPerSample": 10})
    with pytest.raises(UsageError, match="--input-space"):
        read_scene(path)
    assert read_scene(path, input_space="LogC3").planes.shape == (3, 7, 11)


def test_windows_and_aspect_are_kept(tmp_path):
    path = save(tmp_path / "a.exr", noise(), x=105, y=17, full_x=100, full_y=20, full_width=40,
                full_height=30, PixelAspectRatio=2.0)  # fmt: skip
    scene = read_scene(path)
    assert (scene.origin, scene.display_size, scene.pixel_aspect) == ((5, -3), (40, 30), 2.0)
    assert scene.display_origin == (100, 20)


def test_alpha_and_depth_ride_along_untouched(tmp_path):
    pixels = noise(channels=5)
    pixels[0, 0, 4] = np.inf  # depth of the sky
    scene = read_scene(save(tmp_path / "a.exr", pixels, names="RGBAZ"), input_space="ACEScg")
    assert list(scene.passengers) == ["A", "Z"]
    np.testing.assert_array_equal(scene.passengers["A"], pixels[..., 3])
    np.testing.assert_array_equal(scene.passengers["Z"], pixels[..., 4])


def test_png_is_not_multiplied_by_its_alpha(tmp_path):
    pixels = np.full((2, 2, 4), 0.5)
    path = save(tmp_path / "a.png", pixels, "uint8", **{"oiio:UnassociatedAlpha": 1})
    scene = read_scene(path)
    code = 128 / 255
    np.testing.assert_allclose(scene.planes, ((code + 0.055) / 1.055) ** 2.4, rtol=1e-5)
    np.testing.assert_allclose(scene.passengers["A"], code, rtol=1e-6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_honoured_as_openimageio_would(tmp_path, orientation):
    pixels = noise(6, 9)
    path = save(tmp_path / "a.tif", pixels, "float", Orientation=orientation)
    upright = OpenImageIO.ImageBufAlgo.reorient(OpenImageIO.ImageBuf(str(path)))
    scene = read_scene(path)
    expected = upright.get_pixels(OpenImageIO.FLOAT).transpose(2, 0, 1)
    np.testing.assert_array_equal(scene.planes, expected)
    assert scene.display_size == scene.size


def test_tiled_and_tall_files_read_like_any_other(tmp_path):
    pixels = noise(600, 70)  # more than two strips, no multiple of the tile
    plain = read_scene(save(tmp_path / "plain.exr", pixels)).planes
    tiled = read_scene(save(tmp_path / "tiled.exr", pixels, tile_width=32, tile_height=32)).planes
    np.testing.assert_array_equal(plain, pixels.transpose(2, 0, 1))
    np.testing.assert_array_equal(tiled, plain)


def test_radiance_hdr_is_told_from_envi_by_its_first_line(tmp_path):
    scene = read_scene(save(tmp_path / "a.hdr", np.full((4, 5, 3), 100.0), "float"))
    assert scene.kind == "rgb"
    np.testing.assert_allclose(scene.planes, 100.0, rtol=1 / 128)  # an 8-bit mantissa


def test_not_numbers_are_refused_with_count_and_place(tmp_path):
    pixels = noise(300, 20)
    pixels[270, 4, 1] = np.nan
    pixels[281, 2] = np.inf
    path = save(tmp_path / "a.exr", pixels)
    with pytest.raises(InputError, match=r"4 NaN .* x=4, y=270 in channel G.*--nan zero"):
        read_scene(path)


def test_not_numbers_become_black_on_demand(tmp_path):
    pixels = noise()
    pixels[3, 4, 1] = np.nan
    scene = read_scene(save(tmp_path / "a.exr", pixels), nan="zero", input_space="LogC3")
    assert (scene.planes[:, 3, 4] == 0).all()  # light, not code: LogC3 code 0 is below black
    assert (scene.planes[:, 3, 5] != 0).any()
    assert "1 NaN" in scene.notes[-1]


def test_a_curve_that_overflows_is_refused(tmp_path):
    with pytest.raises(InputError, match="NaN or infinite"):
        read_scene(save(tmp_path / "a.exr", np.full((2, 2, 3), 100.0)), input_space="LogC4")
