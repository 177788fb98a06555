"""Files that cannot be used: each is refused with one sentence that names it."""

import resource
import struct

import numpy as np
import OpenImageIO
import pytest

from spectral_film.errors import InputError, UsageError
from spectral_film.files import memory
from spectral_film.files.output import write_picture
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


@pytest.mark.parametrize("progressive", [0, 1])
def test_a_jpeg_that_claims_more_than_it_holds(tmp_path, progressive):
    """Its library would make room, and fill the rest with grey: 3 GB of it, in half a minute."""
    path = picture(tmp_path / "a.jpg", **{"jpeg:progressive": progressive})
    data = bytearray(path.read_bytes())
    frame = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    for side, said in ((15000, "says that it has 15000 x 15000 pixels"), (1000, "cut short")):
        data[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
        path.write_bytes(data)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        refused(path, said)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024  # kB


def test_a_picture_larger_than_the_memory(tmp_path, monkeypatch):
    """3 planes of 64 x 48 floats take 36 kB."""
    path = picture(tmp_path / "a.png")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    for free, is_read in ((35, False), (37, True)):
        memory.MEMINFO.write_text(f"MemTotal:  99999 kB\nMemAvailable:   {free} kB\n")
        if is_read:
            assert read_scene(path).planes.shape == (3, 48, 64)
        else:
            refused(path, "a picture of 64 x 48 pixels, 3 planes, takes 0.0 GiB")
    memory.MEMINFO.unlink()  # other systems have none
    assert read_scene(path).planes.shape == (3, 48, 64)


def test_a_fits_of_no_axes(tmp_path):
    cards = ("SIMPLE  =                    T", "BITPIX  =                    8",
             "NAXIS   =                    0", "END")  # fmt: skip
    header = "".join(card.ljust(80) for card in cards).ljust(2880)
    (tmp_path / "a.fits").write_bytes(header.encode())
    refused(tmp_path / "a.fits", "has no pixels")


def test_chromaticities_that_are_whole_numbers(tmp_path):
    spec = OpenImageIO.ImageSpec(4, 4, 3, "half")
    spec.attribute("chromaticities", OpenImageIO.TypeDesc("int"), 3)
    image = OpenImageIO.ImageBuf(spec)
    image.write(str(tmp_path / "a.exr"))
    refused(tmp_path / "a.exr", "chromaticities in its header should be 8 numbers")


def test_names_in_a_header_that_are_no_text_do_not_travel(tmp_path):
    path = picture(tmp_path / "a.exr", number="half", ownerAAA="us", owner="them")
    content = path.read_bytes()
    path.write_bytes(
        content.replace(b"ownerAAA", b"own\xff\xfe\x1b[m").replace(b"them", b"t\xffem")
    )
    scene = read_scene(path)
    assert all(name.isprintable() for name in scene.header)
    write_picture(tmp_path / "b.exr", scene.planes, scene=scene)
    written = OpenImageIO.ImageInput.open(str(tmp_path / "b.exr")).spec()
    assert written.get_string_attribute("Copyright") == "t?em"


def test_a_channel_whose_name_is_no_text_does_not_ride_along(tmp_path):
    spec = OpenImageIO.ImageSpec(4, 4, 5, "half")
    spec.channelnames = ("R", "G", "B", "maskAAA", "Z")
    image = OpenImageIO.ImageBuf(spec)
    path = tmp_path / "a.exr"
    assert image.write(str(path))
    path.write_bytes(path.read_bytes().replace(b"maskAAA", b"mas\xff\xfe\x1b["))
    scene = read_scene(path)
    assert list(scene.passengers) == ["Z"]
    assert "1 channels whose names are no text are left out" in scene.notes
    write_picture(tmp_path / "b.exr", scene.planes, scene=scene)
