"""Files that cannot be used: each is refused with one sentence that names it."""

import numpy as np
import OpenImageIO
import pytest

from spectral_film.errors import InputError, UsageError
from spectral_film.files.pictures import read_scene


def picture(path, channels=3, number="uint8", **attributes):
    spec = OpenImageIO.ImageSpec(64, 48, channels, number)
    for name, value in attributes.items():
        spec[name] = value
    pixels = np.random.default_rng(0).uniform(0, 1, (48, 64, channels)).astype(np.float32)
    image = OpenImageIO.ImageBuf(spec)
    image.set_pixels(image.roi, pixels)
    assert image.write(str(path)), image.geterror()
    return path


def refused(path, match, error=InputError, **options):
    with pytest.raises(error, match=match) as caught:
        read_scene(path, **options)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence


def test_missing(tmp_path):
    refused(tmp_path / "no.exr", "no such file")


def test_folder(tmp_path):
    refused(tmp_path, "is a folder")


def test_empty(tmp_path):
    (tmp_path / "a.exr").touch()
    refused(tmp_path / "a.exr", "is empty")


def test_text_named_as_picture(tmp_path):
    for name in ("a.exr", "a.png", "a.tif", "a.jpg", "a.dpx", "a.txt", "a"):
        (tmp_path / name).write_text("these are not the pixels you are looking for\n" * 50)
        refused(tmp_path / name, "is no picture")


def test_hdr_that_is_neither(tmp_path):
    (tmp_path / "a.hdr").write_text("hello\n")
    refused(tmp_path / "a.hdr", "neither an ENVI header")


def test_wrong_suffix(tmp_path):
    picture(tmp_path / "a.png").rename(tmp_path / "a.exr")
    refused(tmp_path / "a.exr", "holds png")


def test_unknown_suffix_is_judged_by_content(tmp_path):
    picture(tmp_path / "a.png").rename(tmp_path / "a.0001")
    assert read_scene(tmp_path / "a.0001").planes.shape == (3, 48, 64)


@pytest.mark.parametrize("name", ["a.exr", "a.png", "a.tif", "a.jpg", "a.dpx", "a.hdr", "a.bmp"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_truncated(tmp_path, name, share):
    number = {"exr": "half", "hdr": "float"}.get(name[2:], "uint8")
    path = picture(tmp_path / name, number=number)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(path, "cannot be read|no picture", input_space="sRGB")


@pytest.mark.parametrize(("names", "said"), [
    (("u", "v", "w"), "give --wavelengths"),
    (("Z",), "--chnames Y -o"),
    (("mask", "A"), "--chnames Y,A -o"),
    (("X", "Y"), "plane"),
    (("C", "M", "Y", "K"), "CMYK"),
    (("L", "a", "b"), "CIELAB"),
    (("Y", "Cb", "Cr"), "luminance-chroma"),
    (("H", "S", "L"), "hue"),
])  # fmt: skip
def test_channels_without_colours(tmp_path, names, said):
    spec = OpenImageIO.ImageSpec(4, 4, len(names), "half")
    spec.channelnames = names
    image = OpenImageIO.ImageBuf(spec)
    image.write(str(tmp_path / "a.exr"))
    refused(tmp_path / "a.exr", said)


def test_camera_raw(tmp_path):
    picture(tmp_path / "a.tif").rename(tmp_path / "a.dng")
    refused(tmp_path / "a.dng", "LibRaw cannot read it")


def test_options_that_do_not_fit(tmp_path):
    path = picture(tmp_path / "a.png")
    refused(path, "no spectra", UsageError, spectra="reflectance")
    with pytest.raises(UsageError, match="--nan ignore"):
        read_scene(path, nan="ignore")
    with pytest.raises(UsageError, match="--spectra light"):
        read_scene(path, spectra="light")
    with pytest.raises(UsageError, match="unknown input space"):
        read_scene(path, input_space="nothing like it")


def test_the_data_file_of_a_cube_points_to_its_header(tmp_path):
    (tmp_path / "cube.img").write_bytes(bytes(1000))
    (tmp_path / "cube.hdr").write_text("ENVI\n")
    refused(tmp_path / "cube.img", "give its header cube.hdr")
